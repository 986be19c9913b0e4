"""What a primitive offers besides numbers: formulas, fused kernels, and a door to listen at."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh import autograd
from tinygrad_zh.backend import devices
from tinygrad_zh.backend.devices import CPU, register_kernel
from tinygrad_zh.core.modes import listening
from tinygrad_zh.core.primitive import primitive
from tinygrad_zh.core.symbol import PRODUCT, SUM, Symbol
from tinygrad_zh.errors import TinygradZhError


def leaf(values: Any, dtype: str = "float64") -> tg.Tensor:
    return tg.tensor(values, dtype=dtype, requires_grad=True)


@primitive("<x:4>^{3}", d_x=lambda x: 3 * x * x, name="cube")
def cube(xp: Any, x: Any) -> Any:
    """Raise to the third power."""
    return x * x * x


# -- rules print themselves ----------------------------------------------------------------------------


def test_formulas() -> None:
    a, b, s = Symbol("a"), Symbol("b"), Symbol("a + b", SUM)
    assert str(a * b + a) == r"a \odot b + a"
    assert str(s * b) == r"\left(a + b\right) \odot b"
    assert str(a / s) == r"\frac{a}{a + b}"
    assert str(-(a * b)) == r"-a \odot b"
    assert str(s**2) == r"\left(a + b\right)^{2}"
    assert str(a * -2.5) == r"a \odot \left(-2.5\right)"
    assert not isinstance(a, str)
    assert Symbol("a b", PRODUCT).at_level(SUM) == "a b"


def test_a_rule_on_symbols() -> None:
    rule = cube.rules[0].function
    assert str(rule(Symbol("x"))) == r"3 \odot x \odot x"
    product = tg.mul(leaf([1.0]), leaf([1.0])).node.op
    assert str(product.rules[0].function(b=Symbol("b"))) == "b"


def test_a_symbol_is_no_condition() -> None:
    with pytest.raises(TinygradZhError, match="condition"):
        bool(Symbol("x") > 0)


# -- kernels -------------------------------------------------------------------------------------------


@pytest.fixture
def kernel_module() -> Iterator[types.ModuleType]:
    """A module of kernels, and the kernel table as it was before the test."""
    before = dict(CPU.kernels)
    module = types.ModuleType("kernels_of_a_test")
    sys.modules[module.__name__] = module
    yield module
    CPU.kernels.clear()
    CPU.kernels.update(before)
    sys.modules.pop(module.__name__, None)


def test_a_kernel_is_loaded_at_first_use_and_used(kernel_module: types.ModuleType) -> None:
    calls = []

    def fused(xp: Any, x: Any) -> Any:
        calls.append((xp, type(x)))
        return x**3 + 1000  # a wrong value, to be told apart from the formula's

    register_kernel(CPU, "cube", "kernels_of_a_test:fused")
    assert isinstance(CPU.kernels["cube"], devices.LazyKernel)
    kernel_module.fused = fused  # type: ignore[attr-defined]  # only now: registering has not loaded it
    x = leaf([1.0, 2.0])
    y = cube(x)
    assert y.tolist() == [1001.0, 1008.0]
    assert CPU.kernels["cube"] is fused  # it took the place of the lazy one
    assert cube(np.array([1.0])).tolist() == [1001.0]
    assert calls == [(np, np.ndarray)] * 2
    y.sum().backward()
    assert x.grad.tolist() == [3.0, 12.0]  # the rules stay those of the declaration


def test_kernels_get_static_arguments_and_give_several_results(kernel_module: types.ModuleType) -> None:
    def parts(xp: Any, x: Any, *, sizes: tuple[int, ...], dim: int) -> Any:
        return tuple(np.full_like(x[:size], 7.0) for size in sizes)

    kernel_module.parts = parts  # type: ignore[attr-defined]
    register_kernel(CPU, "split", "kernels_of_a_test:parts")
    first, second = tg.tensor([1.0, 2.0, 3.0]).split([1, 2])
    assert first.tolist() == [7.0]
    assert second.tolist() == [7.0, 7.0]


def test_the_table_is_as_before() -> None:
    assert "cube" not in CPU.kernels
    assert tg.tensor([1.0, 2.0]).split(1)[1].tolist() == [2.0]


# -- listeners -----------------------------------------------------------------------------------------


class Listening:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.ran_ops: list[str] = []
        self.applied_ops: list[str] = []
        self.pulled_ops: list[str] = []

    def ran(self, op: Any, arrays: Any, static: Any, result: Any) -> None:
        assert all(not isinstance(x, tg.Tensor) for x in arrays)
        assert not isinstance(result, tg.Tensor)
        self.ran_ops.append(op.name)

    def applied(self, op: Any, operands: Any, static: Any, result: Any) -> None:
        self.applied_ops.append(op.name)

    def pulled(self, node: Any, cotangent: Any, shares: Any) -> None:
        assert isinstance(cotangent, tg.Tensor)
        assert all(isinstance(share, tg.Tensor) for share in shares if share is not None)
        self.pulled_ops.append(node.op.name)


def test_listeners_see_every_step_of_forward_and_backward() -> None:
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    listener = Listening()
    with listening(listener):
        y = (cube(x) * w).sum()
        forward = list(listener.ran_ops)
        y.backward()
    assert forward == ["cube", "mul", "sum"]
    assert listener.pulled_ops == ["sum", "mul", "cube"]
    backward = listener.ran_ops[len(forward) :]
    assert "mul" in backward  # lifted: steps of the sweep pass the door as well
    cube(x)
    assert listener.ran_ops == forward + backward  # nothing after the block
    np.testing.assert_array_equal(x.grad.numpy(), [9.0, 48.0])
    np.testing.assert_array_equal(w.grad.numpy(), [1.0, 8.0])


def test_nobody_listens_no_door_in_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = []
    probe = primitive("<x>", vjp_x=lambda g, x: kinds.append((type(g), type(x))) or g)(lambda xp, x: x * 1)
    x = leaf([1.0, 2.0])
    probe(x).sum().backward()
    with listening(Listening()):
        probe(x).sum().backward()
    autograd.grad(probe(x).sum(), x, create_graph=True)
    assert kinds == [(np.ndarray, np.ndarray), (tg.Tensor, tg.Tensor), (tg.Tensor, tg.Tensor)]


def test_lifted_gives_the_same_gradients_and_no_graph() -> None:
    results = []
    for listener in (None, Listening()):
        x = leaf(np.linspace(-1, 1, 6).reshape(2, 3))
        y = (x.exp() @ x.t()).tanh() + x.sum()
        if listener is None:
            y.sum().backward()
        else:
            with listening(listener):
                y.sum().backward()
        assert not x.grad.requires_grad
        results.append(x.grad.numpy())
    np.testing.assert_array_equal(*results)


def test_several_listeners_and_threads() -> None:
    outer, inner = Listening(), Listening()
    with listening(outer):
        cube(tg.tensor([1.0]))
        with listening(inner):
            cube(tg.tensor([1.0]))
        cube(tg.tensor([1.0]))
    assert (len(outer.ran_ops), len(inner.ran_ops)) == (3, 1)
