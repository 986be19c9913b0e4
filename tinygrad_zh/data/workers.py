"""Worker threads that make batches ahead of time, in order.

Threads and not processes: nothing need be copied or pickled, and NumPy, Pillow, files and the network let other
threads run while they work.  What is written in Python alone gains nothing from a second thread.

However a loop ends, by its end, ``break``, an exception or Ctrl-C, or because nobody holds the iterator any more, the
workers are told to stop, and waited for.  The one exception is a worker that hangs: Python cannot end a thread from
outside, so it is left alone, does not keep the program from ending, and stops when its call returns.

May import: ``errors``.  Read next: ``loader.py``.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any

from ..errors import error, language

PATIENCE_S = 5.0
"""How long a worker that was told to stop is waited for."""
LOOK_EVERY_S = 0.5
"""How often somebody who waits for a batch looks whether the workers are still there."""

Job = Callable[[], Any]
NOTES = {"zh": "（出自 DataLoader 的第 {id} 号工作线程）", "en": "(in worker thread {id} of the DataLoader)"}

# -- who a worker is -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class WorkerInfo:
    """What `get_worker_info` tells.

    Attributes
    ----------
    id : int
        From 0 to `num_workers` − 1.
    num_workers : int
        How many there are.
    seed : int
        Another one for every worker, for generators that are not this package's.  ``rand()`` and its like need none:
        they draw from the batch's own stream, the same whichever worker makes it.
    dataset : Dataset
        The data set, the same object in all workers.
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any


_here = threading.local()


def get_worker_info() -> WorkerInfo | None:
    """Return who this worker is; None outside of workers.

    Notes
    -----
    While an IterableDataset is read the answer is None too: workers take turns in reading one stream, which must not
    be split among them as PyTorch's processes must.
    """
    info: WorkerInfo | None = getattr(_here, "info", None)
    return info


@contextmanager
def outside_workers() -> Iterator[None]:
    """Let `get_worker_info` answer None inside the block, in this thread."""
    info, _here.info = get_worker_info(), None
    try:
        yield
    finally:
        _here.info = info


# -- the workers ---------------------------------------------------------------------------------------


class Workers:
    """Threads that do jobs in the order in which they are given, several at a time.

    Parameters
    ----------
    count : int
        How many.
    dataset : Dataset
        What `get_worker_info` shows them.
    init : callable, optional
        Called first of all in each worker, with its number.
    seed : int
        Worker i gets seed + i.
    timeout_s : float
        How long to wait for a result; 0 for as long as it takes.

    Raises
    ------
    Exception
        What `init` raised in a worker.
    """

    def __init__(
        self, count: int, dataset: Any, init: Callable[[int], Any] | None, seed: int, timeout_s: float
    ) -> None:
        self.timeout_s = timeout_s
        self._tasks: SimpleQueue[tuple[Future[Any], Job] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        # Runs once: when it is called, when nobody holds this object any more, or at the end of the program.
        self.stop = weakref.finalize(self, dismiss, self._tasks, self._threads)
        ready: list[Future[Any]] = []
        try:
            for i in range(count):
                info = WorkerInfo(i, count, (seed + i) % 2**64, dataset)
                ready.append(Future())
                name = f"DataLoader worker {i}"
                thread = threading.Thread(target=work, args=(self._tasks, info, init, ready[i]), name=name, daemon=True)
                thread.start()
                self._threads.append(thread)
            for begun in ready:
                self.result(begun)
        except BaseException:
            self.stop()
            raise

    def alive(self) -> bool:
        """Return whether all workers are there: not after a stop, and not in a process that was forked."""
        return self.stop.alive and all(thread.is_alive() for thread in self._threads)

    def submit(self, job: Job) -> Future[Any]:
        """Have a job done by the next worker that is free."""
        future: Future[Any] = Future()
        self._tasks.put((future, job))
        return future

    def result(self, future: Future[Any]) -> Any:
        """Wait for a job, and return its result or raise its exception."""
        began = time.monotonic()
        while not future.done():
            left = began + self.timeout_s - time.monotonic() if self.timeout_s else LOOK_EVERY_S
            if left <= 0:
                self.abandon()
                raise error("worker-timeout", timeout_s=self.timeout_s)
            wait((future,), min(left, LOOK_EVERY_S))
            if not future.done() and not self.alive():
                gone = [thread.name for thread in self._threads if not thread.is_alive()]
                raise error("worker-died", worker=", ".join(gone), reason="its thread is gone")
        try:
            return future.result()
        finally:
            del future  # or else an exception, its traceback, this frame and the future would keep each other alive

    def abandon(self) -> None:
        """Tell the workers to stop, and wait for none: one of them hangs."""
        self.stop.detach()
        dismiss(self._tasks, self._threads, 0.0)


def dismiss(tasks: SimpleQueue[Any], threads: list[threading.Thread], patience_s: float = PATIENCE_S) -> None:
    """Tell the workers to stop after the job that they are doing, and wait for them."""
    with suppress(Empty):
        while True:
            tasks.get_nowait()
    for _ in threads:
        tasks.put(None)
    last = time.monotonic() + patience_s
    for thread in threads:
        if thread is not threading.current_thread():  # the garbage collector may run in a worker
            thread.join(max(last - time.monotonic(), 0.0))


def work(
    tasks: SimpleQueue[tuple[Future[Any], Job] | None],
    info: WorkerInfo,
    init: Callable[[int], Any] | None,
    ready: Future[Any],
) -> None:
    """Do jobs until there is None: the life of a worker."""
    _here.info = info
    do(ready, (lambda: None) if init is None else (lambda: init(info.id)), info)
    del ready
    while (task := tasks.get()) is not None:
        do(*task, info)
        del task  # or else a worker that waits keeps the last batch alive


def do(future: Future[Any], job: Job, info: WorkerInfo) -> None:
    """Do one job; what it raises goes to whoever waits for the result."""
    try:
        result = job()
    except Exception as problem:
        problem.add_note(NOTES[language()].format(id=info.id))
        future.set_exception(problem)
    except BaseException as problem:  # SystemExit and the like would end the thread, and leave somebody waiting
        died = error("worker-died", worker=threading.current_thread().name, reason=repr(problem))
        died.__cause__ = problem
        future.set_exception(died)
    else:
        future.set_result(result)
    finally:
        del future, job  # as in `Workers.result`


def ahead(workers: Workers, jobs: Iterator[Job], count: int) -> Generator[Any, None, None]:
    """Have jobs done by workers, `count` of them ahead of time, and yield their results in order."""
    pending = deque(workers.submit(job) for job in islice(jobs, count))
    while pending:
        result = workers.result(pending.popleft())
        pending.extend(workers.submit(job) for job in islice(jobs, 1))  # before the caller gets to work on this one
        yield result
