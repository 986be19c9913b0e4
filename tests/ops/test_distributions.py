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
