r"""Floor 2: masks: ``masked_fill``, ``masked_select`` and ``masked_scatter``, ``nonzero``, and triangles.

May import: floors 0–1, ``elementwise``, ``indexing``, ``shape``.  Read next: ``parts.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..aliases import Shape
from ..backend.devices import backend_for
from ..backend.dtypes import as_dtype, int64
from ..core.primitive import primitive
from ..core.registry import register, registry
from ..core.tensor import Tensor, box
from ..errors import error
from .arguments import number_for
from .dims import sizes_of
from .elementwise import where_p
from .indexing import getitem, mask_positions, put_p
from .join import unbind
from .publish import publish, published
from .shape import broadcast_to_p, ravel, reshape_p


def checked_mask(op: str, input: Any, mask: Any) -> Shape:
    """Return the common shape of a tensor and a bool mask; refuse any other mask."""
    if not isinstance(mask, Tensor):
        raise error("not-a-tensor", op=op, kind=type(mask).__name__)
    if mask.dtype.kind != "b":
        raise error("mask-dtype", op=op, dtype=mask.dtype)
    try:
        return np.broadcast_shapes(input.shape, mask.shape)
    except ValueError as problem:
        raise error("broadcast", op=op, shapes=f"{input.shape}, {mask.shape}") from problem


@published(inplace=True)
def masked_fill(input: Any, mask: Any, value: Any) -> Any:
    """Return `input` with a number where `mask` is true.

    Parameters
    ----------
    input : Tensor of shape (...)
        The values.
    mask : Tensor of bool
        Broadcasts with `input`.
    value : number or 0-d Tensor
        Is converted to the dtype of `input`.

    Raises
    ------
    DTypeError
        If the mask is not bool.

    Examples
    --------
    >>> x = tensor([1.0, 2.0])
    >>> x.masked_fill(x > 1, -9.0)
    tensor([ 1., -9.])
    """
    checked_mask("masked_fill", input, mask)
    if not isinstance(value, Tensor):
        value = number_for("masked_fill", value, input.dtype)
    elif value.shape:
        raise error("ndim", op="masked_fill", expected=0, shape=value.shape)
    elif value.dtype != input.dtype:
        value = registry["cast"](value, dtype=input.dtype)
    return where_p(mask, value, input)


@published()
def masked_select(input: Any, mask: Any) -> Any:
    """Return the elements where `mask` is true as a 1-d tensor, input and mask broadcast to a common shape first."""
    shape = checked_mask("masked_select", input, mask)
    wide, where = (broadcast_to_p(x, shape=shape) if x.shape != shape else x for x in (input, mask))
    return getitem(wide, where)


@published(inplace=True)
def masked_scatter(input: Any, mask: Any, source: Any) -> Any:
    """Return `input` with the elements of `source`, in order, where `mask` is true.

    Parameters
    ----------
    input : Tensor of shape (...)
        The values.
    mask : Tensor of bool
        Broadcasts with `input`.
    source : Tensor of the dtype of `input`
        At least as many elements as the mask has true ones; which of them goes where does not depend on its shape.

    Raises
    ------
    ShapeError
        If `source` has too few elements.
    """
    shape = checked_mask("masked_scatter", input, mask)
    if not isinstance(source, Tensor):
        raise error("not-a-tensor", op="masked_scatter", kind=type(source).__name__)
    if source.dtype != input.dtype:
        raise error("source-dtype", op="masked_scatter", source=source.dtype, dtype=input.dtype)
    wide, where = (broadcast_to_p(x, shape=shape) if x.shape != shape else x for x in (input, mask))
    places, values = mask_positions(ravel(where)), ravel(source)
    if places.shape > values.shape:
        raise error("masked-scatter-short", source=values.shape[0], count=places.shape[0])
    result = put_p(ravel(wide), getitem(values, slice(places.shape[0])), places, dims=(0,))
    return reshape_p(result, shape=shape)


@primitive(r"\operatorname{nonzero}(<x>)", name="nonzero")
def nonzero_p(xp: Any, x: Any) -> Any:
    """Return the positions of the elements that are not zero, a row for each."""
    return xp.argwhere(x).astype(int64)  # (count, ndim)


@published()
def nonzero(input: Any, *, as_tuple: bool = False) -> Any:
    """Return where the elements that are not zero stand.

    Parameters
    ----------
    input : Tensor of shape (...), N dimensions
        The values.
    as_tuple : bool
        Return N 1-d tensors, which index `input`, instead of one with a row for every element.

    Returns
    -------
    Tensor of int64 of shape (count, N), or tuple of N Tensors of shape (count,)
    """
    if not as_tuple:
        return nonzero_p(input)
    return unbind(nonzero_p(input if input.ndim else input.reshape(1)), 1)


@primitive(
    r"\operatorname{tril}(<x>)",
    vjp_x=lambda g, diagonal: tril_p(g, diagonal=diagonal),
    name="tril",
)
def tril_p(xp: Any, x: Any, *, diagonal: int) -> Any:
    """Return `x` with 0 above a diagonal."""
    return xp.tril(x, diagonal)


@primitive(
    r"\operatorname{triu}(<x>)",
    vjp_x=lambda g, diagonal: triu_p(g, diagonal=diagonal),
    name="triu",
)
def triu_p(xp: Any, x: Any, *, diagonal: int) -> Any:
    """Return `x` with 0 below a diagonal."""
    return xp.triu(x, diagonal)


def triangle(keep: Any, input: Any, diagonal: Any) -> Any:
    """Check the operands of ``tril`` and ``triu``."""
    if input.ndim < 2:
        raise error("triangle-ndim", op=keep.name, shape=input.shape)
    if isinstance(diagonal, bool) or not hasattr(diagonal, "__index__"):
        raise error("argument", op=keep.name, argument="diagonal", expected="an int", got=diagonal)
    return keep(input, diagonal=diagonal.__index__())


@published(inplace=True)
def tril(input: Any, diagonal: int = 0) -> Any:
    """Return the lower triangle of the last two dimensions, and 0 above it.

    Parameters
    ----------
    input : Tensor of shape (..., N, M)
        The matrices.
    diagonal : int
        The last diagonal to keep: 0 the main one, 1 the one above it, −1 the one below.
    """
    return triangle(tril_p, input, diagonal)


@published(inplace=True)
def triu(input: Any, diagonal: int = 0) -> Any:
    """Return the upper triangle of the last two dimensions, and 0 below it; `diagonal` is the first to keep."""
    return triangle(triu_p, input, diagonal)


def triangle_indices(op: str, row: int, col: int, offset: int, dtype: Any, device: Any) -> Any:
    """Return the positions of a triangle's elements, in the order of the rows: row numbers, then column numbers."""
    sizes = sizes_of(op, (row, col))
    if min(sizes) < 0:
        raise error("size-negative", op=op, sizes=sizes)
    wanted = int64 if dtype is None else as_dtype(dtype)
    if wanted.kind != "i":
        raise error("argument", op=op, argument="dtype", expected="a dtype of signed integers", got=wanted)
    xp = backend_for(device).xp
    steps = xp.arange(sizes[1]) - xp.arange(sizes[0]).reshape(-1, 1)  # on which diagonal an element stands
    kept = steps <= offset if op == "tril_indices" else steps >= offset
    return box(xp.stack(xp.nonzero(kept)).astype(wanted))  # (2, count)


@published(method=False)
def tril_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None) -> Any:
    """Return where the lower triangle of a matrix stands: row numbers and column numbers, as a (2, count) tensor.

    Parameters
    ----------
    row, col : int
        How many rows and columns the matrix has.
    offset : int
        The last diagonal that belongs to the triangle, as for `tril`.
    dtype : dtype, optional
        int64 unless given.

    Examples
    --------
    >>> tril_indices(2, 3)
    tensor([[0, 1, 1],
            [0, 0, 1]])
    """
    return triangle_indices("tril_indices", row, col, offset, dtype, device)


@published(method=False)
def triu_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None) -> Any:
    """Return where the upper triangle of a matrix stands, as `tril_indices`; `offset` is its first diagonal."""
    return triangle_indices("triu_indices", row, col, offset, dtype, device)


register("nonzero", nonzero)
publish("argwhere", nonzero_p)
