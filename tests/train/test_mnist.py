"""The MNIST job: what it leaves behind, and that the same settings give the same bytes."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.train.small import without_times
from tinygrad_zh.backend.devices import CPU
from tinygrad_zh.data import mnist
from tinygrad_zh.errors import ArgumentError, DeviceError, MissingPackageError, StorageError
from tinygrad_zh.storage import load_file, read_header, save_file
from tinygrad_zh.train.history import Epoch
from tinygrad_zh.train.mnist import train_mnist
from tinygrad_zh.train.network import KEY, load_model, mlp
from tinygrad_zh.train.plots import Canvas, write_curves, write_mistakes
from tinygrad_zh.train.predict import predict, table
from tinygrad_zh.train.settings import Settings, hidden_sizes, new_settings, resumed_settings
from tinygrad_zh.train.versions import versions
from tinygrad_zh.train.words import WORDS

QUICK = Settings(source="subset", hidden=(32,), batch_size=100)


def train(out: Path, settings: Settings = QUICK, **options: Any) -> tuple[dict[str, Any], list[str]]:
    said: list[str] = []
    options = {"epochs": 2, "progress": "off", **options}
    return train_mnist(settings, out=out, report=said.append, **options), said


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], list[str]]:
    out = tmp_path_factory.mktemp("runs") / "mnist"
    return out, *train(out)


def history(metrics: dict[str, Any]) -> list[dict[str, Any]]:
    return without_times([Epoch(**epoch) for epoch in metrics["history"]])


def test_the_numbers(trained: tuple[Path, dict[str, Any], list[str]]) -> None:
    out, metrics, _ = trained
    assert json.loads((out / "metrics.json").read_text(encoding="utf-8")) == metrics
    assert 0.7 < metrics["test_accuracy"] <= 1 and metrics["test_accuracy"] == metrics["history"][-1]["test_accuracy"]
    assert metrics["epochs"] == len(metrics["history"]) == 2 and metrics["seed"] == 0
    assert metrics["train_loss"] == metrics["history"][-1]["train_loss"] > 0
    assert metrics["elapsed_s"] == sum(epoch["elapsed_s"] for epoch in metrics["history"]) > 0
    assert metrics["source"] == "subset" and metrics["hidden"] == [32] and metrics["device"] == "cpu"
    assert {"tinygrad_zh", "python", "numpy"} <= metrics["versions"].keys() and metrics["threads"] >= 1


def test_the_model_knows_what_it_is(trained: tuple[Path, dict[str, Any], list[str]]) -> None:
    out, metrics, _ = trained
    model, classes = load_model(out / "model.safetensors")
    assert classes == list("0123456789") and not model.training
    test = mnist("test", source="subset")
    scores = model(np_inputs(test.images)).detach().numpy()
    assert float((scores.argmax(1) == test.labels).mean()) == metrics["test_accuracy"]


def np_inputs(images: np.ndarray[Any, Any]) -> Any:
    import tinygrad_zh as tg
    from tinygrad_zh.train.network import pixels_of

    return tg.tensor(pixels_of(images))


def test_the_pictures(trained: tuple[Path, dict[str, Any], list[str]]) -> None:
    out, metrics, said = trained
    for name in ("curves.png", "mistakes.png"):
        with Image.open(out / name) as picture:
            assert picture.format == "PNG" and picture.width > 500
            assert len(np.unique(np.asarray(picture.convert("L")))) > 50, "it shows something"
    graph = (out / "graph.svg").read_text(encoding="utf-8")
    assert "linear" in graph and "cross_entropy" in graph and "0.weight" in graph
    wrong = round((1 - metrics["test_accuracy"]) * 2000)
    lines = "\n".join(said)
    assert f"({wrong}, the surest first)" in lines
    for path in out.iterdir():
        assert path.name in lines
    assert {path.name for path in out.iterdir()} == {
        "model.safetensors",
        "checkpoint.safetensors",
        "metrics.json",
        "curves.png",
        "mistakes.png",
        "graph.svg",
    }


def test_what_it_says(trained: tuple[Path, dict[str, Any], list[str]]) -> None:
    _, _, said = trained
    lines = "\n".join(said)
    assert "device: no GPU: " in lines and "→ cpu" in lines
    assert "small subset" in lines and "say nothing about the full MNIST" in lines
    assert "784-32-10, ReLU, 25,450 parameters; optimizer SGD(lr=0.01, momentum=0.9); batch size 100; seed 0" in lines


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_same_settings_give_the_same_bytes(optimizer: str, tmp_path: Path) -> None:
    settings = new_settings({"source": "subset", "hidden": (16,), "batch_size": 200, "optimizer": optimizer})
    (first, _), (second, _) = (train(tmp_path / name, settings, epochs=1) for name in ("a", "b"))
    assert (tmp_path / "a" / "model.safetensors").read_bytes() == (tmp_path / "b" / "model.safetensors").read_bytes()
    assert history(first) == history(second) and first["test_accuracy"] == second["test_accuracy"]


def test_another_seed_gives_other_bytes(trained: tuple[Path, dict[str, Any], list[str]], tmp_path: Path) -> None:
    train(tmp_path, Settings(source="subset", hidden=(32,), batch_size=100, seed=1), epochs=1)
    ours, other = (load_file(folder / "model.safetensors") for folder in (trained[0], tmp_path))
    assert all(ours[name].tobytes() != other[name].tobytes() for name in ours)


def test_going_on_gives_the_run_that_was_not_stopped(
    trained: tuple[Path, dict[str, Any], list[str]], tmp_path: Path
) -> None:
    train(tmp_path, epochs=1)
    metrics, said = train(tmp_path, resume=tmp_path / "checkpoint.safetensors")
    assert any("1 epochs and 0 batches are done" in line for line in said)
    assert (tmp_path / "model.safetensors").read_bytes() == (trained[0] / "model.safetensors").read_bytes()
    assert history(metrics) == history(trained[1])


def test_matplotlibs_settings_stay_as_they_are(tmp_path: Path) -> None:
    import sys

    import matplotlib

    before, had_pyplot = dict(matplotlib.rcParams), "matplotlib.pyplot" in sys.modules
    canvas = Canvas(2, 2)
    canvas.figure.subplots().set_title(canvas.say("curve-loss"), fontproperties=canvas.font)
    canvas.save(tmp_path / "a.png")
    assert dict(matplotlib.rcParams) == before and ("matplotlib.pyplot" in sys.modules) == had_pyplot


@pytest.mark.parametrize("has_font", [True, False])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pictures_have_no_empty_boxes(
    language: str, has_font: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sign that the font does not have is a warning of matplotlib's, and so an error here."""
    monkeypatch.setenv("TINYGRAD_ZH_LANG", language)
    if not has_font:
        monkeypatch.setattr("tinygrad_zh.train.plots.CHINESE_FONTS", ("No Such Font",))
    write_curves(tmp_path / "curves.png", [Epoch(1, 0.5, 0.5, None, None, 1.0, 1.0)], "MNIST")
    write_curves(tmp_path / "curves.png", [Epoch(i, 1 / i, None, 1 / i, 0.9, 1.0, 1.0) for i in (1, 2)], "MNIST")
    test, sure = mnist("test", source="subset"), np.eye(10)
    for wrong in ([], [3], list(range(130))):
        said = sure[(test.labels + np.isin(np.arange(len(test)), wrong)) % 10]
        write_mistakes(tmp_path / "mistakes.png", test, said, np.array(wrong, dtype=np.int64))


