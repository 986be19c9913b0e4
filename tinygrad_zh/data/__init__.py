"""Floor 4: data sets as arrays, and their loading in batches.

May import: floors 0–2, ``storage``.
Read next: ``idx.py``, ``mnist.py``, then ``fetch.py`` and ``sources.py``; ``dataset.py`` and ``loader.py`` for batches;
``transforms/`` for pictures and ``text/`` for tokenisers.
"""

from __future__ import annotations

import importlib
from typing import Any

from ..lazy import unknown_name
from .collate import default_collate, default_convert
from .dataset import Dataset, Subset, TensorDataset, random_split
from .fetch import cache_folder
from .idx import read_idx, write_idx
from .joined import ChainDataset, ConcatDataset, IterableDataset, StackDataset
from .loader import DataLoader
from .mnist import Images, fashion_mnist, mnist
from .sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from .workers import WorkerInfo, get_worker_info

__all__ = [
    "BatchSampler",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "Images",
    "IterableDataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "StackDataset",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "WorkerInfo",
    "cache_folder",
    "default_collate",
    "default_convert",
    "fashion_mnist",
    "get_worker_info",
    "mnist",
    "random_split",
    "read_idx",
    "text",
    "transforms",
    "write_idx",
]


def __getattr__(name: str) -> Any:
    """Import the transforms and tokenisers at their first use."""
    if name not in ("text", "transforms"):
        raise unknown_name(__name__, name, __all__)
    return importlib.import_module(f".{name}", __name__)
