r"""Floor 2: arithmetic, powers, exponentials: ops on every element by itself.

The rules are the table of derivatives from a calculus book.  ``d_x`` is ∂y/∂x, which the engine multiplies
by the cotangent `g`; where that would be a needless multiplication by ±1, ``vjp_x`` says what becomes of `g`.

May import: floors 0–1, ``fusable``.  Read next: ``reduce.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..backend.dtypes import int64
from ..core.primitive import FLOAT, SAME, primitive
from ..core.registry import register, registry
from ..core.symbol import POWER, PRODUCT, SUM
from ..core.tensor import Tensor
from ..errors import error
from .arguments import NO_BOOL, POWERS
from .fusable import fusable
from .publish import publish, published

# -- arithmetic ----------------------------------------------------------------------------------------


@primitive("<a:1> + <b:1>", level=SUM, promote=SAME, ufunc="add", vjp_a=lambda g: g, vjp_b=lambda g: g)
def add_p(xp: Any, a: Any, b: Any) -> Any:
    return a + b


@primitive("<a:1> - <b:2>", level=SUM, promote=NO_BOOL, ufunc="subtract", vjp_a=lambda g: g, vjp_b=lambda g: -g)
def sub_p(xp: Any, a: Any, b: Any) -> Any:
    return xp.subtract(a, b)


@primitive(r"<a:2> \odot <b:2>", level=PRODUCT, promote=SAME, ufunc="multiply", d_a=lambda b: b, d_b=lambda a: a)
def mul(xp: Any, a: Any, b: Any) -> Any:
    """Multiply elementwise."""
    return a * b


# (a / b) / b, not a / b²: the square overflows and underflows long before.
@primitive(
    r"\frac{<a>}{<b>}",
    promote=FLOAT,
    ufunc="true_divide",
    vjp_a=lambda g, b: g / b,
    vjp_b=lambda g, a, b: -g * (a / b) / b,
)
def div_p(xp: Any, a: Any, b: Any) -> Any:
    return xp.true_divide(a, b)


@primitive("-<x:2>", level=SUM, ufunc="negative", vjp_x=lambda g: -g)
def neg(xp: Any, x: Any) -> Any:
    """Change the sign."""
    return xp.negative(x)


@primitive(
    "<a:4>^{<b>}",
    level=POWER,
    promote=POWERS,
    vjp_a=lambda g, a, b: g * power_slope(a, b),
    vjp_b=lambda g, a, b, y: g * log_base_times(y, a, b),
    tex_rules={"a": r"g \odot b \odot a^{b - 1}", "b": r"g \odot a^{b} \odot \ln a"},
)
def pow(xp: Any, a: Any, b: Any) -> Any:
    """Raise to a power, ``a ** b``; at b = 0 the slope in `a` is 0, at a = 0 the slope in `b` is 0 for b ≥ 0."""
    kind = getattr(getattr(a, "dtype", None), "kind", "f")
    if kind == "b":
        raise error("dtype-unsupported", op="pow", dtypes="bool")
    if kind in "iu" and xp.any(xp.asarray(b) < 0):
        raise error("integer-negative-power")
    return xp.power(a, b)


def power_slope(a: Any, b: Any) -> Any:
    """∂(aᵇ)/∂a = b·aᵇ⁻¹, and 0 where b = 0, even at a = 0."""
    if isinstance(b, (int, float)):
        return 0.0 if b == 0 else 2 * a if b == 2 else b * a ** (b - 1)
    return masked_to_zero(b * a ** (b - 1), b == 0)


def log_base_times(y: Any, a: Any, b: Any) -> Any:
    """∂(aᵇ)/∂b = aᵇ·ln a, and 0 where a = 0 and b ≥ 0, as aᵇ is constant there."""
    if isinstance(a, (int, float)):
        return y * (math.log(a) if a > 0 else (0.0 if a == 0 else math.nan))
    return masked_to_zero(y * log(a), (a == 0) & (b >= 0))


@primitive(r"\left|<x>\right|", d_x=lambda x: sign(x))
def abs(xp: Any, x: Any) -> Any:
    """Return the absolute value; the slope at 0 is 0."""
    return xp.abs(x)


@primitive(r"\operatorname{sign}(<x>)", vjp_x=lambda g: g * 0)
def sign(xp: Any, x: Any) -> Any:
    """Return −1, 0 or 1; 0 for NaN, as PyTorch."""
    if x.dtype.kind == "f":
        return xp.subtract(x > 0, x < 0, dtype=x.dtype)
    return x.copy() if x.dtype.kind == "b" else xp.sign(x)


@primitive("<x:4>^{2}", level=POWER, d_x=lambda x: 2 * x)
def square(xp: Any, x: Any) -> Any:
    """Multiply by itself; the square of a bool is an integer, as of any power."""
    return x * x if x.dtype.kind != "b" else x.astype(int64)


@primitive(r"\sqrt{<x>}", promote=FLOAT, ufunc="sqrt", vjp_x=lambda g, y: g / (2 * y))
def sqrt(xp: Any, x: Any) -> Any:
    """Return the square root; NaN for a negative number."""
    return xp.sqrt(x)


# NaN at (0, 0), where the length has no slope, as in PyTorch.
@primitive(r"\sqrt{<a:4>^{2} + <b:4>^{2}}", promote=FLOAT, d_a=lambda a, y: a / y, d_b=lambda b, y: b / y)
def hypot(xp: Any, a: Any, b: Any) -> Any:
    """Return √(a² + b²), the length of the hypotenuse; no square is computed that could overflow."""
    return xp.hypot(a, b)


@primitive(r"\frac{1}{\sqrt{<x>}}", promote=FLOAT, d_x=lambda y: -0.5 * y * y * y)
def rsqrt(xp: Any, x: Any) -> Any:
    """Return 1/√x."""
    return 1 / xp.sqrt(x)


@primitive(r"\frac{1}{<x>}", promote=FLOAT, d_x=lambda y: -y * y)
def reciprocal(xp: Any, x: Any) -> Any:
    """Return 1/x."""
    return 1 / x


# -- exponentials and logarithms -----------------------------------------------------------------------


@primitive("e^{<x>}", level=POWER, promote=FLOAT, ufunc="exp", d_x=lambda y: y)
def exp(xp: Any, x: Any) -> Any:
    """Return eˣ."""
    return xp.exp(x)


@primitive("2^{<x>}", level=POWER, promote=FLOAT, ufunc="exp2", d_x=lambda y: y * math.log(2))
def exp2(xp: Any, x: Any) -> Any:
    """Return 2ˣ."""
    return xp.exp2(x)


@primitive("e^{<x>} - 1", level=SUM, promote=FLOAT, ufunc="expm1", d_x=lambda y: y + 1)
def expm1(xp: Any, x: Any) -> Any:
    """Return eˣ − 1, accurate near 0."""
    return xp.expm1(x)


@primitive(r"\ln <x:4>", promote=FLOAT, ufunc="log", vjp_x=lambda g, x: g / x)
def log(xp: Any, x: Any) -> Any:
    """Return the natural logarithm."""
    return xp.log(x)


@primitive(r"\log_{2} <x:4>", promote=FLOAT, ufunc="log2", vjp_x=lambda g, x: g / (x * math.log(2)))
def log2(xp: Any, x: Any) -> Any:
    """Return the logarithm to base 2."""
    return xp.log2(x)


@primitive(r"\log_{10} <x:4>", promote=FLOAT, ufunc="log10", vjp_x=lambda g, x: g / (x * math.log(10)))
def log10(xp: Any, x: Any) -> Any:
    """Return the logarithm to base 10."""
    return xp.log10(x)


@primitive(r"\ln(1 + <x:1>)", promote=FLOAT, ufunc="log1p", vjp_x=lambda g, x: g / (x + 1))
def log1p(xp: Any, x: Any) -> Any:
    """Return ln(1 + x), accurate near 0."""
    return xp.log1p(x)


# -- trigonometry --------------------------------------------------------------------------------------


@primitive(r"\sin <x:4>", promote=FLOAT, ufunc="sin", d_x=lambda x: cos(x))
def sin(xp: Any, x: Any) -> Any:
    """Return the sine of `x` radians."""
    return xp.sin(x)


@primitive(r"\cos <x:4>", promote=FLOAT, ufunc="cos", d_x=lambda x: -sin(x))
def cos(xp: Any, x: Any) -> Any:
    """Return the cosine of `x` radians."""
    return xp.cos(x)


@fusable()
def tanh_pullback(g: Any, y: Any) -> Any:
    """G ⊙ (1 − y²)"""
    return g * (1 - y * y)


@primitive(
    r"\tanh <x:4>",
    promote=FLOAT,
    ufunc="tanh",
    vjp_x=lambda g, y: tanh_pullback(g, y),
    jvp_x=lambda v, y: tanh_pullback(v, y),
)
def tanh(xp: Any, x: Any) -> Any:
    """Return the hyperbolic tangent."""
    return xp.tanh(x)


# -- choosing ------------------------------------------------------------------------------------------


@primitive(
    r"\operatorname{where}(<c>, <a>, <b>)",
    vjp_a=lambda g, c: where_p(c, g, 0),
    vjp_b=lambda g, c: where_p(c, 0, g),
)
def where_p(xp: Any, c: Any, a: Any, b: Any) -> Any:
    return xp.where(c, a, b)


@published()
def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """Take elements of `input` where `condition` is true, of `other` elsewhere.

    Parameters
    ----------
    condition : Tensor of bool
        Broadcasts with the other two.
    input, other : Tensor or number
        Where to take from; without them, the indices of the true elements are returned.

    Returns
    -------
    Tensor of the common shape and dtype
    """
    if input is None and other is None:
        return registry["nonzero"](condition, as_tuple=True)
    return where_p(condition, *registry["common"](input, other))


def masked_to_zero(g: Any, mask: Any) -> Any:
    """`g` with 0 where `mask` is true: what a loser's share becomes, even where `g` is infinite."""
    return where_p(mask, 0, g)


