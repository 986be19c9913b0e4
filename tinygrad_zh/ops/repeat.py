r"""Floor 2: elements over and over again: ``repeat``, ``tile``, ``repeat_interleave``; and in a circle: ``roll``.

Where an element was repeated, its cotangents are summed; what was rolled forward is rolled back.

May import: floors 0–1, ``dims``, ``gather``, ``indexing``, ``parts``, ``reduce``, ``shape``.  Read next: ``stacks.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..aliases import Shape
from ..backend.dtypes import int64
from ..core.primitive import primitive
from ..core.tensor import Tensor
from ..errors import error
from .dims import one_dim, sizes_of
from .gather import lifted
from .indexing import take_p
from .parts import integer
from .publish import published
from .reduce import sum
from .shape import broadcast_to_p, clone, ravel, reshape_p, sum_to, unsqueeze

# -- the primitives ------------------------------------------------------------------------------------


@primitive(
    r"\operatorname{repeat}(<x>)",
    vjp_x=lambda g, x_shape, sizes: sum_repeats(g, x_shape, sizes),
    tex_rules={"x": r"\sum_{\mathrm{copies}} g"},
    name="repeat",
)
def repeat_p(xp: Any, x: Any, *, sizes: tuple[int, ...]) -> Any:
    """Return `x` side by side with itself, as often along each dimension as `sizes` says."""
    return xp.tile(x, sizes)


def sum_repeats(g: Any, x_shape: Shape, sizes: tuple[int, ...]) -> Any:
    """Sum over the copies: each dimension of `g` is taken apart into which copy, and where in it."""
    lead = len(sizes) - len(x_shape)
    whole = (1,) * lead + x_shape
    apart = tuple(n for pair in zip(sizes, whole, strict=True) for n in pair)
    single = tuple(n for size in whole for n in (1, size))
    return reshape_p(sum_to(reshape_p(g, shape=apart), shape=single), shape=x_shape)


@primitive(
    r"\operatorname{roll}(<x>)",
    vjp_x=lambda g, shifts, dims: roll_p(g, shifts=tuple(-n for n in shifts), dims=dims),
    tex_rules={"x": r"\operatorname{roll}^{-1}(g)"},
    name="roll",
)
def roll_p(xp: Any, x: Any, *, shifts: tuple[int, ...], dims: tuple[int, ...]) -> Any:
    """Return a copy shifted along `dims`; what leaves at the end comes in at the beginning."""
    return xp.roll(x, shifts, dims) if dims else x.copy()


@primitive(r"\operatorname{repeats}(<repeats>)")
def repeated_positions(xp: Any, repeats: Any) -> Any:
    """Return every position as often as `repeats` says there: 0, 1, 1, 1, 2 for (1, 3, 1)."""
    ends = xp.cumsum(repeats.astype(int64))
    return xp.searchsorted(ends, xp.arange(int(ends[-1]) if ends.size else 0), side="right").astype(int64)


# -- PyTorch's functions -------------------------------------------------------------------------------


@published()
def repeat(input: Any, *sizes: Any, repeats: Any = None) -> Any:
    """Return copies of the tensor side by side.

    Parameters
    ----------
    input : Tensor of shape (...), N dimensions
        What is repeated.
    *sizes : int or tuple of int, at least N of them
        How often along each dimension; what there is more of stands for new dimensions in front.
    repeats : tuple of int
        The same by name.
    """
    counts = sizes_of("repeat", sizes, repeats)
    if len(counts) < input.ndim:
        raise error("repeat-dims", sizes=counts, shape=input.shape)
    if min(counts, default=0) < 0:
        raise error("size-negative", op="repeat", sizes=counts)
    return repeat_p(input, sizes=counts)


@published()
def tile(input: Any, *counts: Any, dims: Any = None) -> Any:
    """Return copies of the tensor side by side, as ``repeat``; missing numbers in front count as 1."""
    times = sizes_of("tile", counts, dims)
    return repeat(input, (1,) * (input.ndim - len(times)) + times)


@published()
def repeat_interleave(
    input: Any, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Any:
    """Repeat elements (or slices along `dim`), each beside itself.

    Parameters
    ----------
    input : Tensor of shape (..., N, ...)
        What is repeated.  If it stands alone, it is the `repeats` of the positions 0, 1, 2, ….
    repeats : int, or Tensor of int64 or int32 of shape (), (1,) or (N,)
        How often each.
    dim : int, optional
        Along which dimension; without it `input` is flattened first.
    output_size : int, optional
        What the length will be; is checked.

    Examples
    --------
    >>> repeat_interleave(tensor([7, 8, 9]), tensor([1, 3, 0]))
    tensor([7, 8, 8, 8])
    """
    if repeats is None:
        if input.ndim != 1:
            raise error("ndim", op="repeat_interleave", expected=1, shape=input.shape)
        return of_length(repeated_positions(checked_repeats(input, input.shape[0])), 0, output_size)
    x = ravel(input) if dim is None else input
    d = 0 if dim is None else one_dim("repeat_interleave", dim, input.ndim)
    x = lifted(x)
    size = x.shape[d]
    if isinstance(repeats, Tensor) and math.prod(checked_repeats(repeats, size).shape) != 1:
        return of_length(take_p(x, repeated_positions(repeats), dims=(d,)), d, output_size)
    count = integer("repeat_interleave", "repeats", repeats.item() if isinstance(repeats, Tensor) else repeats)
    if count < 0:
        raise error("argument", op="repeat_interleave", argument="repeats", expected="no negative number", got=count)
    wide = broadcast_to_p(unsqueeze(x, d + 1), shape=(*x.shape[: d + 1], count, *x.shape[d + 1 :]))
    result = reshape_p(clone(wide), shape=(*x.shape[:d], size * count, *x.shape[d + 1 :]))
    return of_length(result, d, output_size)


def checked_repeats(repeats: Any, size: int) -> Any:
    """Refuse repeats of another dtype, of a wrong length, or negative."""
    if repeats.dtype.name not in ("int64", "int32"):
        raise error(
            "argument", op="repeat_interleave", argument="repeats", expected="int64 or int32", got=repeats.dtype
        )
    if repeats.ndim > 1 or (repeats.ndim and repeats.shape[0] not in (1, size)):
        raise error("repeats-length", repeats=repeats.shape, size=size)
    if repeats.array.size and int(repeats.array.min()) < 0:
        lowest = int(repeats.array.min())
        raise error("argument", op="repeat_interleave", argument="repeats", expected="no negative number", got=lowest)
    return repeats


def of_length(result: Any, d: int, output_size: int | None) -> Any:
    """Return a result, checked against the length that the user said it would have."""
    if output_size is not None and result.shape[d] != output_size:
        expected = f"the length of the result, {result.shape[d]}"
        raise error("argument", op="repeat_interleave", argument="output_size", expected=expected, got=output_size)
    return result


@published()
def roll(input: Any, shifts: Any, dims: Any = None) -> Any:
    """Return a copy with the elements shifted along `dims`; what leaves at the end comes in at the beginning.

    Parameters
    ----------
    input : Tensor of shape (...)
        What is shifted.
    shifts : int or tuple of int
        By how many places; negative ones shift towards the beginning.
    dims : int or tuple of int, optional
        Along which dimensions, one for each shift; without it, the flattened tensor is shifted.
    """
    steps = sizes_of("roll", (shifts,))
    places = () if dims is None else sizes_of("roll", (dims,))
    if not steps or len(steps) != (len(places) or 1):
        raise error("roll-shifts", shifts=shifts, dims=dims)
    if not places:
        return reshape_p(roll_p(ravel(input), shifts=steps, dims=(0,)), shape=input.shape)
    if not input.ndim:
        raise error("index-count", count=len(places), ndim=0, shape=())
    return roll_p(input, shifts=steps, dims=tuple(one_dim("roll", d, input.ndim) for d in places))


@published()
def sum_to_size(input: Any, *sizes: Any, size: Any = None) -> Any:
    """Return `input` summed down to a shape that broadcasts to its own; itself if that is its shape."""
    wanted = sizes_of("sum_to_size", sizes, size)
    lead = input.ndim - len(wanted)
    if lead < 0 or any(n not in (1, input.shape[lead + d]) for d, n in enumerate(wanted)):
        raise error("sum-to-shape", source=input.shape, target=wanted)
    dims = (*range(lead), *(lead + d for d, n in enumerate(wanted) if n != input.shape[lead + d]))
    return reshape_p(sum(input, dims, keepdim=True), shape=wanted) if dims else input
