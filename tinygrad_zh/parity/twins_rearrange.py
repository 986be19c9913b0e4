"""Twins of what repeats, pads, looks through windows, and reduces by an index.

May import: ``twin``, ``expressions``.
"""

from __future__ import annotations

from typing import Any

from .twin import Twin, at_most_all, moves


def padded(t: Any, x: Any, shape: Any, index: Any, fill: Any) -> Any:
    """A tensor full of one value, with `x` in its place."""
    y = t.full(shape, fill, dtype=x.dtype)
    y[(*index, ...)] = x
    return y


def strided_sum(t: Any, x: Any, shape: Any, stride: Any, offset: Any) -> Any:
    """Zeros to which `x` was added where ``as_strided`` reads."""
    y = t.zeros(shape, dtype=x.dtype)
    places = t.as_strided(t.arange(y.numel()), x.shape, stride, offset)
    return y.reshape(-1).index_add(0, places.reshape(-1), x.reshape(-1)).reshape(shape)


def overlap_add(t: Any, x: Any, shape: Any, dim: int, step: int) -> Any:
    """Zeros to which all windows were added in their places."""
    places = t.arange(t.Size(shape).numel()).reshape(shape).unfold(dim, x.shape[-1], step)
    y = t.zeros(t.Size(shape).numel(), dtype=x.dtype)
    return y.index_add(0, places.reshape(-1), x.reshape(-1)).reshape(shape)


def by_index(reduce: str) -> Twin:
    """A reduction of what an index sends to one place."""

    def call(t: Any, x: Any, index: Any, src: Any, dim: int, include_self: bool = True) -> Any:
        return t.scatter_reduce(x, dim, index.long(), src, reduce, include_self=include_self)

    def terms(y: Any, x: Any, index: Any, src: Any, **_: Any) -> int:
        return 1 + int(src.numel())  # each product rounds once

    def terms_back(i: int, y: Any, x: Any, index: Any, src: Any, **_: Any) -> int:
        return 1 + int(src.numel())

    return Twin(call, terms, terms_back) if reduce == "prod" else Twin(call, terms_back=terms_back)


TWINS: dict[str, Twin] = {
    "repeat": moves(lambda t, x, sizes: x.repeat(sizes), at_most_all),
    "roll": moves(lambda t, x, shifts, dims: t.roll(x, shifts, dims)),
    "repeated_positions": Twin(lambda t, repeats: t.repeat_interleave(repeats)),
    "view_dtype": Twin(lambda t, x, dtype: x.view(getattr(t, dtype.name))),
    "windows": moves(lambda t, x, dim, size, step: x.unfold(dim, size, step), at_most_all),
    "as_strided": moves(
        lambda t, x, size, stride, offset: t.as_strided(x.contiguous(), size, stride, offset), at_most_all
    ),
    "overlap_add": Twin(overlap_add, terms=lambda y, x, **_: max(1, x.shape[-1]), linear=True),
    "strided_sum": Twin(strided_sum, terms=lambda y, x, **_: max(1, x.numel()), linear=True),
    "pad": moves(padded),
    "scatter_prod": by_index("prod"),
    "scatter_max": by_index("amax"),
    "scatter_min": by_index("amin"),
}
