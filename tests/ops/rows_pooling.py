"""Rows of the poolings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .naive_windows import adaptive, pooled
from .tables import Array, Row, Source, apart, normal, positive, row, transposed


def pool(name: str, reference: Callable[[Array], Any], source: Source, *args: Any, **options: Any) -> Row:
    """A row for a pooling; what belongs to the row alone comes as ``half=`` and so on."""
    own = {key: options.pop(key) for key in ("half", "integers", "parity", "second") if key in options}
    public = name.partition("/")[0]
    return row(
        "nn.functional." + name,
        lambda m, x: getattr(m.nn.functional, public)(x, *args, **options),
        source,
        np=reference,
        **own,
    )


def mean(x: Array, count: int) -> Array:
    """Of the elements and the padding's zeros."""
    return np.asarray(x.sum(-1) / count)


def bare_mean(x: Array, _: int) -> Array:
    """Of the elements alone."""
    return np.asarray(x.mean(-1))


def top(x: Array, _: int = 0) -> Array:
    """The largest."""
    return np.asarray(x.max(-1))


def where_from(x: Array, values: Array) -> tuple[Array, Array]:
    """Values that all differ, and where in the flattened image they stand."""
    flat = x.reshape(*x.shape[:2], -1)
    index = np.argmax(flat[..., None, :] == values.reshape(*x.shape[:2], -1, 1), axis=-1)
    return values, index.reshape(values.shape)


def both(x: Array, reduce: Callable[..., Array]) -> tuple[Array, Array]:
    """Values and indices of a max pooling."""
    return where_from(x, reduce(x))


NO_HALF = {"half": False}  # PyTorch has no avg_pool3d in float16


def fractional(case: str, dims: int, source: Source, reference: Callable[[Array], Any], **options: Any) -> Row:
    """A row with random numbers that are given: 0 makes every window begin where it can at the earliest."""
    name = f"fractional_max_pool{dims}d" + case

    def call(m: Any, x: Any) -> Any:
        samples = x.new_zeros(x.shape[0], x.shape[1], dims)
        return getattr(m.nn.functional, name.partition("/")[0])(x, **options, _random_samples=samples)

    return row("nn.functional." + name, call, source, np=reference)


def begins(length: int, kernel: int, count: int) -> list[int]:
    """Where the windows begin for the random number 0."""
    apart_by = (length - kernel) / (count - 1) if count > 1 else 0
    return [int(i * apart_by) for i in range(count - 1)] + [length - kernel]


def fraction(x: Array, kernel: int, counts: tuple[int, ...]) -> Array:
    """Fractional max pooling for the random number 0."""
    y = np.zeros((*x.shape[:2], *counts))
    rows = [begins(n, kernel, m) for n, m in zip(x.shape[2:], counts, strict=True)]
    for place in np.ndindex(*counts):
        box = tuple(slice(rows[d][i], rows[d][i] + kernel) for d, i in enumerate(place))
        y[(..., *place)] = x[(..., *box)].reshape(*x.shape[:2], -1).max(-1)
    return y


def unpooled(x: Array, index: Array, count: int) -> Array:
    """Elements put where they belong in images of so many elements."""
    y = np.zeros((*x.shape[:2], count))
    for n, c in np.ndindex(*x.shape[:2]):
        y[n, c, index[n, c].reshape(-1)] = x[n, c].reshape(-1)
    return y


def places(*shape: int) -> Source:
    """Positions 0, 2, 4, … in every image."""

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        count = int(np.prod(shape[2:]))
        return np.broadcast_to(2 * np.arange(count).reshape(shape[2:]), shape).copy()

    return Source(draw, shape)


