"""A folder with one file or with shards; names with a prefix."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tinygrad_zh.errors import ArgumentError, StorageError
from tinygrad_zh.storage import load_folder, load_shards, save_file, strip_prefix

TENSORS = {"b": np.ones(2, "f4"), "a": np.zeros((1, 3)), "c": np.array(5)}
WHERE = {"b": "model-1.safetensors", "a": "model-2.safetensors", "c": "model-1.safetensors"}


def write_shards(folder: Path, where: Any = WHERE, index: Any = None) -> Path:
    for shard in dict.fromkeys(WHERE.values()):
        save_file({name: TENSORS[name] for name in TENSORS if WHERE[name] == shard}, folder / shard)
    path = folder / "model.safetensors.index.json"
    content = index if index is not None else {"metadata": {"total_size": 40}, "weight_map": where}
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_shards_are_put_together(tmp_path: Path) -> None:
    index = write_shards(tmp_path)
    for found in (load_shards(index), load_folder(tmp_path)):
        assert list(found) == list(TENSORS)
        for name, array in TENSORS.items():
            np.testing.assert_array_equal(found[name], array)


def test_one_file_comes_first(tmp_path: Path) -> None:
    write_shards(tmp_path)
    save_file({"x": np.ones(1)}, tmp_path / "model.safetensors")
    assert list(load_folder(str(tmp_path))) == ["x"]


@pytest.mark.parametrize(
    "change",
    [
        {"d": "model-1.safetensors"},
        {"a": "model-1.safetensors"},
        {"c": "../model-1.safetensors"},
        {"c": "/etc/passwd"},
        {"c": "a\\b"},
        {"c": ".."},
        {"c": ""},
        {"c": 3},
    ],
    ids=str,
)
def test_an_index_that_does_not_fit_is_a_clear_error(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(StorageError) as caught:
        load_shards(write_shards(tmp_path, WHERE | change))
    assert caught.value.code == "TG-E586"


@pytest.mark.parametrize("index", ["no json", "[]", "{}", '{"weight_map": ["a"]}', "[" * 100_000], ids=range(5))
def test_what_is_no_index_is_a_clear_error(tmp_path: Path, index: str) -> None:
    with pytest.raises(StorageError) as caught:
        load_shards(write_shards(tmp_path, index=index))
    assert caught.value.code == "TG-E586"


def test_a_name_that_the_index_leaves_out_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"model-1.safetensors: c") as caught:
        load_shards(write_shards(tmp_path, {name: WHERE[name] for name in "ba"}))
    assert caught.value.code == "TG-E586"


def test_missing_files_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"model\.safetensors\.index\.json") as caught:
        load_folder(tmp_path)
    assert caught.value.code == "TG-E585"
    torch.save({"x": torch.ones(1)}, tmp_path / "pytorch_model.bin")
    with pytest.raises(StorageError, match=r"pytorch_model\.bin") as caught:
        load_folder(tmp_path)
    assert caught.value.code == "TG-E580"
    with pytest.raises(StorageError) as caught:
        load_shards(tmp_path / "nothing.json")
    assert caught.value.code == "TG-E503"
    (write_shards(tmp_path).with_name("model-2.safetensors")).unlink()
    with pytest.raises(StorageError, match=r"model-2\.safetensors") as caught:
        load_folder(tmp_path)
    assert caught.value.code == "TG-E503"


# --- prefixes ---


def test_a_prefix_is_taken_off() -> None:
    given = {"bert.a": 1, "bert.b.bert.c": 2, "cls.a": 3}
    assert strip_prefix(given, "bert.") == {"a": 1, "b.bert.c": 2, "cls.a": 3}
    assert list(given) == ["bert.a", "bert.b.bert.c", "cls.a"]


@pytest.mark.parametrize(
    ("given", "prefix"), [({"a": 1}, "module."), ({}, "module."), ({"m.a": 1, "a": 2}, "m."), ({"m.": 1}, "m.")]
)
def test_a_prefix_that_cannot_be_taken_off_is_a_clear_error(given: dict[str, int], prefix: str) -> None:
    with pytest.raises(StorageError) as caught:
        strip_prefix(given, prefix)
    assert caught.value.code == "TG-E587"


@pytest.mark.parametrize("prefix", ["", None, 3])
def test_a_prefix_is_text(prefix: Any) -> None:
    with pytest.raises(ArgumentError):
        strip_prefix({"a": 1}, prefix)
