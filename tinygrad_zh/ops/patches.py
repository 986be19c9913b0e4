r"""Floor 2: windows that slide over the spatial dimensions: what convolution and pooling have in common.

A tensor of shape (N, C, L₁, …) has `windows.counts` windows of `windows.kernel` elements along each of its spatial
dimensions.  Two pairs of ops on them are each other's transposes, and that is all their rules say:

    im2col        every window as a column              col2im          columns added where they came from
    window_sum    the sum of every window               window_spread   a number added to its whole window

May import: floors 0–1, ``publish``, ``shape``.  Read next: ``convolution.py``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..aliases import Shape
from ..core.primitive import primitive
from ..core.tensor import Tensor
from ..errors import error
from .publish import published
from .shape import reshape_p


class Windows(NamedTuple):
    """How windows slide; one number for each spatial dimension.

    Attributes
    ----------
    kernel, stride, dilation : tuple of int
        Elements in a window, steps between windows, steps between elements.
    before : tuple of int
        How far the first window begins before the first element.
    counts : tuple of int
        How many windows there are; the last may end after the last element.  Outside are zeros.
    """

    kernel: Shape
    stride: Shape
    dilation: Shape
    before: Shape
    counts: Shape

    def extent(self) -> Shape:
        """From the first window's beginning to the last one's end."""
        return tuple(
            (n - 1) * s + (k - 1) * d + 1
            for n, k, s, d in zip(self.counts, self.kernel, self.stride, self.dilation, strict=True)
        )

    def lone(self) -> tuple[tuple[int, ...], tuple[slice, ...]]:
        """Return the axes along which there is a single window, and where it has its elements after `padded`."""
        axes = tuple(2 + d for d, n in enumerate(self.counts) if n == 1)
        reach = [slice(0, (k - 1) * d + 1, d) for k, d in zip(self.kernel, self.dilation, strict=True)]
        return axes, tuple(reach[d] if n == 1 else slice(None) for d, n in enumerate(self.counts))

    def lengths(self, size: Shape) -> Shape:
        """Return how long an image of that size is with what lies before it and what the last window needs after it."""
        return tuple(max(e, b + n) for e, b, n in zip(self.extent(), self.before, size, strict=True))

    def taps(self, dim: int) -> Iterator[slice]:
        """Along one dimension of what `padded` returns: where the windows' first elements are, their second ones, …"""
        step, reach = self.stride[dim], (self.counts[dim] - 1) * self.stride[dim] + 1
        for k in range(self.kernel[dim]):
            start = k * self.dilation[dim]
            yield slice(start, start + reach, step)


def padded(xp: Any, x: Any, windows: Windows, fill: Any = 0) -> Any:
    """Return `x` so that index 0 is where the first window begins, and long enough for the last one."""
    size = x.shape[2:]
    lengths = windows.lengths(size)
    if lengths == size:
        return x
    y = xp.full((*x.shape[:2], *lengths), fill, dtype=x.dtype)
    y[(..., *inner(windows, size))] = x
    return y


def inner(windows: Windows, size: Shape) -> tuple[slice, ...]:
    """Return where the elements stand in what `padded` returns."""
    return tuple(slice(b, b + n) for b, n in zip(windows.before, size, strict=True))


def windowed(xp: Any, x: Any, windows: Windows) -> Any:
    """Return all windows as a view of shape (N, C, *kernel, *counts); in it, an element may appear many times."""
    x = padded(xp, x, windows)
    steps = x.strides[2:]
    strides = [step * d for step, d in zip(steps, windows.dilation, strict=True)]
    strides += [step * s for step, s in zip(steps, windows.stride, strict=True)]
    shape = (*x.shape[:2], *windows.kernel, *windows.counts)
    return xp.lib.stride_tricks.as_strided(x, shape, (*x.strides[:2], *strides))


