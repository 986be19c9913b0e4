"""A run that was stopped and went on equals the run that was never stopped, bit for bit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import tinygrad_zh as tg
from tests.train.small import STEPS, Problem, without_times
from tinygrad_zh import nn, optim
from tinygrad_zh.errors import StorageError
from tinygrad_zh.storage import load_file, save_checkpoint, save_file
from tinygrad_zh.train import Interrupted, fit, read_checkpoint

ROOT = Path(__file__).resolve().parents[2]
EPOCHS = 3


class AtStep:
    """The problem's loss, which does something in the middle of one step."""

    def __init__(self, problem: Problem, step: int, action: Any) -> None:
        self.problem, self.step, self.action, self.count = problem, step, action, 0

    def __call__(self, outputs: Any, targets: Any) -> Any:
        self.count += self.problem.model.training  # not where the model is tested
        if self.count == self.step and self.problem.model.training:
            self.action()
        return self.problem.loss(outputs, targets)


def press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def power_cut() -> None:
    raise ConnectionAbortedError("the power was cut")


def uninterrupted(**kind: Any) -> tuple[dict[str, bytes], list[dict[str, Any]], Any]:
    problem = Problem(**kind)
    history = fit(*problem.parts, epochs=EPOCHS, validation=problem.validation, progress="off")
    return problem.weights(), without_times(history), tg.get_rng_state()


def resumed(path: Path, **kind: Any) -> tuple[dict[str, bytes], list[dict[str, Any]], Any]:
    problem = Problem(**{**kind, "seed": 99})  # other weights and another order, all of which the checkpoint replaces
    history = fit(*problem.parts, epochs=EPOCHS, validation=problem.validation, progress="off", resume=path)
    return problem.weights(), without_times(history), tg.get_rng_state()


KINDS = [
    {"optimizer": "adam", "own_generator": True},
    {"optimizer": "adam", "own_generator": False},
    {"optimizer": "sgd", "own_generator": False},
]


@pytest.mark.parametrize("kind", KINDS, ids=["adam", "adam, default generator", "sgd, default generator"])
@pytest.mark.parametrize("step", [1, 4, STEPS, STEPS + 1, 2 * STEPS - 1])
def test_ctrl_c_at_a_step(kind: dict[str, Any], step: int, tmp_path: Path) -> None:
    expected = uninterrupted(**kind)
    path, problem = tmp_path / "deep" / "c.safetensors", Problem(**kind)
    loss = AtStep(problem, step, press_ctrl_c)
    with pytest.raises(Interrupted) as stopped:
        fit(
            problem.model,
            loss,
            problem.optimizer,
            problem.loader,
            epochs=EPOCHS,
            validation=problem.validation,
            progress="off",
            checkpoint=path,
        )
    assert loss.count == step, "the step is finished, and no other is begun"
    assert (stopped.value.path, stopped.value.epoch, stopped.value.step) == (
        path,
        (step - 1) // STEPS,
        (step - 1) % STEPS + 1,
    )
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert resumed(path, **kind) == expected


@pytest.mark.parametrize("step", [2, 5, STEPS + 3, 2 * STEPS + 1])
def test_a_crash_at_a_step(step: int, tmp_path: Path) -> None:
    """What the checkpoint misses since it was written is done again, with the same result."""
    kind = {"optimizer": "adam", "own_generator": False}
    expected = uninterrupted(**kind)
    path, problem = tmp_path / "c.safetensors", Problem(**kind)
    loss = AtStep(problem, step, power_cut)
    with pytest.raises(ConnectionAbortedError):
        fit(
            problem.model,
            loss,
            problem.optimizer,
            problem.loader,
            epochs=EPOCHS,
            validation=problem.validation,
            progress="off",
            checkpoint=path,
            checkpoint_every=1,
        )
    assert resumed(path, **kind) == expected


