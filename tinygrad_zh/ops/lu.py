r"""Floor 2: the LU decomposition: Gaussian elimination with partial pivoting, P A = L U, written down.

NumPy and CuPy do not offer it, so it is computed here, all matrices of a batch at once.

May import: floors 0–1, ``convert``, ``join``, ``linalg``, ``masks``, ``matrices``, ``shape``, ``triangular``.
Read next: ``solve.py``.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ..backend.dtypes import int32
from ..core.primitive import primitive
from ..errors import error
from .create import zeros
from .join import cat_p
from .linalg import matmul_p
from .masks import tril_p, triu_p
from .matrices import check_matrices, identity_like, results_of
from .publish import published
from .shape import mT
from .triangular import refuse_singular, solve_triangular_p, times_inverse_transposed, zero_pivot


@primitive(
    r"\operatorname{lu}(<x>)",
    outputs=0,
    vjp_x=lambda g, x, y: lu_pullback(g, x, y),
    tex_rules={
        "x": r"P\,L^{-\top} \left(\operatorname{tril}(L^{\top} g_{L}, -1) + \operatorname{triu}(g_{U} U^{\top})\right) "
        r"U^{-\top}"
    },
    name="lu_factor",
)
def lu_factor_p(xp: Any, x: Any) -> tuple[Any, Any]:
    """Return L (without its diagonal of 1) and U in one matrix, and which row (from 1) each step exchanged."""
    m, n = x.shape[-2:]
    lu = xp.array(x, order="C").reshape(math.prod(x.shape[:-2]), m, n)
    steps = min(m, n)
    each = xp.arange(lu.shape[0])
    pivots = xp.zeros((lu.shape[0], steps), dtype=int32)
    for i in range(steps):
        largest = xp.argmax(xp.abs(lu[:, i:, i]), axis=1) + i
        pivots[:, i] = largest + 1
        upper_row = lu[:, i].copy()
        lu[:, i] = lu[each, largest]
        lu[each, largest] = upper_row
        pivot = lu[:, i : i + 1, i]
        lu[:, i + 1 :, i] = lu[:, i + 1 :, i] / xp.where(pivot == 0, 1, pivot)  # if it is 0, so are those below it
        lu[:, i + 1 :, i + 1 :] -= lu[:, i + 1 :, i : i + 1] * lu[:, i : i + 1, i + 1 :]
    return lu.reshape(x.shape), pivots.reshape(*x.shape[:-2], steps)


def lu_pullback(g: Any, x: Any, y: Any) -> Any:
    """Pull back to A through its square part, and through the rows below it or the columns beside it."""
    packed, pivots = results_of(lu_factor_p, x, y)
    g = g[0]
    m, n = packed.shape[-2:]
    k = min(m, n)
    square, below, beside = packed[..., :k, :k], packed[..., k:, :k], packed[..., :k, k:]
    g_square, g_below, g_beside = g[..., :k, :k], g[..., k:, :k], g[..., :k, k:]
    lower = tril_p(square, diagonal=-1) + identity_like(square)
    upper = triu_p(square, diagonal=0)
    of_lower = matmul_p(mT(lower), tril_p(g_square, diagonal=-1)) - matmul_p(g_beside, mT(beside))
    of_upper = matmul_p(triu_p(g_square, diagonal=0), mT(upper)) - matmul_p(mT(below), g_below)
    middle = tril_p(of_lower, diagonal=-1) + triu_p(of_upper, diagonal=0)
    parts = times_inverse_transposed(middle, upper)
    if n > k:
        parts = cat_p(parts, g_beside, dim=g.ndim - 1)
    parts = solve_triangular_p(mT(lower), parts, upper=True, unitriangular=True)
    if m > k:
        parts = cat_p(parts, times_inverse_transposed(g_below, upper), dim=g.ndim - 2)
    return matmul_p(permutation(pivots, like=parts, size=m), parts)


@primitive(r"P(<pivots>)")
def permutation(xp: Any, pivots: Any, like: Any, *, size: int) -> Any:
    """Return the matrix P with A = P L U, in the dtype of `like`, from the exchanges of rows."""
    flat = pivots.reshape(math.prod(pivots.shape[:-1]), pivots.shape[-1]).astype(int)
    each = xp.arange(flat.shape[0])
    order = xp.zeros((flat.shape[0], size), dtype=int) + xp.arange(size)
    for i in range(flat.shape[1]):
        other = flat[:, i] - 1
        kept = order[:, i].copy()
        order[:, i] = order[each, other]
        order[each, other] = kept
    rows = xp.eye(size, dtype=like.dtype)[order]
    return xp.swapaxes(rows, -1, -2).reshape(*pivots.shape[:-1], size, size)


# -- PyTorch's functions -------------------------------------------------------------------------------


class LUFactor(NamedTuple):
    """The result of ``linalg.lu_factor``."""

    LU: Any
    pivots: Any


class LUFactorEx(NamedTuple):
    """The result of ``linalg.lu_factor_ex``."""

    LU: Any
    pivots: Any
    info: Any


class LU(NamedTuple):
    """The result of ``linalg.lu``."""

    P: Any
    L: Any
    U: Any


@published(space="linalg")
def lu_factor_ex(A: Any, *, pivot: bool = True, check_errors: bool = False) -> LUFactorEx:
    """Decompose like ``linalg.lu_factor``; `info` (int32) is the first pivot that is exactly 0, counted from 1."""
    check_matrices("lu_factor", A)
    if not pivot:  # as PyTorch on the CPU
        raise error("argument", op="lu_factor", argument="pivot", expected="True", got=pivot)
    packed, pivots = lu_factor_p(A)
    info = zero_pivot(packed)
    if check_errors:
        refuse_singular("lu_factor", info)
    return LUFactorEx(packed, pivots, info)


@published(space="linalg")
def lu_factor(A: Any, *, pivot: bool = True) -> LUFactor:
    """Return the LU decomposition in compact form, for ``lu_solve`` and ``lu_unpack``.

    Parameters
    ----------
    A : Tensor of shape (..., M, N), float32 or float64
        The matrices.
    pivot : bool
        True: rows are exchanged so that every pivot is as large as can be.

    Returns
    -------
    NamedTuple (LU, pivots)
        L below the diagonal (its own is 1) and U from it on, (..., M, N); and which row, counted from 1, each step
        exchanged, (..., min(M, N)) of int32.

    Raises
    ------
    LinAlgError
        If a pivot is exactly 0.

    Notes
    -----
    Costs O(mn · min(m, n)).  Source of the pullback, which needs a matrix of full rank: Walter and Lehmann (2013),
    "Algorithmic differentiation of linear algebra functions with application in optimum experimental design", and
    for M ≠ N from the square part.
    """
    return LUFactor(*lu_factor_ex(A, pivot=pivot, check_errors=True)[:2])


@published(space="linalg")
def lu(A: Any, *, pivot: bool = True) -> LU:
    """Return P, L and U with A = P L U: a permutation, and triangles of shapes (..., M, K) and (..., K, N).

    Here K = min(M, N); L has 1 on its diagonal.  See `lu_factor`.
    """
    packed, pivots, _ = lu_factor_ex(A, pivot=pivot)
    return lu_unpack(packed, pivots)


@published(name="lu")
def torch_lu(A: Any, pivot: bool = True, get_infos: bool = False) -> tuple[Any, ...]:
    """Return the LU decomposition in compact form, and `info` if asked for; an older form of ``linalg.lu_factor_ex``.

    A pivot of exactly 0 is no error.
    """
    if not isinstance(get_infos, bool):
        raise error("argument", op="lu", argument="get_infos", expected="a bool", got=get_infos)
    return tuple(lu_factor_ex(A, pivot=pivot))[: 2 + get_infos]


@published(method=False)
def lu_unpack(LU_data: Any, LU_pivots: Any, unpack_data: bool = True, unpack_pivots: bool = True) -> LU:
    """Return P, L and U from what ``linalg.lu_factor`` returns; what is not to be unpacked is empty."""
    check_matrices("lu_unpack", LU_data)
    if LU_pivots.dtype != int32:
        raise error("dtype-unsupported", op="lu_unpack", dtypes=LU_pivots.dtype)
    m, n = LU_data.shape[-2:]
    k = min(m, n)
    nothing = zeros(0, dtype=LU_data.dtype, device=LU_data.device)
    lower = upper = order = nothing
    if unpack_data:
        lower = tril_p(LU_data[..., :, :k], diagonal=-1)
        lower = lower + identity_like(lower)
        upper = triu_p(LU_data[..., :k, :], diagonal=0)
    if unpack_pivots:
        order = permutation(LU_pivots, like=LU_data, size=m)
    return LU(order, lower, upper)


@published(name="lu_solve", space="linalg")
def linalg_lu_solve(LU: Any, pivots: Any, B: Any, *, left: bool = True, adjoint: bool = False) -> Any:
    """Solve A X = B from the LU decomposition of A.

    Parameters
    ----------
    LU, pivots : Tensor
        Of ``linalg.lu_factor(A)``.
    B : Tensor of shape (..., N, K), or (..., K, N) for ``left=False``
        The right-hand side.
    left : bool
        False solves X A = B.
    adjoint : bool
        Whether to solve with Aᵀ instead.
    """
    check_matrices("lu_solve", LU, B)
    check_matrices("lu_solve", LU, square=True)
    if not left:  # X A = B is Aᵀ Xᵀ = Bᵀ
        return mT(linalg_lu_solve(LU, pivots, mT(B), adjoint=not adjoint))
    if LU.shape[-1] != B.shape[-2]:
        raise error("solve-shapes", op="lu_solve", a=LU.shape, b=B.shape, expected="(..., n, n), (..., n, k)")
    order = permutation(pivots, like=LU, size=LU.shape[-1])
    if adjoint:  # A = P L U, so Aᵀ = Uᵀ Lᵀ Pᵀ
        half = solve_triangular_p(mT(LU), B, upper=False)
        return matmul_p(order, solve_triangular_p(mT(LU), half, upper=True, unitriangular=True))
    half = solve_triangular_p(LU, matmul_p(mT(order), B), upper=False, unitriangular=True)
    return solve_triangular_p(LU, half, upper=True)


@published()
def lu_solve(b: Any, LU_data: Any, LU_pivots: Any) -> Any:
    """Solve A X = b from the LU decomposition of A; PyTorch's older form of ``linalg.lu_solve``."""
    return linalg_lu_solve(LU_data, LU_pivots, b)
