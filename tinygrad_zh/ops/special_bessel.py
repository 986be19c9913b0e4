r"""Floor 2: Bessel functions of order 0 and 1, and Airy's function.

Beside 0 each is its power series.  Elsewhere they are all one integral.  Put 2 sinh²(t/2) = s²/z into
K_ν(z) = ∫ e^(−z cosh t) cosh νt dt (DLMF 10.32.9), and it becomes

    eᶻ K_ν(z) = ∫ e^(−s²) cosh(νt) / √(2z + s²) ds    from −∞ to ∞,

where cosh t = 1 + s²/z.  Of z = x > 0 this is K; of z = −x it is πI; of z = −ix it is Hankel's function J + iY
(DLMF 10.27.8); with ν = ⅓, Airy's.  A sum at equal steps is exact to rounding for such integrals, as nothing is
better at integrating what is analytic and falls like e^(−s²) (Trefethen and Weideman 2014, "The exponentially
convergent trapezoidal rule"): some thirty terms, and no table of coefficients.

May import: floors 0–1, ``elementwise``, ``regions``, ``special_elementary``, ``special_gamma``.
"""

from __future__ import annotations

import math
from typing import Any

from ..core.primitive import FLOAT, primitive
from .elementwise import sign, where_p
from .publish import publish
from .regions import by_region, in_double, until_small
from .special_elementary import sine_ratio_slope
from .special_gamma import EULER

STEP = 0.22
NODES = tuple((j * STEP, STEP * math.exp(-((j * STEP) ** 2)) * (2 if j else 1)) for j in range(29))
"""Places and weights of the sum for ∫ e^(−s²) f(s²) ds; it ends where e^(−s²) is below rounding."""

# -- beside 0: power series (DLMF 10.2.2, 10.8.1, 10.25.2, 10.31.1) ------------------------------------


def ascending(xp: Any, q: Any, order: int) -> Any:
    """Σ qᵏ / (k! (k + order)!), which is I of q = x²/4 and J of −x²/4, but for (x/2)^order; order is 0 or 1."""
    return until_small(xp, 1 + 0 * q, lambda k: q / (k * (k + order)))


def second_kind(xp: Any, x: Any, q: Any, order: int) -> Any:
    """(ln(x/2) + γ) Σ qᵏ/(k! (k + order)!) − ½ Σ (Hₖ + Hₖ₊ₒ) qᵏ/(k! (k + order)!), Hₖ = 1 + ½ + … + 1/k"""
    harmonic = float(order)  # H₀ + Hₒ
    term = 1 + 0 * q
    total = harmonic * term
    for k in range(1, 20):
        harmonic += 1 / k + 1 / (k + order)
        term = term * q / (k * (k + order))
        total = total + harmonic * term
    return (xp.log(x / 2) + EULER) * ascending(xp, q, order) - 0.5 * total


# -- elsewhere: the integral ---------------------------------------------------------------------------


def real_integral(xp: Any, x: Any, order: int, sign: int) -> Any:
    """The integral for z = ±x, x ≥ 1 (for −x, x ≥ 20, so that 2x > s²); order 0 or 1."""
    total = 0 * x
    for s, weight in NODES:
        square = sign * s * s
        total = total + weight * (1 + square / x if order else 1) / xp.sqrt(2 * x + square)
    return total


