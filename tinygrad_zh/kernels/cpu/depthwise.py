r"""Floor 2: depthwise convolution, in which every channel is convolved by itself.

    z[c, o, i] = b[c, o] + Σ_k w[c, o, k] · x[c, i · stride + k · dilation − padding],   o = 1 … O / C

and its two pullbacks.  ⟨∂z, x ∗ w⟩ is the same sum of products for each of the three: one loop goes through the
products, and what it adds them up in is z, x or w.

As products of matrices, these would have one row: BLAS would have nothing to reuse, and making columns would cost
more than all the rest.  Here a line of z and the lines of x under it stay in the processor's first cache.

Cost: 2 · K operations for each result, eight results at a time.

Numerical device: the kernel's gradient is a sum over images, taken in float64 from the sums over lines.

May import: floor 0 only.  Read next: ``pooling.py``; the formulas are in ``../../ops/convolution.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...aliases import Array, Shape
from .columns import BLOCK, Geometry
from .compiling import compiled

FEW = 4
"""Up to so many results for each channel; with more there is something for BLAS to reuse."""


def suitable(weight: Array, groups: int) -> bool:
    """Whether a kernel (O, C / groups, …) is for these loops."""
    return groups > 1 and weight.shape[1] == 1 and len(weight) <= FEW * groups


def slider(written: str) -> Any:
    """Make the loop that adds the products up in ``"z"``, ``"x"`` or ``"w"``."""
    to_z, to_x = written == "z", written == "x"

    @compiled("contract", "reassoc", "nsz")
    def slide(x: Array, w: Array, z: Array, stride: Shape, dilation: Shape) -> None:
        """Go through all products.

        Parameters
        ----------
        x : array of shape (B, C, L₁, L₂, L₃)
            Images with the zeros around them.
        w : array of shape (C, O / C, K₁, K₂, K₃)
            The kernel.
        z : array of shape (B, C, O / C, M₁, M₂, M₃)
            The results.
        stride, dilation : tuple of three ints
            See ``Geometry``.
        """
        images, channels, several, depth, height, width = z.shape
        step = stride[2]
        for n in range(images):
            for c in range(channels):
                for o in range(several):
                    for i in range(depth):
                        for j in range(height):
                            for a in range(w.shape[2]):
                                for b in range(w.shape[3]):
                                    p, q = i * stride[0] + a * dilation[0], j * stride[1] + b * dilation[1]
                                    for k in range(w.shape[4]):
                                        window, line = x[n, c, p, q, k * dilation[2] :], z[n, c, o, i, j]
                                        weight = x.dtype.type(w[c, o, a, b, k])
                                        total = x.dtype.type(0)
                                        if step == 1:  # a loop of its own, which takes eight numbers at a time
                                            for m in range(width):
                                                if to_z:
                                                    line[m] += weight * window[m]
                                                elif to_x:
                                                    window[m] += weight * line[m]
                                                else:
                                                    total += window[m] * line[m]
                                        else:
                                            for m in range(width):
                                                if to_z:
                                                    line[m] += weight * window[m * step]
                                                elif to_x:
                                                    window[m * step] += weight * line[m]
                                                else:
                                                    total += window[m * step] * line[m]
                                        if not (to_z or to_x):
                                            w[c, o, a, b, k] += total

    return slide


to_z, to_x, to_w = slider("z"), slider("x"), slider("w")


def blocks(count: int, channels: int, geometry: Geometry) -> Iterator[slice]:
    """Cut `count` images into blocks of which the copies with zeros around them stay in the cache."""
    some = max(1, BLOCK // (channels * math.prod(geometry.padded)))
    for n in range(0, count, some):
        yield slice(n, min(n + some, count))


def spread(x: Array, geometry: Geometry) -> Iterator[tuple[slice, Array]]:
    """Yield images block by block with the zeros around them."""
    room = None
    for images in blocks(len(x), x.shape[1], geometry):
        block = x[images].reshape(-1, x.shape[1], *geometry.size)
        if room is None:
            room = np.zeros((len(block), x.shape[1], *geometry.padded), x.dtype)
        geometry.inside(room)[: len(block)] = block
        yield images, room[: len(block)]


def forward(x: Array, weight: Array, bias: Array | None, geometry: Geometry, z: Array) -> None:
    """Write the convolution into `z`."""
    w = np.ascontiguousarray(weight).reshape(x.shape[1], -1, *geometry.kernel)
    results = z.reshape(*x.shape[:2], -1, *geometry.counts)
    results[...] = 0 if bias is None else bias.reshape(x.shape[1], -1, 1, 1, 1)
    for images, padded in spread(x, geometry):
        to_z(padded, w, results[images], geometry.stride, geometry.dilation)


def to_image(z: Array, weight: Array, geometry: Geometry, x: Array) -> None:
    """Write the pullback to the image into `x`."""
    channels = x.shape[1]
    w = np.ascontiguousarray(weight).reshape(channels, -1, *geometry.kernel)
    results = np.ascontiguousarray(z).reshape(len(z), channels, -1, *geometry.counts)
    out = x.reshape(len(x), channels, *geometry.size)
    for images in blocks(len(x), channels, geometry):
        padded = np.zeros((images.stop - images.start, channels, *geometry.padded), x.dtype)
        to_x(padded, w, results[images], geometry.stride, geometry.dilation)
        out[images] = geometry.inside(padded)


def to_kernel(x: Array, z: Array, geometry: Geometry, weight: Array) -> None:
    """Write the pullback to the kernel into `weight`."""
    results = np.ascontiguousarray(z).reshape(len(z), x.shape[1], -1, *geometry.counts)
    total = np.zeros((x.shape[1], results.shape[2], *geometry.kernel))
    for images, padded in spread(x, geometry):
        to_w(padded, total, results[images], geometry.stride, geometry.dilation)
    weight[...] = total.reshape(weight.shape)
