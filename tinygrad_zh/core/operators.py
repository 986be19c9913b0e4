"""The base of Tensor and Symbol: to it ``../ops/operators.py`` attaches Python's operators, ``x + y`` and the rest.

Because a Symbol has the same operators, a rule such as ``y * (1 - y)`` can be run on numbers or printed.
``operators.pyi`` lists for editors and mypy what is attached, here and to Tensor.

Imports nothing.  Read next: ``primitive.py``.
"""

from __future__ import annotations


class Operators:
    """The operators of arithmetic, comparison and indexing."""

    __slots__ = ()

    __hash__ = object.__hash__  # although == compares elementwise
