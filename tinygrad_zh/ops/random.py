r"""Floor 2: random numbers, by PyTorch's names.

Every draw is a primitive with a ``Place`` as its operand, the tiny array that says where in the generator's
stream to begin (see ``generator.py``): so draws pass the engine's door like any op, and happen on the device
where their numbers are wanted.  The numbers for a seed are not PyTorch's; their laws are.

May import: floors 0–1, ``dims``, ``generator``.  Read next: ``sampling.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..aliases import DType, Shape
from ..backend import philox
from ..backend.dtypes import as_dtype, get_default_dtype, int64
from ..core.primitive import primitive
from ..core.tensor import Tensor
from ..errors import error
from .dims import sizes_of
from .generator import Place
from .publish import published
from .write import write

# -- the primitives ------------------------------------------------------------------------------------


@primitive(r"u \sim U(0, 1)", name="rand")
def rand_p(xp: Any, place: Any, *, shape: Shape, dtype: DType) -> Any:
    """Draw uniform numbers in [0, 1)."""
    return philox.uniform(xp, place, math.prod(shape), dtype).reshape(shape)


@primitive(r"z \sim N(0, 1)", name="randn")
def randn_p(xp: Any, place: Any, *, shape: Shape, dtype: DType) -> Any:
    """Draw standard normal numbers."""
    return philox.normal(xp, place, math.prod(shape), dtype).reshape(shape)


@primitive(r"k \sim U\{<low>, \dots, <high> - 1\}", name="randint")
def randint_p(xp: Any, place: Any, *, low: int, high: int, shape: Shape, dtype: DType) -> Any:
    """Draw integers from `low` up to but without `high`."""
    drawn = philox.integers(xp, place, math.prod(shape), low, high)
    return drawn.reshape(shape).astype(dtype, copy=False)


@primitive(r"\operatorname{permutation}(0, \dots, <n> - 1)", name="randperm")
def randperm_p(xp: Any, place: Any, *, n: int, dtype: DType) -> Any:
    """Draw a permutation of 0 … n − 1."""
    return philox.permutation(xp, place, n).astype(dtype, copy=False)


def wide(dtype: DType) -> bool:
    """Whether a number of this dtype is made of two words; see ``backend/philox.py``."""
    return dtype.name == "float64"


def uniform(shape: Shape, dtype: DType, device: Any, generator: Any) -> Tensor:
    """Draw uniform numbers in [0, 1)."""
    count = math.prod(shape)
    drawn: Tensor = rand_p(Place(generator, count * (1 + wide(dtype)), device), shape=shape, dtype=dtype)
    return drawn


def standard_normal(shape: Shape, dtype: DType, device: Any, generator: Any) -> Tensor:
    """Draw normal numbers of mean 0 and standard deviation 1."""
    count = math.prod(shape)  # made in pairs, but an odd number of them fills no more blocks than its own words do
    drawn: Tensor = randn_p(Place(generator, count * (1 + wide(dtype)), device), shape=shape, dtype=dtype)
    return drawn


def uniform_integers(op: str, low: int, high: int, shape: Shape, dtype: DType, device: Any, generator: Any) -> Tensor:
    """Draw integers from `low` up to but without `high`, after checking that the dtype can hold them."""
    if high <= low:
        raise error("random-range", op=op, low=low, high=high)
    smallest, largest = exact_range(dtype)
    if low < smallest or high - 1 > largest:
        raise error("random-dtype", op=op, low=low, last=high - 1, dtype=dtype, smallest=smallest, largest=largest)
    place = Place(generator, 2 * math.prod(shape), device)
    drawn: Tensor = randint_p(place, low=low, high=high, shape=shape, dtype=dtype)
    return drawn


def exact_range(dtype: DType) -> tuple[int, int]:
    """Return the smallest and the largest of the integers that a dtype holds without a gap."""
    if dtype.kind == "f":
        largest = 2 ** philox.SIGNIFICANT_BITS[dtype.name]
        return -largest, largest
    return (0, 1) if dtype.kind == "b" else (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))


def checked_shape(op: str, sizes: tuple[Any, ...], size: Any = None) -> Shape:
    """Return sizes, given one by one or as one sequence, as a tuple of ints ≥ 0."""
    shape = sizes_of(op, sizes, size)
    if min(shape, default=0) < 0:
        raise error("size-negative", op=op, sizes=shape)
    return shape


def floating(op: str, dtype: Any) -> DType:
    """Return a floating dtype; the default one for None."""
    wanted = get_default_dtype() if dtype is None else as_dtype(dtype)
    if wanted.kind != "f":
        raise error("dtype-not-floating", op=op, dtype=wanted)
    return wanted


def marked(result: Tensor, requires_grad: bool) -> Tensor:
    """Return `result`, requiring a gradient if it is to."""
    result.requires_grad = requires_grad
    return result


# -- of a given size -----------------------------------------------------------------------------------


@published(method=False)
def rand(
    *sizes: Any,
    size: Any = None,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw numbers uniformly from [0, 1).

    Parameters
    ----------
    *sizes : int, or one sequence of int
        The shape; `size` by name.
    generator : Generator, optional
        From which to draw; the default one, which ``manual_seed`` seeds, if left out.
    dtype : dtype, optional
        float16, float32 or float64; the default dtype if left out.
    device : str or Device, optional
        Where; the CPU by default.  The numbers are the same on every device.
    requires_grad : bool
        Whether a gradient may be asked for.

    Raises
    ------
    ShapeError
        If a size is negative.
    DTypeError
        If a size is no int, or the dtype not floating.

    Notes
    -----
    Multiples of 2⁻²⁴ (float64: 2⁻⁵³, float16: 2⁻¹¹), all equally likely.

    Examples
    --------
    >>> _ = manual_seed(0)
    >>> rand(2, 3).shape
    (2, 3)
    """
    return marked(
        uniform(checked_shape("rand", sizes, size), floating("rand", dtype), device, generator), requires_grad
    )


