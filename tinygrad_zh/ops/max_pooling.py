r"""Floor 2: max pooling: the largest element of every window, and where it stands.

The forward finds for every window the position of its first maximum in the flattened image (a NaN wins, the last one if
there are several, as in PyTorch).  Going back, the cotangent is added at that position; that is all there is.

May import: floors 0–1, ``gather``, ``pooling``, ``publish``, ``shape``, ``patches``.
Read next: ``unpooling.py``.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from ..aliases import Shape
from ..backend.devices import backend_of
from ..backend.dtypes import int64
from ..core.primitive import primitive
from ..core.tensor import box
from ..errors import error
from .gather import gather_p, scatter_sum
from .patches import Windows, named, padded, unbatched
from .pooling import ADAPTIVE_DOC, adaptive_ranges, adaptive_sizes, even_windows, pool_windows, poolable
from .publish import publish
from .shape import reshape_p

# -- positions in the flattened image ------------------------------------------------------------------


def flat(x: Any) -> Any:
    """Return (N, C, L₁, …) as (N, C, L)."""
    return reshape_p(x, shape=(*x.shape[:2], math.prod(x.shape[2:])))


def at_positions(x: Any, index: Any) -> Any:
    """Return the elements of every image at these positions."""
    return reshape_p(gather_p(flat(x), flat(index), dim=2), shape=index.shape)


def added_at_positions(g: Any, index: Any, size: Shape) -> Any:
    """Return images of that size with `g` added at these positions: the transpose of `at_positions`."""
    shape = (*g.shape[:2], math.prod(size))
    return reshape_p(scatter_sum(flat(g), flat(index), shape=shape, dim=2), shape=(*g.shape[:2], *size))


def largest(xp: Any, candidates: list[Any]) -> tuple[Any, Any]:
    """Return the largest of several arrays, elementwise, and which of them it comes from."""
    best = candidates[0].copy()
    for x in candidates[1:]:
        best = xp.maximum(best, x)
    number = xp.int8 if len(candidates) < 128 else xp.int32  # a narrow dtype is less to read and write
    which = xp.zeros(best.shape, dtype=number)
    for k in reversed(range(len(candidates))):  # so that of equals the first stays
        which = xp.where(candidates[k] == best, number(k), which)
    if best.dtype.kind == "f" and (best != best).any():
        for k, x in enumerate(candidates):
            which = xp.where(x != x, number(k), which)
    return best, which


def grid(xp: Any, rows: list[Any], size: Shape) -> Any:
    """Return positions in the flattened image from coordinates along each dimension."""
    place: Any = 0
    for d, row in enumerate(rows):
        steps = xp.asarray(row, dtype=int64) * math.prod(size[d + 1 :])
        place = place + steps.reshape(-1, *(1,) * (len(rows) - d - 1))
    return place


@primitive(
    r"\max_{\mathrm{window}} <x:2>",
    aux=("index",),
    vjp_x=lambda g, index, x_shape: added_at_positions(g, index, x_shape[2:]),
    tex_rules={"x": r"\sum_{\mathrm{windows\ it\ wins}} g"},
    name="max_pool",
)
def max_pool_p(xp: Any, x: Any, *, windows: Windows) -> tuple[Any, Any]:
    """Return the largest element of every window; beside it, its position."""
    size, dims = x.shape[2:], range(x.ndim - 2)
    lowest = -math.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    x = padded(xp, x, windows, lowest)
    best, which = largest(xp, [x[(..., *taps)] for taps in itertools.product(*(windows.taps(d) for d in dims))])
    begins = [
        [i * s - p for i in range(m)] for m, s, p in zip(windows.counts, windows.stride, windows.before, strict=True)
    ]
    offsets = grid(xp, [range(0, k * d, d) for k, d in zip(windows.kernel, windows.dilation, strict=True)], size)
    index = grid(xp, begins, size) + offsets.reshape(-1).take(which)
    if any(windows.before):  # where the padding's −∞ is not beaten, the first element in the image has won
        firsts = [[i if i >= 0 else i % d for i in row] for row, d in zip(begins, windows.dilation, strict=True)]
        index = xp.where(which == 0, grid(xp, firsts, size), index)
    return best, index


@primitive(r"\operatorname{positions}(\max_{\mathrm{window}} <x:2>)")
def max_pool_positions(xp: Any, x: Any, *, windows: Windows) -> Any:
    """Return where in the flattened image the largest element of every window stands."""
    return max_pool_p.value(xp, x, windows=windows)[1]


@primitive(r"\operatorname{positions}(\max_{\mathrm{window}} <x:2>)")
def max_positions(xp: Any, x: Any, *rows: Any) -> Any:
    """Return the same for windows of any kind.

    Parameters
    ----------
    x : array of shape (N, C, L₁, …)
        The images.
    rows : array of shape (N or 1, C or 1, count, kernel), for each dimension
        The coordinates of every window's elements.
    """
    lead, size, dims = x.shape[:2], x.shape[2:], len(rows)
    counts = tuple(row.shape[2] for row in rows)
    flattened = x.reshape(*lead, math.prod(size))
    places = []
    for taps in itertools.product(*(range(row.shape[3]) for row in rows)):
        place: Any = 0
        for d, (row, k) in enumerate(zip(rows, taps, strict=True)):
            steps = row[..., k].reshape(*row.shape[:2], *(1,) * d, counts[d], *(1,) * (dims - d - 1))
            place = place * size[d] + steps
        places.append(xp.broadcast_to(place, (*lead, *counts)).reshape(*lead, math.prod(counts)))
    _, which = largest(xp, [xp.take_along_axis(flattened, place, axis=2) for place in places])
    return xp.take_along_axis(xp.stack(places), which[None].astype(int64), axis=0)[0].reshape(*lead, *counts)


# -- PyTorch's functions -------------------------------------------------------------------------------


def make_max_pool(dims: int) -> tuple[Any, Any]:
    """Make ``max_pool1d`` and ``max_pool1d_with_indices``, or those of more dimensions."""
    name = f"max_pool{dims}d"

    def max_pool(
        input: Any,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:
        x = ordered(name, input, dims)
        windows = pool_windows(name, x.shape[2:], kernel_size, stride, padding, dilation, ceil_mode)
        if not return_indices:
            return unbatched(max_pool_p(x, windows=windows), input)
        index = max_pool_positions(x, windows=windows)
        return unbatched(at_positions(x, index), input), unbatched(index, input)

    def max_pool_with_indices(
        input: Any,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
    ) -> Any:
        return max_pool(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices=True)

    return (
        named(max_pool, name, MAX_DOC.format(dims=dims)),
        named(max_pool_with_indices, name + "_with_indices", f"Return the values and indices of ``{name}``."),
    )


def ordered(op: str, input: Any, dims: int) -> Any:
    """Return an input as (N, C, L₁, …); refuse bools, which PyTorch does not order here."""
    x = poolable(op, input, dims)
    if x.dtype.kind == "b":
        raise error("dtype-unsupported", op=op, dtypes="bool")
    return x


MAX_DOC = """Return the largest element of every window, in {dims} spatial dimensions.

    Parameters
    ----------
    input : Tensor of shape (N, C, L₁, …) or (C, L₁, …)
        The images.
    kernel_size : int or tuple of int
        Elements in a window.
    stride : int or tuple of int, optional
        Steps between windows; by default they lie side by side.
    padding : int or tuple of int
        What is added on either side, at most half a window; it never is the largest.
    dilation : int or tuple of int
        Steps between the elements of a window.
    ceil_mode : bool
        Whether a last window that ends outside counts.
    return_indices : bool
        Whether to return (values, indices); an index is a position in the flattened image.

    Raises
    ------
    ShapeError
        If the input has another number of dimensions or is empty, or no window fits.
    ArgumentError
        If an argument is no int, has another number of them, or is out of range.

    Notes
    -----
    The gradient goes to the first of several equal maxima.  A NaN counts as the largest.
    """


def make_adaptive_max_pool(dims: int) -> tuple[Any, Any]:
    """Make ``adaptive_max_pool1d`` and ``adaptive_max_pool1d_with_indices``, or those of more dimensions."""
    name = f"adaptive_max_pool{dims}d"

    def adaptive_max_pool(input: Any, output_size: Any, return_indices: bool = False) -> Any:
        x = ordered(name, input, dims)
        size, counts = x.shape[2:], adaptive_sizes(name, output_size, x.shape[2:])
        windows = even_windows(size, counts)
        if windows is not None and not return_indices:
            return unbatched(max_pool_p(x, windows=windows), input)
        index = adaptive_positions(x, counts) if windows is None else max_pool_positions(x, windows=windows)
        values = unbatched(at_positions(x, index), input)
        return (values, unbatched(index, input)) if return_indices else values

    def adaptive_max_pool_with_indices(input: Any, output_size: Any) -> Any:
        return adaptive_max_pool(input, output_size, return_indices=True)

    more = "    return_indices : bool\n        Whether to return (values, indices).\n"
    return (
        named(adaptive_max_pool, name, ADAPTIVE_DOC.format(what="maximum", dims=dims, more=more)),
        named(adaptive_max_pool_with_indices, name + "_with_indices", f"Return the values and indices of ``{name}``."),
    )


def adaptive_positions(x: Any, counts: Shape) -> Any:
    """Return the positions of the maxima of windows that differ in size."""
    xp, rows = backend_of(x.array).xp, []
    for ranges in adaptive_ranges(x.shape[2:], counts):
        longest = max(map(len, ranges), default=0)  # a shorter window repeats its last element, which changes nothing
        listed = [[min(row.start + k, row.stop - 1) for k in range(longest)] for row in ranges]
        rows.append(box(xp.asarray(listed, dtype=int64).reshape(1, 1, len(ranges), longest)))
    if 0 in counts:
        return box(xp.zeros((*x.shape[:2], *counts), dtype=int64))
    return max_positions(x, *rows)


for n in (1, 2, 3):
    for function in (*make_max_pool(n), *make_adaptive_max_pool(n)):
        publish(function.__name__, function, space="nn.functional")
        if function.__name__.startswith("max_pool") and (n == 1 or "indices" not in function.__name__):
            publish(function.__name__, function, method=False)
