"""Floor 2: activation functions and their pullbacks in one pass over memory.

    relu    y = x where x > 0, 0 where x ≤ 0, and NaN where x is NaN
            ∂L/∂x = g where y > 0, 0 where y ≤ 0, and g where y is NaN

Cost: 2 numbers per element forward and 3 back; the formula of the pullback makes a mask in between.

Numerical device: none; nothing is rounded.  0 is chosen, not multiplied by, so that 0 stays 0 where g is infinite.

May import: floor 0 only.  Read next: ``loss.py``; the formula is in ``../../ops/activation.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...aliases import Array
from .compiling import compiled
from .flat import rows_of


@compiled()
def let_through(g: Array, y: Array, out: Array) -> None:
    """Write `g`, and 0 where ``y <= 0``, into `out`."""
    zero = out.dtype.type(0)
    for i in range(out.size):
        out[i] = zero if y[i] <= zero else g[i]


def relu(xp: Any, x: Array) -> Any:
    """Return max(x, 0); see the primitive of this name."""
    out = np.empty_like(x)  # in the order of x's memory
    rows = rows_of((x, out))
    if rows is None:
        return NotImplemented
    let_through(rows[0], *rows)
    return out


def relu_pullback(xp: Any, g: Array, y: Array) -> Any:
    """Return the pullback of relu; see the primitive of this name."""
    out = np.empty_like(y)  # in the order of y's memory
    rows = rows_of((g, y, out))
    if rows is None:  # in several orders, or of a dtype that the loop is not for
        return NotImplemented
    let_through(*rows)
    return out
