"""Rows of ``ops/special*.py``.

Where PyTorch has no gradient (Bessel functions of the first and second kind) the row that is compared with it asks
for none, and a row "…/slope" tests ours against finite differences.  Its float64 values are not everywhere good to
float64 (Bessel functions between 2 and 21, Airy's left of −2, trigamma below 50, the incomplete gamma function
of a > 20): the rows that are compared keep away from there; what we compute there is tested in test_special.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from . import references as by
from .tables import Row, Source, away, between, integers, normal, positive, row, transposed, whole


def of_torch(name: str) -> Callable[..., Any]:
    """PyTorch's own value as the reference, where nothing simpler is at hand."""
    return lambda *xs: getattr(torch.special, name)(*[torch.from_numpy(np.ascontiguousarray(x)) for x in xs]).numpy()


def special(name: str, *sources: Source, np: Callable[..., Any], **options: Any) -> Row:
    """A row for a function of ``torch.special``; what follows a slash in its name says what is special."""
    plain = name.partition("/")[0]
    options = {"elementwise": "/" not in name, **options}
    return row(f"special.{name}", lambda m, *xs: getattr(m.special, plain)(*xs), *sources, np=np, **options)


def without_slope(name: str, source: Source, reference: Callable[..., Any], *slopes: Source) -> list[Row]:
    """Rows for a function that has a gradient here and none in PyTorch."""
    rows = [special(name, source, np=reference, differentiable=(), half=False)]
    for k, where in enumerate(slopes):
        rows.append(special(f"{name}/slope {k}", where, np=reference, parity=False, half=False))
    return rows


erfc = np.vectorize(math.erfc, otypes=[float])
lgamma = np.vectorize(math.lgamma, otypes=[float])


def share(name: str, call: Callable[..., Any], source: Callable[..., Source], **options: Any) -> Row:
    """A row for one of the two shares of the gamma integral."""
    upper = name.partition("/")[0].rstrip("_") in ("igammac", "special.gammaincc")
    reference = (lambda a, x: 1 - by.gammainc(a, x)) if upper else by.gammainc
    return row(name, call, source(3, 2), source(3, 2), np=reference, differentiable=(1,), **options)


def up_to_18(*shape: int) -> Source:
    """What PyTorch does not compute by its expansion for large `a`."""
    return between(2, 18, *shape)


near, far = between(0.3, 1.8, 3, 4), between(25, 40, 3)

