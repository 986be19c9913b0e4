"""Floor 4: the public face ``tinygrad_zh.utils.data``, with PyTorch's names."""

from ..data.collate import default_collate, default_convert
from ..data.dataset import Dataset, Subset, TensorDataset, random_split
from ..data.joined import ChainDataset, ConcatDataset, IterableDataset, StackDataset
from ..data.loader import DataLoader
from ..data.sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from ..data.workers import get_worker_info

__all__ = [
    "BatchSampler",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "IterableDataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "StackDataset",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "default_collate",
    "default_convert",
    "get_worker_info",
    "random_split",
]