@primitive(
    r"\max(<a>, <b>)",
    promote=SAME,
    vjp_a=lambda g, a, b: where_p(a == b, g / 2, masked_to_zero(g, a < b)),
    vjp_b=lambda g, a, b: where_p(a == b, g / 2, masked_to_zero(g, b < a)),
    tex_rules={"a": r"g \odot [a > b]", "b": r"g \odot [b > a]"},
)
def maximum(xp: Any, a: Any, b: Any) -> Any:
    """Return the larger of two; equals share the gradient by halves; NaN wins."""
    return xp.maximum(a, b)


@primitive(
    r"\min(<a>, <b>)",
    promote=SAME,
    vjp_a=lambda g, a, b: where_p(a == b, g / 2, masked_to_zero(g, a > b)),
    vjp_b=lambda g, a, b: where_p(a == b, g / 2, masked_to_zero(g, b > a)),
    tex_rules={"a": r"g \odot [a < b]", "b": r"g \odot [b < a]"},
)
def minimum(xp: Any, a: Any, b: Any) -> Any:
    """Return the smaller of two; equals share the gradient by halves; NaN wins."""
    return xp.minimum(a, b)


@primitive(
    r"\operatorname{clamp}(<x>, <low>, <high>)",
    promote=SAME,
    vjp_x=lambda g, x, low, high: where_p(inside(x, low, high), g, 0),
    vjp_low=lambda g, x, low, high: where_p((x < low) if high is None else (x < low) & (low < high), g, 0),
    vjp_high=lambda g, x, low, high: where_p((x > high) if low is None else (x > high) | (high < low), g, 0),
    tex_rules={"x": r"g \odot [low \le x \le high]", "low": r"g \odot [x < low]", "high": r"g \odot [x > high]"},
)
def clamp_p(xp: Any, x: Any, low: Any, high: Any) -> Any:
    if low is not None:
        x = xp.maximum(x, low)
    return x if high is None else xp.minimum(x, high)


