"""A captured step runs on the strict double of CuPy: its plan asks the module of its arrays, never NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_zh as tg
from tests.double.strict import DoubleArray
from tests.ops.libraries import OURS, array, close, ours, results
from tests.ops.tables import Row, all_rows
from tests.transforms.captured.on_a_device import trained
from tinygrad_zh.backend.devices import kernels_off
from tinygrad_zh.errors import TinygradZhError

EVERY_TENTH = all_rows()[::10]


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "AdamW", "RMSprop"])
def test_a_training_step(double: str, optimizer: str) -> None:
    losses, weights = trained(double, optimizer, tg.jit)
    with kernels_off():
        expected, theirs = trained("cpu", optimizer)
    np.testing.assert_allclose(losses, expected, rtol=1e-4)
    for w, other in zip(weights, theirs, strict=True):
        assert type(w.array) is type(w.grad.array) is DoubleArray
        np.testing.assert_allclose(array(w), array(other), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("row", EVERY_TENTH, ids=[row.name for row in EVERY_TENTH])
def test_an_op(double: str, row: Row) -> None:
    j = tg.jit(lambda *xs: [y.detach() for y in results(row, OURS, xs)])
    try:
        j(*ours(row, row.arrays(0), double))
    except TinygradZhError as refused:
        assert refused.code in ("TG-E790", "TG-E300", "TG-E301")
        return
    tg.manual_seed(1)
    found = j(*ours(row, row.arrays(1), double))
    tg.manual_seed(1)
    with kernels_off():
        expected = results(row, OURS, ours(row, row.arrays(1)))
    for y, e in zip(found, expected, strict=True):
        assert type(y.array) is DoubleArray
        close(array(y), array(e))


def test_from_one_device_to_another(double: str) -> None:
    j = tg.jit(lambda x: (x * 2).to(double).exp().cpu() + 1)
    for k in range(2):
        x = tg.tensor([1.0 + k, 2.0])
        np.testing.assert_allclose(j(x).array, np.exp(x.array * 2) + 1, rtol=1e-6)
    assert j.captures == 1
