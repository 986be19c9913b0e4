"""Pictures in grey, in other colours, or with a part erased.

May import: floors 0–2, ``geometry``, ``resize``, ``transform``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.tensor import Tensor
from ...errors import error
from ...ops.publish import public
from .geometry import colours
from .resize import ratio_of, rectangles
from .transform import Transform, chances, choose, interval, per_image, probability, real, uniform, whole

LUMA = (0.2989, 0.587, 0.114)
"""How bright red, green and blue seem: ITU-R BT.601."""

# -- grey ----------------------------------------------------------------------------------------------


class Grayscale(Transform):
    """Turn colours into grey: 0.2989 R + 0.587 G + 0.114 B.

    Parameters
    ----------
    num_output_channels : {1, 3}
        How many channels the grey is repeated in.
    """

    def __init__(self, num_output_channels: int = 1) -> None:
        if num_output_channels not in (1, 3):
            raise error(
                "argument", op="Grayscale", argument="num_output_channels", expected="1 or 3", got=num_output_channels
            )
        self.num_output_channels = num_output_channels

    def apply(self, x: Tensor) -> Tensor:
        """Return the batch in grey."""
        return grey("Grayscale", x).repeat(1, self.num_output_channels, 1, 1)


class RandomGrayscale(Transform):
    """Turn colours into grey in as many channels, with a probability.

    Parameters
    ----------
    p : float
        The probability, for each image of a batch.
    """

    def __init__(self, p: float = 0.1) -> None:
        self.p = probability("RandomGrayscale", p)

    def apply(self, x: Tensor) -> Tensor:
        """Return the batch, some of it in grey."""
        return choose(chances(x.shape[0], self.p), grey("RandomGrayscale", x).repeat(1, x.shape[1], 1, 1), x)


def grey(op: str, x: Tensor) -> Tensor:
    """Return the brightness of each pixel, in one channel."""
    if x.shape[1] == 1:
        return x
    if x.shape[1] != 3:
        raise error("image-channels", op=op, shape=x.shape, expected="1 or 3")
    weights = public["tensor"](LUMA, dtype=real(x).dtype, device=x.device).reshape(1, 3, 1, 1)
    return (real(x) * weights).sum(1, keepdim=True).to(x.dtype)


# -- other colours -------------------------------------------------------------------------------------


class ColorJitter(Transform):
    """Change brightness, contrast, saturation and hue by random amounts.

    Parameters
    ----------
    brightness, contrast, saturation : float or (float, float)
        Between which factors to choose: from max(1 − b, 0) to 1 + b, or between two numbers ≥ 0.
    hue : float or (float, float)
        By which part of the colour circle to turn: from −h to h, at most ½.

    Notes
    -----
    A factor f mixes: f · image + (1 − f) · other, where other is black for the brightness, the image's mean grey for
    the contrast, the image in grey for the saturation; the result is kept in the range of the dtype (floating: 0 to 1).
    The four come in random order, one for the whole batch; the amounts are drawn for each image.
    """

    def __init__(self, brightness: Any = 0, contrast: Any = 0, saturation: Any = 0, hue: Any = 0) -> None:
        self.brightness = factors("brightness", brightness)
        self.contrast = factors("contrast", contrast)
        self.saturation = factors("saturation", saturation)
        self.hue = turns(hue)

    def apply(self, x: Tensor) -> Tensor:
        """Return the batch in other colours."""
        steps = (brightened, contrasted, saturated, turned)
        ranges = (self.brightness, self.contrast, self.saturation, self.hue)
        order = public["randperm"](len(steps)).tolist()
        amounts = [uniform(x.shape[0], *r) if r else None for r in ranges]
        for i in order:
            if (amount := amounts[i]) is not None:
                x = steps[i](x, amount)
        return x


def mixed(x: Tensor, other: Any, amount: Any) -> Tensor:
    """Return f · x + (1 − f) · other, kept in the range of the dtype."""
    f = per_image(amount, x)
    return (f * real(x) + (1 - f) * other).clamp(0, 1 if x.dtype.kind == "f" else 255).to(x.dtype)


def brightened(x: Tensor, amount: Any) -> Tensor:
    """Return images mixed with black."""
    return mixed(x, 0.0, amount)


def contrasted(x: Tensor, amount: Any) -> Tensor:
    """Return images mixed with their mean grey."""
    return mixed(x, real(grey("ColorJitter", x)).mean((1, 2, 3), keepdim=True), amount)


def saturated(x: Tensor, amount: Any) -> Tensor:
    """Return images mixed with themselves in grey."""
    return x if x.shape[1] == 1 else mixed(x, real(grey("ColorJitter", x)), amount)


def turned(x: Tensor, amount: Any) -> Tensor:
    """Return images with all colours moved along the colour circle; brightness and saturation (HSV) stay."""
    if x.shape[1] == 1:
        return x
    if x.shape[1] != 3:
        raise error("image-channels", op="ColorJitter", shape=x.shape, expected="1 or 3")
    colour = real(x) if x.dtype.kind == "f" else real(x) / 255
    high, low = colour.max(1, keepdim=True).values, colour.min(1, keepdim=True).values
    span = high - low
    apart = public["where"](span == 0, 1.0, span)
    red, green, blue = colour[:, 0:1], colour[:, 1:2], colour[:, 2:3]
    # Where on the circle of six parts: red at 0, green at 2, blue at 4 (Smith 1978).
    place = public["where"](
        high == red,
        (green - blue) / apart,
        public["where"](high == green, 2 + (blue - red) / apart, 4 + (red - green) / apart),
    )
    place = place + 6 * per_image(amount, x)
    # Back: a channel falls off with the distance from where it is full, on the circle.
    parts = []
    for offset in (5, 3, 1):
        k = (place + offset) % 6
        parts.append(high - span * public["minimum"](k, 4 - k).clamp(0, 1))
    made = public["cat"](parts, dim=1)
    return made if x.dtype.kind == "f" else (made * 255).round().to(x.dtype)


def factors(name: str, value: Any) -> tuple[float, float] | None:
    """Return the range of a factor; None where it is always 1."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not 0 <= value < math.inf:
            expected = "a number ≥ 0, or two"
            raise error("argument", op="ColorJitter", argument=name, expected=expected, got=value)
        return (max(1 - value, 0.0), 1 + value) if value else None
    return interval("ColorJitter", name, value, 0.0)


