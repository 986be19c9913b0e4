r"""Floor 2: the index has a number for whole slices: ``index_select``, ``index_add``, ``embedding``, ``one_hot``.

All of them are ``x[index]`` along one dimension, or its transpose, with PyTorch's checks.

May import: floors 0–1, ``brackets``, ``dims``, ``elementwise``, ``gather``, ``indexing``, ``shape``.
Read next: ``masks.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..aliases import DType
from ..backend.devices import backend_of
from ..backend.dtypes import int64
from ..core.primitive import primitive
from ..core.registry import registry
from ..core.tensor import Tensor, box
from ..errors import error
from .brackets import refuse_out_of_range
from .dims import one_dim
from .elementwise import masked_to_zero
from .gather import index_of, lifted, shaped
from .indexing import add_at, number_for, put_p, take_p
from .publish import published
from .shape import reshape_p


@primitive(
    "<weight:4>[<index>]",
    vjp_weight=lambda g, index, weight_shape, padding_idx: add_at(
        without_padding(g, index, padding_idx), index, shape=weight_shape, dims=(0,)
    ),
    tex_rules={"weight": r"\operatorname{add\_at}(g, [index])"},
    name="embedding",
)
def embedding_p(xp: Any, weight: Any, index: Any, *, padding_idx: int | None = None) -> Any:
    """Return the rows of `weight` that `index` names."""
    return xp.take(weight, index, axis=0)


def without_padding(g: Any, index: Any, padding_idx: int | None) -> Any:
    """`g` with 0 where the padding was looked up: its row is not trained."""
    if padding_idx is None:
        return g
    return masked_to_zero(g, reshape_p(index == padding_idx, shape=(*index.shape, 1)))


def slice_index(
    op: str, input: Any, dim: Any, index: Any, axis: Any = None, only: DType | None = None
) -> tuple[int, Any]:
    """Check what ``index_select`` and its like were given; return the dimension and a 1-d index."""
    d, places = one_dim(op, dim, input.ndim, axis), lifted(index_of(op, index, input, only))
    if places.ndim != 1 or (not input.ndim and places.shape != (1,)):
        raise error("index-vector", op=op, shape=places.shape, input=input.shape)
    refuse_out_of_range(op, places, lifted(input).shape[d], d, negative=False)
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
    """Return `input` with a number (or a 0-d tensor) in the slices at the positions of `index` along `dim`."""
    d, places = slice_index("index_fill", input, dim, index, only=int64)
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
def embedding(
    input: Any, weight: Any, padding_idx: int | None = None, max_norm: float | None = None, norm_type: float = 2.0,
    scale_grad_by_freq: bool = False, sparse: bool = False,
) -> Any:  # fmt: skip
    """Look up rows of a table of vectors.

    Parameters
    ----------
    input : Tensor of int of shape (...)
        Which rows: numbers of words, say.
    weight : Tensor of shape (N, D)
        The table.
    padding_idx : int, optional
        A row that receives no gradient.
    max_norm, norm_type, scale_grad_by_freq, sparse
        As in PyTorch; only their defaults are supported.

    Returns
    -------
    Tensor of shape (..., D)

    Raises
    ------
    IndexingError
        If a row does not exist.
    """
    refused = {
        "max_norm": (max_norm, None),
        "scale_grad_by_freq": (scale_grad_by_freq, False),
        "sparse": (sparse, False),
    }
    for name, (got, only) in refused.items():
        if got != only:
            raise error("argument", op="embedding", argument=name, expected=only, got=got)
    if not isinstance(weight, Tensor):
        raise error("not-a-tensor", op="embedding", kind=type(weight).__name__)
    if len(weight.shape) != 2:
        raise error("ndim", op="embedding", expected=2, shape=weight.shape)
    places, rows = index_of("embedding", input, weight), weight.shape[0]
    refuse_out_of_range("embedding", places, rows, 0, negative=False)
    if padding_idx is not None:
        if not -rows <= padding_idx < rows:
            room = f"-{rows} … {rows - 1}"
            raise error("argument", op="embedding", argument="padding_idx", expected=room, got=padding_idx)
        padding_idx %= rows
    return embedding_p(weight, places, padding_idx=padding_idx)


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
