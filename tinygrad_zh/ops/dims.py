"""Floor 2: which dimensions are meant: negative ones, several, all; PyTorch's ``dim`` and NumPy's ``axis``.

May import: floors 0–1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..aliases import Dims, Shape
from ..errors import error


def one_dim(op: str, dim: Any, ndim: int, axis: Any = None) -> int:
    """Return one dimension, counted from the front.

    Parameters
    ----------
    op : str
        Who asks, for messages.
    dim : int
        From ``-ndim`` to ``ndim - 1``.
    ndim : int
        Of the tensor; a 0-d tensor counts as having one dimension, as in PyTorch.
    axis : int, optional
        NumPy's name for the same.
    """
    chosen = dim if axis is None else axis
    if isinstance(chosen, bool) or not hasattr(chosen, "__index__"):
        raise error("dim-type", op=op, got=type(chosen).__name__)
    room = ndim or 1
    index = chosen.__index__()
    if not -room <= index < room:
        raise error("dim-range", op=op, dim=index, low=-room, high=room - 1)
    return int(index % room)


def many_dims(op: str, dim: Dims, ndim: int, axis: Dims = None) -> tuple[int, ...]:
    """Return dimensions counted from the front; all of them for None or an empty sequence."""
    chosen = dim if axis is None else axis
    if chosen is None:
        return tuple(range(ndim))
    if not isinstance(chosen, Sequence):
        return (one_dim(op, chosen, ndim),) if ndim else (one_dim(op, chosen, ndim),)[:0]
    if not chosen:
        return tuple(range(ndim))
    found = tuple(one_dim(op, d, ndim) for d in chosen)
    if len(set(found)) != len(found):
        raise error("dim-repeated", op=op, dims=tuple(chosen))
    return tuple(sorted(found)) if ndim else ()


def kept_shape(shape: Shape, dims: tuple[int, ...]) -> Shape:
    """Return `shape` with length 1 along `dims`: what a reduction with ``keepdim=True`` leaves."""
    return tuple(1 if i in dims else n for i, n in enumerate(shape))


def sizes_of(op: str, sizes: tuple[Any, ...], named: Any = None) -> tuple[int, ...]:
    """Return ``f(2, 3)``, ``f((2, 3))`` and ``f(size=(2, 3))`` alike as a tuple of ints."""
    if named is not None:
        if sizes:
            raise error("sizes-twice", op=op, listed=sizes, named=named)
        sizes = (named,)
    listed = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes
    for n in listed:
        if isinstance(n, bool) or not hasattr(n, "__index__"):
            raise error("size-type", op=op, got=type(n).__name__)
    return tuple(n.__index__() for n in listed)
