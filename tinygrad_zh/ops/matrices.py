r"""Floor 2: what the files of linear algebra share: checks of their operands, the identity, dimensions for matrices.

Matrices are the last two dimensions; all before them are a batch.

May import: floors 0–1, ``parts``, ``shape``.  Read next: ``products.py``.
"""

from __future__ import annotations

from typing import Any

from ..aliases import Shape
from ..backend.dtypes import float16
from ..core.primitive import Primitive, primitive
from ..core.tensor import Tensor
from ..errors import error
from .parts import diagonal_p, place_diagonal
from .shape import broadcast_to_p, mT, reshape_p


def check_matrices(op: str, *tensors: Any, square: bool = False) -> None:
    """Refuse what is no matrix of float32 or float64, and matrices of several dtypes."""
    for x in tensors:
        if not isinstance(x, Tensor):
            raise error("not-a-tensor", op=op, kind=type(x).__name__)
        if x.dtype.kind != "f":
            raise error("dtype-not-floating", op=op, dtype=x.dtype)
        if x.dtype == float16:  # neither LAPACK nor PyTorch decomposes it
            raise error("dtype-unsupported", op=op, dtypes=x.dtype)
        if x.ndim < 2:
            raise error("matrix-ndim", op=op, shape=x.shape)
        if square and x.shape[-1] != x.shape[-2]:
            raise error("matrix-square", op=op, shape=x.shape)
    if len({x.dtype for x in tensors}) > 1:
        raise error("matrix-dtypes", op=op, dtypes=", ".join(str(x.dtype) for x in tensors))


@primitive("I")
def identity_like(xp: Any, x: Any) -> Any:
    """Return 1 on the diagonal and 0 elsewhere, in the shape of one of the matrices `x`."""
    return xp.eye(x.shape[-2], x.shape[-1], dtype=x.dtype)


@primitive("[i = j]")
def on_diagonal(xp: Any, x: Any) -> Any:
    """Return which places of square matrices `x` are on the diagonal."""
    return xp.eye(x.shape[-1], dtype=bool)


def diagonal_of(x: Any) -> Any:
    """Return the diagonals of matrices as vectors, (..., n, m) to (..., min(n, m))."""
    return diagonal_p(x, offset=0, dim1=-2, dim2=-1)


def diagonal_matrix(x: Any) -> Any:
    """Return matrices with the vectors `x` on their diagonals, (..., n) to (..., n, n)."""
    return place_diagonal(x, shape=(*x.shape, x.shape[-1]), offset=0, dim1=-2, dim2=-1)


def column(x: Any) -> Any:
    """Return vectors as matrices with one column, (..., n) to (..., n, 1)."""
    return reshape_p(x, shape=(*x.shape, 1))


def row(x: Any) -> Any:
    """Return vectors as matrices with one row, (..., n) to (..., 1, n)."""
    return reshape_p(x, shape=(*x.shape[:-1], 1, x.shape[-1]))


def over_matrices(g: Any) -> Any:
    """Return one number a matrix with two dimensions of length 1 more."""
    return reshape_p(g, shape=(*g.shape, 1, 1))


def symmetric_part(x: Any) -> Any:
    """Return (X + Xᵀ) / 2."""
    return (x + mT(x)) / 2


def batch_expanded(x: Any, batch: Shape) -> Any:
    """Return matrices repeated over a batch."""
    shape = (*batch, *x.shape[-2:])
    return x if x.shape == shape else broadcast_to_p(x, shape=shape)


def results_of(op: Primitive, x: Any, y: Any, **static: Any) -> Any:
    """Return the results `y` that a node of an op with several has saved; connected to `x` where that is a Tensor.

    A node saves several results as plain arrays.  So where a sweep runs on Tensors, to be differentiated itself,
    they are computed again.
    """
    return op(x, **static) if isinstance(x, Tensor) else y
