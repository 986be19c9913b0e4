"""Where a function has a kink, a pole or no value, values and gradients are PyTorch's choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from tests.ops.libraries import OURS, THEIRS, array, results
from tests.ops.tables import Array, Row, all_rows
from tinygrad_zh.ops.publish import public

ELEMENTWISE = [
    row
    for row in all_rows()
    if (row.elementwise and row.parity and row.wrt(row.arrays())) or row.name == "clamp/tensors"
]
SPECIAL = [
    np.nan,
    np.inf,
    -np.inf,
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -2.0,
    3.0,
    1e-40,
    -1e-40,
    1e-3,
    80.0,
    -80.0,
    3e38,
]


def overflowing_quotient(a: Array, b: Array) -> Array:
    with np.errstate(all="ignore"):
        return ~np.isfinite(a / b) & np.isfinite(a) & (b != 0)


PYTORCH_SLIPS: dict[str, tuple[str, Callable[..., Array]]] = {
    "gelu": ("float32 is vectorised by way of x / √2 · …, which overflows", lambda x: np.abs(x) > 1e38),
    "fmod": ("float32 is vectorised by way of a / b, which overflows", overflowing_quotient),
    "remainder": ("likewise", overflowing_quotient),
}
"""Places where PyTorch's float32 gives NaN or ∞ and its own float64 does not: there ours is held to be right."""


def grid(row: Row, dtype: Any) -> list[Array]:
    """Every combination of special values for the floating operands."""
    floating = [a.dtype.kind == "f" for a in row.arrays()]
    combined = np.meshgrid(*[np.array(SPECIAL, dtype)] * sum(floating), indexing="ij")
    drawn = iter(combined)
    size = combined[0].size
    return [next(drawn).reshape(-1).copy() if f else np.arange(size) % 2 == 0 for f in floating]


def value_and_gradients(row: Row, m: Any, make: Callable[[Array], Any], arrays: list[Array]) -> list[Array]:
    operands = [make(a).requires_grad_() if a.dtype.kind == "f" else make(a) for a in arrays]
    (y,) = results(row, m, operands)
    y.backward(make(np.ones(y.shape, arrays[-1].dtype)))
    floating = [x for x, a in zip(operands, arrays, strict=True) if a.dtype.kind == "f"]
    return [array(y), *(array(x.grad) for x in floating)]


def differences(mine: Array, theirs: Array) -> Array:
    """Where they differ by more than rounding; NaN is like NaN, and −0 like 0."""
    eps = 64 * np.finfo(mine.dtype).eps
    with np.errstate(all="ignore"):
        alike = (mine == theirs) | (np.isnan(mine) & np.isnan(theirs))
        near = np.abs(mine - theirs) <= eps * np.abs(theirs) + np.finfo(np.float32).smallest_normal
    return ~(alike | (near & np.isfinite(theirs)))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("row", ELEMENTWISE, ids=lambda row: row.name)
def test_special_values(row: Row, dtype: Any) -> None:
    arrays = grid(row, dtype)
    mine = value_and_gradients(row, OURS, public["from_numpy"], arrays)
    theirs = value_and_gradients(row, THEIRS, torch.from_numpy, arrays)
    wrong = []
    for what, a, b in zip(("value", "gradient 0", "gradient 1", "gradient 2"), mine, theirs, strict=False):
        differing = differences(a, b)
        if dtype is np.float32 and row.name in PYTORCH_SLIPS:
            differing &= ~PYTORCH_SLIPS[row.name][1](*arrays)
        for place in np.flatnonzero(differing):
            at = ", ".join(str(x[place]) for x in arrays)
            wrong.append(f"{what} at ({at}): {a[place]}, PyTorch: {b[place]}")
    assert not wrong, "\n".join(wrong)


