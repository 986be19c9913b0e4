r"""Floor 2: the logarithm of the gamma function, its derivatives, and the zeta function.

Two classical series carry all of it.  Around 2, with y = x − 2 (DLMF 5.7.3),

    ln Γ(2 + y) = (1 − γ) y + Σ (−1)ᵏ (ζ(k) − 1) yᵏ / k,

and far out Stirling's (DLMF 5.11.1), whose coefficients are Bernoulli's numbers; the recurrence
Γ(x + 1) = x Γ(x) leads from one to the other, and the reflection formula to negative numbers.
Every derivative of ψ = (ln Γ)′ is a zeta function: ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! ζ(n + 1, x).

May import: floors 0–1, ``elementwise``, ``regions``, ``special``, ``special_elementary``.
Read next: ``special_incomplete_gamma.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..core.primitive import FLOAT, primitive
from ..core.tensor import Tensor
from ..errors import error
from .publish import publish, published
from .regions import by_region, in_double
from .special import horner
from .special_elementary import sine_of_pi

EULER = 0.5772156649015329
# ζ(k) − 1 for k = 2, 3, …; Abramowitz and Stegun (1964), table 23.3.
ZETA_MINUS_1 = (
    0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
    0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853, 0.0004941886041194645,
    0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-05, 3.058823630702049e-05, 1.528225940865187e-05,
    7.637197637899763e-06, 3.81729326499984e-06, 1.908212716553939e-06, 9.539620338727962e-07, 4.769329867878064e-07,
    2.38450502727733e-07, 1.1921992596531106e-07, 5.960818905125948e-08, 2.980350351465228e-08, 1.4901554828365043e-08,
    7.45071178983543e-09, 3.725334024788457e-09,
)  # fmt: skip
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
"""B₂, B₄, …, B₂₀"""
STIRLING_FROM = 10
"""From here on, eight terms of Stirling's series are exact to rounding."""


# -- ln Γ ----------------------------------------------------------------------------------------------


def log_gamma_beside_one(xp: Any, y: Any) -> Any:
    """Return ln Γ(1 + y) for |y| ≤ ½, exact to some ulp even for tiny `y`."""
    return log_gamma_beside_two(y) - xp.log1p(y)


def log_gamma_beside_two(y: Any) -> Any:
    """Return ln Γ(2 + y) for |y| ≤ ½."""
    terms = [(-1) ** k * z / k for k, z in enumerate(ZETA_MINUS_1, 2)]
    return y * horner((*terms[::-1], 1 - EULER), y)


def stirling_correction(x: Any) -> Any:
    """Σ B₂ₖ / (2k (2k − 1) x²ᵏ⁻¹), which is ln Γ(x) − ((x − ½) ln x − x + ½ ln 2π) for x ≥ 10."""
    terms = [b / (2 * k * (2 * k - 1)) for k, b in enumerate(BERNOULLI[:8], 1)]
    return horner(tuple(terms[::-1]), (1 / x) ** 2) / x


def log_gamma_far(xp: Any, x: Any) -> Any:
    """Stirling's series; (x − ½)(ln x − 1) is a product, so that nothing becomes ∞ − ∞."""
    return (x - 0.5) * (xp.log(x) - 1) + 0.5 * (math.log(2 * math.pi) - 1) + stirling_correction(x)


def log_gamma_between(xp: Any, x: Any) -> Any:
    """For 2.5 ≤ x < 10: Γ(x) = (x − 1)(x − 2)…(x − n) Γ(x − n), with x − n beside 2."""
    steps = xp.round(x) - 2
    return log_gamma_beside_two(x - steps - 2) + xp.log(falling_product(xp, x, steps))


def falling_product(xp: Any, x: Any, steps: Any) -> Any:
    """(x − 1)(x − 2)…(x − n), n being `steps`"""
    product = 1 + 0 * x
    for k in range(1, int(xp.max(steps)) + 1):
        product = xp.where(k <= steps, product * (x - k), product)
    return product


def gamma_beside_two_or_more(xp: Any, x: Any) -> Any:
    """Γ(x) for x ≥ 1½, which has more digits than e^(ln Γ(x))."""
    steps = xp.round(x) - 2
    return falling_product(xp, x, steps) * xp.exp(log_gamma_beside_two(x - steps - 2))


def log_gamma_left(xp: Any, x: Any) -> Any:
    """For x < −½: Γ(x) Γ(1 − x) = π / sin πx"""
    return math.log(math.pi) - xp.log(xp.abs(sine_of_pi(xp, x))) - lgamma.value(xp, 1 - x)


