r"""Floor 2: NumPy's ways of joining and cutting: ``hstack`` and its like, ``tensor_split``, ``hsplit`` and its like.

All of them are ``cat`` and ``split``, after dimensions have been added where there are too few.

May import: floors 0–1, ``dims``, ``indexing``, ``join``, ``shape``.  Read next: ``grids.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..backend.dtypes import int64
from ..core.tensor import Tensor
from ..errors import error
from .brackets import Place
from .dims import one_dim, sizes_of
from .indexing import slice_p
from .join import cat, chunk, split, split_p, tensors_of
from .parts import integer
from .publish import publish, published
from .shape import reshape_p

# -- at least so many dimensions -----------------------------------------------------------------------


def each(op: str, deepen: Callable[[Any], Any], tensors: tuple[Any, ...]) -> Any:
    """Apply `deepen` to the tensor, or to each of several; PyTorch takes them one by one or as a sequence."""
    several = len(tensors) != 1 or isinstance(tensors[0], (tuple, list))
    listed = tuple(tensors[0]) if len(tensors) == 1 and several else tensors
    for x in listed:
        if not isinstance(x, Tensor):
            raise error("not-a-tensor", op=op, kind=type(x).__name__)
    return tuple(deepen(x) for x in listed) if several else deepen(listed[0])


def deep_1d(x: Any) -> Any:
    return x if x.ndim else reshape_p(x, shape=(1,))


def deep_2d(x: Any) -> Any:
    return x if x.ndim > 1 else reshape_p(x, shape=(1, *(x.shape or (1,))))


def deep_3d(x: Any) -> Any:
    return x if x.ndim > 2 else reshape_p(x, shape=(*deep_2d(x).shape, 1))


@published(method=False)
def atleast_1d(*tensors: Any) -> Any:
    """Return a number as a vector of one element, and anything else as it is; of several tensors, a tuple."""
    return each("atleast_1d", deep_1d, tensors)


@published(method=False)
def atleast_2d(*tensors: Any) -> Any:
    """Return numbers and vectors as a matrix of one row, and anything else as it is; of several tensors, a tuple."""
    return each("atleast_2d", deep_2d, tensors)


@published(method=False)
def atleast_3d(*tensors: Any) -> Any:
    """Return numbers as (1, 1, 1), vectors as (1, N, 1), matrices as (N, M, 1); of several tensors, a tuple."""
    return each("atleast_3d", deep_3d, tensors)


# -- joining -------------------------------------------------------------------------------------------


@published(method=False)
def hstack(tensors: Any) -> Any:
    """Join tensors side by side: along dimension 1, vectors along their only one."""
    deep = [deep_1d(x) for x in tensors_of("hstack", tensors)]
    return cat(deep, 0 if deep[0].ndim == 1 else 1)


@published(method=False)
def vstack(tensors: Any) -> Any:
    """Join tensors one below the other: along dimension 0; vectors count as rows."""
    return cat([deep_2d(x) for x in tensors_of("vstack", tensors)], 0)


@published(method=False)
def dstack(tensors: Any) -> Any:
    """Join tensors one behind the other: along dimension 2; see `atleast_3d` for those with fewer dimensions."""
    return cat([deep_3d(x) for x in tensors_of("dstack", tensors)], 2)


@published(method=False)
def column_stack(tensors: Any) -> Any:
    """Join tensors side by side, along dimension 1; vectors count as columns."""
    listed = tensors_of("column_stack", tensors)
    return hstack([x if x.ndim > 1 else reshape_p(x, shape=(x.array.size, 1)) for x in listed])


# -- cutting -------------------------------------------------------------------------------------------


@published()
def tensor_split(
    input: Any, indices_or_sections: Any = None, dim: int = 0, *, indices: Any = None, sections: Any = None
) -> Any:
    """Cut a tensor along `dim` into views, of equal size as far as possible, or at given positions.

    Parameters
    ----------
    input : Tensor of shape (..., N, ...)
        What is cut.
    indices_or_sections : int, tuple of int, or Tensor of int64 of shape () or (K,)
        A number: into so many parts, of which the first N % number are longer by 1.
        Several: before which positions, meant as those of a slice: ``x[:i], x[i:j], x[j:]``.
    dim : int
        Along which dimension.

    Returns
    -------
    tuple of Tensor
    """
    wanted = given("tensor_split", indices_or_sections, indices, sections)
    place = one_dim("tensor_split", dim, input.ndim)
    if not input.ndim:
        raise error("split-scalar")
    if isinstance(wanted, Tensor):
        if wanted.dtype != int64 or wanted.ndim > 1:
            expected = "int64, of at most one dimension"
            raise error(
                "argument", op="tensor_split", argument="indices_or_sections", expected=expected, got=wanted.dtype
            )
        wanted = wanted.tolist()
    if not isinstance(wanted, (tuple, list)):
        return split_p(input, sizes=equal_sizes(input.shape[place], wanted), dim=place)
    ends = sizes_of("tensor_split", (wanted,))
    slices = [slice(i, j) for i, j in zip((0, *ends), (*ends, input.shape[place]), strict=True)]
    return tuple(slice_p(input, index=Place((*(slice(None),) * place, each_slice))) for each_slice in slices)


def given(op: str, *names: Any) -> Any:
    """Return the one argument of several names that was given."""
    found = [x for x in names if x is not None]
    if len(found) != 1:
        expected = "one of indices_or_sections, indices and sections"
        raise error("argument", op=op, argument="indices_or_sections", expected=expected, got=len(found))
    return found[0]


def equal_sizes(length: int, sections: Any) -> tuple[int, ...]:
    """Return so many sizes, as equal as possible, the larger ones first."""
    count = integer("tensor_split", "sections", sections)
    if count < 1:
        raise error("argument", op="tensor_split", argument="sections", expected="an int ≥ 1", got=count)
    return tuple(length // count + (i < length % count) for i in range(count))


def cut_along(op: str, input: Any, wanted: Any, dim: int, least: int) -> Any:
    """Cut along one dimension at positions, or into parts that must be equal."""
    if input.ndim < least:
        raise error("ndim", op=op, expected=f"{least} or more", shape=input.shape)
    if not isinstance(wanted, (tuple, list)):
        count = integer(op, "sections", wanted)
        if count < 1 or input.shape[dim] % count:
            raise error("split-uneven", op=op, dim=dim, size=input.shape[dim], sections=count)
    return tensor_split(input, wanted, dim)


@published()
def hsplit(input: Any, indices_or_sections: Any = None, *, indices: Any = None, sections: Any = None) -> Any:
    """Cut along dimension 1 (a vector along its only one), into equal parts or at positions, as `tensor_split`."""
    return cut_along(
        "hsplit", input, given("hsplit", indices_or_sections, indices, sections), 0 if input.ndim == 1 else 1, 1
    )


@published()
def vsplit(input: Any, indices_or_sections: Any = None, *, indices: Any = None, sections: Any = None) -> Any:
    """Cut along dimension 0 a tensor of at least two, into equal parts or at positions, as `tensor_split`."""
    return cut_along("vsplit", input, given("vsplit", indices_or_sections, indices, sections), 0, 2)


@published()
def dsplit(input: Any, indices_or_sections: Any = None, *, indices: Any = None, sections: Any = None) -> Any:
    """Cut along dimension 2 a tensor of at least three, into equal parts or at positions, as `tensor_split`."""
    return cut_along("dsplit", input, given("dsplit", indices_or_sections, indices, sections), 2, 3)


publish("row_stack", vstack, method=False)
# PyTorch's do not watch over writing into the parts; here it is watched over all the same.
publish("unsafe_split", split)
publish("unsafe_chunk", chunk)
