"""Twins of scans, order, quantiles, counting and norms; see ``table.py``.

May import: ``twin``, ``expressions``, ``rounding``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import expressions as ex
from . import rounding as by
from .twin import Twin, moves


def scan(name: str) -> Callable[..., Any]:
    """A running sum or product, perhaps from the end."""

    def call(t: Any, x: Any, dim: int, reverse: bool = False) -> Any:
        return getattr(t, name)(x.flip(dim), dim).flip(dim) if reverse else getattr(t, name)(x, dim)

    return call


def shifted(t: Any, x: Any, dim: int, by: int, fill: float) -> Any:
    """One place on; the free place takes a number."""
    edge = t.full_like(x.narrow(dim, 0, min(1, x.shape[dim])), fill)
    rest = x.narrow(dim, 0 if by == 1 else min(1, x.shape[dim]), max(x.shape[dim] - 1, 0))
    return t.cat([edge, rest] if by == 1 else [rest, edge], dim)


def recurrence(t: Any, b: Any, a: Any, dim: int, reverse: bool) -> Any:
    """``hᵢ = bᵢ + aᵢ₋₁hᵢ₋₁``, or from the end; `a` stands between neighbours."""
    if not b.shape[dim]:
        return b + a.sum()  # so that `a` has a gradient
    b, a = (x.flip(dim).unbind(dim) if reverse else x.unbind(dim) for x in (b, a))
    h = list(b[:1])
    for term, factor in zip(b[1:], a, strict=True):
        h.append(term + factor * h[-1])
    y = t.stack(h, dim)
    return y.flip(dim) if reverse else y


def of_absolute_values(call: Callable[..., Any]) -> Callable[..., Any]:
    """The size of a value whose terms cancel: that of the same op on absolute values."""
    return lambda t, y, *operands, **static: call(t, *(x.abs() for x in operands), **static)


def pulled_from_absolute_values(call: Callable[..., Any]) -> Callable[..., Any]:
    """The same for the gradient of operand i."""

    def size(t: Any, i: int, g: Any, y: Any, *operands: Any, **static: Any) -> Any:
        with t.enable_grad():
            xs = [x.detach().abs().requires_grad_() for x in operands]
            return t.autograd.grad(call(t, *xs, **static), xs[i], g.detach().abs())[0]

    return size


def length(i: int, y: Any, *_: Any, dim: int, **__: Any) -> int:
    """The length of the dimension, twice: of both recurrences."""
    return 2 * max(1, y.shape[dim])


def argmedian(t: Any, x: Any, dim: int, ignore_nan: bool) -> Any:
    """In stable order the lower one in the middle; the first NaN."""
    order, nans = t.argsort(x, dim=dim, stable=True), t.isnan(x).sum(dim, keepdim=True)
    count = x.shape[dim] - nans
    place = (count - 1).clamp(min=0) // 2
    return order.gather(dim, place if ignore_nan else t.where(nans > 0, count, place))


def argtopk(t: Any, x: Any, dim: int, k: int, largest: bool) -> Any:
    """The first of the stable order; of equals PyTorch's own ``topk`` takes any."""
    return t.argsort(x, dim=dim, descending=largest, stable=True).narrow(dim, 0, k)


def argmode(t: Any, x: Any, dim: int) -> Any:
    """The last occurrence of the most frequent value."""
    steps = t.arange(x.shape[dim]).reshape(-1, *(1,) * (x.ndim - dim - 1))
    return t.where(x == t.mode(x, dim, keepdim=True).values, steps, -1).amax(dim, keepdim=True)


def bins_of(t: Any, x: Any, low: float, high: float, bins: int) -> Any:
    """The bin of equal width of each element; `bins` outside."""
    inside = (x >= low) & (x <= high)
    place = (t.where(inside, x - low, 0) * bins / (high - low)).long().clamp(max=bins - 1)
    return t.where(inside, place, bins)


def groups(t: Any, x: Any, consecutive: bool) -> Any:
    """The first of each group, the group of each row, their sizes."""
    find = t.unique_consecutive if consecutive else t.unique
    _, inverse, sizes = find(x, return_inverse=True, return_counts=True, dim=0)
    steps = t.arange(len(x))
    return t.full((len(sizes),), len(x)).scatter_reduce(0, inverse, steps, "amin"), inverse, sizes


def prod(t: Any, x: Any, dim: int, keepdim: bool) -> Any:
    """The product of the elements."""
    return t.prod(x, dim, keepdim=keepdim)


TWINS: dict[str, Twin] = {
    "cumsum": Twin(scan("cumsum"), terms=by.along, terms_back=length, linear=True),
    "cumprod": Twin(
        scan("cumprod"),
        terms=by.along,
        terms_back=length,
        size_back=pulled_from_absolute_values(scan("cumprod")),
    ),
    "prod": Twin(prod, terms=by.count, terms_back=by.count_back),
    "shifted": moves(shifted),
    "recurrence": Twin(
        recurrence,
        terms=lambda y, *_, dim, reverse: max(1, y.shape[dim]),
        terms_back=length,
        size=of_absolute_values(recurrence),
        size_back=pulled_from_absolute_values(recurrence),
    ),
    "logcumsumexp": Twin(
        lambda t, x, dim: t.logcumsumexp(x, dim),
        terms=by.along,
        terms_back=length,
        size=lambda t, y, x, dim: y.abs() + by.greatest(t, x, dim),
        size_back=lambda t, i, g, y, x, dim: t.full_like(x, by.top(g) * (1 + by.top(x) + by.top(y))),
    ),
    "argcummax": Twin(lambda t, x, dim: t.cummax(x, dim).indices),
    "argcummin": Twin(lambda t, x, dim: t.cummin(x, dim).indices),
    "argsort": Twin(lambda t, x, dim, descending: t.argsort(x, dim=dim, descending=descending, stable=True)),
    "argtopk": Twin(argtopk),
    "argmedian": Twin(argmedian),
    "argmode": Twin(argmode),
    "median": Twin(lambda t, x, ignore_nan: t.nanmedian(x) if ignore_nan else t.median(x)),
    "vector_norm": Twin(
        lambda t, x, ord, dims, keepdim=False: ex.over("norm")(t, x, dims, keepdim, p=ord),
        terms=by.count,
        terms_back=by.count_back,
    ),
    "searchsorted": Twin(lambda t, a, v, right: t.searchsorted(a, v, right=right)),
    "groups": Twin(groups),
    "bins_of": Twin(bins_of),
    "even_edges": Twin(
        lambda t, x, low, high, bins: t.linspace(low, high, bins + 1, dtype=x.dtype),
        size=lambda t, y, x, low, high, bins: t.full_like(y, abs(low) + abs(high)),
    ),
}
