r"""Floor 2: the steps of the optimisers, one rule each, on arrays and in place.

``sgd_step`` is the rule for one parameter: plain mathematics with ``out=``, for at the size of a weight matrix
fresh memory costs more than the arithmetic.  ``sgd_steps`` is the primitive that takes all parameters that
step alike; an optimiser calls it through the door, so that whoever listens sees the step and a backend can put one
kernel in its place.  It has no derivative.  ``for_all`` makes such a primitive of the rules in ``step_*.py``.

Letters: p parameter, g gradient ∂L/∂p, η = lr, μ = momentum.

May import: floors 0–1.  Read next: ``../optim/sgd.py``, ``step_squares.py``.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

from ..core.primitive import Primitive, primitive


def sgd_step(
    xp: Any,
    p: Any,
    g: Any,
    velocity: Any,
    scratch: Any,
    *,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
    maximize: bool,
    first: bool,
) -> Any:
    r"""Write p ← p − η·v with v ← μ·v + (1 − τ)·g into `p` and `velocity`.

    Parameters
    ----------
    p : array of shape (...), floating
        The parameter; overwritten and returned.
    g : array of the same shape
        The gradient; not written to.
    velocity : array of the same shape, or None
        v; None without momentum.
    scratch : array of shape (1, ...)
        Working memory, whatever is in it.
    lr, momentum, dampening, weight_decay : float
        η, μ, τ, and λ: the gradient of (λ/2)‖p‖² is added to `g`.
    nesterov : bool
        Step along g + μ·v, the velocity one step ahead.
    maximize : bool
        Climb instead of descending.
    first : bool
        Whether this is the first step, which sets v ← g.

    Notes
    -----
    Sutskever et al. (2013), "On the importance of initialization and momentum in deep learning"; as in
    PyTorch, η multiplies the whole velocity.
    """
    spare = scratch[0, ...]
    g = regularised(xp, p, g, spare, weight_decay, maximize)
    if velocity is not None:
        if first:
            velocity[...] = g
        else:
            velocity *= momentum
            velocity += xp.multiply(g, 1 - dampening, out=spare) if dampening else g
        g = g + momentum * velocity if nesterov else velocity
    p -= xp.multiply(g, lr, out=spare)
    return p


def adam_step(
    xp: Any,
    p: Any,
    g: Any,
    m: Any,
    v: Any,
    v_max: Any,
    scratch: Any,
    *,
    step: int,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
    decoupled: bool,
    maximize: bool,
) -> Any:
    r"""Write p ← p − η·m̂/(√v̂ + ε) into `p`, and the running means into `m`, `v` and `v_max`.

    Parameters
    ----------
    p : array of shape (...), floating
        The parameter; overwritten and returned.
    g : array of the same shape
        The gradient; not written to.
    m, v : array of the same shape
        Running means of g and of g².
    v_max : array of the same shape, or None
        AMSGrad's largest v so far, which then takes the place of v.
    scratch : array of shape (2, ...)
        Working memory, whatever is in it.
    step : int
        Which step this is, from 1; m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) undo the start from 0.
    lr, beta1, beta2, eps, weight_decay : float
        η, β₁, β₂, ε, λ.
    decoupled : bool
        Shrink p by 1 − ηλ (AdamW) instead of adding λp to the gradient.
    maximize : bool
        Climb instead of descending.

    Notes
    -----
    Kingma and Ba (2015), algorithm 1; Reddi et al. (2018) for AMSGrad; Loshchilov and Hutter (2019),
    algorithm 2, for the decoupled decay.
    """
    spare, other = scratch[0, ...], scratch[1, ...]
    if decoupled and weight_decay:
        p *= 1 - lr * weight_decay
        weight_decay = 0.0
    g = regularised(xp, p, g, other, weight_decay, maximize)
    average(xp, m, beta1, g, spare)
    average_square(xp, v, beta2, g, spare)
    if v_max is not None:
        xp.maximum(v_max, v, out=v_max)
    xp.sqrt(v if v_max is None else v_max, out=spare)
    spare /= math.sqrt(1 - beta2**step)
    spare += eps
    xp.divide(m, spare, out=spare)
    spare *= lr / (1 - beta1**step)
    p -= spare
    return p


def regularised(xp: Any, p: Any, g: Any, spare: Any, weight_decay: float, maximize: bool) -> Any:
    """±g + λp, in `spare` unless it is `g` itself."""
    if weight_decay:
        xp.multiply(p, weight_decay, out=spare)
        return xp.subtract(spare, g, out=spare) if maximize else xp.add(spare, g, out=spare)
    return xp.negative(g, out=spare) if maximize else g


def average(xp: Any, mean: Any, kept: float, x: Any, spare: Any) -> None:
    """Write βm + (1 − β)x, the running mean after one more x, into `mean`."""
    mean *= kept
    mean += xp.multiply(x, 1 - kept, out=spare)


def average_square(xp: Any, mean: Any, kept: float, x: Any, spare: Any) -> None:
    """Write βv + (1 − β)x², the running mean of squares after one more x, into `mean`."""
    mean *= kept
    xp.multiply(x, x, out=spare)
    spare *= 1 - kept
    mean += spare


# -- for all parameters that step alike ----------------------------------------------------------------


def for_all(rule: Callable[..., Any], tex: str, rows: int) -> Primitive:
    """Return the primitive that lets all parameters that step alike do so by `rule`.

    Parameters
    ----------
    rule : callable
        ``rule(xp, p, g, *states, scratch, **options)``, named ``…_step``: writes the step into `p` and the states.
    tex : str
        The formula of the new p.
    rows : int
        How many arrays of the shape of `p` the rule has as working memory.

    Returns
    -------
    Primitive
        Its arrays are all p, all g, then each kind of state for all parameters, then working memory.  A state
        that the options do not ask for is an empty array.
    """
    kinds = rule.__code__.co_argcount - 2  # without xp and the working memory

    @functools.wraps(rule)
    def steps(xp: Any, *arrays: Any, **options: Any) -> Any:
        *given, scratch = arrays
        for p, *others in in_columns(given, kinds):
            rule(xp, p, *others, working_memory(scratch, rows, p), **options)
        return tuple(given[: len(given) // kinds])

    return Primitive(steps, tex, {}, name=rule.__name__ + "s", outputs=0)


def in_columns(arrays: list[Any], count: int) -> list[tuple[Any, ...]]:
    """Return (p, g, …) of each parameter, from all the p, then all the g, …: `count` kinds in all."""
    n = len(arrays) // count
    return list(zip(*(arrays[k * n : (k + 1) * n] for k in range(count)), strict=True))


def working_memory(scratch: Any, rows: int, p: Any) -> Any:
    """Return the beginning of `scratch` in the shape (rows, ...) of a parameter."""
    return scratch[: rows * p.size].reshape(rows, *p.shape)


@primitive(r"p - \eta\,\left(\mu\,v + g\right)", outputs=0)
def sgd_steps(
    xp: Any,
    *arrays: Any,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
    maximize: bool,
    first: bool,
) -> Any:
    """Let parameters step by `sgd_step`; the arrays are all p, all g, with momentum all v, then working memory."""
    numbers = {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay}
    options: dict[str, Any] = {**numbers, "nesterov": nesterov, "maximize": maximize, "first": first}
    *given, scratch = arrays
    for p, g, *v in in_columns(given, 3 if momentum else 2):
        sgd_step(xp, p, g, v[0] if v else None, working_memory(scratch, 1, p), **options)
    return tuple(given[: len(given) // (3 if momentum else 2)])


@primitive(r"p - \eta\,\frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}", outputs=0)
def adam_steps(
    xp: Any,
    *arrays: Any,
    step: int,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
    decoupled: bool,
    amsgrad: bool,
    maximize: bool,
) -> Any:
    """Let parameters step by `adam_step`; the arrays are all p, g, m, v, with AMSGrad v_max, then working memory."""
    numbers = {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps, "weight_decay": weight_decay}
    options: dict[str, Any] = {**numbers, "step": step, "decoupled": decoupled, "maximize": maximize}
    *given, scratch = arrays
    for p, g, m, v, *top in in_columns(given, 5 if amsgrad else 4):
        adam_step(xp, p, g, m, v, top[0] if top else None, working_memory(scratch, 2, p), **options)
    return tuple(given[: len(given) // (5 if amsgrad else 4)])
