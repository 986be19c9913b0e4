r"""Floor 3: arrays with a hidden dimension, on which ``vmap`` stands.

Under ``vmap`` a function sees one sample, while all of them are computed at once.  So what it handles are Tensors
whose array is `Batched`: one array of all samples, the batch dimension in front, that shows the shape of one of
them.  To the engine this is an array of a device like any other: tensors, nodes, saved values, sweeps and hooks know
nothing of it.  Only where something is computed, at the door, ``batching.py`` turns an op on samples into an op on
all of them.

May import: floors 0–2.  Read next: ``boundary.py``.
"""

from __future__ import annotations

import itertools
import math
from contextvars import ContextVar
from typing import Any, NoReturn

from ..aliases import Array, DType, Shape
from ..backend.devices import BACKENDS, Backend, backend_of
from ..core.modes import LAYERS
from ..core.operators import Operators
from ..core.registry import registry
from ..errors import error
from ..ops.shape import broadcast_to_p, permute_p, reshape_p

_numbers = itertools.count(1)


def next_number() -> int:
    """Return a number for what hides something of arrays: a call of ``vmap``, or a list of steps (``captured/``)."""
    return next(_numbers)


class Level:
    """One call of ``vmap``; of several that are nested, the inner one has the greater number.

    Attributes
    ----------
    number : int
        Of all levels ever; later ones are greater.
    size : int
        How many samples there are.
    randomness : {"error", "different", "same"}
        What becomes of random numbers.

    Notes
    -----
    It stands in the engine's list of `LAYERS` as long as an array of it lives: a graph may outlive the call.
    """

    def __init__(self, size: int, randomness: str = "error") -> None:
        self.number, self.size, self.randomness = next_number(), size, randomness
        LAYERS.append(self.number)

    def __del__(self) -> None:
        LAYERS.remove(self.number)

    def __repr__(self) -> str:
        return f"Level({self.number}, size={self.size})"


ACTIVE: ContextVar[tuple[Level, ...]] = ContextVar("ACTIVE", default=())
"""The levels whose functions are running, the innermost last."""


def no_values(what: str) -> NoReturn:
    """Refuse to give the numbers of a batch as if they were those of one sample."""
    raise error("vmap-values", what=what)


