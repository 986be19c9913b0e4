"""A checkpoint gives back tensors and state; one that does not fit names everything that is wrong."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygrad_zh.errors import DTypeError, StorageError
from tinygrad_zh.storage import check_names, load_checkpoint, load_file, save_checkpoint, save_file
from tinygrad_zh.storage.checkpoint import KEY

TENSORS = {"layer.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "layer.bias": np.zeros(2)}
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8"))
texts = st.text(st.characters(codec="utf-8"))
states = st.dictionaries(
    texts, st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=8)
)


@given(state=states)
def test_the_state_comes_back_equal(state: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("laws") / "c.safetensors"
    save_checkpoint(path, {}, state)
    tensors, back = load_checkpoint(path)
    assert tensors == {} and back == state and repr(back) == repr(state)


def test_tensors_and_state_come_back(tmp_path: Path) -> None:
    state = {"epoch": 3, "best": math.inf, "轮": ["一", 2**127, {"deep": None}]}
    save_checkpoint(tmp_path / "c", TENSORS, {**state, "loss": math.nan})
    tensors, back = load_checkpoint(tmp_path / "c")
    assert set(tensors) == set(TENSORS)
    for name, array in TENSORS.items():
        np.testing.assert_array_equal(tensors[name], array)
        assert tensors[name].dtype == array.dtype
    assert math.isnan(back.pop("loss"))
    assert back == state


def test_a_checkpoint_is_a_plain_safetensors_file(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "c", TENSORS, {})
    np.testing.assert_array_equal(load_file(tmp_path / "c")["layer.weight"], TENSORS["layer.weight"])


@pytest.mark.parametrize(
    ("state", "where"),
    [
        ({"betas": (0.9, 0.999)}, "state['betas']"),
        ({"a": {"b": [1, {2}]}}, "state['a']['b'][1]"),
        ({"steps": {1: "one"}}, "state['steps']: key 1"),
        ({1: "one"}, "state: key 1"),
        ({"lr": np.float64(0.1)}, "state['lr']"),
        ({"x": np.ones(2)}, "state['x']"),
        ({"x": b"bytes"}, "state['x']"),
    ],
)
def test_a_state_that_would_change_is_refused_by_its_place(state: Any, where: str, tmp_path: Path) -> None:
    with pytest.raises(DTypeError) as caught:
        save_checkpoint(tmp_path / "c", TENSORS, state)
    assert caught.value.code == "TG-E508" and where in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {"other": "{}"},
        {KEY: "no JSON"},
        {KEY: "[1]"},
        {KEY: '{"version": 1}'},
        {KEY: '{"version": 1, "state": 3}'},
        {KEY: '{"version": 2, "state": {}}'},
        {KEY: '{"state": {}}'},
        {KEY: "[" * 100_000},
    ],
    ids=["no metadata", "other metadata", "no JSON", "list", "no state", "bad state", "later", "no version", "deep"],
)
def test_another_file_is_no_checkpoint(metadata: dict[str, str] | None, tmp_path: Path) -> None:
    save_file(TENSORS, tmp_path / "c", metadata)
    with pytest.raises(StorageError, match="no checkpoint") as caught:
        load_checkpoint(tmp_path / "c")
    assert caught.value.code == "TG-E509"


def test_a_damaged_checkpoint_is_a_clear_error(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "c", TENSORS, {"epoch": 1})
    (tmp_path / "c").write_bytes((tmp_path / "c").read_bytes()[:-1])
    with pytest.raises(StorageError) as caught:
        load_checkpoint(tmp_path / "c")
    assert caught.value.code == "TG-E504"


def test_names_that_fit_pass() -> None:
    check_names({"w": (3, 4), "b": ()}, {"b": (), "w": (3, 4)})
    check_names({}, {})


def test_everything_that_does_not_fit_is_in_one_error() -> None:
    with pytest.raises(StorageError) as caught:
        check_names(
            {"w": (3, 4), "old.a": (1,), "old.b": (2,), "same": (5,), "v": ()},
            {"w": (4, 3), "new.a": (1,), "new.b": (2,), "same": (5,), "v": (1,)},
        )
    text = str(caught.value)
    assert caught.value.code == "TG-E510"
    assert "missing: new.a, new.b\n" in text
    assert "unexpected: old.a, old.b\n" in text
    assert "w (3, 4), (4, 3); v (), (1,)" in text
    assert "same" not in text.replace("the same names", "")


@pytest.mark.parametrize(
    ("found", "wanted", "line"),
    [
        ({}, {"w": (1,)}, "missing: w\n    unexpected: –"),
        ({"w": (1,)}, {}, "missing: –\n    unexpected: w"),
        ({"w": (1,)}, {"w": (2,)}, "w (1,), (2,)"),
    ],
)
def test_one_kind_of_fault_is_enough(found: Any, wanted: Any, line: str) -> None:
    with pytest.raises(StorageError) as caught:
        check_names(found, wanted)
    assert line in str(caught.value)
