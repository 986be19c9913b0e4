"""Rows of ``replace``, ``scatter_reduce`` and ``masked_scatter``: copies in which elements were replaced or reduced."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_zh.ops.publish import inplace_methods

from .rows_indexing import given
from .tables import Array, Row, apart, away, normal, row, strided, transposed

x4, x34, x234 = normal(4), normal(3, 4), normal(2, 3, 2)
REDUCE: dict[str, Callable[..., Any]] = {
    "sum": np.sum,
    "prod": np.prod,
    "mean": np.mean,
    "amax": np.max,
    "amin": np.min,
}


def replaced(index: Any, value: Any, x: Array) -> Array:
    """A copy with a part replaced."""
    y = x.copy()
    y[index] = value
    return y


def added(index: Any, values: Array, x: Array) -> Array:
    """A copy to which values were added, where a position occurs twice each of them."""
    y = x.copy()
    np.add.at(y, index, values)
    return y


def reduced(name: str, x: Array, index: Array, src: Array, include_self: bool = True) -> Array:
    """``scatter_reduce`` along dimension 1 of a matrix, one place at a time."""
    y = x.copy()
    for i, j in np.ndindex(x.shape):
        rows = src[i, : index.shape[1]][index[i] == j] if i < index.shape[0] else src[:0, 0]
        if rows.size:
            y[i, j] = REDUCE[name](np.append(rows, x[i, j]) if include_self else rows)
    return y


def by_element(name: str, include_self: bool) -> Any:
    """A row of ``scatter_reduce``; extremes and products of what is apart, and away from 0."""
    source = apart if name in ("amax", "amin") else away
    # Operands are drawn one after the other, and the two of `apart` have some numbers in common: shift one of them.
    shifted = 0.1 if source is apart else 0.0
    return row(
        f"scatter_reduce/{name}{'' if include_self else ', without self'}",
        lambda m, x, i, s: m.scatter_reduce(x, 1, i, s + shifted, name, include_self=include_self),
        source(2, 4),
        given([[1, 1, 3], [0, 0, 0]]),
        source(2, 3),
        np=lambda x, i, s: reduced(name, x, i, s + shifted, include_self),
        integers=shifted == 0,  # a shift by a fraction makes floats of integers
    )


def index_reduce(m: Any, *args: Any, **options: Any) -> Any:
    """PyTorch says that its function is a beta."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return m.index_reduce(*args, **options)


def by_slice(name: str, include_self: bool) -> Any:
    """A row of ``index_reduce``."""
    source = apart if name in ("amax", "amin") else away
    shifted = 0.1 if source is apart else 0.0
    wide = given([[1, 1, 0]] * 2)
    return row(
        f"index_reduce/{name}{'' if include_self else ', without self'}",
        lambda m, x, i, s: index_reduce(m, x, -1, i[0], s + shifted, name, include_self=include_self),
        source(2, 3),
        wide,
        source(2, 3),
        np=lambda x, i, s: reduced(name, x, i, s + shifted, include_self),
        integers=shifted == 0,
    )


