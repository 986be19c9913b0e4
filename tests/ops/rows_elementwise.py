"""Rows of ``ops/elementwise.py`` and ``ops/special.py``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .tables import Row, Source, apart, away, between, booleans, normal, positive, row, transposed

erf = np.vectorize(math.erf, otypes=[float])


def unary(name: str, source: Source, reference: Callable[..., Any], **options: Any) -> Row:
    """A row for a function of one tensor, called by its name."""
    return row(name, lambda m, x: getattr(m, name)(x), source, np=reference, elementwise=True, **options)


def binary(name: str, a: Source, b: Source, reference: Callable[..., Any], **options: Any) -> Row:
    """A row for a function of two tensors, called by its name."""
    return row(name, lambda m, x, y: getattr(m, name)(x, y), a, b, np=reference, elementwise=True, **options)


ROWS = [
    # arithmetic
    binary("add", normal(3, 4), normal(3, 4), np.add),
    binary("sub", normal(3, 4), normal(3, 4), np.subtract),
    binary("mul", normal(3, 4), normal(3, 4), np.multiply),
    binary("div", normal(3, 4), away(3, 4), np.divide),
    row("add/alpha", lambda m, x, y: m.add(x, y, alpha=3), normal(3), normal(2, 3), np=lambda x, y: x + 3 * y),
    row("sub/alpha", lambda m, x, y: m.sub(x, y, alpha=0.5), normal(3), normal(2, 1), np=lambda x, y: x - 0.5 * y),
    row("add/number", lambda m, x: x + 2.5, normal(3, 2), np=lambda x: x + 2.5),
    row("sub/from number", lambda m, x: 2 - x, normal(3, 2), np=lambda x: 2 - x),
    row("mul/number", lambda m, x: -3 * x, normal(3, 2), np=lambda x: -3 * x),
    row("mul/itself", lambda m, x: x * x, normal(3, 2), np=lambda x: x * x),
    row("mul/outer", lambda m, x, y: x * y, normal(3, 1), normal(1, 2), np=lambda x, y: x * y),
    row("mul/0-d beside 2-d", lambda m, x, y: x * y, normal(), normal(2, 3), np=lambda x, y: x * y),
    row("div/into number", lambda m, x: 1 / x, away(3, 2), np=lambda x: 1 / x),
    row("div/by number", lambda m, x: x / 3, normal(3, 2), np=lambda x: x / 3),
    row("div/floor", lambda m, x: m.div(x, 3, rounding_mode="floor"), apart(4), np=lambda x: x // 3, differentiable=()),
    row(
        "div/trunc",
        lambda m, x: m.div(x, 3, rounding_mode="trunc"),
        apart(4),
        np=lambda x: np.trunc(x / 3),
        differentiable=(),
    ),
    unary("neg", normal(3, 4), np.negative),
    unary("abs", away(3, 4), np.abs),
    unary("sign", away(3, 4), np.sign),
    unary("square", normal(3, 4), np.square),
    unary("reciprocal", away(3, 4), lambda x: 1 / x),
    # powers
    # of integers: a tensor of negative powers is an error here, and silently 0 in PyTorch
    binary("pow", positive(3, 4), normal(3, 4), np.power, integers=False),
    row("pow/square", lambda m, x: x**2, normal(3, 2), np=lambda x: x**2),
    row("pow/cube", lambda m, x: x**3, normal(3, 2), np=lambda x: x**3),
    row("pow/root", lambda m, x: x**0.5, positive(3, 2), np=np.sqrt),
    row("pow/negative", lambda m, x: x**-1.5, positive(3, 2), np=lambda x: x**-1.5),
    row("pow/0", lambda m, x: x**0, normal(3, 2), np=np.ones_like),
    row("pow/1", lambda m, x: m.pow(x, 1), normal(3, 2), np=lambda x: x),
    row("pow/of number", lambda m, x: 2**x, normal(3, 2), np=lambda x: 2**x, integers=False),  # likewise
    unary("sqrt", positive(3, 4), np.sqrt),
    unary("rsqrt", positive(3, 4), lambda x: 1 / np.sqrt(x)),
    binary("hypot", away(3, 4), normal(3, 4), np.hypot),
    # exponentials and logarithms
    unary("exp", normal(3, 4), np.exp),
    unary("exp2", normal(3, 4), np.exp2),
    unary("expm1", normal(3, 4), np.expm1),
    unary("log", positive(3, 4), np.log),
    unary("log2", positive(3, 4), np.log2),
    unary("log10", positive(3, 4), np.log10),
    unary("log1p", positive(3, 4), np.log1p),
    # trigonometry
    unary("sin", normal(3, 4), np.sin),
    unary("cos", normal(3, 4), np.cos),
    unary("tanh", normal(3, 4), np.tanh),
    unary("erf", normal(3, 4), erf),
    row("erf/tail", lambda m, x: m.erf(x), between(-7, 7, 40), np=erf, half=False),
    row("exp/transposed", lambda m, x: m.exp(x), transposed(normal(3, 4)), np=np.exp),
    # choosing
    row(
        "where",
        lambda m, c, x, y: m.where(c, x, y),
        booleans(3, 4),
        normal(3, 4),
        normal(3, 4),
        np=np.where,
        elementwise=True,
    ),
    row(
        "where/broadcast", lambda m, c, x, y: m.where(c, x, y), booleans(3, 1), normal(4), normal(2, 1, 1), np=np.where
    ),
    row("where/number", lambda m, x: m.where(x > 0, x, 0.5), away(3, 4), np=lambda x: np.where(x > 0, x, 0.5)),
    binary("maximum", apart(3, 4), normal(3, 4), np.maximum),
    binary("minimum", apart(3, 4), normal(3, 4), np.minimum),
    row("clamp", lambda m, x: m.clamp(x, -1, 1), apart(3, 4), np=lambda x: np.clip(x, -1, 1), elementwise=True),
    row("clamp/min", lambda m, x: x.clamp(min=-0.5), apart(3, 4), np=lambda x: np.maximum(x, -0.5)),
    row("clamp/max", lambda m, x: x.clamp(max=0.5), apart(3, 4), np=lambda x: np.minimum(x, 0.5)),
    row(
        "clamp/tensors",
        lambda m, x, a, b: m.clamp(x, a, b),
        apart(3, 4),
        between(-1, 0, 4),
        between(0, 1, 3, 1),
        np=np.clip,
    ),
    # rounding
    unary("floor", apart(3, 4), np.floor),
    unary("ceil", apart(3, 4), np.ceil),
    unary("trunc", apart(3, 4), np.trunc),
    unary("round", apart(3, 4), np.round),
    row("round/decimals", lambda m, x: m.round(x, decimals=1), normal(6), np=lambda x: np.round(x, 1), half=False),
    # division with remainder: smooth where the quotient is no integer
    binary("floor_divide", apart(3, 4), positive(3, 4), np.floor_divide, differentiable=()),
    binary("remainder", normal(3, 4), away(3, 4), np.remainder),
    binary("fmod", normal(3, 4), away(3, 4), np.fmod),
    row("remainder/number", lambda m, x: x % 0.7, normal(3, 4), np=lambda x: x % 0.7, half=False),
]
