"""Rows of the indexing family: ``brackets`` and ``indexing``, ``gather``, ``lookup``, ``masks``, ``parts``."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from .libraries import THEIRS
from .tables import Array, Source, booleans, normal, row, strided, transposed

x34, x234 = normal(3, 4), normal(2, 3, 4)


def given(values: Any) -> Source:
    """An index or mask that is always the same."""
    fixed = np.array(values)
    return Source(lambda _rng, _shape: fixed.copy(), fixed.shape)


def written(index: Any) -> Any:
    """The expression that writes into a copy of the first operand, and returns it."""

    def call(m: Any, x: Any, *value: Any) -> Any:
        y = x.clone()
        y[index] = value[0] if value else 7
        return y

    return call


def written_reference(index: Any) -> Any:
    def reference(x: Array, *value: Array) -> Array:
        y = x.copy()
        y[index] = value[0] if value else 7
        return y

    return reference


def embedding(m: Any) -> Any:
    """PyTorch's ``torch.embedding`` is another function than ``torch.nn.functional.embedding``."""
    return torch.nn.functional.embedding if m is THEIRS else m.embedding


def scattered(x: Array, index: Array, src: Any, add: bool = False) -> Array:
    """``scatter`` along dimension 1 of a matrix, an element at a time."""
    y = x.copy()
    for i, j in np.ndindex(index.shape):
        y[i, index[i, j]] = (y[i, index[i, j]] if add else 0) + (src[i, j] if np.ndim(src) else src)
    return y


def indexed(op: Any, x: Array, index: Array, source: Any) -> Array:
    """``index_add`` and the like along the first dimension, a slice at a time."""
    y = x.copy()
    for k, i in enumerate(index):
        y[i] = op(y[i], source[k] if np.ndim(source) else source)
    return y


rows_1 = given([[0, 2, 2, 1], [3, 0, 0, 0]])
no_twice = given([[0, 2, 1], [3, 1, 0]])
pick = given([2, 0, 2, 1, 1])
mask = given([[True, False, True, False], [False] * 4, [True] * 4])

