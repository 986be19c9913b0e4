r"""Floor 2: parts of a number, choices between two numbers, and mixtures of several.

May import: floors 0–1, ``compare``, ``elementwise``, ``rounding``, ``shape``.  Read next: ``integers.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..backend.dtypes import bool_
from ..core.primitive import FLOAT, SAME, primitive
from ..core.registry import registry
from ..core.symbol import SUM
from ..core.tensor import Tensor
from ..errors import error
from .compare import isfinite
from .elementwise import clamp_p, masked_to_zero, sign, sub, where_p
from .publish import publish, published
from .rounding import trunc
from .shape import clone

# -- parts of a number ---------------------------------------------------------------------------------


@primitive(r"<x:1> - \operatorname{trunc}(<x>)", level=SUM, vjp_x=lambda g: g)
def frac(xp: Any, x: Any) -> Any:
    """Return what stands behind the point, with the sign of `x`; the slope is 1."""
    return x - xp.trunc(x)


@published()
def positive(input: Any) -> Any:
    """Return the tensor itself, as ``+x``; refuse bools."""
    if input.dtype == bool_:
        raise error("dtype-unsupported", op="positive", dtypes="bool")
    return input


@primitive(r"\operatorname{angle}(<x>)", promote=FLOAT, vjp_x=lambda g: g * 0)
def angle(xp: Any, x: Any) -> Any:
    """Return the angle of a real number in the complex plane: 0, or π if it is negative; the slope is 0."""
    return xp.where(xp.isnan(x), x, xp.where(x < 0, x.dtype.type(math.pi), x.dtype.type(0)))


@primitive(
    r"\operatorname{copysign}(<a>, <b>)",
    promote=FLOAT,
    vjp_a=lambda g, a, y: g * masked_to_zero(y / a, a == 0),
    vjp_b=lambda g: g * 0,
    tex_rules={"a": r"g \odot \frac{y}{a}"},
)
def copysign(xp: Any, a: Any, b: Any) -> Any:
    """Return the size of `a` with the sign of `b`; the slope at a = 0 is 0."""
    return xp.copysign(a, b)


@primitive(
    r"\operatorname{nextafter}(<a>, <b>)",
    promote=FLOAT,
    vjp_a=lambda g, a, b: masked_to_zero(g, a == b),
    vjp_b=lambda g: g * 0,
    tex_rules={"a": r"g \odot [a \ne b]"},
)
def nextafter(xp: Any, a: Any, b: Any) -> Any:
    """Return the floating number next to `a` on the way to `b`."""
    return xp.nextafter(a, b)


@primitive(
    r"\operatorname{finite}(<x>)",
    vjp_x=lambda g, x: where_p(isfinite(x), g, 0),
    tex_rules={"x": r"g \odot [|x| < \infty]"},
    name="nan_to_num",
)
def nan_to_num_p(xp: Any, x: Any, *, nan: float | None, posinf: float | None, neginf: float | None) -> Any:
    kind, limits = x.dtype.type, xp.finfo(x.dtype)
    replaced = xp.where(x == math.inf, kind(limits.max if posinf is None else posinf), x)
    replaced = xp.where(x == -math.inf, kind(limits.min if neginf is None else neginf), replaced)
    return xp.where(xp.isnan(x), kind(nan or 0), replaced)


@published(inplace=True)
def nan_to_num(input: Any, nan: float | None = 0.0, posinf: float | None = None, neginf: float | None = None) -> Any:
    """Replace NaN and infinities by numbers; where something is replaced, the slope is 0.

    Parameters
    ----------
    input : Tensor of shape (...)
        The values; integers stay as they are.
    nan, posinf, neginf : float, optional
        What is put for NaN (0), ∞ and −∞ (the largest and smallest number of the dtype).
    """
    if input.dtype.kind != "f":
        return clone(input)
    return nan_to_num_p(input, nan=nan, posinf=posinf, neginf=neginf)


# -- choices -------------------------------------------------------------------------------------------


@primitive(
    r"\operatorname{fmax}(<a>, <b>)",
    promote=SAME,
    vjp_a=lambda g, a, b: where_p((a >= b) | (b != b), g, 0),
    vjp_b=lambda g, a, b: where_p((a >= b) | (b != b), 0, g),
    tex_rules={"a": r"g \odot [a \ge b]", "b": r"g \odot [b > a]"},
)
def fmax(xp: Any, a: Any, b: Any) -> Any:
    """Return the larger of two, and of NaN and a number the number; of equals the first has the gradient."""
    return xp.fmax(a, b)


@primitive(
    r"\operatorname{fmin}(<a>, <b>)",
    promote=SAME,
    vjp_a=lambda g, a, b: where_p((a <= b) | (b != b), g, 0),
    vjp_b=lambda g, a, b: where_p((a <= b) | (b != b), 0, g),
    tex_rules={"a": r"g \odot [a \le b]", "b": r"g \odot [b < a]"},
)
def fmin(xp: Any, a: Any, b: Any) -> Any:
    """Return the smaller of two, and of NaN and a number the number; of equals the first has the gradient."""
    return xp.fmin(a, b)


@published(inplace=True)
def clamp_min(input: Any, min: Any) -> Any:
    """Raise every element to at least `min`, a tensor or a number; on the bound the slope is 1."""
    return clamp_p(input, min, None)


@published(inplace=True)
def clamp_max(input: Any, max: Any) -> Any:
    """Lower every element to at most `max`, a tensor or a number; on the bound the slope is 1."""
    return clamp_p(input, None, max)


@primitive(r"\max(<x>, <low>)", vjp_x=lambda g: g)
def raised(xp: Any, x: Any, *, low: float) -> Any:
    """At least `low`, with the slope 1 below it too: for a divisor that must not be 0, but may still be pulled up."""
    return xp.maximum(x, low)


@primitive(r"\operatorname{heaviside}(<x>, <values>)")
def heaviside_p(xp: Any, x: Any, values: Any) -> Any:
    return xp.where(x == 0, values, (x > 0).astype(x.dtype))


@published(inplace=True)
def heaviside(input: Any, values: Any) -> Any:
    """Return the unit step: 0 for negative numbers, 1 for positive ones, and `values` at 0.

    Parameters
    ----------
    input, values : Tensor
        Broadcast to a common shape; of one dtype.

    Raises
    ------
    DTypeError
        If the dtypes differ.
    """
    refuse_other_dtypes("heaviside", input, values)
    return heaviside_p(input, values)


def refuse_other_dtypes(op: str, first: Any, *others: Any) -> None:
    """Refuse tensors of several dtypes, where PyTorch promotes none."""
    for x in others:
        if isinstance(x, Tensor) and x.dtype != first.dtype:
            raise error("dtypes-differ", op=op, first=first.dtype, other=x.dtype)


# -- mixtures ------------------------------------------------------------------------------------------


@primitive(
    r"<a:1> + <weight:2> \odot (<b:1> - <a:2>)",
    level=SUM,
    vjp_a=lambda g, weight: g * (1 - weight),
    vjp_b=lambda g, weight: g * weight,
    vjp_weight=lambda g, a, b: g * (b - a),
)
def lerp_p(xp: Any, a: Any, b: Any, weight: Any) -> Any:
    way = b - a
    return xp.where(xp.abs(weight) < 0.5, a + weight * way, b - way * (1 - weight))  # exactly b at weight 1


@published(inplace=True)
def lerp(input: Any, end: Any, weight: Any) -> Any:
    """Return the point that lies `weight` of the way from `input` to `end`.

    Parameters
    ----------
    input, end : Tensor of shape (...), floating
        Where the way begins and ends; broadcast.
    weight : Tensor or number
        0 is the beginning, 1 the end.

    Raises
    ------
    DTypeError
        If the tensors' dtypes differ.
    """
    if input.dtype.kind != "f":
        raise error("dtype-not-floating", op="lerp", dtype=input.dtype)
    if isinstance(weight, Tensor) and not weight.ndim:
        weight = registry["cast"](weight, dtype=input.dtype)  # as weak as a number
    refuse_other_dtypes("lerp", input, end, weight)
    return lerp_p(input, end, weight)


@primitive(
    r"<x:1> + <scale:2> <a:2> \odot <b:2>",
    level=SUM,
    promote=SAME,
    vjp_x=lambda g: g,
    vjp_a=lambda g, b, scale: g * scale * b,
    vjp_b=lambda g, a, scale: g * scale * a,
)
def addcmul_p(xp: Any, x: Any, a: Any, b: Any, *, scale: float) -> Any:
    factor = scale if x.dtype.kind == "f" else xp.asarray(scale).astype(x.dtype)  # −1 beside uint8 is 255
    return x + a * b * factor


@primitive(
    r"<x:1> + <scale:2> \frac{<a>}{<b>}",
    level=SUM,
    promote=SAME,
    vjp_x=lambda g: g,
    vjp_a=lambda g, b, scale: g * scale / b,
    vjp_b=lambda g, a, b, scale: -g * scale * (a / b) / b,
)
def addcdiv_p(xp: Any, x: Any, a: Any, b: Any, *, scale: float) -> Any:
    return x + scale * (a / b)


@published(inplace=True)
def addcmul(input: Any, tensor1: Any, tensor2: Any, *, value: float = 1) -> Any:
    """Return ``input + value · tensor1 · tensor2``, elementwise.

    Parameters
    ----------
    input, tensor1, tensor2 : Tensor
        Broadcast to the common shape and dtype.
    value : float
        A whole number beside integer tensors.

    Raises
    ------
    DTypeError
        If all are bools.
    """
    kinds = {x.dtype.kind for x in (input, tensor1, tensor2)}
    if kinds == {"b"}:
        raise error("dtype-unsupported", op="addcmul", dtypes="bool")
    if "f" not in kinds and isinstance(value, float):
        raise error("argument", op="addcmul", argument="value", expected="an int beside integer tensors", got=value)
    return addcmul_p(input, tensor1, tensor2, scale=value)


@published(inplace=True)
def addcdiv(input: Any, tensor1: Any, tensor2: Any, *, value: float = 1) -> Any:
    """Return ``input + value · tensor1 / tensor2``, elementwise; see `addcmul`.

    Raises
    ------
    DTypeError
        If `tensor1` and `tensor2` are both integers: their quotient would be none.
    """
    if tensor1.dtype.kind != "f" and tensor2.dtype.kind != "f":
        raise error("dtype-not-floating", op="addcdiv", dtype=tensor1.dtype)
    return addcdiv_p(input, tensor1, tensor2, scale=value)


@published(method=False)
def rsub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """Return ``other − alpha · input``; bools are refused."""
    if input.dtype == bool_:
        raise error("dtype-unsupported", op="rsub", dtypes="bool")
    return sub(other, input, alpha=alpha)


for op in (frac, copysign, nextafter):
    publish(op.name, op, inplace=True)
for op in (angle, fmax, fmin):
    publish(op.name, op)
publish("sgn", sign, inplace=True)
publish("fix", trunc, inplace=True)
