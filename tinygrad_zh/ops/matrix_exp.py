r"""Floor 2: the exponential of a matrix, I + A + A²/2 + …

It is computed by scaling and squaring: exp(A) = exp(A / 2ˢ)^(2ˢ), and near 0 the exponential is a quotient of two
polynomials, Padé's approximant.

May import: floors 0–1, ``join``, ``matrices``, ``shape``.  Read next: ``distance.py``.
"""

from __future__ import annotations

from typing import Any

from ..core.primitive import primitive
from .join import cat_p, zeros_beside
from .matrices import check_matrices
from .publish import publish, published
from .shape import mT

NUMERATOR = (
    64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0,
    10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0,
)  # fmt: skip
"""Coefficients of Padé's approximant of order 13; those of the denominator have alternating signs."""
NEAR = 5.371920351148152
"""For norms up to this it is exact to rounding in float64 (Higham 2005, table 2.3)."""


@primitive(
    "e^{<x>}",
    vjp_x=lambda g, x: exp_pullback(g, x),
    tex_rules={"x": r"\text{the upper right block of } e^{(x^{\top},\,g;\,0,\,x^{\top})}"},
    name="matrix_exp",
)
def matrix_exp_p(xp: Any, x: Any) -> Any:
    """Scale every matrix so that its norm is small, approximate, and square as often as it was halved."""
    n = x.shape[-1]
    if n <= 1:
        return xp.exp(x)
    norm = xp.max(xp.sum(xp.abs(x), axis=-2), axis=-1)
    finite = xp.isfinite(norm)
    norm = xp.where(finite & (norm > 0), norm, NEAR)
    halvings = xp.maximum(xp.ceil(xp.log2(norm / NEAR)), 0)[..., None, None]
    scaled = xp.where(finite[..., None, None], x, xp.nan) * xp.exp2(-halvings).astype(x.dtype)
    even, odd = polynomials(xp, scaled)
    y = xp.linalg.solve(even - odd, even + odd)
    for done in range(int(xp.max(halvings)) if halvings.size else 0):
        y = xp.where(done < halvings, xp.matmul(y, y), y)
    return y


def polynomials(xp: Any, x: Any) -> tuple[Any, Any]:
    """Return the even and the odd part of the numerator, by Horner's rule in A²."""
    square = xp.matmul(x, x)
    identity = xp.eye(x.shape[-1], dtype=x.dtype)
    even = odd = xp.zeros(x.shape, dtype=x.dtype)
    for k in range(len(NUMERATOR) - 2, -1, -2):
        even = xp.matmul(even, square) + NUMERATOR[k] * identity
        odd = xp.matmul(odd, square) + NUMERATOR[k + 1] * identity
    return even, xp.matmul(x, odd)


def exp_pullback(g: Any, x: Any) -> Any:
    """The derivative stands in the upper right block of the exponential of a matrix of twice the size."""
    xt, n, dim = mT(x), x.shape[-1], len(x.shape) - 1
    upper = cat_p(xt, g, dim=dim)
    lower = cat_p(zeros_beside(x, x.shape), xt, dim=dim)
    return matrix_exp_p(cat_p(upper, lower, dim=dim - 1))[..., :n, n:]


@published(space="linalg")
def matrix_exp(A: Any) -> Any:
    """Return the exponential of square matrices, Σ Aᵏ / k!.

    Parameters
    ----------
    A : Tensor of shape (..., N, N), float32 or float64
        The matrices.

    Notes
    -----
    Costs O(n³ log ‖A‖).  Sources: Higham (2005), "The scaling and squaring method for the matrix exponential
    revisited", algorithm 2.3, always of order 13; the pullback, Mathias (1996), "A chain rule for matrix functions
    and applications", theorem 2.1.
    """
    check_matrices("matrix_exp", A, square=True)
    return matrix_exp_p(A)


publish("matrix_exp", matrix_exp)
