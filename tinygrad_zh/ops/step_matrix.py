r"""Floor 2: steps that see a weight matrix as a matrix: Adafactor and Muon.

Letters: p parameter, g gradient ∂L/∂p, η = lr, λ = weight_decay, t = step.  The rules write into `p` and into the
states, and return `p`.

May import: floors 0–1, ``step``.  Read next: ``../optim/matrix.py``.
"""

from __future__ import annotations

import math
from typing import Any

from .step import average, for_all


def adafactor_step(
    xp: Any,
    p: Any,
    g: Any,
    rows: Any,
    columns: Any,
    squares: Any,
    scratch: Any,
    *,
    step: int,
    lr: float,
    beta2_decay: float,
    eps: tuple[float | None, float],
    d: float,
    weight_decay: float,
    maximize: bool,
) -> Any:
    r"""Write p ← p − α·u/max(1, RMS(u)/d) with u = g/√v, where v, a mean of g², is kept as a column times a row.

    Parameters
    ----------
    rows, columns : array of shape (..., n, 1) and (..., 1, m)
        Running means of g² along the rows and the columns of a matrix; v ≈ rows·columns/mean(rows).
    squares : array of the shape of p
        v of a parameter that is no matrix.
    beta2_decay : float
        The running means take up t^beta2_decay of the new value.
    eps : tuple of two floats
        ε₁, the least √v (None: the dtype's rounding), and ε₂, the least scale of p.
    d : float
        How large the root of the mean square of u may be.

    Notes
    -----
    Shazeer and Stern (2018), "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", algorithms 4 and 5.
    As in PyTorch: α = max(ε₂, RMS(p))·min(η, 1/√t), and p shrinks by 1 − ηλ.
    """
    spare = scratch[0, ...]
    least = float(xp.finfo(p.dtype).eps) if eps[0] is None else eps[0]
    scale = xp.maximum(root_mean_square(xp, p, spare), eps[1]) * min(lr, 1 / math.sqrt(step))
    p *= 1 - lr * weight_decay
    kept = 1 - step**beta2_decay
    xp.multiply(g, g, out=spare)
    if p.ndim > 1:
        for means, dim in ((rows, -1), (columns, -2)):
            new = mean_along(spare, dim)
            average(xp, means, kept, new, new)
        xp.multiply(rows, columns, out=spare)
        spare /= xp.maximum(mean_along(rows, -2), least)
    else:
        squares *= kept
        spare *= 1 - kept
        squares += spare
        spare[...] = squares
    xp.maximum(spare, least * least, out=spare)
    xp.sqrt(spare, out=spare)
    xp.divide(g, spare, out=spare)
    scale = scale / xp.maximum(root_mean_square(xp, spare, scratch[1, ...]) / d, 1)
    spare *= -scale if maximize else scale
    p -= spare
    return p


def mean_along(x: Any, dim: int) -> Any:
    """Return the means along a dimension, which stays; of nothing 0."""
    return x.sum(axis=dim, keepdims=True) / max(1, x.shape[dim])


def root_mean_square(xp: Any, x: Any, spare: Any) -> Any:
    """Return √(mean of x²)."""
    return xp.sqrt(xp.multiply(x, x, out=spare).sum() / max(1, x.size))


def muon_step(
    xp: Any,
    p: Any,
    g: Any,
    velocity: Any,
    scratch: Any,
    *,
    lr: float,
    weight_decay: float,
    momentum: float,
    nesterov: bool,
    ns_coefficients: tuple[float, float, float],
    eps: float,
    ns_steps: int,
    adjust_lr_fn: str | None,
) -> Any:
    r"""Write p ← (1 − ηλ)·p − η'·orthogonal(b) with the running mean b ← μ·b + (1 − μ)·g.

    Parameters
    ----------
    velocity : array of the shape of p
        b.
    nesterov : bool
        Take μ·b + (1 − μ)·g, one step ahead of b, in its place.
    adjust_lr_fn : {None, "original", "match_rms_adamw"}
        η' = η·√max(1, rows/columns), or η' = 0.2·η·√max(rows, columns).

    Notes
    -----
    Jordan et al. (2024), "Muon: An optimizer for hidden layers in neural networks"; Liu et al. (2025), "Muon is
    Scalable for LLM Training".
    """
    spare, ahead = scratch[0, ...], scratch[1, ...]
    average(xp, velocity, momentum, g, spare)
    ahead[...] = velocity
    if nesterov:
        average(xp, ahead, momentum, g, spare)
    update = orthogonal(xp, ahead, ns_coefficients, ns_steps, eps)
    n, m = p.shape
    ratio = 0.2 * math.sqrt(max(n, m)) if adjust_lr_fn == "match_rms_adamw" else math.sqrt(max(1, n / m))
    p *= 1 - lr * weight_decay
    p -= xp.multiply(update, lr * ratio, out=spare)
    return p


def orthogonal(xp: Any, x: Any, coefficients: tuple[float, float, float], steps: int, eps: float) -> Any:
    r"""Return about U·Vᵀ of x = U·S·Vᵀ: every singular value s goes through s ← a·s + b·s³ + c·s⁵ some times.

    With Muon's coefficients the values end up between about 0.7 and 1.2.  Computed in the dtype of `x`; PyTorch rounds
    every product to bfloat16.
    """
    a, b, c = coefficients
    wide = x if x.shape[0] <= x.shape[1] else x.T  # the smaller of the two squares X·Xᵀ
    y = wide / xp.maximum(xp.sqrt((wide * wide).sum()), eps)
    for _ in range(steps):
        square = y @ y.T
        y = a * y + (b * square + c * (square @ square)) @ y
    return y if wide is x else y.T


adafactor_steps = for_all(
    adafactor_step, r"p - \alpha\,\frac{u}{\max\left(1, \operatorname{RMS}(u) / d\right)}", rows=2
)
muon_steps = for_all(muon_step, r"p - \eta\,U V^{\top}", rows=2)
