"""What an option may be: a test, and how a message names it.

    ranges = {"lr": NUMBER, "betas": PAIR_BELOW_1, "amsgrad": SWITCH}

May import: floor 0.  Read next: ``optimizer.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any, NamedTuple

from ..errors import error


class Range(NamedTuple):
    """The values that an option may have."""

    expected: str
    holds: Callable[[Any], bool]


def is_number(value: Any) -> bool:
    """Whether it is a real number, True and False not being ones."""
    return isinstance(value, Real) and not isinstance(value, bool)


def number(low: float = 0.0, high: float = math.inf, *, below: bool = False, above: bool = False) -> Range:
    """Return the numbers from `low` to `high`, without these where `above` or `below` say so."""
    least = "" if low == -math.inf else f" {'>' if above else '≥'} {low:g}"
    most = "" if high == math.inf else f" {'<' if below else '≤'} {high:g}"
    text = "a number" + least + (" and" if least and most else "") + most

    def holds(x: Any) -> bool:  # NaN is in no range
        return is_number(x) and (x > low if above else x >= low) and (x < high if below else x <= high)

    return Range(text, holds)


def whole(low: float = 0, high: float = math.inf) -> Range:
    """Return the whole numbers from `low` to `high`."""
    text = "a whole number" + (f" ≥ {low}" if low > -math.inf else "") + (f" and ≤ {high}" if high < math.inf else "")
    return Range(text, lambda x: is_number(x) and isinstance(x, Integral) and low <= int(x) <= high)


def several(*each: Range) -> Range:
    """Return the tuples with a value in each of the ranges."""
    text = " and ".join(dict.fromkeys(part.expected for part in each))

    def holds(x: Any) -> bool:
        return (
            isinstance(x, (tuple, list))
            and len(x) == len(each)
            and all(part.holds(v) for part, v in zip(each, x, strict=True))
        )

    return Range(f"a tuple of {len(each)}: {text}", holds)


def one_of(*values: Any) -> Range:
    """Return just these values."""
    return Range(
        " or ".join(repr(v) for v in values), lambda x: any(x is v or (type(x) is str and x == v) for v in values)
    )


def or_none(other: Range) -> Range:
    """Return a range and None."""
    return Range(f"None or {other.expected}", lambda x: x is None or other.holds(x))


NUMBER = number()
REAL = number(-math.inf)
FRACTION = number(0, 1)
BELOW_1 = number(0, 1, below=True)
BETAS = several(BELOW_1, BELOW_1)
SWITCH = Range("True or False", lambda x: isinstance(x, bool))
FUNCTION = Range("a function", callable)


def check_ranges(op: str, ranges: Mapping[str, Range], values: Mapping[str, Any], of_optimizer: bool = False) -> None:
    """Refuse the first value that is out of its range."""
    for name, wanted in ranges.items():
        if not wanted.holds(values[name]):
            slug = "optimizer-option" if of_optimizer else "scheduler-option"
            raise error(slug, op=op, name=name, expected=wanted.expected, got=values[name])
