"""A tensor prints as PyTorch's does: the numbers digit for digit, the facts behind them in the same order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tests.double.strict import double_device

INF, NAN = float("inf"), float("nan")
RANDOM = np.random.default_rng(0)

# Python data and arrays alike; `torch.tensor` and ours give them the same dtype.
TABLE: dict[str, Any] = {
    "0-d whole": 6.0,
    "0-d fraction": 0.1,
    "0-d tiny": 1e-8,
    "0-d negative": -2.5,
    "0-d nan": NAN,
    "0-d int": 7,
    "0-d bool": True,
    "whole floats": [1.0, 2.0, -3.0],
    "zeros": [0.0, 0.0],
    "negative zero": [-0.0, 1.0],
    "fractions": [0.1, 0.25, -10.5],
    "zero beside fractions": [0.0, 0.5],
    "inf": [1.0, INF, -INF],
    "nan beside fractions": [0.5, NAN, INF],
    "nan alone": [NAN],
    "inf and nan alone": [INF, -INF, NAN],
    "wide spread": [1.0, 1001.0],
    "widest spread without e": [1.0, 1000.0],
    "wide spread of fractions": [0.001, 123.456],
    "huge": [1e9, 2e9],
    "just not huge": [1e8, 1e8],
    "tiny": [1e-5, 2e-5],
    "just not tiny": [1.5e-4, 2e-4],
    "scientific with nan": [1e10, NAN, INF, 0.0],
    "float32 extremes": [3.4e38, 1e-38],
    "ints": [1, -20, 300],
    "bools": [True, False],
    "matrix": [[1.0, 2.0], [3.0, 4.0]],
    "matrix of unequal widths": [[1.5, -22.25], [333.125, 4.0]],
    "one by one by one": [[[1]]],
    "three dimensions": [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]],
    "four dimensions": np.arange(16.0, dtype=np.float32).reshape(2, 2, 2, 2),
    "wrapped vector": list(range(100, 140)),
    "wrapped floats": np.linspace(0, 1, 30, dtype=np.float32),
    "wrapped rows": RANDOM.normal(size=(3, 20)).astype(np.float32),
    "empty": [],
    "empty matrix": np.zeros((0, 3), np.float32),
    "empty ints": np.zeros((2, 0), np.int64),
    "float64": np.array([1.5, 2.5]),
    "float16": np.array([1.5, 65504.0], np.float16),
    "float16 tiny": np.array([6e-8, 1.0], np.float16),
    "int32": np.array([[1, 2]], np.int32),
    "int8": np.array([-128, 127], np.int8),
    "uint8": np.array([0, 255], np.uint8),
    "largest ints": np.array([-(2**63), 2**63 - 1]),
    "exactly the threshold": np.arange(1000),
    "summarised vector": np.arange(1001),
    "summarised floats": np.linspace(-1, 1, 5000, dtype=np.float32),
    "summarised matrix": np.arange(10_000).reshape(100, 100),
    "summarised, few rows": np.arange(5000).reshape(5, 1000),
    "summarised, few columns": np.arange(5000).reshape(1000, 5),
    "summarised, three dimensions": RANDOM.normal(size=(20, 7, 9)).astype(np.float32),
    "summarised, six rows": np.arange(6 * 400).reshape(6, 400),
    "summarised away": np.where(np.arange(2000) == 1000, 1e9, 1.0).astype(np.float32),
    "summarised bools": np.arange(2000) % 3 == 0,
    "transposed": RANDOM.normal(size=(3, 4)).astype(np.float32).T,
}


def torch_text(tensor: torch.Tensor) -> str:
    """What PyTorch prints, its dtypes named as ours are."""
    return repr(tensor).replace("torch.", "")


def unwrapped(text: str) -> str:
    """Facts on the last line: PyTorch wraps them earlier, for its dtypes have longer names."""
    return re.sub(r",\n +(?=[a-z])", ", ", text)


@pytest.fixture(autouse=True)
def default_options() -> Iterator[None]:
    yield
    tg.set_printoptions(profile="default")
    torch.set_printoptions(profile="default")


@pytest.mark.parametrize("data", TABLE.values(), ids=TABLE)
def test_prints_as_pytorch(data: Any) -> None:
    assert unwrapped(repr(tg.tensor(data))) == unwrapped(torch_text(torch.tensor(data)))
    assert str(tg.tensor(data)) == repr(tg.tensor(data))


@pytest.mark.parametrize("data", TABLE.values(), ids=TABLE)
@pytest.mark.parametrize(
    "options",
    [
        {"precision": 2},
        {"precision": 0},
        {"precision": 8, "linewidth": 60},
        {"edgeitems": 1, "threshold": 5},
        {"linewidth": 20},
        {"linewidth": 1},
        {"sci_mode": True},
        {"sci_mode": False},
        {"profile": "short"},
        {"profile": "full", "linewidth": 200},
    ],
    ids=str,
)
def test_prints_as_pytorch_with_options(data: Any, options: dict[str, Any]) -> None:
    tg.set_printoptions(**options)
    torch.set_printoptions(**options)
    assert unwrapped(repr(tg.tensor(data))) == unwrapped(torch_text(torch.tensor(data)))


@pytest.mark.parametrize("n", range(1, 12))
def test_requires_grad_wraps_where_pytorch_wraps(n: int) -> None:
    ours = tg.tensor([0.5] * n, requires_grad=True)
    assert repr(ours) == repr(torch.tensor([0.5] * n, requires_grad=True))


def test_the_operation_that_made_it_is_shown() -> None:
    x = tg.tensor([[0.1, 0.2]], requires_grad=True)
    assert repr(x * 1.0) == "tensor([[0.1000, 0.2000]], grad_fn=<MulBackward>)"
    assert repr((x * 1.0).detach()) == "tensor([[0.1000, 0.2000]])"
    with tg.no_grad():
        assert repr(x * 1.0) == "tensor([[0.1000, 0.2000]])"


def test_a_dtype_is_shown_where_the_numbers_do_not_show_it() -> None:
    assert repr(tg.tensor([1.0])) == "tensor([1.])"
    assert repr(tg.tensor([1.0], dtype=tg.float64)) == "tensor([1.], dtype=float64)"
    assert repr(tg.tensor([], dtype=tg.int64)) == "tensor([], dtype=int64)"
    tg.set_default_dtype(tg.float64)
    try:
        assert repr(tg.tensor([1.0])) == "tensor([1.])"
        assert repr(tg.tensor([1.0], dtype=tg.float32)) == "tensor([1.], dtype=float32)"
    finally:
        tg.set_default_dtype(tg.float32)


def test_subclasses_print_their_name() -> None:
    class Parameter(tg.Tensor):
        pass

    class Named(tg.Tensor):
        pass

    made = repr(torch.nn.Parameter(torch.tensor([[1.0, 2.0], [3.0, 4.0]])))
    assert repr(Parameter([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)) == made
    assert repr(Named([[1, 2], [3, 4]])) == "Named([[1., 2.],\n       [3., 4.]])"


@pytest.mark.parametrize("data", TABLE.values(), ids=TABLE)
def test_another_device_is_named_and_its_numbers_are_fetched(data: Any) -> None:
    here = repr(tg.tensor(data))
    with double_device() as device:
        there = repr(tg.tensor(data, device=device))
    assert f"device='{device}" in there
    assert unwrapped(re.sub(r",\s+device='[a-z:0-9]+'", "", there)) == unwrapped(here)


def test_a_name_for_pictures_is_not_printed() -> None:
    x = tg.tensor([1.0])
    x.name = "w"
    assert repr(x) == "tensor([1.])"


def test_printing_neither_records_nor_changes_anything() -> None:
    x = tg.tensor(np.arange(2000.0, dtype=np.float32), requires_grad=True)
    y = x * 2
    before = y.node
    repr(y)
    assert y.node is before and y.cell is None
    y.sum().backward()
    assert x.grad is not None and x.grad.array.tolist() == [2.0] * 2000


@pytest.mark.parametrize(
    "options",
    [
        {"precision": -1},
        {"precision": 2.5},
        {"edgeitems": 0},
        {"linewidth": 0},
        {"linewidth": True},
        {"threshold": "many"},
        {"profile": "tall"},
    ],
    ids=str,
)
def test_bad_options_are_refused_and_change_nothing(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"set_printoptions got {next(iter(options))}="):
        tg.set_printoptions(**{"sci_mode": True, **options})
    assert repr(tg.tensor([0.123456])) == "tensor([0.1235])"
