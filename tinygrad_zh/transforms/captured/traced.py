"""Floor 3: arrays that write down what is done with them, on which ``jit`` stands.

While a function is captured, its tensors hold arrays of this kind: each has real numbers, and a `Value`, its name in
the list of steps.  To the engine they are arrays of a device, as those of ``vmap`` are; at the door, where something
is computed, `Trace.compute` computes with the numbers and adds a step to the list.  So everything is captured that the
engine does, forward and backward, and nothing can slip by: whoever asks for the numbers (``item``, ``if x > 0``) is
refused, for the next call may have others.

May import: floors 0–2.  Read next: ``trace.py``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ...aliases import Array, DType, Shape
from ...backend.devices import BACKENDS, Backend, backend_of
from ...backend.dtypes import int64
from ...core.operators import Operators
from ...core.registry import registry
from ...errors import error
from ...ops.compare import isfinite
from ...ops.reduce import sum_p
from ...ops.shape import permute_p

if TYPE_CHECKING:
    from .steps import Value
    from .trace import Trace


class ValuesAsked(Exception):
    """A number of the caller's was asked for its value: the function is captured again, with that value fixed."""


def owner(array: Any) -> Any:
    """Return the array whose memory this one shows: itself, if it is no view."""
    while (base := getattr(array, "base", None)) is not None and (
        isinstance(base, type(array)) or hasattr(base, "base")
    ):
        array = base  # the second is what stands between in NumPy's strided views
    return array


