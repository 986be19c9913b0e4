"""Rows of ``ops/compare.py``: values only, there is nothing to differentiate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .tables import Row, Source, booleans, integers, normal, row, whole


def compared(name: str, a: Source, b: Source, reference: Callable[..., Any]) -> Row:
    """A row for a function of two tensors."""
    return row(name, lambda m, x, y: getattr(m, name)(x, y), a, b, np=reference, differentiable=(), elementwise=True)


def tested(name: str, x: Source, reference: Callable[..., Any], case: str = "") -> Row:
    """A row for a function of one tensor."""
    return row(name + case, lambda m, x: getattr(m, name)(x), x, np=reference, differentiable=(), elementwise=True)


ROWS = [
    compared("eq", whole(0, 3, 3, 4), whole(0, 3, 3, 4), np.equal),
    compared("ne", whole(0, 3, 3, 4), whole(0, 3, 3, 4), np.not_equal),
    compared("lt", normal(3, 4), normal(3, 4), np.less),
    compared("le", whole(0, 3, 3, 4), whole(0, 3, 3, 4), np.less_equal),
    compared("gt", normal(3, 4), normal(3, 4), np.greater),
    compared("ge", whole(0, 3, 3, 4), whole(0, 3, 3, 4), np.greater_equal),
    compared("logical_and", whole(0, 2, 3, 4), whole(0, 2, 3, 4), np.logical_and),
    compared("logical_or", whole(0, 2, 3, 4), whole(0, 2, 3, 4), np.logical_or),
    compared("logical_xor", whole(0, 2, 3, 4), whole(0, 2, 3, 4), np.logical_xor),
    compared("bitwise_and", integers(0, 9, 3, 4), integers(0, 9, 3, 4), np.bitwise_and),
    compared("bitwise_or", integers(0, 9, 3, 4), integers(0, 9, 3, 4), np.bitwise_or),
    compared("bitwise_xor", integers(0, 9, 3, 4), integers(0, 9, 3, 4), np.bitwise_xor),
    tested("logical_not", whole(0, 2, 3, 4), np.logical_not),
    tested("bitwise_not", integers(0, 9, 3, 4), np.invert),
    tested("bitwise_not", booleans(3, 4), np.invert, "/bool"),
    tested("isnan", normal(3, 4), np.isnan),
    tested("isinf", normal(3, 4), np.isinf),
    tested("isfinite", normal(3, 4), np.isfinite),
    row("lt/number", lambda m, x: x < 0.5, normal(3, 4), np=lambda x: x < 0.5, differentiable=()),
    row("eq/broadcast", lambda m, x, y: x == y, whole(0, 2, 3, 1), whole(0, 2, 4), np=np.equal, differentiable=()),
]
