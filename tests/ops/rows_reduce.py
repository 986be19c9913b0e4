"""Rows of ``ops/reduce.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .tables import Row, Source, apart, booleans, integers, normal, positive, row, strided, transposed


def reduced(name: str, source: Source, reference: Callable[..., Any], **options: Any) -> list[Row]:
    """Rows for a reduction in all its forms: of everything, along dimensions, keeping them."""

    def of(case: str, call: Callable[..., Any], axis: Any, keepdims: bool = False, x: Source = source) -> Row:
        return row(name + case, call, x, np=lambda x: reference(x, axis=axis, keepdims=keepdims), **options)

    empty = Source(source.draw, (0, 3))
    return [
        of("", lambda m, x: getattr(m, name)(x), None),
        of("/dim", lambda m, x: getattr(m, name)(x, 1), 1),
        of("/negative dim", lambda m, x: getattr(x, name)(dim=-1), -1),
        of("/dims", lambda m, x: getattr(m, name)(x, dim=(0, -1)), (0, 2)),
        of("/keepdim", lambda m, x: getattr(m, name)(x, dim=1, keepdim=True), 1, True),
        of("/dims kept", lambda m, x: getattr(m, name)(x, (2, 0), keepdim=True), (0, 2), True),
        of("/0-d", lambda m, x: getattr(m, name)(x), None, x=Source(source.draw, ())),
        of("/0-d dim", lambda m, x: getattr(m, name)(x, 0), None, x=Source(source.draw, ())),
        of("/transposed", lambda m, x: getattr(m, name)(x, 0), 0, x=transposed(source)),
        of("/strided", lambda m, x: getattr(m, name)(x, 2), 2, x=strided(source)),
        of("/empty along the other dim", lambda m, x: getattr(m, name)(x, 1), 1, x=empty),
    ]


def logsumexp(x: Any, axis: Any, keepdims: bool) -> Any:
    """Without care for overflow."""
    return np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims))


def without(of_all: list[Row], *left_out: str) -> list[Row]:
    """The rows but those of these cases."""
    return [each for each in of_all if each.name.partition("/")[2] not in left_out]


def sample_var(x: Any, axis: Any, keepdims: bool) -> Any:
    """The unbiased variance."""
    return np.var(x, axis=axis, keepdims=keepdims, ddof=1)


def sample_std(x: Any, axis: Any, keepdims: bool) -> Any:
    """Its square root."""
    return np.std(x, axis=axis, keepdims=keepdims, ddof=1)


x234 = normal(2, 3, 4)
TOO_FEW = ("0-d", "0-d dim", "empty along the other dim")
"""One number has no unbiased variance: NaN, with a warning in NumPy and PyTorch; see test_reduce.py."""

ROWS = [
    *reduced("sum", x234, np.sum),
    *reduced("mean", x234, np.mean),
    *without(reduced("var", x234, sample_var), *TOO_FEW),
    *without(reduced("std", x234, sample_std), *TOO_FEW),
    *reduced("amax", apart(2, 3, 4), np.max),
    *reduced("amin", apart(2, 3, 4), np.min),
    *without(reduced("logsumexp", x234, logsumexp), "", "0-d"),
    *reduced("all", booleans(2, 3, 4), np.all),
    *reduced("any", booleans(2, 3, 4), np.any),
    row("sum/of nothing", lambda m, x: m.sum(x), normal(0, 3), np=np.sum),
    row("sum/along nothing", lambda m, x: x.sum(0), normal(0, 3), np=lambda x: x.sum(0)),
    row("sum/dtype", lambda m, x: m.sum(x, dtype=m.float64), normal(3, 4), np=np.sum),
    row("sum/integers", lambda m, x: m.sum(x, 0), integers(-9, 9, 3, 4), np=lambda x: x.sum(0)),
    row("sum/bools", lambda m, x: x.sum(), booleans(3, 4), np=np.sum),
    row("var/biased", lambda m, x: m.var(x, 1, correction=0), x234, np=lambda x: np.var(x, 1)),
    row("var/unbiased=False", lambda m, x: m.var(x, unbiased=False), x234, np=np.var),
    row("var/old form", lambda m, x: m.var(x, False), x234, np=np.var),
    row("std/biased", lambda m, x: m.std(x, dim=(0, 1), correction=0), x234, np=lambda x: np.std(x, (0, 1))),
    row("logsumexp/large", lambda m, x: m.logsumexp(1000 * x, 0), positive(4), np=lambda x: 1000 * x.max(), half=False),
    row("max", lambda m, x: m.max(x), apart(3, 4), np=np.max),
    row("min", lambda m, x: m.min(x), apart(3, 4), np=np.min),
    row("max/of two", lambda m, x, y: m.max(x, y), apart(3, 4), normal(4), np=np.maximum),
    row("min/of two", lambda m, x, y: m.min(x, y), apart(3, 4), normal(4), np=np.minimum),
    row("max/dim", lambda m, x: tuple(m.max(x, 1)), apart(3, 4), np=lambda x: (x.max(1), x.argmax(1))),
    row("min/dim", lambda m, x: tuple(x.min(dim=0)), apart(3, 4), np=lambda x: (x.min(0), x.argmin(0))),
    row(
        "max/keepdim",
        lambda m, x: (x.max(-1, keepdim=True).values, x.max(-1, keepdim=True).indices),
        apart(3, 4),
        np=lambda x: (x.max(-1, keepdims=True), x.argmax(-1, keepdims=True)),
    ),
    row("argmax", lambda m, x: m.argmax(x), apart(3, 4), np=np.argmax, differentiable=()),
    row("argmin", lambda m, x: m.argmin(x), apart(3, 4), np=np.argmin, differentiable=()),
    row("argmax/dim", lambda m, x: x.argmax(0), apart(3, 4), np=lambda x: x.argmax(0), differentiable=()),
    row("argmin/dim", lambda m, x: x.argmin(dim=-1), apart(3, 4), np=lambda x: x.argmin(-1), differentiable=()),
    row(
        "argmax/keepdim",
        lambda m, x: m.argmax(x, dim=1, keepdim=True),
        apart(3, 4),
        np=lambda x: x.argmax(1, keepdims=True),
        differentiable=(),
    ),
]
