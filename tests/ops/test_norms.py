"""Normalisation: arguments of all kinds against PyTorch, running statistics, half precision, what is refused."""

from __future__ import annotations

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

LIBRARIES = ((tg, F), (torch, torch.nn.functional))
sizes = st.integers(1, 3)


def gradients(m: Any, y: Any, xs: list[Any]) -> list[Any]:
    """The gradients of Σ y³, which depend on y."""
    return list((grad if m is tg else torch.autograd.grad)((y * y * y).sum(), xs))


def same(call: Callable[..., Any], *arrays: Any, still: tuple[int, ...] = ()) -> None:
    """Values, gradients, and what has become of the operands that are `still`."""
    found = []
    for m, functional in LIBRARIES:
        xs = [m.tensor(a.copy(), requires_grad=i not in still) for i, a in enumerate(arrays)]
        y = call(functional, *xs)
        moving = [x for x in xs if x.requires_grad]
        found.append([y, *gradients(m, y, moving), *(xs[i] for i in still)])
    for ours, theirs in zip(*found, strict=True):
        close(ours, theirs)


def drawn(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


@settings(max_examples=15)
@given(
    lead=st.lists(st.integers(0, 3), max_size=2), last=st.lists(sizes, min_size=1, max_size=2), eps=st.floats(1e-6, 1)
)
def test_layer_and_rms_norm(lead: list[int], last: list[int], eps: float) -> None:
    x, w, b = drawn(*lead, *last), drawn(*last, seed=1), drawn(*last, seed=2)
    same(lambda f, x, w, b: f.layer_norm(x, last, w, b, eps), x, w, b)
    same(lambda f, x, w: f.rms_norm(x, last, w, eps), x, w)


@settings(max_examples=15)
@given(n=sizes, groups=sizes, each=sizes, rest=st.lists(sizes, max_size=2))
def test_group_norm(n: int, groups: int, each: int, rest: list[int]) -> None:
    channels = groups * each
    x, w, b = drawn(n, channels, *rest), drawn(channels, seed=1), drawn(channels, seed=2)
    if n * each * int(np.prod(rest)) == 1:
        with pytest.raises(ShapeError, match="TG-E841"):
            F.group_norm(tg.tensor(x), groups)
        with pytest.raises(ValueError, match="more than 1 value"):
            torch.nn.functional.group_norm(torch.tensor(x), groups)
        return
    same(lambda f, x, w, b: f.group_norm(x, groups, w, b, eps=0.1), x, w, b)


@settings(max_examples=15)
@given(
    n=st.integers(2, 3), channels=sizes, rest=st.lists(sizes, max_size=2), training=st.booleans(),
    momentum=st.sampled_from([0.0, 0.1, 1.0]),
)  # fmt: skip
def test_batch_norm_and_its_running_moments(
    n: int, channels: int, rest: list[int], training: bool, momentum: float
) -> None:
    x, mean, var = drawn(n, channels, *rest), drawn(channels, seed=1), drawn(channels, seed=2) ** 2 + 0.1
    w, b = drawn(channels, seed=3), drawn(channels, seed=4)
    same(
        lambda f, x, mean, var, w, b: f.batch_norm(x, mean, var, w, b, training, momentum, 0.1),
        x, mean, var, w, b, still=(1, 2),
    )  # fmt: skip


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("shape", [(2, 3, 4), (1, 2, 2, 3)])
def test_instance_norm_and_its_running_moments(shape: tuple[int, ...], own: bool) -> None:
    x, mean, var = drawn(*shape), drawn(shape[1], seed=1), drawn(shape[1], seed=2) ** 2 + 0.1
    w, b = drawn(shape[1], seed=3), drawn(shape[1], seed=4)
    same(
        lambda f, x, mean, var, w, b: f.instance_norm(x, mean, var, w, b, own, 0.3),
        x, mean, var, w, b, still=(1, 2),
    )  # fmt: skip


def test_an_empty_batch() -> None:
    for call in (
        lambda f, x, mean, var: f.batch_norm(x, mean, var),
        lambda f, x, mean, var: f.layer_norm(x, (3, 2)),
        lambda f, x, mean, var: f.group_norm(x, 3),
        lambda f, x, mean, var: f.instance_norm(x),
    ):
        found = [call(f, m.ones(0, 3, 2), m.zeros(3), m.ones(3)) for m, f in LIBRARIES]
        close(*found)
    mean, var = tg.zeros(3), tg.ones(3)
    assert F.batch_norm(tg.ones(0, 3), mean, var, training=True).shape == (0, 3)
    assert mean.tolist() == [0.0] * 3 and var.tolist() == [1.0] * 3


@pytest.mark.parametrize("parameters", ["float16", "float32"])
def test_half_precision_is_computed_in_float32(parameters: str) -> None:
    """Squares of 300 overflow in float16; a weight may stay in float32."""
    x = (drawn(4, 6) * 300).astype(np.float16)
    w, b = drawn(6, seed=1).astype(parameters), drawn(6, seed=2).astype(parameters)
    found = []
    for m, f in LIBRARIES:
        t, p, q = m.tensor(x, requires_grad=True), m.tensor(w, requires_grad=True), m.tensor(b, requires_grad=True)
        y = f.layer_norm(t, (6,), p, q)
        found.append([y, *gradients(m, y, [t, p, q])])
    for ours, theirs in zip(*found, strict=True):
        assert str(ours.dtype) == str(theirs.dtype).removeprefix("torch.")
        np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=4e-3, atol=4e-3)


