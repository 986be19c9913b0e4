"""Softmax and its logarithm row by row compute what their formulas compute."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tinygrad_zh.kernels.cpu import softmax as kernels
from tinygrad_zh.ops import normalise as ops

from .arrays import FLOATS, close, laid_out, numbers

NAMES = ("softmax", "log_softmax")
SHAPES = ((1,), (7,), (1, 1), (3, 5), (64, 10), (2, 3, 17), (5, 131))
SPECIAL_ROWS = [
    *([np.nan, 1, 2], [1, np.nan, 2], [1, 2, np.nan], [np.inf, 1, 2], [np.inf, np.inf, 1], [-np.inf] * 3),
    *([-np.inf, 1, 2], [0, 20000, -20000], [1, -np.inf, 3], [-50, 50, 30], [0, -0.0, 0], [np.nan, np.inf, -np.inf]),
]


def both_ways(name: str, x: np.ndarray, g: np.ndarray, ulps: float = 8) -> None:
    """Compare the value and the pullback with the formulas'."""
    dim = x.ndim - 1
    with np.errstate(all="ignore"):
        y = getattr(ops, name + "_p").value(np, x, dim=dim)
        close(getattr(kernels, name)(np, x, dim=dim), y, ulps)
        pulled = getattr(ops, name + "_pullback").value(np, g, y, dim=dim)
        close(getattr(kernels, name + "_pullback")(np, g, y, dim=dim), pulled, ulps)


@pytest.mark.parametrize("layout", ["rows", "columns", "every second"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", NAMES)
def test_softmax(name: str, dtype: Any, shape: tuple[int, ...], layout: str) -> None:
    x, g = laid_out(4 * numbers(shape, dtype, seed=1), layout), laid_out(numbers(shape, dtype, seed=2), layout)
    both_ways(name, x, g)
    both_ways(name, x, np.broadcast_to(dtype(0.5), shape))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", NAMES)
def test_special_rows(name: str, dtype: Any) -> None:
    with np.errstate(all="ignore"):
        x = np.array(SPECIAL_ROWS, dtype=dtype)
    both_ways(name, x, numbers(x.shape, dtype, seed=3))


def test_a_nan_with_any_bits_is_seen() -> None:
    """The short exponential adds to the bits of a NaN; the row must be NaN all the same."""
    for bits in (0x7FC00001, 0x7FC001FF, 0xFFC00100, 0x7FFFFFFF):
        x = np.array([[1, 2, 3, 4] * 4], dtype=np.float32)
        x.view(np.uint32)[0, 5] = bits
        for name in NAMES:
            assert np.isnan(getattr(kernels, name)(np, x, dim=1)).all()


def test_a_masked_class_is_exactly_0() -> None:
    x = np.array([[0.0, -np.inf, 0.0], [100, -100, -np.inf]], dtype=np.float32)
    y = kernels.softmax(np, x, dim=1)
    assert y[0].tolist() == [0.5, 0, 0.5] and y[1].tolist() == [1, 0, 0]


@pytest.mark.parametrize("name", NAMES)
def test_long_rows_keep_their_precision(name: str) -> None:
    x = numbers((2, 50257), np.float32, seed=1)
    wanted = getattr(ops, name + "_p").value(np, x.astype(np.float64), dim=1)
    np.testing.assert_allclose(getattr(kernels, name)(np, x, dim=1), wanted, rtol=2e-6)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_to_the_formula(name: str) -> None:
    value, pullback = getattr(kernels, name), getattr(kernels, name + "_pullback")
    x = np.ones((3, 4))
    assert value(np, x, dim=0) is NotImplemented
    assert value(np, x[:0], dim=1) is NotImplemented and value(np, x[:, :0], dim=1) is NotImplemented
    assert pullback(np, x.astype(np.float32), x, dim=1) is NotImplemented


def test_the_same_bits_in_every_run() -> None:
    x = numbers((9, 1001), np.float32, seed=1)
    first = kernels.softmax(np, x, dim=1)
    for _ in range(3):
        np.testing.assert_array_equal(kernels.softmax(np, x.copy(), dim=1), first)
