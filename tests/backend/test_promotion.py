"""The dtype of a mixture is PyTorch's, over the full product of dtypes and ranks."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from tinygrad_zh.backend.dtypes import DTYPES, get_default_dtype, set_default_dtype
from tinygrad_zh.backend.promotion import can_cast, number_dtype, promote_types, result_type
from tinygrad_zh.errors import TinygradZhError
from tinygrad_zh.ops.publish import public

NAMES = sorted(str(dtype) for dtype in DTYPES)
NUMBERS: dict[str, bool | int | float] = {"True": True, "2": 2, "1.5": 1.5}
OPERANDS = [(name, rank) for rank in ("tensor", "0-d") for name in NAMES] + [(name, "number") for name in NUMBERS]
"""Tensors and 0-d tensors of every dtype, and a Python number of every type."""


def ours(name: str, rank: str) -> Any:
    if rank == "number":
        return NUMBERS[name]
    return public["ones"](*((2,) if rank == "tensor" else ()), dtype=name)


def theirs(name: str, rank: str) -> Any:
    if rank == "number":
        return NUMBERS[name]
    return torch.ones((2,) if rank == "tensor" else (), dtype=getattr(torch, name))


def dtype_of(compute: Callable[[], Any]) -> str:
    """The result's dtype, or that there is none."""
    try:
        return str(compute().dtype).removeprefix("torch.")
    except (TinygradZhError, RuntimeError):
        return "an error"


def as_in_pytorch(
    call: Callable[[Any, Any, Any], Any], first: tuple[str, str], leave_out: tuple[str, str] | None = None
) -> None:
    """Compare the dtype of a function of two operands, for every second operand."""
    different = []
    for second in OPERANDS:
        if first[1] == second[1] == "number" or second == leave_out:
            continue  # two numbers are Python's own arithmetic
        got = dtype_of(lambda second=second: call(public, ours(*first), ours(*second)))
        expected = dtype_of(lambda second=second: call(vars(torch), theirs(*first), theirs(*second)))
        if got != expected:
            different.append(f"{second}: {got}, PyTorch: {expected}")
    assert not different, f"{first} with " + "; ".join(different)


BINARY: dict[str, Callable[[Any, Any, Any], Any]] = {
    "add": lambda m, a, b: a + b,
    "sub": lambda m, a, b: a - b,
    "mul": lambda m, a, b: a * b,
    "div": lambda m, a, b: a / b,
    "floor_divide": lambda m, a, b: a // b,
    "remainder": lambda m, a, b: a % b,
    "pow": lambda m, a, b: a**b,
    "lt": lambda m, a, b: a < b,
    "eq": lambda m, a, b: a == b,
    "where": lambda m, a, b: m["where"](m["tensor"]([True, False]), a, b),
    "bitwise_and": lambda m, a, b: a & b,
}
both_tensors = [operand for operand in OPERANDS if operand[1] != "number"]


@pytest.mark.parametrize("first", OPERANDS, ids="-".join)
@pytest.mark.parametrize("call", BINARY.values(), ids=BINARY)
def test_binary(call: Callable[[Any, Any, Any], Any], first: tuple[str, str]) -> None:
    # To Python True is the number 1, and so it is here: PyTorch refuses to subtract it, but raises bools to it.
    leave_out = ("True", "number") if call in (BINARY["sub"], BINARY["pow"]) else None
    if first != leave_out:
        as_in_pytorch(call, first, leave_out)


@pytest.mark.parametrize("name", ["maximum", "minimum", "fmod"])
@pytest.mark.parametrize("first", both_tensors, ids="-".join)
def test_functions_of_two_tensors(name: str, first: tuple[str, str]) -> None:
    as_in_pytorch(lambda m, a, b: m[name](a, b) if not isinstance(b, (bool, int, float)) else m["add"](a, b), first)


@pytest.mark.parametrize("first", NAMES)
@pytest.mark.parametrize("second", NAMES)
def test_cat_and_stack(first: str, second: str) -> None:
    for name in ("cat", "stack"):
        mine = public[name]((public["ones"](2, dtype=first), public["ones"](2, dtype=second)))
        torchs = getattr(torch, name)((theirs(first, "tensor"), theirs(second, "tensor")))
        assert str(mine.dtype) == str(torchs.dtype).removeprefix("torch.")


