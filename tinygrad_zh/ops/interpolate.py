r"""Floor 2: ``interpolate``: an image in another size.

Every mode is separable: one dimension after the other, every output is a weighted sum of a few inputs near the place
that it corresponds to.  So a mode is no more than a table of positions and weights, see ``resample.py``.

May import: floors 0–1, ``pooling``, ``publish``, ``resample``.  Read next: ``grid_sample.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..aliases import Shape
from ..backend.dtypes import float32, float64
from ..core.tensor import Tensor
from ..errors import error
from .patches import per_dim
from .pooling import adaptive_avg_pools
from .publish import publish, published
from .resample import Table, resample

# -- where an output lies ------------------------------------------------------------------------------
# Positions are computed in the precision that PyTorch computes them in, or else they round to other neighbours.


def places(length: int, count: int, scale: float | None, align_corners: bool, dtype: Any) -> Any:
    """Return the input coordinates of every output.

    Parameters
    ----------
    length, count : int
        Elements of the input and of the output.
    scale : float, optional
        Output elements per input element, where it is not their ratio.
    align_corners : bool
        Whether the first and last elements' centres lie on each other, rather than the edges of all elements.
    """
    i = np.arange(count, dtype=dtype)
    if align_corners:
        return i * (dtype.type(length - 1) / dtype.type(count - 1) if count > 1 else dtype.type(0))
    return (i + dtype.type(0.5)) * step(length, count, scale, dtype) - dtype.type(0.5)


def step(length: int, count: int, scale: float | None, dtype: Any) -> Any:
    """Return the input elements per output element."""
    return dtype.type(1.0 / scale) if scale else dtype.type(length) / dtype.type(count)


# -- tables --------------------------------------------------------------------------------------------


def nearest_table(length: int, count: int, scale: float | None, align_corners: bool, dtype: Any) -> Table:
    """The element in which the beginning of the output lies: rounded down, not to the nearest, despite the name."""
    found = np.floor(np.arange(count, dtype=dtype) * step(length, count, scale, dtype)).astype(int)
    return Table([[min(j, length - 1)] for j in found.tolist()])


def nearest_exact_table(length: int, count: int, scale: float | None, align_corners: bool, dtype: Any) -> Table:
    """The element in which the centre of the output lies."""
    centres = (np.arange(count, dtype=dtype) + dtype.type(0.5)) * step(length, count, scale, dtype)
    return Table([[min(j, length - 1)] for j in np.floor(centres).astype(int).tolist()])


def linear_table(length: int, count: int, scale: float | None, align_corners: bool, dtype: Any) -> Table:
    """The two elements beside the place, the nearer one weighing more."""
    where = np.maximum(places(length, count, scale, align_corners, dtype), 0)
    low = np.minimum(np.floor(where).astype(int), length - 1)
    after = np.clip(where - low.astype(dtype), 0, 1)
    pairs = [[j, min(j + 1, length - 1)] for j in low.tolist()]
    return Table(pairs, [[1 - w, w] for w in after.astype(float).tolist()])


def cubic_table(length: int, count: int, scale: float | None, align_corners: bool, dtype: Any) -> Table:
    """The four elements around the place, weighed by Keys' piecewise cubic; beyond an end, the last element counts."""
    where = places(length, count, scale, align_corners, dtype)
    low = np.floor(where)
    after = np.clip(where - low, 0, 1).astype(float)
    fours = [[min(max(j + k, 0), length - 1) for k in (-1, 0, 1, 2)] for j in low.astype(int).tolist()]
    return Table(
        fours, [[cubic(w + 1, -0.75), cubic(w, -0.75), cubic(1 - w, -0.75), cubic(2 - w, -0.75)] for w in after]
    )


def cubic(x: float, a: float) -> float:
    """Keys (1981), eq. 4: the kernel of cubic convolution at x, of slope a at 1."""
    x = abs(x)
    if x < 1:
        return ((a + 2) * x - (a + 3)) * x * x + 1
    return ((x - 5) * x + 8) * x * a - 4 * a if x < 2 else 0.0


def triangle(x: float) -> float:
    """The kernel of linear interpolation."""
    return max(1 - abs(x), 0.0)


def filter_table(kernel: Callable[[float], float], reach: int) -> Callable[..., Table]:
    """Return the maker of a table that looks as far as the outputs lie apart, so that nothing between them is lost.

    Parameters
    ----------
    kernel : callable
        Weight by distance, 0 beyond `reach`; it is widened where the image gets smaller.
    """

    def table(length: int, count: int, scale: float | None, align_corners: bool, dtype: Any) -> Table:
        if align_corners:
            apart = float(dtype.type(length - 1) / dtype.type(count - 1)) if count > 1 else 0.0
        else:
            apart = float(step(length, count, scale, dtype))
        wide = max(apart, 1.0)
        sources, weights = [], []
        for i in range(count):
            centre = apart * (i + 0.5)
            first, last = max(int(centre - reach * wide + 0.5), 0), min(int(centre + reach * wide + 0.5), length)
            row = [kernel((j - centre + 0.5) / wide) for j in range(first, last)]
            total = sum(row)
            sources.append(range(first, last))
            weights.append([w / total if total else w for w in row])
        return Table(sources, weights)

    return table


TABLES: dict[str, tuple[int | None, Callable[..., Table]]] = {
    "nearest": (None, nearest_table),
    "nearest-exact": (None, nearest_exact_table),
    "linear": (1, linear_table),
    "bilinear": (2, linear_table),
    "trilinear": (3, linear_table),
    "bicubic": (2, cubic_table),
}
"""By mode: for how many dimensions of space it is, and its table."""
ANTIALIASED = {"bilinear": filter_table(triangle, 1), "bicubic": filter_table(lambda x: cubic(x, -0.5), 2)}
MODES = (*TABLES, "area")

