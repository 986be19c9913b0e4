"""Floor 2: adding every element where its index says, along one dimension.

    y[a, index[a, i, b], b] += x[a, i, b]

Cost: memory is read and written once; the formula first makes an index into the flattened array, of 8 bytes for each
element, and then adds one element after the other through it.

Numerical device: none; the elements are added in their order.

May import: floor 0 only.  The formula is in ``../../ops/gather.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...aliases import Array, Shape
from .compiling import compiled


@compiled()
def add_at(x: Array, index: Array, y: Array) -> bool:
    """Add `x` to `y`, arrays of three dimensions, along the second; return whether all of the index was inside."""
    for a in range(x.shape[0]):
        for i in range(x.shape[1]):
            for b in range(x.shape[2]):
                k = index[a, i, b]
                if not 0 <= k < y.shape[1]:
                    return False
                y[a, k, b] += x[a, i, b]
    return True


def scatter_sum(xp: Any, x: Array, index: Array, *, shape: Shape, dim: int) -> Any:
    """Return zeros to which `x` was added where `index` says; see the primitive of this name."""
    others = (*shape[:dim], *shape[dim + 1 :])
    if x.dtype.char not in "fd" or not x.dtype.isnative or others != (*index.shape[:dim], *index.shape[dim + 1 :]):
        return NotImplemented
    y = np.zeros(shape, x.dtype)
    before, after = math.prod(shape[:dim]), math.prod(shape[dim + 1 :])
    given, places = np.ascontiguousarray(np.broadcast_to(x, index.shape)), np.ascontiguousarray(index)
    inside = not given.size or add_at(
        given.reshape(before, -1, after), places.reshape(before, -1, after), y.reshape(before, -1, after)
    )
    return y if inside else NotImplemented
