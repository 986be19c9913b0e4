r"""Floor 2: average pooling: the mean of every window, or of its powers.

A mean is a sum divided by a count, and the sum over windows is a primitive (`window_sum`); nothing here needs a rule.

May import: floors 0–1, ``activation``, ``elementwise``, ``publish``, ``resample``, ``rounding``, ``patches``.
Read next: ``max_pooling.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..aliases import Shape
from ..backend.devices import backend_of
from ..core.tensor import box
from ..errors import error
from .activation import relu
from .elementwise import abs, sign
from .patches import Windows, batched, fitting, named, per_dim, unbatched, window_sum
from .publish import publish
from .resample import Table, resample
from .rounding import trunc_divide


def pool_windows(
    op: str, size: Shape, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Windows:
    """Sort out the arguments of a pooling; see `make_avg_pool`."""
    dims = len(size)
    kernel = per_dim(op, "kernel_size", kernel_size, dims, 1)
    steps = kernel if stride is None or stride in ((), []) else per_dim(op, "stride", stride, dims, 1)
    pads, spread = per_dim(op, "padding", padding, dims), per_dim(op, "dilation", dilation, dims, 1)
    if any(p > ((k - 1) * d + 1) // 2 for p, k, d in zip(pads, kernel, spread, strict=True)) or any(
        any(begin % d >= n for begin in range(-p, 0, s))  # a window steps over the whole image
        for n, p, s, d in zip(size, pads, steps, spread, strict=True)
    ):
        raise error("pool-padding", op=op, padding=padding, kernel=kernel, dilation=dilation)
    count = []
    for n, p, k, s, d in zip(size, pads, kernel, steps, spread, strict=True):
        room = n + 2 * p - d * (k - 1) - 1
        many = (room + (s - 1 if ceil_mode else 0)) // s + 1
        # Rounded up, the last window may end outside, but not begin there.
        count.append(many - 1 if ceil_mode and (many - 1) * s >= n + p else many)
    return fitting(op, size, Windows(kernel, steps, spread, pads, tuple(count)))


def poolable(op: str, input: Any, dims: int) -> Any:
    """Return an input as (N, C, L₁, …), where only N may be 0."""
    x = batched(op, input, dims)
    if 0 in x.shape[1:]:
        raise error("spatial-empty", op=op, shape=input.shape)
    return x


def divisors(windows: Windows, size: Shape, count_include_pad: bool) -> list[list[int]]:
    """Return how many elements a window counts along each dimension, one number for each window.

    Padding counts or not as the user says; what a window has beyond the padding never does.
    """
    lengths = []
    for n, p, k, s, m in zip(size, windows.before, windows.kernel, windows.stride, windows.counts, strict=True):
        low, high = (-p, n + p) if count_include_pad else (0, n)
        lengths.append([min(i * s - p + k, high) - max(i * s - p, low) for i in range(m)])
    return lengths


def averaged(total: Any, lengths: list[list[int]]) -> Any:
    """Divide sums over windows by the windows' sizes, given along each dimension."""
    if all(len(set(each)) == 1 for each in lengths):
        return divided(total, math.prod(each[0] for each in lengths))
    xp = backend_of(total.array).xp
    sizes: Any = 1
    for d, each in enumerate(lengths):
        sizes = sizes * xp.asarray(each).reshape(-1, *(1,) * (len(lengths) - d - 1))
    return divided(total, box(sizes.astype(total.dtype)))


def divided(total: Any, divisor: Any) -> Any:
    """Divide; integers stay integers, as in PyTorch."""
    return total / divisor if total.dtype.kind == "f" else trunc_divide(total, divisor)


def averages(
    op: str, dims: int, input: Any, kernel_size: Any, stride: Any, padding: Any, ceil_mode: bool,
    count_include_pad: bool, divisor_override: Any,
) -> Any:  # fmt: skip
    """Average pooling in any number of spatial dimensions; see `make_avg_pool`."""
    x = poolable(op, input, dims)
    if x.dtype.kind == "b":
        raise error("dtype-unsupported", op=op, dtypes="bool")
    windows = pool_windows(op, x.shape[2:], kernel_size, stride, padding, 1, ceil_mode)
    if dims == 3 and any(n < k for n, k in zip(x.shape[2:], windows.kernel, strict=True)):  # as PyTorch in 3-d alone
        raise error("window-too-large", op=op, kernel=windows.kernel, dilation=windows.dilation, size=x.shape[2:])
    total = window_sum(x, windows=windows)
    if divisor_override is not None:
        if not hasattr(divisor_override, "__index__") or not divisor_override:
            raise error("argument", op=op, argument="divisor_override", expected="an int but 0", got=divisor_override)
        return unbatched(divided(total, divisor_override), input)
    return unbatched(averaged(total, divisors(windows, x.shape[2:], count_include_pad)), input)


# -- PyTorch's functions -------------------------------------------------------------------------------

AVG_DOC = """Return the mean of every window, in {dims} spatial dimensions.

    Parameters
    ----------
    input : Tensor of shape (N, C, L₁, …) or (C, L₁, …)
        The images.
    kernel_size : int or tuple of int
        Elements in a window.
    stride : int or tuple of int, optional
        Steps between windows; by default they lie side by side.
    padding : int or tuple of int
        Zeros on either side, at most half a window.
    ceil_mode : bool
        Whether a last window that ends outside counts.
    count_include_pad : bool
        Whether the padding's zeros count.
{more}
    Raises
    ------
    ShapeError
        If the input has another number of dimensions or is empty, or no window fits.
    ArgumentError
        If an argument is no int, has another number of them, or is out of range.
    """
