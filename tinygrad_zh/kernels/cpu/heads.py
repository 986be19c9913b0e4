"""Floor 2: where in memory the matrices of a batch lie, for kernels that go through them one by one.

Heads of attention are slices of one wide projection, keys may be shared by several heads and masks by all of a batch:
views without a common stride.  A table of addresses, one row per head and one column per operand, serves all of them,
and what is shared simply has its address several times: a kernel that *adds* to it sums over those who share it.

May import: floor 0 only.  Read next: ``attention.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...aliases import Array, Shape
from .compiling import compiled


def in_rows(x: Array) -> Array:
    """Return an array whose last two dimensions are rows as BLAS takes them, without gaps within a row."""
    size = x.itemsize
    row, gap = x.strides[-2:]
    return x if gap == size and row >= x.shape[-1] * size and not row % size else np.ascontiguousarray(x)


def row_step(x: Array) -> int:
    """Return how many elements apart the rows lie."""
    return int(x.strides[-2] // x.itemsize)


def batch_of(*operands: Array | None) -> Shape:
    """Return the common batch of matrices; most often it is everybody's."""
    shapes = {x.shape[:-2] for x in operands if x is not None}
    return shapes.pop() if len(shapes) == 1 else np.broadcast_shapes(*shapes)


def steps(x: Array, batch: Shape, size: int) -> list[int]:
    """Return how many times `size` bytes apart the matrices lie along each dimension of a batch; 0 if one is shared."""
    lead = x.shape[:-2]
    return [0] * (len(batch) - len(lead)) + [0 if n == 1 else s // size for n, s in zip(lead, x.strides, strict=False)]


@compiled()
def fill(table: Array, starts: Array, apart: Array, sizes: Array) -> None:
    """Write the address of every head's matrix: start + Σ index · step, the last index running fastest."""
    for h in range(table.shape[0]):
        for k in range(table.shape[1]):
            rest, address = h, starts[k]
            for dim in range(sizes.size - 1, -1, -1):
                address += rest % sizes[dim] * apart[k, dim]
                rest //= sizes[dim]
            table[h, k] = address


def addresses(batch: Shape, *operands: Array, within: Array | None = None) -> Any:
    """Return a table of the addresses of all heads' matrices.

    Parameters
    ----------
    batch : tuple of int
        How many heads there are, in several dimensions.
    *operands : array of shape (..., n, m)
        One column each; the leading dimensions broadcast to the batch.
    within : array, optional
        A mask without gaps: one more column says how many elements behind its first each head's part begins.

    Returns
    -------
    array of shape (heads, columns), int64
    """
    starts = [x.ctypes.data for x in operands]
    apart = [steps(x, batch, 1) for x in operands]
    if within is not None:
        starts.append(0)
        apart.append(steps(within, batch, within.itemsize))
    table = np.empty((math.prod(batch), len(starts)), np.int64)
    fill(table, np.array(starts), np.array(apart).reshape(len(starts), len(batch)), np.array(batch, np.int64))
    return table
