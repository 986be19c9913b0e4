"""Rows of the in-place forms: ``x.exp_()`` has the operands, the value and the gradients of ``exp``.

They write into a copy, for a leaf that requires a gradient refuses; PyTorch's do the same.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from tinygrad_zh.ops.publish import inplace_methods

from . import rows_activation, rows_elementwise, rows_special
from .tables import Row


def inplace(row: Row) -> Row:
    """The row of ``name_`` from the row of ``name``."""

    def call(m: Any, x: Any, *others: Any) -> Any:
        y = x.clone()
        result = getattr(y, row.name + "_")(*others)
        assert result is y
        return y

    # Integers: PyTorch refuses results that the tensor cannot hold; tests/backend/test_promotion.py
    return dataclasses.replace(row, name=row.name + "_", call=call, elementwise=False, integers=False)


ROWS = [
    inplace(row)
    for row in (*rows_elementwise.ROWS, *rows_activation.ROWS, *rows_special.ROWS)
    if row.name in inplace_methods and row.name not in ("clamp", "igamma", "igammac", "mvlgamma", "polygamma")
]
