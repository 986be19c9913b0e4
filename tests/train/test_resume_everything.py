"""Every optimiser and every schedule goes on bit for bit, from any step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.train.everything import EPOCHS, OPTIMIZERS, STEPS, Everything, Schedule
from tinygrad_zh import optim
from tinygrad_zh.optim import lr_scheduler
from tinygrad_zh.optim.lr_scheduler import (
    ChainedScheduler,
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    CyclicLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    OneCycleLR,
    PolynomialLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)
from tinygrad_zh.optim.swa_utils import SWALR
from tinygrad_zh.train import Callback

SCHEDULES: dict[str, Schedule] = {
    "StepLR": lambda o: StepLR(o, 2),
    "MultiStepLR": lambda o: MultiStepLR(o, [1, 3]),
    "ConstantLR": lambda o: ConstantLR(o, total_iters=2),
    "LinearLR": lambda o: LinearLR(o, total_iters=5),
    "ExponentialLR": lambda o: ExponentialLR(o, 0.8),
    "PolynomialLR": lambda o: PolynomialLR(o, total_iters=6),
    "CosineAnnealingLR": lambda o: CosineAnnealingLR(o, 10),
    "CosineAnnealingWarmRestarts": lambda o: CosineAnnealingWarmRestarts(o, 2),
    "CyclicLR": lambda o: CyclicLR(o, 0.01, 0.1, step_size_up=2),
    "OneCycleLR": lambda o: OneCycleLR(o, 0.1, total_steps=20),
    "LambdaLR": lambda o: LambdaLR(o, lambda epoch: 0.9**epoch),
    "MultiplicativeLR": lambda o: MultiplicativeLR(o, lambda epoch: 0.9),
    "SequentialLR": lambda o: SequentialLR(o, [ConstantLR(o), ExponentialLR(o, 0.8)], [2]),
    "ChainedScheduler": lambda o: ChainedScheduler([ConstantLR(o), ExponentialLR(o, 0.8)]),
    "SWALR": lambda o: SWALR(o, 0.01, anneal_epochs=3),
    "ReduceLROnPlateau": lambda o: ReduceLROnPlateau(o, patience=0, threshold=0.2),
}


class PowerCutError(Exception):
    pass


class PowerCut(Callback):
    """Ends the training after a step of the optimiser, before anything of it is saved."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_step(self, run: Any, loss: float) -> None:
        if run.position.steps == self.step:
            raise PowerCutError


def check(tmp_path: Path, steps: list[int], optimizer: str, schedule: Schedule | None, **options: Any) -> None:
    whole = Everything(optimizer, schedule)
    expected = whole.outcome(whole.fit(**options))
    for step in steps:
        path = tmp_path / f"{step}.safetensors"
        cut = {"checkpoint": path, "checkpoint_every": 1, "callbacks": [PowerCut(step)]}
        with pytest.raises(PowerCutError):
            Everything(optimizer, schedule).fit(**cut, **options)
        again = Everything(optimizer, schedule, seed=99)
        assert again.outcome(again.fit(resume=path, **options)) == expected


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(optimizer: str, tmp_path: Path) -> None:
    check(tmp_path, [2, STEPS + 1, STEPS + 3], optimizer, None, patience=None)


@pytest.mark.parametrize("per", ["step", "epoch"])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule(schedule: str, per: str, tmp_path: Path) -> None:
    if schedule == "ReduceLROnPlateau":
        per = "epoch"  # all it can do
    check(tmp_path, [2, STEPS + 1, STEPS + 3], "SGD momentum", SCHEDULES[schedule], scheduler_per=per)


def test_no_optimizer_or_schedule_is_forgotten() -> None:
    assert {name.split(",")[0].split(" ")[0] for name in OPTIMIZERS} == set(optim.__all__) - {
        "Optimizer",
        "lr_scheduler",
        "swa_utils",
    }
    assert set(SCHEDULES) - {"SWALR"} == set(lr_scheduler.__all__) - {"LRScheduler"}


@pytest.mark.parametrize("averaged_per", ["step", "epoch"])
def test_every_step(averaged_per: str, tmp_path: Path) -> None:
    check(tmp_path, list(range(2, EPOCHS * STEPS + 1)), "Adam", SCHEDULES["StepLR"], averaged_per=averaged_per)
