"""Module.to: another dtype or device for all parameters and buffers of a model, in place.

May import: floors 0–2, ``parameter``.  Read next: ``containers.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..aliases import DType
from ..backend.devices import Device, backend_for
from ..backend.dtypes import as_dtype
from ..core.tensor import Tensor
from ..errors import error
from ..ops.publish import public
from .parameter import take_array

if TYPE_CHECKING:
    from .module import Module


def wanted(args: tuple[Any, ...], dtype: Any, device: Any) -> tuple[DType | None, Any]:
    """Sort out what ``module.to(…)`` was called with; see `Module.to`."""
    for arg in args:
        if isinstance(arg, Tensor):
            dtype, device = arg.dtype, arg.device
        elif arg is None or is_device(arg):
            device = arg
        else:
            dtype = arg
    chosen = None if dtype is None else as_dtype(dtype)
    if chosen is not None and chosen.kind != "f":
        raise error("dtype-not-floating", op="Module.to", dtype=chosen)
    if device is not None:
        backend_for(device)  # an unknown or absent device is an error before anything has moved
    return chosen, device


def is_device(x: Any) -> bool:
    """Return whether an argument means a device rather than a dtype."""
    named = isinstance(x, str) and x.partition(":")[0] in ("cpu", "cuda", "double")
    return isinstance(x, Device) or named or (isinstance(x, int) and not isinstance(x, bool))


def move(module: Module, dtype: DType | None, device: Any) -> None:
    """Give every parameter, buffer and gradient its values in another dtype (floating ones) or on another device."""
    for tensor in [*module.parameters(), *module.buffers()]:
        array = moved(tensor, dtype, device).array
        if array is not tensor.array:
            gradient = tensor._grad
            take_array(tensor, array, "Module.to")
            if gradient is not None:
                tensor._grad = moved(gradient, dtype, device)


def moved(tensor: Tensor, dtype: DType | None, device: Any) -> Tensor:
    """Return the values elsewhere, without a graph."""
    result: Tensor = public["to"](tensor.detach(), dtype=dtype if tensor.dtype.kind == "f" else None, device=device)
    return result


def forget_values(module: Module, device: Any, recurse: bool) -> None:
    """Give every parameter and buffer memory of the same shape and dtype, on a device, with arbitrary values."""
    _, device = wanted((), None, device)
    for tensor in [*module.parameters(recurse), *module.buffers(recurse)]:
        gradient = tensor._grad
        take_array(tensor, public["empty_like"](tensor.detach(), device=device).array, "Module.to_empty")
        if gradient is not None:
            tensor._grad = public["empty_like"](gradient, device=device)
