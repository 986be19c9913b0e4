"""Rows of ``ops/interpolate.py`` and ``ops/grid_sample.py``."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from .tables import Array, Row, Source, between, normal, row

# -- another size ----------------------------------------------------------------------------------------


def along(x: Array, dim: int, count: int, at: Callable[[Array, int], Array]) -> Array:
    """``at(x with dim in front, i)`` for every output i of a dimension."""
    moved = np.moveaxis(x, dim, 0)
    return np.moveaxis(np.stack([at(moved, i) for i in range(count)]), 0, dim)


def kernel_at(x: Array, place: float, kernel: Callable[[float], float], reach: int, wide: float = 1) -> Array:
    """The sum of the elements around a place, each weighed by the kernel; the end elements go on for ever."""
    total: Array = np.zeros(x.shape[1:])
    for j in range(math.floor(place) - reach, math.floor(place) + reach + 2):
        total = total + kernel((j - place) / wide) * x[min(max(j, 0), len(x) - 1)]
    return total


def linear(t: float) -> float:
    """The hat function."""
    return max(0.0, 1 - abs(t))


def cubic(t: float) -> float:
    """Keys' cubic with a = −3/4."""
    t, a = abs(t), -0.75
    if t <= 1:
        return (a + 2) * t**3 - (a + 3) * t**2 + 1
    return a * (t**3 - 5 * t**2 + 8 * t - 4) if t < 2 else 0.0


def resized(x: Array, sizes: tuple[int, ...], kernel: Callable[[float], float], corners: bool = False) -> Array:
    """Interpolation by a kernel, dimension by dimension."""
    for dim, m in enumerate(sizes, start=2):
        n = x.shape[dim]

        def at(moved: Array, i: int, n: int = n, m: int = m) -> Array:
            place = i * (n - 1) / (m - 1) if corners else (i + 0.5) * n / m - 0.5
            return kernel_at(moved, max(place, 0) if kernel is linear else place, kernel, 2)

        x = along(x, dim, m, at)
    return x


def sharper_cubic(t: float) -> float:
    """Keys' cubic with a = −1/2."""
    t = abs(t)
    return 1.5 * t**3 - 2.5 * t**2 + 1 if t <= 1 else -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2 if t < 2 else 0.0


def smoothed(x: Array, sizes: tuple[int, ...], kernel: Callable[[float], float]) -> Array:
    """Interpolation with antialiasing: the mean of the elements under a kernel as wide as the outputs lie apart."""
    for dim, m in enumerate(sizes, start=2):
        n = x.shape[dim]

        def at(moved: Array, i: int, n: int = n, m: int = m) -> Array:
            wide = max(n / m, 1)
            weights = [kernel((j + 0.5 - (i + 0.5) * n / m) / wide) for j in range(n)]
            return np.tensordot(np.array(weights) / sum(weights), moved, 1)

        x = along(x, dim, m, at)
    return x


def repeated(x: Array, sizes: tuple[int, ...], half: float = 0) -> Array:
    """The nearest element, by PyTorch's two meanings."""
    for dim, m in enumerate(sizes, start=2):
        n = x.shape[dim]
        x = along(x, dim, m, lambda moved, i, n=n, m=m: moved[math.floor((i + half) * n / m)])
    return x


def size(name: str, reference: Callable[[Array], Array], source: Source, *args: Any, **options: Any) -> Row:
    """A row for ``interpolate`` or one of its older forms."""
    own = {key: options.pop(key) for key in ("half", "integers") if key in options}
    public = name.partition("/")[0]

    def call(m: Any, x: Any) -> Any:
        with warnings.catch_warnings():  # PyTorch's that the older forms are old
            warnings.simplefilter("ignore")
            return getattr(m.nn.functional, public)(x, *args, **options)

    return row(
        "nn.functional." + name,
        call,
        source,
        np=reference,
        **own,
    )


FLOATS = {"integers": False}
"""In the linear and cubic modes PyTorch computes uint8 images in fixed point; here they are refused."""

