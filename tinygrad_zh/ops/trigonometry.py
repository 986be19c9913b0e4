r"""Floor 2: trigonometric and hyperbolic functions and their inverses; sine, cosine and tanh are in ``elementwise``.

Outside its domain an inverse is NaN, and at the end of it the slope is infinite, as in PyTorch.

May import: floors 0–1, ``elementwise``.  Read next: ``exponentials.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..core.primitive import FLOAT, primitive
from .elementwise import mul, rsqrt, where_p
from .publish import publish, published

# -- angles --------------------------------------------------------------------------------------------


@primitive(r"\tan <x:4>", promote=FLOAT, d_x=lambda y: 1 + y * y)
def tan(xp: Any, x: Any) -> Any:
    """Return the tangent of `x` radians."""
    return xp.tan(x)


@primitive(r"\arcsin <x:4>", promote=FLOAT, d_x=lambda x: rsqrt(1 - x * x))
def asin(xp: Any, x: Any) -> Any:
    """Return the angle in [−π/2, π/2] whose sine is `x`."""
    return xp.arcsin(x)


@primitive(r"\arccos <x:4>", promote=FLOAT, d_x=lambda x: -rsqrt(1 - x * x))
def acos(xp: Any, x: Any) -> Any:
    """Return the angle in [0, π] whose cosine is `x`."""
    return xp.arccos(x)


@primitive(r"\arctan <x:4>", promote=FLOAT, vjp_x=lambda g, x: g / (x * x + 1))
def atan(xp: Any, x: Any) -> Any:
    """Return the angle in [−π/2, π/2] whose tangent is `x`."""
    return xp.arctan(x)


@primitive(
    r"\operatorname{atan2}(<a>, <b>)",
    promote=FLOAT,
    vjp_a=lambda g, a, b: g * (b / squared_distance(a, b)),
    vjp_b=lambda g, a, b: g * (-a / squared_distance(a, b)),
    tex_rules={"a": r"g \odot \frac{b}{a^{2} + b^{2}}", "b": r"-g \odot \frac{a}{a^{2} + b^{2}}"},
)
def atan2(xp: Any, a: Any, b: Any) -> Any:
    """Return the angle in [−π, π] at which the point (b, a) is seen; at the origin both slopes are 0."""
    return xp.arctan2(a, b)


def squared_distance(a: Any, b: Any) -> Any:
    """a² + b², and ∞ where that is 0, at the origin or so near to it that squares underflow: the slopes are 0 there."""
    square = a * a + b * b
    return where_p(square == 0, math.inf, square)


@published(inplace=True)
def deg2rad(input: Any) -> Any:
    """Convert degrees to radians."""
    return mul(input, math.pi / 180)


@published(inplace=True)
def rad2deg(input: Any) -> Any:
    """Convert radians to degrees."""
    return mul(input, 180 / math.pi)


# -- hyperbolic functions ------------------------------------------------------------------------------


@primitive(r"\sinh <x:4>", promote=FLOAT, d_x=lambda x: cosh(x))
def sinh(xp: Any, x: Any) -> Any:
    """Return the hyperbolic sine ½(eˣ − e⁻ˣ)."""
    return xp.sinh(x)


@primitive(r"\cosh <x:4>", promote=FLOAT, d_x=lambda x: sinh(x))
def cosh(xp: Any, x: Any) -> Any:
    """Return the hyperbolic cosine ½(eˣ + e⁻ˣ)."""
    return xp.cosh(x)


@primitive(r"\operatorname{arsinh} <x:4>", promote=FLOAT, d_x=lambda x: rsqrt(x * x + 1))
def asinh(xp: Any, x: Any) -> Any:
    """Return the number whose hyperbolic sine is `x`."""
    return xp.arcsinh(x)


@primitive(r"\operatorname{arcosh} <x:4>", promote=FLOAT, d_x=lambda x: rsqrt(x * x - 1))
def acosh(xp: Any, x: Any) -> Any:
    """Return the number ≥ 0 whose hyperbolic cosine is `x`."""
    return xp.arccosh(x)


@primitive(r"\operatorname{artanh} <x:4>", promote=FLOAT, vjp_x=lambda g, x: g / (1 - x * x))
def atanh(xp: Any, x: Any) -> Any:
    """Return the number whose hyperbolic tangent is `x`."""
    return xp.arctanh(x)


INVERSES = {"arcsin": asin, "arccos": acos, "arctan": atan, "arctan2": atan2}
INVERSES |= {"arcsinh": asinh, "arccosh": acosh, "arctanh": atanh}
for op in (tan, asin, acos, atan, atan2, sinh, cosh, asinh, acosh, atanh):
    publish(op.name, op, inplace=True)
for name, op in INVERSES.items():
    publish(name, op, inplace=True)
