r"""Floor 2: the incomplete gamma functions, shares of ∫ t^(a−1) e^(−t) dt = Γ(a) to the left and right of `x`.

P(a, x) to the left and Q = 1 − P to the right.  Where one of them is small it must be computed itself, not by
subtraction; and where `a` is large and near `x`, the series take √a terms and Temme's expansion takes over.

May import: floors 0–1, ``elementwise``, ``regions``, ``special``, ``special_gamma``, ``special_normal``.
"""

from __future__ import annotations

import functools
import math
from typing import Any

from ..core.primitive import SAME, primitive
from ..core.tensor import Tensor
from ..errors import error
from .elementwise import exp, log
from .publish import publish, published
from .regions import by_region, in_double, until_small
from .special import horner
from .special_gamma import gamma_beside_two_or_more, lgamma, log_gamma_beside_one, stirling_correction
from .special_normal import erfcx

LARGE = 20
NEAR = 0.3
"""Temme's expansion serves a > LARGE where |x − a| < NEAR · a."""


def density(xp: Any, a: Any, x: Any) -> Any:
    """xᵃ e⁻ˣ / Γ(a + 1)"""

    def small(a: Any, x: Any) -> Any:
        root = xp.exp(-x / 2)  # by halves: e⁻ˣ underflows long before the product
        gamma = xp.where(a > 0.5, gamma_beside_two_or_more(xp, xp.maximum(a, 0.5) + 1), 0)
        gamma = xp.where(a > 0.5, gamma, xp.exp(log_gamma_beside_one(xp, xp.minimum(a, 0.5))))
        return root * (x**a / gamma) * root

    def large(a: Any, x: Any) -> Any:
        return xp.exp(-a * log_excess(xp, (x - a) / a) - stirling_correction(a)) / xp.sqrt(2 * math.pi * a)

    return by_region(xp, [a, x], (a <= LARGE, small), (a > LARGE, large))


def log_excess(xp: Any, u: Any) -> Any:
    """Return u − ln(1 + u), which is about u²/2 for small `u`.

    There ln(1 + u) = 2 artanh r with r = u/(2 + u), and 2r = u − ur: the `u` cancels on paper.
    """
    r = u / (2 + u)
    near = u * r - 2 * r**3 * horner(tuple(1 / (2 * k + 3) for k in reversed(range(16))), r * r)
    return xp.where(xp.abs(u) < 0.5, near, u - xp.log1p(u))


def lower_series(xp: Any, a: Any, x: Any) -> Any:
    """P by Σ xⁿ / (a + 1)(a + 2)…(a + n), all of whose terms are positive; DLMF 8.7.1"""
    return density(xp, a, x) * until_small(xp, 1 + 0 * x, lambda n: x / (a + n))


def upper_fraction(xp: Any, a: Any, x: Any) -> Any:
    """Q by Legendre's continued fraction (DLMF 8.9.2), evaluated forward by Lentz's algorithm."""
    tiny = 1e-300  # in place of 0, by which a step may not divide
    b = x + 1 - a
    c = 1 / tiny + 0 * x
    d = 1 / xp.where(b == 0, tiny, b)
    total, change = d, 0 * x
    for n in range(1, 500):
        step = n * (a - n)
        b = b + 2
        d = step * d + b
        d = 1 / xp.where(d == 0, tiny, d)
        c = b + step / c
        c = xp.where(c == 0, tiny, c)
        going = xp.abs(change - 1) > 4e-16  # what has settled is left alone: more factors would only add rounding
        if not xp.any(going):
            break
        change = c * d
        total = xp.where(going, total * change, total)
    return density(xp, a, x) * a * total


def upper_series(xp: Any, a: Any, x: Any) -> Any:
    """Q for small `a` and `x`: 1 − xᵃ/Γ(a + 1) · (1 + a Σ (−x)ⁿ / (n! (a + n))); DLMF 8.7.1"""
    small = log_gamma_beside_one(xp, xp.minimum(a, 0.5))
    power = a * xp.log(x) - xp.where(a <= 0.5, small, lgamma.value(xp, 1 + a))
    total, factor = 0 * x, 1 + 0 * x
    for n in range(1, 25):
        factor = -factor * x / n
        total = total + factor / (a + n)
    return -xp.expm1(power) - xp.exp(power) * a * total


@functools.cache
def temme_coefficients() -> tuple[tuple[float, ...], ...]:
    """dₖₙ in cₖ(η) = Σ dₖₙ ηⁿ (DLMF 8.12.12), the highest power first; made when first needed, by exact fractions.

    All of them come from λ − 1 = Σ αₙ ηⁿ, the inverse of ½η² = λ − 1 − ln λ.
    """
    orders, powers = 13, 20
    count = powers + 2 * orders + 3
    from fractions import Fraction  # takes milliseconds to import, and few programs come here

    alpha = [Fraction(0), Fraction(1)]
    for n in range(2, count):
        products = sum((j * alpha[j] * alpha[n - j + 1] for j in range(2, n)), Fraction(0))
        alpha.append((alpha[n - 1] - products) / (n + 1))
    first = [Fraction(-1, 3)] + [(n + 2) * alpha[n + 2] for n in range(1, count - 2)]
    rows, row, odd = [first], first, Fraction(1)
    for k in range(1, orders):
        odd *= 2 * k + 1
        stirling = odd * alpha[2 * k + 1]  # Γ*(a) = Σ of these / aᵏ
        row = [(-1) ** k * stirling * first[n] + (n + 2) * row[n + 2] for n in range(len(row) - 2)]
        rows.append(row)
    return tuple(tuple(float(d) for d in reversed(row[:powers])) for row in rows)


