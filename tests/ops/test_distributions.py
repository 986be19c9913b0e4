"""Exponential, geometric, Cauchy and log-normal numbers: their laws, by a seed, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tests.double.strict import double_device
from tinygrad_zh.errors import ArgumentError, DTypeError, GraphError
from tinygrad_zh.ops.generator import Generator

N = 40_000
DRAWS: dict[str, tuple[Callable[..., Any], Callable[[Any], Any]]] = {
    "exponential_": (lambda x, g: x.exponential_(2.0, generator=g), lambda q: -np.log1p(-q) / 2),
    "cauchy_": (lambda x, g: x.cauchy_(1.0, 3.0, generator=g), lambda q: 1 + 3 * np.tan(math.pi * (q - 0.5))),
    "log_normal_": (
        lambda x, g: x.log_normal_(0.5, 0.25, generator=g),
        lambda q: np.exp(0.5 + 0.25 * np.array([-0.6744897501960817, 0.0, 0.6744897501960817])),
    ),
}
draws = pytest.mark.parametrize("name", DRAWS)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@draws
def test_quartiles(name: str, dtype: str) -> None:
    """A share that is to be q is so but for five standard deviations."""
    draw, quantiles = DRAWS[name]
    x = tg.empty(N, dtype=dtype)
    assert draw(x, Generator().manual_seed(1)) is x and x.dtype == np.dtype(dtype)
    q = np.array([0.25, 0.5, 0.75])
    shares = (x.numpy()[:, None] <= quantiles(q)).mean(0)
    assert np.all(np.abs(shares - q) < 5 * np.sqrt(q * (1 - q) / N))


@draws
def test_a_seed_decides_on_every_device(name: str) -> None:
    draw, _ = DRAWS[name]
    first, again, other = (draw(tg.empty(20), Generator().manual_seed(seed)).numpy() for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    with double_device() as device:
        there = draw(tg.empty(20, device=device), Generator().manual_seed(1)).numpy(force=True)
    assert np.allclose(first, there, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "int64", "uint8"])
def test_geometric(dtype: str) -> None:
    x = tg.empty(N, dtype=dtype).geometric_(0.4, generator=Generator().manual_seed(1)).numpy()
    assert x.dtype == np.dtype(dtype) and x.min() == 1 and np.array_equal(x, np.rint(x))
    for k in (1, 2, 3):
        p = 0.6 ** (k - 1) * 0.4
        assert abs((x == k).mean() - p) < 5 * math.sqrt(p * (1 - p) / N)


def test_exponential_numbers_have_a_logarithm() -> None:
    assert tg.empty(N, dtype=tg.float16).exponential_().numpy().min() > 0


def test_defaults_are_pytorchs() -> None:
    for name, median in (("exponential_", math.log(2)), ("cauchy_", 0.0), ("log_normal_", math.e)):
        tg.manual_seed(0)
        x = getattr(tg.empty(N), name)().numpy()
        assert abs((x <= median).mean() - 0.5) < 5 * 0.5 / math.sqrt(N)


x, i = tg.ones(3), tg.tensor([1, 2])
REFUSED: dict[str, tuple[type[Exception], Callable[[], Any]]] = {
    "exponential: rate": (ArgumentError, lambda: x.exponential_(0)),
    "exponential: integers": (DTypeError, lambda: i.exponential_()),
    "geometric: 0": (ArgumentError, lambda: x.geometric_(0.0)),
    "geometric: 1": (ArgumentError, lambda: x.geometric_(1.0)),
    "cauchy: sigma": (ArgumentError, lambda: x.cauchy_(0, 0)),
    "cauchy: integers": (DTypeError, lambda: i.cauchy_()),
    "log-normal: std": (ArgumentError, lambda: x.log_normal_(0, 0)),
    "log-normal: integers": (DTypeError, lambda: i.log_normal_()),
    "a leaf": (GraphError, lambda: tg.ones(2, requires_grad=True).exponential_()),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    kind, call = REFUSED[case]
    with pytest.raises(kind):
        call()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("rate", [0.01, 0.7, 3.0, 40.0, 900.0])
def test_poisson(rate: float, dtype: str) -> None:
    """Mean, variance and third moment are the rate, but for five standard deviations."""
    x = tg.poisson(tg.full((N,), rate, dtype=dtype), Generator().manual_seed(1))
    assert x.dtype == np.dtype(dtype)
    k = x.numpy().astype(float)
    assert k.min() >= 0 and np.array_equal(k, np.rint(k))
    rounding = 0 if dtype != "float16" else rate * 2.0**-10
    d = k - float(np.array(rate, dtype=dtype))
    for moment, spread in (
        (d, rate),
        (d**2 - rate, 2 * rate**2 + rate),
        (d**3 - rate, 15 * rate**3 + 40 * rate**2 + rate),
    ):
        assert abs(moment.mean()) < 5 * math.sqrt(spread / N) + rounding * (1 + rate)


def test_poisson_of_few_and_of_many() -> None:
    for rate in (0.5, 2.5):
        k = tg.poisson(tg.full((N,), rate), Generator().manual_seed(3)).numpy()
        for n in range(4):
            p = math.exp(-rate) * rate**n / math.factorial(n)
            assert abs((k == n).mean() - p) < 5 * math.sqrt(p * (1 - p) / N)
    huge = tg.poisson(tg.tensor([0.0, 1e10, 1e17, 1e300], dtype=tg.float64), Generator().manual_seed(1)).numpy()
    assert huge[0] == 0 and np.all(np.abs(huge[1:] / np.array([1e10, 1e17, 1e300]) - 1) < np.array([6e-5, 2e-8, 1e-15]))


def test_poisson_by_a_seed_on_every_device() -> None:
    rates = [[0.0, 0.3], [5.0, 2e4]]
    first, again, other = (tg.poisson(tg.tensor(rates), Generator().manual_seed(s)).numpy() for s in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    with double_device() as device:
        there = tg.poisson(tg.tensor(rates, device=device), Generator().manual_seed(1)).numpy(force=True)
    assert np.array_equal(first, there)
    assert tg.poisson(tg.zeros(0, 3)).shape == (0, 3)


def test_poisson_has_a_gradient_of_zero_as_in_pytorch() -> None:
    rate = tg.tensor([1.0, 4.0], requires_grad=True)
    tg.poisson(rate * 2).sum().backward()
    assert rate.grad is not None and rate.grad.tolist() == [0.0, 0.0]
    with pytest.raises(ArgumentError, match="E986"):
        tg.poisson(tg.tensor([math.inf]))
