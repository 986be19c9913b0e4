r"""Floor 2: convolution with stride 1 without any columns: every tap of the kernel is a shift of the whole image.

With zeros around it and as one long row, the image under tap k is the same row from another element on:

    z[o, m] = Σ_c Σ_k w[o, c, k] · x[c, m + offset(k)],   m = Q · i + j for line i and place j, Q the length of a line

Between the lines, at the places m that lie in the zeros, something is computed that nobody asks for; with lines of 28
and a kernel of 3 it is 2/30 of the work.  In return nothing is copied but the image itself.

A *tile* is the results of 4 channels at 24 places (float32): 12 registers that collect the sum over all c and k, while
3 registers are loaded with x and one after the other with 4 weights, so that 7 loads feed 12 multiplications.

    to the image      the same with ∂z in the place of x, and the kernel turned around
    to the kernel     ∂w[o, c, k] = Σ_m ∂z[o, m] · x[c, m + offset(k)]: a tile is 4 channels o and 3 taps (c, k)

Cost: 2 · O · C · K · M operations for an image of M windows, nine tenths of what the processor can do.

Numerical device: none.  Zeros are multiplied by where the formula leaves something out: 0 · ∞ would be NaN, which is
why ``convolution.py`` leaves operands that are not finite to the formula.

May import: floor 0 only.  Read next: ``depthwise.py``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...aliases import Array
from .columns import Geometry
from .compiling import compiled
from .lanes import fused, lanes, load, spread, store, total

ROWS, REGISTERS = 4, 3
"""A tile: results of so many channels in so many registers each."""
SLACK = 32
"""What is left behind a row, for the last tile may end outside: more than 3 registers have."""
ROOM = 1 << 16
"""About how many numbers the images of one call may be, and their results: both shall stay in the processor's cache."""
WASTE = 1.25
"""How many times what is asked for may be computed; beyond it, columns are better."""


@compiled()
def correlate(x: Array, offsets: Array, weights: Array, count: int, z: Array) -> None:
    """Write Σ_r w[o, r] · x[n, offsets[r] + m] into z[n, o, m] for m < `count`; behind that, anything.

    Parameters
    ----------
    x : array of shape (N, elements)
        Images with the zeros around them, each in one row.
    offsets : array of shape (R,)
        Where the image begins under each tap of each channel.
    weights : array of shape (O / 4, R, 4)
        The kernel, 4 channels of the result side by side.
    z : array of shape (N, O, `count` and some)
        The results.
    """
    size = lanes(x)
    zero = spread(x.dtype.type(0))
    for n in range(x.shape[0]):
        row = x[n]
        for m in range(0, count, REGISTERS * size):
            for block in range(weights.shape[0]):
                w = weights[block]
                a0 = a1 = a2 = b0 = b1 = b2 = c0 = c1 = c2 = d0 = d1 = d2 = zero
                for r in range(offsets.size):
                    i = offsets[r] + m
                    x0, x1, x2 = load(row, i), load(row, i + size), load(row, i + 2 * size)
                    v = spread(w[r, 0])
                    a0, a1, a2 = fused(v, x0, a0), fused(v, x1, a1), fused(v, x2, a2)
                    v = spread(w[r, 1])
                    b0, b1, b2 = fused(v, x0, b0), fused(v, x1, b1), fused(v, x2, b2)
                    v = spread(w[r, 2])
                    c0, c1, c2 = fused(v, x0, c0), fused(v, x1, c1), fused(v, x2, c2)
                    v = spread(w[r, 3])
                    d0, d1, d2 = fused(v, x0, d0), fused(v, x1, d1), fused(v, x2, d2)
                z0, z1, z2, z3 = z[n, 4 * block], z[n, 4 * block + 1], z[n, 4 * block + 2], z[n, 4 * block + 3]
                store(z0, m, a0), store(z0, m + size, a1), store(z0, m + 2 * size, a2)
                store(z1, m, b0), store(z1, m + size, b1), store(z1, m + 2 * size, b2)
                store(z2, m, c0), store(z2, m + size, c1), store(z2, m + 2 * size, c2)
                store(z3, m, d0), store(z3, m + size, d1), store(z3, m + 2 * size, d2)