class Writing:
    """A library in which ``m.name(x, …)`` is ``x.name_(…)`` of a copy."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def write(x: Any, *args: Any, **options: Any) -> Any:
            y = x.clone()
            assert getattr(y, name + "_")(*args, **options) is y
            return y

        return write


def written(row: Row) -> Row:
    """The row of ``name_`` from the row of ``name``."""
    return dataclasses.replace(row, name=row.name + "_", call=lambda m, *xs: row.call(Writing(), *xs))


pairs = given([[0, 2, 0], [1, 3, 1]])
mask = given([[True, False, True, False], [False] * 4, [True, False, False, True]])

ROWS = [
    # -- a part that a view looks at
    row(
        "select_scatter",
        lambda m, x, v: m.select_scatter(x, v, 1, -2),
        x34,
        normal(3),
        np=lambda x, v: replaced((slice(None), 2), v, x),
    ),
    row(
        "slice_scatter",
        lambda m, x, v: m.slice_scatter(x, v, 1, 0, None, 2),
        transposed(x34),
        normal(3, 2),
        np=lambda x, v: replaced((slice(None), slice(0, None, 2)), v, x),
    ),
    row(
        "slice_scatter/defaults",
        lambda m, x, v: x.slice_scatter(v, start=-2),
        x34,
        normal(2, 4),
        np=lambda x, v: replaced(slice(1, 3), v, x),
    ),
    row("slice_scatter/nothing", lambda m, x, v: x.slice_scatter(v, 0, 3, 2), x34, normal(0, 4), np=lambda x, v: x),
    row(
        "diagonal_scatter",
        lambda m, x, v: m.diagonal_scatter(x, v),
        x34,
        normal(3),
        np=lambda x, v: replaced((range(3), range(3)), v, x),
    ),
    row(
        "diagonal_scatter/offset",
        lambda m, x, v: x.diagonal_scatter(v, -1, 1, 2),
        x234,
        normal(2, 2),
        np=lambda x, v: replaced((slice(None), [1, 2], [0, 1]), v, x),
    ),
    # -- elements that an index picks
    row(
        "index_put",
        lambda m, x, i, v: m.index_put(x, (i[:3] % 3,), v),
        x34,
        given([0, 2, 1, 0]),
        normal(3, 4),
        np=lambda x, i, v: replaced(i[:3], v, x),
    ),
    row(
        "index_put/pairs",
        lambda m, x, i, v: x.index_put((i[0, :2], i[1, :2]), v),
        strided(x34),
        pairs,
        normal(2),
        np=lambda x, i, v: replaced(([0, 2], [1, 3]), v, x),
    ),
    row(
        "index_put/0-d",
        lambda m, x, i, v: x.index_put([i], v),
        x34,
        given(1),
        normal(4),
        np=lambda x, i, v: replaced(1, v, x),
    ),
    row(
        "index_put/mask",
        lambda m, x, c, v: x.index_put((c,), v),
        x34,
        mask,
        normal(),
        np=lambda x, c, v: np.where(c, v, x),
    ),
    row(
        "index_put/mask and row",
        lambda m, x, c, v: x.index_put((c,), v),
        x34,
        given([True, False, True]),
        normal(4),
        np=lambda x, c, v: replaced([0, 2], v, x),
    ),
    row(
        "index_put/accumulate",
        lambda m, x, i, v: x.index_put((i[0], i[1]), v, accumulate=True),
        x34,
        pairs,
        normal(3),
        np=lambda x, i, v: added((i[0], i[1]), v, x),
    ),
    row(
        "index_put/accumulate, wide",
        lambda m, x, i, v: x.index_put((i,), v, True),
        x34,
        given([2, 0, 2]),
        normal(4),
        np=lambda x, i, v: added(i, v, x),
    ),
    row(
        "index_put/accumulate, mask",
        lambda m, x, c, v: x.index_put((c,), v, True),
        x34,
        mask,
        normal(4),
        np=lambda x, c, v: added(np.nonzero(c), v, x),
    ),
    row(
        "put",
        lambda m, x, i, v: m.put(x, i, v),
        x34,
        given([[11, 0], [-2, 5]]),
        normal(4),
        np=lambda x, i, v: replaced(i, v.reshape(2, 2), x.ravel()).reshape(3, 4),
    ),
    row(
        "put/accumulate",
        lambda m, x, i, v: x.put(i, v, accumulate=True),
        transposed(x34),
        given([11, 0, 11, -1]),
        normal(2, 2),
        np=lambda x, i, v: added(i, v.ravel(), x.ravel()).reshape(3, 4),
    ),
    row("put/0-d", lambda m, x, i, v: x.put(i, v), normal(), given(0), normal(), np=lambda x, i, v: v),
    row(
        "masked_scatter",
        lambda m, x, c, v: m.masked_scatter(x, c, v),
        x34,
        mask,
        normal(5),
        np=lambda x, c, v: replaced(c, v[:4], x),
    ),
    row(
        "masked_scatter/wide",
        lambda m, x, c, v: m.masked_scatter(x, c, v),
        x4,
        mask,
        normal(2, 2),
        np=lambda x, c, v: replaced(c, v.ravel(), x + 0 * c),
    ),
    row("masked_scatter/nothing", lambda m, x, v: m.masked_scatter(x, x != x, v), x34, normal(0), np=lambda x, v: x),
    row(
        "fill_diagonal_",
        lambda m, x: x.clone().fill_diagonal_(7),
        x34,
        np=lambda x: replaced((range(3), range(3)), 7, x),
    ),
    row(
        "fill_diagonal_/tall",
        lambda m, x: x.clone().fill_diagonal_(7),
        normal(5, 2),
        np=lambda x: replaced(([0, 1], [0, 1]), 7, x),
    ),
    row(
        "fill_diagonal_/wrap",
        lambda m, x: x.clone().fill_diagonal_(7, wrap=True),
        normal(5, 2),
        np=lambda x: replaced(([0, 1, 3, 4], [0, 1, 0, 1]), 7, x),
    ),
    row(
        "fill_diagonal_/cube",
        lambda m, x: x.clone().fill_diagonal_(7),
        normal(2, 2, 2),
        np=lambda x: replaced(([0, 1],) * 3, 7, x),
    ),
    row(
        "fill_diagonal_/view",
        lambda m, x: x.clone().t().fill_diagonal_(7),
        x34,
        np=lambda x: replaced((range(3), range(3)), 7, x.T),
    ),
    # -- everything that is sent to one place
    row(
        "scatter_reduce",
        lambda m, x, i, s: m.scatter_reduce(x, 0, i, s, "prod"),
        away(3),
        given([2, 0, 2]),
        away(3),
        np=lambda x, i, s: np.array([x[0] * s[1], x[1], x[2] * s[0] * s[2]]),
    ),
    *(by_element(name, include_self) for name in REDUCE for include_self in (True, False)),
    row(
        "scatter_reduce/0-d",
        lambda m, x, i, s: x.scatter_reduce(0, i, s, reduce="prod"),
        away(),
        given(0),
        away(),
        np=lambda x, i, s: x * s,
    ),
    row(
        "scatter_reduce/nothing",
        lambda m, x, i, s: x.scatter_reduce(0, i, s, "amax", include_self=False),
        x4,
        given(np.zeros(0, np.int64)),
        normal(0),
        np=lambda x, i, s: x,
    ),
    row(
        "scatter/add",
        lambda m, x, i: x.scatter(0, i, 3, reduce="add"),
        x4,
        given([2, 0, 2]),
        np=lambda x, i: x + np.array([3, 0, 6, 0]),
        parity=False,  # PyTorch gives no gradient
    ),
    row(
        "scatter/multiply",
        lambda m, x, i: x.scatter(0, i, 3, reduce="multiply"),
        x4,
        given([2, 0, 2]),
        np=lambda x, i: x * np.array([3, 1, 9, 1]),
        parity=False,
    ),  # the same
    row(
        "index_reduce",
        lambda m, x, i, s: index_reduce(m, x, 0, i, s, "prod"),
        away(3, 2),
        given([2, 2]),
        away(2, 2),
        np=lambda x, i, s: np.stack((x[0], x[1], x[2] * s[0] * s[1])),
    ),
    *(by_slice(name, include_self) for name in REDUCE if name != "sum" for include_self in (True, False)),
    # -- the bits
    row("view/dtype", lambda m, x: x.view(m.uint8), x34, np=lambda x: x.view(np.uint8), differentiable=()),
    row("where/positions", lambda m, x: m.where(x > 0), x34, np=lambda x: np.nonzero(x > 0), differentiable=()),
]
ROWS += [written(row) for row in ROWS if row.name in inplace_methods]
