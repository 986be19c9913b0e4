"""User-defined functions: the same class body, once on our `Function` and once on PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import autograd
from tinygrad_zh.errors import GraphError, TinygradZhError

BOTH = pytest.mark.parametrize("m", [tg, torch], ids=["tinygrad_zh", "torch"])


def leaf(m: Any, values: Any) -> Any:
    return m.tensor(values, dtype=m.float64, requires_grad=True)


def cube_of(m: Any) -> Any:
    class MyCube(m.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            assert not m.is_grad_enabled()
            ctx.save_for_backward(x)
            return x * x * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            return g * 3 * x * x

    return MyCube


def exp_of(m: Any) -> Any:
    class Exp(m.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (y,) = ctx.saved_tensors
            return g * y

    return Exp


def sum_and_product_of(m: Any, materialize: bool = True) -> Any:
    class SumAndProduct(m.autograd.Function):
        seen: list[Any] = []  # noqa: RUF012  # every call of sum_and_product_of makes a class of its own

        @staticmethod
        def forward(ctx: Any, a: Any, b: Any) -> Any:
            ctx.save_for_backward(a, b)
            ctx.set_materialize_grads(materialize)
            return a + b, a * b

        @staticmethod
        def backward(ctx: Any, gs: Any, gp: Any) -> Any:
            a, b = ctx.saved_tensors
            SumAndProduct.seen.append((gs is None, gp is None))
            gs = a * 0 if gs is None else gs
            gp = a * 0 if gp is None else gp
            return gs + gp * b, gs + gp * a

    return SumAndProduct


@BOTH
def test_value_and_gradient(m: Any) -> None:
    x = leaf(m, [1.0, 2.0])
    y = cube_of(m).apply(x)
    assert y.tolist() == [1.0, 8.0]
    assert y.requires_grad
    assert not y.is_leaf
    (y * 2).sum().backward()
    assert x.grad.tolist() == [6.0, 24.0]


def test_the_name_of_the_node() -> None:
    assert "MyCubeBackward" in repr(cube_of(tg).apply(leaf(tg, [1.0])))


@BOTH
def test_no_graph_without_need(m: Any) -> None:
    assert not cube_of(m).apply(m.tensor([1.0])).requires_grad
    with m.no_grad():
        assert not cube_of(m).apply(leaf(m, [1.0])).requires_grad


@BOTH
def test_higher_derivatives_through_saved_inputs(m: Any) -> None:
    x = leaf(m, 2.0)
    y = cube_of(m).apply(x)
    for expected in (12.0, 12.0, 6.0):
        (y,) = m.autograd.grad(y, x, create_graph=True)
        assert y.item() == expected


@BOTH
def test_higher_derivatives_through_saved_outputs(m: Any) -> None:
    x = leaf(m, 0.5)
    y = exp_of(m).apply(x)
    for _ in range(3):
        (y,) = m.autograd.grad(y, x, create_graph=True)
        assert y.item() == pytest.approx(np.exp(0.5), rel=1e-15)


def test_gradcheck_of_functions() -> None:
    x = leaf(tg, [0.5, -1.0])
    for function in (cube_of(tg), exp_of(tg)):
        assert autograd.gradcheck(function.apply, x)
        assert autograd.gradgradcheck(function.apply, x)
    assert autograd.gradcheck(sum_and_product_of(tg).apply, (x, leaf(tg, [3.0, 4.0])))


@BOTH
@pytest.mark.parametrize("used", ["first", "second", "both"])
@pytest.mark.parametrize("materialize", [True, False])
def test_several_outputs(m: Any, used: str, materialize: bool) -> None:
    function = sum_and_product_of(m, materialize)
    a, b = leaf(m, [1.0, 2.0]), leaf(m, [3.0, 4.0])
    total, product = function.apply(a, b)
    assert product.tolist() == [3.0, 8.0]
    y = {"first": total, "second": product, "both": total + 2 * product}[used]
    y.sum().backward()
    expected = {
        "first": ([1.0, 1.0], [1.0, 1.0]),
        "second": ([3.0, 4.0], [1.0, 2.0]),
        "both": ([7.0, 9.0], [3.0, 5.0]),
    }[used]
    assert (a.grad.tolist(), b.grad.tolist()) == expected
    nothing = (used == "second", used == "first")
    assert function.seen == [(False, False) if materialize else nothing]


@BOTH
def test_arguments_without_gradient(m: Any) -> None:
    needs = []

    class Scale(m.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, factor: float, name: str, other: Any) -> Any:
            ctx.factor = factor
            needs.append(ctx.needs_input_grad)
            return x * factor + other

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * ctx.factor, None, None, None

    x, other = leaf(m, [1.0]), m.tensor([5.0])
    y = Scale.apply(x, 3.0, "name", other)
    assert y.tolist() == [8.0]
    y.sum().backward()
    assert x.grad.tolist() == [3.0]
    assert needs == [(True, False, False, False)]


@BOTH
def test_none_for_a_tensor_that_wants_a_gradient(m: Any) -> None:
    class First(m.autograd.Function):
        @staticmethod
        def forward(ctx: Any, a: Any, b: Any) -> Any:
            return a * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2, None

    a, b = leaf(m, [1.0]), leaf(m, [1.0])
    (First.apply(a, b) + a).sum().backward()
    assert a.grad.tolist() == [3.0]
    assert b.grad is None


@BOTH
def test_non_differentiable_results(m: Any) -> None:
    class SortOfMax(m.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            sign = x * 0 + 1
            index = x.argmax()
            ctx.mark_non_differentiable(sign, index)
            ctx.shape = x.shape
            return x * 2, sign, index

        @staticmethod
        def backward(ctx: Any, g: Any, unused: Any, unused_too: Any) -> Any:
            return g * 2

    x = leaf(m, [1.0, 2.0])
    y, sign, index = SortOfMax.apply(x)
    assert y.requires_grad
    assert not sign.requires_grad
    assert not index.requires_grad
    (y * sign).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def once_of(m: Any) -> Any:
    decorate = torch.autograd.function.once_differentiable if m is torch else tg.autograd.once_differentiable

    class Square(m.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @decorate
        def backward(ctx: Any, g: Any) -> Any:
            assert not m.is_grad_enabled()
            (x,) = ctx.saved_tensors
            return g * 2 * x

    return Square


@BOTH
def test_once_differentiable(m: Any) -> None:
    x = leaf(m, [3.0])
    once_of(m).apply(x).sum().backward()
    assert x.grad.tolist() == [6.0]
    (g,) = m.autograd.grad(once_of(m).apply(x).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError):
        g.sum().backward()


@BOTH
def test_second_backward_and_retain_graph(m: Any) -> None:
    x = leaf(m, [1.0, 2.0])
    y = cube_of(m).apply(x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [6.0, 24.0]
    with pytest.raises(RuntimeError):
        y.backward()


@BOTH
def test_saved_input_overwritten(m: Any) -> None:
    x = leaf(m, [1.0, 2.0])
    h = x * 1
    y = cube_of(m).apply(h)
    h += 1
    with pytest.raises(RuntimeError, match=r"overwritten|modified"):
        y.sum().backward()


@BOTH
def test_saved_output_overwritten(m: Any) -> None:
    x = leaf(m, [1.0, 2.0])
    y = exp_of(m).apply(x)
    y += 1
    with pytest.raises(RuntimeError, match=r"overwritten|modified"):
        y.sum().backward()


@BOTH
def test_the_input_returned(m: Any) -> None:
    class Same(m.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 10

    x = leaf(m, [1.0, 2.0])
    y = Same.apply(x)
    assert y is not x
    assert x.is_leaf
    (y * 3).sum().backward()
    assert x.grad.tolist() == [30.0, 30.0]


@BOTH
def test_a_gradient_of_another_dtype_is_converted(m: Any) -> None:
    class Double(m.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x.double()

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2

    x = m.tensor([1.0, 2.0], requires_grad=True)
    Double.apply(x).sum().backward()
    assert x.grad.dtype == m.float32
    assert x.grad.tolist() == [2.0, 2.0]


@BOTH
@pytest.mark.parametrize("wrong", ["count", "shape", "kind"])
def test_wrong_gradients(m: Any, wrong: str) -> None:
    class Wrong(m.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 1

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return {"count": (g, g), "shape": g.t(), "kind": 3.0}[wrong]

    x = leaf(m, [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    with pytest.raises((RuntimeError, TypeError)):
        Wrong.apply(x).sum().backward()


def test_wrong_classes() -> None:
    class Nothing(autograd.Function):
        pass

    x = leaf(tg, [1.0])
    with pytest.raises(TinygradZhError, match="forward"):
        Nothing.apply(x)

    class OnlyForward(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 1

    with pytest.raises(TinygradZhError, match="backward"):
        OnlyForward.apply(x).backward()

    class NoTensor(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return 3.0

    with pytest.raises(TinygradZhError):
        NoTensor.apply(x)

    class SavesNoTensor(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(3.0)
            return x * 1

    with pytest.raises(TinygradZhError):
        SavesNoTensor.apply(x)


@BOTH
def test_nothing_may_be_saved(m: Any) -> None:
    class Saves(m.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x, None)
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            _, nothing = ctx.saved_tensors
            assert nothing is None
            return g * 2

    x = leaf(m, [1.0])
    Saves.apply(x).backward()
    assert x.grad.tolist() == [2.0]


@BOTH
def test_functions_of_functions(m: Any) -> None:
    cube, exp = cube_of(m), exp_of(m)
    x = leaf(m, [0.5, -0.5])
    y = exp.apply(cube.apply(x) - x) * x
    y.sum().backward()
    h = np.exp(np.array([0.5, -0.5]) ** 3 - np.array([0.5, -0.5]))
    np.testing.assert_allclose(x.grad.numpy(), h * (1 + np.array([0.5, -0.5]) * (3 * 0.25 - 1)))


def test_functions_under_record() -> None:
    x = leaf(tg, [1.0, 2.0])
    with tg.record() as r:
        cube_of(tg).apply(x).sum().backward()
    assert x.grad.tolist() == [3.0, 12.0]
    assert [step.op.name for step in r.steps][-1] == "sum"


def test_second_backward_of_a_function_is_a_graph_error() -> None:
    y = cube_of(tg).apply(leaf(tg, [1.0]))
    y.backward()
    with pytest.raises(GraphError, match="MyCube"):
        y.backward()
