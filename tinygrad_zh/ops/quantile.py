r"""Floor 2: quantiles: what a given share of the elements does not exceed.

The sorted elements are gathered at two neighbouring places and mixed, so the gradient is theirs.

May import: floors 0–1, ``convert``, ``dims``, ``elementwise``, ``gather``, ``shape``, ``sort``.
Read next: ``search.py``.
"""

from __future__ import annotations

from typing import Any

from ..backend.dtypes import float32, float64, int64
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import error
from .create import tensor
from .dims import kept_shape, one_dim
from .elementwise import where_p
from .gather import gather_p
from .publish import published
from .reduce import sum_p
from .rounding import ceil, floor, round
from .shape import movedim, reshape_p
from .sort import argsort_p

INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


@published()
def quantile(
    input: Any, q: Any, dim: Any = None, keepdim: bool = False, *, interpolation: str = "linear", axis: Any = None
) -> Any:
    """Return what the share `q` of the elements along `dim`, or of all elements, does not exceed.

    Parameters
    ----------
    input : Tensor of shape (...), float32 or float64
        At least one element; a row with a NaN has the quantile NaN.
    q : float or Tensor of shape () or (Q,), of the dtype of `input`
        From 0 to 1.
    dim : int, optional
        Along which dimension.
    keepdim : bool
        Keep it with length 1.
    interpolation : {"linear", "lower", "higher", "midpoint", "nearest"}
        What to return if the place q·(n − 1) in the order is no whole number.

    Returns
    -------
    Tensor
        Of the shape of `input` without `dim`; for Q quantiles (Q, ...).

    Notes
    -----
    With "linear", a + w (b − a): both neighbours a and b get their share of the gradient, and `q` gets the slope.
    """
    return quantile_of("quantile", input, q, dim if axis is None else axis, keepdim, interpolation, ignore_nan=False)


@published()
def nanquantile(
    input: Any, q: Any, dim: Any = None, keepdim: bool = False, *, interpolation: str = "linear", axis: Any = None
) -> Any:
    """Return the quantiles of the elements that are not NaN; NaN if there are none; see `quantile`."""
    return quantile_of("nanquantile", input, q, dim if axis is None else axis, keepdim, interpolation, ignore_nan=True)


def shares_of(op: str, input: Any, q: Any) -> Any:
    """Return `q` as a Tensor beside `input`; refuse what is no share."""
    if isinstance(q, (int, float)):
        q = tensor(float(q), dtype=input.dtype, device=input.device)
    if not isinstance(q, Tensor) or q.ndim > 1 or q.dtype != input.dtype:
        got = f"a Tensor of shape {q.shape}, {q.dtype}" if isinstance(q, Tensor) else type(q).__name__
        raise error("quantile-q", op=op, got=got, dtype=input.dtype)
    if not ((q.array >= 0) & (q.array <= 1)).all():
        raise error("quantile-range", op=op)
    return q


def quantile_of(op: str, input: Any, q: Any, dim: Any, keepdim: bool, interpolation: str, *, ignore_nan: bool) -> Any:
    """Sort, and mix the neighbours of the place q·(n − 1)."""
    if input.dtype not in (float32, float64):
        raise error("dtype-unsupported", op=op, dtypes=input.dtype)
    if interpolation not in INTERPOLATIONS:
        known = ", ".join(repr(name) for name in INTERPOLATIONS)
        raise error("argument", op=op, argument="interpolation", expected=known, got=interpolation)
    q = shares_of(op, input, q)
    place = None if dim is None else one_dim(op, dim, input.ndim)
    if not input.array.size:
        raise error("reduce-empty", op=op, shape=input.shape)
    dims = tuple(range(input.ndim)) if place is None or not input.ndim else (place,)
    rows = movedim(input, place, -1) if dims == (place,) else reshape_p(input, shape=(-1,))  # (..., N)
    values = mixed(rows, reshape_p(q, shape=(-1,)), interpolation, ignore_nan)  # (..., Q)
    first = movedim(values, -1, 0)
    if keepdim:
        first = reshape_p(first, shape=(first.shape[0], *kept_shape(input.shape, dims)))
    return first if q.ndim else reshape_p(first, shape=first.shape[1:])


def mixed(rows: Any, q: Any, interpolation: str, ignore_nan: bool) -> Any:
    """Return the quantiles of every row, as a last dimension."""
    last, order = rows.ndim - 1, argsort_p(rows, dim=rows.ndim - 1)
    numbers = sum_p(registry["cast"](rows == rows, dtype=rows.dtype), dims=(last,), keepdim=True)
    greatest = rows.shape[-1] - 1
    if ignore_nan:
        ranks = q * where_p(numbers > 0, numbers - 1, 0)
    else:
        ranks = where_p(numbers == rows.shape[-1], q * greatest, greatest)  # NaN stands last
    if interpolation == "lower":
        ranks = floor(ranks)
    elif interpolation == "higher":
        ranks = ceil(ranks)
    elif interpolation == "nearest":
        ranks = round(ranks)
    below = registry["cast"](ranks.detach(), dtype=int64)
    a = gather_p(rows, gather_p(order, below, dim=last), dim=last)
    if interpolation not in ("linear", "midpoint"):
        return a
    above = registry["cast"](ceil(ranks.detach()), dtype=int64)
    b = gather_p(rows, gather_p(order, above, dim=last), dim=last)
    w = ranks - below if interpolation == "linear" else 0.5
    if interpolation == "midpoint":
        return b - (b - a) * w
    return where_p(w < 0.5, a + (b - a) * w, b - (b - a) * (1 - w))  # at w = 1 it is exactly b