@pytest.mark.parametrize("package", ["dot", "graphviz"])
def test_without_graphviz_there_is_the_source_and_a_word(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if package == "dot":
        monkeypatch.setattr("tinygrad_zh.picture.render.can_render", lambda: False)
    else:
        find_spec = __import__("importlib.util").util.find_spec
        monkeypatch.setitem(__import__("sys").modules, "graphviz", None)
        monkeypatch.setattr("importlib.util.find_spec", lambda name: find_spec(name) if name != "graphviz" else None)
    _, said = train(tmp_path, Settings(source="subset", hidden=(), batch_size=500), epochs=1)
    assert (tmp_path / "graph.dot").read_text(encoding="utf-8").startswith("digraph")
    assert not (tmp_path / "graph.svg").exists()
    (line,) = [line for line in said if "graph.dot" in line and "computation graph" in line]
    assert ("dot -Tsvg" if package == "dot" else 'pip install ".[draw]"') in line


@pytest.mark.parametrize("package", ["matplotlib", "safetensors"])
def test_a_missing_package_is_told_before_the_training(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_spec = __import__("importlib.util").util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: find_spec(name) if name != package else None)
    with pytest.raises(MissingPackageError, match=rf"(?s){package}.*\.\[train\]"):
        train(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_fashion_has_no_subset(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="TG-E670"):
        train(tmp_path, Settings(data="fashion", source="subset"))


def test_a_device_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="TG-E30"):
        train(tmp_path, device="cuda")
    with pytest.raises(DeviceError, match="TG-E302"):
        train(tmp_path, device="tpu")


# --- settings ---


def test_the_learning_rate_is_the_optimisers() -> None:
    assert new_settings({}) == Settings() and new_settings({}).lr == 0.01
    assert new_settings({"optimizer": "adam"}).lr == 0.001
    assert new_settings({"optimizer": "adam", "lr": 0.5}).lr == 0.5


@pytest.mark.parametrize(("text", "sizes"), [("128,64", (128, 64)), (" 7 ", (7,)), ("", ())])
def test_hidden_sizes(text: str, sizes: tuple[int, ...]) -> None:
    assert hidden_sizes(text) == sizes


@pytest.mark.parametrize("text", ["a", "128,,64", "0", "-3", "1.5", "²", ","])
def test_bad_hidden_sizes(text: str) -> None:
    with pytest.raises(ArgumentError, match="TG-E664"):
        hidden_sizes(text)


def test_a_resumed_run_has_the_checkpoints_settings() -> None:
    saved = {**Settings(seed=4).plain(), "epochs": 10}
    assert resumed_settings("c", saved, {}) == Settings(seed=4)
    assert resumed_settings("c", saved, {"hidden": (128, 64)}) == Settings(seed=4)
    with pytest.raises(StorageError, match=r"TG-E663.*lr 0\.01 → 0\.1, seed 4 → 5"):
        resumed_settings("c", saved, {"lr": 0.1, "seed": 5})
    with pytest.raises(StorageError, match="TG-E662"):
        resumed_settings("c", {"epochs": 3}, {})


# --- predict ---


def test_it_reads_the_digits_of_the_subset(trained: tuple[Path, dict[str, Any], list[str]], tmp_path: Path) -> None:
    test, right = mnist("test", source="subset"), 0
    for picture, label in zip(test.images[:100], test.labels[:100], strict=True):
        Image.fromarray(255 - picture).resize((112, 112)).save(tmp_path / "digit.png")  # dark on light, larger
        classes, probabilities = predict(tmp_path / "digit.png", trained[0] / "model.safetensors")
        assert probabilities.sum() == pytest.approx(1, abs=1e-6)
        right += classes[int(probabilities.argmax())] == str(label)
    assert right > 80


def test_the_table() -> None:
    lines = table(["a", "bb"], np.array([0.25, 0.75]))
    assert lines == [
        "Probability of each class:",
        "   a   25.0%  ████████",
        "  bb   75.0%  " + "█" * 22,
        "Answer: bb (75.0%)",
    ]
    assert "Not sure" in table(["a", "b"], np.array([0.5, 0.5]))[-1]


def test_models_that_cannot_be_used(tmp_path: Path) -> None:
    arrays = {name: tensor.array for name, tensor in mlp((784, 10)).state_dict().items()}
    path = tmp_path / "model.safetensors"
    with pytest.raises(StorageError, match="TG-E666"):
        load_model(path)
    about: Any
    for about in (None, "no JSON", {"kind": "cnn"}, {"kind": "mlp", "sizes": [784, -1], "classes": []}, [1]):
        text = about if isinstance(about, str) else json.dumps(about)
        save_file(arrays, path, metadata={} if about is None else {KEY: text})
        with pytest.raises(StorageError, match="TG-E665"):
            load_model(path)
    wrong = {"kind": "mlp", "sizes": [784, 20, 10], "classes": list("0123456789")}
    save_file(arrays, path, metadata={KEY: json.dumps(wrong)})
    with pytest.raises(StorageError, match="TG-E606"):
        load_model(path)


def test_the_metadata_holds_nothing_that_changes(trained: tuple[Path, dict[str, Any], list[str]]) -> None:
    metadata = read_header(trained[0] / "model.safetensors").metadata
    assert set(metadata) == {KEY} and json.loads(metadata[KEY])["sizes"] == [784, 32, 10]


# --- words ---


@pytest.mark.parametrize("slug", sorted(WORDS))
def test_both_languages_name_the_same_facts(slug: str) -> None:
    import string

    chinese, english = (
        sorted(name for _, name, _, _ in string.Formatter().parse(text) if name) for text in WORDS[slug]
    )
    assert chinese == english


# --- the whole job ---


@pytest.mark.slow
def test_the_article_is_reproduced(tmp_path: Path) -> None:
    """Ten epochs on all of MNIST; PyTorch reaches 97.58 to 97.91 % for three seeds."""
    metrics, _ = train(tmp_path, Settings(), epochs=10)
    assert metrics["test_accuracy"] >= 0.973 and metrics["test_examples"] == 10000


def test_whether_the_kernels_took_part_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CPU, "kernels", {"sgd_steps": print})
    assert versions()["numba"] == importlib.metadata.version("numba")
    monkeypatch.setattr(CPU, "kernels", {})
    assert "numba" not in versions(), "it is installed, but computes nothing"
