"""What all transforms share: the kinds of pictures, the draws, and transforms made of others.

May import: floors 0–2.  Read next: ``convert.py``.
"""

from __future__ import annotations

import enum
import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...backend.dtypes import float32, float64
from ...core.tensor import Tensor
from ...errors import error
from ...ops.publish import public


class InterpolationMode(enum.StrEnum):
    """How the pixels in between are found; the plain names will do as well."""

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"


class Transform:
    """Base class of transforms; a subclass defines `apply`, for a batch.

    Examples
    --------
    >>> class Negative(Transform):
    ...     def apply(self, x):
    ...         return 1 - x
    >>> Negative()(zeros(1, 2, 2)).sum()
    tensor(4.)
    """

    def __call__(self, image: Any) -> Any:
        """Return a transformed image, or batch of images.

        Parameters
        ----------
        image : Tensor of shape (C, H, W) or (N, C, H, W), or Pillow image

        Raises
        ------
        DTypeError
            If it is something else.
        ShapeError
            If it has not three or four dimensions.
        """
        if is_pillow(image):
            return as_pillow(self.apply(from_pillow(image)[None])[0])
        if not isinstance(image, Tensor):
            raise error("image-kind", op=type(self).__name__, found=type(image).__name__)
        if image.ndim not in (3, 4):
            raise error("image-shape", op=type(self).__name__, shape=image.shape)
        return self.apply(image) if image.ndim == 4 else self.apply(image[None])[0]

    def apply(self, x: Tensor) -> Tensor:
        """Return the transformed batch.

        Parameters
        ----------
        x : Tensor of shape (N, C, H, W)
        """
        raise NotImplementedError

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({options})"


# -- transforms made of others -------------------------------------------------------------------------


class Compose:
    """Several transforms, one after the other.

    Parameters
    ----------
    transforms : sequence of callable
        The first one gets what this is called with.

    Examples
    --------
    >>> Compose([Lambda(lambda x: x + 1), Lambda(lambda x: x * 2)])(ones(1))
    tensor([4.])
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = checked("Compose", transforms)

    def __call__(self, image: Any) -> Any:
        """Return what the last transform makes."""
        for transform in self.transforms:
            image = transform(image)
        return image

    def __repr__(self) -> str:
        return "\n    ".join(["Compose(", *(f"{transform!r}," for transform in self.transforms)]) + "\n)"


class Lambda:
    """A function as a transform."""

    def __init__(self, lambd: Callable[[Any], Any]) -> None:
        (self.lambd,) = checked("Lambda", [lambd])

    def __call__(self, image: Any) -> Any:
        """Return what the function makes."""
        return self.lambd(image)


class RandomApply:
    """Transforms that are applied with a probability, all or none.

    Parameters
    ----------
    transforms : sequence of callable
        What is applied.
    p : float
        The probability, for each image of a batch.

    Raises
    ------
    ShapeError
        If they change the shape of a batch's images, of which then some would not fit the others.
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]], p: float = 0.5) -> None:
        self.transforms, self.p = Compose(transforms), probability("RandomApply", p)

    def __call__(self, image: Any) -> Any:
        """Return the image, or the batch, changed or as it is."""
        if not isinstance(image, Tensor) or image.ndim < 4:
            return self.transforms(image) if chances(1, self.p)[0] else image
        chosen, changed = chances(image.shape[0], self.p), self.transforms(image)
        if changed.shape != image.shape:
            raise error("image-size-changed", before=image.shape, after=changed.shape)
        return choose(chosen, changed, image)


# -- draws ---------------------------------------------------------------------------------------------
# Small arrays on the host: they decide on shapes and places.  In float64, so that a probability is exact.


def chances(count: int, p: float) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return for each of `count` images whether it is chosen."""
    return uniform(count, 0.0, 1.0) < p


def uniform(count: int | tuple[int, ...], low: float, high: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return numbers between `low` and `high`."""
    shape = count if isinstance(count, tuple) else (count,)
    drawn: np.ndarray[Any, np.dtype[np.float64]] = public["rand"](shape, dtype=float64).numpy()
    return low + (high - low) * drawn


