"""Floor 2: positions of elements, as numbers of the flattened tensor or one for each dimension.

May import: floors 0–1, ``create``, ``dims``, ``join``, ``parts``, ``publish``, ``search``.
"""

from __future__ import annotations

from typing import Any

from ..aliases import Shape
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import error
from .create import full
from .dims import sizes_of
from .join import cat_p
from .parts import integer
from .publish import published


@published(method=False)
def unravel_index(indices: Any, shape: Any) -> Any:
    """Return for positions of the flattened tensor where they are along each dimension.

    Parameters
    ----------
    indices : Tensor of int of any shape
        Positions.  One beyond the last element begins again at the first, as in PyTorch.
    shape : int or sequence of int
        Of the tensor that is meant.

    Returns
    -------
    tuple of Tensor
        One of int64 for each dimension, of the shape of `indices`: ``x[unravel_index(i, x.shape)]`` is
        ``x.flatten()[i]``.

    Examples
    --------
    >>> unravel_index(tensor([3, 5]), (2, 3))
    (tensor([1, 1]), tensor([0, 2]))
    """
    if not isinstance(indices, Tensor):
        raise error("not-a-tensor", op="unravel_index", kind=type(indices).__name__)
    if indices.dtype.kind not in "iu":
        raise error("index-tensor-dtype", op="unravel_index", got=indices.dtype)
    sizes: Shape = sizes_of("unravel_index", (shape,))
    if min(sizes, default=0) < 0:
        raise error("size-negative", op="unravel_index", sizes=sizes)
    if 0 in sizes and indices.array.size:
        raise error("unravel-empty", shape=sizes)
    found = []
    step = 1
    for n in reversed(sizes):
        found.append((indices // step) % max(n, 1))
        step *= n or 1
    return tuple(reversed(found))


@published()
def nonzero_static(input: Any, *, size: int, fill_value: int = -1) -> Any:
    """Return where the elements that are not 0 are, in a matrix of a given number of rows.

    Parameters
    ----------
    input : Tensor of shape (...)
        The elements.
    size : int
        How many rows: more positions than that are cut off.
    fill_value : int
        What fills the rows that are left over.

    Returns
    -------
    Tensor of int64 of shape (size, ndim)
    """
    rows = integer("nonzero_static", "size", size)
    if rows < 0:
        raise error("argument", op="nonzero_static", argument="size", expected="an int ≥ 0", got=size)
    found = registry["nonzero"](input)[:rows]
    lacking = (rows - found.shape[0], found.shape[1])
    return cat_p(found, full(lacking, integer("nonzero_static", "fill_value", fill_value), device=input.device), dim=0)
