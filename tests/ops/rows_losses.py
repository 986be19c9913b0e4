"""Rows of ``loss_binary``, ``loss_regression``, ``loss_margin`` and ``ctc`` in ``ops/``, and weights of ``loss``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .rows_loss import labels
from .tables import Array, Row, Source, apart, between, normal, positive, row

x34, y34, p34 = normal(3, 4), normal(3, 4), between(0.1, 0.9, 3, 4)


def signs(*shape: int) -> Source:
    """1 and −1."""
    return Source(lambda rng, shape: rng.choice([1.0, -1.0], size=shape), shape)


def constant(values: Any) -> Source:
    """Always the same."""
    array = np.array(values)
    return Source(lambda rng, shape: array.copy(), array.shape)


def loss(name: str, reference: Callable[..., Any], *operands: Source, case: str = "", **options: Any) -> Row:
    """A row of a loss of two operands, others by name; its mean, for ``test_losses.py`` tries the reductions."""
    settings, differentiable = options.pop("settings", {}), options.pop("differentiable", (0,))
    third, over = options.pop("third", None), options.pop("over", np.mean)

    def call(m: Any, *xs: Any) -> Any:
        named = {third: xs[-1], **settings} if third else settings
        return getattr(m.nn.functional, name)(*(xs[:-1] if third else xs), **named)

    return row(
        f"nn.functional.{name}{case and '/' + case}",
        call,
        *operands,
        np=lambda *xs: over(reference(*xs)),
        differentiable=differentiable,
        **options,
    )


def softplus(x: Array) -> Array:
    """ln(1 + eˣ)"""
    return np.logaddexp(x, 0)


def binary(p: Array, t: Array, w: Any = 1.0) -> Array:
    return np.asarray(-w * (t * np.log(p) + (1 - t) * np.log1p(-p)))


def scores(x: Array, t: Array, w: Any = 1.0) -> Array:
    return np.asarray(w * (t * softplus(-x) + (1 - t) * softplus(x)))


def huber(x: Array, y: Array, delta: float = 1.0) -> Array:
    d = np.abs(x - y)
    return np.where(d < delta, d * d / 2, delta * (d - delta / 2))


def stirling(t: Array) -> Array:
    return np.where(t > 1, t * np.log(t) - t + 0.5 * np.log(2 * np.pi * t), 0)


def gauss(x: Array, t: Array, v: Array) -> Array:
    return np.asarray(0.5 * (np.log(v) + (x - t) ** 2 / v))


def cosine(a: Array, b: Array, t: Array, margin: float = 0.0) -> Array:
    c = (a * b).sum(-1) / np.sqrt(((a * a).sum(-1) + 1e-12) * ((b * b).sum(-1) + 1e-12))
    return np.where(t == 1, 1 - c, np.maximum(c - margin, 0))


def triplets(a: Array, b: Array, c: Array, swap: bool = True, p: float = 2, eps: float = 1e-6) -> Any:
    def apart(x: Array, y: Array) -> Array:
        return np.asarray((np.abs(x - y + eps) ** p).sum(-1) ** (1 / p))

    far = np.minimum(apart(a, c), apart(b, c)) if swap else apart(a, c)
    return np.mean(np.maximum(2 + apart(a, b) - far, 0))


def classes(x: Array, t: Array, w: Any = None, *, p: int = 1, margin: float = 1.0) -> Array:
    """One example at a time."""
    losses = np.zeros(len(x))
    for n, right in enumerate(t):
        for c in range(x.shape[1]):
            if c != right:
                losses[n] += max(0.0, margin - x[n, right] + x[n, c]) ** p / x.shape[1]
    return losses if w is None else losses * w[t]


def several(x: Array, t: Array) -> Array:
    """One pair at a time."""
    losses = np.zeros(len(x))
    for n, listed in enumerate(t.tolist()):
        right = listed[: listed.index(-1)] if -1 in listed else listed
        for j in right:
            for c in set(range(x.shape[1])) - set(right):
                losses[n] += max(0.0, 1 - x[n, j] + x[n, c]) / x.shape[1]
    return losses


def ctc(x: Array, targets: list[list[int]], times: list[int], blank: int = 0) -> Array:
    """Every path through the classes, one by one."""
    p = np.exp(x - x.max(2, keepdims=True))
    p /= p.sum(2, keepdims=True)
    totals = np.zeros(x.shape[1])
    for n, target in enumerate(targets):
        for path in np.ndindex(*[x.shape[2]] * times[n]):
            read = [c for k, c in enumerate(path) if c != blank and (k == 0 or path[k - 1] != c)]
            if read == target:
                totals[n] += math.prod(p[t, n, c] for t, c in enumerate(path))
    return np.asarray(-np.log(totals))


CTC = {
    "padded": ([[1, 2], [2, 2]], [4, 3], {}),
    "one row": ([[1], [2, 1]], [3, 4], {}),
    "last blank": ([[0, 1], []], [3, 2], {"blank": 2}),
    "too short": ([[1, 1], [2]], [2, 3], {"zero_infinity": True}),
}


def ctc_row(case: str) -> Row:
    """The targets stand in padded rows, or in one row; log_softmax belongs to it, see the docstring of `ctc_loss`."""
    targets, times, settings = CTC[case]
    counts = [len(t) for t in targets]
    longest = max(counts)
    listed = [c for t in targets for c in t]
    if case != "one row":
        listed = [t + [1] * (longest - len(t)) for t in targets]

    def call(m: Any, x: Any) -> Any:
        log_p, given = m.log_softmax(x, 2), [m.tensor(a, device=x.device) for a in (listed, times, counts)]
        return m.nn.functional.ctc_loss(log_p, *given, **settings)

    def reference(x: Array) -> Any:
        with np.errstate(divide="ignore"):
            losses = ctc(x, targets, times, settings.get("blank", 0))
        if settings.get("zero_infinity"):
            losses = np.where(np.isinf(losses), 0, losses)
        return np.mean(losses / np.maximum(counts, 1))

    # PyTorch has neither its second derivative nor float16
    return row(f"nn.functional.ctc_loss/{case}", call, normal(4, 2, 3), np=reference, second=False, half=False)


ROWS = [
    loss("binary_cross_entropy", binary, p34, p34, differentiable=(0, 1), integers=False),  # 0 and 1 are no scores
    loss("binary_cross_entropy", binary, p34, p34, positive(4), case="weighted", third="weight", integers=False),
    loss("binary_cross_entropy_with_logits", scores, x34, p34, differentiable=(0, 1)),
    loss("binary_cross_entropy_with_logits", scores, x34, p34, positive(3, 1), case="weighted", third="weight"),
    row(
        "nn.functional.binary_cross_entropy_with_logits/pos_weight",
        lambda m, x, t, w: m.nn.functional.binary_cross_entropy_with_logits(x, t, pos_weight=w),
        x34,
        p34,
        positive(4),
        np=lambda x, t, w: np.mean(w * t * softplus(-x) + (1 - t) * softplus(x)),
        differentiable=(0, 1),
    ),
    loss("soft_margin_loss", lambda x, t: softplus(-t * x), x34, signs(3, 4)),
    loss("multilabel_soft_margin_loss", lambda x, t: scores(x, t).mean(-1), x34, p34, differentiable=(0, 1)),
    loss(
        "multilabel_soft_margin_loss",
        lambda x, t, w: scores(x, t, w).mean(-1),
        x34,
        p34,
        positive(4),
        case="weighted",
        third="weight",
    ),
    loss("smooth_l1_loss", huber, apart(3, 4), x34, differentiable=(0, 1)),
    loss(
        "smooth_l1_loss",
        lambda x, y: 2 * huber(x, y, 0.5),
        apart(3, 4),
        x34,
        case="beta",
        settings={"beta": 0.5},
        differentiable=(0, 1),
    ),
    loss("huber_loss", huber, apart(3, 4), x34, differentiable=(0, 1)),
    loss("huber_loss", lambda x, y: huber(x, y, 0.5), apart(3, 4), x34, case="delta", settings={"delta": 0.5}),
    row(
        "nn.functional.huber_loss/weighted",
        lambda m, x, y, w: m.nn.functional.huber_loss(x, y, weight=w),
        apart(3, 4),
        x34,
        positive(3, 4),
        np=lambda x, y, w: np.mean(w * huber(x, y)),
    ),
    loss(  # PyTorch warns of the mean
        "kl_div",
        lambda x, t: t * (np.log(t) - x),
        x34,
        positive(3, 4),
        settings={"reduction": "sum"},
        over=np.sum,
        differentiable=(0, 1),
    ),
    loss(
        "kl_div",
        lambda x, t: np.exp(t) * (t - x),
        x34,
        y34,
        case="logarithms",
        settings={"log_target": True, "reduction": "sum"},
        over=np.sum,
        differentiable=(0, 1),
    ),
    row(
        "nn.functional.kl_div/batchmean",
        lambda m, x, t: m.nn.functional.kl_div(x, t, reduction="batchmean"),
        x34,
        positive(3, 4),
        np=lambda x, t: np.sum(t * (np.log(t) - x)) / 3,
    ),
    loss("poisson_nll_loss", lambda x, t: np.exp(x) - t * x, x34, positive(3, 4), differentiable=(0, 1)),
    loss(
        "poisson_nll_loss",
        lambda x, t: x - t * np.log(x + 0.1) + stirling(t),
        positive(3, 4),
        positive(3, 4),
        case="all arguments",
        settings={"log_input": False, "full": True, "eps": 0.1},
        differentiable=(0, 1),
    ),
    loss("gaussian_nll_loss", gauss, x34, y34, positive(3, 4), differentiable=(0, 1, 2)),
    loss(
        "gaussian_nll_loss",
        lambda x, t, v: gauss(x, t, v[:, None]) + 0.5 * np.log(2 * np.pi),
        x34,
        y34,
        positive(3),
        case="full",
        settings={"full": True},
        differentiable=(0, 1, 2),
    ),
    loss("cosine_embedding_loss", cosine, x34, y34, signs(3), differentiable=(0, 1)),
    loss(
        "cosine_embedding_loss",
        lambda a, b, t: cosine(a, b, t, -0.3),
        x34,
        y34,
        signs(3),
        case="margin",
        settings={"margin": -0.3},
        differentiable=(0, 1),
    ),
    loss(
        "margin_ranking_loss",
        lambda a, b, t: np.maximum(0, 0.5 - t * (a - b)),
        x34,
        y34,
        signs(3, 4),
        settings={"margin": 0.5},
        differentiable=(0, 1),
    ),
    loss("hinge_embedding_loss", lambda x, t: np.where(t == 1, x, np.maximum(0, 1 - x)), x34, signs(3, 4)),
    *(
        row(
            f"nn.functional.{name}",
            lambda m, a, b, c, name=name: getattr(m.nn.functional, name)(a, b, c, swap=True, margin=2.0),
            x34,
            y34,
            normal(3, 4),
            np=triplets,
        )
        for name in ("triplet_margin_loss", "triplet_margin_with_distance_loss")
    ),
    row(
        "nn.functional.triplet_margin_loss/p",
        lambda m, a, b, c: m.nn.functional.triplet_margin_loss(a, b, c, p=3, eps=0.1, margin=2.0),
        x34,
        y34,
        normal(3, 4),
        np=lambda a, b, c: triplets(a, b, c, swap=False, p=3, eps=0.1),
    ),
    # PyTorch has these two not for float16
    loss("multi_margin_loss", classes, x34, labels(4, 3), half=False),
    loss(
        "multi_margin_loss",
        lambda x, t, w: classes(x, t, w, p=2, margin=0.5),
        x34,
        labels(4, 3),
        positive(4),
        case="all arguments",
        third="weight",
        settings={"p": 2, "margin": 0.5},
        half=False,
    ),
    loss("multilabel_margin_loss", several, x34, constant([[3, 0, -1, 1], [-1, 2, 0, 1], [2, 1, 0, 3]]), half=False),
    *(ctc_row(case) for case in CTC),
    row(
        "mse_loss/weighted",
        lambda m, x, y, w: m.mse_loss(x, y, weight=w),
        x34,
        y34,
        positive(3, 4),
        np=lambda x, y, w: np.sum(w * (x - y) ** 2) / np.sum(w),
    ),
    row(
        "l1_loss/weighted",
        lambda m, x, y, w: m.l1_loss(x, y, weight=w),
        apart(3, 4),
        y34,
        positive(3, 4),
        np=lambda x, y, w: np.sum(w * np.abs(x - y)) / np.sum(w),
    ),
]
