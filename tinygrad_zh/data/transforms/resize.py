"""Pictures in another size, the whole or a random part.

May import: floors 0–2, ``transform``.  Read next: ``affine.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.tensor import Tensor
from ...errors import error
from ...ops.publish import public, spaces
from .transform import (
    InterpolationMode,
    Transform,
    interval,
    is_pillow,
    like,
    mode_of,
    pillow,
    real,
    size_of,
    uniform,
)

RESIZING = tuple(map(str, InterpolationMode))
TRIES = 10
"""How often a rectangle of random area and shape is drawn; the first that fits is taken."""


class Resize(Transform):
    """Return the whole image in another size.

    Parameters
    ----------
    size : int or (int, int)
        Height and width; one int is the shorter side, and the other one keeps the proportion, rounded down.
    interpolation : InterpolationMode or str
        "nearest", "nearest-exact", "bilinear" or "bicubic".
    antialias : bool
        Whether pixels in between are averaged where the image gets smaller ("bilinear" and "bicubic"; ``interpolate``).
        Pillow images always are.

    Notes
    -----
    A Pillow image is resized by Pillow, a Tensor of integers in float32 and rounded: their pixels may differ by 1, and
    more where "bicubic" leaves the range from 0 to 255 in between, which Pillow cuts off.
    """

    def __init__(self, size: Any, interpolation: Any = InterpolationMode.BILINEAR, *, antialias: bool = True) -> None:
        self.size = size_of("Resize", size)
        self.shorter = isinstance(size, int) or len(size) == 1
        self.interpolation, self.antialias = mode_of("Resize", interpolation, RESIZING), bool(antialias)

    def __call__(self, image: Any) -> Any:
        """Return an image or a batch in the other size."""
        if not is_pillow(image):
            return super().__call__(image)
        filters = pillow().Resampling
        known = {"nearest": filters.NEAREST, "nearest-exact": filters.NEAREST}
        known |= {"bilinear": filters.BILINEAR, "bicubic": filters.BICUBIC}
        height, width = self.wanted(image.height, image.width)
        return image.resize((width, height), known[self.interpolation])

    def wanted(self, height: int, width: int) -> tuple[int, int]:
        """Return the new size of an image."""
        if not self.shorter:
            return self.size
        short = self.size[0]
        if height <= width:
            return short, int(short * width / height)
        return int(short * height / width), short

    def apply(self, x: Tensor) -> Tensor:
        """Return the batch in the other size."""
        if 0 in x.shape[2:]:
            raise error("image-small", op="Resize", shape=x.shape, size=self.size)
        return resized(x, self.wanted(x.shape[2], x.shape[3]), self.interpolation, self.antialias)


def resized(x: Tensor, size: tuple[int, int], mode: str, antialias: bool) -> Tensor:
    """Return the images in another size."""
    interpolate = spaces["nn.functional"]["interpolate"]
    if mode.startswith("nearest"):
        same: Tensor = interpolate(x, size, mode=mode)
        return same
    return like(interpolate(real(x), size, mode=mode, antialias=antialias), x)


class RandomResizedCrop(Transform):
    """Cut out a part of random area and proportion at a random place, and bring it to one size.

    Parameters
    ----------
    size : int or (int, int)
        Height and width of the result.
    scale : (float, float)
        Smallest and largest area of the part, as a fraction of the image's.
    ratio : (float, float)
        Smallest and largest width divided by height.
    interpolation, antialias
        As for `Resize`.

    Notes
    -----
    Szegedy et al. (2015), "Going deeper with convolutions", section 6.  Where none of ten parts fits into an image,
    it is its middle, with the proportion brought into the range.
    """

    def __init__(
        self,
        size: Any,
        scale: tuple[float, float] = (0.08, 1.0),
        ratio: tuple[float, float] = (3 / 4, 4 / 3),
        interpolation: Any = InterpolationMode.BILINEAR,
        *,
        antialias: bool = True,
    ) -> None:
        self.size = size_of("RandomResizedCrop", size)
        self.scale, self.ratio = (
            interval("RandomResizedCrop", "scale", scale, 0.0),
            ratio_of("RandomResizedCrop", ratio),
        )
        self.interpolation, self.antialias = mode_of("RandomResizedCrop", interpolation, RESIZING), bool(antialias)

    def apply(self, x: Tensor) -> Tensor:
        """Return a part of each image, in the one size."""
        (count, _, height, width) = x.shape
        if 0 in x.shape:
            raise error("image-small", op="RandomResizedCrop", shape=x.shape, size=self.size)
        widths, heights, fits = rectangles(count, height, width, self.scale, self.ratio)
        tops, lefts = uniform(count, 0, 1), uniform(count, 0, 1)
        parts = []
        for n in range(count):  # each part has a size of its own
            if fits[n]:
                h, w = heights[n], widths[n]
                top, left = int(tops[n] * (height - h + 1)), int(lefts[n] * (width - w + 1))
            else:
                h, w = self.middle(height, width)
                top, left = (height - h) // 2, (width - w) // 2
            part = x[n : n + 1, :, top : top + h, left : left + w]
            parts.append(resized(part, self.size, self.interpolation, self.antialias))
        joined: Tensor = public["cat"](parts, dim=0)
        return joined

    def middle(self, height: int, width: int) -> tuple[int, int]:
        """Return the size of the largest part that has a proportion within the range."""
        low, high = self.ratio
        if width / height < low:
            return min(round(width / low), height), width
        return (height, min(round(height * high), width)) if width / height > high else (height, width)


def rectangles(
    count: int, height: int, width: int, scale: tuple[float, float], ratio: tuple[float, float]
) -> tuple[Any, Any, Any]:
    """Draw for each image a rectangle of random area and proportion that fits into it.

    Returns
    -------
    widths, heights : array of shape (count,), int64
        Width divided by height is distributed like the exponential of a uniform number.
    fits : array of shape (count,), bool
        Whether one was found.
    """
    areas = height * width * uniform((count, TRIES), *scale)
    shapes = np.exp(uniform((count, TRIES), math.log(ratio[0]), math.log(ratio[1])))
    widths = np.rint(np.sqrt(areas * shapes)).astype(np.int64)
    heights = np.rint(np.sqrt(areas / shapes)).astype(np.int64)
    fit = (widths > 0) & (widths <= width) & (heights > 0) & (heights <= height)
    first = np.arange(count), fit.argmax(axis=1)
    return widths[first], heights[first], fit[first]


def ratio_of(op: str, ratio: Any) -> tuple[float, float]:
    """Return the range of a proportion, which is above 0."""
    low, high = interval(op, "ratio", ratio, 0.0)
    if low == 0:
        raise error("argument", op=op, argument="ratio", expected="two numbers > 0", got=ratio)
    return low, high
