r"""Floor 2: norms of matrices, and the condition number, ‖A‖ ‖A⁻¹‖.

All are made of other ops; gradients at ties and at 0 are theirs.

May import: floors 0–1, ``dims``, ``eigen``, ``elementwise``, ``matrices``, ``norm``, ``reduce``, ``shape``, ``solve``.
Read next: ``matrix_exp.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..errors import error
from .dims import one_dim
from .eigen import svdvals_p
from .elementwise import abs, where_p
from .matrices import check_matrices, over_matrices
from .norm import norm_p, vector_norm, widened
from .publish import published
from .reduce import amax_p, amin_p, sum_p
from .shape import permute_p, reshape_p
from .solve import inv_ex

ORDERS = ("fro", "nuc", math.inf, -math.inf, 1, -1, 2, -2)


def extreme(x: Any, dim: int, greatest: bool) -> Any:
    """Return the maximum or minimum along a dimension, which keeps length 1; the maximum of no norms is 0."""
    if greatest and not x.shape[dim]:
        return sum_p(x, dims=(dim,), keepdim=True)
    if not x.shape[dim]:
        raise error("reduce-empty", op="matrix_norm", shape=x.shape)
    return (amax_p if greatest else amin_p)(x, dims=(dim,), keepdim=True)


def with_kept_dims(x: Any, order: Any, rows: int, columns: int) -> Any:
    """Return the norms of matrices along two dimensions, which keep length 1."""
    if order == "fro":
        return norm_p(x, ord=2.0, dims=(rows, columns), keepdim=True)
    if order in (1, -1, math.inf, -math.inf):  # of columns, or of rows
        along, across = (rows, columns) if order in (1, -1) else (columns, rows)
        return extreme(sum_p(abs(x), dims=(along,), keepdim=True), across, order > 0)
    rest = [d for d in range(x.ndim) if d not in (rows, columns)]
    moved = permute_p(x, dims=(*rest, rows, columns))
    values = svdvals_p(moved)
    last = values.ndim - 1
    norms = sum_p(values, dims=(last,), keepdim=True) if order == "nuc" else extreme(values, last, order > 0)
    return reshape_p(norms, shape=tuple(1 if d in (rows, columns) else n for d, n in enumerate(x.shape)))


@published(space="linalg")
def matrix_norm(A: Any, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None) -> Any:
    """Return a norm of matrices.

    Parameters
    ----------
    A : Tensor of shape (..., M, N), floating
        The matrices.
    ord : {'fro', 'nuc', inf, -inf, 1, -1, 2, -2}
        √Σ aᵢⱼ²; the sum of the singular values; the greatest (least) Σ|a| of a row, of a column; the greatest (least)
        singular value.
    dim : pair of int
        Where rows and columns are counted.
    keepdim : bool
        Keep both dimensions with length 1.
    dtype : dtype, optional
        Convert to this dtype first.

    Raises
    ------
    ArgumentError
        If there is no such norm, or `dim` is no pair of different dimensions.

    Notes
    -----
    'fro', 1 and inf cost O(mn), the others a singular value decomposition.  At 0 the gradient of 'fro' is 0; equal
    maxima share it evenly.
    """
    order = ord.lower() if isinstance(ord, str) else ord
    pair = tuple(dim) if isinstance(dim, (tuple, list)) else (dim,)
    if isinstance(order, bool) or order not in ORDERS or len(pair) != 2:
        raise error("matrix-norm", op="matrix_norm", order=ord)
    if A.dtype.kind != "f":
        raise error("dtype-not-floating", op="matrix_norm", dtype=A.dtype)
    if A.ndim < 2:
        raise error("matrix-ndim", op="matrix_norm", shape=A.shape)
    if order in ("nuc", 2, -2):
        check_matrices("matrix_norm", A)
    if dtype is not None:
        A = widened("matrix_norm", A, dtype)
    rows, columns = (one_dim("matrix_norm", d, A.ndim) for d in pair)
    if rows == columns:
        raise error("dim-repeated", op="matrix_norm", dims=pair)
    kept = with_kept_dims(A, order, rows, columns)
    return (
        kept if keepdim else reshape_p(kept, shape=tuple(n for d, n in enumerate(A.shape) if d not in (rows, columns)))
    )


@published(space="linalg")
def norm(A: Any, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """Return a norm of vectors or of matrices.

    Parameters
    ----------
    A : Tensor of shape (...), floating
        The numbers.
    ord : number or str, optional
        Of matrices, see `matrix_norm`; of vectors the p of (Σ |xᵢ|ᵖ)^(1/p), where 0 counts what is not 0, and inf and
        -inf are the greatest and the least absolute value.  By default 2, as of a vector.
    dim : int, or tuple of one or two ints, optional
        One dimension for vectors, two for matrices.  By default all elements are one vector if there is no `ord`, and
        else the tensor itself is the vector or matrix.
    keepdim : bool
        Keep these dimensions with length 1.
    dtype : dtype, optional
        Convert to this dtype first.

    Raises
    ------
    ShapeError
        If the number of dimensions is that of neither.
    """
    pair = None if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    given = range(A.ndim) if pair is None else pair
    if (pair is not None or ord is not None) and len(given) not in (1, 2):
        raise error("norm-dims", op="norm", dims=tuple(given), shape=A.shape)
    if ord is not None and (len(given) == 2 or isinstance(ord, str)):
        return matrix_norm(A, ord, tuple(given), keepdim, dtype=dtype)
    return vector_norm(A, 2 if ord is None else ord, pair, keepdim, dtype=dtype)


@published(space="linalg")
def cond(A: Any, p: Any = None) -> Any:
    """Return the condition number ‖A‖ ‖A⁻¹‖: how much larger errors may become in solving A x = b.

    Parameters
    ----------
    A : Tensor of shape (..., N, N), float32 or float64
        The matrices; for p = 2 also (..., M, N).
    p : optional
        As `ord` of `matrix_norm`; by default 2, the quotient of the greatest and the least singular value (−2 is its
        inverse).

    Returns
    -------
    Tensor of shape (...)
        inf for a singular matrix, unless p is ±2: then what rounding leaves of its least singular value decides.
    """
    check_matrices("cond", A, square=p not in (None, 2, -2))
    if isinstance(p, bool) or p not in (None, *ORDERS):
        raise error("matrix-norm", op="cond", order=p)
    if not min(A.shape[-2:]):
        return sum_p(A, dims=(A.ndim - 2, A.ndim - 1))
    if p in (None, 2, -2):
        values = svdvals_p(A)
        greatest, least = values[..., 0], values[..., -1]
        return least / greatest if p == -2 else greatest / least
    inverse, info = inv_ex(A)
    inverse = where_p(over_matrices(info != 0), math.inf, inverse)
    return matrix_norm(A, p) * matrix_norm(inverse, p)
