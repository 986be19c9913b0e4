r"""Floor 2: the complements and inverses of the error function, and the normal distribution.

All of them are erf in other clothes: Φ(x) = ½ erfc(−x/√2).  What differs is where digits would be lost:
far out in a tail, 1 − erf is nothing but rounding, and e^(x²) erfc(x) is a harmless number while both factors
are not.

May import: floors 0–1, ``elementwise``, ``regions``, ``special``.
"""

from __future__ import annotations

import math
from typing import Any

from ..core.primitive import FLOAT, primitive
from .elementwise import exp
from .publish import publish
from .regions import by_region, in_double
from .special import erf_near, ratio, scaled_erfc

SQRT_2PI = math.sqrt(2 * math.pi)


def exp_square(xp: Any, x: Any, sign: int) -> Any:
    """e^(±x²) for x ≥ 0: x² is rounded, and e^(x²) would multiply that error by x², so x² is split in two.

    The head has so few bits that its square is exact.
    """
    x = xp.minimum(x, 40)  # beyond it is 0 or ∞ already
    head = xp.floor(x * 16) / 16
    return xp.exp(sign * head * head) * xp.exp(sign * (x - head) * (x + head))


@primitive(r"\operatorname{erfc}(<x>)", promote=FLOAT, d_x=lambda x: -2 / math.sqrt(math.pi) * exp(-x * x))
@in_double
def erfc(xp: Any, x: Any) -> Any:
    """Return 1 − erf(x), exact to some ulp even where it is tiny."""
    return by_region(
        xp,
        [x],
        (xp.abs(x) <= 0.46875, lambda x: 1 - erf_near(x)),
        (x > 0.46875, lambda x: exp_square(xp, x, -1) * scaled_erfc(xp, x)),
        (x < -0.46875, lambda x: 2 - exp_square(xp, -x, -1) * scaled_erfc(xp, -x)),
    )


@primitive(
    r"e^{<x:4>^{2}} \operatorname{erfc}(<x>)",
    promote=FLOAT,
    d_x=lambda x, y: 2 * x * y - 2 / math.sqrt(math.pi),
)
@in_double
def erfcx(xp: Any, x: Any) -> Any:
    """Return e^(x²)·erfc(x), which falls only as 1/(x√π)."""
    return by_region(
        xp,
        [x],
        (xp.abs(x) <= 0.46875, lambda x: xp.exp(x * x) * (1 - erf_near(x))),
        (x > 0.46875, lambda x: scaled_erfc(xp, x)),
        (x < -0.46875, lambda x: 2 * exp_square(xp, -x, 1) - scaled_erfc(xp, -x)),
    )


# Wichura (1988), "Algorithm AS 241: The percentage points of the normal distribution", PPND16: |p − ½| ≤ 0.425,
# then by r = √(−ln p) up to 5, then beyond.
_CENTRE = (
    (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
     1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0),
    (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
     5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0),
)  # fmt: skip
_TAIL = (
    (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
     3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0),
    (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
     6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0),
)  # fmt: skip
_FAR_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
     2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0),
    (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
     1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0),
)  # fmt: skip


def normal_quantile(xp: Any, q: Any, tail: Any) -> Any:
    """Where Φ = ½ + q; `tail` is ½ − |q|, which the caller knows more exactly than a subtraction would tell."""

    def beyond(q: Any, tail: Any) -> Any:
        r = xp.sqrt(-xp.log(tail))
        size = xp.where(r <= 5, ratio(_TAIL, r - 1.6), ratio(_FAR_TAIL, xp.maximum(r, 5) - 5))
        return xp.copysign(size, q)

    return by_region(
        xp,
        [q, tail],
        (xp.abs(q) <= 0.425, lambda q, tail: q * ratio(_CENTRE, 0.180625 - q * q)),
        ((tail > 0) & (tail < 0.075), beyond),
        (tail == 0, lambda q, tail: xp.copysign(math.inf, q)),
    )


@primitive(
    r"\operatorname{erf}^{-1}(<x>)",
    promote=FLOAT,
    d_x=lambda y: math.sqrt(math.pi) / 2 * exp(y * y),
)
@in_double
def erfinv(xp: Any, x: Any) -> Any:
    """Return where erf is `x`; ±∞ for ±1, NaN beyond."""
    return normal_quantile(xp, x / 2, (1 - xp.abs(x)) / 2) / math.sqrt(2)


@primitive(r"\Phi^{-1}(<x>)", promote=FLOAT, d_x=lambda y: SQRT_2PI * exp(0.5 * y * y))
@in_double
def ndtri(xp: Any, x: Any) -> Any:
    """Return where the normal distribution function is `x`, its quantile; ∓∞ for 0 and 1, NaN beyond."""
    return normal_quantile(xp, x - 0.5, xp.minimum(x, 1 - x))


@primitive(r"\Phi(<x>)", promote=FLOAT, d_x=lambda x: exp(-0.5 * x * x) / SQRT_2PI)
@in_double
def ndtr(xp: Any, x: Any) -> Any:
    """Return the normal distribution function ∫ φ from −∞ to `x`, exact to some ulp even where it is tiny.

    GELU, which multiplies it by `x` and has no use for the tail's digits, takes the plain ½(1 + erf(x/√2)).
    """
    z = x / math.sqrt(2)
    return by_region(
        xp,
        [x],
        (xp.abs(z) <= 0.46875, lambda x: 0.5 + 0.5 * erf_near(x / math.sqrt(2))),
        (z > 0.46875, lambda x: 1 - normal_tail(xp, x)),
        (z < -0.46875, lambda x: normal_tail(xp, -x)),
    )


def normal_tail(xp: Any, x: Any) -> Any:
    """½ erfc(x/√2) with e^(−x²/2) of `x` itself, for the error in x/√2 would be multiplied by x²."""
    x = xp.minimum(x, 60)
    head = xp.floor(x * 16) / 16
    density = xp.exp(-0.5 * head * head) * xp.exp(-0.5 * (x - head) * (x + head))
    return 0.5 * density * scaled_erfc(xp, x / math.sqrt(2))


@primitive(
    r"\ln \Phi(<x>)",
    promote=FLOAT,
    d_x=lambda x: math.sqrt(2 / math.pi) / erfcx(x / -math.sqrt(2)),
    tex_rules={"x": r"g \odot \frac{\varphi(x)}{\Phi(x)}"},
)
@in_double
def log_ndtr(xp: Any, x: Any) -> Any:
    """Return ln Φ(x); in the left tail about −x²/2, where Φ itself has long underflowed."""
    return by_region(
        xp,
        [x],
        (x < -1, lambda x: xp.log(scaled_erfc(xp, x / -math.sqrt(2)) / 2) - x * x / 2),
        ((x >= -1) & (x < 1), lambda x: xp.log(ndtr.value(xp, x))),
        (x >= 1, lambda x: xp.log1p(-normal_tail(xp, x))),
    )


publish("erfc", erfc, inplace=True)
publish("erfinv", erfinv, inplace=True)
for op in (erfc, erfcx, erfinv, ndtr, ndtri, log_ndtr):
    publish(op.name, op, space="special")
