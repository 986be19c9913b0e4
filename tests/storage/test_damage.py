"""Whatever is done to a file, reading it is right or a plain sentence; a pickle is never opened."""

from __future__ import annotations

import json
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors
import safetensors.numpy
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygrad_zh.errors import StorageError
from tinygrad_zh.storage import load_file, read_header, save_file
from tinygrad_zh.storage.header import DTYPES, MAX_HEADER_BYTES, OTHER_DTYPES

TENSORS = {"a.weight": np.arange(6, dtype="f4").reshape(2, 3), "n": np.array(7), "b": np.array([True, False]),
           "nothing": np.empty((0, 4))}  # fmt: skip
ODD_NAMES = [
    "",
    " ",
    "a\nb",
    "a\0b",
    "../../etc",
    "层.权重",
    "😀",
    'quo"te',
    "back\\slash",
    "__metadata__x",
    "x" * 5000,
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damage") / "x.safetensors"


def sound(path: Path) -> bytes:
    save_file(TENSORS, path, {"note": "数"})
    return path.read_bytes()


def read_as_the_package_or_refuse(path: Path) -> bool:
    """Read the file both ways: what we accept, the package accepts too and gives the same; return whether we did."""
    try:
        ours = load_file(path)
    except StorageError as refused:
        assert str(path) in str(refused) and len(str(refused)) < 2000
        return False
    theirs = safetensors.numpy.load_file(path)
    assert list(ours) == list(read_header(path).tensors) and set(ours) == set(theirs)
    for name, array in theirs.items():
        assert (ours[name].shape, ours[name].dtype) == (array.shape, array.dtype)
        if array.dtype != bool:  # a damaged byte of 2 is True to us, and no bool to NumPy
            assert ours[name].tobytes() == array.tobytes()
    return True


@given(data=st.data())
def test_changed_bytes(path: Path, data: st.DataObject) -> None:
    content = bytearray(sound(path))
    header = 8 + int.from_bytes(content[:8], "little")
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, header - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    read_as_the_package_or_refuse(path)


@given(data=st.data())
def test_pieces_cut_out_and_put_in(path: Path, data: st.DataObject) -> None:
    content = sound(path)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(content))] * 2)))
    path.write_bytes(content[:start] + data.draw(st.binary(max_size=12)) + content[end:])
    read_as_the_package_or_refuse(path)


SIZES = st.one_of(st.integers(-3, 30), st.sampled_from([2**31, 2**63, 2**64, 10**30, True, 1.0, None, "2"]))
ENTRIES = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "U8", "I64", "BOOL", *OTHER_DTYPES, "F33", "", 3, None]),
        "shape": st.lists(SIZES, max_size=3),
        "data_offsets": st.lists(SIZES, min_size=1, max_size=3),
    }
)


@given(
    header=st.dictionaries(st.sampled_from(["a", "b", "c", *ODD_NAMES]), st.one_of(ENTRIES, SIZES), max_size=3),
    size_bytes=st.integers(0, 40),
)
def test_headers_that_say_anything(path: Path, header: dict[str, Any], size_bytes: int) -> None:
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(size_bytes))
    read_as_the_package_or_refuse(path)


@given(
    sizes=st.lists(st.integers(0, 5), min_size=1, max_size=4),
    names=st.lists(st.one_of(st.text(max_size=4), st.sampled_from(ODD_NAMES)), min_size=4, max_size=4, unique=True),
    change=st.sampled_from(["none", "swap", "shift", "grow", "trailing", "missing"]),
)
def test_places(path: Path, sizes: list[int], names: list[str], change: str) -> None:
    """A header whose tensors lie one after another is read; one that has a gap or an overlap is not."""
    header, end, borders = {}, 0, set()
    for name, size in zip(names, sizes, strict=False):
        header[name] = {"dtype": "U8", "shape": [size], "data_offsets": [end, end + size]}
        end += size
        borders.add(end)
    first: Any = header[names[0]]
    if change == "swap":
        first["data_offsets"].reverse()
    elif change == "shift":
        first["data_offsets"] = [n + 1 for n in first["data_offsets"]]
    elif change == "grow":
        first["shape"] = [first["shape"][0] + 1]
    text = json.dumps(header).encode()
    extra = {"trailing": 1, "missing": -1}.get(change, 0)
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(max(end + extra, 0)))
    harmless = {
        "none": True,
        "swap": sizes[0] == 0,
        "shift": sizes[0] == 0 and 1 in borders,  # an empty tensor may stand at every border
        "missing": end == 0,
    }
    assert read_as_the_package_or_refuse(path) is harmless.get(change, False)


@pytest.mark.parametrize("name", ODD_NAMES[1:], ids=range(len(ODD_NAMES) - 1))
def test_odd_names_travel_both_ways(path: Path, name: str) -> None:
    save_file({name: np.ones(2)}, path)
    assert list(safetensors.numpy.load_file(path)) == [name]
    safetensors.numpy.save_file({name: np.ones(2)}, path)
    assert list(load_file(path)) == [name]


@pytest.mark.parametrize("stored", DTYPES)
def test_every_dtype_travels_both_ways_bit_for_bit(path: Path, stored: str) -> None:
    bits = np.random.default_rng(0).integers(0, 2 if stored == "BOOL" else 256, 96, dtype=np.uint8)
    flat = bits.view(DTYPES[stored])  # any bit pattern: NaNs with payloads too
    tensors = {"flat": flat, "grid": flat[:12].reshape(3, 1, 4), "one": flat[:1].reshape(()), "none": flat[:0]}
    save_file(tensors, path)
    theirs = safetensors.numpy.load_file(path)
    safetensors.numpy.save_file(tensors, path)
    for found in (theirs, load_file(path)):
        assert set(found) == set(tensors)
        for name, array in tensors.items():
            assert (found[name].shape, found[name].dtype) == (array.shape, array.dtype)
            assert found[name].tobytes() == array.tobytes()


def test_a_damaged_bool_is_true(path: Path) -> None:
    save_file({"b": np.array([True, False])}, path)
    path.write_bytes(path.read_bytes()[:-2] + b"\x02\x00")
    assert load_file(path)["b"].tobytes() == b"\x01\x00"


def test_a_header_beyond_the_limit_is_refused_unread(path: Path) -> None:
    with open(path, "wb") as file:
        file.write((MAX_HEADER_BYTES + 1).to_bytes(8, "little") + b"{}")
        file.truncate(MAX_HEADER_BYTES + 100)  # a sparse file: nothing is written
    with pytest.raises(StorageError, match=str(MAX_HEADER_BYTES + 1)) as caught:
        read_header(path)
    assert caught.value.code == "TG-E504"


class Bomb:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> Any:
        return (pytest.fail, ("the pickle was opened",))


@pytest.mark.parametrize("kind", ["zip", "legacy", "pickle", "npz"])
@pytest.mark.parametrize("read", [load_file, read_header])
def test_a_pickle_is_refused_unopened(kind: str, read: Any, path: Path) -> None:
    with warnings.catch_warnings(), open(path, "wb") as file:
        warnings.simplefilter("ignore")
        if kind == "pickle":
            pickle.dump(Bomb(), file)
        elif kind == "npz":
            np.savez(file, x=np.ones(2))
        else:
            content = {"weight": torch.ones(2), "bomb": Bomb()}
            torch.save(content, file, _use_new_zipfile_serialization=kind == "zip")
    with pytest.raises(StorageError, match=r"weights_only=True.*safetensors") as caught:
        read(path)
    assert caught.value.code == "TG-E580" and str(path) in str(caught.value)