ROWS = [
    # the error function and the normal distribution
    row("erfc", lambda m, x: m.erfc(x), normal(3, 4), np=erfc, elementwise=True),
    row("special.erfc/tail", lambda m, x: m.special.erfc(x), between(-6, 6, 12), np=erfc, half=False),
    special("erfcx", normal(3, 4), np=lambda x: np.exp(x * x) * erfc(x), half=False),
    special("erfcx/tail", between(-3, 9, 9), np=lambda x: np.exp(x * x) * erfc(x), half=False),
    row("erfinv", lambda m, x: m.erfinv(x), between(-0.8, 0.8, 3, 4), np=of_torch("erfinv"), elementwise=True),
    special("erfinv/tail", between(0.9, 0.99, 6), np=of_torch("erfinv"), half=False),
    special("ndtr", normal(3, 4), np=lambda x: erfc(-x / math.sqrt(2)) / 2),
    special("ndtri", between(0.05, 0.95, 3, 4), np=of_torch("ndtri"), half=False),
    special("log_ndtr", between(-4, 4, 3, 4), np=lambda x: np.log(erfc(-x / math.sqrt(2)) / 2), half=False),
    # logarithms and sines
    special("entr", positive(3, 4), np=lambda x: -x * np.log(x)),
    row("logit", lambda m, x: m.logit(x), between(0.1, 0.9, 3, 4), np=lambda x: np.log(x / (1 - x)), elementwise=True),
    row(
        "special.logit/eps",
        lambda m, x: m.special.logit(x, eps=0.2),
        between(0, 1, 12),
        np=lambda x: np.log(np.clip(x, 0.2, 0.8) / (1 - np.clip(x, 0.2, 0.8))),
    ),
    special("xlog1py", normal(3, 4), positive(3, 4), np=lambda a, b: a * np.log1p(b)),
    row("special.xlog1py/number", lambda m, x: m.special.xlog1py(x, 2.5), normal(4), np=lambda x: x * np.log1p(2.5)),
    row("special.xlog1py/of number", lambda m, x: m.special.xlog1py(3, x), positive(4), np=lambda x: 3 * np.log1p(x)),
    row("sinc", lambda m, x: m.sinc(x), away(3, 4), np=np.sinc, elementwise=True),
    # the gamma function
    row("lgamma", lambda m, x: m.lgamma(x), positive(3, 4), np=lgamma, elementwise=True),
    special("gammaln/negative", between(-2.9, -2.1, 4), np=lgamma, half=False),
    special("gammaln/large", between(3, 40, 6), np=lgamma, half=False),
    row("digamma", lambda m, x: m.digamma(x), between(60, 90, 3, 4), np=of_torch("digamma"), elementwise=True),
    special("digamma/near", positive(6), np=of_torch("digamma"), parity=False),
    special("psi/negative", between(-2.9, -2.1, 4), np=of_torch("psi"), parity=False, half=False),
    row(
        "polygamma",
        lambda m, x: m.polygamma(2, x),
        positive(3, 4),
        np=lambda x: by.polygamma(2, x),
        elementwise=True,
    ),
    row(
        "special.polygamma/1",
        lambda m, x: m.special.polygamma(1, x),
        positive(4),
        np=lambda x: by.polygamma(1, x),
        parity=False,
    ),
    row("special.polygamma/0", lambda m, x: m.special.polygamma(0, x), between(60, 90, 4), np=of_torch("digamma")),
    row("polygamma/method", lambda m, x: x.polygamma(3), positive(4), np=lambda x: by.polygamma(3, x)),
    row(
        "polygamma_", lambda m, x: x.clone().polygamma_(2), positive(4), np=lambda x: by.polygamma(2, x), integers=False
    ),
    row(
        "mvlgamma",
        lambda m, x: m.mvlgamma(x, 3),
        between(2, 4, 4),
        np=lambda x: by.multigammaln(x, 3),
        elementwise=True,
    ),
    row("special.multigammaln", lambda m, x: m.special.multigammaln(x, 1), positive(4), np=lgamma),
    row(
        "mvlgamma_",
        lambda m, x: x.clone().mvlgamma_(2),
        between(2, 4, 4),
        np=lambda x: by.multigammaln(x, 2),
        integers=False,
    ),
    # PyTorch has no derivative in the first operand of these, and says so only when it is asked for
    row(
        "special.zeta",
        lambda m, s, q: m.special.zeta(s.detach(), q),
        between(1.5, 6, 3, 4),
        positive(3, 4),
        np=by.zeta,
        differentiable=(1,),
        elementwise=True,
        half=False,
    ),
    row(
        "special.zeta/number", lambda m, x: m.special.zeta(3, x), positive(4), np=lambda x: by.zeta(3.0, x), half=False
    ),
    row(
        "special.zeta/of number",
        lambda m, x: m.special.zeta(x.detach(), 2),
        between(1.5, 6, 4),
        np=lambda x: by.zeta(x, 2.0),
        differentiable=(),
        half=False,
    ),
    share("igamma", lambda m, a, x: m.igamma(a.detach(), x), positive, elementwise=True),
    share("igammac", lambda m, a, x: m.igammac(a.detach(), x), positive, elementwise=True),
    share("igamma_", lambda m, a, x: a.detach().clone().igamma_(x), positive, integers=False),
    share("igammac_", lambda m, a, x: a.detach().clone().igammac_(x), positive, integers=False),
    share("special.gammainc/far", lambda m, a, x: m.special.gammainc(a.detach(), x), up_to_18, half=False),
    share("special.gammaincc/far", lambda m, a, x: m.special.gammaincc(a.detach(), x), up_to_18, half=False),
    # Bessel functions
    *without_slope("bessel_j0", near, lambda x: by.bessel_j(0, x), near, far),
    *without_slope("bessel_j1", near, lambda x: by.bessel_j(1, x), near, far),
    *without_slope("bessel_y0", near, lambda x: by.bessel_y(0, x), near, far),
    *without_slope("bessel_y1", near, lambda x: by.bessel_y(1, x), near, far),
    row("i0", lambda m, x: m.i0(x), away(3, 4), np=lambda x: by.bessel_i(0, x), elementwise=True),
    special("i0/far", between(15, 25, 6), np=lambda x: by.bessel_i(0, x), half=False),
    special("i1", away(3, 4), np=lambda x: by.bessel_i(1, x)),
    special("i0e", away(3, 4), np=lambda x: by.bessel_i(0, x) * np.exp(-np.abs(x))),
    special("i1e", away(3, 4), np=lambda x: by.bessel_i(1, x) * np.exp(-np.abs(x))),
    special("modified_bessel_i0", away(3, 4), np=lambda x: by.bessel_i(0, x), differentiable=(), half=False),
    special("modified_bessel_i1", away(3, 4), np=lambda x: by.bessel_i(1, x), differentiable=(), half=False),
    *without_slope("modified_bessel_k0", positive(3, 4), lambda x: by.bessel_k(0, x), positive(4)),
    *without_slope("modified_bessel_k1", positive(3, 4), lambda x: by.bessel_k(1, x), positive(4)),
    *without_slope("scaled_modified_bessel_k0", positive(3, 4), lambda x: by.bessel_k(0, x) * np.exp(x), positive(4)),
    *without_slope("scaled_modified_bessel_k1", positive(3, 4), lambda x: by.bessel_k(1, x) * np.exp(x), positive(4)),
    *without_slope("spherical_bessel_j0", away(3, 4), lambda x: np.sin(x) / x, away(4)),
    special("airy_ai", between(-1.8, 5, 3, 4), np=of_torch("airy_ai"), differentiable=(), half=False),
]


def polynomial(name: str, reference: Callable[[int], Any]) -> list[Row]:
    """Rows for a family of polynomials: ``reference(n)`` is the one of degree n, on arrays."""

    def expected(x: Any, n: Any) -> Any:
        return np.vectorize(lambda x, n: reference(int(n))(x) if n >= 0 else 0.0, otypes=[float])(x, n)

    options: dict[str, Any] = {"differentiable": (), "half": False}
    return [
        special(name, between(-1.4, 1.4, 3, 4), whole(-1, 13, 3, 4), np=expected, **options),
        row(
            f"special.{name}/number",
            lambda m, x: getattr(m.special, name)(x, 3),
            normal(4),
            np=lambda x: expected(x, 3),
            **options,
        ),
    ]


for name, reference in by.POLYNOMIALS.items():
    ROWS += polynomial(name, reference)

ROWS += [
    row(
        "special.legendre_polynomial_p/integers",
        lambda m, x, n: m.special.legendre_polynomial_p(x, n),
        transposed(normal(2, 3)),
        integers(0, 5, 2, 1),
        np=lambda x, n: np.vectorize(lambda x, n: by.POLYNOMIALS["legendre_polynomial_p"](n)(x))(x, n),
        differentiable=(),
        half=False,
    ),
]
