r"""Floor 2: whether tensors are equal or nearly so, and whether single elements belong to a kind.

May import: floors 0–1, ``choosing``, ``compare``, ``elementwise``, ``reduce``.  Read next: ``loss.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..backend.dtypes import int64
from ..core.primitive import SAME, primitive
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import error
from .choosing import refuse_other_dtypes
from .compare import eq, isfinite, isnan, le
from .elementwise import abs, sub_p
from .publish import publish, published
from .reduce import all

# -- nearly equal --------------------------------------------------------------------------------------


@published()
def isclose(input: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Any:
    """Return where abs(input − other) ≤ atol + rtol · abs(other).

    Parameters
    ----------
    input, other : Tensor
        Broadcast to a common shape; of one dtype.
    rtol, atol : float
        The relative and the absolute tolerance, not negative.
    equal_nan : bool
        Whether NaN is close to NaN.

    Raises
    ------
    DTypeError
        If the dtypes differ.
    ArgumentError
        If a tolerance is negative.
    """
    refuse_other_dtypes("isclose", input, other)
    for name, tolerance in {"rtol": rtol, "atol": atol}.items():
        if not tolerance >= 0:
            raise error("argument", op="isclose", argument=name, expected="a number ≥ 0", got=tolerance)
    if input.dtype.kind in "ub":  # there 1 − 2 is 255, or refused
        input, other = (registry["cast"](x, dtype=int64) for x in (input, other))
    close = eq(input, other)  # infinities too
    if equal_nan and input.dtype.kind == "f":
        close = close | (isnan(input) & isnan(other))
    difference = abs(sub_p(input, other))
    return close | (isfinite(difference) & le(difference, atol + abs(rtol * other)))


@published()
def allclose(input: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Return whether all elements are close to each other; see `isclose`."""
    return bool(all(isclose(input, other, rtol=rtol, atol=atol, equal_nan=equal_nan)))


@published()
def equal(input: Any, other: Any) -> bool:
    """Return whether two tensors have the same shape and the same elements; NaN equals nothing."""
    return bool(input.shape == other.shape and all(eq(input, other)))


# -- belonging to a kind -------------------------------------------------------------------------------


@primitive(r"\operatorname{signbit}(<x>)")
def signbit(xp: Any, x: Any) -> Any:
    """Return where the sign is negative, that of −0 included."""
    return xp.signbit(x) if x.dtype.kind == "f" else x < 0


@primitive(r"\operatorname{isreal}(<x>)")
def isreal(xp: Any, x: Any) -> Any:
    """Return where an element is real: everywhere, as there are no complex tensors here."""
    return xp.isreal(x)


@published()
def isposinf(input: Any) -> Any:
    """Return where an element is +∞."""
    return eq(input, math.inf)


@published()
def isneginf(input: Any) -> Any:
    """Return where an element is −∞."""
    return eq(input, -math.inf)


@published()
def is_nonzero(input: Any) -> bool:
    """Return whether the one element of a tensor is nonzero, as ``bool(x)``."""
    return bool(input)


@primitive(r"<x> \in <among>", promote=SAME)
def isin_p(xp: Any, x: Any, among: Any, *, assume_unique: bool, invert: bool) -> Any:
    return xp.isin(xp.asarray(x), xp.asarray(among), assume_unique=assume_unique, invert=invert)


@published(method=False)
def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Any:
    """Return where an element is one of `test_elements`.

    Parameters
    ----------
    elements : Tensor of shape (...), or number
        What is looked for; the result has its shape.
    test_elements : Tensor, or number
        Where it is looked for; NaN is found nowhere.
    assume_unique : bool
        Promise that no element occurs twice in either, which saves time.
    invert : bool
        Return where an element is none of them.
    """
    for x in (elements, test_elements):
        if isinstance(x, Tensor) and x.dtype.kind == "b":
            raise error("dtype-unsupported", op="isin", dtypes="bool")
    return isin_p(elements, test_elements, assume_unique=assume_unique, invert=invert)


for op in (signbit, isreal):
    publish(op.name, op)
