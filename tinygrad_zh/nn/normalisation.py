"""Normalisation: bring values to mean 0 and variance 1, over the batch, a sample, a group of channels.

May import: floors 0–2, ``layer``, ``functional``, ``init``.  Read next: ``convolution.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ..core.tensor import Tensor
from ..errors import error
from ..ops.publish import public
from . import functional as F
from . import init
from .layer import Layer, blank, check_sizes
from .parameter import Parameter


class Stretching(Layer):
    """A normalisation, then stretched by a `weight`, at first 1, and shifted by a `bias`, at first 0, if wanted."""

    weight: Parameter | None
    bias: Parameter | None

    def add_affine(self, shape: tuple[int, ...], weight: bool, bias: bool, device: Any, dtype: Any) -> None:
        """Register weight and bias, or None for those that are not wanted."""
        for name, wanted in (("weight", weight), ("bias", bias)):
            self.register_parameter(name, blank(*shape, device=device, dtype=dtype) if wanted else None)

    def reset_parameters(self) -> None:
        """Set the weight to 1 and the bias to 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)


class ByChannel(Stretching):
    """What BatchNorm and InstanceNorm share: parameters and running moments per channel.

    Parameters
    ----------
    num_features : int
        Number of channels C.
    eps : float
        Added to the variance.
    momentum : float or None
        How far the running moments move towards those of a batch; None for the plain average over all batches
        (BatchNorm alone).
    affine : bool
        Whether there are `weight` and `bias`.
    track_running_stats : bool
        Whether running moments are kept in training, to be used after ``eval()``.
    device, dtype : optional
        Of parameters and buffers.
    bias : bool
        With `affine`, whether there is a `bias`.

    Attributes
    ----------
    weight, bias : Parameter of shape (C,) or None
        1 and 0 at first.
    running_mean, running_var : Tensor of shape (C,) or None
        Buffers; 0 and 1 at first.
    num_batches_tracked : Tensor of shape () or None
        A buffer, int64.

    Notes
    -----
    Ioffe and Szegedy (2015), "Batch Normalization"; Ulyanov, Vedaldi and Lempitsky (2016), "Instance Normalization".
    The output uses the variance with n, the running one is that with n − 1.
    """

    shown = (":num_features", "eps", "momentum", "affine", "bias", "track_running_stats")
    ndims: ClassVar[tuple[int, ...]]
    """How many dimensions the input may have."""
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1, affine: bool = True,
        track_running_stats: bool = True, device: Any = None, dtype: Any = None, *, bias: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        check_sizes(type(self).__name__, num_features=num_features)
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.add_affine((num_features,), affine, affine and bias, device, dtype)
        tracked = track_running_stats
        make = {"device": device, "dtype": dtype}
        self.register_buffer("running_mean", public["zeros"](num_features, **make) if tracked else None)
        self.register_buffer("running_var", public["ones"](num_features, **make) if tracked else None)
        self.register_buffer("num_batches_tracked", public["tensor"](0, device=device) if tracked else None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Set the running moments to 0 and 1, as before any batch."""
        if self.running_mean is not None and self.running_var is not None and self.num_batches_tracked is not None:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Begin anew: parameters and running moments."""
        self.reset_running_stats()
        super().reset_parameters()

    def check_ndim(self, input: Any) -> None:
        """Refuse an input for another number of spatial dimensions."""
        if input.ndim not in self.ndims:
            raise error(
                "ndim", op=type(self).__name__, expected=" or ".join(map(str, self.ndims)), shape=input.shape
            )  # fmt: skip


class BatchNorm(ByChannel):
    """What BatchNorm1d, 2d and 3d share."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.batch_norm``: by the batch's own moments in training, by the running ones after ``eval()``."""
        self.check_ndim(input)
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                momentum = 1 / self.num_batches_tracked.item()
        own = self.training or self.running_mean is None
        # Without their being tracked, running moments that are there serve evaluation alone.
        moments = (None, None)
        if not self.training or self.track_running_stats:
            moments = (self.running_mean, self.running_var)  # type: ignore[assignment]
        return F.batch_norm(input, *moments, self.weight, self.bias, own, momentum, self.eps)


class BatchNorm1d(BatchNorm):
    """Bring every channel of (N, C) or (N, C, L) to mean 0 and variance 1 over the batch, then stretch and shift it."""

    ndims = (2, 3)


class BatchNorm2d(BatchNorm):
    """Bring every channel of (N, C, H, W) to mean 0 and variance 1 over the batch, then stretch and shift it."""

    ndims = (4,)


class BatchNorm3d(BatchNorm):
    """Bring every channel of (N, C, D, H, W) to mean 0 and variance 1 over the batch, then stretch and shift it."""

    ndims = (5,)


class InstanceNorm(ByChannel):
    """What InstanceNorm1d, 2d and 3d share.

    Parameters
    ----------
    num_features, eps, momentum, affine, track_running_stats, device, dtype, bias
        As of `BatchNorm`; but `affine` and `track_running_stats` are off unless asked for.
    """

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: float = 0.1, affine: bool = False,
        track_running_stats: bool = False, device: Any = None, dtype: Any = None, *, bias: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input: Any) -> Any:
        """Apply ``F.instance_norm``; an input without N is one sample."""
        self.check_ndim(input)
        own = self.training or not self.track_running_stats
        single = input.ndim == self.ndims[0]
        result = F.instance_norm(
            public["unsqueeze"](input, 0) if single else input,
            self.running_mean, self.running_var, self.weight, self.bias, own, self.momentum, self.eps,
        )  # fmt: skip
        return public["squeeze"](result, 0) if single else result


