r"""Floor 2: the steps of the optimisers in one pass over memory.

    SGD     v ← μ·v + (1 − τ)·(±g + λp),   p ← p − η·v
    Adam    m ← β₁·m + (1 − β₁)·g,   v ← β₂·v + (1 − β₂)·g²,   p ← p − η·m̂/(√v̂ + ε)

Cost: memory traffic and nothing else.  SGD with momentum reads p, g, v and writes p, v: 5 numbers per
parameter, where the formula, an operation at a time, moves 10.  The scratch memory is not touched.

Numerical device: none is needed; every operation is in the parameter's dtype and in the order of the formula,
but a product and the sum it goes into may be rounded once (FMA), so that results may differ in the last bit.
float16 is computed in float32 and rounded at the end.

May import: floor 0 only.  Read next: ``activation.py``; the formulas are in ``../../ops/step.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...aliases import Array
from .compiling import compiled
from .flat import update


@compiled("contract")
def descend(p: Array, g: Array, lr: float, weight_decay: float, maximize: bool) -> None:
    """Write p − η·(±g + λp) into `p`."""
    number = p.dtype.type
    lr, decay = number(lr), number(weight_decay)
    for i in range(p.size):
        d = -g[i] if maximize else g[i]
        if weight_decay:
            d += decay * p[i]
        p[i] -= lr * d


@compiled("contract")
def descend_with_momentum(
    p: Array,
    velocity: Array,
    g: Array,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
    maximize: bool,
    first: bool,
) -> None:
    """Update the velocity, and write p − η·v into `p`."""
    number = p.dtype.type
    lr, mu, share, decay = number(lr), number(momentum), number(1 - dampening), number(weight_decay)
    for i in range(p.size):
        d = -g[i] if maximize else g[i]
        if weight_decay:
            d += decay * p[i]
        v = d if first else mu * velocity[i] + share * d
        velocity[i] = v
        p[i] -= lr * (d + mu * v if nesterov else v)


def sgd_step(
    xp: Any,
    p: Array,
    g: Array,
    velocity: Array | None,
    scratch: Any,
    *,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
    maximize: bool,
    first: bool,
) -> Array:
    """Write the step into `p` and `velocity`; see the primitive of this name."""
    if velocity is None:
        update(descend, (p,), g, lr, weight_decay, maximize)
    else:
        options = (lr, momentum, dampening, weight_decay, nesterov, maximize, first)
        update(descend_with_momentum, (p, velocity), g, *options)
    return p


@compiled("contract")
def adapt(
    p: Array,
    m: Array,
    v: Array,
    v_max: Array,
    g: Array,
    rate: float,
    root: float,
    beta1: float,
    beta2: float,
    eps: float,
    shrink: float,
    weight_decay: float,
    amsgrad: bool,
    maximize: bool,
) -> None:
    """Update the running means, and write p − rate·m/(√v/root + ε) into `p`, after p ← shrink·p."""
    number = p.dtype.type
    rate, root, eps, shrink, decay = number(rate), number(root), number(eps), number(shrink), number(weight_decay)
    keep1, take1, keep2, take2 = number(beta1), number(1 - beta1), number(beta2), number(1 - beta2)
    for i in range(p.size):
        x = p[i] * shrink
        d = -g[i] if maximize else g[i]
        if weight_decay:
            d += decay * x
        mean = keep1 * m[i] + take1 * d
        m[i] = mean
        spread = keep2 * v[i] + take2 * (d * d)
        v[i] = spread
        if amsgrad:  # the larger of the two; NaN wins, as it compares as not smaller
            largest = v_max[i]
            spread = spread if spread > largest or spread != spread else largest
            v_max[i] = spread
        p[i] = x - rate * (mean / (np.sqrt(spread) / root + eps))


def adam_step(
    xp: Any,
    p: Array,
    g: Array,
    m: Array,
    v: Array,
    v_max: Array | None,
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
) -> Array:
    """Write the step into `p`, `m`, `v` and `v_max`; see the primitive of this name."""
    rate, root = lr / (1 - beta1**step), math.sqrt(1 - beta2**step)
    shrink = 1 - lr * weight_decay if decoupled else 1.0
    decay = 0.0 if decoupled else weight_decay
    options = (rate, root, beta1, beta2, eps, shrink, decay)
    if v_max is None:  # the loop does not look at the array in its place
        update(adapt_plainly, (p, m, v), g, *options, maximize)
    else:
        update(adapt, (p, m, v, v_max), g, *options, True, maximize)
    return p


def adapt_plainly(p: Array, m: Array, v: Array, g: Array, *options: Any) -> None:
    """Call `adapt` without v_max."""
    *numbers, maximize = options
    adapt(p, m, v, v[:0], g, *numbers, False, maximize)
