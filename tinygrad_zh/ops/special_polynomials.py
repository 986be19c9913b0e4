r"""Floor 2: orthogonal polynomials: Chebyshev's, Hermite's, Laguerre's, Legendre's.

Each is declared by its first member and by its recurrence, which leads from pₙ₋₁ and pₙ to pₙ₊₁ (DLMF 18.9).
Chebyshev's have closed forms besides: with x = cos θ, Tₙ is cos nθ.  They have no gradient, as in PyTorch.

May import: floors 0–1, ``regions``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..core.primitive import FLOAT, Primitive
from .publish import publish
from .regions import by_region, widened

CLOSED_FROM = 9
"""From this degree on Chebyshev's polynomials are computed by cosines and sines where −1 < x < 1."""
Recurrence = Callable[[int, Any, Any, Any], Any]
Closed = Callable[[Any, Any, Any], Any]


def polynomial(
    name: str,
    title: str,
    tex: str,
    first: Callable[[Any], Any],
    step: Recurrence,
    *,
    closed: Closed | None = None,
    shifted: bool = False,
    limited: bool = False,
) -> Primitive:
    """Declare a family of polynomials, as a primitive of `x` and the degree `n`.

    Parameters
    ----------
    name, title, tex : str
        PyTorch's name, what the docstring calls it, the formula.
    first : callable
        ``first(x)``: the polynomial of degree 1; that of degree 0 is 1.
    step : callable
        ``step(n, x, p, before)``: the one of degree n + 1, from those of degrees n and n − 1.
    closed : callable, optional
        ``closed(xp, n, x)`` for −1 < x < 1.
    shifted : bool
        Whether it is that of 2x − 1.
    limited : bool
        Whether there is a greatest degree, beyond which it is NaN as in PyTorch: 512, in float32 128.
    """

    def value(xp: Any, x: Any, n: Any) -> Any:
        dtype, shape, (x, n) = widened(xp, (x, n))
        x = 2 * x - 1 if shifted else x
        n = xp.where(xp.isfinite(n), xp.trunc(n), -1)
        greatest = (512 if dtype.itemsize == 8 else 128) if limited else math.inf
        regions = [(n < 0, lambda x, n: 0 * n)]
        inside = n < 0
        if closed:
            inside = (xp.abs(x) < 1) & (n >= CLOSED_FROM)
            regions.append((inside, lambda x, n: closed(xp, n, x)))
        regions.append(((n >= 0) & (n <= greatest) & ~inside, lambda x, n: climb(xp, x, n, first, step)))
        return by_region(xp, [x, n], *regions).reshape(shape).astype(dtype, copy=False)

    value.__doc__ = f"""Return {title} of degree `n` at `x`.

    Parameters
    ----------
    x, n : Tensor or number
        Where, and the degree: its fraction is cut off, and for a negative degree the result is 0.

    Notes
    -----
    By its recurrence, in O(n); DLMF 18.9.  It has no gradient, as in PyTorch.
    """
    return Primitive(value, tex, {}, name=name, promote=FLOAT)


def climb(xp: Any, x: Any, n: Any, first: Callable[[Any], Any], step: Recurrence) -> Any:
    """Go up by the recurrence to the highest degree asked for, and take each element's own on the way."""
    before, p = 1 + 0 * x, first(x)
    y = xp.where(n == 0, 1.0, p)
    for k in range(1, int(xp.max(n))):
        before, p = p, step(k, x, p, before)
        y = xp.where(n == k + 1, p, y)
    return y


def twice(n: int, x: Any, p: Any, before: Any) -> Any:
    """All of Chebyshev's: 2x pₙ − pₙ₋₁"""
    return 2 * x * p - before


# x = cos θ; for x < 0 they are those of −x, but for signs, as the angle is exact beside 0 and not beside π.
def alternating(xp: Any, n: Any, x: Any) -> Any:
    """(−1)ⁿ where x < 0, else 1"""
    return xp.where((x < 0) & (xp.fmod(n, 2) == 1), -1.0, 1.0)


def closed_t(xp: Any, n: Any, x: Any) -> Any:
    """Tₙ = cos nθ"""
    return alternating(xp, n, x) * xp.cos(n * xp.arccos(xp.abs(x)))


