r"""Floor 2: activation functions that bend smoothly, and their pullbacks, in one pass over memory.

    sigmoid    σ(x) = 1/(1 + e⁻ˣ)                           ∂L/∂x = g y (1 − y)
    tanh                                                    ∂L/∂x = g (1 − y²)
    silu       x σ(x)                                       ∂L/∂x = g σ (1 + x (1 − σ))
    gelu       x Φ(x)                                       ∂L/∂x = g (Φ + x φ)
    gelu_tanh  x σ(2u),  u = √(2/π) (x + 0.044715 x³)       ∂L/∂x = g σ (1 + x (1 − σ) 2u′)
    erf

Cost: an exponential per element, none in the pullbacks from y.  The formulas make an array for every step.

Numerical device: σ and 1 − σ are 1/(1 + e) and e/(1 + e) with e = e^(−|x|), which cannot overflow, and neither is a
difference; ½ (1 + tanh u) is σ(2u).

May import: floor 0 only.  Read next: ``softmax.py``; the formulas are in ``../../ops/activation.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ...aliases import Array
from .compiling import compiled
from .error_function import erf_of, normal
from .exponential import exp_below
from .flat import in_one_pass

SLOPE = 2 * math.sqrt(2 / math.pi)
CUBIC = 0.044715


@compiled("contract")
def sigmoids_of(x: Any) -> tuple[Any, Any]:
    """σ(x) and 1 − σ(x)."""
    one = type(x)(1)
    e = exp_below(-abs(x))
    above = one / (one + e)
    below = e * above
    return (above, below) if x > 0 else (below, above)


@compiled("contract")
def bent(x: Any) -> Any:
    """2u"""
    return type(x)(SLOPE) * (x + type(x)(CUBIC) * x * x * x)


@compiled("contract")
def sigmoid_all(x: Array, out: Array) -> None:
    """Write σ(x)."""
    for i in range(out.size):
        out[i] = sigmoids_of(x[i])[0]


@compiled("contract")
def pull_sigmoid(g: Array, y: Array, out: Array) -> None:
    """Write g y (1 − y)."""
    for i in range(out.size):
        out[i] = g[i] * (y[i] * (out.dtype.type(1) - y[i]))


@compiled("contract")
def pull_tanh(g: Array, y: Array, out: Array) -> None:
    """Write g (1 − y²)."""
    for i in range(out.size):
        out[i] = g[i] * (out.dtype.type(1) - y[i] * y[i])


@compiled("contract")
def silu_all(x: Array, out: Array) -> None:
    """Write x σ(x)."""
    for i in range(out.size):
        out[i] = x[i] * sigmoids_of(x[i])[0]


@compiled("contract")
def pull_silu(g: Array, x: Array, out: Array) -> None:
    """Write g σ (1 + x (1 − σ))."""
    one = out.dtype.type(1)
    for i in range(out.size):
        s, rest = sigmoids_of(x[i])
        out[i] = g[i] * (s * (one + x[i] * rest))


@compiled("contract")
def gelu_all(x: Array, out: Array) -> None:
    """Write x Φ(x)."""
    for i in range(out.size):
        out[i] = x[i] * normal(x[i])[0]


@compiled("contract")
def pull_gelu(g: Array, x: Array, out: Array) -> None:
    """Write g (Φ + x φ)."""
    for i in range(out.size):
        below, density = normal(x[i])
        out[i] = g[i] * (below + x[i] * density)


@compiled("contract")
def gelu_tanh_all(x: Array, out: Array) -> None:
    """Write x σ(2u)."""
    for i in range(out.size):
        out[i] = x[i] * sigmoids_of(bent(x[i]))[0]


@compiled("contract")
def pull_gelu_tanh(g: Array, x: Array, out: Array) -> None:
    """Write g σ (1 + x (1 − σ) 2u′)."""
    number, one = out.dtype.type, out.dtype.type(1)
    for i in range(out.size):
        v = x[i]
        s, rest = sigmoids_of(bent(v))
        out[i] = g[i] * (s * (one + v * rest * (number(SLOPE) * (one + number(3 * CUBIC) * v * v))))


@compiled("contract")
def erf_all(x: Array, out: Array) -> None:
    """Write erf x."""
    for i in range(out.size):
        out[i] = erf_of(x[i])


# -- what the primitives call ----------------------------------------------------------------------------


def sigmoid(xp: Any, x: Array) -> Any:
    """Return σ(x); see the primitive of this name."""
    return in_one_pass(sigmoid_all, x)


def sigmoid_pullback(xp: Any, g: Array, y: Array) -> Any:
    """Return the pullback of sigmoid; see the fusable formula of this name."""
    return in_one_pass(pull_sigmoid, g, y)


def tanh_pullback(xp: Any, g: Array, y: Array) -> Any:
    """Return the pullback of tanh; see the fusable formula of this name."""
    return in_one_pass(pull_tanh, g, y)


def silu(xp: Any, x: Array) -> Any:
    """Return x σ(x); see the primitive of this name."""
    return in_one_pass(silu_all, x)


def silu_pullback(xp: Any, g: Array, x: Array) -> Any:
    """Return the pullback of silu; see the fusable formula of this name."""
    return in_one_pass(pull_silu, g, x)


def gelu(xp: Any, x: Array) -> Any:
    """Return x Φ(x); see the primitive of this name."""
    return in_one_pass(gelu_all, x)


def gelu_pullback(xp: Any, g: Array, x: Array) -> Any:
    """Return the pullback of gelu; see the fusable formula of this name."""
    return in_one_pass(pull_gelu, g, x)


def gelu_tanh(xp: Any, x: Array) -> Any:
    """Return x σ(2u); see the primitive of this name."""
    return in_one_pass(gelu_tanh_all, x)


def gelu_tanh_pullback(xp: Any, g: Array, x: Array) -> Any:
    """Return the pullback of gelu_tanh; see the fusable formula of this name."""
    return in_one_pass(pull_gelu_tanh, g, x)


def erf(xp: Any, x: Array) -> Any:
    """Return erf x; see the primitive of this name."""
    return in_one_pass(erf_all, x)
