"""A file can be looked into, and single tensors and parts read; bfloat16 is widened on request."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch

import tinygrad_zh as tg
from tinygrad_zh.errors import ArgumentError, IndexingError, StorageError, UnknownNameError
from tinygrad_zh.storage import load_file, read_header, safe_open, save_file

WEIGHT = np.arange(24.0).reshape(4, 3, 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_file(
        {"weight": WEIGHT, "bias": np.array(2, "i2"), "mask": np.array([[True, False]])}, tmp_path / "x", {"k": "v"}
    )
    return tmp_path / "x"


def test_names_shapes_and_metadata(path: Path) -> None:
    with safe_open(path) as file:
        assert set(file) == {"weight", "bias", "mask"} and len(file) == 3 and "bias" in file and "other" not in file
        assert {name: (info.dtype, info.shape) for name, info in file.items()} == {
            "weight": ("float64", (4, 3, 2)), "bias": ("int16", ()), "mask": ("bool", (1, 2)),
        }  # fmt: skip
        assert file.header == read_header(path) and file.header.metadata == {"k": "v"}


@pytest.mark.parametrize(
    "part",
    [..., 0, -1, slice(1, 3), (slice(None), 2), np.s_[::-1, :, 1], np.s_[..., None], [2, 0], WEIGHT[:, 0, 0] > 5],
    ids=str,
)
def test_a_part_is_numpys(path: Path, part: Any) -> None:
    with safe_open(path) as file:
        found = file.get_tensor("weight", part)
    assert isinstance(found, np.ndarray) and found.flags.writeable and found.flags.c_contiguous
    assert type(found) is np.ndarray and found.dtype == WEIGHT.dtype
    np.testing.assert_array_equal(found, WEIGHT[part])
    found[...] = 0  # its own memory: the file is not touched
    np.testing.assert_array_equal(load_file(path)["weight"], WEIGHT)


def test_scalars_and_bools(path: Path) -> None:
    with safe_open(path) as file:
        bias, mask, one = file.get_tensor("bias"), file.get_tensor("mask"), file.get_tensor("mask", (0, 0))
    assert (bias.shape, bias.dtype, bias.item()) == ((), np.int16, 2)
    assert mask.dtype == bool and mask.tolist() == [[True, False]] and mask.flags.writeable
    assert (one.shape, one.item()) == ((), True)


def test_a_file_without_numbers(tmp_path: Path) -> None:
    save_file({"none": np.empty((0, 3), "f4")}, tmp_path / "x")
    with safe_open(tmp_path / "x") as file:
        assert file.get_tensor("none").shape == (0, 3)


def test_one_tensor_of_a_big_file_costs_no_more_than_itself(tmp_path: Path) -> None:
    save_file({"big": np.zeros((4000, 1000)), "small": np.ones(1000)}, tmp_path / "x")  # 32 MB
    tracemalloc.start()
    with safe_open(tmp_path / "x") as file:
        assert file.get_tensor("small").sum() == 1000 and file.get_tensor("big", slice(7, 9)).shape == (2, 1000)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 500_000


def test_what_was_read_stays_when_the_file_is_replaced(path: Path) -> None:
    with safe_open(path) as file:
        before = file.get_tensor("weight")
        save_file({"weight": np.zeros(1)}, path)
        np.testing.assert_array_equal(file.get_tensor("weight"), WEIGHT)
    np.testing.assert_array_equal(before, WEIGHT)


def test_an_unknown_name_is_a_clear_error(path: Path) -> None:
    with safe_open(path) as file, pytest.raises(UnknownNameError, match="weight") as caught:
        file.get_tensor("wieght")
    assert caught.value.code == "TG-E582"


@pytest.mark.parametrize("part", [4, (0, 0, 0, 0), "x", 1.5, [9], np.array([True])], ids=str)
def test_a_part_that_is_not_there_is_a_clear_error(path: Path, part: Any) -> None:
    with safe_open(path) as file, pytest.raises(IndexingError, match="weight") as caught:
        file.get_tensor("weight", part)
    assert caught.value.code == "TG-E583"


def test_a_closed_file_is_a_clear_error(path: Path) -> None:
    with safe_open(path) as file:
        pass
    with pytest.raises(StorageError) as caught:
        file.get_tensor("weight")
    assert caught.value.code == "TG-E584"


def test_bfloat16_is_widened_on_request_exactly(tmp_path: Path) -> None:
    every = torch.arange(2**16, dtype=torch.int32).to(torch.uint16).view(torch.bfloat16)
    tensors = {"every": every, "grid": torch.randn(3, 4).bfloat16(), "one": torch.tensor(3.0).bfloat16(),
               "float": torch.randn(2)}  # fmt: skip
    safetensors.torch.save_file(tensors, tmp_path / "x")
    assert read_header(tmp_path / "x").tensors["every"].dtype == "bfloat16"
    with pytest.raises(StorageError, match="widen_bfloat16=True") as caught:
        load_file(tmp_path / "x")
    assert caught.value.code == "TG-E581" and "bfloat16" in str(caught.value)
    found = load_file(tmp_path / "x", widen_bfloat16=True)
    for name, tensor in tensors.items():
        assert found[name].dtype == np.float32 and found[name].flags.writeable
        assert found[name].tobytes() == tensor.float().numpy().tobytes()
    with safe_open(tmp_path / "x", widen_bfloat16=True) as file:
        assert file.get_tensor("grid", (0, 1)).item() == tensors["grid"][0, 1].item()
        with pytest.raises(ArgumentError):
            safe_open(tmp_path / "x", widen_bfloat16="float32")  # type: ignore[arg-type]


def test_tensors_are_saved_as_they_are(tmp_path: Path) -> None:
    x = tg.arange(6.0, requires_grad=True).reshape(2, 3)
    save_file({"turned": x.T, "view": x[:, 1], "one": tg.tensor(True)}, tmp_path / "x")
    found = load_file(tmp_path / "x")
    assert found["turned"].tolist() == [[0, 3], [1, 4], [2, 5]] and found["view"].tolist() == [1, 4]
    assert found["one"].shape == () and found["one"].dtype == bool
