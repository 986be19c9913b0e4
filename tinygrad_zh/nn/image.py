"""Layers for images: larger and smaller ones, channels and places exchanged, patches cut out and put together.

May import: floors 0–2, ``layer``, ``functional``.  Read next: ``distance.py``.
"""

from __future__ import annotations

from typing import Any

from . import functional as F
from .layer import Layer


class Upsample(Layer):
    """Give the spatial dimensions of (N, C, …) another size, by interpolation.

    Parameters
    ----------
    size : int or tuple of int, optional
        The size; or
    scale_factor : float or tuple of float, optional
        by what it is multiplied.
    mode : {"nearest", "linear", "bilinear", "bicubic", "trilinear", "nearest-exact", "area"}
        How.
    align_corners : bool, optional
        Whether the outermost places stay where they are, rather than the outer edges of the image.
    recompute_scale_factor : bool, optional
        Whether the factor is computed anew from the rounded size.
    """

    def __init__(
        self, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.size, self.mode, self.align_corners = size, mode, align_corners
        self.scale_factor = scale_factor  # refuses what is no number
        if scale_factor is not None:
            several = isinstance(scale_factor, tuple)
            self.scale_factor = tuple(map(float, scale_factor)) if several else float(scale_factor)
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Any) -> Any:
        """Apply ``F.interpolate``."""
        return F.interpolate(
            input, self.size, self.scale_factor, self.mode, self.align_corners,
            recompute_scale_factor=self.recompute_scale_factor,
        )  # fmt: skip

    def extra_repr(self) -> str:
        """Return the size or the factor, and the mode."""
        how = f"size={self.size}" if self.scale_factor is None else f"scale_factor={self.scale_factor}"
        return f"{how}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """`Upsample` of images (N, C, H, W) by the nearest value."""

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, "nearest")


class UpsamplingBilinear2d(Upsample):
    """`Upsample` of images (N, C, H, W) by bilinear interpolation, with the corners aligned."""

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, "bilinear", True)


class PixelShuffle(Layer):
    """(…, C·r², H, W) to (…, C, H·r, W·r): groups of r² channels become squares of places."""

    shown = ("upscale_factor",)

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Any) -> Any:
        """Apply ``F.pixel_shuffle``."""
        return F.pixel_shuffle(input, self.upscale_factor)


class PixelUnshuffle(Layer):
    """(…, C, H·r, W·r) to (…, C·r², H, W): the inverse of `PixelShuffle`."""

    shown = ("downscale_factor",)

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Any) -> Any:
        """Apply ``F.pixel_unshuffle``."""
        return F.pixel_unshuffle(input, self.downscale_factor)


class ChannelShuffle(Layer):
    """Interleave the channels of `groups` groups: the first of each, then the second of each."""

    shown = ("groups",)

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Any) -> Any:
        """Apply ``F.channel_shuffle``."""
        return F.channel_shuffle(input, self.groups)


class Unfold(Layer):
    """Cut the patches of images (N, C, H, W) out as columns: (N, C · window, number of patches)."""

    shown = ("kernel_size", "dilation", "padding", "stride")

    def __init__(self, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> None:
        super().__init__()
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, input: Any) -> Any:
        """Apply ``F.unfold``."""
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)


class Fold(Layer):
    """Put columns of patches back to images of `output_size`, adding where they overlap; see `Unfold`."""

    shown = ("output_size", "kernel_size", "dilation", "padding", "stride")

    def __init__(
        self, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
    ) -> None:
        super().__init__()
        self.output_size, self.kernel_size = output_size, kernel_size
        self.dilation, self.padding, self.stride = dilation, padding, stride

    def forward(self, input: Any) -> Any:
        """Apply ``F.fold``."""
        return F.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)
