"""``backward`` and ``grad`` as functions: their arguments, and laws that hold for any graph."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings

import tinygrad_zh as tg
from tinygrad_zh import autograd
from tinygrad_zh.errors import DTypeError, GraphError, ShapeError

X, W = np.array([[0.5, -1.0], [2.0, 0.25]]), np.array([[1.5, 0.5], [-0.5, 1.0]])


def leaf(values: Any) -> tg.Tensor:
    return tg.tensor(values, dtype="float64", requires_grad=True)


def network(m: Any, x: Any, w: Any) -> Any:
    h = (x @ w).tanh()
    return (h * x).exp() + h.sum(0) + w


def test_backward_and_grad_agree() -> None:
    x, w = leaf(X), leaf(W)
    gx, gw = autograd.grad(network(tg, x, w).sum(), [x, w])
    network(tg, x, w).sum().backward()
    np.testing.assert_array_equal(gx.numpy(), x.grad.numpy())
    np.testing.assert_array_equal(gw.numpy(), w.grad.numpy())


def test_recorded_and_plain_sweeps_agree() -> None:
    x, w = leaf(X), leaf(W)
    plain = autograd.grad(network(tg, x, w).sum(), [x, w])
    recorded = autograd.grad(network(tg, x, w).sum(), [x, w], create_graph=True)
    for a, b in zip(plain, recorded, strict=True):
        np.testing.assert_allclose(a.numpy(), b.detach().numpy(), rtol=1e-13)
        assert b.requires_grad


def test_gradients_are_linear_in_the_cotangent() -> None:
    x, w = leaf(X), leaf(W)
    u, v = (tg.tensor(np.random.default_rng(k).normal(size=(2, 2))) for k in range(2))
    y = network(tg, x, w)
    gu, gv, both = (autograd.grad(y, x, g, retain_graph=True)[0].numpy() for g in (u, v, 2 * u - 3 * v))
    np.testing.assert_allclose(both, 2 * gu - 3 * gv, rtol=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_higher_orders_as_torch(order: int) -> None:
    results = []
    for module, grad in ((tg, autograd.grad), (torch, torch.autograd.grad)):
        x, w = (module.tensor(v, requires_grad=True) for v in (X, W))
        y = network(module, x, w).sum()
        for _ in range(order):
            g, h = grad(y, [x, w], create_graph=True)
            y = (g * g).sum() + (h * 2).sum()
        results.append((g.detach().numpy(), h.detach().numpy()))
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9)


def test_hessian_is_symmetric() -> None:
    x, w = leaf(X), tg.tensor(W)
    (g,) = autograd.grad(network(tg, x, w).sum(), x, create_graph=True)
    rows = [autograd.grad(g[i, j], x, retain_graph=True)[0].numpy().ravel() for i in range(2) for j in range(2)]
    hessian = np.array(rows)
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-12)


def test_cotangents_in_other_forms() -> None:
    x = leaf([1.0, 2.0])
    for cotangent in (
        tg.tensor([1.0, 2.0]),
        [tg.tensor([1.0, 2.0])],
        (tg.tensor([1, 2], dtype="float64"),),
        np.array([1.0, 2.0]),
    ):
        (g,) = autograd.grad(x * 3, x, cotangent)
        assert g.tolist() == [3.0, 6.0]
        assert g.dtype == np.float64


def test_cotangents_that_do_not_fit() -> None:
    x = leaf([1.0, 2.0])
    with pytest.raises(ShapeError):
        autograd.grad(x * 3, x, tg.ones(3))
    with pytest.raises(ShapeError):
        autograd.grad(x * 3, x, tg.tensor(1.0))  # no broadcasting here, as in PyTorch
    with pytest.raises(GraphError):
        autograd.grad([x * 3, x * 2], x, [tg.ones(2)])
    with pytest.raises(GraphError):
        autograd.grad(x * 3, x)
    with pytest.raises(GraphError):
        autograd.backward([x * 3])


def test_what_is_no_tensor() -> None:
    x = leaf([1.0])
    with pytest.raises(DTypeError):
        autograd.grad([3.0], x)
    with pytest.raises(DTypeError):
        autograd.grad(x * 2, [np.ones(1)])
    with pytest.raises(DTypeError):
        (x * 2).backward(inputs=[3.0])


def test_a_failed_sweep_can_be_followed_by_another() -> None:
    x = leaf([1.0, 2.0])
    y = x.exp()
    with pytest.raises(ShapeError):
        y.backward(tg.ones(3))
    y.sum().backward()
    assert tg.is_grad_enabled()
    np.testing.assert_allclose(x.grad.numpy(), np.exp([1.0, 2.0]))


def test_gradients_with_graph_can_be_accumulated() -> None:
    results = []
    for module in (tg, torch):
        x = module.tensor([1.0, 2.0], requires_grad=True, dtype=module.float64)
        (g,) = (autograd if module is tg else torch.autograd).grad((x**3).sum(), x, create_graph=True)
        penalty = (g * g).sum()  # a gradient penalty: d/dx (3x²)² = 36x³
        (penalty + (x * x).sum()).backward()
        results.append(x.grad.numpy())
    np.testing.assert_allclose(*results)


SHAPES = [(), (1,), (3,), (2, 3), (2, 1), (1, 3), (4, 2, 3), (4, 1, 1), (0, 3), (1, 1)]


@settings(max_examples=80)
@given(st.sampled_from(SHAPES), st.sampled_from(SHAPES), st.sampled_from(["add", "sub", "mul", "div"]))
def test_broadcasting_is_undone_as_in_torch(a: tuple[int, ...], b: tuple[int, ...], op: str) -> None:
    rng = np.random.default_rng(len(a) * 7 + len(b))
    values = [rng.uniform(1, 2, size=shape) for shape in (a, b)]
    results = []
    for module in (tg, torch):
        x, w = (module.tensor(v, dtype=module.float64, requires_grad=True) for v in values)
        try:
            y = getattr(module, op)(x, w)
        except RuntimeError:
            results.append(None)
            continue
        (y * y).sum().backward()
        results.append((x.grad.numpy(), w.grad.numpy()))
    assert (results[0] is None) == (results[1] is None)
    for ours, theirs in zip(*results, strict=True) if results[0] is not None else ():
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
