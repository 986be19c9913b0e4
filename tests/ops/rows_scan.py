"""Rows of ``ops/scan.py`` and ``ops/difference.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .tables import Row, Source, apart, booleans, integers, normal, row, strided, transposed, whole


def zeros_among(*shape: int) -> Source:
    """Numbers away from 0, and zeros: no column of the first two has none."""

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
        x = rng.uniform(0.5, 2, size=shape) * rng.choice([-1.0, 1.0], size=shape)
        x.reshape(-1)[::3] = 0
        return x

    return Source(draw, shape)


def ascending(*shape: int) -> Source:
    """Numbers in ascending order along the last dimension."""
    return Source(lambda rng, shape: np.cumsum(rng.uniform(0.3, 1, size=shape), axis=-1), shape)


def scanned(name: str, source: Source, reference: Callable[..., Any], **options: Any) -> list[Row]:
    """Rows for a scan along every kind of dimension; the reference takes ``axis``."""

    def of(case: str, call: Callable[..., Any], axis: int, x: Source = source) -> Row:
        return row(name + case, call, x, np=lambda x: reference(x, axis=axis), **options)

    return [
        of("", lambda m, x: getattr(m, name)(x, 1), 1),
        of("/negative dim", lambda m, x: getattr(x, name)(dim=-2), 0),
        of("/transposed", lambda m, x: getattr(m, name)(x, 0), 0, transposed(source)),
        of("/strided", lambda m, x: getattr(m, name)(x, 1), 1, strided(source)),
        of("/empty", lambda m, x: getattr(m, name)(x, 1), 1, Source(source.draw, (2, 0))),
        row(name + "/0-d", lambda m, x: getattr(m, name)(x, 0), Source(source.draw, ()), np=lambda x: x, **options),
    ]


def logcumsumexp(x: Any, axis: int) -> Any:
    """Without care for overflow."""
    return np.log(np.cumsum(np.exp(x), axis=axis))


def records(best: Callable[..., Any]) -> Callable[..., Any]:
    """The running extreme and where it stands, the last of equals."""

    def reference(x: Any, axis: int) -> Any:
        values, rows = np.moveaxis(x, axis, -1).copy(), []
        for line in values.reshape(-1, max(values.shape[-1], 1)) if values.size else ():
            top = [best(line[: i + 1]) for i in range(len(line))]
            rows.append([max(j for j in range(i + 1) if line[j] == top[i]) for i in range(len(line))])
        where = np.array(rows, dtype=np.int64).reshape(values.shape)
        return tuple(np.moveaxis(a, -1, axis) for a in (np.take_along_axis(values, where, -1), where))

    return reference


def extremes(name: str, best: Callable[..., Any]) -> list[Row]:
    """Rows for ``cummax`` and ``cummin``."""
    reference = records(best)
    return [
        row(name, lambda m, x: getattr(m, name)(x, 1), apart(2, 5), np=lambda x: reference(x, 1)),
        row(name + "/dim", lambda m, x: tuple(getattr(x, name)(dim=0)), apart(4, 2), np=lambda x: reference(x, 0)),
        row(name + "/ties", lambda m, x: getattr(m, name)(x, -1), whole(0, 3, 2, 5), np=lambda x: reference(x, 1),
            slope=False, second=False),  # at a tie there is no slope; the gradient goes to the last of equals
        row(name + "/0-d", lambda m, x: getattr(m, name)(x, 0), normal(), np=lambda x: (x, np.array(0))),
        row(name + "/empty", lambda m, x: getattr(m, name)(x, 1), normal(2, 0), np=lambda x: reference(x, 1)),
    ]  # fmt: skip


def np_gradient(x: Any, *spacing: Any, **options: Any) -> Any:
    """NumPy's, as a tuple."""
    found = np.gradient(x, *spacing, **options)
    return tuple(found) if isinstance(found, (list, tuple)) else (found,)


