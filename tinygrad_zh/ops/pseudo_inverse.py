r"""Floor 2: what stands for the inverse where there is none: pseudoinverses, least squares, the rank.

Singular values at most ``max(atol, rtol · σ₁)`` count as 0 in all of them.

May import: floors 0–1, ``eigen``, ``linalg``, ``masks``, ``matrices``, ``reduce``, ``shape``.
Read next: ``matrix_norm.py``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..backend.dtypes import int64
from ..core.primitive import primitive
from ..core.tensor import Tensor
from ..errors import error
from .create import zeros
from .eigen import eigh_p, svd_p
from .elementwise import where
from .linalg import matmul_p
from .masks import tril_p
from .matrices import check_matrices, column, symmetric_part
from .publish import published
from .reduce import sum_p
from .shape import mT, reshape_p


def counted(xp: Any, s: Any, atol: Any, rtol: Any) -> Any:
    """Return which singular values (or absolute eigenvalues) of each matrix count."""
    atol, rtol = (t[..., None] if hasattr(t, "shape") else t for t in (atol, rtol))
    if not s.shape[-1]:
        return s > 0
    return s > xp.maximum(xp.max(s, axis=-1, keepdims=True) * rtol, atol)


def reciprocals(xp: Any, s: Any, keep: Any) -> Any:
    """Return 1/s where it counts, and 0 elsewhere."""
    return xp.where(keep, 1 / xp.where(keep, s, 1), 0)


@primitive(
    "<x:4>^{+}",
    vjp_x=lambda g, x, y, hermitian: hermitian_pullback(g, x, y) if hermitian else pinv_pullback(g, x, y),
    tex_rules={
        "x": r"-y^{\top} g\,y^{\top} + (I - x\,y)\,g^{\top} y\,y^{\top} + y^{\top} y\,g^{\top} (I - y\,x)",
    },
    name="pinv",
)
def pinv_p(xp: Any, x: Any, atol: Any, rtol: Any, *, hermitian: bool = False) -> Any:
    """Return V S⁺ Uᵀ."""
    if hermitian:
        values, vectors = eigh_p.value(xp, x, uplo="L")
        inverse = reciprocals(xp, values, counted(xp, xp.abs(values), atol, rtol))
        return xp.matmul(vectors * inverse[..., None, :], xp.swapaxes(vectors, -1, -2))
    u, s, vh = svd_p.value(xp, x, full=False)
    inverse = reciprocals(xp, s, counted(xp, s, atol, rtol))
    return xp.matmul(xp.swapaxes(vh, -1, -2) * inverse[..., None, :], xp.swapaxes(u, -1, -2))


def pinv_pullback(g: Any, x: Any, y: Any) -> Any:
    """dA⁺ = −A⁺ dA A⁺ + A⁺A⁺ᵀ dAᵀ (I − A A⁺) + (I − A⁺A) dAᵀ A⁺ᵀA⁺, transposed, while the rank stays."""
    yt, gt = mT(y), mT(g)
    inner = matmul_p(gt, matmul_p(y, yt))
    outer = matmul_p(matmul_p(yt, y), gt)
    return (
        -matmul_p(matmul_p(yt, g), yt)
        + inner - matmul_p(x, matmul_p(y, inner))
        + outer - matmul_p(matmul_p(outer, y), x)
    )  # fmt: skip


def hermitian_pullback(g: Any, x: Any, y: Any) -> Any:
    """Pull back to a symmetric matrix of which only the lower triangle was looked at."""
    whole = tril_p(x, diagonal=0) + mT(tril_p(x, diagonal=-1))
    return pinv_pullback(symmetric_part(g), whole, y)


def tolerances(op: str, x: Any, atol: Any, rtol: Any) -> tuple[Any, Any]:
    """Return both tolerances; by default 0 and max(m, n) · eps, but no relative one beside an absolute one."""
    default = max(x.shape[-2:]) * float(np.finfo(x.dtype).eps)
    for name, value in (("atol", atol), ("rtol", rtol)):
        if not isinstance(value, (int, float, Tensor, type(None))):
            raise error("argument", op=op, argument=name, expected="a number or a tensor", got=value)
    if rtol is None:
        rtol = where(atol > 0, 0.0, default) if isinstance(atol, Tensor) else 0.0 if atol else default
    return 0.0 if atol is None else atol, rtol


@published(space="linalg")
def pinv(A: Any, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Any:
    """Return Moore and Penrose's pseudoinverse A⁺ = V S⁺ Uᵀ, of shape (..., N, M).

    Parameters
    ----------
    A : Tensor of shape (..., M, N), float32 or float64
        The matrices.
    rcond : number or Tensor, optional
        NumPy's name for `rtol`.
    hermitian : bool
        Whether A is symmetric, so that eigenvalues can be used; then only its lower triangle is looked at.
    atol, rtol : number or Tensor of shape (...), optional
        Singular values of at most max(atol, rtol · σ₁) count as 0; by default atol = 0 and
        rtol = max(M, N) · eps, which is 0 if atol is given.

    Notes
    -----
    To solve A X = B use ``linalg.lstsq``.  The pullback holds while the rank stays the same: Golub and Pereyra
    (1973), "The differentiation of pseudo-inverses and nonlinear least squares problems whose variables separate",
    eq. 4.12.
    """
    check_matrices("pinv", A, square=hermitian)
    return pinv_p(A, *tolerances("pinv", A, atol, rtol if rcond is None else rcond), hermitian=bool(hermitian))


@published()
def pinverse(input: Any, rcond: float = 1e-15) -> Any:
    """Return the pseudoinverse; PyTorch's older form of ``linalg.pinv``, with another default."""
    return pinv(input, rcond)


