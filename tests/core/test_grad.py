"""``autograd.grad``: which inputs, which outputs, and ops with several results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import autograd
from tinygrad_zh.errors import ArgumentError, GraphError


def leaf(values: Any, dtype: str = "float64") -> tg.Tensor:
    return tg.tensor(values, dtype=dtype, requires_grad=True)


# -- autograd.grad -------------------------------------------------------------------------------------


def test_grad_touches_no_grad_attribute() -> None:
    x = leaf([1.0, 2.0])
    h = x * x
    gh, gx = autograd.grad((h * h).sum(), [h, x])
    np.testing.assert_array_equal(gh.numpy(), [2.0, 8.0])
    np.testing.assert_array_equal(gx.numpy(), [4.0, 32.0])
    assert x.grad is None
    assert not gx.requires_grad


def test_unused_inputs() -> None:
    x, unused = leaf([1.0, 2.0]), leaf([[3.0]])
    y = (x * x).sum()
    with pytest.raises(GraphError, match="input 1"):
        autograd.grad(y, [x, unused], retain_graph=True)
    assert autograd.grad(y, [x, unused], retain_graph=True, allow_unused=True)[1] is None
    _, zeros = autograd.grad(y, [x, unused], retain_graph=True, materialize_grads=True)
    assert zeros.shape == (1, 1)
    assert zeros.item() == 0.0
    with pytest.raises(ArgumentError):
        autograd.grad(y, [x, unused], allow_unused=False, materialize_grads=True)
    with pytest.raises(GraphError):
        autograd.grad(y, [x, tg.tensor([1.0])])


def test_an_unused_input_of_unused_kind_is_found_although_younger() -> None:
    x = leaf(1.0)
    y = x * 2
    z = y * 3  # made from y, so that y's gradient does not know of it
    assert autograd.grad(y, z, allow_unused=True) == (None,)


def test_grad_of_the_output_itself() -> None:
    x = leaf([1.0, 2.0])
    y = x * 2
    (g,) = autograd.grad(y, y, tg.tensor([3.0, 4.0], dtype="float64"))
    np.testing.assert_array_equal(g.numpy(), [3.0, 4.0])


def test_several_and_repeated_outputs() -> None:
    x = leaf([1.0, 2.0])
    y, z = (x * x).sum(), (x * 3).sum()
    (g,) = autograd.grad([y, z], x, retain_graph=True)
    np.testing.assert_array_equal(g.numpy(), [5.0, 7.0])
    (g,) = autograd.grad([y, y], x, retain_graph=True)
    np.testing.assert_array_equal(g.numpy(), [4.0, 8.0])
    (g,) = autograd.grad([y, y], x, [tg.tensor(1.0, dtype="float64"), None])
    np.testing.assert_array_equal(g.numpy(), [4.0, 8.0])
    with pytest.raises(GraphError):
        autograd.grad([x * x], x, [None, None])


def test_repeated_inputs_give_separate_gradients() -> None:
    x = leaf([1.0, 2.0])
    first, second = autograd.grad((x * x).sum(), [x, x])
    np.testing.assert_array_equal(first.numpy(), second.numpy())
    first.numpy()[...] = 0
    np.testing.assert_array_equal(second.numpy(), [2.0, 4.0])


def test_an_output_that_leads_to_another() -> None:
    x = leaf(2.0)
    y = x * x
    z = y * y
    (g,) = autograd.grad([y, z], x)
    assert g.item() == 4.0 + 32.0


# -- ops with several results --------------------------------------------------------------------------

PARTS = {
    "split": lambda t: t.split(2, 0),
    "split sizes": lambda t: t.split([1, 3, 1], 0),
    "unbind": lambda t: t.unbind(0),
    "chunk": lambda t: t.chunk(3, 0),
    "iteration": list,
}


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("used", [[0], [1], [0, 2], [-1, 0], [0, 1, 2], [1, 1]])
def test_parts_some_of_them_unused(name: str, used: list[int]) -> None:
    results = []
    for module in (tg, torch):
        x = module.tensor(np.arange(10.0).reshape(5, 2), requires_grad=True)
        h = x * 2
        parts = PARTS[name](h)
        y = sum((k + 1.0) * (parts[i] ** 2).sum() for k, i in enumerate(used))
        (y + (h[0] if module is torch else h.unbind(0)[0]).sum()).backward()
        results.append(x.grad.numpy())
    np.testing.assert_array_equal(*results)


def test_second_derivatives_through_parts() -> None:
    x = leaf(np.arange(4.0))
    a, b = x.split(2)
    (first,) = autograd.grad((a**3).sum() + (a * b).sum(), x, create_graph=True)
    (second,) = autograd.grad(first.sum(), x)
    np.testing.assert_allclose(second.numpy(), [1.0, 7.0, 1.0, 1.0])


def test_grad_with_respect_to_one_part() -> None:
    x = leaf(np.arange(4.0))
    a, b = x.split(2)
    ga, gb = autograd.grad((a * b).sum(), [a, b])
    np.testing.assert_array_equal(ga.numpy(), [2.0, 3.0])
    np.testing.assert_array_equal(gb.numpy(), [0.0, 1.0])


def test_hooks_on_parts() -> None:
    x = leaf(np.arange(4.0))
    a, b = x.split(2)
    a.register_hook(lambda g: g * 10)
    b.retain_grad()
    (a.sum() + (b * 2).sum()).backward()
    np.testing.assert_array_equal(x.grad.numpy(), [10.0, 10.0, 2.0, 2.0])
    np.testing.assert_array_equal(b.grad.numpy(), [2.0, 2.0])
