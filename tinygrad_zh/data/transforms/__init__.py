"""Pictures made ready for a network, and changed at random so that it learns more from them; torchvision's names.

    augment = transforms.Compose([transforms.RandomCrop(28, padding=2), transforms.RandomHorizontalFlip()])
    for x, y in loader:
        outputs = model(augment(x))             # every image of the batch has a draw of its own

A transform takes one image, a Tensor of shape (C, H, W) or a Pillow image, and gives back the like; or a batch of shape
(N, C, H, W), for which random ones draw once for each image (torchvision's: once for the batch).  Random numbers
are this package's: from ``manual_seed``, or in a data set that a DataLoader loads from the batch's own stream.

May import: floors 0–2.  Read next: ``transform.py``, ``convert.py``, ``geometry.py``, ``resize.py``,
``affine.py``, ``colour.py``.
"""

from __future__ import annotations

from .affine import RandomAffine, RandomRotation
from .colour import ColorJitter, Grayscale, RandomErasing, RandomGrayscale
from .convert import ConvertImageDtype, Normalize, PILToTensor, ToPILImage, ToTensor
from .geometry import (
    CenterCrop,
    Pad,
    RandomCrop,
    RandomHorizontalFlip,
    RandomVerticalFlip,
)
from .resize import RandomResizedCrop, Resize
from .transform import Compose, InterpolationMode, Lambda, RandomApply, Transform

__all__ = [
    "CenterCrop",
    "ColorJitter",
    "Compose",
    "ConvertImageDtype",
    "Grayscale",
    "InterpolationMode",
    "Lambda",
    "Normalize",
    "PILToTensor",
    "Pad",
    "RandomAffine",
    "RandomApply",
    "RandomCrop",
    "RandomErasing",
    "RandomGrayscale",
    "RandomHorizontalFlip",
    "RandomResizedCrop",
    "RandomRotation",
    "RandomVerticalFlip",
    "Resize",
    "ToPILImage",
    "ToTensor",
    "Transform",
]
