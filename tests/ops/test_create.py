"""Making tensors, with every option, beside PyTorch: values, dtypes, strides, and what both refuse."""

from __future__ import annotations

import array
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tests.double.strict import double_device
from tinygrad_zh.errors import TinygradZhError

from .libraries import close

nan, inf = float("nan"), float("inf")


def both(call: Callable[[Any], Any]) -> None:
    """The same call on both libraries gives the same tensor, or an error of both."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # PyTorch's, of what it calls deprecated or not writable
        try:
            expected = call(torch)
        except (RuntimeError, ValueError, TypeError, IndexError):
            with pytest.raises(TinygradZhError):
                call(tg)
            return
    found = call(tg)
    close(found, expected)
    assert found.requires_grad == expected.requires_grad


CALLS: dict[str, Callable[[Any], Any]] = {
    # ranges
    "range": lambda m: m.range(0, 5),
    "range of thirds": lambda m: m.range(0, 1, 0.3),
    "range down": lambda m: m.range(3, 1, -1),
    "range of one": lambda m: m.range(1, 1),
    "range of integers": lambda m: m.range(1.5, 3, dtype=m.int64),
    "range in float64": lambda m: m.range(0, 1, 0.1, dtype=m.float64, requires_grad=True),
    "range the wrong way": lambda m: m.range(3, 1),
    "range of no step": lambda m: m.range(0, 1, 0),
    "range to nan": lambda m: m.range(nan, 1),
    "range without end": lambda m: m.range(0, inf),
    "arange of floats": lambda m: m.arange(0, 1, 0.1),
    "arange of a whole float": lambda m: m.arange(5.0),
    "arange of ints from floats": lambda m: m.arange(0.5, 3.5, dtype=m.int32),
    "arange by name": lambda m: m.arange(start=1, end=3),
    "arange end alone": lambda m: m.arange(end=3),
    "arange of a tensor": lambda m: m.arange(m.tensor(3.5)),
    "arange of an int tensor": lambda m: m.arange(m.tensor(1), m.tensor(4)),
    "arange of a bool": lambda m: m.arange(True),
    "arange of bools": lambda m: m.arange(2, dtype=m.bool),
    "arange the wrong way": lambda m: m.arange(3, 1),
    "arange of nothing": lambda m: m.arange(3, 3),
    "arange without end": lambda m: m.arange(0, inf),
    "arange of text": lambda m: m.arange("3"),
    "arange requires grad": lambda m: m.arange(3, requires_grad=True),
    "arange of floats requires grad": lambda m: m.arange(3.0, requires_grad=True),
    "linspace": lambda m: m.linspace(0, 1, 5),
    "linspace by name": lambda m: m.linspace(start=-1, end=1, steps=4, dtype=m.float64),
    "linspace of one": lambda m: m.linspace(2, 3, 1),
    "linspace of none": lambda m: m.linspace(2, 3, 0),
    "linspace of -1": lambda m: m.linspace(2, 3, -1),
    "linspace of ints": lambda m: m.linspace(0, 7, 4, dtype=m.int32),
    "linspace of ints down": lambda m: m.linspace(5, -4, 5, dtype=m.int64),
    "linspace of tensors": lambda m: m.linspace(m.tensor(0.5), m.tensor(2), 4),
    "linspace of 2.5 steps": lambda m: m.linspace(0, 1, 2.5),
    "logspace": lambda m: m.logspace(-1, 1, 3),
    "logspace of base 2": lambda m: m.logspace(0, 3, 4, base=2, dtype=m.float64),
    "logspace of one": lambda m: m.logspace(2, 3, 1),
    "logspace of ints": lambda m: m.logspace(0, 3, 4, dtype=m.int64),
    # of one value
    "zeros": lambda m: m.zeros(2, 3, dtype=m.int32),
    "zeros of a list": lambda m: m.zeros([2, 0]),
    "zeros of nothing": lambda m: m.zeros(()),
    "zeros by name": lambda m: m.zeros(size=(2, 3)),
    "ones by name": lambda m: m.ones(size=(2,)),
    "empty by name": lambda m: m.empty(size=(2,)) * 0,
    "zeros of -1": lambda m: m.zeros(-1),
    "zeros of 2.0": lambda m: m.zeros(2.0),
    "zeros requires grad": lambda m: m.zeros(2, requires_grad=True),
    "int zeros require grad": lambda m: m.zeros(2, dtype=m.int64, requires_grad=True),
    "full": lambda m: m.full((2,), 3),
    "full of bools": lambda m: m.full((2,), True),
    "full by name": lambda m: m.full(size=(2,), fill_value=2.5, dtype=m.float64),
    "full in uint8": lambda m: m.full((2,), 300, dtype=m.uint8),
    "full of a tensor": lambda m: m.full((2,), m.tensor(2)),
    "full of text": lambda m: m.full((2,), "a"),
    "eye": lambda m: m.eye(2, 3, dtype=m.int64),
    "eye of 0": lambda m: m.eye(0),
    "eye of -1": lambda m: m.eye(-1),
    "eye by name": lambda m: m.eye(n=2, m=1),
    "zeros_like": lambda m: m.zeros_like(m.ones(2, 3).t()),
    "ones_like in int": lambda m: m.ones_like(m.ones(2), dtype=m.int64),
    "full_like": lambda m: m.full_like(m.ones(2, dtype=m.int64), 3.7),
    "full_like by name": lambda m: m.full_like(input=m.ones(2), fill_value=True),
    "new_zeros": lambda m: m.ones(2, dtype=m.float64).new_zeros(2, 3),
    "new_zeros by name": lambda m: m.ones(2, dtype=m.float64).new_zeros(size=(2,)),
    "new_ones": lambda m: m.ones(2, dtype=m.int32).new_ones((2,)),
    "new_full": lambda m: m.ones(2, dtype=m.int32).new_full((2,), 2.5),
    "new_tensor": lambda m: m.ones(2, dtype=m.int32).new_tensor([1, 2]),
    "new_tensor of floats": lambda m: m.ones(2, dtype=m.float64).new_tensor([1, 2], requires_grad=True),
    # of data
    "tensor of bools": lambda m: m.tensor([True, False]),
    "tensor of mixed numbers": lambda m: m.tensor([1, 2.5, True]),
    "tensor of bools and ints": lambda m: m.tensor([True, 2]),
    "tensor of nothing": lambda m: m.tensor([]),
    "tensor of empty rows": lambda m: m.tensor([[], []]),
    "tensor of tensors": lambda m: m.tensor([m.tensor(1), m.tensor(2)]),
    "tensor of float32": lambda m: m.tensor(np.float32(2.5)),
    "tensor of rows of arrays": lambda m: m.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=m.float16),
    "ragged": lambda m: m.tensor([[1], [2, 3]]),
    "text": lambda m: m.tensor("a"),
    "None": lambda m: m.tensor(None),
    "int tensor requires grad": lambda m: m.tensor([1], requires_grad=True),
    "scalar_tensor": lambda m: m.scalar_tensor(3),
    # in memory
    "empty_strided": lambda m: m.empty_strided((2, 3), (1, 2)).zero_(),
    "empty_strided with gaps": lambda m: m.empty_strided((2, 3), (10, 2), dtype=m.int32).zero_(),
    "empty_strided of nothing": lambda m: m.empty_strided((0, 3), (5, 1)),
    "empty_strided, too few": lambda m: m.empty_strided((2, 3), (10,)),
    "empty_strided, backwards": lambda m: m.empty_strided((2, 3), (-1, 1)),
    "empty_strided of -3": lambda m: m.empty_strided((2, -3), (1, 1)),
    "new_empty_strided": lambda m: m.ones(2, dtype=m.float64).new_empty_strided((2, 2), (1, 2)).zero_(),
    "empty_permuted": lambda m: m.empty_permuted((2, 3, 4), (2, 0, 1)).zero_(),
    "empty_permuted twice": lambda m: m.empty_permuted((2, 3, 4), (2, 0, 0)),
    "empty_permuted, too few": lambda m: m.empty_permuted((2, 3, 4), (2, 0)),
    "empty_permuted from the end": lambda m: m.empty_permuted((2, 3, 4), (-1, 0, 1)),
    # of bytes
    "frombuffer": lambda m: m.frombuffer(bytearray(range(8)), dtype=m.int16),
    "frombuffer, a part": lambda m: m.frombuffer(bytearray(range(8)), dtype=m.int16, count=2, offset=1),
    "frombuffer of bytes": lambda m: m.frombuffer(bytes(range(4)), dtype=m.uint8),
    "frombuffer of an array": lambda m: m.frombuffer(array.array("d", [1.5, 2.5]), dtype=m.float64),
    "frombuffer of NumPy's": lambda m: m.frombuffer(np.ones((2, 2), np.float32), dtype=m.float32),
    "frombuffer requires grad": lambda m: m.frombuffer(bytearray(8), dtype=m.float32, requires_grad=True),
    "frombuffer of ints requires grad": lambda m: m.frombuffer(bytearray(8), dtype=m.int32, requires_grad=True),
    "frombuffer of 3 bytes": lambda m: m.frombuffer(bytearray(3), dtype=m.int16),
    "frombuffer of none": lambda m: m.frombuffer(bytearray(), dtype=m.int16),
    "frombuffer, no elements": lambda m: m.frombuffer(bytearray(4), dtype=m.int16, count=0),
    "frombuffer, too many": lambda m: m.frombuffer(bytearray(4), dtype=m.int16, count=3),
    "frombuffer at the end": lambda m: m.frombuffer(bytearray(4), dtype=m.int16, offset=4),
    "frombuffer before the beginning": lambda m: m.frombuffer(bytearray(4), dtype=m.int16, offset=-1),
    "frombuffer of a list": lambda m: m.frombuffer([1, 2], dtype=m.uint8),
}


@pytest.mark.parametrize("case", CALLS)
def test_as_in_pytorch(case: str) -> None:
    both(CALLS[case])


STRIDED: dict[str, Callable[[Any], Any]] = {
    "transposed": lambda m: m.empty_strided((2, 3), (1, 2)),
    "gaps": lambda m: m.empty_strided((2, 3), (10, 2)),
    "shared": lambda m: m.empty_strided((2, 3), (0, 1)),
    "permuted": lambda m: m.empty_permuted((2, 3, 4), (2, 0, 1)),
    "permuted, of none": lambda m: m.empty_permuted((2, 0, 4), (1, 0, 2)),
    "as it is": lambda m: m.empty_permuted((2, 3), (0, 1)),
}


@pytest.mark.parametrize("case", STRIDED)
def test_strides_are_those_asked_for(case: str) -> None:
    assert STRIDED[case](tg).stride() == STRIDED[case](torch).stride()


def test_a_buffer_is_shared() -> None:
    memory = bytearray(8)
    x = tg.frombuffer(memory, dtype=tg.int32)
    x[1] = 258
    assert memory == bytearray([0, 0, 0, 0, 2, 1, 0, 0])
    with pytest.raises(TinygradZhError):
        tg.frombuffer(bytes(8), dtype=tg.int32).fill_(1)


def test_on_another_device() -> None:
    with double_device() as device:
        for x in (
            tg.range(0, 2, device=device),
            tg.frombuffer(bytearray(12), dtype=tg.float32, device=device),
            tg.empty_strided((3,), (2,), device=device),
            tg.zeros(3, device=device).new_empty_strided((3,), (1,)),
        ):
            assert str(x.device) == "double" and x.shape == (3,)
