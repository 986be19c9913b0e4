"""Floor 2: functions computed by another formula in each region of their domain, in float64.

No single series or quotient serves a special function everywhere.  A value here says which formula holds where,
and each formula sees only the elements of its region: what would take many steps, overflow or divide by 0
elsewhere is not computed there.

May import: floors 0–1.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

from ..backend.dtypes import float64

Value = Callable[..., Any]


def in_double(value: Value) -> Value:
    """Compute an elementwise value on flat float64 arrays of one length, and round once to the operands' dtype.

    What has several regions loses too much in float32, and half of it overflows in float16.
    """

    @functools.wraps(value)
    def computed(xp: Any, *operands: Any, **static: Any) -> Any:
        dtype, shape, wide = widened(xp, operands)
        return value(xp, *wide, **static).reshape(shape).astype(dtype, copy=False)

    return computed


def widened(xp: Any, operands: Sequence[Any]) -> tuple[Any, tuple[int, ...], list[Any]]:
    """Return the operands' dtype, their common shape, and them as flat float64 arrays of that many elements."""
    dtype = next((x.dtype for x in operands if hasattr(x, "dtype") and x.dtype.kind == "f"), None)
    if dtype is None:
        raise TypeError("a dtype that is not floating is not supported")  # which the door says in the user's words
    wide = [xp.asarray(x, dtype=float64) for x in operands]
    shape = xp.broadcast_shapes(*[x.shape for x in wide])
    return dtype, shape, [xp.broadcast_to(x, shape).reshape(-1) for x in wide]


def by_region(xp: Any, operands: Sequence[Any], *regions: tuple[Any, Value]) -> Any:
    """Compute each region's elements by its formula.

    Parameters
    ----------
    xp : module
        The array module.
    operands : sequence of flat arrays
        Of one length.
    *regions : (mask, formula)
        Disjoint masks; ``formula(*operands)`` gets the operands' elements where its mask is true.

    Returns
    -------
    array
        NaN where no mask is true, and so for NaN, of which no comparison is true.
    """
    y = xp.full(operands[0].shape, math.nan)
    for mask, formula in regions:
        if xp.any(mask):
            y[mask] = formula(*[x[mask] for x in operands])
    return y


def until_small(xp: Any, first: Any, ratio: Callable[[int], Any], most: int = 500) -> Any:
    """Sum a series from its first term and the ratio of the k-th to the one before, until nothing is added.

    Parameters
    ----------
    first : array
        The term number 0.
    ratio : callable
        ``ratio(k)`` for k = 1, 2, …
    most : int
        Of terms; more than any region here needs.
    """
    total = term = first
    for k in range(1, most):
        term = term * ratio(k)
        grown = total + term
        if not xp.any(grown != total):
            break
        total = grown
    return total