@primitive(r"\operatorname{rank}(<x>)", name="matrix_rank")
def matrix_rank_p(xp: Any, x: Any, atol: Any, rtol: Any, *, hermitian: bool) -> Any:
    s = xp.abs(xp.linalg.eigvalsh(x)) if hermitian else xp.linalg.svd(x, compute_uv=False)
    return xp.sum(counted(xp, s, atol, rtol), axis=-1).astype(int64)


@published(space="linalg")
def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Any:
    """Return how many singular values are greater than max(atol, rtol · σ₁), as int64 of shape (...).

    See `pinv`; `tol` is NumPy's name for `atol`.
    """
    check_matrices("matrix_rank", A, square=hermitian)
    if tol is not None:
        atol, rtol = tol, 0.0
    return matrix_rank_p(A, *tolerances("matrix_rank", A, atol, rtol), hermitian=bool(hermitian))


# -- least squares -------------------------------------------------------------------------------------


@primitive(
    r"<a:4>^{+}\,<b:2>",
    outputs=0,
    vjp=lambda g, a, b, rcond: lstsq_pullback(g[0], a, b, rcond),
    tex_rules={"a": r"\text{as of } a^{+} \text{, for } g\,b^{\top}", "b": r"a^{+\top} g"},
    name="lstsq",
)
def lstsq_p(xp: Any, a: Any, b: Any, *, rcond: float) -> tuple[Any, Any]:
    """Return V (S⁺ (Uᵀ B)), and the singular values."""
    u, s, vh = svd_p.value(xp, a, full=False)
    inverse = reciprocals(xp, s, counted(xp, s, 0.0, rcond))
    return xp.matmul(xp.swapaxes(vh, -1, -2), inverse[..., None] * xp.matmul(xp.swapaxes(u, -1, -2), b)), s


def lstsq_pullback(g: Any, a: Any, b: Any, rcond: float) -> tuple[Any, Any]:
    """X = A⁺ B: A⁺ᵀ G for B, and for A what pulls G Bᵀ back through A⁺."""
    inverse = pinv_p(a, 0.0, rcond)
    return pinv_pullback(matmul_p(g, mT(b)), a, inverse), matmul_p(mT(inverse), g)


class LeastSquares(NamedTuple):
    """The result of ``linalg.lstsq``."""

    solution: Any
    residuals: Any
    rank: Any
    singular_values: Any


DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


@published(space="linalg")
def lstsq(A: Any, B: Any, rcond: float | None = None, *, driver: str | None = None) -> LeastSquares:
    """Return the X for which ‖A X − B‖ is least; if there are many, the shortest.

    Parameters
    ----------
    A : Tensor of shape (..., M, N), float32 or float64
        The matrices.
    B : Tensor of shape (..., M, K), or (..., M) with one dimension less than A
        The right-hand sides.
    rcond : float, optional
        Singular values of at most rcond · σ₁ count as 0; by default max(M, N) · eps.
    driver : {'gelsy', 'gels', 'gelsd', 'gelss'}, optional
        LAPACK's name for what is wanted, 'gelsy' by default.  X is computed from the singular values whatever it is;
        'gels' refuses matrices that have not full rank.

    Returns
    -------
    NamedTuple (solution, residuals, rank, singular_values)
        X; Σ (A X − B)² of every column if M > N and all have full rank (not for 'gelsy'); the ranks (not for
        'gels'); the singular values (for 'gelsd' and 'gelss').  What is not there is an empty tensor.

    Raises
    ------
    LinAlgError
        With 'gels', if a matrix has not full rank.

    Notes
    -----
    Source of the pullback: see `pinv`.
    """
    driver = "gelsy" if driver is None else driver
    if driver not in DRIVERS:
        raise error("argument", op="lstsq", argument="driver", expected=", ".join(DRIVERS), got=driver)
    is_vector = B.ndim == A.ndim - 1
    right = column(B) if is_vector else B
    check_matrices("lstsq", A, right)
    m, n = A.shape[-2:]
    if right.ndim != A.ndim or right.shape[-2] != m:
        raise error("solve-shapes", op="lstsq", a=A.shape, b=B.shape, expected="(..., m, n), (..., m, k) or (..., m)")
    limit = max(m, n) * float(np.finfo(A.dtype).eps) if rcond is None else float(rcond)
    x, s = lstsq_p(A, right, rcond=limit)
    ranks = matrix_rank_p(A, 0.0, limit, hermitian=False)
    deficient = bool((ranks < min(m, n)).array.any())
    if driver == "gels" and deficient:
        raise error("rank-deficient", op="lstsq", shape=A.shape)
    nothing = zeros(0, dtype=A.dtype, device=A.device)
    residuals = nothing
    if driver != "gelsy" and m > n and not deficient:
        rest = matmul_p(A, x) - right
        residuals = sum_p(rest * rest, dims=(rest.ndim - 2,))
    return LeastSquares(
        reshape_p(x, shape=x.shape[:-1]) if is_vector else x,
        residuals,
        zeros(0, dtype=int64, device=A.device) if driver == "gels" else ranks,
        s.detach() if driver in ("gelsd", "gelss") else nothing,
    )
