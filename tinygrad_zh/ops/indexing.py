r"""Floor 2: ``x[index]`` and ``x[index] = value``, as PyTorch does them.

An index is taken apart into two steps.  **Basic**: ints, slices, ``None`` and ``...`` choose a view, which is
one primitive (`slice_p`) on shared memory.  **Advanced**: int tensors and bool masks then pick elements of that
view one by one, into a copy (`take_p`).  So an int beside an int tensor is no advanced index (NumPy's rule
differs there).

Two pairs are each other's transposes, and that is all their rules say: a slice, and zeros with `g` in that
place; taking elements, and adding `g` to zeros at their positions.  There an element that was taken twice
receives both cotangents.

May import: floors 0–1, ``brackets``, ``elementwise``, ``shape``.  Read next: ``gather.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..aliases import DType, Shape
from ..backend.devices import backend_of
from ..backend.dtypes import int64
from ..core.primitive import primitive
from ..core.registry import register, registry
from ..core.symbol import Symbol
from ..core.tensor import Tensor, box
from ..errors import error
from .arguments import number_for
from .brackets import Picks, Place, items_of, parse
from .elementwise import where_p
from .shape import clone, reshape_p
from .write import write

# -- basic: views --------------------------------------------------------------------------------------


@primitive(
    r"<x:4>[<index>]",
    view=True,
    vjp_x=lambda g, x_shape, index: place_p(g, shape=x_shape, index=index),
    name="slice",
)
def slice_p(xp: Any, x: Any, *, index: Place) -> Any:
    """Return a view of the place that a basic index chooses."""
    return x[(*index, ...)]  # with an Ellipsis NumPy gives a view even of a single element


@primitive(
    r"\operatorname{place}(<x>, [<index>])",
    vjp_x=lambda g, index: slice_p(g, index=index),
    name="place",
)
def place_p(xp: Any, x: Any, *, shape: Shape, index: Place) -> Any:
    """Return zeros of `shape` with `x` in that place: the transpose of slicing."""
    y = xp.zeros(shape, dtype=x.dtype)
    y[(*index, ...)] = x
    return y


# -- advanced: copies ----------------------------------------------------------------------------------
# `index` has one row of positions for each of `dims`; with a single dim it is that row itself.


def positions(index: Any, dims: tuple[int, ...]) -> tuple[Any, ...]:
    """Return what goes between the brackets of ``array[...]``."""
    rows = iter((index,) if len(dims) == 1 else index)
    return tuple(next(rows) if d in dims else slice(None) for d in range(dims[-1] + 1))


@primitive(
    r"<x:4>[<index>]",
    vjp_x=lambda g, index, x_shape, dims: add_at(g, index, shape=x_shape, dims=dims),
    name="take",
)
def take_p(xp: Any, x: Any, index: Any, *, dims: tuple[int, ...]) -> Any:
    """Return a copy of the elements that stand at the positions of `index`."""
    return x.take(index, axis=dims[0]) if len(dims) == 1 else x[positions(index, dims)]


@primitive(
    r"\operatorname{add\_at}(<x>, [<index>])",
    vjp_x=lambda g, index, dims: take_p(g, index, dims=dims),
)
def add_at(xp: Any, x: Any, index: Any, *, shape: Shape, dims: tuple[int, ...]) -> Any:
    """Return zeros of `shape` to which `x` was added at the positions of `index`: the transpose of taking."""
    if dims != tuple(range(dims[0], dims[-1] + 1)):
        y = xp.zeros(shape, dtype=counting_dtype(x.dtype))
        xp.add.at(y, positions(index, dims), counted(x))
        return y.view(int64).astype(x.dtype) if y.dtype != x.dtype else y
    # Neighbouring dims are one long dimension, and ``add.at`` is several times faster on a flat array.
    first, after = dims[0], dims[-1] + 1
    place: Any = 0
    for row, length in zip((index,) if len(dims) == 1 else index, shape[first:after], strict=True):
        place = place * length + row.astype(int64) % max(length, 1)  # int64: an int8 row knows no 200
    count, inner = math.prod(shape[first:after]), math.prod(shape[after:])
    place = place.reshape(-1, 1) * inner + xp.arange(inner)
    if first:
        place = xp.arange(math.prod(shape[:first])).reshape(-1, 1, 1) * (count * inner) + place
    return sum_flat(xp, x, place, shape)


def sum_flat(xp: Any, x: Any, place: Any, shape: Shape) -> Any:
    """Return zeros of `shape` with the elements of `x` added at these places of the flattened result."""
    y = xp.zeros(math.prod(shape), dtype=counting_dtype(x.dtype))
    xp.add.at(y, place.reshape(-1), counted(x).reshape(-1))
    return (y.view(int64).astype(x.dtype) if y.dtype != x.dtype else y).reshape(shape)


def counting_dtype(dtype: DType) -> DType:
    """Return the dtype to sum in: CuPy's ``add.at`` knows no signed integers, and uint64 has the same bits."""
    return dtype if dtype.kind == "f" else np.dtype("uint64")