@compiled()
def add_products(x: Array, offsets: Array, z: Array, count: int, weights: Array) -> None:
    """Add Σ_n Σ_m z[n, o, m] · x[n, offsets[r] + m], m < `count`, to weights[o, r].

    Parameters
    ----------
    x : array of shape (N, elements)
        Images with the zeros around them, each in one row.
    offsets : array of shape (R,)
        Where the image begins under each tap of each channel; R is a multiple of 3.
    z : array of shape (N, O, `count` and some)
        Results, zero where there is none; O is a multiple of 4.
    weights : array of shape (O, R)
        What is added to.
    """
    size = lanes(x)
    zero = spread(x.dtype.type(0))
    for o in range(0, z.shape[1], ROWS):
        for r in range(0, offsets.size, REGISTERS):
            i0, i1, i2 = offsets[r], offsets[r + 1], offsets[r + 2]
            a0 = a1 = a2 = b0 = b1 = b2 = c0 = c1 = c2 = d0 = d1 = d2 = zero
            for n in range(x.shape[0]):
                row, z0, z1, z2, z3 = x[n], z[n, o], z[n, o + 1], z[n, o + 2], z[n, o + 3]
                for m in range(0, count, size):
                    x0, x1, x2 = load(row, i0 + m), load(row, i1 + m), load(row, i2 + m)
                    v = load(z0, m)
                    a0, a1, a2 = fused(v, x0, a0), fused(v, x1, a1), fused(v, x2, a2)
                    v = load(z1, m)
                    b0, b1, b2 = fused(v, x0, b0), fused(v, x1, b1), fused(v, x2, b2)
                    v = load(z2, m)
                    c0, c1, c2 = fused(v, x0, c0), fused(v, x1, c1), fused(v, x2, c2)
                    v = load(z3, m)
                    d0, d1, d2 = fused(v, x0, d0), fused(v, x1, d1), fused(v, x2, d2)
            w0, w1, w2, w3 = weights[o], weights[o + 1], weights[o + 2], weights[o + 3]
            w0[r] += total(a0)
            w0[r + 1] += total(a1)
            w0[r + 2] += total(a2)
            w1[r] += total(b0)
            w1[r + 1] += total(b1)
            w1[r + 2] += total(b2)
            w2[r] += total(c0)
            w2[r + 1] += total(c1)
            w2[r + 2] += total(c2)
            w3[r] += total(d0)
            w3[r + 1] += total(d1)
            w3[r + 2] += total(d2)


@compiled()
def add_bias(rows: Array, place: int, bias: Array, z: Array) -> None:
    """Write results in rows, with lines `place` apart, plus their channel's bias into z (N, O, M₂, M₃)."""
    for n in range(z.shape[0]):
        for o in range(z.shape[1]):
            for i in range(z.shape[2]):
                line = rows[n, o, i * place :]
                for j in range(z.shape[3]):
                    z[n, o, i, j] = line[j] + bias[o]


# -- laying out ----------------------------------------------------------------------------------------


