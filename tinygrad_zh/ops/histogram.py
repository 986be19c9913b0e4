r"""Floor 2: counting: ``bincount``, ``histc``, ``histogram``, ``histogramdd``.

May import: floors 0–1, ``create``, ``elementwise``, ``indexing``, ``parts``, ``reduce``, ``search``, ``shape``.
Read next: ``difference.py``.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ..backend.dtypes import float32, float64, int64
from ..core.primitive import primitive
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import error
from .create import ones_like, zeros
from .elementwise import where_p
from .indexing import add_at
from .parts import integer
from .publish import published
from .reduce import sum
from .search import search
from .shape import reshape_p


@published()
def bincount(input: Any, weights: Any = None, minlength: int = 0) -> Any:
    """Return how often each of the numbers 0, 1, … occurs, or the sum of the weights of its occurrences.

    Parameters
    ----------
    input : Tensor of int of shape (N,)
        Numbers from 0 on.
    weights : Tensor of shape (N,), optional
        What each of them counts; without it, 1.
    minlength : int
        The least length of the result.

    Returns
    -------
    Tensor of shape (max + 1,), or longer
        int64; with weights float32 if they are, else float64.

    Notes
    -----
    y[k] = Σ_{i: x[i] = k} w[i].  It is linear in the weights, and they get their gradient (in PyTorch they do not).
    """
    least = integer("bincount", "minlength", minlength)
    if least < 0:
        raise error("argument", op="bincount", argument="minlength", expected="an int ≥ 0", got=minlength)
    if input.ndim != 1 or input.dtype.kind not in "iu" or (input.array < 0).any():
        raise error("bincount-input", shape=input.shape, dtype=input.dtype)
    if weights is not None and (not isinstance(weights, Tensor) or weights.shape != input.shape):
        got = getattr(weights, "shape", type(weights).__name__)
        raise error("weights-shape", op="bincount", got=got, expected=input.shape)
    length = max(least, int(input.array.max()) + 1 if input.array.size else 0)
    if weights is None or not input.array.size:
        weights = ones_like(input, dtype=int64)
    elif weights.dtype != float32:
        weights = registry["cast"](weights, dtype=float64)
    return add_at(weights, input, shape=(length,), dims=(0,))


# -- bins of equal or given widths ---------------------------------------------------------------------


def limits_of(op: str, input: Any, low: float, high: float) -> tuple[float, float]:
    """Return the limits of the bins: those given, or those of the elements; never equal."""
    if low == high and input.array.size:
        low, high = float(input.array.min()), float(input.array.max())
    if not (math.isfinite(low) and math.isfinite(high)) or low > high:
        raise error("histogram-range", op=op, low=low, high=high)
    return low, high


@primitive(r"\operatorname{bin}(<x>)")
def bins_of(xp: Any, x: Any, *, low: float, high: float, bins: int) -> Any:
    """Return in which of the bins of equal width every element falls; `bins` for those outside, and for NaN."""
    inside = (x >= low) & (x <= high)
    place = xp.where(inside, (x - x.dtype.type(low)) * bins / x.dtype.type(high - low), 0).astype(int64)
    return xp.where(inside, xp.minimum(place, bins - 1), bins)  # the last bin is closed on both sides


def positive_bins(op: str, bins: Any) -> int:
    """Return the number of bins."""
    count = integer(op, "bins", bins)
    if count < 1:
        raise error("argument", op=op, argument="bins", expected="an int ≥ 1", got=bins)
    return count


def number(op: str, argument: str, value: Any) -> float:
    """Return a number, also of a 0-d tensor."""
    if isinstance(value, Tensor) and not value.ndim:
        value = value.item()
    if not isinstance(value, (int, float)):
        raise error("argument", op=op, argument=argument, expected="a number", got=value)
    return float(value)


@published()
def histc(input: Any, bins: int = 100, min: Any = 0, max: Any = 0) -> Any:
    """Count the elements in bins of equal width from `min` to `max`; those outside are left out.

    Parameters
    ----------
    input : Tensor of shape (...), floating
        The elements.
    bins : int
        How many.
    min, max : number
        The limits; if they are equal, the least and the greatest element.

    Returns
    -------
    Tensor of the dtype of `input` of shape (bins,)
    """
    count = positive_bins("histc", bins)
    if input.dtype.kind != "f":
        raise error("dtype-not-floating", op="histc", dtype=input.dtype)
    low, high = limits_of("histc", input, number("histc", "min", min), number("histc", "max", max))
    if low == high:
        low, high = low - 1, high + 1
    places = bins_of(reshape_p(input.detach(), shape=(-1,)), low=low, high=high, bins=count)
    return add_at(ones_like(places, dtype=input.dtype), places, shape=(count + 1,), dims=(0,))[:count].clone()


class Histogram(NamedTuple):
    """The result of ``histogram``, and of ``histogramdd`` with a tuple of edges."""

    hist: Any
    bin_edges: Any


@published()
def histogram(input: Any, bins: Any, *, range: Any = None, weight: Any = None, density: bool = False) -> Any:
    """Count the elements in bins, or add up their weights.

    Parameters
    ----------
    input : Tensor of shape (...), float32 or float64
        The elements.
    bins : int or Tensor of shape (B + 1,) of the dtype of `input`
        B bins of equal width, or their edges in order.  A bin contains its left edge, the last one both.
    range : (float, float), optional
        The limits of bins of equal width; without it, the least and the greatest element.
    weight : Tensor of the shape and dtype of `input`, optional
        What each element counts.
    density : bool
        Divide, so that the histogram is a density, whose integral is 1.

    Returns
    -------
    hist : Tensor of shape (B,)
    bin_edges : Tensor of shape (B + 1,)

    Notes
    -----
    It is linear in the weights, and they get their gradient; `input` has none.
    """
    if input.dtype not in (float32, float64):
        raise error("dtype-unsupported", op="histogram", dtypes=input.dtype)
    if weight is not None and (weight.shape, weight.dtype) != (input.shape, input.dtype):
        got, expected = f"{weight.shape} {weight.dtype}", f"{input.shape} {input.dtype}"
        raise error("weights-shape", op="histogram", got=got, expected=expected)
    x = reshape_p(input.detach(), shape=(-1,))
    edges = edges_of("histogram", x, bins, range)
    count = edges.shape[0] - 1
    places = places_between(edges, x)
    each = ones_like(x) if weight is None else reshape_p(weight, shape=(-1,))
    hist = add_at(each, places, shape=(count + 1,), dims=(0,))[:count].clone()
    return Histogram(hist / sum(hist) / (edges[1:] - edges[:-1]) if density else hist, edges)


@published(method=False)
def histogramdd(input: Any, bins: Any, *, range: Any = None, weight: Any = None, density: bool = False) -> Any:
    """Count points of N coordinates in N-dimensional bins, or add up their weights.

    Parameters
    ----------
    input : Tensor of shape (..., N), float32 or float64
        The points.
    bins : int, sequence of N ints, or sequence of N Tensors
        How many bins of equal width along each coordinate, or their edges in order.  A bin contains its left edge,
        the last one both.
    range : sequence of 2 N numbers, optional
        The limits of bins of equal width, two for each coordinate; without it, the least and the greatest.
    weight : Tensor of the shape of `input` without its last dimension, of its dtype, optional
        What each point counts.
    density : bool
        Divide, so that the histogram is a density, whose integral is 1.

    Returns
    -------
    hist : Tensor of N dimensions
    bin_edges : tuple of N Tensors

    Notes
    -----
    It is linear in the weights, and they get their gradient; `input` has none.
    """
    if input.dtype not in (float32, float64):
        raise error("dtype-unsupported", op="histogramdd", dtypes=input.dtype)
    if input.ndim < 2:
        raise error("ndim", op="histogramdd", expected="2 or more", shape=input.shape)
    if weight is not None and (weight.shape, weight.dtype) != (input.shape[:-1], input.dtype):
        got, expected = f"{weight.shape} {weight.dtype}", f"{input.shape[:-1]} {input.dtype}"
        raise error("weights-shape", op="histogramdd", got=got, expected=expected)
    n, points = input.shape[-1], math.prod(input.shape[:-1])
    listed = list(bins) if isinstance(bins, (tuple, list)) else [integer("histogramdd", "bins", bins)] * n
    if len(listed) != n or len({isinstance(each, Tensor) for each in listed}) > 1:
        raise error("argument", op="histogramdd", argument="bins", expected=f"{n} ints, or {n} Tensors", got=bins)
    if range is not None and len(range) != 2 * n:
        raise error("argument", op="histogramdd", argument="range", expected=f"{2 * n} numbers", got=range)
    limits = [None] * n if range is None else [range[2 * d : 2 * d + 2] for d, _ in enumerate(listed)]
    x = reshape_p(input.detach(), shape=(points, n))
    edges = tuple(edges_of("histogramdd", x[:, d], each, limits[d]) for d, each in enumerate(listed))
    shape = tuple(e.shape[0] - 1 for e in edges)
    total = math.prod(shape)
    place: Any = zeros(points, dtype=int64, device=input.device)
    outside: Any = place != 0
    for d, count in enumerate(shape):
        along = places_between(edges[d], x[:, d])
        place, outside = place * count + along, outside | (along == count)
    each = ones_like(x[:, 0], dtype=input.dtype) if weight is None else reshape_p(weight, shape=(points,))
    hist = add_at(each, where_p(outside, total, place), shape=(total + 1,), dims=(0,))[:total]
    hist = reshape_p(hist.clone(), shape=shape)
    if density:
        hist = hist / sum(hist)
        for d, e in enumerate(edges):
            hist = hist / reshape_p(e[1:] - e[:-1], shape=(-1, *(1,) * (n - d - 1)))
    return Histogram(hist, edges)


def places_between(edges: Any, x: Any) -> Any:
    """Return between which edges every element falls; the number of bins for those outside, and for NaN."""
    count = edges.shape[0] - 1
    inside = (x >= edges[0]) & (x <= edges[count])
    places = search(edges, x, right=True) - 1
    return where_p(inside, where_p(places < count, places, count - 1), count)


def edges_of(op: str, x: Any, bins: Any, range: Any) -> Any:
    """Return the edges of the bins."""
    if isinstance(bins, Tensor):
        if range is not None or bins.ndim != 1 or bins.dtype != x.dtype or bins.shape[0] < 2:
            got = f"a Tensor of shape {bins.shape}, {bins.dtype}" + (" besides a range" if range is not None else "")
            raise error("histogram-bins", op=op, got=got, dtype=x.dtype)
        return bins.detach().clone()
    count = positive_bins(op, bins)
    if range is None:
        low, high = limits_of(op, x, 0.0, 0.0 if x.array.size else 1.0)
    elif len(range) != 2:
        raise error("argument", op=op, argument="range", expected="two numbers", got=range)
    else:
        low, high = (number(op, "range", limit) for limit in range)
        if not (math.isfinite(low) and math.isfinite(high)) or low > high:
            raise error("histogram-range", op=op, low=low, high=high)
    if low == high:
        low, high = low - 0.5, high + 0.5
    return even_edges(x, low=low, high=high, bins=count)


@primitive(r"\operatorname{edges}(<x>)")
def even_edges(xp: Any, x: Any, *, low: float, high: float, bins: int) -> Any:
    """Return the edges of bins of equal width beside `x`, counted from the nearer limit as PyTorch does."""
    of_dtype = x.dtype.type
    width = (of_dtype(high) - of_dtype(low)) / of_dtype(bins)
    i = xp.arange(bins + 1).astype(x.dtype)
    return xp.where(i < (bins + 1) // 2, of_dtype(low) + width * i, of_dtype(high) - width * (bins - i))
