"""What `fit` can be asked for: it does what the plain loop with these lines added does, bit for bit."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import pytest

import tinygrad_zh as tg
from tests.train.everything import Everything
from tests.train.small import STEPS, Problem
from tinygrad_zh import nn, optim
from tinygrad_zh.errors import ArgumentError, DTypeError, MissingPackageError
from tinygrad_zh.nn.utils import clip_grad_norm_
from tinygrad_zh.optim.lr_scheduler import ExponentialLR, ReduceLROnPlateau
from tinygrad_zh.optim.swa_utils import AveragedModel, get_ema_avg_fn
from tinygrad_zh.train import Callback, Epoch, TensorBoard, evaluate, fit, read_checkpoint


@pytest.mark.parametrize("per", ["step", "epoch"])
def test_schedule_clipping_and_averages_are_these_lines(per: str) -> None:
    def prepared() -> tuple[Problem, AveragedModel, ExponentialLR]:
        problem = Problem()  # which also sets the seed of dropout
        averaged = AveragedModel(problem.model, avg_fn=get_ema_avg_fn(0.8))
        return problem, averaged, ExponentialLR(problem.optimizer, 0.9)

    ours, averaged, scheduler = prepared()
    options = {"scheduler": scheduler, "averaged": averaged, "scheduler_per": per, "averaged_per": per}
    history = fit(*ours.parts, epochs=2, validation=ours.validation, clip_norm=0.5, progress="off", **options)

    plain, averaged_too, scheduler_too = prepared()
    for _ in range(2):
        plain.model.train()
        for inputs, targets in plain.loader:
            plain.optimizer.zero_grad()
            plain.loss(plain.model(inputs), targets).backward()
            clip_grad_norm_(plain.model.parameters(), 0.5)
            plain.optimizer.step()
            if per == "step":
                averaged_too.update_parameters(plain.model)
                scheduler_too.step()
        if per == "epoch":
            averaged_too.update_parameters(plain.model)
            scheduler_too.step()
    assert ours.weights() == plain.weights()
    assert scheduler.get_last_lr() == scheduler_too.get_last_lr() != [0.02]
    state = averaged.state_dict()
    assert all(state[name].tolist() == value.tolist() for name, value in averaged_too.state_dict().items())
    tested = evaluate(averaged_too, plain.loss, plain.validation)  # the averages are what is tested
    assert history[-1].test_loss == tested.mean_loss


def test_lbfgs_is_given_a_closure() -> None:
    weights = []
    for by_hand in (False, True):
        problem = Problem()
        problem.optimizer = optim.LBFGS(problem.model.parameters(), lr=0.1, max_iter=4)
        if by_hand:
            for inputs, targets in problem.loader:

                def closure(inputs: Any = inputs, targets: Any = targets, problem: Problem = problem) -> Any:
                    problem.optimizer.zero_grad()
                    distance = problem.loss(problem.model(inputs), targets)
                    distance.backward()
                    return distance

                problem.optimizer.step(closure)
        else:
            fit(*problem.parts, epochs=1, progress="off")
        weights.append(problem.weights())
    assert weights[0] == weights[1]


# --- which epoch is the best ---


class Scripted:
    """A validation whose losses are given, by way of the loss function."""

    def __init__(self, problem: Problem, losses: list[float]) -> None:
        self.problem, self.losses, self.weights = problem, iter(losses), list[Any]()

    def __call__(self, outputs: Any, targets: Any) -> Any:
        if self.problem.model.training:
            return self.problem.loss(outputs, targets)
        self.weights.append(self.problem.weights())
        return tg.tensor(next(self.losses))


def scripted(losses: list[float], **options: Any) -> tuple[list[Epoch], Problem, Scripted]:
    problem = Problem()
    loss = Scripted(problem, losses)
    batch = next(iter(problem.validation))
    found = fit(
        problem.model,
        loss,
        problem.optimizer,
        problem.loader,
        epochs=len(losses),
        validation=[batch],
        progress="off",
        **options,
    )
    return found, problem, loss


@pytest.mark.parametrize(
    ("losses", "options", "epochs"),
    [
        ([3.0, 2.0, 2.0, 2.0, 1.0], {"patience": 2}, 4),
        ([3.0, 2.0, 2.0, 1.9, 2.0, 1.8], {"patience": 2}, 6),
        ([3.0, 2.0, 1.95, 1.91, 1.0], {"patience": 2, "min_delta": 0.1}, 4),
        ([3.0, 2.0, 1.95, 1.89, 1.85, 1.8], {"patience": 2, "min_delta": 0.1}, 6),
        ([math.nan, math.nan, 1.0], {"patience": 2}, 2),
        ([3.0, math.nan, 1.0, math.nan, 2.0, 0.0], {"patience": 2}, 5),
        ([3.0, 4.0, 2.0], {"patience": 1}, 2),
    ],
)
def test_early_stopping(losses: list[float], options: dict[str, Any], epochs: int) -> None:
    assert len(scripted(losses, **options)[0]) == epochs


def test_the_best_weights_come_back_and_the_checkpoint_keeps_the_last(tmp_path: Path) -> None:
    last, best = tmp_path / "last.safetensors", tmp_path / "best.safetensors"
    losses = [3.0, 1.0, 2.0, 4.0, 0.0]
    _, problem, loss = scripted(losses, patience=2, restore_best=True, checkpoint=last, best=best)
    assert problem.weights() == loss.weights[1]
    for path, epoch in ((best, 1), (last, 3)):
        saved = read_checkpoint(path).parts["model"]
        assert {name: tensor.array.tobytes() for name, tensor in saved.items()} == loss.weights[epoch]


def test_accuracy_is_to_be_large() -> None:
    problem = Problem()
    fit(*problem.parts, epochs=9, validation=problem.validation, progress="off", monitor="test_accuracy", patience=1)
    again = Problem()
    history = fit(*again.parts, epochs=9, validation=again.validation, progress="off")
    stopped = next(i for i in range(1, 9) if history[i].test_accuracy <= max(e.test_accuracy for e in history[:i]))
    assert stopped < 8, "the test would show nothing"
    same = Problem()
    fit(*same.parts, epochs=stopped + 1, validation=same.validation, progress="off")
    assert problem.weights() == same.weights()


def test_a_plateau_is_seen_in_the_monitored_number() -> None:
    problem = Problem()
    scheduler = ReduceLROnPlateau(problem.optimizer, patience=0)
    rates = []

    class Rates(Callback):
        def on_epoch(self, run: Any, epoch: Epoch) -> None:
            rates.append(run.optimizer.param_groups[0]["lr"])

    loss = Scripted(problem, [3.0, 2.0, 2.5, 2.0])
    batch = next(iter(problem.validation))
    fit(
        problem.model,
        loss,
        problem.optimizer,
        problem.loader,
        epochs=4,
        validation=[batch],
        progress="off",
        scheduler=scheduler,
        callbacks=[Rates()],
    )
    assert rates == pytest.approx([0.02, 0.02, 0.02, 0.002])  # each epoch's own; the schedule goes on after it


# --- batches of other kinds ---


def test_batches_that_are_dicts_or_longer() -> None:
    pair = Problem()
    fit(*pair.parts, epochs=2, validation=pair.validation, progress="off")
    for kind in (dict, tuple):
        problem = Problem()

        def repacked(batches: Any, kind: Any = kind) -> Any:
            for inputs, targets in batches:
                parts = {"left": inputs[:, :3], "right": inputs[:, 3:], "label": targets}
                yield parts if kind is dict else tuple(parts.values())

        class Loader:
            def __init__(self, loader: Any) -> None:
                self.loader = loader

            def __iter__(self) -> Any:
                return repacked(self.loader)

        def forward(model: Any, batch: Any) -> Any:
            left, right, label = batch.values() if isinstance(batch, dict) else batch
            return model(tg.cat([left, right], 1)), label

        problem.loader, problem.validation = Loader(problem.loader), Loader(problem.validation)  # type: ignore[assignment]
        with pytest.raises(ArgumentError, match=r"TG-E816.*(left, right, label|tuple of 3)"):
            fit(*problem.parts, epochs=2, progress="off")
        problem = Problem()
        problem.loader, problem.validation = Loader(problem.loader), Loader(problem.validation)  # type: ignore[assignment]
        history = fit(*problem.parts, epochs=2, validation=problem.validation, forward=forward, progress="off")
        assert problem.weights() == pair.weights() and history[-1].test_accuracy is not None


def test_a_metric_may_say_of_how_many() -> None:
    """Two of the three answers of each sequence count; the third is padding."""

    def metric(outputs: Any, targets: Any) -> Any:
        counts = targets.array >= 0
        return ((outputs.argmax(1).array == targets.array) & counts).sum(), int(counts.sum())

    scores = tg.zeros(2, 3, 3)
    scores[:, 1] = 1.0
    targets = tg.tensor([[1, 1, -100], [1, 0, -100]])
    sums = evaluate(nn.Identity(), nn.CrossEntropyLoss(ignore_index=-100), [(scores, targets)], metric)
    assert sums.accuracy == 3 / 4 and sums.examples == 2


# --- callbacks, TensorBoard, curves ---


class Count(Callback):
    """Counts, stops at some step, and is part of the checkpoint."""

    def __init__(self, stop_at: int = 0) -> None:
        self.stop_at, self.calls, self.steps = stop_at, list[str](), 0

    def on_begin(self, run: Any) -> None:
        self.calls.append("begin")

    def on_step(self, run: Any, loss: float) -> None:
        self.steps += 1
        self.calls.append("step")
        assert math.isfinite(loss)
        if self.steps == self.stop_at:
            run.stop()

    def on_epoch(self, run: Any, epoch: Epoch) -> None:
        self.calls.append("epoch")
        assert run.position.history[-1] is epoch

    def on_end(self, run: Any) -> None:
        self.calls.append("end")

    def state_dict(self) -> dict[str, Any]:
        return {"steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.steps = state["steps"]


def test_callbacks_are_called_and_can_stop_and_are_saved(tmp_path: Path) -> None:
    problem, count, path = Problem(), Count(stop_at=STEPS + 2), tmp_path / "c.safetensors"
    history = fit(*problem.parts, epochs=3, progress="off", callbacks=[count], checkpoint=path)
    assert count.calls == ["begin", *["step"] * STEPS, "epoch", "step", "step", "end"] and len(history) == 1
    again, other = Problem(seed=9), Count()
    fit(*again.parts, epochs=3, progress="off", callbacks=[other], resume=path)
    assert other.steps == 3 * STEPS and other.calls.count("step") == 2 * STEPS - 2
    whole = Problem()
    fit(*whole.parts, epochs=3, progress="off")
    assert again.weights() == whole.weights()


def events(folder: Path) -> list[tuple[str, int, float]]:
    """What TensorBoard would read: records of (length, checksum, content, checksum)."""
    from tensorboardX.proto.event_pb2 import Event

    found = []
    for file in sorted(folder.iterdir()):
        content = file.read_bytes()
        while content:
            (length,) = struct.unpack("<Q", content[:8])
            event = Event.FromString(content[12 : 12 + length])
            content = content[16 + length :]
            found += [(value.tag, event.step, value.simple_value) for value in event.summary.value]
    return found


def test_tensorboard_gets_the_numbers(tmp_path: Path) -> None:
    problem = Problem()
    history = fit(*problem.parts, epochs=2, validation=problem.validation, progress="off", tensorboard=tmp_path / "tb")
    found = events(tmp_path / "tb")
    assert [value for tag, _, value in found if tag == "epoch/test_loss"] == pytest.approx(
        [epoch.test_loss for epoch in history]
    )
    assert [step for tag, step, _ in found if tag == "epoch/test_accuracy"] == [STEPS, 2 * STEPS]
    assert [step for tag, step, _ in found if tag == "step/loss"] == [10]  # every tenth
    assert [value for tag, _, value in found if tag == "step/lr"] == pytest.approx([0.02])


def test_tensorboard_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tensorboardX", None)
    with pytest.raises(MissingPackageError, match=r"tensorboardX[\s\S]*\.\[tensorboard\]"):
        TensorBoard("runs/x")
    with pytest.raises(MissingPackageError):
        fit(*Problem().parts, epochs=1, progress="off", tensorboard="runs/x")


@pytest.mark.parametrize("metric", [True, False])
def test_curves_are_drawn(metric: bool, tmp_path: Path) -> None:
    everything = Everything()
    options = {} if metric else {"metric": None}
    everything.fit(curves=tmp_path / "curves.png", **options)
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


# --- what is refused ---

BAD: list[tuple[str, Any]] = [
    ("scheduler_per", "batch"),
    ("averaged_per", "batch"),
    ("on_nan", "ignore"),
    ("monitor", "loss"),
    ("monitor", "test_loss"),  # there is no validation
    ("monitor", "train_loss"),  # nothing looks at it
    ("min_delta", 0.1),
    ("min_delta", -0.1),
    ("min_delta", math.nan),
    ("patience", 0),
    ("patience", 1.5),
    ("clip_norm", 0),
    ("clip_norm", math.inf),
    ("clip_norm", "1"),
    ("checkpoint_every", 3),  # there is no checkpoint
    ("callbacks", [print]),
    ("averaged", nn.Linear(1, 1)),
    ("scheduler", 0.1),
]


@pytest.mark.parametrize(("name", "value"), BAD, ids=[f"{name}={value}" for name, value in BAD])
def test_bad_options(name: str, value: Any) -> None:
    with pytest.raises(ArgumentError, match=f"TG-E218.*{name}"):
        fit(*Problem().parts, epochs=1, progress="off", **{name: value})


def test_parts_of_different_trainings() -> None:
    problem, other = Problem(), Problem()
    with pytest.raises(ArgumentError, match=r"TG-E818.*Adam"):
        fit(problem.model, problem.loss, other.optimizer, problem.loader, epochs=1)
    with pytest.raises(ArgumentError, match=r"TG-E218.*scheduler[\s\S]*same optimiser"):
        fit(*problem.parts, epochs=1, scheduler=ExponentialLR(other.optimizer, 0.9))
    with pytest.raises(ArgumentError, match=r"TG-E218.*scheduler_per"):
        fit(*problem.parts, epochs=1, scheduler=ReduceLROnPlateau(problem.optimizer), scheduler_per="step")
    with pytest.raises(ArgumentError, match=r"TG-E218.*monitor[\s\S]*metric"):
        fit(*problem.parts, epochs=1, metric=None, monitor="train_accuracy", patience=1)
    with pytest.raises(ArgumentError, match=r"TG-E218.*model"):
        fit(print, problem.loss, problem.optimizer, problem.loader, epochs=1)  # type: ignore[arg-type]


def test_a_loss_of_another_kind() -> None:
    problem = Problem()
    for loss in (nn.CrossEntropyLoss(reduction="none"), lambda outputs, targets: 1.0):
        with pytest.raises(ArgumentError, match="TG-E817"):
            fit(problem.model, loss, problem.optimizer, problem.loader, epochs=1, progress="off")


def test_the_default_metric_in_a_regression() -> None:
    model = nn.Linear(2, 1)
    batches = [(tg.randn(4, 2), tg.randn(4, 1))]
    with pytest.raises(DTypeError, match=r"TG-E819.*float32[\s\S]*metric=None"):
        fit(model, nn.MSELoss(), optim.SGD(model.parameters()), batches, epochs=1, progress="off")
