"""Floor 0: devices, and the array module and kernels of each.

A *backend* is an array module (``numpy``, ``cupy``) with the type of its arrays and a table of fused
kernels.  The engine finds it by the type of an array, so nothing above asks "NumPy or CuPy?".

May import: ``errors``, ``dtypes``.  Read next: ``quiet.py``.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..aliases import Array
from ..errors import error
from .dtypes import DTYPES


class Device:
    """A place where arrays live: ``Device("cpu")`` or ``Device("cuda", 0)``.

    Parameters
    ----------
    type : str
        Name of the backend.
    index : int, optional
        Which of several; None for the CPU.
    """

    __slots__ = ("index", "type")

    def __init__(self, type: str, index: int | None = None) -> None:
        self.type, self.index = type, index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        return f"device(type={self.type!r}" + (")" if self.index is None else f", index={self.index})")


class Backend:
    """An array module and what belongs to it.

    Attributes
    ----------
    device : Device
        The device that its arrays report.
    xp : module
        The array module, with NumPy's names.
    array_type : type
        The type of its arrays.
    kernels : dict
        Fused kernels by the name of the primitive.
    from_numpy, to_numpy : callable
        How an array comes here and how it goes back to NumPy.
    """

    def __init__(
        self,
        device: Device,
        xp: Any,
        array_type: type,
        from_numpy: Callable[[Any], Array],
        to_numpy: Callable[[Array], Any],
    ) -> None:
        self.device, self.xp, self.array_type = device, xp, array_type
        self.from_numpy, self.to_numpy = from_numpy, to_numpy
        self.kernels: dict[str, Callable[..., Any]] = {}


class LazyKernel:
    """A fused kernel that is imported when it is first called, and then takes its own place in the table.

    If what an `optional` one needs is not installed, it leaves the table, and the formula computes.
    """

    def __init__(self, kernels: dict[str, Any], name: str, where: str, optional: bool = False) -> None:
        self._kernels, self._name, self._where, self._optional = kernels, name, where, optional

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Import the kernel, put it into the table, and call it."""
        module, function = self._where.split(":")
        try:
            kernel = getattr(importlib.import_module(module), function)
        except ImportError:
            if not self._optional:
                raise
            self._kernels.pop(self._name, None)
            return NotImplemented
        self._kernels[self._name] = kernel
        return kernel(*args, **kwargs)


def register_kernel(backend: Backend, name: str, where: str, optional: bool = False) -> None:
    """Let a fused kernel, ``"module:function"``, stand for the formula of the primitive `name`.

    For operands that it is not made for, a kernel returns NotImplemented; then the formula computes.

    Parameters
    ----------
    backend : Backend
        Whose arrays the kernel computes with.
    name : str
        Name of the primitive.
    where : str
        ``"module:function"``, imported at the first call.
    optional : bool
        Whether to do without it if the module cannot be imported.
    """
    backend.kernels[name] = LazyKernel(backend.kernels, name, where, optional)


@contextlib.contextmanager
def kernels_off() -> Iterator[None]:
    """Compute with the plain formulas on the CPU, in all threads, inside a ``with`` block."""
    before = dict(CPU.kernels)
    CPU.kernels.clear()
    try:
        yield
    finally:
        CPU.kernels.update(before)


CPU = Backend(Device("cpu"), np, np.ndarray, np.asarray, np.asarray)
BACKENDS: dict[type, Backend] = {np.ndarray: CPU, **{dtype.type: CPU for dtype in DTYPES}}
"""By the type of an array; NumPy's scalars, which its arithmetic returns for 0-d arrays, count as such."""
_by_name: dict[str, Backend] = {"cpu": CPU}


def register_backend(backend: Backend) -> None:
    """Make a backend known by the type of its arrays and by its device's name."""
    BACKENDS[backend.array_type] = backend
    _by_name[backend.device.type] = backend


def unregister_backend(name: str) -> None:
    """Forget a backend again (tests register doubles)."""
    backend = _by_name.pop(name)
    del BACKENDS[backend.array_type]


def backend_of(array: Array) -> Backend:
    """Return the backend that an array belongs to; what is no array of a backend belongs to the CPU."""
    return BACKENDS.get(type(array)) or CPU


def is_elsewhere(array: Array) -> bool:
    """Whether something is an array of another device than the CPU."""
    return BACKENDS.get(type(array), CPU) is not CPU


def as_device(device: Any) -> Device:
    """Turn ``"cpu"``, ``"cuda"``, ``"cuda:0"``, an index or a Device into a Device.

    Raises
    ------
    DeviceError
        If no such device is known.
    """
    if isinstance(device, Device):
        return device
    if isinstance(device, int) and not isinstance(device, bool):
        return Device("cuda", device)
    name, _, index = str(device).partition(":")
    known = sorted({*_by_name, "cuda"})
    if name not in known or (index and not index.isdecimal()) or (name == "cpu" and index not in ("", "0")):
        raise error("device-unknown", device=device, known=", ".join(known))
    if name == "cpu":
        return CPU.device
    if name in _by_name and not index:
        return _by_name[name].device
    return Device(name, int(index or 0))


def is_device_name(name: str) -> bool:
    """Whether a string names a device (``"cpu"``, ``"cuda:1"``) rather than, say, a dtype."""
    return name.partition(":")[0] in {*_by_name, "cuda"}


def device(device: Any, index: int | None = None) -> Device:
    """Return the device of that name, as PyTorch's ``torch.device`` does.

    Parameters
    ----------
    device : str, int or Device
        ``"cpu"``, ``"cuda"``, ``"cuda:0"``, an index, or a device itself.
    index : int, optional
        Which of them, for a name without an index: ``device("cuda", 0)``.

    Raises
    ------
    DeviceError
        If no such device is known, or two indices are given.

    Examples
    --------
    >>> device("cpu")
    device(type='cpu')
    """
    return as_device(device if index is None else f"{device}:{index}")


def backend_for(device: Any = None) -> Backend:
    """Return the backend of a device, loading it at first use; the CPU's for None.

    Raises
    ------
    DeviceError
        If the device is unknown, CuPy is not installed or no GPU can be used.
    """
    if device is None:
        return CPU
    wanted = as_device(device)
    if wanted.type == "cuda" and "cuda" not in _by_name:
        reason = why_no_cuda()
        if reason is not None:
            raise error("cuda-unavailable", device=wanted, reason=reason)
        _register_cupy()
    return _by_name[wanted.type]


def why_no_cuda() -> str | None:
    """Say why no GPU can be used, or return None if one can."""
    try:
        cupy = importlib.import_module("cupy")
    except ImportError as problem:
        return f"CuPy cannot be imported ({problem})"
    try:
        count = cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as problem:
        return f"the CUDA runtime reports: {problem}"
    return None if count else "the CUDA runtime finds no device"


def _register_cupy() -> None:
    """Register CuPy's backend (tested on a strict double of it, and by ``tests/gpu`` on an NVIDIA H200)."""
    cupy = importlib.import_module("cupy")
    register_backend(Backend(Device("cuda", 0), cupy, cupy.ndarray, cupy.asarray, cupy.asnumpy))