def turns(value: Any) -> tuple[float, float] | None:
    """Return the range of a turn of the colour circle; None where there is none."""
    if value == 0:
        return None
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    low, high = interval("ColorJitter", "hue", (-value, value) if number else value)
    if low < -0.5 or high > 0.5:
        raise error("argument", op="ColorJitter", argument="hue", expected="numbers from -0.5 to 0.5", got=value)
    return low, high


# -- a part erased -------------------------------------------------------------------------------------


class RandomErasing(Transform):
    """Erase a rectangle of random area, proportion and place, with a probability; for Tensors.

    Parameters
    ----------
    p : float
        The probability, for each image of a batch.
    scale : (float, float)
        Smallest and largest area, as a fraction of the image's.
    ratio : (float, float)
        Smallest and largest height divided by width.
    value : float, tuple of float or "random"
        What is put there: a number, one for each channel, or standard normal numbers.

    Notes
    -----
    Zhong et al. (2017), "Random erasing data augmentation".  Where none of ten rectangles fits, nothing is erased.
    """

    def __init__(
        self,
        p: float = 0.5,
        scale: tuple[float, float] = (0.02, 0.33),
        ratio: tuple[float, float] = (0.3, 3.3),
        value: Any = 0,
    ) -> None:
        self.p, self.scale = probability("RandomErasing", p), interval("RandomErasing", "scale", scale, 0.0)
        if self.scale[1] > 1:
            raise error("argument", op="RandomErasing", argument="scale", expected="numbers from 0 to 1", got=scale)
        self.ratio, self.value = ratio_of("RandomErasing", ratio), value

    def apply(self, x: Tensor) -> Tensor:
        """Return the batch, with a part of some images erased."""
        count, _, height, width = x.shape
        chosen = chances(count, self.p)
        # As drawn, a proportion is width to height: for height to width, exchange the two.
        heights, widths, fits = rectangles(count, width, height, self.scale, self.ratio)
        tops, lefts = whole(count, np.maximum(height - heights + 1, 1)), whole(count, np.maximum(width - widths + 1, 1))
        # Also where nothing is erased, so that later draws do not depend on it.
        drawn = public["randn"](*x.shape, dtype=real(x).dtype, device=x.device) if self.value == "random" else None
        rows, columns = np.arange(height), np.arange(width)
        down = (rows >= tops[:, None]) & (rows < (tops + heights)[:, None])
        across = (columns >= lefts[:, None]) & (columns < (lefts + widths)[:, None])
        erased = (chosen & fits)[:, None, None] & down[:, :, None] & across[:, None, :]
        if not erased.any():
            return x
        if drawn is None:
            values = colours("RandomErasing", self.value, x)
            drawn = public["tensor"](values, dtype=real(x).dtype, device=x.device).reshape(1, -1, 1, 1)
        mask = public["tensor"](erased[:, None], device=x.device)
        made: Tensor = public["where"](mask, drawn.to(x.dtype), x)
        return made
