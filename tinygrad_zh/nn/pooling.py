"""Pooling and unpooling as layers: the largest or the mean of each window.

Every family has a base and a class for one, two and three dimensions.

May import: floors 0–2, ``layer``, ``functional``.  Read next: ``embedding.py``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ..core.tensor import Tensor
from ..errors import error
from . import functional as F
from .layer import Layer, per_dimension


class Pooling(Layer):
    """A pooling in `dims` dimensions."""

    dims: ClassVar[int]

    def function(self, family: str) -> Any:
        """Return the function of a family for this number of dimensions, such as ``F.max_pool2d``."""
        return getattr(F, f"{family}{self.dims}d")


class MaxPool(Pooling):
    """The largest value of every window.

    Parameters
    ----------
    kernel_size : int or tuple of int
        Size of the window.
    stride : int or tuple of int, optional
        Step between windows; by default the window's size.
    padding, dilation : int or tuple of int
        What is put on either side, and the step within a window.
    return_indices : bool
        Whether to return where the values stood too, for `MaxUnpool`.
    ceil_mode : bool
        Whether a window may stick out at the end.
    """

    shown = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")

    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
        return_indices: bool = False, ceil_mode: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input: Any) -> Any:
        """Apply ``F.max_pool``."""
        return self.function("max_pool")(
            input, self.kernel_size, self.stride, self.padding, self.dilation, ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )  # fmt: skip


class MaxUnpool(Pooling):
    """Put values back to where `MaxPool` found them, and zeros elsewhere.

    Parameters
    ----------
    kernel_size, stride, padding : int or tuple of int
        Those of the pooling.
    """

    shown = ("kernel_size", "stride", "padding")

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        op = type(self).__name__
        self.kernel_size = per_dimension(op, "kernel_size", kernel_size, self.dims)
        self.stride = per_dimension(op, "stride", kernel_size if stride is None else stride, self.dims)
        self.padding = per_dimension(op, "padding", padding, self.dims)

    def forward(self, input: Any, indices: Any, output_size: Any = None) -> Any:
        """Apply ``F.max_unpool``."""
        unpool = self.function("max_unpool")
        return unpool(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class AvgPool(Pooling):
    """The mean of every window.

    Parameters
    ----------
    kernel_size, stride, padding, ceil_mode
        As of `MaxPool`.
    count_include_pad : bool
        Whether zeros put on by `padding` count in the mean.
    divisor_override : int, optional
        What the sum is divided by instead of the number of values; not in one dimension.
    """

    shown = ("kernel_size", "stride", "padding")

    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
        count_include_pad: bool = True, divisor_override: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.ceil_mode, self.count_include_pad = padding, ceil_mode, count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Any) -> Any:
        """Apply ``F.avg_pool``."""
        return self.function("avg_pool")(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad,
            self.divisor_override,
        )  # fmt: skip


class LPPool(Pooling):
    """The p-norm of every window, (Σ |x|ᵖ)^(1/p) for even p.

    Parameters
    ----------
    norm_type : float
        p.
    kernel_size, stride, ceil_mode
        As of `MaxPool`.
    """

    shown = ("norm_type", "kernel_size", "stride", "ceil_mode")

    def __init__(self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> None:
        super().__init__()
        self.norm_type, self.kernel_size, self.stride, self.ceil_mode = norm_type, kernel_size, stride, ceil_mode

    def forward(self, input: Any) -> Any:
        """Apply ``F.lp_pool``."""
        return self.function("lp_pool")(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class AdaptiveAvgPool(Pooling):
    """The mean of windows chosen such that the result has a given size.

    Parameters
    ----------
    output_size : int, None or a tuple of them
        The size; None keeps that of the input.
    """

    shown = ("output_size",)

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Any) -> Any:
        """Apply ``F.adaptive_avg_pool``."""
        return self.function("adaptive_avg_pool")(input, self.output_size)


class AdaptiveMaxPool(Pooling):
    """The largest value of windows chosen such that the result has a given size.

    Parameters
    ----------
    output_size : int, None or a tuple of them
        The size; None keeps that of the input.
    return_indices : bool
        Whether to return where the values stood too.
    """

    shown = ("output_size",)

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size, self.return_indices = output_size, return_indices

    def forward(self, input: Any) -> Any:
        """Apply ``F.adaptive_max_pool``."""
        return self.function("adaptive_max_pool")(input, self.output_size, self.return_indices)


class FractionalMaxPool(Pooling):
    """The largest value of windows at random places, so that the size shrinks by any fraction.

    Parameters
    ----------
    kernel_size : int or tuple of int
        Size of the window.
    output_size : int or tuple of int, optional
        The size of the result; or
    output_ratio : float or tuple of float, optional
        its ratio to that of the input, between 0 and 1.
    return_indices : bool
        Whether to return where the values stood too.
    _random_samples : Tensor, optional
        What decides the places, instead of random numbers.

    Notes
    -----
    Graham (2014), "Fractional Max-Pooling".
    """

    _random_samples: Tensor | None

    def __init__(
        self, kernel_size: Any, output_size: Any = None, output_ratio: Any = None, return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        if (output_size is None) == (output_ratio is None):
            got = "neither" if output_size is None else "both"
            expected = "exactly one of output_size and output_ratio"
            raise error("argument", op=type(self).__name__, argument="output_size", expected=expected, got=got)
        self.kernel_size, self.output_size, self.output_ratio = kernel_size, output_size, output_ratio
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)

    def forward(self, input: Any) -> Any:
        """Apply ``F.fractional_max_pool``."""
        return self.function("fractional_max_pool")(
            input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices, self._random_samples
        )


class MaxPool1d(MaxPool):
    """`MaxPool` of (N, C, L) or (C, L)."""

    dims = 1


class MaxPool2d(MaxPool):
    """`MaxPool` of (N, C, H, W) or (C, H, W)."""

    dims = 2


class MaxPool3d(MaxPool):
    """`MaxPool` of (N, C, D, H, W) or (C, D, H, W)."""

    dims = 3


class MaxUnpool1d(MaxUnpool):
    """`MaxUnpool` of (N, C, L) or (C, L)."""

    dims = 1


class MaxUnpool2d(MaxUnpool):
    """`MaxUnpool` of (N, C, H, W) or (C, H, W)."""

    dims = 2


class MaxUnpool3d(MaxUnpool):
    """`MaxUnpool` of (N, C, D, H, W) or (C, D, H, W)."""

    dims = 3


class AvgPool1d(AvgPool):
    """`AvgPool` of (N, C, L) or (C, L)."""

    dims = 1

    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:  # fmt: skip
        kernel_size = per_dimension("AvgPool1d", "kernel_size", kernel_size, 1)
        stride = kernel_size if stride is None else per_dimension("AvgPool1d", "stride", stride, 1)
        padding = per_dimension("AvgPool1d", "padding", padding, 1)
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad)

    def forward(self, input: Any) -> Any:
        """Apply ``F.avg_pool1d``."""
        return F.avg_pool1d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


class AvgPool2d(AvgPool):
    """`AvgPool` of (N, C, H, W) or (C, H, W)."""

    dims = 2


class AvgPool3d(AvgPool):
    """`AvgPool` of (N, C, D, H, W) or (C, D, H, W)."""

    dims = 3


class LPPool1d(LPPool):
    """`LPPool` of (N, C, L) or (C, L)."""

    dims = 1


class LPPool2d(LPPool):
    """`LPPool` of (N, C, H, W) or (C, H, W)."""

    dims = 2


class LPPool3d(LPPool):
    """`LPPool` of (N, C, D, H, W) or (C, D, H, W)."""

    dims = 3


class AdaptiveAvgPool1d(AdaptiveAvgPool):
    """`AdaptiveAvgPool` of (N, C, L) or (C, L)."""

    dims = 1


class AdaptiveAvgPool2d(AdaptiveAvgPool):
    """`AdaptiveAvgPool` of (N, C, H, W) or (C, H, W)."""

    dims = 2


class AdaptiveAvgPool3d(AdaptiveAvgPool):
    """`AdaptiveAvgPool` of (N, C, D, H, W) or (C, D, H, W)."""

    dims = 3


class AdaptiveMaxPool1d(AdaptiveMaxPool):
    """`AdaptiveMaxPool` of (N, C, L) or (C, L)."""

    dims = 1


class AdaptiveMaxPool2d(AdaptiveMaxPool):
    """`AdaptiveMaxPool` of (N, C, H, W) or (C, H, W)."""

    dims = 2


class AdaptiveMaxPool3d(AdaptiveMaxPool):
    """`AdaptiveMaxPool` of (N, C, D, H, W) or (C, D, H, W)."""

    dims = 3


class FractionalMaxPool2d(FractionalMaxPool):
    """`FractionalMaxPool` of (N, C, H, W) or (C, H, W)."""

    dims = 2


class FractionalMaxPool3d(FractionalMaxPool):
    """`FractionalMaxPool` of (N, C, D, H, W) or (C, D, H, W)."""

    dims = 3