def temme(xp: Any, a: Any, x: Any, upper: bool) -> Any:
    """P or Q for large a ≈ x: ½ erfc(∓η √(a/2)), corrected by a series in 1/a; DLMF 8.12.3 to 8.12.8"""
    u = (x - a) / a
    half_square = log_excess(xp, u)
    eta = xp.copysign(xp.sqrt(2 * half_square), u)
    correction = 0 * eta
    for row in reversed(temme_coefficients()):
        correction = correction / a + horner(row, eta)
    # the smaller of P and Q, which lies on x's side of a
    lesser = 0.5 * erfcx.value(xp, xp.abs(eta) * xp.sqrt(a / 2))
    lesser = lesser + xp.copysign(1, u) * correction / xp.sqrt(2 * math.pi * a)
    lesser = xp.exp(-a * half_square) * lesser
    return xp.where((u >= 0) == upper, lesser, 1 - lesser)


def share(xp: Any, a: Any, x: Any, upper: bool) -> Any:
    """P(a, x), or Q if `upper`."""
    both = (a > 0) & (x > 0) & (a < math.inf) & (x < math.inf)
    middle = both & (a > LARGE) & (xp.abs(x - a) < NEAR * a)
    inner = both & ~middle
    if upper:  # where Q is not small, it is 1 − P
        threshold = xp.where(x > 1.1, x, xp.where(x > 0.5, 1.1 * x, -0.4 / xp.log(xp.minimum(x, 0.5))))
        left = inner & (a > threshold)
    else:
        left = inner & ((x <= 1) | (x <= a))
    right = inner & ~left
    nothing_right = ((x == math.inf) & (a >= 0) & (a < math.inf)) | ((a == 0) & (x > 0))
    nothing_left = ((x == 0) & (a > 0)) | ((a == math.inf) & (x >= 0) & (x < math.inf))
    return by_region(
        xp,
        [a, x],
        (middle, lambda a, x: temme(xp, a, x, upper)),
        (left, lambda a, x: 1 - lower_series(xp, a, x) if upper else lower_series(xp, a, x)),
        (right & (x > 1.1), lambda a, x: upper_fraction(xp, a, x) if upper else 1 - upper_fraction(xp, a, x)),
        (right & (x <= 1.1), lambda a, x: upper_series(xp, a, x) if upper else 1 - upper_series(xp, a, x)),
        (nothing_right, lambda a, x: xp.full(a.shape, 0.0 if upper else 1.0)),
        (nothing_left, lambda a, x: xp.full(a.shape, 1.0 if upper else 0.0)),
    )


def integrand(a: Any, x: Any) -> Any:
    """x^(a−1) e⁻ˣ / Γ(a)"""
    return exp((a - 1) * log(x) - x - lgamma(a))


@primitive(
    r"P(<a>, <x>)",
    promote=SAME,
    d_x=lambda a, x: integrand(a, x),
    tex_rules={"x": r"g \odot \frac{x^{a - 1} e^{-x}}{\Gamma(a)}"},
    name="igamma",
)
@in_double
def igamma_p(xp: Any, a: Any, x: Any) -> Any:
    return share(xp, a, x, upper=False)


@primitive(
    r"Q(<a>, <x>)",
    promote=SAME,
    d_x=lambda a, x: -integrand(a, x),
    tex_rules={"x": r"-g \odot \frac{x^{a - 1} e^{-x}}{\Gamma(a)}"},
    name="igammac",
)
@in_double
def igammac_p(xp: Any, a: Any, x: Any) -> Any:
    return share(xp, a, x, upper=True)


@published(inplace=True)
def igamma(input: Any, other: Any) -> Any:
    """Return P(a, x) = ∫ t^(a−1) e^(−t) dt / Γ(a) over 0 … x, for a = `input` and x = `other`.

    Parameters
    ----------
    input, other : Tensor, floating
        0 or more, broadcast to a common shape; NaN for negative numbers, and where both are 0 or both ∞.
        As in PyTorch there is a gradient for `other` only.

    Raises
    ------
    DTypeError
        If an operand is no tensor, or if both hold integers.

    Notes
    -----
    Exact to some tens of ulp, small results too; see the text of this file.  PyTorch's own is good to nine digits
    only where `a` is large and near `x`.
    """
    return igamma_p(*floating_tensors("igamma", input, other))


@published(inplace=True)
def igammac(input: Any, other: Any) -> Any:
    """Return Q(a, x) = 1 − P(a, x), the share to the right of `other`; see `igamma`."""
    return igammac_p(*floating_tensors("igammac", input, other))


def floating_tensors(op: str, a: Any, x: Any) -> tuple[Tensor, Tensor]:
    """PyTorch takes no numbers here, and no integers."""
    for operand in (a, x):
        if not isinstance(operand, Tensor):
            raise error("not-a-tensor", op=op, kind=type(operand).__name__)
    if a.dtype.kind != "f" and x.dtype.kind != "f":
        raise error("dtype-not-floating", op=op, dtype=a.dtype)
    return a, x


publish("gammainc", igamma, space="special")
publish("gammaincc", igammac, space="special")
