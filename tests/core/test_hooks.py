"""Looking at gradients on their way: hooks, ``retain_grad`` and ``grad``."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import autograd
from tinygrad_zh.errors import ArgumentError, DTypeError, GraphError, ShapeError


def leaf(values: Any, dtype: str = "float64") -> tg.Tensor:
    return tg.tensor(values, dtype=dtype, requires_grad=True)


# -- hooks, retain_grad, grad --------------------------------------------------------------------------


def test_hooks_run_in_order_and_may_replace() -> None:
    seen: list[tuple[str, float]] = []

    def hook(name: str, factor: float | None) -> Any:
        def called(g: tg.Tensor) -> Any:
            seen.append((name, g.item()))
            return None if factor is None else g * factor

        return called

    x = leaf(3.0)
    h = x * 2
    h.register_hook(hook("first", 10.0))
    h.register_hook(hook("second", None))
    x.register_hook(hook("leaf", -1.0))
    (h * 5).backward()
    assert seen == [("first", 5.0), ("second", 50.0), ("leaf", 100.0)]
    assert x.grad.item() == -100.0


def test_a_hook_sees_the_complete_gradient_once() -> None:
    seen = []
    x = leaf([1.0, 2.0])
    x.register_hook(lambda g: seen.append(g.numpy().copy()))
    (x * 2 + x * 3 + x).sum().backward()
    assert len(seen) == 1
    np.testing.assert_array_equal(seen[0], [6.0, 6.0])


def test_hooks_can_be_removed() -> None:
    calls = []
    x = leaf(1.0)
    handle = x.register_hook(lambda g: calls.append(1))
    other = x.register_hook(lambda g: calls.append(2))
    (x * 1).backward()
    handle.remove()
    handle.remove()
    (x * 1).backward()
    assert calls == [1, 2, 2]
    other.remove()
    (x * 1).backward()
    assert calls == [1, 2, 2]


def test_removing_twice_leaves_a_second_registration_of_the_same_hook() -> None:
    for module in (tg, torch):
        calls: list[int] = []

        def hook(g: Any, calls: list[int] = calls) -> None:
            calls.append(1)

        x = module.tensor(1.0, requires_grad=True)
        first = x.register_hook(hook)
        x.register_hook(hook)
        first.remove()
        first.remove()
        (x * 1).backward()
        assert calls == [1]


def test_a_hook_may_remove_itself() -> None:
    calls = []
    x = leaf(1.0)

    def once(g: Any) -> None:
        calls.append(1)
        handle.remove()

    handle = x.register_hook(once)
    x.register_hook(lambda g: calls.append(2))
    (x * 1).backward()
    (x * 1).backward()
    assert calls == [1, 2, 2]


def test_what_a_hook_returns_stays_the_users() -> None:
    constant = tg.tensor([7.0, 7.0], dtype="float64")
    x = leaf([1.0, 2.0])
    x.register_hook(lambda g: constant)
    (x * x).sum().backward()
    (x * x).sum().backward()
    np.testing.assert_array_equal(constant.numpy(), [7.0, 7.0])
    np.testing.assert_array_equal(x.grad.numpy(), [14.0, 14.0])
    assert not np.shares_memory(x.grad.numpy(), constant.numpy())


def test_hook_on_the_root_and_hook_of_a_scalar() -> None:
    x = leaf(3.0)
    y = x * x
    kinds = []
    y.register_hook(lambda g: kinds.append(type(g.array)))
    x.register_hook(lambda g: kinds.append(type(g.array)))
    y.backward()
    assert kinds == [np.ndarray, np.ndarray]  # not NumPy's scalars, which cannot be written to


def test_bad_hooks() -> None:
    x = leaf([1.0, 2.0])
    handle = x.register_hook(lambda g: g.sum())
    with pytest.raises((ShapeError, GraphError), match="hook"):
        (x * x).sum().backward()
    handle.remove()
    handle = x.register_hook(lambda g: 3.0)
    with pytest.raises((ShapeError, GraphError), match="hook"):
        (x * x).sum().backward()
    handle.remove()
    with pytest.raises(GraphError):
        tg.tensor([1.0]).register_hook(print)


def test_a_hook_cannot_change_the_dtype_of_a_gradient() -> None:
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    x.register_hook(lambda g: g.double())
    try:
        (x * x).sum().backward()
    except (DTypeError, GraphError, ShapeError):
        return
    assert x.grad.dtype == x.dtype


def test_an_error_in_a_hook_leaves_the_mode_as_it_was() -> None:
    x = leaf(1.0)

    def fails(g: Any) -> None:
        raise KeyError("mine")

    x.register_hook(fails)
    with pytest.raises(KeyError):
        (x * x).backward()
    assert tg.is_grad_enabled()
    assert (leaf(1.0) * 2).requires_grad


def test_hooks_are_called_with_recorded_gradients_under_create_graph() -> None:
    x = leaf(2.0)
    y = x**3
    h = y * 1
    h.register_hook(lambda g: g * 10)
    (first,) = autograd.grad(h, x, create_graph=True)
    (second,) = autograd.grad(first, x)
    assert (first.item(), second.item()) == (120.0, 120.0)


def test_retain_grad() -> None:
    x = leaf([1.0, 2.0])
    h = x * 3
    assert not h.retains_grad
    h.retain_grad()
    h.retain_grad()
    assert h.retains_grad
    (h * h).sum().backward()
    np.testing.assert_array_equal(h.grad.numpy(), [6.0, 12.0])
    x.retain_grad()  # does nothing
    assert not x.retains_grad
    with pytest.raises(GraphError):
        tg.tensor([1.0]).retain_grad()


def test_retained_gradients_add_up() -> None:
    results = []
    for module in (tg, torch):
        x = module.tensor([1.0, 2.0], requires_grad=True)
        h = x * 3
        h.retain_grad()
        y = (h * h).sum()
        y.backward(retain_graph=True)
        y.backward()
        results.append(h.grad.numpy())
    np.testing.assert_array_equal(*results)


def test_retain_grad_of_the_root() -> None:
    x = leaf(2.0)
    y = x * x
    y.retain_grad()
    y.backward()
    assert y.grad.item() == 1.0


def test_retained_gradient_is_what_hooks_made_of_it() -> None:
    results = []
    for module in (tg, torch):
        x = module.tensor([1.0, 2.0], requires_grad=True)
        h = x * 3
        h.retain_grad()
        h.register_hook(lambda g: g * 100)
        h.sum().backward()
        results.append(h.grad.numpy())
    np.testing.assert_array_equal(*results)


def test_reading_grad_of_a_non_leaf_warns() -> None:
    x = leaf([1.0])
    y = x * 2
    with pytest.warns(UserWarning, match=r"retain_grad\(\)") as caught:
        assert y.grad is None
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert x.grad is None
        y.retain_grad()
        assert y.grad is None


def test_setting_grad() -> None:
    x = leaf([1.0, 2.0])
    x.grad = tg.tensor([1.0, 1.0], dtype="float64")
    given = x.grad
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [3.0, 5.0])
    np.testing.assert_array_equal(given.numpy(), [1.0, 1.0])
    with pytest.raises(ShapeError):
        x.grad = tg.ones(3, dtype="float64")
    with pytest.raises(DTypeError):
        x.grad = 1.0
    with pytest.raises(DTypeError):
        x.grad = tg.ones(2, dtype="float32")  # PyTorch refuses it too
    x.grad = None
    assert x.grad is None


# -- after a gradient has been added ---------------------------------------------------------------------


def test_a_hook_after_the_gradient_of_a_leaf_as_in_torch() -> None:
    for m in (tg, torch):
        seen: list[Any] = []
        x, y = m.tensor([1.0, 2.0], requires_grad=True), m.tensor([3.0, 4.0], requires_grad=True)

        def look(leaf: Any, seen: list[Any] = seen) -> None:
            seen.append((leaf.shape[0], leaf.grad.tolist()))
            leaf.grad = None

        handle = x.register_post_accumulate_grad_hook(look)
        (x * y).sum().backward()
        assert seen == [(2, [3.0, 4.0])] and x.grad is None and y.grad.tolist() == [1.0, 2.0]
        (x * x).sum().backward()
        assert seen[1:] == [(2, [2.0, 4.0])]
        m.autograd.grad((x * x).sum(), x)
        y.sum().backward()
        assert len(seen) == 2, "there was nothing to add"
        handle.remove()
        handle.remove()
        (x * y).sum().backward()
        assert len(seen) == 2


def test_an_optimiser_may_take_its_step_in_a_hook() -> None:
    for m in (tg, torch):
        x = m.tensor([1.0, 2.0], requires_grad=True)
        optimizer = m.optim.SGD([x], lr=0.5)

        def step(leaf: Any, optimizer: Any = optimizer) -> None:
            optimizer.step()
            optimizer.zero_grad()

        x.register_post_accumulate_grad_hook(step)
        (x * x).sum().backward()
        assert x.tolist() == [0.0, 0.0]


def test_hooks_that_are_refused_as_by_torch() -> None:
    for m, problem in ((tg, GraphError), (torch, RuntimeError)):
        with pytest.raises(problem):
            m.ones(2).register_post_accumulate_grad_hook(print)
        with pytest.raises(problem):
            (m.ones(2, requires_grad=True) * 2).register_post_accumulate_grad_hook(print)
    x = tg.ones(2, requires_grad=True)
    x.register_post_accumulate_grad_hook(lambda leaf: leaf)
    with pytest.raises(ArgumentError):
        x.sum().backward()
