r"""Floor 2: rounding, and division with remainder.

Steps are flat: the slope of a rounded value is 0 wherever it exists.

May import: floors 0–1, ``elementwise``.
"""

from __future__ import annotations

from typing import Any

from ..core.primitive import SAME, primitive
from ..core.registry import register
from ..core.symbol import PRODUCT
from ..errors import error
from .elementwise import div_p
from .publish import publish, published

# -- rounding ------------------------------------------------------------------------------------------


@primitive(r"\left\lfloor <x> \right\rfloor", vjp_x=lambda g: g * 0)
def floor(xp: Any, x: Any) -> Any:
    """Round down; the slope is 0."""
    return xp.floor(x) if x.dtype.kind == "f" else x.copy()


@primitive(r"\left\lceil <x> \right\rceil", vjp_x=lambda g: g * 0)
def ceil(xp: Any, x: Any) -> Any:
    """Round up; the slope is 0."""
    return xp.ceil(x) if x.dtype.kind == "f" else x.copy()


@primitive(r"\operatorname{trunc}(<x>)", vjp_x=lambda g: g * 0)
def trunc(xp: Any, x: Any) -> Any:
    """Round towards 0; the slope is 0."""
    return xp.trunc(x) if x.dtype.kind == "f" else x.copy()


@primitive(r"\operatorname{round}(<x>)", vjp_x=lambda g: g * 0)
def round(xp: Any, x: Any, *, decimals: int = 0) -> Any:
    """Round to `decimals` places, halves to even; the slope is 0."""
    return xp.round(x, decimals)


# -- division with remainder ---------------------------------------------------------------------------


@primitive(r"\left\lfloor \frac{<a>}{<b>} \right\rfloor", promote=SAME)
def floor_divide(xp: Any, a: Any, b: Any) -> Any:
    """Divide and round down."""
    refuse_integer_zero("floor_divide", xp, a, b)
    return xp.floor_divide(a, b)


@primitive(
    r"<a:4> \bmod <b:4>",
    level=PRODUCT,
    promote=SAME,
    vjp_a=lambda g: g,
    vjp_b=lambda g, a, b: -g * floor_divide(a, b),
    tex_rules={"b": r"-g \odot \left\lfloor \frac{a}{b} \right\rfloor"},
)
def remainder(xp: Any, a: Any, b: Any) -> Any:
    """Return the remainder of division, with the divisor's sign, as Python's ``%``."""
    refuse_integer_zero("remainder", xp, a, b)
    return xp.remainder(a, b)


@primitive(
    r"\operatorname{fmod}(<a>, <b>)",
    promote=SAME,
    vjp_a=lambda g: g,
    vjp_b=lambda g, a, b: -g * trunc(a / b),
    tex_rules={"b": r"-g \odot \operatorname{trunc} \frac{a}{b}"},
)
def fmod(xp: Any, a: Any, b: Any) -> Any:
    """Return the remainder of division, with the dividend's sign, as in C."""
    refuse_integer_zero("fmod", xp, a, b)
    return xp.fmod(a, b)


def refuse_integer_zero(op: str, xp: Any, a: Any, b: Any) -> None:
    """Raise where integers would be divided by 0, and for bools; floats give infinities and NaN."""
    kinds = {getattr(getattr(v, "dtype", None), "kind", "f" if isinstance(v, float) else "i") for v in (a, b)}
    if kinds == {"b"}:
        raise error("dtype-unsupported", op=op, dtypes="bool")
    if "f" not in kinds and xp.any(xp.asarray(b) == 0):
        raise error("integer-division-by-zero")


@published(inplace=True)
def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    """Divide; integers give the default float.

    Parameters
    ----------
    input, other : Tensor or number
        Dividend and divisor, broadcast to the common shape.
    rounding_mode : {None, "trunc", "floor"}
        Round the quotient towards 0, or down; the result then keeps the operands' dtype.
    """
    if rounding_mode is None:
        return div_p(input, other)
    if rounding_mode == "floor":
        return floor_divide(input, other)
    if rounding_mode == "trunc":
        return trunc_divide(input, other)
    raise error("argument", op="div", argument="rounding_mode", expected="None, 'trunc' or 'floor'", got=rounding_mode)


@primitive(r"\operatorname{trunc} \frac{<a>}{<b>}", promote=SAME)
def trunc_divide(xp: Any, a: Any, b: Any) -> Any:
    refuse_integer_zero("trunc_divide", xp, a, b)
    return (a - xp.fmod(a, b)) // b if xp.asarray(a).dtype.kind in "iu" else xp.trunc(a / b)


for op in (floor, ceil, trunc, round, floor_divide, remainder, fmod):
    publish(op.name, op, inplace=True)
publish("divide", div, inplace=True)
publish("true_divide", div_p, inplace=True)
for op in (floor_divide, remainder, trunc_divide):
    register(op.name, op)
