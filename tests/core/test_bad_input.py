"""Bad input to the engine: each is an error of the catalogue, with its code, three parts, in both languages."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh import autograd
from tinygrad_zh.errors import TinygradZhError


def leaf(*shape: int) -> tg.Tensor:
    return tg.ones(*shape, requires_grad=True)


def twice() -> None:
    y = leaf(2).exp().sum()
    y.backward()
    y.backward()


def overwritten() -> None:
    y = leaf(2).exp()
    y += 1
    y.sum().backward()


def overwritten_operand() -> None:
    x = leaf(2) * 1
    y = x * x
    x.zero_()
    y.sum().backward()


def written_leaf() -> None:
    x = leaf(2)
    x += 1


def no_cupy() -> None:
    hidden = sys.modules.get("cupy", ...)
    sys.modules["cupy"] = None  # type: ignore[assignment]
    try:
        tg.zeros(2, device="cuda")
    finally:
        if hidden is ...:
            del sys.modules["cupy"]
        else:
            sys.modules["cupy"] = hidden  # type: ignore[assignment]


def set_wrong_grad() -> None:
    leaf(2).grad = tg.ones(3)


BAD: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    # shapes
    "add": (lambda: tg.ones(2, 3) + tg.ones(4), ValueError, r"\(2, 3\).*\(4,\)"),
    "mul in a graph": (lambda: leaf(2, 3) * leaf(2), ValueError, r"\(2, 3\).*\(2,\)"),
    "array beside a tensor": (lambda: tg.ones(2) + np.ones(3, dtype=np.float32), ValueError, r"\(2,\).*\(3,\)"),
    "matmul": (lambda: tg.ones(2, 3) @ tg.ones(2, 3), ValueError, r"\(2, 3\)"),
    "reshape": (lambda: tg.ones(2, 3).reshape(4), ValueError, "4"),
    "ragged": (lambda: tg.tensor([[1], [2, 3]]), ValueError, ""),
    "dim": (lambda: tg.ones(2, 3).sum(2), IndexError, "2"),
    "in place": (lambda: tg.ones(2).add_(tg.ones(3)), ValueError, ""),
    # dtypes and kinds
    "integers asked for gradients": (lambda: tg.tensor([1], requires_grad=True), TypeError, "int64"),
    "integers asked later": (lambda: tg.tensor([1]).requires_grad_(), TypeError, "int64"),
    "float into int": (lambda: tg.tensor([1]).add_(0.5), TypeError, ""),
    "bool minus bool": (lambda: tg.tensor([True]) - tg.tensor([True]), TypeError, ""),
    "a string": (lambda: tg.ones(2) + "a", TypeError, "str"),
    "None": (lambda: tg.ones(2) * None, TypeError, ""),
    "unknown dtype": (lambda: tg.ones(2, dtype="float7"), TypeError, "float7"),
    "complex": (lambda: tg.tensor([1j]), TypeError, "complex"),
    # the graph
    "non-scalar backward": (lambda: (leaf(2) * 2).backward(), RuntimeError, r"\(2,\)"),
    "no graph": (lambda: tg.ones(1).backward(), RuntimeError, ""),
    "second backward": (twice, RuntimeError, "retain_graph"),
    "overwritten result": (overwritten, RuntimeError, "exp"),
    "overwritten operand": (overwritten_operand, RuntimeError, "mul"),
    "written leaf": (written_leaf, RuntimeError, "leaf"),
    "wrong start gradient": (lambda: (leaf(2) * 2).backward(tg.ones(3)), ValueError, r"\(3,\)"),
    "unused input": (lambda: autograd.grad(leaf(1) * 2, leaf(1)), RuntimeError, "allow_unused"),
    "constant input": (lambda: autograd.grad(leaf(1) * 2, tg.ones(1)), RuntimeError, ""),
    "grad of another shape": (set_wrong_grad, ValueError, r"\(3,\)"),
    "grad of another kind": (lambda: setattr(leaf(2), "grad", 1.0), TypeError, "float"),
    "numpy in a graph": (lambda: leaf(2).numpy(), RuntimeError, "detach"),
    "hook without gradient": (lambda: tg.ones(1).register_hook(print), RuntimeError, ""),
    "retain without gradient": (lambda: tg.ones(1).retain_grad(), RuntimeError, ""),
    # numbers that are none
    "item of many": (lambda: tg.ones(2).item(), ValueError, r"\(2,\)"),
    "many as a condition": (lambda: bool(tg.ones(2)), ValueError, ""),
    # devices
    "unknown device": (lambda: tg.ones(2, device="tpu"), RuntimeError, "tpu"),
    "CuPy absent": (no_cupy, RuntimeError, "CuPy"),
    # names
    "unknown argument": (lambda: tg.exp(tg.ones(1), nonsense=1), TypeError, "nonsense"),
    "unknown argument of a method": (lambda: tg.ones(1).exp(nonsense=1), TypeError, "nonsense"),
    "unknown argument of a function": (lambda: tg.sum(tg.ones(1), nonsense=1), TypeError, "nonsense"),
    "unknown argument of a constructor": (lambda: tg.tensor([1.0], nonsense=1), TypeError, "nonsense"),
    "unknown name": (lambda: tg.no_such_function, AttributeError, "no_such_function"),
    "unknown method": (lambda: tg.ones(1).no_such_method(), AttributeError, "no_such_method"),
}
PYTHONS_OWN = {  # Python says these itself, as plainly as we could
    "unknown argument of a function",
    "unknown argument of a constructor",
    "unknown name",
    "unknown method",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function, kind, words = BAD[name]
    with pytest.raises(kind) as caught:
        function()
    assert re.search(words, str(caught.value), re.DOTALL)
    if name in PYTHONS_OWN:
        return
    assert isinstance(caught.value, TinygradZhError)
    assert re.match(r"\[TG-E\d\d\d\] error: .*\n  expected: .*\n  hint: ", str(caught.value), re.DOTALL)
    monkeypatch.setenv("TINYGRAD_ZH_LANG", "zh")
    with pytest.raises(kind) as chinese:
        function()
    assert chinese.value.code == caught.value.code  # type: ignore[attr-defined]
    assert re.match(r"\[TG-E\d\d\d\] 错误: .*\n  预期: .*\n  建议: ", str(chinese.value), re.DOTALL)


@pytest.mark.parametrize("name", BAD)
def test_the_engine_works_on_after_an_error(name: str) -> None:
    with pytest.raises(BAD[name][1]):
        BAD[name][0]()
    assert tg.is_grad_enabled()
    x = leaf(2)
    (x * x).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_nan_and_infinity_pass_without_a_warning() -> None:
    # Warnings are errors in these tests: NumPy's must not come through, and the user's settings must stay.
    before = np.geterr()
    x = tg.tensor([0.0, -1.0, np.nan, np.inf], requires_grad=True)
    y = x.log() + 1 / x + x.sqrt() + x.exp()
    y.sum().backward()
    assert np.isnan(y.detach().numpy()).any()
    assert np.isnan(x.grad.numpy()).any()
    assert np.geterr() == before
    with np.errstate(divide="raise"):
        assert (1 / tg.tensor([0.0])).item() == np.inf


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0)])
def test_empty_batches(shape: tuple[int, ...]) -> None:
    x = leaf(*shape)
    y = (x.exp() * x + 1).sum()
    assert y.item() == 0.0
    y.backward()
    assert x.grad.shape == shape
