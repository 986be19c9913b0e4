r"""Floor 2: ``grid_sample`` looks up an image at places of its own; ``affine_grid`` computes such places.

It is a composite: weights times looked-up elements, added up.  The weights depend on the places, so the gradient to the
grid is that of the weights, and everything can be differentiated as often as one likes.

May import: floors 0–1, ``convert``, ``elementwise``, ``gather``, ``linalg``, ``publish``, ``rounding``, ``shape``.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

from ..aliases import Shape
from ..backend.devices import backend_of
from ..backend.dtypes import int64
from ..core.primitive import primitive
from ..core.tensor import Tensor, box
from ..errors import error
from .convert import cast
from .elementwise import where_p
from .gather import gather_p
from .linalg import matmul_p
from .publish import published
from .rounding import floor, round
from .shape import broadcast_to_p, mT, reshape_p

MODES = ("bilinear", "nearest", "bicubic")
PADDINGS = ("zeros", "border", "reflection")

# -- places outside the image --------------------------------------------------------------------------


@primitive(
    r"\operatorname{clip}(<x>, 0, <high>)",
    d_x=lambda x, high: cast((x > 0) & (x < high), dtype=x.dtype),
    tex_rules={"x": r"g \odot [0 < x < high]"},
)
def clipped(xp: Any, x: Any, *, high: float) -> Any:
    """Return the nearest place in the image; on a border, too, the slope is 0, as in PyTorch."""
    return xp.minimum(xp.maximum(x, 0), high)


@primitive(
    r"\operatorname{reflect}(<x>)",
    d_x=lambda x, low, span: 1 - 2 * cast(flips(x - low, span=span) != (x < low), dtype=x.dtype) if span else x * 0,
    tex_rules={"x": r"\pm g"},
)
def reflected(xp: Any, x: Any, *, low: float, span: float) -> Any:
    """Return the place where mirrors at `low` and `low` + `span` show x."""
    if not span:
        return xp.zeros_like(x)
    away = xp.abs(x - low)
    rest = xp.fmod(away, span)
    return xp.where(xp.floor(away / span) % 2 == 0, rest, span - rest) + low


@primitive(r"\operatorname{odd}(\lfloor \left|<x>\right| / <span> \rfloor)")
def flips(xp: Any, x: Any, *, span: float) -> Any:
    """Whether the place was mirrored an odd number of times on its way past the first mirror."""
    return xp.floor(xp.abs(x) / span) % 2 == 1


def unnormalised(x: Any, size: int, align_corners: bool) -> Any:
    """Return coordinates from −1 … 1 as places from 0 to size − 1, or with the edges half an element outside."""
    return (x + 1) * ((size - 1) / 2) if align_corners else ((x + 1) * size - 1) / 2


def brought_in(x: Any, size: int, padding_mode: str, align_corners: bool) -> Any:
    """Return a place that lies in the image, unless zeros are outside."""
    if padding_mode == "zeros":
        return x
    if padding_mode == "reflection":
        x = reflected(x, low=0.0, span=size - 1.0) if align_corners else reflected(x, low=-0.5, span=float(size))
    return clipped(x, high=size - 1.0)


@primitive("1", vjp_x=lambda g: g * 0)
def unit_weight(xp: Any, x: Any) -> Any:
    """Return ones: the weight of the nearest element, whose gradient to the place is 0 (but not None) in PyTorch."""
    return xp.ones_like(x)


# -- looking up ----------------------------------------------------------------------------------------


def looked_up(x: Any, rows: list[Any]) -> Any:
    """Return the elements of the flattened image at whole places, 0 for those outside.

    Parameters
    ----------
    x : Tensor of shape (N, C, *size)
        The images.
    rows : list of Tensor of shape (N, P), floating
        The places, along each dimension.
    """
    size, lead = x.shape[2:], x.shape[:2]
    inside: Any = True
    place: Any = 0
    for row, n in zip(rows, size, strict=True):
        present = (row >= 0) & (row < n)
        inside = present if inside is True else inside & present
        place = place * n + cast(where_p(present, row, 0.0), dtype=int64)
    points = place.shape[1]
    index = broadcast_to_p(reshape_p(place, shape=(lead[0], 1, points)), shape=(*lead, points))
    found = gather_p(reshape_p(x, shape=(*lead, math.prod(size))), index, dim=2)
    return where_p(reshape_p(inside, shape=(lead[0], 1, points)), found, 0.0)


def cubic_weights(t: Any) -> list[Any]:
    """Return Keys' weights (1981, with a = −¾) of the elements at −1, 0, 1 and 2, for a place t in [0, 1)."""
    a = -0.75

    def near(t: Any) -> Any:
        return ((a + 2) * t - (a + 3)) * t * t + 1

    def far(t: Any) -> Any:
        return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a

    return [far(t + 1), near(t), near(1 - t), far(2 - t)]


def taps(x: Any, size: int, mode: str, padding_mode: str, align_corners: bool) -> list[tuple[Any, Any]]:
    """Return along one dimension the whole places that make up a coordinate, each with its weight."""
    place = unnormalised(x, size, align_corners)
    if mode == "bicubic":
        low = floor(place)
        weights = cubic_weights(place - low)
        near = [brought_in(low + (k - 1), size, padding_mode, align_corners) for k in range(4)]
        return list(zip(near, weights, strict=True))
    place = brought_in(place, size, padding_mode, align_corners)
    if mode == "nearest":
        return [(round(place), unit_weight(place) if x.requires_grad else None)]
    low = floor(place)
    after = place - low
    return [(low, 1 - after), (low + 1, after)]


