"""The training loop: it learns, says what it did, and stops where going on makes no sense."""

from __future__ import annotations

import math
import signal
from pathlib import Path
from typing import Any

import pytest

import tinygrad_zh as tg
from tests.train.small import EXAMPLES, STEPS, Problem
from tinygrad_zh import nn, optim
from tinygrad_zh.data.loader import DataLoader
from tinygrad_zh.errors import ArgumentError, TrainingError
from tinygrad_zh.train import evaluate, fit
from tinygrad_zh.train.history import Epoch
from tinygrad_zh.train.progress import Bar, Lines, Progress, choose_progress, epoch_line


def test_it_is_the_loop_of_the_tutorials() -> None:
    """`fit` gives, bit for bit, the weights and numbers of the plain loop."""
    ours = Problem()
    history = fit(*ours.parts, epochs=3, validation=ours.validation, progress="off")

    plain = Problem()
    for epoch in range(3):
        loss_sum, right = 0.0, 0
        plain.model.train()
        for inputs, targets in plain.loader:
            plain.optimizer.zero_grad()
            outputs = plain.model(inputs)
            loss = plain.loss(outputs, targets)
            loss.backward()
            plain.optimizer.step()
            loss_sum += loss.item() * len(targets)
            right += int((outputs.argmax(1) == targets).sum())
        plain.model.eval()
        with tg.no_grad():
            tests = [(plain.model(x), y) for x, y in plain.validation]
        tested = sum(int((scores.argmax(1) == y).sum()) for scores, y in tests)
        told = history[epoch]
        assert (told.epoch, told.train_loss, told.train_accuracy) == (epoch + 1, loss_sum / EXAMPLES, right / EXAMPLES)
        assert told.test_accuracy == tested / EXAMPLES
    assert ours.weights() == plain.weights()


def test_it_learns() -> None:
    problem = Problem()
    history = fit(*problem.parts, epochs=30, validation=problem.validation, progress="off")
    first, last = history[0], history[-1]
    assert last.train_loss < first.train_loss / 2 and last.test_accuracy is not None and last.test_accuracy > 0.9
    assert all(epoch.examples_per_s > 0 and epoch.elapsed_s > 0 for epoch in history)


def test_afterwards_the_model_is_in_training_mode_as_before() -> None:
    problem = Problem()
    fit(*problem.parts, epochs=1, validation=problem.validation, progress="off")
    assert all(module.training for module in problem.model.modules())


def test_evaluate_changes_nothing_and_records_nothing() -> None:
    problem = Problem()
    before = problem.weights()
    problem.model.eval()
    first, second = (evaluate(problem.model, problem.loss, problem.validation) for _ in range(2))
    assert first.mean_loss == second.mean_loss and first.accuracy == second.accuracy  # no dropout
    assert problem.weights() == before and not problem.model.training
    assert all(parameter.grad is None for parameter in problem.model.parameters())


def test_evaluate_counts_examples_not_batches() -> None:
    """25 + 25 + 10 examples: the mean over them is that of one batch of 60, not of three batches."""
    problem = Problem()
    whole = DataLoader(problem.loader.dataset, batch_size=EXAMPLES)
    in_parts = evaluate(problem.model, problem.loss, problem.validation)
    at_once = evaluate(problem.model, problem.loss, whole)
    assert in_parts.mean_loss == pytest.approx(at_once.mean_loss, rel=1e-6)
    assert in_parts.accuracy == at_once.accuracy and in_parts.examples == EXAMPLES


def test_a_sequence_has_an_answer_per_position() -> None:
    scores = tg.zeros(2, 3, 4)  # N, C, T
    scores[:, 1] = 1.0
    targets = tg.tensor([[1, 1, 1, 0], [1, 0, 2, 1]])
    sums = evaluate(nn.Identity(), nn.CrossEntropyLoss(), [(scores, targets)])
    assert sums.examples == 2 and sums.answers == 8 and sums.accuracy == 5 / 8


def test_without_a_metric_and_with_a_plain_list() -> None:
    tg.manual_seed(0)
    x = tg.randn(32, 2)
    batches = [(x, x @ tg.tensor([[1.0], [2.0]]))]
    model = nn.Linear(2, 1)
    history = fit(
        model,
        nn.MSELoss(),
        optim.SGD(model.parameters(), lr=0.1),
        batches,
        epochs=60,
        validation=batches,
        metric=None,
        progress="off",
    )
    last = history[-1]
    assert last.train_accuracy is None and last.test_accuracy is None
    assert last.test_loss is not None and last.test_loss < 1e-3


