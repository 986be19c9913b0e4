r"""Floor 2: calculus on samples: differences, trapezoids, and the slopes of a sampled function.

May import: floors 0–1, ``create``, ``dims``, ``join``, ``parts``, ``reduce``, ``scan``, ``shape``.
"""

from __future__ import annotations

from typing import Any

from ..core.tensor import Tensor
from ..errors import error
from .compare import logical_xor
from .dims import many_dims, one_dim
from .join import cat
from .parts import integer
from .publish import publish, published
from .reduce import sum_p
from .scan import cumsum_p, part
from .shape import clone, reshape_p

# -- differences ---------------------------------------------------------------------------------------


@published()
def diff(input: Any, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Return the differences of neighbours along `dim`, `n` times.

    Parameters
    ----------
    input : Tensor of shape (..., N, ...)
        Of at least one dimension; of bools, whether neighbours differ.
    n : int
        How many times.
    dim : int
        Along which dimension.
    prepend, append : Tensor, optional
        What comes before and after `input`: of its shape but for the length along `dim`.

    Returns
    -------
    Tensor of shape (..., N − n, ...)
    """
    times, place = integer("diff", "n", n), one_dim("diff", dim, input.ndim)
    if not input.ndim:
        raise error("ndim", op="diff", expected="1 or more", shape=())
    if times < 0:
        raise error("argument", op="diff", argument="n", expected="an int ≥ 0", got=n)
    if not times:
        return clone(input)
    for other in (prepend, append):
        if other is not None and without(other.shape, place) != without(input.shape, place):
            raise error("diff-ends", got=other.shape, shape=input.shape, dim=place)
    pieces = [x for x in (prepend, input, append) if x is not None]
    x = cat(pieces, place) if len(pieces) > 1 else input
    for _ in range(min(times, x.shape[place])):
        later, earlier = part(x, place, 1, None), part(x, place, None, -1)
        x = logical_xor(later, earlier) if x.dtype.kind == "b" else later - earlier
    return x


def without(shape: Any, place: int) -> Any:
    """Return the number of dimensions, and the other lengths."""
    return len(shape), (*shape[:place], *shape[place + 1 :])


# -- integrals -----------------------------------------------------------------------------------------


def strips(op: str, y: Any, x: Any, dx: Any, dim: Any) -> tuple[Any, int]:
    """Return the areas of the trapezoids between neighbouring samples, and the dimension."""
    place = one_dim(op, dim, y.ndim)
    if not y.ndim:
        raise error("ndim", op=op, expected="1 or more", shape=())
    if y.dtype.kind == "b":
        raise error("dtype-unsupported", op=op, dtypes="bool")
    heights = part(y, place, 1, None) + part(y, place, None, -1)
    if x is None:
        width = 1 if dx is None else dx
        if not isinstance(width, (int, float)):
            raise error("argument", op=op, argument="dx", expected="a number", got=dx)
        return heights * (width / 2), place
    if dx is not None:
        raise error("argument", op=op, argument="dx", expected="None beside an x", got=dx)
    if not isinstance(x, Tensor):
        raise error("not-a-tensor", op=op, kind=type(x).__name__)
    if x.dtype.kind == "b":
        raise error("dtype-unsupported", op=op, dtypes="bool")
    if x.ndim == 1:
        if x.shape[0] != y.shape[place]:
            raise error("sample-points", op=op, got=x.shape[0], expected=y.shape[place], dim=place)
        x = reshape_p(x, shape=(-1, *(1,) * (y.ndim - place - 1)))
    x = reshape_p(x, shape=((1,) * (y.ndim - x.ndim) + x.shape)) if x.ndim < y.ndim else x
    return (part(x, place, 1, None) - part(x, place, None, -1)) * heights / 2, place


@published(method=False)
def trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Any:
    """Integrate samples along `dim` by the trapezoidal rule.

    Parameters
    ----------
    y : Tensor of shape (..., N, ...)
        Samples of a function; no bools.
    x : Tensor of shape (N,), or one that broadcasts with `y`, optional
        Where they were taken.
    dx : number, optional
        Their distance instead, 1 by default.
    dim : int
        Along which dimension.

    Returns
    -------
    Tensor of the shape of `y` without `dim`

    Notes
    -----
    Σ (xᵢ₊₁ − xᵢ)(yᵢ₊₁ + yᵢ)/2
    """
    areas, place = strips("trapezoid", y, x, dx, dim)
    return sum_p(areas, dims=(place - y.ndim + areas.ndim,))


@published(method=False)
def cumulative_trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Any:
    """Return the running integral of samples along `dim`, of length N − 1; see `trapezoid`."""
    areas, place = strips("cumulative_trapezoid", y, x, dx, dim)
    return cumsum_p(areas, dim=place - y.ndim + areas.ndim, reverse=False)


publish("trapz", trapezoid, method=False)


# -- slopes --------------------------------------------------------------------------------------------


@published(method=False)
def gradient(input: Any, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1) -> Any:
    """Estimate the slopes of a sampled function, in every dimension or those of `dim`.

    Parameters
    ----------
    input : Tensor of shape (...)
        The samples; along each of the dimensions at least ``edge_order + 1``.
    spacing : number, sequence of numbers, or sequence of 1-d Tensors
        The distance of neighbours, one for each dimension; or the coordinates along each of them.
    dim : int or sequence of int, optional
        In which dimensions; all by default.
    edge_order : {1, 2}
        Whether the slopes at both ends are those of a line or of a parabola.

    Returns
    -------
    tuple of Tensor of the shape of `input`, one for each dimension

    Notes
    -----
    Between neighbours at distances h and k: (h² f(x + k) − k² f(x − h) + (k² − h²) f(x)) / (h k (h + k)), which is
    exact for parabolas (Quarteroni, Sacco and Saleri 2007, section 10.10); for h = k the central difference.
    """
    if edge_order not in (1, 2) or isinstance(edge_order, bool):
        raise error("argument", op="gradient", argument="edge_order", expected="1 or 2", got=edge_order)
    if input.dtype.kind == "b":
        raise error("dtype-unsupported", op="gradient", dtypes="bool")
    if dim not in (None, (), []) and not input.ndim:
        raise error("ndim", op="gradient", expected="1 or more, for a dim,", shape=())
    dims = () if dim in ((), []) else many_dims("gradient", dim, input.ndim)
    if isinstance(dim, (tuple, list)):
        dims = tuple(one_dim("gradient", d, input.ndim) for d in dim)  # in the order given
    given = spacings(spacing, dims)
    for d, h in zip(dims, given, strict=True):
        if input.shape[d] < edge_order + 1 or (isinstance(h, Tensor) and h.shape != (input.shape[d],)):
            raise error("gradient-size", size=input.shape[d], dim=d, least=edge_order + 1, spacing=spacing_of(h))
    pairs = zip(dims, given, strict=True)
    return tuple((uneven if isinstance(h, Tensor) else even)(input, d, h, edge_order) for d, h in pairs)


def spacing_of(h: Any) -> str:
    """Say what a spacing is."""
    return f"a Tensor of shape {h.shape}" if isinstance(h, Tensor) else repr(h)


def spacings(spacing: Any, dims: tuple[int, ...]) -> tuple[Any, ...]:
    """Return a number or a vector of coordinates for each dimension."""
    if isinstance(spacing, Tensor) and not spacing.ndim:
        spacing = spacing.item()
    if isinstance(spacing, (int, float)):
        return (spacing,) * len(dims)
    listed = tuple(spacing) if isinstance(spacing, (tuple, list)) else ()
    kinds = {isinstance(h, Tensor) for h in listed}
    plain = all(isinstance(h, (int, float, Tensor)) for h in listed)
    if len(listed) != len(dims) or len(kinds) != 1 or not plain:
        expected = f"a number, {len(dims)} numbers, or {len(dims)} 1-d Tensors"
        raise error("argument", op="gradient", argument="spacing", expected=expected, got=spacing)
    return listed


def even(f: Any, d: int, h: float, edge_order: int) -> Any:
    """Slopes of samples at equal distances."""
    first, last = [part(f, d, i, i + 1) for i in range(3)], [part(f, d, -i, 1 - i or None) for i in (1, 2, 3)]
    middle = (part(f, d, 2, None) - part(f, d, None, -2)) / (2 * h)
    if edge_order == 1:
        return cat([(first[1] - first[0]) / h, middle, (last[0] - last[1]) / h], d)
    left = (2 * first[1] - 1.5 * first[0] - 0.5 * first[2]) / h
    right = (1.5 * last[0] - 2 * last[1] + 0.5 * last[2]) / h
    return cat([left, middle, right], d)


def uneven(f: Any, d: int, x: Any, edge_order: int) -> Any:
    """Slopes of samples at coordinates."""
    width = reshape_p(x[1:] - x[:-1], shape=(-1, *(1,) * (f.ndim - d - 1)))
    h, k = width[:-1], width[1:]
    below, at, above = part(f, d, None, -2), part(f, d, 1, -1), part(f, d, 2, None)
    middle = -k / (h * (h + k)) * below + (k - h) / (h * k) * at + h / (k * (h + k)) * above
    rise = part(f, d, 1, None) - part(f, d, None, -1)
    if edge_order == 1:
        return cat([part(rise, d, 0, 1) / width[:1], middle, part(rise, d, -1, None) / width[-1:]], d)
    left = edge(width[:1], width[1:2], *[part(f, d, i, i + 1) for i in range(3)])
    right = edge(-width[-1:], -width[-2:-1], *[part(f, d, -i, 1 - i or None) for i in (1, 2, 3)])
    return cat([left, middle, right], d)


def edge(h: Any, k: Any, f0: Any, f1: Any, f2: Any) -> Any:
    """The slope at the first of three samples, of the parabola through them."""
    return -(2 * h + k) / (h * (h + k)) * f0 + (h + k) / (h * k) * f1 - h / (k * (h + k)) * f2
