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
from .flat import in_eights, update


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


@compiled("contract")
def descend_all(ps: Any, gs: Any, lr: float, weight_decay: float, maximize: bool) -> None:
    """`descend` for eight parameters."""
    for k in range(len(ps)):
        descend(ps[k], gs[k], lr, weight_decay, maximize)


@compiled("contract")
def descend_all_with_momentum(
    ps: Any,
    velocities: Any,
    gs: Any,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
    maximize: bool,
    first: bool,
) -> None:
    """`descend_with_momentum` for eight parameters."""
    for k in range(len(ps)):
        descend_with_momentum(
            ps[k], velocities[k], gs[k], lr, momentum, dampening, weight_decay, nesterov, maximize, first
        )


def sgd_steps(
    xp: Any,
    *arrays: Array,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
    maximize: bool,
    first: bool,
) -> tuple[Array, ...]:
    """Write the steps into all p and v; see the primitive of this name."""
    n = len(arrays) // (3 if momentum else 2)  # the working memory comes last
    ps, gs, velocities = arrays[:n], arrays[n : 2 * n], arrays[2 * n : 3 * n]
    if momentum:
        options = (lr, momentum, dampening, weight_decay, nesterov, maximize, first)
        if not in_eights(descend_all_with_momentum, (ps, velocities, gs), *options):
            for p, v, g in zip(ps, velocities, gs, strict=True):
                update(descend_with_momentum, (p, v), g, *options)
    elif not in_eights(descend_all, (ps, gs), lr, weight_decay, maximize):
        for p, g in zip(ps, gs, strict=True):
            update(descend, (p,), g, lr, weight_decay, maximize)
    return ps


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


@compiled("contract")
def adapt_all(
    ps: Any,
    ms: Any,
    vs: Any,
    tops: Any,
    gs: Any,
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
    """`adapt` for eight parameters."""
    for k in range(len(ps)):
        adapt(
            ps[k], ms[k], vs[k], tops[k], gs[k], rate, root, beta1, beta2, eps, shrink, weight_decay, amsgrad, maximize
        )


def adam_steps(
    xp: Any,
    *arrays: Array,
    step: int,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
    decoupled: bool,
    amsgrad: bool,
    maximize: bool,
) -> tuple[Array, ...]:
    """Write the steps into all p, m, v and v_max; see the primitive of this name."""
    n = len(arrays) // (5 if amsgrad else 4)  # the working memory comes last
    ps, gs, ms, vs = (arrays[k * n : (k + 1) * n] for k in range(4))
    tops = arrays[4 * n : 5 * n] if amsgrad else [v.reshape(-1)[:0] for v in vs]  # without it nobody looks at them
    rate, root = lr / (1 - beta1**step), math.sqrt(1 - beta2**step)
    shrink = 1 - lr * weight_decay if decoupled else 1.0
    decay = 0.0 if decoupled else weight_decay
    options = (rate, root, beta1, beta2, eps, shrink, decay, amsgrad, maximize)
    if not in_eights(adapt_all, (ps, ms, vs, tops, gs), *options):
        for p, m, v, top, g in zip(ps, ms, vs, tops, gs, strict=True):
            if amsgrad:
                update(adapt, (p, m, v, top), g, *options)
            else:
                update(adapt_plainly, (p, m, v), g, *options)
    return ps


def adapt_plainly(p: Array, m: Array, v: Array, g: Array, *options: Any) -> None:
    """Call `adapt` without v_max."""
    adapt(p, m, v, v[:0], g, *options)
