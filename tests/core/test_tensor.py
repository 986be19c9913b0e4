"""What a tensor is to Python, NumPy and PyTorch: its properties, conversions and copies."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh.errors import (
    DTypeError,
    GraphError,
    IndexingError,
    ShapeError,
    TinygradZhError,
)

DTYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]


# -- properties ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)])
def test_shape_and_its_relatives(shape: tuple[int, ...]) -> None:
    x, t = tg.zeros(shape), torch.zeros(shape)
    assert x.shape == tuple(t.shape)
    assert x.ndim == t.ndim == x.dim()
    assert x.numel() == t.numel()
    assert tuple(x.size()) == tuple(t.size())
    assert x.itemsize == t.itemsize == x.element_size()
    assert x.nbytes == t.nbytes
    if shape:
        assert x.size(-1) == t.size(-1)
        assert len(x) == len(t)
        with pytest.raises(IndexingError):
            x.size(len(shape))


def test_device() -> None:
    x = tg.tensor([1.0])
    assert x.device == tg.device("cpu")
    assert str(x.device) == "cpu"
    assert x.device.type == "cpu"
    assert not x.is_cuda


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes(dtype: str) -> None:
    x, t = tg.tensor([1, 0], dtype=dtype), torch.tensor([1, 0], dtype=getattr(torch, dtype))
    assert x.dtype == np.dtype(dtype)
    assert x.is_floating_point() == t.is_floating_point()
    assert x.tolist() == t.tolist()
    assert type(x.tolist()[0]) is type(t.tolist()[0])
    assert x.numpy().dtype == t.numpy().dtype


def test_default_dtypes() -> None:
    for data, dtype in [
        (1, "int64"),
        (1.0, "float32"),
        (True, "bool"),
        ([1, 2.0], "float32"),
        ([], "float32"),
        (np.float64(1.0), "float64"),
        (np.array([1], dtype=np.int16), "int16"),
        (np.array([1.0]), "float64"),
    ]:
        assert tg.tensor(data).dtype == dtype, data
        assert str(torch.tensor(data).dtype) == f"torch.{dtype}", data


def test_constructor_copies() -> None:
    array = np.array([1.0, 2.0])
    x = tg.tensor(array)
    y = tg.Tensor(array, requires_grad=True)
    z = tg.tensor(x)
    array[0] = 99.0
    x[1] = 77.0
    assert x.tolist() == [1.0, 77.0]
    assert y.tolist() == [1.0, 2.0]
    assert z.tolist() == [1.0, 2.0]
    assert y.requires_grad


@pytest.mark.parametrize("data", [([1, 2],), ([[1.5], [2.5]],), (np.arange(3),), (np.ones(2),)], ids=str)
def test_the_class_makes_tensors_of_the_default_dtype(data: Any) -> None:
    x, y = tg.Tensor(*data), torch.Tensor(*data)
    assert x.tolist() == y.tolist() and str(y.dtype) == f"torch.{x.dtype}"


def test_the_class_called_with_sizes() -> None:
    for sizes in ((), (3,), (2, 0, 4)):
        assert tg.Tensor(*sizes).shape == tuple(torch.Tensor(*sizes).shape)
    x = tg.tensor([1.0, 2.0])
    assert tg.Tensor(x).array is x.array and torch.Tensor(y := torch.tensor([1.0])).data_ptr() == y.data_ptr()
    with pytest.raises(TinygradZhError, match="sizes, or one of data"):
        tg.Tensor([1.0], [2.0])


# -- requires_grad -------------------------------------------------------------------------------------


def test_requires_grad() -> None:
    x = tg.tensor([1.0, 2.0])
    assert not x.requires_grad
    assert x.is_leaf
    x.requires_grad = True
    assert x.requires_grad
    assert x.is_leaf
    assert x.grad_fn is None
    y = x * 2
    assert y.requires_grad
    assert not y.is_leaf
    assert y.grad_fn.name == "MulBackward"
    y.requires_grad = True  # it does already
    with pytest.raises(GraphError):
        y.requires_grad = False
    assert not y.detach().requires_grad
    assert y.detach().is_leaf
    x.requires_grad_(False)
    assert not x.requires_grad
    assert x.requires_grad_().requires_grad


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "uint8", "bool"])
def test_integers_have_no_gradient(dtype: str) -> None:
    x = tg.tensor([1, 0], dtype=dtype)
    with pytest.raises(DTypeError):
        x.requires_grad = True
    with pytest.raises(DTypeError):
        x.requires_grad_()
    with pytest.raises(DTypeError):
        tg.tensor([1, 0], dtype=dtype, requires_grad=True)
    with pytest.raises(RuntimeError):
        torch.tensor([1, 0], dtype=getattr(torch, dtype), requires_grad=True)
    x.requires_grad = False  # nothing to refuse
    assert not (x + tg.tensor([1.0], requires_grad=True).detach()).requires_grad


def test_integer_results_need_no_gradient() -> None:
    x = tg.tensor([1.5, 2.5], requires_grad=True)
    for y in (x > 2, x.argmax(), x.long(), x.bool(), x == x):
        assert not y.requires_grad
    assert (x.long() * x).requires_grad


# -- as Python's numbers and sequences -----------------------------------------------------------------


def test_item_and_numbers() -> None:
    assert tg.tensor([[2.5]]).item() == 2.5
    assert type(tg.tensor(3).item()) is int
    assert type(tg.tensor(True).item()) is bool
    assert type(tg.tensor(1.0).item()) is float
    assert float(tg.tensor([1.5])) == 1.5
    assert int(tg.tensor(2.9)) == 2
    assert int(tg.tensor(-2.9)) == -2
    assert bool(tg.tensor([0.0])) is False
    assert bool(tg.tensor(-1)) is True
    assert math.sqrt(tg.tensor(4.0)) == 2.0
    assert list(range(tg.tensor(3))) == [0, 1, 2]
    assert [10, 20, 30][tg.tensor(1)] == 20
    assert float(tg.tensor(2.0, requires_grad=True)) == 2.0


@pytest.mark.parametrize("function", [lambda x: x.item(), float, int, bool, lambda x: 1 if x else 0])
@pytest.mark.parametrize("shape", [(2,), (0,), (2, 2)])
def test_many_elements_are_no_number(function: Any, shape: tuple[int, ...]) -> None:
    if shape == (0,) and function is bool:
        return  # PyTorch has an opinion there: False, with a warning to come
    with pytest.raises(ShapeError):
        function(tg.zeros(shape))


def test_a_float_is_no_index() -> None:
    with pytest.raises(TypeError):
        [1, 2][tg.tensor(1.0)]
    with pytest.raises(TypeError):
        [1, 2][torch.tensor(1.0)]


def test_length_and_iteration() -> None:
    x = tg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    assert len(x) == 2
    rows = list(x)
    assert [row.tolist() for row in rows] == [[1.0, 2.0], [3.0, 4.0]]
    sum(row.sum() * k for k, row in enumerate(rows)).backward()
    assert x.grad.tolist() == [[0.0, 0.0], [1.0, 1.0]]
    _, second = x
    assert second.tolist() == [3.0, 4.0]
    assert list(tg.zeros(0, 3)) == []
    for function in (len, iter):
        with pytest.raises(TypeError):
            function(torch.tensor(1.0))
        with pytest.raises((TypeError, TinygradZhError)):
            function(tg.tensor(1.0))


def test_contains() -> None:
    for module in (tg, torch):
        x = module.tensor([[1.0, 2.0], [3.0, 4.0]])
        assert 3.0 in x
        assert 5 not in x
        assert module.tensor(2.0) in x


def test_format() -> None:
    for module in (tg, torch):
        assert f"{module.tensor(3.14159):.2f}" == "3.14"
        assert f"{module.tensor(7):03d}" == "007"
        assert (
            f"{module.tensor(7)} {module.tensor(2.5, requires_grad=True)} {module.tensor([7])}" == "7 2.5 tensor([7])"
        )
        with pytest.raises(TypeError):
            f"{module.tensor([1.0, 2.0]):.2f}"
    x = tg.tensor([1.0, 2.0])
    assert f"{x}" == str(x) == repr(x) == "tensor([1., 2.])"


def test_equality_is_elementwise_and_hash_is_identity() -> None:
    x, y = tg.tensor([1.0, 2.0]), tg.tensor([1.0, 3.0])
    assert (x == y).tolist() == [True, False]
    assert (x != y).tolist() == [False, True]
    assert hash(x) != hash(y)
    assert len({x, y, x}) == 2
    assert {x: 1}[x] == 1


def test_transposes() -> None:
    for module in (tg, torch):
        x = module.arange(6).reshape(2, 3)
        assert x.T.tolist() == [[0, 3], [1, 4], [2, 5]]
        assert x.mT.tolist() == x.T.tolist()
        assert tuple(module.zeros(4, 2, 3).mT.shape) == (4, 3, 2)
    w = tg.ones(2, 3, requires_grad=True)
    (w.T * tg.tensor([[1.0], [2.0], [3.0]])).sum().backward()
    assert w.grad.tolist() == [[1.0, 2.0, 3.0]] * 2
    with pytest.raises(TinygradZhError):
        _ = tg.tensor([1.0]).mT


def test_attributes_that_there_are_not() -> None:
    with pytest.raises(AttributeError):
        _ = tg.tensor([1.0]).no_such_thing
    with pytest.raises(TypeError):
        tg.tensor([1.0], no_such_argument=1)


# -- copies --------------------------------------------------------------------------------------------


def test_copy_shares_memory() -> None:
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    y = copy.copy(x)
    assert y is not x
    assert y.requires_grad
    assert y.is_leaf
    (y * 3).sum().backward()
    assert x.grad is None
    assert y.grad.tolist() == [3.0, 3.0]
    with tg.no_grad():
        x += 1
    assert y.tolist() == [2.0, 3.0]


def test_deepcopy_of_a_leaf() -> None:
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    same, again = copy.deepcopy([x, x])
    assert same is again
    assert same is not x
    assert same.requires_grad
    assert same.is_leaf
    assert same.grad.tolist() == [2.0, 4.0]
    assert not np.shares_memory(same.detach().numpy(), x.detach().numpy())
    assert not np.shares_memory(same.grad.numpy(), x.grad.numpy())
    (same * 1).sum().backward()
    assert same.grad.tolist() == [3.0, 5.0]
    assert x.grad.tolist() == [2.0, 4.0]
    constant = copy.deepcopy(tg.tensor([1, 2]))
    assert constant.dtype == np.int64
    assert not constant.requires_grad


def test_deepcopy_of_a_result_is_refused_as_in_torch() -> None:
    for module in (tg, torch):
        y = module.tensor([1.0], requires_grad=True) * 2
        with pytest.raises(RuntimeError):
            copy.deepcopy(y)
        assert copy.deepcopy(y.detach()).tolist() == [2.0]


def test_pickle_is_refused() -> None:
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(tg.tensor([1.0]))


def test_clone_and_detach() -> None:
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    c, d = x.clone(), x.detach()
    assert c.requires_grad
    assert not c.is_leaf
    assert c.data_ptr() != x.data_ptr()
    assert d.data_ptr() == x.data_ptr()
    c.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_data() -> None:
    for module in (tg, torch):
        x = module.tensor([1.0, 2.0], requires_grad=True)
        assert not x.data.requires_grad
        x.data[0] = 5.0
        assert x.tolist() == [5.0, 2.0]
        x.data = module.tensor([7.0, 8.0])
        assert x.tolist() == [7.0, 8.0]
        assert x.requires_grad
        (x * x).sum().backward()
        assert x.grad.tolist() == [14.0, 16.0]
        x.data -= 0.5 * x.grad
        assert x.tolist() == [0.0, 0.0]
        with pytest.raises(RuntimeError):
            x.data = module.tensor([1, 2])
    with pytest.raises(ShapeError):
        x = tg.tensor([1.0, 2.0], requires_grad=True)
        x.data = tg.tensor([1.0, 2.0, 3.0])
