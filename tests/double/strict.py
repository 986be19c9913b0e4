"""A strict double of CuPy: NumPy inside, CuPy's names and refusals outside, and no GPU needed.

Whatever runs on it assumes nothing that only NumPy has.  It knows exactly the names that CuPy 14.2.0 has
(``cupy_names.json``, read from the real package), and where CuPy differs from NumPy it does as CuPy does:

- it never mixes with NumPy's arrays, not as operand, index, value or argument;
- reductions and elements are 0-d arrays, never scalars;
- index arrays out of range wrap around; ``ufunc.at`` exists for a few only; ``where=`` and ``initial=`` do not;
- nothing is read-only, not even the result of ``broadcast_to``; ``flags`` knows the memory order alone.

It is stricter than CuPy in one thing: ``np.exp(x)`` and ``asarray(numpy_array)``, which CuPy answers, are refused,
for above floor 0 they are a slip.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from tinygrad_zh.backend.devices import Backend, Device, register_backend, unregister_backend

NAMES = json.loads(Path(__file__).with_name("cupy_names.json").read_text())
HAS_AT = {"add", "subtract", "maximum", "minimum", "bitwise_and", "bitwise_or", "bitwise_xor"}
NO_KEYWORDS = {"where", "initial"}
SEQUENCES_WELCOME = {"array", "asarray", "concatenate", "stack", "full", "zeros", "ones", "empty", "hstack", "vstack"}


def refuse(where: str, x: object) -> None:
    raise TypeError(f"{where}: the double does not take {type(x).__module__}.{type(x).__name__}")


def unwrap(x: Any, where: str) -> Any:
    """Return NumPy's array in a DoubleArray, tuples and lists of them too; refuse arrays of NumPy itself."""
    if isinstance(x, DoubleArray):
        return x._array
    if isinstance(x, np.ndarray):
        refuse(where, x)
    if isinstance(x, (tuple, list)):
        return type(x)(unwrap(v, where) for v in x)
    return x