# -- places of their own ---------------------------------------------------------------------------------


def sampled(x: Array, grid: Array, kernel: Callable[[float], float], corners: bool = False) -> Array:
    """``grid_sample`` with zeros outside, from its definition."""
    (n, c), dims = x.shape[:2], grid.shape[-1]
    y = np.zeros((n, c, *grid.shape[1:-1]))
    for where in np.ndindex(*grid.shape[:-1]):
        place = []
        for g, length in zip(grid[where][::-1], x.shape[2:], strict=True):
            place.append((g + 1) / 2 * (length - 1) if corners else ((g + 1) * length - 1) / 2)
        for element in np.ndindex(*x.shape[2:]):
            weight = math.prod(kernel(e - p) for e, p in zip(element, place, strict=True))
            y[(where[0], slice(None), *where[1:])] += weight * x[(where[0], slice(None), *element)]
    assert dims == x.ndim - 2
    return y


def held(x: Array, grid: Array, mirror: bool) -> Array:
    """Bilinear, with places brought into the image first."""
    size = np.array(x.shape[2:][::-1])
    place = ((grid + 1) * size - 1) / 2
    if mirror:
        place = np.abs(place + 0.5) % (2 * size)
        place = np.where(place >= size, 2 * size - place, place) - 0.5
    place = np.clip(place, 0, size - 1)
    return sampled(x, (2 * place + 1) / size - 1, linear)


def nearest(t: float) -> float:
    """1 for the nearest element."""
    return float(abs(t) < 0.5)


def sample(case: str, reference: Callable[..., Array], x: Source, grid: Source, **options: Any) -> Row:
    """A row for ``grid_sample``."""
    options.setdefault("align_corners", False)  # left out, it means the same, but PyTorch warns
    return row(
        "nn.functional.grid_sample" + case,
        lambda m, x, grid: m.nn.functional.grid_sample(x, grid, **options),
        x,
        grid,
        np=reference,
    )


def grid_of(theta: Array, sizes: tuple[int, ...], corners: bool) -> Array:
    """``affine_grid`` from its definition."""
    y = np.zeros((len(theta), *sizes, len(sizes)))
    for where in np.ndindex(*sizes):
        place = []
        for i, n in zip(where[::-1], sizes[::-1], strict=True):
            place.append((0 if n == 1 else 2 * i / (n - 1) - 1) if corners else (2 * i + 1) / n - 1)
        y[(slice(None), *where)] = theta @ np.array([*place, 1.0])
    return y


