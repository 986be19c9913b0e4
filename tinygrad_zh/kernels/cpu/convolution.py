r"""Floor 2: convolution and its two pullbacks: products of matrices, a few images at a time.

    z = w · columns(x) + b         forward
    columns(∂x) = wᵀ · ∂z          to the image: every column is added to the window that it came from
    ∂w = Σ ∂z · columns(x)ᵀ        to the kernel: a sum over the blocks

for every group of channels, the kernel w of shape (O, C, K₁, …) as a matrix (O, C · K).  The columns are made again
on the way back: to copy takes a tenth of the product's time, and to keep them would take K times the images' memory.

Where the kernel is a single element and every element of the image a window, the images are the columns, and nothing
is copied.  Where every channel is a group there are no matrices; see ``depthwise.py``.

Cost: 2 · O · C · K · M operations for an image of M windows, by BLAS.

Numerical device: none.  Sums over images are taken block by block.

May import: floor 0 only.  Read next: ``depthwise.py``; the formulas are in ``../../ops/convolution.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...aliases import Array, Shape
from . import depthwise, direct
from .columns import Block, Columns, geometry_of
from .flat import computes_in


def suitable(*arrays: Array) -> bool:
    """Whether the loops are for these operands."""
    dtype = arrays[0].dtype
    return computes_in(dtype) is dtype and all(x.dtype is dtype and x.size for x in arrays)


def grouped(x: Array, groups: int, size: Shape) -> Array:
    """Return (N, C, L₁, …) as (groups, N, C / groups, *size)."""
    return x.reshape(len(x), groups, x.shape[1] // groups, *size).swapaxes(0, 1)


def matrices(weight: Array, groups: int) -> Array:
    """Return a kernel (O, C / groups, K₁, …) as a matrix per group."""
    return weight.reshape(groups, weight.shape[0] // groups, -1)


def multiply(matrix: Array, columns: Array, block: Block, z: Array, bias: Array | None = None) -> None:
    """Write matrix · columns + bias to where the results (N, O, M) of a block belong."""
    alone = block.alone()
    product = np.matmul(matrix, columns, out=block.of(z) if alone else None)
    if bias is not None:
        product += bias[:, None]  # while it is in the cache
    if not alone:
        z[block.images] = product.reshape(z.shape[1], -1, z.shape[2]).swapaxes(0, 1)


def convolution(xp: Any, x: Array, weight: Array, bias: Array | None, *, how: Any) -> Any:
    """Return x ∗ w + b; see the primitive of this name."""
    if not suitable(x, weight, *(() if bias is None else (bias,))):
        return NotImplemented
    n, groups, windows = len(x), how.groups, how.windows(x.shape[2:], weight.shape[2:])
    z = np.empty((n, len(weight), *windows.counts), x.dtype)
    geometry = geometry_of(windows, x.shape[2:])
    if depthwise.suitable(weight, groups):
        depthwise.forward(x, weight, bias, geometry, z)
        return z
    biases = [None] * groups if bias is None else bias.reshape(groups, -1)
    if not geometry.pointwise() and direct.suitable(geometry, len(weight) // groups):
        kernels = weight.reshape(groups, len(weight) // groups, -1, *geometry.kernel)
        for each, kernel, out, b in zip(
            grouped(x, groups, geometry.size), kernels, grouped(z, groups, geometry.counts), biases, strict=True
        ):
            direct.forward(each, kernel, b, geometry, out)
        return z
    columns = Columns(n, x.shape[1] // groups, geometry, x.dtype)
    for each, matrix, out, b in zip(
        grouped(x, groups, geometry.size), matrices(weight, groups), grouped(z, groups, (-1,)), biases, strict=True
    ):
        for block, filled in columns.filled(each):
            multiply(matrix, filled, block, out, b)
    return z


def convolution_transpose(xp: Any, z: Array, weight: Array, *, size: Shape, how: Any) -> Any:
    """Return the pullback to the image; see the primitive of this name."""
    if not suitable(z, weight):
        return NotImplemented
    n, groups = len(z), how.groups
    geometry = geometry_of(how.windows(size, weight.shape[2:]), size)
    x = np.empty((n, weight.shape[1] * groups, *size), z.dtype)
    if depthwise.suitable(weight, groups):
        depthwise.to_image(z, weight, geometry, x)
        return x
    if not geometry.pointwise() and direct.suitable(direct.turned(geometry), weight.shape[1]):
        if not np.isfinite(weight).all():
            return NotImplemented
        kernels = weight.reshape(groups, len(weight) // groups, -1, *geometry.kernel)
        for each, kernel, results in zip(
            grouped(x, groups, geometry.size), kernels, grouped(z, groups, geometry.counts), strict=True
        ):
            direct.to_image(results, kernel, geometry, each)
        return x
    columns = Columns(n, weight.shape[1], geometry, z.dtype)
    for each, matrix, results in zip(
        grouped(x, groups, geometry.size), matrices(weight, groups), grouped(z, groups, (-1,)), strict=True
    ):
        if geometry.pointwise():
            for block in columns.blocks:
                multiply(matrix.T, block.of(results), block, each.reshape(*each.shape[:2], -1))
        else:
            for block, room in columns.added(each):
                np.matmul(matrix.T, block.of(results), out=room)
    return x


def convolution_weight(xp: Any, x: Array, z: Array, *, kernel: Shape, how: Any) -> Any:
    """Return the pullback to the kernel; see the primitive of this name."""
    if not suitable(x, z):
        return NotImplemented
    n, groups = len(x), how.groups
    geometry = geometry_of(how.windows(x.shape[2:], kernel), x.shape[2:])
    weight = np.zeros((z.shape[1], x.shape[1] // groups, *kernel), x.dtype)
    if depthwise.suitable(weight, groups):
        depthwise.to_kernel(x, z, geometry, weight)
        return weight
    if not geometry.pointwise() and direct.suitable(geometry, len(weight) // groups):
        kernels = weight.reshape(groups, len(weight) // groups, -1, *geometry.kernel)
        for each, w, results in zip(
            grouped(x, groups, geometry.size), kernels, grouped(z, groups, geometry.counts), strict=True
        ):
            direct.to_kernel(each, results, geometry, w)
        return weight if np.isfinite(weight).all() else NotImplemented
    columns = Columns(n, x.shape[1] // groups, geometry, x.dtype)
    part = np.empty((z.shape[1] // groups, columns.rows), x.dtype)
    for each, matrix, results in zip(
        grouped(x, groups, geometry.size), matrices(weight, groups), grouped(z, groups, (-1,)), strict=True
    ):
        for block, filled in columns.filled(each):
            matrix += np.matmul(block.of(results), filled.T, out=part)
    return weight