# -- PyTorch's functions -------------------------------------------------------------------------------


def sizes_and_scales(
    input: Any, size: Any, scale_factor: Any, recompute: Any, mode: str
) -> tuple[Shape, list[float | None]]:
    """Return the output's size, and the scales by which places are computed."""
    dims = input.ndim - 2
    if (size is None) == (scale_factor is None):
        given = "none" if size is None else "both"
        raise error("one-of-two", op="interpolate", given=given, one="size", other="scale_factor")
    if scale_factor is None:
        if recompute:
            raise error(
                "argument",
                op="interpolate",
                argument="recompute_scale_factor",
                expected="False beside size",
                got=recompute,
            )
        if isinstance(size, (tuple, list)) and len(size) != dims:
            raise error("per-dim", op="interpolate", argument="size", got=size, dims=dims, low=1)
        return per_dim("interpolate", "size", size, dims, 1), [None] * dims
    factors = tuple(scale_factor) if isinstance(scale_factor, (tuple, list)) else (scale_factor,) * dims
    if len(factors) != dims or not all(isinstance(f, (int, float)) and f > 0 and math.isfinite(f) for f in factors):
        expected = f"a positive number, or {dims} of them"
        raise error("argument", op="interpolate", argument="scale_factor", expected=expected, got=scale_factor)
    sizes = tuple(math.floor(float(n) * f) for n, f in zip(input.shape[2:], factors, strict=True))
    if 0 in sizes and mode != "area":
        raise error(
            "argument", op="interpolate", argument="scale_factor", expected="large enough to leave an element",
            got=scale_factor,
        )  # fmt: skip
    return sizes, [None] * dims if recompute else [float(f) for f in factors]


@published(space="nn.functional")
def interpolate(
    input: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Any:
    """Return an image in another size.

    Parameters
    ----------
    input : Tensor of shape (N, C, L₁, …)
        One to three dimensions of space.  Floating, but for the modes "nearest" and "nearest-exact".
    size : int or tuple of int, optional
        The new size; or
    scale_factor : float or tuple of float, optional
        how many times the old one, rounded down.
    mode : {"nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area"}
        How elements are found in between.  "area" is ``adaptive_avg_pool``.
    align_corners : bool, optional
        Whether the centres of the corners keep their places, rather than the edges; for the linear and cubic modes.
    recompute_scale_factor : bool, optional
        Whether places are computed from the rounded size instead of `scale_factor`.
    antialias : bool
        Whether elements in between are averaged where the image gets smaller; for "bilinear" and "bicubic".

    Raises
    ------
    ArgumentError
        If not exactly one of `size` and `scale_factor` is given, or options do not go together.
    DTypeError
        If the input is not floating, in a mode that computes averages.

    Notes
    -----
    Place x of output i: (i + ½) · L/M − ½, or i (L − 1) / (M − 1) with `align_corners`.  Cubic: Keys (1981) with
    a = −¾, or a = −½ with `antialias`.  As in PyTorch, a dimension that keeps its size stays as it is, whatever the
    scale, in the linear modes and with `antialias`.
    """
    if not isinstance(input, Tensor):
        raise error("not-a-tensor", op="interpolate", kind=type(input).__name__)
    if mode not in MODES:
        raise error("argument", op="interpolate", argument="mode", expected=", ".join(map(repr, MODES)), got=mode)
    dims, table = TABLES.get(mode, (None, nearest_table))
    if input.ndim not in (3, 4, 5) or (dims is not None and input.ndim != dims + 2):
        raise error("interpolate-mode", mode=mode, shape=input.shape, dims="1 to 3" if dims is None else dims)
    if 0 in input.shape[1:]:
        raise error("spatial-empty", op="interpolate", shape=input.shape)
    if align_corners is not None and dims is None:
        raise error(
            "argument", op="interpolate", argument="align_corners", expected=f"None in mode {mode!r}", got=align_corners
        )
    if antialias and mode not in ANTIALIASED:
        raise error(
            "argument", op="interpolate", argument="antialias", expected=f"False in mode {mode!r}", got=antialias
        )
    sizes, scales = sizes_and_scales(input, size, scale_factor, recompute_scale_factor, mode)
    if mode == "area":
        return adaptive_avg_pools[input.ndim - 2](input, sizes)
    if dims is not None and input.dtype.kind != "f":
        raise error("dtype-not-floating", op="interpolate", dtype=input.dtype)
    make = ANTIALIASED[mode] if antialias else table
    dtype = float64 if input.dtype == float64 else float32
    for d, (length, count, scale) in enumerate(zip(input.shape[2:], sizes, scales, strict=True), start=2):
        kept = count == length and make not in (nearest_table, nearest_exact_table, cubic_table)
        found = Table([[j] for j in range(length)]) if kept else make(length, count, scale, bool(align_corners), dtype)
        input = resample(input, dim=d, table=found)
    return input


def upsample(
    input: Any, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None
) -> Any:
    """Return an image in another size: the older name of `interpolate`."""
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Any, size: Any = None, scale_factor: Any = None) -> Any:
    """Return an image in another size, elements repeated; an older form of `interpolate`."""
    return interpolate(input, size, scale_factor, "nearest")


def upsample_bilinear(input: Any, size: Any = None, scale_factor: Any = None) -> Any:
    """Return an image in another size, corners aligned; an older form of `interpolate`."""
    return interpolate(input, size, scale_factor, "bilinear", align_corners=True)


for function in (upsample, upsample_nearest, upsample_bilinear):
    publish(function.__name__, function, space="nn.functional")
