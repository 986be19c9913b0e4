"""Twins of convolution, pooling and interpolation.

May import: ``twin``.
"""

from __future__ import annotations

import math
from typing import Any

from .twin import Twin, at_most_all, moves


def convolution(t: Any, x: Any, weight: Any, bias: Any, how: Any) -> Any:
    """Padding may differ on both sides, which PyTorch's convolution does not know; so it is done first."""
    return conv(t, spaced(t, x, how), weight, bias, how)


def conv(t: Any, x: Any, weight: Any, bias: Any, how: Any) -> Any:
    """PyTorch's convolution without padding."""
    call = getattr(t.nn.functional, f"conv{x.ndim - 2}d")
    return call(x, weight, bias, stride=how.stride, dilation=how.dilation, groups=how.groups)


def spaced(t: Any, x: Any, how: Any) -> Any:
    """The image with zeros around it."""
    return t.nn.functional.pad(x, [n for pair in reversed(how.padding) for n in pair])


def convolution_transpose(t: Any, z: Any, weight: Any, size: Any, how: Any) -> Any:
    """The gradient of ⟨z, x ∗ w⟩ in x, whatever x is."""
    x = t.zeros(z.shape[0], weight.shape[1] * how.groups, *size, dtype=z.dtype, requires_grad=True)
    if not z.numel():  # PyTorch forgets its operands here
        return x.detach() + 0 * (z.sum() + weight.sum())
    with t.enable_grad():
        y = convolution(t, x, weight, None, how)
    return t.autograd.grad(y, x, z, create_graph=True)[0]


