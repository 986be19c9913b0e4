"""Floor 3: what an op does to one element, read from the op's own value.

``value(xp, *operands)`` is run with an array module that computes nothing and writes down what it is asked for: ``xp``
is `Formulas`, the operands are `Element`.  Both know only what NumPy does to every element by itself.  So whatever can
be read to the end is elementwise, and an op that looks at shapes, sums, branches on values or asks for anything else
cannot be read, and is not fused.  There is one place per op, and nothing to keep in step with it.

Dtypes are NumPy's, at every step: a Python number takes that of the array beside it, a comparison gives bools.
Integers are not read: only float32, float64 and bool.

May import: floors 0–2.  Read next: ``loops.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...aliases import DType
from ...backend.devices import BACKENDS, CPU, Backend
from ...core.primitive import Primitive

BOOL = np.dtype(bool)
DTYPES = {np.dtype(np.float32): "single", np.dtype(np.float64): "double", BOOL: "bool"}
"""What a loop computes with, and the name of the conversion in its source."""
LARGEST_WHOLE = 2**53
"""From here on an int is not always the same number as a float64."""


class NotReadable(Exception):
    """An op does something else than to compute every element by itself."""


class Element:
    """One element of an array, and how it is computed.

    Attributes
    ----------
    text : str
        Python source with ``{}`` for each of `parts`; of an operand, its name.
    parts : tuple of Element
        What it is computed from.
    dtype : dtype
        As NumPy's array would have it.
    """

    __array_ufunc__ = None
    __slots__ = ("dtype", "parts", "text")
    __hash__ = None  # type: ignore[assignment]  # == gives an element, as of arrays

    def __init__(self, text: str, parts: tuple[Element, ...], dtype: DType) -> None:
        self.text, self.parts, self.dtype = text, parts, dtype

    def __bool__(self) -> bool:
        raise NotReadable("a branch")

    def astype(self, dtype: Any, copy: bool = True) -> Element:
        """Convert."""
        return converted(self, np.dtype(dtype))

    def copy(self) -> Element:
        """An element is a value, so it is its own copy."""
        return self

    def __add__(self, other: Any) -> Element:
        return arithmetic("{} + {}", self, other)

    def __radd__(self, other: Any) -> Element:
        return arithmetic("{} + {}", other, self)

    def __sub__(self, other: Any) -> Element:
        return arithmetic("{} - {}", self, other)

    def __rsub__(self, other: Any) -> Element:
        return arithmetic("{} - {}", other, self)

    def __mul__(self, other: Any) -> Element:
        return arithmetic("{} * {}", self, other)

    def __rmul__(self, other: Any) -> Element:
        return arithmetic("{} * {}", other, self)

    def __truediv__(self, other: Any) -> Element:
        return arithmetic("{} / {}", self, other)

    def __rtruediv__(self, other: Any) -> Element:
        return arithmetic("{} / {}", other, self)

    def __pow__(self, other: Any) -> Element:
        return power(self, other)

    def __neg__(self) -> Element:
        return arithmetic("-{}", self)

    def __abs__(self) -> Element:
        return arithmetic("abs({})", self)

    def __lt__(self, other: Any) -> Element:
        return comparison("{} < {}", self, other)

    def __le__(self, other: Any) -> Element:
        return comparison("{} <= {}", self, other)

    def __gt__(self, other: Any) -> Element:
        return comparison("{} > {}", self, other)

    def __ge__(self, other: Any) -> Element:
        return comparison("{} >= {}", self, other)

    def __eq__(self, other: Any) -> Element:  # type: ignore[override]
        return comparison("{} == {}", self, other)

    def __ne__(self, other: Any) -> Element:  # type: ignore[override]
        return comparison("{} != {}", self, other)

    def __and__(self, other: Any) -> Element:
        return logic("{} & {}", self, other)

    def __rand__(self, other: Any) -> Element:
        return logic("{} & {}", other, self)

    def __or__(self, other: Any) -> Element:
        return logic("{} | {}", self, other)

    def __ror__(self, other: Any) -> Element:
        return logic("{} | {}", other, self)

    def __xor__(self, other: Any) -> Element:
        return logic("{} != {}", self, other)

    def __invert__(self) -> Element:
        return logic("not {}", self)


# -- the kinds of steps --------------------------------------------------------------------------------


def arithmetic(text: str, *parts: Any, dtype: Any = None) -> Element:
    """Compute a floating number from numbers."""
    found = common(parts) if dtype is None else np.dtype(dtype)
    if found.kind != "f":
        raise NotReadable("arithmetic of bools or integers")
    return Element(text, tuple(converted(x, found) for x in parts), found)


def comparison(text: str, a: Any, b: Any) -> Element:
    """Compute a bool from two numbers."""
    dtype = common((a, b))
    return Element(text, (converted(a, dtype), converted(b, dtype)), BOOL)


def logic(text: str, *parts: Any) -> Element:
    """Compute a bool from bools."""
    if common(parts) != BOOL:
        raise NotReadable("logic of numbers")
    return Element(text, tuple(converted(x, BOOL) for x in parts), BOOL)


def called(name: str) -> Callable[..., Element]:
    """Return a function of a floating number for which a compiled one of that name exists for each dtype."""
    return lambda x: arithmetic(f"{name}_{DTYPES[common((x,))]}({{}})", x)


def question(text: str) -> Callable[..., Element]:
    """Return a function that asks for a property of a floating number."""
    return lambda x: Element(text, (arithmetic("{}", x).parts[0],), BOOL)


def power(a: Any, b: Any) -> Element:
    """Raise to a small whole power, by multiplications; NumPy's own function does the others as fast."""
    if type(b) not in (int, float) or b not in POWERS or not isinstance(a, Element):
        raise NotReadable("a power")
    return arithmetic("{}" if b == 1 else "{} * {}", *[a] * min(int(b), 2)) if b < 3 else a * power(a, b - 1)


