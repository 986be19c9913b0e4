"""Rows of ``ops/smooth.py``."""

from __future__ import annotations

import numpy as np

from .rows_activation import softmax
from .rows_piecewise import F, activation, overwriting
from .tables import Array, between, normal, row


def elu(x: Array, alpha: float = 1.0, scale: float = 1.0, steepness: float = 1.0) -> Array:
    """ELU and its relatives."""
    return scale * np.where(x > 0, x, alpha * (np.exp(np.minimum(x, 0) * steepness) - 1))


def sigmoid(x: Array) -> Array:
    """The logistic function."""
    return np.asarray(1 / (1 + np.exp(-x)))


ROWS = [
    *overwriting(F + "elu", elu),
    activation(F + "elu/alpha", lambda x: elu(x, 0.3), 0.3),
    *overwriting(F + "selu", lambda x: elu(x, 1.6732632423543772, 1.0507009873554805)),
    *overwriting(F + "celu", elu),
    activation(F + "celu/alpha", lambda x: elu(x, 2, steepness=0.5), 2),
    activation("celu", elu),
    row("celu/negative alpha", lambda m, x: m.celu(x, -2.0), normal(5), np=lambda x: elu(x, -2, steepness=-0.5)),
    activation(F + "softplus", lambda x: np.log1p(np.exp(x))),
    activation(F + "softplus/steep", lambda x: np.where(x * 2 > 4, x, np.log1p(np.exp(2 * x)) / 2), 2, 4),
    row(
        F + "softplus/large",
        lambda m, x: m.nn.functional.softplus(x),
        between(-700, 700, 9),
        np=lambda x: np.log1p(np.exp(x)),
        half=False,
    ),
    activation(F + "logsigmoid", lambda x: np.log(sigmoid(x))),
    row(
        F + "logsigmoid/large",
        lambda m, x: m.nn.functional.logsigmoid(x),
        between(-700, 700, 9),
        np=lambda x: -np.logaddexp(0, -x),
    ),
    *overwriting(F + "mish", lambda x: x * np.tanh(np.log1p(np.exp(x)))),
    *overwriting(F + "silu", lambda x: x * sigmoid(x)),
    activation(F + "softsign", lambda x: x / (1 + np.abs(x))),
    activation(F + "tanhshrink", lambda x: x - np.tanh(x)),
    row(F + "glu", lambda m, x: m.nn.functional.glu(x), normal(3, 4), np=lambda x: x[:, :2] * sigmoid(x[:, 2:])),
    row(F + "glu/dim=0", lambda m, x: m.nn.functional.glu(x, 0), normal(4, 3), np=lambda x: x[:2] * sigmoid(x[2:])),
    row(F + "glu/empty", lambda m, x: m.nn.functional.glu(x, 1), normal(2, 0), np=lambda x: x),
    row(F + "softmin", lambda m, x: m.nn.functional.softmin(x, 1), normal(3, 4), np=lambda x: softmax(-x, 1)),
    row(
        F + "softmin/dtype",
        lambda m, x: m.nn.functional.softmin(x, dim=0, dtype=m.float64),
        normal(4),
        np=lambda x: softmax(-x, 0),
    ),
    row(
        "log_softmax/dtype",
        lambda m, x: m.log_softmax(x, 0, dtype=m.float64),
        normal(4),
        np=lambda x: x - np.log(np.exp(x).sum()),
    ),
    row(
        "softmax/integers",
        lambda m, x: m.softmax(x, 0, dtype=m.float32).to(m.float64),
        normal(1),
        np=lambda x: np.ones(1),
    ),
]
