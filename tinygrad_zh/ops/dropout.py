r"""Floor 2: dropout, as a primitive that keeps its mask for the backward pass; of whole channels; and alpha dropout.

May import: floors 0–1, ``create``, ``elementwise``, ``fusable``, ``generator``, ``random``, ``sampling``, ``write``.
Read next: ``loss.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..backend import philox
from ..core.primitive import primitive
from ..core.tensor import Tensor
from ..errors import error
from .create import ones
from .elementwise import where_p
from .fusable import fusable
from .generator import Place
from .publish import published
from .random import floating
from .sampling import chance_p
from .smooth import SELU_ALPHA, SELU_SCALE
from .write import computed


@fusable()
def dropout_pullback(g: Any, mask: Any, *, p: float) -> Any:
    """G ⊙ mask / (1 − p)"""
    return g * mask / (1 - p)


@primitive(
    r"\frac{<x:2> \odot \mathrm{mask}}{1 - <p:1>}",
    vjp_x=lambda g, mask, p: dropout_pullback(g, mask, p=p),
    jvp_x=lambda v, mask, p: dropout_pullback(v, mask, p=p),
    aux=("mask",),
    name="dropout",
)
def dropout_p(xp: Any, x: Any, place: Any, *, p: float) -> Any:
    """Draw a mask, and return the masked values and the mask."""
    mask = philox.chance(xp, place, x.size, 1 - p).reshape(x.shape)
    y = xp.asarray(x * mask)  # an array in 0-d as well, which NumPy turns into a scalar
    y /= 1 - p
    return y, mask


@published(method=False)
def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Set each element to zero with probability `p`, and divide the others by 1 − p.

    Parameters
    ----------
    input : Tensor of shape (...), floating
        The values.
    p : float
        The probability of a zero, from 0 to 1.
    training : bool
        If False, `input` itself is returned.
    inplace : bool
        Write the result into `input`.

    Returns
    -------
    Tensor of shape (...)
        Of the same dtype; `input` itself if nothing is to be done.

    Raises
    ------
    ArgumentError
        If `p` is no number from 0 to 1.
    DTypeError
        If `input` is not floating.

    Notes
    -----
    y = x ⊙ mask / (1 − p), so that the mean of y is x; the gradient takes the same mask.  Srivastava et al. (2014),
    "Dropout: a simple way to prevent neural networks from overfitting", section 4.

    Examples
    --------
    >>> dropout(tensor([1.0, 2.0]), p=0.5, training=False)
    tensor([1., 2.])
    """
    if nothing_to_do("dropout", input, p, training):
        return input
    return computed("dropout", input, inplace, lambda x: dropped(x, p))


def nothing_to_do(op: str, input: Any, p: Any, training: bool) -> bool:
    """Whether the input stays as it is; refuse what is no probability, and where something is to be done, integers."""
    if isinstance(p, bool) or not isinstance(p, (int, float)) or not 0 <= p <= 1:
        raise error("probability", op=op, got=p)
    if not isinstance(input, Tensor):
        raise error("not-a-tensor", op=op, kind=type(input).__name__)
    if not training or p == 0 or not input.array.size:
        return True
    floating(op, input.dtype)
    return False


def dropped(x: Any, p: float) -> Any:
    """Drop elements with probability `p`; with p = 1 nothing is left to be divided by 1 − p = 0."""
    return x * 0 if p == 1 else dropout_p(x, Place(None, x.array.size, x.device), p=float(p))


# -- of whole channels -----------------------------------------------------------------------------------


@published(space="nn.functional")
def dropout1d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Set each channel to zero with probability `p`, and divide the others by 1 − p.

    Parameters
    ----------
    input : Tensor of shape (N, C, L) or (C, L), floating
        The values; neighbours in a channel are so alike that dropping some of them would drop little.
    p, training, inplace
        As of `dropout`.

    Notes
    -----
    Tompson et al. (2015), "Efficient object localization using convolutional networks", section 3.2.
    """
    return channels_dropped("dropout1d", input, (2, 3), p, training, inplace)


@published(space="nn.functional")
def dropout2d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Set each channel of every sample to zero with probability `p`: (N, C, H, W), or (N, C, L); see `dropout1d`."""
    return channels_dropped("dropout2d", input, (3, 4), p, training, inplace)


@published(space="nn.functional")
def dropout3d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Set each channel to zero with probability `p`: (N, C, D, H, W) or (C, D, H, W); see `dropout1d`."""
    return channels_dropped("dropout3d", input, (4, 5), p, training, inplace)


def channels_dropped(op: str, input: Any, ndims: tuple[int, int], p: Any, training: bool, inplace: bool) -> Any:
    """Drop whole channels of an input that has one of two numbers of dimensions."""
    if input.ndim not in ndims:
        raise error("ndim", op=op, expected=f"{ndims[0]} or {ndims[1]}", shape=input.shape)
    if nothing_to_do(op, input, p, training):
        return input
    # As in PyTorch, only dropout2d takes its smaller number of dimensions for a batch, of channels of one dimension.
    lead = 1 if input.ndim == ndims[0] and op != "dropout2d" else 2
    scale = dropped(ones(channel_shape(input, lead), dtype=input.dtype, device=input.device), p)
    return computed(op, input, inplace, lambda x: x * scale)


def channel_shape(input: Any, lead: int) -> tuple[int, ...]:
    """The shape of one number per channel: the first `lead` dimensions, and length 1 in the others."""
    return (*input.shape[:lead], *(1,) * (input.ndim - lead))


# -- for self-normalising networks -------------------------------------------------------------------------


@published(space="nn.functional")
def alpha_dropout(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False) -> Any:
    """Let each element saturate as SELU does, with probability `p`, so that mean 0 and variance 1 stay.

    Parameters
    ----------
    input : Tensor of shape (...), floating
        The values.
    p, training, inplace
        As of `dropout`; but not training is the default.

    Notes
    -----
    a (x or α′, by chance) + b, with α′ = −scale · α the limit of SELU on the left, a = 1/√((1 + p α′²)(1 − p)) and
    b = −a p α′.  Klambauer et al. (2017), "Self-normalizing neural networks", section "New dropout technique".
    """
    return saturated("alpha_dropout", input, input.shape, p, training, inplace)


@published(space="nn.functional")
def feature_alpha_dropout(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False) -> Any:
    """Let whole channels of (N, C, ...) saturate with probability `p`; see `alpha_dropout`."""
    if input.ndim < 2:
        raise error("ndim", op="feature_alpha_dropout", expected="at least 2", shape=input.shape)
    return saturated("feature_alpha_dropout", input, channel_shape(input, 2), p, training, inplace)


def saturated(op: str, input: Any, shape: tuple[int, ...], p: Any, training: bool, inplace: bool) -> Any:
    """Let elements of `input` saturate, by one draw per element of a shape that broadcasts to its own."""
    if nothing_to_do(op, input, p, training):
        return input
    if p == 1:
        return computed(op, input, inplace, lambda x: x * 0)
    limit = -SELU_SCALE * SELU_ALPHA
    a = 1 / math.sqrt((1 + p * limit * limit) * (1 - p))
    kept = chance_p(Place(None, math.prod(shape), input.device), p=1 - float(p), shape=shape)
    return computed(op, input, inplace, lambda x: where_p(kept, x, limit) * a - a * p * limit)