class Batched(Operators):
    """An array of all samples, looking like one of them.

    Attributes
    ----------
    array : array
        The samples: along the first dimension if `mapped`, else all samples are this one.  It may be a Batched itself.
    level : Level
        Whose samples they are.
    mapped : bool
        Whether samples differ.

    Notes
    -----
    There is one subclass for each device (`kind_for`).  ``any`` and ``all`` ask all samples, for checks ask them; what
    would go on with one sample's value (``item``, ``min``, ``bool``) is refused.
    """

    __array_ufunc__ = None  # beside a NumPy array this one decides
    array: Any

    def __init__(self, array: Any, level: Level, mapped: bool) -> None:
        self.array, self.level, self.mapped = array, level, mapped

    @property
    def shape(self) -> Shape:
        """Of one sample."""
        shape: Shape = self.array.shape
        return shape[1:] if self.mapped else shape

    @property
    def dtype(self) -> DType:
        """Of the elements."""
        dtype: DType = self.array.dtype
        return dtype

    @property
    def ndim(self) -> int:
        """Of one sample."""
        return len(self.shape)

    @property
    def size(self) -> int:  # type: ignore[override]  # here an array's attribute, in the stub a Tensor's method
        """How many elements a sample has."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Of all samples."""
        return int(self.array.nbytes)

    @property
    def itemsize(self) -> int:
        """Of an element."""
        return int(self.dtype.itemsize)

    @property
    def strides(self) -> tuple[int, ...]:
        """Of one sample."""
        strides: tuple[int, ...] = self.array.strides
        return strides[1:] if self.mapped else strides

    @property
    def flags(self) -> Any:
        """Of the array of all samples."""
        return self.array.flags

    @property
    def base(self) -> Any:
        """The array that owns the memory: so views are seen to be views."""
        return self.array if self.array.base is None else self.array.base

    @property
    def T(self) -> Any:
        """One sample with its dimensions in reverse."""
        return permute_p(self, dims=tuple(reversed(range(self.ndim))))

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, Batched):  # by whoever has found a wrong value and reports it: any will do
            return expanded(self, index.level)[index.array]
        return registry["getitem"](self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        assert index is Ellipsis, "whoever writes takes a view first"
        if isinstance(value, Batched) and value.level is self.level:
            if value.mapped and not self.mapped:
                raise error("vmap-inplace")
            value = lengthened(value.array, self.ndim) if value.mapped else value.array
        self.array[...] = value

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        """Convert, as an op."""
        return registry["cast"](self, dtype=dtype)

    def copy(self) -> Any:
        """Copy all samples."""
        return type(self)(self.array.copy(), self.level, self.mapped)

    def reshape(self, *sizes: Any, shape: Any = None) -> Any:
        """Reshape every sample, as an op."""
        return registry["reshape"](self, *sizes, shape=shape)

    def any(self) -> Any:  # type: ignore[override]
        """Whether any element of any sample is true."""
        return self.array.any()

    def all(self) -> Any:  # type: ignore[override]
        """Whether all elements of all samples are true."""
        return self.array.all()

    @property
    def whole(self) -> Any:
        """All samples, for whoever checks values and says so."""
        return getattr(self.array, "whole", self.array)

    def min(self) -> Any:  # type: ignore[override]
        """Refused: whoever asks wants to go on with it."""
        no_values(".min()")

    def max(self) -> Any:  # type: ignore[override]
        """Refused."""
        no_values(".max()")

    def item(self) -> Any:
        """Refused."""
        no_values(".item()")

    def tolist(self) -> Any:
        """Refused."""
        no_values(".tolist()")

    def __bool__(self) -> bool:
        no_values("bool()")

    def __float__(self) -> float:
        no_values("float()")

    def __int__(self) -> int:
        no_values("int()")

    def __index__(self) -> int:
        no_values("an index")

    def __array__(self, *_: Any, **__: Any) -> Any:
        no_values("a NumPy array")

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        return f"Batched({self.shape}, {self.level}, mapped={self.mapped})"


class Names:
    """The array module of batches, for whoever makes or checks arrays outside of ops; the rest is the device's own."""

    def __init__(self, xp: Any) -> None:
        self._xp = xp

    def asarray(self, x: Any, dtype: Any = None) -> Any:
        """Return a Batched as it is, perhaps converted."""
        if not isinstance(x, Batched):
            return self._xp.asarray(x, dtype=dtype)
        return x if dtype is None or x.dtype == dtype else x.astype(dtype)

    def array(self, x: Any) -> Any:
        """Return a copy."""
        return x.copy() if isinstance(x, Batched) else self._xp.array(x)

    def zeros_like(self, x: Any) -> Any:
        """Return zeros for every sample."""
        return type(x)(backend_of(x.array).xp.zeros_like(x.array), x.level, x.mapped)

    def ones_like(self, x: Any) -> Any:
        """Return ones for every sample."""
        return type(x)(backend_of(x.array).xp.ones_like(x.array), x.level, x.mapped)

    def isfinite(self, x: Any) -> Any:
        """Return where elements are finite."""
        return type(x)(backend_of(x.array).xp.isfinite(x.array), x.level, x.mapped)

    def sum(self, x: Any, axis: int) -> Any:
        """Return sums of every sample (or counts, of bools)."""
        return type(x)(backend_of(x.array).xp.sum(x.array, axis=axis + x.mapped), x.level, x.mapped)

    def any(self, x: Any) -> Any:
        """Whether any element of any sample is true."""
        return x.any()

    def all(self, x: Any) -> Any:
        """Whether all elements of all samples are true."""
        return x.all()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._xp, name)


def refuse_to_numpy(array: Any) -> NoReturn:
    """Stand in for a device's way back to NumPy."""
    no_values("a NumPy array")


KINDS: dict[Backend, type[Batched]] = {}
"""The class of batches for each device."""


def kind_for(array: Array) -> type[Batched]:
    """Return the class of batches on the device of `array`, made at its first use."""
    if isinstance(array, Batched):
        return type(array)
    backend = backend_of(array)
    if backend not in KINDS:
        kind = KINDS[backend] = type("Batched", (Batched,), {})
        BACKENDS[kind] = Backend(backend.device, Names(backend.xp), kind, backend.from_numpy, refuse_to_numpy)
    return KINDS[backend]


def batched(array: Array, level: Level, mapped: bool) -> Batched:
    """Return all samples of a level as one array that looks like one of them."""
    return kind_for(array)(array, level, mapped)


def levels_of(array: Any) -> dict[int, Level]:
    """Return the levels of an array by their numbers; none for one that is not Batched."""
    found = {}
    while isinstance(array, Batched):
        found[array.level.number] = array.level
        array = array.array
    return found


# -- moving dimensions ---------------------------------------------------------------------------------


def moved(x: Any, source: int, destination: int) -> Any:
    """Move one dimension to another place, as an op on arrays."""
    if source == destination:
        return x
    order = [d for d in range(len(x.shape)) if d != source]
    order.insert(destination, source)
    return permute_p(x, dims=tuple(order))


def lengthened(x: Any, ndim: int) -> Any:
    """Insert dimensions of length 1 behind the first, until samples have `ndim` dimensions: to broadcast them."""
    missing = ndim + 1 - len(x.shape)
    return x if missing <= 0 else reshape_p(x, shape=(x.shape[0], *(1,) * missing, *x.shape[1:]))


def expanded(x: Any, level: Level) -> Any:
    """Return the array of all samples, also of a value that they share."""
    if isinstance(x, Batched) and x.level is level:
        if x.mapped:
            return x.array
        x = x.array
    return broadcast_to_p(x, shape=(level.size, *x.shape))
