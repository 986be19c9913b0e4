"""Activation functions in one pass compute what their formulas compute."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tinygrad_zh.kernels.cpu import smooth as kernels
from tinygrad_zh.ops.activation import (
    gelu_p,
    gelu_pullback,
    gelu_tanh_p,
    gelu_tanh_pullback,
    sigmoid,
    sigmoid_pullback,
    silu_p,
    silu_pullback,
)
from tinygrad_zh.ops.elementwise import tanh_pullback
from tinygrad_zh.ops.special import erf

from .arrays import FLOATS, LAYOUTS, SHAPES, close, laid_out, numbers

VALUES = {op.name: op for op in (sigmoid, silu_p, gelu_p, gelu_tanh_p, erf)}
PULLBACKS = {op.name: op for op in (sigmoid_pullback, tanh_pullback, silu_pullback, gelu_pullback, gelu_tanh_pullback)}
FAR = [0.0, -0.0, 1e-30, -1e-30, 5, -5, 13, -13, 30, -30, 88.7, -88.7, 89, -89, 104, -104, 800, -800, 1e4, -1e4, 6e4]


def by_formula(op: Any, *operands: np.ndarray) -> np.ndarray:
    """Compute with the formula, in float32 what the kernel computes in float32."""
    dtype = operands[-1].dtype
    given = [x.astype(np.float32) if dtype == np.float16 else x for x in operands]
    return np.asarray(op.value(np, *given)).astype(dtype)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", VALUES)
def test_values(name: str, dtype: Any, shape: tuple[int, ...], layout: str) -> None:
    x = laid_out(2 * numbers(shape, dtype, seed=1, special=True), layout)
    with np.errstate(all="ignore"):
        close(getattr(kernels, name)(np, x), by_formula(VALUES[name], x))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", PULLBACKS)
def test_pullbacks(name: str, dtype: Any, shape: tuple[int, ...], layout: str) -> None:
    g = laid_out(numbers(shape, dtype, seed=1), layout)
    x = laid_out(2 * numbers(shape, dtype, seed=2, special=True), layout, 1)
    with np.errstate(all="ignore"):
        for cotangent in (g, np.broadcast_to(dtype(0.5), shape)):
            got, wanted = getattr(kernels, name)(np, cotangent, x), by_formula(PULLBACKS[name], cotangent, x)
            close(got, wanted, ulps=32 if name == "gelu_tanh_pullback" else 8)  # whose formula's 1 − t² cancels


@pytest.mark.parametrize("name", [*VALUES, *PULLBACKS])
def test_far_from_0(name: str) -> None:
    x = np.array(FAR, dtype=np.float32)
    ones = [np.ones_like(x)] * (name in PULLBACKS)
    with np.errstate(all="ignore"):
        got = getattr(kernels, name)(np, *ones, x)
        wanted = {**VALUES, **PULLBACKS}[name].value(np, *ones, x.astype(np.float64))
    np.testing.assert_allclose(got, wanted, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("dtype", "ulps"), [(np.float32, 2), (np.float64, 3)])
def test_the_error_function_to_the_last_bits(dtype: Any, ulps: float) -> None:
    x = np.concatenate([np.linspace(-6, 6, 4001), np.geomspace(1e-30, 1, 200)]).astype(dtype)
    exact = np.array([math.erf(v) for v in x.astype(np.float64)])
    assert np.max(np.abs(kernels.erf(np, x) - exact) / np.spacing(np.abs(exact).astype(dtype))) <= ulps
    zeros = kernels.erf(np, np.array([0.0, -0.0], dtype))
    assert not zeros.any() and np.signbit(zeros).tolist() == [False, True]


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 4e-6), (np.float64, 3e-14)])
def test_gelu_keeps_its_relative_precision_in_the_tail(dtype: Any, tolerance: float) -> None:
    """Where ½ (1 + erf) would have nothing left."""
    x = np.linspace(-12, -1, 1001).astype(dtype)
    exact = np.array([0.5 * v * math.erfc(-v / math.sqrt(2)) for v in x.astype(np.float64)])
    np.testing.assert_allclose(kernels.gelu(np, x), exact, rtol=tolerance)


def test_what_is_left_to_the_formula() -> None:
    x = np.ones((2, 3), np.float32)
    assert kernels.gelu_pullback(np, x.astype(np.float64), x) is NotImplemented
    assert kernels.gelu_pullback(np, x[:1], x) is NotImplemented
    assert kernels.erf(np, np.arange(3)) is NotImplemented
