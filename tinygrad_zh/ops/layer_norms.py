r"""Floor 2: normalisation layers' functions, by PyTorch's names: checks, running statistics, and shapes.

The mathematics is in ``standardise.py``.

May import: floors 0–1, ``dims``, ``elementwise``, ``grad_mode``, ``join``, ``reduce``, ``shape``, ``standardise``,
``write``.  Read next: ``attention.py``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..aliases import Shape
from ..backend.dtypes import float16, float32
from ..core.tensor import Tensor
from ..errors import error
from .create import zeros_like
from .dims import sizes_of
from .elementwise import square
from .grad_mode import no_grad
from .join import cat
from .parts import narrow
from .publish import publish, published
from .reduce import floating, mean_p
from .shape import reshape_p
from .standardise import batch_norm_p, group_norm_p, layer_norm_p, moments, rms_norm_p
from .write import write

# -- over the last dimensions --------------------------------------------------------------------------


@published(method=False)
def layer_norm(input: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """Bring the last dimensions to mean 0 and variance 1, then stretch and shift them.

    Parameters
    ----------
    input : Tensor of shape (..., *normalized_shape), floating
        The values.
    normalized_shape : sequence of int
        The sizes of the last dimensions, which are normalised together.
    weight, bias : Tensor of shape normalized_shape, optional
        What the result is multiplied by, and what is added then.
    eps : float
        Added to the variance, so that equal elements become 0 instead of NaN.

    Returns
    -------
    Tensor of the shape and dtype of `input`

    Raises
    ------
    ShapeError
        If `input` does not end in `normalized_shape`, or weight or bias have another shape.

    Notes
    -----
    (x − μ) / √(σ² + ε) ⊙ weight + bias, with σ² divided by n.  Ba, Kiros and Hinton (2016), "Layer normalization",
    eq. 3–4.
    """
    dims = trailing_dims("layer_norm", input, normalized_shape)
    for name, parameter in (("weight", weight), ("bias", bias)):
        check_parameter("layer_norm", name, parameter, input, input.shape[dims[0] :])
    return layer_norm_p(input, weight, bias, dims=dims, eps=float(eps))


@published(method=False)
def rms_norm(input: Any, normalized_shape: Any, weight: Any = None, eps: float | None = None) -> Any:
    """Divide the last dimensions by their root mean square, then stretch them.

    Parameters
    ----------
    input, normalized_shape, weight
        As of `layer_norm`.
    eps : float, optional
        Added to the mean square; by default the machine epsilon of the dtype (of float32 for float16).

    Notes
    -----
    x / √(mean(x²) + ε) ⊙ weight.  Zhang and Sennrich (2019), "Root mean square layer normalization", eq. 4.
    """
    dims = trailing_dims("rms_norm", input, normalized_shape)
    check_parameter("rms_norm", "weight", weight, input, input.shape[dims[0] :])
    if eps is None:
        eps = 2.0**-23 if input.dtype in (float16, float32) else 2.0**-52
    return rms_norm_p(input, weight, dims=dims, eps=float(eps))


def trailing_dims(op: str, input: Any, normalized_shape: Any) -> tuple[int, ...]:
    """Return which dimensions `normalized_shape` means, after checking that they are there."""
    if not isinstance(normalized_shape, Sequence) or not normalized_shape:
        expected = "a sequence of at least one int"
        raise error("argument", op=op, argument="normalized_shape", expected=expected, got=normalized_shape)
    sizes = sizes_of(op, (tuple(normalized_shape),))
    floating(op, input)
    if input.shape[-len(sizes) :] != sizes:
        raise error("normalized-shape", op=op, shape=input.shape, sizes=sizes)
    return tuple(range(input.ndim - len(sizes), input.ndim))


def check_parameter(op: str, name: str, parameter: Any, input: Any, shape: Shape) -> None:
    """Refuse a weight, a bias or running statistics of another shape or dtype than follow from the input."""
    if parameter is None:
        return
    if not isinstance(parameter, Tensor):
        raise error("not-a-tensor", op=op, kind=type(parameter).__name__)
    if parameter.shape != shape:
        raise error("parameter-shape", op=op, name=name, got=parameter.shape, expected=shape)
    # As in PyTorch, parameters of half-precision layers may stay in float32.
    if parameter.dtype != input.dtype and not (input.dtype == float16 and parameter.dtype == float32):
        raise error("parameter-dtype", op=op, name=name, got=parameter.dtype, dtype=input.dtype)


# -- over groups of channels ---------------------------------------------------------------------------


@published(method=False)
def group_norm(input: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """Bring every group of channels of every sample to mean 0 and variance 1, then stretch and shift the channels.

    Parameters
    ----------
    input : Tensor of shape (N, C, ...), floating
        The values.
    num_groups : int
        How many groups of equally many channels there are.
    weight, bias : Tensor of shape (C,), optional
        What each channel is multiplied by, and what is added then.
    eps : float
        Added to the variance.

    Raises
    ------
    ShapeError
        If the groups do not divide the channels, weight or bias have another shape, or a group is a single value.

    Notes
    -----
    Wu and He (2018), "Group normalization", eq. 1–7.
    """
    floating("group_norm", input)
    if input.ndim < 2:
        raise error("ndim", op="group_norm", expected="at least 2", shape=input.shape)
    n, channels, *rest = input.shape
    if isinstance(num_groups, bool) or not isinstance(num_groups, int) or num_groups < 1 or channels % num_groups:
        raise error("channel-groups", op="group_norm", channels=channels, groups=num_groups)
    for name, parameter in (("weight", weight), ("bias", bias)):
        check_parameter("group_norm", name, parameter, input, (channels,))
    size, length = channels // num_groups, math.prod(rest)
    if n * size * length == 1:
        raise error("one-value", op="group_norm", shape=input.shape)
    weight, bias = (p if p is None else reshape_p(p, shape=(num_groups, size, 1)) for p in (weight, bias))
    grouped = reshape_p(input, shape=(n, num_groups, size, length))
    return reshape_p(group_norm_p(grouped, weight, bias, dims=(2, 3), eps=float(eps)), shape=input.shape)


# -- over the batch, or each sample and channel ----------------------------------------------------------


@published(space="nn.functional")
def batch_norm(
    input: Any, running_mean: Any, running_var: Any, weight: Any = None, bias: Any = None, training: bool = False,
    momentum: float = 0.1, eps: float = 1e-5,
) -> Any:  # fmt: skip
    """Bring every channel to mean 0 and variance 1 over the batch, then stretch and shift it.

    Parameters
    ----------
    input : Tensor of shape (N, C, ...), floating
        The values.
    running_mean, running_var : Tensor of shape (C,), or None
        The moments used when not training; in training, they move towards those of the batch, in place.
    weight, bias : Tensor of shape (C,), optional
        What each channel is multiplied by, and what is added then.
    training : bool
        Whether to take the moments of the batch.
    momentum : float
        How far the running moments move: running · (1 − momentum) + batch · momentum.
    eps : float
        Added to the variance.

    Raises
    ------
    ArgumentError
        If running moments are missing when not training, or only one is given, or `eps` is not positive in training.
    ShapeError
        If a parameter has another shape, or a channel has a single value in training.

    Notes
    -----
    The variance is divided by n for the output and by n − 1 for the running one.  Ioffe and Szegedy (2015), "Batch
    normalization", algorithms 1 and 2.
    """
    dims = (0, *range(2, input.ndim))
    check_moments("batch_norm", input, running_mean, running_var, training, eps)
    count = math.prod(input.shape[d] for d in dims)
    if training and count == 1:
        raise error("one-value", op="batch_norm", shape=input.shape)
    return by_moments("batch_norm", input, running_mean, running_var, weight, bias, training, momentum, eps, dims)


@published(space="nn.functional")
def instance_norm(
    input: Any, running_mean: Any = None, running_var: Any = None, weight: Any = None, bias: Any = None,
    use_input_stats: bool = True, momentum: float = 0.1, eps: float = 1e-5,
) -> Any:  # fmt: skip
    """Bring every channel of every sample to mean 0 and variance 1, then stretch and shift the channels.

    Parameters
    ----------
    input : Tensor of shape (N, C, L, ...), floating
        The values.
    running_mean, running_var : Tensor of shape (C,), optional
        As of `batch_norm`; they move towards the average of the samples' moments.
    weight, bias : Tensor of shape (C,), optional
        What each channel is multiplied by, and what is added then.
    use_input_stats : bool
        Whether to take the moments of each sample, instead of the running ones.
    momentum, eps : float
        As of `batch_norm`.

    Notes
    -----
    Ulyanov, Vedaldi and Lempitsky (2016), "Instance normalization", eq. 4.
    """
    dims = tuple(range(2, input.ndim))
    check_moments("instance_norm", input, running_mean, running_var, use_input_stats, eps)
    if use_input_stats and math.prod(input.shape[2:]) == 1:
        raise error("one-value", op="instance_norm", shape=input.shape)
    return by_moments(
        "instance_norm", input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps, dims
    )


def check_moments(op: str, input: Any, running_mean: Any, running_var: Any, own: bool, eps: float) -> None:
    """Refuse what has no channels, and running moments that are missing or half there."""
    floating(op, input)
    if input.ndim < 2:
        raise error("ndim", op=op, expected="at least 2", shape=input.shape)
    if (running_mean is None) != (running_var is None) or (running_mean is None and not own):
        raise error("running-moments", op=op, mean=kind_of(running_mean), variance=kind_of(running_var))
    if own and not eps > 0:
        raise error("argument", op=op, argument="eps", expected="a number above 0", got=eps)


def kind_of(x: Any) -> str:
    """Say of which type something is."""
    return "None" if x is None else type(x).__name__


def by_moments(
    op: str, input: Any, running_mean: Any, running_var: Any, weight: Any, bias: Any, own: bool, momentum: float,
    eps: float, dims: tuple[int, ...],
) -> Any:  # fmt: skip
    """Standardise along `dims` by the input's own moments, towards which the running ones move, or by the latter."""
    channels = input.shape[1]
    named = {"weight": weight, "bias": bias, "running_mean": running_mean, "running_var": running_var}
    for name, parameter in named.items():
        check_parameter(op, name, parameter, input, (channels,))
        if name.startswith("running") and parameter is not None and parameter.requires_grad:
            raise error("not-differentiable", op=op, operand=name)
    along_channels = (channels, *(1,) * (input.ndim - 2))
    weight, bias = (p if p is None else reshape_p(p, shape=along_channels) for p in (weight, bias))
    if not own:
        mean, variance = (reshape_p(p, shape=along_channels) for p in (running_mean, running_var))
        return batch_norm_p(input, weight, bias, mean, variance, dims=dims, eps=float(eps), own=False)
    with no_grad():
        mean, variance = moments(input, dims=dims)
        if running_mean is not None and input.array.size:
            count = math.prod(input.shape[d] for d in dims)
            for running, batch in ((running_mean, mean), (running_var, variance * (count / (count - 1)))):
                average = reshape_p(mean_p(batch, dims=(0,)), shape=(channels,))
                write(running, running * (1 - momentum) + average * momentum, op)
    return batch_norm_p(input, weight, bias, mean, variance, dims=dims, eps=float(eps), own=True)


