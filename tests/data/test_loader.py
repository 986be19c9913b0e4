"""Samplers and the DataLoader: order, batches, both paths alike, and going on in the middle of an epoch."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh.data import (
    BatchSampler,
    DataLoader,
    RandomSampler,
    SequentialSampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
)
from tinygrad_zh.errors import ArgumentError, DTypeError, IndexingError, StorageError


def dataset(count: int = 10) -> TensorDataset:
    return TensorDataset(tg.arange(2 * count, dtype=tg.float32).reshape(count, 2), tg.arange(count))


class OneByOne:
    """The same examples, which no fast path knows."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __len__(self) -> int:
        return len(self.inner)

    def __getitem__(self, index: int) -> Any:
        return self.inner[index]


def labels(batches: Any) -> list[list[int]]:
    return [batch[1].tolist() for batch in batches]


def seeded(seed: int = 0) -> tg.Generator:
    return tg.Generator().manual_seed(seed)


# --- samplers ---


def test_samplers() -> None:
    assert list(SequentialSampler("abc")) == [0, 1, 2] and len(SequentialSampler("abc")) == 3
    order = list(RandomSampler(range(50), generator=seeded()))
    assert sorted(order) == list(range(50)) and order != list(range(50))
    assert list(RandomSampler(range(50), generator=seeded())) == order
    assert sorted(RandomSampler(range(5), num_samples=12, generator=seeded())) == sorted(
        [*range(5), *range(5), *list(RandomSampler(range(5), num_samples=12, generator=seeded()))[10:]]
    )
    drawn = list(RandomSampler(range(3), replacement=True, num_samples=100, generator=seeded()))
    assert len(drawn) == 100 and set(drawn) == {0, 1, 2}
    chosen = SubsetRandomSampler([8, 3, 5], generator=seeded())
    assert sorted(chosen) == [3, 5, 8] and len(chosen) == 3


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("count", "size"), [(10, 3), (9, 3), (2, 3), (0, 3), (5, 1)])
def test_batch_sampler_equals_pytorchs(count: int, size: int, drop_last: bool) -> None:
    ours = BatchSampler(SequentialSampler(range(count)), size, drop_last)
    theirs = torch.utils.data.BatchSampler(range(count), size, drop_last)
    assert list(ours) == list(theirs) and len(ours) == len(theirs)


# --- batches ---


@pytest.mark.parametrize("options", [{}, {"batch_size": 3}, {"batch_size": 3, "drop_last": True}, {"batch_size": 20}])
def test_batches_in_order_equal_pytorchs(options: dict[str, Any]) -> None:
    x, y = np.random.default_rng(0).normal(size=(10, 2)), np.arange(10)
    ours = DataLoader(TensorDataset(tg.tensor(x), tg.tensor(y)), **options)
    theirs = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.tensor(x), torch.tensor(y)), **options)
    assert len(ours) == len(theirs) and ours.batch_size == theirs.batch_size
    for a, b in zip(ours, theirs, strict=True):
        assert type(a) is type(b) and [t.tolist() for t in a] == [t.tolist() for t in b]


def test_shuffling_visits_everything_in_a_new_order_every_epoch() -> None:
    loader = DataLoader(dataset(40), 7, shuffle=True, generator=seeded())
    first, second = labels(loader), labels(loader)
    for epoch in (first, second):
        assert sorted(label for batch in epoch for label in batch) == list(range(40))
    assert first != second
    again = DataLoader(dataset(40), 7, shuffle=True, generator=seeded())
    assert labels(again) == first and labels(again) == second


def test_the_default_generator_decides_unless_another_is_given() -> None:
    tg.manual_seed(5)
    first = labels(DataLoader(dataset(), 4, shuffle=True))
    tg.manual_seed(5)
    assert labels(DataLoader(dataset(), 4, shuffle=True)) == first
    before = tg.get_rng_state()
    labels(DataLoader(dataset(), 4, shuffle=True, generator=seeded()))
    labels(DataLoader(dataset(), 4))
    assert tg.get_rng_state() == before


@pytest.mark.parametrize("kind", ["whole", "part", "part of a part"])
def test_the_fast_path_gives_the_slow_paths_batches(kind: str) -> None:
    data: Any = dataset(30)
    if kind != "whole":
        data = Subset(data, [*range(29, 10, -2), -1, 4])
    if kind == "part of a part":
        data = Subset(data, [3, 1, 2, 0, -1])
    options = {"batch_size": 4, "shuffle": True}
    fast = DataLoader(data, **options, generator=seeded())
    slow = DataLoader(OneByOne(data), **options, generator=seeded())
    assert fast._take is not None and slow._take is None
    for a, b in zip(fast, slow, strict=True):
        assert type(a) is type(b) is list
        for s, t in zip(a, b, strict=True):
            assert s.dtype == t.dtype and s.shape == t.shape and s.tolist() == t.tolist()


