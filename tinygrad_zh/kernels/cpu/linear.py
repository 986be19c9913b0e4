r"""Floor 2: what a linear layer does beside its products of matrices: adding the bias, and summing up its gradient.

    linear    yᵢⱼ = Σₖ xᵢₖ wⱼₖ + bⱼ
    sum_to    ∂L/∂bⱼ = Σᵢ gᵢⱼ, and any other sum over the leading dimensions

Cost: memory is read once.  The products are left to BLAS; for some thousand numbers a NumPy call takes longer than the
additions.

Numerical device: a sum is taken over 64 rows at a time, then over those sums, so that the rounding error grows with
n/64 + 64 and not with the number n of rows.

May import: floor 0 only.  Read next: ``loss.py``; the formulas are in ``../../ops/linalg.py`` and ``shape.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...aliases import Array, Shape
from .compiling import compiled
from .flat import computes_in

BLOCK = 64


@compiled()
def add_to_rows(y: Array, bias: Array) -> None:
    """Add `bias` to every row of `y`."""
    for i in range(y.shape[0]):
        for j in range(bias.size):
            y[i, j] += bias[j]


def linear(xp: Any, x: Array, weight: Array, bias: Array | None) -> Array:
    """Return x Wᵀ + b; see the primitive of this name."""
    y = np.matmul(x, weight.T)
    if bias is None:
        return y
    if y.dtype is bias.dtype and computes_in(y.dtype) is y.dtype and y.flags.c_contiguous and bias.flags.c_contiguous:
        add_to_rows(y.reshape(-1, bias.size), bias)
    else:
        y += bias
    return y


@compiled("contract")
def sum_rows(x: Array, total: Array, part: Array) -> None:
    """Write the sum of the rows of `x` into `total`; `part` is working memory."""
    for start in range(0, x.shape[0], BLOCK):
        part[:] = x[start]
        for i in range(start + 1, min(start + BLOCK, x.shape[0])):
            for j in range(part.size):
                part[j] += x[i, j]
        for j in range(part.size):
            total[j] += part[j]


def sum_to(xp: Any, x: Array, *, shape: Shape) -> Any:
    """Return the sum over the leading dimensions, if those are what is summed; see the primitive of this name."""
    lead = x.ndim - len(shape)
    dtype = x.dtype
    if lead < 1 or not shape or x.shape[lead:] != shape or computes_in(dtype) is not dtype or not x.flags.c_contiguous:
        return NotImplemented
    width = math.prod(shape)
    total = np.zeros(width, dtype)
    if x.size:
        sum_rows(x.reshape(-1, width), total, np.empty(width, dtype))
    return total.reshape(shape)
