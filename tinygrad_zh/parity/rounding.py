"""How rounding errors grow in each op: how many terms are added, and of what size they are.

``terms`` functions get the result and the operands, ``size`` functions `torch` as well; those for gradients get
the operand's position, and the cotangent `g`.  Where a formula subtracts nearly equal numbers, its errors are as
large as those numbers, not as what remains: that is what the sizes here say.

May import: nothing of this package.  Read next: ``table.py``.
"""

from __future__ import annotations

from typing import Any


def top(x: Any) -> float:
    """The greatest absolute value of all."""
    return float(x.abs().max()) if x.numel() else 0.0


def greatest(t: Any, x: Any, dims: Any) -> Any:
    """The greatest absolute value along dimensions, which keep length 1."""
    return t.amax(x.abs(), dim=dims, keepdim=True) if x.numel() and x.ndim else x.abs()


def count(y: Any, x: Any, **_: Any) -> int:
    """How many elements became one."""
    return max(1, x.numel() // max(1, y.numel()))


def count_back(_: int, y: Any, x: Any, **static: Any) -> int:
    """The same number: pullbacks of variance and its like contain a mean over the same elements."""
    return count(y, x, **static)


def along(y: Any, x: Any, dim: int, **_: Any) -> int:
    """The length of the dimension."""
    return max(1, x.shape[dim])


def along_back(_: int, y: Any, x: Any, dim: int, **__: Any) -> int:
    """The length of the dimension."""
    return max(1, x.shape[dim])


def matmul_terms(y: Any, a: Any, b: Any) -> int:
    """The inner dimension."""
    return max(1, a.shape[-1])


def matmul_terms_back(i: int, y: Any, a: Any, b: Any) -> int:
    """G Bᵀ adds over the columns of B, Aᵀ G over the rows of A; the sweep, over broadcast batches."""
    return max(1, (b.shape[-1], a.shape[-2])[i])


def linear_terms(y: Any, x: Any, weight: Any, bias: Any) -> int:
    """The inner dimension, and the bias."""
    return int(weight.shape[1]) + 1


def linear_terms_back(i: int, y: Any, x: Any, weight: Any, bias: Any) -> int:
    """For `x`, over the outputs; for weight and bias, over the rows."""
    return max(1, weight.shape[0] if i == 0 else y.numel() // max(1, weight.shape[0]))


def logsumexp_size(t: Any, y: Any, x: Any, dims: tuple[int, ...], keepdim: bool = False) -> Any:
    """``max + ln Σ e^(x − max)``: both summands count, even where they cancel."""
    return y.abs() + greatest(t, x, dims).reshape(y.shape) if dims else y.abs()


def var_size(t: Any, y: Any, x: Any, dims: tuple[int, ...], correction: float = 1, **_: Any) -> Any:
    """√(var · (var + mean²)): the condition of a variance (Chan, Golub and LeVeque 1983, eq. 2.2)."""
    mean = t.mean(x, dim=dims, keepdim=True).reshape(y.shape) if dims else x
    return t.sqrt(y * (y + mean * mean))


def var_size_back(
    t: Any, _: int, g: Any, y: Any, x: Any, dims: tuple[int, ...], correction: float = 1, **__: Any
) -> Any:
    """2/(n − c) · |g| · (|x| + |mean|), at its greatest."""
    n = count(y, x) - correction
    return t.full_like(x, 4 / n * top(g) * top(x) if n > 0 else 0)


def std_size(t: Any, y: Any, x: Any, dims: tuple[int, ...], correction: float = 1, **_: Any) -> Any:
    """√(var + mean²): the condition of a variance, halved by the root."""
    return t.sqrt(y * y + t.mean(x, dim=dims, keepdim=True).reshape(y.shape) ** 2) if dims else y


def std_size_back(
    t: Any, _: int, g: Any, y: Any, x: Any, dims: tuple[int, ...], correction: float = 1, **__: Any
) -> Any:
    """1/(n − c) · |g|/y · (|x| + |mean|), at its greatest."""
    n = count(y, x) - correction
    return t.full_like(x, 4 / n * top(t.where(y > 0, g / y, 0)) * top(x) if n > 0 else 0)


def softmax_size_back(t: Any, _: int, g: Any, y: Any, x: Any, dim: int) -> Any:
    """The size y ⊙ (|g| + Σ |g| ⊙ y)"""
    return y * (g.abs() + (g.abs() * y).sum(dim, keepdim=True))


def log_softmax_size_back(t: Any, _: int, g: Any, y: Any, x: Any, dim: int) -> Any:
    """(|g| + eʸ Σ |g|) ⊙ (1 + |y|): an error in y becomes |y| times as large in eʸ."""
    return (g.abs() + y.exp() * g.abs().sum(dim, keepdim=True)) * (1 + y.abs())


def cross_entropy_size(t: Any, y: Any, x: Any, target: Any, reduction: str, ignore_index: int) -> Any:
    """``lse − x``: both count, even where they cancel; of a sum, for every row."""
    rows = x.shape[0] if reduction == "sum" else 1
    return y.abs() + rows * (1 + top(x))


def cross_entropy_size_back(
    t: Any, _: int, g: Any, y: Any, x: Any, target: Any, reduction: str, ignore_index: int
) -> Any:
    """(softmax + onehot) ⊙ |g| ⊙ (1 + |x|), divided by the number of rows for a mean."""
    rows = max(1, int((target != ignore_index).sum())) if reduction == "mean" else 1
    return t.full_like(x, (1 + top(x)) * top(g) / rows)


def at_size_of_g(t: Any, _: int, g: Any, *__: Any, **___: Any) -> Any:
    """The pullback subtracts from 1 and multiplies by g: near 0 it is as exact as the 1 was."""
    return g.abs()


def sigma_size(t: Any, x: Any) -> Any:
    """σ(x) plus what vanishes: PyTorch's 1/(1 + e⁻ˣ) is 0 as soon as e⁻ˣ overflows, ours is still a tiny number."""
    limits = t.finfo(x.dtype)
    return t.sigmoid(x) + limits.tiny / limits.eps


def pow_size_back(t: Any, i: int, g: Any, y: Any, a: Any, b: Any) -> Any:
    """|g ⊙ ∂y| ⊙ (1 + |b ln a|): an error in the exponent becomes |b ln a| times as large in aᵇ."""
    logarithm = t.log(a.abs())
    slope = b * y / a if i == 0 else y * logarithm
    return (g * slope).abs() * (1 + (b * logarithm).abs())
