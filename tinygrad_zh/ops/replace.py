r"""Floor 2: copies in which a part was replaced: ``slice_scatter`` and its like, ``index_put``, ``put``.

``select_scatter(x, v, …)`` is to ``select(x, …)`` what ``y[i] = v`` is to ``x[i]``: the part is the view that
`select` returns, and the primitive `overwrite` writes into it.

May import: floors 0–1, ``brackets``, ``dims``, ``gather``, ``indexing``, ``parts``, ``shape``,
``windows``, ``write``.  Read next: ``scatter_reduce.py``.
"""

from __future__ import annotations

import functools
import math
from typing import Any

from ..aliases import Shape
from ..backend.devices import backend_of
from ..backend.dtypes import int64
from ..core.registry import registry
from ..core.tensor import Tensor, box
from ..errors import error
from .arguments import number_for
from .brackets import Place, checked_slice, parse, refuse_out_of_range
from .dims import one_dim
from .gather import index_of
from .indexing import add_at, fitted, joined_picks, picked_shape, put_p, slice_p
from .parts import diagonal_p, integer
from .publish import published
from .shape import broadcast_to_p, overwrite, ravel, reshape_p
from .windows import as_strided_p, overlaps, walk
from .write import write

# -- a part that a view looks at -----------------------------------------------------------------------


def with_part(op: str, input: Any, src: Any, part: Shape, view: Any, **static: Any) -> Any:
    """Return a copy of `input` with `src` in the place of a view; it must have the very shape of that part."""
    if not isinstance(src, Tensor):
        raise error("not-a-tensor", op=op, kind=type(src).__name__)
    if src.shape != part:
        raise error("part-shape", op=op, source=src.shape, expected=part)
    if src.dtype != input.dtype:
        src = registry["cast"](src, dtype=input.dtype)
    return overwrite(input, src, view=functools.partial(view, **static))


@published()
def select_scatter(input: Any, src: Any, dim: int, index: int) -> Any:
    """Return a copy of `input` with `src` at one position along `dim`: where `select` would look.

    Parameters
    ----------
    input : Tensor of shape (..., N, ...)
        What is copied.
    src : Tensor of the shape of ``input.select(dim, index)``
        Is converted to the dtype of `input`.
    dim, index : int
        As for `select`.
    """
    d, i = one_dim("select_scatter", dim, input.ndim), integer("select_scatter", "index", index)
    if not input.ndim:
        raise error("index-count", count=1, ndim=0, shape=())
    if not -input.shape[d] <= i < input.shape[d]:
        raise error("index-range", op="select_scatter", index=i, dim=d, size=input.shape[d], low=-input.shape[d])
    part = (*input.shape[:d], *input.shape[d + 1 :])
    return with_part("select_scatter", input, src, part, slice_p, index=Place((*(slice(None),) * d, i)))