def whole(count: int, ends: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return whole numbers from 0 up to but without `ends`, one for each image."""
    return np.floor(uniform(count, 0.0, 1.0) * ends).astype(np.int64)


def choose(chosen: np.ndarray[Any, np.dtype[np.bool_]], changed: Tensor, x: Tensor) -> Tensor:
    """Return the chosen images of `changed` among the others of `x`."""
    if chosen.all() or not chosen.any():
        return changed if chosen.all() else x
    picked: Tensor = public["where"](per_image(chosen, x), changed, x)
    return picked


def per_image(values: Any, x: Tensor) -> Tensor:
    """Return a number for each image as a Tensor of shape (N, 1, 1, 1) beside `x`."""
    array = np.asarray(values)
    dtype = None if array.dtype.kind in "bi" else real(x).dtype
    made: Tensor = public["tensor"](array.reshape(-1, 1, 1, 1), dtype=dtype, device=x.device)
    return made


# -- arguments -----------------------------------------------------------------------------------------


def checked(op: str, transforms: Any) -> list[Callable[[Any], Any]]:
    """Return transforms as a list, if all of them can be called."""
    listed: list[Any] = list(transforms) if isinstance(transforms, Sequence) else [None]
    if not all(callable(transform) for transform in listed):
        raise error("argument", op=op, argument="transforms", expected="callables", got=transforms)
    return listed


def probability(op: str, p: Any) -> float:
    """Return a probability."""
    if isinstance(p, bool) or not isinstance(p, (int, float)) or not 0 <= p <= 1:
        raise error("argument", op=op, argument="p", expected="a number from 0 to 1", got=p)
    return float(p)


def numbers(op: str, name: str, value: Any, counts: Sequence[int], least: float = -np.inf) -> tuple[float, ...]:
    """Return a sequence of finite numbers ≥ `least`, of one of these lengths."""
    listed = tuple(value) if isinstance(value, (tuple, list)) else ()
    right = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in listed)
    if len(listed) not in counts or not right or not all(least <= v < np.inf for v in listed):
        lengths = " or ".join(map(str, counts))
        bound = "" if least == -np.inf else f" ≥ {least:g}"
        raise error("argument", op=op, argument=name, expected=f"{lengths} numbers{bound}", got=value)
    return listed


def interval(op: str, name: str, value: Any, least: float = -np.inf) -> tuple[float, float]:
    """Return two numbers, the smaller first."""
    low, high = numbers(op, name, value, [2], least)
    if low > high:
        raise error("argument", op=op, argument=name, expected="two numbers, the smaller first", got=value)
    return low, high


def size_of(op: str, size: Any) -> tuple[int, int]:
    """Return height and width, of one number for both or of two."""
    both = (size, size) if isinstance(size, int) else tuple(size) if isinstance(size, (tuple, list)) else ()
    both = both * 2 if len(both) == 1 else both
    if len(both) != 2 or not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in both):
        raise error("argument", op=op, argument="size", expected="an int ≥ 1, or (height, width)", got=size)
    return both[0], both[1]


def mode_of(op: str, interpolation: Any, known: Sequence[str]) -> str:
    """Return the plain name of an interpolation mode."""
    if interpolation not in known:
        raise error(
            "argument", op=op, argument="interpolation", expected=", ".join(map(repr, known)), got=interpolation
        )
    return str(interpolation)


# -- kinds of pictures ---------------------------------------------------------------------------------


def real(x: Tensor) -> Tensor:
    """Return the images in a floating dtype, to compute with."""
    return x if x.dtype.kind == "f" else x.to(float32)


def like(changed: Tensor, x: Tensor) -> Tensor:
    """Return computed pixels in the dtype of `x`: rounded, and within its range, where it is an integer type."""
    if x.dtype.kind == "f":
        return changed
    info = np.iinfo(x.dtype)
    return changed.round().clamp(int(info.min), int(info.max)).to(x.dtype)


def is_pillow(image: Any) -> bool:
    """Whether it is a Pillow image; without importing Pillow, which then has been imported already."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(image, module.Image)


def pillow() -> Any:
    """Return Pillow's module ``Image``."""
    try:
        return importlib.import_module("PIL.Image")
    except ImportError as problem:
        raise error("missing-package", package="pillow", purpose="PIL.Image", extra="train") from problem


def from_pillow(image: Any) -> Tensor:
    """Return the pixels of a Pillow image as a Tensor of shape (C, H, W): uint8, or the dtype of its mode."""
    pixels = np.array(image)
    if image.mode == "1":
        pixels = pixels.astype(np.uint8) * 255
    if pixels.dtype.kind not in "uif" or pixels.dtype == np.uint16:
        pixels = pixels.astype(np.int32)  # 16 bits without a sign
    pixels = pixels[:, :, None] if pixels.ndim == 2 else pixels
    made: Tensor = public["tensor"](np.ascontiguousarray(pixels.transpose(2, 0, 1)))
    return made


def as_pillow(x: Tensor) -> Any:
    """Return a Tensor of shape (C, H, W) as a Pillow image: grey, grey with alpha, RGB or RGBA."""
    pixels = np.ascontiguousarray(x.detach().cpu().numpy().transpose(1, 2, 0))
    channels = pixels.shape[2]
    if pixels.dtype == np.uint8 and channels in (1, 2, 3, 4):
        return pillow().fromarray(pixels[:, :, 0] if channels == 1 else pixels)
    if channels == 1 and pixels.dtype in (np.int32, np.float32):
        return pillow().fromarray(pixels[:, :, 0])
    raise error("image-pillow", shape=x.shape, dtype=x.dtype)
