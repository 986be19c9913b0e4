"""IDX files: what was written is read; anything else is a clear error."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygrad_zh.data import read_idx, write_idx
from tinygrad_zh.data.idx import TYPES, idx_bytes, parse_idx
from tinygrad_zh.errors import DataError

SMALL = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3]) + bytes(range(6))


@given(
    array=st.sampled_from(["u1", "i1", "i2", "i4", "f4", "f8"]).flatmap(
        lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    ),
    ending=st.sampled_from(["", ".gz"]),
)
def test_what_was_written_is_read(array: np.ndarray, ending: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("idx") / f"numbers{ending}"
    write_idx(path, array)
    back = read_idx(path, shape=array.shape)
    assert back.dtype == array.dtype and back.dtype.isnative and back.shape == array.shape
    assert back.tobytes() == array.tobytes()
    assert back.flags.writeable


def test_the_format_byte_by_byte(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(SMALL)
    np.testing.assert_array_equal(read_idx(tmp_path / "x"), np.arange(6, dtype=np.uint8).reshape(2, 3))
    assert idx_bytes(np.arange(6, dtype=np.uint8).reshape(2, 3)) == SMALL
    assert idx_bytes(np.array([258], dtype=np.int16)) == bytes([0, 0, 0x0B, 1, 0, 0, 0, 1, 1, 2])


def test_several_arrays_in_one_content() -> None:
    one, two = np.arange(3, dtype=np.int32), np.ones((2, 2), np.float64)
    content = idx_bytes(one) + idx_bytes(two)
    first, end = parse_idx(content)
    second, last = parse_idx(content, start=end)
    np.testing.assert_array_equal(first, one)
    np.testing.assert_array_equal(second, two)
    assert last == len(content)


def test_the_same_array_gives_the_same_compressed_bytes(tmp_path: Path) -> None:
    for name in ("one.gz", "two.gz"):
        write_idx(tmp_path / name, np.arange(9, dtype=np.int32))
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()


WRONG = {
    "magic": (b"\x89PNG" + SMALL[4:], "TG-E401", "89 50 4e 47"),
    "one wrong zero": (b"\0\1" + SMALL[2:], "TG-E401", "00 01 08 02"),
    "type code": (b"\0\0\x0a" + SMALL[3:], "TG-E402", "0x0a"),
    "empty": (b"", "TG-E403", "0 bytes"),
    "magic cut": (SMALL[:3], "TG-E403", "at least 4 bytes"),
    "sizes cut": (SMALL[:11], "TG-E403", "at least 12 bytes"),
    "numbers cut": (SMALL[:-1], "TG-E403", "17 bytes"),
    "absurd sizes": (bytes([0, 0, 8, 3]) + b"\xff" * 12, "TG-E403", f"{16 + (2**32 - 1) ** 3} bytes"),
    "trailing": (SMALL + b"\0", "TG-E404", "1 bytes after its end"),
    "gzip cut": (gzip.compress(SMALL)[:-9], "TG-E406", "decompressed"),
    "gzip damaged": (gzip.compress(SMALL)[:12] + b"\xff\xff" + gzip.compress(SMALL)[14:], "TG-E406", "decompressed"),
    "gzip checksum": (gzip.compress(SMALL)[:-8] + bytes(8), "TG-E406", "decompressed"),
    "truncated inside gzip": (gzip.compress(SMALL[:-1]), "TG-E403", "17 bytes"),
}


@pytest.mark.parametrize(("content", "code", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_a_clear_error(content: bytes, code: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "train-images"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_idx(path)
    assert caught.value.code == code
    assert words in str(caught.value) and str(path) in str(caught.value)


@pytest.mark.parametrize("shape", [(2,), (2, 3, 1), (3, 3), (None, 4), ()])
def test_another_shape_is_a_clear_error(shape: Any, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(SMALL)
    with pytest.raises(DataError) as caught:
        read_idx(tmp_path / "x", shape=shape)
    assert caught.value.code == "TG-E405" and "(2, 3)" in str(caught.value) and str(shape) in str(caught.value)


@pytest.mark.parametrize("shape", [(2, 3), (None, 3), (None, None)])
def test_none_stands_for_any_size(shape: Any, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(SMALL)
    assert read_idx(tmp_path / "x", shape=shape).shape == (2, 3)


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(DataError) as caught:
            read_idx(path)
        assert caught.value.code == "TG-E408" and isinstance(caught.value, OSError)


@pytest.mark.parametrize("dtype", ["int64", "float16", "bool", "complex64", "U3"])
def test_a_dtype_without_a_type_code_is_not_written(dtype: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        write_idx(tmp_path / "x", np.zeros(2, dtype))
    assert caught.value.code == "TG-E407" and "uint8" in str(caught.value)
    assert os.listdir(tmp_path) == []


def test_every_type_code_is_of_the_format() -> None:
    # The table of the MNIST page: 08 ubyte, 09 byte, 0B short, 0C int, 0D float, 0E double.
    names = {code: np.dtype(name).name for code, name in TYPES.items()}
    assert names == {8: "uint8", 9: "int8", 11: "int16", 12: "int32", 13: "float32", 14: "float64"}
