"""Where a function has a kink, a pole or no value, values and gradients are PyTorch's choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from tests.ops.libraries import OURS, THEIRS, array, results
from tests.ops.tables import Array, Row, all_rows
from tinygrad_zh.core.registry import public

ELEMENTWISE = [row for row in all_rows() if row.elementwise and row.parity and row.wrt(row.arrays())]
SPECIAL = [
    np.nan,
    np.inf,
    -np.inf,
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -2.0,
    3.0,
    1e-40,
    -1e-40,
    1e-3,
    80.0,
    -80.0,
    3e38,
]


def grid(row: Row, dtype: Any) -> list[Array]:
    """Every combination of special values for the floating operands."""
    floating = [a.dtype.kind == "f" for a in row.arrays()]
    combined = np.meshgrid(*[np.array(SPECIAL, dtype)] * sum(floating), indexing="ij")
    drawn = iter(combined)
    size = combined[0].size
    return [next(drawn).reshape(-1).copy() if f else np.arange(size) % 2 == 0 for f in floating]


def value_and_gradients(row: Row, m: Any, make: Callable[[Array], Any], arrays: list[Array]) -> list[Array]:
    operands = [make(a).requires_grad_() if a.dtype.kind == "f" else make(a) for a in arrays]
    (y,) = results(row, m, operands)
    y.backward(make(np.ones(y.shape, arrays[-1].dtype)))
    floating = [x for x, a in zip(operands, arrays, strict=True) if a.dtype.kind == "f"]
    return [array(y), *(array(x.grad) for x in floating)]


def differences(mine: Array, theirs: Array) -> Array:
    """Where they differ by more than rounding; NaN is NaN, and −0 is 0 (a gradient's sign of zero is nobody's promise)."""
    eps = 64 * np.finfo(mine.dtype).eps
    with np.errstate(all="ignore"):
        alike = (mine == theirs) | (np.isnan(mine) & np.isnan(theirs))
        near = np.abs(mine - theirs) <= eps * np.abs(theirs) + np.finfo(np.float32).smallest_normal
    return ~(alike | (near & np.isfinite(theirs)))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("row", ELEMENTWISE, ids=lambda row: row.name)
def test_special_values(row: Row, dtype: Any) -> None:
    arrays = grid(row, dtype)
    mine = value_and_gradients(row, OURS, public["from_numpy"], arrays)
    theirs = value_and_gradients(row, THEIRS, torch.from_numpy, arrays)
    wrong = []
    for what, a, b in zip(("value", "gradient 0", "gradient 1", "gradient 2"), mine, theirs, strict=False):
        for place in np.flatnonzero(differences(a, b)):
            at = ", ".join(str(x[place]) for x in arrays)
            wrong.append(f"{what} at ({at}): {a[place]}, PyTorch: {b[place]}")
    assert not wrong, "\n".join(wrong)
