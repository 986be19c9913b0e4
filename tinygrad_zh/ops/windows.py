r"""Floor 2: views in which an element may stand several times: ``unfold`` and ``as_strided``.

Nothing is copied: the view walks through the memory with strides of its own.  Going back, every place gets the
sum of the cotangents of all elements that stand there.

May import: floors 0–1, ``dims``, ``gather``, ``indexing``, ``parts``, ``results``, ``shape``.
Read next: ``padding.py``.
"""

from __future__ import annotations

from typing import Any

from ..aliases import Shape
from ..backend.dtypes import int64
from ..core.primitive import primitive
from ..core.tensor import Tensor
from ..errors import error
from .convert import data_ptr
from .dims import one_dim, sizes_of
from .gather import lifted
from .indexing import sum_flat
from .parts import integer, narrow
from .publish import published
from .results import mark
from .shape import clone

# -- the primitives ------------------------------------------------------------------------------------


@primitive(
    r"\operatorname{unfold}(<x>)",
    vjp_x=lambda g, x_shape, dim, step: overlap_add(g, shape=x_shape, dim=dim, step=step),
    name="windows",
)
def unfold_p(xp: Any, x: Any, *, dim: int, size: int, step: int) -> Any:
    """Return a view of all windows of `size` elements along `dim`, one every `step`, as a new last dimension."""
    shape = (*x.shape[:dim], (x.shape[dim] - size) // step + 1, *x.shape[dim + 1 :], size)
    strides = (*x.strides[:dim], x.strides[dim] * step, *x.strides[dim + 1 :], x.strides[dim])
    return protected(xp.lib.stride_tricks.as_strided(x, shape, strides), step < size)


@primitive(
    r"\operatorname{overlap\_add}(<x>)",
    vjp_x=lambda g, x_shape, dim, step: clone(unfold_p(g, dim=dim, size=x_shape[-1], step=step)),
    tex_rules={"x": r"\operatorname{unfold}(g)"},
)
def overlap_add(xp: Any, x: Any, *, shape: Shape, dim: int, step: int) -> Any:
    """Return zeros of `shape` to which all windows were added in their places: the transpose of unfolding."""
    y = xp.zeros(shape, dtype=x.dtype)
    reach = x.shape[dim] * step
    for k in range(x.shape[-1]):  # the k-th elements of all windows stand `step` apart
        y[(*(slice(None),) * dim, slice(k, k + reach, step))] += x[..., k]
    return y


@primitive(
    r"\operatorname{strided}(<x>)",
    vjp_x=lambda g, x_shape, stride, offset: strided_sum(g, shape=x_shape, stride=stride, offset=offset),
    tex_rules={"x": r"\sum_{\mathrm{places}} g"},
    name="as_strided",
)
def as_strided_p(xp: Any, x: Any, *, size: Shape, stride: tuple[int, ...], offset: int) -> Any:
    """Return a view: the element at (i, j, …) is that at offset + i·stride₀ + j·stride₁ + … of the flattened `x`."""
    steps = tuple(n * x.dtype.itemsize for n in stride)
    return protected(xp.lib.stride_tricks.as_strided(x.reshape(-1)[offset:], size, steps), overlaps(size, stride))


@primitive(
    r"\operatorname{strided\_sum}(<x>)",
    vjp_x=lambda g, x_shape, stride, offset: clone(as_strided_p(g, size=x_shape, stride=stride, offset=offset)),
    tex_rules={"x": r"\operatorname{strided}(g)"},
)
def strided_sum(xp: Any, x: Any, *, shape: Shape, stride: tuple[int, ...], offset: int) -> Any:
    """Return zeros of `shape` to which `x` was added at the places that `as_strided` reads."""
    places = xp.full(x.shape, offset, dtype=int64)
    for d, (n, step) in enumerate(zip(x.shape, stride, strict=True)):
        places = places + (xp.arange(n) * step).reshape(-1, *(1,) * (x.ndim - d - 1))
    return sum_flat(xp, x, places, shape)


def overlaps(size: Shape, stride: tuple[int, ...]) -> bool:
    """Whether two elements may share a place: no stride leaps over all that the smaller ones reach."""
    reach = 0
    for step, n in sorted((step, n) for n, step in zip(size, stride, strict=True) if n > 1):
        if step <= reach:
            return True
        reach += (n - 1) * step
    return False


def protected(y: Any, shared: bool) -> Any:
    """Return a view that nobody can write into if elements share a place (a GPU's memory knows no protection)."""
    if shared and hasattr(y.flags, "writeable"):
        y.flags.writeable = False
    return y


# -- PyTorch's functions -------------------------------------------------------------------------------


@published()
def unfold(input: Any, dimension: int, size: int, step: int) -> Any:
    """Return a view of all windows of `size` elements along a dimension, one every `step` elements.

    Parameters
    ----------
    input : Tensor of shape (..., N, ...)
        What is looked at through windows.
    dimension : int
        Along which dimension.
    size, step : int
        How many elements a window has, and how far it is to the next.  Windows overlap where step < size.

    Returns
    -------
    Tensor of shape (..., (N − size) // step + 1, ..., size)
        A view.  Where windows overlap, it cannot be written to.

    Raises
    ------
    ShapeError
        If a window is longer than the dimension.

    Notes
    -----
    For a vector: y[i, k] = x[i · step + k].

    Examples
    --------
    >>> unfold(tensor([1, 2, 3, 4]), 0, 2, 1)
    tensor([[1, 2],
            [2, 3],
            [3, 4]])
    """
    d = one_dim("unfold", dimension, input.ndim)
    width, stride = integer("unfold", "size", size), integer("unfold", "step", step)
    length = lifted(input).shape[d]
    if not 0 <= width <= length or stride < 1:
        raise error("unfold", size=width, step=stride, dim=d, length=length)
    if not input.ndim:
        return narrow(lifted(input), 0, 0, width)
    static = {"dim": d, "size": width, "step": stride}
    return mark(unfold_p(input, **static), unfold_p, input, static)


@published()
def as_strided(input: Any, size: Any, stride: Any, storage_offset: int | None = None) -> Any:
    """Return a view that walks through the memory of `input` with strides of its own.

    Parameters
    ----------
    input : Tensor of shape (...)
        In C order: PyTorch counts places in memory, and there the order of the elements is the same.
    size : tuple of int
        The shape of the view.
    stride : tuple of int
        How many elements lie between neighbours along each dimension of the view; 0 or more.
    storage_offset : int, optional
        Where in memory the view begins; by default where `input` does.

    Returns
    -------
    Tensor of shape `size`
        A view.  Where elements share a place, it cannot be written to.

    Raises
    ------
    ShapeError
        If the view would leave the elements of `input`, or these are not in C order.

    Notes
    -----
    y[i, j] = x.flatten()[offset + i · stride[0] + j · stride[1]].  PyTorch also reaches elements of the memory that
    do not belong to `input`; no gradient could flow to them, and here they are refused.

    Examples
    --------
    >>> as_strided(tensor([1, 2, 3, 4]), (2, 2), (1, 2))
    tensor([[1, 3],
            [2, 4]])
    """
    static = walk("as_strided", input, size, stride, storage_offset)
    return mark(as_strided_p(input, **static), as_strided_p, input, static)


def walk(op: str, input: Any, size: Any, stride: Any, storage_offset: Any) -> dict[str, Any]:
    """Return how a strided view walks through the elements of `input`; refuse one that leaves them."""
    sizes, steps = sizes_of(op, (size,)), sizes_of(op, (stride,))
    if min(sizes, default=0) < 0:
        raise error("size-negative", op=op, sizes=sizes)
    if len(sizes) != len(steps) or min(steps, default=0) < 0:
        raise error("argument", op=op, argument="stride", expected=f"{len(sizes)} ints ≥ 0", got=stride)
    start = 0 if storage_offset is None else integer(op, "storage_offset", storage_offset) - first_of(op, input)
    last = start + sum((n - 1) * step for n, step in zip(sizes, steps, strict=True)) if 0 not in sizes else start
    count = input.array.size
    if not input.array.flags.c_contiguous or start < 0 or last > (count if 0 in sizes else count - 1):
        raise error("strided-outside", op=op, shape=input.shape, first=start, last=last)
    return {"size": sizes, "stride": steps, "offset": start}


def first_of(op: str, input: Tensor) -> int:
    """Return how many elements lie in memory before the first one of a view."""
    base = input
    while base.source is not None:
        base = base.source[1]
    array: Any = getattr(base.array, "whole", base.array)  # of a traced array (``jit``): the numbers
    if array.base is not None:  # memory of somebody else: nobody knows where it begins
        raise error("strided-storage", op=op, shape=input.shape)
    return (data_ptr(input) - data_ptr(base)) // input.dtype.itemsize if base is not input else 0
