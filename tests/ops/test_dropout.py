"""Dropout: what is kept and how much, that the gradient takes the same mask, and PyTorch's corner cases."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tests.double.strict import double_device
from tinygrad_zh.core.record import record
from tinygrad_zh.errors import ArgumentError, DTypeError, GraphError
from tinygrad_zh.ops.dropout import dropout, dropout_p
from tinygrad_zh.transforms.gradient import grad
from tinygrad_zh.transforms.pushforward import jvp

N = 100_000


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    tg.manual_seed(0)
    yield


def values(x: Any) -> Any:
    return x.numpy(force=True)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9, 1 - 2.0**-20])
def test_the_share_that_is_kept_and_its_scale(p: float) -> None:
    y = values(dropout(tg.ones(N, dtype=tg.float64), p))
    kept = y != 0
    assert abs(kept.mean() - (1 - p)) <= 5 * math.sqrt(p * (1 - p) / N)
    assert np.all(y[kept] == 1 / (1 - p))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_gradient_takes_the_same_mask(dtype: str) -> None:
    x = tg.randn(7, 5, dtype=dtype, requires_grad=True)
    u = tg.randn(7, 5, dtype=dtype)
    y = dropout(x, 0.25)
    (dx,) = grad(y, x, u)
    mask = values(y) != 0
    assert 0 < mask.sum() < mask.size
    assert y.dtype == dx.dtype == x.dtype
    keep = np.asarray(0.75, dtype=dtype)
    assert np.array_equal(values(y), values(x) * mask / keep)
    assert np.array_equal(values(dx), values(u) * mask / keep)


def test_every_call_drops_others_and_a_seed_the_same() -> None:
    x = tg.ones(1000)
    first, second = dropout(x), dropout(x)
    assert not np.array_equal(values(first), values(second))
    tg.manual_seed(0)
    assert np.array_equal(values(dropout(x)), values(first))


def test_second_order() -> None:
    """d/dx ⟨u, ∂(Σ y³)/∂x⟩ with y = x m / (1 − p): 6 x u (m / (1 − p))³."""
    x = tg.randn(50, dtype=tg.float64, requires_grad=True)
    u = tg.randn(50, dtype=tg.float64)
    y = dropout(x, 0.5)
    (first,) = grad((y * y * y).sum(), x, create_graph=True)
    (second,) = grad((first * u).sum(), x)
    scale = (values(y) != 0) / 0.5
    assert np.allclose(values(second), 6 * values(x) * values(u) * scale**3, rtol=1e-14, atol=0)


def test_forward_mode_takes_the_same_mask() -> None:
    x, v = tg.randn(50, dtype=tg.float64), tg.randn(50, dtype=tg.float64)
    y, tangent = jvp(lambda x: dropout(x, 0.5), (x,), (v,))
    mask = values(y) != 0
    assert 0 < mask.sum() < 50
    assert np.array_equal(values(tangent), values(v) * mask / 0.5)


def test_the_step_is_recorded_with_its_formula() -> None:
    x = tg.ones(4, requires_grad=True)
    with record() as r:
        dropout(x, 0.5).sum().backward()
    assert [step.op.name for step in r.steps][:2] == ["dropout", "sum"]
    (share,) = r.steps[0].shares
    assert np.array_equal(share.value, r.steps[0].value)  # of ones, with a cotangent of ones
    assert dropout_p.rule_formula(0) == r"\frac{g \odot mask}{1 - p}"


def test_the_double_of_a_device_drops_the_same() -> None:
    data = np.linspace(-1, 1, 30, dtype=np.float32).reshape(5, 6)
    results = []
    with double_device() as device:
        for where in ("cpu", device):
            tg.manual_seed(3)
            x = tg.tensor(data, device=where, requires_grad=True)
            y = dropout(x, 0.3)
            y.sum().backward()
            results.append((values(y), values(x.grad)))
    for ours, theirs in zip(*results, strict=True):
        assert np.array_equal(ours, theirs)


# -- corner cases, as in PyTorch ---------------------------------------------------------------------------


@pytest.mark.parametrize(("p", "training"), [(0, True), (0.0, True), (0.5, False), (1.0, False)])
def test_nothing_to_do_returns_the_tensor_itself(p: float, training: bool) -> None:
    for m, drop in ((tg, dropout), (torch, torch.nn.functional.dropout)):
        x = m.ones(3)
        assert drop(x, p, training) is x
    state = tg.get_rng_state()
    dropout(tg.ones(3), p, training)
    assert tg.get_rng_state() == state


def test_integers_pass_in_eval_mode_alone() -> None:
    x = tg.arange(3)
    assert dropout(x, 0.5, training=False) is x
    with pytest.raises(DTypeError, match="TG-E202"):
        dropout(x, 0.5)
    with pytest.raises(RuntimeError):
        torch.nn.functional.dropout(torch.arange(3), 0.5)


def test_with_probability_one_nothing_is_left() -> None:
    for m, drop in ((tg, dropout), (torch, torch.nn.functional.dropout)):
        x = m.tensor([1.0, -2.0, float("inf")], requires_grad=True)
        y = drop(x, 1.0)
        y[:2].sum().backward() if m is torch else (y * m.tensor([1.0, 1.0, 0.0])).sum().backward()
        assert str(y.tolist()) in ("[0.0, 0.0, nan]", "[0.0, -0.0, nan]")
        assert x.grad.tolist()[:2] == [0.0, 0.0]


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (1, 1)])
def test_awkward_shapes(shape: tuple[int, ...]) -> None:
    x = tg.ones(shape, requires_grad=True)
    y = dropout(x, 0.5)
    assert y.shape == shape and y.dtype == x.dtype
    y.sum().backward()
    assert np.array_equal(values(x.grad), values(y))


def test_not_contiguous() -> None:
    base = tg.randn(6, 4, requires_grad=True)
    y = dropout(base.t(), 0.5)
    y.sum().backward()
    assert np.array_equal(values(base.grad).T, (values(y) != 0) * 2.0)


def test_in_place() -> None:
    x = tg.ones(100, requires_grad=True)
    y = x * 3
    z = dropout(y, 0.5, inplace=True)
    assert z is y
    y.sum().backward()
    assert set(values(y)) == {0.0, 6.0}
    assert np.array_equal(values(x.grad), values(y))
    assert tg.ones(2).requires_grad is False
    with pytest.raises(GraphError, match="TG-E008"):
        dropout(x, 0.5, inplace=True)


def test_in_place_with_probability_one() -> None:
    x = tg.ones(3)
    assert dropout(x, 1.0, inplace=True) is x
    assert x.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan"), "0.5", None, True])
def test_bad_probabilities(p: Any) -> None:
    for training in (True, False):
        with pytest.raises(ArgumentError, match="TG-E260"):
            dropout(tg.ones(3), p, training)


def test_the_mean_stays() -> None:
    x = tg.full((N,), 2.0)
    assert abs(float(dropout(x, 0.2).mean()) - 2) < 5 * 2 * math.sqrt(0.2 / 0.8 / N)
