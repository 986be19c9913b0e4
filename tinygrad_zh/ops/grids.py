r"""Floor 2: several tensors brought together: to one shape, on a grid, along a diagonal, in all combinations.

May import: floors 0–1, ``arguments``, ``dims``, ``indexing``, ``join``, ``shape``, ``stacks``.
Read next: ``windows.py``.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from ..aliases import Shape
from ..backend.dtypes import int64
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import error
from .brackets import Place
from .create import zeros
from .dims import sizes_of
from .indexing import place_p, take_p
from .join import cat, common_dtype, stack
from .parts import integer
from .publish import published
from .shape import broadcast_to_p, permute_p, ravel, reshape_p
from .stacks import deep_2d


def listed_tensors(op: str, tensors: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return tensors that are given one by one or as a sequence; refuse anything else."""
    listed = tuple(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
    for x in listed:
        if not isinstance(x, Tensor):
            raise error("not-a-tensor", op=op, kind=type(x).__name__)
    return listed


# -- one shape -----------------------------------------------------------------------------------------


@published(method=False)
def broadcast_shapes(*shapes: Any) -> Shape:
    """Return the shape that tensors of these shapes broadcast to.

    Parameters
    ----------
    *shapes : int or tuple of int
        A number stands for a shape of one dimension.
    """
    sizes = [sizes_of("broadcast_shapes", (shape,)) for shape in shapes]
    if any(n < 0 for shape in sizes for n in shape):
        raise error("size-negative", op="broadcast_shapes", sizes=", ".join(str(shape) for shape in sizes))
    try:
        return np.broadcast_shapes(*sizes)
    except ValueError as problem:
        listed = ", ".join(str(shape) for shape in sizes)
        raise error("broadcast", op="broadcast_shapes", shapes=listed) from problem


@published(method=False)
def broadcast_tensors(*tensors: Any) -> tuple[Any, ...]:
    """Return views of tensors, broadcast to their common shape."""
    listed = listed_tensors("broadcast_tensors", tensors)
    shape = broadcast_shapes(*(x.shape for x in listed))
    return tuple(x if x.shape == shape else broadcast_to_p(x, shape=shape) for x in listed)


# -- grids ---------------------------------------------------------------------------------------------


@published(method=False)
def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Any, ...]:
    """Return the coordinates of a grid's points: for every axis a tensor with that coordinate of each point.

    Parameters
    ----------
    *tensors : Tensor of shape (N_k,) or ()
        The coordinates along each axis, all of one dtype.
    indexing : {"ij", "xy"}
        "ij": results of shape (N_1, N_2, …).  "xy": the first two axes exchanged, (N_2, N_1, …), as of pictures.

    Returns
    -------
    tuple of Tensor
        Views: every coordinate stands in memory once.
    """
    listed = listed_tensors("meshgrid", tensors)
    if not listed:
        raise error("need-tensors", op="meshgrid", got="an empty sequence")
    if indexing not in ("ij", "xy"):
        raise error("argument", op="meshgrid", argument="indexing", expected="'ij' or 'xy'", got=indexing)
    for x in listed:
        if x.ndim > 1:
            raise error("ndim", op="meshgrid", expected="0 or 1", shape=x.shape)
        if x.dtype != listed[0].dtype:
            raise error("same-dtypes", op="meshgrid", dtypes=", ".join(str(x.dtype) for x in listed))
    shape = tuple(x.array.size for x in listed)
    rest = len(shape) - 1
    grids = [
        broadcast_to_p(reshape_p(x, shape=(*(1,) * k, shape[k], *(1,) * (rest - k))), shape=shape)
        for k, x in enumerate(listed)
    ]
    if indexing == "xy" and len(shape) > 1:
        grids = [permute_p(grid, dims=(1, 0, *range(2, len(shape)))) for grid in grids]
    return tuple(grids)


@published(method=False)
def cartesian_prod(*tensors: Any) -> Any:
    """Return all tuples with one element of each vector, as rows; of a single vector, itself.

    Examples
    --------
    >>> cartesian_prod(tensor([1, 2]), tensor([7, 8]))
    tensor([[1, 7],
            [1, 8],
            [2, 7],
            [2, 8]])
    """
    listed = listed_tensors("cartesian_prod", tensors)
    for x in listed:
        if x.ndim != 1:
            raise error("ndim", op="cartesian_prod", expected=1, shape=x.shape)
    return listed[0] if len(listed) == 1 else stack([ravel(grid) for grid in meshgrid(*listed)], 1)


@published(method=False)
def combinations(input: Any, r: int = 2, with_replacement: bool = False) -> Any:
    """Return all choices of `r` elements of a vector, as rows, in the order of ``itertools.combinations``.

    Parameters
    ----------
    input : Tensor of shape (N,)
        What is chosen from.
    r : int
        How many elements.
    with_replacement : bool
        Whether an element may be chosen again.

    Returns
    -------
    Tensor of shape (count, r)
        For r = 0, as in PyTorch, of shape (0,).
    """
    if input.ndim != 1:
        raise error("ndim", op="combinations", expected=1, shape=input.shape)
    count = integer("combinations", "r", r)
    if count < 0:
        raise error("argument", op="combinations", argument="r", expected="an int ≥ 0", got=r)
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    if not count:
        return zeros(0, dtype=input.dtype, device=input.device)
    rows = list(choose(range(input.shape[0]), count))
    places = registry["tensor"](np.array(rows, dtype=int64).reshape(len(rows), count), device=input.device)
    return take_p(input, places, dims=(0,))


@published(method=False)
def block_diag(*tensors: Any) -> Any:
    """Return a matrix of zeros with matrices along its diagonal; vectors count as rows, numbers as 1 × 1.

    Notes
    -----
    Each matrix gets zeros at its left and right; the rows are joined.
    """
    listed = listed_tensors("block_diag", tensors)
    for x in listed:
        if x.ndim > 2:
            raise error("ndim", op="block_diag", expected="at most 2", shape=x.shape)
    if not listed:
        return zeros(1, 0)
    blocks = [deep_2d(x) for x in common_dtype(listed)]
    width, start, rows = sum(x.shape[1] for x in blocks), 0, []
    for x in blocks:
        place = Place((slice(None), slice(start, start + x.shape[1])))
        rows.append(place_p(x, shape=(x.shape[0], width), index=place))
        start += x.shape[1]
    return cat(rows, 0)
