r"""Floor 2: channels and pixels: ``pixel_shuffle``, its inverse, and ``channel_shuffle``.

All three take dimensions apart, exchange some of them, and join them again.

May import: floors 0–1, ``parts``, ``shape``.
"""

from __future__ import annotations

from typing import Any

from ..errors import error
from .parts import integer
from .publish import publish, published
from .shape import clone, permute_p, reshape_p


def rearranged(x: Any, apart: tuple[int, ...], order: tuple[int, ...], joined: tuple[int, ...]) -> Any:
    """Return a copy: dimensions taken apart, put into another order, and joined."""
    return reshape_p(clone(permute_p(reshape_p(x, shape=apart), dims=order)), shape=joined)


def factor_of(op: str, argument: str, value: Any, input: Any, least: int) -> int:
    """Return a positive factor; refuse a tensor of too few dimensions."""
    factor = integer(op, argument, value)
    if factor < 1:
        raise error("argument", op=op, argument=argument, expected="an int ≥ 1", got=value)
    if input.ndim < least:
        raise error("ndim", op=op, expected=f"{least} or more", shape=input.shape)
    return factor


@published(method=False)
def pixel_shuffle(input: Any, upscale_factor: int) -> Any:
    """Return an image that is r times larger in both directions, made of r² channels for each of its own.

    Parameters
    ----------
    input : Tensor of shape (..., C · r², H, W)
        The channels.
    upscale_factor : int
        The factor r.

    Returns
    -------
    Tensor of shape (..., C, H · r, W · r)

    Notes
    -----
    Shi et al. (2016), "Real-time single image and video super-resolution using an efficient sub-pixel convolutional
    neural network": y[c, h·r + i, w·r + j] = x[c·r² + i·r + j, h, w].
    """
    r = factor_of("pixel_shuffle", "upscale_factor", upscale_factor, input, 3)
    *batch, channels, height, width = input.shape
    if channels % r**2:
        raise error("not-divisible", op="pixel_shuffle", size=channels, dim=-3, factor=r**2, shape=input.shape)
    n, c = len(batch), channels // r**2
    apart = (*batch, c, r, r, height, width)
    order = (*range(n), n, n + 3, n + 1, n + 4, n + 2)  # c, h, i, w, j
    return rearranged(input, apart, order, (*batch, c, height * r, width * r))


@published(method=False)
def pixel_unshuffle(input: Any, downscale_factor: int) -> Any:
    """Return r² channels for each channel of an image, r times smaller in both directions: undo `pixel_shuffle`.

    Parameters
    ----------
    input : Tensor of shape (..., C, H · r, W · r)
        The image.
    downscale_factor : int
        The factor r.

    Returns
    -------
    Tensor of shape (..., C · r², H, W)
    """
    r = factor_of("pixel_unshuffle", "downscale_factor", downscale_factor, input, 3)
    *batch, c, height, width = input.shape
    for dim, size in ((-2, height), (-1, width)):
        if size % r:
            raise error("not-divisible", op="pixel_unshuffle", size=size, dim=dim, factor=r, shape=input.shape)
    n = len(batch)
    apart = (*batch, c, height // r, r, width // r, r)
    order = (*range(n), n, n + 2, n + 4, n + 1, n + 3)  # c, i, j, h, w
    return rearranged(input, apart, order, (*batch, c * r**2, height // r, width // r))


@published(method=False)
def channel_shuffle(input: Any, groups: int) -> Any:
    """Return the channels dealt out like cards: the first of each group, then the second of each, and so on.

    Parameters
    ----------
    input : Tensor of shape (B, C, ...), at least 3-d
        The channels.
    groups : int
        How many groups; C is a multiple of it.

    Notes
    -----
    Zhang et al. (2018), "ShuffleNet: an extremely efficient convolutional neural network for mobile devices".
    """
    count = factor_of("channel_shuffle", "groups", groups, input, 3)
    b, c, *rest = input.shape
    if c % count:
        raise error("not-divisible", op="channel_shuffle", size=c, dim=1, factor=count, shape=input.shape)
    apart = (b, count, c // count, *rest)
    return rearranged(input, apart, (0, 2, 1, *range(3, len(apart))), input.shape)


for _function in (pixel_shuffle, pixel_unshuffle, channel_shuffle):
    publish(_function.__name__, _function, space="nn.functional")
