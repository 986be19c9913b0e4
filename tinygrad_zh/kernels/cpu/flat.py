"""Floor 2: arrays of any shape as rows of numbers, which is all that an elementwise loop needs.

May import: floor 0 only.  Read next: ``step.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...aliases import Array


def computes_in(dtype: Any) -> Any:
    """The dtype in which a loop computes: float32 and float64 themselves, float32 for float16."""
    return dtype if dtype.char in "fd" and dtype.isnative else np.dtype(np.float32 if dtype.itemsize < 4 else float)


def rows_of(arrays: Sequence[Array]) -> list[Array] | None:
    """Views of one dimension, in one order and of one dtype float32 or float64; None if there are no such."""
    first = arrays[0]
    shape, dtype = first.shape, first.dtype
    if computes_in(dtype) is not dtype:
        return None
    by_rows = by_columns = True
    for x in arrays:
        if x.shape != shape or x.dtype != dtype:
            return None
        flags = x.flags
        by_rows, by_columns = by_rows and flags.c_contiguous, by_columns and flags.f_contiguous
    if by_rows:
        return [x.reshape(-1) for x in arrays]
    return [x.T.reshape(-1) for x in arrays] if by_columns else None


def in_one_pass(loop: Callable[..., None], *arrays: Array) -> Any:
    """Return what ``loop(*rows, out)`` writes for arrays of one shape and floating dtype, in whatever order of memory.

    Of several shapes or dtypes, NotImplemented.
    """
    like = arrays[-1]
    dtype = like.dtype
    if dtype.kind != "f" or any(x.shape != like.shape or x.dtype != dtype for x in arrays):
        return NotImplemented
    out = np.empty_like(like)
    rows = rows_of((*arrays, out))
    if rows is None:
        work = computes_in(dtype)
        out = np.empty(like.shape, work)
        rows = [np.ascontiguousarray(x, dtype=work).reshape(-1) for x in arrays] + [out.reshape(-1)]
    loop(*rows)
    return out if out.dtype is dtype else out.astype(dtype)


def last_rows(x: Array, dtype: Any) -> Array:
    """Return an array as rows along its last dimension, (N, D): a view, or a copy if its memory is in another order."""
    return np.ascontiguousarray(x, dtype=dtype).reshape(-1, x.shape[-1])


EIGHT = 8
"""How many parameters one call of a loop takes: a call costs some microseconds, whatever it does, and the loop is
compiled for a fixed number."""


def in_eights(loop: Callable[..., None], kinds: Sequence[Sequence[Array]], *options: Any) -> bool:
    """Call ``loop(*kinds, *options)`` on tuples of eight rows each, filled up with empty ones.

    Parameters
    ----------
    loop : callable
        Takes a tuple of rows per kind.
    kinds : sequence of sequence of array
        All parameters, all gradients, …: the same number of each.

    Returns
    -------
    bool
        Whether all arrays are rows of one dtype in the order of memory; else nothing is done.
    """
    dtype = kinds[0][0].dtype
    if computes_in(dtype) is not dtype:
        return False
    for arrays in kinds:
        for x in arrays:
            if x.dtype is not dtype or not x.flags.c_contiguous:
                return False
    rows = [[x.reshape(-1) for x in arrays] for arrays in kinds]
    nothing = np.empty(0, dtype=dtype)
    for start in range(0, len(rows[0]), EIGHT):
        eights = [each[start : start + EIGHT] for each in rows]
        loop(*[(*each, *[nothing] * (EIGHT - len(each))) for each in eights], *options)
    return True


def update(loop: Callable[..., None], written: Sequence[Array], g: Array, *options: Any) -> None:
    """Call ``loop(*written, g, *options)`` on rows, by way of copies where there are no such views."""
    rows = rows_of((*written, g))
    if rows is not None:
        loop(*rows, *options)
        return
    shape, dtype = written[0].shape, computes_in(written[0].dtype)
    copies = [np.array(x, dtype=dtype, order="C") for x in written]
    given = np.ascontiguousarray(np.broadcast_to(g, shape), dtype=dtype)
    loop(*[x.reshape(-1) for x in copies], given.reshape(-1), *options)
    for x, copy in zip(written, copies, strict=True):
        x[...] = copy
