"""Rows of ``ops/norm.py`` and ``ops/statistics.py``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .rows_reduce import reduced, sample_std, sample_var, without
from .tables import Row, apart, away, booleans, integers, normal, positive, row, whole

ORDERS = {"1": 1, "1.5": 1.5, "2": 2, "3": 3, "inf": math.inf, "-inf": -math.inf, "-1": -1, "half": 0.5}


def p_norm(x: Any, p: float, axis: Any = None, keepdims: bool = False) -> Any:
    """Over all elements as one vector."""
    if math.isinf(p):
        return (np.max if p > 0 else np.min)(np.abs(x), axis=axis, keepdims=keepdims)
    return np.sum(np.abs(x) ** p, axis=axis, keepdims=keepdims) ** (1 / p)


def vector_norm(case: str, p: float) -> Row:
    """A row for one order, along the last dimension."""
    return row(
        f"linalg.vector_norm/{case}",
        lambda m, x: m.linalg.vector_norm(x, p, 1),
        apart(2, 3),
        np=lambda x: p_norm(x, p, 1),
    )


def holes(m: Any, x: Any) -> Any:
    """NaN where an element exceeds 1."""
    return m.where(x > 1, float("nan"), x)


def with_holes(x: Any) -> Any:
    """The same in NumPy."""
    return np.where(x > 1, np.nan, x)


def renormed(x: Any, p: float, axis: int, maxnorm: float) -> Any:
    """Slices along `axis` shortened."""
    others = tuple(d for d in range(x.ndim) if d != axis)
    norms = p_norm(x, p, others, True)
    return x * np.where(norms > maxnorm, maxnorm / (norms + 1e-7), 1)


FEW = ("dims kept", "negative dim", "transposed", "strided", "keepdim")
"""Cases that differ from others only in what ``sum`` does with them."""

ROWS = [
    # norms
    row("linalg.vector_norm", lambda m, x: m.linalg.vector_norm(x), normal(2, 3), np=np.linalg.norm),
    *[vector_norm(case, p) for case, p in ORDERS.items()],
    row("linalg.vector_norm/0", lambda m, x: m.linalg.vector_norm(x, 0), whole(0, 3, 2, 3),
        np=lambda x: np.float64((x != 0).sum()), differentiable=()),
    row("linalg.vector_norm/keepdim", lambda m, x: m.linalg.vector_norm(x, dim=(0, -1), keepdim=True), normal(2, 2, 2),
        np=lambda x: p_norm(x, 2, (0, 2), True)),
    row("linalg.vector_norm/0-d", lambda m, x: m.linalg.vector_norm(x, 3), away(), np=np.abs),
    row("linalg.vector_norm/zero", lambda m, x: m.linalg.vector_norm(0 * x), normal(3), np=lambda x: 0 * x[0],
        second=False),  # the slope jumps there
    row("linalg.vector_norm/of nothing", lambda m, x: m.linalg.vector_norm(x), normal(0), np=np.linalg.norm),
    row("linalg.vector_norm/dtype", lambda m, x: m.linalg.vector_norm(x, 3, dtype=m.float64), normal(3),
        np=lambda x: p_norm(x, 3)),
    row("norm", lambda m, x: m.norm(x), normal(2, 3), np=np.linalg.norm),
    row("norm/p", lambda m, x: x.norm(3, 1, True), normal(2, 3), np=lambda x: p_norm(x, 3, 1, True)),
    row("norm/fro", lambda m, x: m.norm(x, "fro", dim=(0, 1)), normal(2, 3), np=np.linalg.norm),
    row("norm/dtype", lambda m, x: m.norm(x, p=1, dim=0, dtype=m.float64), away(2, 2), np=lambda x: p_norm(x, 1, 0)),
    row("renorm", lambda m, x: m.renorm(x, 2, 0, 1.5), normal(3, 2), np=lambda x: renormed(x, 2, 0, 1.5)),
    row("renorm_", lambda m, x: x.clone().renorm_(2, 0, 1.5), normal(3, 2),
        np=lambda x: renormed(x, 2, 0, 1.5)),
    row("renorm/p", lambda m, x: x.renorm(1, -1, 2.0), normal(3, 2), np=lambda x: renormed(x, 1, 1, 2.0)),
    # pairs
    row("var_mean", lambda m, x: m.var_mean(x), normal(2, 3), np=lambda x: (np.var(x, ddof=1), np.mean(x))),
    row("var_mean/dim", lambda m, x: m.var_mean(x, 1, False, True), normal(2, 3),
        np=lambda x: (x.var(1, keepdims=True), x.mean(1, keepdims=True))),
    row("var_mean/correction", lambda m, x: m.var_mean(x, dim=(0, 1), correction=2), normal(2, 3),
        np=lambda x: (x.var(ddof=2), x.mean())),
    row("std_mean", lambda m, x: m.std_mean(x), normal(2, 3), np=lambda x: (np.std(x, ddof=1), np.mean(x))),
    row("std_mean/dim", lambda m, x: m.std_mean(x, 0, keepdim=True), normal(3, 2),
        np=lambda x: (x.std(0, ddof=1, keepdims=True), x.mean(0, keepdims=True))),
    row("var/positional", lambda m, x: m.var(x, 0, True, True), normal(3, 2), np=lambda x: sample_var(x, 0, True)),
    row("std/positional", lambda m, x: x.std(0, False), normal(3, 2), np=lambda x: x.std(0)),
    row("std/correction", lambda m, x: m.std(x, correction=1.5), normal(5), np=lambda x: x.std(ddof=1.5)),
    row("std/unbiased", lambda m, x: m.std(x, 1, unbiased=True), normal(2, 3), np=lambda x: sample_std(x, 1, False)),
    row("aminmax", lambda m, x: tuple(m.aminmax(x)), apart(2, 3), np=lambda x: (x.min(), x.max())),
    row("aminmax/dim", lambda m, x: m.aminmax(x, dim=1), apart(2, 3), np=lambda x: (x.min(1), x.max(1))),
    row("aminmax/keepdim", lambda m, x: x.aminmax(dim=0, keepdim=True), apart(3, 2),
        np=lambda x: (x.min(0, keepdims=True), x.max(0, keepdims=True))),
    row("aminmax/0-d", lambda m, x: m.aminmax(x, dim=-1), normal(), np=lambda x: (x, x)),
    # without NaN, without zeros
    *without(reduced("nansum", normal(2, 2, 3), np.nansum), *FEW),
    *without(reduced("nanmean", normal(2, 2, 3), np.mean), *FEW),
    row("nansum/NaN", lambda m, x: m.nansum(holes(m, x), 1), apart(2, 5), np=lambda x: np.nansum(with_holes(x), 1)),
    row("nansum/dtype", lambda m, x: m.nansum(x, dtype=m.float64), normal(3), np=np.sum),
    row("nansum/integers", lambda m, x: m.nansum(x), integers(-3, 4, 5), np=np.sum),
    row("nanmean/NaN", lambda m, x: m.nanmean(holes(m, x), 1), apart(2, 5), np=lambda x: np.nanmean(with_holes(x), 1)),
    row("nanmean/dtype", lambda m, x: m.nanmean(x, 0, dtype=m.float64), normal(3), np=np.mean),
    row("count_nonzero", lambda m, x: m.count_nonzero(x), whole(-1, 2, 3, 3), np=np.count_nonzero, differentiable=()),
    row("count_nonzero/dim", lambda m, x: x.count_nonzero(dim=(0, -1)), whole(-1, 2, 2, 3, 2),
        np=lambda x: np.count_nonzero(x, (0, 2)), differentiable=()),
    row("count_nonzero/bools", lambda m, x: m.count_nonzero(x, 0), booleans(3, 2), np=lambda x: np.count_nonzero(x, 0)),
    row("all/no dimension", lambda m, x: m.all(x, dim=()), integers(0, 2, 2, 3), np=lambda x: x != 0),
    row("any/uint8", lambda m, x: m.any(x.to(m.uint8), 1), integers(0, 2, 3, 2),
        np=lambda x: (x != 0).any(1).astype(np.uint8)),
    # covariance
    row("cov", lambda m, x: m.cov(x), normal(3, 4), np=np.cov),
    row("cov/vector", lambda m, x: m.cov(x, correction=0), normal(5), np=lambda x: np.cov(x, ddof=0)),
    row("cov/fweights", lambda m, x, f: m.cov(x, fweights=f), normal(2, 4), integers(1, 4, 4),
        np=lambda x, f: np.cov(x, fweights=f)),
    row("cov/aweights", lambda m, x, a: m.cov(x, aweights=a), normal(2, 4), positive(4),
        np=lambda x, a: np.cov(x, aweights=a), integers=False),  # PyTorch takes no integers there, and neither do we
    row("cov/weights", lambda m, x, f, a: x.cov(correction=2, fweights=f, aweights=a), normal(2, 4), integers(1, 4, 4),
        positive(4), np=lambda x, f, a: np.cov(x, fweights=f, aweights=a, ddof=2)),
    row("corrcoef", lambda m, x: m.corrcoef(x), normal(2, 4), np=np.corrcoef),
    row("corrcoef/vector", lambda m, x: m.corrcoef(x), normal(4), np=np.corrcoef),
]  # fmt: skip
