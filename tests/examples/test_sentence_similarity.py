"""The example says which sentences mean the same, or what to install."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import tokenizers

from examples import sentence_similarity as example
from tests.house.repository import ROOT
from tests.models.minilm import model_folder
from tinygrad_zh.models import BertConfig, BertModel
from tinygrad_zh.storage import save_file

WORDS = ["[PAD]", "[UNK]", "cats", "dogs", "sleep", "run"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny model with a vocabulary of six words."""
    sizes = {"vocab_size": len(WORDS), "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    save_file(BertModel(BertConfig(**sizes)).state_dict(), tmp_path / "model.safetensors")  # type: ignore[arg-type]
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert", **sizes}))
    model = tokenizers.models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]")
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def test_it_prints_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["cats sleep", "dogs run", "cats cats sleep sleep"]
    assert example.main([*given, "--model", str(folder), "--device", "cpu"]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [line.split("  ")[-1] for line in lines[1:4]] == given
    values = [[float(value) for value in line.split()[1:4]] for line in lines[1:4]]
    assert all(values[i][i] == 1 for i in range(3)) and values[0][1] == values[1][0]
    assert len(lines) == 9 and "cpu" in said.err


def test_one_sentence_has_no_neighbour(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert example.main(["cats", "--model", str(folder), "--device", "cpu"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("missing", [example.PACKAGE, "tokenizers"])
def test_it_says_what_to_install(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else find(name))
    assert example.main([]) == 1
    said = capsys.readouterr()
    assert example.INSTALL in said.err and not said.out


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--device", "toaster"], "toaster"), (["--model", "no/where"], "tokenizer.json")],
)
def test_bad_options_are_plain_sentences(
    options: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert example.main(["--model", str(folder), *options]) == 1
    assert said in capsys.readouterr().err


def test_help_tells_all(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        example.main(["--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0 and all(word in said for word in ("--device", "--model", example.INSTALL))


def test_it_is_a_short_program() -> None:
    assert len((ROOT / "examples" / "sentence_similarity.py").read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.slow
def test_the_real_model_pairs_what_means_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert example.installed_model() == model_folder()
    assert example.main(["--device", "cpu"]) == 0
    nearest: Any = [line.split()[2] for line in capsys.readouterr().out.splitlines() if "→" in line]
    assert nearest[:4] == ["2", "1", "4", "3"]
