r"""Floor 2: steps divided by the size of the gradients so far: RMSprop, Adagrad, Adadelta.

Letters: p parameter, g gradient ∂L/∂p, η = lr, λ = weight_decay, ε = eps.  The rules write into `p` and into the
states, have `scratch` as working memory, and return `p`; see ``sgd_step`` for the parameters that all have.

May import: floors 0–1, ``step``.  Read next: ``step_moments.py``, ``../optim/squares.py``.
"""

from __future__ import annotations

from typing import Any

from .step import average, average_square, for_all, regularised


def rmsprop_step(
    xp: Any,
    p: Any,
    g: Any,
    v: Any,
    velocity: Any,
    mean: Any,
    scratch: Any,
    *,
    lr: float,
    momentum: float,
    alpha: float,
    eps: float,
    centered: bool,
    weight_decay: float,
    maximize: bool,
) -> Any:
    r"""Write p ← p − η·g/(√v + ε) with the running mean v ← α·v + (1 − α)·g².

    Parameters
    ----------
    v, velocity, mean : array of the shape of p
        Running mean of g²; running sum of the steps, with momentum; running mean of g, if centered.
    momentum : float
        μ: with it, p ← p − η·b with b ← μ·b + g/(√v + ε).
    alpha : float
        How much of the running means is kept.
    centered : bool
        Divide by the standard deviation √(v − mean²) in place of √v.

    Notes
    -----
    Hinton (2012), "Neural Networks for Machine Learning", lecture 6e; centered as in Graves (2013),
    "Generating Sequences With Recurrent Neural Networks".
    """
    spare, other = scratch[0, ...], scratch[1, ...]
    g = regularised(xp, p, g, other, weight_decay, maximize)
    average_square(xp, v, alpha, g, spare)
    if centered:
        average(xp, mean, alpha, g, spare)
        xp.multiply(mean, mean, out=spare)
        xp.subtract(v, spare, out=spare)
        xp.sqrt(spare, out=spare)
    else:
        xp.sqrt(v, out=spare)
    spare += eps
    xp.divide(g, spare, out=spare)
    if momentum:
        velocity *= momentum
        velocity += spare
        xp.multiply(velocity, lr, out=spare)
    else:
        spare *= lr
    p -= spare
    return p


def adagrad_step(
    xp: Any,
    p: Any,
    g: Any,
    total: Any,
    scratch: Any,
    *,
    step: int,
    lr: float,
    lr_decay: float,
    weight_decay: float,
    eps: float,
    maximize: bool,
) -> Any:
    r"""Write p ← p − η'·g/(√s + ε) with the sum s ← s + g² and η' = η/(1 + (t − 1)·lr_decay).

    Parameters
    ----------
    total : array of the shape of p
        s.
    step : int
        t, from 1.

    Notes
    -----
    Duchi, Hazan and Singer (2011), "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization".
    """
    spare, other = scratch[0, ...], scratch[1, ...]
    g = regularised(xp, p, g, other, weight_decay, maximize)
    total += xp.multiply(g, g, out=spare)
    xp.sqrt(total, out=spare)
    spare += eps
    xp.divide(g, spare, out=spare)
    spare *= lr / (1 + (step - 1) * lr_decay)
    p -= spare
    return p


def adadelta_step(
    xp: Any,
    p: Any,
    g: Any,
    v: Any,
    u: Any,
    scratch: Any,
    *,
    lr: float,
    rho: float,
    eps: float,
    weight_decay: float,
    maximize: bool,
) -> Any:
    r"""Write p ← p − η·Δ with Δ = g·√(u + ε)/√(v + ε), where v and u are running means of g² and of Δ².

    Notes
    -----
    Zeiler (2012), "ADADELTA: An Adaptive Learning Rate Method", algorithm 1: Δ has the unit of p, so that η = 1
    is a natural choice.
    """
    spare, delta, other = scratch[0, ...], scratch[1, ...], scratch[2, ...]
    g = regularised(xp, p, g, other, weight_decay, maximize)
    average_square(xp, v, rho, g, spare)
    xp.add(v, eps, out=spare)
    xp.sqrt(spare, out=spare)
    xp.add(u, eps, out=delta)
    xp.sqrt(delta, out=delta)
    delta /= spare
    delta *= g
    average_square(xp, u, rho, delta, spare)
    delta *= lr
    p -= delta
    return p


rmsprop_steps = for_all(rmsprop_step, r"p - \eta\,\frac{g}{\sqrt{v} + \epsilon}", rows=2)
adagrad_steps = for_all(adagrad_step, r"p - \eta\,\frac{g}{\sqrt{\sum g^{2}} + \epsilon}", rows=2)
adadelta_steps = for_all(adadelta_step, r"p - \eta\,\frac{\sqrt{u + \epsilon}}{\sqrt{v + \epsilon}}\,g", rows=3)
