"""Tensors come back as they were; a damaged file is a plain sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from tinygrad_zh.errors import DTypeError, MissingPackageError, StorageError
from tinygrad_zh.storage import load_file, read_header, save_file
from tinygrad_zh.storage.header import DTYPES

ROOT = Path(__file__).resolve().parents[2]


def write(path: Path, header: Any, data: bytes = b"") -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


def entry(dtype: str = "F32", shape: Any = (2,), offsets: Any = (0, 8)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


# --- laws ---


@given(
    array=st.sampled_from(list(DTYPES.values())).flatmap(
        lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    )
)
def test_what_was_saved_comes_back(array: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("laws") / "x.safetensors"
    save_file({"x": array}, path, {"note": "数"})
    back = load_file(path)["x"]
    assert back.dtype == array.dtype and back.shape == array.shape
    assert back.tobytes() == array.tobytes()
    info = read_header(path).tensors["x"]
    assert info.shape == array.shape and info.dtype == array.dtype.name


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4).T,
        np.arange(12.0)[::-2],
        np.broadcast_to(np.float32(3), (2, 3)),
        np.arange(3, dtype=">f8"),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
    ],
    ids=["transposed", "reversed", "broadcast", "big-endian", "fortran"],
)
def test_any_layout_is_saved_by_value(array: np.ndarray, tmp_path: Path) -> None:
    save_file({"x": array}, tmp_path / "x.safetensors")
    back = load_file(tmp_path / "x.safetensors")["x"]
    np.testing.assert_array_equal(back, array)
    assert back.flags.writeable and back.flags.c_contiguous and back.dtype.isnative


def test_metadata_comes_back(tmp_path: Path) -> None:
    save_file({"b": np.ones(2), "a": np.zeros((1, 3))}, tmp_path / "x", {"键": '值 "quoted"\n', "k": ""})
    header = read_header(tmp_path / "x")
    assert header.metadata == {"键": '值 "quoted"\n', "k": ""}
    assert set(header.tensors) == set(load_file(tmp_path / "x")) == {"a", "b"}


def test_no_tensors_is_a_file_too(tmp_path: Path) -> None:
    save_file({}, tmp_path / "x", {"k": "v"})
    assert load_file(tmp_path / "x") == {} and read_header(tmp_path / "x").metadata == {"k": "v"}


def test_same_content_same_bytes_in_every_process(tmp_path: Path) -> None:
    program = (
        "import sys, numpy as np; from tinygrad_zh.storage import save_file; "
        "save_file({'w': np.ones(3), 'b': np.zeros(1, 'f4')}, sys.argv[1], {k: k for k in 'abcdefgh'})"
    )
    for name in "12":
        settings = {**os.environ, "PYTHONHASHSEED": name}
        subprocess.run([sys.executable, "-c", program, str(tmp_path / name)], cwd=ROOT, env=settings, check=True)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_the_package_reads_ours_and_we_read_its(tmp_path: Path) -> None:
    tensors = {"w": np.arange(6, dtype=np.float32).reshape(2, 3), "n": np.array(7, dtype=np.int64)}
    save_file(tensors, tmp_path / "ours", {"z": "1", "a": "2"})
    safetensors.numpy.save_file(tensors, tmp_path / "theirs", {"z": "1", "a": "2"})
    for found in (safetensors.numpy.load_file(tmp_path / "ours"), load_file(tmp_path / "theirs")):
        assert set(found) == set(tensors)
        for name, array in tensors.items():
            np.testing.assert_array_equal(found[name], array)
    with safetensors.safe_open(tmp_path / "ours", framework="np") as opened:
        assert opened.metadata() == {"z": "1", "a": "2"}


# --- what cannot be saved ---


@pytest.mark.parametrize(
    "tensors",
    [
        {"x": [1.0, 2.0]},
        {"x": 3.0},
        {"x": np.array(["text"])},
        {"x": np.array([None])},
        {"x": np.ones(2, np.complex64)},
        {"": np.ones(2)},
        {"__metadata__": np.ones(2)},
        {3: np.ones(2)},
        {"\ud800": np.ones(2)},
    ],
    ids=["list", "number", "text", "object", "complex", "no name", "reserved name", "number as name", "half a letter"],
)
def test_what_cannot_be_saved_is_a_clear_error(tensors: Any, tmp_path: Path) -> None:
    with pytest.raises(DTypeError, match="cannot be saved") as caught:
        save_file({"fine": np.ones(1), **tensors}, tmp_path / "x")
    assert caught.value.code == "TG-E506"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("metadata", [{"k": 1}, {1: "v"}, {"k": None}])
def test_metadata_is_text(metadata: Any, tmp_path: Path) -> None:
    with pytest.raises(DTypeError) as caught:
        save_file({}, tmp_path / "x", metadata)
    assert caught.value.code == "TG-E507"


def test_a_refused_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_file({"x": np.ones(2)}, tmp_path / "x")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError) as caught:
        save_file({"x": np.zeros(2)}, tmp_path / "x")
    assert caught.value.code == "TG-E501"
    np.testing.assert_array_equal(load_file(tmp_path / "x")["x"], np.ones(2))


# --- what cannot be read ---

EIGHT = bytes(8)
SOUND = b'{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
DAMAGED = {
    "empty file": b"",
    "length cut": b"\x01\0\0",
    "length beyond the file": (100).to_bytes(8, "little") + b"{}",
    "absurd length": b"\xff" * 8 + b"{}",
    "no JSON": (5).to_bytes(8, "little") + b"hello",
    "no UTF-8": (2).to_bytes(8, "little") + b"\xff\xfe",
    "deep JSON": (100_000).to_bytes(8, "little") + b"[" * 100_000,
}
UNSOUND: dict[str, tuple[Any, bytes]] = {
    "list": ([], b""),
    "name twice": (b'{"a":%s,"a":%s}' % (SOUND, SOUND), EIGHT),
    "field twice": (b'{"a":{"dtype":"F64","dtype":"F32","shape":[2],"data_offsets":[0,8]}}', EIGHT),
    "metadata twice": (b'{"__metadata__":{"k":"1","k":"2"},"a":%s}' % SOUND, EIGHT),
    "metadata no text": ({"__metadata__": {"k": 1}}, b""),
    "metadata no object": ({"__metadata__": "k"}, b""),
    "entry no object": ({"a": 3}, b""),
    "field missing": ({"a": {"dtype": "F32", "shape": [2]}}, EIGHT),
    "field unknown": ({"a": {**entry(), "more": 1}}, EIGHT),
    "negative size": ({"a": entry(shape=[-2])}, EIGHT),
    "size no number": ({"a": entry(shape=["2"])}, EIGHT),
    "size true": ({"a": entry(shape=[2, True])}, EIGHT),
    "size 2.0": ({"a": entry(shape=[2.0])}, EIGHT),
    "rank 65": ({"a": entry("U8", [1] * 65, [0, 1])}, b"x"),
    "offsets reversed": ({"a": entry(offsets=[8, 0])}, EIGHT),
    "three offsets": ({"a": entry(offsets=[0, 4, 8])}, EIGHT),
    "offsets not the shape's": ({"a": entry(shape=[3])}, EIGHT),
    "overflowing shape": ({"a": entry(shape=[2**62, 8])}, EIGHT),
    "huge shape": ({"a": entry(shape=[10**4000] * 64)}, EIGHT),
    "huge offsets": ({"a": entry(offsets=[10**4000, 10**4000 + 8])}, EIGHT),
    "number of 5000 digits": (b'{"a":{"dtype":"F32","shape":[' + b"1" * 5000 + b'],"data_offsets":[0,8]}}', EIGHT),
    "not a number": (b'{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,8]}}', EIGHT),
    "half a letter": (b'{"\\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', EIGHT),
    "spaces before": (b' {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', EIGHT),
    "two objects": (b"{}{}", b""),
    "long name": ({"a" * 10_000: entry(shape=[3])}, EIGHT),
    "offset beyond": ({"a": entry(offsets=[8, 16])}, EIGHT),
    "part of a byte": ({"a": entry("F4", [15], [0, 8])}, EIGHT),
    "overlap": ({"a": entry(), "b": entry(offsets=[4, 12])}, bytes(12)),
    "gap": ({"a": entry(), "b": entry(offsets=[12, 20])}, bytes(20)),
    "data cut": ({"a": entry()}, bytes(7)),
    "data too long": ({"a": entry()}, bytes(9)),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
@pytest.mark.parametrize("read", [load_file, read_header])
def test_a_damaged_file_is_a_clear_error(read: Any, content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(StorageError) as caught:
        read(tmp_path / "x")
    assert caught.value.code == "TG-E504" and str(tmp_path / "x") in str(caught.value)


@pytest.mark.parametrize(("header", "data"), UNSOUND.values(), ids=UNSOUND)
def test_an_unsound_header_is_a_clear_error(header: Any, data: bytes, tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        load_file(write(tmp_path / "x", header, data))
    assert caught.value.code == "TG-E504"
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("dtype", ["float32", "F9", None, ["F32"], "F" * 10_000])
def test_an_unknown_dtype_is_a_clear_error(dtype: Any, tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        load_file(write(tmp_path / "x", {"weight": entry(dtype)}, EIGHT))
    assert caught.value.code == "TG-E505" and "'weight'" in str(caught.value) and len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("dtype", "count", "said"),
    [("F8_E4M3", 8, "float8_e4m3fn"), ("F8_E5M2", 8, "float8_e5m2"), ("C64", 1, "complex64"), ("F4", 16, "float4")],
)
def test_a_dtype_that_numpy_lacks_can_be_looked_at_but_not_loaded(
    dtype: str, count: int, said: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "x", {"weight": entry(dtype, (count,))}, EIGHT)
    assert read_header(path).tensors["weight"].dtype.startswith(said)
    with pytest.raises(StorageError, match=said) as caught:
        load_file(path, widen_bfloat16=True)
    assert caught.value.code == "TG-E505" and "'weight'" in str(caught.value)


def test_every_cut_of_a_file_is_noticed(tmp_path: Path) -> None:
    save_file({"x": np.arange(4.0)}, tmp_path / "x")
    whole = (tmp_path / "x").read_bytes()
    for length in range(len(whole)):
        (tmp_path / "x").write_bytes(whole[:length])
        with pytest.raises(StorageError):
            load_file(tmp_path / "x")


@pytest.mark.parametrize("read", [load_file, read_header])
def test_a_file_that_is_not_there_is_a_clear_error(read: Any, tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(StorageError) as caught:
            read(path)
        assert caught.value.code == "TG-E503"


def test_without_the_package_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_file({"x": np.ones(2)}, tmp_path / "x")
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    assert load_file(tmp_path / "x")["x"].shape == (2,)
    with pytest.raises(MissingPackageError, match=r"\.\[train\]"):
        save_file({"x": np.ones(2)}, tmp_path / "y")
