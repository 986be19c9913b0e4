r"""A formula in the place of a value: running a rule on Symbols prints the rule.

A template such as ``r"\frac{<a>}{<b>}"`` names its operands in angle brackets.  ``<a:2>`` asks for
parentheses around an operand that binds more loosely than level 2.

May import: ``operators``.  Read next: ``operators.py``.
"""

from __future__ import annotations

import re
from typing import Any

from ..errors import error
from .operators import Operators

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
"""How tightly a formula binds: ``a + b``, ``a ⊙ b``, ``aᵇ``, and what needs no parentheses."""

_PLACE = re.compile(r"<(\w+)(?::(\d))?>")


class Symbol(Operators):
    """A piece of TeX, with the level at which it binds.

    Parameters
    ----------
    tex : str
        The formula.
    level : int
        ``SUM``, ``PRODUCT``, ``POWER`` or ``ATOM``.
    """

    __slots__ = ("level", "tex")
    __array_ufunc__ = None  # an array beside a Symbol lets the Symbol decide

    def __init__(self, tex: str, level: int = ATOM) -> None:
        self.tex = tex
        self.level = level

    def __str__(self) -> str:
        return self.tex

    def __repr__(self) -> str:
        return f"Symbol({self.tex!r})"

    def __bool__(self) -> bool:
        raise error("symbol-truth", formula=self.tex)

    def at_level(self, level: int) -> str:
        """Return the formula, in parentheses if it binds more loosely than `level`."""
        return self.tex if self.level >= level else rf"\left({self.tex}\right)"


def fill(template: str, names: dict[str, Any]) -> str:
    """Put formulas and plain values into a template's places."""

    def place(match: re.Match[str]) -> str:
        value = names[match[1]]
        if isinstance(value, Symbol):
            return value.at_level(int(match[2] or 0))
        if isinstance(value, (int, float)) and value < 0 and int(match[2] or 0) > SUM:
            return rf"\left({value:g}\right)"
        return f"{value:g}" if isinstance(value, float) else str(value)

    return _PLACE.sub(place, template)
