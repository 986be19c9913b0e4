"""Floor 2: Python's operators: which op each of them is.

They are attached to the base of Tensor and Symbol, so that a rule such as ``y * (1 - y)`` runs on both.

May import: floors 0–1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.operators import Operators
from ..core.primitive import Primitive
from ..core.registry import registry

ARITHMETIC = {
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "truediv": "div",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "pow": "pow",
    "matmul": "matmul",
    "and": "bitwise_and",
    "or": "bitwise_or",
    "xor": "bitwise_xor",
    "lshift": "bitwise_left_shift",
    "rshift": "bitwise_right_shift",
}
"""``__add__``, ``__radd__`` and ``__iadd__`` are the op ``add``, and so on."""
COMPARISON = ("lt", "le", "gt", "ge", "eq", "ne")
UNARY = {"neg": "neg", "abs": "abs", "invert": "bitwise_not"}
NO_INPLACE = {"matmul"}


def binary(op: Any) -> Callable[[Any, Any], Any]:
    """``a ∘ b``; there are two operands for certain, so a primitive need not count them."""
    return (lambda a, b: op.apply(a, b)) if isinstance(op, Primitive) else (lambda a, b: op(a, b))


def reflected(op: Any) -> Callable[[Any, Any], Any]:
    """``b ∘ a`` where `a` is the Tensor."""
    return (lambda a, b: op.apply(b, a)) if isinstance(op, Primitive) else (lambda a, b: op(b, a))


def inplace(name: str) -> Callable[[Any, Any], Any]:
    """``a ∘= b``."""
    return lambda a, b: registry["apply_inplace"](name, a, b)


def attach_operators() -> None:
    """Attach the operators, once every op is registered."""
    for special, name in ARITHMETIC.items():
        setattr(Operators, f"__{special}__", binary(registry[name]))
        setattr(Operators, f"__r{special}__", reflected(registry[name]))
        if special not in NO_INPLACE:
            setattr(Operators, f"__i{special}__", inplace(name))
    for name in COMPARISON:
        setattr(Operators, f"__{name}__", binary(registry[name]))
    for special, name in UNARY.items():
        op = registry[name]
        setattr(Operators, f"__{special}__", lambda x, op=op: op.apply(x))
    setattr(Operators, "__pos__", lambda x: x)  # noqa: B010 - mypy does not know it
    setattr(Operators, "__getitem__", lambda x, index: registry["getitem"](x, index))  # noqa: B010
