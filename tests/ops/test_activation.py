"""Activation functions: their kinks and far ends against PyTorch, what is drawn, what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_zh as tg
from tinygrad_zh.errors import ArgumentError, DTypeError, GraphError, ShapeError
from tinygrad_zh.nn import functional as F
from tinygrad_zh.transforms.gradient import grad

from .libraries import close

NAMES = str.split(
    "relu6 elu selu celu leaky_relu rrelu logsigmoid hardshrink tanhshrink softsign softplus softshrink hardsigmoid "
    "silu mish hardtanh hardswish gelu relu sigmoid tanh"
)
SPECIAL = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 3.0, -3.0, 6.0, 20.0, 25.0, -25.0, 800.0, -800.0, math.inf, -math.inf]


def both(call: Callable[[Any, Any], Any], x: Any) -> list[tuple[Any, Any]]:
    """Value and gradient by this package and by PyTorch."""
    found = []
    for m, functional in ((tg, F), (torch, torch.nn.functional)):
        t = m.tensor(x, requires_grad=True)
        y = call(functional, t)
        (g,) = (grad if m is tg else torch.autograd.grad)(y.sum(), [t])
        found.append((y, g))
    return list(zip(*found, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_kinks_and_far_ends(name: str) -> None:
    """In float32, as PyTorch's slope of hardsigmoid is rounded to it."""
    x = np.array(SPECIAL, dtype=np.float32)
    for ours, theirs in both(lambda f, t: getattr(f, name)(t), x):
        close(ours, theirs)


@pytest.mark.parametrize("name", NAMES)
def test_nan_stays(name: str) -> None:
    """In as many places as PyTorch computes at once; what is left over it computes with another gradient."""
    for ours, theirs in both(lambda f, t: getattr(f, name)(t), np.full(64, np.nan)):
        close(ours, theirs)


@settings(max_examples=20)
@given(x=st.lists(st.floats(-30, 30, width=32), min_size=1, max_size=6), p=st.floats(0.125, 4, width=32))
def test_parameters(x: list[float], p: float) -> None:
    calls: list[Callable[[Any, Any], Any]] = [
        lambda f, t: f.elu(t, p),
        lambda f, t: f.celu(t, alpha=p),
        lambda f, t: f.leaky_relu(t, negative_slope=-p),
        lambda f, t: f.softplus(t, beta=p, threshold=5),
        lambda f, t: f.softshrink(t, p),
        lambda f, t: f.hardshrink(t, -p),
        lambda f, t: f.hardtanh(t, -p, p),
        lambda f, t: f.threshold(t, p, -1),
        lambda f, t: f.rrelu(t, -p, p),
        lambda f, t: f.gelu(t, approximate="tanh"),
    ]
    for call in calls:
        for ours, theirs in both(call, np.array(x)):
            close(ours, theirs)


@settings(max_examples=15)
@given(data=st.data())
def test_glu(data: Any) -> None:
    shape = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    x = np.random.default_rng(0).normal(size=shape)
    if shape[dim] % 2:
        with pytest.raises(ShapeError, match="TG-E838"):
            F.glu(tg.tensor(x), dim)
        with pytest.raises(RuntimeError):
            torch.nn.functional.glu(torch.tensor(x), dim)
    else:
        for ours, theirs in both(lambda f, t: f.glu(t, dim), x):
            close(ours, theirs)


@pytest.mark.parametrize("shape", [(4,), (2, 3, 2), (0, 3)])
def test_prelu_with_a_slope_per_channel(shape: tuple[int, ...]) -> None:
    channels = shape[1] if len(shape) > 1 else 1
    w = np.linspace(-1, 1, channels)
    for ours, theirs in both(lambda f, t: f.prelu(t, (tg if f is F else torch).tensor(w)), np.ones(shape) * -2):
        close(ours, theirs)


def test_float64_numbers_do_not_widen() -> None:
    for name in ("elu", "softplus", "hardtanh", "leaky_relu", "mish", "softshrink", "hardswish"):
        assert getattr(F, name)(tg.ones(2, dtype=tg.float16)).dtype == tg.float16


# -- drawn -----------------------------------------------------------------------------------------------


