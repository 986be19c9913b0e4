"""What a tensor says of itself, beside PyTorch; and Python functions of its elements."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_zh as tg
from tests.double.strict import double_device
from tinygrad_zh.errors import ArgumentError, DTypeError, GraphError, ShapeError, TinygradZhError

VIEWS: dict[str, Callable[[Any, Any], Any]] = {
    "itself": lambda m, x: x,
    "transposed": lambda m, x: x.t(),
    "row": lambda m, x: x[1],
    "every second column": lambda m, x: x[:, 1::2],
    "expanded": lambda m, x: x[:1].expand(5, 4),
    "detached part": lambda m, x: x[1:].detach(),
    "one element": lambda m, x: x[1, 2],
    "with a dimension": lambda m, x: x.unsqueeze(1),
    "of none": lambda m, x: x[3:],
    "permuted": lambda m, x: x.reshape(3, 2, 2).permute(2, 0, 1),
    "channels last": lambda m, x: x.reshape(1, 3, 2, 2).permute(0, 3, 1, 2),
    "all expanded": lambda m, x: x[0, 0].expand(2, 3),
    "walked through": lambda m, x: x.as_strided((2, 3), (1, 2), 1),
    "other bits": lambda m, x: x.view(m.int64)[1:],
}


@pytest.mark.parametrize("case", VIEWS)
def test_in_memory_as_in_pytorch(case: str) -> None:
    values = np.arange(12.0).reshape(3, 4)
    mine, other = (VIEWS[case](m, m.tensor(values)) for m in (tg, torch))
    assert mine.stride() == other.stride()
    assert mine.dim_order() == other.dim_order()
    assert mine.ndimension() == other.ndimension() and mine.nelement() == other.nelement()
    if mine.numel():  # nothing lies anywhere
        assert mine.storage_offset() == other.storage_offset()
    for d in range(-mine.ndim, mine.ndim):
        assert mine.stride(d) == other.stride(d) == mine.stride(dim=d)


@settings(max_examples=60)
@given(shape=arrays.array_shapes(min_dims=0, max_dims=4, min_side=1, max_side=3), data=st.data())
def test_the_order_of_dimensions(shape: tuple[int, ...], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(shape))))
    mine, other = (m.zeros(shape).permute(tuple(order)) for m in (tg, torch))
    assert mine.stride() == other.stride() and mine.dim_order() == other.dim_order()
    try:
        expected = other.dim_order(ambiguity_check=True)
    except RuntimeError:
        with pytest.raises(ArgumentError, match="E981"):
            mine.dim_order(ambiguity_check=True)
    else:
        assert mine.dim_order(ambiguity_check=True) == expected


def test_what_is_the_same_view() -> None:
    for m in (tg, torch):
        x = m.ones(2, 2)
        others = (x, x.view(2, 2), x[:], x.detach(), x.t(), x[:1], x.clone(), x.view(4))
        assert [x.is_set_to(y) for y in others] == [True] * 4 + [False] * 4
    with pytest.raises(DTypeError):
        tg.ones(2).is_set_to(3)


def test_everything_is_real() -> None:
    for m in (tg, torch):
        x = m.tensor([1.0, 2.0], requires_grad=True)
        assert all(f(x) is x for f in (m.conj, m.conj_physical, m.real, m.resolve_conj, m.resolve_neg))
        assert x.real is x and x.conj() is x
        assert (m.is_complex(x), x.is_complex(), x.is_conj(), m.is_conj(x)) == (False,) * 4
        with pytest.raises((RuntimeError, GraphError)):
            x.conj_physical_()
    for call in (tg.conj, tg.is_complex):
        with pytest.raises(DTypeError):
            call([1.0])


def test_signs_and_devices() -> None:
    for m in (tg, torch):
        dtypes = (m.float16, m.float64, m.int8, m.int64, m.uint8, m.bool)
        assert [m.zeros(1, dtype=d).is_signed() for d in dtypes] == [True] * 4 + [False] * 2
        assert m.zeros(1).is_cpu
    with double_device() as device:
        x = tg.zeros(2, 3, device=device)
        assert not x.is_cpu and x.stride() == (3, 1) and x[1].storage_offset() == 3 and x.is_set_to(x[:])


def test_dimensions_that_are_not_there() -> None:
    for m in (tg, torch):
        for call in (m.zeros(()).stride, m.zeros(()).size):
            with pytest.raises((IndexError, ShapeError)):
                call(0)
        for call in (m.zeros(2).stride, m.zeros(2).size):
            with pytest.raises(IndexError):
                call(1)
    with pytest.raises(ArgumentError):
        tg.zeros(2).dim_order(ambiguity_check=["contiguous"])


# -- Python functions ------------------------------------------------------------------------------------


def test_a_function_of_every_element() -> None:
    for m in (tg, torch):
        x = m.tensor([[1, 2], [3, 4]]).t()
        assert x.apply_(lambda v: v * v + 0.7) is x and x.tolist() == [[1, 9], [4, 16]]
        assert m.tensor([1.0, 2.0]).apply_(lambda v: v > 1).tolist() == [0.0, 1.0]
        y = m.tensor([[1.0, 2.0], [3.0, 4.0]])
        assert y.map_(m.tensor([10.0, 20.0]), operator.add) is y and y.tolist() == [[11, 22], [13, 24]]
        seen = m.zeros(2)
        part = seen[1:]
        part.apply_(lambda v: v + 5)
        assert seen.tolist() == [0.0, 5.0]


@pytest.mark.parametrize(
    "call",
    [
        lambda m: m.ones(2).apply_(lambda v: "a"),
        lambda m: m.ones(2).apply_(lambda v: None),
        lambda m: m.ones(2, requires_grad=True).apply_(lambda v: v),
        lambda m: m.ones(2).map_(m.ones(2, 2), operator.add),
        lambda m: m.ones(2).map_(m.ones(2, dtype=m.int64), operator.add),
        lambda m: m.ones(2).map_(3, operator.add),
        lambda m: m.ones(2).map_(m.ones(2, requires_grad=True), operator.add),
    ],
)
def test_functions_that_are_refused(call: Callable[[Any], Any]) -> None:
    with pytest.raises((RuntimeError, TypeError)):
        call(torch)
    with pytest.raises(TinygradZhError):
        call(tg)


@pytest.mark.parametrize("other", [None, "text", [1.0, 1.0], (), {}, object], ids=repr)
def test_what_is_no_number_is_not_equal(other: Any) -> None:
    """``if x == None`` and ``x in a_list`` are Python's question, in PyTorch too."""
    for lib in (tg, torch):
        x = lib.ones(2)
        assert (x == other) is False and (x != other) is True and (other == x) is False and x not in [other]


def test_numbers_and_arrays_are_compared_elementwise() -> None:
    x = tg.tensor([1.0, 2.0])
    for other in (1, 1.0, np.float32(1), tg.tensor(1), np.array([1.0, 3.0])):
        assert (x == other).tolist() == [True, False] and (x != other).tolist() == [False, True]
        assert (other == x).tolist() == [True, False], "from the other side too"
    with pytest.raises(DTypeError, match="complex"):
        _ = x == 1j
