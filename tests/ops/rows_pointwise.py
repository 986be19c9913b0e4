"""Rows of ``trigonometry``, ``exponentials``, ``choosing``, ``integers`` and ``closeness`` in ``ops/``."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from .rows_compare import compared, tested
from .rows_elementwise import binary, unary
from .tables import Array, Row, Source, apart, away, between, booleans, integers, normal, positive, row, whole

inside = between(-0.9, 0.9, 3, 4)


def ternary(name: str, x: Source, a: Source, b: Source, reference: Callable[..., Any], **options: Any) -> Row:
    """A row for a function of three tensors, called by its name."""
    return row(name, lambda m, x, a, b: getattr(m, name)(x, a, b), x, a, b, np=reference, elementwise=True, **options)


def without_slope(made: Row) -> Row:
    """The same row, with nothing to differentiate."""
    return dataclasses.replace(made, differentiable=())


def largest(x: Array, y: Array) -> Any:
    return np.abs(x - y).max()


ROWS = [
    # trigonometry
    unary("tan", between(-1.4, 1.4, 3, 4), np.tan),
    unary("asin", inside, np.arcsin),
    unary("acos", inside, np.arccos),
    unary("atan", normal(3, 4), np.arctan),
    binary("atan2", away(3, 4), away(3, 4), np.arctan2),
    unary("sinh", normal(3, 4), np.sinh),
    unary("cosh", normal(3, 4), np.cosh),
    unary("asinh", normal(3, 4), np.arcsinh),
    unary("acosh", between(1.2, 4, 3, 4), np.arccosh),
    unary("atanh", inside, np.arctanh),
    unary("deg2rad", normal(3, 4), np.deg2rad),
    unary("rad2deg", normal(3, 4), np.rad2deg),
    row("arctan2/of a number of lines", lambda m, x, y: m.arctan2(x, y), away(3, 1), away(2), np=np.arctan2),
    binary("true_divide", normal(3, 4), away(3, 4), np.true_divide),
    # powers, exponentials, logarithms
    binary("float_power", positive(3, 4), normal(3, 4), np.power),
    row("float_power/number", lambda m, x: m.float_power(x, -2), away(4), np=lambda x: x**-2.0),
    row("float_power/of number", lambda m, x: m.float_power(2, x), normal(4), np=lambda x: 2.0**x),
    row(
        "float_power_",
        lambda m, x, y: (x.double() * 1).float_power_(y),
        positive(4),
        normal(4),
        np=np.power,
    ),
    binary("ldexp", normal(3, 4), normal(3, 4), lambda x, y: x * 2.0**y),
    row("frexp", lambda m, x: m.frexp(x), away(3, 4), np=np.frexp, elementwise=True),
    binary("logaddexp", normal(3, 4), normal(3, 4), np.logaddexp),
    binary("logaddexp2", normal(3, 4), normal(3, 4), np.logaddexp2),
    binary("xlogy", normal(3, 4), positive(3, 4), lambda x, y: x * np.log(y)),
    row("special.xlogy", lambda m, x, y: m.special.xlogy(x, y), normal(4), positive(4), np=lambda x, y: x * np.log(y)),
    row("xlogy/number", lambda m, x: m.xlogy(x, 2.5), normal(4), np=lambda x: x * np.log(2.5)),
    row("xlogy/of number", lambda m, x: m.xlogy(3, x), positive(4), np=lambda x: 3 * np.log(x)),
    # parts of a number
    unary("frac", apart(3, 4), lambda x: x - np.trunc(x)),
    unary("positive", normal(3, 4), np.positive),
    unary("sgn", away(3, 4), np.sign),
    unary("fix", apart(3, 4), np.trunc),
    unary("angle", away(3, 4), np.angle),
    binary("copysign", away(3, 4), away(3, 4), np.copysign),
    row("copysign/number", lambda m, x: m.copysign(x, -2), away(4), np=lambda x: np.copysign(x, -2)),
    binary("nextafter", away(3, 4), away(3, 4), np.nextafter),
    unary("nan_to_num", normal(3, 4), np.nan_to_num),
    # choices
    binary("fmax", apart(3, 4), normal(3, 4), np.fmax),
    binary("fmin", apart(3, 4), normal(3, 4), np.fmin),
    binary("clamp_min", apart(3, 4), normal(3, 4), np.maximum),
    binary("clamp_max", apart(3, 4), normal(3, 4), np.minimum),
    row("clamp_min/number", lambda m, x: m.clamp_min(x, 0.5), apart(4), np=lambda x: np.maximum(x, 0.5)),
    row("clamp_max/number", lambda m, x: m.clamp_max(x, 0.5), apart(4), np=lambda x: np.minimum(x, 0.5)),
    without_slope(binary("heaviside", whole(-1, 2, 3, 4), normal(3, 4), np.heaviside)),
    # mixtures
    ternary("lerp", normal(3, 4), normal(3, 4), normal(3, 4), lambda a, b, w: a + w * (b - a)),
    row("lerp/number", lambda m, a, b: m.lerp(a, b, 0.3), normal(4), normal(3, 1), np=lambda a, b: a + 0.3 * (b - a)),
    row("lerp/end", lambda m, a, b: m.lerp(a, b, 1), normal(4), normal(4), np=lambda a, b: b),
    ternary("addcmul", normal(3, 4), normal(3, 4), normal(3, 4), lambda x, a, b: x + a * b),
    ternary("addcdiv", normal(3, 4), normal(3, 4), away(3, 4), lambda x, a, b: x + a / b),
    row(
        "addcmul/value",
        lambda m, x, a, b: m.addcmul(x, a, b, value=-3),
        normal(4),
        normal(3, 1),
        normal(4),
        np=lambda x, a, b: x - 3 * a * b,
    ),
    row(
        "addcdiv/value",
        lambda m, x, a, b: m.addcdiv(x, a, b, value=0.5),
        normal(4),
        normal(3, 1),
        away(4),
        np=lambda x, a, b: x + 0.5 * a / b,
    ),
    binary("rsub", normal(3, 4), normal(3, 4), lambda x, y: y - x),
    row("rsub/number", lambda m, x: m.rsub(x, 3, alpha=2), normal(4), np=lambda x: 3 - 2 * x),
    # distances
    row("dist", lambda m, x, y: m.dist(x, y), normal(3, 4), normal(4), np=lambda x, y: np.sqrt(np.sum((x - y) ** 2))),
    row("dist/p", lambda m, x, y: m.dist(x, y, 3), normal(4), normal(4), np=lambda x, y: np.linalg.norm(x - y, 3)),
    row("dist/largest", lambda m, x, y: m.dist(x, y, float("inf")), apart(4), normal(4), np=largest),
    # whole numbers
    compared("gcd", integers(-12, 13, 3, 4), integers(-12, 13, 3, 4), np.gcd),
    compared("lcm", integers(-12, 13, 3, 4), integers(-12, 13, 3, 4), np.lcm),
    compared("bitwise_left_shift", integers(-9, 9, 3, 4), integers(0, 5, 3, 4), np.left_shift),
    compared("bitwise_right_shift", integers(-99, 99, 3, 4), integers(0, 5, 3, 4), np.right_shift),
    row("bitwise_left_shift/operator", lambda m, x: x << 2, integers(-9, 9, 4), np=lambda x: x << 2),
    row("bitwise_left_shift/of number", lambda m, x: 3 << x, integers(0, 5, 4), np=lambda x: 3 << x),
    row("bitwise_right_shift/operator", lambda m, x: x >> 2, integers(-9, 9, 4), np=lambda x: x >> 2),
    row("bitwise_right_shift/of number", lambda m, x: 300 >> x, integers(0, 5, 4), np=lambda x: 300 >> x),
    # equal, nearly equal, of a kind
    compared("isclose", whole(0, 2, 3, 4), whole(0, 2, 3, 4), np.isclose),
    row(
        "isclose/tolerances",
        lambda m, x, y: m.isclose(x, y, rtol=0.5, atol=0.25),
        normal(8),
        normal(8),
        np=lambda x, y: np.isclose(x, y, rtol=0.5, atol=0.25),
        differentiable=(),
    ),
    row(
        "isclose/exact",
        lambda m, x, y: m.isclose(x, y, rtol=0, atol=0),
        whole(0, 2, 8),
        whole(0, 2, 8),
        np=np.equal,
        differentiable=(),
    ),
    tested("signbit", away(3, 4), np.signbit),
    tested("isreal", normal(3, 4), np.isreal),
    tested("isposinf", normal(3, 4), np.isposinf),
    tested("isneginf", normal(3, 4), np.isneginf),
    *(
        row(
            f"isin/{case}",
            lambda m, x, y, options=options: m.isin(x, y, **options),
            whole(0, 4, 3, 4),
            Source(lambda rng, shape: np.array([1.0, 3.0, 7.0]), (3,)),
            np=lambda x, y, options=options: np.isin(x, y, **options),
            differentiable=(),
        )
        for case, options in {"plain": {}, "inverted": {"invert": True}, "unique": {"assume_unique": True}}.items()
    ),
    row("isin/number", lambda m, x: m.isin(x, 1), whole(0, 3, 8), np=lambda x: np.isin(x, 1), differentiable=()),
    row("isin/of number", lambda m, x: m.isin(1, x), whole(0, 3, 8), np=lambda x: np.isin(1, x), differentiable=()),
    row("bitwise_and/bools", lambda m, x, y: m.bitwise_and(x, y), booleans(4), booleans(4), np=np.logical_and),
]
