r"""Floor 2: statistics put together from sums: moments in pairs, sums without NaN, covariance and correlation.

May import: floors 0–1, ``dims``, ``elementwise``, ``linalg``, ``parts``, ``reduce``, ``shape``.
Read next: ``histogram.py``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..aliases import Dims
from ..backend.dtypes import get_default_dtype, int64
from ..core.registry import registry
from ..errors import error
from .dims import many_dims, one_dim
from .elementwise import clamp, masked_to_zero, sqrt
from .linalg import matmul
from .parts import diagonal_p, integer
from .publish import published
from .reduce import amax_p, amin_p, mean_p, refuse_empty, spread_of, std_p, sum, sum_p, var_p
from .shape import mT, reshape_p

# -- two at once ---------------------------------------------------------------------------------------


@published(method=False)
def var_mean(
    input: Any,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
    axis: Dims = None,
) -> Any:
    """Return the variance and the mean along `dim`, or of all elements; see `var`."""
    x, dims, c = spread_of("var_mean", input, dim, correction, unbiased, axis)
    return var_p(x, dims=dims, keepdim=keepdim, correction=c), mean_p(x, dims=dims, keepdim=keepdim)


@published(method=False)
def std_mean(
    input: Any,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
    axis: Dims = None,
) -> Any:
    """Return the standard deviation and the mean along `dim`, or of all elements; see `std`."""
    x, dims, c = spread_of("std_mean", input, dim, correction, unbiased, axis)
    return std_p(x, dims=dims, keepdim=keepdim, correction=c), mean_p(x, dims=dims, keepdim=keepdim)


class MinMax(NamedTuple):
    """The result of ``aminmax``."""

    min: Any
    max: Any


@published()
def aminmax(input: Any, *, dim: Any = None, keepdim: bool = False) -> Any:
    """Return (min, max) along `dim`, or of all elements; equals share the gradient evenly."""
    place = None if dim is None else one_dim("aminmax", dim, input.ndim)
    dims = tuple(range(input.ndim)) if place is None or not input.ndim else (place,)
    refuse_empty("aminmax", input, dims)
    return MinMax(amin_p(input, dims=dims, keepdim=keepdim), amax_p(input, dims=dims, keepdim=keepdim))


# -- without NaN, without zeros ------------------------------------------------------------------------


@published()
def nansum(
    input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None, axis: Dims = None, keepdims: bool = False
) -> Any:
    """Add the elements that are not NaN along `dim`, or all of them; see `sum`."""
    numbers = masked_to_zero(input, input != input) if input.dtype.kind == "f" else input
    return sum(numbers, dim, keepdim or keepdims, dtype=dtype, axis=axis)


@published()
def nanmean(
    input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None, axis: Dims = None, keepdims: bool = False
) -> Any:
    """Return the mean of the elements that are not NaN along `dim`, or of all; NaN if there are none; see `mean`."""
    if input.dtype.kind != "f":
        raise error("dtype-not-floating", op="nanmean", dtype=input.dtype)
    keep = keepdim or keepdims
    count = sum(input == input, dim, keep, axis=axis)
    return nansum(input, dim, keep, dtype=dtype, axis=axis) / count


@published()
def count_nonzero(input: Any, dim: Dims = None, *, axis: Dims = None) -> Any:
    """Return how many elements along `dim`, or of all, are not 0, as int64; NaN is not 0."""
    return sum_p(registry["cast"](input != 0, dtype=int64), dims=many_dims("count_nonzero", dim, input.ndim, axis))


# -- covariance ----------------------------------------------------------------------------------------


def weights_of(name: str, weights: Any, kinds: str, count: int) -> Any:
    """Check a weight for every observation."""
    if weights.ndim > 1 or weights.array.size != count:
        raise error("cov-weights", argument=name, got=f"shape {weights.shape}", expected=f"shape ({count},)")
    if weights.dtype.kind not in kinds:
        expected = "a floating dtype" if kinds == "f" else "an integer dtype"
        raise error("cov-weights", argument=name, got=f"dtype {weights.dtype}", expected=expected)
    if (weights.array < 0).any():
        raise error("cov-weights", argument=name, got="negative in places", expected="no negative weight")
    return weights


@published()
def cov(input: Any, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Any:
    """Return the covariance of every pair of variables.

    Parameters
    ----------
    input : Tensor of shape (N, M) or (M,)
        N variables, a row each, with M observations; one variable may come as a vector.
    correction : int
        The sums are divided by the number (or sum of weights) of observations minus this.
    fweights : Tensor of int of shape (M,), optional
        How often each observation was made.
    aweights : Tensor of shape (M,), floating, optional
        How much each observation counts.

    Returns
    -------
    Tensor of shape (N, N), or 0-d for a single variable

    Raises
    ------
    ShapeError
        If `input` has more than 2 dimensions.
    ArgumentError
        If the weights do not fit the observations.

    Notes
    -----
    With centred rows X and weights w: X diag(w) Xᵀ / (Σw − c), where with `aweights` a the correction c is
    multiplied by Σwa / Σw, as in NumPy.
    """
    if input.ndim > 2:
        raise error("ndim", op="cov", expected="0, 1 or 2", shape=input.shape)
    if input.dtype.kind == "b":
        raise error("dtype-unsupported", op="cov", dtypes="bool")
    c = integer("cov", "correction", correction)
    x = input if input.dtype.kind == "f" else registry["cast"](input, dtype=get_default_dtype())
    x = reshape_p(x, shape=(1, -1)) if x.ndim < 2 else x
    count = x.shape[1]
    weights = None if fweights is None else weights_of("fweights", fweights, "iu", count)
    if aweights is not None:
        a = weights_of("aweights", aweights, "f", count)
        weights = a if weights is None else weights * a
    if weights is None:
        mean, total = mean_p(x, dims=(1,), keepdim=True), count - c
        total = total if total > 0 else 0
        weighted = x = x - mean
    else:
        mass = sum(weights)
        if not (mass.array != 0).all():
            raise error("cov-weights", argument="weights", got="0 in sum", expected="a positive sum")
        x = x - sum_p(x * weights, dims=(1,), keepdim=True) / mass
        total = mass - (c if aweights is None else c * sum(weights * aweights) / mass)
        total = clamp(total, min=0)
        weighted = x * weights
    result = matmul(x, mT(weighted)) / total
    return reshape_p(result, shape=()) if result.shape == (1, 1) else result


@published()
def corrcoef(input: Any) -> Any:
    """Return Pearson's correlation of every pair of variables; see `cov`.

    Notes
    -----
    The covariance divided by both standard deviations, limited to [−1, 1].
    """
    if input.ndim > 2:
        raise error("ndim", op="corrcoef", expected="0, 1 or 2", shape=input.shape)
    c = cov(input)
    if not c.ndim:
        return c / c
    deviation = sqrt(diagonal_p(c, offset=0, dim1=0, dim2=1))
    n = c.shape[0]
    scaled = c / reshape_p(deviation, shape=(n, 1)) / reshape_p(deviation, shape=(1, n))
    return clamp(scaled, -1, 1)
