"""PyTorch's expressions for primitives that are no single function there.

The first argument is the module `torch`, as a kernel's first is the array module.

May import: nothing of this package.  Read next: ``rounding.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any


def over(name: str) -> Callable[..., Any]:
    """A reduction; PyTorch takes ``dim=()`` for all dimensions, here it means none."""

    def call(t: Any, x: Any, dims: tuple[int, ...], keepdim: bool = False, **options: Any) -> Any:
        if dims:
            return getattr(t, name)(x, dim=dims, keepdim=keepdim, **options)
        single = getattr(t, name)(x.unsqueeze(-1), dim=(-1,), keepdim=False, **options)
        return single.reshape(x.shape)

    return call


def enough(x: Any, dims: tuple[int, ...], correction: float) -> bool:
    """Whether there are enough elements for a variance; with too few PyTorch's own warns."""
    return bool(x.numel()) and math.prod(x.shape[d] for d in dims) > correction


def var(t: Any, x: Any, dims: tuple[int, ...], keepdim: bool = False, correction: float = 1) -> Any:
    """The variance; of too few elements, what PyTorch's own gives besides its warning."""
    if enough(x, dims, correction):
        return over("var")(t, x, dims, keepdim, correction=correction)
    squares = (x - over("mean")(t, x, dims, True)) ** 2
    return over("sum")(t, squares, dims, keepdim) / t.zeros((), dtype=x.dtype)


def std(t: Any, x: Any, dims: tuple[int, ...], keepdim: bool = False, correction: float = 1) -> Any:
    """The standard deviation; see `var`."""
    if enough(x, dims, correction):
        return over("std")(t, x, dims, keepdim, correction=correction)
    return t.sqrt(var(t, x, dims, keepdim, correction))


def truth_over(name: str) -> Callable[..., Any]:
    """``all`` and ``any`` along several dimensions."""

    def call(t: Any, x: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
        return getattr(t, name)(x.bool(), dim=dims, keepdim=keepdim) if dims else x.bool()

    return call


def position(name: str) -> Callable[..., Any]:
    """``argmax`` and ``argmin``."""
    return lambda t, x, dim, keepdim: getattr(t, name)(x, dim=dim, keepdim=keepdim)


def cross_entropy(t: Any, x: Any, target: Any, reduction: str, ignore_index: int) -> Any:
    """The fused loss; the target needs int64."""
    return t.nn.functional.cross_entropy(x, target.long(), reduction=reduction, ignore_index=ignore_index)


def mse(t: Any, a: Any, b: Any, scale: float) -> Any:
    """``scale`` is 1/n for the mean, 1 for the sum."""
    return t.nn.functional.mse_loss(a, b, reduction="sum") * scale


def class_rows(t: Any, x: Any, target: Any, ignore_index: int) -> Any:
    """One-hot rows, of zeros where a target is ignored."""
    valid = target != ignore_index
    rows = t.nn.functional.one_hot(t.where(valid, target, 0).long(), x.shape[1])
    return (rows * valid[:, None]).to(x.dtype)


def rows_of(index: Any, dims: tuple[int, ...]) -> tuple[Any, ...]:
    """What goes between PyTorch's brackets: `index` has one row of positions for each of `dims`."""
    rows = iter((index,) if len(dims) == 1 else index)
    return tuple(next(rows).long() if d in dims else slice(None) for d in range(dims[-1] + 1))


def add_at(t: Any, x: Any, index: Any, shape: tuple[int, ...], dims: tuple[int, ...]) -> Any:
    """The transpose of taking: what PyTorch's own pullback of ``z[index]`` makes of `x`."""
    if not x.is_floating_point():
        return add_at(t, x.double(), index, shape, dims).to(x.dtype)
    with t.enable_grad():
        z = t.zeros(shape, dtype=x.dtype, requires_grad=True)
        return t.autograd.grad(z[rows_of(index, dims)], z, x, create_graph=x.requires_grad)[0]


def mask_positions(t: Any, x: Any) -> Any:
    """Where a mask is true: a row for each of its dimensions, or with a single one that row itself."""
    rows = t.nonzero(x, as_tuple=True)
    return rows[0] if len(rows) == 1 else t.stack(rows)


def put(t: Any, x: Any, v: Any, index: Any, dims: tuple[int, ...]) -> Any:
    """``x[index] = v`` on a copy."""
    y = x.clone()
    y[rows_of(index, dims)] = v
    return y


def place(t: Any, x: Any, shape: tuple[int, ...], index: Any) -> Any:
    """Zeros with `x` where a basic index points."""
    y = t.zeros(shape, dtype=x.dtype)
    y[(*index, ...)] = x
    return y


def place_diagonal(t: Any, x: Any, shape: tuple[int, ...], offset: int, dim1: int, dim2: int) -> Any:
    """Zeros with `x` on the diagonal."""
    return t.diagonal_scatter(t.zeros(shape, dtype=x.dtype), x, offset, dim1, dim2)


def sum_to(t: Any, x: Any, shape: tuple[int, ...]) -> Any:
    """The transpose of broadcasting."""
    return x.sum_to_size(shape) if shape or x.ndim else x