def convolution_weight(t: Any, x: Any, z: Any, kernel: Any, how: Any) -> Any:
    """The gradient of ⟨z, x ∗ w⟩ in w, whatever w is."""
    weight = t.zeros(z.shape[1], x.shape[1] // how.groups, *kernel, dtype=x.dtype, requires_grad=True)
    if not z.numel():
        return weight.detach() + 0 * (x.sum() + z.sum())
    with t.enable_grad():
        y = convolution(t, x, weight, None, how)
    return t.autograd.grad(y, weight, z, create_graph=True)[0]


def every(y: Any, *operands: Any, **_: Any) -> int:
    """So many products at most make up one element."""
    return max(1, *(x.numel() for x in operands if x is not None))


def every_back(i: int, y: Any, *operands: Any, **_: Any) -> int:
    """The same for a gradient."""
    return max(1, y.numel(), every(y, *operands))


def windows_view(t: Any, x: Any, windows: Any) -> Any:
    """All windows, as (N, C, *count, *kernel)."""
    ends = [max(0, e - b - n) for e, b, n in zip(windows.extent(), windows.before, x.shape[2:], strict=True)]
    pads = [n for pair in reversed(list(zip(windows.before, ends, strict=True))) for n in pair]
    x = t.nn.functional.pad(x, pads)
    for d, (m, k, s, r) in enumerate(
        zip(windows.counts, windows.kernel, windows.stride, windows.dilation, strict=True), start=2
    ):
        x = x.unfold(d, (k - 1) * r + 1, s)[..., ::r].narrow(d, 0, m)
    return x


def unfold(t: Any, x: Any, windows: Any) -> Any:
    """Every window as a column."""
    dims = len(windows.kernel)
    order = (0, 1, *range(2 + dims, 2 + 2 * dims), *range(2, 2 + dims))
    columns = x.shape[1] * math.prod(windows.kernel)
    return windows_view(t, x, windows).permute(order).reshape(x.shape[0], columns, math.prod(windows.counts))


def transpose(t: Any, forward: Any, x: Any, shape: Any) -> Any:
    """The transpose of a linear function, applied to x."""
    z = t.zeros(shape, dtype=x.dtype, requires_grad=True)
    with t.enable_grad():
        y = forward(z)
    return t.autograd.grad(y, z, x, create_graph=True)[0]


def window_sum(t: Any, x: Any, windows: Any) -> Any:
    """The sum of every window."""
    return windows_view(t, x, windows).sum(tuple(range(-len(windows.kernel), 0)))


def positions(t: Any, x: Any, windows: Any) -> Any:
    """Where the maxima stand; padding and what lies beyond it cannot win."""
    place = t.arange(math.prod(x.shape[2:]), dtype=t.float64).reshape(1, 1, *x.shape[2:])
    inside = windows_view(t, t.ones_like(place), windows).flatten(-len(windows.kernel))
    where = windows_view(t, place, windows).flatten(-len(windows.kernel))
    values = windows_view(t, x.double(), windows).flatten(-len(windows.kernel))
    best = t.where(inside.bool(), values, -math.inf).argmax(-1, keepdim=True)
    return where.expand(values.shape).gather(-1, best)[..., 0].long()


def max_pool(t: Any, x: Any, windows: Any) -> Any:
    """The elements at these positions."""
    index = positions(t, x, windows)
    return x.flatten(2).gather(2, index.flatten(2)).reshape(index.shape)


def max_positions(t: Any, x: Any, *rows: Any) -> Any:
    """The positions of the maxima of windows whose coordinates are given."""
    place = t.zeros((), dtype=t.long)
    dims, size = len(rows), x.shape[2:]
    for d, row in enumerate(rows):
        row = row.long()
        shape = [*row.shape[:2], *([1] * dims), *([1] * dims)]
        shape[2 + d], shape[2 + dims + d] = row.shape[2], row.shape[3]
        place = place * size[d] + row.reshape(shape)
    place = place.flatten(2 + dims).expand(*x.shape[:2], *place.shape[2 : 2 + dims], -1)
    values = x.flatten(2).gather(2, place.flatten(2)).reshape(place.shape)
    return place.gather(-1, values.argmax(-1, keepdim=True))[..., 0]


def resample(t: Any, x: Any, dim: int, table: Any) -> Any:
    """A product with the table as a matrix."""
    matrix = t.zeros(len(table.sources), x.shape[dim], dtype=x.dtype)
    for i, row in enumerate(table.sources):
        for k, j in enumerate(row):
            matrix[i, j] += 1 if table.weights is None else table.weights[i][k]
    return t.movedim(t.movedim(x, dim, -1) @ matrix.mT, -1, dim)


def reflected(t: Any, x: Any, low: float, span: float) -> Any:
    """A zigzag between two mirrors."""
    if not span:
        return x * 0
    rest = t.remainder(x - low, 2 * span)
    return t.where(rest < span, rest, 2 * span - rest) + low


def clipped(t: Any, x: Any, high: float) -> Any:
    """Clamping, with slope 0 on the borders as well."""
    return t.where((x > 0) & (x < high), x, x.detach().clamp(0, high))


TWINS: dict[str, Twin] = {
    "convolution": Twin(convolution, terms=every, terms_back=every_back, linear=True),
    "convolution_transpose": Twin(convolution_transpose, terms=every, terms_back=every_back, linear=True),
    "convolution_weight": Twin(convolution_weight, terms=every, terms_back=every_back, linear=True),
    "im2col": moves(unfold, at_most_all),
    "col2im": Twin(
        lambda t, x, size, windows: transpose(
            t, lambda z: unfold(t, z, windows), x, (x.shape[0], x.shape[1] // math.prod(windows.kernel), *size)
        ),
        terms=every,
        linear=True,
    ),
    "window_sum": Twin(window_sum, terms=every, terms_back=every_back, linear=True),
    "window_spread": Twin(
        lambda t, x, size, windows: transpose(t, lambda z: window_sum(t, z, windows), x, (*x.shape[:2], *size)),
        terms=every,
        terms_back=every_back,
        linear=True,
    ),
    "max_pool": moves(max_pool, at_most_all),
    "max_pool_positions": Twin(positions),
    "max_positions": Twin(max_positions),
    "resample": Twin(resample, terms=every, terms_back=every_back, linear=True),
    "clipped": Twin(clipped),
    "reflected": Twin(reflected, size=lambda t, y, x, low, span: y.abs() + x.abs() + abs(low) + span),
    "flips": Twin(lambda t, x, span: t.floor(x.abs() / span) % 2 == 1),
    "unit_weight": Twin(lambda t, x: t.ones_like(x) + 0 * x),
}
