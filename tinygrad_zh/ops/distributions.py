r"""Floor 2: tensors filled with exponential, geometric, Cauchy and log-normal numbers, made of uniform or normal ones.

By inversion: where u is uniform in [0, 1), F⁻¹(u) has the distribution function F.

May import: floors 0–1, ``elementwise``, ``random``, ``rounding``, ``write``.  Read next: ``smooth.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..aliases import DType, Shape
from ..backend.dtypes import float64
from ..core.primitive import primitive
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import error
from .elementwise import exp, log1p, maximum
from .publish import published
from .random import floating, standard_normal, uniform
from .rounding import floor
from .write import write

SMALLEST = 2.0**-24
"""What stands for an exponential number of 0, which has no logarithm: the smallest other one in float32."""


def standard_exponential(shape: Shape, dtype: DType, device: Any, generator: Any) -> Any:
    """Draw numbers above 0 with the density e⁻ˣ: −ln(1 − u)."""
    return maximum(-log1p(-uniform(shape, dtype, device, generator)), SMALLEST)


@published()
def exponential_(input: Any, lambd: float = 1.0, *, generator: Any = None) -> Tensor:
    """Fill the tensor with exponential numbers, of density λe^(−λx), and return it.

    Parameters
    ----------
    lambd : float
        The rate λ; the mean is 1/λ.
    generator : Generator, optional
        From which to draw.

    Raises
    ------
    ArgumentError
        If `lambd` is not above 0.
    DTypeError
        If the tensor is not floating.
    """
    if not lambd > 0:
        raise error("argument", op="exponential_", argument="lambd", expected="a number above 0", got=lambd)
    dtype = floating("exponential_", input.dtype)
    drawn = standard_exponential(input.shape, dtype, input.device, generator)
    return write(input, drawn / lambd, "exponential_")


@published()
def geometric_(input: Any, p: float, *, generator: Any = None) -> Tensor:
    """Fill the tensor with the number of trials until the first success, 1, 2, …, and return it.

    Parameters
    ----------
    p : float
        The probability of a success, between 0 and 1.
    generator : Generator, optional
        From which to draw.

    Raises
    ------
    ArgumentError
        If `p` does not lie between 0 and 1.

    Notes
    -----
    P(k) = (1 − p)ᵏ⁻¹ p, as ⌊ln(1 − u) / ln(1 − p)⌋ + 1 in float64.
    """
    if not 0 < p < 1:
        raise error("argument", op="geometric_", argument="p", expected="a number between 0 and 1", got=p)
    failures = floor(log1p(-uniform(input.shape, float64, input.device, generator)) / math.log1p(-p))
    return write(input, registry["cast"](failures + 1, dtype=input.dtype), "geometric_")


@published()
def cauchy_(input: Any, median: float = 0.0, sigma: float = 1.0, *, generator: Any = None) -> Tensor:
    """Fill the tensor with numbers of Cauchy's distribution, whose tails are so heavy that it has no mean; return it.

    Parameters
    ----------
    median, sigma : float
        The median, and half of the distance between the quartiles.
    generator : Generator, optional
        From which to draw.

    Raises
    ------
    ArgumentError
        If `sigma` is not above 0.
    DTypeError
        If the tensor is not floating.
    """
    if not sigma > 0:
        raise error("argument", op="cauchy_", argument="sigma", expected="a number above 0", got=sigma)
    u = uniform(input.shape, floating("cauchy_", input.dtype), input.device, generator)
    return write(input, tangent(u) * sigma + median, "cauchy_")


@primitive(r"\tan\left(\pi (<u:1> - \tfrac{1}{2})\right)", name="cauchy_quantile")
def tangent(xp: Any, u: Any) -> Any:
    """The quantile function of the standard Cauchy distribution."""
    return xp.tan((u - 0.5) * math.pi)


@published()
def log_normal_(input: Any, mean: float = 1.0, std: float = 2.0, *, generator: Any = None) -> Tensor:
    """Fill the tensor with numbers whose logarithms are normal, of this mean and standard deviation; return it.

    Raises
    ------
    ArgumentError
        If `std` is not above 0.
    DTypeError
        If the tensor is not floating.
    """
    if not std > 0:
        raise error("standard-deviation", op="log_normal_", got=std)
    drawn = standard_normal(input.shape, floating("log_normal_", input.dtype), input.device, generator)
    return write(input, exp(drawn * std + mean), "log_normal_")
