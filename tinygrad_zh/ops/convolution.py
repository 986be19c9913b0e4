r"""Floor 2: convolution, in any number of spatial dimensions.

Image x, kernel w and result z belong together in one number, ⟨z, x ∗ w⟩, which is linear in each of the three.  Hold
two of them, and what stands beside the third is one of three ops; so each op's pullbacks are the other two:

    convolution             (x, w) → z      every output is a window of x times w
    convolution_transpose   (z, w) → x      every input's share: w times z, added where the windows lay
    convolution_weight      (x, z) → w      every weight's share: the windows of x times z

The value of each is one product of matrices per group, with the windows of x as the columns of one of them (im2col).

May import: floors 0–1, ``publish``, ``reduce``, ``shape``, ``patches``.  Read next: ``pooling.py``.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ..aliases import Shape
from ..core.primitive import primitive
from ..core.symbol import SUM
from ..core.tensor import Tensor
from ..errors import error
from .patches import Windows, batched, fitting, named, overlap_added, per_dim, unbatched, windowed
from .publish import publish, published, spaces
from .reduce import sum_p
from .shape import permute_p, reshape_p


class Sliding(NamedTuple):
    """How a kernel slides over an image; see `Windows`.

    Attributes
    ----------
    stride, dilation : tuple of int
        One for each spatial dimension.
    padding : tuple of pairs of int
        Zeros before and after; where the second number is negative, the end of the image is out of reach.
    groups : int
        Channels are cut into so many groups, each convolved by itself.
    """

    stride: Shape
    padding: tuple[tuple[int, int], ...]
    dilation: Shape
    groups: int

    def windows(self, size: Shape, kernel: Shape) -> Windows:
        """Return the windows over an image of that size."""
        count = tuple(
            (n + before + after - d * (k - 1) - 1) // s + 1
            for n, (before, after), d, k, s in zip(size, self.padding, self.dilation, kernel, self.stride, strict=True)
        )
        return Windows(kernel, self.stride, self.dilation, tuple(before for before, _ in self.padding), count)


def matrices(weight: Any, groups: int) -> Any:
    """Return a kernel (O, C/G, *kernel) as a matrix per group: (G, O/G, C/G · kernel elements)."""
    return weight.reshape(groups, weight.shape[0] // groups, math.prod(weight.shape[1:]))


# -- the three primitives ------------------------------------------------------------------------------


@primitive(
    r"<x:2> \ast <weight:2> + <bias>",
    level=SUM,
    vjp_x=lambda g, weight, x_shape, how: convolution_transpose(g, weight, size=x_shape[2:], how=how),
    vjp_weight=lambda g, x, weight_shape, how: convolution_weight(x, g, kernel=weight_shape[2:], how=how),
    vjp_bias=lambda g: sum_p(g, dims=(0, *range(2, len(g.shape)))),
    tex_rules={"x": r"g \ast^{\top} weight", "weight": r"x \star g", "bias": r"\sum g"},
)
def convolution(xp: Any, x: Any, weight: Any, bias: Any, *, how: Sliding) -> Any:
    """Return (N, O, *counts) from an image (N, C, *size) and a kernel (O, C/groups, *kernel)."""
    windows = how.windows(x.shape[2:], weight.shape[2:])
    n, c, groups = x.shape[0], x.shape[1], how.groups
    rows = c // groups * math.prod(windows.kernel)
    columns = windowed(xp, x, windows).reshape(n, groups, rows, math.prod(windows.counts))
    y = xp.matmul(matrices(weight, groups), columns).reshape(n, weight.shape[0], *windows.counts)
    if bias is not None:
        y += bias.reshape(-1, *(1,) * len(windows.counts))
    return y


@primitive(
    r"<z:2> \ast^{\top} <weight:2>",
    vjp_z=lambda g, weight, how: convolution(g, weight, None, how=how),
    vjp_weight=lambda g, z, weight_shape, how: convolution_weight(g, z, kernel=weight_shape[2:], how=how),
    tex_rules={"z": r"g \ast weight", "weight": r"g \star z"},
)
def convolution_transpose(xp: Any, z: Any, weight: Any, *, size: Shape, how: Sliding) -> Any:
    """Return an image (N, C, *size) from a result (N, O, *counts) and a kernel (O, C/groups, *kernel)."""
    windows = how.windows(size, weight.shape[2:])
    n, o, groups = z.shape[0], z.shape[1], how.groups
    columns = xp.matmul(
        xp.swapaxes(matrices(weight, groups), 1, 2), z.reshape(n, groups, o // groups, math.prod(windows.counts))
    )
    columns = columns.reshape(n, weight.shape[1] * groups, *windows.kernel, *windows.counts)
    return overlap_added(xp, columns, size, windows)


@primitive(
    r"<x:2> \star <z:2>",
    vjp_x=lambda g, z, x_shape, how: convolution_transpose(z, g, size=x_shape[2:], how=how),
    vjp_z=lambda g, x, how: convolution(x, g, None, how=how),
    tex_rules={"x": r"z \ast^{\top} g", "z": r"x \ast g"},
)
def convolution_weight(xp: Any, x: Any, z: Any, *, kernel: Shape, how: Sliding) -> Any:
    """Return a kernel (O, C/groups, *kernel) from an image (N, C, *size) and a result (N, O, *counts)."""
    windows = how.windows(x.shape[2:], kernel)
    (n, c), o, groups = x.shape[:2], z.shape[1], how.groups
    rows, count, dims = c // groups * math.prod(kernel), n * math.prod(windows.counts), len(kernel)
    # The images side by side: one long product instead of one product per image and then a sum.
    order = (1, *range(2, 2 + dims), 0, *range(2 + dims, 2 + 2 * dims))
    columns = windowed(xp, x, windows).transpose(order).reshape(groups, rows, count)
    results = xp.swapaxes(z, 0, 1).reshape(groups, o // groups, count)
    return xp.matmul(results, xp.swapaxes(columns, 1, 2)).reshape(o, c // groups, *kernel)


# -- PyTorch's functions -------------------------------------------------------------------------------


def checked(op: str, dims: int, input: Any, weight: Any, bias: Any, groups: Any, channel_dim: int) -> Any:
    """Return the input with a batch dimension; refuse operands and groups that do not fit together.

    Parameters
    ----------
    channel_dim : int
        Which dimension of the weight belongs to the channels of the result.
    """
    x = batched(op, input, dims)
    (per_group,) = per_dim(op, "groups", groups, 1, 1)
    for operand in (weight, *(() if bias is None else (bias,))):
        if not isinstance(operand, Tensor):
            raise error("not-a-tensor", op=op, kind=type(operand).__name__)
        if operand.dtype != input.dtype:
            raise error("conv-dtype", op=op, input=input.dtype, other=operand.dtype)
    if input.dtype.kind == "b":
        raise error("dtype-unsupported", op=op, dtypes="bool")
    if 0 in x.shape[2:]:
        raise error("spatial-empty", op=op, shape=input.shape)
    channels = x.shape[1] // per_group if channel_dim == 0 else x.shape[1]
    if (
        weight.ndim != dims + 2
        or 0 in weight.shape
        or weight.shape[0] % per_group
        or x.shape[1] % per_group
        or weight.shape[1 - channel_dim] != channels
    ):
        raise error("conv-weight", op=op, input=input.shape, weight=weight.shape, groups=groups, dims=dims)
    out = weight.shape[0] if channel_dim == 0 else weight.shape[1] * per_group
    if bias is not None and bias.shape != (out,):
        raise error("conv-bias", op=op, bias=bias.shape, expected=(out,))
    return x


def paddings(op: str, padding: Any, kernel: Shape, stride: Shape, dilation: Shape) -> tuple[tuple[int, int], ...]:
    """Return the zeros before and after each dimension; for ``'same'``, as many as keep the size."""
    if not isinstance(padding, str):
        return tuple((p, p) for p in per_dim(op, "padding", padding, len(kernel)))
    if padding == "valid":
        return ((0, 0),) * len(kernel)
    if padding != "same":
        raise error("argument", op=op, argument="padding", expected="ints, 'same' or 'valid'", got=padding)
    if any(s != 1 for s in stride):
        raise error("same-stride", op=op, stride=stride)
    totals = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    return tuple((total // 2, total - total // 2) for total in totals)


def make_conv(dims: int) -> Any:
    """Make ``conv1d``, ``conv2d`` and ``conv3d``."""
    name = f"conv{dims}d"

    def conv(
        input: Any,
        weight: Any,
        bias: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Any:
        x = checked(name, dims, input, weight, bias, groups, 0)
        kernel = weight.shape[2:]
        steps, spread = per_dim(name, "stride", stride, dims, 1), per_dim(name, "dilation", dilation, dims, 1)
        how = Sliding(steps, paddings(name, padding, kernel, steps, spread), spread, groups)
        fitting(name, x.shape[2:], how.windows(x.shape[2:], kernel))
        return unbatched(convolution(x, weight, bias, how=how), input)

    return named(conv, name, CONV_DOC.format(dims=dims))


CONV_DOC = """Convolve: every output is the sum of a window of the input times the kernel, in {dims} spatial dimensions.

    Parameters
    ----------
    input : Tensor of shape (N, C, L₁, …) or (C, L₁, …)
        The images.
    weight : Tensor of shape (O, C / groups, K₁, …)
        The kernel.
    bias : Tensor of shape (O,), optional
        Added to every output of its channel.
    stride, dilation : int or tuple of int
        Steps between windows, and between the elements of a window.
    padding : int, tuple of int, {{"same", "valid"}}
        Zeros on either side; "same" adds as many as keep the size, "valid" none.
    groups : int
        Cut the channels into groups that are convolved one by one.

    Returns
    -------
    Tensor of shape (N, O, M₁, …) or without N, with M = ⌊(L + 2 padding − dilation · (K − 1) − 1) / stride⌋ + 1

    Raises
    ------
    ShapeError
        If shapes or groups do not fit together, or the kernel is larger than the padded input.
    DTypeError
        If the operands have different dtypes.
    ArgumentError
        If an argument is no int, has another number of them, or is too small.

    Notes
    -----
    y[n, o, i] = Σ_c Σ_k x[n, c, i · stride + k · dilation − padding] w[o, c, k] + b[o]: a cross-correlation, called
    convolution as everywhere in deep learning.  O(N · O · M · C / groups · K).
    """


def make_conv_transpose(dims: int) -> Any:
    """Make ``conv_transpose1d``, ``conv_transpose2d`` and ``conv_transpose3d``."""
    name = f"conv_transpose{dims}d"

    def conv_transpose(
        input: Any,
        weight: Any,
        bias: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: Any = 1,
    ) -> Any:
        y = checked(name, dims, input, weight, bias, groups, 1)
        kernel = weight.shape[2:]
        steps, spread = per_dim(name, "stride", stride, dims, 1), per_dim(name, "dilation", dilation, dims, 1)
        pads, more = per_dim(name, "padding", padding, dims), per_dim(name, "output_padding", output_padding, dims)
        if any(m >= max(s, d) for m, s, d in zip(more, steps, spread, strict=True)):
            raise error("output-padding", op=name, got=more, stride=steps, dilation=spread)
        size = tuple(
            (n - 1) * s - 2 * p + d * (k - 1) + m + 1
            for n, s, p, d, k, m in zip(y.shape[2:], steps, pads, spread, kernel, more, strict=True)
        )
        if any(n < 1 for n in (*size, *y.shape[2:])):
            raise error("conv-transpose-size", op=name, input=input.shape, size=size)
        # What output_padding adds at the end lies outside all windows but those that would not exist without it.
        how = Sliding(steps, tuple((p, p - m) for p, m in zip(pads, more, strict=True)), spread, groups)
        x = convolution_transpose(y, weight, size=size, how=how)
        return unbatched(x if bias is None else x + reshape_p(bias, shape=(-1, *(1,) * dims)), input)

    return named(conv_transpose, name, CONV_TRANSPOSE_DOC.format(dims=dims))


CONV_TRANSPOSE_DOC = """The transpose of ``conv{dims}d``, and so its pullback: every input times the kernel, added up.

    Parameters
    ----------
    input : Tensor of shape (N, C, L₁, …) or (C, L₁, …)
        What has the shape of a convolution's result.
    weight : Tensor of shape (C, O / groups, K₁, …)
        The kernel.
    bias : Tensor of shape (O,), optional
        Added to every output of its channel.
    stride, padding, dilation : int or tuple of int
        Those of the convolution that this is the transpose of.
    output_padding : int or tuple of int
        Length added at the end, for several lengths of an image give a convolution's result the same length.
    groups : int
        Cut the channels into groups.

    Returns
    -------
    Tensor of shape (N, O, M₁, …) or without N,
    with M = (L − 1) · stride − 2 padding + dilation · (K − 1) + output_padding + 1

    Raises
    ------
    ShapeError
        If shapes or groups do not fit together, or nothing is left of the output.
    DTypeError
        If the operands have different dtypes.
    ArgumentError
        If an argument is no int, has another number of them, or is too small; if output_padding is not smaller
        than stride or dilation.
    """

for n in (1, 2, 3):
    for function in (make_conv(n), make_conv_transpose(n)):
        publish(function.__name__, function, method=False)
        publish(function.__name__, function, space="nn.functional")


@published(space="nn.functional")
def conv_tbc(input: Any, weight: Any, bias: Any, pad: int = 0) -> Any:
    """Convolve sequences whose dimensions are time, batch and channels.

    Parameters
    ----------
    input : Tensor of shape (T, B, C)
        The sequences.
    weight : Tensor of shape (K, C, O)
        The kernel.
    bias : Tensor of shape (O,)
        Added to every output of its channel.
    pad : int
        How many zeros before and behind each sequence.

    Returns
    -------
    Tensor of shape (T + 2 pad − K + 1, B, O)

    Notes
    -----
    It is ``conv1d`` with the dimensions in another order.
    """
    for name, x in {"input": input, "weight": weight}.items():
        if x.ndim != 3:
            raise error("ndim", op=f"conv_tbc ({name})", expected=3, shape=x.shape)
    x, kernel = permute_p(input, dims=(1, 2, 0)), permute_p(weight, dims=(2, 1, 0))
    y = spaces["nn.functional"]["conv1d"](x, kernel, bias, padding=pad)
    return permute_p(y, dims=(2, 0, 1))