def test_stopped_again_and_again(tmp_path: Path) -> None:
    expected = uninterrupted()
    path, problem = tmp_path / "c.safetensors", Problem()
    before: Path | None = None
    for _ in range(40):
        loss = AtStep(problem, 2, press_ctrl_c)
        try:
            history = fit(
                problem.model,
                loss,
                problem.optimizer,
                problem.loader,
                epochs=EPOCHS,
                validation=problem.validation,
                progress="off",
                checkpoint=path,
                resume=before,
            )
            break
        except Interrupted:
            before, problem = path, Problem(seed=7)
    assert (problem.weights(), without_times(history), tg.get_rng_state()) == expected


def test_a_finished_run_can_train_longer(tmp_path: Path) -> None:
    path, problem = tmp_path / "c.safetensors", Problem()
    fit(*problem.parts, epochs=EPOCHS - 1, validation=problem.validation, progress="off", checkpoint=path)
    assert resumed(path) == uninterrupted()
    again = Problem(seed=8)
    history = fit(*again.parts, epochs=EPOCHS - 1, progress="off", resume=path)  # nothing is left to do
    assert again.weights() == problem.weights() and len(history) == EPOCHS - 1


def test_a_plain_list_of_batches_goes_on_where_it_was(tmp_path: Path) -> None:
    def problem_and_batches() -> tuple[Problem, list[Any]]:
        problem = Problem()
        return problem, list(problem.loader)

    problem, batches = problem_and_batches()
    fit(problem.model, problem.loss, problem.optimizer, batches, epochs=2, progress="off")
    other, batches = problem_and_batches()
    path = tmp_path / "c.safetensors"
    with pytest.raises(Interrupted):
        fit(
            other.model,
            AtStep(other, STEPS + 4, press_ctrl_c),
            other.optimizer,
            batches,
            epochs=2,
            progress="off",
            checkpoint=path,
        )
    fit(other.model, other.loss, other.optimizer, batches, epochs=2, progress="off", resume=path)
    assert other.weights() == problem.weights()


def test_a_second_ctrl_c_stops_at_once_and_keeps_the_checkpoint_before(tmp_path: Path) -> None:
    path, problem = tmp_path / "c.safetensors", Problem()

    def twice() -> None:
        press_ctrl_c()
        press_ctrl_c()

    loss = AtStep(problem, STEPS + 2, twice)
    with pytest.raises(KeyboardInterrupt) as stopped:
        fit(problem.model, loss, problem.optimizer, problem.loader, epochs=2, progress="off", checkpoint=path)
    assert not isinstance(stopped.value, Interrupted)
    again = Problem(seed=9)
    assert len(fit(*again.parts, epochs=1, progress="off", resume=path)) == 1


def test_what_the_caller_wants_to_know_is_kept(tmp_path: Path) -> None:
    path, problem = tmp_path / "c.safetensors", Problem()
    fit(*problem.parts, epochs=1, progress="off", checkpoint=path, about={"hidden": [16], "名字": "小"})
    assert read_checkpoint(path).about == {"hidden": [16], "名字": "小"}


# --- killed from outside ---

KILLED_EPOCHS, KILLED_STEP = 8, 4 * STEPS + 3
PROGRAM = f"""
import sys
from pathlib import Path
from tests.train.small import Problem
from tinygrad_zh.train import fit

path, resume = Path(sys.argv[1]), sys.argv[2] == "resume"
problem, steps = Problem(), []

def in_the_middle_of_a_step(*_):
    steps.append(1)
    if len(steps) == {KILLED_STEP} and not resume:
        print("here", flush=True)
        sys.stdin.readline()

problem.model.register_forward_hook(in_the_middle_of_a_step)
fit(
    *problem.parts, epochs={KILLED_EPOCHS}, progress="off", checkpoint=path, checkpoint_every=5,
    resume=path if resume else None,
)
print(len(steps))
"""


def start(path: Path, how: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROGRAM, str(path), how]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


