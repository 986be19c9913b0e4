"""Captured functions among other things: in each other, under transforms, in threads, in classes."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh import func, nn, optim
from tinygrad_zh.core.modes import LAYERS

from .compare import classes, compare, drawn


def test_one_in_another() -> None:
    inner = tg.jit(lambda x: x.exp() * 2)
    outer = tg.jit(lambda x: inner(x) + inner(x * 2))
    for x in (drawn(3), drawn(3)):
        expected = x.exp() * 2 + (x * 2).exp() * 2
        np.testing.assert_allclose(outer(x).array, expected.array, rtol=1e-6)
    assert (outer.captures, inner.captures) == (1, 0)
    assert inner(drawn(3)).shape == (3,) and inner.captures == 1


def test_recursion() -> None:
    @tg.jit
    def power(x: Any, n: Any) -> Any:
        return x if n == "" else x * power(x, n[1:])

    for x in (drawn(3), drawn(3)):
        np.testing.assert_allclose(power(x, "aaa").array, (x**4).array, rtol=1e-6)
    assert power.captures == 1


def test_transforms_inside() -> None:
    w = drawn(3)

    def f(x: Any) -> Any:
        loss = lambda w, x: (w * x).sin().sum()  # noqa: E731
        per_example = func.vmap(func.grad(loss), (None, 0))(w, x)
        y, tangent = func.jvp(lambda x: (x * w).exp(), (x,), (tg.ones_like(x),))
        return per_example, tangent, y, func.hessian(lambda x: (x**3).sum())(x[0]), func.vmap(tg.dot)(x, x)

    compare(lambda: (f, lambda: None), [(drawn(4, 3),) for _ in range(3)], rounding=1e-6)


def test_random_numbers_of_each_sample_inside() -> None:
    def f(x: Any) -> Any:
        noisy = func.vmap(lambda x: x + tg.rand(3), randomness="different")(x)
        return noisy, func.vmap(lambda x: nn.functional.dropout(x, 0.5), randomness="same")(x)

    compare(lambda: (f, lambda: None), [(drawn(4, 3),) for _ in range(3)])


def test_inside_transforms() -> None:
    """Where somebody looks on, the function itself runs."""
    j = tg.jit(lambda x: (x**2).sum())
    x = drawn(4, 3)
    np.testing.assert_allclose(func.vmap(j)(x).array, (x.array**2).sum(1), rtol=1e-6)
    w = tg.ones(3)
    k = tg.jit(lambda: w * 2)
    assert func.vmap(lambda x: x + k())(x).shape == (4, 3) and k.captures == 0
    row = x[0]
    with tg.record() as record:
        j(row)
    assert [step.op.name for step in record.steps] == ["pow", "sum"]
    assert j.captures == 0
    with pytest.raises(tg.errors.GraphError):
        func.grad(j)(x[0])


def test_checkpoints_and_functions_of_ones_own() -> None:
    class Twice(tg.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            return 2 * x * g

    def make() -> Any:
        net = nn.Linear(3, 3)

        def f(x: Any) -> Any:
            net.zero_grad()
            y = tg.utils.checkpoint.checkpoint(lambda x: net(x).tanh(), x.requires_grad_(), use_reentrant=False)
            Twice.apply(y).sum().backward()
            return y.detach()

        return f, lambda: [p.grad for p in net.parameters()]

    compare(make, [(drawn(4, 3),) for _ in range(3)], rounding=1e-6)


def test_threads_share_a_function() -> None:
    net = nn.Sequential(nn.Linear(30, 40), nn.ReLU(), nn.Linear(40, 30))
    j = tg.jit(lambda x: net(x).softmax(-1).detach())
    inputs = [drawn(50, 30) for _ in range(8)]
    expected = [j.function(x).array for x in inputs]
    problems: list[Any] = []
    before = set(LAYERS)  # left by a test elsewhere

    def work() -> None:
        try:
            for _ in range(10):
                for x, e in zip(inputs, expected, strict=True):
                    np.testing.assert_allclose(j(x).array, e, rtol=1e-5)
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not problems and j.captures == 1 and set(LAYERS) <= before


def test_another_thread_is_not_captured() -> None:
    inside, go_on = threading.Event(), threading.Event()
    w, own = drawn(3), drawn(3)
    found: list[Any] = []

    def f(x: Any) -> Any:
        y = x * w
        inside.set()
        assert go_on.wait(30)
        return y + w

    j = tg.jit(f)
    thread = threading.Thread(target=lambda: found.append(j(tg.ones(3))))
    thread.start()
    assert inside.wait(30)
    assert (own * 2 + 1).tolist() == (own.array * 2 + 1).tolist()
    with pytest.raises(tg.errors.GraphError) as caught:
        w * 2
    assert caught.value.code == "TG-E791"
    go_on.set()
    thread.join(30)
    assert found[0].tolist() == (w * 2).tolist() and len(j.plan.steps) == 2


def test_methods_of_classes() -> None:
    class Trainer:
        def __init__(self, width: int) -> None:
            self.net = nn.Linear(width, 2)
            self.opt = optim.SGD(self.net.parameters(), lr=0.1)

        @tg.jit
        def step(self, x: Any, y: Any) -> Any:
            """Take a step."""
            self.opt.zero_grad()
            loss = tg.cross_entropy(self.net(x), y)
            loss.backward()
            self.opt.step()
            return loss

    a, b = Trainer(3), Trainer(3)
    x, y = drawn(4, 3), classes(2, 4)
    for trainer in (a, b, a, b):
        before = trainer.net.weight.tolist()
        assert trainer.step(x, y) > 0 and trainer.net.weight.tolist() != before
    assert Trainer.step.captures == 2 and Trainer.step.__name__ == "step" and Trainer.step.__doc__ == "Take a step."
    assert not hasattr(tg.jit(nn.Linear(1, 1)), "__name__") or True


def test_a_module_itself() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.Tanh())
    j = tg.jit(net)
    with tg.no_grad():
        for x in (drawn(2, 3), drawn(2, 3)):
            assert j(x).tolist() == net(x).tolist()
    assert j.captures == 1


def test_results_that_are_arguments_weights_views_or_the_same() -> None:
    w = drawn(3)

    def f(x: Any) -> Any:
        y = x * 2
        return x, w, y, y, y[0], y.t(), w.detach(), x[1:], tg.zeros(2), w * 1

    j = tg.jit(f)
    first = drawn(3, 3)
    for x in (first, drawn(3, 3), first):
        found, expected = j(x), f(x)
        assert found[0] is x and found[1] is w
        for y, e in zip(found, expected, strict=True):
            assert y.tolist() == e.tolist() and y.dtype == e.dtype
        assert found[3] is found[2] and np.shares_memory(found[4].array, found[2].array)
        assert np.shares_memory(found[6].array, w.array) and np.shares_memory(found[7].array, x.array)
        for y in (found[2], found[8], found[9]):  # nothing of the next call is spoilt
            y.add_(1000)
    assert j.captures == 1


def test_a_result_outlives_the_next_call() -> None:
    j = tg.jit(lambda x: (x.exp(), (x * 2).exp().sum(0), x.reshape(-1)))
    inputs = [drawn(40, 40) for _ in range(4)]
    found = [j(x) for x in inputs]
    for x, ys in zip(inputs, found, strict=True):
        expected = j.function(x)
        for y, e in zip(ys, expected, strict=True):
            np.testing.assert_allclose(y.array, e.array, rtol=1e-6)


def test_gradients_outlive_the_next_call() -> None:
    net = nn.Linear(30, 30)

    def f(x: Any) -> None:
        net.weight.grad = None
        net(x).exp().sum().backward()

    j, held = tg.jit(f), []
    inputs = [drawn(40, 30) for _ in range(3)]
    for x in inputs:
        j(x)
        held.append(net.weight.grad)
    for x, g in zip(inputs, held, strict=True):
        f(x)
        np.testing.assert_allclose(g.array, net.weight.grad.array, rtol=1e-5)


def test_gradients_of_arguments() -> None:
    def f(x: Any, y: Any) -> Any:
        loss = (x * x * y).sum()
        loss.backward()
        return loss

    j = tg.jit(f)
    for _ in range(3):
        x, y = drawn(3).requires_grad_(), drawn(3)
        j(x, y)
        np.testing.assert_allclose(x.grad.array, (2 * x * y).detach().array, rtol=1e-6)
        assert y.grad is None
    first = x.grad.tolist()
    j(x, y)
    np.testing.assert_allclose(x.grad.array, 2 * np.asarray(first, dtype="f"), rtol=1e-6)
    assert j.captures == 2


def test_arguments_and_constants_that_are_written_to() -> None:
    total = tg.zeros(3)

    def f(x: Any) -> Any:
        x.mul_(2)
        x[0] = 7.0
        total.add_(x)
        fresh, ones = tg.zeros(3), tg.ones(3)
        view = fresh[1:]
        fresh += x
        view.mul_(10)
        return fresh, view.sum(), ones + fresh

    def make() -> Any:
        total.zero_()
        return f, lambda: [total]

    compare(lambda: (lambda x: f(x.clone()), lambda: None), [(drawn(3),) for _ in range(3)])
    total.zero_()
    j = tg.jit(f)
    for _ in range(3):
        x, before = drawn(3), total.clone()
        y = x.clone()
        expected = f(y)
        total.copy_(before)
        found = j(x)
        assert x.tolist() == y.tolist() and total.tolist() == (before + y).tolist()
        for a, b in zip(found, expected, strict=True):
            assert a.tolist() == b.tolist()
    assert j.captures == 1 and make


def test_writes_are_seen_by_graphs_from_before() -> None:
    w = drawn(3).requires_grad_()
    loss = (w**2).sum()

    def shift() -> None:
        with tg.no_grad():
            w.add_(1)

    j = tg.jit(shift)
    j()
    loss = (w**2).sum()
    j()
    with pytest.raises(tg.errors.GraphError):
        loss.backward()
