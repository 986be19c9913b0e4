r"""Floor 2: the error function, which NumPy lacks.

May import: floors 0–1, ``elementwise``.  Read next: ``special_normal.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..core.primitive import FLOAT, primitive
from .elementwise import exp
from .publish import publish

# Cody (1969), "Rational Chebyshev approximations for the error function": |x| ≤ 0.46875, then up to 4, then beyond.
_SMALL = (
    (
        1.85777706184603153e-1,
        3.16112374387056560e0,
        1.13864154151050156e2,
        3.77485237685302021e2,
        3.20937758913846947e3,
    ),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)
_MIDDLE = (
    (
        2.15311535474403846e-8,
        5.64188496988670089e-1,
        8.88314979438837594e0,
        6.61191906371416295e1,
        2.98635138197400131e2,
        8.81952221241769090e2,
        1.71204761263407058e3,
        2.05107837782607147e3,
        1.23033935479799725e3,
    ),
    (
        1.0,
        1.57449261107098347e1,
        1.17693950891312499e2,
        5.37181101862009858e2,
        1.62138957456669019e3,
        3.29079923573345963e3,
        4.36261909014324716e3,
        3.43936767414372164e3,
        1.23033935480374942e3,
    ),
)
_LARGE = (
    (
        1.63153871373020978e-2,
        3.05326634961232344e-1,
        3.60344899949804439e-1,
        1.25781726111229246e-1,
        1.60837851487422766e-2,
        6.58749161529837803e-4,
    ),
    (
        1.0,
        2.56852019228982242e0,
        1.87295284992346047e0,
        5.27905102951428412e-1,
        6.05183413124413191e-2,
        2.33520497626869185e-3,
    ),
)


def ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], x: Any) -> Any:
    """Evaluate a quotient of two polynomials by Horner's rule."""
    over, under = (horner(c, x) for c in coefficients)
    return over / under


def horner(coefficients: tuple[float, ...], x: Any) -> Any:
    """Evaluate a polynomial of degree 1 or more, the highest power's coefficient first."""
    total = coefficients[0] * x + coefficients[1]
    for c in coefficients[2:]:
        total *= x  # in place: fresh memory for every step would cost more than the arithmetic
        total += c
    return total


def erf_near(x: Any) -> Any:
    """Return erf(x) for |x| ≤ 0.46875."""
    return x * ratio(_SMALL, x * x)


def scaled_erfc(xp: Any, x: Any) -> Any:
    """Return e^(x²) erfc(x) for x > 0.46875."""
    inverse = 1 / xp.maximum(x, 4) ** 2
    far = (1 / math.sqrt(math.pi) - inverse * ratio(_LARGE, inverse)) / xp.maximum(x, 4)
    return xp.where(x <= 4, ratio(_MIDDLE, xp.minimum(x, 4)), far)


@primitive(
    r"\operatorname{erf}(<x>)",
    promote=FLOAT,
    d_x=lambda x: 2 / math.sqrt(math.pi) * exp(-x * x),
)
def erf(xp: Any, x: Any) -> Any:
    """Return the error function 2/√π ∫₀ˣ e^(−t²) dt, to about 1e-16."""
    size = xp.minimum(xp.abs(x), 6)
    near = erf_near(xp.minimum(xp.maximum(x, -0.5), 0.5))
    beyond = xp.exp(-size * size) * scaled_erfc(xp, xp.maximum(size, 0.46875))
    return xp.where(size <= 0.46875, near, xp.copysign(1 - beyond, x))


publish("erf", erf, inplace=True)
publish("erf", erf, space="special")