def overlap_added(xp: Any, columns: Any, size: Shape, windows: Windows) -> Any:
    """Add every window to the place it came from: the transpose of `windowed`."""
    lengths = windows.lengths(size)
    y = xp.zeros((*columns.shape[:2], *lengths), dtype=columns.dtype)
    for place in itertools.product(*(enumerate(windows.taps(d)) for d in range(len(size)))):
        numbers, slices = zip(*place, strict=True)
        y[(..., *slices)] += columns[(slice(None), slice(None), *numbers)]
    return y[(..., *inner(windows, size))]


# -- the primitives ------------------------------------------------------------------------------------


@primitive(
    r"\operatorname{unfold}(<x>)",
    vjp_x=lambda g, x_shape, windows: col2im(g, size=x_shape[2:], windows=windows),
    tex_rules={"x": r"\operatorname{fold}(g)"},
)
def im2col(xp: Any, x: Any, *, windows: Windows) -> Any:
    """Return every window as a column: (N, C · kernel elements, windows)."""
    columns = x.shape[1] * math.prod(windows.kernel)
    return windowed(xp, x, windows).reshape(len(x), columns, math.prod(windows.counts))


@primitive(
    r"\operatorname{fold}(<x>)",
    vjp_x=lambda g, windows: im2col(g, windows=windows),
    tex_rules={"x": r"\operatorname{unfold}(g)"},
)
def col2im(xp: Any, x: Any, *, size: Shape, windows: Windows) -> Any:
    """Return (N, C, *size) with every column added to the window it came from."""
    channels = x.shape[1] // math.prod(windows.kernel)
    return overlap_added(xp, x.reshape(len(x), channels, *windows.kernel, *windows.counts), size, windows)


@primitive(
    r"\sum_{\mathrm{window}} <x:2>",
    vjp_x=lambda g, x_shape, windows: window_spread(g, size=x_shape[2:], windows=windows),
    tex_rules={"x": r"\sum_{\mathrm{windows\ over\ it}} g"},
)
def window_sum(xp: Any, x: Any, *, windows: Windows) -> Any:
    """Return the sum of every window, one dimension after the other."""
    x, (axes, place) = padded(xp, x, windows), windows.lone()
    if axes:
        x = xp.sum(x[(..., *place)], axis=axes, keepdims=True, dtype=x.dtype)
    for d, count in enumerate(windows.counts):
        if count != 1:
            first, *others = windows.taps(d)
            y = x[(*(slice(None),) * (2 + d), first)].copy()
            for tap in others:
                y += x[(*(slice(None),) * (2 + d), tap)]
            x = y
    return x


@primitive(
    r"\sum_{\mathrm{windows\ over\ it}} <x:2>",
    vjp_x=lambda g, windows: window_sum(g, windows=windows),
    tex_rules={"x": r"\sum_{\mathrm{window}} g"},
)
def window_spread(xp: Any, x: Any, *, size: Shape, windows: Windows) -> Any:
    """Return (N, C, *size) with the number of every window added to all its elements."""
    lengths = windows.lengths(size)
    for d, count in enumerate(windows.counts):
        if count != 1:
            y = xp.zeros((*x.shape[: 2 + d], lengths[d], *x.shape[3 + d :]), dtype=x.dtype)
            for tap in windows.taps(d):
                y[(*(slice(None),) * (2 + d), tap)] += x
            x = y
    axes, place = windows.lone()
    if axes:
        y = xp.zeros((*x.shape[:2], *lengths), dtype=x.dtype)
        y[(..., *place)] = x
        x = y
    return x[(..., *inner(windows, size))]


# -- arguments -----------------------------------------------------------------------------------------


def per_dim(op: str, argument: str, value: Any, dims: int, low: int = 0) -> Shape:
    """Return an argument as one int for each spatial dimension; a single int stands for all of them."""
    listed = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    proper = all(hasattr(n, "__index__") and not isinstance(n, (bool, Tensor)) for n in listed)
    if not proper or len(listed) not in (1, dims) or any(n < low for n in listed):
        raise error("per-dim", op=op, argument=argument, got=value, dims=dims, low=low)
    return tuple(n.__index__() for n in listed) * (dims if len(listed) == 1 else 1)


