"""From files' pixels to the numbers that a network takes, and back.

May import: floors 0–2, ``transform``.  Read next: ``geometry.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...backend.dtypes import as_dtype, float32, uint8
from ...core.tensor import Tensor
from ...errors import error
from ...ops.publish import public
from .transform import Transform, as_pillow, from_pillow, is_pillow, numbers


class ToTensor:
    """Turn a Pillow image or an array of pixels into a Tensor, with numbers from 0 to 1.

    Called with a Pillow image, or an array of shape (H, W) or (H, W, C); returns a Tensor of shape (C, H, W).  Pixels
    of dtype uint8 become float32, divided by 255; those of other dtypes keep dtype and values, as in torchvision.

    Examples
    --------
    >>> ToTensor()(np.array([[0, 255]], dtype=np.uint8))
    tensor([[[0., 1.]]])
    """

    def __call__(self, image: Any) -> Tensor:
        """Return the Tensor."""
        x = pixels("ToTensor", image)
        return x.to(float32) / 255 if x.dtype == uint8 else x

    def __repr__(self) -> str:
        return "ToTensor()"


class PILToTensor:
    """Turn a Pillow image into a Tensor of shape (C, H, W) with its very values."""

    def __call__(self, image: Any) -> Tensor:
        """Return the Tensor."""
        if not is_pillow(image):
            raise error("image-kind", op="PILToTensor", found=type(image).__name__)
        return from_pillow(image)

    def __repr__(self) -> str:
        return "PILToTensor()"


class ToPILImage:
    """Turn a Tensor of shape (C, H, W), or an array of shape (H, W) or (H, W, C), into a Pillow image.

    Floating numbers are those from 0 to 1, of which ⌊255 x⌋ is shown; uint8 stays as it is.

    Raises
    ------
    ShapeError
        If there are not 1 to 4 channels.
    MissingPackageError
        If Pillow is not installed.
    """

    def __call__(self, image: Any) -> Any:
        """Return the Pillow image."""
        x = image if isinstance(image, Tensor) else pixels("ToPILImage", image)
        if x.ndim == 2:
            x = x[None]
        if x.ndim != 3:
            raise error("image-shape", op="ToPILImage", shape=x.shape)
        return as_pillow((x.detach().clamp(0, 1) * 255).to(uint8) if x.dtype.kind == "f" else x)

    def __repr__(self) -> str:
        return "ToPILImage()"


class ConvertImageDtype(Transform):
    """Turn images into another dtype: floating ones go from 0 to 1, integers as far as their dtype.

    Parameters
    ----------
    dtype : dtype
        Floating, or uint8.

    Notes
    -----
    From floating to uint8: ⌊x · (256 − 10⁻³)⌋, so that each value has the same share of the range.
    """

    def __init__(self, dtype: Any) -> None:
        self.dtype = as_dtype(dtype)
        if self.dtype.kind != "f" and self.dtype != uint8:
            raise error("argument", op="ConvertImageDtype", argument="dtype", expected="floating or uint8", got=dtype)

    def apply(self, x: Tensor) -> Tensor:
        """Return the batch in the other dtype."""
        if x.dtype.kind != "f" and x.dtype != uint8:
            raise error("image-dtype", op="ConvertImageDtype", dtype=x.dtype)
        if self.dtype.kind == "f":
            return x.to(self.dtype) / 255 if x.dtype == uint8 else x.to(self.dtype)
        return x if x.dtype == uint8 else (x.clamp(0, 1) * (256 - 1e-3)).to(uint8)


class Normalize(Transform):
    """Subtract each channel's mean, and divide by its standard deviation: (x − mean) / std.

    Parameters
    ----------
    mean, std : sequence of float
        One number for each channel, or one for all.

    Raises
    ------
    ArgumentError
        If a standard deviation is 0.
    ShapeError
        If there are not as many numbers as channels.
    DTypeError
        If the images are not floating: ``ToTensor`` comes first.

    Examples
    --------
    >>> Normalize([0.5], [0.5])(tensor([[[0.0, 1.0]]]))
    tensor([[[-1.,  1.]]])
    """

    def __init__(self, mean: Any, std: Any) -> None:
        channels = len(mean) if isinstance(mean, (tuple, list)) else 1
        self.mean = numbers("Normalize", "mean", mean, [max(channels, 1)])
        self.std = numbers("Normalize", "std", std, sorted({1, channels}))
        if not all(s > 0 for s in self.std):
            raise error("argument", op="Normalize", argument="std", expected="numbers > 0", got=std)

    def apply(self, x: Tensor) -> Tensor:
        """Return the normalised batch."""
        if x.dtype.kind != "f":
            raise error("image-dtype", op="Normalize", dtype=x.dtype)
        if len(self.mean) not in (1, x.shape[1]):
            raise error("image-channels", op="Normalize", shape=x.shape, expected=len(self.mean))
        mean, std = (
            public["tensor"](values, dtype=x.dtype, device=x.device).reshape(1, -1, 1, 1)
            for values in (self.mean, self.std)
        )
        return (x - mean) / std


def pixels(op: str, image: Any) -> Tensor:
    """Return an image that is no Tensor as one of shape (C, H, W)."""
    if is_pillow(image):
        return from_pillow(image)
    if not isinstance(image, np.ndarray):
        raise error("image-kind", op=op, found=type(image).__name__)
    if image.ndim not in (2, 3):
        raise error("image-array", op=op, shape=image.shape)
    array = image[:, :, None] if image.ndim == 2 else image
    made: Tensor = public["tensor"](np.ascontiguousarray(array.transpose(2, 0, 1)))
    return made
