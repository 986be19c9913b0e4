r"""Floor 2: finding values in sorted ones, and which different values there are.

May import: floors 0–1, ``create``, ``dims``, ``gather``, ``indexing``, ``scan``, ``shape``, ``sort``.
Read next: ``histogram.py``.
"""

from __future__ import annotations

from typing import Any

from ..aliases import Shape
from ..backend.dtypes import int32, int64
from ..core.primitive import SAME, primitive
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import error
from .create import tensor
from .dims import one_dim
from .gather import gather_p
from .indexing import take_p
from .publish import published
from .shape import movedim, reshape_p

# -- positions among sorted values ---------------------------------------------------------------------


@primitive(r"\operatorname{search}(<a>, <v>)", promote=SAME, name="searchsorted")
def search(xp: Any, a: Any, v: Any, *, right: bool) -> Any:
    """Return how many elements of every row of `a` are less than `v` (with `right`: less or equal), by bisection.

    `a` is a vector, or has the leading dimensions of `v`.  As in PyTorch, NaN in `a` is less than everything.
    """
    if a.ndim == 1 and not (a != a).any():
        return xp.searchsorted(a, v, side="right" if right else "left").astype(int64)
    low = xp.zeros(v.shape, dtype=int64)
    high = xp.full(v.shape, a.shape[-1], dtype=int64)
    for _ in range(a.shape[-1].bit_length()):
        middle = (low + high) // 2
        safe = xp.minimum(middle, a.shape[-1] - 1)  # where low = high = n, nothing is looked up any more
        found = xp.take(a, safe) if a.ndim == 1 else xp.take_along_axis(a, safe, axis=-1)
        after = (low < high) & ~((found > v) if right else (found >= v))
        low, high = xp.where(after, middle + 1, low), xp.where(after, high, middle)
    return low


@published(method=False)
def searchsorted(
    sorted_sequence: Any,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Any = None,
) -> Any:
    """Return where values would have to be inserted to keep the last dimension of a sequence in order.

    Parameters
    ----------
    sorted_sequence : Tensor of shape (N,) or (..., N)
        In ascending order along the last dimension.
    input : Tensor of shape (..., M), or number
        The values; of any shape if the sequence is 1-d, else its leading dimensions are those of the sequence.
    out_int32 : bool
        Return int32 rather than int64.
    right : bool
        After equal elements rather than before them.
    side : {"left", "right"}, optional
        The same in NumPy's words.
    sorter : Tensor of int64 of the shape of `sorted_sequence`, optional
        Where its elements stand in order, if they are not: what ``argsort`` returns.

    Returns
    -------
    Tensor of int64 of the shape of `input`
    """
    op = "searchsorted"
    if side not in (None, "left", "right") or (side == "left" and right):
        raise error("argument", op=op, argument="side", expected="'left' or 'right', as `right` says", got=side)
    sequence = sorted_sequence
    if not isinstance(input, Tensor):
        if not isinstance(input, (int, float)) or sequence.ndim != 1:
            got = f"shape {sequence.shape}" if isinstance(input, (int, float)) else type(input).__name__
            raise error("search-shape", op=op, sequence=sequence.shape, values=got)
        input = tensor(input, device=sequence.device)
    if not sequence.ndim or (sequence.ndim > 1 and sequence.shape[:-1] != input.shape[:-1]):
        raise error("search-shape", op=op, sequence=sequence.shape, values=input.shape)
    if sorter is not None:
        sequence = gather_p(sequence, checked_sorter(sequence, sorter), dim=sequence.ndim - 1)
    places = search(sequence.detach(), input.detach(), right=right or side == "right")
    return registry["cast"](places, dtype=int32) if out_int32 else places


def checked_sorter(sequence: Any, sorter: Any) -> Any:
    """Refuse a sorter that is no index into the sequence."""
    if sorter.shape != sequence.shape or sorter.dtype != int64:
        got, expected = f"{sorter.shape} {sorter.dtype}", f"{sequence.shape} int64"
        raise error("search-sorter", got=got, expected=expected)
    if ((sorter.array < 0) | (sorter.array >= sequence.shape[-1])).any():
        raise error("search-sorter", got="out of range", expected=f"positions from 0 to {sequence.shape[-1] - 1}")
    return sorter


