"""The CPU kernels of pooling and of adding along an index compute what the formulas compute."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.kernels.test_fused_equals_formula import SPECIAL, close, numbers
from tinygrad_zh.kernels.cpu import pooling, scatter
from tinygrad_zh.ops.gather import scatter_sum
from tinygrad_zh.ops.max_pooling import max_pool_p, max_pool_positions
from tinygrad_zh.ops.patches import window_spread, window_sum
from tinygrad_zh.ops.pooling import pool_windows

# images, then kernel, stride, padding, dilation and whether sizes are rounded up
CASES = {
    "two by two": ((3, 2, 8, 6), 2, 2, 0, 1, False),
    "two by two, odd": ((3, 2, 9, 7), 2, 2, 0, 1, False),
    "two by two, rounded up": ((3, 2, 9, 7), 2, 2, 0, 1, True),
    "two by two, padded": ((3, 2, 8, 6), 2, 2, 1, 1, False),
    "two by two, overlapping": ((3, 2, 8, 6), 2, 1, 0, 1, False),
    "three": ((2, 3, 11, 12), 3, 2, 1, 1, False),
    "three, rounded up": ((2, 3, 12, 11), 3, 2, 1, 1, True),
    "dilated": ((2, 1, 15, 14), 3, 2, 2, 2, False),
    "dilated, rounded up": ((2, 1, 15, 14), (2, 3), 3, 1, 3, True),
    "long steps": ((2, 2, 17, 19), 2, 5, 0, 1, False),
    "of one": ((2, 2, 5, 5), 1, 1, 0, 1, False),
    "in a row": ((2, 3, 17), 3, 2, 1, 1, False),
    "in space": ((2, 2, 5, 7, 6), (2, 3, 2), 2, 1, 1, True),
    "two in space": ((2, 2, 2, 4, 6), 2, 2, 0, 1, False),
    "the whole image": ((2, 3, 4, 5), (4, 5), 1, 0, 1, False),
}


def windows_of(case: str) -> Any:
    shape, kernel, stride, padding, dilation, up = CASES[case]
    return pool_windows("max_pool2d", shape[2:], kernel, stride, padding, dilation, up)


def compare(x: np.ndarray, windows: Any) -> None:
    """Compare the maxima and their positions with the formula's."""
    got, wanted = pooling.max_pool(np, x, windows=windows), max_pool_p.value(np, x, windows=windows)
    assert got[0].dtype == x.dtype and got[1].dtype == np.int64
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(
        pooling.max_pool_positions(np, x, windows=windows), max_pool_positions.value(np, x, windows=windows)
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.int32, np.uint8])
@pytest.mark.parametrize("case", CASES)
def test_the_largest_and_where_it_stands(case: str, dtype: Any) -> None:
    values = np.random.default_rng(1).integers(0, 5, CASES[case][0])  # with many ties
    compare(values.astype(dtype), windows_of(case))
    compare(np.repeat(values.astype(dtype), 2, axis=-1)[..., ::2], windows_of(case))


@pytest.mark.parametrize("case", CASES)
def test_the_largest_of_special_numbers(case: str) -> None:
    choices = np.array([*SPECIAL, 1.0, -np.inf, -np.inf], dtype=np.float32)
    for seed in range(4):
        compare(np.random.default_rng(seed).choice(choices, CASES[case][0]), windows_of(case))
    compare(np.full(CASES[case][0], -np.inf, dtype=np.float32), windows_of(case))
    compare(np.full(CASES[case][0], np.nan, dtype=np.float32), windows_of(case))


@pytest.mark.parametrize("layout", ["rows", "every second"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", CASES)
def test_sums_over_windows(case: str, dtype: Any, layout: str) -> None:
    windows = windows_of(case)
    x = numbers(CASES[case][0], dtype, seed=1)
    y = numbers((*x.shape[:2], *windows.counts), dtype, seed=2)
    if layout == "every second":
        x, y = np.repeat(x, 2, axis=-1)[..., ::2], np.repeat(y, 2, axis=-1)[..., ::2]
    close(pooling.window_sum(np, x, windows=windows), window_sum.value(np, x, windows=windows))
    size = x.shape[2:]
    close(
        pooling.window_spread(np, y, size=size, windows=windows),
        window_spread.value(np, y, size=size, windows=windows),
    )


def test_what_is_left_to_the_formula() -> None:
    x, windows = np.ones((2, 2, 8, 8)), windows_of("two by two")
    assert pooling.max_pool(np, x[:0], windows=windows) is NotImplemented
    assert pooling.max_pool_positions(np, x.astype(np.float16), windows=windows) is NotImplemented
    assert pooling.window_sum(np, x.astype(np.int64), windows=windows) is NotImplemented
    large = windows._replace(kernel=(6, 6), counts=(1, 1))
    assert pooling.window_sum(np, x, windows=large) is NotImplemented
    assert pooling.window_spread(np, x[..., :1, :1], size=(8, 8), windows=large) is NotImplemented


# -- adding along an index -----------------------------------------------------------------------------


@pytest.mark.parametrize("index_dtype", [np.int64, np.int32])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("shape", "dim", "count"), [((3, 4, 5), 0, 7), ((3, 4, 5), 1, 2), ((3, 4, 5), 2, 9), ((6,), 0, 20), ((3, 4), 1, 0)]
)
def test_adding_along_an_index(shape: tuple[int, ...], dim: int, count: int, dtype: Any, index_dtype: Any) -> None:
    given = (*shape[:dim], count, *shape[dim + 1 :])
    index = np.random.default_rng(1).integers(0, shape[dim], given).astype(index_dtype)
    for x in (numbers(given, dtype, seed=2), np.broadcast_to(dtype(2), given), numbers(given[::-1], dtype, seed=3).T):
        got = scatter.scatter_sum(np, x, index, shape=shape, dim=dim)
        close(got, scatter_sum.value(np, x, index, shape=shape, dim=dim))


def test_an_index_outside_or_a_shorter_one_is_left_to_the_formula() -> None:
    x = np.ones((2, 3), dtype=np.float32)
    for outside in (-1, 3):
        index = np.array([[0, 1, 2], [0, outside, 1]])
        assert scatter.scatter_sum(np, x, index, shape=(2, 3), dim=1) is NotImplemented
    assert scatter.scatter_sum(np, x, np.zeros((2, 3), int), shape=(5, 3), dim=1) is NotImplemented
    assert scatter.scatter_sum(np, x.astype(int), np.zeros((2, 3), int), shape=(2, 3), dim=1) is NotImplemented
