"""Rows of ``ops/sort.py``, ``ops/quantile.py``, ``ops/search.py`` and ``ops/histogram.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .rows_scan import ascending
from .tables import Row, apart, between, integers, normal, positive, row, strided, transposed, whole


def in_order(x: Any, axis: int, descending: bool = False) -> Any:
    """The elements in order, and where they stood; equals keep their order."""
    order = np.argsort(-x if descending else x, axis=axis, kind="stable")
    return np.take_along_axis(x, order, axis), order


def lower_median(x: Any, axis: int) -> Any:
    """The lower of both in the middle, and where it stands."""
    values, order = in_order(x, axis)
    k = (x.shape[axis] - 1) // 2
    return np.take(values, k, axis), np.take(order, k, axis)


def most_frequent(x: Any) -> Any:
    """Of every row the most frequent value, the smallest of several, and where it stands last."""
    values = [max(sorted(set(line)), key=line.count) for line in x.tolist()]
    where = [len(line) - 1 - line[::-1].index(v) for v, line in zip(values, x.tolist(), strict=True)]
    return np.array(values), np.array(where)


def nan_median(x: Any) -> Any:
    """The lower median of the numbers of every column, and where it stands."""
    found = [np.argsort(column, kind="stable")[(np.isfinite(column).sum() - 1) // 2] for column in x.T]
    return np.array([x[i, j] for j, i in enumerate(found)]), np.array(found)


def runs(x: Any) -> Any:
    """The values of the runs of equals, the run of each element, and how long the runs are."""
    starts = np.concatenate([[True], x[1:] != x[:-1]])
    run = np.cumsum(starts) - 1
    return x[starts], run, np.bincount(run)


def quantile(m: Any, x: Any, **options: Any) -> Any:
    """Of every row, what three tenths do not exceed."""
    return m.quantile(x, 0.3, 1, **options)


def sorts(name: str) -> list[Row]:
    """Rows for ``sort`` and ``argsort``."""
    pick: Callable[[Any], Any] = (lambda r: tuple(r)) if name == "sort" else (lambda r: r[1])
    options: dict[str, Any] = {} if name == "sort" else {"differentiable": ()}

    def of(case: str, call: Callable[..., Any], x: Any, axis: int, descending: bool = False, **more: Any) -> Row:
        return row(name + case, call, x, np=lambda x: pick(in_order(x, axis, descending)), **options, **more)

    ties = {"slope": False, "second": False} if name == "sort" else {}  # at a tie there is no slope
    return [
        of("", lambda m, x: getattr(m, name)(x), apart(3, 4), 1),
        of("/dim", lambda m, x: getattr(x, name)(dim=0), transposed(apart(4, 2)), 0),
        of("/descending", lambda m, x: getattr(m, name)(x, 1, True), strided(apart(2, 4)), 1, True),
        of("/stable", lambda m, x: getattr(m, name)(x, dim=0, stable=True), whole(0, 3, 6, 2), 0, **ties),
        of("/stable descending", lambda m, x: getattr(m, name)(x, stable=True, dim=-1, descending=True),
           whole(0, 3, 2, 6), 1, True, **ties),
        of("/empty", lambda m, x: getattr(m, name)(x), normal(2, 0), 1),
    ]  # fmt: skip


ROWS = [
    *sorts("sort"),
    *sorts("argsort"),
    row("sort/0-d", lambda m, x: m.sort(x), normal(), np=lambda x: (x, np.array(0))),
    row("msort", lambda m, x: m.msort(x), apart(4, 2), np=lambda x: np.sort(x, 0)),
    row("topk", lambda m, x: m.topk(x, 2), apart(2, 4), np=lambda x: tuple(a[:, :2] for a in in_order(x, 1, True)),
        integers=False),  # of equals PyTorch's topk, kthvalue and median choose another one
    row("topk/smallest", lambda m, x: x.topk(k=2, dim=0, largest=False), apart(4, 2),
        np=lambda x: tuple(a[:2] for a in in_order(x, 0)), integers=False),  # likewise
    row("topk/0", lambda m, x: m.topk(x, 0), normal(3), np=lambda x: (x[:0], np.zeros(0, dtype=np.int64))),
    row("kthvalue", lambda m, x: m.kthvalue(x, 2), apart(2, 4), np=lambda x: tuple(a[:, 1] for a in in_order(x, 1)),
        integers=False),  # likewise
    row("kthvalue/keepdim", lambda m, x: tuple(x.kthvalue(k=3, dim=0, keepdim=True)), apart(4, 2),
        np=lambda x: tuple(a[2:3] for a in in_order(x, 0)), integers=False),  # likewise
    row("mode", lambda m, x: m.mode(x), whole(0, 3, 3, 4), np=most_frequent, slope=False, second=False),  # at a tie
    row("mode/dim", lambda m, x: tuple(x.mode(0, True)), whole(0, 3, 5, 2),
        np=lambda x: tuple(a[None] for a in most_frequent(x.T)), slope=False, second=False),  # likewise
    row("median", lambda m, x: m.median(x), apart(3, 4), np=lambda x: np.sort(x, None)[5]),
    row("median/dim", lambda m, x: tuple(m.median(x, 1)), apart(3, 4), np=lambda x: lower_median(x, 1),
        integers=False),  # likewise
    row("median/keepdim", lambda m, x: tuple(x.median(dim=0, keepdim=True)), apart(5, 2),
        np=lambda x: tuple(a[None] for a in lower_median(x, 0)), integers=False),  # likewise
    row("median/ties", lambda m, x: m.median(x), whole(0, 3, 7), np=np.median, slope=False, second=False),
    row("median/0-d", lambda m, x: m.median(x), normal(), np=lambda x: x),
    row("nanmedian", lambda m, x: m.nanmedian(m.where(x > 2, float("nan"), x)), apart(3, 4),
        np=lambda x: np.sort(x[x <= 2])[((x <= 2).sum() - 1) // 2]),
    row("nanmedian/dim", lambda m, x: tuple(m.nanmedian(m.where(x > 1, float("nan"), x), 0)), apart(5, 2),
        np=lambda x: nan_median(np.where(x > 1, np.nan, x)), integers=False),  # likewise
    # quantiles
    row("quantile", lambda m, x: m.quantile(x, 0.3), apart(7), np=lambda x: np.quantile(x, 0.3), half=False),
    *[
        row(f"quantile/{kind}", lambda m, x, kind=kind: quantile(m, x, interpolation=kind), apart(2, 5),
            np=lambda x, kind=kind: np.quantile(x, 0.3, axis=1, method=kind), half=False)
        for kind in ("linear", "lower", "higher", "midpoint", "nearest")
    ],
    row("quantile/several", lambda m, x, q: x.quantile(q, dim=0), apart(5, 2), between(0.1, 0.2, 3),
        np=lambda x, q: np.quantile(x, q, axis=0), half=False),
    row("quantile/keepdim", lambda m, x, q: m.quantile(x, q, keepdim=True), apart(2, 5), between(0.12, 0.2, 2),
        np=lambda x, q: np.quantile(x, q, keepdims=True), half=False),
    row("nanquantile", lambda m, x: m.nanquantile(m.where(x > 1, float("nan"), x), 0.4, 1), apart(2, 6),
        np=lambda x: np.nanquantile(np.where(x > 1, np.nan, x), 0.4, axis=1), half=False),
    # searching
    row("searchsorted", lambda m, a, v: m.searchsorted(a, v), ascending(5), between(0, 4, 2, 3), np=np.searchsorted,
        differentiable=(), integers=False),  # integers are not in ascending order
    row("searchsorted/right", lambda m, a, v: m.searchsorted(a, v, right=True), integers(0, 3, 1), integers(0, 3, 4),
        np=lambda a, v: np.searchsorted(a, v, side="right")),
    row("searchsorted/rows", lambda m, a, v: m.searchsorted(a, v, side="left", out_int32=True), ascending(2, 4),
        between(0, 3, 2, 3), differentiable=(), integers=False,  # likewise
        np=lambda a, v: np.stack([np.searchsorted(*pair) for pair in zip(a, v, strict=True)]).astype("i4")),
    row("searchsorted/number", lambda m, a: m.searchsorted(a, 1.5), ascending(5), np=lambda a: np.searchsorted(a, 1.5),
        differentiable=(), integers=False),  # likewise
    row("searchsorted/sorter", lambda m, a, v: m.searchsorted(a, v, sorter=m.argsort(a)), apart(5), normal(3),
        np=lambda a, v: np.searchsorted(np.sort(a), v), differentiable=(), integers=False),  # likewise
    row("bucketize", lambda m, v, a: m.bucketize(v, a), between(0, 4, 2, 3), ascending(5),
        np=lambda v, a: np.searchsorted(a, v), differentiable=(), integers=False),  # likewise
    row("bucketize/right", lambda m, v, a: m.bucketize(v, a, right=True, out_int32=True), integers(0, 3, 4),
        integers(0, 3, 1), np=lambda v, a: np.searchsorted(a, v, side="right").astype("i4")),
    row("unique", lambda m, x: m.unique(x), whole(0, 4, 3, 3), np=np.unique, differentiable=()),
    row("unique/all", lambda m, x: x.unique(return_inverse=True, return_counts=True), whole(0, 4, 2, 4),
        np=lambda x: np.unique(x, return_inverse=True, return_counts=True), differentiable=()),
    row("unique/dim", lambda m, x: m.unique(x, dim=1, return_inverse=True, return_counts=True), whole(0, 2, 2, 6),
        np=lambda x: np.unique(x, axis=1, return_inverse=True, return_counts=True), differentiable=()),
    row("unique_consecutive", lambda m, x: m.unique_consecutive(x, return_counts=True), whole(0, 2, 8),
        np=lambda x: runs(x)[::2], differentiable=()),
    row("unique_consecutive/dim", lambda m, x: m.unique_consecutive(x, return_inverse=True, dim=0), whole(0, 2, 6, 1),
        np=lambda x: (runs(x[:, 0])[0][:, None], runs(x[:, 0])[1]), differentiable=()),
    # counting
    row("bincount", lambda m, x: m.bincount(x), integers(0, 5, 8), np=np.bincount),
    row("bincount/weights", lambda m, x, w: m.bincount(x, w, minlength=7), integers(0, 5, 6), normal(6),
        np=lambda x, w: np.bincount(x, w, minlength=7), differentiable=()),  # PyTorch has no gradient there
    row("histc", lambda m, x: m.histc(x, 4), normal(10), np=lambda x: np.histogram(x, 4)[0].astype(float),
        differentiable=()),
    row("histc/range", lambda m, x: x.histc(bins=4, min=-1, max=1), between(-2, 2, 3, 4),
        np=lambda x: np.histogram(x, 4, (-1, 1))[0].astype(float), differentiable=()),
    row("histogram", lambda m, x: tuple(m.histogram(x, 4)), normal(10), half=False, differentiable=(),
        np=lambda x: (np.histogram(x, 4)[0].astype(float), np.histogram(x, 4)[1])),
    row("histogram/edges", lambda m, x, e: tuple(x.histogram(e, density=True)), between(0, 3, 10), ascending(4),
        half=False, differentiable=(), np=lambda x, e: np.histogram(x, e, density=True)),
    row("histogram/weight", lambda m, x, w: tuple(m.histogram(x, 3, range=(0.0, 2.0), weight=w)), between(-1, 3, 10),
        positive(10), half=False, differentiable=(), np=lambda x, w: np.histogram(x, 3, (0, 2), weights=w)),
]  # fmt: skip
