"""When two arrays are the same: counted in units in the last place, by the definition."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygrad_zh.parity.compare import DIFFERENT, EXACT, NEAR, allowed_ulp, compare

FLOATS = [np.float16, np.float32, np.float64]


def of(value: Any, dtype: Any = np.float32) -> Any:
    return np.asarray(value, dtype)


@pytest.mark.parametrize("dtype", FLOATS)
def test_neighbours_are_one_ulp_apart(dtype: Any) -> None:
    for x in (1.0, 1.5, 3.0, 1000.0):
        up = np.nextafter(dtype(x), dtype(np.inf))
        found = compare(of([x], dtype), of([up], dtype), None, 4)
        assert (found.kind, found.ulp) == (NEAR, 1.0)


@given(st.floats(-(2.0**90), 2.0**90, width=32), st.floats(-(2.0**90), 2.0**90, width=32))
def test_ulp_is_the_distance_over_the_spacing(x: float, y: float) -> None:
    found = compare(of([x]), of([y]), None, 10**9)
    size = max(abs(of(x)), abs(of(y)), np.finfo(np.float32).tiny)
    expected = abs(Fraction(x) - Fraction(y)) / Fraction(float(np.spacing(of(size))))
    assert found.ulp == pytest.approx(float(expected), rel=1e-12)
    assert (found.kind == EXACT) == (x == y)


@pytest.mark.parametrize("dtype", FLOATS)
def test_what_is_allowed_decides(dtype: Any) -> None:
    eps = float(np.finfo(dtype).eps)
    ours, theirs = of([1.0], dtype), of([1.0 + 6 * eps], dtype)
    assert compare(ours, theirs, None, 6).kind == NEAR
    found = compare(ours, theirs, None, 5)
    assert (found.kind, found.ulp, found.allowed) == (DIFFERENT, 6.0, 5)


def test_the_size_of_what_was_added_counts_not_what_remained() -> None:
    ours, theirs = of([1e-3]), of([2e-3])  # 1e6 − 1e6 and so on: the terms were large
    assert compare(ours, theirs, None, 4).kind == DIFFERENT
    assert compare(ours, theirs, of([1e6]), 4).kind == NEAR


def test_the_worst_element_decides() -> None:
    found = compare(of([1, 1, 1]), of([1, 1 + 1e-3, 1]), None, 4)
    assert found.kind == DIFFERENT and found.ulp == pytest.approx(1e-3 / 2**-23, rel=1e-4)


def test_nan_and_infinity_must_stand_in_the_same_places() -> None:
    assert compare(of([np.nan, np.inf, 1]), of([np.nan, np.inf, 1]), None, 4).kind == EXACT
    assert compare(of([np.nan, 1]), of([np.nan, 1 + 2e-7]), None, 4).kind == NEAR
    for ours, theirs in (([np.nan], [1.0]), ([np.inf], [-np.inf]), ([np.inf], [3e38])):
        assert compare(of(ours), of(theirs), None, 10**9).kind == DIFFERENT


def test_integers_and_bools_must_be_equal() -> None:
    assert compare(of([1, 2], np.int64), of([1, 2], np.int64), None, 4).kind == EXACT
    assert compare(of([1, 2], np.int64), of([1, 3], np.int64), None, 10**9).kind == DIFFERENT
    assert compare(of([True]), of([False]), None, 4).kind == DIFFERENT


def test_shape_and_dtype_must_be_equal() -> None:
    assert compare(of([1.0]), of(1.0), None, 4).note == "(1,) float32 / () float32"
    assert compare(of(1.0), of(1.0, np.float64), None, 4).kind == DIFFERENT


def test_extremes_do_not_warn() -> None:
    big = np.finfo(np.float64).max
    assert compare(of([big], np.float64), of([-big], np.float64), None, 4).kind == DIFFERENT
    assert compare(of([5e-324], np.float64), of([0.0], np.float64), None, 4).kind == NEAR
    assert compare(of([1.0]), of([1.0 + 1e-6]), of([np.inf]), 4).kind == NEAR
    assert compare(of([1.0]), of([1.0 + 1e-6]), of([np.nan]), 4).kind == DIFFERENT
    assert compare(of([]), of([]), None, 4).kind == EXACT


def test_the_bound_grows_with_the_terms() -> None:
    assert [allowed_ulp(n, 4) for n in (0, 1, 2, 100)] == [4, 4, 6, 202]


@given(st.integers(2, 300), st.integers(0, 2**32 - 1))
def test_no_order_of_adding_exceeds_the_bound(n: int, seed: int) -> None:
    """Σ forwards, backwards and in pairs, of terms that nearly cancel."""
    rng = np.random.default_rng(seed)
    x = (rng.normal(size=n) * 10.0 ** rng.integers(-3, 4, size=n)).astype(np.float32)
    x = np.concatenate([x, -x * np.float32(1 + 1e-6)])
    sums = [of([np.cumsum(order)[-1]]) for order in (x, x[::-1], np.sort(x), rng.permutation(x))]
    size = np.abs(x.astype(np.float64)).sum(keepdims=True)
    for one in sums:
        for other in sums:
            assert compare(one, other, size, allowed_ulp(len(x), 4)).kind != DIFFERENT
