r"""Floor 2: the QR decomposition A = Q R, and products of Householder's reflections, which Q is made of.

May import: floors 0–1, ``eigen``, ``join``, ``linalg``, ``masks``, ``matrices``, ``shape``, ``triangular``.
Read next: ``pseudo_inverse.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ..aliases import Shape
from ..core.primitive import primitive
from ..errors import error
from .join import cat_p, zeros_beside
from .linalg import matmul_p
from .masks import tril_p
from .matrices import check_matrices, column, identity_like, results_of, row
from .publish import publish, published
from .shape import mT
from .triangular import times_inverse_transposed


@primitive(
    r"\operatorname{qr}(<x>)",
    outputs=0,
    vjp_x=lambda g, x, y, x_shape, mode: qr_pullback(g, x, y, x_shape, mode),
    tex_rules={"x": r"\left(g_{Q} + Q \operatorname{copyltu}(R\,g_{R}^{\top} - g_{Q}^{\top} Q)\right) R^{-\top}"},
    name="qr",
)
def qr_p(xp: Any, x: Any, *, mode: str) -> tuple[Any, Any]:
    if mode == "r":
        return xp.zeros(0, dtype=x.dtype), xp.linalg.qr(x, mode="r")
    q, r = xp.linalg.qr(x, mode=mode)
    return q, r


def qr_pullback(g: Any, x: Any, y: Any, x_shape: Shape, mode: str) -> Any:
    """Pull back to the square or tall part of A, and add the columns beside it, whose part of R is Qᵀ A₂."""
    m, n = x_shape[-2:]
    if mode == "r" or (mode == "complete" and m > n):
        raise error("qr-gradient", mode=mode, shape=x_shape)
    of_q, of_r = g
    q, r = results_of(qr_p, x, y, mode=mode)
    if m >= n:
        return tall_pullback(of_q, of_r, q, r)
    if of_r is None:
        beside = zeros_beside(q, (*x_shape[:-1], n - m))
        return cat_p(tall_pullback(of_q, None, q, r[..., :m]), beside, dim=len(x_shape) - 1)
    beside = of_r[..., m:]
    of_q = matmul_p(x[..., m:], mT(beside)) + (0 if of_q is None else of_q)
    first = tall_pullback(of_q, of_r[..., :m], q, r[..., :m])
    return cat_p(first, matmul_p(q, beside), dim=len(x_shape) - 1)


def tall_pullback(of_q: Any, of_r: Any, q: Any, r: Any) -> Any:
    """(G_Q + Q copyltu(R G_Rᵀ − G_Qᵀ Q)) R⁻ᵀ; copyltu copies the lower triangle to the upper one."""
    middle = 0
    if of_r is not None:
        middle = matmul_p(r, mT(of_r))
    if of_q is not None:
        middle = middle - matmul_p(mT(of_q), q)
    mirrored = matmul_p(q, tril_p(middle, diagonal=0) + mT(tril_p(middle, diagonal=-1)))
    return times_inverse_transposed(mirrored if of_q is None else of_q + mirrored, r)


class QR(NamedTuple):
    """The result of ``linalg.qr``."""

    Q: Any
    R: Any


@published(name="qr", space="linalg")
def linalg_qr(A: Any, mode: str = "reduced") -> QR:
    """Return the QR decomposition A = Q R: columns of length 1, at right angles, and an upper triangle.

    Parameters
    ----------
    A : Tensor of shape (..., M, N), float32 or float64
        The matrices.
    mode : {'reduced', 'complete', 'r'}
        Q of shape (..., M, K) with K = min(M, N), and R (..., K, N); the whole (..., M, M) and (..., M, N); or
        an empty Q.

    Raises
    ------
    GraphError
        In ``backward``, with mode 'r', or 'complete' if M > N: these have no derivative.

    Notes
    -----
    By Householder's reflections, O(mn · min(m, n)); the diagonal of R may be negative.  The gradient needs the first
    K columns to be independent.  Source: Walter and Lehmann (2013), "Algorithmic differentiation of linear algebra
    functions with application in optimum experimental design"; for M < N, Roberts and Roberts (2020), "QR and LQ
    decomposition matrix backpropagation algorithms for square, wide, and deep matrices".
    """
    check_matrices("qr", A)
    if mode not in ("reduced", "complete", "r"):
        raise error("argument", op="qr", argument="mode", expected="'reduced', 'complete' or 'r'", got=mode)
    return QR(*qr_p(A, mode=mode))


@published()
def qr(input: Any, some: bool = True) -> QR:
    """Return Q and R; PyTorch's older form of ``linalg.qr``, complete for ``some=False``."""
    return linalg_qr(input, "reduced" if some else "complete")


