r"""Floor 2: rows added to a table at given places: the gradient of looking rows up, as of an embedding.

    y[k] = Σ x[i] over the i with indexᵢ = k

Cost: every row is read once and added once, where the formula calls NumPy's ``add.at`` for every single number.

Numerical device: none; rows are added in the order of `index`, as in the formula.

May import: floor 0 only.  Read next: ``softmax.py``; the formula is in ``../../ops/indexing.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...aliases import Array, Shape
from .compiling import compiled
from .flat import computes_in


@compiled()
def add_rows(x: Array, index: Array, out: Array) -> None:
    """Add each row of `x` to that row of `out` which `index` names; negative ones count from the end."""
    for i in range(index.size):
        k = index[i]
        row, total = x[i], out[k if k >= 0 else k + out.shape[0]]
        for j in range(row.size):
            total[j] += row[j]


def add_at(xp: Any, x: Array, index: Array, *, shape: Shape, dims: tuple[int, ...]) -> Any:
    """Return zeros of `shape` to which rows were added; see the primitive of this name."""
    dtype, inner = x.dtype, shape[1:]
    if dims != (0,) or computes_in(dtype) is not dtype or x.shape != (*index.shape, *inner) or not x.size:
        return NotImplemented
    width = math.prod(inner)
    y = np.zeros((shape[0], width), dtype)
    add_rows(np.ascontiguousarray(x).reshape(-1, width), np.ascontiguousarray(index, dtype=np.int64).reshape(-1), y)
    return y.reshape(shape)
