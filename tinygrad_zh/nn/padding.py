"""Padding as layers: put values on both sides of the last dimensions.

May import: floors 0–2, ``layer``, ``options``, ``functional``.  Read next: ``image.py``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ..errors import error
from . import functional as F
from .layer import Layer, per_dimension
from .options import ANY_WIDTHS


class Padding(Layer):
    """Put something on both sides of the last `dims` dimensions.

    Parameters
    ----------
    padding : int or tuple of int
        How much: before and after, from the last dimension to the first.
    """

    dims: ClassVar[int]
    mode: ClassVar[str]
    options: ClassVar = {"padding": ANY_WIDTHS}  # what is negative cuts off
    shown: ClassVar[tuple[str, ...]] = (":padding",)

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = per_dimension(type(self).__name__, "padding", padding, 2 * self.dims)

    def forward(self, input: Any) -> Any:
        """Apply ``F.pad`` to (N, C, …) or (C, …)."""
        if input.ndim not in (self.dims + 1, self.dims + 2):
            expected = f"{self.dims + 1} or {self.dims + 2}"
            raise error("ndim", op=type(self).__name__, expected=expected, shape=input.shape)
        return F.pad(input, self.padding, self.mode)


class ConstantPadding(Padding):
    """Put a number on both sides of the last `dims` dimensions.

    Parameters
    ----------
    padding : int or tuple of int
        How much: before and after, from the last dimension to the first.
    value : float
        The number.
    """

    shown: ClassVar[tuple[str, ...]] = ("padding", "value")

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Any) -> Any:
        """Apply ``F.pad``."""
        return F.pad(input, self.padding, "constant", self.value)


class ConstantPad1d(ConstantPadding):
    """Put a number on both sides of the places of (N, C, L) or (C, L)."""

    dims = 1


class ConstantPad2d(ConstantPadding):
    """Put a number on both sides of the places of (N, C, H, W) or (C, H, W)."""

    dims = 2


class ConstantPad3d(ConstantPadding):
    """Put a number on both sides of the places of (N, C, D, H, W) or (C, D, H, W)."""

    dims = 3


class ZeroPad1d(ConstantPad1d):
    """Put zeros on both sides of the last dimension; see `ConstantPad1d`."""

    shown = (":padding",)

    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)


class ZeroPad2d(ConstantPad2d):
    """Put zeros on both sides of the last two dimensions; see `ConstantPad2d`."""

    shown = (":padding",)

    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)


class ZeroPad3d(ConstantPad3d):
    """Put zeros on both sides of the last three dimensions; see `ConstantPad3d`."""

    shown = (":padding",)

    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)


class ReflectionPad1d(Padding):
    """Put the values before, mirrored at the edge on both sides of the last dimension."""

    dims, mode = 1, "reflect"


class ReflectionPad2d(Padding):
    """Put the values before, mirrored at the edge on both sides of the last two dimensions."""

    dims, mode = 2, "reflect"


class ReflectionPad3d(Padding):
    """Put the values before, mirrored at the edge on both sides of the last three dimensions."""

    dims, mode = 3, "reflect"


class ReplicationPad1d(Padding):
    """Put the value at the edge on both sides of the last dimension."""

    dims, mode = 1, "replicate"


class ReplicationPad2d(Padding):
    """Put the value at the edge on both sides of the last two dimensions."""

    dims, mode = 2, "replicate"


class ReplicationPad3d(Padding):
    """Put the value at the edge on both sides of the last three dimensions."""

    dims, mode = 3, "replicate"


class CircularPad1d(Padding):
    """Put the values of the other end on both sides of the last dimension."""

    dims, mode = 1, "circular"


class CircularPad2d(Padding):
    """Put the values of the other end on both sides of the last two dimensions."""

    dims, mode = 2, "circular"


class CircularPad3d(Padding):
    """Put the values of the other end on both sides of the last three dimensions."""

    dims, mode = 3, "circular"
