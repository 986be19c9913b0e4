"""Limits of dtypes, dtypes of mixtures, the older names of types, and tensors made of what is there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg

from .libraries import OURS, close

FLOATS = ("float16", "float32", "float64")
INTEGERS = ("int8", "int16", "int32", "int64", "uint8")


@pytest.mark.parametrize("name", FLOATS)
def test_finfo(name: str) -> None:
    mine, theirs = tg.finfo(getattr(tg, name)), torch.finfo(getattr(torch, name))
    for attribute in ("bits", "eps", "max", "min", "tiny", "smallest_normal", "resolution", "dtype"):
        assert getattr(mine, attribute) == getattr(theirs, attribute), attribute
    assert repr(mine) == repr(theirs)
    assert mine == tg.finfo(name) != tg.finfo("float32" if name != "float32" else "float64")


@pytest.mark.parametrize("name", INTEGERS)
def test_iinfo(name: str) -> None:
    mine, theirs = tg.iinfo(getattr(tg, name)), torch.iinfo(getattr(torch, name))
    for attribute in ("bits", "max", "min", "dtype"):
        assert getattr(mine, attribute) == getattr(theirs, attribute), attribute
    assert repr(mine) == repr(theirs)


def test_finfo_of_the_default_dtype() -> None:
    assert tg.finfo() == tg.finfo(tg.float32)
    assert tg.finfo() != tg.iinfo(tg.int32)
    with pytest.raises(TypeError):
        hash(tg.finfo())


OPERANDS: dict[str, Any] = {
    "float64": lambda m: m.ones(2, dtype=m.float64),
    "float32": lambda m: m.ones(2),
    "0-d float64": lambda m: m.ones((), dtype=m.float64),
    "int32": lambda m: m.ones(2, dtype=m.int32),
    "bool": lambda m: m.ones(2, dtype=m.bool),
    "0-d int64": lambda m: m.tensor(1),
    "an int": lambda m: 1,
    "a float": lambda m: 1.5,
    "a bool": lambda m: True,
}


@pytest.mark.parametrize("a", OPERANDS)
def test_result_type(a: str) -> None:
    for b in OPERANDS.values():
        mine, theirs = tg.result_type(OPERANDS[a](tg), b(tg)), torch.result_type(OPERANDS[a](torch), b(torch))
        assert str(mine) == str(theirs).removeprefix("torch.")


def test_can_cast() -> None:
    for a in (*FLOATS, *INTEGERS, "bool"):
        for b in (*FLOATS, *INTEGERS, "bool"):
            assert tg.can_cast(a, b) == torch.can_cast(getattr(torch, a), getattr(torch, b))


def test_types_by_their_older_names() -> None:
    for name in (*FLOATS, *INTEGERS, "bool"):
        x, e = tg.ones(2, dtype=name), torch.ones(2, dtype=getattr(torch, name))
        assert x.type() == e.type()
        assert tg.ones(2).type(e.type()).dtype == x.dtype
        assert x.type(name) is x
    assert tg.ones(2).type(tg.int8).dtype == tg.int8
    assert tg.ones(2).byte().dtype == tg.uint8
    assert tg.ones(2).char().dtype == tg.int8
    assert tg.is_tensor(tg.ones(1))
    assert not tg.is_tensor(np.ones(1))


# -- tensors made of what is there -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda m: m.logspace(0, 3, 4),
        lambda m: m.logspace(0.5, -1.5, 5, 2.0, dtype=m.float64),
        lambda m: m.logspace(0.5, 3, 4, dtype=m.int64),
        lambda m: m.logspace(1, 2, 1),
        lambda m: m.logspace(0, 3, 0),
        lambda m: m.logspace(0, 3, 4, base=-2),
        lambda m: m.scalar_tensor(3),
        lambda m: m.scalar_tensor(True),
        lambda m: m.scalar_tensor(3, dtype=m.int64),
        lambda m: m.ones(2).long().new_full((2, 1), 7.5),
        lambda m: m.ones(2).new_full((), 7),
        lambda m: m.ones(2).long().new_full((2,), 7.5, dtype=m.float64),
        lambda m: m.asarray([1, 2]),
        lambda m: m.asarray(3.5),
        lambda m: m.asarray(np.arange(3, dtype=np.int16), dtype=m.float32),
        lambda m: m.block_diag(),
    ],
)
def test_made_as_in_pytorch(call: Any) -> None:
    close(call(OURS), call(torch))


def test_new_empty_has_shape_and_dtype() -> None:
    made = tg.ones(2).double().new_empty(2, 3)
    assert (made.shape, made.dtype) == ((2, 3), tg.float64)
    assert tg.ones(2).new_empty((4,), dtype=tg.int8, requires_grad=False).dtype == tg.int8


def test_asarray_shares_memory_where_it_can() -> None:
    array, x = np.ones(3), tg.ones(3)
    assert tg.asarray(x) is x
    assert np.shares_memory(tg.asarray(array).array, array)
    assert tg.asarray(array, copy=False).array is array
    assert not np.shares_memory(tg.asarray(array, copy=True).array, array)
    assert not np.shares_memory(tg.asarray(x, copy=True).array, x.array)
    assert not np.shares_memory(tg.asarray(array, dtype=tg.float32).array, array)


def test_asarray_and_the_graph() -> None:
    leaf = tg.ones(2, requires_grad=True)
    result = leaf * 2
    assert tg.asarray(result).requires_grad
    assert not tg.asarray(result, requires_grad=False).requires_grad
    assert tg.asarray(result, copy=True, requires_grad=True).requires_grad
    assert tg.asarray([1.0], requires_grad=True).is_leaf
    tg.asarray(result, dtype=tg.float64).sum().backward()
    assert leaf.grad.tolist() == [2, 2]