DIVISOR = """    divisor_override : int, optional
        What to divide by instead of the number of elements.
"""


def avg_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    return averages("avg_pool1d", 1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


avg_pool1d.__doc__ = AVG_DOC.format(dims=1, more="")


def make_avg_pool(dims: int) -> Any:
    """Make ``avg_pool2d`` and ``avg_pool3d``."""
    name = f"avg_pool{dims}d"

    def avg_pool(
        input: Any,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> Any:
        return averages(name, dims, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)

    return named(avg_pool, name, AVG_DOC.format(dims=dims, more=DIVISOR))


avg_pools = {1: avg_pool1d, 2: make_avg_pool(2), 3: make_avg_pool(3)}


def make_lp_pool(dims: int) -> Any:
    """Make ``lp_pool1d``, ``lp_pool2d`` and ``lp_pool3d``."""
    name = f"lp_pool{dims}d"

    def lp_pool(input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Any:
        elements = math.prod(per_dim(name, "kernel_size", kernel_size, dims, 1))
        batched(name, input, dims)
        means = averages(name, dims, input**norm_type, kernel_size, stride, 0, ceil_mode, True, None)
        return (sign(means) * relu(abs(means)) * elements) ** (1.0 / norm_type)

    return named(lp_pool, name, LP_DOC.format(dims=dims))


LP_DOC = """Return (Σ xᵖ)^(1/p) of every window, in {dims} spatial dimensions; see ``avg_pool{dims}d``.

    Parameters
    ----------
    input : Tensor of shape (N, C, L₁, …) or (C, L₁, …)
        The images.
    norm_type : float
        The power p.
    kernel_size, stride : int or tuple of int
        Elements in a window, and steps between windows.
    ceil_mode : bool
        Whether a last window that ends outside counts.  As in PyTorch it is scaled up to the size of a whole window.

    Notes
    -----
    xᵖ is not |x|ᵖ: for odd p negative numbers cancel.  A sum of 0 has an infinite slope for p > 1, as in PyTorch.
    """


# -- a given number of windows -------------------------------------------------------------------------


def adaptive_sizes(op: str, output_size: Any, size: Shape) -> Shape:
    """Return the output's size along each dimension; in a tuple of several, None keeps it."""
    listed = tuple(output_size) if isinstance(output_size, (tuple, list)) else (output_size,)
    if len(listed) == len(size) > 1:
        listed = tuple(n if given is None else given for n, given in zip(size, listed, strict=True))
    return per_dim(op, "output_size", listed, len(size))


def adaptive_ranges(size: Shape, counts: Shape) -> list[list[range]]:
    """Return along each dimension the windows of an adaptive pooling, which cover it as evenly as they can."""
    return [
        [range(i * n // count, -(-(i + 1) * n // count)) for i in range(count)]
        for n, count in zip(size, counts, strict=True)
    ]


def even_windows(size: Shape, counts: Shape) -> Windows | None:
    """Return the windows of an adaptive pooling if they are all of one size and lie side by side."""
    if any(m == 0 or n % m for n, m in zip(size, counts, strict=True)):
        return None
    kernel = tuple(n // m for n, m in zip(size, counts, strict=True))
    return Windows(kernel, kernel, (1,) * len(size), (0,) * len(size), counts)


def make_adaptive_avg_pool(dims: int) -> Any:
    """Make ``adaptive_avg_pool1d``, ``adaptive_avg_pool2d`` and ``adaptive_avg_pool3d``."""
    name = f"adaptive_avg_pool{dims}d"

    def adaptive_avg_pool(input: Any, output_size: Any) -> Any:
        x = poolable(name, input, dims)
        if x.dtype.kind != "f":
            raise error("dtype-not-floating", op=name, dtype=x.dtype)
        size, counts = x.shape[2:], adaptive_sizes(name, output_size, x.shape[2:])
        ranges, windows = adaptive_ranges(size, counts), even_windows(size, counts)
        total = x if windows is None else window_sum(x, windows=windows)
        for d, sources in enumerate(ranges if windows is None else ()):
            total = resample(total, dim=2 + d, table=Table(sources))
        return unbatched(averaged(total, [[len(row) for row in rows] for rows in ranges]), input)

    return named(adaptive_avg_pool, name, ADAPTIVE_DOC.format(what="mean", dims=dims, more=""))


ADAPTIVE_DOC = """Return the {what} of as many windows as are asked for, in {dims} spatial dimensions.

    Parameters
    ----------
    input : Tensor of shape (N, C, L₁, …) or (C, L₁, …), floating
        The images.
    output_size : int or tuple of int or None
        How many windows along each dimension; None, in a tuple of several, is as many as there are elements.
{more}
    Raises
    ------
    ShapeError
        If the input has another number of dimensions or is empty.
    DTypeError
        If its dtype has no {what}.
    ArgumentError
        If `output_size` is no int or has another number of them.

    Notes
    -----
    Window i of M over L elements goes from ⌊i L / M⌋ to ⌈(i + 1) L / M⌉; neighbours may overlap.
    """

adaptive_avg_pools = {n: make_adaptive_avg_pool(n) for n in (1, 2, 3)}
for n in (1, 2, 3):
    for function in (avg_pools[n], make_lp_pool(n), adaptive_avg_pools[n]):
        publish(function.__name__, function, space="nn.functional")
        if n == 1 and not function.__name__.startswith("lp"):
            publish(function.__name__, function, method=False)
