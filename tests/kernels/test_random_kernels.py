"""The words that the loop draws are the formula's, and so is all that is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh.backend import philox
from tinygrad_zh.backend.devices import kernels_off
from tinygrad_zh.kernels.cpu import random as kernels
from tinygrad_zh.ops.dropout import dropout_p, dropout_pullback

from .arrays import FLOATS, laid_out, numbers

PLACES = [(0, 0), (7, 5), (2**64 - 1, 2**32 - 3), (123456789012345, 2**64 - 2)]


@pytest.fixture
def formulas() -> Iterator[None]:
    """Compute with the formulas alone, but for kernels that are called by name."""
    with kernels_off():
        yield


@pytest.mark.parametrize("count", [0, 1, 4, 7, 1000, 70_001])
@pytest.mark.parametrize(("seed", "block"), PLACES)
def test_words(formulas: None, seed: int, block: int, count: int) -> None:
    place = philox.place_of(seed, block)
    got, wanted = kernels.philox_bits(np, place, count), philox.bits(np, place, count)
    assert got.dtype == wanted.dtype
    np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("layout", ["rows", "columns", "every second"])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.999, 1e-3])
@pytest.mark.parametrize("shape", [(), (1,), (3, 5), (2, 3, 700)], ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dropout(formulas: None, dtype: Any, shape: tuple[int, ...], p: float, layout: str) -> None:
    x, g = (
        laid_out(numbers(shape, dtype, seed=1, special=True), layout),
        laid_out(numbers(shape, dtype, seed=2), layout),
    )
    place = philox.place_of(11, 2**32 - 1)
    with np.errstate(all="ignore"):
        (y, mask), (wanted, wanted_mask) = (f(np, x, place, p=p) for f in (kernels.dropout, dropout_p.value))
        np.testing.assert_array_equal(mask, wanted_mask)
        np.testing.assert_array_equal(y, wanted)
        assert (y.dtype, y.shape) == (wanted.dtype, wanted.shape)
        np.testing.assert_array_equal(
            kernels.dropout_pullback(np, g, mask, p=p), dropout_pullback.value(np, g, mask, p=p)
        )


def test_what_is_left_to_the_formula() -> None:
    place = philox.place_of(1, 0)
    assert kernels.dropout(np, np.ones(3, np.float16), place, p=0.5) is NotImplemented
    assert kernels.dropout(np, np.ones(0, np.float32), place, p=0.5) is NotImplemented
    assert kernels.dropout(np, np.ones(3), place, p=1e-20) is NotImplemented
    assert kernels.dropout_pullback(np, np.ones(3, np.float16), np.ones(3, bool), p=0.5) is NotImplemented
    assert kernels.dropout_pullback(np, np.ones(3), np.ones((2, 3), bool), p=0.5) is NotImplemented


def drawn() -> list[np.ndarray]:
    """Some of everything, from one seed."""
    tg.manual_seed(3)
    x = tg.ones(300, requires_grad=True)
    y = tg.nn.functional.dropout(x, 0.3)
    y.sum().backward()
    whole = [tg.rand(5), tg.randn(6), tg.randint(0, 100, (7,)), tg.randperm(9), tg.bernoulli(tg.full((8,), 0.5))]
    return [t.detach().numpy() for t in (y, x.grad, *whole, tg.rand(3, dtype=tg.float64), tg.rand(3, dtype=tg.float16))]


def test_everything_that_is_drawn_is_the_same() -> None:
    got = drawn()
    with kernels_off():
        wanted = drawn()
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("dtype", FLOATS)
def test_dropout_in_every_dtype(dtype: Any) -> None:
    y = tg.nn.functional.dropout(tg.ones(1000, dtype=np.dtype(dtype)), 0.25)
    assert y.dtype == dtype and 0.15 < (y == 0).double().mean().item() < 0.35
