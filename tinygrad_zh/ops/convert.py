"""Floor 2: changing dtype and device, and handing arrays to NumPy, PyTorch and others.

May import: floors 0–1, ``create``.  Read next: ``elementwise.py``.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from ..aliases import DType
from ..backend.devices import CPU, Device, as_device, backend_for, backend_of, is_device_name
from ..backend.dtypes import DTYPES, as_dtype
from ..core.inplace import share
from ..core.primitive import primitive
from ..core.registry import register
from ..core.tensor import Tensor, box
from ..errors import error
from .arguments import number_for
from .create import moved, tensor
from .noted import looked_at
from .publish import public, publish, published
from .write import write


@primitive("<x>", vjp_x=lambda g, x_dtype: cast(g, dtype=x_dtype), tex_rules={"x": "g"})
def cast(xp: Any, x: Any, *, dtype: DType) -> Any:
    """Convert to another dtype; the gradient is converted back."""
    return x.astype(dtype)


@primitive(
    "<x>",
    vjp_x=lambda g, device, source: transfer(g, device=source, source=device),
    jvp_x=lambda v, device, source: transfer(v, device=device, source=source),
    tex_rules={"x": "g"},
)
def transfer(xp: Any, x: Any, *, device: Device, source: Device) -> Any:
    """Copy to another device; the gradient is copied back."""
    return moved(x, device)


@published()
def to(
    input: Any, *args: Any, dtype: Any = None, device: Any = None, copy: bool = False, non_blocking: bool = False
) -> Any:
    """Return the tensor with another dtype or on another device; itself if nothing changes.

    Parameters
    ----------
    *args : dtype, device or Tensor
        In any order, as in PyTorch: ``x.to("cuda")``, ``x.to(float64)``, ``x.to(other)``.
    dtype, device : optional
        The same by name.
    copy : bool
        Copy even if nothing changes.
    """
    for arg in args:
        if isinstance(arg, Tensor):
            dtype, device = arg.dtype, arg.device
        elif names_device(arg):
            device = arg
        else:
            dtype = arg
    result = input
    if dtype is not None and as_dtype(dtype) != input.dtype:
        result = cast(result, dtype=as_dtype(dtype))
    if device is not None and backend_for(device).device != result.device:
        wanted = backend_for(device).device
        result = transfer(result, device=wanted, source=result.device)
    return public["clone"](result) if copy and result is input else result


def names_device(arg: Any) -> bool:
    """Whether an argument of ``to`` means a device rather than a dtype."""
    if isinstance(arg, str):
        return is_device_name(arg)
    return isinstance(arg, Device) or (isinstance(arg, int) and not isinstance(arg, bool))


@published()
def cpu(input: Any) -> Any:
    """Return the tensor on the CPU."""
    return to(input, device="cpu")


def cuda(input: Any, device: Any = None) -> Any:
    """Return the tensor on an NVIDIA GPU (through CuPy; ``tests/gpu`` has been run on an NVIDIA H200)."""
    return to(input, device="cuda" if device is None else as_device(device))


def converter(name: str, dtype_name: str) -> Any:
    """Return the method that converts to one dtype, such as ``x.double()``."""

    def convert(input: Any) -> Any:
        return to(input, dtype=as_dtype(dtype_name))

    convert.__name__ = name
    convert.__doc__ = f"Return the tensor converted to {as_dtype(dtype_name)}."
    return convert


METHODS = {"cuda": cuda}  # not published as a function: ``tinygrad_zh.cuda`` is a module
for _name in ("float", "double", "half", "int", "long", "short", "bool"):
    METHODS[_name] = converter(_name, _name)
METHODS["byte"], METHODS["char"] = converter("byte", "uint8"), converter("char", "int8")
for _name, _method in METHODS.items():
    setattr(Tensor, _name, _method)


@published()
def type_as(input: Any, other: Any) -> Any:
    """Return the tensor with the dtype of `other`."""
    return to(input, dtype=other.dtype)


@published()
def numpy(input: Any, *, force: bool = False) -> np.ndarray[Any, Any]:
    """Return a NumPy array that shares memory with the tensor.

    Parameters
    ----------
    force : bool
        Detach and copy to the CPU first, whatever the tensor is.

    Raises
    ------
    GraphError
        If the tensor requires a gradient.
    DeviceError
        If it is not on the CPU.
    """
    if not force:
        if input.requires_grad:
            raise error("numpy-requires-grad")
        if type(input.array) is not np.ndarray and input.device != CPU.device:
            raise error("numpy-device", device=input.device)
        share(looked_at(input))
        array: np.ndarray[Any, Any] = np.asarray(input.array)  # the array itself; a batch of vmap refuses
        return array
    looked_at(input)
    return np.array(backend_of(input.array).to_numpy(input.array))


@published()
def tolist(input: Any) -> Any:
    """Return the values as nested Python lists, or as a number."""
    looked_at(input)
    return backend_of(input.array).to_numpy(input.array).tolist()


@published(method=False)
def from_torch(tensor: Any) -> Tensor:
    """Return a tensor that shares memory with a PyTorch CPU tensor; its graph does not come along."""
    torch = torch_module()
    if not isinstance(tensor, torch.Tensor):
        raise error("not-a-torch-tensor", kind=type(tensor).__name__)
    try:
        array = tensor.detach().cpu().numpy()
    except TypeError as problem:  # bfloat16 and others that NumPy does not have
        raise error("tensor-dtype", op="from_torch", dtype=tensor.dtype, kind="torch.Tensor") from problem
    if array.dtype not in DTYPES:
        raise error("tensor-dtype", op="from_torch", dtype=array.dtype, kind="torch.Tensor")
    return box(array)


@published()
def to_torch(input: Any) -> Any:
    """Return a PyTorch tensor that shares memory with this CPU tensor; the graph does not come along."""
    looked_at(input)
    array = backend_of(input.array).to_numpy(input.array)
    return torch_module().from_numpy(
        array if array.flags.writeable and min(array.strides, default=0) >= 0 else array.copy()
    )


def torch_module() -> Any:
    """Return PyTorch, or say how to install it."""
    try:
        return importlib.import_module("torch")
    except ImportError as problem:
        raise error(
            "missing-package", package="torch", purpose="exchange tensors with PyTorch", extra="test"
        ) from problem


@published(method=False)
def from_dlpack(source: Any) -> Tensor:
    """Return a tensor that shares memory with any object that speaks DLPack."""
    if not hasattr(source, "__dlpack__"):
        raise error("no-dlpack", kind=type(source).__name__)
    array = np.from_dlpack(source)
    if array.dtype not in DTYPES:
        raise error("tensor-dtype", op="from_dlpack", dtype=array.dtype, kind=type(source).__name__)
    return box(array)


def dlpack(self: Tensor, **options: Any) -> Any:
    """Hand the memory to a consumer of DLPack; refuse tensors that require a gradient."""
    if self.requires_grad:
        raise error("numpy-requires-grad")
    return looked_at(self).array.__dlpack__(**options)


def dlpack_device(self: Tensor) -> Any:
    """Say on which device the memory is, in DLPack's terms."""
    return self.array.__dlpack_device__()


