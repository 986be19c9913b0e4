r"""Floor 2: triangular systems, and Cholesky's decomposition A = L Lᵀ, which leads to them.

A triangular system is solved by substitution, row after row; its pullbacks are triangular systems again.

May import: floors 0–1, ``linalg``, ``masks``, ``matrices``, ``shape``.  Read next: ``lu.py``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..backend.dtypes import int32
from ..core.primitive import primitive
from ..errors import error
from .linalg import matmul_p
from .masks import tril_p, triu_p
from .matrices import check_matrices, identity_like
from .publish import published
from .shape import broadcast_to_p, clone, mT

# -- triangular systems --------------------------------------------------------------------------------


@primitive(
    r"<a>^{-1}\,<b:2>",
    vjp=lambda g, a, y, upper, unitriangular: triangular_pullback(g, a, y, upper, unitriangular),
    tex_rules={
        "a": r"-\operatorname{triangle}(a^{-\top}\,g\,y^{\top})",
        "b": r"a^{-\top}\,g",
    },
    name="solve_triangular",
)
def solve_triangular_p(xp: Any, a: Any, b: Any, *, upper: bool, unitriangular: bool = False) -> Any:
    """Substitute: row i of A X = B gives row i of X, once the rows that it names are known."""
    n = a.shape[-1]
    batch = xp.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    x = xp.zeros((*batch, n, b.shape[-1]), dtype=b.dtype)
    for i in range(n - 1, -1, -1) if upper else range(n):
        known = slice(i + 1, n) if upper else slice(0, i)
        rest = b[..., i : i + 1, :] - xp.matmul(a[..., i : i + 1, known], x[..., known, :])
        x[..., i : i + 1, :] = rest if unitriangular else rest / a[..., i : i + 1, i : i + 1]
    return x


def triangular_pullback(g: Any, a: Any, y: Any, upper: bool, unitriangular: bool) -> tuple[Any, Any]:
    """Solve with the transpose for B; for A, of −(A⁻ᵀ G) Yᵀ only the places that count."""
    of_b = solve_triangular_p(mT(a), g, upper=not upper, unitriangular=unitriangular)
    everywhere = -matmul_p(of_b, mT(y))
    offset = 1 if unitriangular else 0
    of_a = triu_p(everywhere, diagonal=offset) if upper else tril_p(everywhere, diagonal=-offset)
    return of_a, of_b


@primitive(r"\text{first pivot of }0")
def zero_pivot(xp: Any, x: Any) -> Any:
    """Return the number (from 1) of the first element of the diagonal that is exactly 0; 0 if there is none."""
    diagonal = xp.diagonal(x, 0, -2, -1)
    if not diagonal.shape[-1]:
        return xp.zeros(x.shape[:-2], dtype=int32)
    zero = diagonal == 0
    return xp.where(xp.any(zero, axis=-1), xp.argmax(zero, axis=-1) + 1, 0).astype(int32)


def times_inverse_transposed(x: Any, r: Any) -> Any:
    """Return X R⁻ᵀ for an upper triangular R."""
    return mT(solve_triangular_p(r, mT(x), upper=True))


@published(space="linalg")
def solve_triangular(A: Any, B: Any, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Any:
    """Solve A X = B for a triangular matrix; nothing but its triangle is looked at.

    Parameters
    ----------
    A : Tensor of shape (..., N, N), float32 or float64
        The matrix.
    B : Tensor of shape (..., N, K), or (..., K, N) for ``left=False``
        The right-hand side; batches broadcast.
    upper : bool
        Which triangle.
    left : bool
        False solves X A = B.
    unitriangular : bool
        Take the diagonal to be 1, whatever stands there.

    Notes
    -----
    A zero on the diagonal is no error: the result is infinite or NaN.  Costs O(n²k).  The pullback is from Giles
    (2008), "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2.3.1.
    """
    check_matrices("solve_triangular", A, B)
    check_matrices("solve_triangular", A, square=True)
    if not left:
        return mT(solve_triangular(mT(A), mT(B), upper=not upper, unitriangular=unitriangular))
    if A.shape[-1] != B.shape[-2]:
        raise error("solve-shapes", op="solve_triangular", a=A.shape, b=B.shape, expected="(..., n, n), (..., n, k)")
    return solve_triangular_p(A, B, upper=bool(upper), unitriangular=bool(unitriangular))


class TriangularSolve(NamedTuple):
    """The result of ``triangular_solve``."""

    solution: Any
    cloned_coefficient: Any


@published()
def triangular_solve(
    b: Any, A: Any, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> TriangularSolve:
    """Solve A X = b, or Aᵀ X = b if `transpose`; PyTorch's older form of ``linalg.solve_triangular``.

    Returns
    -------
    NamedTuple (solution, cloned_coefficient)
        X, and a copy of A.
    """
    a = mT(A) if transpose else A
    x = solve_triangular(a, b, upper=upper != transpose, unitriangular=unitriangular)
    batch = x.shape[:-2]
    whole = A if A.shape[:-2] == batch else broadcast_to_p(A, shape=(*batch, *A.shape[-2:]))
    return TriangularSolve(x, clone(whole))


# -- Cholesky ------------------------------------------------------------------------------------------


@primitive(
    r"\operatorname{chol}(<x>)",
    vjp_x=lambda g, y: cholesky_pullback(g, y),
    tex_rules={"x": r"\frac{1}{2} y^{-\top} \left(\Phi(y^{\top} g) + \Phi(y^{\top} g)^{\top}\right) y^{-1}"},
    name="cholesky",
)
def cholesky_p(xp: Any, x: Any) -> Any:
    """Return L; NaN in the columns from the first minor on that is not positive-definite."""
    try:
        return xp.linalg.cholesky(x)
    except xp.linalg.LinAlgError:
        return cholesky_by_columns(xp, x)


def cholesky_by_columns(xp: Any, x: Any) -> Any:
    """Cholesky's algorithm: what the columns so far leave of column j, divided by the root of its first element."""
    y = xp.zeros(x.shape, dtype=x.dtype)
    for j in range(x.shape[-1]):
        left = x[..., j:, j] - xp.matmul(y[..., j:, :j], y[..., j, :j, None])[..., 0]
        pivot = left[..., :1]
        y[..., j:, j] = left / xp.sqrt(xp.where(pivot > 0, pivot, xp.nan))
    return y