ROWS = [
    # products
    row("prod", lambda m, x: m.prod(x), normal(2, 3), np=np.prod),
    row("prod/zeros", lambda m, x: m.prod(x, 1), zeros_among(3, 3), np=lambda x: np.prod(x, 1)),
    row("prod/one zero", lambda m, x: m.prod(x), zeros_among(3), np=np.prod),
    row("prod/two zeros", lambda m, x: m.prod(x), zeros_among(5), np=np.prod),
    row("prod/dim", lambda m, x: x.prod(-1), normal(2, 3, 2), np=lambda x: np.prod(x, -1)),
    row("prod/keepdim", lambda m, x: m.prod(x, 0, keepdim=True), normal(3, 2), np=lambda x: x.prod(0, keepdims=True)),
    row("prod/transposed", lambda m, x: m.prod(x, dim=0), transposed(normal(3, 2)), np=lambda x: np.prod(x, 0)),
    row("prod/0-d", lambda m, x: m.prod(x), normal(), np=np.prod),
    row("prod/0-d dim", lambda m, x: m.prod(x, 0, True), normal(), np=np.prod),
    row("prod/of nothing", lambda m, x: m.prod(x), normal(0, 3), np=np.prod),
    row("prod/along nothing", lambda m, x: m.prod(x, 0), normal(0, 3), np=lambda x: np.prod(x, 0)),
    row("prod/dtype", lambda m, x: m.prod(x, dtype=m.float64), normal(3), np=np.prod),
    row("prod/integers", lambda m, x: m.prod(x, 1), integers(-3, 4, 2, 3), np=lambda x: np.prod(x, 1)),
    row("prod/bools", lambda m, x: m.prod(x), booleans(3), np=lambda x: np.prod(x, dtype=np.int64)),
    # scans
    *scanned("cumsum", normal(3, 4), np.cumsum),
    *scanned("cumprod", normal(3, 4), np.cumprod),
    row("cumprod/zeros", lambda m, x: m.cumprod(x, 0), zeros_among(4, 2), np=lambda x: np.cumprod(x, 0)),
    row("cumprod/many zeros", lambda m, x: m.cumprod(x, 0), zeros_among(8), np=np.cumprod),
    row("cumsum/dtype", lambda m, x: x.cumsum(0, dtype=m.float64), normal(3), np=np.cumsum),
    row("cumsum/bools", lambda m, x: m.cumsum(x, 0), booleans(4), np=np.cumsum),
    row("cumprod/integers", lambda m, x: m.cumprod(x, 0), integers(-3, 4, 4), np=np.cumprod),
    # integers: PyTorch writes a sum of int64 into an int32 tensor, here that is refused
    row("cumsum_", lambda m, x: x.clone().cumsum_(1), normal(2, 3), np=lambda x: np.cumsum(x, 1), integers=False),
    row("cumprod_", lambda m, x: x.clone().cumprod_(0), normal(3, 2), np=lambda x: np.cumprod(x, 0), integers=False),
    *scanned("logcumsumexp", normal(3, 4), logcumsumexp),
    row(
        "logcumsumexp/large",
        lambda m, x: m.logcumsumexp(1000 * x, 0),
        ascending(4),
        np=lambda x: 1000 * x,  # each is greater by hundreds than those before it
        half=False,
        parity=False,  # PyTorch's gradient is e to the log g − y + x, as inexact as these thousands are
    ),
    *extremes("cummax", np.max),
    *extremes("cummin", np.min),
    # differences and integrals
    row("diff", lambda m, x: m.diff(x), normal(2, 4), np=np.diff),
    row("diff/n", lambda m, x: x.diff(2, 0), normal(4, 2), np=lambda x: np.diff(x, 2, 0)),
    row("diff/n too many", lambda m, x: m.diff(x, 5), normal(3), np=lambda x: np.diff(x, 5)),
    row("diff/0", lambda m, x: m.diff(x, 0), normal(3), np=lambda x: x),
    row(
        "diff/ends",
        lambda m, x, a, b: m.diff(x, dim=1, prepend=a, append=b),
        normal(2, 3),
        normal(2, 1),
        normal(2, 2),
        np=lambda x, a, b: np.diff(x, prepend=a, append=b),
    ),
    row("diff/bools", lambda m, x: m.diff(x, 2), booleans(5), np=lambda x: np.diff(x, 2)),
    row("trapezoid", lambda m, y: m.trapezoid(y), normal(2, 4), np=lambda y: np.trapezoid(y)),
    row("trapezoid/dx", lambda m, y: m.trapezoid(y, dx=0.5, dim=0), normal(4, 2),
        np=lambda y: np.trapezoid(y, dx=0.5, axis=0)),
    # of bools: PyTorch refuses y, and lets x become 0 or 1
    row("trapezoid/x", lambda m, y, x: m.trapezoid(y, x), normal(2, 4), ascending(4), np=np.trapezoid),
    row("trapezoid/x for every row", lambda m, y, x: m.trapezoid(y, x, dim=1), normal(2, 3), ascending(2, 3),
        np=np.trapezoid),
    row("trapezoid/one sample", lambda m, y: m.trapezoid(y), normal(3, 1), np=lambda y: np.trapezoid(y)),
    row("trapz", lambda m, y, x: m.trapz(y, x, dim=0), normal(3, 2), ascending(3),
        np=lambda y, x: np.trapezoid(y, x, axis=0)),
    row("cumulative_trapezoid", lambda m, y: m.cumulative_trapezoid(y), normal(2, 4),
        np=lambda y: np.cumsum(y[:, 1:] + y[:, :-1], axis=1) / 2),
    row("cumulative_trapezoid/x", lambda m, y, x: m.cumulative_trapezoid(y, x), normal(2, 4), ascending(4),
        np=lambda y, x: np.cumsum((y[:, 1:] + y[:, :-1]) * np.diff(x), axis=1) / 2),
    row("gradient", lambda m, x: m.gradient(x), normal(3, 4), np=np_gradient),
    row("gradient/spacing", lambda m, x: m.gradient(x, spacing=(0.5, 2)), normal(3, 4),
        np=lambda x: np_gradient(x, 0.5, 2)),
    row("gradient/dim", lambda m, x: m.gradient(x, dim=(1, 0), spacing=3), normal(3, 4),
        np=lambda x: np_gradient(x, 3, axis=(1, 0))),
    row("gradient/parabola at the ends", lambda m, x: m.gradient(x, dim=1, edge_order=2), normal(2, 4),
        np=lambda x: np_gradient(x, axis=1, edge_order=2)),
    row("gradient/coordinates", lambda m, f, x: m.gradient(f, spacing=(x,), dim=0), normal(4, 2), ascending(4),
        np=lambda f, x: np_gradient(f, x, axis=0), integers=False),  # integers are not in ascending order
    row("gradient/coordinates and parabola", lambda m, f, x: m.gradient(f, spacing=[x], edge_order=2), normal(4),
        ascending(4), np=lambda f, x: np_gradient(f, x, edge_order=2), integers=False),  # likewise
]  # fmt: skip
