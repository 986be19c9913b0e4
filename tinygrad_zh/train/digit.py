"""A picture of a handwritten digit, of any size and colours, made into one like MNIST's.

MNIST's pictures were made by fitting the digit into a box of 20×20 pixels, and laying that into 28×28 so
that the digit's centre of mass is in the middle (LeCun et al. 1998, section III A).  What was prepared otherwise
looks strange to a network that has seen only such pictures.

May import: floor 0.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ..errors import error

SIDE, BOX = 28, 20
LEAST_CONTRAST = 20  # of 255: less is paper, not a digit
FAINT = 0.2  # ink below this part of the darkest does not count for where the digit ends: shadows, JPEG's noise


def read_digit(path: str | os.PathLike[str]) -> np.ndarray[Any, Any]:
    """Read a picture, and make it one like MNIST's.

    Parameters
    ----------
    path : str or path-like
        PNG, JPEG or what else Pillow reads.

    Returns
    -------
    numpy.ndarray of shape (28, 28), uint8
        Ink is 255, background 0.

    Raises
    ------
    DataError
        If the file cannot be read as a picture, or nothing stands out in it.
    MissingPackageError
        If Pillow is not installed.
    """
    grey = read_grey(path)
    ink = ink_of(grey)
    if ink is None:
        raise error("picture-empty", path=os.fspath(path))
    return centred(fitted(cropped(ink)))


def read_grey(path: str | os.PathLike[str]) -> np.ndarray[Any, Any]:
    """Return a picture's grey values, of shape (H, W), 0..255; what is transparent is white paper."""
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError as failed:
        raise error("missing-package", package="pillow", purpose="tinygrad-zh predict", extra="train") from failed
    try:
        with Image.open(path) as opened:
            turned = ImageOps.exif_transpose(opened)  # telephones note how they were held
            coloured = turned.convert("RGBA")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, SyntaxError) as failed:
        raise error("picture-unreadable", path=os.fspath(path), reason=failed) from failed
    paper = Image.new("RGBA", coloured.size, "white")
    return np.asarray(Image.alpha_composite(paper, coloured).convert("L"), dtype=np.float64)


def ink_of(grey: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
    """Return how much ink is where, 0..1; None if nothing stands out.

    The background is what the border mostly shows; ink is what differs from it, to the darker or the lighter side,
    whichever differs more.
    """
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    difference = grey - np.median(border)
    if difference.max() < -difference.min():
        difference = -difference
    strongest = difference.max()
    return None if strongest < LEAST_CONTRAST else np.clip(difference / strongest, 0, 1)


def cropped(ink: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Cut away the empty margins."""
    rows, columns = np.flatnonzero((ink > FAINT).any(1)), np.flatnonzero((ink > FAINT).any(0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def fitted(ink: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Scale so that the longer side is 20 pixels, and the darkest is full ink again."""
    from PIL import Image

    height, width = ink.shape
    scale = BOX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    picture = Image.fromarray(np.rint(ink * 255).astype(np.uint8))
    scaled = np.asarray(picture.resize(size, Image.Resampling.BILINEAR), dtype=np.float64)
    return scaled / scaled.max()


def centred(ink: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Lay into 28×28 so that the centre of mass is at pixel (14, 14), as in MNIST, if the digit stays inside."""
    result = np.zeros((SIDE, SIDE), np.uint8)
    place = []
    for axis, length in enumerate(ink.shape):
        mass = ink.sum(1 - axis)
        centre = (mass * np.arange(length)).sum() / mass.sum()
        place.append(int(np.clip(round(SIDE / 2 - centre), 0, SIDE - length)))
    top, left = place
    result[top : top + ink.shape[0], left : left + ink.shape[1]] = np.rint(ink * 255)
    return result