def closed_u(xp: Any, n: Any, x: Any) -> Any:
    """Uₙ = sin (n + 1)θ / sin θ"""
    angle = xp.arccos(xp.abs(x))
    return alternating(xp, n, x) * xp.sin((n + 1) * angle) / xp.sin(angle)


def half_angles(xp: Any, n: Any, x: Any, cosine: Any) -> Any:
    """Either cos (n + ½)θ / cos ½θ or, where `cosine` is false, the same with sines; of |x|"""
    angle = xp.arccos(xp.abs(x))
    cosines = xp.cos((n + 0.5) * angle) / xp.cos(angle / 2)
    sines = xp.sin((n + 0.5) * angle) / xp.sin(angle / 2)
    return alternating(xp, n, x) * xp.where(cosine, cosines, sines)


def closed_v(xp: Any, n: Any, x: Any) -> Any:
    """Vₙ = cos (n + ½)θ / cos ½θ"""
    return half_angles(xp, n, x, x >= 0)


def closed_w(xp: Any, n: Any, x: Any) -> Any:
    """Wₙ = sin (n + ½)θ / sin ½θ"""
    return half_angles(xp, n, x, x < 0)


KINDS: dict[str, tuple[str, Callable[[Any], Any], Closed]] = {
    "t": ("first", lambda x: x, closed_t),
    "u": ("second", lambda x: 2 * x, closed_u),
    "v": ("third", lambda x: 2 * x - 1, closed_v),
    "w": ("fourth", lambda x: 2 * x + 1, closed_w),
}


def chebyshev(letter: str, *, shifted: bool = False) -> Primitive:
    """One of Chebyshev's four families, of x or of 2x − 1."""
    kind, first, closed = KINDS[letter]
    name, title = f"chebyshev_polynomial_{letter}", f"Chebyshev's polynomial of the {kind} kind"
    tex = letter.upper() + ("^{*}" if shifted else "") + "_{<n>}(<x>)"
    if shifted:
        name, title = f"shifted_{name}", f"{title}, of 2x − 1,"
    return polynomial(name, title, tex, first, twice, closed=closed, shifted=shifted)


chebyshev_polynomial_t = chebyshev("t")
chebyshev_polynomial_u = chebyshev("u")
chebyshev_polynomial_v = chebyshev("v")
chebyshev_polynomial_w = chebyshev("w")
shifted_chebyshev_polynomial_t = chebyshev("t", shifted=True)
shifted_chebyshev_polynomial_u = chebyshev("u", shifted=True)
shifted_chebyshev_polynomial_v = chebyshev("v", shifted=True)
shifted_chebyshev_polynomial_w = chebyshev("w", shifted=True)
hermite_polynomial_h = polynomial(
    "hermite_polynomial_h",
    "the physicists' Hermite polynomial",
    "H_{<n>}(<x>)",
    lambda x: 2 * x,
    lambda n, x, p, before: 2 * (x * p - n * before),
    limited=True,
)
hermite_polynomial_he = polynomial(
    "hermite_polynomial_he",
    "the probabilists' Hermite polynomial",
    r"\mathit{He}_{<n>}(<x>)",
    lambda x: x,
    lambda n, x, p, before: x * p - n * before,
    limited=True,
)
laguerre_polynomial_l = polynomial(
    "laguerre_polynomial_l",
    "Laguerre's polynomial",
    "L_{<n>}(<x>)",
    lambda x: 1 - x,
    lambda n, x, p, before: ((2 * n + 1 - x) * p - n * before) / (n + 1),
)
legendre_polynomial_p = polynomial(
    "legendre_polynomial_p",
    "Legendre's polynomial",
    "P_{<n>}(<x>)",
    lambda x: x,
    lambda n, x, p, before: ((2 * n + 1) * x * p - n * before) / (n + 1),
)

for op in (
    *(chebyshev_polynomial_t, chebyshev_polynomial_u, chebyshev_polynomial_v, chebyshev_polynomial_w),
    *(shifted_chebyshev_polynomial_t, shifted_chebyshev_polynomial_u),
    *(shifted_chebyshev_polynomial_v, shifted_chebyshev_polynomial_w),
    *(hermite_polynomial_h, hermite_polynomial_he, laguerre_polynomial_l, legendre_polynomial_p),
):
    publish(op.name, op, space="special")