def test_batches_do_not_share_memory_with_the_data() -> None:
    data = dataset()
    for batch in DataLoader(data, 5):
        assert not np.shares_memory(batch[0].array, data.tensors[0].array)


def test_a_subclass_is_asked_for_every_example() -> None:
    class Doubled(TensorDataset):
        def __getitem__(self, index: Any) -> Any:
            return tuple(2 * t for t in super().__getitem__(index))

    assert labels(DataLoader(Doubled(*dataset(4).tensors), 2)) == [[0, 2], [4, 6]]


def test_gradients_flow_into_data_that_require_them() -> None:
    x = tg.ones(4, 2, requires_grad=True)
    (batch,) = next(iter(DataLoader(TensorDataset(x), 2)))
    batch.sum().backward()
    assert x.grad is not None and x.grad.tolist() == [[1.0, 1.0]] * 2 + [[0.0, 0.0]] * 2


def test_collate_fn_sampler_and_batch_sampler() -> None:
    loader = DataLoader(range(5), 2, collate_fn=sum)
    assert list(loader) == [1, 5, 4]
    assert labels(DataLoader(dataset(), 2, sampler=[9, 0, 4])) == [[9, 0], [4]]
    loader = DataLoader(dataset(), batch_sampler=[[1, 2, 3], [0]])
    assert labels(loader) == [[1, 2, 3], [0]] and len(loader) == 2 and loader.batch_size is None
    assert [b.tolist() for b in DataLoader([3, 4, 5], 2)] == [[3, 4], [5]]
    assert list(DataLoader([], 2)) == []


# --- the position ---


def run(loader: DataLoader, batches: int) -> list[list[int]]:
    """Take some batches, drawing from the default generator between them as dropout does."""
    out = []
    for batch in loader:
        tg.rand(1)
        out.append(batch[1].tolist())
        if len(out) == batches:
            break
    return out


@pytest.mark.parametrize("own", [False, True], ids=["default generator", "own generator"])
@pytest.mark.parametrize("done", [1, 2, 4])
def test_going_on_within_an_epoch_is_exact(own: bool, done: int) -> None:
    def make() -> DataLoader:
        return DataLoader(dataset(), 3, shuffle=True, generator=seeded(1) if own else None)

    tg.manual_seed(3)
    loader = make()
    run(loader, 99)  # an epoch before
    first = run(loader, done)
    saved = json.loads(json.dumps({"loader": loader.state_dict(), "generator": tg.get_rng_state()}))
    assert saved["loader"]["batches_done"] == done

    # The run that is not interrupted: the same up to here, then on to the end and one epoch more.
    tg.manual_seed(3)
    whole = make()
    run(whole, 99)
    expected = [*run(whole, 99), *run(whole, 99)]
    end = tg.get_rng_state(), whole.generator and whole.generator.get_state()
    assert expected[:done] == first

    tg.manual_seed(77)
    resumed = make()
    tg.set_rng_state(saved["generator"])
    resumed.load_state_dict(saved["loader"])
    assert resumed.state_dict() == saved["loader"]
    assert [*first, *run(resumed, 99), *run(resumed, 99)] == expected
    assert (tg.get_rng_state(), resumed.generator and resumed.generator.get_state()) == end


def test_between_epochs_nothing_is_passed_over() -> None:
    loader = DataLoader(dataset(), 3, shuffle=True, generator=seeded())
    labels(loader)
    saved = loader.state_dict()
    assert saved["batches_done"] == 0 and saved["epoch_start"] is None
    expected = labels(loader)
    other = DataLoader(dataset(), 3, shuffle=True, generator=seeded(9))
    other.load_state_dict(saved)
    assert labels(other) == expected


def test_an_order_without_a_generator_is_passed_over_by_count() -> None:
    loader = DataLoader(dataset(), 4)
    run(loader, 1)
    other = DataLoader(dataset(), 4)
    other.load_state_dict(loader.state_dict())
    assert labels(other) == [[4, 5, 6, 7], [8, 9]]
    assert labels(other)[0] == [0, 1, 2, 3]


def test_a_loop_that_was_left_begins_anew() -> None:
    loader = DataLoader(dataset(), 4)
    run(loader, 1)
    assert labels(loader)[0] == [0, 1, 2, 3]


def test_states_that_do_not_fit() -> None:
    own, none = DataLoader(dataset(), 3, shuffle=True, generator=seeded()), DataLoader(dataset(), 3)
    for loader, state in (
        (own, {}),
        (own, [1]),
        (own, none.state_dict()),
        (none, own.state_dict()),
        (none, {**none.state_dict(), "batches_done": 5}),
        (none, {**none.state_dict(), "batches_done": -1}),
        (none, {**none.state_dict(), "batches_done": "1"}),
    ):
        with pytest.raises(StorageError, match="E650"):
            loader.load_state_dict(state)  # type: ignore[arg-type]


