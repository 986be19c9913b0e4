r"""Floor 2: cross-entropy from logits, forward and back, row by row.

    lseᵢ = ln Σⱼ e^(xᵢⱼ − maxⱼ xᵢⱼ) + maxⱼ xᵢⱼ,   ℓᵢ = lseᵢ − xᵢₖ with k = targetᵢ
    ∂L/∂xᵢⱼ = (e^(xᵢⱼ − lseᵢ) − [j = k]) · gᵢ,   gᵢ = g/n for a mean over the n rows that count

Cost: one exponential per logit each way.  A row stays in the processor's cache between its two readings, so memory
is read once forward; back it is read once and written once, where the formula makes 4 arrays of the size of x.

Numerical device: the largest logit of a row is taken off before the exponential, which therefore cannot overflow,
and the softmax of the pullback is e^(x − lse), without another sum.  The sum of a row may be taken in several parts;
that of the losses is taken in float64 and rounded once.

May import: floor 0 only.  The formulas are in ``../../ops/loss.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...aliases import Array
from ...errors import error
from .compiling import compiled
from .exponential import exp_below, larger
from .flat import computes_in


@compiled("contract", "reassoc", "nsz")
def log_sum_exp(row: Array) -> Any:
    """Ln Σ eˣ over a row."""
    top = row[0]
    for j in range(1, row.size):
        top = larger(top, row[j])
    total = row.dtype.type(0)
    for j in range(row.size):
        total += exp_below(row[j] - top)
    return np.log(total) + top


@compiled("contract")
def lose(x: Array, target: Array, ignore_index: int, losses: Array, lse: Array) -> tuple[float, int]:
    """Write the losses and lse of all rows; return the sum of the losses and the number of rows that count.

    That number is −1 if a class does not exist.
    """
    total, count = 0.0, 0
    for i in range(x.shape[0]):
        value = log_sum_exp(x[i])
        lse[i] = value
        losses[i] = 0
        if target[i] != ignore_index:
            k = target[i]
            if not 0 <= k < x.shape[1]:
                return 0.0, -1
            losses[i] = value - x[i, k]
            total += losses[i]
            count += 1
    return total, count


def cross_entropy(xp: Any, x: Array, target: Array, *, reduction: str, ignore_index: int) -> tuple[Any, Array]:
    """Return the losses, or their sum or mean, and lse; see the primitive of this name."""
    dtype, (rows, classes) = x.dtype, x.shape
    work = computes_in(dtype)
    x, target = np.ascontiguousarray(x, dtype=work), np.ascontiguousarray(target, dtype=np.int64)
    losses, lse = np.empty(rows, dtype=work), np.empty((rows, 1), dtype=work)
    total, count = (0.0, -1) if rows and not classes else lose(x, target, ignore_index, losses, lse.reshape(-1))
    if count < 0:
        outside = target[((target < 0) | (target >= classes)) & (target != ignore_index)]
        index = int(outside[0]) if outside.size else ignore_index
        raise error("class-index", op="cross_entropy", index=index, classes=classes)
    if work is not dtype:
        losses, lse = losses.astype(dtype), lse.astype(dtype)
    if reduction == "none":
        return losses, lse
    if reduction == "mean":
        total = total / count if count else np.nan
    return np.array(total, dtype=dtype), lse


@compiled("contract")
def slope_of(
    g: Array, x: Array, target: Array, lse: Array, ignore_index: int, by_row: bool, mean: bool, slope: Array
) -> None:
    """Write the pullback into `slope`."""
    number = x.dtype.type
    one, zero = number(1), number(0)
    count = 0
    for i in range(x.shape[0]):
        count += target[i] != ignore_index
    for i in range(x.shape[0]):
        valid = target[i] != ignore_index
        # A row that is ignored is multiplied by 0 as in the formula: NaN in it is to be seen.
        share = (g[i] if by_row else g[0]) * (one if valid else zero)
        if mean:
            share = share / number(max(count, 1))
        shift, row, out = lse[i], x[i], slope[i]
        share = share if shift == shift else shift  # NaN
        for j in range(row.size):
            out[j] = exp_below(row[j] - shift) * share
        if valid:
            k = target[i]  # the forward has seen that there is such a class
            out[k] = (exp_below(row[k] - shift) - one) * share


def cross_entropy_pullback(
    xp: Any, g: Array, x: Array, target: Array, lse: Array, *, reduction: str, ignore_index: int
) -> Array:
    """Return the pullback of cross-entropy to the logits; see the fusable formula of this name."""
    dtype = x.dtype
    work = computes_in(dtype)
    x, target = np.ascontiguousarray(x, dtype=work), np.ascontiguousarray(target, dtype=np.int64)
    g, lse = np.ascontiguousarray(g, dtype=work).reshape(-1), np.ascontiguousarray(lse, dtype=work).reshape(-1)
    slope = np.empty_like(x)
    slope_of(g, x, target, lse, ignore_index, reduction == "none", reduction == "mean", slope)
    return slope if work is dtype else slope.astype(dtype)
