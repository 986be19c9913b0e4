"""What an array module refuses is said in the user's words: op, shapes, dtypes, devices, and what to do."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tests.double.strict import double_device
from tinygrad_zh.backend.devices import Backend, Device, register_backend, unregister_backend
from tinygrad_zh.core.primitive import primitive
from tinygrad_zh.core.tensor import box
from tinygrad_zh.errors import (
    ArgumentError,
    DeviceError,
    DTypeError,
    IndexingError,
    ShapeError,
    TinygradZhError,
)
from tinygrad_zh.ops.diagnose import broadcastable

A, B = tg.ones(2, 3), tg.ones(4)
BOOL = tg.tensor([True, False])


class Elsewhere(np.ndarray[Any, Any]):
    """The arrays of another device, as far as the engine can see."""


@pytest.fixture
def elsewhere() -> Iterator[tg.Tensor]:
    """A tensor on a device named "elsewhere"."""
    backend = Backend(Device("elsewhere", 0), np, Elsewhere, lambda a: a.view(Elsewhere), lambda a: a.view(np.ndarray))
    register_backend(backend)
    yield box(np.ones(3, np.float32).view(Elsewhere))
    unregister_backend("elsewhere")


def failing(problem: Exception, **declaration: Any) -> Any:
    """An op whose kernel raises `problem`."""

    @primitive("<x>", name="failing", **declaration)
    def op(xp: Any, x: Any, *, factor: int = 1, required: int = 0) -> Any:
        raise problem

    return op


@pytest.mark.parametrize("op", ["add", "sub", "mul", "div", "pow", "maximum", "eq", "logical_and"])
def test_shapes_that_do_not_broadcast_are_named(op: str) -> None:
    with pytest.raises(ShapeError) as caught:
        getattr(tg, op)(A, B)
    assert caught.value.code == "TG-E101"
    assert f"{op} cannot broadcast the shapes (2, 3), (4,)" in str(caught.value)
    assert isinstance(caught.value.__cause__, ValueError), "the array module's own words stay visible below"


def test_operators_name_their_op() -> None:
    with pytest.raises(ShapeError, match="mul cannot broadcast"):
        A * B


def test_three_operands_are_all_named() -> None:
    with pytest.raises(ShapeError, match=r"where cannot broadcast the shapes \(2,\), \(2, 3\), \(4,\)"):
        tg.where(BOOL, A, B)


def test_matrices_whose_batches_differ() -> None:
    with pytest.raises(ShapeError, match=r"shapes \(2, 3, 4\) and \(5, 4, 6\) cannot be multiplied"):
        tg.matmul(tg.ones(2, 3, 4), tg.ones(5, 4, 6))


def test_joining_shapes_that_differ_elsewhere() -> None:
    with pytest.raises(ShapeError, match=r"shapes \(2, 3\), \(3, 2\) cannot be joined along dimension 1"):
        tg.cat([tg.ones(2, 3), tg.ones(3, 2)], dim=1)


@pytest.mark.parametrize(
    ("call", "op", "dtypes"),
    [
        (lambda: -BOOL, "neg", "bool"),
        (lambda: BOOL - BOOL, "sub", "bool"),
        (lambda: A & A, "bitwise_and", "float32, float32"),
        (lambda: ~A, "bitwise_not", "float32"),
    ],
)
def test_dtypes_an_op_is_not_defined_for(call: Callable[[], Any], op: str, dtypes: str) -> None:
    with pytest.raises(DTypeError, match=f"{op} is not defined for operands of dtype {dtypes}"):
        call()


def test_a_missing_and_a_surplus_operand() -> None:
    with pytest.raises(ArgumentError, match=r"mul was called with 1 operand[^$]*a, b"):
        tg.mul(A)
    with pytest.raises(ArgumentError, match=r"exp was called with 2 operand"):
        tg.exp(A, A)


def test_out_is_refused_by_name() -> None:
    with pytest.raises(ArgumentError, match=r"exp has no argument named out[^$]*there is no out="):
        tg.exp(A, out=B)


def test_none_and_strangers_among_the_operands() -> None:
    with pytest.raises(DTypeError, match="NoneType cannot be computed with"):
        tg.mul(A, None)
    with pytest.raises(DTypeError, match="str cannot be computed with"):
        tg.mul(A, "2")


def test_a_missing_argument_is_named() -> None:
    @primitive("<x>", name="halve")
    def halve(xp: Any, x: Any, *, by: int) -> Any:
        return x / by

    with pytest.raises(ArgumentError, match="halve was called without by"):
        halve(A)


def test_operands_on_different_devices(elsewhere: tg.Tensor) -> None:
    with pytest.raises(DeviceError, match=r"a cpu, b elsewhere:0"):

        @primitive("<a> <b>", name="refusing")
        def refusing(xp: Any, a: Any, b: Any) -> Any:
            raise TypeError("Unsupported type <class 'numpy.ndarray'>")  # CuPy's words

        refusing(A, elsewhere)
    assert repr(elsewhere) == "tensor([1., 1., 1.], device='elsewhere:0')"


@pytest.mark.parametrize(
    "call",
    [
        lambda a, b: a + b,
        lambda a, b: b * a,
        lambda a, b: tg.maximum(a, b),
        lambda a, b: tg.matmul(a, b),
        lambda a, b: tg.cat([a, b]),
        lambda a, b: tg.where(a > 0, b, a),
    ],
    ids=["add", "mul", "maximum", "matmul", "cat", "where"],
)
def test_real_ops_refuse_to_mix_devices(call: Callable[[Any, Any], Any]) -> None:
    with double_device() as device, pytest.raises(DeviceError, match=r"different devices: .*cpu.*double|double.*cpu"):
        call(tg.ones(2, 2), tg.ones(2, 2, device=device))


def test_variadic_operands_on_different_devices(elsewhere: tg.Tensor) -> None:
    @primitive("<xs>", name="joined")
    def joined(xp: Any, *xs: Any) -> Any:
        raise TypeError("Unsupported type <class 'numpy.ndarray'>")

    with pytest.raises(DeviceError, match=r"xs cpu, xs cpu, xs elsewhere:0"):
        joined(A, A, elsewhere)


def test_out_of_memory_names_op_and_shapes() -> None:
    with pytest.raises(DeviceError, match=r"not enough memory on cpu for failing with operands of shapes \(2, 3\)"):
        failing(MemoryError("Unable to allocate 7.45 TiB"))(A)


def test_numpys_own_memory_error() -> None:
    with pytest.raises(DeviceError, match=r"Unable to allocate"):
        tg.ones(1, 1).expand(1 << 28, 1 << 28).exp()


def test_an_index_that_the_kernel_refuses() -> None:
    with pytest.raises(IndexingError, match=r"failing .*index 5 is out of bounds.*\(2, 3\)"):
        failing(IndexError("index 5 is out of bounds for axis 0 with size 3"))(A)


@pytest.mark.parametrize("problem", [ValueError("odd\n  thing."), TypeError("odd thing")])
def test_anything_else_carries_the_original_words(problem: Exception) -> None:
    with pytest.raises(ArgumentError, match="odd thing") as caught:
        failing(problem)(A)
    assert "failing could not be computed: odd thing.\n" in str(caught.value)
    assert "(2, 3), dtypes: float32" in str(caught.value)
    assert caught.value.__cause__ is problem


def test_an_error_of_ours_inside_a_kernel_passes_unchanged() -> None:
    own = tg.errors.error("clamp-without-bounds")
    with pytest.raises(TinygradZhError) as caught:
        failing(own)(A)
    assert caught.value is own


def test_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYGRAD_ZH_LANG", "zh")
    with pytest.raises(ShapeError, match=r"错误: add 无法广播\(broadcasting\)这些形状：\(2, 3\), \(4,\)"):
        A + B


@pytest.mark.parametrize(
    ("shapes", "fit"),
    [
        ([], True),
        ([(3,)], True),
        ([(), (2, 3)], True),
        ([(4, 1, 3), (2, 1)], True),
        ([(0,), (1,)], True),
        ([(0,), (2,)], False),
        ([(2, 3), (2,)], False),
        ([(2,), (1,), (3,)], False),
    ],
)
def test_broadcastable_is_numpys_rule(shapes: list[tuple[int, ...]], fit: bool) -> None:
    assert broadcastable(shapes) is fit
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        assert not fit
    else:
        assert fit


# -- the warning for grad of what is no leaf ---------------------------------------------------------------


def test_grad_of_a_result_warns_on_the_users_line() -> None:
    y = tg.ones(2, requires_grad=True) * 2
    with pytest.warns(UserWarning, match=r"no leaf \(made by mul\)[^$]*retain_grad\(\)") as caught:
        assert y.grad is None
    assert caught[0].filename == __file__


def test_grad_of_a_result_warns_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYGRAD_ZH_LANG", "zh")
    y = tg.ones(2, requires_grad=True) * 2
    with pytest.warns(UserWarning, match="非叶子"):
        _ = y.grad


def test_no_warning_for_leaves_retained_results_and_tensors_outside_the_graph() -> None:
    x = tg.ones(2, requires_grad=True)
    y = x * 2
    y.retain_grad()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert x.grad is None and y.grad is None and y.detach().grad is None
        y.sum().backward()
        assert y.grad is not None and y.grad.array.tolist() == [1.0, 1.0]
