r"""Floor 2: layer, group and RMS normalisation, and their pullbacks, row by row.

    x̂ⱼ = (xⱼ − μ) r,   r = 1/√(σ² + ε),   yⱼ = x̂ⱼ wⱼ + bⱼ          (RMS: μ = 0 and σ² = mean(x²))
    ∂L/∂xⱼ = r (hⱼ − mean(h) − x̂ⱼ mean(h x̂)),   hⱼ = gⱼ wⱼ          (RMS: without mean(h))
    ∂L/∂wⱼ = Σ over the rows of gⱼ x̂ⱼ,   ∂L/∂bⱼ = Σ over the rows of gⱼ

Cost: a row stays in the processor's cache between its readings, so memory is read once and written once, where the
formulas make 4 arrays of the size of x, and 7 on the way back.

Numerical device: the variance is the mean square of x − μ, not mean(x²) − μ², which would cancel.  Sums of a row may
be taken in several parts; those over the rows are taken 64 rows at a time, then over those sums.

May import: floor 0 only.  Read next: ``loss.py``; the formulas are in ``../../ops/standardise.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...aliases import Array, Shape
from .compiling import compiled
from .flat import computes_in

BLOCK = 64


@compiled("contract", "reassoc", "nsz")
def sum_of(row: Array) -> Any:
    """Σ over a row."""
    total = row.dtype.type(0)
    for j in range(row.size):
        total += row[j]
    return total


@compiled("contract", "reassoc", "nsz")
def squares_of(row: Array, mean: Any) -> Any:
    """Σ (x − μ)² over a row."""
    total = row.dtype.type(0)
    for j in range(row.size):
        total += (row[j] - mean) * (row[j] - mean)
    return total


@compiled("contract")
def standardise(
    x: Array, weight: Array, bias: Array, eps: float, centred: bool, out: Array, means: Array, rs: Array
) -> None:
    """Write y, μ and r of every row; row i has row i, modulo their number, of the weights."""
    number, one = x.dtype.type, x.dtype.type(1)
    count = number(x.shape[1])
    for i in range(x.shape[0]):
        row, y, w, b = x[i], out[i], weight[i % weight.shape[0]], bias[i % weight.shape[0]]
        mean = sum_of(row) / count if centred else number(0)
        r = one / np.sqrt(squares_of(row, mean) / count + number(eps))
        means[i], rs[i] = mean, r
        for j in range(y.size):
            y[j] = (row[j] - mean) * r * w[j] + b[j]


@compiled("contract", "reassoc", "nsz")
def sums_of(g: Array, row: Array, mean: Any, r: Any, w: Array, for_weight: Array, for_bias: Array) -> tuple[Any, Any]:
    """Return Σ h and Σ h x̂ of a row, and add its shares to those of weight and bias."""
    plain, along = row.dtype.type(0), row.dtype.type(0)
    for j in range(row.size):
        x_hat, h = (row[j] - mean) * r, g[j] * w[j]
        plain += h
        along += h * x_hat
        for_weight[j] += g[j] * x_hat
        for_bias[j] += g[j]
    return plain, along


@compiled("contract")
def pull(
    g: Array, x: Array, weight: Array, means: Array, rs: Array, centred: bool, part: Array, out: Array, total: Array
) -> None:
    """Write the share of x into `out`, and those of weight and bias into `total`; `part` is working memory."""
    number = x.dtype.type
    count, zero, groups = number(x.shape[1]), number(0), weight.shape[0]
    for start in range(0, x.shape[0], BLOCK * groups):
        part[...] = zero
        for i in range(start, min(start + BLOCK * groups, x.shape[0])):
            k = i % groups
            a, row, w, dx, mean, r = g[i], x[i], weight[k], out[i], means[i], rs[i]
            plain, along = sums_of(a, row, mean, r, w, part[0, k], part[1, k])
            level = plain / count if centred else zero
            slope = along / count
            for j in range(row.size):
                dx[j] = r * (a[j] * w[j] - level - (row[j] - mean) * r * slope)
        total += part


# -- what the primitives call ----------------------------------------------------------------------------


def weights_in_rows(
    x: Array, weight: Array | None, bias: Array | None, dims: tuple[int, ...]
) -> tuple[Shape, tuple[int, int], Array, Array] | None:
    """Return how the trailing dimensions that have weights are shaped, and as rows, and weight and bias as such rows.

    None if the loops are not for this.
    """
    if not x.size or dims != tuple(range(dims[0], x.ndim)):
        return None
    if weight is not None and bias is not None and weight.shape != bias.shape:
        return None
    like = bias if weight is None else weight
    inner = x.shape[dims[0] if like is None else x.ndim - like.ndim :]
    width = math.prod(x.shape[dims[0] :])
    shape, work = (math.prod(inner) // width, width), computes_in(x.dtype)
    filled = [
        np.full(shape, fill, work)
        if p is None
        else np.ascontiguousarray(np.broadcast_to(p, inner), dtype=work).reshape(shape)
        for p, fill in ((weight, 1), (bias, 0))
    ]
    return inner, shape, filled[0], filled[1]


def forward(
    x: Array, weight: Array | None, bias: Array | None, dims: tuple[int, ...], eps: float, centred: bool
) -> Any:
    """Return y, μ and r; see `standardise`."""
    found = weights_in_rows(x, weight, bias, dims)
    if found is None:
        return NotImplemented
    _, (_, width), w, b = found
    out = np.empty(x.shape, w.dtype)
    rows = np.ascontiguousarray(x, dtype=w.dtype).reshape(-1, width)
    means, rs = np.empty(len(rows), w.dtype), np.empty(len(rows), w.dtype)
    standardise(rows, w, b, eps, centred, out.reshape(-1, width), means, rs)
    kept = (*x.shape[: dims[0]], *(1,) * len(dims))
    return out.astype(x.dtype, copy=False), means.reshape(kept), rs.reshape(kept)


def backward(
    g: Array, x: Array, weight: Array | None, bias: Array | None, mean: Array, r: Array, dims: tuple[int, ...],
    centred: bool,
) -> Any:  # fmt: skip
    """Return the shares of x, weight and bias, without those of what is not there; see `pull`."""
    found = weights_in_rows(x, weight, bias, dims)
    if found is None:
        return NotImplemented
    inner, shape, w, _ = found
    a, row, means, rs = [np.ascontiguousarray(each, dtype=w.dtype) for each in (g, x, mean, r)]
    out, totals = np.empty(x.shape, w.dtype), np.zeros((2, *shape), w.dtype)
    rows = [each.reshape(-1, shape[1]) for each in (a, row, out)]
    pull(*rows[:2], w, means.reshape(-1), rs.reshape(-1), centred, np.empty_like(totals), rows[2], totals)
    shares = [out.astype(x.dtype, copy=False)]
    for p, total in zip((weight, bias), totals, strict=True):
        if p is not None:
            over = tuple(i for i, (n, m) in enumerate(zip(p.shape, inner, strict=True)) if n != m)
            share = total.reshape(inner)
            shares.append((share.sum(axis=over, keepdims=True) if over else share).astype(p.dtype, copy=False))
    return tuple(shares)


def layer_norm(xp: Any, x: Array, weight: Any, bias: Any, *, dims: tuple[int, ...], eps: float) -> Any:
    """Return y, μ and r; see the primitive of this name."""
    return forward(x, weight, bias, dims, eps, centred=True)


def layer_norm_pullback(
    xp: Any, g: Array, x: Array, weight: Any, bias: Any, mean: Array, r: Array, *, dims: tuple[int, ...], eps: float
) -> Any:
    """Return the shares of x, weight and bias; see the fusable formula of this name."""
    return backward(g, x, weight, bias, mean, r, dims, centred=True)


def rms_norm(xp: Any, x: Array, weight: Any, *, dims: tuple[int, ...], eps: float) -> Any:
    """Return y and r; see the primitive of this name."""
    found = forward(x, weight, None, dims, eps, centred=False)
    return found if found is NotImplemented else (found[0], found[2])


def rms_norm_pullback(xp: Any, g: Array, x: Array, weight: Any, r: Array, *, dims: tuple[int, ...], eps: float) -> Any:
    """Return the shares of x and weight; see the fusable formula of this name."""
    return backward(g, x, weight, None, np.zeros_like(r), r, dims, centred=False)