def counted(x: Any) -> Any:
    """Return `x` in the dtype to sum in."""
    return x if x.dtype.kind == "f" else x.astype(int64).view(counting_dtype(x.dtype))


@primitive(
    r"\operatorname{put}(<x>, <v>, [<index>])",
    vjp_x=lambda g, index, dims: put_p(g, 0, index, dims=dims),
    vjp_v=lambda g, index, dims: take_p(g, index, dims=dims),
    name="setitem",
)
def put_p(xp: Any, x: Any, v: Any, index: Any, *, dims: tuple[int, ...]) -> Any:
    """Return a copy of `x` with `v` at the positions of `index`."""
    y = x.copy()
    y[positions(index, dims)] = v
    return y


# -- what the brackets do ------------------------------------------------------------------------------


@primitive(r"\operatorname{positions}(<x>)")
def mask_positions(xp: Any, x: Any) -> Any:
    """Return where a mask is true: a row for each of its dimensions, or with a single dimension that row itself."""
    rows = xp.nonzero(x)
    return rows[0].astype(int64) if len(rows) == 1 else xp.stack(rows).astype(int64)


@primitive(r"\operatorname{stack}(<rows>)")
def stacked(xp: Any, *rows: Any, shape: Shape) -> Any:
    """Return the rows of an index, broadcast to one shape, as one array."""
    y = xp.empty((len(rows), *shape), dtype=int64)
    for k, row in enumerate(rows):
        y[k] = row
    return y


def joined_picks(picks: Picks) -> tuple[Any, tuple[int, ...]]:
    """Return int tensors and masks as one index with a row for each dimension, and those dimensions."""
    if len(picks) == 1:
        dim, item = picks[0]
        count = item.ndim if item.dtype.kind == "b" else 1
        return mask_positions(item) if item.dtype.kind == "b" else item, tuple(range(dim, dim + count))
    rows: Picks = []
    for dim, item in picks:
        if item.dtype.kind == "b":
            found = mask_positions(item)
            several = [slice_p(found, index=Place((k,))) for k in range(item.ndim)] if item.ndim > 1 else [found]
            rows += [(dim + k, row) for k, row in enumerate(several)]
        else:
            rows.append((dim, item))
    try:
        shape = np.broadcast_shapes(*(row.shape for _, row in rows))
    except ValueError as problem:
        raise error("index-broadcast", shapes=", ".join(str(row.shape) for _, row in rows)) from problem
    return stacked(*(row for _, row in rows), shape=shape), tuple(dim for dim, _ in rows)


def getitem(input: Any, index: Any) -> Any:
    """Return ``input[index]``: a view for ints, slices, None and ``...``; a copy for int tensors and masks.

    Parameters
    ----------
    input : Tensor of shape (...)
        What to look into.
    index : int, slice, None, Ellipsis, bool, Tensor, list, ndarray, or a tuple of these
        One for each dimension; a bool mask stands for as many dimensions as it has.

    Raises
    ------
    IndexingError
        If an index is out of range, of a wrong kind, or one too many.
    ArgumentError
        If a slice has a step that is not positive.
    """
    if isinstance(input, Symbol):
        return slice_p(input, index=Place(items_of(index)))
    place, picks = parse(input, index)
    if not picks:
        return slice_p(input, index=place)
    view = input if place.whole else slice_p(input, index=place)
    joined, dims = joined_picks(picks)
    return take_p(view, joined, dims=dims)