TIES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "relu at 0": (lambda m, x: m.relu(x), ([0.0, -0.0, 1.0, -1.0],)),
    "abs at 0": (lambda m, x: m.abs(x), ([0.0, -0.0],)),
    "leaky_relu at 0": (lambda m, x: m.leaky_relu(x), ([0.0, -0.0],)),
    "sqrt at 0": (lambda m, x: m.sqrt(x), ([0.0, 1.0],)),
    "sqrt of a square at 0": (lambda m, x: m.sqrt(x * x), ([0.0, 1.0],)),
    "maximum of equals": (lambda m, x, y: m.maximum(x, y), ([1.0, 2.0, 3.0], [1.0, 1.0, 4.0])),
    "minimum of equals": (lambda m, x, y: m.minimum(x, y), ([1.0, 2.0, 3.0], [1.0, 1.0, 4.0])),
    "maximum of itself": (lambda m, x: m.maximum(x, x), ([1.0, 2.0],)),
    "clamp on its bounds": (lambda m, x: m.clamp(x, -1.0, 1.0), ([-1.0, 1.0, 0.0, 2.0],)),
    "clamp, bounds exchanged": (lambda m, x: m.clamp(x, 1.0, -1.0), ([-2.0, 0.0, 1.0, 2.0],)),
    "clamp between tensors": (
        lambda m, x, a, b: m.clamp(x, a, b),
        ([1.0, 1.0, 2.0, 0.0, 1.5], [1.0, 0.0, 3.0, 1.0, 2.0], [1.0, 1.0, 1.0, 1.0, 1.0]),
    ),
    "max of everything": (lambda m, x: m.max(x), ([[3.0, 1.0], [3.0, 3.0]],)),
    "min of everything": (lambda m, x: m.min(x), ([[1.0, 1.0], [3.0, 1.0]],)),
    "amax along a dimension": (lambda m, x: m.amax(x, 1), ([[3.0, 3.0, 1.0], [2.0, 5.0, 5.0]],)),
    "amin of several": (lambda m, x: m.amin(x, (0, 1)), ([[3.0, 1.0], [1.0, 3.0]],)),
    "max along a dimension": (lambda m, x: m.max(x, 1).values, ([[3.0, 3.0, 1.0], [2.0, 5.0, 5.0]],)),
    "min along a dimension": (lambda m, x: m.min(x, 0).values, ([[3.0, 3.0, 1.0], [2.0, 3.0, 1.0]],)),
    "max with NaN": (lambda m, x: m.max(x), ([1.0, float("nan"), 2.0],)),
    # PyTorch: NaN for all with amax, and to the NaN with max; here to the NaN with both
    "max of one NaN": (lambda m, x: m.max(x), ([1.0, float("nan"), float("nan")],)),
    "max along a dimension with NaN": (lambda m, x: m.max(x, 0).values, ([1.0, float("nan"), float("nan")],)),
    "a power of 0": (lambda m, x: x**2 + x**1, ([0.0, 1.0],)),
    "the power 0 of 0": (lambda m, x: x**0, ([0.0, 1.0],)),
    "a tensor power of 0": (lambda m, x, y: x**y, ([0.0, 0.0, 0.0, 2.0], [0.0, 1.0, 2.0, 0.0])),
    "a fractional power of 0": (lambda m, x: x**0.5, ([0.0, 4.0],)),
    "a power of 0 as base": (lambda m, x: 0**x, ([0.0, 1.0, 2.0],)),
    "where beside NaN": (lambda m, x: m.where(x > 0, m.sqrt(x), x), ([-1.0, 4.0],)),
    "var of equals": (lambda m, x: m.var(x), ([2.0, 2.0, 2.0],)),
    "std of equals": (lambda m, x: m.std(x), ([2.0, 2.0, 2.0],)),
    "logsumexp of -inf": (lambda m, x: m.logsumexp(x, 0), ([float("-inf"), float("-inf")],)),
    "logsumexp with inf": (lambda m, x: m.logsumexp(x, 0), ([float("inf"), 0.0],)),
    "logsumexp of two inf": (lambda m, x: m.logsumexp(x, 0), ([float("inf"), float("inf")],)),
    "logsumexp with NaN": (lambda m, x: m.logsumexp(x, 0), ([float("nan"), 0.0],)),
    "softmax with -inf": (lambda m, x: m.softmax(x, 0), ([float("-inf"), 0.0, 0.0],)),
    "softmax of -inf": (lambda m, x: m.softmax(x, 0), ([float("-inf"), float("-inf")],)),
    "softmax with inf": (lambda m, x: m.softmax(x, 0), ([float("inf"), 0.0],)),
    "log_softmax with -inf": (lambda m, x: m.log_softmax(x, 0), ([float("-inf"), 0.0, 0.0],)),
    "log_softmax with NaN": (lambda m, x: m.log_softmax(x, 0), ([float("nan"), 0.0],)),
    "mean with inf": (lambda m, x: m.mean(x), ([float("inf"), float("-inf")],)),
    "matmul with 0 times inf": (lambda m, a, b: a @ b, ([[0.0, 1.0]], [[float("inf")], [2.0]])),
    "mse_loss at 0": (lambda m, x, y: m.mse_loss(x, y), ([1.0, 2.0], [1.0, 2.0])),
    "l1_loss at 0": (lambda m, x, y: m.l1_loss(x, y), ([1.0, 2.0], [1.0, 3.0])),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("call", "lists"), TIES.values(), ids=TIES)
def test_ties_and_kinks(call: Callable[..., Any], lists: tuple[Any, ...], dtype: Any) -> None:
    found = []
    for m, make in ((OURS, public["from_numpy"]), (THEIRS, torch.from_numpy)):
        operands = [make(np.array(values, dtype)).requires_grad_() for values in lists]
        y = call(m, *operands)
        y.backward(make(np.linspace(1, 2, y.reshape(-1).shape[0], dtype=dtype).reshape(tuple(y.shape))))
        found.append([array(y), *(array(x.grad) for x in operands)])
    for mine, theirs in zip(*found, strict=True):
        assert not differences(mine, theirs).any(), f"{mine}, PyTorch: {theirs}"


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@pytest.mark.parametrize("values", [[1.0, 3.0, 3.0, 1.0], [2.0, float("nan"), 5.0, float("nan")], [0.0, -0.0]])
def test_the_first_of_equals_is_found(name: str, values: list[float]) -> None:
    assert public[name](public["tensor"](values)).item() == getattr(torch, name)(torch.tensor(values)).item()
