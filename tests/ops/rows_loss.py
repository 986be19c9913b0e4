"""Rows of ``ops/loss.py``, and of ``ops/dropout.py`` as far as nothing is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np

from .tables import Array, Source, apart, between, integers, normal, positive, row


def log_softmax(x: Array, axis: int) -> Array:
    """Shifted by the maximum, for large logits."""
    x = x - x.max(axis, keepdims=True)
    return np.asarray(x - np.log(np.exp(x).sum(axis, keepdims=True)))


def picked(
    log_p: Array,
    target: Array,
    weight: Any = None,
    ignored: int = -100,
    reduction: str = "mean",
    smoothing: float = 0.0,
) -> Any:
    """The loss of class indices, one place at a time; `log_p` has its classes in dimension 1."""
    classes = log_p.shape[1]
    weight = np.ones(classes) if weight is None else weight
    losses, total_weight = np.zeros(target.shape), 0.0
    for place in np.ndindex(target.shape):
        label = target[place]
        if label == ignored:
            continue
        q = smoothing / classes + (1 - smoothing) * (np.arange(classes) == label)
        losses[place] = -np.sum(weight * q * log_p[(place[0], slice(None), *place[1:])])
        total_weight += weight[label]
    return losses if reduction == "none" else losses.sum() if reduction == "sum" else losses.sum() / total_weight


def cross(x: Array, target: Array, weight: Any = None, **options: Any) -> Any:
    """Cross-entropy of logits."""
    return picked(log_softmax(x, 1), target, weight, **options)


def labels(classes: int, *shape: int) -> Source:
    """Class indices."""
    return integers(0, classes, *shape)


def some_ignored(classes: int, *shape: int) -> Source:
    """Class indices, the last of each row −1."""

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        target = rng.integers(0, classes, size=shape)
        target[..., -1] = -1
        return target

    return Source(draw, shape)


def distribution(*shape: int) -> Source:
    """Probabilities that sum to 1 along dimension 1."""

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        p = rng.uniform(0.1, 1, size=shape)
        return np.asarray(p / p.sum(1, keepdims=True))

    return Source(draw, shape)


x43, t4, w3 = normal(4, 3), labels(3, 4), positive(3)

ROWS = [
    row("mse_loss", lambda m, x, y: m.mse_loss(x, y), x43, x43, np=lambda x, y: np.mean((x - y) ** 2)),
    row("mse_loss/0-d", lambda m, x, y: m.mse_loss(x, y), normal(), normal(), np=lambda x, y: (x - y) ** 2),
    row("l1_loss", lambda m, x, y: m.l1_loss(x, y), apart(4, 3), x43, np=lambda x, y: np.mean(np.abs(x - y))),
    *(
        row(
            f"mse_loss/{how}",
            lambda m, x, y, how=how: m.mse_loss(x, y, reduction=how),
            x43,
            x43,
            np=lambda x, y, of=of: of((x - y) ** 2),
        )
        for how, of in {"sum": np.sum, "none": np.asarray}.items()
    ),
    *(
        row(
            f"l1_loss/{how}",
            lambda m, x, y, how=how: m.l1_loss(x, y, reduction=how),
            apart(4, 3),
            x43,
            np=lambda x, y, of=of: of(np.abs(x - y)),
        )
        for how, of in {"sum": np.sum, "none": np.asarray}.items()
    ),
    row("cross_entropy", lambda m, x, t: m.cross_entropy(x, t), x43, t4, np=cross),
    *(
        row(
            f"cross_entropy/{how}",
            lambda m, x, t, how=how: m.cross_entropy(x, t, reduction=how),
            x43,
            t4,
            np=lambda x, t, how=how: cross(x, t, reduction=how),
        )
        for how in ("sum", "none")
    ),
    *(
        row(
            f"cross_entropy/ignored {how}",
            lambda m, x, t, how=how: m.cross_entropy(x, t, ignore_index=-1, reduction=how),
            x43,
            some_ignored(3, 4),
            np=lambda x, t, how=how: cross(x, t, ignored=-1, reduction=how),
        )
        for how in ("mean", "sum", "none")
    ),
    row(
        "cross_entropy/one row",
        lambda m, x, t: m.cross_entropy(x, t),
        normal(3),
        labels(3),
        np=lambda x, t: cross(x[None], t[None]),
    ),
    row("cross_entropy/pixels", lambda m, x, t: m.cross_entropy(x, t), normal(2, 3, 4), labels(3, 2, 4), np=cross),
    row(
        "cross_entropy/pixels none",
        lambda m, x, t: m.cross_entropy(x, t, reduction="none"),
        normal(2, 3, 2, 2),
        labels(3, 2, 2, 2),
        np=lambda x, t: cross(x, t, reduction="none"),
    ),
    row(
        "cross_entropy/weight", lambda m, x, t, w: m.cross_entropy(x, t, w), x43, t4, w3, np=cross, differentiable=(0,)
    ),
    row(
        "cross_entropy/weight none",
        lambda m, x, t, w: m.cross_entropy(x, t, weight=w, reduction="none"),
        x43,
        t4,
        w3,
        np=lambda x, t, w: cross(x, t, w, reduction="none"),
        differentiable=(0,),
    ),
    row(
        "cross_entropy/smoothed",
        lambda m, x, t: m.cross_entropy(x, t, label_smoothing=0.1),
        x43,
        t4,
        np=lambda x, t: cross(x, t, smoothing=0.1),
    ),
    row(
        "cross_entropy/smoothed, weighted, some ignored",
        lambda m, x, t, w: m.cross_entropy(x, t, w, ignore_index=-1, label_smoothing=0.1),
        x43,
        some_ignored(3, 4),
        w3,
        np=lambda x, t, w: cross(x, t, w, ignored=-1, smoothing=0.1),
        differentiable=(0,),
    ),
    row(
        "cross_entropy/probabilities",
        lambda m, x, q: m.cross_entropy(x, q),
        x43,
        distribution(4, 3),
        np=lambda x, q: -np.sum(q * log_softmax(x, 1)) / 4,
    ),
    row(
        "cross_entropy/probabilities, weighted",
        lambda m, x, q, w: m.cross_entropy(x, q, w, reduction="sum"),
        x43,
        distribution(4, 3),
        w3,
        np=lambda x, q, w: -np.sum(w * q * log_softmax(x, 1)),
        differentiable=(0, 1),
    ),
    row(
        "cross_entropy/large", lambda m, x, t: m.cross_entropy(x, t), between(-900, 900, 4, 3), t4, np=cross, half=False
    ),
    row("nll_loss", lambda m, x, t: m.nll_loss(x, t), x43, t4, np=picked),
    row(
        "nll_loss/sum",
        lambda m, x, t: m.nll_loss(x, t, reduction="sum"),
        x43,
        t4,
        np=lambda x, t: picked(x, t, reduction="sum"),
    ),
    row(
        "nll_loss/none",
        lambda m, x, t: m.nll_loss(x, t, reduction="none"),
        x43,
        t4,
        np=lambda x, t: picked(x, t, reduction="none"),
    ),
    row(
        "nll_loss/weighted, some ignored",
        lambda m, x, t, w: m.nll_loss(x, t, w, ignore_index=-1),
        x43,
        some_ignored(3, 4),
        w3,
        np=lambda x, t, w: picked(x, t, w, ignored=-1),
        differentiable=(0,),
    ),
    row("nll_loss/pixels", lambda m, x, t: m.nll_loss(x, t), normal(2, 3, 4), labels(3, 2, 4), np=picked),
    row("nll_loss/one row", lambda m, x, t: m.nll_loss(x, t), normal(3), labels(3), np=lambda x, t: -x[t]),
    row("dropout/not training", lambda m, x: m.dropout(x, 0.5, False), x43, np=lambda x: x),
    row("dropout/of nothing", lambda m, x: m.dropout(x, 0.0, True), x43, np=lambda x: x),
    # PyTorch gives zeros for integers too, which no other p does
    row("dropout/of everything", lambda m, x: m.dropout(x, 1.0, True), x43, np=np.zeros_like, integers=False),
]
