r"""Floor 2: products of vectors and matrices beyond ``matmul``: outer, inner, of batches, of chains, Kronecker's.

All are made of ``matmul`` and elementwise ops, so there is no rule here: the derivatives are theirs.

May import: floors 0–1, ``convert``, ``create``, ``dims``, ``elementwise``, ``join``, ``linalg``, ``parts``,
``reduce``, ``repeat``, ``shape``.  Read next: ``triangular.py``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..aliases import Shape
from ..backend.dtypes import bool_, float16, int64
from ..core.tensor import Tensor
from ..errors import error
from .convert import cast, tolist
from .create import ones_like
from .dims import one_dim
from .elementwise import masked_to_zero, mul
from .join import cat_p, tensors_of, zeros_beside
from .linalg import matmul, matmul_p, of_ndim
from .parts import diagonal, flip
from .publish import publish, published
from .reduce import sum
from .repeat import roll_p
from .shape import permute_p, reshape_p


def same_dtype(op: str, *tensors: Any) -> None:
    """Refuse operands of several dtypes, which PyTorch converts for elementwise products alone."""
    if len({x.dtype for x in tensors}) > 1:
        raise error("matrix-dtypes", op=op, dtypes=", ".join(str(x.dtype) for x in tensors))


def total(x: Any, dim: int, keepdim: bool = False) -> Any:
    """Return the sum along a dimension in the same dtype, integers too, as in a product of matrices."""
    return cast(sum(x, dim, keepdim), dtype=x.dtype) if x.dtype.kind != "f" else sum(x, dim, keepdim)


# -- of vectors ----------------------------------------------------------------------------------------


@published()
def outer(input: Any, vec2: Any) -> Any:
    """Return the matrix aᵢbⱼ of two vectors, (N,) and (M,)."""
    of_ndim("outer", 1, input, vec2)
    return reshape_p(input, shape=(input.shape[0], 1)) * vec2


@published()
def inner(input: Any, other: Any) -> Any:
    """Return the sums of products along the last dimensions, (..., K) and (..., K), all others combined.

    Of two vectors it is their dot product; with a 0-d tensor, plain multiplication.
    """
    if not input.ndim or not other.ndim:
        return mul(input, other)
    return tensordot(input, other, ([-1], [-1]))


@published()
def vdot(input: Any, other: Any) -> Any:
    """Return Σ aᵢbᵢ of two vectors; for real numbers the same as ``dot``."""
    of_ndim("vdot", 1, input, other)
    same_dtype("vdot", input, other)
    return matmul(input, other)


@published(space="linalg")
def vecdot(x: Any, y: Any, *, dim: int = -1) -> Any:
    """Return Σ xᵢyᵢ along `dim`, broadcasting the other dimensions.

    Parameters
    ----------
    x, y : Tensor of shape (..., N, ...)
        Batches of vectors.
    dim : int
        Along which dimension of the broadcast operands the vectors lie.
    """
    for each in (x, y):
        if each.dtype.kind != "f":
            raise error("dtype-not-floating", op="vecdot", dtype=each.dtype)
    same_dtype("vecdot", x, y)
    product = mul(x, y)
    return sum(product, one_dim("vecdot", dim, product.ndim))


def cross_product(op: str, a: Any, b: Any, dim: int) -> Any:
    """Return cᵢ = aᵢ₊₁ bᵢ₊₂ − aᵢ₊₂ bᵢ₊₁, indices modulo 3."""
    if a.ndim != b.ndim or not a.ndim or a.shape[dim] != 3 or b.shape[dim] != 3:
        raise error("cross-shapes", op=op, a=a.shape, b=b.shape)
    same_dtype(op, a, b)
    a1, a2 = (roll_p(a, shifts=(-k,), dims=(dim,)) for k in (1, 2))
    b1, b2 = (roll_p(b, shifts=(-k,), dims=(dim,)) for k in (1, 2))
    return a1 * b2 - a2 * b1


@published(name="cross", space="linalg")
def linalg_cross(input: Any, other: Any, *, dim: int = -1) -> Any:
    """Return the cross product of vectors of 3 elements along `dim`, broadcasting the other dimensions."""
    return cross_product("cross", input, other, one_dim("cross", dim, max(input.ndim, other.ndim)))


@published()
def cross(input: Any, other: Any, dim: int | None = None) -> Any:
    """Return the cross product of vectors of 3 elements along `dim`, by default the first dimension of that size."""
    if dim is not None:
        return linalg_cross(input, other, dim=dim)
    threes = [i for i, n in enumerate(input.shape) if n == 3]
    if not threes:
        raise error("cross-shapes", op="cross", a=input.shape, b=other.shape)
    return cross_product("cross", input, other, threes[0])


# -- of matrices, added to something -------------------------------------------------------------------


def added(op: str, input: Any, product: Any, beta: Any, alpha: Any) -> Any:
    """Return β · input + α · product in the product's shape; with β = 0 `input` adds nothing, not even NaN."""
    for name, factor in (("beta", beta), ("alpha", alpha)):
        if not isinstance(factor, (int, float)):
            raise error("argument", op=op, argument=name, expected="a number", got=factor)
        if product.dtype.kind != "f" and not isinstance(factor, int):
            raise error("argument", op=op, argument=name, expected="an int for integer tensors", got=factor)
    if product.dtype.kind == "b":
        if op != "addr":
            raise error("dtype-unsupported", op=op, dtypes="bool")
        beta, alpha = bool(beta), bool(alpha)
    lead = product.ndim - input.ndim
    if lead < 0 or any(n not in (1, product.shape[lead + i]) for i, n in enumerate(input.shape)):
        raise error("expand", shape=input.shape, sizes=product.shape)
    if beta == 0 and product.dtype.kind == "f":
        input, beta = masked_to_zero(input, ones_like(input, dtype=bool_)), 1
    scaled = product if alpha == 1 else product * alpha
    return scaled + (input if beta == 1 else input * beta)


