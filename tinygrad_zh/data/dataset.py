"""Data sets: something with a length, and an example for every index.

May import: floors 0–2.  Read next: ``joined.py``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from ..core.tensor import Tensor
from ..errors import error
from ..ops.publish import public


class Dataset:
    """Base class of data sets; a subclass defines ``__len__`` and ``__getitem__``.

    Any object with these two methods will do as well.

    Examples
    --------
    >>> class Squares(Dataset):
    ...     def __len__(self):
    ...         return 10
    ...     def __getitem__(self, index):
    ...         return index, index * index
    """

    def __getitem__(self, index: Any) -> Any:
        raise error("dataset-kind", op=type(self).__name__, found="a subclass without __getitem__")

    def __len__(self) -> int:
        raise error("dataset-kind", op=type(self).__name__, found="a subclass without __len__")

    def __add__(self, other: Any) -> Any:
        """Return both data sets one after the other, as a ConcatDataset."""
        from .joined import ConcatDataset  # a subclass of this class

        return ConcatDataset([self, other])


class TensorDataset(Dataset):
    """Tensors side by side: example `i` is a tuple with the i-th row of each.

    Parameters
    ----------
    *tensors : Tensor or array of shape (N, ...)
        Inputs, labels and what else belongs to an example.

    Raises
    ------
    ShapeError
        If there are no tensors, or their lengths differ.

    Examples
    --------
    >>> dataset = TensorDataset(tensor([[1.0], [2.0]]), tensor([0, 1]))
    >>> dataset[1]
    (tensor([2.]), tensor(1))
    """

    def __init__(self, *tensors: Any) -> None:
        self.tensors: tuple[Tensor, ...] = tuple(public["as_tensor"](t) for t in tensors)
        if not all(t.shape for t in self.tensors) or len({t.shape[0] for t in self.tensors}) != 1:
            raise error("dataset-sizes", shapes=", ".join(str(t.shape) for t in self.tensors) or "–")

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        check_index(index, len(self))
        return tuple(t[index] for t in self.tensors)

    def __len__(self) -> int:
        return int(self.tensors[0].shape[0])


class Subset(Dataset):
    """Some examples of another data set.

    Parameters
    ----------
    dataset : Dataset
        Where the examples come from.
    indices : sequence of int
        Which of them, in this order.
    """

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        check_dataset("Subset", dataset)
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        check_index(index, len(self))
        return self.dataset[self.indices[index]]

    def __len__(self) -> int:
        return len(self.indices)


def random_split(dataset: Any, lengths: Sequence[float], generator: Any = None) -> list[Subset]:
    """Split a data set at random into parts that share no example.

    Parameters
    ----------
    dataset : Dataset
        What to split.
    lengths : sequence of int, or of float
        How many examples each part gets, or what fraction; fractions are rounded down, and what is left over
        is dealt out one by one from the first part on.
    generator : Generator, optional
        Where the permutation comes from.

    Raises
    ------
    ArgumentError
        If the lengths do not sum to the number of examples, or the fractions to 1.

    Examples
    --------
    >>> [len(part) for part in random_split(range(10), [0.7, 0.3])]
    [7, 3]
    """
    check_dataset("random_split", dataset)
    count = len(dataset)
    given = list(lengths)
    bad = not given or any(isinstance(n, bool) or not isinstance(n, (int, float)) or not n >= 0 for n in given)
    sizes = given if bad else sizes_of_fractions(given, count)
    if bad or any(not isinstance(n, int) for n in sizes) or sum(sizes) != count:
        raise error("split-lengths", lengths=given, count=count)
    order = public["randperm"](count, generator=generator).tolist()
    ends = list(itertools.accumulate(sizes))
    return [Subset(dataset, order[end - size : end]) for size, end in zip(sizes, ends, strict=True)]


def sizes_of_fractions(lengths: list[Any], count: int) -> list[Any]:
    """Return fractions that sum to 1 as whole numbers that sum to `count`; anything else as it is."""
    if not (math.isclose(sum(lengths), 1) and sum(lengths) <= 1):
        return lengths
    sizes = [math.floor(count * fraction) for fraction in lengths]
    for i in range(count - sum(sizes)):
        sizes[i % len(sizes)] += 1
    return sizes


def check_dataset(op: str, dataset: Any) -> None:
    """Refuse what has no length or no examples by index."""
    if getattr(dataset, "__len__", None) is None or getattr(dataset, "__getitem__", None) is None:
        raise error("dataset-kind", op=op, found=type(dataset).__name__)


def check_index(index: Any, count: int) -> None:
    """Refuse an int that is out of range; other indices (slices, lists) are the tensors' business."""
    if isinstance(index, int) and not -count <= index < count:
        raise error("dataset-index", index=index, count=count, low=-count, high=count - 1)