@published(method=False)
def bucketize(input: Any, boundaries: Any, *, out_int32: bool = False, right: bool = False) -> Any:
    """Return which bucket every value falls into, between `boundaries` in ascending order; see `searchsorted`.

    Parameters
    ----------
    input : Tensor of shape (...), or number
        The values.
    boundaries : Tensor of shape (N,)
        In ascending order.
    right : bool
        A boundary belongs to the bucket on its right rather than on its left.
    """
    if boundaries.ndim != 1:
        raise error("ndim", op="bucketize", expected=1, shape=boundaries.shape)
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


# -- different values ----------------------------------------------------------------------------------


@primitive(r"\operatorname{groups}(<x>)", outputs=0)
def groups(xp: Any, x: Any, *, consecutive: bool) -> tuple[Any, Any, Any]:
    """Group equal rows of a matrix: where the first of every group stands, the group of each, their sizes.

    The groups come in order; with `consecutive` rows are grouped as they come.  NaN equals nothing.
    """
    count = len(x)
    if consecutive or not x.size:
        order = xp.arange(count)
    elif x.shape[1] == 1:
        order = xp.argsort(x[:, 0], kind="stable")
    else:
        order = xp.lexsort(xp.flip(x, 1).T)  # its last key counts most
    inorder = x[order]
    starts = xp.ones(count, dtype=bool)
    starts[1:] = (inorder[1:] != inorder[:-1]).any(axis=1)
    inverse = xp.empty(count, dtype=int64)
    inverse[order] = xp.cumsum(starts, dtype=int64) - 1
    first = xp.flatnonzero(starts)
    sizes = xp.concatenate([first[1:], xp.full(first[:1].shape, count, dtype=first.dtype)]) - first
    return order[first].astype(int64), inverse, sizes.astype(int64)


def distinct(op: str, input: Any, dim: Any, consecutive: bool, inverse: Any, counts: Any) -> Any:
    """Return the different values, or the slices along `dim`, and what else is asked for."""
    for name, given in (("return_inverse", inverse), ("return_counts", counts)):
        if not isinstance(given, bool):
            raise error("argument", op=op, argument=name, expected="a bool", got=given)
    if dim is None:
        rows = reshape_p(input, shape=(input.array.size, 1))
        inverse_shape: Shape = input.shape
    else:
        place = one_dim(op, dim, input.ndim)
        if not input.ndim:
            raise error("ndim", op=op, expected="1 or more, for a dim,", shape=())
        if 0 in (*input.shape[:place], *input.shape[place + 1 :]):
            raise error("unique-empty", op=op, shape=input.shape, dim=place)
        n = input.shape[place]
        rows = reshape_p(movedim(input, place, 0), shape=(n, input.array.size // max(n, 1)))
        inverse_shape = (n,)
    first, group, sizes = groups(rows.detach(), consecutive=consecutive)
    if dim is None:
        values = take_p(reshape_p(input, shape=(-1,)), first, dims=(0,))
    else:
        values = take_p(input, first, dims=(place,))
    results = [values]
    if inverse:
        results.append(reshape_p(group, shape=inverse_shape))
    if counts:
        results.append(sizes)
    return tuple(results) if len(results) > 1 else values


@published()
def unique(
    input: Any, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: Any = None
) -> Any:
    """Return the different values in ascending order, or the different slices along `dim`.

    Parameters
    ----------
    input : Tensor of shape (...)
        The values.  Every NaN is different from every other.
    sorted : bool
        In order.  They always are, so both values are right.
    return_inverse : bool
        Return also which of the results each element is.
    return_counts : bool
        Return also how often each of the results occurs.
    dim : int, optional
        Along which dimension slices are compared; without it, single elements.

    Returns
    -------
    Tensor, or tuple of Tensors
        The values; the inverse (int64, of the shape of `input`, or with `dim` of its length); the counts (int64).

    Notes
    -----
    The gradient goes to the first occurrence of each value (PyTorch has none).
    """
    if not isinstance(sorted, bool):
        raise error("argument", op="unique", argument="sorted", expected="a bool", got=sorted)
    return distinct("unique", input, dim, False, return_inverse, return_counts)


@published()
def unique_consecutive(input: Any, return_inverse: bool = False, return_counts: bool = False, dim: Any = None) -> Any:
    """Return the values with all but the first of neighbouring equals left out; see `unique`."""
    return distinct("unique_consecutive", input, dim, True, return_inverse, return_counts)
