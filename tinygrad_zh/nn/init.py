"""How parameters begin: PyTorch's ``nn.init``.  Every function writes into its tensor and returns it.

fan-in is how many inputs an output sums over, fan-out how many outputs an input reaches.

May import: floors 0–2.  Read next: ``linear.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..core.tensor import Tensor
from ..errors import error
from ..ops.grad_mode import no_grad
from ..ops.publish import public, spaces


@no_grad()
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Fill with numbers uniform in [a, b)."""
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Fill with numbers from the normal distribution."""
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one number."""
    return tensor.fill_(val)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros."""
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones."""
    return constant_(tensor, 1.0)


@no_grad()
def trunc_normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, generator: Any = None
) -> Tensor:
    """Fill with numbers from the normal distribution that lie in [a, b].

    Notes
    -----
    By the inverse of the distribution function: uniform between Φ of both ends, then √2 · erfinv(2u − 1).
    """
    low, high = (math.erf((end - mean) / (std * math.sqrt(2))) for end in (a, b))
    tensor.uniform_(low, high, generator=generator)
    drawn = public["erfinv"](tensor) * (std * math.sqrt(2)) + mean
    return tensor.copy_(public["clamp"](drawn, a, b))


@no_grad()
def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with ones on its diagonal and zeros elsewhere: Linear then begins as the identity."""
    if tensor.ndim != 2:
        raise error("ndim", op="eye_", expected="2", shape=tensor.shape)
    return tensor.copy_(public["eye"](*tensor.shape, dtype=tensor.dtype, device=tensor.device))


@no_grad()
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fill a convolution's kernel such that it begins as the identity: ones at the centre, channel by channel."""
    if tensor.ndim not in (3, 4, 5):
        raise error("ndim", op="dirac_", expected="3, 4 or 5", shape=tensor.shape)
    if groups < 1 or tensor.shape[0] % groups:
        raise error("channel-groups", op="dirac_", channels=tensor.shape[0], groups=groups)
    tensor.zero_()
    per_group = tensor.shape[0] // groups
    centre = tuple(size // 2 for size in tensor.shape[2:])
    channels = public["arange"](min(per_group, tensor.shape[1]), device=tensor.device)
    firsts = public["arange"](groups, device=tensor.device)[:, None] * per_group
    tensor[(firsts + channels, channels, *centre)] = 1.0
    return tensor


@no_grad()
def orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """Fill with `gain` times a random matrix whose rows, or columns if they are fewer, are orthonormal.

    Notes
    -----
    Saxe, McClelland and Ganguli (2013).  The Q of a Gaussian matrix's QR decomposition, with the signs of R's
    diagonal, is uniform among orthogonal matrices: Mezzadri (2007), "How to generate random matrices".
    """
    if tensor.ndim < 2:
        raise error("init-fan", op="orthogonal_", shape=tensor.shape)
    if not tensor.array.size:
        return tensor
    rows = tensor.shape[0]
    gaussian = normal_(public["empty_like"](tensor), generator=generator).reshape(rows, -1)
    wide = rows < gaussian.shape[1]
    q, r = spaces["linalg"]["qr"](gaussian.T if wide else gaussian)
    q = q * r.diagonal().sign()
    return tensor.copy_((q.T if wide else q).reshape(tensor.shape) * gain)


@no_grad()
def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Any = None) -> Tensor:
    """Fill a matrix from the normal distribution, but for a share `sparsity` of each column, which is zero.

    Notes
    -----
    Martens (2010), "Deep learning via Hessian-free optimization".
    """
    if tensor.ndim != 2:
        raise error("ndim", op="sparse_", expected="2", shape=tensor.shape)
    normal_(tensor, 0.0, std, generator)
    drawn = uniform_(public["empty_like"](tensor), generator=generator)
    places = drawn.argsort(0).argsort(0)  # of each column, a permutation
    return tensor.masked_fill_(places < math.ceil(sparsity * tensor.shape[0]), 0.0)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Fill with numbers uniform in ±gain·√(6/(fan-in + fan-out)).

    Notes
    -----
    Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks",
    eq. 16: keeps the variance both of the values going forward and of the gradients going back.
    """
    fan_in, fan_out = fans("xavier_uniform_", tensor)
    bound = gain * math.sqrt(6.0 / (fan_in + fan_out)) if tensor.array.size else 0.0
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Fill from the normal distribution of std gain·√(2/(fan-in + fan-out)); see `xavier_uniform_`."""
    fan_in, fan_out = fans("xavier_normal_", tensor)
    std = gain * math.sqrt(2.0 / (fan_in + fan_out)) if tensor.array.size else 0.0
    return normal_(tensor, 0.0, std, generator)


def kaiming_uniform_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    """Fill with numbers uniform in ±gain·√(3/fan).

    Parameters
    ----------
    tensor : Tensor of shape (out, in, ...)
        The weight.
    a : float
        Slope of the leaky ReLU that follows, below 0.
    mode : {"fan_in", "fan_out"}
        Whether to keep the variance of the values going forward, or of the gradients going back.
    nonlinearity : str
        What follows the layer; see `calculate_gain`.
    generator : Generator, optional
        Where the numbers come from.

    Notes
    -----
    He et al. (2015), "Delving Deep into Rectifiers", eq. 14.
    """
    std = kaiming_std("kaiming_uniform_", tensor, a, mode, nonlinearity)
    return uniform_(tensor, -math.sqrt(3.0) * std, math.sqrt(3.0) * std, generator)


def kaiming_normal_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    """Fill from the normal distribution of std gain/√fan; see `kaiming_uniform_`."""
    return normal_(tensor, 0.0, kaiming_std("kaiming_normal_", tensor, a, mode, nonlinearity), generator)


def kaiming_std(op: str, tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    """Return gain/√fan."""
    fan_in, fan_out = fans(op, tensor)
    if mode not in ("fan_in", "fan_out"):
        raise error("argument", op=op, argument="mode", expected="'fan_in' or 'fan_out'", got=mode)
    gain = calculate_gain(nonlinearity, a)
    return gain / math.sqrt(fan_in if mode == "fan_in" else fan_out) if tensor.array.size else 0.0


def fans(op: str, tensor: Tensor) -> tuple[int, int]:
    """Return fan-in and fan-out of a weight of shape (out, in, *window)."""
    if tensor.ndim < 2:
        raise error("init-fan", op=op, shape=tensor.shape)
    window = math.prod(tensor.shape[2:])
    return tensor.shape[1] * window, tensor.shape[0] * window


LINEAR = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return by what factor to widen the initial weights so that a nonlinearity keeps the variance.

    Parameters
    ----------
    nonlinearity : str
        1 for ``"linear"``, ``"sigmoid"`` and the names of convolutions, 5/3 for ``"tanh"``, √2 for ``"relu"``,
        √(2/(1 + slope²)) for ``"leaky_relu"``, 3/4 for ``"selu"``.
    param : float, optional
        The slope of the leaky ReLU, 0.01 by default.
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise error("argument", op="calculate_gain", argument="param", expected="a number", got=slope)
        return math.sqrt(2.0 / (1 + slope**2))
    gains = {**dict.fromkeys(LINEAR, 1.0), "sigmoid": 1.0, "tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 0.75}
    if nonlinearity not in gains:
        known = ", ".join([*gains, "leaky_relu"])
        raise error(
            "argument", op="calculate_gain", argument="nonlinearity", expected=f"one of {known}", got=nonlinearity
        )
    return gains[nonlinearity]
