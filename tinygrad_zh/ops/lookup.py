r"""Floor 2: the index has a number for whole slices: ``index_select``, ``index_add``, ``one_hot``.

All of them are ``x[index]`` along one dimension, or its transpose, with PyTorch's checks.

May import: floors 0–1, ``brackets``, ``dims``, ``gather``, ``indexing``, ``shape``.  Read next: ``embedding.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..aliases import DType
from ..backend.devices import backend_of
from ..backend.dtypes import int64
from ..core.registry import registry
from ..core.tensor import Tensor, box
from ..errors import error
from .arguments import number_for
from .brackets import refuse_out_of_range
from .dims import one_dim
from .gather import index_of, lifted, shaped
from .indexing import add_at, put_p, take_p
from .publish import published
from .shape import reshape_p


def slice_index(
    op: str, input: Any, dim: Any, index: Any, axis: Any = None, only: DType | None = None, negative: bool = False
) -> tuple[int, Any]:
    """Check what ``index_select`` and its like were given; return the dimension and a 1-d index.

    As in PyTorch, most of them take no negative positions.
    """
    d, places = one_dim(op, dim, input.ndim, axis), lifted(index_of(op, index, input, only))
    if places.ndim != 1 or (not input.ndim and places.shape != (1,)):
        raise error("index-vector", op=op, shape=places.shape, input=input.shape)
    refuse_out_of_range(op, places, lifted(input).shape[d], d, negative=negative)
    return d, places


@published()
def index_select(input: Any, dim: Any = None, index: Any = None, *, axis: Any = None) -> Any:
    """Return the slices along `dim` that stand at the positions of a 1-d index, as a copy.

    Parameters
    ----------
    input : Tensor of shape (..., N, ...)
        Where to take from.
    dim : int
        Along which dimension.
    index : Tensor of int of shape (M,)
        Positions from 0 to N − 1.

    Returns
    -------
    Tensor of shape (..., M, ...)
    """
    d, places = slice_index("index_select", input, dim, index, axis)
    result = take_p(lifted(input), places, dims=(d,))
    return result if input.ndim else shaped(result, ())


def slices_like(op: str, input: Any, d: int, places: Any, source: Any) -> Any:
    """Return a source of slices, checked against the tensor that they go to."""
    if not isinstance(source, Tensor):
        raise error("not-a-tensor", op=op, kind=type(source).__name__)
    if source.dtype != input.dtype:
        raise error("source-dtype", op=op, source=source.dtype, dtype=input.dtype)
    x = lifted(input)
    expected = (*x.shape[:d], *places.shape, *x.shape[d + 1 :])
    if lifted(source).shape != expected:
        raise error("source-shape", op=op, source=source.shape, expected=expected)
    return lifted(source)


@published(inplace=True)
def index_add(input: Any, dim: int, index: Any, source: Any, *, alpha: Any = 1) -> Any:
    """Return `input` with `alpha` times the slices of `source` added at the positions of `index` along `dim`."""
    d, places = slice_index("index_add", input, dim, index)
    source = slices_like("index_add", input, d, places, source)
    added = shaped(add_at(source, places, shape=lifted(input).shape, dims=(d,)), input.shape)
    return input + (added if alpha == 1 else added * number_for("index_add", alpha, input.dtype))


@published(inplace=True)
def index_copy(input: Any, dim: int, index: Any, source: Any) -> Any:
    """Return `input` with the slices at the positions of `index` along `dim` replaced by those of `source`."""
    d, places = slice_index("index_copy", input, dim, index, only=int64)
    source = slices_like("index_copy", input, d, places, source)
    return shaped(put_p(lifted(input), source, places, dims=(d,)), input.shape)


@published(inplace=True)
def index_fill(input: Any, dim: int, index: Any, value: Any) -> Any:
    """Return `input` with a number (or a 0-d tensor) in the slices at the positions of `index` along `dim`.

    Negative positions count from the end.
    """
    d, places = slice_index("index_fill", input, dim, index, only=int64, negative=True)
    if isinstance(value, Tensor):
        if value.shape:
            raise error("ndim", op="index_fill", expected=0, shape=value.shape)
        value = registry["cast"](value, dtype=input.dtype)
    else:
        value = number_for("index_fill", value, input.dtype)
    return shaped(put_p(lifted(input), value, places, dims=(d,)), input.shape)


@published()
def take(input: Any, index: Any) -> Any:
    """Return the elements of the flattened tensor at the positions of `index`, in the shape of `index`."""
    places = index_of("take", index, input, int64)
    count = math.prod(input.shape)
    refuse_out_of_range("take", places, count, 0)
    return take_p(reshape_p(input, shape=(count,)), places, dims=(0,))


@published(method=False)
def one_hot(tensor: Any, num_classes: int = -1) -> Any:
    """Return for every class number a row of zeros with a single 1.

    Parameters
    ----------
    tensor : Tensor of int of shape (...)
        Class numbers from 0.
    num_classes : int
        How many there are; −1: one more than the largest.

    Returns
    -------
    Tensor of int64 of shape (..., num_classes)
    """
    places = index_of("one_hot", tensor, tensor, int64)
    if num_classes == -1:
        if not places.array.size:
            raise error("one-hot-empty")
        num_classes = max(int(places.array.max()) + 1, 1)
    elif isinstance(num_classes, bool) or not isinstance(num_classes, int) or num_classes < 1:
        raise error("argument", op="one_hot", argument="num_classes", expected="an int ≥ 1, or -1", got=num_classes)
    refuse_out_of_range("one_hot", places, num_classes, places.ndim, negative=False)
    classes = box(backend_of(places.array).xp.arange(num_classes))
    return registry["cast"](reshape_p(places, shape=(*places.shape, 1)) == classes, dtype=int64)