# --- where it stops ---


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_no_number_stops_before_the_step(value: float, tmp_path: Path) -> None:
    problem, seen = Problem(), []

    def loss(outputs: Any, targets: Any) -> Any:
        seen.append(problem.weights())
        return problem.loss(outputs, targets) * (value if len(seen) == STEPS + 4 else 1.0)

    path = tmp_path / "c.safetensors"
    with pytest.raises(TrainingError, match=r"TG-E660.*epoch 2, batch 4") as caught:
        fit(problem.model, loss, problem.optimizer, problem.loader, epochs=5, progress="off", checkpoint=path)
    assert isinstance(caught.value, ArithmeticError) and str(value) in str(caught.value)
    assert problem.weights() == seen[-1]
    again = Problem()  # the checkpoint is the one before
    assert len(fit(*again.parts, epochs=1, progress="off", resume=path)) == 1


def test_a_loader_without_batches() -> None:
    problem = Problem()
    with pytest.raises(ArgumentError, match="TG-E661"):
        fit(problem.model, problem.loss, problem.optimizer, [], epochs=1, progress="off")
    used_up = iter(problem.loader)
    with pytest.raises(ArgumentError, match="TG-E661"):  # a generator has nothing left in the second epoch
        fit(problem.model, problem.loss, problem.optimizer, used_up, epochs=2, progress="off")
    with pytest.raises(ArgumentError, match="TG-E661"):
        evaluate(problem.model, problem.loss, [])


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", -1), ("epochs", 1.5), ("epochs", True), ("checkpoint_every", 0), ("progress", "loud")],
)
def test_bad_arguments(name: str, value: Any) -> None:
    problem = Problem()
    arguments = {"epochs": 1, "progress": "off", name: value}
    with pytest.raises(ArgumentError, match=f"TG-E218.*{name}"):
        fit(*problem.parts, **arguments)


def test_no_epochs() -> None:
    problem = Problem()
    before = problem.weights()
    assert fit(*problem.parts, epochs=0, progress="off") == [] and problem.weights() == before


def test_without_a_checkpoint_ctrl_c_is_a_keyboard_interrupt_at_once() -> None:
    problem, steps = Problem(), 0

    def loss(outputs: Any, targets: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps == 3:
            signal.raise_signal(signal.SIGINT)
            raise AssertionError("the step went on")
        return problem.loss(outputs, targets)

    with pytest.raises(KeyboardInterrupt):
        fit(problem.model, loss, problem.optimizer, problem.loader, epochs=1, progress="off")


# --- what it says ---


class Told(Progress):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def __enter__(self) -> Told:
        self.calls.append("enter")
        return self

    def __exit__(self, *_: object) -> None:
        self.calls.append("exit")

    def begin(self, epoch: int, epochs: int, steps: int | None, done: int) -> None:
        self.calls.append(("begin", epoch, epochs, steps, done))

    def step(self, done: int, loss: float) -> None:
        self.calls.append(done)

    def close_epoch(self, epoch: Epoch) -> None:
        self.calls.append(("close", epoch.epoch))


def test_progress_is_told_everything() -> None:
    problem, told = Problem(), Told()
    fit(*problem.parts, epochs=2, progress=told)
    steps = list(range(1, STEPS + 1))
    assert told.calls == [
        "enter",
        *[("begin", 1, 2, STEPS, 0), *steps, ("close", 1)],
        *[("begin", 2, 2, STEPS, 0), *steps, ("close", 2)],
        "exit",
    ]


def test_a_line_per_epoch_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    problem = Problem()
    history = fit(*problem.parts, epochs=12, validation=problem.validation)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 12 and lines[2].startswith("epoch  3/12  loss ")
    for name in ("train accuracy", "test accuracy", "examples/s", " s"):
        assert name in lines[0]
    assert f"{history[0].train_loss:.4f}" in lines[0]


def test_the_line_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYGRAD_ZH_LANG", "zh")
    line = epoch_line(Epoch(3, 0.25, 0.875, 0.5, 0.75, 51234.0, 1.26), 10)
    assert line == "第  3/10 轮(epoch)  损失(loss) 0.2500  训练准确率 87.50%  测试准确率 75.00%  51,234 样本/秒  1.3 秒"
    assert "测试损失 0.5000" in epoch_line(Epoch(3, 0.25, None, 0.5, None, 1.0, 1.0), 10)


def test_the_bar_runs_and_leaves_lines(capsys: pytest.CaptureFixture[str]) -> None:
    problem = Problem()
    fit(*problem.parts, epochs=2, progress="bar")
    out = capsys.readouterr().out
    assert "epoch 1/2  loss" in out and "epoch 2/2  loss" in out


def test_what_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: False, raising=False)
    assert type(choose_progress("auto")) is Lines
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert type(choose_progress("auto")) is Bar
    assert type(choose_progress("lines")) is Lines and type(choose_progress("off")) is Progress
