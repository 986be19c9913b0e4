"""On a real GPU a captured training step does what the eager one does, and stays on the device.

python -m pytest --gpu tests/gpu
"""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_zh as tg
from tests.transforms.captured.on_a_device import trained

pytestmark = pytest.mark.gpu


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_a_captured_step(optimizer: str) -> None:
    losses, weights = trained("cuda", optimizer, tg.jit)
    expected, theirs = trained("cuda", optimizer)
    np.testing.assert_allclose(losses, expected, rtol=1e-4)
    on_the_cpu, _ = trained("cpu", optimizer)
    np.testing.assert_allclose(losses, on_the_cpu, rtol=1e-3)
    for w, other in zip(weights, theirs, strict=True):
        assert str(w.device) == "cuda:0"
        np.testing.assert_allclose(w.numpy(force=True), other.numpy(force=True), rtol=1e-3, atol=1e-5)
