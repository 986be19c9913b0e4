r"""Floor 2: powers, exponentials and logarithms beyond those of ``elementwise``.

May import: floors 0–1, ``elementwise``.  Read next: ``choosing.py``.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ..backend.dtypes import float64, int32
from ..core.primitive import FLOAT, primitive
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import error
from .elementwise import exp, exp2, log, masked_to_zero, mul, pow
from .publish import publish, published

# -- powers --------------------------------------------------------------------------------------------


def as_double(x: Any) -> Any:
    """Return a tensor in float64; a number becomes a float."""
    return registry["cast"](x, dtype=float64) if isinstance(x, Tensor) else float(x)


@published()
def float_power(input: Any, exponent: Any) -> Any:
    """Raise to a power in float64, whatever the operands' dtypes: integers may have negative powers."""
    return pow(as_double(input), as_double(exponent))


@published()
def float_power_(input: Any, exponent: Any) -> Any:
    """In-place form of ``float_power``, for float64 alone: no other tensor could hold the result."""
    if input.dtype != float64:
        raise error("float-power-inplace", dtype=input.dtype)
    return input.pow_(as_double(exponent))


@published(inplace=True)
def ldexp(input: Any, other: Any) -> Any:
    """Return input · 2ᵒᵗʰᵉʳ, the number with this mantissa and this exponent; integers become the default float."""
    return mul(input, pow(2.0, other))


@primitive(
    r"\operatorname{mantissa}(<x>)",
    aux=("exponent",),
    vjp_x=lambda g, exponent: g / exp2(exponent),
    tex_rules={"x": r"\frac{g}{2^{\mathrm{exponent}}}"},
)
def mantissa(xp: Any, x: Any) -> Any:
    fraction, exponent = xp.frexp(x)
    return fraction, exponent.astype(x.dtype)


@primitive(r"\operatorname{exponent}(<x>)")
def exponent_of(xp: Any, x: Any) -> Any:
    return xp.frexp(x)[1].astype(int32)


class MantissaExponent(NamedTuple):
    """The result of ``frexp``."""

    mantissa: Any
    exponent: Any


@published()
def frexp(input: Any) -> Any:
    """Take a number apart: ``input = mantissa · 2ᵉˣᵖᵒⁿᵉⁿᵗ`` with ½ ≤ abs(mantissa) < 1.

    Parameters
    ----------
    input : Tensor of shape (...), floating
        What to take apart; 0, infinities and NaN have themselves as mantissa, and the exponent 0.

    Returns
    -------
    (mantissa, exponent)
        A floating tensor, and one of int32.

    Raises
    ------
    DTypeError
        If the elements are no floats.
    """
    if input.dtype.kind != "f":
        raise error("dtype-not-floating", op="frexp", dtype=input.dtype)
    return MantissaExponent(mantissa(input), exponent_of(input))


# -- logarithms ----------------------------------------------------------------------------------------


@primitive(
    r"\ln(e^{<a>} + e^{<b>})",
    promote=FLOAT,
    vjp_a=lambda g, a, b: g / (1 + exp(b - a)),
    vjp_b=lambda g, a, b: g / (1 + exp(a - b)),
)
def logaddexp(xp: Any, a: Any, b: Any) -> Any:
    """Return ln(eᵃ + eᵇ), which adds two probabilities given by their logarithms; nothing overflows."""
    return log_of_sum(xp, a, b)


def log_of_sum(xp: Any, a: Any, b: Any) -> Any:
    """ln(eᵃ + eᵇ) of arrays; equal infinities are not subtracted from each other."""
    return xp.where(a == b, a + math.log(2), xp.maximum(a, b) + xp.log1p(xp.exp(-xp.abs(a - b))))


@primitive(
    r"\log_{2}(2^{<a>} + 2^{<b>})",
    promote=FLOAT,
    vjp_a=lambda g, a, b: g / (1 + exp2(b - a)),
    vjp_b=lambda g, a, b: g / (1 + exp2(a - b)),
)
def logaddexp2(xp: Any, a: Any, b: Any) -> Any:
    """Return log₂(2ᵃ + 2ᵇ); see `logaddexp`."""
    return xp.where(a == b, a + 1, xp.maximum(a, b) + xp.log1p(xp.exp2(-xp.abs(a - b))) / math.log(2))


@primitive(
    r"<a:2> \odot \ln <b:4>",
    promote=FLOAT,
    vjp_a=lambda g, a, b: g * masked_to_zero(log(b), (a == 0) & (b <= 0)),
    vjp_b=lambda g, a, b: g * a / b,
    tex_rules={"a": r"g \odot \ln b"},
)
def xlogy_p(xp: Any, a: Any, b: Any) -> Any:
    return xp.where((a == 0) & ~xp.isnan(b), 0, a * xp.log(b))


@published(inplace=True)
def xlogy(input: Any, other: Any) -> Any:
    """Return input · ln(other), and 0 where `input` is 0, even where the logarithm is infinite.

    Parameters
    ----------
    input, other : Tensor or number
        Broadcast to the common shape; integers become the default float.
    """
    if not isinstance(input, Tensor):
        if not isinstance(other, Tensor):
            raise error("no-tensor", op="xlogy", kinds=f"{type(input).__name__}, {type(other).__name__}")
        input = registry["tensor"](input, device=other.device)
    elif not isinstance(other, Tensor):
        other = registry["tensor"](other, device=input.device)
    return xlogy_p(input, other)


for op in (logaddexp, logaddexp2):
    publish(op.name, op)
publish("xlogy", xlogy, space="special")
