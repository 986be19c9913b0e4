"""vmap on every row of the tables: a batch computed at once is the batch computed sample by sample.

For values, for gradients inside (per-example gradients) and for gradients from outside.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from tests.ops.libraries import OURS, ROUNDING, array, close, results
from tests.ops.tables import Array, Row, all_rows
from tinygrad_zh.core.tensor import Tensor
from tinygrad_zh.errors import GraphError
from tinygrad_zh.ops.publish import public
from tinygrad_zh.transforms.batching import SlowBatching
from tinygrad_zh.transforms.derivatives import vjp
from tinygrad_zh.transforms.vmap import vmap

SIZE = 2
VALUES_DECIDE = {
    *("masked_select", "nonzero", "argwhere", "where", "unique", "unique_consecutive", "histc", "histogram"),
    *("index_put", "index_put_", "masked_scatter", "masked_scatter_", "repeat_interleave", "tensor_split"),
    *("one_hot", "bincount", "nn.functional.embedding_bag", "nonzero_static", "segment_reduce", "histogramdd"),
}
"""The shape of their results, or the way to them, depends on values: they may refuse."""
NEEDS_MEMORY = {"as_strided", "as_strided_scatter"}
"""Speak of one tensor's memory, which the samples have together: they refuse."""
WRITES = {"nn.functional.batch_norm", "nn.functional.instance_norm"}
"""They write into operands, which then cannot be shared; as do in-place forms."""
ROWS = [row for row in all_rows() if row.public_name not in NEEDS_MEMORY]


def samples(row: Row) -> list[tuple[Array, ...]]:
    return [row.arrays(seed) for seed in range(SIZE)]


def tensors(arrays: Any) -> list[Tensor]:
    return [public["tensor"](a) for a in arrays]


def batches(row: Row) -> list[Tensor]:
    return tensors([np.stack(column) for column in zip(*samples(row), strict=True)])


def vmapped(row: Row, function: Any, *batch: Any) -> Any:
    """Map, or say with None that the row may and did refuse."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SlowBatching)
        try:
            return vmap(function)(*batch)
        except GraphError as problem:
            assert problem.code in ("TG-E929", "TG-E930"), problem
            assert row.public_name in VALUES_DECIDE, problem
            return None


def rows(chosen: Any) -> Any:
    return pytest.mark.parametrize("row", chosen, ids=[row.name for row in chosen])


@rows(ROWS)
def test_values(row: Row) -> None:
    found = vmapped(row, lambda *xs: results(row, OURS, xs), *batches(row))
    if found is None:
        return
    for i, sample in enumerate(samples(row)):
        for y, e in zip(found, results(row, OURS, tensors(sample)), strict=True):
            close(array(y)[i], array(e), None if e.dtype.kind != "f" else ROUNDING[np.dtype(np.float64)])


@rows([row for row in ROWS if len(row.operands) > 1])
def test_with_some_operands_shared(row: Row) -> None:
    """Each operand in turn is the only one of which every sample has its own: values, and gradients inside."""
    shared, batch = tensors(row.arrays()), batches(row)
    ys = [y for y in results(row, OURS, shared) if y.dtype.kind == "f"]
    us = [public["tensor"](np.random.default_rng(7).normal(size=y.shape)) for y in ys]

    def values_and_gradients(*xs: Any) -> Any:
        return *results(row, OURS, xs), *(pulled(row, xs, us) if row.wrt(row.arrays()) and us else ())

    for k in range(len(shared)):
        mixed = [batch[i] if i == k else x for i, x in enumerate(shared)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SlowBatching)
            try:
                found = vmap(values_and_gradients, in_dims=tuple(0 if i == k else None for i in range(len(mixed))))(
                    *mixed
                )
            except GraphError as problem:
                if problem.code == "TG-E932":  # written to is what the samples share
                    assert row.public_name in WRITES or "=" in row.name or row.public_name.endswith("_"), problem
                else:
                    assert problem.code in ("TG-E929", "TG-E930") and row.public_name in VALUES_DECIDE, problem
                continue
        for i in range(SIZE):
            expected = values_and_gradients(*[x[i] if j == k else x for j, x in enumerate(mixed)])
            for y, e in zip(found, expected, strict=True):
                close(array(y)[i], array(e))


def pulled(row: Row, xs: Any, us: Any) -> Any:
    """Jᵀu for the operands that have a gradient; `us` has a cotangent for every floating result."""
    wrt = row.wrt(tuple(array_like(x) for x in xs))

    def moving(*some: Any) -> Any:
        given = dict(zip(wrt, some, strict=True))
        ys = results(row, OURS, [given.get(i, x) for i, x in enumerate(xs)])
        return tuple(y for y in ys if y.dtype.kind == "f")

    return vjp(moving, *[xs[i] for i in wrt])[1](tuple(us))


def array_like(x: Any) -> Any:
    return np.empty(0, dtype=x.dtype)


@rows([row for row in ROWS if row.wrt(row.arrays())])
def test_gradients(row: Row) -> None:
    rng = np.random.default_rng(7)
    ys = [y for y in results(row, OURS, tensors(row.arrays())) if y.dtype.kind == "f"]
    us = [public["tensor"](rng.normal(size=(SIZE, *y.shape))) for y in ys]
    batch = batches(row)
    count = len(batch)
    inside = vmapped(row, lambda *xs: pulled(row, xs[:count], xs[count:]), *batch, *us)
    if inside is None:
        return
    wrt = row.wrt(tuple(map(array, batch)))
    expected = [pulled(row, tensors(sample), [u[i] for u in us]) for i, sample in enumerate(samples(row))]
    for k in range(len(wrt)):
        close(inside[k], np.stack([array(e[k]) for e in expected]))

    def all_at_once(*some: Any) -> Any:
        given = dict(zip(wrt, some, strict=True))
        full = [given.get(i, x) for i, x in enumerate(batch)]
        ys = vmapped(row, lambda *xs: results(row, OURS, xs), *full)
        return tuple(y for y in ys if y.dtype.kind == "f")

    outside = vjp(all_at_once, *[batch[i] for i in wrt])[1](tuple(us))
    for g, e in zip(outside, inside, strict=True):
        close(g, e)
