"""Worker threads: the same batches whatever happens, who workers are, and options that do not fit."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import tinygrad_zh as tg
from tests.data.noisy import Noisy, NoisyStream, noisy_collate, seeded, workers_now
from tinygrad_zh.data import DataLoader, TensorDataset, WorkerInfo, get_worker_info
from tinygrad_zh.errors import ArgumentError


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = threading.enumerate()
    yield
    assert [t for t in threading.enumerate() if t not in before] == []


DELAYS: list[Callable[[int], float]] = [lambda i: 0.003 * (i % 5 == 0), lambda i: 0.001 * (3 - i % 4)]


# --- the same batches ---


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("delay_s", DELAYS)
@pytest.mark.parametrize("more", [{}, {"prefetch_factor": 1}, {"persistent_workers": True}], ids=str)
def test_batches_are_the_same_for_any_number_of_workers_and_any_timing(workers: int, delay_s: Any, more: Any) -> None:
    def epochs(dataset: Any, **options: Any) -> list[Any]:
        loader = DataLoader(dataset, 3, shuffle=True, collate_fn=noisy_collate, generator=seeded(4), **options)
        return [list(loader), list(loader)]

    expected = epochs(Noisy())
    drawn = [x for epoch in expected for batch, _ in epoch for _, x, _ in batch]
    assert len({tuple(x) for x in drawn}) == 40  # each example, in each epoch, has numbers of its own
    assert epochs(Noisy(delay_s=delay_s), num_workers=workers, **more) == expected


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("batch_size", [4, None])
def test_a_stream_is_read_once_in_order(workers: int, batch_size: int | None) -> None:
    def epoch(workers: int) -> list[Any]:
        loader = DataLoader(NoisyStream(), batch_size, generator=seeded(), num_workers=workers)
        return [b.tolist() if batch_size else b for b in loader]

    expected = epoch(0)
    assert len(expected) == (5 if batch_size else 20)
    assert epoch(workers) == expected


@pytest.mark.parametrize("workers", [0, 3])
def test_the_training_and_the_data_draw_from_different_streams(workers: int) -> None:
    def run(dataset: Any) -> list[float]:
        tg.manual_seed(9)
        seen = []
        for _ in DataLoader(dataset, 4, num_workers=workers):
            seen.append(tg.rand(1).item())
        return seen

    class Quiet(Noisy):
        def __getitem__(self, index: int) -> int:
            return index

    assert run(Noisy()) == run(Quiet())


def test_seeding_inside_a_dataset_stays_there() -> None:
    class Seeds(Noisy):
        def __getitem__(self, index: int) -> Any:
            tg.manual_seed(index)
            assert tg.initial_seed() == index
            return tg.rand(1)

    tg.manual_seed(5)
    before, here = tg.initial_seed(), [b.tolist() for b in DataLoader(Seeds(6), 2)]
    assert tg.initial_seed() == before
    assert [b.tolist() for b in DataLoader(Seeds(6), 2, num_workers=2)] == here


def test_whole_batches_of_tensors_work_too() -> None:
    data = TensorDataset(tg.arange(10))
    options: dict[str, Any] = {"batch_size": 3, "shuffle": True}
    first = [b[0].tolist() for b in DataLoader(data, **options, generator=seeded(), num_workers=2)]
    assert first == [b[0].tolist() for b in DataLoader(data, **options, generator=seeded())]


# --- going on ---


@pytest.mark.parametrize("before", [0, 3])
@pytest.mark.parametrize("after", [0, 3])
@pytest.mark.parametrize("dataset", [Noisy(), NoisyStream()], ids=["by index", "stream"])
def test_going_on_is_exact_with_workers(before: int, after: int, dataset: Any) -> None:
    def make(workers: int) -> DataLoader:
        collate = noisy_collate if isinstance(dataset, Noisy) else list
        shuffle = isinstance(dataset, Noisy)
        return DataLoader(dataset, 3, shuffle, collate_fn=collate, generator=seeded(2), num_workers=workers)

    whole = make(0)
    expected = [*whole, *whole]
    loader, seen = make(before), []
    for batch in loader:
        seen.append(batch)
        if len(seen) == 2:  # with workers, more have been made by now
            break
    state = json.loads(json.dumps(loader.state_dict()))
    assert state["batches_done"] == 2
    other = make(after)
    other.load_state_dict(state)
    assert [*seen, *other, *other] == expected
    assert other.state_dict() == whole.state_dict()


# --- who a worker is ---


def test_workers_know_who_they_are() -> None:
    infos: list[Any] = []
    begun: list[int] = []
    meet = threading.Barrier(2, timeout=10)

    class Asks(Noisy):
        def __getitem__(self, index: int) -> int:
            infos.append(get_worker_info())
            meet.wait()  # so that both have a part in it
            return index

    dataset = Asks(4)
    list(DataLoader(dataset, 1, num_workers=2, worker_init_fn=begun.append))
    assert sorted(begun) == [0, 1] and {info.id for info in infos} == {0, 1}
    assert all(isinstance(i, WorkerInfo) and i.num_workers == 2 and i.dataset is dataset for i in infos)
    first, second = (next(i for i in infos if i.id == n) for n in (0, 1))
    assert second.seed == first.seed + 1
    assert get_worker_info() is None


def test_workers_persist_if_asked_to() -> None:
    begun: list[int] = []
    options: dict[str, Any] = {"num_workers": 2, "worker_init_fn": begun.append}
    loader = DataLoader(Noisy(), 4, collate_fn=list, **options)
    assert len([*loader, *loader]) == 10 and len(begun) == 4 and workers_now() == []
    begun.clear()
    loader = DataLoader(Noisy(), 4, collate_fn=list, persistent_workers=True, **options)
    for _ in loader:
        break
    assert len([*loader, *loader]) == 10 and len(begun) == 2 and len(workers_now()) == 2
    del loader
    assert workers_now() == []


# --- bad input ---


@pytest.mark.parametrize(
    "options",
    [
        {"num_workers": -1},
        {"num_workers": 1.0},
        {"num_workers": True},
        {"num_workers": 1, "timeout": -1},
        {"num_workers": 1, "timeout": float("nan")},
        {"num_workers": 1, "timeout": "1"},
        {"num_workers": 1, "prefetch_factor": 0},
        {"num_workers": 1, "persistent_workers": 1},
        {"num_workers": 1, "worker_init_fn": 3},
        {"pin_memory": 1},
        {"drop_last": 1},
    ],
    ids=str,
)
def test_options_out_of_range(options: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=f"DataLoader.*{list(options)[-1]}"):
        DataLoader(Noisy(), **options)


@pytest.mark.parametrize("options", [{"timeout": 1.0}, {"prefetch_factor": 2}, {"persistent_workers": True}], ids=str)
def test_options_that_mean_nothing_without_workers(options: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=f"E961.*{next(iter(options))}"):
        DataLoader(Noisy(), **options)


def test_a_stream_has_its_own_order_and_may_leave_nothing() -> None:
    for options in ({"shuffle": True}, {"sampler": [1]}, {"batch_sampler": [[1]]}):
        with pytest.raises(ArgumentError, match="E960"):
            DataLoader(NoisyStream(), **options)  # type: ignore[arg-type]
    assert [len(b) for b in DataLoader(NoisyStream(5), 2, drop_last=True)] == [2, 2]
    for workers in (0, 2):
        with pytest.raises(ArgumentError, match=r"E646.*3 examples"):
            list(DataLoader(NoisyStream(3), 4, drop_last=True, num_workers=workers))
    with pytest.raises(TypeError):
        len(DataLoader(NoisyStream()))
