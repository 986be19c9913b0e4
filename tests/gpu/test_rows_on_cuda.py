"""On a real GPU every row of the tables has the values and gradients that it has on the CPU.

python -m pytest --gpu tests/gpu
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ops.libraries import OURS, array, close, cotangents, our_gradients, ours, results
from tests.ops.tables import Row, all_rows
from tinygrad_zh.backend.devices import kernels_off

pytestmark = pytest.mark.gpu
ROWS = all_rows()


@pytest.fixture(autouse=True)
def formulas() -> Iterator[None]:
    """Compare with the CPU's plain formulas: the same are computed on the GPU."""
    with kernels_off():
        yield


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_values_and_gradients(row: Row) -> None:
    arrays = row.arrays()
    expected = results(row, OURS, ours(row, arrays))
    found = results(row, OURS, ours(row, arrays, "cuda"))
    for y, e in zip(found, expected, strict=True):
        assert str(y.device) == "cuda:0"
        close(array(y), array(e))
    us = cotangents(expected)
    if us:
        for g, e in zip(our_gradients(row, arrays, us, "cuda"), our_gradients(row, arrays, us), strict=True):
            close(g, e)
