"""Pictures mirrored, padded or cut out.

May import: floors 0–2, ``transform``.  Read next: ``resize.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.tensor import Tensor
from ...errors import error
from ...ops.publish import public, spaces
from .transform import Transform, chances, choose, probability, size_of, whole

PADDING = {"constant": None, "edge": "edge", "reflect": "reflect", "symmetric": "symmetric"}

# -- mirrors -------------------------------------------------------------------------------------------


class RandomHorizontalFlip(Transform):
    """Exchange left and right, with a probability.

    Parameters
    ----------
    p : float
        The probability, for each image of a batch.
    """

    dim = 3

    def __init__(self, p: float = 0.5) -> None:
        self.p = probability(type(self).__name__, p)

    def apply(self, x: Tensor) -> Tensor:
        """Return the batch, some of it mirrored."""
        return choose(chances(x.shape[0], self.p), x.flip(self.dim), x)


class RandomVerticalFlip(RandomHorizontalFlip):
    """Exchange above and below, with a probability.

    Parameters
    ----------
    p : float
        The probability, for each image of a batch.
    """

    dim = 2


# -- padding and cutting -------------------------------------------------------------------------------


class Pad(Transform):
    """Add pixels at the edges.

    Parameters
    ----------
    padding : int or tuple of int
        How many: on all sides, (left and right, above and below), or (left, above, right, below).
    fill : float or tuple of float
        Their value, or one for each channel; in mode "constant".
    padding_mode : {"constant", "edge", "reflect", "symmetric"}
        Constant; the last pixel repeated; mirrored without or with the last pixel.

    Raises
    ------
    ArgumentError
        If a number is negative, or a mode is unknown.
    ShapeError
        If an image is too small to be mirrored so far.
    """

    def __init__(self, padding: Any, fill: Any = 0, padding_mode: str = "constant") -> None:
        self.padding = sides("Pad", padding)
        self.fill, self.padding_mode = fill, check_padding_mode("Pad", padding_mode)

    def apply(self, x: Tensor) -> Tensor:
        """Return the larger images."""
        return padded("Pad", x, self.padding, self.fill, self.padding_mode)


class CenterCrop(Transform):
    """Cut out the middle; what lies outside the image is 0.

    Parameters
    ----------
    size : int or (int, int)
        Height and width.
    """

    def __init__(self, size: Any) -> None:
        self.size = size_of("CenterCrop", size)

    def apply(self, x: Tensor) -> Tensor:
        """Return the middles."""
        height, width = self.size
        down, right = max(height - x.shape[2], 0), max(width - x.shape[3], 0)
        x = padded("CenterCrop", x, (right // 2, down // 2, (right + 1) // 2, (down + 1) // 2), 0, "constant")
        top, left = round((x.shape[2] - height) / 2), round((x.shape[3] - width) / 2)
        return x[:, :, top : top + height, left : left + width]


class RandomCrop(Transform):
    """Cut out a part of a fixed size at a random place.

    Parameters
    ----------
    size : int or (int, int)
        Height and width.
    padding : int or tuple of int, optional
        Pixels to add at the edges before; as for `Pad`.
    pad_if_needed : bool
        Whether to add pixels on both sides where an image is too small.
    fill, padding_mode
        As for `Pad`.

    Raises
    ------
    ShapeError
        If an image is smaller than `size`.
    """

    def __init__(
        self, size: Any, padding: Any = None, pad_if_needed: bool = False, fill: Any = 0, padding_mode: str = "constant"
    ) -> None:
        self.size = size_of("RandomCrop", size)
        self.padding = None if padding is None else sides("RandomCrop", padding)
        self.pad_if_needed, self.fill = bool(pad_if_needed), fill
        self.padding_mode = check_padding_mode("RandomCrop", padding_mode)

    def apply(self, x: Tensor) -> Tensor:
        """Return a part of each image."""
        height, width = self.size
        if self.padding is not None:
            x = padded("RandomCrop", x, self.padding, self.fill, self.padding_mode)
        if self.pad_if_needed:
            down, right = max(height - x.shape[2], 0), max(width - x.shape[3], 0)
            x = padded("RandomCrop", x, (right, down, right, down), self.fill, self.padding_mode)
        if x.shape[2] < height or x.shape[3] < width:
            raise error("image-small", op="RandomCrop", shape=x.shape, size=self.size)
        count = x.shape[0]
        tops, lefts = whole(count, x.shape[2] - height + 1), whole(count, x.shape[3] - width + 1)
        return cut_out(x, tops, lefts, self.size)


def cut_out(x: Tensor, tops: Any, lefts: Any, size: tuple[int, int]) -> Tensor:
    """Return from each image the part that begins at its place."""
    (count, channels), (height, width) = x.shape[:2], size
    if count == 1:
        return x[:, :, tops[0] : tops[0] + height, lefts[0] : lefts[0] + width]
    rows, columns = tops[:, None] + np.arange(height), lefts[:, None] + np.arange(width)
    n, c = np.arange(count).reshape(-1, 1, 1, 1), np.arange(channels).reshape(-1, 1, 1)
    found: Tensor = x[tuple(on(x, i) for i in (n, c, rows[:, None, :, None], columns[:, None, None, :]))]
    return found


def on(x: Tensor, index: Any) -> Tensor:
    """Return an array of indices on the device of `x`."""
    made: Tensor = public["tensor"](index, device=x.device)
    return made


def padded(op: str, x: Tensor, padding: tuple[int, int, int, int], fill: Any, mode: str) -> Tensor:
    """Return the images with pixels added (left, above, right, below)."""
    left, above, right, below = padding
    if not any(padding):
        return x
    if mode != "constant":
        ends = ((above, below, x.shape[2]), (left, right, x.shape[3]))
        if any(max(before, after) > n - (mode == "reflect") for before, after, n in ends):
            raise error("image-small", op=op, shape=x.shape, size=f"padding {padding}, {mode!r}")
        rows, columns = (np.pad(np.arange(n), (before, after), mode=mode) for before, after, n in ends)  # type: ignore[call-overload]
        mirrored: Tensor = x[:, :, on(x, rows)][:, :, :, on(x, columns)]
        return mirrored
    values = colours(op, fill, x)
    pad = spaces["nn.functional"]["pad"]
    if len(values) == 1:
        one: Tensor = pad(x, (left, right, above, below), value=values[0])
        return one
    parts = [pad(x[:, c : c + 1], (left, right, above, below), value=value) for c, value in enumerate(values)]
    joined: Tensor = public["cat"](parts, dim=1)
    return joined


def colours(op: str, fill: Any, x: Tensor) -> list[float]:
    """Return the value to fill with, or one for each channel."""
    values = list(fill) if isinstance(fill, (tuple, list)) else [fill]
    if not all(isinstance(v, (int, float)) for v in values):
        raise error("argument", op=op, argument="fill", expected="a number, or one for each channel", got=fill)
    if len(values) not in (1, x.shape[1]):
        raise error("image-channels", op=op, shape=x.shape, expected=len(values))
    return values


def sides(op: str, padding: Any) -> tuple[int, int, int, int]:
    """Return the pixels to add (left, above, right, below)."""
    listed = tuple(padding) if isinstance(padding, (tuple, list)) else (padding,)
    if len(listed) not in (1, 2, 4) or not all(
        isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in listed
    ):
        expected = "1, 2 or 4 ints ≥ 0: (left, above, right, below)"
        raise error("argument", op=op, argument="padding", expected=expected, got=padding)
    left, above, right, below = listed * (4 // len(listed))
    return left, above, right, below


def check_padding_mode(op: str, mode: Any) -> str:
    """Return a padding mode that is known."""
    if mode not in PADDING:
        expected = ", ".join(map(repr, PADDING))
        raise error("argument", op=op, argument="padding_mode", expected=expected, got=mode)
    return str(mode)
