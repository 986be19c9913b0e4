"""The sweep: the chain rule over graphs of every form."""

from __future__ import annotations

import functools
import sys
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import autograd
from tinygrad_zh.core.primitive import primitive
from tinygrad_zh.errors import GraphError, ShapeError

from .graphs import leaf


def counted() -> tuple[Any, dict[str, int]]:
    """A product that counts how often each of its rules is called."""
    calls = {"a": 0, "b": 0}

    def count(name: str, value: Any) -> Any:
        calls[name] += 1
        return value

    @primitive("<a> <b>", vjp_a=lambda g, b: count("a", g * b), vjp_b=lambda g, a: count("b", g * a), name="counted")
    def counted_mul(xp: Any, a: Any, b: Any) -> Any:
        return a * b

    return counted_mul, calls


# -- forms of graphs -----------------------------------------------------------------------------------


def test_diamond_adds_both_ways() -> None:
    x = leaf([1.0, 2.0])
    y = x * 3
    (y * y + y).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 3 * (2 * 3 * np.array([1.0, 2.0]) + 1))


def test_nested_diamonds_call_each_rule_once() -> None:
    # 20 diamonds have 2**20 ways from the root to the leaf: the sweep must not walk them one by one.
    op, calls = counted()
    x = leaf(1.0)
    y = x
    for _ in range(20):
        y = op(y, 0.5) + op(y, 0.5)
    y.backward()
    assert calls["a"] == 40
    assert x.grad.item() == 1.0


@pytest.mark.parametrize("fan", [1, 2, 3, 7])
def test_fan_out_adds_all_shares(fan: int) -> None:
    x = leaf([1.0, -2.0])
    h = x * 1.0  # the same fan-out at a node that is no leaf
    total = sum((h * (k + 1) + x * (k + 1) for k in range(fan)), start=tg.zeros(2, dtype="float64"))
    total.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), np.full(2, fan * (fan + 1.0)))


def test_an_operand_given_twice() -> None:
    x = leaf([3.0, 4.0])
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [6.0, 8.0])
    z = leaf([3.0, 4.0])
    (z + z).sum().backward()
    np.testing.assert_array_equal(z.grad.numpy(), [2.0, 2.0])


def test_a_young_leaf_beside_old_nodes() -> None:
    # A leaf that is made after the nodes it is used with: age is a topological order all the same.
    a = leaf(2.0)
    y = a * a
    b = leaf(5.0)
    z = y * b + b
    z.backward()
    assert a.grad.item() == 20.0
    assert b.grad.item() == 5.0


def chain(length: int) -> tuple[tg.Tensor, tg.Tensor]:
    x = leaf([1.0])
    y = x
    for _ in range(length):
        y = y + 1.0
    return x, y


def in_shallow_stack(function: Any) -> None:
    """Run with hardly any Python stack left."""
    depth, frame = 0, sys._getframe()
    while frame is not None:
        depth, frame = depth + 1, frame.f_back  # type: ignore[assignment]
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(depth + 60)
    try:
        function()
    finally:
        sys.setrecursionlimit(limit)


def test_chain_of_1e5_nodes_without_recursion() -> None:
    x, y = chain(100_000)
    in_shallow_stack(functools.partial(y.backward, retain_graph=True))
    assert x.grad.item() == 1.0
    (g,) = autograd.grad(y, x)  # the search for what is needed is iterative too
    assert g.item() == 1.0
    del y  # and so is the release


def test_recorded_chain_without_recursion() -> None:
    x = leaf([1.0])
    y = x
    for _ in range(2_000):
        y = y * x
    in_shallow_stack(functools.partial(y.backward, create_graph=True))
    assert x.grad.requires_grad
    x.grad = None  # x holds the gradient, whose graph holds x


@pytest.mark.slow
def test_chain_of_1e6_nodes() -> None:
    x, y = chain(1_000_000)
    in_shallow_stack(y.backward)
    assert x.grad.item() == 1.0
    del y


# -- accumulation, ownership ---------------------------------------------------------------------------


def test_gradients_add_up_over_calls() -> None:
    x = leaf([1.0, 2.0])
    for k in range(1, 4):
        (x * x).sum().backward()
        np.testing.assert_array_equal(x.grad.numpy(), k * np.array([2.0, 4.0]))
    x.grad = None
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [2.0, 4.0])


def test_a_gradient_that_the_user_holds_is_never_overwritten() -> None:
    x = leaf([1.0, 2.0])
    held = []
    for _ in range(3):
        (x * 2 + x).sum().backward()
        held.append((x.grad, x.grad.numpy().copy()))
    for gradient, before in held:
        np.testing.assert_array_equal(gradient.numpy(), before)


def test_the_start_gradient_is_neither_kept_nor_changed() -> None:
    x = leaf([1.0, 2.0])
    start = tg.tensor([1.0, 10.0], dtype="float64")
    x.backward(start)  # the root is the leaf
    x.backward(start)
    (x + 0).backward(start)
    (x + x + x).backward(start)
    np.testing.assert_array_equal(start.numpy(), [1.0, 10.0])
    np.testing.assert_array_equal(x.grad.numpy(), [6.0, 60.0])
    assert not np.shares_memory(x.grad.numpy(), start.numpy())