def imaginary_integral(xp: Any, x: Any, order: float) -> tuple[Any, Any]:
    """The integral for z = −ix, x ≥ 1, by real and imaginary part.

    With u = s/√(4x), sinh(t/2) = u (1 + i) and cosh(t/2) = √(1 + 2iu²) = p + iq.
    """
    real, imaginary = 0 * x, 0 * x
    for s, weight in NODES:
        u = s / xp.sqrt(4 * x)
        size = xp.sqrt(1 + 4 * u**4)  # |cosh²(t/2)|
        p = xp.sqrt((size + 1) / 2)
        q = u * u / p
        # 1/√(2z + s²) = (1 + i)(p − iq) / (√(4x) |cosh²(t/2)|)
        root = weight / (xp.sqrt(4 * x) * size)
        a, b = root * (p + q), root * (p - q)
        if order == 1:
            c, d = 1.0, s * s / x
        elif order:  # cosh νt from e^(t/2) = sinh(t/2) + cosh(t/2)
            grown, turned = 2 * order * xp.log(xp.hypot(u + p, u + q)), 2 * order * xp.arctan2(u + q, u + p)
            c, d = xp.cosh(grown) * xp.cos(turned), xp.sinh(grown) * xp.sin(turned)
        else:
            c, d = 1.0, 0.0
        real, imaginary = real + (a * c - b * d), imaginary + (a * d + b * c)
    return real, imaginary


def oscillating(xp: Any, x: Any, order: int, kind: int) -> Any:
    """J (kind 1) or Y (kind 2) for x ≥ 2: J₀ + iY₀ = −(2i/π) eⁱˣ times the integral, J₁ + iY₁ = −(2/π) eⁱˣ times it."""
    a, b = imaginary_integral(xp, x, order)
    cos, sin = xp.cos(x), xp.sin(x)
    across, along = a * sin + b * cos, b * sin - a * cos
    y = (across if kind == 1 else along) if order == 0 else (along if kind == 1 else -across)
    return 2 / math.pi * y


# -- J and Y -------------------------------------------------------------------------------------------


def bessel_j(xp: Any, x: Any, order: int) -> Any:
    """J₀ is even, J₁ odd; both die out at infinity."""
    size = xp.abs(x)
    y = by_region(
        xp,
        [size],
        (size < 2, lambda x: (x / 2) ** order * ascending(xp, -x * x / 4, order)),
        ((size >= 2) & (size < math.inf), lambda x: oscillating(xp, x, order, 1)),
        (size == math.inf, lambda x: 0 / x),
    )
    return xp.copysign(1, x) * y if order else y


def bessel_y(xp: Any, x: Any, order: int) -> Any:
    """−∞ at 0, NaN for negative numbers."""

    def near(x: Any) -> Any:
        y = (x / 2) ** order * second_kind(xp, x, -x * x / 4, order)
        return 2 / math.pi * (y - 1 / x if order else y)

    return by_region(
        xp,
        [x],
        (x == 0, lambda x: xp.full(x.shape, -math.inf)),
        ((x > 0) & (x < 2), near),
        ((x >= 2) & (x < math.inf), lambda x: oscillating(xp, x, order, 2)),
        (x == math.inf, lambda x: 0 / x),
    )


@primitive("J_{0}(<x>)", promote=FLOAT, d_x=lambda x: -bessel_j1(x))
@in_double
def bessel_j0(xp: Any, x: Any) -> Any:
    """Return Bessel's function of the first kind of order 0."""
    return bessel_j(xp, x, 0)


@primitive("J_{1}(<x>)", promote=FLOAT, d_x=lambda x, y: bessel_j0(x) - over(y, x))
@in_double
def bessel_j1(xp: Any, x: Any) -> Any:
    """Return Bessel's function of the first kind of order 1."""
    return bessel_j(xp, x, 1)


@primitive("Y_{0}(<x>)", promote=FLOAT, d_x=lambda x: -bessel_y1(x))
@in_double
def bessel_y0(xp: Any, x: Any) -> Any:
    """Return Bessel's function of the second kind of order 0; −∞ at 0, NaN for negative numbers."""
    return bessel_y(xp, x, 0)


@primitive("Y_{1}(<x>)", promote=FLOAT, d_x=lambda x, y: bessel_y0(x) - y / x)
@in_double
def bessel_y1(xp: Any, x: Any) -> Any:
    """Return Bessel's function of the second kind of order 1; −∞ at 0, NaN for negative numbers."""
    return bessel_y(xp, x, 1)


def over(y: Any, x: Any) -> Any:
    """y/x for J₁ and I₁, which is ½ at 0."""
    return where_p(x == 0, 0.5, y / x)