POWERS = (1, 2, 3)


def rounded(x: Any, decimals: int) -> Element:
    """Round to a whole number."""
    if decimals:
        raise NotReadable("rounding to decimals")
    return arithmetic("rint({})", x)


def true(x: Any) -> Element:
    """Ask whether a number is another one than 0."""
    return converted(x, BOOL)


def choice(condition: Any, a: Any, b: Any) -> Element:
    """Choose between two."""
    dtype = common((a, b))
    parts = converted(a, dtype), converted(condition, BOOL), converted(b, dtype)
    return Element("{} if {} else {}", parts, dtype)


def common(parts: Sequence[Any]) -> DType:
    """Return the dtype in which NumPy computes with these, or refuse."""
    kinds = [x.dtype if isinstance(x, Element) else x for x in parts]
    if any(not isinstance(x, Element) and type(x) not in (int, float, bool) for x in parts):
        raise NotReadable("an operand that is neither an element nor a plain number")
    dtype: DType = np.result_type(*kinds)
    if dtype not in DTYPES:
        raise NotReadable("integers")
    return dtype


def converted(x: Any, dtype: DType) -> Element:
    """Return an element, or a number, in a dtype."""
    if dtype not in DTYPES:
        raise NotReadable("integers")
    if isinstance(x, Element):
        if x.dtype == dtype:
            return x
        return comparison("{} != {}", x, 0) if dtype == BOOL else Element(f"{DTYPES[dtype]}({{}})", (x,), dtype)
    if isinstance(x, int) and abs(x) >= LARGEST_WHOLE:
        raise NotReadable("a large integer")
    value = bool(x) if dtype == BOOL else float(x)
    return Element(f"{DTYPES[dtype]}({value!r})" if dtype != BOOL else repr(value), (), dtype)


# -- the array module ----------------------------------------------------------------------------------