@pytest.mark.parametrize(
    "build",
    [
        lambda a, b: a + b,
        lambda a, b: (a + b) + b,
        lambda a, b: a.reshape(4).reshape(2, 2) + b.t().t(),
        lambda a, b: tg.cat((a, b), dim=0),
        lambda a, b: tg.stack((a, b)),
        lambda a, b: a - b,
    ],
)
def test_gradients_of_leaves_never_share_memory(build: Any) -> None:
    a, b = leaf([[1.0, 2.0], [3.0, 4.0]]), leaf([[5.0, 6.0], [7.0, 8.0]])
    y = build(a, b)
    start = tg.ones_like(y)
    y.backward(start)
    assert not np.shares_memory(a.grad.numpy(), b.grad.numpy())
    assert not np.shares_memory(a.grad.numpy(), start.numpy())
    before = b.grad.numpy().copy()
    a.grad.numpy()[...] = 99.0
    np.testing.assert_array_equal(b.grad.numpy(), before)


def test_a_joint_rule_may_hand_one_array_to_two_leaves() -> None:
    def shares(g: Any) -> Any:
        both = g * 2
        return both, both

    @primitive("2(<a> + <b>)", vjp=shares, name="twice_the_sum")
    def twice_the_sum(xp: Any, a: Any, b: Any) -> Any:
        return 2 * (a + b)

    a, b = leaf([1.0]), leaf([1.0])
    first = a * 5  # older than the op: a's second share arrives after the one that is shared with b
    (twice_the_sum(a, b) + first).sum().backward()
    assert (a.grad.item(), b.grad.item()) == (7.0, 2.0)
    assert not np.shares_memory(a.grad.numpy(), b.grad.numpy())


def test_the_gradient_shares_no_memory_with_values() -> None:
    a, b = leaf([2.0, 3.0]), leaf([5.0, 7.0])
    (a * b).sum().backward()
    for gradient in (a.grad, b.grad):
        for value in (a, b):
            assert not np.shares_memory(gradient.numpy(), value.detach().numpy())


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 1), (2, 3), (1, 2, 3), (0, 3)])
def test_gradients_have_dtype_and_shape_of_the_operand(dtype: str, shape: tuple[int, ...]) -> None:
    x = tg.ones(shape, dtype=dtype, requires_grad=True)
    other = tg.ones((2, 2, 3), dtype="float64") if shape != (0, 3) else tg.ones((0, 3), dtype="float64")
    y = (x * other).sum()
    y.backward()
    assert x.grad.dtype == x.dtype
    assert x.grad.shape == shape
    assert isinstance(x.grad.array, np.ndarray)
    tx = torch.ones(shape, dtype=getattr(torch, dtype), requires_grad=True)
    (tx * torch.ones(other.shape, dtype=torch.float64)).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), tx.grad.numpy())


def test_a_rule_that_returns_another_shape_is_refused() -> None:
    # (2, 3) holds as many numbers as (3, 2): reshaping it would give a wrong gradient without a word.
    @primitive("<x>", vjp_x=lambda g: g.T, name="wrong_shape")
    def wrong_shape(xp: Any, x: Any) -> Any:
        return x * 1

    x = leaf(np.arange(6.0).reshape(3, 2))
    with pytest.raises((ShapeError, GraphError)):
        wrong_shape(x).sum().backward()
    flat = primitive("<x>", vjp_x=lambda g: g.reshape(6), name="flat")(lambda xp, x: x * 1)
    with pytest.raises((ShapeError, GraphError)):
        flat(x).sum().backward()


# -- nothing is computed for nothing -------------------------------------------------------------------


def test_no_rule_runs_for_an_operand_without_gradient() -> None:
    op, calls = counted()
    x, c = leaf([1.0, 2.0]), tg.tensor([3.0, 4.0], dtype="float64")
    op(x, c).sum().backward()
    assert calls == {"a": 1, "b": 0}
    op(c, x).sum().backward()
    assert calls == {"a": 1, "b": 1}
    op(op(x, c), op(c, c)).sum().backward()
    assert calls == {"a": 3, "b": 1}


def test_grad_runs_only_the_rules_on_the_way() -> None:
    op, calls = counted()
    a, b = leaf(2.0), leaf(3.0)
    y = op(op(a, 1.0), op(1.0, b))
    (g,) = autograd.grad(y, a)
    assert g.item() == 3.0
    assert calls == {"a": 2, "b": 0}
    y = op(op(a, 1.0), op(1.0, b))
    y.backward(inputs=[b])
    assert calls == {"a": 2, "b": 2}
    assert a.grad is None
    assert b.grad.item() == 2.0


def test_nothing_runs_behind_what_is_wanted() -> None:
    # The gradient with respect to h needs nothing of how h was made: that part may be gone, and is not freed.
    x = leaf([1.0, 2.0])
    h = x.exp()
    (h * 2).sum().backward()
    (g,) = autograd.grad((h * h).sum(), h)
    np.testing.assert_allclose(g.numpy(), 2 * np.exp([1.0, 2.0]))

    tx = torch.tensor([1.0, 2.0], requires_grad=True, dtype=torch.float64)
    th = tx.exp()
    (th * 2).sum().backward()
    torch.autograd.grad((th * th).sum(), th)


def test_grad_of_a_middle_tensor_leaves_the_rest_of_the_graph() -> None:
    x = leaf([1.0, 2.0])
    h = x.exp()
    (g,) = autograd.grad((h * h).sum(), h)
    h.backward(g)  # PyTorch can do this: the exp was not swept yet
    np.testing.assert_allclose(x.grad.numpy(), 2 * np.exp([2.0, 4.0]))


def test_a_root_that_does_not_lead_to_the_inputs_is_not_freed() -> None:
    a, b = leaf(2.0), leaf(3.0)
    y, z = a * a, b * b
    autograd.grad([y, z], [a])
    z.backward()
    assert b.grad.item() == 6.0