ROWS = [
    # -- averages ----------------------------------------------------------------------------------------
    pool("avg_pool1d", lambda x: pooled(x, mean, 2), normal(2, 1, 4), 2),
    pool("avg_pool1d/overlapping", lambda x: pooled(x, mean, 3, 1), normal(1, 2, 4), 3, 1),
    pool("avg_pool1d/padding", lambda x: pooled(x, mean, 3, 2, 1), normal(1, 1, 5), 3, 2, 1),
    pool("avg_pool1d/bare", lambda x: pooled(x, bare_mean, 3, 2, 1), normal(1, 1, 5), 3, 2, 1, count_include_pad=False),
    pool("avg_pool1d/ceil", lambda x: pooled(x, mean, 2, 2, 0, 1, True), normal(1, 1, 5), 2, ceil_mode=True),
    pool("avg_pool1d/unbatched", lambda x: pooled(x[None], mean, 2)[0], normal(2, 4), 2),
    pool("avg_pool1d/no images", lambda x: np.zeros((0, 1, 2)), normal(0, 1, 4), 2),
    pool("avg_pool2d", lambda x: pooled(x, mean, 2), normal(1, 1, 4, 2), 2),
    pool("avg_pool2d/one window", lambda x: pooled(x, mean, (2, 3)), normal(1, 2, 2, 3), (2, 3)),
    pool("avg_pool2d/everything", lambda x: pooled(x, mean, (3, 2), (2, 2), (1, 0), 1, True), normal(1, 1, 4, 3),
         (3, 2), 2, (1, 0), ceil_mode=True),
    pool("avg_pool2d/divisor", lambda x: pooled(x, lambda v, _: v.sum(-1) / 3, 2, 1), normal(1, 1, 3, 3), 2, 1,
         divisor_override=3),
    pool("avg_pool2d/transposed", lambda x: pooled(x, mean, 2), transposed(normal(1, 1, 2, 4)), 2),
    pool("avg_pool3d", lambda x: pooled(x, mean, (2, 1, 2), (1, 1, 2)), normal(1, 1, 2, 2, 2), (2, 1, 2), (1, 1, 2),
         **NO_HALF),
    pool("lp_pool1d", lambda x: pooled(x**2, lambda v, _: np.sqrt(v.sum(-1)), 2), positive(1, 1, 4), 2, 2),
    pool("lp_pool1d/cube", lambda x: pooled(x**3, lambda v, _: np.cbrt(v.sum(-1)), 2, 1), positive(1, 1, 3), 3, 2, 1),
    pool("lp_pool2d", lambda x: pooled(x**2, lambda v, _: np.sqrt(v.sum(-1)), 2), positive(1, 1, 2, 4), 2.0, 2),
    pool("lp_pool3d", lambda x: pooled(x**2, lambda v, _: np.sqrt(v.sum(-1)), 2), positive(1, 1, 2, 2, 2), 2, 2,
         **NO_HALF),
    pool("adaptive_avg_pool1d", lambda x: adaptive(x, lambda v: v.mean(-1), (2,)), normal(1, 2, 4), 2),
    pool("adaptive_avg_pool1d/uneven", lambda x: adaptive(x, lambda v: v.mean(-1), (3,)), normal(1, 1, 5), 3),
    pool("adaptive_avg_pool1d/larger", lambda x: adaptive(x, lambda v: v.mean(-1), (5,)), normal(1, 1, 3), 5),
    pool("adaptive_avg_pool1d/unbatched", lambda x: adaptive(x[None], lambda v: v.mean(-1), (1,))[0], normal(2, 3), 1),
    pool("adaptive_avg_pool2d", lambda x: adaptive(x, lambda v: v.mean(-1), (2, 2)), normal(1, 1, 3, 4), 2),
    pool("adaptive_avg_pool2d/kept", lambda x: adaptive(x, lambda v: v.mean(-1), (3, 1)), normal(1, 1, 3, 4),
         (None, 1)),
    pool("adaptive_avg_pool3d", lambda x: adaptive(x, lambda v: v.mean(-1), (1, 2, 1)), normal(1, 1, 2, 3, 2),
         (1, 2, 1)),
    # -- maxima ------------------------------------------------------------------------------------------
    pool("max_pool1d", lambda x: pooled(x, top, 2), apart(2, 1, 4), 2),
    pool("max_pool1d/overlapping", lambda x: pooled(x, top, 3, 1), apart(1, 2, 5), 3, 1),
    pool("max_pool1d/padding and dilation", lambda x: pooled(x, top, 2, 2, 1, 3), apart(1, 1, 6), 2, 2, 1, 3),
    pool("max_pool1d/ceil", lambda x: pooled(x, top, 2, 2, 0, 1, True), apart(1, 1, 5), 2, ceil_mode=True),
    pool("max_pool1d/indices", lambda x: both(x, lambda x: pooled(x, top, 2, 1)), apart(1, 2, 4), 2, 1,
         return_indices=True),
    pool("max_pool1d/unbatched", lambda x: pooled(x[None], top, 2)[0], apart(2, 4), 2),
    pool("max_pool1d/no images", lambda x: np.zeros((0, 1, 2)), apart(0, 1, 4), 2),
    pool("max_pool1d_with_indices", lambda x: both(x, lambda x: pooled(x, top, 3, 2, 1)), apart(1, 1, 5), 3, 2, 1),
    pool("max_pool2d", lambda x: pooled(x, top, 2), apart(1, 1, 4, 2), 2),
    pool("max_pool2d/everything", lambda x: pooled(x, top, (3, 2), (2, 1), (1, 0), (1, 2), True), apart(1, 1, 3, 4),
         (3, 2), (2, 1), (1, 0), (1, 2), True),
    pool("max_pool2d_with_indices", lambda x: both(x, lambda x: pooled(x, top, 2, 1, 1)), apart(1, 1, 2, 3), 2, 1, 1),
    pool("max_pool3d", lambda x: pooled(x, top, (2, 1, 2), (1, 1, 2)), apart(1, 1, 2, 2, 2), (2, 1, 2), (1, 1, 2)),
    pool("max_pool3d_with_indices", lambda x: both(x, lambda x: pooled(x, top, 2)), apart(1, 1, 2, 2, 2), 2),
    pool("adaptive_max_pool1d", lambda x: adaptive(x, top, (2,)), apart(1, 2, 4), 2),
    pool("adaptive_max_pool1d/uneven", lambda x: adaptive(x, top, (3,)), apart(1, 1, 5), 3),
    pool("adaptive_max_pool1d_with_indices", lambda x: both(x, lambda x: adaptive(x, top, (2,))), apart(1, 1, 3), 2),
    pool("adaptive_max_pool2d", lambda x: adaptive(x, top, (2, 2)), apart(1, 1, 3, 4), 2),
    pool("adaptive_max_pool2d/indices", lambda x: both(x, lambda x: adaptive(x, top, (2, 3))), apart(1, 1, 3, 4),
         (2, 3), return_indices=True),
    pool("adaptive_max_pool2d_with_indices", lambda x: both(x, lambda x: adaptive(x, top, (1, 2))), apart(1, 1, 2, 4),
         (1, 2)),
    pool("adaptive_max_pool3d", lambda x: adaptive(x, top, (1, 2, 1)), apart(1, 1, 2, 3, 2), (1, 2, 1)),
    pool("adaptive_max_pool3d_with_indices", lambda x: both(x, lambda x: adaptive(x, top, (1, 1, 2))),
         apart(1, 1, 2, 2, 2), (1, 1, 2)),
    fractional("", 2, apart(1, 1, 3, 4), lambda x: fraction(x, 2, (2, 2)), kernel_size=2, output_size=2),
    fractional("/ratio", 2, apart(1, 1, 4, 3), lambda x: fraction(x, 1, (2, 2)), kernel_size=1,
               output_ratio=(0.5, 0.7)),
    fractional("_with_indices", 2, apart(1, 1, 4, 3), lambda x: both(x, lambda x: fraction(x, 2, (3, 1))),
               kernel_size=2, output_size=(3, 1)),
    fractional("", 3, apart(1, 1, 3, 2, 2), lambda x: fraction(x, 1, (2, 1, 1)), kernel_size=1, output_size=(2, 1, 1)),
    fractional("_with_indices", 3, apart(1, 1, 2, 3, 2), lambda x: both(x, lambda x: fraction(x, 1, (1, 2, 1))),
               kernel_size=1, output_size=(1, 2, 1)),
    # -- back --------------------------------------------------------------------------------------------
    row("nn.functional.max_unpool1d", lambda m, x, i: m.nn.functional.max_unpool1d(x, i, 2), normal(1, 2, 3),
        places(1, 2, 3), np=lambda x, i: unpooled(x, i, 6)),
    row("nn.functional.max_unpool1d/output size",
        lambda m, x, i: m.nn.functional.max_unpool1d(x, i, 2, output_size=(1, 1, 7)), normal(1, 1, 3),
        places(1, 1, 3), np=lambda x, i: unpooled(x, i, 7)),
    row("nn.functional.max_unpool2d", lambda m, x, i: m.nn.functional.max_unpool2d(x, i, 2, (2, 1)),
        normal(1, 1, 2, 2), places(1, 1, 2, 2), np=lambda x, i: unpooled(x, i, 12).reshape(1, 1, 4, 3)),
    row("nn.functional.max_unpool2d/unbatched", lambda m, x, i: m.nn.functional.max_unpool2d(x[0], i[0], 2),
        normal(1, 1, 1, 2), places(1, 1, 1, 2), np=lambda x, i: unpooled(x, i, 8).reshape(1, 2, 4)),
    row("nn.functional.max_unpool3d", lambda m, x, i: m.nn.functional.max_unpool3d(x, i, 2), normal(1, 1, 1, 1, 2),
        places(1, 1, 1, 1, 2), np=lambda x, i: unpooled(x, i, 16).reshape(1, 1, 2, 2, 4)),
]  # fmt: skip