def setitem_(input: Any, index: Any, value: Any) -> None:
    """Write `value` into ``input[index]``, as if all operations so far had been computed with copies.

    Parameters
    ----------
    input : Tensor
        What is written to; afterwards it depends on `value`.
    index
        As for `getitem`.  Where a position occurs twice, one of the values is kept.
    value : number, Tensor or ndarray
        Is converted to the dtype of `input` and broadcast.

    Raises
    ------
    IndexingError
        If the index does not fit.
    ShapeError
        If `value` does not broadcast to the part that is written to.
    GraphError
        If `input` is a leaf that requires a gradient, or a view of one.
    """
    place, picks = parse(input, index)
    if not picks:
        if is_view(value, input, place):
            return  # the second half of ``x[i] += v``: the view has been written to already
        view = slice_p(input, index=place)
        write(view, value_for(input, value, view.shape), "setitem")
        return
    view = input if place.whole else slice_p(input, index=place)
    value = value_for(input, value, None)
    if len(picks) == 1 and picks[0][1].dtype.kind == "b" and not value.shape:
        dim, mask = picks[0]  # x[mask] = number needs no positions
        after = view.ndim - dim - mask.ndim
        result = where_p(reshape_p(mask, shape=(*mask.shape, *(1,) * after)), value, view)
    else:
        joined, dims = joined_picks(picks)
        result = put_p(view, fitted(value, picked_shape(view.shape, joined.shape, dims)), joined, dims=dims)
    write(view, result, "setitem")


def is_view(value: Any, input: Any, place: Place) -> bool:
    """Whether a value is the very part of `input` that it shall be written into."""
    source = value.source if isinstance(value, Tensor) else None
    return source is not None and source[0] is slice_p and source[1] is input and source[2]["index"] == place


def picked_shape(shape: Shape, index_shape: Shape, dims: tuple[int, ...]) -> Shape:
    """Return the shape of ``x[index]``: where all of `dims` are neighbours the index stands there, else in front."""
    picked = index_shape if len(dims) == 1 else index_shape[1:]
    rest = tuple(n for d, n in enumerate(shape) if d not in dims)
    first = dims[0] if dims == tuple(range(dims[0], dims[-1] + 1)) else 0
    return (*rest[:first], *picked, *rest[first:])


def value_for(input: Any, value: Any, shape: Shape | None) -> Any:
    """Return what is to be written, with the dtype of `input`, and fitted to `shape` unless that is None."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (bool, int, float)):
        number = number_for("setitem", value, input.dtype)
        return box(backend_of(input.array).xp.asarray(number, dtype=input.dtype))
    if not isinstance(value, Tensor):
        if not isinstance(value, np.ndarray) and backend_of(value).array_type is not type(value):
            raise error("setitem-kind", kind=type(value).__name__)
        value = registry["tensor"](value, dtype=input.dtype, device=input.device)
    if value.dtype != input.dtype:
        value = registry["cast"](value, dtype=input.dtype)
    if value.cell is not None and value.cell is input.cell:
        value = clone(value)  # x[1:] = x[:-1] must not read what it has just written
    return value if shape is None else fitted(value, shape)


def fitted(value: Any, shape: Shape) -> Any:
    """Return a value without leading dimensions of length 1 that `shape` lacks; refuse what does not broadcast."""
    extra = max(value.ndim - len(shape), 0)
    kept = value.shape[extra:]
    beside = shape[len(shape) - len(kept) :]
    if value.shape[:extra] != (1,) * extra or any(n not in (1, m) for n, m in zip(kept, beside, strict=True)):
        raise error("setitem-shape", value=value.shape, shape=shape)
    return reshape_p(value, shape=kept) if extra else value


register("getitem", getitem)
register("setitem_", setitem_)