class Traced(Operators):
    """An array with real numbers and a name in a list of steps.

    Attributes
    ----------
    numbers : array
        Those of this one call.
    value : Value
        The name.
    level : Trace
        The list.
    """

    __array_ufunc__ = None  # beside a NumPy array this one decides

    def __init__(self, numbers: Array, value: Value, level: Trace) -> None:
        self.numbers, self.value, self.level = numbers, value, level

    @property
    def shape(self) -> Shape:
        """As the array's."""
        shape: Shape = self.numbers.shape
        return shape

    @property
    def dtype(self) -> DType:
        """As the array's."""
        dtype: DType = self.numbers.dtype
        return dtype

    @property
    def ndim(self) -> int:
        """As the array's."""
        return len(self.numbers.shape)

    @property
    def size(self) -> int:  # type: ignore[override]  # here an array's attribute, in the stub a Tensor's method
        """As the array's."""
        return math.prod(self.numbers.shape)

    @property
    def nbytes(self) -> int:
        """As the array's."""
        return int(self.numbers.nbytes)

    @property
    def itemsize(self) -> int:
        """As the array's."""
        return int(self.numbers.dtype.itemsize)

    @property
    def strides(self) -> tuple[int, ...]:
        """As the array's."""
        strides: tuple[int, ...] = self.numbers.strides
        return strides

    @property
    def flags(self) -> Any:
        """As the array's."""
        return self.numbers.flags

    @property
    def base(self) -> Any:
        """The array that owns the memory: so views are seen to be views."""
        return owner(self.numbers)

    @property
    def T(self) -> Any:
        """The dimensions in reverse."""
        return permute_p(self, dims=tuple(reversed(range(self.ndim))))

    def __getitem__(self, index: Any) -> Any:
        return registry["getitem"](self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        assert index is Ellipsis, "whoever writes takes a view first"
        self.level.write_into(self, value)

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        """Convert, as an op."""
        return registry["cast"](self, dtype=dtype)

    def copy(self) -> Any:
        """Copy, as a step."""
        return self.level.copy(self)

    def reshape(self, *sizes: Any, **named: Any) -> Any:
        """Reshape, as an op."""
        return registry["reshape"](self, *sizes, **named)

    @property
    def whole(self) -> Any:
        """The numbers, for whoever checks them and says so (``checked``)."""
        return self.numbers

    @property
    def weak(self) -> bool:
        """Whether it stands for a Python number, which does not decide on dtypes."""
        return bool(self.value.numbers)

    def any(self) -> bool:  # type: ignore[override]
        """Whether any element is true: of later calls, the same must hold."""
        return self.level.check(self, "any")

    def all(self) -> bool:  # type: ignore[override]
        """Whether all elements are true: of later calls, the same must hold."""
        return self.level.check(self, "all")

    def asked(self, what: str) -> Any:
        """Return the numbers if every call has the same, else refuse."""
        if self.level.closed:
            raise error("jit-leaked", op=what)
        if self.level.is_constant(self.value):
            return self.numbers
        for number in self.value.numbers:
            number.fixed = True
        raise ValuesAsked() if self.value.numbers else error("jit-values", what=what, where=registry["user_line"]())

    def min(self) -> Any:  # type: ignore[override]
        """Refused, as all that follow: whoever asks wants to go on with it."""
        return self.asked(".min()").min()

    def max(self) -> Any:  # type: ignore[override]
        """Of constants alone."""
        return self.asked(".max()").max()

    def item(self) -> Any:
        """Of constants alone."""
        return self.asked(".item()").item()

    def tolist(self) -> Any:
        """Of constants alone."""
        return self.asked(".tolist()").tolist()

    def __bool__(self) -> bool:
        return bool(self.asked("bool()"))

    def __float__(self) -> float:
        return float(self.asked("float()"))

    def __int__(self) -> int:
        return int(self.asked("int()"))

    def __index__(self) -> int:
        return int(self.asked("an index"))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(to_numpy(self), dtype=dtype)

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        return f"Traced({self.value}, {self.dtype}, {self.shape})"


class Names:
    """The array module of traced arrays, for whoever makes or checks arrays outside of ops; the rest is NumPy's."""

    def __init__(self, xp: Any) -> None:
        self._xp = xp

    def asarray(self, x: Any, dtype: Any = None) -> Any:
        """Return a traced array as it is, perhaps converted."""
        if not isinstance(x, Traced):
            array = self._xp.asarray(x, dtype=dtype)
            named = registry["made_here"](array) if isinstance(x, (bool, int, float)) else None
            return array if named is None else named
        return x if dtype is None or x.dtype == dtype else x.astype(dtype)

    def array(self, x: Any) -> Any:
        """Return a copy."""
        return x.copy() if isinstance(x, Traced) else self._xp.array(x)

    def zeros_like(self, x: Any) -> Any:
        """Return zeros: the same at every call."""
        return x.level.constant(self._xp.zeros(x.shape, dtype=x.dtype))

    def ones_like(self, x: Any) -> Any:
        """Return ones: the same at every call."""
        return x.level.constant(self._xp.ones(x.shape, dtype=x.dtype))

    def empty_like(self, x: Any) -> Any:
        """Return zeros: whoever fills them does it in steps."""
        return self.zeros_like(x)

    def isfinite(self, x: Any) -> Any:
        """Return where elements are finite, as an op."""
        return isfinite(x)

    def sum(self, x: Any, axis: int) -> Any:
        """Return sums, or counts of bools, as an op."""
        return sum_p(x if x.dtype.kind != "b" else x.astype(int64), dims=(axis,))

    def any(self, x: Any) -> Any:
        """Whether any element is true."""
        return x.any()

    def all(self, x: Any) -> Any:
        """Whether all elements are true."""
        return x.all()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._xp, name)


def to_numpy(array: Any) -> Any:
    """Stand in for a device's way back to NumPy: for constants alone."""
    return backend_of(array.numbers).to_numpy(array.asked("a NumPy array"))


KINDS: dict[Backend, type[Traced]] = {}
"""The class of traced arrays for each device."""


def kind_for(array: Array) -> type[Traced]:
    """Return the class of traced arrays on the device of `array`, made at its first use."""
    backend = backend_of(array)
    if backend not in KINDS:
        kind = KINDS[backend] = type("Traced", (Traced,), {})
        BACKENDS[kind] = Backend(backend.device, Names(backend.xp), kind, backend.from_numpy, to_numpy)
    return KINDS[backend]