def test_rrelu_draws_a_slope_for_every_element() -> None:
    tg.manual_seed(0)
    x = tg.full((20_000,), -2.0, requires_grad=True)
    y = F.rrelu(x, 0.1, 0.4, training=True)
    slopes = y.detach().numpy() / -2
    assert slopes.min() >= 0.1 and slopes.max() < 0.4
    assert abs(slopes.mean() - 0.25) < 5 * 0.3 / math.sqrt(12 * 20_000)
    (g,) = grad(y.sum(), [x])
    assert np.array_equal(g.numpy(), slopes)
    assert F.rrelu(tg.tensor([3.0]), training=True).tolist() == [3.0]


def test_gumbel_softmax_draws_by_the_weights() -> None:
    tg.manual_seed(0)
    weights = np.array([0.1, 0.3, 0.6])
    logits = tg.tensor(np.log(weights)).expand(20_000, 3)
    drawn = F.gumbel_softmax(logits, tau=0.5, hard=True).numpy()
    assert set(np.unique(drawn)) <= {0.0, 1.0} and np.all(drawn.sum(1) == 1)
    assert np.all(np.abs(drawn.mean(0) - weights) < 5 * np.sqrt(weights * (1 - weights) / 20_000))
    soft = F.gumbel_softmax(logits, tau=10.0, dim=0).numpy()
    assert np.allclose(soft.sum(0), 1) and soft.min() > 0


def test_the_hard_draw_has_the_gradient_of_the_soft_one() -> None:
    found = []
    for hard in (True, False):
        tg.manual_seed(3)
        x = tg.tensor([0.1, -0.3, 0.5], dtype=tg.float64, requires_grad=True)
        found += grad((F.gumbel_softmax(x, hard=hard) * tg.tensor([1.0, 2.0, 3.0])).sum(), [x])
    close(found[0], found[1])


# -- in place ----------------------------------------------------------------------------------------------


def test_in_place_needs_no_copy_where_the_rule_does_not_name_the_operand() -> None:
    x = tg.tensor([-1.0, 2.0], requires_grad=True)
    y = x * 1
    assert F.relu(y, inplace=True) is y and y.tolist() == [0.0, 2.0]
    with pytest.raises(GraphError, match="TG-E008"):
        F.elu(x, inplace=True)


def test_a_negative_slope_in_place_keeps_its_gradient() -> None:
    """PyTorch refuses, for there the sign of the result says which piece it came from."""
    x = tg.tensor([-1.0, 2.0], requires_grad=True)
    y = x * 1
    F.leaky_relu_(y, -0.5)
    (g,) = grad(y.sum(), [x])
    assert g.tolist() == [-0.5, 1.0]


# -- refused -----------------------------------------------------------------------------------------------

x3, i3, b3 = tg.ones(3), tg.tensor([1, 2, 3]), tg.tensor([True, False])
REFUSED: dict[str, tuple[type[Exception], Callable[[], Any]]] = {
    "hardtanh bounds": (ArgumentError, lambda: F.hardtanh(x3, 1, -1)),
    "hardtanh bool": (DTypeError, lambda: F.hardtanh(b3)),
    "hardtanh unsigned": (ArgumentError, lambda: F.hardtanh(i3.to(tg.uint8))),
    "relu6 bool": (DTypeError, lambda: F.relu6(b3)),
    "threshold bool": (DTypeError, lambda: F.threshold(b3, 0, 0)),
    "softshrink": (ArgumentError, lambda: F.softshrink(x3, -1)),
    "celu": (ArgumentError, lambda: F.celu(x3, 0.0)),
    "rrelu": (ArgumentError, lambda: F.rrelu(x3, 0.5, 0.1)),
    "prelu shape": (ShapeError, lambda: F.prelu(tg.ones(2, 3), tg.ones(2))),
    "prelu matrix": (ShapeError, lambda: F.prelu(tg.ones(2, 3), tg.ones(1, 3))),
    "prelu dtype": (DTypeError, lambda: F.prelu(x3, tg.ones(1, dtype=tg.float64))),
    "glu 0-d": (ShapeError, lambda: F.glu(tg.tensor(1.0))),
    "gumbel eps": (ArgumentError, lambda: F.gumbel_softmax(x3, eps=1e-5)),
    "gumbel integers": (DTypeError, lambda: F.gumbel_softmax(i3)),
    "softmin dim": (ArgumentError, lambda: F.softmin(x3)),
    **{
        name + " integers": (DTypeError, lambda name=name: getattr(F, name)(i3))
        for name in NAMES
        if name not in ("relu6", "tanhshrink", "softsign", "silu", "hardtanh", "gelu", "relu", "sigmoid", "tanh")
    },
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    kind, call = REFUSED[case]
    with pytest.raises(kind):
        call()