@primitive(
    r"\frac{\sin <x:4>}{<x>}",
    promote=FLOAT,
    d_x=lambda x, y: sine_ratio_slope(x, y),
    tex_rules={"x": r"g \odot \frac{\cos x - y}{x}"},
)
@in_double
def spherical_bessel_j0(xp: Any, x: Any) -> Any:
    """Return the spherical Bessel function of order 0, sin x / x: 1 at 0, and 0 at ±∞."""
    return xp.where(xp.isinf(x), 0, xp.where(x == 0, 1, xp.sin(x) / x))


# -- I and K -------------------------------------------------------------------------------------------


def bessel_i(xp: Any, x: Any, order: int, scaled: bool) -> Any:
    """I₀ is even, I₁ odd; `scaled` by e^(−|x|)."""
    size = xp.abs(x)

    def near(x: Any) -> Any:
        y = (x / 2) ** order * ascending(xp, x * x / 4, order)
        return y * xp.exp(-x) if scaled else y

    def far(x: Any) -> Any:
        y = real_integral(xp, x, order, -1) / math.pi
        return y if scaled else xp.exp(x / 2) * y * xp.exp(x / 2)  # by halves: eˣ overflows first

    y = by_region(
        xp,
        [size],
        (size < 20, near),
        ((size >= 20) & (size < math.inf), far),
        (size == math.inf, lambda x: 0 / x if scaled else x),
    )
    return xp.copysign(1, x) * y if order else y


def bessel_k(xp: Any, x: Any, order: int, scaled: bool) -> Any:
    """∞ at 0, NaN for negative numbers; `scaled` by eˣ."""

    def near(x: Any) -> Any:
        y = (x / 2) ** order * second_kind(xp, x, x * x / 4, order)
        y = y + 1 / x if order else -y
        return y * xp.exp(x) if scaled else y

    def far(x: Any) -> Any:
        y = real_integral(xp, x, order, 1)
        return y if scaled else y * xp.exp(-x)

    return by_region(
        xp,
        [x],
        (x == 0, lambda x: xp.full(x.shape, math.inf)),
        ((x > 0) & (x < 1), near),
        ((x >= 1) & (x < math.inf), far),
        (x == math.inf, lambda x: 0 / x),
    )


@primitive("I_{0}(<x>)", promote=FLOAT, d_x=lambda x: i1(x))
@in_double
def i0(xp: Any, x: Any) -> Any:
    """Return the modified Bessel function of the first kind of order 0."""
    return bessel_i(xp, x, 0, scaled=False)


@primitive("I_{1}(<x>)", promote=FLOAT, d_x=lambda x, y: i0(x) - over(y, x))
@in_double
def i1(xp: Any, x: Any) -> Any:
    """Return the modified Bessel function of the first kind of order 1."""
    return bessel_i(xp, x, 1, scaled=False)


@primitive(r"e^{-\left|<x>\right|} I_{0}(<x>)", promote=FLOAT, d_x=lambda x, y: i1e(x) - sign(x) * y)
@in_double
def i0e(xp: Any, x: Any) -> Any:
    """Return e^(−|x|) I₀(x)."""
    return bessel_i(xp, x, 0, scaled=True)


@primitive(r"e^{-\left|<x>\right|} I_{1}(<x>)", promote=FLOAT, d_x=lambda x, y: i0e(x) - sign(x) * y - over(y, x))
@in_double
def i1e(xp: Any, x: Any) -> Any:
    """Return e^(−|x|) I₁(x)."""
    return bessel_i(xp, x, 1, scaled=True)


@primitive("K_{0}(<x>)", promote=FLOAT, d_x=lambda x: -modified_bessel_k1(x))
@in_double
def modified_bessel_k0(xp: Any, x: Any) -> Any:
    """Return the modified Bessel function of the second kind of order 0; ∞ at 0, NaN for negative numbers."""
    return bessel_k(xp, x, 0, scaled=False)