def inside(x: Any, low: Any, high: Any) -> Any:
    """Where low ≤ x ≤ high, and so nowhere for NaN; a bound of None bounds nothing."""
    if low is None or high is None:
        return x >= low if high is None else x <= high
    return (x >= low) & (x <= high)


@published(inplace=True)
def clamp(input: Any, min: Any = None, max: Any = None) -> Any:
    """Limit every element to [min, max].

    Parameters
    ----------
    input : Tensor of shape (...)
        The values.
    min, max : Tensor, number or None
        The bounds; None is no bound.  On a bound the slope is 1, beyond it 0.  Where min > max, max holds.

    Raises
    ------
    ArgumentError
        If both bounds are None.
    """
    if min is None and max is None:
        raise error("clamp-without-bounds")
    return clamp_p(input, min, max)


# -- PyTorch's forms with options ----------------------------------------------------------------------


@published(inplace=True)
def add(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """Return ``input + alpha · other``, broadcast to the common shape."""
    return add_p(input, other if alpha == 1 else times_alpha("add", input, other, alpha))


@published(inplace=True)
def sub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """Return ``input − alpha · other``, broadcast to the common shape."""
    return sub_p(input, other if alpha == 1 else times_alpha("sub", input, other, alpha))


def times_alpha(op: str, input: Any, other: Any, alpha: Any) -> Any:
    """Return alpha · other in the dtype that the result is going to have."""
    other = registry["common"](input, other)[1]
    if isinstance(alpha, float) and getattr(other, "dtype", None) is not None and other.dtype.kind != "f":
        raise error("argument", op=op, argument="alpha", expected="an int beside integer tensors", got=alpha)
    product = other * alpha
    return registry["cast"](product, dtype=other.dtype) if isinstance(other, Tensor) else product


UNARY = (neg, abs, sign, square, sqrt, rsqrt, reciprocal, exp, exp2, expm1, log, log2, log10, log1p, sin, cos, tanh)
for op in (*UNARY, mul, pow, hypot):
    publish(op.name, op, inplace=True)
for op in (maximum, minimum):
    publish(op.name, op)
publish("subtract", sub, inplace=True)
publish("multiply", mul, inplace=True)
publish("negative", neg, inplace=True)
publish("absolute", abs, inplace=True)
publish("clip", clamp, inplace=True)

for op in (add_p, sub_p, mul, div_p, neg, pow, abs):
    register(op.name, op)