def test_second_order_of_a_bias_without_a_weight() -> None:
    """PyTorch fails there; the Hessian of Σ y³ is that of a weight of ones."""
    x, b = tg.tensor(drawn(2, 3), requires_grad=True), tg.tensor(drawn(3, seed=1), requires_grad=True)
    found = []
    for weight in (None, tg.ones(3, dtype=tg.float64)):
        y = F.layer_norm(x, (3,), weight, b)
        (g,) = grad((y * y * y).sum(), [x], create_graph=True)
        found.append(grad((g * g).sum(), [x, b]))
    for ours, theirs in zip(*found, strict=True):
        close(ours, theirs)


def test_not_contiguous() -> None:
    same(lambda f, x: f.layer_norm(x.transpose(0, 1), (3,)), drawn(3, 4))
    same(lambda f, x: f.batch_norm(x.transpose(0, 1), None, None, training=True), drawn(3, 4))


def test_moments_are_not_recorded() -> None:
    x = tg.tensor(drawn(4, 3), requires_grad=True)
    mean, var = tg.zeros(3, dtype=tg.float64), tg.ones(3, dtype=tg.float64)
    F.batch_norm(x, mean, var, training=True).sum().backward()
    assert not mean.requires_grad and not var.requires_grad
    np.testing.assert_allclose(x.grad.numpy(), 0, atol=1e-14)


# -- refused -----------------------------------------------------------------------------------------------

x43, x432, v3, v2 = tg.ones(4, 3), tg.ones(4, 3, 2), tg.ones(3), tg.ones(2)
REFUSED: dict[str, tuple[type[Exception], Callable[[], Any]]] = {
    "layer: size": (ShapeError, lambda: F.layer_norm(x43, (4,))),
    "layer: too many": (ShapeError, lambda: F.layer_norm(x43, (2, 4, 3))),
    "layer: int": (ArgumentError, lambda: F.layer_norm(x43, 3)),
    "layer: none": (ArgumentError, lambda: F.layer_norm(x43, ())),
    "layer: weight": (ShapeError, lambda: F.layer_norm(x43, (3,), v2)),
    "layer: bias": (ShapeError, lambda: F.layer_norm(x43, (3,), v3, v2)),
    "layer: dtype": (DTypeError, lambda: F.layer_norm(x43, (3,), v3.double())),
    "layer: integers": (DTypeError, lambda: F.layer_norm(x43.long(), (3,))),
    "rms: size": (ShapeError, lambda: F.rms_norm(x43, (4,))),
    "rms: integers": (DTypeError, lambda: F.rms_norm(x43.long(), (3,))),
    "group: groups": (ShapeError, lambda: F.group_norm(x43, 2)),
    "group: 0": (ShapeError, lambda: F.group_norm(x43, 0)),
    "group: vector": (ShapeError, lambda: F.group_norm(v3, 1)),
    "group: weight": (ShapeError, lambda: F.group_norm(x43, 3, v2)),
    "batch: nothing running": (ArgumentError, lambda: F.batch_norm(x43, None, None)),
    "batch: one running": (ArgumentError, lambda: F.batch_norm(x43, v3, None, training=True)),
    "batch: one value": (ShapeError, lambda: F.batch_norm(x43[:1], v3, v3, training=True)),
    "batch: vector": (ShapeError, lambda: F.batch_norm(v3, v3, v3)),
    "batch: mean": (ShapeError, lambda: F.batch_norm(x43, v2, v3)),
    "batch: weight": (ShapeError, lambda: F.batch_norm(x43, v3, v3, v2)),
    "batch: dtype": (DTypeError, lambda: F.batch_norm(x43, v3.double(), v3.double())),
    "batch: eps": (ArgumentError, lambda: F.batch_norm(x43, v3, v3, training=True, eps=0)),
    "batch: gradient": (GraphError, lambda: F.batch_norm(x43, tg.ones(3, requires_grad=True), v3)),
    "instance: matrix": (ShapeError, lambda: F.instance_norm(x43)),
    "instance: one value": (ShapeError, lambda: F.instance_norm(x432[:, :, :1])),
    "instance: nothing running": (ArgumentError, lambda: F.instance_norm(x432, use_input_stats=False)),
    "instance: weight": (ShapeError, lambda: F.instance_norm(x432, weight=v2)),
    "response: matrix": (ShapeError, lambda: F.local_response_norm(x43, 2)),
    "response: size": (ArgumentError, lambda: F.local_response_norm(x432, 0)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    kind, call = REFUSED[case]
    with pytest.raises(kind):
        call()