def root(array: Any) -> Any:
    """The array that owns the memory."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def wrap(result: Any, *operands: Any) -> Any:
    """Return results as DoubleArrays, with `base` where they are views of an operand."""
    if isinstance(result, (tuple, list)):  # a NamedTuple of NumPy's is a plain tuple in CuPy
        kind = list if isinstance(result, list) else tuple
        return kind(wrap(each, *operands) for each in result)
    if not isinstance(result, (np.ndarray, np.generic)):
        return result
    array = np.asarray(result)
    owner = root(array)
    if not array.flags.writeable:  # broadcast_to and diagonal: on a GPU no memory is protected
        offset = array.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
        array = np.ndarray(array.shape, array.dtype, buffer=owner, offset=offset, strides=array.strides)
    made = DoubleArray(array, owner)
    for x in operands:
        if isinstance(x, DoubleArray) and array.base is not None and owner is x._owner:
            made.base = x if x.base is None else x.base
            break
    return made


class Flags:
    """What CuPy tells of the memory; there is no `writeable`."""

    def __init__(self, flags: Any) -> None:
        self.c_contiguous, self.f_contiguous, self.owndata = flags.c_contiguous, flags.f_contiguous, flags.owndata


class DoubleArray:
    """An array that has CuPy's attributes and no others."""

    __slots__ = ("__weakref__", "_array", "_owner", "base")
    __array_ufunc__ = None  # a NumPy array beside it lets it decide, and it refuses
    __array_priority__ = 100
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, array: Any, owner: Any = None) -> None:
        self._array = array
        self._owner = array if owner is None else owner  # NumPy's array that owns the memory
        self.base: DoubleArray | None = None

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Please use `.get()`.")

    def __array_function__(self, function: Any, *_: Any) -> Any:
        refuse(f"numpy.{function.__name__}", self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in NAMES["ndarray"]:
            raise AttributeError(f"'ndarray' object has no attribute {name!r}")
        found = getattr(self._array, name)
        if not callable(found):
            return wrap(found, self)

        def method(*args: Any, **named: Any) -> Any:
            check_keywords(name, named)
            out = named.get("out")
            plain = [unwrap(a, name) for a in args], {k: unwrap(v, name) for k, v in named.items()}
            return out if out is not None else wrap(found(*plain[0], **plain[1]), self)

        return method

    @property
    def data(self) -> SimpleNamespace:
        """Where the memory is: CuPy's pointer has the address as `ptr`."""
        return SimpleNamespace(ptr=self._array.__array_interface__["data"][0])

    @property
    def flags(self) -> Flags:
        return Flags(self._array.flags)

    def __getitem__(self, index: Any) -> Any:
        return wrap(self._array[self._wrapped(index)], self)

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(value, (list, tuple)):
            refuse("setitem", value)
        self._array[self._wrapped(index)] = unwrap(value, "setitem")

    def _wrapped(self, index: Any) -> Any:
        """The index for NumPy, with index arrays taken modulo the length, as CuPy takes them."""
        parts: list[Any] = []
        dim, past_ellipsis = 0, False
        for part in index if isinstance(index, tuple) else (index,):
            plain = unwrap(part, "index")
            is_array = isinstance(plain, np.ndarray)
            if is_array and plain.dtype.kind in "iu" and plain.ndim and not past_ellipsis and dim < self._array.ndim:
                plain = plain % (self._array.shape[dim] or 1)
            past_ellipsis = past_ellipsis or part is Ellipsis
            dim += plain.ndim if is_array and plain.dtype.kind == "b" else part is not None
            parts.append(plain)
        return tuple(parts) if isinstance(index, tuple) else parts[0]

    def __len__(self) -> int:
        return len(self._array)

    def __iter__(self) -> Iterator[DoubleArray]:
        return iter([self[i] for i in range(len(self))])

    def __bool__(self) -> bool:
        return bool(self._array)

    def __float__(self) -> float:
        return float(self._array)

    def __int__(self) -> int:
        return int(self._array)

    def get(self) -> Any:
        """A copy as NumPy's array: CuPy's one way back to the host."""
        return self._array.copy()

    def __repr__(self) -> str:
        return f"double({self._array!r})"


def attach_operators() -> None:
    """Give DoubleArray the operators, each refusing what is neither a DoubleArray nor a number."""

    def plain(x: Any, where: str) -> Any:
        if not isinstance(x, (DoubleArray, bool, int, float, np.generic)):
            refuse(where, x)
        return unwrap(x, where)

    def binary(name: str, function: Callable[..., Any]) -> None:
        def forward(a: DoubleArray, b: Any) -> Any:
            if getattr(b, "__array_ufunc__", b) is None and not isinstance(b, DoubleArray):
                return NotImplemented  # as CuPy's arrays do beside one that wants to decide
            return wrap(function(a._array, plain(b, name)))

        setattr(DoubleArray, f"__{name}__", forward)
        setattr(DoubleArray, f"__r{name}__", lambda a, b: wrap(function(plain(b, name), a._array)))

        def inplace(a: DoubleArray, b: Any) -> DoubleArray:
            changed = getattr(operator, "i" + name)(a._array, plain(b, name))
            assert changed is a._array
            return a

        setattr(DoubleArray, f"__i{name}__", inplace)

    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and_", "or_", "xor", "lshift", "rshift"):
        function = getattr(operator, name)
        if name.endswith("_"):
            name = name[:-1]
        binary(name, function)
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        compare = getattr(operator, name)
        setattr(
            DoubleArray, f"__{name}__", lambda a, b, compare=compare, name=name: wrap(compare(a._array, plain(b, name)))
        )
    for name in ("neg", "pos", "abs", "invert"):
        change = getattr(operator, name)
        setattr(DoubleArray, f"__{name}__", lambda a, change=change: wrap(change(a._array)))

    def matmul(a: Any, b: Any) -> Any:
        for x in (a, b):
            if not isinstance(x, DoubleArray):
                refuse("matmul", x)
        return wrap(a._array @ b._array)

    DoubleArray.__matmul__ = matmul  # type: ignore[attr-defined]
    DoubleArray.__rmatmul__ = lambda a, b: matmul(b, a)  # type: ignore[attr-defined]


attach_operators()


def check_keywords(name: str, named: dict[str, Any]) -> None:
    """Refuse keywords that NumPy's functions have and CuPy's lack."""
    if missing := NO_KEYWORDS & set(named):
        raise TypeError(f"{name}() got an unexpected keyword argument {sorted(missing)[0]!r}")


class Function:
    """One of a module's functions."""

    def __init__(self, name: str, module: Any = np) -> None:
        self.__name__ = name
        self._function = getattr(module, name)
        if name in HAS_AT:
            self.at = self._at

    def __call__(self, *args: Any, **named: Any) -> Any:
        name = self.__name__
        check_keywords(name, named)
        if isinstance(self._function, np.ufunc):
            for x in args:
                if not isinstance(x, (DoubleArray, bool, int, float, np.generic)):
                    refuse(name, x)
        elif (
            args
            and isinstance(args[0], (list, tuple))
            and name not in SEQUENCES_WELCOME
            and not name.startswith("broadcast_")
        ):
            refuse(name, args[0])
        out = named.get("out")
        plain = [unwrap(x, name) for x in args]
        result = self._function(*plain, **{k: unwrap(v, name) for k, v in named.items()})
        return out if isinstance(out, DoubleArray) else wrap(result, *args)

    def _at(self, target: DoubleArray, index: Any, values: Any = None) -> None:
        self._function.at(target._array, target._wrapped(index), unwrap(values, self.__name__))


def as_strided(x: DoubleArray, shape: Any = None, strides: Any = None) -> Any:
    """CuPy's has neither ``subok`` nor ``writeable``, and its result does not say whose memory it is."""
    return wrap(np.lib.stride_tricks.as_strided(unwrap(x, "as_strided"), shape, strides))


class LinearAlgebra:
    """The module ``cupy.linalg``."""

    def __getattr__(self, name: str) -> Any:
        if name not in NAMES["linalg"]:
            raise AttributeError(f"module 'cupy.linalg' has no attribute {name!r}")
        found = getattr(np.linalg, name)
        return found if isinstance(found, type) else Function(name, np.linalg)


class Module:
    """CuPy's top-level module: its types, constants and functions, nothing else."""

    ndarray = DoubleArray
    linalg = LinearAlgebra()
    __name__ = "double"
    lib = SimpleNamespace(stride_tricks=SimpleNamespace(as_strided=as_strided))

    def __getattr__(self, name: str) -> Any:
        if name not in NAMES["cupy"]:
            raise AttributeError(f"module 'cupy' has no attribute {name!r}")
        found = getattr(np, name)
        if isinstance(found, type) or not callable(found):
            return found
        function = Function(name)
        setattr(self, name, function)  # looked up once
        return function


xp = Module()


def from_numpy(array: Any) -> DoubleArray:
    """Copy an array to the device."""
    return DoubleArray(np.array(array, order="K"))


@contextmanager
def double_device() -> Iterator[str]:
    """Make the device ``"double"`` known inside the block."""
    register_backend(Backend(Device("double"), xp, DoubleArray, from_numpy, DoubleArray.get))
    try:
        yield "double"
    finally:
        unregister_backend("double")