UNARY = ("exp", "log", "sqrt", "rsqrt", "reciprocal", "sin", "cos", "tanh", "sigmoid", "erf", "expm1", "log1p", "exp2")


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("rank", ["tensor", "0-d"])
def test_unary_functions_make_floats(name: str, rank: str) -> None:
    for dtype in NAMES:
        mine, torchs = public[name](ours(dtype, rank)), getattr(torch, name)(theirs(dtype, rank))
        assert str(mine.dtype) == str(torchs.dtype).removeprefix("torch."), dtype


@pytest.mark.parametrize("name", ["sum", "amax", "all", "argmax"])
def test_reductions(name: str) -> None:
    for dtype in NAMES:
        if (name, dtype) == ("argmax", "bool"):
            continue  # PyTorch has no kernel for it
        mine, torchs = public[name](ours(dtype, "tensor")), getattr(torch, name)(theirs(dtype, "tensor"))
        assert str(mine.dtype) == str(torchs.dtype).removeprefix("torch."), dtype


@pytest.mark.parametrize("target", NAMES)
@pytest.mark.parametrize("source", NAMES)
def test_in_place_results_are_stored_where_pytorch_stores_them(source: str, target: str) -> None:
    x, t = ours(target, "tensor"), theirs(target, "tensor")
    try:
        operator.iadd(t, theirs(source, "tensor"))
    except RuntimeError:
        with pytest.raises(TinygradZhError):
            operator.iadd(x, ours(source, "tensor"))
        assert x.tolist() == ours(target, "tensor").tolist(), "a refused write writes nothing"
    else:
        assert str(operator.iadd(x, ours(source, "tensor")).dtype) == target


# -- the table itself --------------------------------------------------------------------------------------


@pytest.mark.parametrize("a", NAMES)
def test_promote_types(a: str) -> None:
    for b in NAMES:
        expected = torch.promote_types(getattr(torch, a), getattr(torch, b))
        assert f"torch.{promote_types(np.dtype(a), np.dtype(b))}" == str(expected)
        in_place = torch.can_cast(getattr(torch, a), getattr(torch, b))
        assert can_cast(np.dtype(a), np.dtype(b)) == in_place


def test_three_ranks_at_once() -> None:
    ranks = {"tensor": 0, "0-d": 1, "number": 2}
    for first in OPERANDS:
        for second in OPERANDS:
            pairs = [
                (number_dtype(NUMBERS[name]) if rank == "number" else np.dtype(name), ranks[rank])
                for name, rank in (first, second)
            ]
            expected = torch.result_type(theirs(*first), theirs(*second))
            assert f"torch.{result_type(pairs)}" == str(expected), (first, second)


def test_the_default_dtype_decides_for_numbers() -> None:
    assert get_default_dtype() == np.float32
    set_default_dtype("float64")
    try:
        whole = public["tensor"]([1, 2])
        assert str((whole * 0.5).dtype) == str((whole / 2).dtype) == str(public["exp"](whole).dtype) == "float64"
        assert str(public["tensor"]([0.5]).dtype) == str(public["zeros"](1).dtype) == "float64"
    finally:
        set_default_dtype("float32")
    assert str((public["tensor"]([1, 2]) * 0.5).dtype) == "float32"


# -- numbers that do not fit ---------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [-3, 300, -1, 256])
def test_integers_wrap_around(number: int) -> None:
    x, t = public["tensor"]([1, 2, 200], dtype="uint8"), torch.tensor([1, 2, 200], dtype=torch.uint8)
    for op in (operator.add, operator.mul, operator.sub, operator.eq, operator.lt, operator.and_):
        assert op(x, number).tolist() == op(t, number).tolist()
    assert (number - x).tolist() == (number - t).tolist()


def test_bools_are_not_subtracted() -> None:
    mask, whole = public["tensor"]([True, False]), public["tensor"]([1, 2])
    for subtract in (lambda: mask - mask, lambda: whole - mask, lambda: 1 - mask, lambda: -mask):
        with pytest.raises(TinygradZhError, match="E2"):
            subtract()
    for alpha in (0.5, 1.5):
        with pytest.raises(TinygradZhError, match="alpha"):
            public["add"](whole, whole, alpha=alpha)


def test_alpha_is_taken_in_the_results_dtype() -> None:
    a, b = public["tensor"]([1.0], dtype="float64"), public["tensor"]([2**30 + 1])
    assert public["add"](a, b, alpha=0.5).tolist() == [1 + (2**30 + 1) / 2], "not by way of float32"
    mask = public["tensor"]([True, False])
    assert (
        public["add"](mask, mask, alpha=3).tolist()
        == torch.add(torch.tensor([True, False]), torch.tensor([True, False]), alpha=3).tolist()
    )
