"""dtypes are NumPy's under PyTorch's names; what a user writes for one is understood or refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh.backend.dtypes import DTYPES, NAMES, as_dtype
from tinygrad_zh.errors import DTypeError
from tinygrad_zh.ops.publish import public


@pytest.mark.parametrize("name", sorted(NAMES))
def test_names_mean_what_they_mean_in_pytorch(name: str) -> None:
    theirs = torch.empty(0, dtype=getattr(torch, name)).numpy().dtype
    assert NAMES[name] == as_dtype(name) == theirs
    assert as_dtype(f"torch.{name}") == theirs
    assert as_dtype(getattr(torch, name)) == theirs, "PyTorch's own dtype is understood"


@pytest.mark.parametrize("dtype", sorted(DTYPES, key=str), ids=str)
def test_all_the_ways_to_write_a_dtype(dtype: Any) -> None:
    for written in (dtype, dtype.type, dtype.name, dtype.str, getattr(tg, "bool" if dtype.kind == "b" else dtype.name)):
        found = as_dtype(written)
        assert found == dtype and found.isnative


@pytest.mark.parametrize("dtype", [d for d in sorted(DTYPES, key=str) if d.itemsize > 1], ids=str)
def test_foreign_byte_orders_become_native(dtype: Any) -> None:
    foreign = dtype.newbyteorder("S")
    assert as_dtype(foreign) == dtype and as_dtype(foreign).isnative
    made = public["tensor"](np.array([1, 2], dtype=foreign))
    assert made.dtype == dtype and made.dtype.isnative
    assert made.tolist() == [1, 2]


def test_pythons_types() -> None:
    assert (as_dtype(float), as_dtype(int), as_dtype(bool)) == (np.float32, np.int64, np.bool_)
    assert public["zeros"](1, dtype=int).dtype == np.int64


@pytest.mark.parametrize(
    "dtype", [None, "complex64", np.complex128, "bfloat16", torch.bfloat16, "U3", object, 3, "", "float99"]
)
def test_what_is_no_dtype_is_refused(dtype: Any) -> None:
    with pytest.raises(DTypeError, match="float32"):
        as_dtype(dtype)


def test_only_a_floating_dtype_can_be_the_default() -> None:
    with pytest.raises(DTypeError):
        tg.set_default_dtype("int64")
    assert tg.get_default_dtype() == np.float32


def test_data_find_their_dtype() -> None:
    tensor = public["tensor"]
    assert [str(tensor(data).dtype) for data in (1, 1.0, True, [1], [1.5], [True], [1, 2.5], [True, 2])] == [
        *("int64", "float32", "bool", "int64", "float32", "bool", "float32", "int64")
    ]
    assert tensor(np.float64(1)).dtype == np.float64, "NumPy's numbers bring theirs"
    assert tensor([]).dtype == np.float32
    for bad in ("text", [1 + 2j], [None], [object()], ["a"], np.array(["a"])):
        with pytest.raises(DTypeError):
            tensor(bad)