@published()
def slice_scatter(
    input: Any, src: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Any:
    """Return a copy of `input` with `src` in the place of ``input[start:end:step]`` along `dim`.

    Parameters
    ----------
    input : Tensor of shape (..., N, ...)
        What is copied.
    src : Tensor of the shape of that slice
        Is converted to the dtype of `input`.
    dim : int
        Along which dimension.
    start, end, step : int, optional
        As of a slice.
    """
    d = one_dim("slice_scatter", dim, input.ndim)
    if not input.ndim:
        raise error("index-count", count=1, ndim=0, shape=())
    where = checked_slice(slice(start, end, step))
    part = (*input.shape[:d], len(range(input.shape[d])[where]), *input.shape[d + 1 :])
    return with_part("slice_scatter", input, src, part, slice_p, index=Place((*(slice(None),) * d, where)))


@published()
def diagonal_scatter(input: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """Return a copy of `input` with `src` on a diagonal: where `diagonal` would look.

    Parameters
    ----------
    input : Tensor of shape (..., N, ..., M, ...)
        What is copied.
    src : Tensor of the shape of ``input.diagonal(offset, dim1, dim2)``
        Is converted to the dtype of `input`.
    offset, dim1, dim2 : int
        As for `diagonal`.
    """
    a, b = one_dim("diagonal_scatter", dim1, input.ndim), one_dim("diagonal_scatter", dim2, input.ndim)
    if a == b:
        raise error("dim-repeated", op="diagonal_scatter", dims=(dim1, dim2))
    step = integer("diagonal_scatter", "offset", offset)
    batch = tuple(n for d, n in enumerate(input.shape) if d not in (a, b))
    part = (*batch, max(min(input.shape[a] - max(-step, 0), input.shape[b] - max(step, 0)), 0))
    return with_part("diagonal_scatter", input, src, part, diagonal_p, offset=step, dim1=a, dim2=b)


@published()
def as_strided_scatter(input: Any, src: Any, size: Any, stride: Any, storage_offset: int | None = None) -> Any:
    """Return a copy of `input` with `src` at the places where `as_strided` would look.

    Parameters
    ----------
    input : Tensor of shape (...), in C order
        What is copied.
    src : Tensor of shape `size`
        Is converted to the dtype of `input`.
    size, stride, storage_offset
        As for `as_strided`; no two elements may share a place, for which of them would be there in the end?

    Raises
    ------
    ShapeError
        If the view would leave the elements of `input`, or these are not in C order.
    ArgumentError
        If two elements share a place.
    """
    static = walk("as_strided_scatter", input, size, stride, storage_offset)
    if overlaps(static["size"], static["stride"]):
        expected = "strides by which no two elements share a place"
        raise error("argument", op="as_strided_scatter", argument="stride", expected=expected, got=stride)
    return with_part("as_strided_scatter", input, src, static["size"], as_strided_p, **static)


# -- elements that an index picks ----------------------------------------------------------------------


@published(inplace=True)
def index_put(input: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """Return a copy of `input` with `values` written to ``input[indices]``, or added there.

    Parameters
    ----------
    input : Tensor of shape (...)
        What is copied.
    indices : tuple of Tensor
        One of ints for each of the first dimensions; one of bools stands for as many dimensions as it has.
    values : Tensor of the dtype of `input`
        Broadcasts to ``input[indices]``.
    accumulate : bool
        Add; then every value counts, where a position occurs twice too.  Otherwise one of them is kept, but as in
        PyTorch both get the gradient.

    Raises
    ------
    DTypeError
        If the indices are no tuple of Tensors, or `values` is of another dtype.
    ShapeError
        If `values` does not broadcast.
    """
    if not isinstance(indices, (tuple, list)) or not indices:
        got = "an empty sequence" if isinstance(indices, (tuple, list)) else type(indices).__name__
        raise error("need-tensors", op="index_put", got=got)
    for x in (*indices, values):
        if not isinstance(x, Tensor):
            raise error("not-a-tensor", op="index_put", kind=type(x).__name__)
    if values.dtype != input.dtype:
        if values.shape or all(x.dtype.kind != "b" for x in indices):
            raise error("source-dtype", op="index_put", source=values.dtype, dtype=input.dtype)
        values = registry["cast"](values, dtype=input.dtype)  # beside a mask, a 0-d tensor counts as a number
    # A 0-d index stands for a single slice: one of length 1, for the brackets would take it as an int.
    lifted = tuple(x if x.shape or x.dtype.kind == "b" else reshape_p(x, shape=(1,)) for x in indices)
    _, picks = parse(input, lifted)
    joined, dims = joined_picks(picks)
    shape = picked_shape(input.shape, joined.shape, dims)
    values = fitted(values, shape)
    if not accumulate:
        return put_p(input, values, joined, dims=dims)
    return input + add_at(broadcast_to_p(values, shape=shape), joined, shape=input.shape, dims=dims)


@published(inplace=True)
def put(input: Any, index: Any, source: Any, accumulate: bool = False) -> Any:
    """Return a copy of `input` with elements of `source` at positions of the flattened tensor, or added there.

    Parameters
    ----------
    input : Tensor of shape (...)
        What is copied.
    index : Tensor of int64
        Positions from −N to N − 1, N being the number of elements of `input`.
    source : Tensor of the dtype of `input`
        As many elements as `index` has.
    accumulate : bool
        Add; then every element counts, where a position occurs twice too.
    """
    places, count = index_of("put", index, input, int64), math.prod(input.shape)
    if not isinstance(source, Tensor):
        raise error("not-a-tensor", op="put", kind=type(source).__name__)
    if source.dtype != input.dtype:
        raise error("source-dtype", op="put", source=source.dtype, dtype=input.dtype)
    if source.array.size != places.array.size:
        raise error("put-count", source=source.array.size, index=places.array.size)
    refuse_out_of_range("put", places, count, 0)
    flat, values = ravel(places), ravel(source)
    if accumulate:
        return input + reshape_p(add_at(values, flat, shape=(count,), dims=(0,)), shape=input.shape)
    return reshape_p(put_p(ravel(input), values, flat, dims=(0,)), shape=input.shape)


@published()
def fill_diagonal_(input: Any, fill_value: Any, wrap: bool = False) -> Any:
    """Write one number on the main diagonal, in place.

    Parameters
    ----------
    input : Tensor of at least 2 dimensions
        With more than two, all must be of one length; the diagonal is where all positions are equal.
    fill_value : number
        Is converted to the dtype of `input`.
    wrap : bool
        Of a tall matrix: begin again at the left, one row below where the diagonal ended.
    """
    number = number_for("fill_diagonal_", fill_value, input.dtype)
    if input.ndim < 2 or (input.ndim > 2 and len(set(input.shape)) > 1):
        raise error("fill-diagonal", shape=input.shape)
    step = sum(math.prod(input.shape[d + 1 :]) for d in range(input.ndim))  # from one row, and column, to the next
    rows, columns = input.shape[0], input.shape[-1]
    tall = input.ndim == 2 and rows > columns
    stop = columns * columns if tall and not wrap else math.prod(input.shape)
    places = box(backend_of(input.array).xp.arange(0, stop, step, dtype=int64))
    filled = put_p(ravel(input), number, places, dims=(0,))
    return write(input, reshape_p(filled, shape=input.shape), "fill_diagonal_")
