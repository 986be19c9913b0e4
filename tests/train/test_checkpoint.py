"""Checkpoint, for loops of one's own: parts in, parts out, or a clear error and nothing changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import tinygrad_zh as tg
from tests.train.everything import Everything
from tinygrad_zh import nn, optim
from tinygrad_zh.errors import ArgumentError, DTypeError, StorageError
from tinygrad_zh.optim.lr_scheduler import ExponentialLR, StepLR
from tinygrad_zh.storage import load_checkpoint, save_checkpoint
from tinygrad_zh.train import Checkpoint, read_checkpoint


class OwnLoop:
    """The loop of a tutorial, with a generator of its own for noise."""

    def __init__(self, seed: int) -> None:
        self.all = Everything(seed=seed)
        self.noise = tg.Generator().manual_seed(seed)
        self.checkpoint = Checkpoint(
            model=self.all.model,
            optimizer=self.all.optimizer,
            scheduler=self.all.scheduler,
            averaged=self.all.averaged,
            loader=self.all.loader,
            noise=self.noise,
        )

    def train(self, epochs: range, path: Path | None = None, stop_at: int = -1, steps: int = 0) -> int:
        for _ in epochs:
            for inputs, targets in self.all.loader:
                self.all.optimizer.zero_grad()
                noisy = inputs + 0.1 * tg.randn(*inputs.shape, generator=self.noise)
                self.all.loss(self.all.model(noisy), targets).backward()
                self.all.optimizer.step()
                self.all.scheduler.step()  # type: ignore[union-attr]
                self.all.averaged.update_parameters(self.all.model)
                steps += 1
                if steps == stop_at:
                    assert path is not None
                    self.checkpoint.save(path, about={"steps": steps})
                    return steps
        return steps

    def outcome(self) -> Any:
        return self.all.outcome([]), self.noise.get_state()


@pytest.mark.parametrize("stop_at", [1, 3, 4, 5])
def test_a_loop_of_ones_own_goes_on(stop_at: int, tmp_path: Path) -> None:
    whole, path = OwnLoop(3), tmp_path / "deep" / "run.safetensors"
    whole.train(range(3))
    OwnLoop(3).train(range(3), path, stop_at)
    again = OwnLoop(99)
    assert again.checkpoint.load(path) == {"steps": stop_at}
    again.train(range((stop_at - 1) // 3, 3))
    assert again.outcome() == whole.outcome()


def test_weights_alone(tmp_path: Path) -> None:
    loop, path = OwnLoop(3), tmp_path / "run.safetensors"
    loop.train(range(1), path, 2)
    other = OwnLoop(99)
    saved = read_checkpoint(path)
    other.all.model.load_state_dict(saved.parts["model"])
    weights = [o.all.outcome([])["weights"]["model.0.weight"] for o in (loop, other)]
    assert weights[0] == weights[1] and saved.about == {"steps": 2} and saved.classes["optimizer"] == "Adam"


def test_what_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    OwnLoop(3).train(range(1), path, 2)
    for part, made, expected in [
        ("optimizer", lambda o: optim.SGD(o.all.model.parameters(), lr=0.1), r"TG-E663.*optimizer Adam → SGD"),
        ("scheduler", lambda o: StepLR(o.all.optimizer, 2), r"TG-E663.*CosineAnnealingLR → StepLR"),
        ("optimizer", lambda o: optim.Adam([nn.Parameter(tg.ones(2))]), r"TG-E62.*groups have"),
        ("model", lambda o: nn.Sequential(nn.Linear(2, 2)), r"TG-E606"),
        ("noise", lambda o: Everything(seed=99).loader, r"TG-E663.*noise Generator → DataLoader"),
    ]:
        other = OwnLoop(99)
        other.checkpoint.parts[part] = made(other)
        before = other.outcome()
        with pytest.raises(StorageError, match=expected):
            other.checkpoint.load(path)
        assert other.outcome() == before, part
        assert not other.all.optimizer.stepped


def test_other_parts(tmp_path: Path) -> None:
    path, model = tmp_path / "run.safetensors", nn.Linear(2, 1)
    optimizer = optim.SGD(model.parameters())
    Checkpoint(model=model, optimizer=optimizer).save(path)
    with pytest.raises(StorageError, match=r"TG-E811[\s\S]*missing in the file: scheduler\n.*: optimizer"):
        Checkpoint(model=model, scheduler=ExponentialLR(optimizer, 0.9)).load(path)


def test_bad_parts_and_values(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"TG-E810.*nothing"):
        Checkpoint()
    for part in (3, None, "model", nn.Linear):
        with pytest.raises(ArgumentError, match=r"TG-E810.*epoch"):
            Checkpoint(model=nn.Linear(1, 1), epoch=part)
    with pytest.raises(DTypeError, match="TG-E508"):
        Checkpoint(model=nn.Linear(1, 1)).save(tmp_path / "x", about={"when": (1, 2)})
    assert list(tmp_path.iterdir()) == []


def test_an_edited_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    checkpoint = Checkpoint(model=nn.Linear(1, 1))
    checkpoint.save(path)
    arrays, state = load_checkpoint(path)
    for name, value in [
        ("parts", []),
        ("parts", {"model": 3}),
        ("stepped", None),
        ("parts", {"model": {"class": "x"}}),
    ]:
        save_checkpoint(path, arrays, {**state, name: value})
        with pytest.raises(StorageError, match="TG-E662"):
            checkpoint.load(path)
    missing = {"model": {"class": "Linear", "state": {"items": [["weight", {"tensor": "gone"}]]}}}
    save_checkpoint(path, arrays, {**state, "parts": missing})
    with pytest.raises(StorageError, match="TG-E662"):
        checkpoint.load(path)