@pytest.mark.parametrize(("number", "left"), [(signal.SIGKILL, 4 * STEPS), (signal.SIGINT, 4 * STEPS - 3)])
def test_a_process_that_is_killed(number: signal.Signals, left: int, tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    killed = start(path, "begin")
    assert killed.stdout is not None and killed.stdout.readline() == "here\n"
    killed.send_signal(number)
    _, err = killed.communicate("\n", timeout=60)
    assert killed.returncode != 0 and path.exists()
    assert number == signal.SIGKILL or "Interrupted" in err
    out, err = start(path, "resume").communicate(timeout=60)
    assert int(out) == left, err  # what the checkpoint had is not done again

    problem, expected = Problem(), tmp_path / "expected.safetensors"
    fit(*problem.parts, epochs=KILLED_EPOCHS, progress="off", checkpoint=expected)
    ours, theirs = load_file(path), load_file(expected)
    assert {name: array.tobytes() for name, array in ours.items()} == {
        name: array.tobytes() for name, array in theirs.items()
    }


# --- checkpoints that do not fit ---


def test_a_checkpoint_of_something_else(tmp_path: Path) -> None:
    problem, path = Problem(), tmp_path / "c.safetensors"
    weights = {name: tensor.array for name, tensor in problem.model.state_dict().items()}
    with pytest.raises(StorageError, match="TG-E50"):
        fit(*problem.parts, epochs=1, progress="off", resume=path)
    save_file(weights, path)
    with pytest.raises(StorageError, match="TG-E509"):
        fit(*problem.parts, epochs=1, progress="off", resume=path)
    for state in ({"epoch": 3}, {"kind": "training", "epoch": 3}):
        save_checkpoint(path, weights, state)
        with pytest.raises(StorageError, match="TG-E662"):
            fit(*problem.parts, epochs=1, progress="off", resume=path)


def test_a_checkpoint_of_another_run(tmp_path: Path) -> None:
    path, problem = tmp_path / "c.safetensors", Problem()
    fit(*problem.parts, epochs=1, progress="off", checkpoint=path)
    other = Problem(optimizer="sgd")
    with pytest.raises(StorageError, match=r"TG-E663.*optimizer Adam → SGD"):
        fit(*other.parts, epochs=2, progress="off", resume=path)
    with pytest.raises(StorageError, match=rf"TG-E663.*batches per epoch {STEPS} → 1"):
        fit(problem.model, problem.loss, problem.optimizer, list(problem.loader)[:1], epochs=2, resume=path)
    wider = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 3))
    with pytest.raises(StorageError, match=r"0\.weight"):
        fit(wider, problem.loss, optim.Adam(wider.parameters()), problem.loader, epochs=2, resume=path)


def test_a_schedule_of_a_fixed_length_cannot_become_longer(tmp_path: Path) -> None:
    """Said before the first step, and in words about epochs; the checkpoint stays."""
    path = tmp_path / "c.safetensors"

    def run(epochs: int, resume: Path | None) -> Any:
        problem = Problem()
        schedule = optim.lr_scheduler.OneCycleLR(problem.optimizer, 0.1, total_steps=epochs * STEPS)
        return fit(
            *problem.parts, epochs=epochs, progress="off", checkpoint=path, resume=resume, scheduler=schedule,
            scheduler_per="step",
        )  # fmt: skip

    run(1, None)
    before = path.read_bytes()
    with pytest.raises(
        StorageError, match=rf"TG-E830.*OneCycleLR(.|\n)*for {STEPS} steps in all, this one for {2 * STEPS}"
    ):
        run(2, path)
    assert path.read_bytes() == before and len(run(1, path)) == 1


def test_the_pause_is_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 0.0

    def clock() -> float:
        nonlocal now_s
        now_s += 1
        return now_s

    monkeypatch.setattr("tinygrad_zh.train.run.time.perf_counter", clock)
    path, problem = tmp_path / "c.safetensors", Problem()
    loss = AtStep(problem, 5, press_ctrl_c)
    with pytest.raises(Interrupted):
        fit(problem.model, loss, problem.optimizer, problem.loader, epochs=1, progress="off", checkpoint=path)
    now_s += 1000
    (epoch,) = fit(*problem.parts, epochs=1, progress="off", resume=path)
    assert epoch.elapsed_s == 3.0  # the clock is asked twice in either part, and twice for the test: 1 s between
    assert epoch.examples_per_s == 30.0
