"""Training on the strict double of CuPy: batches move to the model's device, and a checkpoint moves back."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.double.strict import double_device
from tests.train.small import STEPS, Problem, without_times
from tinygrad_zh.train import Interrupted, fit
from tinygrad_zh.train.mnist import train_mnist
from tinygrad_zh.train.settings import Settings


def weights(problem: Problem) -> dict[str, Any]:
    return {name: tensor.cpu().numpy() for name, tensor in problem.model.state_dict().items()}


def moved(problem: Problem, device: Any) -> Problem:
    problem.model.to(device)
    return problem


def test_training_and_resuming_on_the_double(tmp_path: Path) -> None:
    on_cpu = Problem()
    expected = fit(*on_cpu.parts, epochs=2, validation=on_cpu.validation, progress="off")
    with double_device() as device:
        whole = moved(Problem(), device)
        history = fit(*whole.parts, epochs=2, validation=whole.validation, progress="off")

        path, steps = tmp_path / "c.safetensors", 0

        def in_the_second_epoch(*_: Any) -> None:
            nonlocal steps
            steps += 1
            if steps == STEPS + 6:  # 3 of them were the test
                signal.raise_signal(signal.SIGINT)

        stopped = moved(Problem(), device)
        stopped.model.register_forward_hook(in_the_second_epoch)
        with pytest.raises(Interrupted):
            fit(*stopped.parts, epochs=2, validation=stopped.validation, progress="off", checkpoint=path)
        resumed = moved(Problem(seed=8), device)
        again = fit(*resumed.parts, epochs=2, validation=resumed.validation, progress="off", resume=path)
        assert without_times(again) == without_times(history)
        found, same = weights(whole), weights(resumed)
    for name, values in weights(on_cpu).items():
        np.testing.assert_array_equal(found[name], same[name])
        np.testing.assert_allclose(found[name], values, rtol=1e-4, atol=1e-5)
    assert [epoch.test_accuracy for epoch in history] == [epoch.test_accuracy for epoch in expected]


def test_the_job_on_the_double(tmp_path: Path) -> None:
    said: list[str] = []
    with double_device() as device:
        metrics = train_mnist(
            Settings(source="subset", hidden=(16,), batch_size=250),
            epochs=1,
            out=tmp_path,
            device=str(device),
            progress="off",
            report=said.append,
        )
    assert metrics["device"] == str(device) and metrics["test_accuracy"] > 0.5
    assert (tmp_path / "model.safetensors").exists() and (tmp_path / "graph.svg").exists()
