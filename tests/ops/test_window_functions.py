"""Windows: values as PyTorch's, lengths of 0 and 1, dtypes, another device, and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tests.double.strict import double_device
from tinygrad_zh.errors import TinygradZhError
from tinygrad_zh.ops.publish import public

from .libraries import THEIRS, array, close

NAMES = ("hann_window", "hamming_window", "blackman_window", "bartlett_window", "kaiser_window")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("length", [0, 1, 2, 3, 8, 33])
def test_values(name: str, length: int) -> None:
    for periodic in (True, False):
        found = public[name](length, periodic, dtype=np.dtype("float64"))
        close(found, getattr(torch, name)(length, periodic, dtype=torch.float64))
        close(public[name](length, periodic), getattr(torch, name)(length, periodic))
        if not periodic:
            np.testing.assert_allclose(array(found), array(found)[::-1], atol=1e-15)


def test_parameters() -> None:
    options = {"dtype": np.dtype("float64")}
    close(
        public["hamming_window"](7, True, 0.6, 0.3, **options), torch.hamming_window(7, True, 0.6, 0.3).double(), 1e-6
    )
    for beta in (0.0, -3.0, 3.0, 40.0):
        expected = torch.kaiser_window(7, False, beta, dtype=torch.float64)
        close(public["kaiser_window"](7, False, beta, **options), expected)
    assert np.isfinite(array(public["kaiser_window"](7, True, 1e4, **options))).all()


@pytest.mark.parametrize("name", NAMES)
def test_kinds(name: str) -> None:
    assert public[name](4).dtype == np.float32
    assert public[name](4, dtype=np.dtype("float16")).dtype == np.float16
    assert public[name](4, requires_grad=True).requires_grad
    with double_device():
        found = public[name](5, device="double")
        assert str(found.device) == "double"
        np.testing.assert_array_equal(array(found), array(public[name](5)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("length", [-1, 2.0, True, "4"])
def test_lengths_that_do_not_exist(name: str, length: Any) -> None:
    with pytest.raises(TinygradZhError, match="TG-E218"):
        public[name](length)
    with pytest.raises((RuntimeError, TypeError)):
        getattr(THEIRS, name)(length)


@pytest.mark.parametrize("name", NAMES)
def test_integers_cannot_fade(name: str) -> None:
    with pytest.raises(TinygradZhError, match="TG-E202"):
        public[name](4, dtype=np.dtype("int64"))
