"""The options of ``backward`` and ``autograd.grad``: where to start, what to fill, what becomes of the graph."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import autograd
from tinygrad_zh.errors import ArgumentError, GraphError, ShapeError

from .graphs import leaf

# -- arguments of backward -----------------------------------------------------------------------------


def test_gradient_argument() -> None:
    x = leaf([1.0, 2.0, 3.0])
    (x * x).backward(gradient=tg.tensor([1.0, 0.1, 0.01], dtype="float64"))
    np.testing.assert_allclose(x.grad.numpy(), [2.0, 0.4, 0.06])
    x.grad = None
    (x * x).backward(tg.tensor([1.0, 2.0, 3.0]))  # float32, converted as in PyTorch
    assert x.grad.dtype == np.float64
    with pytest.raises(ShapeError):
        (x * x).backward(tg.ones(2))
    with pytest.raises(GraphError, match="backward was called on a tensor of shape"):
        (x * x).backward()


def test_one_element_needs_no_gradient_argument() -> None:
    x = leaf([[3.0]])
    (x * x).backward()
    assert x.grad.item() == 6.0
    assert x.grad.shape == (1, 1)


def test_a_root_without_graph() -> None:
    x = tg.tensor([1.0])
    with pytest.raises(GraphError):
        x.backward()
    with pytest.raises(GraphError):
        x.sum().backward()


def test_inputs_argument() -> None:
    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    y = (a * b).sum()
    y.backward(inputs=[a], retain_graph=True)
    assert b.grad is None
    y.backward(inputs=b)
    np.testing.assert_array_equal(a.grad.numpy(), [3.0, 4.0])
    np.testing.assert_array_equal(b.grad.numpy(), [1.0, 2.0])
    h = a * 2
    (h * h).sum().backward(inputs=[h, a])  # a tensor that is no leaf, too
    np.testing.assert_array_equal(h.grad.numpy(), 4 * np.array([1.0, 2.0]))
    np.testing.assert_array_equal(a.grad.numpy(), [3.0 + 8.0, 4.0 + 16.0])


def test_empty_inputs_are_refused_as_in_torch() -> None:
    x = leaf(1.0)
    with pytest.raises(ArgumentError):
        (x * x).backward(inputs=[])
    with pytest.raises(ArgumentError):
        autograd.grad(x * x, [])


def test_a_leaf_that_no_longer_requires_a_gradient_gets_none() -> None:
    results = []
    for module in (tg, torch):
        x = module.tensor([1.0, 2.0], requires_grad=True)
        y = (x * x).sum()
        x.requires_grad = False
        y.backward()
        results.append(x.grad)
    assert results == [None, None]


def test_backward_of_several_roots() -> None:
    x = leaf([1.0, 2.0])
    autograd.backward([(x * x).sum(), x * 3], [None, tg.tensor([1.0, 10.0], dtype="float64")])
    np.testing.assert_array_equal(x.grad.numpy(), [5.0, 34.0])


# -- keeping and freeing the graph ---------------------------------------------------------------------


def test_second_backward_is_an_error_unless_the_graph_is_retained() -> None:
    x = leaf([1.0, 2.0])
    y = (x.exp() * x).sum()
    y.backward(retain_graph=True)
    y.backward(retain_graph=True)
    np.testing.assert_allclose(x.grad.numpy(), 2 * np.exp([1.0, 2.0]) * np.array([2.0, 3.0]))
    y.backward()
    with pytest.raises(GraphError, match="retain_graph=True"):
        y.backward()


def test_second_backward_through_a_shared_part_is_an_error() -> None:
    x = leaf([1.0, 2.0])
    h = x.exp()
    h.sum().backward()
    with pytest.raises(GraphError, match="second time"):
        (h * 2).sum().backward()


def test_linear_graphs_can_be_swept_twice_as_in_torch() -> None:
    results = []
    for module in (tg, torch):
        x = module.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
        y = (x + 1).t().reshape(4).sum()
        y.backward()
        y.backward()
        results.append(x.grad.numpy())
    np.testing.assert_array_equal(*results)


def test_create_graph_retains_unless_told_otherwise() -> None:
    x = leaf(2.0)
    y = x.exp()
    (first,) = autograd.grad(y, x, create_graph=True)
    (second,) = autograd.grad(first, x, retain_graph=True)
    assert second.item() == pytest.approx(np.exp(2.0))
    y.backward()
    assert x.grad.item() == pytest.approx(np.exp(2.0))


@pytest.mark.parametrize("x0", [-1.5, 0.0, 2.0])
def test_third_derivative_of_a_polynomial(x0: float) -> None:
    # p = 5x⁴ − 3x³ + 2x − 7
    closed = [20 * x0**3 - 9 * x0**2 + 2, 60 * x0**2 - 18 * x0, 120 * x0 - 18, 120.0, 0.0]
    x = leaf(x0)
    derivative = 5 * x**4 - 3 * x * x * x + 2 * x - 7
    for expected in closed[:4]:
        (derivative,) = autograd.grad(derivative, x, create_graph=True)
        assert derivative.item() == pytest.approx(expected, rel=1e-13, abs=1e-12)


def test_backward_with_create_graph_gives_gradients_with_a_graph() -> None:
    x = leaf([1.0, 2.0])
    (x**3).sum().backward(create_graph=True)
    first = x.grad
    assert first.requires_grad
    x.grad = None
    first.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [6.0, 12.0])


def test_create_graph_differentiates_with_respect_to_the_start_gradient() -> None:
    x, v = leaf([1.0, 2.0]), leaf([3.0, 5.0])
    (g,) = autograd.grad(x**3, x, v, create_graph=True)
    gx, gv = autograd.grad(g.sum(), [x, v])
    np.testing.assert_allclose(gx.numpy(), 6 * np.array([1.0, 2.0]) * [3.0, 5.0])
    np.testing.assert_allclose(gv.numpy(), [3.0, 12.0])


def test_detaching_a_saved_operand_does_not_change_second_derivatives() -> None:
    # PyTorch refuses to sweep a graph whose saved tensor was detached; a wrong second derivative is no choice.
    x = leaf([1.0, 2.0])
    a = x * 3
    y = (a * a * a).sum()
    a.detach_()
    try:
        (first,) = autograd.grad(y, x, create_graph=True)
        (second,) = autograd.grad(first.sum(), x)
    except GraphError:
        return
    np.testing.assert_allclose(second.numpy(), 162 * np.array([1.0, 2.0]))
