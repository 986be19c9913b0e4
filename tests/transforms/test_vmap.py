"""vmap: structures, out_dims, chunks, randomness, nesting, memory.

That it is right for every op is in test_vmap_laws.py.
"""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import func
from tinygrad_zh.core.modes import LAYERS
from tinygrad_zh.core.primitive import primitive
from tinygrad_zh.core.record import record
from tinygrad_zh.errors import GraphError
from tinygrad_zh.nn.functional import scaled_dot_product_attention as attend
from tinygrad_zh.ops.generator import default_generator
from tinygrad_zh.transforms.batching import RULES, SlowBatching

from .samples import RNG, drawn, f64

# -- where the samples lie -----------------------------------------------------------------------------


@pytest.mark.parametrize("in_dim", [0, 1, 2, -1])
@pytest.mark.parametrize("out_dim", [0, 1, -1])
def test_any_dimension(in_dim: int, out_dim: int) -> None:
    x = RNG.normal(size=(2, 3, 4))
    found = func.vmap(lambda x: x.t() * 2, in_dims=in_dim, out_dims=out_dim)(f64(x))
    expected = torch.func.vmap(lambda x: x.t() * 2, in_dims=in_dim, out_dims=out_dim)(torch.tensor(x))
    np.testing.assert_array_equal(found.array, expected.numpy())


def test_structures() -> None:
    x, y, z = drawn(3, 2), drawn(2, 3), drawn(2)

    def f(pair: Any, z: Any, n: int) -> Any:
        return {"s": pair["x"] + pair["y"] * n, "z": (z, [pair["x"].sum()])}

    found = func.vmap(f, in_dims=({"x": 0, "y": 1}, None, None), out_dims={"s": 1, "z": (None, 0)})(
        {"x": x, "y": y}, z, 2
    )
    np.testing.assert_allclose(found["s"].array, x.array.T + y.array * 2)
    np.testing.assert_array_equal(found["z"][0].array, z.array)
    np.testing.assert_allclose(found["z"][1][0].array, x.array.sum(1))
    # a dict of another order is the same dict, and an int stands for all below it
    again = func.vmap(f, in_dims=({"y": 1, "x": 0}, None, None), out_dims={"z": (None, 0), "s": 1})
    np.testing.assert_array_equal(again({"x": x, "y": y}, z, 2)["s"].array, found["s"].array)
    assert func.vmap(lambda p: p["a"] + p["b"][0])({"a": z, "b": [z]}).tolist() == (2 * z).tolist()


def test_arguments_by_name_are_shared_and_constant_results_are_repeated() -> None:
    x, w = drawn(3, 2), drawn(2)
    found = func.vmap(lambda x, *, w: (x * w, w))(x, w=w)
    np.testing.assert_array_equal(found[1].array, np.stack([w.array] * 3))
    assert func.vmap(lambda x: tg.ones(2), out_dims=1)(x).shape == (2, 3)


def test_a_result_that_all_samples_share_has_one_gradient() -> None:
    w = f64([1.0, 2.0], requires_grad=True)
    shared = func.vmap(lambda x: func.grad(lambda w: (w**3).sum())(w), out_dims=None)(drawn(4, 2))
    shared.sum().backward()
    assert w.grad.tolist() == [6.0, 12.0]
    w.grad = None
    func.vmap(lambda x: w * 2)(drawn(4, 2)).sum().backward()
    assert w.grad.tolist() == [8.0, 8.0]


@pytest.mark.parametrize("chunk_size", [1, 2, 3, 7])
def test_chunks(chunk_size: int) -> None:
    x, y = drawn(5, 2), drawn(2, 5)
    sizes = []

    def f(x: Any, y: Any) -> Any:
        sizes.append(x.array.level.size)
        return (x * y).sum(), x + y

    found = func.vmap(f, (0, 1), (0, 1), chunk_size=chunk_size)(x, y)
    np.testing.assert_allclose(found[0].array, (x.array * y.array.T).sum(1))
    np.testing.assert_allclose(found[1].array, x.array.T + y.array)
    assert sum(sizes) == 5 and max(sizes) == min(chunk_size, 5)


def test_no_samples() -> None:
    x = f64(np.zeros((0, 3)))
    assert func.vmap(lambda x: (x * 2).sum())(x).shape == (0,)
    assert func.vmap(func.grad(lambda x: (x @ x).exp()))(x).shape == (0, 3)


# -- nesting -------------------------------------------------------------------------------------------


