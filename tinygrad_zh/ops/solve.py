r"""Floor 2: inverses and systems of linear equations, with a matrix for the unknown; powers of matrices.

From A A⁻¹ = I follows dA⁻¹ = −A⁻¹ dA A⁻¹, and that is all: the pullbacks are inverses and solutions again.

May import: floors 0–1, ``linalg``, ``lu``, ``matrices``, ``shape``, ``triangular``.  Read next: ``determinant.py``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..backend.dtypes import int32
from ..core.primitive import primitive
from ..errors import error
from .dims import one_dim
from .linalg import matmul_p
from .lu import lu_factor_p, permutation
from .matrices import check_matrices, column, identity_like
from .publish import publish, published
from .shape import broadcast_to_p, clone, mT, permute_p, reshape_p
from .triangular import refuse_singular, solve_triangular_p, zero_pivot


@primitive(r"<x:4>^{-1}", vjp_x=lambda g, y: -matmul_p(matmul_p(mT(y), g), mT(y)), name="inv")
def inv_p(xp: Any, x: Any) -> Any:
    """Invert; where there is no inverse, with what elimination gives: infinities and NaN."""
    try:
        return xp.linalg.inv(x)
    except xp.linalg.LinAlgError:
        return solve_by_elimination(xp, x, xp.zeros(x.shape, dtype=x.dtype) + xp.eye(x.shape[-1], dtype=x.dtype))


@primitive(
    r"<a:4>^{-1}\,<b:2>",
    vjp=lambda g, a, y: solve_pullback(g, a, y),
    tex_rules={"a": r"-(a^{-\top}\,g)\,y^{\top}", "b": r"a^{-\top}\,g"},
    name="solve",
)
def solve_p(xp: Any, a: Any, b: Any) -> Any:
    """Solve A X = B, both matrices; where there is no solution, see `inv_p`."""
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])  # CuPy's does not broadcast by itself
    a, b = (xp.broadcast_to(x, (*lead, *x.shape[-2:])) for x in (a, b))
    try:
        return xp.linalg.solve(a, b)
    except xp.linalg.LinAlgError:
        return solve_by_elimination(xp, a, b)


def solve_pullback(g: Any, a: Any, y: Any) -> tuple[Any, Any]:
    """Solve with the transpose: A⁻ᵀ G for B, −(A⁻ᵀ G) Yᵀ for A."""
    of_b = solve_p(mT(a), g)
    return -matmul_p(of_b, mT(y)), of_b


def solve_by_elimination(xp: Any, a: Any, b: Any) -> Any:
    """Solve by LU, never refusing: a pivot of 0 divides like any other."""
    packed, pivots = lu_factor_p.value(xp, a)
    order = permutation.value(xp, pivots, packed, size=a.shape[-1])
    exchanged = xp.matmul(xp.swapaxes(order, -1, -2), b)
    half = solve_triangular_p.value(xp, packed, exchanged, upper=False, unitriangular=True)
    return solve_triangular_p.value(xp, packed, half, upper=True)


@primitive(r"\text{first pivot of }0")
def first_zero_pivot(xp: Any, x: Any, y: Any) -> Any:
    """Return which pivot of `x` is exactly 0, counted from 1, or 0; decompose only if `y` shows that there is one."""
    if bool(xp.all(xp.isfinite(y))):
        return xp.zeros(x.shape[:-2], dtype=int32)
    return zero_pivot.value(xp, lu_factor_p.value(xp, x)[0])


# -- PyTorch's functions -------------------------------------------------------------------------------


class InvEx(NamedTuple):
    """The result of ``linalg.inv_ex``."""

    inverse: Any
    info: Any


@published(space="linalg")
def inv_ex(A: Any, *, check_errors: bool = False) -> InvEx:
    """Invert like ``linalg.inv``, but tell of failures by a number instead of an error.

    Returns
    -------
    NamedTuple (inverse, info)
        The inverse, and for every matrix (int32) which pivot of its LU decomposition is exactly 0, counted from 1;
        0 if it could be inverted.  The inverse of one that could not is full of infinities and NaN.
    """
    check_matrices("inv", A, square=True)
    y = inv_p(A)
    info = first_zero_pivot(A, y)
    if check_errors:
        refuse_singular("inv", info)
    return InvEx(y, info)


@published(space="linalg")
def inv(A: Any) -> Any:
    """Return the inverse of square matrices.

    Parameters
    ----------
    A : Tensor of shape (..., N, N), float32 or float64
        The matrices.

    Raises
    ------
    LinAlgError
        If a matrix is singular.

    Notes
    -----
    Costs O(n³).  To solve A X = B use ``linalg.solve``, which is faster and more exact.  The pullback
    −A⁻ᵀ G A⁻ᵀ is from Giles (2008), "Collected matrix derivative results for forward and reverse mode algorithmic
    differentiation", 2.2.3.
    """
    return inv_ex(A, check_errors=True).inverse


publish("inverse", inv)


class SolveEx(NamedTuple):
    """The result of ``linalg.solve_ex``."""

    result: Any
    info: Any


@published(space="linalg")
def solve_ex(A: Any, B: Any, *, left: bool = True, check_errors: bool = False) -> SolveEx:
    """Solve like ``linalg.solve``, but tell of failures by a number; see `inv_ex`."""
    is_vector = B.ndim == 1 or (A.ndim == B.ndim + 1 and A.shape[:-1] == B.shape)
    if is_vector and not left:
        raise error("solve-shapes", op="solve", a=A.shape, b=B.shape, expected="(..., n, n), (..., k, n)")
    right = column(B) if is_vector else B
    check_matrices("solve", A, right)
    check_matrices("solve", A, square=True)
    a, right = (A, right) if left else (mT(A), mT(right))
    if a.shape[-1] != right.shape[-2]:
        raise error("solve-shapes", op="solve", a=A.shape, b=B.shape, expected="(..., n, n), (..., n, k) or (..., n)")
    x = solve_p(a, right)
    info = first_zero_pivot(a, x)
    if check_errors:
        refuse_singular("solve", info)
    return SolveEx(reshape_p(x, shape=x.shape[:-1]) if is_vector else x if left else mT(x), info)


@published(space="linalg")
def solve(A: Any, B: Any, *, left: bool = True) -> Any:
    """Solve A X = B.

    Parameters
    ----------
    A : Tensor of shape (..., N, N), float32 or float64
        The matrices.
    B : Tensor of shape (..., N, K), (N,) or (..., N)
        The right-hand sides: matrices, or vectors if B is 1-d or has the shape of A without the last dimension.
        Batches broadcast.
    left : bool
        False solves X A = B, with B of shape (..., K, N).

    Raises
    ------
    LinAlgError
        If a matrix is singular.

    Notes
    -----
    Costs O(n³).  Pullbacks: Giles (2008), 2.3.1.
    """
    return solve_ex(A, B, left=left, check_errors=True).result


@published()
def matrix_power(input: Any, n: int) -> Any:
    """Return Aⁿ of square matrices: A A … A; the identity for n = 0, and powers of the inverse for n < 0.

    Notes
    -----
    By squaring: O(log n) products.
    """
    if isinstance(n, bool) or not isinstance(n, int):
        raise error("argument", op="matrix_power", argument="n", expected="an int", got=n)
    if input.ndim < 2:
        raise error("matrix-ndim", op="matrix_power", shape=input.shape)
    if input.shape[-1] != input.shape[-2]:
        raise error("matrix-square", op="matrix_power", shape=input.shape)
    if n < 0:
        return matrix_power(inv(input), -n)
    if n == 0:
        return clone(broadcast_to_p(identity_like(input), shape=input.shape))
    power, square = None, input
    while True:
        if n % 2:
            power = square if power is None else matmul_p(power, square)
        n //= 2
        if not n:
            return clone(power) if power is input else power
        square = matmul_p(square, square)


publish("matrix_power", matrix_power, space="linalg")


@published(space="linalg")
def tensorinv(A: Any, ind: int = 2) -> Any:
    """Return the inverse of A as a linear map from its last dimensions to its first `ind` ones.

    Parameters
    ----------
    A : Tensor
        The product of its first `ind` sizes is that of the others.
    ind : int
        How many dimensions are the first ones.
    """
    if isinstance(ind, bool) or not isinstance(ind, int) or ind < 1:
        raise error("argument", op="tensorinv", argument="ind", expected="a positive int", got=ind)
    first, last = A.shape[:ind], A.shape[ind:]
    if math.prod(first) != math.prod(last):
        expected = "prod(A.shape[:ind]) == prod(A.shape[ind:])"
        raise error("solve-shapes", op="tensorinv", a=first, b=last, expected=expected)
    n = math.prod(first)
    return reshape_p(inv(reshape_p(A, shape=(n, n))), shape=last + first)


@published(space="linalg")
def tensorsolve(A: Any, B: Any, dims: Sequence[int] | None = None) -> Any:
    """Return X with tensordot(A, X, X.ndim) = B.

    Parameters
    ----------
    A : Tensor
        The product of its first B.ndim sizes, that of B, is that of the others.
    B : Tensor
        The right-hand side.
    dims : sequence of int, optional
        Dimensions of A to be moved to the end first.
    """
    a = A
    if dims is not None:
        moved = [one_dim("tensorsolve", d, A.ndim) for d in dims]
        a = permute_p(A, dims=(*(d for d in range(A.ndim) if d not in moved), *moved))
    first, last = a.shape[: B.ndim], a.shape[B.ndim :]
    if math.prod(first) != math.prod(last) or math.prod(first) != math.prod(B.shape):
        expected = "prod(B.shape) == prod(A.shape[:B.ndim]) == prod(A.shape[B.ndim:])"
        raise error("solve-shapes", op="tensorsolve", a=a.shape, b=B.shape, expected=expected)
    n = math.prod(first)
    return reshape_p(solve(reshape_p(a, shape=(n, n)), reshape_p(B, shape=(n,))), shape=last)
