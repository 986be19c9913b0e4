"""DataLoader: a data set in batches, in order or shuffled, and a position that can be saved.

Going on in the middle of an epoch, bit for bit::

    checkpoint = {"loader": loader.state_dict(), "generator": get_rng_state(), …}      # any time, between batches
    …
    set_rng_state(checkpoint["generator"]);  loader.load_state_dict(checkpoint["loader"])
    for x, y in loader: …                    # begins with the batch that would have come next

The state is how many batches have been handed out, and the generator's state when the epoch's order was drawn:
from that the order is drawn again, by a copy, so that the generator itself stays where the checkpoint left it.

May import: floors 0–2, ``dataset``, ``sampler``, ``collate``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from typing import Any

import numpy as np

from ..backend.devices import backend_of
from ..core.tensor import Tensor, box
from ..errors import error
from ..ops.generator import Generator, default_generator
from .collate import default_collate
from .dataset import Subset, TensorDataset, check_dataset
from .sampler import BatchSampler, RandomSampler, SequentialSampler, check_count

FOREIGN: dict[str, Any] = {
    "num_workers": 0,
    "pin_memory": False,
    "timeout": 0,
    "worker_init_fn": None,
    "multiprocessing_context": None,
    "prefetch_factor": None,
    "persistent_workers": False,
    "pin_memory_device": "",
    "in_order": True,
}
"""Options of PyTorch's that are about worker processes and the GPU, with what they are without any."""


