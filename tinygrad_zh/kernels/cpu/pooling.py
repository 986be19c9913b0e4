r"""Floor 2: the largest element of every window and where it stands, and the sum of every window.

    max_pool         best[i] = max_k x[i · stride + k · dilation − padding], and its position in the flattened image
    window_sum       y[i] = Σ_k x[i · stride + k · dilation − padding]
    window_spread    the transpose: y[i] added to every element of window i

A line of results is found tap by tap: the loops run over neighbours, take several at a time, and choose instead of
jumping, for which of two numbers is larger cannot be foreseen.  No zeros are put around the image: under each tap,
only the windows that have it inside are gone through.

Cost: one comparison or addition for each element of a window; memory is read and written once.

Numerical device: none.  A NaN is larger than all numbers, and the last one wins; of equals, the first.

May import: floor 0 only.  The formulas are in ``../../ops/max_pooling.py`` and ``../../ops/patches.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...aliases import Array, Shape
from .columns import Geometry, geometry_of
from .compiling import compiled

FEW = 25
"""Up to so many elements in a window; the sums of larger ones are quicker taken one dimension after the other."""


@compiled()
def first_inside(begin: int, dilation: int) -> int:
    """Return the first element of a window that begins at `begin` which is not before the image."""
    return begin if begin >= 0 else begin % dilation


@compiled()
def reached(size: int, count: int, kernel: int, step: int, dilation: int, before: int) -> Array:
    """Return for every element k of a window from which window to which, of `count`, it is inside the image.

    That is, 0 ≤ i · step + k · dilation − before < size.
    """
    ranges = np.empty((kernel, 2), np.int64)
    for k in range(kernel):
        shift = k * dilation - before
        first = max(0, -(shift // step))
        ranges[k, 0], ranges[k, 1] = first, max(first, min(count, (size - 1 - shift) // step + 1))
    return ranges


@compiled()
def find_largest(
    x: Array, best: Array, index: Array, lowest: Any, kernel: Shape, stride: Shape, dilation: Shape, before: Shape
) -> None:
    """Write the largest element of every window, and its position.

    Parameters
    ----------
    x : array of shape (planes, L₁, L₂, L₃)
        The images, channel by channel.
    best, index : array of shape (planes, M₁, M₂, M₃)
        What is written.
    lowest : number
        What no number is smaller than.
    kernel, stride, dilation, before : tuple of three ints
        See ``Geometry``.
    """
    planes, depth, height, width = best.shape
    _, size1, size2, size3 = x.shape
    step = stride[2]
    ranges = reached(size3, width, kernel[2], step, dilation[2], before[2])
    heads = np.empty(width, np.int64)
    for m in range(width):
        heads[m] = first_inside(m * step - before[2], dilation[2])
    for n in range(planes):
        for i in range(depth):
            p = i * stride[0] - before[0]
            for j in range(height):
                q = j * stride[1] - before[1]
                top, where = best[n, i, j], index[n, i, j]
                start = (first_inside(p, dilation[0]) * size2 + first_inside(q, dilation[1])) * size3
                for m in range(width):
                    top[m] = lowest
                    where[m] = start + heads[m]
                for a in range(p, p + kernel[0] * dilation[0], dilation[0]):
                    for b in range(q, q + kernel[1] * dilation[1], dilation[1]):
                        if 0 <= a < size1 and 0 <= b < size2:
                            line = x[n, a, b]
                            for k in range(kernel[2]):
                                shift = k * dilation[2] - before[2]
                                first, end = ranges[k, 0], ranges[k, 1]
                                source = line[first * step + shift :]
                                found, at = top[first:], where[first:]
                                place = (a * size2 + b) * size3 + first * step + shift
                                for m in range(end - first):
                                    value = source[m * step]
                                    wins = value > found[m] or value != value
                                    found[m] = value if wins else found[m]
                                    at[m] = place + m * step if wins else at[m]


@compiled()
def find_largest_of_four(x: Array, best: Array, index: Array) -> None:
    """Do the same for windows of 2 × 2 side by side, the most common ones, in a quarter of the passes."""
    planes, _, height, width = best.shape
    line = x.shape[3]
    for n in range(planes):
        for j in range(height):
            above, below = x[n, 0, 2 * j], x[n, 0, 2 * j + 1]
            top, where = best[n, 0, j], index[n, 0, j]
            for m in range(width):
                place = 2 * j * line + 2 * m
                most, at = above[2 * m], place
                value = above[2 * m + 1]
                wins = (value > most) | (value != value)
                most, at = value if wins else most, place + 1 if wins else at
                value = below[2 * m]
                wins = (value > most) | (value != value)
                most, at = value if wins else most, place + line if wins else at
                value = below[2 * m + 1]
                wins = (value > most) | (value != value)
                top[m], where[m] = value if wins else most, place + line + 1 if wins else at


def max_pool(xp: Any, x: Array, *, windows: Any) -> Any:
    """Return the largest element of every window and its position; see the primitive of this name."""
    if not x.size or x.dtype.char == "e" or not x.dtype.isnative:
        return NotImplemented
    g = geometry_of(windows, x.shape[2:])
    best = np.empty((*x.shape[:2], *windows.counts), x.dtype)
    index = np.empty(best.shape, np.int64)
    images = np.ascontiguousarray(x).reshape(-1, *g.size)
    found = best.reshape(-1, *g.counts), index.reshape(-1, *g.counts)
    one, two = (1, 1, 1), (1, 2, 2)
    inside = not any(g.before) and all(2 * m <= n for m, n in zip(g.counts[1:], g.size[1:], strict=True))
    if inside and g.size[0] == 1 and g.kernel == g.stride == two and g.dilation == one:
        find_largest_of_four(images, *found)
    else:
        lowest = x.dtype.type(-math.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min)
        find_largest(images, *found, lowest, g.kernel, g.stride, g.dilation, g.before)
    return best, index


def max_pool_positions(xp: Any, x: Array, *, windows: Any) -> Any:
    """Return where the largest element of every window stands; see the primitive of this name."""
    found = max_pool(xp, x, windows=windows)
    return found if found is NotImplemented else found[1]


# -- sums ----------------------------------------------------------------------------------------------


def summer(back: bool) -> Any:
    """Make the loop that adds windows up in `y`, or, if `back`, adds `y` to its windows."""

    @compiled()
    def add_up(x: Array, y: Array, kernel: Shape, stride: Shape, dilation: Shape, before: Shape) -> None:
        """Go through all windows; shapes as in `find_largest`."""
        planes, depth, height, width = y.shape
        _, size1, size2, size3 = x.shape
        step = stride[2]
        ranges = reached(size3, width, kernel[2], step, dilation[2], before[2])
        for n in range(planes):
            for i in range(depth):
                p = i * stride[0] - before[0]
                for j in range(height):
                    q = j * stride[1] - before[1]
                    for a in range(p, p + kernel[0] * dilation[0], dilation[0]):
                        for b in range(q, q + kernel[1] * dilation[1], dilation[1]):
                            if 0 <= a < size1 and 0 <= b < size2:
                                for k in range(kernel[2]):
                                    shift = k * dilation[2] - before[2]
                                    first, end = ranges[k, 0], ranges[k, 1]
                                    element, total = x[n, a, b, first * step + shift :], y[n, i, j, first:]
                                    for m in range(end - first):
                                        if back:
                                            element[m * step] += total[m]
                                        else:
                                            total[m] += element[m * step]

    return add_up


add_up, add_back = summer(False), summer(True)


def suitable(x: Array, windows: Any) -> bool:
    """Whether the loops are for these operands."""
    return bool(x.size) and x.dtype.char in "fd" and x.dtype.isnative and math.prod(windows.kernel) <= FEW


def summed(loop: Any, x: Array, y: Array, g: Geometry) -> None:
    """Call `add_up` or `add_back` on images and results."""
    loop(x.reshape(-1, *g.size), y.reshape(-1, *g.counts), g.kernel, g.stride, g.dilation, g.before)


def window_sum(xp: Any, x: Array, *, windows: Any) -> Any:
    """Return the sum of every window; see the primitive of this name."""
    if not suitable(x, windows):
        return NotImplemented
    y = np.zeros((*x.shape[:2], *windows.counts), x.dtype)
    summed(add_up, np.ascontiguousarray(x), y, geometry_of(windows, x.shape[2:]))
    return y


def window_spread(xp: Any, x: Array, *, size: Shape, windows: Any) -> Any:
    """Return images with every number added to its window; see the primitive of this name."""
    if not suitable(x, windows):
        return NotImplemented
    y = np.zeros((*x.shape[:2], *size), x.dtype)
    summed(add_back, y, np.ascontiguousarray(x), geometry_of(windows, size))
    return y