def array_protocol(self: Tensor, dtype: Any = None, copy: bool | None = None) -> Any:
    """``numpy.asarray(tensor)``"""
    array = numpy(self)
    return np.array(array, dtype=dtype, copy=copy) if copy is not None else np.asarray(array, dtype=dtype)


for _name, _function in {"__dlpack__": dlpack, "__dlpack_device__": dlpack_device, "__array__": array_protocol}.items():
    setattr(Tensor, _name, _function)


# -- writing values without a formula ------------------------------------------------------------------


@published(name="copy_", method=True)
def copy_(input: Any, src: Any, non_blocking: bool = False) -> Any:
    """Write the values of `src`, broadcast and converted, into this tensor; gradients flow to `src`."""
    source = src if isinstance(src, Tensor) else tensor(src)
    converted = to(source, dtype=input.dtype, device=input.device)
    return write(input, public["clone"](converted) if converted is source else converted, "copy_")


@published(name="fill_")
def fill_(input: Any, value: Any) -> Any:
    """Write one value everywhere."""
    if isinstance(value, Tensor):
        source = value
    else:
        source = tensor(number_for("fill_", value, input.dtype), dtype=input.dtype, device=input.device)
    return write(input, public["clone"](to(source, dtype=input.dtype)), "fill_")


@published(name="zero_")
def zero_(input: Any) -> Any:
    """Write zeros."""
    return fill_(input, 0)


@published(name="detach_")
def detach_(input: Any) -> Any:
    """Forget the history of this tensor itself."""
    if input.source is not None:
        raise error("detach-view")
    input.node = None
    return input


@published()
def numel(input: Any) -> int:
    """Return the number of elements."""
    return int(input.array.size)


@published()
def size(input: Any, dim: int | None = None) -> Any:
    """Return the shape, or the length of one dimension."""
    from .dims import one_dim

    if dim is not None and not input.ndim:
        raise error("ndim", op="size", expected="1 or more", shape=())
    return input.shape if dim is None else input.shape[one_dim("size", dim, input.ndim)]


@published()
def dim(input: Any) -> int:
    """Return the number of dimensions."""
    return len(input.shape)


publish("ndimension", dim)
publish("nelement", numel)


@published()
def element_size(input: Any) -> int:
    """Return the size of one element in bytes."""
    return int(input.dtype.itemsize)


@published()
def data_ptr(input: Any) -> int:
    """Return the address of the first element."""
    array = getattr(input.array, "whole", input.array)
    return int(array.ctypes.data) if isinstance(array, np.ndarray) else int(array.data.ptr)


@published()
def is_floating_point(input: Any) -> bool:
    """Return whether the dtype is floating."""
    return bool(input.dtype.kind == "f")


register("cast", cast)
