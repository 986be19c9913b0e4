r"""Floor 2: ``scatter_reduce`` and ``index_reduce``: all elements that an index sends to one place become one.

A sum is ``scatter_add``, a mean is that divided by how many there were.  Products and extremes are a primitive of
their own: elements are sorted by place, and neighbours of one place are combined in pairs, then in fours, and so on.

May import: floors 0–1, ``elementwise``, ``gather``, ``join``, ``lookup``, ``shape``.  Read next: ``repeat.py``.
"""

from __future__ import annotations

from typing import Any

from ..core.primitive import primitive
from ..core.registry import register, registry
from ..errors import error
from .elementwise import where_p
from .gather import checked, flat_places, gather_p, lifted, scatter_p, scatter_sum, shaped
from .join import zeros_beside
from .lookup import slice_index, slices_like
from .publish import published
from .shape import broadcast_to_p, reshape_p

# -- products and extremes -----------------------------------------------------------------------------


@primitive(
    r"\operatorname{scatter\_prod}(<x>, <index>, <src>)",
    vjp_x=lambda g, index, src, x_shape, dim: g * scatter_prod(zeros_beside(g, x_shape) + 1, index, src, dim=dim),
    vjp_src=lambda g, x, index, src, y, dim: others_product(g, x, index, src, y, dim),
    tex_rules={"x": r"g \odot \prod \mathit{src}", "src": r"\frac{\operatorname{gather}(g \odot y)}{\mathit{src}}"},
)
def scatter_prod(xp: Any, x: Any, index: Any, src: Any, *, dim: int) -> Any:
    """Return `x`, at each place multiplied by the elements of `src` that `index` sends there."""
    return combined(xp, xp.multiply, x, index, src, dim)


@primitive(
    r"\operatorname{scatter\_max}(<x>, <index>, <src>)",
    vjp_x=lambda g, x, index, src, y, dim, include_self: own_share(g, x, index, src, y, dim, include_self),
    vjp_src=lambda g, x, index, src, y, dim: sent_share(g, x, index, src, y, dim),
    tex_rules={"x": r"\frac{g \odot [x = y]}{n}", "src": r"\operatorname{gather}(g / n) \odot [\mathit{src} = y]"},
)
def scatter_max(xp: Any, x: Any, index: Any, src: Any, *, dim: int, include_self: bool) -> Any:
    """Return `x`, at each place the largest of what `index` sends there; `x` itself competes if `include_self`."""
    return combined(xp, xp.maximum, x, index, src, dim, include_self)


@primitive(
    r"\operatorname{scatter\_min}(<x>, <index>, <src>)",
    vjp_x=lambda g, x, index, src, y, dim, include_self: own_share(g, x, index, src, y, dim, include_self),
    vjp_src=lambda g, x, index, src, y, dim: sent_share(g, x, index, src, y, dim),
    tex_rules={"x": r"\frac{g \odot [x = y]}{n}", "src": r"\operatorname{gather}(g / n) \odot [\mathit{src} = y]"},
)
def scatter_min(xp: Any, x: Any, index: Any, src: Any, *, dim: int, include_self: bool) -> Any:
    """Return `x`, at each place the smallest of what `index` sends there; `x` itself competes if `include_self`."""
    return combined(xp, xp.minimum, x, index, src, dim, include_self)


def combined(xp: Any, combine: Any, x: Any, index: Any, src: Any, dim: int, include_self: bool = True) -> Any:
    """Combine the elements of each place, in ⌈log₂ n⌉ rounds if n of them meet in one place."""
    y = x.copy()  # in C order, so that the flat array is a view of it
    places, flat = flat_places(xp, index, x.shape, dim).reshape(-1), y.reshape(-1)
    if not places.size:
        return y
    order = xp.argsort(places)
    places, values = places[order], src.reshape(-1)[order]
    starts = xp.nonzero(xp.concatenate((xp.full(1, True), places[1:] != places[:-1])))[0]
    counts = xp.concatenate((starts[1:], xp.full(1, places.size))) - starts
    group = xp.searchsorted(starts, xp.arange(places.size), side="right") - 1
    rank, many = xp.arange(places.size) - starts[group], counts[group]
    reach = 1  # what stands at ranks 0, reach, 2·reach, … is the combination of so many
    while reach < int(counts.max()):
        left = xp.nonzero((rank % (2 * reach) == 0) & (rank + reach < many))[0]
        values[left] = combine(values[left], values[left + reach])
        reach *= 2
    targets, found = places[starts], values[starts]
    flat[targets] = combine(flat[targets], found) if include_self else found
    return y


def others_product(g: Any, x: Any, index: Any, src: Any, y: Any, dim: int) -> Any:
    """The slope in a factor is the product of the others: y / src, but where src = 0 that product itself.

    Where a single factor is 0, it is taken as 1 to compute the product of the others; where several are, all slopes
    are 0, and so are those of the slopes, which would be wrong: there a second derivative is refused, as in PyTorch.
    """
    zero = src == 0
    zeros = gather_p(
        scatter_sum(registry["cast"](zero, dtype=src.dtype), index, shape=x.shape, dim=dim), index, dim=dim
    )
    single = zero & (zeros == 1)
    without = scatter_prod(x, index, where_p(single, 1, src), dim=dim)
    quotient = gather_p(g * y, index, dim=dim) / where_p(zero, 1, src)
    share = where_p(single, gather_p(g * without, index, dim=dim), quotient)
    return once(share) if (getattr(zeros, "array", zeros) > 1).any() else share


@primitive("<x>", vjp_x=lambda g: refuse_twice(), tex_rules={"x": "g"})
def once(xp: Any, x: Any) -> Any:
    """Return a gradient that cannot be differentiated again."""
    return x[...]