@primitive(r"\ln \left|\Gamma(<x>)\right|", promote=FLOAT, d_x=lambda x: digamma(x), name="lgamma")
@in_double
def lgamma(xp: Any, x: Any) -> Any:
    """Return ln |Γ(x)|; +∞ at the poles 0, −1, −2, … and at ±∞.

    Notes
    -----
    See the text of this file.  Exact to some ulp; beside its zeros at negative numbers, to some ulp of 1.
    """
    return by_region(
        xp,
        [x],
        (x < -0.5, lambda x: xp.where(x == -math.inf, math.inf, log_gamma_left(xp, xp.maximum(x, -1e308)))),
        (xp.abs(x) <= 0.5, lambda x: log_gamma_beside_one(xp, x) - xp.log(xp.abs(x))),
        ((x > 0.5) & (x < 1.5), lambda x: log_gamma_beside_one(xp, x - 1)),
        ((x >= 1.5) & (x <= 2.5), lambda x: log_gamma_beside_two(x - 2)),
        ((x > 2.5) & (x < STIRLING_FROM), lambda x: log_gamma_between(xp, x)),
        (x >= STIRLING_FROM, lambda x: log_gamma_far(xp, x)),
    )


# -- ψ and its derivatives -----------------------------------------------------------------------------


def digamma_beside_two(y: Any) -> Any:
    """ψ(2 + y) for |y| ≤ ½: the series of ln Γ, differentiated."""
    terms = [(-1) ** k * z for k, z in enumerate(ZETA_MINUS_1, 2)]
    return horner((*terms[::-1], 1 - EULER), y)


def digamma_between(xp: Any, x: Any) -> Any:
    """For 0 < |x| < 10: ψ(x + 1) = ψ(x) + 1/x, up or down to beside 2."""
    steps = xp.round(x) - 2
    total = xp.where(steps <= -2, -1 / x, 0) + xp.where(steps <= -1, -1 / (x - steps - 1), 0)
    for k in range(1, STIRLING_FROM - 1):
        total = xp.where(k <= steps, total + 1 / (x - k), total)
    return digamma_beside_two(x - steps - 2) + total


def digamma_far(xp: Any, x: Any) -> Any:
    """For x ≥ 10: ln x − 1/2x − Σ B₂ₖ / (2k x²ᵏ); DLMF 5.11.2."""
    terms = [b / (2 * k) for k, b in enumerate(BERNOULLI[:8], 1)]
    inverse = 1 / x
    square = inverse * inverse
    return xp.log(x) - 0.5 * inverse - square * horner(tuple(terms[::-1]), square)


def digamma_left(xp: Any, x: Any) -> Any:
    """For x < −½, no integer: ψ(1 − x) − ψ(x) = π cot πx"""
    return digamma.value(xp, 1 - x) - math.pi / xp.tan(math.pi * (x - xp.round(x)))


@primitive(r"\psi(<x>)", promote=FLOAT, d_x=lambda x: polygamma_p(x, n=1))
@in_double
def digamma(xp: Any, x: Any) -> Any:
    """Return ψ(x), the derivative of ln Γ(x); ∓∞ at ±0, NaN at negative integers, where its two sides differ.

    Notes
    -----
    See the text of this file.  Exact to some ulp, beside its zeros to some ulp of 1.
    """
    whole = x == xp.round(x)
    return by_region(
        xp,
        [x],
        ((x < -0.5) & ~whole, lambda x: digamma_left(xp, x)),
        (x == 0, lambda x: xp.copysign(math.inf, -x)),
        ((x >= -0.5) & (x < STIRLING_FROM) & (x != 0), lambda x: digamma_between(xp, x)),
        (x >= STIRLING_FROM, lambda x: digamma_far(xp, x)),
    )


@primitive(r"\psi^{(<n>)}(<x>)", promote=FLOAT, d_x=lambda x, n: polygamma_p(x, n=n + 1), name="polygamma")
@in_double
def polygamma_p(xp: Any, x: Any, *, n: int) -> Any:
    if n == 0:
        return digamma.value(xp, x)
    return (-1) ** (n + 1) * math.gamma(n + 1) * hurwitz(xp, xp.full(x.shape, n + 1.0), x)


@published(inplace=True)
def polygamma(n: Any, input: Any) -> Any:
    """Return the n-th derivative of ψ; as a method, ``x.polygamma(n)``.

    Parameters
    ----------
    n : int
        0 or more; 0 is ψ itself.
    input : Tensor of shape (...)
        Where.

    Raises
    ------
    ArgumentError
        If `n` is no such number.

    Notes
    -----
    ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! ζ(n + 1, x); DLMF 5.15.2.  PyTorch's own first derivative is good to nine digits only.
    """
    if isinstance(n, Tensor):  # the method's order
        n, input = input, n
    if not isinstance(n, int) or isinstance(n, bool) or n < 0:
        raise error("argument", op="polygamma", argument="n", expected="an int, 0 or more", got=n)
    return polygamma_p(input, n=n)


