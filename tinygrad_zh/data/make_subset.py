"""Make the small part of MNIST that ships with the package: ``python -m tinygrad_zh.data.make_subset``.

Class-balanced and without chance: of each digit 1000 training and 200 test pictures, evenly spaced through
the full data set, in the order they have there.  The file is four IDX arrays one after another (training images,
training labels, test images, test labels), compressed with xz; its README stands next to it.

May import: ``fetch``, ``idx``, ``mnist``, ``storage``.
"""

from __future__ import annotations

import hashlib
import lzma
from typing import Any

import numpy as np

from ..storage import atomic_write
from .idx import idx_bytes
from .mnist import SUBSET_PATH, SUBSET_SHA256, mnist

PER_CLASS = {"train": 1000, "test": 200}


def choose(labels: np.ndarray[Any, Any], per_class: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the positions of `per_class` pictures of each class, evenly spaced, in rising order."""
    chosen = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        chosen.append(members[np.arange(per_class) * len(members) // per_class])
    return np.sort(np.concatenate(chosen))


def subset_content() -> bytes:
    """Return the subset before compression, made from the full data set."""
    parts = []
    for split, per_class in PER_CLASS.items():
        full = mnist("train" if split == "train" else "test", source="full")
        rows = choose(full.labels, per_class)
        parts += [idx_bytes(full.images[rows]), idx_bytes(full.labels[rows].astype(np.uint8))]
    return b"".join(parts)


def main() -> None:
    """Write the subset, and say its size and the checksum that ``mnist.py`` must name."""
    content = subset_content()
    packed = lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)
    with atomic_write(SUBSET_PATH) as file:
        file.write(packed)
    found = hashlib.sha256(content).hexdigest()
    print(f"{SUBSET_PATH.name}: {len(packed)} bytes; before compression {len(content)} bytes, SHA-256 {found}")
    if found != SUBSET_SHA256:
        print("this is not the SUBSET_SHA256 in mnist.py: change it there")


if __name__ == "__main__":
    main()
