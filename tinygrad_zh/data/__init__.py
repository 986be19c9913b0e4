"""Floor 4: data sets as arrays, and their loading in batches.

May import: floors 0–2, ``storage``.
Read next: ``idx.py``, ``mnist.py``, then ``fetch.py`` and ``sources.py``; ``dataset.py`` and ``loader.py`` for batches.
"""

from __future__ import annotations

from .collate import default_collate
from .dataset import Dataset, Subset, TensorDataset, random_split
from .fetch import cache_folder
from .idx import read_idx, write_idx
from .loader import DataLoader
from .mnist import Images, fashion_mnist, mnist
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, SubsetRandomSampler

__all__ = [
    "BatchSampler",
    "DataLoader",
    "Dataset",
    "Images",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "cache_folder",
    "default_collate",
    "fashion_mnist",
    "mnist",
    "random_split",
    "read_idx",
    "write_idx",
]