def cholesky_pullback(g: Any, y: Any) -> Any:
    """½ L⁻ᵀ (Φ + Φᵀ) L⁻¹ for Φ = the lower triangle of Lᵀ G, its diagonal halved."""
    lower = tril_p(matmul_p(mT(y), g), diagonal=0)
    both = (lower + mT(tril_p(lower, diagonal=-1))) / 2
    half = solve_triangular_p(mT(y), both, upper=True)
    return mT(solve_triangular_p(mT(y), mT(half), upper=True))


@primitive(r"\text{first column of NaN}")
def failed_column(xp: Any, x: Any) -> Any:
    """Return the number (from 1) of the first diagonal element that is NaN; 0 if there is none."""
    bad = xp.isnan(xp.diagonal(x, 0, -2, -1))
    if not x.shape[-1]:
        return xp.zeros(x.shape[:-2], dtype=int32)
    return xp.where(xp.any(bad, axis=-1), xp.argmax(bad, axis=-1) + 1, 0).astype(int32)


class CholeskyEx(NamedTuple):
    """The result of ``linalg.cholesky_ex``."""

    L: Any
    info: Any


@published(space="linalg")
def cholesky_ex(A: Any, *, upper: bool = False, check_errors: bool = False) -> CholeskyEx:
    """Decompose like ``linalg.cholesky``, but tell of failures by a number instead of an error.

    Returns
    -------
    NamedTuple (L, info)
        The factor, and for every matrix (int32) the order of the first leading minor that is not positive-definite,
        0 if all are.  From there on the columns of L are NaN.
    """
    check_matrices("cholesky", A, square=True)
    y = cholesky_p(mT(A) if upper else A)
    info = failed_column(y)
    if check_errors:
        order, which = first_failed(info)
        if order:
            raise error("matrix-not-positive", op="cholesky", which=which, order=order)
    return CholeskyEx(mT(y) if upper else y, info)


@published(name="cholesky", space="linalg")
def linalg_cholesky(A: Any, *, upper: bool = False) -> Any:
    """Return the lower triangular L with A = L Lᵀ of a symmetric positive-definite matrix.

    Parameters
    ----------
    A : Tensor of shape (..., N, N), float32 or float64
        Symmetric; nothing but the lower triangle is looked at (with `upper`, nothing but the upper one).
    upper : bool
        Return Lᵀ instead, so that A = Uᵀ U.

    Raises
    ------
    LinAlgError
        If a matrix is not positive-definite.

    Notes
    -----
    Costs O(n³).  The pullback is symmetric, and from Murray (2016), "Differentiation of the Cholesky
    decomposition", eq. 10.
    """
    return cholesky_ex(A, upper=upper, check_errors=True).L


@published()
def cholesky(input: Any, upper: bool = False) -> Any:
    """Return Cholesky's factor; PyTorch's older form of ``linalg.cholesky``."""
    return linalg_cholesky(input, upper=upper)


def first_failed(info: Any) -> tuple[int, str]:
    """Return the first number that is not 0, and to which matrix it belongs, such as ``A[0, 2]``; 0 if all are."""
    numbers = getattr(info.array, "whole", info.array)  # of vmap: all samples
    for i, number in enumerate(numbers.reshape(-1).tolist()):
        if number:
            place = ", ".join(str(int(k)) for k in np.unravel_index(i, numbers.shape))
            return number, f"A[{place}]" if numbers.ndim else "A"
    return 0, "A"


def refuse_singular(op: str, info: Any) -> None:
    """Raise for the first matrix of a batch of which a pivot is 0."""
    pivot, which = first_failed(info)
    if pivot:
        raise error("matrix-singular", op=op, which=which, pivot=pivot)


@published()
def cholesky_solve(B: Any, L: Any, upper: bool = False) -> Any:
    """Solve A X = B from Cholesky's factor of A.

    Parameters
    ----------
    B : Tensor of shape (..., N, K)
        The right-hand side.
    L : Tensor of shape (..., N, N)
        With A = L Lᵀ; for ``upper=True`` with A = Lᵀ L.  Nothing but its triangle is looked at, and has a gradient
        (PyTorch's formula gives one outside of it, too).
    """
    lower = mT(L) if upper else L
    return solve_triangular(mT(lower), solve_triangular(lower, B, upper=False), upper=True)


@published()
def cholesky_inverse(L: Any, upper: bool = False) -> Any:
    """Return A⁻¹ from Cholesky's factor of A; see `cholesky_solve`."""
    check_matrices("cholesky_inverse", L, square=True)
    refuse_singular("cholesky_inverse", zero_pivot(L))
    identity = identity_like(L)
    if L.ndim > 2:
        identity = broadcast_to_p(identity, shape=L.shape)
    return cholesky_solve(identity, L, upper)