def test_vmap_of_vmap() -> None:
    a, b = drawn(3, 4), drawn(5, 4)

    def f(a: Any, b: Any) -> Any:
        return (a * b).sum().exp()

    expected = np.exp(a.array @ b.array.T)
    np.testing.assert_allclose(func.vmap(func.vmap(f, (None, 0)), (0, None))(a, b).array, expected)
    np.testing.assert_allclose(func.vmap(lambda a: func.vmap(lambda b: f(a, b))(b))(a).array, expected)
    np.testing.assert_allclose(func.vmap(func.vmap(f, (0, None), -1), (None, 0), 1)(a, b).array, expected)
    g = func.grad(lambda a: func.vmap(func.vmap(f, (None, 0)), (0, None))(a, b).sum())(a)
    np.testing.assert_allclose(g.array, expected @ b.array)
    twice = func.vmap(lambda a: func.vmap(lambda b: func.grad(f)(a, b))(b))(a)
    np.testing.assert_allclose(twice.array, expected[..., None] * b.array[None])


def test_every_nesting_is_the_loop() -> None:
    """Per-sample derivatives of a loss with parameters that are differentiated outside."""
    w, x = drawn(3), drawn(4, 3)

    def loss(w: Any, x: Any) -> Any:
        return ((w * x).tanh().sum() * x.exp()).sum()

    def each(f: Any) -> Any:
        return lambda w: sum((f(w, x[i]) for i in range(4)), f64(0.0))

    for inner in (
        lambda w, x: (func.grad(loss)(w, x) ** 2).sum(),
        lambda w, x: (func.grad(loss, argnums=1)(w, x) ** 2).sum(),
        lambda w, x: (func.jacfwd(func.grad(loss))(w, x) ** 2).sum(),
        lambda w, x: (func.jacrev(lambda w: (w * x).exp())(w) ** 2).sum(),
        lambda w, x: func.jvp(lambda w: loss(w, x), (w,), (x,))[1],
        lambda w, x: func.hvp(loss, (w, x), (x, w))[0].sum(),
    ):

        def mapped(w: Any, inner: Any = inner) -> Any:
            return func.vmap(inner, (None, 0))(w, x).sum()

        looped = each(inner)
        np.testing.assert_allclose(mapped(w).array, looped(w).array, rtol=1e-12)
        for derivative in (func.grad, func.jacfwd, func.hessian):
            np.testing.assert_allclose(derivative(mapped)(w).array, derivative(looped)(w).array, rtol=1e-10)


def test_backward_through_vmap_and_in_place_within() -> None:
    x, w = f64(RNG.normal(size=(3, 2)), requires_grad=True), f64([1.0, 2.0], requires_grad=True)

    def f(x: Any) -> Any:
        y = x * w
        y[0] = y[1].clone() * x[0]
        y += w
        y[1] *= 2
        return y.exp()

    func.vmap(f)(x).sum().backward()
    found = x.grad, w.grad
    x.grad = w.grad = None
    tg.stack([f(row) for row in x]).sum().backward()
    for g, e in zip(found, (x.grad, w.grad), strict=True):
        np.testing.assert_allclose(g.array, e.array, rtol=1e-13)


def test_a_users_op_within() -> None:
    class Cube(tg.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, w: Any) -> Any:
            ctx.save_for_backward(x, w)
            return x**3 * w

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            x, w = ctx.saved_tensors
            return g * 3 * x * x * w, g * x**3

    x, w = drawn(4, 2), f64([1.0, 2.0], requires_grad=True)
    per_sample = func.vmap(func.grad(lambda x: Cube.apply(x, w).sum()))(x)
    np.testing.assert_allclose(per_sample.array, 3 * x.array**2 * w.array)
    func.vmap(lambda x: Cube.apply(x, w).sum())(x).sum().backward()
    np.testing.assert_allclose(w.grad.array, (x.array**3).sum(0))


# -- random numbers ------------------------------------------------------------------------------------

DRAWS = {
    "rand": lambda x: tg.rand(4),
    "randn": lambda x: tg.randn(5),
    "randint": lambda x: tg.randint(0, 100, (4,)),
    "randperm": lambda x: tg.randperm(9),
    "dropout": lambda x: tg.dropout(x, 0.5),
    "dropout of what is shared": lambda x: tg.dropout(tg.ones(32), 0.5),
    "attention": lambda x: attend(*(x.reshape(8, 4),) * 2, tg.eye(8), dropout_p=0.5),
    "attention to what is shared": lambda x: attend(*(tg.ones(8, 4),) * 2, tg.eye(8), dropout_p=0.5),
    "bernoulli": lambda x: tg.bernoulli(x * 0 + 0.5),
    "poisson": lambda x: tg.poisson(x * 0 + 50.0),
    "normal": lambda x: tg.normal(x, 2.0),
    "multinomial": lambda x: tg.multinomial(x.abs() * 0 + 1, 4),
    "chance": lambda x: (x * 1).bernoulli_(0.5),
}


