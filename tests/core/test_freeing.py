"""Memory: reference counts alone free the graph.  The garbage collector is off in every test of this file."""

from __future__ import annotations

import sys
import tracemalloc
import weakref
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh import autograd
from tinygrad_zh.errors import GraphError

from .graphs import Square, alive, leaf, nodes_alive, watch

pytestmark = pytest.mark.usefixtures("without_collector")


# -- what a sweep frees --------------------------------------------------------------------------------


def test_backward_frees_the_graph_although_the_loss_is_held() -> None:
    x = leaf([1.0, 2.0])
    h = x.exp()
    loss = (h * h).sum()
    references = watch(loss.node.parents[0])
    array = weakref.ref(h.array)
    del h
    assert len(alive(references)) == 2
    loss.backward()
    assert len(alive(references)) == 1  # the root's parent; it is empty, and what lay behind it is gone
    assert alive(references)[0].saved is None
    assert alive(references)[0].parents == ()
    assert array() is None
    assert loss.item() > 0


def test_saved_arrays_live_as_long_as_their_graph() -> None:
    x = leaf(np.ones(5))
    h = x.exp()
    array = weakref.ref(h.array)
    y = h * 2
    del h
    assert array() is not None  # exp saved it
    y.sum().backward(retain_graph=True)
    assert array() is not None
    y.sum().backward()
    assert array() is None


def test_only_what_rules_name_is_saved() -> None:
    x = leaf(np.ones(5))
    a = x * 1.0
    array = weakref.ref(a.array)
    y = a + 1.0
    z = a.sum() + y.sum()
    del a, y
    assert array() is None  # neither addition nor sum needs its operand
    z.backward()


def test_an_operand_is_not_saved_for_the_side_that_needs_no_gradient() -> None:
    # Both rules name what they name: the weight is saved for the input's gradient, whoever needs one.
    x, w = tg.tensor([1.0, 2.0], dtype="float64"), leaf([3.0, 4.0])
    (x * w).sum().backward()
    assert x.grad is None
    np.testing.assert_array_equal(w.grad.numpy(), [1.0, 2.0])


def test_view_alone_keeps_its_base_and_nothing_else_does() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    y = x * 1
    reference = weakref.ref(y)
    v = y.t()
    del y
    assert reference() is not None  # a write through v must reach it
    del v
    assert reference() is None


def test_retain_grad_does_not_keep_the_tensor() -> None:
    x = leaf([1.0])
    y = x * 2
    y.retain_grad()
    z = y + 1  # does not save y
    reference = weakref.ref(y)
    del y
    assert reference() is None
    z.backward()
    assert x.grad.item() == 2.0


def test_a_leaf_that_is_gone_gets_nothing() -> None:
    x, w = leaf([1.0]), leaf([2.0])
    y = x + w
    reference = weakref.ref(w)
    del w
    assert reference() is None
    y.backward()
    assert x.grad.item() == 1.0


def test_no_grad_keeps_nothing() -> None:
    x = leaf(np.ones(3))
    before = nodes_alive()
    with tg.no_grad():
        y = x.exp()
        array = weakref.ref(y.array)
        z = y * 2
        del y
        assert array() is None
        assert nodes_alive() == before
    assert not z.requires_grad


def test_second_derivatives_are_freed_too() -> None:
    x = leaf([1.0, 2.0])
    before = nodes_alive()
    y = (x**3).sum()
    (first,) = autograd.grad(y, x, create_graph=True)
    (second,) = autograd.grad(first.sum(), x)
    del y, first
    assert nodes_alive() == before
    np.testing.assert_allclose(second.numpy(), [6.0, 12.0])


def test_an_error_in_the_sweep_keeps_nothing() -> None:
    x = leaf([1.0, 2.0])
    before = nodes_alive()
    y = x.exp()
    z = y * 2
    y += 1
    with pytest.raises(GraphError):
        z.sum().backward()
    sys.last_value = sys.last_traceback = None  # type: ignore[assignment]
    del y, z
    assert nodes_alive() == before


# -- deep graphs, long loops ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step",
    [
        lambda y: y + 1.0,
        lambda y: y.exp(),
        lambda y: y * y,  # saves Tensors, so tensors and nodes alternate
        lambda y: y.view(1),  # every view holds its base
        lambda y: y.split(1)[0],
        lambda y: Square.apply(y),
    ],
    ids=["add", "exp", "mul", "view", "split", "function"],
)
def test_a_deep_graph_that_was_never_swept_is_released(step: Any) -> None:
    before = nodes_alive()
    x = leaf([0.0])
    y = x
    for _ in range(20_000):
        y = step(y)
    del y
    assert nodes_alive() == before


def test_a_deep_in_place_graph_is_released() -> None:
    before = nodes_alive()
    x = leaf([0.0])
    y = x * 1
    for _ in range(20_000):
        y += 1.0
    y.backward()
    del y
    assert x.grad.item() == 1.0
    assert nodes_alive() == before


def test_a_training_loop_does_not_grow() -> None:
    rng = np.random.default_rng(0)
    data = tg.tensor(rng.normal(size=(32, 10)), dtype="float64")
    target = tg.tensor(rng.normal(size=(32, 1)), dtype="float64")
    w1, w2 = leaf(rng.normal(size=(10, 512))), leaf(rng.normal(size=(512, 1)) * 0.05)
    losses = []

    def step() -> None:
        hidden = data @ w1
        hidden += 0.5
        hidden = hidden.relu()
        loss = ((hidden @ w2 - target) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        with tg.no_grad():
            for w in (w1, w2):
                w -= 1e-3 * w.grad
                w.grad = None

    tracemalloc.start()
    for _ in range(20):  # until caches and free lists are filled
        step()
    first = tracemalloc.get_traced_memory()[0]
    for _ in range(200):
        step()
    last = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    hidden_bytes = 32 * 512 * 8
    assert last - first < hidden_bytes  # 200 steps keep less than one step's hidden layer
    assert losses[-1] < losses[0]


def test_held_losses_do_not_hold_their_graphs() -> None:
    x = leaf(np.ones(1000))
    before = nodes_alive()
    losses = []
    for _ in range(10):
        loss = (x.exp() * x).sum()
        loss.backward()
        losses.append(loss)
    assert nodes_alive() - before <= 2 * len(losses)
    assert all(parent is None or parent.saved is None for loss in losses for parent in loss.node.parents)
