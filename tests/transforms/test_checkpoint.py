"""checkpoint: the same gradients from less memory, and what it refuses."""

from __future__ import annotations

import tracemalloc
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh import func
from tinygrad_zh.autograd import Function, grad
from tinygrad_zh.errors import ArgumentError, GraphError, TinygradZhError
from tinygrad_zh.utils.checkpoint import checkpoint, checkpoint_sequential

RNG = np.random.default_rng(0)


def f64(values: Any, **options: Any) -> tg.Tensor:
    return tg.tensor(values, dtype=tg.float64, **options)


def gradients(compute: Any, *tensors: Any) -> list[Any]:
    for x in tensors:
        x.grad = None
    compute().backward()
    return [x.grad.array for x in tensors]


def test_the_same_bits_with_parameters_that_the_function_knows_and_random_numbers() -> None:
    model = tg.nn.Sequential(tg.nn.Linear(4, 5), tg.nn.Tanh(), tg.nn.Dropout(0.5), tg.nn.Linear(5, 3))
    x = tg.tensor(RNG.normal(size=(6, 4)), dtype=tg.float32, requires_grad=True)

    def compute(call: Any) -> Any:
        tg.manual_seed(1)
        y = call(x)
        return (y * y * tg.rand(3)).sum()

    wanted = [x, *model.parameters()]
    plain = gradients(lambda: compute(model), *wanted)
    calls = []
    again = gradients(lambda: compute(lambda x: checkpoint(lambda x: calls.append(1) or model(x), x)), *wanted)
    for a, b in zip(plain, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert len(calls) == 2
    state = tg.get_rng_state()
    compute(lambda x: checkpoint(model, x)).backward()
    tg.manual_seed(1)
    compute(model)
    assert tg.get_rng_state() == state, "the backward pass leaves the generator where it was"


def test_random_numbers_drawn_anew_if_asked_for() -> None:
    x = tg.ones(64, requires_grad=True)
    tg.manual_seed(0)
    y = checkpoint(lambda x: tg.dropout(x, 0.5), x, preserve_rng_state=False)
    y.sum().backward()
    assert (x.grad != y).any()


def test_several_results_other_arguments_and_structures() -> None:
    x, w = f64([1.0, 2.0], requires_grad=True), f64([3.0, 4.0], requires_grad=True)

    def f(x: Any, n: int, *, table: Any) -> Any:
        return {"y": x.exp() * n, "z": (table["w"].sin() * x, n)}, x > 1

    def total(call: Any) -> Any:
        found, mask = call(f, x, 2, table={"w": w})
        assert found["z"][1] == 2 and not mask.requires_grad
        return found["y"].sum() * found["z"][0].sum()

    plain = gradients(lambda: total(lambda f, *a, **k: f(*a, **k)), x, w)
    for a, b in zip(plain, gradients(lambda: total(checkpoint), x, w), strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_needs_no_gradient_is_left_alone() -> None:
    x = f64([1.0, 2.0])
    assert not checkpoint(lambda x: x.exp(), x).requires_grad
    x.requires_grad_()
    with tg.no_grad():
        assert not checkpoint(lambda x: x.exp(), x).requires_grad
    assert checkpoint(lambda x: 3, x) == 3
    y = checkpoint(lambda x: (x.exp(), x), x)
    assert y[1] is x


def test_a_part_of_the_results_is_enough() -> None:
    x = f64([1.0, 2.0], requires_grad=True)
    a, _ = checkpoint(lambda x: (x.exp(), x.sin()), x)
    a.sum().backward()
    np.testing.assert_array_equal(x.grad.array, np.exp([1.0, 2.0]))


@contextmanager
def peak() -> Any:
    """Measure the most memory in use inside the block, in bytes."""
    found: list[int] = []
    tracemalloc.start()
    try:
        yield found
        found.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


def test_it_needs_less_memory() -> None:
    """Of 16 steps that save 2 arrays each, 4 segments keep 4 arguments and the arrays of one segment."""
    size, steps = 50_000, [lambda x: (x * 1.01).tanh()] * 16
    x = tg.zeros(size, requires_grad=True)
    with peak() as plain:
        y = x
        for step in steps:
            y = step(y)
        y.sum().backward()
    with peak() as less:
        checkpoint_sequential(steps, 4, x).sum().backward()
    assert less[0] < 0.6 * plain[0], (less, plain)
    with peak() as held:
        kept = checkpoint(lambda x: [x := step(x) for step in steps][-1], x)
        now = tracemalloc.get_traced_memory()[0]
    assert held and now < 2 * x.nbytes, "between forward and backward there is only the result"
    assert kept.requires_grad


def test_a_checkpoint_in_a_checkpoint_and_derivatives_of_every_kind() -> None:
    w, xs = f64(RNG.normal(size=3)), f64(RNG.normal(size=(4, 3)))

    def plain(w: Any) -> Any:
        return ((w.exp() * w).sin() * w).sum()

    def checked(w: Any) -> Any:
        return checkpoint(lambda v: checkpoint(lambda u: (u.exp() * u).sin(), v) * v, w).sum()

    for transform in (
        func.grad,
        func.hessian,
        func.jacrev,
        func.jacfwd,
        lambda f: lambda w: func.jvp(f, (w,), (w,))[1],
        lambda f: func.grad(lambda w: (func.grad(f)(w) ** 2).sum()),
        lambda f: lambda w: func.vmap(func.hessian(f))(xs),
        lambda f: lambda w: func.grad(lambda xs: func.vmap(f)(xs).sum())(xs),
    ):
        np.testing.assert_allclose(transform(checked)(w).array, transform(plain)(w).array, rtol=1e-12)


def test_random_numbers_under_vmap() -> None:
    x = tg.ones(3, 32, requires_grad=True)
    y = func.vmap(lambda x: checkpoint(lambda x: tg.dropout(x, 0.5) * x, x), randomness="different")(x)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.array, 2 * y.array)


def test_hooks_a_users_op_and_retained_graphs() -> None:
    class Cube(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            return g * 3 * x * x

    seen = []
    x = f64([1.0, 2.0], requires_grad=True)
    y = checkpoint(lambda x: Cube.apply(x.exp()), x)
    y.register_hook(lambda g: seen.append(g.tolist()))
    first = grad(y.sum(), x, retain_graph=True)[0]
    second = grad(y.sum(), x)[0]
    np.testing.assert_allclose(first.array, 3 * np.exp([3.0, 6.0]))
    np.testing.assert_array_equal(first.array, second.array)
    assert seen == [[1.0, 1.0]] * 2
    with pytest.raises(GraphError, match="second time"):
        y.sum().backward()


def test_contexts() -> None:
    entered = []

    @contextmanager
    def named(name: str) -> Any:
        entered.append(name)
        yield

    x = f64([1.0], requires_grad=True)
    y = checkpoint(lambda x: x.exp(), x, context_fn=lambda: (named("first"), named("second")))
    assert entered == ["first"]
    y.sum().backward()
    assert entered == ["first", "second"]


def test_a_function_that_does_something_else_the_second_time() -> None:
    def changing(*bodies: Any) -> Any:
        left = list(bodies)
        return lambda x: left.pop(0)(x)

    x = f64([1.0, 2.0], requires_grad=True)
    y = checkpoint(changing(lambda x: x.exp() * 2, lambda x: x.sin() * 2), x)
    with pytest.raises(GraphError, match=r"was exp.*then sin"):
        y.sum().backward()
    for check in ("default", "none"):
        y = checkpoint(changing(lambda x: x.exp(), lambda x: x.exp() * 2), x, determinism_check=check)
        with pytest.raises(GraphError, match="1 operations, then 2"):
            y.sum().backward()
    y = checkpoint(changing(lambda x: x.exp(), lambda x: x.exp() * 1.0, lambda x: x), x, determinism_check="none")
    with pytest.raises(GraphError):
        y.sum().backward()


def test_an_argument_that_was_written_to() -> None:
    x = f64([1.0, 2.0], requires_grad=True)
    h = x * 1
    y = checkpoint(lambda h: h.exp(), h)
    h += 1
    with pytest.raises(GraphError, match="overwritten"):
        y.sum().backward()


def test_sequential() -> None:
    x = f64([0.3, 0.7], requires_grad=True)
    steps = [lambda x: x * x, lambda x: x.exp(), lambda x: -x, lambda x: x.sin(), lambda x: x * 3]
    plain = gradients(lambda: steps[4](steps[3](steps[2](steps[1](steps[0](x))))).sum(), x)
    for segments in range(1, 6):
        found = gradients(lambda: checkpoint_sequential(steps, segments, x).sum(), x)  # noqa: B023
        np.testing.assert_array_equal(found[0], plain[0])
    model = tg.nn.Sequential(tg.nn.Linear(2, 2), tg.nn.Tanh(), tg.nn.Linear(2, 1)).double()
    checkpoint_sequential(model, 2, x, preserve_rng_state=False).sum().backward()
    assert model[0].weight.grad is not None


def test_bad_arguments() -> None:
    x = f64([1.0], requires_grad=True)
    with pytest.raises(ArgumentError, match="use_reentrant"):
        checkpoint(lambda x: x, x, use_reentrant=True)
    assert checkpoint(lambda x: x.exp(), x, use_reentrant=False).requires_grad
    with pytest.raises(ArgumentError, match="determinism_check"):
        checkpoint(lambda x: x, x, determinism_check="some")
    for segments in (0, 4, 1.5, True):
        with pytest.raises(TinygradZhError, match="segments"):
            checkpoint_sequential([lambda x: x] * 3, segments, x)
    with pytest.raises(ArgumentError, match="debug"):
        checkpoint_sequential([lambda x: x], 1, x, debug=True)
