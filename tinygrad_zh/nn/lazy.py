"""Lazy layers: the sizes that an input tells are read from the first one.

    layer = LazyLinear(10)          # in_features is not known yet
    layer(ones(5, 784))             # now it is an nn.Linear(784, 10)

Until then their parameters are `UninitializedParameter`; an optimiser may hold them already.

May import: floors 0–2, ``parameter``, the layers.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ..core.tensor import Tensor
from ..errors import error
from .convolution import (
    Conv1d,
    Conv2d,
    Conv3d,
    Convolution,
    ConvolutionTranspose,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
)
from .linear import Linear
from .module import Module
from .normalisation import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    ByChannel,
    InstanceNorm,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
)
from .parameter import UninitializedBuffer, UninitializedParameter, is_lazy


class Lazy(Module):
    """What lazy layers share: before the first forward they read its input, then they are the layer itself.

    A class says what it ``becomes``, in ``learn`` what it learns from an input, and in ``shapes`` what follows.
    """

    becomes: ClassVar[type[Module]]

    def wait(self, device: Any, dtype: Any) -> None:
        """Put what has no shape yet in place of parameters and moments, until the first forward."""
        for table, kind in ((self._parameters, UninitializedParameter), (self._buffers, UninitializedBuffer)):
            for name, tensor in table.items():
                if tensor is not None and tensor.ndim:  # BatchNorm's count of batches has its shape
                    table[name] = kind(device=device, dtype=dtype)
        self.__dict__["_first_call"] = self.register_forward_pre_hook(self._at_first_call)

    def _at_first_call(self, module: Any, args: tuple[Any, ...]) -> None:
        self.initialize_parameters(*args)
        self.__dict__.pop("_first_call").remove()
        self.__class__ = self.becomes  # type: ignore[assignment]

    def initialize_parameters(self, input: Any, *others: Any) -> None:
        """Give the parameters their shapes and draw them, unless ``load_state_dict`` has done so."""
        if not isinstance(input, Tensor):
            raise error("not-a-tensor", op=type(self).__name__, kind=type(input).__name__)
        self.learn(input)
        if self.has_uninitialized_params():
            for name, shape in self.shapes().items():
                if is_lazy(tensor := getattr(self, name)):
                    tensor.materialize(shape)
            self.reset_parameters()

    def has_uninitialized_params(self) -> bool:
        """Whether a parameter or buffer has no shape yet."""
        return any(is_lazy(x) for x in (*self._parameters.values(), *self._buffers.values()))

    def learn(self, input: Tensor) -> None:
        """Read the sizes from an input."""
        raise NotImplementedError

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shapes of parameters and moments."""
        raise NotImplementedError

    def reset_parameters(self) -> None:
        """Draw the parameters."""
        super().reset_parameters()  # type: ignore[misc]


