"""Convolutions and their transposes as layers.

May import: floors 0–2, ``layer``, ``options``, ``functional``, ``init``.  Read next: ``pooling.py``.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ..core.tensor import Tensor
from ..errors import error
from . import functional as F
from . import init
from .layer import Layer, blank, check_sizes, per_dimension
from .options import WIDTHS, Option
from .parameter import Parameter

MODES = ("zeros", "reflect", "replicate", "circular")


class Convolving(Layer):
    """What all convolutions share: options, weight and bias."""

    dims: ClassVar[int]
    transposed: ClassVar[bool] = False
    options: ClassVar = {
        "padding": Option("ints ≥ 0, 'same' or 'valid'", lambda x: x in ("same", "valid") or WIDTHS.holds(x))
    }
    weight: Parameter
    bias: Parameter | None

    def prepare(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any, padding: Any, dilation: Any,
        output_padding: Any, groups: int, bias: bool, padding_mode: str, device: Any, dtype: Any,
    ) -> None:  # fmt: skip
        """Check the options, and make and draw the parameters."""
        op, dims = type(self).__name__, self.dims
        check_sizes(op, in_channels=in_channels, out_channels=out_channels)
        check_sizes(op, 1, groups=groups)
        for channels in (in_channels, out_channels):
            if channels % groups:
                raise error("channel-groups", op=op, channels=channels, groups=groups)
        modes = MODES[:1] if self.transposed else MODES
        if padding_mode not in modes:
            raise error("argument", op=op, argument="padding_mode", expected=f"one of {modes}", got=padding_mode)
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = per_dimension(op, "kernel_size", kernel_size, dims)
        check_sizes(op, 1, **{f"kernel_size[{i}]": size for i, size in enumerate(self.kernel_size)})
        self.stride = per_dimension(op, "stride", stride, dims)
        self.dilation = per_dimension(op, "dilation", dilation, dims)
        self.padding: Any = padding if isinstance(padding, str) else per_dimension(op, "padding", padding, dims)
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise error("argument", op=op, argument="padding", expected="ints, 'same' or 'valid'", got=padding)
        if padding == "same" and any(step != 1 for step in self.stride):
            raise error("same-stride", op=op, stride=self.stride)
        self.output_padding = per_dimension(op, "output_padding", output_padding, dims)
        self.padding_mode = padding_mode
        outer, inner = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        self.weight = blank(outer, inner // groups, *self.kernel_size, device=device, dtype=dtype)
        self.register_parameter("bias", blank(out_channels, device=device, dtype=dtype) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, both uniform in ±1/√fan-in; see `Linear`."""
        if not self.weight.array.size:
            return
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(init.fans("reset_parameters", self.weight)[0])
            init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        """Return channels, window and step, and the other options that are not the usual ones."""
        none, ones = (0,) * self.dims, (1,) * self.dims
        said = [str(self.in_channels), str(self.out_channels)]
        said += [f"kernel_size={self.kernel_size}", f"stride={self.stride}"]
        said += [f"padding={self.padding}"] if self.padding != none else []
        said += [f"dilation={self.dilation}"] if self.dilation != ones else []
        said += [f"output_padding={self.output_padding}"] if self.output_padding != none else []
        said += [f"groups={self.groups}"] if self.groups != 1 else []
        said += ["bias=False"] if self.bias is None else []
        said += [f"padding_mode={self.padding_mode}"] if self.padding_mode != "zeros" else []
        return ", ".join(said)