ROWS = [
    # -- basic: views
    row("select", lambda m, x: m.select(x, 1, -1), x234, np=lambda x: x[:, -1]),
    row("select/int", lambda m, x: x[1], x234, np=lambda x: x[1]),
    row("select/to 0-d", lambda m, x: x[1, 2], x34, np=lambda x: x[1, 2]),
    row("select/slices", lambda m, x: x[0:1, ..., 1:4:2], x234, np=lambda x: x[0:1, ..., 1:4:2]),
    row("select/None", lambda m, x: x[:, None, 1, ..., None], x234, np=lambda x: x[:, None, 1, ..., None]),
    row("select/Ellipsis", lambda m, x: x[...], normal(), np=lambda x: x),
    row("select/empty slice", lambda m, x: x[2:1], x34, np=lambda x: x[2:1]),
    row("select/strided", lambda m, x: x[1:, ::2], strided(x34), np=lambda x: x[1:, ::2]),
    row("select/twice", lambda m, x: x[0] * x[:, :4][0], x34, np=lambda x: x[0] * x[0]),
    row("narrow", lambda m, x: m.narrow(x, 1, 1, 2), x34, np=lambda x: x[:, 1:3]),
    row("narrow/negative", lambda m, x: x.narrow(-1, -3, 2), x34, np=lambda x: x[:, 1:3]),
    row("narrow/nothing", lambda m, x: x.narrow(0, 3, 0), x34, np=lambda x: x[3:]),
    # -- advanced: copies
    row("take", lambda m, x, i: m.take(x, i), x34, given([[0, 11], [-1, 0]]), np=np.take),
    row("take/list", lambda m, x: x[[2, 0, 2]], x34, np=lambda x: x[[2, 0, 2]]),
    row("take/tensor", lambda m, x, i: x[i], x34, given([[2, 0], [-1, 2]]), np=lambda x, i: x[i]),
    row("take/pairs", lambda m, x, i, j: x[i, j], x34, pick, given([1, 1, 3, 3, 1]), np=lambda x, i, j: x[i, j]),
    row("take/last", lambda m, x, i: x[..., i], x234, pick, np=lambda x, i: x[..., i]),
    row("take/middle", lambda m, x, i: x[:, i], transposed(x234), pick, np=lambda x, i: x[:, i]),
    row(
        "take/neighbours",
        lambda m, x, i: x[:, i, i[:, None]],
        x234,
        given([1, -1]),
        np=lambda x, i: x[:, i, i[:, None]],
    ),
    row("take/apart", lambda m, x, i: x[i, :, i], normal(3, 2, 4), pick, np=lambda x, i: x[i, :, i]),
    row("take/after an int", lambda m, x, i: x[0, :, i], x234, pick, np=lambda x, i: x[0][:, i]),
    row("take/new dim", lambda m, x, i: x[i, None, 1:], x34, pick, np=lambda x, i: x[i][:, None, 1:]),
    row("take/nothing", lambda m, x: x[[]], x34, np=lambda x: x[:0]),
    row("take/from nothing", lambda m, x: x[:, []], normal(2, 0), np=lambda x: x),
    row("take/True", lambda m, x: x[True], x34, np=lambda x: x[None]),
    row("take/False", lambda m, x: x[False, 1], x34, np=lambda x: x[1][None][:0]),
    row("masked_select", lambda m, x, c: m.masked_select(x, c), x34, mask, np=lambda x, c: x[c]),
    row("masked_select/wide", lambda m, x, c: x.masked_select(c), normal(4), mask, np=lambda x, c: (x + 0 * c)[c]),
    row("masked_select/brackets", lambda m, x, c: x[c], x34, mask, np=lambda x, c: x[c]),
    row("masked_select/rows", lambda m, x: x[[True, False, True]], x34, np=lambda x: x[[0, 2]]),
    row("masked_select/and int", lambda m, x, c: x[1, c], normal(2, 3, 4), mask, np=lambda x, c: x[1][c]),
    row("masked_select/nothing", lambda m, x: x[x > 9], x34, np=lambda x: x[x > 9]),
    row("masked_select/0-d", lambda m, x: x[x < 9], normal(), np=lambda x: x.reshape(1)),
    # -- writing
    row("index_copy/x[i] = number", written(1), x34, np=written_reference(1)),
    row("index_copy/x[i] = row", written(1), x34, normal(4), np=written_reference(1)),
    row("index_copy/x[i:j] = row", written((slice(1, 3), 0)), x34, normal(), np=written_reference((slice(1, 3), 0))),
    row("index_copy/x[...] = row", written(...), x34, normal(4), np=written_reference(...)),
    row("index_copy/x[list] = row", written([2, 0]), x34, normal(4), np=written_reference([2, 0])),
    row("index_copy/x[lists] = v", written(([2, 0], [1, 1])), x34, normal(2), np=written_reference(([2, 0], [1, 1]))),
    row("index_copy/x[:, list] = number", written((slice(2), [1, 3])), x34, np=written_reference((slice(2), [1, 3]))),
    row(
        "index_copy/x[apart] = v",
        written(([1, 0], slice(None), [1, 3])),
        x234,
        normal(2, 3),
        np=written_reference(([1, 0], slice(None), [1, 3])),
    ),
    row(
        "index_copy",
        lambda m, x, i, s: m.index_copy(x, 0, i, s),
        x34,
        given([2, 0]),
        normal(2, 4),
        np=lambda x, i, s: indexed(lambda _, new: new, x, i, s),
    ),
    row(
        "index_fill",
        lambda m, x, i: m.index_fill(x, 0, i, 7),
        x34,
        given([2, 0]),
        np=lambda x, i: indexed(lambda _, new: new, x, i, 7),
    ),
    row(
        "index_fill/tensor",
        lambda m, x, i, v: x.index_fill(0, i, v),
        x34,
        given([2, 0]),
        normal(),
        np=lambda x, i, v: indexed(lambda _, new: new, x, i, v),
    ),
    row(
        "index_add",
        lambda m, x, i, s: m.index_add(x, 0, i, s),
        x34,
        pick,
        normal(5, 4),
        np=lambda x, i, s: indexed(np.add, x, i, s),
    ),
    row(
        "index_add/alpha",
        lambda m, x, i, s: x.index_add(0, i, s, alpha=2),
        x34,
        pick,
        normal(5, 4),
        np=lambda x, i, s: indexed(lambda old, new: old + 2 * new, x, i, s),
    ),
    row(
        "index_add/dim",
        lambda m, x, i, s: x.index_add(-1, i, s),
        normal(2, 3, 4),
        given([3, 3, 0]),
        normal(2, 3, 3),
        np=lambda x, i, s: indexed(np.add, x.transpose(2, 0, 1), i, s.transpose(2, 0, 1)).transpose(1, 2, 0),
    ),
    # -- a number for every element
    row("gather", lambda m, x, i: m.gather(x, 1, i), normal(2, 4), rows_1, np=lambda x, i: np.take_along_axis(x, i, 1)),
    row(
        "gather/smaller",
        lambda m, x, i: x.gather(-1, i),
        normal(3, 5, 4),
        given([[[3, 3, 0], [0, 0, 1]]]),
        np=lambda x, i: np.take_along_axis(x[:1, :2], i, 2),
    ),
    row(
        "gather/larger",
        lambda m, x, i: x.gather(0, i),
        x34,
        given([[0], [1], [2], [2], [2]]),
        np=lambda x, i: np.take_along_axis(x[:, :1], i, 0),
    ),
    row("gather/0-d", lambda m, x, i: x.gather(0, i), normal(), given(0), np=lambda x, i: x),
    row("gather/0-d index", lambda m, x, i: x.gather(0, i), normal(3), given(2), np=lambda x, i: x[2]),
    row(
        "take_along_dim",
        lambda m, x, i: m.take_along_dim(x, i, 1),
        x34,
        given([[1], [0], [3]]),
        np=lambda x, i: np.take_along_axis(x, i, 1),
    ),
    row(
        "take_along_dim/wide",
        lambda m, x, i: x.take_along_dim(i, dim=-1),
        normal(1, 4),
        given([[1, 1], [0, 2]]),
        np=lambda x, i: np.take_along_axis(np.broadcast_to(x, (2, 4)), i, 1),
    ),
    row(
        "take_along_dim/flat",
        lambda m, x, i: x.take_along_dim(i),
        x34,
        given([[1], [11]]),
        np=lambda x, i: x.ravel()[i.ravel()],
    ),
    row("scatter", lambda m, x, i, s: m.scatter(x, 1, i, s), normal(2, 4), no_twice, normal(2, 3), np=scattered),
    row("scatter/number", lambda m, x, i: x.scatter(1, i, 7), normal(2, 4), rows_1, np=lambda x, i: scattered(x, i, 7)),
    row(
        "scatter/value",
        lambda m, x, i: x.scatter(1, i, value=7),
        normal(2, 4),
        rows_1,
        np=lambda x, i: scattered(x, i, 7),
    ),
    row(
        "scatter/smaller",
        lambda m, x, i, s: x.scatter(1, i, s),
        transposed(x34),
        no_twice,
        normal(4, 5),
        np=scattered,
        differentiable=(0,),  # PyTorch computes no gradient for a source that is larger than the index
    ),
    row(
        "scatter/0-d",
        lambda m, x, i, s: x.scatter(0, i, s),
        normal(),
        given([0]),
        normal(2),
        np=lambda x, i, s: s[0],
        differentiable=(0,),  # the same
    ),
    row(
        "scatter_add",
        lambda m, x, i, s: m.scatter_add(x, 1, i, s),
        normal(2, 4),
        rows_1,
        normal(2, 4),
        np=lambda x, i, s: scattered(x, i, s, add=True),
    ),
    row(
        "scatter_add/smaller",
        lambda m, x, i, s: m.scatter_add(x, 1, i, s),
        normal(2, 4),
        rows_1,
        normal(3, 5),
        np=lambda x, i, s: scattered(x, i, s, add=True),
        differentiable=(0,),  # the same
    ),
    row(
        "scatter_add/dim 0",
        lambda m, x, i, s: x.scatter_add(0, i, s),
        normal(4, 2),
        given([[3, 0], [3, 3]]),
        normal(2, 2),
        np=lambda x, i, s: scattered(x.T, i.T, s.T, add=True).T,
    ),
    # -- a number for every slice
    row("index_select", lambda m, x, i: m.index_select(x, 0, i), x34, pick, np=lambda x, i: x[i]),
    row("index_select/dim", lambda m, x, i: x.index_select(-1, i), x234, pick, np=lambda x, i: x[..., i]),
    row("index_select/0-d index", lambda m, x, i: x.index_select(0, i), x34, given(1), np=lambda x, i: x[1:2]),
    row("index_select/0-d", lambda m, x, i: x.index_select(0, i), normal(), given([0]), np=lambda x, i: x),
    row("embedding", lambda m, i, w: embedding(m)(i, w), given([[0, 2], [2, 1]]), normal(4, 3), np=lambda i, w: w[i]),
    row("one_hot", lambda m, i: m.one_hot(i, 4), given([[0, 2], [3, 1]]), np=lambda i: np.eye(4, dtype=np.int64)[i]),
    row("one_hot/inferred", lambda m, i: m.one_hot(i), given([0, 2]), np=lambda i: np.eye(3, dtype=np.int64)[i]),
    # -- masks
    row("masked_fill", lambda m, x, c: m.masked_fill(x, c, 7), x34, mask, np=lambda x, c: np.where(c, 7, x)),
    row("masked_fill/wide", lambda m, x, c: x.masked_fill(c, 7), normal(4), mask, np=lambda x, c: np.where(c, 7, x)),
    row(
        "masked_fill/tensor",
        lambda m, x, c, v: x.masked_fill(c, v),
        x34,
        mask,
        normal(),
        np=lambda x, c, v: np.where(c, v, x),
    ),
    row("masked_fill/0-d", lambda m, x, c: x.masked_fill(c, 7), normal(), given(True), np=lambda x, c: np.array(7.0)),
    row("nonzero", lambda m, x: m.nonzero(x), booleans(3, 4), np=np.argwhere),
    row("nonzero/tuple", lambda m, x: m.nonzero(x, as_tuple=True), booleans(3, 4), np=np.nonzero),
    row("nonzero/0-d", lambda m, x: m.nonzero(x), given(1.0), np=np.argwhere, differentiable=()),
    row(
        "nonzero/0-d tuple",
        lambda m, x: m.nonzero(x, as_tuple=True),
        given(1.0),
        np=lambda x: (np.array([0]),),
        differentiable=(),
    ),
    row("argwhere", lambda m, x: m.argwhere(x), booleans(3, 4), np=np.argwhere),
    row("tril", lambda m, x: m.tril(x), x34, np=np.tril),
    row("tril/above", lambda m, x: x.tril(diagonal=1), x234, np=lambda x: np.tril(x, 1)),
    row("triu", lambda m, x: m.triu(x), x34, np=np.triu),
    row("triu/below", lambda m, x: x.triu(-1), transposed(x34), np=lambda x: np.triu(x, -1)),
    # -- parts
    row("flip", lambda m, x: m.flip(x, (0, 2)), x234, np=lambda x: np.flip(x, (0, 2))),
    row("flip/dims", lambda m, x: x.flip(-1, 0), x34, np=np.flip),
    row("flip/none", lambda m, x: x.flip(()), x34, np=lambda x: x),
    row("flip/0-d", lambda m, x: x.flip(0), normal(), np=lambda x: x),
    row("diagonal", lambda m, x: m.diagonal(x), x34, np=np.diagonal),
    row("diagonal/offset", lambda m, x: x.diagonal(-1, 1, 2), x234, np=lambda x: np.diagonal(x, -1, 1, 2)),
    row("diagonal/exchanged", lambda m, x: x.diagonal(1, -1, 0), x234, np=lambda x: np.diagonal(x, 1, 2, 0)),
    row("diagonal/none left", lambda m, x: x.diagonal(4), x34, np=lambda x: x[0, :0]),
    row("diag", lambda m, x: m.diag(x), x34, np=np.diag),
    row("diag/vector", lambda m, x: x.diag(-1), normal(3), np=lambda x: np.diag(x, -1)),
    row("trace", lambda m, x: m.trace(x), x34, np=np.trace),
]