IMAGE = normal(1, 1, 2, 3)
ROWS = [
    size("interpolate", lambda x: repeated(x, (4, 5)), IMAGE, (4, 5)),
    size("interpolate/scale", lambda x: repeated(x, (6,)), normal(1, 2, 3), scale_factor=2),
    size("interpolate/smaller", lambda x: repeated(x, (2,)), normal(1, 2, 5), 2),
    size("interpolate/3-d", lambda x: repeated(x, (1, 2, 3)), normal(1, 1, 2, 1, 3), (1, 2, 3)),
    size("interpolate/nearest-exact", lambda x: repeated(x, (4, 2), 0.5), IMAGE, (4, 2), mode="nearest-exact"),
    size("interpolate/linear", lambda x: resized(x, (5,), linear), normal(2, 1, 3), 5, mode="linear", **FLOATS),
    size("interpolate/linear, corners", lambda x: resized(x, (5,), linear, True), normal(1, 1, 3), 5, mode="linear",
         align_corners=True, **FLOATS),
    size("interpolate/linear, to one", lambda x: x[..., :1], normal(1, 1, 3), 1, mode="linear", align_corners=True,
         **FLOATS),
    size("interpolate/bilinear", lambda x: resized(x, (4, 2), linear), IMAGE, (4, 2), mode="bilinear", **FLOATS),
    size("interpolate/bilinear, recomputed", lambda x: resized(x, (3, 4), linear), IMAGE, scale_factor=1.5,
         mode="bilinear", recompute_scale_factor=True, **FLOATS),
    size("interpolate/bilinear, antialias", lambda x: smoothed(x, (3, 2), linear), normal(1, 1, 2, 5), (3, 2),
         mode="bilinear", antialias=True, half=False, **FLOATS),
    size("interpolate/bicubic, antialias", lambda x: smoothed(x, (3, 2), sharper_cubic),
         normal(1, 1, 2, 5), (3, 2), mode="bicubic", antialias=True, half=False, **FLOATS),
    size("interpolate/trilinear", lambda x: resized(x, (1, 3, 2), linear), normal(1, 1, 2, 2, 2), (1, 3, 2),
         mode="trilinear", **FLOATS),
    size("interpolate/bicubic", lambda x: resized(x, (4, 2), cubic), IMAGE, (4, 2), mode="bicubic", **FLOATS),
    size("interpolate/bicubic, corners", lambda x: resized(x, (3, 4), cubic, True), IMAGE, (3, 4), mode="bicubic",
         align_corners=True, **FLOATS),
    size("interpolate/area", lambda x: x.reshape(1, 1, 2, 2, 2).mean(-1), normal(1, 1, 2, 4), (2, 2), mode="area"),
    size("interpolate/no images", lambda x: np.zeros((0, 1, 4)), normal(0, 1, 3), 4, mode="linear", **FLOATS),
    size("upsample", lambda x: resized(x, (4, 2), linear), IMAGE, (4, 2), None, "bilinear", **FLOATS),
    size("upsample_nearest", lambda x: repeated(x, (4, 6)), IMAGE, None, 2),
    size("upsample_bilinear", lambda x: resized(x, (3, 4), linear, True), IMAGE, (3, 4), **FLOATS),
    sample("", lambda x, g: sampled(x, g, linear), normal(2, 1, 2, 2), between(-1.4, 1.4, 2, 1, 2, 2)),
    sample("/corners", lambda x, g: sampled(x, g, linear, True), normal(1, 2, 2, 3), between(-1.4, 1.4, 1, 2, 1, 2),
           align_corners=True),
    sample("/border", lambda x, g: held(x, g, False), normal(1, 1, 3, 2), between(-2, 2, 1, 2, 2, 2),
           padding_mode="border"),
    sample("/reflection", lambda x, g: held(x, g, True), normal(1, 1, 3, 2), between(-3, 3, 1, 2, 2, 2),
           padding_mode="reflection"),
    sample("/nearest", lambda x, g: sampled(x, g, nearest), normal(1, 2, 2, 3), between(-1.4, 1.4, 1, 2, 2, 2),
           mode="nearest"),
    sample("/bicubic", lambda x, g: sampled(x, g, cubic), normal(1, 1, 3, 3), between(-1.4, 1.4, 1, 2, 1, 2),
           mode="bicubic"),
    sample("/3-d", lambda x, g: sampled(x, g, linear), normal(1, 1, 2, 2, 2), between(-1.3, 1.3, 1, 1, 1, 2, 3)),
    row("nn.functional.affine_grid", lambda m, t: m.nn.functional.affine_grid(t, (2, 1, 2, 3), False), normal(2, 2, 3),
        np=lambda t: grid_of(t, (2, 3), False), integers=False),  # PyTorch refuses integers with a ValueError
    row("nn.functional.affine_grid/corners",
        lambda m, t: m.nn.functional.affine_grid(t, (1, 1, 2, 3), align_corners=True), normal(1, 2, 3),
        np=lambda t: grid_of(t, (2, 3), True), integers=False),
    row("nn.functional.affine_grid/3-d", lambda m, t: m.nn.functional.affine_grid(t, (1, 2, 2, 1, 2), False),
        normal(1, 3, 4), np=lambda t: grid_of(t, (2, 1, 2), False), integers=False, half=False),  # no kernel in float16
]  # fmt: skip
