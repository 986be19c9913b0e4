r"""Floor 2: activation functions.

May import: floors 0–1, ``elementwise``, ``fusable``, ``special``, ``write``.
Read next: ``piecewise.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..core.primitive import FLOAT, primitive
from ..core.symbol import PRODUCT
from ..errors import error
from .elementwise import exp, masked_to_zero, tanh
from .fusable import fusable
from .publish import publish, published
from .special import erf
from .write import computed


@fusable()
def relu_pullback(g: Any, y: Any) -> Any:
    """`g` where relu let x through, else 0; where y is NaN, `g`."""
    return masked_to_zero(g, y <= 0)


@primitive(r"\operatorname{relu}(<x>)", vjp_x=lambda g, y: relu_pullback(g, y), tex_rules={"x": r"g \odot [x > 0]"})
def relu(xp: Any, x: Any) -> Any:
    """Return max(x, 0); the slope at 0 is 0."""
    return xp.maximum(x, 0)


@fusable()
def sigmoid_pullback(g: Any, y: Any) -> Any:
    """G ⊙ y (1 − y)"""
    return g * (y * (1 - y))


@primitive(
    r"\sigma(<x>)",
    promote=FLOAT,
    vjp_x=lambda g, y: sigmoid_pullback(g, y),
    jvp_x=lambda v, y: sigmoid_pullback(v, y),
)
def sigmoid(xp: Any, x: Any) -> Any:
    """Return 1/(1 + e⁻ˣ); computed from e^(−|x|), which cannot overflow."""
    e = xp.exp(-xp.abs(x))
    return xp.where(x >= 0, 1 / (1 + e), e / (1 + e))


@published(method=False)
def gelu(input: Any, approximate: str = "none") -> Any:
    """Return x·Φ(x), Φ the normal distribution function.

    Parameters
    ----------
    input : Tensor of shape (...), floating
        The values.
    approximate : {"none", "tanh"}
        Φ by the error function, or by ½(1 + tanh(√(2/π)(x + 0.044715x³))).

    Notes
    -----
    Hendrycks and Gimpel (2016), "Gaussian Error Linear Units", eq. 1 and 2.
    """
    if approximate == "none":
        return gelu_p(input)
    if approximate == "tanh":
        return gelu_tanh_p(input)
    raise error("argument", op="gelu", argument="approximate", expected="'none' or 'tanh'", got=approximate)


@fusable()
def gelu_pullback(g: Any, x: Any) -> Any:
    """G ⊙ (Φ(x) + x φ(x))"""
    return g * (normal_cdf(x) + x * exp(-0.5 * x * x) / math.sqrt(2 * math.pi))


@primitive(
    r"<x:2>\,\Phi(<x>)",
    promote=FLOAT,
    vjp_x=lambda g, x: gelu_pullback(g, x),
    jvp_x=lambda v, x: gelu_pullback(v, x),
    tex_rules={"x": r"g \odot \left(\Phi(x) + x\,\varphi(x)\right)"},
    name="gelu",
)
def gelu_p(xp: Any, x: Any) -> Any:
    return x * normal_cdf(x)


def normal_cdf(x: Any) -> Any:
    """Φ(x) = ½(1 + erf(x/√2))"""
    return 0.5 * (1 + erf(x / math.sqrt(2)))


STEEPNESS, CUBIC = math.sqrt(2 / math.pi), 0.044715


@fusable()
def gelu_tanh_pullback(g: Any, x: Any) -> Any:
    """G ⊙ ½ (1 + t + x (1 − t²) u′) with t = tanh u"""
    t = tanh(STEEPNESS * (x + CUBIC * x * x * x))
    return g * (0.5 * (1 + t + x * (1 - t * t) * (STEEPNESS * (1 + 3 * CUBIC * x * x))))


@primitive(
    r"\frac{1}{2} <x:2> \left(1 + \tanh u\right)",
    level=PRODUCT,
    promote=FLOAT,
    vjp_x=lambda g, x: gelu_tanh_pullback(g, x),
    jvp_x=lambda v, x: gelu_tanh_pullback(v, x),
    tex_rules={
        "x": r"\frac{g}{2} \odot \left(1 + \tanh u + x (1 - \tanh^{2} u)\, u'\right),"
        r"\quad u = \sqrt{2/\pi}\,(x + 0.044715\,x^{3})"
    },
    name="gelu_tanh",
)
def gelu_tanh_p(xp: Any, x: Any) -> Any:
    return 0.5 * x * (1 + xp.tanh(STEEPNESS * (x + CUBIC * x * x * x)))


@fusable()
def silu_pullback(g: Any, x: Any) -> Any:
    """G ⊙ σ(x) (1 + x (1 − σ(x)))"""
    s = sigmoid(x)
    return g * (s * (1 + x * (1 - s)))


@primitive(
    r"<x:2> \odot \sigma(<x>)",
    promote=FLOAT,
    vjp_x=lambda g, x: silu_pullback(g, x),
    jvp_x=lambda v, x: silu_pullback(v, x),
    tex_rules={"x": r"g \odot \sigma(x)\left(1 + x (1 - \sigma(x))\right)"},
    name="silu",
)
def silu_p(xp: Any, x: Any) -> Any:
    return x * sigmoid(x)


@published(method=False)
def silu(input: Any, inplace: bool = False) -> Any:
    """Return x·σ(x), also called swish; `inplace` writes the result into `input`."""
    return computed("silu", input, inplace, silu_p)


publish("relu", relu, inplace=True)
publish("sigmoid", sigmoid, inplace=True)
publish("silu", silu, space="nn.functional")
