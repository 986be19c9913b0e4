"""Forward mode; that it is right for every op is a law of tests/ops/test_laws.py."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest
import torch

from tinygrad_zh.core.primitive import SAME, primitive
from tinygrad_zh.errors import DTypeError, GraphError, ShapeError, TinygradZhError
from tinygrad_zh.ops.grad_mode import no_grad
from tinygrad_zh.ops.publish import public
from tinygrad_zh.transforms.gradient import grad
from tinygrad_zh.transforms.pushforward import jvp

exp, tensor = public["exp"], public["tensor"]


def f64(values: Any, **options: Any) -> Any:
    return tensor(values, dtype="float64", **options)


def network(m: Any, x: Any, w: Any, b: Any) -> Any:
    h = (x @ w + b).softmax(-1)
    p, q = h.split([2, 1], 1)
    return m["cat"]((q * h, p.sum(1, keepdim=True).exp()), 1), (h * h).sum()


@pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")  # torch.func warns of itself
def test_as_in_pytorch() -> None:
    rng = np.random.default_rng(0)
    xs, vs = ([rng.normal(size=s) for s in ((4, 2), (2, 3), (3,))] for _ in range(2))
    ys, ts = jvp(lambda *x: network(public, *x), [f64(x) for x in xs], [f64(v) for v in vs])
    theirs = torch.func.jvp(
        lambda *x: network(vars(torch), *x), tuple(map(torch.from_numpy, xs)), tuple(map(torch.from_numpy, vs))
    )
    for mine, expected in zip((*ys, *ts), (*theirs[0], *theirs[1]), strict=True):
        np.testing.assert_allclose(mine.array, expected.numpy(), rtol=1e-12)


def test_one_primal_need_not_be_a_tuple_and_results_come_as_func_gave_them() -> None:
    x, v = f64([1.0, 2.0]), f64([1.0, 10.0])
    y, t = jvp(lambda x: x * x, x, v)
    assert (y.tolist(), t.tolist()) == ([1.0, 4.0], [2.0, 40.0])
    ys, ts = jvp(lambda x: (x, 3 * x), (x,), (v,))
    assert [t.tolist() for t in ts] == [[1.0, 10.0], [3.0, 30.0]]
    assert not y.requires_grad and not t.requires_grad and ys[0].tolist() == [1.0, 2.0]


def test_what_does_not_move_has_a_tangent_of_zero() -> None:
    x, v = f64([1.0, 2.0]), f64([1.0, 1.0])
    _, ts = jvp(lambda x: (x.detach() * 2, public["floor"](x), f64([7.0]), x > 1), x, v)
    assert [t.tolist() for t in ts] == [[0.0, 0.0], [0.0, 0.0], [0.0], [False, False]]


def test_neither_primals_nor_their_graph_are_touched() -> None:
    x = f64([1.0, 2.0], requires_grad=True)
    before = x * x
    _, t = jvp(lambda z: z * before, before, f64([1.0, 1.0]))
    assert x.grad is None
    assert t.tolist() == [1.0, 4.0], "an operand that comes in from outside as well stands still there"
    public["sum"](before).backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_after_the_graph_behind_a_primal_is_freed() -> None:
    x = f64([1.0, 2.0], requires_grad=True)
    y = exp(x)
    public["sum"](y * y).backward()
    with no_grad():
        assert jvp(lambda z: z * z, y, f64([1.0, 1.0]))[1].tolist() == (2 * y).tolist()


def derivative(function: Any, x: Any) -> Any:
    """The derivative of a function of one number, at every element of `x`."""
    return jvp(function, x, public["ones_like"](x))[1]


def test_forward_over_forward() -> None:
    x, one = f64([1.0, 2.0]), f64([1.0, 1.0])
    for function in (lambda x: x * x * x, lambda x: x**3, lambda x: public["cat"]((x * x, x)).sum() * x):
        first = functools.partial(derivative, function)
        h = 1e-5
        slope = (first(x + h).array - first(x - h).array) / (2 * h)
        np.testing.assert_allclose(jvp(first, x, one)[1].array, slope, rtol=1e-8)


def test_forward_over_reverse_and_reverse_over_forward() -> None:
    """Three ways to the product of the Hessian and a vector."""
    rng = np.random.default_rng(1)
    a, x, v = f64(rng.normal(size=(3, 3))), f64(rng.normal(size=3)), f64(rng.normal(size=3))

    def loss(x: Any) -> Any:
        return exp(public["tanh"](a @ x)).sum() * (x * x).sum()

    def gradient(x: Any) -> Any:
        x = x if x.requires_grad else x.requires_grad_()
        return grad(loss(x), x, create_graph=True)[0]

    forward_over_reverse = jvp(gradient, x, v)[1]
    z = f64(x.array, requires_grad=True)
    (reverse_over_forward,) = grad(jvp(loss, z, v)[1], z)
    w = f64(x.array, requires_grad=True)
    (reverse_over_reverse,) = grad((gradient(w) * v).sum(), w)
    np.testing.assert_allclose(forward_over_reverse.array, reverse_over_reverse.array, rtol=1e-12)
    np.testing.assert_allclose(reverse_over_forward.array, reverse_over_reverse.array, rtol=1e-12)


def test_a_gradient_flows_to_the_tangent_too() -> None:
    x, v = f64([1.0, 2.0]), f64([1.0, 1.0], requires_grad=True)
    _, t = jvp(lambda x: x * x, x, v)
    t.sum().backward()
    assert v.grad.tolist() == [2.0, 4.0]
    with no_grad():
        assert not jvp(lambda x: x * x, x, v)[1].requires_grad


def test_a_chain_is_swept_without_recursion_in_linear_time() -> None:
    """Each step needs the transposed way; were it to look behind its node, this would take minutes."""

    def chain(x: Any) -> Any:
        for _ in range(5000):
            x = x.reshape(2)
        return x

    assert jvp(chain, f64([1.0, 2.0]), f64([3.0, 4.0]))[1].tolist() == [3.0, 4.0]


def test_a_declared_pushforward_is_used() -> None:
    used = []

    @primitive("<x>", promote=SAME, vjp_x=lambda g, k: g * k, jvp_x=lambda v, x, k: used.append(x) or v * k)
    def times(xp: Any, x: Any, *, k: float) -> Any:
        return x * k

    assert jvp(lambda x: times(x, k=3.0), f64([1.0]), f64([2.0]))[1].tolist() == [6.0]
    assert [x.tolist() for x in used] == [[1.0]]


def test_writing_in_place_inside() -> None:
    def function(x: Any) -> Any:
        y = x * 1
        y[0] = y[1] * 5
        y += x
        return y

    x, v = f64([1.0, 2.0]), f64([1.0, 10.0])
    assert jvp(function, x, v)[1].tolist() == [51.0, 20.0]
    assert x.tolist() == [1.0, 2.0]


def test_bad_input() -> None:
    x = f64([1.0, 2.0])
    with pytest.raises(GraphError, match=r"1 points.*2 tangents"):
        jvp(lambda x: x, x, (x, x))
    with pytest.raises(ShapeError, match=r"\(3,\) float64"):
        jvp(lambda x: x, x, f64([1.0, 2.0, 3.0]))
    with pytest.raises(TinygradZhError, match="float32"):
        jvp(lambda x: x, x, tensor([1.0, 2.0]))
    with pytest.raises(DTypeError):
        jvp(lambda x: x, tensor([1, 2]), tensor([1, 2]))
    with pytest.raises(TinygradZhError):
        jvp(lambda x: x, [1.0], x)
    with pytest.raises(TinygradZhError):
        jvp(lambda x: 3.0, x, x)
