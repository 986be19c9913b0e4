"""What a tensor becomes elsewhere: NumPy, PyTorch, DLPack, other dtypes and devices."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh.errors import (
    ArgumentError,
    DeviceError,
    DTypeError,
    GraphError,
    IndexingError,
    ShapeError,
    TinygradZhError,
)

DTYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]


# -- NumPy, PyTorch, DLPack ----------------------------------------------------------------------------


def test_from_numpy_and_numpy_share_memory() -> None:
    array = np.arange(6.0).reshape(2, 3)
    x = tg.from_numpy(array)
    array[0, 0] = 10.0
    x[1, 2] = 20.0
    assert x[0, 0].item() == 10.0
    assert array[1, 2] == 20.0
    assert x.numpy() is array or np.shares_memory(x.numpy(), array)
    assert np.shares_memory(tg.as_tensor(array).numpy(), array)
    with pytest.raises(TinygradZhError):
        tg.from_numpy([1.0, 2.0])
    with pytest.raises(TinygradZhError):
        tg.from_numpy(np.array(["a"]))


def test_numpy_of_a_tensor_in_the_graph() -> None:
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    for wrong in (lambda: x.numpy(), lambda: np.asarray(x), lambda: (x * 2).numpy(), lambda: np.from_dlpack(x)):
        with pytest.raises(GraphError, match="detach"):
            wrong()
    with pytest.raises(RuntimeError):
        torch.tensor([1.0], requires_grad=True).numpy()
    forced = x.numpy(force=True)
    forced[0] = 99.0
    assert x.tolist() == [1.0, 2.0]
    assert np.shares_memory(x.detach().numpy(), x.array)


def test_asarray() -> None:
    x = tg.tensor([1.0, 2.0])
    assert np.asarray(x).dtype == np.float32
    assert np.asarray(x, dtype=np.float64).tolist() == [1.0, 2.0]
    assert not np.shares_memory(np.array(x), x.numpy())
    assert np.array([tg.tensor(1.0), tg.tensor(2.0)]).tolist() == [1.0, 2.0]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0, 2), (2, 3)])
def test_torch_both_ways(dtype: str, shape: tuple[int, ...]) -> None:
    t = torch.ones(shape, dtype=getattr(torch, dtype))
    x = tg.from_torch(t)
    assert x.dtype == np.dtype(dtype)
    assert x.shape == shape
    back = x.to_torch()
    assert back.dtype == t.dtype
    assert torch.equal(back, t)
    if t.numel():
        t.zero_()
        assert not np.any(x.numpy())
        assert not back.any()


def test_torch_with_graphs_and_strides() -> None:
    t = torch.ones(2, 3, requires_grad=True) * 2
    x = tg.from_torch(t.t())
    assert x.shape == (3, 2)
    assert not x.requires_grad
    y = tg.tensor([1.0, 2.0], requires_grad=True)
    assert not y.to_torch().requires_grad
    assert tg.ones(1).expand(3).to_torch().tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(DTypeError):
        tg.from_torch(np.ones(2))
    with pytest.raises(TinygradZhError):
        tg.from_torch(torch.ones(2, dtype=torch.complex64))


def test_bfloat16_of_torch_is_a_clear_error() -> None:
    with pytest.raises(TinygradZhError):
        tg.from_torch(torch.ones(2, dtype=torch.bfloat16))


def test_dlpack_both_ways() -> None:
    x = tg.tensor([1.0, 2.0, 3.0])
    t = torch.from_dlpack(x)
    assert t.tolist() == [1.0, 2.0, 3.0]
    t[0] = 9.0
    assert x.tolist() == [9.0, 2.0, 3.0]
    back = tg.from_dlpack(t)
    back[1] = 8.0
    assert t.tolist() == [9.0, 8.0, 3.0]
    array = np.from_dlpack(tg.tensor([1, 2]))
    assert array.tolist() == [1, 2]
    with pytest.raises(TinygradZhError):
        tg.from_dlpack([1.0])


# -- dtype and device ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["float", "double", "half", "int", "long", "short", "bool"])
def test_conversions(name: str) -> None:
    values = [0.0, 1.7, -1.7, 300.0]
    ours, theirs = getattr(tg.tensor(values), name)(), getattr(torch.tensor(values), name)()
    assert ours.tolist() == theirs.tolist()
    assert f"torch.{ours.dtype}" == str(theirs.dtype)


def test_to() -> None:
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    assert x.to("cpu") is x
    assert x.to(tg.float32) is x
    assert x.to("cpu", copy=True) is not x
    for y in (x.to(tg.float64), x.to("float64"), x.to(dtype=tg.float64), x.to(np.float64), x.to(tg.zeros(1).double())):
        assert y.dtype == np.float64
        x.grad = None
        (y * y).sum().backward()
        assert x.grad.dtype == np.float32
        assert x.grad.tolist() == [2.0, 4.0]
    assert x.to("cpu", tg.float64).dtype == np.float64
    assert x.to(device="cpu", dtype=tg.float16).dtype == np.float16
    assert x.cpu() is x
    assert tg.tensor([1]).type_as(x).dtype == np.float32


def test_unknown_dtypes() -> None:
    for wrong in ("float7", "complex64", "bfloat16", str, object):
        with pytest.raises(TinygradZhError):
            tg.tensor([1.0], dtype=wrong)
        with pytest.raises(TinygradZhError):
            tg.tensor([1.0]).to(dtype=wrong)


def test_data_that_is_no_number() -> None:
    for wrong in ("abc", ["a"], None, object(), [1.0, None], {"a": 1}, 1j):
        with pytest.raises(TinygradZhError):
            tg.tensor(wrong)
    with pytest.raises(ShapeError):
        tg.tensor([[1.0], [2.0, 3.0]])


@pytest.mark.parametrize("wrong", ["gpu", "cuda:x", "tpu:0", "", "cpu:1", 1.5])
def test_unknown_devices(wrong: Any) -> None:
    with pytest.raises(DeviceError):
        tg.tensor([1.0], device=wrong)
    with pytest.raises(DeviceError):
        tg.device(wrong)


def test_cupy_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)  # `import cupy` fails from here on
    x = tg.tensor([1.0])
    for wrong in (
        lambda: x.cuda(),
        lambda: x.to("cuda"),
        lambda: x.to(0),
        lambda: x.cuda(0),
        lambda: x.to("cuda:0"),
        lambda: tg.tensor([1.0], device="cuda"),
        lambda: tg.zeros(2, device="cuda"),
    ):
        with pytest.raises(DeviceError, match="CuPy") as caught:
            wrong()
        assert caught.value.code == "TG-E303"


def test_device_prints_and_compares() -> None:
    assert tg.device("cuda:1") == tg.device(1)
    assert str(tg.device("cuda")) == "cuda:0"
    assert repr(tg.device("cpu")) == "device(type='cpu')"


def test_wrong_arguments_are_the_classes_that_torch_users_catch() -> None:
    for problem, classes in [
        (ShapeError, (ValueError, RuntimeError)),
        (DTypeError, (TypeError, RuntimeError)),
        (GraphError, (RuntimeError,)),
        (DeviceError, (RuntimeError,)),
        (ArgumentError, (ValueError, TypeError)),
        (IndexingError, (IndexError,)),
    ]:
        assert all(issubclass(problem, kind) for kind in (*classes, TinygradZhError))
