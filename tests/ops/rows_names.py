"""Rows of ``facts``, ``positions``, ``segments``, ``loss_linear`` and other small functions in ``ops/``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .tables import Array, Row, Source, apart, away, booleans, deprecated, integers, normal, row, transposed, whole


def constant(values: Any) -> Source:
    """Always the same operand."""
    return Source(lambda rng, shape: np.array(values), np.shape(values))


def itself(name: str) -> Row:
    """A row of a function that does nothing to real tensors."""
    return row(name, lambda m, x: getattr(m, name)(x) * 1, normal(2, 3), np=lambda x: x)


# -- segments ------------------------------------------------------------------------------------------


def segments(reduce: Callable[..., Any], x: Array, lengths: Any, initial: Any = None) -> Array:
    """Segments along the first dimension, one after the other."""
    ends = np.cumsum(lengths)
    parts = [x[end - n : end] for end, n in zip(ends, lengths, strict=True)]
    if initial is not None:
        parts = [np.concatenate([np.full((1, *x.shape[1:]), initial), part]) for part in parts]
    return np.stack([reduce(part, axis=0) for part in parts])


def segmented(case: str, reduce: str, source: Source, reference: Callable[..., Any], **options: Any) -> Row:
    """A row of ``segment_reduce``; PyTorch has no second order, and it is linear or piecewise so but for products."""
    lengths = constant([2, 0, 3] if "initial" in options or reduce == "sum" else [2, 1, 2])
    return row(
        f"segment_reduce/{case}",
        lambda m, x, n: m.segment_reduce(x, reduce, lengths=n, **options),
        source,
        lengths,
        np=lambda x, n: segments(reference, x, n, options.get("initial")),
    )


def without_slope(made: Row) -> Row:
    """The row of what gives no floats."""
    import dataclasses

    return dataclasses.replace(made, differentiable=())


# -- losses and layers ---------------------------------------------------------------------------------


def log_softmax(x: Array, axis: int) -> Array:
    shifted = x - x.max(axis=axis, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True)))


def class_loss(x: Array, w: Array, classes: Array, b: Any = 0.0) -> Array:
    rows = log_softmax(x @ w.T + b, 1)
    return np.asarray(-rows[np.arange(len(rows)), classes])


def at_places(x: Array, w: Array, classes: Array) -> Array:
    rows = log_softmax(np.einsum("nd,cpd->ncp", x, w), 1)
    return np.asarray(-np.mean(np.take_along_axis(rows, classes[:, None], 1)))


def tbc(x: Array, w: Array, b: Array, pad: int) -> Array:
    x = np.pad(x, ((pad, pad), (0, 0), (0, 0)))
    return np.stack([np.einsum("kbc,kco->bo", x[t : t + len(w)], w) + b for t in range(len(x) - len(w) + 1)])


def reflections(packed: Array, tau: Array) -> Array:
    """The Q of a compact decomposition."""
    m = packed.shape[0]
    q = np.eye(m)
    for i, factor in enumerate(tau):
        v = np.concatenate([np.zeros(i), [1.0], packed[i + 1 :, i]])
        q = q @ (np.eye(m) - factor * np.outer(v, v))
    return q


def strided(x: Array, v: Array, size: Any, stride: Any, offset: int) -> Array:
    y = x.copy()
    for place in np.ndindex(*size):
        y.reshape(-1)[offset + int(np.dot(place, stride))] = v[place]
    return y


HISTOGRAM: dict[str, dict[str, Any]] = {
    "plain": {},
    "limits": {"range": [-2.0, 2.0, -1.0, 1.5]},
    "density": {"density": True},
}


def histogramdd(x: Array, w: Any = None, *, density: bool = False, range: Any = None) -> Any:
    pairs = None if range is None else [tuple(range[:2]), tuple(range[2:])]
    hist, edges = np.histogramdd(x, bins=[2, 3], range=pairs, weights=w, density=density)
    return (hist, *edges)


def flat(m: Any, found: Any) -> Any:
    return (found.hist, *found.bin_edges)


ROWS = [
    *(itself(name) for name in ("conj", "conj_physical", "real", "resolve_conj", "resolve_neg")),
    row("conj_physical_", lambda m, x: (x * 1).conj_physical_(), normal(3), np=lambda x: x),
    # sums down
    *(
        row(
            f"sum_to_size/{size}",
            lambda m, x, size=size: m.Tensor.sum_to_size(x, size) if hasattr(m, "Tensor") else m.sum_to_size(x, size),
            source,
            np=reference,
        )
        for size, source, reference in [
            ((3,), normal(2, 3), lambda x: x.sum(0)),
            ((2, 1), normal(2, 3), lambda x: x.sum(1, keepdims=True)),
            ((), transposed(normal(2, 3)), lambda x: x.sum()),
            ((2, 3), normal(2, 3), lambda x: x),
        ]
    ),
    # sizes and dimensions by name
    row("reshape/by name", lambda m, x: m.reshape(x, shape=(3, 2)), normal(2, 3), np=lambda x: x.reshape(3, 2)),
    row("view/by name", lambda m, x: (x * 1).view(size=(3, -1)), normal(2, 3), np=lambda x: x.reshape(3, 2)),
    row("permute/by name", lambda m, x: m.permute(x, dims=(1, 0)), normal(2, 3), np=lambda x: x.T),
    row("expand/by name", lambda m, x: x.expand(size=(2, 3)), normal(3), np=lambda x: np.stack([x, x])),
    row("broadcast_to/by name", lambda m, x: m.broadcast_to(x, size=(2, 3)), normal(3), np=lambda x: np.stack([x, x])),
    row("flip/by name", lambda m, x: m.flip(x, dims=(-1,)), normal(2, 3), np=lambda x: x[:, ::-1]),
    row("tile/by name", lambda m, x: m.tile(x, dims=(2,)), normal(3), np=lambda x: np.tile(x, 2)),
    row("repeat/by name", lambda m, x: x.repeat(repeats=(2, 1)), normal(3), np=lambda x: np.stack([x, x])),
    row("sum_to_size/by name", lambda m, x: x.sum_to_size(size=(1, 3)), normal(2, 3), np=lambda x: x.sum(0)[None]),
    row("swapaxes", lambda m, x: m.swapaxes(x, axis0=0, axis1=-1), normal(2, 1, 3), np=lambda x: x.swapaxes(0, 2)),
    row("swapdims", lambda m, x: m.swapdims(x, dim0=0, dim1=1), normal(2, 3), np=lambda x: x.T),
    row("hsplit/by name", lambda m, x: m.hsplit(x, sections=2), normal(2, 4), np=lambda x: tuple(np.hsplit(x, 2))),
    row("vsplit/by name", lambda m, x: m.vsplit(x, indices=[1]), normal(3, 1), np=lambda x: tuple(np.vsplit(x, [1]))),
    row("dsplit/by name", lambda m, x: x.dsplit(sections=1), normal(1, 1, 2), np=lambda x: (x,)),
    # positions
    row(
        "unravel_index",
        lambda m, i: m.unravel_index(i, (2, 3, 2)),
        integers(0, 12, 2, 2),
        np=lambda i: np.unravel_index(i, (2, 3, 2)),
    ),
    row("unravel_index/one size", lambda m, i: m.unravel_index(i, 5), integers(0, 5, 3), np=lambda i: (i,)),
    row(
        "unravel_index/around",
        lambda m, i: m.unravel_index(i, (2, 3)),
        integers(-6, 12, 6),
        np=lambda i: np.unravel_index(i % 6, (2, 3)),
    ),
    *(
        without_slope(
            row(
                f"nonzero_static/{size}",
                lambda m, x, size=size: m.nonzero_static(x, size=size, fill_value=-7),
                booleans(2, 3),
                np=lambda x, size=size: np.concatenate([np.argwhere(x), np.full((6, 2), -7)])[:size],
            )
        )
        for size in (0, 2, 6)
    ),
    # segments
    segmented("sum", "sum", normal(5), np.sum),
    segmented("sum of rows", "sum", transposed(normal(5, 2)), np.sum),
    segmented("sum, initial", "sum", normal(5), np.sum, initial=2.5),
    segmented("mean", "mean", normal(5, 2), np.mean),
    segmented("prod", "prod", away(5), np.prod),
    segmented("prod, initial", "prod", away(5), np.prod, initial=-1.5),
    segmented("max", "max", apart(5, 2), np.max),
    segmented("max, initial", "max", apart(5), np.max, initial=0.1),
    segmented("min", "min", apart(5), np.min),
    segmented("min, initial", "min", apart(5), np.min, initial=-0.1),
    row(
        "segment_reduce/offsets",
        lambda m, x, n: m.segment_reduce(x, "sum", offsets=n),
        normal(5),
        constant([1, 3, 3, 4]),
        np=lambda x, n: segments(np.sum, x[1:4], [2, 0, 1]),
    ),
    row(
        "segment_reduce/axis",
        lambda m, x, n: m.segment_reduce(x, "mean", lengths=n, axis=1, initial=1),
        normal(2, 4),
        constant([[1, 3, 0], [0, 2, 2]]),
        np=lambda x, n: np.stack(
            [(segments(np.sum, r, each) + 1) / np.maximum(each, 1) for r, each in zip(x, n, strict=True)]
        ),
    ),
    row(
        "segment_reduce/less",
        lambda m, x, n: m.segment_reduce(x, "max", lengths=n, unsafe=True),
        apart(5),
        constant([1, 2]),
        np=lambda x, n: segments(np.max, x, n),
    ),
    # parts: PyTorch keeps the gradient of what is overwritten and drops that of the rest; its own gradcheck says so
    row(
        "as_strided_scatter",
        lambda m, x, v: m.as_strided_scatter(x, v, (2, 2), (1, 3)),
        normal(3, 3),
        normal(2, 2),
        parity=False,
        np=lambda x, v: strided(x, v, (2, 2), (1, 3), 0),
    ),
    row(
        "as_strided_scatter/offset",
        lambda m, x, v: m.as_strided_scatter(x * 1, v, (2, 2), (4, 1), 2),
        normal(3, 3),
        normal(2, 2),
        parity=False,
        np=lambda x, v: strided(x, v, (2, 2), (4, 1), 2),
    ),
    # histograms: no gradient in PyTorch
    *(
        row(
            f"histogramdd/{case}",
            lambda m, x, options=options: flat(m, m.histogramdd(x, [2, 3], **options)),
            normal(5, 2),
            np=lambda x, options=options: histogramdd(x, **options),
            differentiable=(),
            half=False,
        )
        for case, options in HISTOGRAM.items()
    ),
    # weights have their gradient, which PyTorch does not compute
    row(
        "histogramdd/weight",
        lambda m, x, w: m.histogramdd(x.detach(), [2, 3], weight=w).hist,
        normal(5, 2),
        away(5),
        np=lambda x, w: histogramdd(x, w)[0],
        differentiable=(1,),
        half=False,
        parity=False,
    ),
    row(
        "histogramdd/edges",
        lambda m, x, a, b: flat(m, m.histogramdd(x, [a, b])),
        whole(-2, 3, 6, 2),
        constant([-1.0, 0.0, 1.5]),
        constant([-2.0, 2.0]),
        np=lambda x, a, b: (np.histogramdd(x, [a, b])[0], a, b),
        differentiable=(),
        half=False,
    ),
    # layers and losses
    row(
        "nn.functional.conv_tbc",
        lambda m, x, w, b: m.nn.functional.conv_tbc(x, w, b),
        normal(4, 1, 2),
        normal(2, 2, 3),
        normal(3),
        np=lambda x, w, b: tbc(x, w, b, 0),
    ),
    row(
        "nn.functional.conv_tbc/pad",
        lambda m, x, w, b: m.nn.functional.conv_tbc(x, w, b, 1),
        normal(2, 2, 1),
        normal(3, 1, 2),
        normal(2),
        np=lambda x, w, b: tbc(x, w, b, 1),
    ),
    row(
        "nn.functional.linear_cross_entropy",
        lambda m, x, w, t: m.nn.functional.linear_cross_entropy(x, w, t),
        normal(3, 2),
        normal(4, 2),
        integers(0, 4, 3),
        np=lambda x, w, t: np.mean(class_loss(x, w, t)),
    ),
    row(
        "nn.functional.linear_cross_entropy/bias",
        lambda m, x, w, t, b: m.nn.functional.linear_cross_entropy(
            x, w, t, linear_bias=b, reduction="none", ignore_index=1
        ),
        normal(3, 2),
        normal(4, 2),
        constant([0, 1, 3]),
        normal(4),
        np=lambda x, w, t, b: np.where(t == 1, 0, class_loss(x, w, t, b)),
    ),
    row(
        "nn.functional.linear_cross_entropy/places",
        lambda m, x, w, t: m.nn.functional.linear_cross_entropy(x, w, t),
        normal(2, 2),
        normal(3, 2, 2),
        integers(0, 3, 2, 2),
        np=at_places,
    ),
    row(
        "nn.functional.linear_cross_entropy/probabilities",
        lambda m, x, w, t: m.nn.functional.linear_cross_entropy(x, w, t.softmax(0), reduction="sum"),
        normal(2),
        normal(3, 2),
        normal(3),
        np=lambda x, w, t: -np.sum(np.exp(log_softmax(t, 0)) * log_softmax(w @ x, 0)),
    ),
    # compact QR: the reflections' own signs are LAPACK's, the same everywhere
    row(
        "geqrf",
        lambda m, x: m.geqrf(x),
        normal(4, 3),
        np=lambda x: (lambda h, t: (h.T, t))(*np.linalg.qr(x, mode="raw")),
        differentiable=(),
        half=False,
    ),
    row(
        "geqrf/wide batch",
        lambda m, x: m.geqrf(x),
        normal(2, 2, 3),
        np=lambda x: (lambda h, t: (h.mT, t))(*np.linalg.qr(x, mode="raw")),
        differentiable=(),
        half=False,
    ),
    *(
        row(
            f"ormqr/{left}, {transpose}",
            lambda m, a, t, c, left=left, transpose=transpose: m.ormqr(a, t, c, left, transpose),
            normal(3, 2),
            away(2),
            normal(3, 2) if left else normal(2, 3),
            np=lambda a, t, c, left=left, transpose=transpose: (lambda q: q @ c if left else c @ q)(
                reflections(a, t).T if transpose else reflections(a, t)
            ),
            half=False,
        )
        for left in (True, False)
        for transpose in (True, False)
    ),
    row(
        "lu",
        lambda m, x: deprecated(lambda m, x: m.lu(x, get_infos=True)[0])(m, x),
        constant([[3.0, 1.0], [1.0, 2.0]]),
        np=lambda x: np.array([[3.0, 1.0], [1 / 3, 5 / 3]]),
        half=False,
    ),
]
