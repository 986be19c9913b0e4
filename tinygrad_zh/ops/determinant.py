r"""Floor 2: determinants: ``det``, and the logarithm of its absolute value, which neither over- nor underflows.

The slope of a determinant is the matrix of cofactors, det(A) A⁻ᵀ (Jacobi's formula); it exists for singular
matrices too.

May import: floors 0–1, ``elementwise``, ``join``, ``linalg``, ``matrices``, ``reduce``, ``shape``, ``solve``.
Read next: ``eigen.py``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..core.primitive import primitive
from .elementwise import log
from .join import zeros_beside
from .linalg import matmul_p
from .matrices import check_matrices, over_matrices
from .publish import publish, published
from .reduce import sum_p
from .shape import mT
from .solve import inv_p


@primitive(
    r"\operatorname{det} <x:4>",
    vjp_x=lambda g, x: over_matrices(g) * mT(adjugate(x)),
    tex_rules={"x": r"g\,\operatorname{adj}(x)^{\top}"},
    name="det",
)
def det_p(xp: Any, x: Any) -> Any:
    return xp.linalg.det(x)


@primitive(
    r"\operatorname{adj}(<x>)",
    vjp_x=lambda g, x, y: adjugate_pullback(g, x, y),
    tex_rules={"x": r"y^{\top} \sum (g^{\top} \odot x^{-1}) - y^{\top} g\,x^{-\top}"},
)
def adjugate(xp: Any, x: Any) -> Any:
    """Return det(A) A⁻¹; from the singular values U S Vᵀ where a determinant is 0: det(U Vᵀ) V adj(S) Uᵀ."""
    d = xp.linalg.det(x)
    if bool(xp.all((d != 0) & xp.isfinite(d))):
        return d[..., None, None] * xp.linalg.inv(x)
    u, s, vh = xp.linalg.svd(x)
    n = x.shape[-1]
    others = xp.prod(xp.where(xp.eye(n, dtype=bool), 1, s[..., None, :]), axis=-1)  # all singular values but one
    sign = xp.linalg.det(xp.matmul(u, vh))[..., None, None]
    return sign * xp.matmul(xp.swapaxes(vh, -1, -2) * others[..., None, :], xp.swapaxes(u, -1, -2))


def adjugate_pullback(g: Any, x: Any, y: Any) -> Any:
    """Differentiate det(A) A⁻¹ as a product; for invertible matrices."""
    inverse = mT(inv_p(x))
    share = sum_p(mT(g) * inverse, dims=(len(g.shape) - 2, len(g.shape) - 1), keepdim=True)
    return mT(y) * share - matmul_p(matmul_p(mT(y), g), inverse)


@published(name="det", space="linalg")
def det(A: Any) -> Any:
    """Return the determinant of square matrices.

    Parameters
    ----------
    A : Tensor of shape (..., N, N), float32 or float64
        The matrices.

    Returns
    -------
    Tensor of shape (...)

    Notes
    -----
    Costs O(n³).  Its gradient exists everywhere, its second derivative is computed for invertible matrices only.
    Source: Giles (2008), "Collected matrix derivative results", 2.2.4; of singular matrices, by the singular values.
    """
    check_matrices("det", A, square=True)
    return det_p(A)


@primitive(
    r"\ln \left|\operatorname{det} <x:4>\right|",
    outputs=0,
    vjp_x=lambda g, x: log_det_pullback(g, x),
    tex_rules={"x": r"g\,x^{-\top}"},
    name="slogdet",
)
def slogdet_p(xp: Any, x: Any) -> tuple[Any, Any]:
    sign, logarithm = xp.linalg.slogdet(x)
    return sign, logarithm


def log_det_pullback(g: Any, x: Any) -> Any:
    """G A⁻ᵀ; the sign is constant wherever it has a slope."""
    return zeros_beside(x, x.shape) if g[1] is None else over_matrices(g[1]) * mT(inv_p(x))


class SLogDet(NamedTuple):
    """The result of ``linalg.slogdet``."""

    sign: Any
    logabsdet: Any


@published(space="linalg")
def slogdet(A: Any) -> SLogDet:
    """Return the sign of the determinant and the logarithm of its absolute value: 0 and −inf if it is 0.

    Parameters
    ----------
    A : Tensor of shape (..., N, N), float32 or float64
        The matrices.

    Returns
    -------
    NamedTuple (sign, logabsdet) of Tensors of shape (...)

    Notes
    -----
    The gradient of the logarithm is A⁻ᵀ; of a singular matrix it is infinite or NaN.
    """
    check_matrices("slogdet", A, square=True)
    return SLogDet(*slogdet_p(A))


@published()
def logdet(input: Any) -> Any:
    """Return the logarithm of the determinant: −inf if it is 0, NaN if it is negative."""
    sign, logarithm = slogdet(input)
    return logarithm + log(sign)


publish("det", det)
publish("slogdet", slogdet)
