"""On a real GPU training goes as on the CPU: the same random numbers, the same losses to rounding."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh.train.mnist import train_mnist
from tinygrad_zh.train.settings import Settings

pytestmark = pytest.mark.gpu


def test_the_device_is_there() -> None:
    assert tg.cuda.is_available(), tg.cuda.why_not()
    x = tg.tensor([1.0, 2.0], device="cuda", requires_grad=True)
    (x * x).sum().backward()
    assert x.grad.cpu().tolist() == [2.0, 4.0] and str(x.grad.device) == "cuda:0"


def test_random_numbers_are_those_of_the_cpu() -> None:
    drawn = []
    for device in ("cpu", "cuda"):
        tg.manual_seed(7)
        drawn.append([f(1000, device=device).cpu().numpy() for f in (tg.rand, tg.randn)])
    for cpu, cuda in zip(*drawn, strict=True):
        np.testing.assert_allclose(cuda, cpu, rtol=1e-5, atol=1e-6)


def test_the_main_job(tmp_path: Path) -> None:
    said: list[str] = []
    metrics = train_mnist(
        Settings(source="subset"), epochs=2, out=tmp_path, device="cuda", progress="off", report=said.append
    )
    assert metrics["device"] == "cuda:0" and metrics["test_accuracy"] > 0.8
    assert (tmp_path / "model.safetensors").exists()
