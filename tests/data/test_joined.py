"""Data sets made of others, streams, weights, and PyTorch's names for all of it."""

from __future__ import annotations

from collections import Counter, namedtuple
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh.data import (
    ChainDataset,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    StackDataset,
    TensorDataset,
    WeightedRandomSampler,
    default_convert,
    random_split,
)
from tinygrad_zh.errors import ArgumentError, DTypeError, IndexingError, ShapeError


class Count(IterableDataset):
    def __init__(self, *values: int) -> None:
        self.values = values

    def __iter__(self) -> Iterator[int]:
        return iter(self.values)


# --- one after the other ---


@pytest.mark.parametrize("sizes", [[3], [2, 0, 3], [0, 4], [4, 0], [1, 1, 1, 1]])
def test_concat_equals_pytorchs_at_every_index(sizes: list[int]) -> None:
    parts = [[(which, i) for i in range(size)] for which, size in enumerate(sizes)]
    ours, theirs = ConcatDataset(parts), torch.utils.data.ConcatDataset(parts)  # type: ignore[var-annotated, arg-type]
    assert len(ours) == len(theirs) and ours.cumulative_sizes == theirs.cumulative_sizes
    for i in range(-len(ours), len(ours)):
        assert ours[i] == theirs[i]
    for i in (-len(ours) - 1, len(ours)):
        with pytest.raises(IndexingError, match=f"E641.*index {i} "):
            ours[i]


def test_adding_data_sets_joins_them() -> None:
    both = TensorDataset(tg.arange(2)) + TensorDataset(tg.arange(5, 8))
    assert isinstance(both, ConcatDataset) and [x.item() for (x,) in map(both.__getitem__, range(5))] == [0, 1, 5, 6, 7]
    assert list(Count(1, 2) + Count(3)) == [1, 2, 3]


def test_nothing_to_join() -> None:
    for make in (ConcatDataset, lambda parts: StackDataset(*parts)):
        with pytest.raises(ArgumentError, match="E956"):
            make([])
    with pytest.raises(DTypeError, match="E642"):
        ConcatDataset([Count(1)])


# --- side by side ---


def test_stack_equals_pytorchs() -> None:
    a, b = [1, 2, 3], ["x", "y", "z"]
    for args, kwargs in (((a, b), {}), ((), {"number": a, "letter": b})):
        ours, theirs = StackDataset(*args, **kwargs), torch.utils.data.StackDataset(*args, **kwargs)  # type: ignore[arg-type, var-annotated]
        assert len(ours) == 3 and [ours[i] for i in (0, 2, -1)] == [theirs[i] for i in (0, 2, -1)]


def test_stacks_that_do_not_fit() -> None:
    with pytest.raises(ShapeError, match=r"E957.*2, 3"):
        StackDataset([1, 2], [1, 2, 3])
    with pytest.raises(ArgumentError, match="not both"):
        StackDataset([1], x=[1])
    with pytest.raises(IndexingError, match="index 1"):
        StackDataset([1])[1]


# --- streams ---


def test_streams_in_a_chain_and_in_batches() -> None:
    chain = ChainDataset([Count(1, 2), Count(), Count(3)])
    assert list(chain) == [1, 2, 3] and list(chain) == [1, 2, 3]
    assert [b.tolist() for b in DataLoader(chain, 2)] == [[1, 2], [3]]
    with pytest.raises(DTypeError, match=r"E959.*list"):
        ChainDataset([[1]])


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("batch_size", [1, 3, None])
def test_a_stream_that_knows_its_length_tells_the_loader(drop_last: bool, batch_size: int | None) -> None:
    class Sized(Count):
        def __len__(self) -> int:
            return len(self.values)

    class TheirSized(torch.utils.data.IterableDataset):  # type: ignore[type-arg]
        def __iter__(self) -> Iterator[int]:
            return iter(range(7))

        def __len__(self) -> int:
            return 7

    if batch_size is None and drop_last:
        with pytest.raises(ArgumentError, match="drop_last"):
            DataLoader(Sized(1), None, drop_last=True)
        return
    ours = DataLoader(Sized(*range(7)), batch_size, drop_last=drop_last)
    theirs: Any = torch.utils.data.DataLoader(TheirSized(), batch_size, drop_last=drop_last)
    assert len(ours) == len(list(ours)) == len(theirs)
    assert len(ChainDataset([Sized(1, 2), Sized(3)])) == 3


