"""Special functions in NumPy by their integrals: slow, short, and nothing like what is tested."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev, Hermite, HermiteE, Laguerre, Legendre, Polynomial

ANGLES = 2 * math.pi * np.arange(200) / 200
PLACES, WEIGHTS = np.polynomial.legendre.leggauss(120)


def integral(function: Callable[[Any], Any], low: Any, high: Any) -> Any:
    """∫ function(t) dt by Gauss and Legendre; `function` gets places along a last dimension."""
    low, high = np.asarray(low, float)[..., None], np.asarray(high, float)[..., None]
    half = (high - low) / 2
    return (function(low + half * (1 + PLACES)) * WEIGHTS * half).sum(-1)


def bessel_j(n: int, x: Any) -> Any:
    """The mean of cos(nθ − x sin θ); DLMF 10.9.2"""
    x = np.asarray(x, float)[..., None]
    return np.cos(n * ANGLES - x * np.sin(ANGLES)).mean(-1)


def bessel_y(n: int, x: Any) -> Any:
    """DLMF 10.9.7"""
    x = np.asarray(x, float)[..., None]
    turning = integral(lambda t: np.sin(x * np.sin(t) - n * t), 0, math.pi)

    def dying(t: Any) -> Any:  # t = u²: the integrand falls like e^(−x sinh t) from t = 0 on
        return (np.exp(n * t) + (-1) ** n * np.exp(-n * t)) * np.exp(-x * np.sinh(t))

    pieces = [integral(dying, k / 2, (k + 1) / 2) for k in range(12)]
    return (turning - sum(pieces)) / math.pi


def bessel_i(n: int, x: Any) -> Any:
    """The mean of e^(x cos θ) cos nθ; DLMF 10.32.3"""
    x = np.asarray(x, float)[..., None]
    return (np.exp(x * np.cos(ANGLES)) * np.cos(n * ANGLES)).mean(-1)


def bessel_k(n: int, x: Any) -> Any:
    """∫ e^(−x cosh t) cosh nt dt; DLMF 10.32.9"""
    x = np.asarray(x, float)[..., None]
    return sum(integral(lambda t: np.exp(-x * np.cosh(t)) * np.cosh(n * t), k, k + 1) for k in range(10))


def gammainc(a: Any, x: Any) -> Any:
    """xᵃ e⁻ˣ Σ xⁿ / Γ(a + n + 1), whose terms are all positive; DLMF 8.7.1"""
    a, x = np.asarray(a, float), np.asarray(x, float)
    gamma = np.vectorize(math.gamma, otypes=[float])
    return x**a * np.exp(-x) * sum(x**n / gamma(a + n + 1) for n in range(120))


def zeta(s: Any, q: Any) -> Any:
    """Thirty terms, and Euler's and Maclaurin's formula; DLMF 25.11.5"""
    s, q = np.asarray(s, float), np.asarray(q, float)
    total = sum((q + k) ** -s for k in range(30))
    q = q + 30
    tail = q ** (1 - s) / (s - 1) + q**-s / 2 + s * q ** (-s - 1) / 12
    return (
        total
        + tail
        - s * (s + 1) * (s + 2) * q ** (-s - 3) / 720
        + s * (s + 1) * (s + 2) * (s + 3) * (s + 4) * q ** (-s - 5) / 30240
    )


def polygamma(n: int, x: Any) -> Any:
    """DLMF 5.15.2"""
    return (-1) ** (n + 1) * math.factorial(n) * zeta(n + 1, x)


def multigammaln(x: Any, p: int) -> Any:
    """DLMF 35.3.4"""
    lgamma = np.vectorize(math.lgamma, otypes=[float])
    return p * (p - 1) / 4 * math.log(math.pi) + sum(lgamma(x - j / 2) for j in range(p))


def second_kind(n: int) -> Any:
    """Uₙ, which is Tₙ₊₁′ / (n + 1)"""
    return Chebyshev.basis(n + 1).deriv() / (n + 1)


def third_kind(n: int) -> Any:
    """Vₙ = Uₙ − Uₙ₋₁"""
    return second_kind(n) - second_kind(n - 1) if n else second_kind(0)


def fourth_kind(n: int) -> Any:
    """Wₙ = Uₙ + Uₙ₋₁"""
    return second_kind(n) + second_kind(n - 1) if n else second_kind(0)


def shifted(family: Callable[[int], Any]) -> Callable[[int], Any]:
    """Of 2x − 1."""
    return lambda n: lambda x: family(n)(Polynomial([-1, 2])(x))


CHEBYSHEV: dict[str, Callable[[int], Any]] = {
    "chebyshev_polynomial_t": Chebyshev.basis,
    "chebyshev_polynomial_u": second_kind,
    "chebyshev_polynomial_v": third_kind,
    "chebyshev_polynomial_w": fourth_kind,
}
POLYNOMIALS: dict[str, Callable[[int], Any]] = {
    **CHEBYSHEV,
    **{f"shifted_{name}": shifted(family) for name, family in CHEBYSHEV.items()},
    "hermite_polynomial_h": Hermite.basis,
    "hermite_polynomial_he": HermiteE.basis,
    "laguerre_polynomial_l": Laguerre.basis,
    "legendre_polynomial_p": Legendre.basis,
}
"""``POLYNOMIALS[name](n)(x)``"""
