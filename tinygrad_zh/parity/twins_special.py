"""The twins of special functions.

PyTorch gives some of them no gradient, and its first derivative of ψ is good to nine digits only: there the twin is
its value with the slope of another of its functions.

May import: ``twin``.  Read next: ``table.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .twin import Twin


def some_ulp(t: Any, y: Any, *_: Any, **__: Any) -> Any:
    """Four times its own size: series and quotients round several times, PyTorch's as well."""
    return 4 * y.abs()


def some_tens_of_ulp(t: Any, y: Any, *_: Any, **__: Any) -> Any:
    """PyTorch adds up a series of a hundred terms in the operands' own dtype."""
    return 16 * y.abs()


def some_ulp_of_one(t: Any, y: Any, *_: Any, **__: Any) -> Any:
    """Beside a zero they are exact to some ulp of what surrounds it."""
    return 4 * (1 + y.abs())


def some_ulp_back(t: Any, i: int, g: Any, y: Any, *operands: Any, **__: Any) -> Any:
    """The slope is a difference of such values, each about as large as `y` or 1."""
    return 4 * g.abs() * (1 + y.abs())


def lgamma_size_back(t: Any, i: int, g: Any, y: Any, x: Any) -> Any:
    """ψ is exact to some ulp of itself or of 1."""
    return 4 * g.abs() * (1 + t.digamma(x).abs())


def sinc_size_back(t: Any, i: int, g: Any, y: Any, x: Any) -> Any:
    """(cos πx − y)/x: PyTorch's πx is rounded, and so is its sine."""
    return 4 * g.abs() * (1 + x.abs()) * (1 + 1 / x.abs())


def of(name: str, size: Callable[..., Any] = some_ulp, size_back: Callable[..., Any] = some_ulp_back) -> Twin:
    """A function of ``torch.special``."""
    return Twin(lambda t, *operands: getattr(t.special, name)(*operands), size=size, size_back=size_back)


def sloped(value: Callable[..., Any], slope: Callable[..., Any]) -> Twin:
    """PyTorch's value, with a slope of its own: value(x₀) + slope(x₀)·(x − x₀) at x = x₀."""

    def call(t: Any, x: Any, **static: Any) -> Any:
        at = x.detach()
        return value(t, at, **static) + slope(t, at, **static) * (x - at)

    return Twin(call, size=some_ulp_of_one, size_back=some_ulp_back)


def polygamma(t: Any, x: Any, n: int) -> Any:
    """PyTorch's own, but for n = 1."""
    return t.special.zeta(t.full_like(x, 2), x) if n == 1 else t.special.polygamma(n, x)


POLYNOMIALS = (
    *(f"{shift}chebyshev_polynomial_{letter}" for shift in ("", "shifted_") for letter in "tuvw"),
    *("hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p"),
)
TWINS: dict[str, Twin] = {
    **{name: of(name) for name in ("erfc", "erfcx", "erfinv", "ndtr", "ndtri", "log_ndtr", "entr", "xlog1py")},
    **{name: of(name) for name in ("i0", "i1", "i0e", "i1e")},
    "logit": Twin(lambda t, x, low, high: t.special.logit(x, low), size=some_ulp_of_one, size_back=some_ulp_back),
    "sinc": of("sinc", some_ulp_of_one, sinc_size_back),
    "lgamma": of("gammaln", some_ulp_of_one, lgamma_size_back),
    "digamma": sloped(lambda t, x: t.digamma(x), lambda t, x: polygamma(t, x, 1)),
    "polygamma": sloped(polygamma, lambda t, x, n: polygamma(t, x, n + 1)),
    "zeta": of("zeta"),
    "igamma": of("gammainc", some_tens_of_ulp),
    "igammac": of("gammaincc", some_tens_of_ulp),
    "bessel_j0": sloped(lambda t, x: t.special.bessel_j0(x), lambda t, x: -t.special.bessel_j1(x)),
    "bessel_j1": sloped(
        lambda t, x: t.special.bessel_j1(x), lambda t, x: t.special.bessel_j0(x) - t.special.bessel_j1(x) / x
    ),
    "bessel_y0": sloped(lambda t, x: t.special.bessel_y0(x), lambda t, x: -t.special.bessel_y1(x)),
    "bessel_y1": sloped(
        lambda t, x: t.special.bessel_y1(x), lambda t, x: t.special.bessel_y0(x) - t.special.bessel_y1(x) / x
    ),
    "spherical_bessel_j0": sloped(
        lambda t, x: t.special.spherical_bessel_j0(x), lambda t, x: (x.cos() - x.sin() / x) / x
    ),
    "modified_bessel_k0": sloped(
        lambda t, x: t.special.modified_bessel_k0(x), lambda t, x: -t.special.modified_bessel_k1(x)
    ),
    "modified_bessel_k1": sloped(
        lambda t, x: t.special.modified_bessel_k1(x),
        lambda t, x: -t.special.modified_bessel_k0(x) - t.special.modified_bessel_k1(x) / x,
    ),
    "scaled_modified_bessel_k0": sloped(
        lambda t, x: t.special.scaled_modified_bessel_k0(x),
        lambda t, x: t.special.scaled_modified_bessel_k0(x) - t.special.scaled_modified_bessel_k1(x),
    ),
    "scaled_modified_bessel_k1": sloped(
        lambda t, x: t.special.scaled_modified_bessel_k1(x),
        lambda t, x: (1 - 1 / x) * t.special.scaled_modified_bessel_k1(x) - t.special.scaled_modified_bessel_k0(x),
    ),
    **{name: of(name, some_ulp_of_one) for name in ("airy_ai", *POLYNOMIALS)},
}
