"""The double is as strict as CuPy; and what the engine does with a device that is not NumPy's."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.double.strict import NAMES, DoubleArray, from_numpy, xp
from tinygrad_zh.backend.devices import BACKENDS, as_device
from tinygrad_zh.errors import DeviceError, TinygradZhError
from tinygrad_zh.ops.publish import public
from tinygrad_zh.transforms.gradient import grad
from tinygrad_zh.transforms.pushforward import jvp

tensor = public["tensor"]
ARRAY = np.arange(6.0).reshape(2, 3)


# -- the double itself -------------------------------------------------------------------------------------


MIXTURES: dict[str, Callable[[DoubleArray], Any]] = {
    "double + numpy": lambda x: x + ARRAY,
    "numpy + double": lambda x: ARRAY + x,
    "numpy @ double": lambda x: ARRAY.T @ x,
    "double @ numpy": lambda x: x @ ARRAY.T,
    "double += numpy": lambda x: operator.iadd(x, ARRAY),
    "numpy += double": lambda x: operator.iadd(ARRAY.copy(), x),
    "numpy's function": lambda x: np.exp(x),
    "numpy's reduction": lambda x: np.sum(x),
    "numpy's conversion": lambda x: np.asarray(x),
    "the module's function of numpy": lambda x: xp.add(x, ARRAY),
    "the module's reduction of numpy": lambda _: xp.sum(ARRAY),
    "a list among arrays": lambda x: xp.add(x, [1.0, 2.0, 3.0]),
    "asarray of numpy": lambda _: xp.asarray(ARRAY),
    "numpy's index": lambda x: x[np.array([0, 1])],
    "numpy's value": lambda x: x.__setitem__(0, ARRAY[0]),
    "a list as a value": lambda x: x.__setitem__(0, [1.0, 2.0, 3.0]),
    "where=": lambda x: xp.sum(x, where=x > 0),
    "initial=": lambda x: xp.max(x, initial=0.0),
}


@pytest.mark.parametrize("mix", MIXTURES.values(), ids=MIXTURES)
def test_it_never_mixes(mix: Callable[[DoubleArray], Any]) -> None:
    with pytest.raises(TypeError):
        mix(from_numpy(ARRAY))


@pytest.mark.parametrize("name", ["errstate", "seterr", "add_reduce", "nditer", "float128", "vectorize_", "ma"])
def test_it_has_only_cupys_names(name: str) -> None:
    assert name not in NAMES["cupy"]
    with pytest.raises(AttributeError):
        getattr(xp, name)


@pytest.mark.parametrize("name", ["ctypes", "setflags", "newbyteorder", "__array_interface__", "itemset"])
def test_its_arrays_have_only_cupys_attributes(name: str) -> None:
    with pytest.raises(AttributeError):
        getattr(from_numpy(ARRAY), name)
    with pytest.raises(AttributeError):
        operator.attrgetter("flags.writeable")(from_numpy(ARRAY))


def test_numbers_are_0d_arrays() -> None:
    x = from_numpy(ARRAY)
    for number in (xp.sum(x), x.max(), x[0, 1], x[0].sum() + 1, xp.argmax(x)):
        assert type(number) is DoubleArray and number.shape == ()


def test_views_know_their_base_and_writing_keeps_identity() -> None:
    x = from_numpy(ARRAY)
    view = x.reshape(3, 2)[1:].T
    assert view.base is x and x.base is None and (x + 1).base is None
    y = x
    y += 1
    y[0] = 7
    assert y is x
    assert float(view[0, 1]) == 5
    assert ARRAY[0, 0] == 0, "from_numpy copies: a device has its own memory"


def test_index_arrays_wrap_and_broadcasts_are_writable() -> None:
    x = from_numpy(ARRAY)
    assert float(x[from_numpy(np.array([2]))][0, 0]) == 0  # row 2 of 2 is row 0
    wide = xp.broadcast_to(x[0], (2, 3))
    wide[0, 0] = 9
    assert float(wide[1, 0]) == 9
    assert float(x[0, 0]) == 9


# -- the engine on it --------------------------------------------------------------------------------------


def test_to_and_fro(double: str) -> None:
    x = tensor([1.0, 2.0], requires_grad=True)
    y = x.to(double)
    assert y.device == as_device(double) and type(y.array) is DoubleArray
    assert y.to(double) is y
    assert tensor([1.0], device=double).device.type == "double"
    assert public["zeros"](2, device=double).device.type == "double"
    public["sum"](y * y).cpu().backward()
    assert type(x.grad.array) is np.ndarray
    np.testing.assert_array_equal(x.grad.array, [2.0, 4.0])


def test_a_leaf_there_keeps_its_gradient_there(double: str) -> None:
    x = tensor([1.0, 2.0], device=double, requires_grad=True)
    for _ in range(2):
        public["sum"](x * x).backward()
    assert x.grad.device.type == "double"
    assert x.grad.tolist() == [4.0, 8.0]


def test_tangents_cross_devices(double: str) -> None:
    x, v = tensor([1.0, 2.0]), tensor([1.0, 0.5])
    y, t = jvp(lambda x: (x * x).to(double) * 3, x, v)
    assert (y.device.type, t.device.type) == ("double", "double")
    assert t.tolist() == [6.0, 6.0]


def test_second_derivatives_cross_devices(double: str) -> None:
    x = tensor([1.0, 2.0], requires_grad=True)
    (g,) = grad(public["sum"]((x.to(double) * 2) ** 3), x, create_graph=True)
    (h,) = grad(public["sum"](g), x)
    assert (g.device.type, h.device.type) == ("cpu", "cpu")
    assert h.tolist() == [48.0, 96.0]


def test_devices_do_not_mix(double: str) -> None:
    x, y = tensor([1.0, 2.0]), tensor([1.0, 2.0], device=double)
    for mix in (lambda: x + y, lambda: y * x, lambda: public["cat"]((x, y)), lambda: public["where"](x > 1, y, x)):
        with pytest.raises(TinygradZhError):
            mix()
    with pytest.raises(TinygradZhError, match="E3"):
        y.numpy()
    # a 0-d tensor of the CPU is as good as a number, in PyTorch too
    assert (y * 2).tolist() == [2.0, 4.0]


def test_writing_into_an_expanded_view_is_refused_there_too(double: str) -> None:
    """No memory is read-only there, so nothing but the engine can refuse."""
    for device in ("cpu", double):
        wide = public["zeros"](1, 3, device=device).expand(2, 3)
        with pytest.raises(TinygradZhError):
            wide.add_(1)


def test_it_is_gone_after_the_test() -> None:
    assert DoubleArray not in BACKENDS
    with pytest.raises(DeviceError):
        as_device("double")
