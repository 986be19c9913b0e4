r"""Floor 2: distances between all points of one set and all of another, ``cdist``, or among one set, ``pdist``.

Where two points coincide the distance has no slope; its gradient there is 0, as in PyTorch.

May import: floors 0–1, ``create``, ``elementwise``, ``linalg``, ``lookup``, ``norm``,
``reduce``, ``shape``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..backend.dtypes import float16
from ..core.primitive import primitive
from ..core.registry import registry
from ..errors import error
from .create import tensor
from .elementwise import abs, masked_to_zero, sign, where_p
from .linalg import matmul_p
from .lookup import index_select
from .matrices import column
from .norm import norm_of
from .publish import publish, published
from .reduce import sum_p
from .shape import mT, reshape_p


@primitive(
    r"\left\| <x> \right\|_{<p>}",
    vjp_x=lambda g, x, y, p: length_pullback(column(g), x, column(y), p),
    tex_rules={"x": r"g \odot \operatorname{sign}(x) \odot \left(\frac{\left|x\right|}{y}\right)^{p - 1}"},
)
def length_p(xp: Any, x: Any, *, p: float) -> Any:
    """Return the p-norms of vectors along the last dimension; p = 0 counts what is not 0."""
    size = xp.abs(x)
    if p == 0:
        return xp.sum(size != 0, axis=-1).astype(x.dtype)
    if p == 1:
        return xp.sum(size, axis=-1)
    if p == 2:
        return xp.sqrt(xp.sum(size * size, axis=-1))
    if p == math.inf:
        return xp.max(size, axis=-1) if x.shape[-1] else xp.sum(size, axis=-1)
    return xp.power(xp.sum(xp.power(size, p), axis=-1), 1 / p)


def length_pullback(g: Any, x: Any, y: Any, p: float) -> Any:
    """G ⊙ sign(x) ⊙ (|x| / y)^(p − 1); 0 where a length or a difference is 0."""
    if p == 0:
        return g * x * 0
    if p == 1:
        return g * sign(x)
    if p == math.inf:
        return g * sign(x) * registry["cast"](abs(x) == y, dtype=x.dtype)
    y = where_p(y == 0, 1, y)  # then x is 0, too
    if p == 2:
        return x * (g / y)
    return masked_to_zero(g * sign(x) * (abs(x) / y) ** (p - 1), x == 0)


@primitive(
    r"\left\| <a>_{i} - <b>_{j} \right\|",
    vjp=lambda g, a, b, y: euclidean_pullback(masked_to_zero(g, y == 0) / where_p(y == 0, 1, y), a, b),
    tex_rules={
        "a": r"\sum_{j} \frac{g_{ij}}{y_{ij}} (a_{i} - b_{j})",
        "b": r"\sum_{i} \frac{g_{ij}}{y_{ij}} (b_{j} - a_{i})",
    },
)
def euclidean(xp: Any, a: Any, b: Any) -> Any:
    """Return √(|a|² − 2ab + |b|²): one product of matrices, and no difference of every pair."""
    squares = xp.sum(a * a, axis=-1)[..., :, None] + xp.sum(b * b, axis=-1)[..., None, :]
    return xp.sqrt(xp.maximum(squares - 2 * xp.matmul(a, xp.swapaxes(b, -1, -2)), 0))


def euclidean_pullback(ratio: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """With ratios rᵢⱼ = gᵢⱼ / yᵢⱼ: Σⱼ rᵢⱼ (aᵢ − bⱼ) for aᵢ, and Σᵢ rᵢⱼ (bⱼ − aᵢ) for bⱼ."""
    last = len(ratio.shape) - 1
    of_a = a * sum_p(ratio, dims=(last,), keepdim=True) - matmul_p(ratio, b)
    of_b = b * mT(sum_p(ratio, dims=(last - 1,), keepdim=True)) - matmul_p(mT(ratio), a)
    return of_a, of_b


MODES = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")
MANY = 25
"""From more points than these on, the first mode multiplies matrices."""


@published(method=False)
def cdist(x1: Any, x2: Any, p: float = 2.0, compute_mode: str = MODES[0]) -> Any:
    """Return the distances between the points of two sets.

    Parameters
    ----------
    x1, x2 : Tensor of shape (..., P, M) and (..., R, M), float32 or float64
        Points of M coordinates; batches broadcast.
    p : float
        Of the norm: at least 0; 0 counts the coordinates that differ, inf takes the greatest difference.
    compute_mode : str
        Whether the distances for p = 2 come from a product of matrices, which is faster, and less exact for points
        close together: ``'use_mm_for_euclid_dist'`` always, ``'donot_use_mm_for_euclid_dist'`` never, and the
        default for more than 25 points.

    Returns
    -------
    Tensor of shape (..., P, R)
    """
    for x in (x1, x2):
        check_points("cdist", x, p)
        if x.ndim < 2:
            raise error("matrix-ndim", op="cdist", shape=x.shape)
    if x1.dtype != x2.dtype:
        raise error("matrix-dtypes", op="cdist", dtypes=f"{x1.dtype}, {x2.dtype}")
    if x1.shape[-1] != x2.shape[-1]:
        raise error("solve-shapes", op="cdist", a=x1.shape, b=x2.shape, expected="(..., p, m), (..., r, m)")
    if compute_mode not in MODES:
        raise error("argument", op="cdist", argument="compute_mode", expected=", ".join(MODES), got=compute_mode)
    many = compute_mode == MODES[0] and max(x1.shape[-2], x2.shape[-2]) > MANY
    if p == 2 and (many or compute_mode == MODES[1]):
        return euclidean(x1, x2)
    differences = reshape_p(x1, shape=(*x1.shape[:-1], 1, x1.shape[-1])) - reshape_p(
        x2, shape=(*x2.shape[:-2], 1, *x2.shape[-2:])
    )
    return length_p(differences, p=float(p))


def check_points(op: str, x: Any, p: Any) -> None:
    """Refuse points that are no float32 or float64, and norms that do not exist."""
    if x.dtype.kind != "f":
        raise error("dtype-not-floating", op=op, dtype=x.dtype)
    if x.dtype == float16:
        raise error("dtype-unsupported", op=op, dtypes=x.dtype)
    if isinstance(p, bool) or not isinstance(p, (int, float)) or not p >= 0:
        raise error("argument", op=op, argument="p", expected="a number of at least 0", got=p)


@published(method=False)
def pdist(input: Any, p: float = 2.0) -> Any:
    """Return the distances between every two points of a set.

    Parameters
    ----------
    input : Tensor of shape (N, M), float32 or float64
        Points of M coordinates.
    p : float
        Of the norm; see `cdist`.

    Returns
    -------
    Tensor of shape (N (N − 1) / 2,)
        Of the pairs (0, 1), (0, 2), …, (1, 2), …
    """
    check_points("pdist", input, p)
    if input.ndim != 2:
        raise error("ndim", op="pdist", expected=2, shape=input.shape)
    first, second = (tensor(i, device=input.device) for i in np.triu_indices(input.shape[0], 1))
    return length_p(index_select(input, 0, first) - index_select(input, 0, second), p=float(p))


publish("pdist", pdist, space="nn.functional")


@published()
def dist(input: Any, other: Any, p: float = 2) -> Any:
    """Return the p-norm of the difference of two tensors, broadcast to a common shape; see ``linalg.vector_norm``."""
    return norm_of("dist", input - other, p, None, False, None)
