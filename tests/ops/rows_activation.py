"""Rows of ``ops/activation.py`` and ``ops/normalise.py``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .rows_elementwise import erf, unary
from .tables import Source, apart, away, between, normal, row, transposed


def softmax(x: Any, axis: int) -> Any:
    """Without care for overflow."""
    return np.exp(x) / np.exp(x).sum(axis, keepdims=True)


def tanh_gelu(x: Any) -> Any:
    """GELU with Φ by tanh."""
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


ROWS = [
    unary("relu", away(3, 4), lambda x: np.maximum(x, 0)),
    unary("sigmoid", normal(3, 4), lambda x: 1 / (1 + np.exp(-x))),
    row(
        "sigmoid/large", lambda m, x: m.sigmoid(x), between(-700, 700, 9), np=lambda x: 1 / (1 + np.exp(-x)), half=False
    ),
    unary("gelu", normal(3, 4), lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2)))),
    row("gelu/tanh", lambda m, x: m.gelu(x, approximate="tanh"), normal(3, 4), np=tanh_gelu, elementwise=True),
    unary("silu", normal(3, 4), lambda x: x / (1 + np.exp(-x))),
    unary("leaky_relu", away(3, 4), lambda x: np.where(x > 0, x, 0.01 * x)),
    row("leaky_relu/slope", lambda m, x: m.leaky_relu(x, 0.2), away(3, 4), np=lambda x: np.where(x > 0, x, 0.2 * x)),
]


def normalised(name: str, reference: Callable[..., Any]) -> list[Any]:
    """Rows for softmax and its logarithm."""

    def of(case: str, call: Callable[..., Any], source: Source, axis: int, **options: Any) -> Any:
        return row(name + case, call, source, np=lambda x: reference(x, axis), **options)

    return [
        of("", lambda m, x: getattr(m, name)(x, 1), normal(3, 4), 1),
        of("/dim=0", lambda m, x: getattr(x, name)(dim=0), normal(3, 4), 0),
        of("/negative dim", lambda m, x: getattr(m, name)(x, dim=-2), normal(2, 3, 2), 1),
        of("/transposed", lambda m, x: getattr(m, name)(x, 0), transposed(normal(3, 4)), 0),
        of("/one", lambda m, x: getattr(m, name)(x, 1), normal(3, 1), 1),
        # PyTorch asks for floats only where there is something to compute
        of("/no rows", lambda m, x: getattr(m, name)(x, 1), normal(0, 4), 1, integers=False),
        of("/far apart", lambda m, x: getattr(m, name)(x, 0), apart(60), 0),
    ]


ROWS += [
    *normalised("softmax", softmax),
    *normalised("log_softmax", lambda x, axis: x - np.log(np.exp(x).sum(axis, keepdims=True))),
    row("softmax/0-d", lambda m, x: m.softmax(x, 0), normal(), np=np.ones_like),
    row("log_softmax/0-d", lambda m, x: m.log_softmax(x, 0), normal(), np=np.zeros_like),
    row("softmax/dtype", lambda m, x: m.softmax(x, 0, dtype=m.float64), normal(4), np=lambda x: softmax(x, 0)),
]
