r"""Floor 2: softmax and its logarithm along the last dimension, and their pullbacks, row by row.

    softmax        yⱼ = e^(xⱼ − m) / s,      m = max x,   s = Σ e^(x − m)
                   ∂L/∂xⱼ = yⱼ (gⱼ − Σ g y)
    log_softmax    yⱼ = (xⱼ − m) − ln s
                   ∂L/∂xⱼ = gⱼ − e^yⱼ Σ g

Cost: one exponential per element (none in the pullback of softmax).  A row stays in the processor's cache between
its readings, so memory is read once and written once, where the formulas make 2 to 4 arrays of the size of x.

Numerical device: the largest element is taken off before the exponential, which therefore cannot overflow.  Sums of
a row may be taken in several parts.

May import: floor 0 only.  Read next: ``loss.py``; the formulas are in ``../../ops/normalise.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...aliases import Array
from .compiling import compiled
from .exponential import exp_below, exp_of, exp_raised, larger
from .flat import computes_in, last_rows


@compiled()
def top_of(row: Array) -> Any:
    """The largest element of a row; NaN if there is one."""
    top = row[0]
    for j in range(1, row.size):
        top = larger(top, row[j])
    return top


@compiled("contract", "reassoc", "nsz")
def exponentials(row: Array, top: Any, out: Array) -> Any:
    """Write eˣ⁻ᵐ of a row times a constant, and return their sum."""
    total = row.dtype.type(0)
    for j in range(row.size):
        e = exp_raised(row[j] - top)
        out[j] = e
        total += e
    return total


@compiled("contract")
def softmax_rows(x: Array, out: Array) -> None:
    """Write the softmax of every row."""
    for i in range(x.shape[0]):
        y, top = out[i], top_of(x[i])
        share = 1 / (exponentials(x[i], top, y) + 0 * top)  # NaN where the row has one, or its largest is infinite
        for j in range(y.size):
            y[j] *= share


@compiled("contract", "reassoc", "nsz")
def sum_of_exponentials(row: Array, top: Any) -> Any:
    """Σ eˣ⁻ᵐ over a row."""
    total = row.dtype.type(0)
    for j in range(row.size):
        total += exp_below(row[j] - top)
    return total


@compiled()
def log_softmax_rows(x: Array, out: Array) -> None:
    """Write ln softmax of every row."""
    for i in range(x.shape[0]):
        row, y = x[i], out[i]
        top = top_of(row)
        log_total = np.log(sum_of_exponentials(row, top))
        for j in range(y.size):
            y[j] = (row[j] - top) - log_total


@compiled("contract", "reassoc", "nsz")
def dot(a: Array, b: Array) -> Any:
    """Σ a b"""
    total = a.dtype.type(0)
    for j in range(a.size):
        total += a[j] * b[j]
    return total


@compiled("contract")
def pull_softmax(g: Array, y: Array, out: Array) -> None:
    """Write y ⊙ (g − Σ g ⊙ y) of every row."""
    for i in range(y.shape[0]):
        a, b, c = g[i], y[i], out[i]
        total = dot(a, b)
        for j in range(c.size):
            c[j] = b[j] * (a[j] - total)


@compiled("contract", "reassoc", "nsz")
def total_of(row: Array) -> Any:
    """Σ over a row."""
    total = row.dtype.type(0)
    for j in range(row.size):
        total += row[j]
    return total


@compiled("contract")
def pull_log_softmax(g: Array, y: Array, out: Array) -> None:
    """Write g − eʸ Σ g of every row."""
    for i in range(y.shape[0]):
        a, b, c = g[i], y[i], out[i]
        total = total_of(a)
        for j in range(c.size):
            c[j] = a[j] - exp_of(b[j]) * total


def row_wise(loop: Any, arrays: tuple[Array, ...], dim: int) -> Any:
    """Return what a loop over rows makes of arrays of one shape, if `dim` is the last dimension."""
    first = arrays[0]
    if dim != first.ndim - 1 or not first.size or any(x.dtype != first.dtype or x.shape != first.shape for x in arrays):
        return NotImplemented
    dtype = first.dtype
    out = np.empty(first.shape, computes_in(dtype))
    loop(*[last_rows(x, out.dtype) for x in arrays], last_rows(out, out.dtype))
    return out.astype(dtype, copy=False)


def softmax(xp: Any, x: Array, *, dim: int) -> Any:
    """Return softmax(x); see the primitive of this name."""
    return row_wise(softmax_rows, (x,), dim)


def log_softmax(xp: Any, x: Array, *, dim: int) -> Any:
    """Return ln softmax(x); see the primitive of this name."""
    return row_wise(log_softmax_rows, (x,), dim)


def softmax_pullback(xp: Any, g: Array, y: Array, *, dim: int) -> Any:
    """Return the pullback of softmax; see the fusable formula of this name."""
    return row_wise(pull_softmax, (g, y), dim)


def log_softmax_pullback(xp: Any, g: Array, y: Array, *, dim: int) -> Any:
    """Return the pullback of log-softmax; see the fusable formula of this name."""
    return row_wise(pull_log_softmax, (g, y), dim)
