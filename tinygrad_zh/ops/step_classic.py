r"""Floor 2: steps from before deep learning: averaged descent (ASGD), and steps by the sign alone (Rprop).

Letters: p parameter, g gradient ∂L/∂p.  The rules write into `p` and into the states, have `scratch` as working
memory, and return `p`.

May import: floors 0–1, ``step``.  Read next: ``../optim/classic.py``.
"""

from __future__ import annotations

from typing import Any

from .step import for_all, regularised


def asgd_step(
    xp: Any,
    p: Any,
    g: Any,
    mean: Any,
    scratch: Any,
    *,
    eta: float,
    mu: float,
    lambd: float,
    weight_decay: float,
    maximize: bool,
) -> Any:
    r"""Write p ← (1 − λη)·p − η·g, and the mean p̄ ← p̄ + μ·(p − p̄).

    Parameters
    ----------
    mean : array of the shape of p
        p̄, which is what averaged descent is for; p itself while μ = 1.
    eta, mu : float
        η and μ, which `ASGD` makes smaller from step to step.
    lambd : float
        λ, the decay of p.

    Notes
    -----
    Polyak and Juditsky (1992), "Acceleration of Stochastic Approximation by Averaging".
    """
    spare = scratch[0, ...]
    g = regularised(xp, p, g, spare, weight_decay, maximize)
    p *= 1 - lambd * eta
    p -= xp.multiply(g, eta, out=spare)
    if mu == 1:
        mean[...] = p
    else:
        xp.subtract(p, mean, out=spare)
        spare *= mu
        mean += spare
    return p


def rprop_step(
    xp: Any,
    p: Any,
    g: Any,
    before: Any,
    size: Any,
    scratch: Any,
    *,
    etas: tuple[float, float],
    step_sizes: tuple[float, float],
    maximize: bool,
) -> Any:
    r"""Write p ← p − sign(g)·s, where the step s of each weight grows while the sign of its g stays, else shrinks.

    Parameters
    ----------
    before : array of the shape of p
        g of the step before; 0 where it had just turned.
    size : array of the shape of p
        s.
    etas : tuple of two floats
        The factors η⁻ < 1 < η⁺ by which s shrinks and grows.
    step_sizes : tuple of two floats
        The smallest and the largest s.

    Notes
    -----
    Riedmiller and Braun (1993), "A Direct Adaptive Method for Faster Backpropagation Learning: The RPROP
    Algorithm".  Where g is NaN nothing moves, as in PyTorch.
    """
    spare, still = scratch[0, ...], scratch[1, ...]
    shrink, grow = etas
    g = regularised(xp, p, g, spare, 0.0, maximize)
    xp.multiply(g, before, out=before)
    turned = before < 0
    size *= xp.where(turned, shrink, xp.where(before > 0, grow, 1.0)).astype(p.dtype)
    xp.clip(size, *step_sizes, out=size)
    still[...] = 0  # after a turn a weight waits for one step
    before[...] = xp.where(turned, still, g)
    p -= xp.where(before > 0, size, xp.where(before < 0, -size, still))
    return p


asgd_steps = for_all(asgd_step, r"\left(1 - \lambda\eta\right) p - \eta\,g", rows=1)
rprop_steps = for_all(rprop_step, r"p - s \odot \operatorname{sign}(g)", rows=2)
