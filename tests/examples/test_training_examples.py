"""Each example learns in its quick mode, leaves what it promises, and meets bad options with plain sentences."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from examples.texts.song_ci import read_poems
from tests.house.repository import ROOT
from tinygrad_zh.storage import load_file
from tinygrad_zh.train import read_checkpoint

# What accuracy its short run reaches at least, far above chance (a tenth; of the poems a quarter), and what it leaves.
EXAMPLES = {
    "cnn_images": (0.7, "mistakes.png", "conv1.weight"),
    "lstm_rows": (0.5, "mistakes.png", "lstm.weight_ih_l0"),
    "transformer_chinese": (0.5, "mistakes.txt", "encoder.layers.1.linear2.bias"),
}


def run(name: str, *options: str) -> int:
    example: Any = importlib.import_module(f"examples.{name}")
    status: int = example.main(["--device", "cpu", "--quick", *options])
    return status


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_it_learns_and_leaves_what_it_promises(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    least, mistakes, weight = EXAMPLES[name]
    assert run(name, "--out", str(tmp_path), "--batch-size", "32", "--seed", "1") == 0
    said = capsys.readouterr().out
    left = {"model.safetensors", "metrics.json", "curves.png", "checkpoint.safetensors", mistakes}
    assert {file.name for file in tmp_path.iterdir()} == left and all(file in said for file in left)
    metrics = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    losses = [epoch["train_loss"] for epoch in metrics["history"]]
    assert losses[-1] < 0.7 * losses[0] and metrics["test_accuracy"] > least
    assert metrics["seed"] == 1 and metrics["device"] == "cpu" and metrics["versions"]["numpy"]
    assert weight in load_file(tmp_path / "model.safetensors")
    if name == "transformer_chinese":
        assert metrics["commonest_tune_accuracy"] < metrics["naive_bayes_accuracy"] < 1


def test_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two epochs are two epochs, whether at once or one after the other."""
    from examples import common, lstm_rows

    few = common.pictures("mnist", quick=True)
    monkeypatch.setattr(common, "pictures", lambda *_: tuple(common.first(images, 100) for images in few))
    for folder, parts in (("once", [["--epochs", "2"]]), ("twice", [["--epochs", "1"], ["--epochs", "2", "--resume"]])):
        for options in parts:
            assert lstm_rows.main(["--device", "cpu", "--out", str(tmp_path / folder), *options]) == 0
    once, twice = (read_checkpoint(tmp_path / f / "checkpoint.safetensors").parts["model"] for f in ("once", "twice"))
    assert {n: t.array.tobytes() for n, t in once.items()} == {n: t.array.tobytes() for n, t in twice.items()}


def test_it_goes_on_with_the_same_options_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from examples import cnn_images, common

    few = common.pictures("mnist", quick=True)
    monkeypatch.setattr(common, "pictures", lambda *_: tuple(common.first(images, 20) for images in few))
    begun = ["--device", "cpu", "--out", str(tmp_path), "--epochs", "1", "--lr", "0.01", "--seed", "5"]
    assert cnn_images.main(begun) == 0
    assert cnn_images.main([*begun, "--resume"]) == 0
    for changed, told in (
        (["--lr", "0.02"], "--lr 0.01"),
        (["--seed", "6", "--batch-size", "2"], "--seed 5 --batch-size 64"),
        (["--epochs", "2"], "TG-E830"),  # its schedule is as long as the training
    ):
        capsys.readouterr()
        assert cnn_images.main([*begun, "--resume", *changed]) == 1
        assert told in capsys.readouterr().err


@pytest.mark.parametrize("name", EXAMPLES)
def test_help_and_bad_options(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(name, "--help")
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert all(word in said for word in ("--device", "--seed", "--quick", "--resume", f"python -m examples.{name}"))
    for options in (["--device", "toaster"], ["--resume"], ["--batch-size", "0"], ["--epochs", "-1"], ["--lr", "-1"]):
        assert run(name, "--out", str(tmp_path / "none"), *options) == 1
        assert "TG-E" in capsys.readouterr().err


def test_they_are_short_programs() -> None:
    for file in (ROOT / "examples").rglob("*.py"):
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 150, file.name


def test_the_poems() -> None:
    poems = read_poems()
    assert len({poem.text for poem in poems}) == 3000
    assert set(Counter(poem.tune for poem in poems).values()) == {150}
    known = next(poem for poem in poems if poem.text.startswith("似花还似非花"))
    assert (known.tune, known.poet) == ("水龙吟", "苏轼")
