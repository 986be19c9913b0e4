"""When two results are the same: equal, within rounding, or different.

Two correct programs round differently: they add in another order, or their ``exp`` errs by another last bit.
So differences are counted in **ulp**, units in the last place, of the dtype and of the *size* of what was
computed with:

- An elementwise value may differ by 4 ulp of itself: the mathematical libraries of NumPy and PyTorch are each
  right to about 2.  A pullback chains a few roundings and may differ by 8 ulp.
- A sum of n terms may differ by 2(n − 1) ulp more.  Each program's error is at most (n − 1)·eps/2·Σ|terms| in
  any order of addition (Higham 2002, "Accuracy and Stability of Numerical Algorithms", eq. 4.4), and an ulp is
  at least half of eps times the size.  The size is therefore not that of the sum, which may have cancelled to
  nothing, but of Σ|terms|.

Which terms and which size: ``table.py``.  NaN and infinities must stand in the same places, integers and bools
must be equal.

May import: nothing of this package.  Read next: ``replay.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

VALUE_ULP, PULLBACK_ULP = 4, 8
"""What a result and a gradient without any sum may differ by."""

EXACT, NEAR, DIFFERENT, SKIPPED = "exact", "near", "different", "skipped"


@dataclass(frozen=True)
class Verdict:
    """The outcome of one comparison.

    Attributes
    ----------
    kind : str
        ``"exact"``, ``"near"`` (within rounding), ``"different"`` or ``"skipped"`` (not compared).
    ulp : float
        The greatest difference, in units in the last place.
    allowed : int
        How many of them are rounding.
    note : str
        What differs, if it is no number; why it was skipped.
    """

    kind: str
    ulp: float = 0.0
    allowed: int = 0
    note: str = ""


def allowed_ulp(terms: int, base: int) -> int:
    """Return how many ulp two results may differ by, each the sum of so many terms."""
    return base + 2 * (max(terms, 1) - 1)


def compare(ours: Any, theirs: Any, size: Any, allowed: int) -> Verdict:
    """Compare two arrays.

    Parameters
    ----------
    ours, theirs : numpy.ndarray
        Of any dtype.
    size : numpy.ndarray, or None
        The size at which rounding is measured, broadcast to the arrays; None for their own.
    allowed : int
        How many ulp are rounding.

    Returns
    -------
    Verdict
    """
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return Verdict(DIFFERENT, note=f"{ours.shape} {ours.dtype} / {theirs.shape} {theirs.dtype}")
    floating = ours.dtype.kind == "f"
    if np.array_equal(ours, theirs, equal_nan=floating):
        return Verdict(EXACT)
    if not floating:
        return Verdict(DIFFERENT, ulp=np.inf, allowed=0)
    finite = np.isfinite(ours) & np.isfinite(theirs)
    if not np.array_equal(ours[~finite], theirs[~finite], equal_nan=True):
        return Verdict(DIFFERENT, ulp=np.inf, allowed=allowed)
    a, b = ours[finite].astype(np.float64), theirs[finite].astype(np.float64)
    own = np.maximum(np.abs(a), np.abs(b))
    if size is not None:
        own = np.maximum(own, np.nan_to_num(np.broadcast_to(size, ours.shape)[finite]))
    bounds = np.finfo(ours.dtype)
    ulp = np.spacing(np.clip(own, bounds.tiny, bounds.max / 2).astype(ours.dtype)).astype(np.float64)
    greatest = float((np.abs(a / ulp - b / ulp)).max())  # divided first, for a − b may overflow
    return Verdict(NEAR if greatest <= allowed else DIFFERENT, greatest, allowed)
