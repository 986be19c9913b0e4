"""Rows of ``ops/piecewise.py``, and what the rows of other activation functions are made with."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from .tables import Array, Row, Source, apart, away, normal, row

scattered = apart(4, 4)
"""From −3.8 to 3.7, no kink near."""


def through(m: Any, path: str) -> Any:
    """The function that stands at a path such as ``nn.functional.elu``."""
    for part in path.split("."):
        m = getattr(m, part)
    return m


def activation(name: str, reference: Callable[[Array], Any], *args: Any, source: Source = scattered) -> Row:
    """A row for an activation function; the name up to a slash is where it stands."""
    path = name.partition("/")[0]
    return row(name, lambda m, x: through(m, path)(x, *args), source, np=reference, elementwise=True)


def overwriting(name: str, reference: Callable[[Array], Any], *args: Any, source: Source = scattered) -> list[Row]:
    """Rows for an activation function and for its form that ends in ``_``, or if it has none, its ``inplace=True``.

    These write into a copy, for a leaf that requires a gradient refuses.
    """
    path, _, case = name.partition("/")
    case = case and "/" + case

    def with_argument(m: Any, x: Any) -> Any:
        y = x.clone()
        assert through(m, path)(y, *args, inplace=True) is y
        return y

    def with_underscore(m: Any, x: Any) -> Any:
        y = x.clone()
        assert through(m, path + "_")(y, *args) is y
        return y

    # Integers: PyTorch refuses to make floats of them in place
    if path.rpartition(".")[2] in HAVE_UNDERSCORE:
        form = row(f"{path}_{case}", with_underscore, source, np=reference, integers=False)
    else:
        form = row(f"{path}/inplace{case}", with_argument, source, np=reference, integers=False)
    return [activation(name, reference, *args, source=source), form]


HAVE_UNDERSCORE = {"celu", "elu", "hardtanh", "leaky_relu", "relu", "rrelu", "selu", "threshold"}
F = "nn.functional."

ROWS = [
    *overwriting(F + "relu", lambda x: np.maximum(x, 0)),
    *overwriting(F + "relu6", lambda x: np.clip(x, 0, 6), source=apart(5, 5)),
    *overwriting(F + "leaky_relu", lambda x: np.where(x > 0, x, 0.2 * x), 0.2),
    row("leaky_relu/rising", lambda m, x: m.leaky_relu(x, -1.5), scattered, np=lambda x: np.where(x > 0, x, -1.5 * x)),
    *overwriting(F + "rrelu", lambda x: np.where(x > 0, x, 0.25 * x), 0.2, 0.3),
    row("prelu", lambda m, x, w: m.prelu(x, w), away(2, 3, 2), normal(3), np=lambda x, w: leaky(x, w[:, None])),
    row("prelu/method, one slope", lambda m, x, w: x.prelu(w), away(2, 3), normal(1), np=lambda x, w: leaky(x, w)),
    row("prelu/0-d slope", lambda m, x, w: m.prelu(x, w), away(2, 3), normal(), np=lambda x, w: leaky(x, w)),
    row("prelu/no channels", lambda m, x, w: m.prelu(x, w), away(3), normal(1), np=lambda x, w: leaky(x, w)),
    row("prelu/0-d", lambda m, x, w: m.prelu(x, w), away(), normal(1), np=lambda x, w: leaky(x, w[0])),
    *overwriting(F + "hardtanh", lambda x: np.clip(x, -1, 1)),
    activation(F + "hardtanh/bounds", lambda x: np.clip(x, -2, 0.5), -2, 0.5),
    # PyTorch's slope is the float32 number next to 1/6, in float64 too; test_activation.py compares them in float32
    *(
        dataclasses.replace(each, elementwise=False, parity=False)
        for each in overwriting(F + "hardsigmoid", lambda x: np.clip(x + 3, 0, 6) / 6)
    ),
    *overwriting(F + "hardswish", lambda x: x * np.clip(x + 3, 0, 6) / 6),
    activation("hardshrink", lambda x: np.where(np.abs(x) > 0.5, x, 0)),
    row("hardshrink/method", lambda m, x: x.hardshrink(1.5), scattered, np=lambda x: np.where(np.abs(x) > 1.5, x, 0)),
    activation(F + "softshrink", lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0)),
    activation(F + "softshrink/wide", lambda x: np.sign(x) * np.maximum(np.abs(x) - 1.5, 0), 1.5),
    *overwriting(F + "threshold", lambda x: np.where(x > 0.5, x, 7), 0.5, 7),
    # a negative number beside uint8 is an error here, and wraps around in PyTorch
    row(
        "threshold/negative",
        lambda m, x: m.threshold(x, -0.5, -3.5),
        scattered,
        np=lambda x: np.where(x > -0.5, x, -3.5),
        integers=False,
    ),
]


def leaky(x: Array, slope: Any) -> Array:
    """The straight line and its bend at 0."""
    return np.where(x > 0, x, slope * x)