def refuse_twice() -> Any:
    raise error("scatter-prod-twice")


def own_share(g: Any, x: Any, index: Any, src: Any, y: Any, dim: int, include_self: bool) -> Any:
    """The share of an element of `x` that equals the extreme."""
    wins, share = registry["cast"](x == y, dtype=y.dtype), even_share(g, x, index, src, y, dim)
    return wins * share if include_self else scatter_p(wins * share, index, 0, dim=dim)


def sent_share(g: Any, x: Any, index: Any, src: Any, y: Any, dim: int) -> Any:
    """The share of an element of `src` that equals the extreme."""
    wins = registry["cast"](src == gather_p(y, index, dim=dim), dtype=y.dtype)
    return wins * gather_p(even_share(g, x, index, src, y, dim), index, dim=dim)


def even_share(g: Any, x: Any, index: Any, src: Any, y: Any, dim: int) -> Any:
    """Divide the cotangent evenly among all that equal the extreme.

    As in PyTorch, an element of `x` that equals it counts even if it did not compete.
    """
    own = registry["cast"](x == y, dtype=y.dtype)
    sent = registry["cast"](src == gather_p(y, index, dim=dim), dtype=y.dtype)
    return g / (own + scatter_sum(sent, index, shape=x.shape, dim=dim))


# -- PyTorch's functions -------------------------------------------------------------------------------


def reduced(op: str, x: Any, index: Any, src: Any, dim: int, reduce: str, include_self: bool) -> Any:
    """Reduce to each place of `x` what the index sends there."""
    if reduce == "prod":
        return scatter_prod(x if include_self else scatter_p(x, index, 1, dim=dim), index, src, dim=dim)
    if reduce in ("amax", "amin"):
        return (scatter_max if reduce == "amax" else scatter_min)(x, index, src, dim=dim, include_self=include_self)
    total = (x if include_self else scatter_p(x, index, 0, dim=dim)) + scatter_sum(src, index, shape=x.shape, dim=dim)
    if reduce == "sum":
        return total
    if x.dtype.kind == "b":
        raise error("dtype-unsupported", op=f"{op} (mean)", dtypes="bool")
    count = scatter_sum(zeros_beside(src, src.shape) + 1, index, shape=x.shape, dim=dim)
    count = count + 1 if include_self else where_p(count == 0, 1, count)
    return registry["div" if x.dtype.kind == "f" else "floor_divide"](total, count)


def checked_reduction(op: str, reduce: Any, known: tuple[str, ...]) -> None:
    """Refuse a reduction of another name."""
    if reduce not in known:
        raise error("argument", op=op, argument="reduce", expected=" / ".join(map(repr, known)), got=reduce)


@published(inplace=True)
def scatter_reduce(
    input: Any, dim: Any = None, index: Any = None, src: Any = None, reduce: Any = None, *, include_self: bool = True,
    axis: Any = None,
) -> Any:  # fmt: skip
    """Reduce elements of `src` along `dim`; the index says for each of them to which place, as for ``scatter``.

    Parameters
    ----------
    input : Tensor of shape (..., N, ...)
        What the results stand beside, and by default take part in: it is not changed.
    dim : int
        Along which dimension.
    index : Tensor of int, as many dimensions as `input`
        Positions from 0 to N − 1.
    src : Tensor of the dtype of `input`
        What is reduced; it may be larger than the index.
    reduce : {"sum", "prod", "mean", "amax", "amin"}
        How.  The mean of integers is rounded down.
    include_self : bool
        Whether the elements of `input` take part.  Where nothing is sent to, they stay in any case.

    Raises
    ------
    IndexingError
        If a position does not exist.
    GraphError
        If the gradient of a product with several factors 0 is differentiated again.

    Notes
    -----
    For dim = 1: y[i, j] = reduce(x[i, j], all src[i, k] with index[i, k] = j).  Elements that are equal to an extreme
    share the gradient evenly.

    Examples
    --------
    >>> scatter_reduce(tensor([1, 9]), 0, tensor([0, 0, 1]), tensor([5, 3, 4]), "amax")
    tensor([5, 9])
    """
    checked_reduction("scatter_reduce", reduce, ("sum", "prod", "mean", "amax", "amin"))
    if src is None:
        raise error("not-a-tensor", op="scatter_reduce", kind="NoneType")
    d, x, places, source = checked("scatter_reduce", input, dim, index, src, axis)
    return shaped(reduced("scatter_reduce", x, places, source, d, reduce, include_self), input.shape)


@published(inplace=True)
def index_reduce(input: Any, dim: int, index: Any, source: Any, reduce: Any, *, include_self: bool = True) -> Any:
    """Reduce slices of `source` along `dim`; the index says for each of them to which slice of `input`.

    Parameters
    ----------
    input : Tensor of shape (..., N, ...)
        What the results stand beside, and by default take part in: it is not changed.
    dim : int
        Along which dimension.
    index : Tensor of int of shape (M,)
        Positions from 0 to N − 1.
    source : Tensor of shape (..., M, ...) and the dtype of `input`
        What is reduced.
    reduce : {"prod", "mean", "amax", "amin"}
        How; for sums there is `index_add`.
    include_self : bool
        Whether the elements of `input` take part; see `scatter_reduce`.
    """
    checked_reduction("index_reduce", reduce, ("prod", "mean", "amax", "amin"))
    d, places = slice_index("index_reduce", input, dim, index)
    source = slices_like("index_reduce", input, d, places, source)
    along = reshape_p(places, shape=tuple(n if k == d else 1 for k, n in enumerate(source.shape)))
    wide = broadcast_to_p(along, shape=source.shape)
    return shaped(reduced("index_reduce", lifted(input), wide, source, d, reduce, include_self), input.shape)


register("scatter_reduce", scatter_reduce)