class LazyLinear(Lazy, Linear):
    """A `Linear` that learns `in_features` from its first input.

    Parameters
    ----------
    out_features : int
        Length of the last dimension after it.
    bias : bool
        Whether b is added.
    device, dtype : optional
        Of weight and bias.

    Examples
    --------
    >>> layer = LazyLinear(2)
    >>> layer(ones(5, 3)).shape
    (5, 2)
    >>> layer
    Linear(in_features=3, out_features=2, bias=True)
    """

    becomes = Linear

    def __init__(self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(0, out_features, bias, device, dtype)
        self.wait(device, dtype)

    def learn(self, input: Tensor) -> None:
        """Read the length of the last dimension."""
        if not input.ndim:
            raise error("ndim", op=type(self).__name__, expected="at least 1", shape=input.shape)
        self.in_features = input.shape[-1]

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return those of `Linear`."""
        return {"weight": (self.out_features, self.in_features), "bias": (self.out_features,)}


class LazyConvolving(Lazy):
    """What lazy convolutions share."""

    def learn(self: Any, input: Tensor) -> None:
        """Read the number of channels."""
        if input.ndim not in (self.dims + 1, self.dims + 2):
            expected = f"{self.dims + 1} or {self.dims + 2}"
            raise error("ndim", op=type(self).__name__, expected=expected, shape=input.shape)
        channels = input.shape[-self.dims - 1]
        if channels % self.groups:
            raise error("channel-groups", op=type(self).__name__, channels=channels, groups=self.groups)
        self.in_channels = channels

    def shapes(self: Any) -> dict[str, tuple[int, ...]]:
        """Return those of a convolution, or of its transpose."""
        outer, inner = self.out_channels, self.in_channels
        if self.transposed:
            outer, inner = inner, outer
        return {"weight": (outer, inner // self.groups, *self.kernel_size), "bias": (self.out_channels,)}


class LazyConvolution(LazyConvolving):
    """What LazyConv1d, 2d and 3d share.

    Parameters
    ----------
    out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype
        As of ``Conv2d``.
    """

    def __init__(
        self: Any, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
        groups: int = 1, bias: bool = True, padding_mode: str = "zeros", device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        place = {"device": device, "dtype": dtype}
        Convolution.__init__(
            self, 0, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, **place
        )
        self.wait(device, dtype)


class LazyConv1d(LazyConvolution, Conv1d):
    """A `Conv1d` that learns `in_channels` from its first input."""

    becomes = Conv1d


class LazyConv2d(LazyConvolution, Conv2d):
    """A `Conv2d` that learns `in_channels` from its first input."""

    becomes = Conv2d


class LazyConv3d(LazyConvolution, Conv3d):
    """A `Conv3d` that learns `in_channels` from its first input."""

    becomes = Conv3d


class LazyConvolutionTranspose(LazyConvolving):
    """What LazyConvTranspose1d, 2d and 3d share.

    Parameters
    ----------
    out_channels, kernel_size, stride, padding, output_padding, groups, bias, dilation, padding_mode, device, dtype
        As of ``ConvTranspose2d``.
    """

    def __init__(
        self: Any, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0, output_padding: Any = 0,
        groups: int = 1, bias: bool = True, dilation: Any = 1, padding_mode: str = "zeros",
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        place = {"device": device, "dtype": dtype}
        ConvolutionTranspose.__init__(
            self, 0, out_channels, kernel_size, stride, padding, output_padding, groups, bias, dilation, padding_mode,
            **place,
        )  # fmt: skip
        self.wait(device, dtype)


class LazyConvTranspose1d(LazyConvolutionTranspose, ConvTranspose1d):
    """A `ConvTranspose1d` that learns `in_channels` from its first input."""

    becomes = ConvTranspose1d


class LazyConvTranspose2d(LazyConvolutionTranspose, ConvTranspose2d):
    """A `ConvTranspose2d` that learns `in_channels` from its first input."""

    becomes = ConvTranspose2d


class LazyConvTranspose3d(LazyConvolutionTranspose, ConvTranspose3d):
    """A `ConvTranspose3d` that learns `in_channels` from its first input."""

    becomes = ConvTranspose3d


class LazyByChannel(Lazy):
    """What lazy normalisations share.

    Parameters
    ----------
    eps, momentum, affine, track_running_stats, device, dtype, bias
        As of ``BatchNorm2d``; `affine` and `track_running_stats` are on here of lazy InstanceNorms too, as in PyTorch.
    """

    def __init__(
        self, eps: float = 1e-5, momentum: float = 0.1, affine: bool = True, track_running_stats: bool = True,
        device: Any = None, dtype: Any = None, *, bias: bool = True,
    ) -> None:  # fmt: skip
        place = {"device": device, "dtype": dtype}
        ByChannel.__init__(self, 0, eps, momentum, affine, track_running_stats, bias=bias, **place)  # type: ignore[arg-type]
        self.wait(device, dtype)

    def learn(self: Any, input: Tensor) -> None:
        """Read the number of channels, the first dimension of a sample."""
        self.check_ndim(input)
        single = isinstance(self, InstanceNorm) and input.ndim == self.ndims[0]
        self.num_features = input.shape[0 if single else 1]

    def shapes(self: Any) -> dict[str, tuple[int, ...]]:
        """Return one number per channel, for each of the four."""
        return dict.fromkeys(("weight", "bias", "running_mean", "running_var"), (self.num_features,))


class LazyBatchNorm1d(LazyByChannel, BatchNorm1d):
    """A `BatchNorm1d` that learns `num_features` from its first input."""

    becomes = BatchNorm1d


class LazyBatchNorm2d(LazyByChannel, BatchNorm2d):
    """A `BatchNorm2d` that learns `num_features` from its first input."""

    becomes = BatchNorm2d


class LazyBatchNorm3d(LazyByChannel, BatchNorm3d):
    """A `BatchNorm3d` that learns `num_features` from its first input."""

    becomes = BatchNorm3d


class LazyInstanceNorm1d(LazyByChannel, InstanceNorm1d):
    """A `InstanceNorm1d` that learns `num_features` from its first input."""

    becomes = InstanceNorm1d


class LazyInstanceNorm2d(LazyByChannel, InstanceNorm2d):
    """A `InstanceNorm2d` that learns `num_features` from its first input."""

    becomes = InstanceNorm2d


class LazyInstanceNorm3d(LazyByChannel, InstanceNorm3d):
    """A `InstanceNorm3d` that learns `num_features` from its first input."""

    becomes = InstanceNorm3d