class DataLoader:
    """An iterable of the batches of a data set; each ``for`` is one epoch.

    Parameters
    ----------
    dataset : Dataset
        What has a length, and an example for every index.
    batch_size : int
        How many examples a batch has; the last one may have fewer.
    shuffle : bool
        Visit the examples in a new random order every epoch.
    sampler : Sampler or iterable of int, optional
        The order, in place of `shuffle`.
    batch_sampler : iterable of list of int, optional
        The batches, in place of `batch_size`, `shuffle`, `sampler` and `drop_last`.
    drop_last : bool
        Leave out a last batch that is not full.
    collate_fn : callable, optional
        Turns a list of examples into a batch; `default_collate` by default.
    generator : Generator, optional
        Where the shuffled order comes from; the default generator by default.
    **options
        PyTorch's options about workers and pinned memory, accepted only at their default values.

    Raises
    ------
    ArgumentError
        If options exclude each other or are not supported, the data set is empty and to be shuffled, or
        `drop_last` leaves nothing.

    Notes
    -----
    A TensorDataset, or a Subset of one, with `default_collate` is indexed a whole batch at a time, which gives
    the same batches as example by example, some fifty times faster.

    Examples
    --------
    >>> loader = DataLoader(TensorDataset(arange(5)), batch_size=2)
    >>> [batch[0].tolist() for batch in loader]
    [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool | None = False,
        sampler: Iterable[int] | None = None,
        batch_sampler: Iterable[list[int]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Any = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        **options: Any,
    ) -> None:
        refuse_foreign(
            num_workers=num_workers,
            pin_memory=pin_memory,
            timeout=timeout,
            worker_init_fn=worker_init_fn,
            multiprocessing_context=multiprocessing_context,
            **options,
        )
        check_dataset("DataLoader", dataset)
        if generator is not None and not isinstance(generator, Generator):
            raise error(
                "argument", op="DataLoader", argument="generator", expected="a Generator or None", got=generator
            )
        if sampler is not None and shuffle:
            raise error("loader-exclusive", names="sampler, shuffle=True")
        if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
            named = {"batch_size": batch_size != 1, "shuffle": shuffle, "sampler": sampler, "drop_last": drop_last}
            names = ", ".join(name for name, given in named.items() if given is not None and given is not False)
            raise error("loader-exclusive", names=f"batch_sampler, {names}")
        self.dataset, self.generator = dataset, generator
        if batch_sampler is None:
            check_count("DataLoader", "batch_size", batch_size)
            if sampler is None:
                sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
            if drop_last and isinstance(sampler, Sized) and 0 < len(sampler) < batch_size:
                raise error("loader-drops-all", count=len(sampler), batch_size=batch_size)
        self.batch_sampler = batch_sampler
        self.sampler = getattr(batch_sampler, "sampler", sampler)
        self.batch_size: int | None = getattr(batch_sampler, "batch_size", None)
        self.drop_last = drop_last
        self.collate_fn = default_collate if collate_fn is None else collate_fn
        self._take = whole_batches(dataset) if self.collate_fn is default_collate else None
        self._epoch_start: dict[str, Any] | None = None  # the generator's state when the order was drawn
        self._batches_done = 0
        self._resuming = False

    def __len__(self) -> int:
        return len(self.batch_sampler)  # type: ignore[arg-type]  # an iterable without a length says so itself

    def __iter__(self) -> Iterator[Any]:
        if not self._resuming:
            self._epoch_start, self._batches_done = self._drawing_generator().get_state(), 0
            return self._epoch(iter(self.batch_sampler))
        self._resuming = False
        return self._epoch(itertools.islice(self._same_order(), self._batches_done, None))

    def _epoch(self, batches: Iterator[list[int]]) -> Iterator[Any]:
        """Hand out the batches, and keep count."""
        for indices in batches:
            batch = self._fetch(indices)
            self._batches_done += 1  # before handing out: while the caller works on it, it counts as done
            yield batch
        self._epoch_start, self._batches_done = None, 0

    def _fetch(self, indices: list[int]) -> Any:
        batch = None if self._take is None else self._take(indices)
        return self.collate_fn([self.dataset[i] for i in indices]) if batch is None else batch

    # -- the position in an epoch ----------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Return the position: how many batches of the epoch were handed out, and how its order was drawn.

        Returns
        -------
        dict
            Plain values that JSON can hold: ``"batches_done"``, ``"epoch_start"`` (the generator's state) and
            ``"generator"`` (its state now, if the loader has one of its own; the default generator is the
            caller's to save).

        Notes
        -----
        An order that comes from something else than a generator, such as a sampler of your own, must be the same
        when it is asked again; only the number of batches to pass over is kept.
        """
        own = self._own_generator()
        return {
            "batches_done": self._batches_done,
            "epoch_start": self._epoch_start,
            "generator": None if own is None else own.get_state(),
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Let the next ``for`` go on where ``state_dict()`` was called.

        Raises
        ------
        StorageError
            If the state is of another kind of loader.
        """
        if not isinstance(state_dict, Mapping) or set(state_dict) != set(self.state_dict()):
            raise error("loader-state", reason=f"its names are not {', '.join(self.state_dict())}")
        own, saved = self._own_generator(), state_dict["generator"]
        if (own is None) != (saved is None):
            raise error("loader-state", reason="one of the two has a generator of its own, the other not")
        done, start = state_dict["batches_done"], state_dict["epoch_start"]
        most = len(self.batch_sampler) if isinstance(self.batch_sampler, Sized) else done
        if isinstance(done, bool) or not isinstance(done, int) or not 0 <= done <= most:
            raise error("loader-state", reason=f"batches_done is {done!r}, of {most} batches")
        if own is not None:
            own.set_state(saved)
        self._batches_done, self._epoch_start, self._resuming = done, start, start is not None

    def _own_generator(self) -> Generator | None:
        found: Generator | None = self.generator or getattr(self.sampler, "generator", None)
        return found

    def _drawing_generator(self) -> Generator:
        """Return the generator that the order comes from, if it comes from one."""
        return getattr(self.sampler, "generator", None) or default_generator

    def _same_order(self) -> Iterator[list[int]]:
        """Draw the epoch's order again, and leave the generator as it is now."""
        generator = self._drawing_generator()
        now = generator.get_state()
        generator.set_state(self._epoch_start or now)
        try:
            return iter(self.batch_sampler)
        finally:
            generator.set_state(now)


def refuse_foreign(**options: Any) -> None:
    """Refuse PyTorch's options that are not supported, and names that nobody knows."""
    for name, value in options.items():
        if name not in FOREIGN:
            known = "dataset, batch_size, shuffle, sampler, batch_sampler, collate_fn, drop_last, generator"
            raise error("argument-unknown", op="DataLoader", names=name, known=known)
        if value != FOREIGN[name]:
            raise error("loader-foreign", name=name, got=value)


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
