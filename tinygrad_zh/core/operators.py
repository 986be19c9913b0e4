"""Python's operators for Tensor and Symbol alike: each asks the registry for its op.

Because a Symbol has the same operators, a rule such as ``y * (1 - y)`` can be run on numbers or printed.

May import: ``registry``.  Read next: ``symbol.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .registry import registry

Binary = Callable[[Any, Any], Any]
Unary = Callable[[Any], Any]


def binary(name: str) -> Binary:
    """``a ∘ b``."""
    return lambda a, b: registry[name](a, b)


def reflected(name: str) -> Binary:
    """``b ∘ a`` where `a` is the Tensor: Python's ``__radd__`` and friends."""
    return lambda a, b: registry[name](b, a)


def inplace(name: str) -> Binary:
    """``a ∘= b``."""
    return lambda a, b: registry["apply_inplace"](name, a, b)


class Operators:
    """The operators of arithmetic, comparison and indexing."""

    __add__, __radd__, __iadd__ = binary("add"), reflected("add"), inplace("add")
    __sub__, __rsub__, __isub__ = binary("sub"), reflected("sub"), inplace("sub")
    __mul__, __rmul__, __imul__ = binary("mul"), reflected("mul"), inplace("mul")
    __truediv__, __rtruediv__, __itruediv__ = binary("div"), reflected("div"), inplace("div")
    __floordiv__, __rfloordiv__, __ifloordiv__ = (
        binary("floor_divide"),
        reflected("floor_divide"),
        inplace("floor_divide"),
    )
    __mod__, __rmod__, __imod__ = binary("remainder"), reflected("remainder"), inplace("remainder")
    __pow__, __rpow__, __ipow__ = binary("pow"), reflected("pow"), inplace("pow")
    __matmul__, __rmatmul__ = binary("matmul"), reflected("matmul")
    __and__, __rand__, __iand__ = binary("bitwise_and"), reflected("bitwise_and"), inplace("bitwise_and")
    __or__, __ror__, __ior__ = binary("bitwise_or"), reflected("bitwise_or"), inplace("bitwise_or")
    __xor__, __rxor__, __ixor__ = binary("bitwise_xor"), reflected("bitwise_xor"), inplace("bitwise_xor")
    __lt__, __le__, __gt__, __ge__ = binary("lt"), binary("le"), binary("gt"), binary("ge")

    def __eq__(self, other: Any) -> Any:
        return registry["eq"](self, other)

    def __ne__(self, other: Any) -> Any:
        return registry["ne"](self, other)

    __hash__ = object.__hash__

    def __neg__(self) -> Any:
        return registry["neg"](self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return registry["abs"](self)

    def __invert__(self) -> Any:
        return registry["bitwise_not"](self)

    def __getitem__(self, index: Any) -> Any:
        return registry["getitem"](self, index)
