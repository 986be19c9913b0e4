"""Worker threads: errors that arrive, and no thread left behind, however a loop ends."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.data.noisy import Noisy, NoisyStream, workers_now
from tinygrad_zh.data import DataLoader
from tinygrad_zh.errors import WorkerError


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = threading.enumerate()
    yield
    assert [t for t in threading.enumerate() if t not in before] == []


# --- errors ---


class Broken(Noisy):
    def __init__(self, problem: BaseException) -> None:
        super().__init__()
        self.problem = problem

    def __getitem__(self, index: int) -> int:
        if index == 7:
            raise self.problem
        return index


class OwnError(Exception):
    def __init__(self, a: int, b: int) -> None:  # which PyTorch cannot make again from a message
        super().__init__(a, b)


@pytest.mark.parametrize("problem", [KeyError("x"), OwnError(1, 2), TimeoutError("a network's"), StopIteration()])
def test_what_a_worker_raises_arrives_with_its_traceback(problem: Exception) -> None:
    seen = []
    with pytest.raises(type(problem) if not isinstance(problem, StopIteration) else RuntimeError) as caught:
        for batch in DataLoader(Broken(problem), 2, num_workers=2):
            seen += batch.tolist()
    assert seen == [0, 1, 2, 3, 4, 5]  # all before it arrived
    text = "".join(traceback.format_exception(caught.value))
    assert "raise self.problem" in text and "(in worker thread" in text
    assert caught.value is problem or caught.value.__cause__ is problem


def test_an_error_in_collate_fn_sampler_or_init_arrives() -> None:
    def fail(_: Any) -> Any:
        raise OwnError(1, 2)

    def sampler() -> Iterator[int]:
        yield 0
        raise OwnError(1, 2)

    for options in ({"collate_fn": fail}, {"sampler": sampler()}, {"worker_init_fn": fail}):
        with pytest.raises(OwnError):
            list(DataLoader(Noisy(), num_workers=2, **options))  # type: ignore[arg-type]
        assert workers_now() == []


@pytest.mark.parametrize("problem", [SystemExit(3), KeyboardInterrupt()])
def test_a_worker_that_dies_is_an_error(problem: BaseException) -> None:
    with pytest.raises(WorkerError, match=r"E962.*DataLoader worker \d") as caught:
        list(DataLoader(Broken(problem), 2, num_workers=2))
    assert caught.value.__cause__ is problem and isinstance(caught.value, RuntimeError)


def test_a_worker_that_is_gone_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from tinygrad_zh.data import workers

    def work(tasks: Any, info: Any, init: Any, ready: Any) -> None:
        ready.set_result(None)
        tasks.get()  # and nobody will ever hear of it

    monkeypatch.setattr(workers, "work", work)
    monkeypatch.setattr(workers, "LOOK_EVERY_S", 0.01)
    with pytest.raises(WorkerError, match=r"E962.*gone"):
        list(DataLoader(Noisy(), 2, num_workers=2))


@pytest.mark.parametrize("persistent", [False, True])
def test_a_worker_that_hangs_is_an_error_and_the_next_epoch_has_new_ones(persistent: bool) -> None:
    let_go, hangs = threading.Event(), [True]

    class Hangs(Noisy):
        def __getitem__(self, index: int) -> int:
            if index == 7 and hangs.pop():
                let_go.wait(20)
            return index

    loader = DataLoader(Hangs(), 4, num_workers=2, timeout=0.1, persistent_workers=persistent)
    hangs += [False] * 9
    hangs.reverse()
    began = time.monotonic()
    with pytest.raises(WorkerError, match=r"E963.*0\.1 s"):
        list(loader)
    assert time.monotonic() - began < 3
    hangs[:] = [False]
    assert sum(len(batch) for batch in loader) == 20
    let_go.set()
    del loader
    wait_until(lambda: workers_now() == [])


def wait_until(true: Callable[[], bool]) -> None:
    last = time.monotonic() + 10
    while not true() and time.monotonic() < last:
        time.sleep(0.005)
    assert true()


# --- leaving early ---


def test_break_leaves_no_thread() -> None:
    for _ in DataLoader(Noisy(1000), 2, num_workers=3):
        assert len(workers_now()) == 3
        break
    assert workers_now() == []


def test_an_exception_in_the_loop_leaves_no_thread() -> None:
    with pytest.raises(ZeroDivisionError):
        for _ in DataLoader(Noisy(1000), 2, num_workers=3):
            raise ZeroDivisionError
    assert workers_now() == []


def test_an_iterator_that_nobody_holds_leaves_no_thread() -> None:
    iterator = iter(DataLoader(Noisy(1000), 2, num_workers=3))
    assert workers_now() == []  # it begins with the first batch
    next(iterator)
    assert len(workers_now()) == 3
    del iterator
    assert workers_now() == []
    cycle: list[Any] = [iter(DataLoader(NoisyStream(1000), 2, num_workers=3))]
    cycle.append(cycle)
    next(cycle[0])
    del cycle
    assert len(workers_now()) == 3
    gc.collect()
    assert workers_now() == []


def test_a_stop_does_not_wait_for_the_rest_of_a_batch() -> None:
    began = time.monotonic()
    for _ in DataLoader(Noisy(1000, lambda i: 0.05 if i else 0), batch_sampler=[[0], [1] * 500], num_workers=1):
        break
    assert time.monotonic() - began < 5 and workers_now() == []


@contextmanager
def ctrl_c_after(delay_s: float) -> Iterator[None]:
    old = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(delay_s, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT))
    timer.start()
    try:
        yield
    finally:
        timer.join()
        signal.signal(signal.SIGINT, old)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signals to threads here")
@pytest.mark.parametrize("where", ["waiting", "working"])
def test_ctrl_c_leaves_no_thread(where: str) -> None:
    delay_s = 0.05 if where == "waiting" else 0.0
    with pytest.raises(KeyboardInterrupt), ctrl_c_after(0.15):
        for _ in DataLoader(Noisy(1000, lambda i: delay_s), 2, num_workers=2):
            time.sleep(0 if delay_s else 0.01)
    assert workers_now() == []


def test_a_program_ends_in_the_middle_of_an_epoch_even_if_a_worker_hangs() -> None:
    program = """
import threading, time
from tinygrad_zh.data import DataLoader, Dataset
class Slow(Dataset):
    def __len__(self): return 100
    def __getitem__(self, i):
        if i == HANGS: threading.Event().wait()
        time.sleep(0.01)
        return i
iterator = iter(DataLoader(Slow(), num_workers=2, timeout=0.1))
try:
    for _ in range(5): next(iterator)
except RuntimeError as problem:
    print(problem.code)
print("end")
"""
    for hangs, said in (("-1", ["end"]), ("3", ["TG-E963", "end"])):
        began = time.monotonic()
        answer = subprocess.run(
            [sys.executable, "-c", program.replace("HANGS", hangs)],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            check=True,
        )
        assert answer.stdout.split() == said and not answer.stderr
        assert time.monotonic() - began < 30
