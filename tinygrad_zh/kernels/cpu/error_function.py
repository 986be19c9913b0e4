r"""Floor 2: the error function and the normal distribution function, for vector instructions.

    erf x = 2/√π ∫₀ˣ e^(−t²) dt,   Φ(x) = ½ (1 + erf(x/√2)),   φ(x) = e^(−x²/2)/√(2π) = Φ′(x)

Cost: one exponential, one division and some 10 multiplications and additions, in float64 some 25.  Where the formula
makes some 60 arrays of the size of x, this makes one.

Numerical device: beyond |z| = 1, erf z = 1 − e^(−z²) · 2q(t) with t = 1/(1 + 0.35 |z|), where q(t) = ½ e^(z²) erfc z
is so smooth that a polynomial of degree 8 holds it to 2·10⁻⁸ for z up to 10, one of degree 20 to 6·10⁻¹⁷ for z up to
27; what is beyond is 0 after the exponential.  Within, erf z = z + z p(z²), with p to 10⁻⁹ and 10⁻¹⁷.  All are
Chebyshev interpolations.  Φ of a negative number is e^(−x²/2) q(t), which is not a difference, so small values keep
their relative precision, where ½ (1 + erf) has none left below x = −5.5.

May import: floor 0 only.  Read next: ``smooth.py``; the formula is in ``../../ops/special.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from .compiling import compiled
from .exponential import exp_below

single = np.float32


@compiled("contract")
def tail_single(t: Any) -> Any:
    """q(t)/t in float32."""
    p = single(0.026489034295082092) * t + single(-0.16258206963539124)
    p = p * t + single(0.3298149108886719)
    p = p * t - single(0.24744215607643127)
    p = p * t + single(0.2320796549320221)
    p = p * t + single(0.01955907978117466)
    p = p * t + single(0.10619518160820007)
    p = p * t + single(0.09706544131040573)
    p = p * t + single(0.09882090985774994)
    return p


@compiled("contract")
def tail_double(t: Any) -> Any:
    """q(t)/t in float64."""
    p = 0.0020340482079817961 * t + -0.022610868422495372
    p = p * t + 0.11486054146735653
    p = p * t - 0.35143160663305005
    p = p * t + 0.71908937689424466
    p = p * t - 1.0364449314254349
    p = p * t + 1.0891298355928279
    p = p * t - 0.86618819838260551
    p = p * t + 0.54343757395604849
    p = p * t - 0.26779625561015873
    p = p * t + 0.099689086071466502
    p = p * t - 0.039129875569466808
    p = p * t + 0.006059920038980243
    p = p * t + 0.0066046444836290854
    p = p * t + 0.024606928855463626
    p = p * t + 0.043784104390181097
    p = p * t + 0.063562774906070676
    p = p * t + 0.080590768695935792
    p = p * t + 0.092685778470460909
    p = p * t + 0.09873317688878982
    p = p * t + 0.098733177123774302
    return p


@compiled("contract")
def near_single(u: Any) -> Any:
    """The quotient of erf z and z, less 1, for z² = u up to 1, in float32."""
    p = single(7.875874871388078e-05) * u + single(-0.000801686430349946)
    p = p * u + single(0.005189087241888046)
    p = p * u - single(0.02685421146452427)
    p = p * u + single(0.11283594369888306)
    p = p * u - single(0.3761262595653534)
    p = p * u + single(0.12837916612625122)
    return p


@compiled("contract")
def near_double(u: Any) -> Any:
    """The same in float64."""
    p = -7.7958988270021422e-10 * u + 1.3720064546777686e-8
    p = p * u - 1.6208483801871706e-7
    p = p * u + 1.6447424703317362e-6
    p = p * u - 1.492473690741966e-5
    p = p * u + 0.00012055294904839708
    p = p * u - 0.00085483259753896921
    p = p * u + 0.0052239776071164227
    p = p * u - 0.02686617064323777
    p = p * u + 0.11283791670945006
    p = p * u - 0.3761263890318354
    p = p * u + 0.12837916709551257
    return p


def tail_of(t: Any) -> Any:
    """q(t)/t; compiled loops alone call it."""
    raise NotImplementedError


def near_of(u: Any) -> Any:
    """The quotient of erf z and z, less 1, for z² = u up to 1; compiled loops alone call it."""
    raise NotImplementedError


overload(tail_of)(lambda t: (lambda t: tail_single(t)) if t == types.float32 else (lambda t: tail_double(t)))
overload(near_of)(lambda u: (lambda u: near_single(u)) if u == types.float32 else (lambda u: near_double(u)))


@compiled("contract")
def erf_of(x: Any) -> Any:
    """Erf x."""
    one, size, square = type(x)(1), abs(x), x * x
    t = one / (one + type(x)(0.35) * size)
    near, far = size + size * near_of(square), one - exp_below(-square) * (t + t) * tail_of(t)
    y = near if size < one else far
    return math.copysign(y, x)


@compiled("contract")
def normal(x: Any) -> tuple[Any, Any]:
    """Φ(x) and φ(x)."""
    one = type(x)(1)
    t = one / (one + type(x)(0.35 / math.sqrt(2)) * abs(x))
    e = exp_below(type(x)(-0.5) * x * x)
    tail = e * (t * tail_of(t))
    return (one - tail if x > 0 else tail), e * type(x)(1 / math.sqrt(2 * math.pi))