# -- over neighbouring channels ------------------------------------------------------------------------


@published(space="nn.functional")
def local_response_norm(input: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Any:
    """Divide every element by a power of the mean square of its neighbours in the channels on both sides.

    Parameters
    ----------
    input : Tensor of shape (N, C, L, ...), floating
        The values.
    size : int
        How many neighbouring channels are counted, itself among them; beyond the first and last there are zeros.
    alpha, beta, k : float
        Constants of the formula.

    Notes
    -----
    x / (k + α · mean(x²))^β.  Krizhevsky, Sutskever and Hinton (2012), "ImageNet classification with deep
    convolutional neural networks", section 3.3, where α is not divided by the size.
    """
    if input.ndim < 3:
        raise error("ndim", op="local_response_norm", expected="at least 3", shape=input.shape)
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise error("argument", op="local_response_norm", argument="size", expected="an int ≥ 1", got=size)
    squares = square(floating("local_response_norm", input))
    channels = input.shape[1]
    if channels:
        beyond = zeros_like(narrow(squares, 1, 0, 1)).expand(-1, size - 1, *input.shape[2:])
        before = size // 2
        padded = cat([narrow(beyond, 1, 0, before), squares, narrow(beyond, 1, before, size - 1 - before)], 1)
        squares = narrow(padded, 1, 0, channels)
        for shift in range(1, size):
            squares = squares + narrow(padded, 1, shift, channels)
    return input / (squares * (alpha / size) + k) ** beta


for _function in (layer_norm, rms_norm, group_norm):
    publish(_function.__name__, _function, space="nn.functional")