class Formulas:
    """NumPy's elementwise functions, written down; there are no others."""

    float32, float64, bool_ = np.float32, np.float64, np.bool_

    add = staticmethod(lambda a, b, dtype=None: arithmetic("{} + {}", a, b, dtype=dtype))
    subtract = staticmethod(lambda a, b, dtype=None: arithmetic("{} - {}", a, b, dtype=dtype))
    multiply = staticmethod(lambda a, b, dtype=None: arithmetic("{} * {}", a, b, dtype=dtype))
    divide = true_divide = staticmethod(lambda a, b: arithmetic("{} / {}", a, b))
    negative = staticmethod(lambda x: arithmetic("-{}", x))
    power = staticmethod(power)
    square = staticmethod(lambda x: arithmetic("{} * {}", x, x))
    abs = absolute = fabs = staticmethod(lambda x: arithmetic("abs({})", x))
    sqrt = staticmethod(lambda x: arithmetic("sqrt({})", x))
    floor = staticmethod(lambda x: arithmetic("floor({})", x))
    ceil = staticmethod(lambda x: arithmetic("ceil({})", x))
    trunc = staticmethod(lambda x: arithmetic("trunc({})", x))
    rint = staticmethod(lambda x: arithmetic("rint({})", x))
    round = staticmethod(lambda x, decimals=0: rounded(x, decimals))
    copysign = staticmethod(lambda a, b: arithmetic("copysign({}, {})", a, b))
    maximum = staticmethod(lambda a, b: arithmetic("larger({}, {})", a, b))
    minimum = staticmethod(lambda a, b: arithmetic("smaller({}, {})", a, b))
    where = staticmethod(choice)

    exp, expm1, tanh = (staticmethod(called(name)) for name in ("exp", "expm1", "tanh"))
    log, log1p = (staticmethod(called(name)) for name in ("log", "log1p"))

    less = staticmethod(lambda a, b: comparison("{} < {}", a, b))
    less_equal = staticmethod(lambda a, b: comparison("{} <= {}", a, b))
    greater = staticmethod(lambda a, b: comparison("{} > {}", a, b))
    greater_equal = staticmethod(lambda a, b: comparison("{} >= {}", a, b))
    equal = staticmethod(lambda a, b: comparison("{} == {}", a, b))
    not_equal = staticmethod(lambda a, b: comparison("{} != {}", a, b))
    isnan, isinf, isfinite = (staticmethod(question(f"{name}({{}})")) for name in ("isnan", "isinf", "isfinite"))
    bitwise_and = staticmethod(lambda a, b: logic("{} & {}", a, b))
    bitwise_or = staticmethod(lambda a, b: logic("{} | {}", a, b))
    bitwise_xor = staticmethod(lambda a, b: logic("{} != {}", a, b))
    bitwise_not = invert = staticmethod(lambda x: logic("not {}", x))
    logical_and = staticmethod(lambda a, b: logic("{} & {}", true(a), true(b)))
    logical_or = staticmethod(lambda a, b: logic("{} | {}", true(a), true(b)))
    logical_xor = staticmethod(lambda a, b: logic("{} != {}", true(a), true(b)))
    logical_not = staticmethod(lambda x: logic("not {}", true(x)))

    asarray = staticmethod(lambda x, dtype=None: x if dtype is None else converted(x, np.dtype(dtype)))


def refuse(x: Any, *_: Any, **__: Any) -> Any:
    """Stand in for what makes arrays."""
    raise NotReadable("an array")


# The ops that a value calls find their way to `Formulas` by the type of their operands, as on any device.
BACKENDS[Element] = Backend(CPU.device, Formulas(), Element, refuse, refuse)


def read(op: Primitive, operands: Sequence[Any], static: dict[str, Any], dtype: DType) -> Element | None:
    """Return what an op does to one element, or None if that cannot be read.

    Parameters
    ----------
    op : Primitive
        The op.
    operands : sequence of Element or number
        What it is given.
    static : dict
        Its static arguments.
    dtype : dtype
        What it gave when it was captured.
    """
    if op.aux or op.outputs != 1:
        return None
    try:
        y = op.value(BACKENDS[Element].xp, *operands, **{**op.defaults, **static})
    except Exception:  # whatever a value does that elements cannot: it is no elementwise function of them
        return None
    return y if isinstance(y, Element) and y.dtype == dtype else None
