"""DataLoader: a data set in batches, in order or shuffled, and a position that can be saved.

Going on in the middle of an epoch, bit for bit::

    checkpoint = {"loader": loader.state_dict(), "generator": get_rng_state(), …}      # any time, between batches
    …
    set_rng_state(checkpoint["generator"]);  loader.load_state_dict(checkpoint["loader"])
    for x, y in loader: …                    # begins with the batch that would have come next

The state is how many batches have been handed out, and the generator's state when the epoch's order was drawn:
from that the order is drawn again, by a copy, so that the generator itself stays where the checkpoint left it.
Batches that workers have made but nobody has seen do not count; they are made again.

May import: floors 0–2, ``batches``, ``collate``, ``dataset``, ``joined``, ``loader_options``, ``sampler``, ``workers``.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sized
from contextlib import closing
from functools import partial
from typing import Any

from ..errors import error
from ..ops.generator import Generator as RandomGenerator
from ..ops.generator import current_generator
from ..ops.publish import public
from .batches import END, Epoch, Maker, Stream, whole_batches
from .collate import default_collate, default_convert
from .dataset import check_dataset
from .joined import IterableDataset
from .loader_options import check_choice, check_foreign, check_workers
from .sampler import BatchSampler, RandomSampler, SequentialSampler, check_count
from .workers import Workers, ahead


class DataLoader:
    """An iterable of the batches of a data set; each ``for`` is one epoch.

    Parameters
    ----------
    dataset : Dataset or IterableDataset
        What has a length, and an example for every index; or a stream.
    batch_size : int or None
        How many examples a batch has; the last one may have fewer.  None: examples come by themselves.
    shuffle : bool
        Visit the examples in a new random order every epoch.
    sampler : Sampler or iterable of int, optional
        The order, in place of `shuffle`.
    batch_sampler : iterable of list of int, optional
        The batches, in place of `batch_size`, `shuffle`, `sampler` and `drop_last`.
    num_workers : int
        How many threads make batches ahead of time; 0: each is made when it is asked for.
    collate_fn : callable, optional
        Turns a list of examples into a batch; `default_collate` by default, without batches `default_convert`.
    pin_memory : bool
        Accepted for PyTorch's programs.  It changes no batch, there or here; here it does not change the speed
        either, for there is no page-locked memory.
    drop_last : bool
        Leave out a last batch that is not full.
    timeout : float
        How many seconds to wait for a batch of the workers; 0 for as long as it takes.
    worker_init_fn : callable, optional
        Called first of all in each worker, with its number.  Workers share the program's global state: what it sets,
        such as Python's ``random.seed``, is set for all of them.
    multiprocessing_context, pin_memory_device
        PyTorch's, about processes and GPUs: accepted only at their defaults.
    generator : Generator, optional
        Where the order and the seed of the data set's random numbers come from; the default generator by default.
    prefetch_factor : int, optional
        How many batches per worker are made ahead of time; 2 by default.
    persistent_workers : bool
        Keep the workers from one epoch to the next, until the loader is no more.
    in_order : bool
        Only True: batches come in the order of the sampler, or no run could be repeated.

    Raises
    ------
    ArgumentError
        If options exclude each other or are not supported, the data set is empty and to be shuffled, or
        `drop_last` leaves nothing (of a stream: when it has ended).
    WorkerError
        If a worker does not answer in time, or is gone.

    Notes
    -----
    The batches are the same for any number of workers: a batch's random numbers, drawn without a generator in
    ``__getitem__`` or `collate_fn`, come from a stream of its own (see ``batches.py``), and a stream of examples is
    read by one worker at a time.  The seed for them is drawn once an epoch, after the order.

    What a worker raises is raised where the batch is asked for, the same exception with its traceback.  Workers make
    several batches at a time, so the data set's ``__getitem__`` is called by several threads at once.  Grad mode and
    listeners are those of a new thread.

    A TensorDataset, or a Subset of one, with `default_collate` is indexed a whole batch at a time, which gives
    the same batches as example by example, some fifty times faster; workers gain nothing more.

    Examples
    --------
    >>> loader = DataLoader(data.TensorDataset(arange(5)), batch_size=2)
    >>> [batch[0].tolist() for batch in loader]
    [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = False,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[list[Any]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], Any] | None = None,
        multiprocessing_context: Any = None,
        generator: RandomGenerator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
        **unknown: Any,
    ) -> None:
        check_foreign(
            unknown,
            pin_memory=pin_memory,
            multiprocessing_context=multiprocessing_context,
            pin_memory_device=pin_memory_device,
            in_order=in_order,
        )
        check_workers(num_workers, timeout, worker_init_fn, prefetch_factor, persistent_workers)
        self._stream = isinstance(dataset, IterableDataset)
        if not self._stream:
            check_dataset("DataLoader", dataset)
        check_choice(self._stream, batch_size, shuffle, sampler, batch_sampler, drop_last, generator)
        self.dataset, self.generator, self.batch_size, self.drop_last = dataset, generator, batch_size, drop_last
        if batch_size is not None:
            check_count("DataLoader", "batch_size", batch_size)
        if self._stream:
            sampler = None
        elif batch_sampler is not None:
            sampler = getattr(batch_sampler, "sampler", None)
            self.batch_size = getattr(batch_sampler, "batch_size", None)
        else:
            if sampler is None:
                sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
            if batch_size is not None:
                batch_sampler = BatchSampler(sampler, batch_size, drop_last)
                if drop_last and isinstance(sampler, Sized) and 0 < len(sampler) < batch_size:
                    raise error("loader-drops-all", count=len(sampler), batch_size=batch_size)
        self.sampler, self.batch_sampler = sampler, batch_sampler
        self._single = batch_sampler is None and batch_size is None
        self.collate_fn = collate_fn or (default_convert if self._single else default_collate)
        self.num_workers, self.prefetch_factor, self.timeout = num_workers, prefetch_factor, timeout
        self.worker_init_fn, self.persistent_workers = worker_init_fn, persistent_workers
        self.pin_memory = pin_memory
        plain = self.collate_fn is default_collate and not self._stream
        self._take = whole_batches(dataset) if plain else None
        self._workers: Workers | None = None  # those that persist
        self._epoch_start: dict[str, Any] | None = None  # the generator's state when the order was drawn
        self._batches_done = 0
        self._resuming = False

    def __len__(self) -> int:
        if not self._stream:  # an iterable without a length says so itself
            return len(self.sampler if self.batch_sampler is None else self.batch_sampler)  # type: ignore[arg-type]
        count, size = len(self.dataset), self.batch_size or 1
        return count // size if self.drop_last else -(-count // size)

    def __iter__(self) -> Iterator[Any]:
        generator, resuming = self._own_generator() or current_generator(), self._resuming
        now, self._resuming = generator.get_state(), False
        if resuming:
            assert self._epoch_start is not None
            generator.set_state(self._epoch_start)
        else:
            self._epoch_start, self._batches_done = now, 0
        try:
            # iter() here and not below, where it would wait for the first batch.
            order = self.sampler if self.batch_sampler is None else self.batch_sampler
            places = None if order is None else iter(order)
            seed = None  # whole batches of tensors draw no random numbers
            if self._take is None:
                seed = int(public["randint"](2**63 - 1, (1,), generator=generator).item())
        finally:
            if resuming:
                generator.set_state(now)
        return self._epoch(places, Epoch(seed, threading.Event()), generator)

    def _epoch(self, places: Iterator[Any] | None, epoch: Epoch, generator: RandomGenerator) -> Iterator[Any]:
        """Hand out the batches, and keep count."""
        done, stream = self._batches_done, None
        jobs: Iterator[Callable[[], Any]]
        batches: Generator[Any, None, None]
        if places is None:
            stream = Stream(self.dataset, self.collate_fn, self.batch_size, self.drop_last, epoch, done)
            jobs = (partial(stream.make, number) for number in itertools.count(done))
        else:
            maker = Maker(self.dataset, self.collate_fn, self._take, self._single, epoch)
            remaining = enumerate(itertools.islice(places, done, None), done)
            jobs = (partial(maker.make, number, indices) for number, indices in remaining)
        workers = None
        try:
            if self.num_workers:
                workers = self._get_workers(generator.initial_seed() if epoch.seed is None else epoch.seed)
                batches = ahead(workers, jobs, self.num_workers * (self.prefetch_factor or 2))
            else:
                batches = (job() for job in jobs)
            with closing(batches):
                for batch in batches:
                    if batch is END:
                        break
                    self._batches_done += 1  # before handing out: while the caller works on it, it counts as done
                    yield batch
        finally:
            epoch.stopping.set()
            if workers is not None and workers is not self._workers:
                workers.stop()
        if stream is not None and stream.dropped and not self._batches_done:
            raise error("loader-drops-all", count=stream.dropped, batch_size=self.batch_size)
        self._epoch_start, self._batches_done = None, 0

    def _get_workers(self, seed: int) -> Workers:
        """Return new workers, or those of the epoch before."""
        if self._workers is not None and self._workers.alive():
            return self._workers
        workers = Workers(self.num_workers, self.dataset, self.worker_init_fn, seed, self.timeout)
        if self.persistent_workers:
            self._workers = workers
        return workers

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
        when it is asked again; only the number of batches to pass over is kept.  So must a stream, which is read
        again up to there.
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
        try:
            most = len(self)
        except TypeError:  # not known
            most = done
        if isinstance(done, bool) or not isinstance(done, int) or not 0 <= done <= most:
            raise error("loader-state", reason=f"batches_done is {done!r}, of {most} batches")
        if own is not None:
            own.set_state(saved)
        self._batches_done, self._epoch_start, self._resuming = done, start, start is not None

    def _own_generator(self) -> RandomGenerator | None:
        """Return the generator that the order and the seeds come from; None for the default one."""
        found: RandomGenerator | None = getattr(self.sampler, "generator", None) or self.generator
        return found
