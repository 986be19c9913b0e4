r"""Floor 2: ``gather`` and ``scatter``: the index has a number for every element.

It says for every element of ``gather``'s result where along one dimension it comes from, and for every element
of ``scatter``'s source where it goes.  So gathering and adding with ``scatter_add`` are each other's transposes.

May import: floors 0–1, ``brackets``, ``dims``, ``indexing``, ``shape``.  Read next: ``lookup.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..aliases import DType, Shape
from ..backend.devices import BACKENDS, backend_of
from ..backend.dtypes import int64
from ..core.primitive import primitive
from ..core.registry import register, registry
from ..core.tensor import Tensor, box
from ..errors import error
from .arguments import number_for
from .brackets import refuse_out_of_range
from .dims import one_dim
from .indexing import getitem, sum_flat
from .publish import published
from .shape import broadcast_to_p, reshape_p

# -- the primitives ------------------------------------------------------------------------------------


@primitive(
    r"\operatorname{gather}(<x>, <index>)",
    vjp_x=lambda g, index, x_shape, dim: scatter_sum(g, index, shape=x_shape, dim=dim),
    name="gather",
)
def gather_p(xp: Any, x: Any, index: Any, *, dim: int) -> Any:
    """Return the element along `dim` that every number of `index` says."""
    return xp.take_along_axis(x[cropping(index.shape, dim)], index, axis=dim)


@primitive(
    r"\operatorname{scatter\_sum}(<x>, <index>)",
    vjp_x=lambda g, index, dim: gather_p(g, index, dim=dim),
)
def scatter_sum(xp: Any, x: Any, index: Any, *, shape: Shape, dim: int) -> Any:
    """Return zeros of `shape` to which `x` was added where `index` says: the transpose of gathering."""
    return sum_flat(xp, x, flat_places(xp, index, shape, dim), shape)


@primitive(
    r"\operatorname{scatter}(<x>, <index>, <src>)",
    vjp_x=lambda g, index, dim: scatter_p(g, index, 0, dim=dim),
    vjp_src=lambda g, index, dim: gather_p(g, index, dim=dim),
    name="scatter",
)
def scatter_p(xp: Any, x: Any, index: Any, src: Any, *, dim: int) -> Any:
    """Return a copy of `x` with the elements of `src` where `index` says."""
    y = x.copy()  # in C order, so that the flat array is a view of it
    y.reshape(-1)[flat_places(xp, index, x.shape, dim)] = src
    return y


def cropping(shape: Shape, dim: int) -> tuple[slice, ...]:
    """Return the slices that crop a tensor to `shape` in every dimension but `dim`."""
    return tuple(slice(None) if d == dim else slice(n) for d, n in enumerate(shape))


def flat_places(xp: Any, index: Any, shape: Shape, dim: int) -> Any:
    """Return where in the flattened tensor of `shape` the elements stand that ``gather`` would take."""
    place = index.astype(int64) * math.prod(shape[dim + 1 :])
    for d, n in enumerate(index.shape):
        if d != dim:
            steps = xp.arange(n) * math.prod(shape[d + 1 :])
            place = place + steps.reshape(-1, *(1,) * (len(shape) - d - 1))
    return place


# -- checks --------------------------------------------------------------------------------------------


def index_of(op: str, index: Any, input: Any, only: DType | None = None) -> Any:
    """Return an index as a Tensor of ints beside `input`, or of one dtype only; refuse anything else."""
    if not isinstance(index, Tensor):
        if not isinstance(index, np.ndarray) and type(index) not in BACKENDS:
            raise error("not-a-tensor", op=op, kind=type(index).__name__)
        index = registry["tensor"](index, device=input.device)
    if index.dtype.kind != "i" or (only is not None and index.dtype != only):
        raise error("index-tensor-dtype", op=op, got=index.dtype)
    return index


def lifted(x: Any) -> Any:
    """Return a 0-d tensor as one of a single element: PyTorch lets it count as having one dimension."""
    return x if x.ndim else reshape_p(x, shape=(1,))


def shaped(x: Any, shape: Shape) -> Any:
    """Undo `lifted`."""
    return x if x.shape == shape else reshape_p(x, shape=shape)


def checked(op: str, input: Any, dim: Any, index: Any, src: Any = None, axis: Any = None) -> tuple[int, Any, Any, Any]:
    """Check the operands of ``gather`` and ``scatter``; return dimension, input, index and source, none of them 0-d."""
    d = one_dim(op, dim, input.ndim, axis)
    x, index = lifted(input), lifted(index_of(op, index, input))
    if index.ndim != x.ndim or any(n > x.shape[i] for i, n in enumerate(index.shape) if i != d):
        raise error("gather-shape", op=op, index=index.shape, shape=input.shape, dim=d)
    refuse_out_of_range(op, index, x.shape[d], d, negative=False)
    if src is None:
        return d, x, index, None
    if not isinstance(src, Tensor):
        raise error("not-a-tensor", op=op, kind=type(src).__name__)
    if src.dtype != input.dtype:
        raise error("source-dtype", op=op, source=src.dtype, dtype=input.dtype)
    src = lifted(src)
    if src.ndim != x.ndim or any(n > m for n, m in zip(index.shape, src.shape, strict=True)):
        raise error("scatter-source", op=op, index=index.shape, source=src.shape)
    return d, x, index, src if src.shape == index.shape else getitem(src, tuple(slice(n) for n in index.shape))


# -- an index for every element ------------------------------------------------------------------------


@published()
def gather(input: Any, dim: Any = None, index: Any = None, *, axis: Any = None) -> Any:
    """Take elements along `dim`; the index says for every element of the result where it stands.

    Parameters
    ----------
    input : Tensor of shape (..., N, ...)
        Where to take from.
    dim : int
        Along which dimension.
    index : Tensor of int, as many dimensions as `input`
        Positions from 0 to N − 1; along the other dimensions it may be shorter than `input`.

    Returns
    -------
    Tensor of the shape of `index`

    Raises
    ------
    IndexingError
        If a position does not exist.
    ShapeError
        If the index has another number of dimensions, or is longer than `input` along another dimension.

    Notes
    -----
    For dim = 1: y[i, j] = x[i, index[i, j]].  An element that is taken twice gets both cotangents.

    Examples
    --------
    >>> gather(tensor([[1, 2], [3, 4]]), 1, tensor([[0, 0], [1, 0]]))
    tensor([[1, 1],
            [4, 3]])
    """
    d, x, places, _ = checked("gather", input, dim, index, axis=axis)
    return shaped(gather_p(x, places, dim=d), index.shape)


@published()
def take_along_dim(input: Any, indices: Any, dim: Any = None, *, axis: Any = None) -> Any:
    """Take elements along `dim` as ``gather`` does, the other dimensions broadcast; or of the flattened tensor.

    Parameters
    ----------
    input : Tensor of shape (..., N, ...)
        Where to take from.
    indices : Tensor of int, as many dimensions as `input`
        Positions from 0 to N − 1, such as ``argmax(dim, keepdim=True)`` returns.
    dim : int, optional
        Along which dimension; without it, `input` and `indices` are flattened first.
    """
    if dim is None and axis is None:
        index = index_of("take_along_dim", indices, input)
        return gather(reshape_p(input, shape=(-1,)), 0, reshape_p(index, shape=(-1,)))
    index = index_of("take_along_dim", indices, input, int64)
    d = one_dim("take_along_dim", dim, input.ndim, axis)
    if index.ndim != input.ndim:
        raise error("gather-shape", op="take_along_dim", index=index.shape, shape=input.shape, dim=d)
    pairs = list(zip(input.shape, index.shape, strict=True))
    if any(n != m and 1 not in (n, m) for i, (n, m) in enumerate(pairs) if i != d):
        raise error("broadcast", op="take_along_dim", shapes=f"{input.shape}, {index.shape}")
    wide = [m if n == 1 else n for n, m in pairs]
    x = broadcast_to_p(input, shape=tuple(input.shape[d] if i == d else n for i, n in enumerate(wide)))
    return gather(x, d, broadcast_to_p(index, shape=tuple(index.shape[d] if i == d else n for i, n in enumerate(wide))))


@published(inplace=True)
def scatter(
    input: Any, dim: Any = None, index: Any = None, src: Any = None, *, value: Any = None, reduce: Any = None,
    axis: Any = None,
) -> Any:  # fmt: skip
    """Write elements of `src` along `dim`; the index says for each of them where it goes.

    Parameters
    ----------
    input : Tensor of shape (..., N, ...)
        What is written to (a copy is).
    dim : int
        Along which dimension.
    index : Tensor of int, as many dimensions as `input`
        Positions from 0 to N − 1.
    src : Tensor of the dtype of `input`, or number
        What is written; it may be larger than the index.
    value : number
        The same, by PyTorch's other name.
    reduce : {None, "add", "multiply"}
        "add" adds instead, as ``scatter_add``; "multiply" multiplies, as ``scatter_reduce`` with "prod".

    Notes
    -----
    For dim = 1: y[i, index[i, j]] = src[i, j].  Where a position occurs twice one of the values is kept, but as in
    PyTorch both get the gradient.
    """
    given = value if src is None else src
    number = isinstance(given, (bool, int, float))
    if reduce is not None:
        if reduce not in ("add", "multiply"):
            raise error("argument", op="scatter", argument="reduce", expected="None, 'add' or 'multiply'", got=reduce)
        if number:
            index, given = index_of("scatter", index, input), number_for("scatter", given, input.dtype)
            given = box(backend_of(input.array).xp.full(index.shape, given, dtype=input.dtype))
        kind = "sum" if reduce == "add" else "prod"
        return registry["scatter_reduce"](input, dim, index, given, kind, axis=axis)
    d, x, places, source = checked("scatter", input, dim, index, None if number else given, axis)
    if source is None and not number:
        raise error("not-a-tensor", op="scatter", kind=type(given).__name__)
    result = scatter_p(x, places, number_for("scatter", given, input.dtype) if number else source, dim=d)
    return shaped(result, input.shape)


@published(inplace=True)
def scatter_add(input: Any, dim: Any = None, index: Any = None, src: Any = None, *, axis: Any = None) -> Any:
    """Add elements of `src` along `dim`; the index says for each of them where it goes, as for ``scatter``.

    Notes
    -----
    For dim = 1: y[i, index[i, j]] += src[i, j], with every term counted.
    """
    if src is None:
        raise error("not-a-tensor", op="scatter_add", kind="NoneType")
    d, x, places, source = checked("scatter_add", input, dim, index, src, axis)
    return input + shaped(scatter_sum(source, places, shape=x.shape, dim=d), input.shape)


register("gather", gather)
