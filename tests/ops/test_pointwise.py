"""Elementwise functions where they are awkward: zeros of both signs, infinities, NaN, ends of domains, and ties."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_zh as tg
from tinygrad_zh.errors import ArgumentError, DTypeError, TinygradZhError

from .libraries import ROUNDING

EDGES = np.array([-math.inf, -2.5, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 2.5, math.inf, math.nan])
FIRST, SECOND = (np.array(v).reshape(-1) for v in np.meshgrid(EDGES, EDGES))
F64 = ROUNDING[np.dtype(np.float64)]

UNARY: dict[str, Callable[[Any, Any], Any]] = {
    **{
        name: lambda m, x, name=name: getattr(m, name)(x)
        for name in (
            *("tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "deg2rad", "rad2deg"),
            *("frac", "positive", "fix", "angle", "nan_to_num"),
        )
    },
    "frexp": lambda m, x: m.frexp(x)[0],
    "nan_to_num values": lambda m, x: m.nan_to_num(x, 1, 2, -3),
    "nan_to_num kept": lambda m, x: m.nan_to_num(x, math.nan, math.inf, -math.inf),
    "clamp_min number": lambda m, x: m.clamp_min(x, 0.5),
    "clamp_max number": lambda m, x: m.clamp_max(x, 0.5),
    "lerp number": lambda m, x: m.lerp(x, x * 2, 0.3),
    "xlogy number": lambda m, x: m.xlogy(x, 0.0),
    "xlogy of number": lambda m, x: m.xlogy(0, x),
    "copysign number": lambda m, x: m.copysign(x, -0.0),
    "float_power number": lambda m, x: m.float_power(x, 3),
}
BINARY = ("atan2", "copysign", "nextafter", "fmax", "fmin", "clamp_min", "clamp_max", "logaddexp", "logaddexp2")
BINARY += ("xlogy", "ldexp", "float_power", "rsub")


def with_gradients(m: Any, call: Callable[..., Any], *arrays: Any) -> list[Any]:
    """The value of an expression and the gradient of its sum to every operand."""
    xs = [m.tensor(a, requires_grad=True) for a in arrays]
    y = call(m, *xs)
    y.sum().backward()
    return [y.detach().numpy(), *(x.grad.numpy() for x in xs)]


def same(found: list[Any], expected: list[Any], rounding: float = F64) -> None:
    for a, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, e, rtol=rounding, atol=rounding)


@pytest.mark.parametrize("name", UNARY)
def test_edges_of_one_operand(name: str) -> None:
    same(with_gradients(tg, UNARY[name], EDGES), with_gradients(torch, UNARY[name], EDGES))


@pytest.mark.parametrize("name", BINARY)
def test_edges_of_two_operands(name: str) -> None:
    def call(m: Any, a: Any, b: Any) -> Any:
        return getattr(m, name)(a, b)

    same(with_gradients(tg, call, FIRST, SECOND), with_gradients(torch, call, FIRST, SECOND))


@pytest.mark.parametrize("name", ["heaviside", "isclose"])
def test_edges_without_a_gradient(name: str) -> None:
    found, expected = (getattr(m, name)(m.tensor(FIRST), m.tensor(SECOND)) for m in (tg, torch))
    np.testing.assert_array_equal(found.numpy(), expected.numpy())
    if name == "isclose":
        found, expected = (m.isclose(m.tensor(FIRST), m.tensor(SECOND), equal_nan=True) for m in (tg, torch))
        np.testing.assert_array_equal(found.numpy(), expected.numpy())


@pytest.mark.parametrize("name", ["signbit", "isposinf", "isneginf", "isreal", "sgn"])
def test_edges_of_kinds(name: str) -> None:
    found, expected = (getattr(m, name)(m.tensor(EDGES)) for m in (tg, torch))
    np.testing.assert_array_equal(found.numpy(), expected.numpy())


def test_frexp_takes_every_float_apart() -> None:
    values = np.array([*EDGES, 5e-324, 1e-310, 1.7e308])
    found, expected = (m.frexp(m.tensor(values)) for m in (tg, torch))
    np.testing.assert_array_equal(found.mantissa.numpy(), expected.mantissa.numpy())
    np.testing.assert_array_equal(found.exponent.numpy()[:10], expected.exponent.numpy()[:10])
    assert found.exponent.dtype == np.int32
    np.testing.assert_array_equal(np.ldexp(found.mantissa.numpy(), found.exponent.numpy()), values)


def test_lerp_ends_exactly_at_its_end() -> None:
    a, b = tg.tensor([1e17, 0.1]), tg.tensor([1.0, 0.7])
    assert tg.equal(tg.lerp(a, b, 1.0), b) and tg.equal(tg.lerp(a, b, 0.0), a)


@given(st.data())
def test_shifts_as_in_pytorch(data: st.DataObject) -> None:
    """Also by negative numbers of places, and by more than there are bits."""
    dtype = data.draw(st.sampled_from(["uint8", "int8", "int16", "int32", "int64"]))
    bits = np.iinfo(dtype)
    numbers = st.lists(st.integers(int(bits.min), int(bits.max)), min_size=3, max_size=3)
    places = st.lists(st.integers(max(-70, int(bits.min)), 70), min_size=3, max_size=3)
    a, b = (np.array(data.draw(drawn), dtype) for drawn in (numbers, places))
    for name in ("bitwise_left_shift", "bitwise_right_shift"):
        found, expected = (getattr(m, name)(m.tensor(a), m.tensor(b)) for m in (tg, torch))
        np.testing.assert_array_equal(found.numpy(), expected.numpy())
        assert found.numpy().dtype == expected.numpy().dtype


def test_shifts_in_place_by_operators() -> None:
    x = tg.tensor([1, 2, 3])
    y = x
    y <<= 3
    y >>= 1
    assert y is x and x.tolist() == [4, 8, 12]
    assert (1 << tg.tensor([1, 2])).tolist() == [2, 4]


@pytest.mark.parametrize("name", ["gcd", "lcm"])
def test_divisors_and_multiples_of_0(name: str) -> None:
    a, b = np.array([0, 0, 6, -6, -4]), np.array([0, 5, 0, 4, -6])
    found, expected = (getattr(m, name)(m.tensor(a), m.tensor(b)) for m in (tg, torch))
    np.testing.assert_array_equal(found.numpy(), expected.numpy())


DISTANCES: dict[str, Callable[[Any, Any, Any], Any]] = {
    **{f"dist {p}": lambda m, x, y, p=p: m.dist(x, y, p) for p in (1, 2, 3, 0.5, math.inf, -math.inf, -1)},
    "pairwise": lambda m, x, y: m.pairwise_distance(x, y, eps=0.0),
    "pairwise, largest": lambda m, x, y: m.pairwise_distance(x, y, p=math.inf),
    "cosine": lambda m, x, y: m.cosine_similarity(x, y),
    "cosine, first dimension": lambda m, x, y: m.cosine_similarity(x, y, dim=0, eps=0.75),
}


@pytest.mark.parametrize("name", DISTANCES)
def test_distances_with_zeros_and_ties(name: str) -> None:
    x, y = (
        np.array([[1.0, 2.0, 0.0, 2.0], [0.0, 0.0, 0.0, 0.0]]),
        np.array([[0.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.0, 0.5]]),
    )
    same(with_gradients(tg, DISTANCES[name], x, y), with_gradients(torch, DISTANCES[name], x, y))


def test_distances_of_other_shapes_and_dtypes() -> None:
    for call in (
        lambda m: m.pairwise_distance(m.tensor(1.0), m.tensor(3.0)),
        lambda m: m.pairwise_distance(m.tensor([[1, 2], [3, 4]]), m.tensor([1, 0])),
        lambda m: m.cosine_similarity(m.tensor([[1, 2], [3, 4]]), m.tensor([1.0, 0.0])),
        lambda m: m.cosine_similarity(m.tensor([1.0, 2.0]), m.tensor([1.0, 0.0]), 0),
        lambda m: m.dist(m.zeros(3, 1), m.ones(2)),
    ):
        found, expected = call(tg).numpy(), call(torch).numpy()
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(found, expected, rtol=ROUNDING[found.dtype])


PAIRS = [
    ([1.0, 2.0], [1.0, 2.0]),
    ([1.0, 2.0], [1.0, 2.0 + 1e-6]),
    ([1.0, math.nan], [1.0, math.nan]),
    ([1.0, 2.0], [[1.0, 2.0]]),
    ([], []),
    ([1, 2], [1, 3]),
    (3.0, 3.0),
]


@pytest.mark.parametrize(("a", "b"), PAIRS, ids=str)
def test_equal_as_a_whole(a: Any, b: Any) -> None:
    for call in (
        lambda m, x, y: m.equal(x, y),
        lambda m, x, y: m.allclose(x, y),
        lambda m, x, y: m.allclose(x, y, rtol=0, atol=1e-5, equal_nan=True),
        lambda m, x, y: x.equal(y),
    ):
        found, expected = (call(m, m.tensor(a), m.tensor(b)) for m in (tg, torch))
        assert found is expected


def test_equal_compares_values_of_other_dtypes() -> None:
    assert tg.equal(tg.tensor([1]), tg.tensor([1.0])) and not tg.equal(tg.tensor([1]), tg.tensor([1.5]))


def test_is_nonzero() -> None:
    assert tg.is_nonzero(tg.tensor([[0.5]])) is True and tg.tensor(0).is_nonzero() is False
    with pytest.raises(TinygradZhError):
        tg.is_nonzero(tg.tensor([1, 2]))


def test_isin_does_not_find_nan() -> None:
    assert tg.isin(tg.tensor([math.nan, 1.0]), tg.tensor([math.nan, 1.0])).tolist() == [False, True]


REFUSED: dict[str, Callable[[], Any]] = {
    "lerp of two dtypes": lambda: tg.lerp(tg.zeros(2), tg.zeros(2, dtype=tg.float64), 0.5),
    "lerp of integers": lambda: tg.lerp(tg.tensor([1]), tg.tensor([2]), 0.5),
    "lerp with a weight of another dtype": lambda: tg.lerp(tg.zeros(2), tg.zeros(2), tg.ones(2, dtype=tg.float64)),
    "isclose of two dtypes": lambda: tg.isclose(tg.tensor([1]), tg.tensor([1.0])),
    "isclose with a negative tolerance": lambda: tg.isclose(tg.zeros(1), tg.zeros(1), rtol=-1.0),
    "allclose with NaN as tolerance": lambda: tg.allclose(tg.zeros(1), tg.zeros(1), atol=math.nan),
    "heaviside of two dtypes": lambda: tg.heaviside(tg.tensor([1]), tg.tensor([1.0])),
    "frexp of integers": lambda: tg.frexp(tg.tensor([1])),
    "+ of bools": lambda: tg.positive(tg.tensor([True])),
    "float_power_ of float32": lambda: tg.zeros(2).float_power_(2),
    "addcmul of integers by a fraction": lambda: tg.addcmul(*[tg.tensor([1])] * 3, value=0.5),
    "addcmul of bools": lambda: tg.addcmul(*[tg.tensor([True])] * 3),
    "addcdiv of integers": lambda: tg.addcdiv(tg.zeros(1), tg.tensor([1]), tg.tensor([2])),
    "rsub of bools": lambda: tg.rsub(tg.tensor([True]), 3, alpha=2),
    "gcd of floats": lambda: tg.gcd(tg.zeros(1), tg.zeros(1)),
    "gcd of bools": lambda: tg.gcd(tg.tensor([True]), tg.tensor([True])),
    "shift of floats": lambda: tg.zeros(1) << 1,
    "shift of bools": lambda: tg.tensor([True]) << tg.tensor([True]),
    "isin of bools": lambda: tg.isin(tg.tensor([True]), tg.tensor([True])),
    "dist of integers": lambda: tg.dist(tg.tensor([1]), tg.tensor([3])),
    "cosine of integers": lambda: tg.cosine_similarity(tg.tensor([1]), tg.tensor([1]), 0),
    "deg2rad_ of integers": lambda: tg.tensor([1]).deg2rad_(),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_pytorch_refuses_is_refused(name: str) -> None:
    with pytest.raises((DTypeError, ArgumentError)):
        REFUSED[name]()


def test_aliases_are_the_same_functions() -> None:
    pairs = {"arcsin": "asin", "arctan2": "atan2", "arccosh": "acosh", "greater_equal": "ge", "not_equal": "ne"}
    pairs |= {"fix": "trunc", "sgn": "sign", "less": "lt"}
    for alias, name in pairs.items():
        assert getattr(tg, alias) is getattr(tg, name)
        assert hasattr(tg.Tensor, alias) and hasattr(tg.Tensor, alias + "_")
    assert tg.special.xlogy is tg.xlogy