class Convolution(Convolving):
    """What Conv1d, Conv2d and Conv3d share: sums of windows of the input times a kernel that is learnt.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels C and O before and after.
    kernel_size : int or tuple of int
        Size of the window.
    stride, dilation : int or tuple of int
        Steps between windows, and between the elements of a window.
    padding : int, tuple of int, {"same", "valid"}
        How much is put on either side; "same" as much as keeps the size, "valid" nothing.
    groups : int
        Into how many groups the channels are cut, which are convolved one by one.
    bias : bool
        Whether a number per channel is added.
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        What is put on.
    device, dtype : optional
        Of weight and bias.

    Attributes
    ----------
    weight : Parameter of shape (O, C / groups, *kernel_size)
        The kernel.
    bias : Parameter of shape (O,) or None
        Both start uniform in ±1/√(C / groups · window).

    Examples
    --------
    >>> Conv2d(3, 8, 3, padding=1)(ones(2, 3, 28, 28)).shape
    (2, 8, 28, 28)
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        dilation: Any = 1, groups: int = 1, bias: bool = True, padding_mode: str = "zeros",
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.prepare(
            in_channels, out_channels, kernel_size, stride, padding, dilation, 0, groups, bias, padding_mode,
            device, dtype,
        )  # fmt: skip

    def forward(self, input: Any) -> Any:
        """Apply ``F.conv``; padding other than zeros is put on by ``F.pad`` before."""
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self.sides(), self.padding_mode), 0
        convolve = getattr(F, f"conv{self.dims}d")
        return convolve(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def sides(self) -> list[int]:
        """Return the padding as ``F.pad`` wants it: before and after, from the last dimension to the first."""
        if self.padding == "same":
            totals = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
            pairs = [(total // 2, total - total // 2) for total in totals]
        else:
            pairs = [(n, n) for n in ((0,) * self.dims if self.padding == "valid" else self.padding)]
        return [n for pair in reversed(pairs) for n in pair]


class Conv1d(Convolution):
    """Sums of windows of (N, C, L) or (C, L), each value times one of a kernel that is learnt."""

    dims = 1


class Conv2d(Convolution):
    """Sums of windows of (N, C, H, W) or (C, H, W), each value times one of a kernel that is learnt."""

    dims = 2


class Conv3d(Convolution):
    """Sums of windows of (N, C, D, H, W) or (C, D, H, W), each value times one of a kernel that is learnt."""

    dims = 3


class ConvolutionTranspose(Convolving):
    """What ConvTranspose1d, 2d and 3d share: every input times the kernel, added up where they overlap.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels C and O before and after.
    kernel_size, stride, padding, dilation : int or tuple of int
        Those of the convolution that this is the transpose of.
    output_padding : int or tuple of int
        Length added at the end, for several sizes are mapped by a convolution to the same one.
    groups, bias, device, dtype
        As of ``Conv2d``.
    padding_mode : {"zeros"}
        There is no other.

    Attributes
    ----------
    weight : Parameter of shape (C, O / groups, *kernel_size)
        The kernel.
    bias : Parameter of shape (O,) or None
        Both start uniform in ±1/√(O / groups · window).
    """

    transposed = True

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        output_padding: Any = 0, groups: int = 1, bias: bool = True, dilation: Any = 1, padding_mode: str = "zeros",
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        if isinstance(padding, str):
            raise error("argument", op=type(self).__name__, argument="padding", expected="ints", got=padding)
        self.prepare(
            in_channels, out_channels, kernel_size, stride, padding, dilation, output_padding, groups, bias,
            padding_mode, device, dtype,
        )  # fmt: skip

    def forward(self, input: Any, output_size: Any = None) -> Any:
        """Apply ``F.conv_transpose``; `output_size` is one of those that a convolution maps to the input's."""
        # An input of the wrong kind or number of dimensions is refused below, with its shape.
        fits = isinstance(input, Tensor) and input.ndim in (self.dims + 1, self.dims + 2)
        more = self.padding_for(input, tuple(output_size)) if output_size is not None and fits else self.output_padding
        convolve = getattr(F, f"conv_transpose{self.dims}d")
        return convolve(input, self.weight, self.bias, self.stride, self.padding, more, self.groups, self.dilation)

    def padding_for(self, input: Any, output_size: tuple[int, ...]) -> tuple[int, ...]:
        """Return the output padding that gives a size: from the smallest possible one up to a stride more."""
        wanted = output_size[-self.dims :] if len(output_size) == input.ndim else output_size
        least = tuple(
            (n - 1) * s - 2 * p + d * (k - 1) + 1
            for n, s, p, d, k in zip(
                input.shape[-self.dims :], self.stride, self.padding, self.dilation, self.kernel_size, strict=True
            )
        )
        most = tuple(n + s - 1 for n, s in zip(least, self.stride, strict=True))
        fits = len(wanted) == self.dims and all(a <= n <= b for a, n, b in zip(least, wanted, most, strict=True))
        if not fits:
            raise error("output-size", op=type(self).__name__, got=output_size, least=least, most=most)
        return tuple(n - a for n, a in zip(wanted, least, strict=True))


class ConvTranspose1d(ConvolutionTranspose):
    """The transpose of `Conv1d`: every value times a kernel, added up where they overlap."""

    dims = 1


class ConvTranspose2d(ConvolutionTranspose):
    """The transpose of `Conv2d`: every value times a kernel, added up where they overlap."""

    dims = 2


class ConvTranspose3d(ConvolutionTranspose):
    """The transpose of `Conv3d`: every value times a kernel, added up where they overlap."""

    dims = 3