def batched(op: str, input: Any, dims: int) -> Any:
    """Return an input of shape (N, C, L₁, …); one without N, as PyTorch allows it, gets N = 1."""
    if not isinstance(input, Tensor):
        raise error("not-a-tensor", op=op, kind=type(input).__name__)
    if input.ndim not in (dims + 1, dims + 2):
        raise error("spatial-ndim", op=op, shape=input.shape, dims=dims, unbatched=dims + 1, batched=dims + 2)
    return input if input.ndim == dims + 2 else reshape_p(input, shape=(1, *input.shape))


def unbatched(result: Any, input: Any) -> Any:
    """Undo `batched` in a result."""
    return result if result.ndim == input.ndim else reshape_p(result, shape=result.shape[1:])


def fitting(op: str, size: Shape, windows: Windows) -> Windows:
    """Return windows of which there is at least one along each dimension; refuse others."""
    if any(n < 1 for n in windows.counts):
        raise error("window-too-large", op=op, kernel=windows.kernel, dilation=windows.dilation, size=size)
    return windows


def named(function: Any, name: str, doc: str) -> Any:
    """Give a function its name and docstring."""
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


# -- PyTorch's functions -------------------------------------------------------------------------------


def image_windows(op: str, size: Shape, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> Windows:
    """Sort out the arguments of ``fold`` and ``unfold``."""
    kernel, steps = per_dim(op, "kernel_size", kernel_size, 2, 1), per_dim(op, "stride", stride, 2, 1)
    spread, pads = per_dim(op, "dilation", dilation, 2, 1), per_dim(op, "padding", padding, 2)
    count = tuple(
        (n + 2 * p - d * (k - 1) - 1) // s + 1 for n, p, d, k, s in zip(size, pads, spread, kernel, steps, strict=True)
    )
    return fitting(op, size, Windows(kernel, steps, spread, pads, count))


@published(space="nn.functional")
def unfold(input: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Any:
    """Return every window of an image as a column.

    Parameters
    ----------
    input : Tensor of shape (N, C, H, W) or (C, H, W)
        Images.
    kernel_size, dilation, padding, stride : int or tuple of two ints
        Elements in a window, steps between them, zeros added around, steps between windows.

    Returns
    -------
    Tensor of shape (N, C · K_h · K_w, L) or without N, with L windows

    Raises
    ------
    ShapeError
        If the input has another number of dimensions, or no window fits.
    ArgumentError
        If an argument is no int, not two of them, or too small.

    Notes
    -----
    Also called im2col: a convolution is a matrix times these columns.
    """
    x = batched("unfold", input, 2)
    if 0 in x.shape[1:]:
        raise error("spatial-empty", op="unfold", shape=input.shape)
    windows = image_windows("unfold", x.shape[2:], kernel_size, dilation, padding, stride)
    y = im2col(x, windows=windows)
    return y if x is input else reshape_p(y, shape=y.shape[1:])


@published(space="nn.functional")
def fold(
    input: Any, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Any:  # fmt: skip
    """Add columns to the windows of an image that they came from: the transpose of `unfold`.

    Parameters
    ----------
    input : Tensor of shape (N, C · K_h · K_w, L) or without N
        The columns.
    output_size : int or tuple of two ints
        Height and width of the image.
    kernel_size, dilation, padding, stride : int or tuple of two ints
        As in `unfold`.

    Returns
    -------
    Tensor of shape (N, C, *output_size) or without N

    Raises
    ------
    ShapeError
        If the columns are not those of such an image.
    ArgumentError
        If an argument is no int, not two of them, or too small.
    """
    x = batched("fold", input, 1)
    size = per_dim("fold", "output_size", output_size, 2, 1)
    windows = image_windows("fold", size, kernel_size, dilation, padding, stride)
    elements, count = math.prod(windows.kernel), math.prod(windows.counts)
    if not x.shape[1] or x.shape[1] % elements or x.shape[2] != count:
        raise error("fold-columns", shape=input.shape, elements=elements, count=count, size=size)
    y = col2im(x, size=size, windows=windows)
    return y if x is input else reshape_p(y, shape=y.shape[1:])
