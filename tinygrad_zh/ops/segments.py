r"""Floor 2: ``segment_reduce``: neighbouring slices become one, as many as a list of lengths says.

May import: floors 0–1, ``create``, ``dims``, ``elementwise``, ``publish``, ``scan``, ``scatter_reduce``, ``shape``.
"""

from __future__ import annotations

import math
from typing import Any

from ..backend.devices import backend_of
from ..backend.dtypes import int64
from ..core.registry import registry
from ..core.tensor import Tensor, box
from ..errors import error
from .create import full
from .dims import one_dim
from .elementwise import where_p
from .publish import published
from .scatter_reduce import checked_reduction, reduced
from .shape import broadcast_to_p, reshape_p

REDUCTIONS = {"sum": "sum", "mean": "sum", "prod": "prod", "max": "amax", "min": "amin", "amax": "amax", "amin": "amin"}
NEUTRAL = {"sum": 0.0, "mean": 0.0, "prod": 1.0, "max": -math.inf, "amax": -math.inf, "min": math.inf, "amin": math.inf}


@published(method=False)
def segment_reduce(
    data: Any, reduce: str, *, lengths: Any = None, offsets: Any = None, axis: int = 0, unsafe: bool = False,
    initial: Any = None,
) -> Any:  # fmt: skip
    """Reduce segments of neighbouring slices along a dimension.

    Parameters
    ----------
    data : Tensor of shape (..., N, ...), floating
        What is reduced.
    reduce : {"sum", "mean", "max", "min", "prod"}
        How.
    lengths : Tensor of int of shape (..., S)
        How many slices each segment has; as many dimensions in front as there are before `axis`.
    offsets : Tensor of int of shape (..., S + 1), optional
        Where segments begin, and where the last one ends, instead of `lengths`.  Slices outside are left out.
    axis : int
        Along which dimension; it is the last one of `lengths`.
    unsafe : bool
        Lengths need not add up to N: the slices left over are left out.
    initial : number, optional
        What each segment begins with: it is added, multiplied by, or compared with; without it, an empty segment has
        0, 1, or an infinity, and no mean.

    Returns
    -------
    Tensor of shape (..., S, ...)

    Raises
    ------
    ShapeError
        If the segments do not fit the data.

    Notes
    -----
    Equals share the gradient of a maximum evenly.  (In PyTorch each of them gets the whole of it where the slices have
    more than one element.)

    Examples
    --------
    >>> segment_reduce(tensor([1.0, 2.0, 3.0]), "sum", lengths=tensor([2, 1]))
    tensor([3., 3.])
    """
    checked_reduction("segment_reduce", reduce, tuple(REDUCTIONS))
    if data.dtype.kind != "f":
        raise error("dtype-not-floating", op="segment_reduce", dtype=data.dtype)
    if not data.ndim:
        raise error("ndim", op="segment_reduce", expected="1 or more", shape=())
    d = one_dim("segment_reduce", axis, data.ndim)
    if (lengths is None) == (offsets is None):
        got = "neither" if lengths is None else "both"
        raise error("argument", op="segment_reduce", argument="lengths", expected="lengths or offsets", got=got)
    limits = limits_of(data, d, lengths, offsets, bool(unsafe))
    count = limits.shape[-1] - 1
    # Slices before the first limit have number 0, those behind the last one count + 1; segments stand between.
    numbers = box(numbers_of(limits, data.shape[d]))
    index = reshape_p(numbers, shape=(*numbers.shape, *(1,) * (data.ndim - d - 1)))
    index = broadcast_to_p(index, shape=data.shape)
    shape = (*data.shape[:d], count + 2, *data.shape[d + 1 :])
    begin = NEUTRAL[reduce] if initial is None else initial
    extreme = REDUCTIONS[reduce] in ("amax", "amin")
    base = full(shape, NEUTRAL[reduce] if extreme else float(begin), dtype=data.dtype, device=data.device)
    total = reduced("segment_reduce", base, index, data, d, REDUCTIONS[reduce], include_self=not extreme)
    total = total[(*(slice(None),) * d, slice(1, count + 1))]
    if extreme and initial is not None:  # equal to it, the elements keep their gradient
        worse = total < initial if REDUCTIONS[reduce] == "amax" else total > initial
        return where_p(worse, float(initial), total)
    if reduce == "mean":
        sizes = registry["cast"](box(limits[..., 1:] - limits[..., :-1]), dtype=data.dtype)
        sizes = reshape_p(sizes, shape=(*sizes.shape, *(1,) * (data.ndim - d - 1)))
        return total / (sizes if initial is None else where_p(sizes == 0, 1.0, sizes))
    return total


def limits_of(data: Any, d: int, lengths: Any, offsets: Any, unsafe: bool) -> Any:
    """Return the array of the limits of all segments, checked: the last of one is the first of the next."""
    given = offsets if lengths is None else lengths
    if not isinstance(given, Tensor):
        raise error("not-a-tensor", op="segment_reduce", kind=type(given).__name__)
    if given.dtype.kind not in "iu":
        raise error("index-tensor-dtype", op="segment_reduce", got=given.dtype)
    if given.ndim != d + 1 or given.shape[:-1] != data.shape[:d] or (lengths is None and not given.shape[-1]):
        expected = (*data.shape[:d], "S" if lengths is not None else "S + 1")
        raise error("segments-shape", got=given.shape, expected=expected)
    xp, n = backend_of(given.array).xp, data.shape[d]
    limits = given.array.astype(int64)
    if lengths is not None:
        limits = xp.concatenate([xp.zeros((*limits.shape[:-1], 1), dtype=int64), xp.cumsum(limits, axis=-1)], axis=-1)
    steps = limits[..., 1:] - limits[..., :-1]
    whole = unsafe or lengths is None or bool(xp.all(limits[..., -1] == n))
    if not whole or bool(xp.any(steps < 0)) or bool(xp.any(limits < 0)) or bool(xp.any(limits > n)):
        raise error("segments", length=n, dim=d)
    return limits


def numbers_of(limits: Any, length: int) -> Any:
    """Return how many of the limits are at or before each slice: 0 before all of them, then the segment from 1."""
    xp = backend_of(limits).xp
    return xp.sum(limits[..., None, :] <= xp.arange(length)[:, None], axis=limits.ndim).astype(int64)
