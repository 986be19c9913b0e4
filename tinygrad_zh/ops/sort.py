r"""Floor 2: order along a dimension: ``sort``, ``topk``, ``kthvalue``, ``median``, ``mode``.

All of them find positions first, by a stable sort, and then gather the elements there; so the gradient is
``gather``'s, and goes to the element that was picked.  NaN counts as greater than every number.

May import: floors 0–1, ``dims``, ``gather``, ``parts``, ``reduce``, ``scan``, ``shape``.  Read next: ``quantile.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..backend.dtypes import int64
from ..core.primitive import primitive
from ..core.registry import registry
from ..errors import error
from .dims import kept_shape, one_dim
from .gather import gather_p, lifted, shaped
from .parts import integer
from .publish import published
from .reduce import Picked, refuse_empty, sum_p
from .scan import part, picked_along, running
from .shape import reshape_p

# -- positions -----------------------------------------------------------------------------------------


@primitive(r"\operatorname{argsort}(<x>)", name="argsort")
def argsort_p(xp: Any, x: Any, *, dim: int, descending: bool = False) -> Any:
    """Return where the elements stand in order, equals in the order in which they came."""
    if not descending:
        return xp.argsort(x, axis=dim, kind="stable").astype(int64)
    # Sorted backwards from the end: so equals keep their order, and NaN comes first.
    order = xp.argsort(xp.flip(x, dim), axis=dim, kind="stable")
    return (x.shape[dim] - 1 - xp.flip(order, dim)).astype(int64)


@primitive(r"\operatorname{argtopk}(<x>)")
def argtopk(xp: Any, x: Any, *, dim: int, k: int, largest: bool) -> Any:
    """Return where the `k` greatest or smallest stand, in order; of equals, those that came first.

    They are set apart, and only they are sorted; unless some of those left out equal the last that is in.
    """
    if not k:
        return xp.zeros(tuple(0 if i == dim else n for i, n in enumerate(x.shape)), dtype=int64)
    start = x.shape[dim] - k if largest else 0  # NaN is greatest here, too
    last = start if largest else k - 1
    parted = xp.argpartition(x, last, axis=dim)
    edge = xp.take_along_axis(x, part(parted, dim, last, last + 1), axis=dim)
    chosen = xp.sort(part(parted, dim, start, start + k), axis=dim)
    values = xp.take_along_axis(x, chosen, axis=dim)
    left, right = (xp.sum((v == edge) | ((v != v) & (edge != edge)), axis=dim) for v in (x, values))
    if (left != right).any():
        return part(argsort_p.value(xp, x, dim=dim, descending=largest), dim, None, k)
    order = argsort_p.value(xp, values, dim=dim, descending=largest)
    return xp.take_along_axis(chosen, order, axis=dim).astype(int64)


@primitive(r"\operatorname{argmedian}(<x>)")
def argmedian(xp: Any, x: Any, *, dim: int, ignore_nan: bool) -> Any:
    """Return where the median stands, of an even number the lower one; with NaN, where the first NaN does."""
    order, nans = argsort_p.value(xp, x, dim=dim), xp.sum(x != x, axis=dim, keepdims=True)
    count = x.shape[dim] - nans
    middle = xp.maximum(count - 1, 0) // 2
    if not ignore_nan:
        middle = xp.where(nans > 0, count, middle)  # in order, the first NaN comes after all numbers
    return xp.take_along_axis(order, middle.astype(int64), axis=dim)


@primitive(r"\operatorname{argmode}(<x>)")
def argmode(xp: Any, x: Any, *, dim: int) -> Any:
    """Return where the most frequent element stands: the smallest of several, and its last occurrence."""
    order = argsort_p.value(xp, x, dim=dim)
    values = xp.take_along_axis(x, order, axis=dim)
    changes = part(values, dim, 1, None) != part(values, dim, None, -1)
    steps = xp.arange(x.shape[dim]).reshape(-1, *(1,) * (x.ndim - dim - 1))
    starts = xp.where(changes, part(steps, 0, 1, None), 0)
    starts = xp.concatenate([xp.zeros(kept_shape(x.shape, (dim,)), dtype=starts.dtype), starts], axis=dim)
    length = steps - running(xp, xp.maximum, starts, dim)  # so far, of the run of equals
    return xp.take_along_axis(order, xp.expand_dims(xp.argmax(length, axis=dim), dim), axis=dim)


# -- sorting -------------------------------------------------------------------------------------------


@published()
def sort(input: Any, dim: int = -1, descending: bool = False, *, stable: bool | None = False, axis: Any = None) -> Any:
    """Return the elements in order along `dim`, and where they stood.

    Parameters
    ----------
    input : Tensor of shape (...)
        What to sort.
    dim : int
        Along which dimension.
    descending : bool
        The greatest first; NaN is greater than every number.
    stable : bool
        Keep the order of equals.  It is always kept, so both values are right.

    Returns
    -------
    values : Tensor of the shape of `input`
    indices : Tensor of int64 of the same shape

    Examples
    --------
    >>> sort(tensor([3.0, 1.0, 2.0])).indices
    tensor([1, 2, 0])
    """
    return sorted_by("sort", input, dim, descending, stable, axis)


def sorted_by(op: str, input: Any, dim: Any, descending: Any, stable: Any, axis: Any = None) -> Picked:
    """Sort; refuse options that are no bools."""
    for name, given in (("descending", descending), ("stable", stable)):
        if not isinstance(given, bool) and not (given is None and name == "stable"):
            raise error("argument", op=op, argument=name, expected="a bool", got=given)
    return picked_along(op, lambda x, dim: argsort_p(x, dim=dim, descending=descending), input, dim, axis)


@published()
def argsort(input: Any, dim: int = -1, descending: bool = False, *, stable: bool = False, axis: Any = None) -> Any:
    """Return where the elements stand in order along `dim`; see `sort`."""
    return sorted_by("argsort", input, dim, descending, stable, axis).indices


@published()
def msort(input: Any) -> Any:
    """Return the elements in order along the first dimension; see `sort`."""
    return sorted_by("msort", input, 0, False, None).values


@published()
def topk(input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """Return the `k` greatest elements along `dim` in descending order, and where they stand.

    Parameters
    ----------
    input : Tensor of shape (..., N, ...)
        Where to choose from.
    k : int
        How many, at most N.
    dim : int
        Along which dimension.
    largest : bool
        The greatest; False: the smallest, in ascending order.
    sorted : bool
        Return them in order.  They always are, so both values are right.

    Returns
    -------
    values : Tensor of shape (..., k, ...)
    indices : Tensor of int64 of that shape; of equals, those that came first

    Notes
    -----
    O(N + k log k) where no equals compete for the last place, else O(N log N).
    """
    place, x, count = one_dim("topk", dim, input.ndim), lifted(input), integer("topk", "k", k)
    if not 0 <= count <= x.shape[place]:
        raise error("order-count", op="topk", k=k, low=0, size=x.shape[place], dim=place)
    for name, given in (("largest", largest), ("sorted", sorted)):
        if not isinstance(given, bool):
            raise error("argument", op="topk", argument=name, expected="a bool", got=given)
    indices = argtopk(x, dim=place, k=count if input.ndim else 1, largest=largest)
    values = gather_p(x, indices, dim=place)
    return Picked(values, indices) if input.ndim else Picked(shaped(values, ()), shaped(indices, ()))


# -- one of them in order ------------------------------------------------------------------------------


def chosen(op: str, find: Callable[..., Any], input: Any, dim: Any, keepdim: bool, axis: Any = None) -> Picked:
    """Return the one element along `dim` that `find` points to, and where it stands."""
    place, x = one_dim(op, dim, input.ndim, axis), lifted(input)
    refuse_empty(op, x, (place,))
    indices = find(x, dim=place)
    values = gather_p(x, indices, dim=place)
    if keepdim and input.ndim:
        return Picked(values, indices)
    shape = tuple(n for i, n in enumerate(x.shape) if i != place)
    return Picked(reshape_p(values, shape=shape), reshape_p(indices, shape=shape))


@published()
def kthvalue(input: Any, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """Return the `k`-th smallest element along `dim`, counted from 1, and where it stands.

    Returns
    -------
    values : Tensor of the shape of `input` without `dim`
    indices : Tensor of int64 of that shape
    """
    place, count = one_dim("kthvalue", dim, input.ndim), integer("kthvalue", "k", k)
    size = input.shape[place] if input.ndim else 1
    if size and not 1 <= count <= size:
        raise error("order-count", op="kthvalue", k=k, low=1, size=size, dim=place)
    return chosen("kthvalue", lambda x, dim: part(argsort_p(x, dim=dim), dim, count - 1, count), input, dim, keepdim)


@published()
def mode(input: Any, dim: int = -1, keepdim: bool = False) -> Any:
    """Return the most frequent element along `dim`, and where it stands last; of several, the smallest.

    NaN equals nothing, so every NaN is counted by itself.

    Returns
    -------
    values : Tensor of the shape of `input` without `dim`
    indices : Tensor of int64 of that shape
    """
    return chosen("mode", argmode, input, dim, keepdim)


@primitive(
    r"\operatorname{median}(<x>)",
    vjp_x=lambda g, x, y: median_pullback(g, x, y),
    tex_rules={"x": r"\frac{g \odot [x = y]}{\sum [x = y]}"},
    name="median",
)
def median_p(xp: Any, x: Any, *, ignore_nan: bool) -> Any:
    """Return the median of all elements as a 0-d array."""
    flat = x.reshape(-1)
    if not x.size:
        return xp.full((), math.nan, dtype=x.dtype)
    return flat[argmedian.value(xp, flat, dim=0, ignore_nan=ignore_nan)].reshape(())


def median_pullback(g: Any, x: Any, y: Any) -> Any:
    """Divide the cotangent evenly among the elements that equal the median, or are NaN as it is."""
    equal = registry["cast"]((x == y) | ((x != x) & (y != y)), dtype=x.dtype)
    return g * equal / sum_p(equal, dims=tuple(range(len(x.shape))))


def middle(op: str, input: Any, dim: Any, keepdim: bool, ignore_nan: bool) -> Any:
    """The two forms of ``median`` and ``nanmedian``."""
    if dim is not None:
        return chosen(op, lambda x, dim: argmedian(x, dim=dim, ignore_nan=ignore_nan), input, dim, keepdim)
    if keepdim:
        raise error("argument", op=op, argument="keepdim", expected="False where no dim is given", got=keepdim)
    if not input.array.size and input.dtype.kind != "f":
        raise error("reduce-empty", op=op, shape=input.shape)
    return median_p(input, ignore_nan=ignore_nan)


@published()
def median(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Return the median of all elements; along `dim`, (values, indices).  Of an even number it is the lower one.

    Parameters
    ----------
    input : Tensor of shape (...)
        The elements; if one is NaN, the median is NaN.
    dim : int, optional
        Along which dimension.
    keepdim : bool
        Keep it with length 1.

    Returns
    -------
    values : Tensor
        0-d, or of the shape of `input` without `dim`; the only result where no `dim` is given.
    indices : Tensor of int64
        Where the medians stand along `dim`.

    Notes
    -----
    Along `dim` the gradient goes to the element that was picked; over all elements, equals share it evenly.
    """
    return middle("median", input, dim, keepdim, ignore_nan=False)


@published()
def nanmedian(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Return the median of the elements that are not NaN; see `median`."""
    return middle("nanmedian", input, dim, keepdim, ignore_nan=True)