@published(inplace=True)
def addmm(input: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """Return β · input + α · mat1 mat2.

    Parameters
    ----------
    input : Tensor
        Broadcasts to (N, M).
    mat1, mat2 : Tensor of shape (N, K) and (K, M)
        The matrices.
    beta, alpha : number
        Factors; ints for integer tensors.  With ``beta=0`` what is in `input` does not matter, be it NaN.
    """
    of_ndim("addmm", 2, mat1, mat2)
    same_dtype("addmm", input, mat1, mat2)
    return added("addmm", input, matmul(mat1, mat2), beta, alpha)


@published(inplace=True)
def addmv(input: Any, mat: Any, vec: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """Return β · input + α · mat vec, of shape (N,); see `addmm`."""
    of_ndim("addmv", 2, mat)
    of_ndim("addmv", 1, vec)
    same_dtype("addmv", input, mat, vec)
    return added("addmv", input, matmul(mat, vec), beta, alpha)


@published(inplace=True)
def addr(input: Any, vec1: Any, vec2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """Return β · input + α · vec1 vec2ᵀ, of shape (N, M); see `addmm`."""
    of_ndim("addr", 1, vec1, vec2)
    return added("addr", input, outer(vec1, vec2), beta, alpha)


def batch_product(op: str, batch1: Any, batch2: Any) -> Any:
    """Multiply two batches of equal length."""
    of_ndim(op, 3, batch1, batch2)
    if batch1.shape[0] != batch2.shape[0]:
        raise error("matmul-shapes", a=batch1.shape, b=batch2.shape)
    return matmul(batch1, batch2)


@published(inplace=True)
def baddbmm(input: Any, batch1: Any, batch2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """Return β · input + α · batch1 batch2 for every pair of a batch, (B, N, K) and (B, K, M); see `addmm`."""
    same_dtype("baddbmm", input, batch1, batch2)
    return added("baddbmm", input, batch_product("baddbmm", batch1, batch2), beta, alpha)


@published(inplace=True)
def addbmm(input: Any, batch1: Any, batch2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """Return β · input + α · Σ batch1ᵢ batch2ᵢ, summed over the batch, of shape (N, M); see `addmm`."""
    same_dtype("addbmm", input, batch1, batch2)
    return added("addbmm", input, total(batch_product("addbmm", batch1, batch2), 0), beta, alpha)


# -- of tensors ----------------------------------------------------------------------------------------


@published(method=False)
def tensordot(a: Any, b: Any, dims: Any = 2) -> Any:
    """Return the sum of products over pairs of dimensions.

    Parameters
    ----------
    a, b : Tensor
        The operands.
    dims : int or pair of lists of int
        How many of the last dimensions of `a` meet the first ones of `b`; or which of `a`, and which of `b`.

    Returns
    -------
    Tensor
        With the other dimensions of `a`, then those of `b`.
    """
    same_dtype("tensordot", a, b)
    if isinstance(dims, Tensor):
        dims = tolist(dims)
    if isinstance(dims, int):
        if not 0 <= dims <= min(a.ndim, b.ndim):
            raise error("contract-sizes", op="tensordot", a=a.shape, b=b.shape, dims=dims)
        dims = (tuple(range(a.ndim - dims, a.ndim)), tuple(range(dims)))
    of_a, of_b = ([one_dim("tensordot", d, x.ndim) for d in found] for x, found in zip((a, b), dims, strict=True))
    if len(of_a) != len(of_b) or len(set(of_a)) != len(of_a) or len(set(of_b)) != len(of_b):
        raise error("contract-sizes", op="tensordot", a=a.shape, b=b.shape, dims=dims)
    for i, j in zip(of_a, of_b, strict=True):
        if a.shape[i] != b.shape[j]:  # a size of 1 broadcasts: sum over the other first
            if b.shape[j] == 1:
                a = total(a, i, keepdim=True)
            elif a.shape[i] == 1:
                b = total(b, j, keepdim=True)
            else:
                raise error("contract-sizes", op="tensordot", a=a.shape, b=b.shape, dims=dims)
    rest_a, rest_b = ([d for d in range(x.ndim) if d not in gone] for x, gone in ((a, of_a), (b, of_b)))
    result = tuple(a.shape[d] for d in rest_a) + tuple(b.shape[d] for d in rest_b)
    inner_size = math.prod(a.shape[d] for d in of_a)
    left = reshape_p(permute_p(a, dims=(*rest_a, *of_a)), shape=(math.prod(a.shape[d] for d in rest_a), inner_size))
    right = reshape_p(permute_p(b, dims=(*of_b, *rest_b)), shape=(inner_size, math.prod(b.shape[d] for d in rest_b)))
    return reshape_p(matmul_p(left, right), shape=result)


@published()
def kron(input: Any, other: Any) -> Any:
    """Return Kronecker's product: every element of `input` times the whole of `other`, as blocks.

    Parameters
    ----------
    input, other : Tensor of shape (a₁, …, aₙ) and (b₁, …, bₙ)
        The one with fewer dimensions gets 1s in front.

    Returns
    -------
    Tensor of shape (a₁b₁, …, aₙbₙ)
    """
    n = max(input.ndim, other.ndim)
    a = (1,) * (n - input.ndim) + input.shape
    b = (1,) * (n - other.ndim) + other.shape
    blocks = mul(reshape_p(input, shape=interleaved(a, (1,) * n)), reshape_p(other, shape=interleaved((1,) * n, b)))
    return reshape_p(blocks, shape=tuple(i * j for i, j in zip(a, b, strict=True)))


def interleaved(a: Shape, b: Shape) -> Shape:
    """Return (a₁, b₁, a₂, b₂, …)."""
    return tuple(n for pair in zip(a, b, strict=True) for n in pair)


# -- of chains -----------------------------------------------------------------------------------------


@published(space="linalg")
def multi_dot(tensors: Any) -> Any:
    """Multiply a chain of matrices in the order that costs least.

    Parameters
    ----------
    tensors : sequence of Tensor of shape (N, M)
        At least two, all of one dtype.  The first may be a vector, which counts as a row, and the last, as a column.

    Notes
    -----
    The order is found by dynamic programming: the cheapest way to multiply Aᵢ … Aⱼ is the cheapest split at some k
    (Cormen, Leiserson, Rivest and Stein, "Introduction to Algorithms", section 14.2).
    """
    return chained("multi_dot", tensors, vectors=True)


@published(method=False)
def chain_matmul(*matrices: Any) -> Any:
    """Multiply a chain of matrices in the order that costs least; of one, return it.  See `multi_dot`."""
    if len(matrices) == 1:
        of_ndim("chain_matmul", 2, matrices[0])
        return matrices[0]
    return chained("chain_matmul", matrices, vectors=False)


def chained(op: str, tensors: Any, vectors: bool) -> Any:
    """Check a chain, and multiply it in the cheapest order."""
    xs = tensors_of(op, tensors)
    shapes = ", ".join(str(x.shape) for x in xs)
    inner_ones = xs[1:-1] if vectors else xs
    if len(xs) < 2 or any(x.ndim != 2 for x in inner_ones) or any(x.ndim not in (1, 2) for x in xs):
        raise error("chain-shapes", op=op, shapes=shapes, expected="(n, k), (k, m), …")
    same_dtype(op, *xs)
    ends = (xs[0].shape[:-1], xs[-1].shape[1:])  # what the result keeps
    rows = [x.shape[0] if x.ndim == 2 or i else 1 for i, x in enumerate(xs)]
    columns = [x.shape[1] if x.ndim == 2 else 1 if i else x.shape[0] for i, x in enumerate(xs)]
    if columns[:-1] != rows[1:]:
        raise error("chain-shapes", op=op, shapes=shapes, expected="(n, k), (k, m), …")
    matrices = [x if x.ndim == 2 else reshape_p(x, shape=(r, c)) for x, r, c in zip(xs, rows, columns, strict=True)]
    product = multiplied(matrices, cheapest_splits([*rows, columns[-1]]), 0, len(xs) - 1)
    return reshape_p(product, shape=ends[0] + ends[1])


def cheapest_splits(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """Return for every part i…j of a chain where to split it; matrix i has the shape (sizes[i], sizes[i + 1])."""
    count = len(sizes) - 1
    cost = {(i, i): 0 for i in range(count)}
    splits = {}
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            choices = [(cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j)]
            cost[i, j], splits[i, j] = min(choices)
    return splits


def multiplied(matrices: Sequence[Any], splits: dict[tuple[int, int], int], i: int, j: int) -> Any:
    """Multiply the part i…j of a chain."""
    if i == j:
        return matrices[i]
    k = splits[i, j]
    return matmul_p(multiplied(matrices, splits, i, k), multiplied(matrices, splits, k + 1, j))


# -- powers of numbers ---------------------------------------------------------------------------------


@published(name="vander", space="linalg")
def linalg_vander(x: Any, N: int | None = None) -> Any:
    """Return Vandermonde's matrices: the powers x⁰, x¹, …, x^(N − 1) of every element in a row.

    Parameters
    ----------
    x : Tensor of shape (..., M)
        The numbers.
    N : int, optional
        How many columns; by default M.
    """
    if not x.ndim:
        raise error("ndim", op="vander", expected="at least 1", shape=x.shape)
    if x.dtype == bool_ or x.dtype == float16:
        raise error("dtype-unsupported", op="vander", dtypes=x.dtype)
    if N is not None and (not isinstance(N, int) or N < 2):
        raise error("argument", op="vander", argument="N", expected="an int greater than 1", got=N)
    return powers(x, x.shape[-1] if N is None else N)


@published(method=False)
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """Return Vandermonde's matrix of a vector: powers in falling order, x^(N − 1), …, x⁰, unless `increasing`."""
    of_ndim("vander", 1, x)
    if N is not None and (not isinstance(N, int) or N < 0):
        raise error("argument", op="vander", argument="N", expected="an int of at least 0", got=N)
    columns = powers(x, x.shape[-1] if N is None else N)
    return columns if increasing else flip(columns, 1)


def powers(x: Any, count: int) -> Any:
    """Return x⁰, x¹, … along a new last dimension, each the one before times x."""
    column = reshape_p(x if x.dtype.kind == "f" else cast(x, dtype=int64), shape=(*x.shape, 1))
    if count == 0:
        return zeros_beside(column, (*x.shape, 0))
    found = [ones_like(column)]
    while len(found) < count:
        found.append(found[-1] * column)
    return cat_p(*found, dim=x.ndim)


publish("ger", outer)
publish("matmul", matmul, space="linalg")


@published(name="diagonal", space="linalg")
def linalg_diagonal(A: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """Return a view of the diagonals of matrices; see ``diagonal``, which has other defaults."""
    return diagonal(A, offset, dim1, dim2)