@pytest.mark.parametrize("case", DRAWS)
def test_randomness(case: str) -> None:
    draw, x = DRAWS[case], tg.ones(3, 32)
    different = func.vmap(draw, randomness="different")(x).array
    assert all((different[i] != different[j]).any() for i in range(3) for j in range(i))
    same = func.vmap(draw, randomness="same")(x).array
    assert (same[0] == same[1]).all() and (same[0] == same[2]).all()
    with pytest.raises(GraphError, match="randomness"):
        func.vmap(draw)(x)


@pytest.mark.parametrize("randomness", ["same", "different"])
def test_the_way_back_through_attention_drops_the_same_weights(randomness: Any) -> None:
    """What is linear in the values is the sum of the values times their gradients."""
    q, v = drawn(3, 2, 5, 4), drawn(3, 2, 5, 1)

    def summed(v: Any, q: Any) -> Any:
        return attend(q, q, v, dropout_p=0.4).sum()

    g, total = func.vmap(func.grad_and_value(summed), randomness=randomness)(v, q)
    np.testing.assert_allclose((g * v).sum((1, 2, 3)).array, total.array)


def test_draws_after_one_another_do_not_overlap() -> None:
    found = func.vmap(lambda x: tg.cat([tg.rand(3), tg.rand(5)]), randomness="different")(tg.ones(50)).array
    assert len(np.unique(np.concatenate([found.ravel(), tg.rand(400).array]))) == 800
    tg.manual_seed(3)
    first = func.vmap(lambda x: tg.rand(3), randomness="different")(tg.ones(5))
    state = default_generator.get_state()
    tg.manual_seed(3)
    assert (func.vmap(lambda x: tg.rand(3), randomness="different")(tg.ones(5)) == first).all()
    assert default_generator.get_state() == state


def test_randomness_of_nested_calls() -> None:
    def f(x: Any) -> Any:
        return tg.rand(2)

    x = tg.ones(3, 4)
    found = func.vmap(func.vmap(f, randomness="same"), randomness="different")(x).array
    assert (found[:, :1] == found).all() and (found[0] != found[1]).any()
    found = func.vmap(func.vmap(f, randomness="different"), randomness="same")(x).array
    assert (found[:1] == found).all() and (found[:, 0] != found[:, 1]).any()
    with pytest.raises(GraphError, match="randomness"):
        func.vmap(func.vmap(f, randomness="different"))(x)


# -- an op without a rule ------------------------------------------------------------------------------


def test_an_op_without_a_rule_is_looped_and_says_so_once() -> None:
    @primitive("<x>", aux=("twice",), vjp_x=lambda g, twice: g * twice, name="op_without_a_rule")
    def odd(xp: Any, x: Any, w: Any) -> Any:
        return xp.sort(x) * w, x * 2

    x, w = f64([[3.0, 1.0], [2.0, 5.0], [7.0, 6.0]]), f64([1.0, 10.0])
    try:
        with pytest.warns(SlowBatching, match="op_without_a_rule") as caught:
            found = func.vmap(odd, (0, None))(x, w)
            func.vmap(odd, (0, None))(x, w)
        assert len(caught) == 1
        np.testing.assert_array_equal(found.array, np.sort(x.array) * w.array)
        g = func.grad(lambda x: func.vmap(odd, (0, None))(x, w).sum())(x)
        np.testing.assert_array_equal(g.array, 2 * x.array)
        assert func.vmap(odd, (0, None))(x[:0], w).shape == (0, 2)
        both = func.vmap(lambda x: func.vmap(lambda y: odd(y, w))(x))(tg.stack([x, x + 1]))
        np.testing.assert_array_equal(both.array[1], np.sort(x.array + 1) * w.array)
    finally:
        RULES.pop("op_without_a_rule")


# -- memory, and who looks on --------------------------------------------------------------------------


def test_the_door_need_not_look_when_the_last_batch_is_gone() -> None:
    gc.collect()
    gc.disable()
    try:
        assert LAYERS == []
        x = f64(np.ones((3, 2)), requires_grad=True)
        y = func.vmap(lambda x: x.exp())(x)
        assert len(LAYERS) == 1, "the graph holds arrays of the batch"
        y.sum().backward()
        del y
        assert LAYERS == []
        with pytest.raises(ZeroDivisionError):
            func.vmap(lambda x: x.exp() * (1 / 0))(x)
        assert LAYERS == []
    finally:
        gc.enable()


def test_it_can_be_recorded_and_printed() -> None:
    seen = []

    def f(x: Any) -> Any:
        seen.append(repr(x))
        return (x * x).sum()

    x = f64([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    with record() as r:
        func.vmap(f)(x).sum().backward()
    assert [step.op.name for step in r.steps] == ["vmap_in", "mul", "sum", "vmap_out", "sum"]
    assert "size=2" in seen[0] and "[3., 4.]" in seen[0]
    assert x.grad.tolist() == [[2.0, 4.0], [6.0, 8.0]]