@primitive("K_{1}(<x>)", promote=FLOAT, d_x=lambda x, y: -modified_bessel_k0(x) - y / x)
@in_double
def modified_bessel_k1(xp: Any, x: Any) -> Any:
    """Return the modified Bessel function of the second kind of order 1; ∞ at 0, NaN for negative numbers."""
    return bessel_k(xp, x, 1, scaled=False)


@primitive("e^{<x>} K_{0}(<x>)", promote=FLOAT, d_x=lambda x, y: y - scaled_modified_bessel_k1(x))
@in_double
def scaled_modified_bessel_k0(xp: Any, x: Any) -> Any:
    """Return eˣ K₀(x)."""
    return bessel_k(xp, x, 0, scaled=True)


@primitive("e^{<x>} K_{1}(<x>)", promote=FLOAT, d_x=lambda x, y: y - scaled_modified_bessel_k0(x) - y / x)
@in_double
def scaled_modified_bessel_k1(xp: Any, x: Any) -> Any:
    """Return eˣ K₁(x)."""
    return bessel_k(xp, x, 1, scaled=True)


# -- Airy ----------------------------------------------------------------------------------------------

AI_0, AI_SLOPE_0 = 0.3550280538878172, -0.2588194037928068
"""Ai(0) and Ai′(0)"""


def airy_near(xp: Any, x: Any) -> Any:
    """The power series of y″ = xy; DLMF 9.4.1"""
    cube = x**3
    even = until_small(xp, 1 + 0 * x, lambda k: cube / ((3 * k - 1) * (3 * k)))
    odd = until_small(xp, x, lambda k: cube / ((3 * k) * (3 * k + 1)))
    return AI_0 * even + AI_SLOPE_0 * odd


def airy_right(xp: Any, x: Any) -> Any:
    """π x^¼ e^ζ Ai(x) = ∫ e^(−s²) cos(s³/(3 x^¾)) ds over s > 0, ζ = ⅔ x^(3/2); DLMF 9.5.1 shifted by i√x"""
    root = xp.sqrt(x)
    slope = 1 / (3 * root * xp.sqrt(root))
    step = 0.14  # the cosine oscillates: it needs smaller steps than the rest
    total = 0.5 + 0 * x
    for j in range(1, 45):
        s = j * step
        total = total + math.exp(-s * s) * xp.cos(s**3 * slope)
    return step * total * xp.exp(-2 / 3 * x * root) / (math.pi * xp.sqrt(root))


def airy_left(xp: Any, x: Any) -> Any:
    """For −x: √(x/3) Re(e^(iπ/6) H(ζ)) with Hankel's function of order ⅓ (DLMF 9.6.7), ζ = ⅔ x^(3/2)"""
    zeta = 2 / 3 * x * xp.sqrt(x)
    a, b = imaginary_integral(xp, zeta, 1 / 3)
    return 2 / math.pi * xp.sqrt(x / 3) * (a * xp.sin(zeta) + b * xp.cos(zeta))


@primitive(r"\operatorname{Ai}(<x>)", promote=FLOAT)
@in_double
def airy_ai(xp: Any, x: Any) -> Any:
    """Return Airy's function, the solution of y″ = xy that dies out to the right; it has no gradient here."""
    return by_region(
        xp,
        [x],
        (xp.isinf(x), lambda x: 0 / x),
        ((x < -2) & (x > -math.inf), lambda x: airy_left(xp, -x)),
        ((x >= -2) & (x < 1), lambda x: airy_near(xp, x)),
        ((x >= 1) & (x < math.inf), lambda x: airy_right(xp, x)),
    )


publish("i0", i0, inplace=True)
for op in (bessel_j0, bessel_j1, bessel_y0, bessel_y1, spherical_bessel_j0, i0, i1, i0e, i1e, airy_ai):
    publish(op.name, op, space="special")
for op in (modified_bessel_k0, modified_bessel_k1, scaled_modified_bessel_k0, scaled_modified_bessel_k1):
    publish(op.name, op, space="special")
publish("modified_bessel_i0", i0, space="special")
publish("modified_bessel_i1", i1, space="special")