def rounded(n: int, multiple: int) -> int:
    """Return the next multiple of a number."""
    return -(-n // multiple) * multiple


def suitable(geometry: Geometry, results: int) -> bool:
    """Whether the windows are at every element, and not too much is computed for nothing."""
    if math.prod(geometry.stride) != 1 or min(geometry.before) < 0:
        return False
    lines, width = geometry.counts[1:]
    computed = rounded((lines - 1) * geometry.padded[2] + width, 8 * REGISTERS) * rounded(results, ROWS)
    return computed <= WASTE * lines * width * results


def taps(channels: int, geometry: Geometry) -> Array:
    """Return where an image of so many channels, in one row, begins under each tap of each channel."""
    _, height, width = geometry.padded
    steps = (height * width, width, 1)
    places = [range(0, k * d * s, d * s) for k, d, s in zip(geometry.kernel, geometry.dilation, steps, strict=True)]
    within = np.array([sum(each) for each in itertools.product(*places)])
    return (np.arange(channels)[:, None] * math.prod(geometry.padded) + within).reshape(-1)


def pieces(count: int, channels: int, results: int, geometry: Geometry) -> Iterator[tuple[slice, int, int, int]]:
    """Cut `count` images into several small ones, or lines of a large one: (images, plane, first line, end)."""
    planes, lines, _ = geometry.counts
    fitting = max(1, ROOM // (results * geometry.padded[2]))  # lines of results
    some = max(1, min(fitting // lines, ROOM // (channels * math.prod(geometry.padded))))
    each = -(-lines // -(-lines // fitting))
    for n in range(0, count, some):
        for plane, first in itertools.product(range(planes), range(0, lines, each)):
            yield slice(n, min(n + some, count)), plane, first, min(first + each, lines)


class Walk:
    """Images and their results, piece by piece.

    Parameters
    ----------
    x : array of shape (N, C, L₁, L₂, L₃)
        The images.
    results : int
        How many channels the results have.
    geometry : Geometry
        How the windows lie.
    """

    def __init__(self, x: Array, results: int, geometry: Geometry) -> None:
        self.x, self.geometry = x, geometry
        self.pieces = list(pieces(len(x), x.shape[1], results, geometry))
        images, _, _, lines = self.pieces[0]
        channels, self.elements = x.shape[1], x.shape[1] * math.prod(geometry.padded)
        self.padded = np.zeros((images.stop, self.elements + SLACK), x.dtype)
        self.inside = geometry.inside(self.padded[:, : self.elements].reshape(-1, channels, *geometry.padded))
        self.results = np.zeros((images.stop, rounded(results, ROWS), lines * geometry.padded[2] + SLACK), x.dtype)
        self.channels = results

    def __iter__(self) -> Iterator[tuple[Array, int, int, Array, Array, tuple[Any, ...]]]:
        """Yield images in rows, the first place, how many, their results in rows, as lines, and which these are."""
        _, height, place = self.geometry.padded
        width = self.geometry.counts[2]
        before = None
        for images, plane, first, end in self.pieces:
            some, lines = images.stop - images.start, end - first
            if images != before:
                self.inside[:some] = self.x[images]
                before = images
            results = self.results[:some]
            shaped = results[:, : self.channels, : lines * place].reshape(some, self.channels, lines, place)
            yield (
                self.padded[:some], (plane * height + first) * place, (lines - 1) * place + width,
                results, shaped[..., :width], (images, slice(None), plane, slice(first, end)),
            )  # fmt: skip


def forward(x: Array, weight: Array, bias: Array | None, geometry: Geometry, z: Array) -> None:
    """Write the convolution of images (N, C, L₁, L₂, L₃) and a kernel (O, C, K₁, K₂, K₃) into `z`."""
    out, channels = weight.shape[:2]
    blocks = np.zeros((rounded(out, ROWS), weight[0].size), x.dtype)
    blocks[:out] = weight.reshape(out, -1)
    blocks = np.ascontiguousarray(blocks.reshape(-1, ROWS, blocks.shape[1]).swapaxes(1, 2))
    offsets = taps(channels, geometry)
    for images, start, count, rows, lines, where in Walk(x, out, geometry):
        correlate(images, offsets + start, blocks, count, rows)
        if bias is None:
            z[where] = lines
        else:
            add_bias(rows, geometry.padded[2], bias, z[where])


def turned(geometry: Geometry) -> Geometry:
    """Describe the windows of the pullback to the images: over the results, with as many zeros as bring them there."""
    reach = [d * (k - 1) for d, k in zip(geometry.dilation, geometry.kernel, strict=True)]
    return geometry._replace(
        size=geometry.counts,
        padded=tuple(n + r for n, r in zip(geometry.size, reach, strict=True)),
        before=tuple(r - b for r, b in zip(reach, geometry.before, strict=True)),
        counts=geometry.size,
    )


def to_image(z: Array, weight: Array, geometry: Geometry, x: Array) -> None:
    """Write the pullback to the images into `x`: a convolution with the kernel turned around."""
    forward(z, weight.swapaxes(0, 1)[..., ::-1, ::-1, ::-1], None, turned(geometry), x)


def to_kernel(x: Array, z: Array, geometry: Geometry, weight: Array) -> None:
    """Write the pullback to the kernel into `weight`."""
    out, channels = weight.shape[:2]
    offsets = taps(channels, geometry)
    wanted = len(offsets)
    offsets = np.pad(offsets, (0, -wanted % REGISTERS))  # some tap again, for nobody
    sums = np.zeros((rounded(out, ROWS), len(offsets)), x.dtype)
    for images, start, count, rows, lines, where in Walk(x, out, geometry):
        lines[...] = z[where]  # between them stay zeros
        rows[..., count : count + SLACK] = 0  # behind them may be what is left of a larger piece
        add_products(images, offsets + start, rows, count, sums)
    weight[...] = sums[:out, :wanted].reshape(weight.shape)
