"""Rows added to a table are the formula's, to the last bit: they are added in the same order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tinygrad_zh.kernels.cpu.indexing import add_at as kernel
from tinygrad_zh.ops.indexing import add_at

from .arrays import laid_out, numbers


@pytest.mark.parametrize("layout", ["rows", "columns", "every second"])
@pytest.mark.parametrize("kind", [np.int64, np.int8, np.int32])
@pytest.mark.parametrize("inner", [(), (1,), (5,), (2, 3)], ids=str)
@pytest.mark.parametrize("places", [(1,), (40,), (4, 7)], ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_add_at(dtype: Any, places: tuple[int, ...], inner: tuple[int, ...], kind: Any, layout: str) -> None:
    x = laid_out(numbers((*places, *inner), dtype, seed=1, special=True), layout)
    index = laid_out(np.random.default_rng(2).integers(-6, 6, places).astype(kind), layout)
    got = kernel(np, x, index, shape=(6, *inner), dims=(0,))
    wanted = add_at.value(np, x, index, shape=(6, *inner), dims=(0,))
    assert (got.dtype, got.shape) == (wanted.dtype, wanted.shape)
    np.testing.assert_array_equal(got, wanted)


def test_what_is_left_to_the_formula() -> None:
    x, index = np.ones((3, 4)), np.zeros(3, np.int64)
    assert kernel(np, x, np.zeros(4, np.int64), shape=(3, 9), dims=(1,)) is NotImplemented
    assert kernel(np, x.astype(np.float16), index, shape=(2, 4), dims=(0,)) is NotImplemented
    assert kernel(np, x.astype(int), index, shape=(2, 4), dims=(0,)) is NotImplemented
    assert kernel(np, x[0], index, shape=(2, 4), dims=(0,)) is NotImplemented
    assert kernel(np, x[:0], index[:0], shape=(2, 4), dims=(0,)) is NotImplemented
