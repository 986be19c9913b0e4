"""Samplers: in which order the examples of a data set are visited.

Asking a sampler for an iterator draws the whole order at once, so that a generator's state before and after
says everything about an epoch.

May import: floors 0–2, ``dataset``.  Read next: ``loader.py``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..backend.dtypes import float64
from ..errors import error
from ..ops.publish import public
from ..ops.sampling import check_weights
from .dataset import check_dataset


class Sampler:
    """Base class of samplers: an iterable of indices, with a length.

    Attributes
    ----------
    generator : Generator or None
        Where a random order comes from; None for the default generator.
    """

    generator: Any = None

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


class SequentialSampler(Sampler):
    """The order of the data set: 0, 1, 2 and so on."""

    def __init__(self, data_source: Any) -> None:
        check_dataset("SequentialSampler", data_source)
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler):
    """A new permutation of all examples whenever it is asked.

    Parameters
    ----------
    data_source : Dataset
        Its length counts.
    replacement : bool
        Draw every index by itself, so that some come several times and others never.
    num_samples : int, optional
        How many indices to draw; as many as there are examples by default.
    generator : Generator, optional
        Where they come from.

    Raises
    ------
    ArgumentError
        If the data set is empty.
    """

    def __init__(
        self, data_source: Any, replacement: bool = False, num_samples: int | None = None, generator: Any = None
    ) -> None:
        check_dataset("RandomSampler", data_source)
        if num_samples is not None:
            check_count("RandomSampler", "num_samples", num_samples)
        if not len(data_source):
            raise error("sample-empty", op="RandomSampler")
        self.data_source, self.replacement, self.generator = data_source, bool(replacement), generator
        self._num_samples = num_samples

    @property
    def num_samples(self) -> int:
        """How many indices an epoch has."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        count, wanted = len(self.data_source), self.num_samples
        order: list[int] = []
        if self.replacement:
            return iter(public["randint"](count, (wanted,), generator=self.generator).tolist())
        while len(order) < wanted:  # more than there are: permutation after permutation
            order += public["randperm"](count, generator=self.generator).tolist()
        return iter(order[:wanted])

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """A new permutation of the given indices whenever it is asked.

    Parameters
    ----------
    indices : sequence of int
        What to draw from.
    generator : Generator, optional
        Where the order comes from.
    """

    def __init__(self, indices: Sequence[int], generator: Any = None) -> None:
        self.indices, self.generator = indices, generator

    def __iter__(self) -> Iterator[int]:
        order = public["randperm"](len(self.indices), generator=self.generator).tolist()
        return iter([self.indices[i] for i in order])

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Indices drawn by weights, anew whenever it is asked: rare classes can come as often as others.

    Parameters
    ----------
    weights : sequence of float, or array or Tensor of shape (N,)
        One for each example; they need not sum to 1.
    num_samples : int
        How many indices to draw.
    replacement : bool
        Whether an index may come several times.
    generator : Generator, optional
        Where they come from.

    Raises
    ------
    ArgumentError
        If `num_samples` is below 1, weights are negative, not finite or all 0, or, without replacement, fewer than
        `num_samples` of them are above 0.
    ShapeError
        If the weights have not one dimension.

    Examples
    --------
    >>> list(WeightedRandomSampler([0, 3.5, 0], 4))
    [1, 1, 1, 1]
    """

    def __init__(
        self, weights: Sequence[float], num_samples: int, replacement: bool = True, generator: Any = None
    ) -> None:
        check_count("WeightedRandomSampler", "num_samples", num_samples)
        if not isinstance(replacement, bool):
            raise error(
                "argument", op="WeightedRandomSampler", argument="replacement", expected="True or False",
                got=replacement,
            )  # fmt: skip
        self.weights = public["as_tensor"](weights, dtype=float64).detach().cpu()
        if self.weights.ndim != 1:
            raise error("ndim", op="WeightedRandomSampler", expected="1", shape=self.weights.shape)
        check_weights(self.weights.array[None], num_samples, replacement)  # here, and not in the middle of a run
        self.num_samples, self.replacement, self.generator = num_samples, replacement, generator

    def __iter__(self) -> Iterator[int]:
        drawn = public["multinomial"](self.weights, self.num_samples, self.replacement, generator=self.generator)
        return iter(drawn.tolist())

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler):
    """Lists of `batch_size` indices of another sampler.

    Parameters
    ----------
    sampler : Sampler or iterable of int
        Where the indices come from.
    batch_size : int
        How many a batch has.
    drop_last : bool
        Leave out a last batch that is not full.
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool = False) -> None:
        check_count("BatchSampler", "batch_size", batch_size)
        if not isinstance(drop_last, bool):
            raise error("argument", op="BatchSampler", argument="drop_last", expected="True or False", got=drop_last)
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self) -> Iterator[list[int]]:
        return self._batches(iter(self.sampler))  # iter() here and not below, where it would wait for the first batch

    def _batches(self, indices: Iterator[int]) -> Iterator[list[int]]:
        while batch := list(itertools.islice(indices, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        count = len(self.sampler)  # type: ignore[arg-type]  # an iterable without a length says so itself
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)


def check_count(op: str, name: str, count: Any) -> None:
    """Refuse what is no whole number ≥ 1."""
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise error("argument", op=op, argument=name, expected="an int ≥ 1", got=count)
