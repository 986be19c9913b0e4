r"""Floor 2: lengths of vectors: ``norm``, ``linalg.vector_norm``, and ``renorm``, which shortens the long ones.

May import: floors 0–1, ``dims``, ``elementwise``, ``reduce``, ``shape``.  Read next: ``statistics.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..aliases import Dims
from ..backend.dtypes import as_dtype, float16, float32
from ..core.primitive import primitive
from ..core.registry import registry
from ..errors import error
from .dims import many_dims, one_dim
from .elementwise import abs, masked_to_zero, pow, sign, where_p
from .publish import published, spaces
from .reduce import amax_p, amin_p, floating, refuse_empty, spread, sum_p
from .shape import clone


@primitive(
    r"\left(\sum \left|<x>\right|^{<ord>}\right)^{1/<ord>}",
    vjp_x=lambda g, x, y, x_shape, ord, dims: norm_pullback(g, x, y, x_shape, ord, dims),
    tex_rules={"x": r"g \odot \operatorname{sign}(x) \odot \left(\frac{|x|}{y}\right)^{ord - 1}"},
    name="vector_norm",
)
def norm_p(xp: Any, x: Any, *, ord: float, dims: tuple[int, ...], keepdim: bool = False) -> Any:
    wide = x.astype(float32) if x.dtype == float16 else x  # squares of half numbers overflow from 256 on
    if ord == 2:
        return xp.sqrt(xp.sum(wide * wide, axis=dims, keepdims=keepdim)).astype(x.dtype)
    return (xp.sum(xp.abs(wide) ** ord, axis=dims, keepdims=keepdim) ** (1 / ord)).astype(x.dtype)


def norm_pullback(g: Any, x: Any, y: Any, x_shape: Any, ord: float, dims: tuple[int, ...]) -> Any:
    """``g·sign(x)·(|x|/‖x‖)ᵖ⁻¹``; the slope is 0 where x is 0, and so at the zero vector."""
    g, y = spread(g, x_shape, dims), spread(y, x_shape, dims)
    # Where x is 0 its power is left out, or the second derivative would be 0 · ∞ there, and NaN everywhere.
    nowhere_0 = where_p(x == 0, 1, abs(x)) if ord < 2 else None
    if ord < 1:  # the power is negative: of the inverse quotient it is positive
        return g * sign(x) * masked_to_zero(pow(y / nowhere_0, 1 - ord), x == 0)
    y = where_p(y == 0, 1, y)
    if ord < 2:
        return g * sign(x) * masked_to_zero(pow(nowhere_0 / y, ord - 1), x == 0)
    return x * (g / y) if ord == 2 else g * sign(x) * pow(abs(x) / y, ord - 1)


@published(space="linalg")
def vector_norm(x: Any, ord: Any = 2, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """Return the p-norm of the elements along `dim`, or of all, as of one vector.

    Parameters
    ----------
    x : Tensor of shape (...), floating
        The vectors.
    ord : number
        The p: 2 Euclid's, 1 the sum of absolute values, ``inf`` and ``-inf`` the greatest and the smallest of them,
        0 how many are not 0.
    dim : int or tuple of int, optional
        Along which dimensions; over all by default.
    keepdim : bool
        Keep them with length 1.
    dtype : dtype, optional
        Convert to this dtype first; a narrower one is refused.

    Raises
    ------
    DTypeError
        If `x` is not floating, or `dtype` is narrower.
    ShapeError
        If there is no element, and the norm of nothing does not exist (``inf`` and negative orders).

    Notes
    -----
    (Σ |xᵢ|ᵖ)^(1/p).  At a zero vector the gradient is 0; of equal extremes, each has its share.
    """
    return norm_of("linalg.vector_norm", x, ord, dim, keepdim, dtype)


def norm_of(op: str, x: Any, ord: Any, dim: Dims, keepdim: bool, dtype: Any) -> Any:
    """The p-norm in terms of other reductions where it is one."""
    if not isinstance(ord, (int, float)):
        raise error("argument", op=op, argument="ord", expected="a number", got=ord)
    x, p, dims = floating(op, x), float(ord), many_dims(op, dim, x.ndim)
    if dtype is not None:
        x = widened(op, x, dtype)
    if p < 0 or p == math.inf:
        refuse_empty(op, x, dims)
    if p == math.inf:
        return amax_p(abs(x), dims=dims, keepdim=keepdim)
    if p == -math.inf:
        return amin_p(abs(x), dims=dims, keepdim=keepdim)
    if p == 0:
        return sum_p(registry["cast"](x != 0, dtype=x.dtype), dims=dims, keepdim=keepdim)
    if p == 1:
        return sum_p(abs(x), dims=dims, keepdim=keepdim)
    return norm_p(x, ord=p, dims=dims, keepdim=keepdim)


def widened(op: str, x: Any, dtype: Any) -> Any:
    """Convert to a floating dtype, but to none that holds less."""
    wanted = as_dtype(dtype)
    if wanted.kind != "f":
        raise error("dtype-not-floating", op=op, dtype=wanted)
    if np.promote_types(x.dtype, wanted) != wanted:
        raise error("norm-narrow", op=op, dtype=x.dtype, narrow=wanted)
    return registry["cast"](x, dtype=wanted)


@published()
def norm(input: Any, p: Any = "fro", dim: Dims = None, keepdim: bool = False, dtype: Any = None) -> Any:
    """Return the p-norm of the elements along `dim`, or of all, as of one vector.

    Parameters
    ----------
    p : number, "fro" or "nuc"
        As for ``linalg.vector_norm``; "fro", Frobenius', is 2.  "nuc" is the nuclear norm of matrices, whose two
        dimensions `dim` says.
    """
    if p == "nuc":
        dims = tuple(range(input.ndim)) if dim is None else dim
        return spaces["linalg"]["matrix_norm"](input, "nuc", dims, keepdim, dtype=dtype)
    return norm_of("norm", input, 2 if p is None or p == "fro" else p, dim, keepdim, dtype)


@published(inplace=True)
def renorm(input: Any, p: float, dim: int, maxnorm: float) -> Any:
    """Shorten the slices along `dim` whose p-norm exceeds `maxnorm` to that norm.

    Parameters
    ----------
    input : Tensor of shape (..., N, ...), at least 2-d, floating
        N slices.
    p : float
        Of the norm; positive.
    dim : int
        Which dimension counts the slices.
    maxnorm : float
        The greatest norm that stays as it is.

    Notes
    -----
    As PyTorch, it divides by norm + 1e-7.
    """
    if input.ndim < 2:
        raise error("ndim", op="renorm", expected="2 or more", shape=input.shape)
    for name, value, good in (("p", p, "> 0"), ("maxnorm", maxnorm, "≥ 0")):
        if not isinstance(value, (int, float)) or not (value > 0 or (value == 0 and name == "maxnorm")):
            raise error("argument", op="renorm", argument=name, expected=f"a number {good}", got=value)
    place = one_dim("renorm", dim, input.ndim)
    others = tuple(d for d in range(input.ndim) if d != place)
    if not input.array.size:
        return clone(floating("renorm", input))
    lengths = norm_of("renorm", input, p, others, True, None)
    return input * where_p(lengths > maxnorm, maxnorm / (lengths + 1e-7), 1)