@published(method=False)
def randn(
    *sizes: Any,
    size: Any = None,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw numbers of the normal distribution with mean 0 and standard deviation 1.

    Parameters are those of `rand`.

    Notes
    -----
    By Box and Muller's transformation (1958) of pairs of uniform numbers.  On another device, or with another
    NumPy, the last bits may differ, for ``log``, ``sin`` and ``cos`` do.
    """
    shape, wanted = checked_shape("randn", sizes, size), floating("randn", dtype)
    return marked(standard_normal(shape, wanted, device, generator), requires_grad)


@published(method=False)
def randint(
    *args: Any,
    low: int | None = None,
    high: int | None = None,
    size: Any = None,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw integers uniformly: ``randint(high, size)`` or ``randint(low, high, size)``.

    Parameters
    ----------
    low : int
        The smallest; 0 if left out.
    high : int
        One above the largest.
    size : sequence of int
        The shape.
    generator : Generator, optional
        From which to draw; the default one if left out.
    dtype : dtype, optional
        Any that holds the numbers; int64 if left out.
    device : str or Device, optional
        Where; the CPU by default.
    requires_grad : bool
        Whether a gradient may be asked for, where the dtype is floating.

    Raises
    ------
    ArgumentError
        If `high` is not above `low`, or the dtype cannot hold the numbers.

    Notes
    -----
    A number's probability is off by less than 2⁻⁶⁴.

    Examples
    --------
    >>> _ = manual_seed(0)
    >>> (randint(1, 7, (100,)) <= 6).all().item()
    True
    """
    left = list(args)  # from the right: size, high, low, as far as they were not given by name
    size = left.pop() if size is None and left else size
    high = left.pop() if high is None and left else high
    low = left.pop() if low is None and left else low
    if left or high is None:
        raise error("argument", op="randint", argument="args", expected="(high, size) or (low, high, size)", got=args)
    if not isinstance(size, (tuple, list)):
        raise error("argument", op="randint", argument="size", expected="a tuple of ints", got=size)
    first, end = integer("randint", "low", 0 if low is None else low), integer("randint", "high", high)
    wanted = int64 if dtype is None else as_dtype(dtype)
    shape = checked_shape("randint", (size,))
    return marked(uniform_integers("randint", first, end, shape, wanted, device, generator), requires_grad)


def integer(op: str, name: str, value: Any) -> int:
    """Return an int, of a number or a Tensor that is one."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise error("argument", op=op, argument=name, expected="an int", got=value)
    return int(value.__index__())


@published(method=False)
def randperm(
    n: int, *, generator: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Draw a permutation of 0, 1, … n − 1, all equally likely.

    Parameters
    ----------
    n : int
        How many numbers.
    generator, dtype, device, requires_grad
        As of `randint`.

    Raises
    ------
    ArgumentError
        If `n` is negative, or the dtype cannot hold the numbers.

    Notes
    -----
    The order that sorts n random keys of 64 bits: O(n log n), and parallel.
    """
    count = integer("randperm", "n", n)
    if count < 0:
        raise error("argument", op="randperm", argument="n", expected="an int ≥ 0", got=n)
    wanted = int64 if dtype is None else as_dtype(dtype)
    smallest, largest = exact_range(wanted)
    if count - 1 > largest:
        raise error(
            "random-dtype", op="randperm", low=0, last=count - 1, dtype=wanted, smallest=smallest, largest=largest
        )
    return marked(randperm_p(Place(generator, 2 * count, device), n=count, dtype=wanted), requires_grad)


# -- like another tensor -------------------------------------------------------------------------------


@published(method=False)
def rand_like(
    input: Any, *, generator: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Draw numbers uniformly from [0, 1), with the shape, dtype and device of another tensor."""
    wanted = floating("rand_like", input.dtype if dtype is None else dtype)
    device = input.device if device is None else device
    return marked(uniform(input.shape, wanted, device, generator), requires_grad)


@published(method=False)
def randn_like(
    input: Any, *, generator: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Draw standard normal numbers, with the shape, dtype and device of another tensor."""
    wanted = floating("randn_like", input.dtype if dtype is None else dtype)
    device = input.device if device is None else device
    return marked(standard_normal(input.shape, wanted, device, generator), requires_grad)


@published(method=False)
def randint_like(
    input: Any,
    low: int,
    high: int | None = None,
    *,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw integers with the shape, dtype and device of another tensor: ``(input, high)`` or ``(input, low, high)``."""
    first, end = (0, low) if high is None else (low, high)
    return randint(
        first,
        end,
        input.shape,
        generator=generator,
        dtype=input.dtype if dtype is None else dtype,
        device=input.device if device is None else device,
        requires_grad=requires_grad,
    )


# -- into a tensor -------------------------------------------------------------------------------------


@published()
def uniform_(input: Any, from_: float = 0.0, to: float = 1.0, *, generator: Any = None) -> Tensor:
    """Fill the tensor with numbers drawn uniformly between two bounds, and return it.

    Parameters
    ----------
    from_, to : float
        The bounds (PyTorch's ``from``, which is no name in Python).
    generator : Generator, optional
        From which to draw.

    Raises
    ------
    ArgumentError
        If `to` is below `from_`.
    """
    if not from_ <= to:  # NaN too
        raise error("random-range", op="uniform_", low=from_, high=to)
    drawn = uniform(input.shape, floating("uniform_", input.dtype), input.device, generator)
    return write(input, drawn if (from_, to) == (0, 1) else drawn * (to - from_) + from_, "uniform_")


@published()
def normal_(input: Any, mean: float = 0.0, std: float = 1.0, *, generator: Any = None) -> Tensor:
    """Fill the tensor with normal numbers of this mean and standard deviation, and return it.

    Raises
    ------
    ArgumentError
        If `std` is negative.
    """
    if not std >= 0:
        raise error("standard-deviation", op="normal_", got=std)
    drawn = standard_normal(input.shape, floating("normal_", input.dtype), input.device, generator)
    return write(input, drawn if (mean, std) == (0, 1) else drawn * std + mean, "normal_")


@published()
def random_(input: Any, *bounds: int, generator: Any = None) -> Tensor:
    """Fill the tensor with integers, and return it: ``random_()``, ``random_(to)`` or ``random_(from, to)``.

    They are drawn from 0 (or `from`) up to but without `to`; by default up to the largest integer up to which
    the dtype has no gap: 2²⁴ in float32.

    Raises
    ------
    ArgumentError
        If `to` is not above `from`, or the dtype cannot hold the numbers.
    """
    if len(bounds) > 2:
        raise error("argument", op="random_", argument="bounds", expected="at most two ints: from, to", got=bounds)
    low, high = (0, *bounds)[-2:] if bounds else (0, exact_range(input.dtype)[1] + 1)
    low, high = integer("random_", "from", low), integer("random_", "to", high)
    drawn = uniform_integers("random_", low, high, input.shape, input.dtype, input.device, generator)
    return write(input, drawn, "random_")