# -- PyTorch's functions -------------------------------------------------------------------------------


@published(space="nn.functional")
def grid_sample(
    input: Any, grid: Any, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: bool | None = None
) -> Any:
    """Return the elements of an image at the places that a grid says.

    Parameters
    ----------
    input : Tensor of shape (N, C, H, W) or (N, C, D, H, W), floating
        The images.
    grid : Tensor of shape (N, H', W', 2) or (N, D', H', W', 3), of the same dtype
        Places (x, y) or (x, y, z): −1 is the left or upper end of the image, 1 the right or lower.
    mode : {"bilinear", "nearest", "bicubic"}
        How places in between are filled; "bicubic" for H and W alone.
    padding_mode : {"zeros", "border", "reflection"}
        What lies outside the image.
    align_corners : bool, optional
        Whether −1 and 1 are the centres of the outermost elements rather than their edges (the default).

    Returns
    -------
    Tensor of shape (N, C, H', W') or (N, C, D', H', W')

    Raises
    ------
    ShapeError
        If the shapes do not fit together.
    DTypeError
        If the dtypes differ, or are not floating.
    ArgumentError
        If a mode is unknown.
    """
    for operand in (input, grid):
        if not isinstance(operand, Tensor):
            raise error("not-a-tensor", op="grid_sample", kind=type(operand).__name__)
    for name, value, known in (("mode", mode, MODES), ("padding_mode", padding_mode, PADDINGS)):
        if value not in known:
            raise error("argument", op="grid_sample", argument=name, expected=", ".join(map(repr, known)), got=value)
    dims = input.ndim - 2
    if (
        dims not in (2, 3)
        or grid.ndim != input.ndim
        or grid.shape[0] != input.shape[0]
        or grid.shape[-1] != dims
        or 0 in input.shape[2:]
    ):
        raise error("grid-shape", input=input.shape, grid=grid.shape)
    if mode == "bicubic" and dims == 3:
        raise error("argument", op="grid_sample", argument="mode", expected="not 'bicubic' for 3 dimensions", got=mode)
    if grid.dtype != input.dtype:
        raise error("source-dtype", op="grid_sample", source=grid.dtype, dtype=input.dtype)
    if input.dtype.kind != "f":
        raise error("dtype-not-floating", op="grid_sample", dtype=input.dtype)
    (n, c), size, out = input.shape[:2], input.shape[2:], grid.shape[1:-1]
    points = math.prod(out)
    flattened = reshape_p(grid, shape=(n, points, dims))
    corners = [
        taps(flattened[:, :, dims - 1 - d], size[d], mode, padding_mode, bool(align_corners)) for d in range(dims)
    ]  # the grid's coordinates are (x, y, z), the image's dimensions (z, y, x)
    total: Any = None
    for corner in itertools.product(*corners):
        found = looked_up(input, [place for place, _ in corner])
        for _, weight in corner:
            found = found if weight is None else found * reshape_p(weight, shape=(n, 1, points))
        total = found if total is None else total + found
    return reshape_p(total, shape=(n, c, *out))


@published(space="nn.functional")
def affine_grid(theta: Any, size: Any, align_corners: bool | None = None) -> Any:
    """Return the grid for `grid_sample` that moves an image by an affine map.

    Parameters
    ----------
    theta : Tensor of shape (N, 2, 3) or (N, 3, 4), floating
        The map: a matrix, and a shift in the last column.
    size : tuple of int
        The shape (N, C, H, W) or (N, C, D, H, W) of the result that the grid is for.
    align_corners : bool, optional
        As in `grid_sample`.

    Returns
    -------
    Tensor of shape (N, H, W, 2) or (N, D, H, W, 3)

    Raises
    ------
    ShapeError
        If shape and size do not fit together.
    DTypeError
        If `theta` is not floating.
    """
    if not isinstance(theta, Tensor):
        raise error("not-a-tensor", op="affine_grid", kind=type(theta).__name__)
    if theta.dtype.kind != "f":
        raise error("dtype-not-floating", op="affine_grid", dtype=theta.dtype)
    wanted = tuple(size)
    dims = len(wanted) - 2
    if dims not in (2, 3) or theta.shape != (wanted[0], dims, dims + 1) or any(n < 1 for n in wanted):
        raise error("affine-shape", theta=theta.shape, size=wanted)
    base = base_grid(theta, wanted[2:], bool(align_corners))
    return reshape_p(matmul_p(base, mT(theta)), shape=(wanted[0], *wanted[2:], dims))


def base_grid(theta: Any, size: Shape, align_corners: bool) -> Any:
    """Return the homogeneous coordinates (x, y, 1) of every element, a row for each."""
    xp, dims = backend_of(theta.array).xp, len(size)
    base = xp.ones((*size, dims + 1), dtype=theta.dtype)
    for d, n in enumerate(size):
        ends = (n - 1) / n if not align_corners else 1.0
        steps = xp.linspace(-ends, ends, n) if n > 1 else xp.zeros(1)
        base[..., dims - 1 - d] = steps.astype(theta.dtype).reshape(-1, *(1,) * (dims - d - 1))
    return box(base.reshape(math.prod(size), dims + 1))