@published(space="linalg")
def householder_product(A: Any, tau: Any) -> Any:
    """Return the first columns of H₁ H₂ … of reflections Hᵢ = I − τᵢ vᵢ vᵢᵀ.

    Parameters
    ----------
    A : Tensor of shape (..., M, N), M ≥ N
        vᵢ is 0 above row i, 1 in it, and what stands in column i of A below it.
    tau : Tensor of shape (..., K), K ≤ N
        The factors.

    Returns
    -------
    Tensor of shape (..., M, N)
    """
    check_matrices("householder_product", A, row(tau) if getattr(tau, "ndim", 0) else tau)
    m, n = A.shape[-2:]
    count = tau.shape[-1]
    if m < n or count > n or tau.shape[:-1] != A.shape[:-2]:
        expected = "(..., m, n), (..., k), m ≥ n ≥ k"
        raise error("solve-shapes", op="householder_product", a=A.shape, b=tau.shape, expected=expected)
    return reflected(A, tau, zeros_beside(A, A.shape) + identity_like(A), reversed(range(count)))


def reflected(A: Any, tau: Any, x: Any, order: Iterable[int]) -> Any:
    """Return H … H X for the reflections Hᵢ of `householder_product`, the first of `order` applied first."""
    vectors = tril_p(A, diagonal=-1) + identity_like(A)
    for i in order:
        v = vectors[..., i : i + 1]
        x = x - column(tau[..., i : i + 1]) * matmul_p(v, matmul_p(mT(v), x))
    return x


publish("orgqr", householder_product)


# -- LAPACK's compact form -----------------------------------------------------------------------------


@primitive(r"\operatorname{geqrf}(<x>)", outputs=0, name="geqrf")
def geqrf_p(xp: Any, x: Any) -> tuple[Any, Any]:
    packed, tau = xp.linalg.qr(x, mode="raw")
    return xp.swapaxes(packed, -1, -2), tau  # LAPACK stores columns, and so NumPy returns the transpose


class Geqrf(NamedTuple):
    """The result of ``geqrf``."""

    a: Any
    tau: Any


@published()
def geqrf(input: Any) -> Geqrf:
    """Return a QR decomposition in compact form, for ``householder_product`` and ``ormqr``.

    Parameters
    ----------
    input : Tensor of shape (..., M, N), float32 or float64
        The matrices.

    Returns
    -------
    a : Tensor of shape (..., M, N)
        R on and above the diagonal; below it the vectors of the reflections that Q is made of.
    tau : Tensor of shape (..., min(M, N))
        Their factors.

    Notes
    -----
    It has no gradient, as in PyTorch; ``linalg.qr`` has.
    """
    check_matrices("geqrf", input)
    return Geqrf(*geqrf_p(input))


@published()
def ormqr(input: Any, tau: Any, other: Any, left: bool = True, transpose: bool = False) -> Any:
    """Multiply matrices by the Q of a compact QR decomposition, without computing Q.

    Parameters
    ----------
    input, tau : Tensor of shapes (..., M, N) and (..., K), K = min(M, N)
        Of ``geqrf``; Q = H₁ H₂ … is of M rows and columns.
    other : Tensor of shape (..., M, P), or (..., P, M) if `left` is False
        What is multiplied.
    left : bool
        Return Q C; else C Q.
    transpose : bool
        Multiply by Qᵀ instead.

    Raises
    ------
    ShapeError
        If the shapes do not fit; batches are not broadcast.
    """
    check_matrices("ormqr", input, row(tau) if getattr(tau, "ndim", 0) else tau, other)
    m = input.shape[-2]
    c = other if left else mT(other)
    count = min(m, input.shape[-1])
    if (c.shape[-2], tau.shape[-1]) != (m, count) or not input.shape[:-2] == tau.shape[:-1] == other.shape[:-2]:
        expected = "(..., m, n), (..., min(m, n)) and (..., m, p), or (..., p, m) for left=False"
        raise error("solve-shapes", op="ormqr", a=(input.shape, tau.shape), b=other.shape, expected=expected)
    # C Q is the transpose of Qᵀ Cᵀ, so one case of reflections on the left serves all four.
    product = reflected(input[..., :count], tau, c, range(count) if transpose == left else reversed(range(count)))
    return product if left else mT(product)
