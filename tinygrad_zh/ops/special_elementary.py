r"""Floor 2: functions of ``torch.special`` that are made of logarithms and sines.

They exist for what happens at 0: x ln x is 0 there, and sin(πx)/(πx) is 1.

May import: floors 0–1, ``elementwise``, ``regions``.
"""

from __future__ import annotations

import math
from typing import Any

from ..core.primitive import FLOAT, primitive
from ..core.symbol import PRODUCT
from ..errors import error
from .elementwise import abs, cos, log, log1p, masked_to_zero, where_p
from .publish import publish, published
from .regions import in_double


@primitive(r"-<x:4> \ln <x:4>", level=PRODUCT, promote=FLOAT, d_x=lambda x: -log(x) - 1)
def entr(xp: Any, x: Any) -> Any:
    """Return −x ln x, a term of the entropy; 0 for 0 and −∞ for negative numbers."""
    return xp.where(x == 0, 0 * x, xp.where(x < 0, -math.inf, -x * xp.log(x)))


@primitive(
    r"<a:4> \ln(1 + <b:1>)",
    level=PRODUCT,
    promote=FLOAT,
    vjp_a=lambda g, a, b: masked_to_zero(g * log_beside_one(b), (a == 0) & (b <= -1)),
    vjp_b=lambda g, a, b: g * a / (b + 1),
    tex_rules={"a": r"g \odot \ln(1 + b)"},
)
@in_double
def xlog1py(xp: Any, a: Any, b: Any) -> Any:
    """Return a·ln(1 + b), which is 0 where a = 0, even where the logarithm is infinite."""
    return xp.where((a == 0) & ~xp.isnan(b), 0, a * xp.log1p(b))


def log_beside_one(b: Any) -> Any:
    """ln(1 + b), of a Python number too."""
    if isinstance(b, (int, float)):
        return math.log1p(b) if b > -1 else -math.inf if b == -1 else math.nan
    return log1p(b)


@primitive(
    r"\ln \frac{<x>}{1 - <x>}",
    promote=FLOAT,
    vjp_x=lambda g, x, low, high: logit_pullback(g, x, low, high),
    tex_rules={"x": r"\frac{g}{x (1 - x)}"},
    name="logit",
)
def logit_p(xp: Any, x: Any, *, low: float | None, high: float | None) -> Any:
    if low is not None:
        x = xp.where(x < low, low, xp.where(x > high, high, x))
    return xp.log(x / (1 - x))


def logit_pullback(g: Any, x: Any, low: float | None, high: float | None) -> Any:
    """g/(x(1 − x)) between the bounds, 0 beyond, where the result is constant; without bounds, NaN beyond [0, 1]."""
    slope = g / (x * (1 - x))
    if low is None:
        return where_p((x < 0) | (x > 1), math.nan, slope)
    return masked_to_zero(slope, (x < low) | (x > high))


@published(inplace=True)
def logit(input: Any, eps: float | None = None) -> Any:
    """Return ln(x/(1 − x)), the inverse of the sigmoid.

    Parameters
    ----------
    input : Tensor of shape (...)
        Probabilities; beyond [0, 1] the result is NaN.
    eps : float, optional
        Probabilities below `eps` count as `eps`, those above 1 − `eps` as 1 − `eps`.
    """
    if eps is not None and not isinstance(eps, (int, float)):
        raise error("argument", op="logit", argument="eps", expected="a number or None", got=eps)
    return logit_p(input, low=eps, high=None if eps is None else 1 - eps)


def sine_of_pi(xp: Any, x: Any) -> Any:
    """Return sin πx, exactly 0 at integers: what is subtracted from `x` is a whole number of half turns."""
    turns = xp.round(x)
    return xp.sin(math.pi * (x - turns)) * (1 - 2 * xp.abs(xp.fmod(turns, 2)))


def sine_ratio_slope(x: Any, y: Any) -> Any:
    """(cos x − y)/x, the slope of y = sin x / x; beside 0, where that is 0/0, by its series −x/3 + x³/30 − …"""
    near = abs(x) < 0.25
    series = 1.0
    for c in (180, 130, 88, 54, 28, 10):  # 2k (2k + 3)
        series = 1 - x * x / c * series
    away = where_p(near, 1, x)
    return where_p(near, x / -3 * series, (cos(away) - y) / away)


@primitive(
    r"\frac{\sin \pi <x:4>}{\pi <x:4>}",
    promote=FLOAT,
    vjp_x=lambda g, x, y: g * (math.pi * sine_ratio_slope(math.pi * x, y)),
    tex_rules={"x": r"g \odot \frac{\cos \pi x - y}{x}"},
)
def sinc(xp: Any, x: Any) -> Any:
    """Return sin(πx)/(πx), and 1 for 0."""
    nonzero = xp.where(x == 0, 1, x)
    return xp.where(x == 0, 1 + 0 * x, sine_of_pi(xp, nonzero) / (math.pi * nonzero))


publish("sinc", sinc, inplace=True)
publish("logit", logit, space="special")
for op in (entr, sinc, xlog1py):
    publish(op.name, op, space="special")