@published(inplace=True)
def mvlgamma(input: Any, p: int) -> Any:
    """Return the logarithm of the multivariate gamma function of dimension `p`.

    Parameters
    ----------
    input : Tensor of shape (...)
        Greater than (p − 1)/2.
    p : int
        1 or more.

    Raises
    ------
    ArgumentError
        If `p` is no such number.
    DTypeError
        If `input` is a tensor of bools.

    Notes
    -----
    p (p − 1)/4 · ln π + Σ ln Γ(x − j/2) for j = 0 … p − 1; DLMF 35.3.4.
    """
    if not isinstance(p, int) or isinstance(p, bool) or p < 1:
        raise error("argument", op="mvlgamma", argument="p", expected="an int, 1 or more", got=p)
    total = lgamma(input)
    if input.dtype.kind == "b":
        raise error("dtype-unsupported", op="mvlgamma", dtypes="bool")
    for j in range(1, p):
        total = total + lgamma(input - j / 2)
    return total + p * (p - 1) / 4 * math.log(math.pi)


# -- ζ -------------------------------------------------------------------------------------------------

EULER_MACLAURIN_FROM = 10


def hurwitz(xp: Any, s: Any, q: Any) -> Any:
    """ζ(s, q) = Σ (q + k)⁻ˢ for s > 1"""
    whole = q == xp.floor(q)
    return by_region(
        xp,
        [s, q],
        ((s > 1) & (q > 0), lambda s, q: hurwitz_positive(xp, s, q)),
        ((s > 1) & (q <= 0) & ~whole & (s == xp.floor(s)), lambda s, q: hurwitz_negative(xp, s, q)),
        ((s > 1) & (q <= 0) & whole, lambda s, q: xp.full(s.shape, math.inf)),
        (s == 1, lambda s, q: xp.full(s.shape, math.inf)),
    )


def hurwitz_positive(xp: Any, s: Any, q: Any) -> Any:
    """The first ten terms, and Euler's and Maclaurin's formula for the rest; DLMF 25.11.5"""
    total = q**-s
    for k in range(1, EULER_MACLAURIN_FROM):
        total = total + (q + k) ** -s
    q, s = q + EULER_MACLAURIN_FROM, xp.minimum(s, 400)  # beyond, the rest is 0, and not ∞ · 0
    power = q**-s
    total = total + q * power / (s - 1) + 0.5 * power
    factor = s * power / q  # s (s + 1) … (s + 2k − 2) / (2k)! · q^(−s − 2k + 1), but for 2k!
    for k, b in enumerate(BERNOULLI, 1):
        total = total + b / math.factorial(2 * k) * factor
        factor = factor * (s + 2 * k - 1) * (s + 2 * k) / (q * q)
    return xp.where(q == math.inf, 0, total)


def hurwitz_negative(xp: Any, s: Any, q: Any) -> Any:
    """For q < 0 and whole `s`: the terms below 0 are those of another zeta function, (−1)ˢ times.

    With f = q − ⌊q⌋ they are −(1 − f), −(2 − f), …, q, and so (−1)ˢ (ζ(s, 1 − f) − ζ(s, 1 − q)).  The lesser of f
    and 1 − f is the exact distance to the next integer, a pole: −10⁻⁴⁰ is not one, but 1 − 10⁻⁴⁰ would round to 1.
    """
    beyond = q - xp.round(q)
    f, rest = xp.where(beyond < 0, 1 + beyond, beyond), xp.where(beyond < 0, -beyond, 1 - beyond)
    sign = 1 - 2 * xp.fmod(xp.minimum(s, 1e300), 2)  # ∞ counts as even, like every large number
    below = hurwitz_positive(xp, s, rest) - hurwitz_positive(xp, s, 1 - q)
    return hurwitz_positive(xp, s, f) + sign * below


@primitive(
    r"\zeta(<s>, <q>)",
    promote=FLOAT,
    d_q=lambda s, q: -s * zeta(s + 1, q),
)
@in_double
def zeta(xp: Any, s: Any, q: Any) -> Any:
    """Return Hurwitz's zeta function Σ (q + k)⁻ˢ over k = 0, 1, …; it has a slope in `q` only, as in PyTorch.

    ∞ for s = 1 and, where s > 1, for q = 0, −1, …; NaN for s < 1, and for negative `q` unless `s` is whole.
    """
    return hurwitz(xp, s, q)


for op in (lgamma, digamma):
    publish(op.name, op, inplace=True)
publish("gammaln", lgamma, space="special")
publish("multigammaln", mvlgamma, space="special")
for name in ("digamma", "psi"):
    publish(name, digamma, space="special")
publish("polygamma", polygamma, space="special")
publish("zeta", zeta, space="special")
