"""Rows of the in-place forms: ``x.exp_()`` has the operands, the value and the gradients of ``exp``.

They write into a copy, for a leaf that requires a gradient refuses; PyTorch's do the same.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from tinygrad_zh.ops.publish import inplace_methods

from . import rows_activation, rows_compare, rows_elementwise, rows_pointwise, rows_special
from .tables import Array, Row

NO_GRADIENT_IN_PYTORCH = {"acosh", "asinh", "atanh"}
"""PyTorch has their in-place forms, but says that these forms' derivatives are not implemented."""


def inplace(row: Row) -> Row:
    """The row of ``name_`` from the row of ``name``."""

    def call(m: Any, x: Any, *others: Any) -> Any:
        y = x.clone()
        result = getattr(y, row.name + "_")(*others)
        assert result is y
        return y

    def reference(x: Array, *others: Array) -> Array:
        return np.asarray(row.reference(x, *others)).astype(x.dtype)  # ``x.lt_(y)`` writes 0 and 1

    # Integers: PyTorch refuses results that the tensor cannot hold; tests/backend/test_promotion.py
    return dataclasses.replace(
        row,
        name=row.name + "_",
        call=call,
        reference=reference,
        elementwise=False,
        integers=False,
        parity=row.parity and row.name not in NO_GRADIENT_IN_PYTORCH,
    )


ROWS = [
    inplace(row)
    for file in (rows_elementwise, rows_pointwise, rows_compare, rows_activation, rows_special)
    for row in file.ROWS
    if row.name in inplace_methods and row.name not in ("clamp", "igamma", "igammac", "mvlgamma", "polygamma")
]
