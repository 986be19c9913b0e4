"""Floor 2: comparisons, logic and tests of single elements: results are bool, and flat functions of the operands.

May import: floors 0–1, ``join``.  Read next: ``reduce.py``.
"""

from __future__ import annotations

from typing import Any

from ..core.primitive import SAME, primitive
from ..core.registry import register, registry
from ..core.symbol import SUM
from ..core.tensor import Tensor
from .join import zeros_beside
from .publish import publish


@primitive("<a> = <b>", level=SUM, promote=SAME)
def eq(xp: Any, a: Any, b: Any) -> Any:
    """Return where two are equal."""
    return xp.equal(a, b)


@primitive(r"<a> \ne <b>", level=SUM, promote=SAME)
def ne(xp: Any, a: Any, b: Any) -> Any:
    """Return where two differ."""
    return xp.not_equal(a, b)


@primitive("<a> < <b>", level=SUM, promote=SAME)
def lt(xp: Any, a: Any, b: Any) -> Any:
    """Return where the first is less."""
    return xp.less(a, b)


@primitive(r"<a> \le <b>", level=SUM, promote=SAME)
def le(xp: Any, a: Any, b: Any) -> Any:
    """Return where the first is less or equal."""
    return xp.less_equal(a, b)


@primitive("<a> > <b>", level=SUM, promote=SAME)
def gt(xp: Any, a: Any, b: Any) -> Any:
    """Return where the first is greater."""
    return xp.greater(a, b)


@primitive(r"<a> \ge <b>", level=SUM, promote=SAME)
def ge(xp: Any, a: Any, b: Any) -> Any:
    """Return where the first is greater or equal."""
    return xp.greater_equal(a, b)


@primitive(r"<a> \land <b>", level=SUM)
def logical_and(xp: Any, a: Any, b: Any) -> Any:
    """Return where both are nonzero."""
    return xp.logical_and(a, b)


@primitive(r"<a> \lor <b>", level=SUM)
def logical_or(xp: Any, a: Any, b: Any) -> Any:
    """Return where either is nonzero."""
    return xp.logical_or(a, b)


@primitive(r"<a> \oplus <b>", level=SUM)
def logical_xor(xp: Any, a: Any, b: Any) -> Any:
    """Return where exactly one is nonzero."""
    return xp.logical_xor(a, b)


@primitive(r"\lnot <x:4>")
def logical_not(xp: Any, x: Any) -> Any:
    """Return where an element is zero."""
    return xp.logical_not(x)


@primitive(r"<a> \mathbin{\&} <b>", level=SUM, promote=SAME)
def bitwise_and(xp: Any, a: Any, b: Any) -> Any:
    """Return the bits set in both; for bools, logical and."""
    return xp.bitwise_and(a, b)


@primitive(r"<a> \mathbin{|} <b>", level=SUM, promote=SAME)
def bitwise_or(xp: Any, a: Any, b: Any) -> Any:
    """Return the bits set in either; for bools, logical or."""
    return xp.bitwise_or(a, b)


@primitive(r"<a> \oplus <b>", level=SUM, promote=SAME)
def bitwise_xor(xp: Any, a: Any, b: Any) -> Any:
    """Return the bits set in exactly one."""
    return xp.bitwise_xor(a, b)


@primitive(r"\mathord{\sim} <x:4>")
def bitwise_not(xp: Any, x: Any) -> Any:
    """Return all bits flipped; for bools, logical not."""
    return xp.invert(x)


@primitive(r"\operatorname{isnan}(<x>)")
def isnan(xp: Any, x: Any) -> Any:
    """Return where an element is NaN."""
    return xp.isnan(x)


@primitive(r"\operatorname{isinf}(<x>)")
def isinf(xp: Any, x: Any) -> Any:
    """Return where an element is +∞ or −∞."""
    return xp.isinf(x)


@primitive(r"\operatorname{isfinite}(<x>)")
def isfinite(xp: Any, x: Any) -> Any:
    """Return where an element is neither infinite nor NaN."""
    return xp.isfinite(x)


@primitive(
    "<y>",
    vjp_a=lambda g, a_shape: zeros_beside(g, a_shape),
    vjp_b=lambda g, b_shape: zeros_beside(g, b_shape),
    tex_rules={"a": "0", "b": "0"},
)
def flat(xp: Any, y: Any, a: Any, b: Any) -> Any:
    """Return `y`, found by comparing `a` and `b`: small changes of these do not change it."""
    return y


def written_as_floats(answer: Any, a: Any, b: Any) -> Any:
    """Make 1 and 0 of the bools that ``a.lt_(b)`` writes into floats: `a` stays in the graph, with a gradient of 0."""
    if a.dtype.kind != "f" or answer.dtype.kind != "b":
        return answer
    return flat(registry["cast"](answer, dtype=a.dtype), a, b if isinstance(b, Tensor) and b.dtype.kind == "f" else 0)


for op in (eq, ne, lt, le, gt, ge, bitwise_and, bitwise_or, bitwise_xor, bitwise_not):
    register(op.name, op)
ALIASES = {"not_equal": ne, "less": lt, "less_equal": le, "greater": gt, "greater_equal": ge}
LOGICAL = (logical_and, logical_or, logical_xor, logical_not)
BITWISE = (bitwise_and, bitwise_or, bitwise_xor, bitwise_not)
for op in (eq, ne, lt, le, gt, ge, *LOGICAL, *BITWISE):
    publish(op.name, op, inplace=True)
for name, op in ALIASES.items():
    publish(name, op, inplace=True)
for op in (isnan, isinf, isfinite):
    publish(op.name, op)