class InstanceNorm1d(InstanceNorm):
    """Bring every channel of (N, C, L) or (C, L) to mean 0 and variance 1 within each sample."""

    ndims = (2, 3)


class InstanceNorm2d(InstanceNorm):
    """Bring every channel of (N, C, H, W) or (C, H, W) to mean 0 and variance 1 within each sample."""

    ndims = (3, 4)


class InstanceNorm3d(InstanceNorm):
    """Bring every channel of (N, C, D, H, W) or (C, D, H, W) to mean 0 and variance 1 within each sample."""

    ndims = (4, 5)


class LayerNorm(Stretching):
    """Bring the last dimensions together to mean 0 and variance 1, then stretch and shift each of their places.

    Parameters
    ----------
    normalized_shape : int or sequence of int
        Shape of the last dimensions.
    eps : float
        Added to the variance.
    elementwise_affine, bias : bool
        Whether there are `weight` and `bias`; no weight means no bias.
    device, dtype : optional
        Of weight and bias.

    Notes
    -----
    Ba, Kiros and Hinton (2016), "Layer Normalization".
    """

    shown = (":normalized_shape", "eps", "elementwise_affine", "bias")

    def __init__(
        self, normalized_shape: Any, eps: float = 1e-5, elementwise_affine: bool = True, bias: bool = True,
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.normalized_shape = as_shape("LayerNorm", normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.add_affine(self.normalized_shape, elementwise_affine, elementwise_affine and bias, device, dtype)
        self.reset_parameters()

    def forward(self, input: Any) -> Any:
        """Apply ``F.layer_norm``."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)


class RMSNorm(Stretching):
    """Divide the last dimensions by the root of their mean square, then stretch each of their places.

    Parameters
    ----------
    normalized_shape : int or sequence of int
        Shape of the last dimensions.
    eps : float, optional
        Added to the mean square; by default the smallest step of the dtype at 1.
    elementwise_affine : bool
        Whether there is a `weight`.
    device, dtype : optional
        Of the weight.

    Notes
    -----
    Zhang and Sennrich (2019), "Root Mean Square Layer Normalization".
    """

    shown = (":normalized_shape", "eps", "elementwise_affine")

    def __init__(
        self, normalized_shape: Any, eps: float | None = None, elementwise_affine: bool = True,
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.normalized_shape = as_shape("RMSNorm", normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        weight = blank(*self.normalized_shape, device=device, dtype=dtype) if elementwise_affine else None
        self.register_parameter("weight", weight)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the weight to 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, input: Any) -> Any:
        """Apply ``F.rms_norm``."""
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)


class GroupNorm(Stretching):
    """Bring groups of channels of every sample to mean 0 and variance 1, then stretch and shift the channels.

    Parameters
    ----------
    num_groups, num_channels : int
        Into how many groups how many channels are divided.
    eps : float
        Added to the variance.
    affine : bool
        Whether there are `weight` and `bias`, of shape (num_channels,).
    device, dtype : optional
        Of weight and bias.
    bias : bool
        With `affine`, whether there is a `bias`.

    Notes
    -----
    Wu and He (2018), "Group Normalization".
    """

    shown = (":num_groups", ":num_channels", "eps", "affine", "bias")

    def __init__(
        self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True,
        device: Any = None, dtype: Any = None, *, bias: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        check_sizes("GroupNorm", 1, num_groups=num_groups, num_channels=num_channels)
        if num_channels % num_groups:
            raise error("channel-groups", op="GroupNorm", channels=num_channels, groups=num_groups)
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.add_affine((num_channels,), affine, affine and bias, device, dtype)
        self.reset_parameters()

    def forward(self, input: Any) -> Any:
        """Apply ``F.group_norm``."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)


class LocalResponseNorm(Layer):
    """Divide each value by (k + alpha · mean square of `size` neighbouring channels)^beta.

    Notes
    -----
    Krizhevsky et al. (2012), "ImageNet Classification with Deep Convolutional Neural Networks".
    """

    shown = (":size", "alpha", "beta", "k")

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input: Any) -> Any:
        """Apply ``F.local_response_norm``."""
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)


def as_shape(op: str, shape: Any) -> tuple[int, ...]:
    """Return a shape that may be given as one int."""
    sizes = tuple(shape) if isinstance(shape, Sequence) else (shape,)
    check_sizes(op, **{f"normalized_shape[{i}]": size for i, size in enumerate(sizes)})
    return sizes