# --- bad input ---


def test_an_empty_dataset_cannot_be_shuffled() -> None:
    for make in (lambda: DataLoader([], shuffle=True), lambda: RandomSampler([])):
        with pytest.raises(ArgumentError, match="E644"):
            make()
    assert list(SubsetRandomSampler([])) == []


@pytest.mark.parametrize("size", [0, -1, 2.0, True, "4"])
def test_bad_batch_sizes(size: Any) -> None:
    with pytest.raises(ArgumentError, match="batch_size"):
        DataLoader(dataset(), size)
    with pytest.raises(ArgumentError, match="batch_size"):
        BatchSampler([1], size)


def test_bad_counts_and_switches() -> None:
    with pytest.raises(ArgumentError, match="num_samples"):
        RandomSampler([1], num_samples=0)
    with pytest.raises(ArgumentError, match="drop_last"):
        DataLoader([1], drop_last="no")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="generator"):
        DataLoader([1], generator=3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"sampler": [0], "shuffle": True}, "sampler, shuffle"),
        ({"batch_sampler": [[0]], "batch_size": 2}, "batch_sampler, batch_size"),
        ({"batch_sampler": [[0]], "sampler": [0], "drop_last": True}, "batch_sampler, sampler, drop_last"),
        ({"batch_sampler": [[0]], "shuffle": True}, "batch_sampler, shuffle"),
    ],
)
def test_options_that_exclude_each_other(options: dict[str, Any], names: str) -> None:
    with pytest.raises(ArgumentError, match=f"E645.*{names}"):
        DataLoader(dataset(), **options)


def test_drop_last_that_leaves_nothing() -> None:
    with pytest.raises(ArgumentError, match="10 examples do not fill one batch of 11"):
        DataLoader(dataset(), 11, drop_last=True)
    assert len(DataLoader(dataset(), 10, drop_last=True)) == 1


@pytest.mark.parametrize(
    "options", [{"multiprocessing_context": "spawn"}, {"pin_memory_device": "cuda"}, {"in_order": False}]
)
def test_options_about_processes_are_refused(options: dict[str, Any]) -> None:
    (name,) = options
    with pytest.raises(ArgumentError, match=f"E647.*{name}="):
        DataLoader(dataset(), **options)


def test_pytorchs_options_at_their_defaults_are_accepted_and_unknown_ones_not() -> None:
    DataLoader(dataset(), num_workers=0, pin_memory=False, persistent_workers=False, prefetch_factor=None)
    assert labels(DataLoader(dataset(), 10, pin_memory=True)) == [list(range(10))]
    with pytest.raises(ArgumentError, match="bach_size"):
        DataLoader(dataset(), bach_size=3)


def test_a_generator_that_would_not_be_used_is_refused() -> None:
    sampler = RandomSampler(dataset(), generator=seeded(1))
    with pytest.raises(ArgumentError, match="generator"):
        DataLoader(dataset(), sampler=sampler, generator=seeded(2))
    with pytest.raises(ArgumentError, match="generator"):
        DataLoader(dataset(), generator=3)  # type: ignore[arg-type]
    assert len(DataLoader(dataset(), sampler=sampler, generator=sampler.generator)) == 10


@pytest.mark.parametrize("batch_size", [1, None])
def test_without_batches_examples_come_by_themselves(batch_size: int | None) -> None:
    rows = [(np.array([1.0, 2.0]), "a"), (np.array([3.0, 4.0]), "b")]
    ours = list(DataLoader(rows, batch_size))
    theirs = list(torch.utils.data.DataLoader(rows, batch_size))  # type: ignore[arg-type]
    assert [(x.tolist(), name) for x, name in ours] == [(x.tolist(), name) for x, name in theirs]
    assert len(DataLoader(rows, None)) == 2


def test_many_at_once_where_the_dataset_can() -> None:
    class Many:
        def __len__(self) -> int:
            return 5

        def __getitem__(self, index: int) -> int:
            raise AssertionError("one by one")

        def __getitems__(self, indices: list[int]) -> list[int]:
            return [10 * i for i in indices]

    assert [batch.tolist() for batch in DataLoader(Many(), 3)] == [[0, 10, 20], [30, 40]]


def test_what_is_no_dataset() -> None:
    for wrong in (iter([1]), 3, None):
        with pytest.raises(DTypeError, match="E642"):
            DataLoader(wrong)


@pytest.mark.parametrize("data", [dataset(), Subset(dataset(), range(10)), OneByOne(dataset())])
def test_an_index_out_of_range_is_named(data: Any) -> None:
    with pytest.raises(IndexingError, match="index 10"):
        list(DataLoader(data, 2, sampler=[0, 10]))
    with pytest.raises(IndexingError, match="index -11"):
        list(DataLoader(data, 2, sampler=[-11]))
