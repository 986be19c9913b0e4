"""How indices become a batch: example by example, or for tensors in memory the whole batch at once.

Random numbers.  A data set that draws some (a random crop, say) must not draw from the stream that the training draws
from: with workers nobody could say who comes first.  So every batch has a stream of its own.  At the beginning of an
epoch one seed is drawn; batch n draws from that seed's blocks from n · 2³² on (see ``../ops/generator.py``), whatever
thread it is made in.  Within ``__getitem__`` and ``collate_fn``, ``rand()`` and its like draw from there by themselves.
Hence the same batches with any number of workers, and after resuming.

May import: floors 0–2, ``dataset``, ``workers``.  Read next: ``workers.py``.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..backend.devices import backend_of
from ..core.tensor import Tensor, box
from ..ops.generator import Generator, drawing_from
from .dataset import Subset, TensorDataset
from .workers import outside_workers

BLOCKS_OF_A_BATCH = 1 << 32
"""Enough for 2³⁴ words in a batch, and for 2³² batches in an epoch."""


class Stopped(Exception):
    """A worker has been told to stop in the middle of a batch, which nobody waits for any more."""


@dataclass
class Epoch:
    """One pass over the data, as far as those know it who make its batches.

    Attributes
    ----------
    seed : int or None
        Of the epoch's random numbers; None if the data set cannot draw any.
    stopping : threading.Event
        Set when no more batches are wanted.
    """

    seed: int | None
    stopping: threading.Event

    def drawing(self, number: int) -> AbstractContextManager[None]:
        """Let random numbers come from the stream of batch `number`, in this thread."""
        if self.seed is None:
            return nullcontext()
        generator = Generator().manual_seed(self.seed)
        generator.set_state({**generator.get_state(), "block": number * BLOCKS_OF_A_BATCH % 2**64})
        return drawing_from(generator)


@dataclass
class Maker:
    """Makes the batches of a data set with examples by index.

    Attributes
    ----------
    dataset : Dataset
        Where the examples come from.
    collate : callable
        Makes a batch of a list of examples.
    take : callable or None
        Makes a batch of indices at once, or answers None where it cannot; see `whole_batches`.
    single : bool
        Whether `indices` is the index of one example, to be handed out by itself.
    epoch : Epoch
        Of which the batches are.
    """

    dataset: Any
    collate: Callable[[Any], Any]
    take: Callable[[Any], list[Tensor] | None] | None
    single: bool
    epoch: Epoch

    def make(self, number: int, indices: Any) -> Any:
        """Return batch `number`, of the examples at these indices."""
        if self.epoch.stopping.is_set():
            raise Stopped
        batch = None if self.take is None else self.take(indices)
        if batch is not None:
            return batch
        with self.epoch.drawing(number):
            if self.single:
                return self.collate(self.dataset[indices])
            if hasattr(self.dataset, "__getitems__"):  # PyTorch's name for many at once
                return self.collate(self.dataset.__getitems__(indices))
            return self.collate(list(unless_stopped(self.epoch, (self.dataset[i] for i in indices))))


END: Any = object()
"""What a stream gives instead of a batch when all has been read."""


@dataclass
class Stream:
    """Makes the batches of a data set without indices, which is read once from beginning to end.

    Workers take turns in reading it, so that there is one stream however many they are; what they do side by side is
    to put batches together.

    Attributes
    ----------
    dataset : iterable
        Where the examples come from.
    collate : callable
        Makes a batch of a list of examples.
    batch_size : int or None
        How many a batch has; None for examples by themselves.
    drop_last : bool
        Leave out a last batch that is not full.
    epoch : Epoch
        Of which the batches are.
    next : int
        Which batch is to be read; at the beginning, how many are to be passed over.
    dropped : int
        How many examples did not fill the last batch.
    """

    dataset: Any
    collate: Callable[[Any], Any]
    batch_size: int | None
    drop_last: bool
    epoch: Epoch
    next: int
    dropped: int = 0

    def __post_init__(self) -> None:
        self._examples: Iterator[Any] | None = None
        self._turn = threading.Condition()

    def make(self, number: int) -> Any:
        """Return batch `number`, or `END`."""
        with self._turn:
            self._turn.wait_for(lambda: self.next == number)  # whoever has the one before took it up earlier
            try:
                examples = self._read(number)
            finally:
                self.next += 1
                self._turn.notify_all()
        if examples is END:
            return END
        with self.epoch.drawing(number):
            return self.collate(examples)

    def _read(self, number: int) -> Any:
        """Return the examples of batch `number`."""
        with outside_workers():
            if self._examples is None:
                with self.epoch.drawing(0):
                    self._examples = iter(self.dataset)
                for passed in range(number):  # read again, for that may change what comes next
                    self._take(passed)
            return self._take(number)

    def _take(self, number: int) -> Any:
        assert self._examples is not None
        with self.epoch.drawing(number):
            if self.batch_size is None:
                return next(self._examples, END)
            examples = list(unless_stopped(self.epoch, itertools.islice(self._examples, self.batch_size)))
        if len(examples) == self.batch_size or (examples and not self.drop_last):
            return examples
        self.dropped += len(examples)  # nothing, where others have found the end before
        return END


def unless_stopped(epoch: Epoch, examples: Iterator[Any]) -> Iterator[Any]:
    """Yield the examples, as long as somebody waits for them."""
    for example in examples:
        if epoch.stopping.is_set():
            raise Stopped
        yield example


# -- whole batches of tensors --------------------------------------------------------------------------


def whole_batches(dataset: Any) -> Callable[[Any], list[Tensor] | None] | None:
    """Return how to take many examples of a data set at once; None if only one by one will do.

    What is returned answers None where an example is asked for that does not exist, or gradients flow: one by
    one, these get their error or their graph.  A subclass that changes ``__getitem__`` is asked for every example,
    as it expects.
    """
    if type(dataset).__getitem__ is TensorDataset.__getitem__:
        return lambda indices: rows_at(dataset.tensors, np.asarray(indices))
    if type(dataset).__getitem__ is Subset.__getitem__:
        inner, chosen = whole_batches(dataset.dataset), np.asarray(dataset.indices)
        if inner is not None and are_places(chosen):
            return lambda indices: inner(chosen[indices]) if are_places(np.asarray(indices), len(chosen)) else None
    return None


def rows_at(tensors: tuple[Tensor, ...], places: np.ndarray[Any, Any]) -> list[Tensor] | None:
    """Return the rows of each tensor at these places, without a graph."""
    if not are_places(places, tensors[0].shape[0]) or any(t.requires_grad for t in tensors):
        return None
    return [box(t.array[backend_of(t.array).from_numpy(places)]) for t in tensors]


def are_places(places: np.ndarray[Any, Any], count: int | None = None) -> bool:
    """Return whether these are indices in one dimension, all of them in the range of `count` rows."""
    if places.dtype.kind not in "iu" or places.ndim != 1:
        return False
    return count is None or bool(places.min(initial=0) >= -count and places.max(initial=-count) < count)
