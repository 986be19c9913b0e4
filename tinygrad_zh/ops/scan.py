r"""Floor 2: running sums, products and extremes, and the product of elements: each result looks at all before it.

The pullback of a running sum is a running sum from the other end.  Of a product, xᵢ's factor is the product of all
others; dividing y by xᵢ would fail at 0, so it is put together from the products before and after xᵢ, and the
gradients of first and every higher order are exact with any number of zeros.

May import: floors 0–1, ``dims``, ``elementwise``, ``gather``, ``reduce``, ``shape``.  Read next: ``sort.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..aliases import Dims
from ..backend.dtypes import int64
from ..core.primitive import FLOAT, primitive
from .dims import many_dims, one_dim
from .elementwise import exp
from .gather import gather_p, lifted, shaped
from .publish import published
from .reduce import Picked, spread, summable
from .shape import clone, reshape_p


def part(x: Any, dim: int, start: int | None, stop: int | None) -> Any:
    """``x[:, …, start:stop]``: some slices along `dim`."""
    return x[(*(slice(None),) * dim, slice(start, stop))]


# -- running sums and products -------------------------------------------------------------------------


def scanned(xp: Any, scan: Callable[..., Any], x: Any, dim: int, reverse: bool) -> Any:
    """Scan along `dim` from the front, or from the end."""
    if reverse:
        return xp.flip(scan(xp.flip(x, dim), axis=dim, dtype=x.dtype), dim).copy()
    return scan(x, axis=dim, dtype=x.dtype)


@primitive(
    r"\sum_{j \le i} <x:4>_{j}",
    vjp_x=lambda g, dim, reverse: cumsum_p(g, dim=dim, reverse=not reverse),
    tex_rules={"x": r"\sum_{i \ge j} g_{i}"},
)
def cumsum_p(xp: Any, x: Any, *, dim: int, reverse: bool = False) -> Any:
    return scanned(xp, xp.cumsum, x, dim, reverse)


@primitive(
    r"\prod_{j \le i} <x:4>_{j}",
    vjp_x=lambda g, x, y, dim, reverse: cumprod_pullback(g, x, y, dim, reverse),
    tex_rules={"x": r"y_{j-1} \left(g_{j} + g_{j+1} x_{j+1} + g_{j+2} x_{j+1} x_{j+2} + \dots\right)"},
)
def cumprod_p(xp: Any, x: Any, *, dim: int, reverse: bool = False) -> Any:
    return scanned(xp, xp.cumprod, x, dim, reverse)


def cumprod_pullback(g: Any, x: Any, y: Any, dim: int, reverse: bool) -> Any:
    """The product before xⱼ, times gⱼ + xⱼ₊₁ (gⱼ₊₁ + xⱼ₊₂ (gⱼ₊₂ + …)): no division."""
    before = shifted(y, dim=dim, by=-1 if reverse else 1, fill=1)
    factors = part(x, dim, None, -1) if reverse else part(x, dim, 1, None)
    return before * recurrence(g, factors, dim=dim, reverse=not reverse)


@primitive(
    r"\operatorname{shift}(<x>)",
    vjp_x=lambda g, dim, by: shifted(g, dim=dim, by=-by, fill=0),
    tex_rules={"x": r"\operatorname{shift}^{-1}(g)"},
)
def shifted(xp: Any, x: Any, *, dim: int, by: int, fill: float) -> Any:
    """Shift by one place along `dim`, forward for ``by=1``, back for −1; the free place takes `fill`."""
    edge = xp.full_like(part(x, dim, 0, 1), fill)
    parts = [edge, part(x, dim, None, -1)] if by == 1 else [part(x, dim, 1, None), edge]
    return xp.concatenate(parts, axis=dim)


@primitive(
    r"h_{i} = <b:4>_{i} + <a:4>_{i-1} h_{i-1}",
    vjp=lambda g, a, y, dim, reverse: recurrence_pullback(g, a, y, dim, reverse),
    tex_rules={"b": r"\lambda_{i} = g_{i} + a_{i} \lambda_{i+1}", "a": r"\lambda_{i+1} y_{i}"},
)
def recurrence(xp: Any, b: Any, a: Any, *, dim: int, reverse: bool) -> Any:
    """Return the first-order linear recurrence hᵢ = bᵢ + aᵢ₋₁hᵢ₋₁ along `dim`, or hᵢ = bᵢ + aᵢhᵢ₊₁ from the end.

    `a` is one shorter than `b`: it stands between neighbours.  One step after the other, each for all other dims.
    """
    h = xp.array(xp.moveaxis(b, dim, 0), order="C")  # a copy, with every step in one piece of memory
    a = xp.ascontiguousarray(xp.moveaxis(a, dim, 0))
    for i in range(len(a) - 1, -1, -1) if reverse else range(len(a)):
        if reverse:
            h[i] += a[i] * h[i + 1]
        else:
            h[i + 1] += a[i] * h[i]
    return xp.moveaxis(h, 0, dim).copy()


def recurrence_pullback(g: Any, a: Any, y: Any, dim: int, reverse: bool) -> tuple[Any, Any]:
    """The recurrence of `g` from the other end; of the factors, that times the neighbour."""
    back = recurrence(g, a, dim=dim, reverse=not reverse)
    if reverse:
        return back, part(back, dim, None, -1) * part(y, dim, 1, None)
    return back, part(back, dim, 1, None) * part(y, dim, None, -1)


@primitive(
    r"\prod <x:2>",
    vjp_x=lambda g, x, x_shape, dim: spread(g, x_shape, (dim,)) * products_of_others(x, dim),
    tex_rules={"x": r"g \prod_{k \ne j} x_{k}"},
)
def prod_p(xp: Any, x: Any, *, dim: int, keepdim: bool) -> Any:
    return xp.prod(x, axis=dim, keepdims=keepdim, dtype=x.dtype)


def products_of_others(x: Any, dim: int) -> Any:
    """For every element the product of the others: of those before it times those after it."""
    before = shifted(cumprod_p(x, dim=dim, reverse=False), dim=dim, by=1, fill=1)
    return before * shifted(cumprod_p(x, dim=dim, reverse=True), dim=dim, by=-1, fill=1)


@published()
def prod(
    input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None, axis: Dims = None, keepdims: bool = False
) -> Any:
    """Multiply the elements along `dim`, or all of them; integers and bools give int64.

    Parameters
    ----------
    input : Tensor of shape (...)
        What to multiply.
    dim : int or tuple of int, optional
        Which dimensions disappear; all by default.
    keepdim : bool
        Keep them with length 1.
    dtype : dtype, optional
        Convert to this dtype first.

    Notes
    -----
    ∂y/∂xᵢ is the product of the other elements, also where some of them, or xᵢ, are 0.
    """
    x, keep = summable(input, dtype), keepdim or keepdims
    dims = many_dims("prod", dim, x.ndim, axis)
    if len(dims) == x.ndim and x.ndim != 1:  # one long row
        result = prod_p(reshape_p(x, shape=(-1,)), dim=0, keepdim=False)
        return reshape_p(result, shape=(1,) * x.ndim) if keep and x.ndim else result
    for d in reversed(dims):
        x = prod_p(x, dim=d, keepdim=keep)
    return x


# -- public scans --------------------------------------------------------------------------------------


def scan(op: Any, input: Any, dim: Any, axis: Any, **static: Any) -> Any:
    """Sort out the dimension; of a single number every running value is that number."""
    place = one_dim(op.name, dim, input.ndim, axis)
    return op(input, dim=place, **static) if input.ndim else clone(input)


@published(inplace=True)
def cumsum(input: Any, dim: Any = None, *, dtype: Any = None, axis: Any = None) -> Any:
    """Return the running sum along `dim`: yᵢ = x₀ + … + xᵢ; integers and bools sum to int64.

    Parameters
    ----------
    input : Tensor of shape (...)
        The summands.
    dim : int
        Along which dimension.
    dtype : dtype, optional
        Convert to this dtype first.
    """
    return scan(cumsum_p, summable(input, dtype), dim, axis)


@published(inplace=True)
def cumprod(input: Any, dim: Any = None, *, dtype: Any = None, axis: Any = None) -> Any:
    """Return the running product along `dim`: yᵢ = x₀ · … · xᵢ; its parameters are those of `cumsum`."""
    return scan(cumprod_p, summable(input, dtype), dim, axis)


def running(xp: Any, best: Any, x: Any, dim: int) -> Any:
    """Return the best so far, by ``maximum`` or ``minimum``."""
    try:
        return best.accumulate(x, axis=dim)
    except (AttributeError, NotImplementedError):  # CuPy's functions cannot
        return combined(xp, best, x, dim)


def combined(xp: Any, combine: Callable[..., Any], x: Any, dim: int) -> Any:
    """Combine every element with all before it, in log₂ n passes, each reaching back twice as far.

    Hillis and Steele (1986), "Data Parallel Algorithms"; `combine` has to be associative.
    """
    y, step = x.copy(), 1
    while step < x.shape[dim]:
        later = combine(part(y, dim, step, None), part(y, dim, None, -step))
        y = xp.concatenate([part(y, dim, None, step), later], axis=dim)
        step *= 2
    return y


@primitive(
    r"\ln \sum_{j \le i} e^{<x>_{j}}",
    promote=FLOAT,
    vjp_x=lambda g, x, y, dim: logcumsumexp_pullback(g, x, y, dim),
    tex_rules={"x": r"\sum_{i \ge j} g_{i}\, e^{x_{j} - y_{i}}"},
)
def logcumsumexp_p(xp: Any, x: Any, *, dim: int) -> Any:
    return combined(xp, xp.logaddexp, x, dim)


def logcumsumexp_pullback(g: Any, x: Any, y: Any, dim: int) -> Any:
    """Σ_{i≥j} gᵢ e^(xⱼ−yᵢ) by a recurrence from the end; as y grows, none of the powers exceeds 1."""
    decay = exp(part(y, dim, None, -1) - part(y, dim, 1, None))
    return exp(x - y) * recurrence(g, decay, dim=dim, reverse=True)


@published()
def logcumsumexp(input: Any, dim: Any = None, *, axis: Any = None) -> Any:
    """Return the logarithm of the running sum of eˣ along `dim`, without overflow; see `logsumexp`."""
    return scan(logcumsumexp_p, input, dim, axis)


def last_records(xp: Any, best: Callable[..., Any], x: Any, dim: int) -> Any:
    """Return where the best so far stands: the last of equals, and the last NaN once there was one."""
    steps = xp.arange(x.shape[dim]).reshape(-1, *(1,) * (x.ndim - dim - 1))
    record = (x == running(xp, best, x, dim)) | (x != x)
    return running(xp, xp.maximum, xp.where(record, steps, 0), dim).astype(int64)


@primitive(r"\arg\max_{j \le i} <x:4>_{j}")
def argcummax(xp: Any, x: Any, *, dim: int) -> Any:
    return last_records(xp, xp.maximum, x, dim)


@primitive(r"\arg\min_{j \le i} <x:4>_{j}")
def argcummin(xp: Any, x: Any, *, dim: int) -> Any:
    return last_records(xp, xp.minimum, x, dim)


def picked_along(op: str, find: Any, input: Any, dim: Any, axis: Any = None) -> Picked:
    """Return the elements along `dim` that `find` points to, and where they stand."""
    place, x = one_dim(op, dim, input.ndim, axis), lifted(input)
    indices = find(x, dim=place)
    return Picked(shaped(gather_p(x, indices, dim=place), input.shape), shaped(indices, input.shape))


@published()
def cummax(input: Any, dim: Any = None, *, axis: Any = None) -> Any:
    """Return the running maximum along `dim` and where it stands, the last of equals; from a NaN on, NaN.

    Returns
    -------
    values : Tensor of the shape of `input`
    indices : Tensor of int64 of the same shape
    """
    return picked_along("cummax", argcummax, input, dim, axis)


@published()
def cummin(input: Any, dim: Any = None, *, axis: Any = None) -> Any:
    """Return the running minimum along `dim` and where it stands; see `cummax`."""
    return picked_along("cummin", argcummin, input, dim, axis)
