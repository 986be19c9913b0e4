"""Data sets made of several others, and streams, which know no index and perhaps no end.

May import: floors 0–2, ``dataset``.  Read next: ``sampler.py``.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import error
from .dataset import Dataset, check_dataset, check_index


class ConcatDataset(Dataset):
    """Data sets one after the other, as one.

    Parameters
    ----------
    datasets : iterable of Dataset
        At least one.

    Attributes
    ----------
    cumulative_sizes : list of int
        At which index each of them ends.

    Raises
    ------
    ArgumentError
        If there are none.
    DTypeError
        If one of them has no length or no examples by index.

    Examples
    --------
    >>> both = ConcatDataset([["a", "b"], ["c"]])
    >>> len(both), both[2], both[-1]
    (3, 'c', 'c')
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise error("datasets-none", op="ConcatDataset")
        for dataset in self.datasets:
            check_dataset("ConcatDataset", dataset)
        self.cumulative_sizes = list(itertools.accumulate(len(dataset) for dataset in self.datasets))

    def __getitem__(self, index: Any) -> Any:
        check_index(index, len(self))
        place = index + len(self) if index < 0 else index
        which = bisect.bisect_right(self.cumulative_sizes, place)
        return self.datasets[which][place - (self.cumulative_sizes[which - 1] if which else 0)]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]


class StackDataset(Dataset):
    """Data sets of one length side by side: example `i` has the i-th of each.

    Parameters
    ----------
    *args : Dataset
        Examples are tuples; or
    **kwargs : Dataset
        examples are dicts.

    Raises
    ------
    ArgumentError
        If there are none, or both kinds.
    ShapeError
        If the lengths differ.

    Examples
    --------
    >>> StackDataset(picture=["p0", "p1"], label=[3, 4])[1]
    {'picture': 'p1', 'label': 4}
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not args and not kwargs:
            raise error("datasets-none", op="StackDataset")
        if args and kwargs:
            expected = "data sets by position or by name, not both"
            raise error("argument", op="StackDataset", argument="kwargs", expected=expected, got=sorted(kwargs))
        self.datasets: tuple[Any, ...] | dict[str, Any] = args or kwargs
        self._parts = args or tuple(kwargs.values())
        for dataset in self._parts:
            check_dataset("StackDataset", dataset)
        if len({len(dataset) for dataset in self._parts}) != 1:
            raise error("stack-sizes", lengths=", ".join(str(len(dataset)) for dataset in self._parts))

    def __getitem__(self, index: Any) -> Any:
        check_index(index, len(self))
        if isinstance(self.datasets, dict):
            return {name: dataset[index] for name, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)

    def __len__(self) -> int:
        return len(self._parts[0])


class IterableDataset(Dataset):
    """Base class of streams; a subclass defines ``__iter__``, and ``__len__`` if it knows its length.

    Examples
    --------
    >>> class Countdown(IterableDataset):
    ...     def __iter__(self):
    ...         return iter([3, 2, 1])
    >>> list(ChainDataset([Countdown(), Countdown()]))
    [3, 2, 1, 3, 2, 1]
    """

    # A stream has no length unless it says so; Dataset's, which raises, would make it look as if it had.
    __len__: Any = None

    def __getitem__(self, index: Any) -> Any:
        raise error("stream-index", op=type(self).__name__)

    def __iter__(self) -> Iterator[Any]:
        raise error("dataset-kind", op=type(self).__name__, found="an IterableDataset without __iter__")

    def __add__(self, other: Any) -> ChainDataset:
        return ChainDataset([self, other])


class ChainDataset(IterableDataset):
    """Streams one after the other, as one; ``stream + other`` is the same.

    Parameters
    ----------
    datasets : iterable of IterableDataset
        They are asked for their examples when their turn comes.

    Raises
    ------
    DTypeError
        If one of them is no IterableDataset.
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        for dataset in self.datasets:
            if not isinstance(dataset, IterableDataset):
                raise error("stream-kind", op="ChainDataset", found=type(dataset).__name__)

    def __iter__(self) -> Iterator[Any]:
        return itertools.chain.from_iterable(self.datasets)

    def __len__(self) -> int:
        return sum(len(dataset) for dataset in self.datasets)
