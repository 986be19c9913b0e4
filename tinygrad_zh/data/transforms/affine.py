"""Pictures turned, shifted, scaled and sheared.

An affine map says for every pixel of the result from where in the image it comes; ``grid_sample`` looks it up there.

May import: floors 0–2, ``geometry``, ``transform``.  Read next: ``colour.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.tensor import Tensor
from ...errors import error
from ...ops.publish import public, spaces
from .geometry import colours
from .transform import InterpolationMode, Transform, interval, like, mode_of, numbers, real, uniform

SAMPLING = ("nearest", "bilinear", "bicubic")


class RandomAffine(Transform):
    """Turn, shift, scale and shear by random amounts, and keep the middle in its place but for the shift.

    Parameters
    ----------
    degrees : float or (float, float)
        By how much to turn, clockwise: from −d to d, or between two numbers.
    translate : (float, float), optional
        By how much to shift at most, as a fraction of width and height; by whole pixels.
    scale : (float, float), optional
        Between which factors to scale.
    shear : float, (float, float) or (float, float, float, float), optional
        Between which angles in degrees to shear along the width: from −s to s, or between two numbers; the third and
        fourth are for the height.
    interpolation : InterpolationMode or str
        "nearest", "bilinear" or "bicubic".
    fill : float or tuple of float
        What lies outside the image, or a number for each channel.
    center : (float, float), optional
        The point (x, y) around which to turn, in pixels from the upper left corner; the middle by default.

    Notes
    -----
    With angle a, factor s and shears p and q the map is

        s R(a) [[1, 0], [−tan q, 1]] [[1, −tan p], [0, 1]],   R(a) = [[cos a, −sin a], [sin a, cos a]]

    about the centre, then the shift; y points down.
    """

    def __init__(
        self,
        degrees: Any,
        translate: Any = None,
        scale: Any = None,
        shear: Any = None,
        interpolation: Any = InterpolationMode.NEAREST,
        fill: Any = 0,
        center: Any = None,
    ) -> None:
        op = type(self).__name__
        self.degrees = spread(op, "degrees", degrees)
        self.translate = None if translate is None else numbers(op, "translate", translate, [2], 0.0)
        if self.translate is not None and max(self.translate) > 1:
            raise error("argument", op=op, argument="translate", expected="two numbers from 0 to 1", got=translate)
        self.scale = None if scale is None else interval(op, "scale", scale, 0.0)
        if self.scale is not None and self.scale[0] == 0:
            raise error("argument", op=op, argument="scale", expected="two numbers > 0", got=scale)
        self.shear = None if shear is None else shears(op, shear)
        self.interpolation, self.fill = mode_of(op, interpolation, SAMPLING), fill
        self.center = None if center is None else numbers(op, "center", center, [2])

    def apply(self, x: Tensor) -> Tensor:
        """Return the batch, each image moved in its own way."""
        (count, _, height, width), zero = x.shape, np.zeros(x.shape[0])
        angles = self.clockwise(uniform(count, *self.degrees))
        across, down = zero, zero
        if self.translate is not None:
            most = self.translate[0] * width, self.translate[1] * height
            across, down = (np.rint(uniform(count, -m, m)) for m in most)
        factors = zero + 1 if self.scale is None else uniform(count, *self.scale)
        p, q = zero, zero
        if self.shear is not None:
            p, q = uniform(count, *self.shear[:2]), uniform(count, *self.shear[2:])
        maps = inverse_maps(angles, (across, down), factors, (p, q), self.from_middle(height, width))
        return moved(type(self).__name__, x, maps, self.interpolation, self.fill)

    def clockwise(self, angles: Any) -> Any:
        """Return the drawn angles as angles clockwise."""
        return angles

    def from_middle(self, height: int, width: int) -> tuple[float, float]:
        """Return the fixed point, from the image's middle."""
        return (0.0, 0.0) if self.center is None else (self.center[0] - width / 2, self.center[1] - height / 2)


