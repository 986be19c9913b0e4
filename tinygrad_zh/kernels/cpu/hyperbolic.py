r"""Floor 2: tanh and the logistic function in a form that the compiler turns into vector instructions.

    σ(x) = 1/(1 + e⁻ˣ)
    tanh x = 1 − 2/(e²ˣ + 1), and x + x³ p(x²) where |x| < ⅝

Cost: an exponential and a division.

Numerical device: near 0 the first form of tanh would be the difference of two numbers near 1; there stands the
polynomial (in float64 a quotient) of Moshier's Cephes library (``tanhf.c``, ``tanh.c``).  Both are computed and one is
chosen, as vector instructions want it.  Results are within 3 ulp.

May import: floor 0 only.  Read next: ``recurrent.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from .compiling import compiled
from .exponential import exp_of

single = np.float32


@compiled("contract")
def sigmoid_of(x: Any) -> Any:
    """σ(x) of a float32 or a float64; that e⁻ˣ may overflow does no harm, for 1/∞ is 0."""
    one = type(x)(1)
    return one / (one + exp_of(-x))


@compiled("contract")
def tanh_single(x: Any) -> Any:
    """Tanh of a float32."""
    z, size = x * x, abs(x)
    p = single(-5.70498872745e-3) * z + single(2.06390887954e-2)
    p = p * z + single(-5.37397155531e-2)
    p = p * z + single(1.33314422036e-1)
    p = p * z + single(-3.33332819422e-1)
    far = single(1) - single(2) / (exp_of(size + size) + single(1))
    return p * z * x + x if size < single(0.625) else (far if x > single(0) else -far)


@compiled("contract")
def tanh_double(x: Any) -> Any:
    """Tanh of a float64, in the same way."""
    z, size = x * x, abs(x)
    above = (-9.64399179425052238628e-1 * z - 9.92877231001918586564e1) * z - 1.61468768441708447952e3
    below = ((z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3) * z + 4.84406305325125486048e3
    far = 1.0 - 2.0 / (exp_of(size + size) + 1.0)
    return above / below * z * x + x if size < 0.625 else (far if x > 0.0 else -far)


def tanh_of(x: Any) -> Any:
    """Tanh of a float32 or a float64."""
    return np.tanh(x)


# In a compiled loop the type of the number decides. (A lambda, as Numba wants no annotations here.)
overload(tanh_of)(lambda x: (lambda x: tanh_single(x)) if x == types.float32 else (lambda x: tanh_double(x)))
