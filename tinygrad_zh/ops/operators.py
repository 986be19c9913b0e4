"""Floor 2: Python's operators: which op each of them is.

They are attached to the base of Tensor and Symbol, so that a rule such as ``y * (1 - y)`` runs on both.

May import: floors 0–1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..backend.devices import BACKENDS
from ..core.operators import Operators
from ..core.primitive import Primitive
from ..core.registry import registry
from .written_out import OPERATORS_OF

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
COMPARISON = ("lt", "le", "gt", "ge")
EQUALITY = ("eq", "ne")
COMPARED = (Operators, bool, int, float, complex, np.generic)
"""With what a Tensor is compared elementwise, arrays aside; complex numbers are refused, not unequal."""
UNARY = {"neg": "neg", "abs": "abs", "invert": "bitwise_not"}
NO_INPLACE = {"matmul"}


def unary(op: Any) -> Callable[[Any], Any]:
    """``∘ a``."""
    return lambda a: op.apply(a)


def binary(op: Any) -> Callable[[Any, Any], Any]:
    """``a ∘ b``; there are two operands for certain, so a primitive need not count them."""
    return (lambda a, b: op.apply(a, b)) if isinstance(op, Primitive) else (lambda a, b: op(a, b))


def reflected(op: Any) -> Callable[[Any, Any], Any]:
    """``b ∘ a`` where `a` is the Tensor."""
    return (lambda a, b: op.apply(b, a)) if isinstance(op, Primitive) else (lambda a, b: op(b, a))


def equality(op: Any) -> Callable[[Any, Any], Any]:
    """``a == b`` elementwise; with what is no number, such as None or a text, Python's own answer as in PyTorch."""
    return lambda a, b: op.apply(a, b) if isinstance(b, COMPARED) or type(b) in BACKENDS else NotImplemented


def inplace(name: str) -> Callable[[Any, Any], Any]:
    """``a ∘= b``."""
    return lambda a, b: registry["apply_inplace"](name, a, b)


def attach(special: str, name: str, kind: Callable[[Any], Any]) -> None:
    """Attach one operator; when its op is written out, the function written for it takes its place."""
    op = registry[name]
    setattr(Operators, special, kind(op))
    if isinstance(op, Primitive):
        OPERATORS_OF.setdefault(op, []).append(special)


def attach_operators() -> None:
    """Attach the operators, once every op is registered."""
    for special, name in ARITHMETIC.items():
        attach(f"__{special}__", name, binary)
        setattr(Operators, f"__r{special}__", reflected(registry[name]))
        if special not in NO_INPLACE:
            setattr(Operators, f"__i{special}__", inplace(name))
    for name in COMPARISON:
        attach(f"__{name}__", name, binary)
    for name in EQUALITY:
        setattr(Operators, f"__{name}__", equality(registry[name]))
    for special, name in UNARY.items():
        attach(f"__{special}__", name, unary)
    setattr(Operators, "__pos__", lambda x: x)  # noqa: B010 - mypy does not know it
    setattr(Operators, "__getitem__", lambda x, index: registry["getitem"](x, index))  # noqa: B010