def test_a_stream_has_no_index_and_must_be_written() -> None:
    with pytest.raises(DTypeError, match=r"E958.*Count"):
        Count(1)[0]
    with pytest.raises(DTypeError, match=r"E642.*__iter__"):
        iter(IterableDataset())
    with pytest.raises(TypeError):
        len(Count(1))
    with pytest.raises(DTypeError, match="E642"):
        random_split(Count(1), [1])
    assert isinstance(Count(1), Dataset)


# --- weights ---


def test_weights_decide_how_often_an_index_comes() -> None:
    weights = [1.0, 0.0, 3.0, 4.0]
    sampler = WeightedRandomSampler(weights, 8000, generator=tg.Generator().manual_seed(0))
    counts = Counter(sampler)
    assert len(sampler) == 8000 and counts[1] == 0
    for index, weight in enumerate(weights):  # within five standard deviations
        share = weight / 8
        assert abs(counts[index] - 8000 * share) <= 5 * (8000 * share * (1 - share)) ** 0.5
    once = WeightedRandomSampler(tg.tensor(weights), 3, replacement=False)
    assert all(sorted(once) == [0, 2, 3] for _ in range(20))


def test_weights_come_again_with_the_seed_and_in_the_loader() -> None:
    def epochs() -> list[Any]:
        sampler = WeightedRandomSampler(np.ones(9), 9, generator=tg.Generator().manual_seed(3))
        loader = DataLoader(range(9), 4, sampler=sampler)
        return [[b.tolist() for b in loader], [b.tolist() for b in loader]]

    assert epochs() == epochs() and epochs()[0] != epochs()[1]


@pytest.mark.parametrize(
    ("arguments", "kind", "match"),
    [
        (([1.0], 0), ArgumentError, "num_samples"),
        (([1.0], 1.5), ArgumentError, "num_samples"),
        (([1.0], 1, 1), ArgumentError, "replacement"),
        (([], 1), ArgumentError, "weights"),
        (([0.0, 0.0], 1), ArgumentError, "weights"),
        (([1.0, -1.0], 1), ArgumentError, "weights"),
        (([1.0, float("nan")], 1), ArgumentError, "weights"),
        (([1.0, 0.0], 2, False), ArgumentError, "weights|1"),
        (([[1.0]], 1), ShapeError, "dimension"),
    ],
    ids=str,
)
def test_weights_by_which_nothing_can_be_drawn(arguments: tuple[Any, ...], kind: Any, match: str) -> None:
    with pytest.raises(kind, match=match):
        WeightedRandomSampler(*arguments)


# --- without batches ---

Pair = namedtuple("Pair", "a b")


@pytest.mark.parametrize(
    "example",
    [1, "a", np.ones(2), np.float32(2), (np.ones(1), "b"), [1, np.arange(3)], {"x": np.ones(1)}, Pair(np.ones(1), 2)],
    ids=str,
)
def test_convert_equals_pytorchs(example: Any) -> None:
    def plain(x: Any) -> Any:
        if isinstance(x, tg.Tensor | torch.Tensor):
            return str(x.dtype).removeprefix("torch."), x.tolist()
        if isinstance(x, dict):
            return {k: plain(v) for k, v in x.items()}
        return (type(x).__name__, [plain(v) for v in x]) if isinstance(x, list | tuple) else x

    assert plain(default_convert(example)) == plain(torch.utils.data.default_convert(example))


# --- PyTorch's names ---

ELSEWHERE = {
    "DistributedSampler",  # several processes
    *("DFIterDataPipe", "DataChunk", "IterDataPipe", "MapDataPipe", "argument_validation", "functional_datapipe"),
    *("guaranteed_datapipes_determinism", "non_deterministic", "runtime_validation", "runtime_validation_disabled"),
    "_DatasetKind",
}
"""Data pipes, which PyTorch keeps for old programs, and what belongs to several processes."""


def test_pytorchs_names_are_there() -> None:
    from tinygrad_zh.utils import data

    assert set(torch.utils.data.__all__) - set(data.__all__) == ELSEWHERE
    for name in data.__all__:
        assert getattr(data, name) is getattr(tg.data, name)
