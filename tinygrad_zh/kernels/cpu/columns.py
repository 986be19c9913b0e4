r"""Floor 2: the windows of a few images as the columns of a matrix (im2col), and back.

    columns[(c, k), (n, i)] = x[n, c, i · stride + k · dilation − padding]

With C channels, K elements in a kernel and M windows in an image, all columns together are K times as large as the
images.  So they are never made all at once: a `Block` is a part of an image's windows, or several small images, whose
columns stay in the processor's cache until they have been multiplied, and one array serves for all blocks in turn.

Cost: O(C · K · M) numbers written for each image, at the speed of copying.  A row of the matrix is made of rows of
the image, so that the inner loops run over neighbours; for this the padding's zeros are put around the image first.

Images of one or two spatial dimensions get leading ones of size 1, and all is written for three.

May import: floor 0 only.  Read next: ``convolution.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ...aliases import Array, Shape
from .compiling import compiled

BLOCK = 1 << 18
"""About how many numbers the columns of a block are: 1 MB of float32."""
LEAST = 512
"""How many columns a block should have at least: a product with fewer is slow where the kernel is large."""


class Geometry(NamedTuple):
    """How windows lie over an image of three spatial dimensions; see ``Windows`` in ``../../ops/patches.py``.

    Attributes
    ----------
    size, padded : tuple of three ints
        The image without the zeros around it, and with them.
    kernel, stride, dilation, before, counts : tuple of three ints
        As in ``Windows``.
    """

    size: Shape
    padded: Shape
    kernel: Shape
    stride: Shape
    dilation: Shape
    before: Shape
    counts: Shape

    def inside(self, padded: Array) -> Array:
        """Return the images among the zeros of ``padded``, (N, C, *padded), as a view."""
        (a, b, c), (la, lb, lc) = self.before, self.size
        return padded[:, :, a : a + la, b : b + lb, c : c + lc]

    def pointwise(self) -> bool:
        """Whether every element is a window of its own, so that the images are columns already."""
        return self.size == self.counts and math.prod(self.kernel) == 1


class Block(NamedTuple):
    """Several images with all their windows, or one image with some lines of windows.

    Attributes
    ----------
    images : slice
        Which images.
    first, lines : int
        Which lines of windows along the last dimension; in an image are as many as the other counts' product.
    windows : slice
        Which windows these are.
    last : bool
        Whether the images have no more lines.
    """

    images: slice
    first: int
    lines: int
    windows: slice
    last: bool

    def alone(self) -> bool:
        """Whether it is of one image."""
        return self.images.stop - self.images.start == 1

    def of(self, z: Array) -> Array:
        """Return those of the results (N, O, M) that belong to the block's windows, as (O, windows).

        They are a view if the block is of one image.
        """
        if not self.alone():
            return z[self.images].swapaxes(0, 1).reshape(z.shape[1], -1)
        return z[self.images.start, :, self.windows]


def geometry_of(windows: Any, size: Shape) -> Geometry:
    """Describe windows over images of that size in three dimensions."""
    ones, zeros = (1,) * (3 - len(size)), (0,) * (3 - len(size))
    found = Geometry(
        ones + tuple(size), ones + windows.lengths(size), ones + windows.kernel, ones + windows.stride,
        ones + windows.dilation, zeros + windows.before, ones + windows.counts,
    )  # fmt: skip
    if not found.pointwise():
        return found
    one, row = (1, 1, 1), (1, 1, math.prod(size))  # then how the elements lie in space does not matter
    return Geometry(row, row, one, one, one, (0, 0, 0), row)


def blocks(count: int, rows: int, geometry: Geometry) -> Iterator[Block]:
    """Cut `count` images into blocks, the columns of which have that many rows."""
    width, lines = geometry.counts[2], math.prod(geometry.counts[:2])
    fitting = max(BLOCK // (rows * width), -(-LEAST // width))  # lines in a block
    if fitting >= 2 * lines:
        some = fitting // lines
        for n in range(0, count, some):
            yield Block(slice(n, min(n + some, count)), 0, lines, slice(0, lines * width), True)
        return
    each = -(-lines // -(-lines // fitting))  # parts of one size, but for the last
    for n in range(count):
        for first in range(0, lines, each):
            end = min(first + each, lines)
            yield Block(slice(n, n + 1), first, end - first, slice(first * width, end * width), end == lines)


class Columns:
    """The columns of images, block by block.

    Parameters
    ----------
    count, channels : int
        How many images, and how many channels each has.
    geometry : Geometry
        How the windows lie.
    dtype : dtype
        float32 or float64.
    """

    def __init__(self, count: int, channels: int, geometry: Geometry, dtype: Any) -> None:
        self.geometry, self.rows = geometry, channels * math.prod(geometry.kernel)
        self.blocks = list(blocks(count, self.rows, geometry))
        first = self.blocks[0]  # the largest
        images, width = first.images.stop, geometry.counts[2]
        self.room = np.empty(self.rows * images * first.lines * width, dtype)
        self.padded: Array = np.zeros((images, channels, *geometry.padded), dtype)

    def empty(self, block: Block) -> Array:
        """Return room for the columns of a block: (rows, images, lines, windows in a line)."""
        shape = (self.rows, block.images.stop - block.images.start, block.lines, self.geometry.counts[2])
        return self.room[: math.prod(shape)].reshape(shape)

    def move(self, loop: Any, padded: Array, columns: Array, block: Block) -> None:
        """Call `fill` or `add` on the lines of a block."""
        g = self.geometry
        loop(padded, columns, block.first, g.counts[1], g.kernel, g.stride, g.dilation)

    def filled(self, x: Array) -> Iterator[tuple[Block, Array]]:
        """Yield every block and its columns, (rows, windows), out of images (N, C, L₁, L₂, L₃)."""
        if self.geometry.pointwise():
            x = x.reshape(*x.shape[:2], -1)
            yield from ((block, block.of(x)) for block in self.blocks)
            return
        for block in self.blocks:
            padded = self.padded[: block.images.stop - block.images.start]
            if block.first == 0:
                self.geometry.inside(padded)[...] = x[block.images]
            columns = self.empty(block)
            self.move(fill, padded, columns, block)
            yield block, columns.reshape(self.rows, -1)

    def added(self, x: Array) -> Iterator[tuple[Block, Array]]:
        """Yield every block and room for its columns; add what is written there up in `x`."""
        for block in self.blocks:
            padded = self.padded[: block.images.stop - block.images.start]
            if block.first == 0:
                padded[...] = 0
            columns = self.empty(block)
            yield block, columns.reshape(self.rows, -1)
            self.move(add, padded, columns, block)
            if block.last:
                x[block.images] = self.geometry.inside(padded)


# -- the loops -----------------------------------------------------------------------------------------


def mover(back: bool) -> Any:
    """Make the loop that writes windows into their columns, or, if `back`, adds columns to their windows."""

    @compiled()
    def move(x: Array, columns: Array, first: int, heights: int, kernel: Shape, stride: Shape, dilation: Shape) -> None:
        """Go through all lines of windows.

        Parameters
        ----------
        x : array of shape (B, C, L₁, L₂, L₃)
            Images with the zeros around them.
        columns : array of shape (C · kernel elements, B, lines, windows in a line)
            Their columns.
        first, heights : int
            The first line of windows, and how many there are along the second dimension.
        kernel, stride, dilation : tuple of three ints
            See `Geometry`.
        """
        _, images, lines, width = columns.shape
        step, row, last = stride[2], 0, first + lines - 1
        for c in range(x.shape[1]):
            for a in range(kernel[0]):
                for b in range(kernel[1]):
                    for k in range(kernel[2]):
                        for n in range(images):
                            for i in range(first // heights, last // heights + 1):
                                for j in range(max(0, first - i * heights), min(heights, last + 1 - i * heights)):
                                    p, q = i * stride[0] + a * dilation[0], j * stride[1] + b * dilation[1]
                                    # Views, as an index that only counts up from 0 is known not to be negative.
                                    window, column = (
                                        x[n, c, p, q, k * dilation[2] :],
                                        columns[row, n, i * heights + j - first],
                                    )
                                    if step == 1:  # a loop of its own, which moves eight numbers at a time
                                        for m in range(width):
                                            if back:
                                                window[m] += column[m]
                                            else:
                                                column[m] = window[m]
                                    else:
                                        for m in range(width):
                                            if back:
                                                window[m * step] += column[m]
                                            else:
                                                column[m] = window[m * step]
                        row += 1

    return move


fill, add = mover(False), mover(True)
