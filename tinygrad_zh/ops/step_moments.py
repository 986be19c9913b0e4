r"""Floor 2: relatives of Adam: NAdam, RAdam, Adamax.

Letters: p parameter, g gradient ∂L/∂p, m running mean of g, v of g², t = step, η = lr, (β₁, β₂) = betas, λ =
weight_decay, ε = eps.  The rules write into `p`, `m` and `v`, have `scratch` as working memory, and return `p`; see
``adam_step`` for the parameters that all have.

May import: floors 0–1, ``step``.  Read next: ``../optim/moments.py``.
"""

from __future__ import annotations

import math
from typing import Any

from .step import average, average_square, for_all, regularised


def nadam_step(
    xp: Any,
    p: Any,
    g: Any,
    m: Any,
    v: Any,
    scratch: Any,
    *,
    step: int,
    mu_product: float,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    momentum_decay: float,
    decoupled_weight_decay: bool,
    maximize: bool,
) -> Any:
    r"""Write p ← p − η·((1 − μₜ)/(1 − Πμ)·g + μₜ₊₁/(1 − Πμ·μₜ₊₁)·m)/(√v̂ + ε): Adam that looks a step ahead.

    Parameters
    ----------
    mu_product : float
        Πμ = μ₁·μ₂·…·μₜ; see `nadam_momentum` for μₜ.

    Notes
    -----
    Dozat (2016), "Incorporating Nesterov Momentum into Adam".
    """
    spare, ahead, other = scratch[0, ...], scratch[1, ...], scratch[2, ...]
    beta1, beta2 = betas
    mu, mu_next = (nadam_momentum(t, beta1, momentum_decay) for t in (step, step + 1))
    g = decayed(xp, p, g, other, lr, weight_decay, decoupled_weight_decay, maximize)
    average(xp, m, beta1, g, spare)
    average_square(xp, v, beta2, g, spare)
    xp.multiply(g, lr * (1 - mu) / (1 - mu_product), out=ahead)
    ahead += xp.multiply(m, lr * mu_next / (1 - mu_product * mu_next), out=spare)
    xp.divide(v, 1 - beta2**step, out=spare)
    xp.sqrt(spare, out=spare)
    spare += eps
    ahead /= spare
    p -= ahead
    return p


def nadam_momentum(step: int, beta1: float, momentum_decay: float) -> float:
    """Return μₜ = β₁·(1 − ½·0.96^(tψ)), with ψ = `momentum_decay`: the momentum grows from β₁/2 to β₁."""
    mu: float = beta1 * (1 - 0.5 * 0.96 ** (step * momentum_decay))
    return mu


def radam_step(
    xp: Any,
    p: Any,
    g: Any,
    m: Any,
    v: Any,
    scratch: Any,
    *,
    step: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    decoupled_weight_decay: bool,
    maximize: bool,
) -> Any:
    r"""Write p ← p − η·r·m̂/√v̂, or p ← p − η·m̂ while too few g² have been seen for √v̂ to mean much.

    Notes
    -----
    Liu et al. (2020), "On the Variance of the Adaptive Learning Rate and Beyond", algorithm 2.  ρ∞ = 2/(1 − β₂) − 1
    is how many values v averages over in the long run, ρₜ how many so far; for ρₜ > 5, r² = (ρₜ − 4)(ρₜ − 2)ρ∞ /
    ((ρ∞ − 4)(ρ∞ − 2)ρₜ) is the variance of 1/√v̂ in the long run over that of now.  As in PyTorch, ε is added to √v.
    """
    spare, other = scratch[0, ...], scratch[1, ...]
    beta1, beta2 = betas
    g = decayed(xp, p, g, other, lr, weight_decay, decoupled_weight_decay, maximize)
    average(xp, m, beta1, g, spare)
    average_square(xp, v, beta2, g, spare)
    unbias = 1 - beta2**step
    rho_end = 2 / (1 - beta2) - 1
    rho = rho_end - 2 * step * beta2**step / unbias
    rate = lr / (1 - beta1**step)
    if rho > 5:
        rate *= math.sqrt((rho - 4) * (rho - 2) * rho_end / ((rho_end - 4) * (rho_end - 2) * rho) * unbias)
        xp.sqrt(v, out=spare)
        spare += eps
        xp.divide(m, spare, out=spare)
        spare *= rate
    else:
        xp.multiply(m, rate, out=spare)
    p -= spare
    return p


def adamax_step(
    xp: Any,
    p: Any,
    g: Any,
    m: Any,
    u: Any,
    scratch: Any,
    *,
    step: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    maximize: bool,
) -> Any:
    r"""Write p ← p − η·m̂/u with u ← max(β₂·u, |g| + ε): Adam with the largest |g| of late in place of √v.

    Notes
    -----
    Kingma and Ba (2015), "Adam: A Method for Stochastic Optimization", algorithm 2.
    """
    spare, other = scratch[0, ...], scratch[1, ...]
    beta1, beta2 = betas
    g = regularised(xp, p, g, other, weight_decay, maximize)
    average(xp, m, beta1, g, spare)
    xp.abs(g, out=spare)
    spare += eps
    u *= beta2
    xp.maximum(u, spare, out=u)
    xp.divide(m, u, out=spare)
    spare *= lr / (1 - beta1**step)
    p -= spare
    return p


def decayed(
    xp: Any, p: Any, g: Any, spare: Any, lr: float, weight_decay: float, decoupled: bool, maximize: bool
) -> Any:
    """Return ±g + λp; or shrink p by 1 − ηλ and return ±g, if the decay is `decoupled` from the gradient."""
    if decoupled and weight_decay:
        p *= 1 - lr * weight_decay
        weight_decay = 0.0
    return regularised(xp, p, g, spare, weight_decay, maximize)


nadam_steps = for_all(
    nadam_step,
    r"p - \eta\,\frac{\frac{1 - \mu}{1 - \prod\mu}\,g + \frac{\mu'}{1 - \mu'\prod\mu}\,m}{\sqrt{\hat{v}} + \epsilon}",
    rows=3,
)
radam_steps = for_all(radam_step, r"p - \eta\,r\,\frac{\hat{m}}{\sqrt{\hat{v}}}", rows=2)
adamax_steps = for_all(adamax_step, r"p - \eta\,\frac{\hat{m}}{u}", rows=2)
