r"""Floor 2: products of matrices.

For Y = A B the pullbacks are G Bᵀ and Aᵀ G, transposed on the last two dimensions; batch dimensions
broadcast, and the sweep undoes that.

May import: floors 0–1, ``shape``.  Read next: ``activation.py``.
"""

from __future__ import annotations

from typing import Any

from ..core.primitive import SAME, primitive
from ..core.registry import register
from ..core.symbol import PRODUCT, SUM
from ..errors import error
from .fusable import fusable
from .publish import published
from .shape import mT, reshape_p, sum_to


@primitive(
    r"<a:2>\,<b:2>",
    level=PRODUCT,
    promote=SAME,
    vjp_a=lambda g, b: matmul_p(g, mT(b)),
    vjp_b=lambda g, a: matmul_p(mT(a), g),
    name="matmul",
)
def matmul_p(xp: Any, a: Any, b: Any) -> Any:
    return xp.matmul(a, b)


def weight_pullback_value(xp: Any, g: Any, x: Any) -> Any:
    """The same on arrays, in one step."""
    return xp.matmul(rows(g).T, rows(x))


@fusable(array_value=weight_pullback_value)
def weight_pullback(g: Any, x: Any) -> Any:
    """Gᵀ X, all dimensions but the last counting the rows."""
    return matmul_p(mT(rows(g)), rows(x))


@primitive(
    r"<x:2>\,<weight:3>^{\top} + <bias>",
    level=SUM,
    promote=SAME,
    vjp_x=lambda g, weight: matmul_p(g, weight),
    vjp_weight=lambda g, x: weight_pullback(g, x),
    vjp_bias=lambda g, bias_shape: sum_to(g, shape=bias_shape),
    tex_rules={"weight": r"g^{\top}\,x"},
    name="linear",
)
def linear_p(xp: Any, x: Any, weight: Any, bias: Any) -> Any:
    y = xp.matmul(x, weight.T)
    if bias is not None:
        y += bias
    return y


def rows(x: Any) -> Any:
    """Return `x` as a matrix: all dimensions but the last count the rows."""
    return x if len(x.shape) == 2 else reshape_p(x, shape=(size_of_rows(x.shape), x.shape[-1]))


def size_of_rows(shape: tuple[int, ...]) -> int:
    """How many rows of its last dimension a tensor has."""
    count = 1
    for n in shape[:-1]:
        count *= n
    return count


@published()
def matmul(input: Any, other: Any) -> Any:
    """Multiply matrices, broadcasting over leading dimensions; a vector counts as a row or a column.

    Parameters
    ----------
    input : Tensor of shape (..., N, K) or (K,)
        Left factor.
    other : Tensor of shape (..., K, M) or (K,)
        Right factor.

    Returns
    -------
    Tensor of shape (..., N, M), without the dimension that a vector lacked

    Raises
    ------
    ShapeError
        If the inner dimensions differ or an operand is 0-d.
    """
    a_shape, b_shape = getattr(input, "shape", None), getattr(other, "shape", None)
    if a_shape is None or b_shape is None:
        raise error("not-a-tensor", op="matmul", kind=type(input if a_shape is None else other).__name__)
    if not a_shape or not b_shape:
        raise error("matmul-scalar", a=a_shape, b=b_shape)
    if a_shape[-1] != (b_shape[-2] if len(b_shape) > 1 else b_shape[0]):
        raise error("matmul-shapes", a=a_shape, b=b_shape)
    if len(a_shape) > 1 and len(b_shape) > 1:
        return matmul_p(input, other)
    left = input if len(a_shape) > 1 else reshape_p(input, shape=(1, *a_shape))
    right = other if len(b_shape) > 1 else reshape_p(other, shape=(*b_shape, 1))
    result = matmul_p(left, right)
    shape = result.shape[:-2] if len(a_shape) == 1 and len(b_shape) == 1 else None
    if shape is None:
        shape = (*result.shape[:-2], result.shape[-1]) if len(a_shape) == 1 else result.shape[:-1]
    return reshape_p(result, shape=shape)


def of_ndim(op: str, ndim: int, *tensors: Any) -> None:
    """Refuse tensors of another number of dimensions."""
    for x in tensors:
        if len(x.shape) != ndim:
            raise error("ndim", op=op, expected=ndim, shape=x.shape)


@published()
def mm(input: Any, mat2: Any) -> Any:
    """Multiply two matrices, (N, K) by (K, M)."""
    of_ndim("mm", 2, input, mat2)
    return matmul(input, mat2)


@published()
def bmm(input: Any, mat2: Any) -> Any:
    """Multiply batches of matrices, (B, N, K) by (B, K, M)."""
    of_ndim("bmm", 3, input, mat2)
    if input.shape[0] != mat2.shape[0]:
        raise error("matmul-shapes", a=input.shape, b=mat2.shape)
    return matmul(input, mat2)


@published()
def mv(input: Any, vec: Any) -> Any:
    """Multiply a matrix by a vector, (N, K) by (K,)."""
    of_ndim("mv", 2, input)
    of_ndim("mv", 1, vec)
    return matmul(input, vec)


@published()
def dot(input: Any, tensor: Any) -> Any:
    """Return Σ aᵢbᵢ of two vectors."""
    of_ndim("dot", 1, input, tensor)
    return matmul(input, tensor)


@published(method=False)
def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """Return x Wᵀ + b.

    Parameters
    ----------
    input : Tensor of shape (..., D_in)
        The features.
    weight : Tensor of shape (D_out, D_in) or (D_in,)
        The weight.
    bias : Tensor of shape (D_out,), optional
        Added to every row.

    Returns
    -------
    Tensor of shape (..., D_out)
    """
    if len(weight.shape) == 1:
        result = matmul(input, weight)
        return result if bias is None else result + bias
    if len(weight.shape) != 2 or not input.shape or input.shape[-1] != weight.shape[1]:
        raise error("linear-shapes", x=input.shape, weight=weight.shape)
    if bias is not None and bias.shape != weight.shape[:1]:
        raise error("linear-bias", bias=bias.shape, expected=weight.shape[:1])
    if len(input.shape) == 1:  # one row: the rules multiply matrices
        return reshape_p(linear_p(reshape_p(input, shape=(1, *input.shape)), weight, bias), shape=weight.shape[:1])
    return linear_p(input, weight, bias)


register("matmul", matmul)