class RandomRotation(RandomAffine):
    """Turn by a random angle, within the image's frame.

    Parameters
    ----------
    degrees : float or (float, float)
        By how much to turn, counterclockwise: from −d to d, or between two numbers.
    interpolation : InterpolationMode or str
        "nearest", "bilinear" or "bicubic".
    center : (float, float), optional
        The point (x, y) around which to turn, in pixels from the upper left corner; the middle by default.
    fill : float or tuple of float
        What lies outside the image, or a number for each channel.
    """

    def __init__(
        self, degrees: Any, interpolation: Any = InterpolationMode.NEAREST, *, center: Any = None, fill: Any = 0
    ) -> None:
        super().__init__(degrees, interpolation=interpolation, fill=fill, center=center)

    def clockwise(self, angles: Any) -> Any:
        """Return the drawn angles, which are counterclockwise, as angles clockwise."""
        return -angles


def inverse_maps(
    degrees: Any, shift: tuple[Any, Any], factors: Any, shear_degrees: tuple[Any, Any], center: tuple[float, float]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return for each image the matrix from the result's pixels to the image's, both counted from the middle.

    Returns
    -------
    array of shape (N, 2, 3)
        A matrix, and a shift in the last column.
    """
    a, p, q = np.radians(degrees), np.radians(shear_degrees[0]), np.radians(shear_degrees[1])
    one, zero = np.ones_like(a), np.zeros_like(a)
    turn = matrices(np.cos(a), -np.sin(a), np.sin(a), np.cos(a))
    shear = matrices(one, zero, -np.tan(q), one) @ matrices(one, -np.tan(p), zero, one)
    back = np.linalg.inv(factors[:, None, None] * (turn @ shear))
    c = np.array(center)[None, :, None]
    offset = c - back @ (c + np.stack(shift, axis=1)[:, :, None])
    return np.concatenate([back, offset], axis=2)


def matrices(a: Any, b: Any, c: Any, d: Any) -> Any:
    """Return a matrix [[a, b], [c, d]] for each image."""
    return np.stack([np.stack([a, b], axis=-1), np.stack([c, d], axis=-1)], axis=-2)


def moved(op: str, x: Tensor, maps: np.ndarray[Any, Any], mode: str, fill: Any) -> Tensor:
    """Return each image moved by the inverse of its map."""
    count, _, height, width = x.shape
    if 0 in x.shape:
        return x
    functional, values, pixels = spaces["nn.functional"], colours(op, fill, x), real(x)
    # A grid counts from −1 to 1 along both sides, so lengths across and down have different units.
    units = np.array([[1, height / width, 2 / width], [width / height, 1, 2 / height]])
    theta = public["tensor"](maps * units, dtype=pixels.dtype, device=x.device)
    grid = functional["affine_grid"](theta, (count, 1, height, width), align_corners=False)
    found = functional["grid_sample"](pixels, grid, mode=mode, align_corners=False)
    if any(values):  # outside there is 0: add the colour, as far as a pixel comes from there
        inside = functional["grid_sample"](public["ones_like"](pixels[:, :1]), grid, mode=mode, align_corners=False)
        outside = public["tensor"](values, dtype=pixels.dtype, device=x.device).reshape(1, -1, 1, 1)
        found = found + (1 - inside) * outside
    return like(found, x)


def spread(op: str, name: str, value: Any) -> tuple[float, float]:
    """Return a range around 0 from one number, or a range of two."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not 0 <= value < math.inf:
            raise error("argument", op=op, argument=name, expected="a number ≥ 0, or two numbers", got=value)
        return -value, value
    return interval(op, name, value)


def shears(op: str, shear: Any) -> tuple[float, float, float, float]:
    """Return the ranges of both shears."""
    if not isinstance(shear, (tuple, list)) or len(shear) == 2:
        return (*spread(op, "shear", shear), 0.0, 0.0)
    found = numbers(op, "shear", shear, [2, 4])
    return (*interval(op, "shear", found[:2]), *interval(op, "shear", found[2:]))
