r"""Floor 2: how alike two vectors are: unit vectors, the cosine of an angle, distances, and bilinear forms.

May import: floors 0–1, ``dims``, ``elementwise``, ``linalg``, ``norm``, ``reduce``, ``shape``.  Read next: ``loss.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.registry import registry
from ..errors import error
from .dims import one_dim
from .elementwise import clamp_p
from .linalg import matmul_p
from .norm import norm_of
from .publish import publish, published
from .reduce import floating, sum_p
from .shape import broadcast_to_p, permute_p, reshape_p


@published(space="nn.functional")
def normalize(input: Any, p: float = 2.0, dim: Any = 1, eps: float = 1e-12) -> Any:
    """Divide vectors by their p-norm, so that it becomes 1.

    Parameters
    ----------
    input : Tensor of shape (...), floating
        The vectors.
    p : number
        Which norm: 2 is Euclid's.
    dim : int or tuple of int
        Along which the vectors lie.
    eps : float
        A norm below it counts as so much: the zero vector stays as it is.
    """
    length = norm_of("normalize", input, p, dim, True, None)
    return input / clamp_p(length, eps, None)


@published(method=False)
def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    """Return the cosine of the angle between vectors: 1 if they point the same way, −1 if the opposite way.

    Parameters
    ----------
    x1, x2 : Tensor of shapes that broadcast, of which one is floating
        The vectors.
    dim : int
        Along which dimension of the broadcast shape they lie.
    eps : float
        A norm below it counts as so much; as in PyTorch, its slope stays that of the norm.

    Returns
    -------
    Tensor of the broadcast shape without `dim`

    Notes
    -----
    Σ x₁x₂ / (‖x₁‖ ‖x₂‖), each vector divided by its norm first, so that no product overflows.
    """
    first, second = registry["common"](x1, x2)
    floating("cosine_similarity", first)
    if first.shape != second.shape:
        first, second = broadcast(first, second)
    place = one_dim("cosine_similarity", dim, first.ndim)
    dims = (place,) if first.ndim else ()
    return sum_p(direction(first, dims, eps) * direction(second, dims, eps), dims=dims)


def broadcast(x1: Any, x2: Any) -> tuple[Any, Any]:
    """Repeat both to their common shape: a vector that is repeated along its own dimension becomes longer."""
    try:
        shape = np.broadcast_shapes(x1.shape, x2.shape)
    except ValueError as problem:
        raise error("broadcast", op="cosine_similarity", shapes=f"{x1.shape} and {x2.shape}") from problem
    return broadcast_to_p(x1, shape=shape), broadcast_to_p(x2, shape=shape)


def direction(x: Any, dims: tuple[int, ...], eps: float) -> Any:
    """X / max(‖x‖, ε), where the maximum does not touch the slope."""
    length = norm_of("cosine_similarity", x, 2, dims, True, None) if dims else abs(x)
    fixed = length.detach()
    return x / (length + (clamp_p(fixed, eps, None) - fixed))


@published(method=False)
def pairwise_distance(x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Any:
    """Return the p-norm of x₁ − x₂ + ε, of vectors along the last dimension.

    Parameters
    ----------
    x1, x2 : Tensor of shapes that broadcast to (..., D)
        The vectors.
    p : number
        Which norm: 2 is Euclid's.
    eps : float
        Added to every element, so that the distance of equals has a slope.
    keepdim : bool
        Keep the last dimension with length 1.

    Returns
    -------
    Tensor of shape (...), or (..., 1)
    """
    return norm_of("pairwise_distance", x1 - x2 + float(eps), p, -1, keepdim, None)


@published(method=False)
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Any:
    """Return x₁ᵀ W_o x₂ + b_o for every output o.

    Parameters
    ----------
    input1 : Tensor of shape (..., D₁)
        The one feature vector.
    input2 : Tensor of shape (..., D₂), with the same leading dimensions
        The other.
    weight : Tensor of shape (D_out, D₁, D₂)
        A matrix per output.
    bias : Tensor of shape (D_out,), optional
        Added to every row.

    Returns
    -------
    Tensor of shape (..., D_out)

    Notes
    -----
    Two products of matrices: x₁ with all W_o side by side, then with x₂; O(N D_out D₁ D₂) multiplications.
    """
    op = "bilinear"
    if weight.ndim != 3:
        raise error("ndim", op=op, expected=3, shape=weight.shape)
    outputs, left, right = weight.shape
    lead = input1.shape[:-1]
    for name, x, size in (("input1", input1, left), ("input2", input2, right)):
        if not x.ndim or x.shape != (*lead, size):
            raise error("parameter-shape", op=op, name=name, got=x.shape, expected=(*lead, size))
    if bias is not None and bias.shape != (outputs,):
        raise error("parameter-shape", op=op, name="bias", got=bias.shape, expected=(outputs,))
    for name, x in (("input2", input2), ("weight", weight), ("bias", bias)):
        if x is not None and x.dtype != input1.dtype:
            raise error("parameter-dtype", op=op, name=name, got=x.dtype, dtype=input1.dtype)
    side_by_side = reshape_p(permute_p(weight, dims=(1, 0, 2)), shape=(left, outputs * right))
    rows = math.prod(lead)
    halfway = matmul_p(reshape_p(input1, shape=(rows, left)), side_by_side)
    columns = reshape_p(input2, shape=(rows, right, 1))
    y = matmul_p(reshape_p(halfway, shape=(rows, outputs, right)), columns)
    y = reshape_p(y, shape=(*lead, outputs))
    return y if bias is None else y + bias


for _function in (cosine_similarity, pairwise_distance, bilinear):
    publish(_function.__name__, _function, space="nn.functional")
