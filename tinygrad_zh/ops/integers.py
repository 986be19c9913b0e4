r"""Floor 2: operations of whole numbers: divisors, multiples, and bits moved to the left and right.

They have no gradient, for whole numbers do not change continuously.

May import: floors 0–1.  Read next: ``closeness.py``.
"""

from __future__ import annotations

from typing import Any

from ..core.primitive import SAME, primitive
from ..core.registry import register
from ..core.symbol import PRODUCT
from ..errors import error
from .publish import publish


@primitive(r"\operatorname{gcd}(<a>, <b>)", promote=SAME)
def gcd(xp: Any, a: Any, b: Any) -> Any:
    """Return the greatest common divisor; that of 0 and 0 is 0."""
    return xp.gcd(a, b)


@primitive(r"\operatorname{lcm}(<a>, <b>)", promote=SAME)
def lcm(xp: Any, a: Any, b: Any) -> Any:
    """Return the least common multiple, ≥ 0; that of 0 and anything is 0."""
    return xp.lcm(a, b)


@primitive(r"<a:2> \cdot 2^{<b>}", level=PRODUCT, promote=SAME)
def bitwise_left_shift(xp: Any, a: Any, b: Any) -> Any:
    """Move the bits of `a` to the left by `b` places; 0 if that is negative or as many as there are."""
    a, b = whole("bitwise_left_shift", xp, a, b)
    return xp.where(within(a, b), xp.left_shift(a, xp.where(within(a, b), b, 0)), 0)


@primitive(r"\left\lfloor \frac{<a>}{2^{<b>}} \right\rfloor", promote=SAME)
def bitwise_right_shift(xp: Any, a: Any, b: Any) -> Any:
    """Move the bits of `a` to the right by `b` places; 0 or −1, after its sign, if that is out of range."""
    a, b = whole("bitwise_right_shift", xp, a, b)
    emptied = xp.where(a < 0, -1, 0).astype(a.dtype)
    return xp.where(within(a, b), xp.right_shift(a, xp.where(within(a, b), b, 0)), emptied)


def whole(op: str, xp: Any, *operands: Any) -> list[Any]:
    """Return integer arrays; refuse floats and bools."""
    arrays = [xp.asarray(x) for x in operands]
    for array in arrays:
        if array.dtype.kind not in "iu":
            raise error("dtype-unsupported", op=op, dtypes=array.dtype)
    return arrays


def within(a: Any, b: Any) -> Any:
    """Where a number of places is less than the number of bits; what else happens differs between machines."""
    return (b >= 0) & (b < 8 * a.dtype.itemsize)


for op in (gcd, lcm, bitwise_left_shift, bitwise_right_shift):
    publish(op.name, op, inplace=True)
for op in (bitwise_left_shift, bitwise_right_shift):
    register(op.name, op)
