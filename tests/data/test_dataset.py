"""Data sets, their parts, and putting examples together."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh.data import Dataset, Subset, TensorDataset, default_collate, random_split
from tinygrad_zh.errors import ArgumentError, DTypeError, IndexingError, ShapeError


def plain(x: Any) -> Any:
    """A batch of either library as plain Python: (dtype, values) for tensors."""
    if isinstance(x, tg.Tensor | torch.Tensor):
        return str(x.dtype).removeprefix("torch."), x.tolist()
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, list | tuple):
        return type(x).__name__, [plain(v) for v in x]
    return x


# --- data sets ---


def test_tensor_dataset() -> None:
    x, y = tg.rand(5, 2), tg.arange(5)
    dataset = TensorDataset(x, y)
    assert len(dataset) == 5 and dataset.tensors[0] is x
    for index in (0, -1, 3):
        a, b = dataset[index]
        assert a.tolist() == x.tolist()[index] and b.item() == y.tolist()[index]
    assert dataset[1:3][1].tolist() == [1, 2] and dataset[[4, 0]][1].tolist() == [4, 0]
    assert TensorDataset(np.ones((2, 3), dtype=np.float32))[0][0].dtype == tg.float32


def test_tensor_dataset_refuses_what_does_not_fit() -> None:
    for tensors in ((), (tg.ones(2), tg.ones(3)), (tg.tensor(1.0),), (tg.tensor(1.0), tg.ones(1))):
        with pytest.raises(ShapeError, match="E640"):
            TensorDataset(*tensors)
    for index in (2, -3):
        with pytest.raises(IndexError, match=r"E641(.|\n)*from -2 to 1"):
            TensorDataset(tg.ones(2))[index]


def test_subset() -> None:
    dataset = TensorDataset(tg.arange(10))
    part = Subset(dataset, [7, 2, 5])
    assert len(part) == 3 and [part[i][0].item() for i in (0, 1, -1)] == [7, 2, 5]
    assert part[[2, 0]][0].tolist() == [5, 7]
    assert Subset(part, [1])[0][0].item() == 2
    assert Subset("abc", [2, 0])[0] == "c"
    with pytest.raises(IndexingError, match="3 examples"):
        part[3]
    with pytest.raises(DTypeError, match="E642"):
        Subset(iter([1]), [0])


def test_an_unfinished_dataset_says_so() -> None:
    with pytest.raises(DTypeError, match="__len__"):
        len(Dataset())
    with pytest.raises(DTypeError, match="__getitem__"):
        Dataset()[0]


# --- splitting ---


def test_random_split_covers_everything_once_and_repeats() -> None:
    parts = random_split(range(100), [70, 30, 0], generator=tg.Generator().manual_seed(1))
    assert [len(p) for p in parts] == [70, 30, 0]
    taken = [p[i] for p in parts for i in range(len(p))]
    assert sorted(taken) == list(range(100)) and taken != list(range(100))
    again = random_split(range(100), [70, 30, 0], generator=tg.Generator().manual_seed(1))
    assert [p.indices for p in again] == [p.indices for p in parts]


@pytest.mark.parametrize("fractions", [[0.5, 0.5], [0.3, 0.3, 0.4], [1.0], [0.8, 0.1, 0.1], [1 / 3] * 3])
@pytest.mark.parametrize("count", [10, 11, 13])
def test_fractions_are_rounded_as_in_pytorch(fractions: list[float], count: int) -> None:
    ours = random_split(range(count), fractions)
    theirs = torch.utils.data.random_split(range(count), fractions)  # type: ignore[arg-type]
    assert [len(p) for p in ours] == [len(p) for p in theirs]


@pytest.mark.parametrize("lengths", [[], [5, 4], [5, 6], [-1, 11], [0.5, 0.4], [1.5, -0.5], [True] * 10, ["5", 5]])
def test_lengths_that_do_not_fit(lengths: Any) -> None:
    with pytest.raises(ArgumentError, match="E643"):
        random_split(range(10), lengths)


# --- collating ---

Pair = namedtuple("Pair", "a b")

BATCHES: list[Any] = [
    [1, 2],
    [True, False],
    [1.5, 2.0],
    ["a", "bc"],
    [b"a", b"b"],
    [np.float32(1), np.float32(2)],
    [np.int64(1), np.int64(2)],
    [np.ones((2, 2)), np.zeros((2, 2))],
    [np.array([1, 2], dtype=np.uint8), np.array([3, 4], dtype=np.uint8)],
    [(1, 2.0, "x"), (3, 4.0, "y")],
    [[1, [2, 3]], [4, [5, 6]]],
    [{"a": 1, "b": (2, 3)}, {"a": 4, "b": (5, 6)}],
    [Pair(1, 2.0), Pair(3, 4.0)],
    [(), ()],
]


@pytest.mark.parametrize("batch", BATCHES, ids=str)
def test_collate_equals_pytorchs(batch: Any) -> None:
    assert plain(default_collate(batch)) == plain(torch.utils.data.default_collate(batch))


def test_collate_stacks_tensors_and_keeps_the_graph() -> None:
    a, b = tg.tensor([1.0, 2.0], requires_grad=True), tg.tensor([3.0, 4.0])
    batch = default_collate([a, b])
    assert batch.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    batch.sum().backward()
    assert a.grad is not None and a.grad.tolist() == [1.0, 1.0]


def test_collate_refuses_what_differs_or_is_unknown() -> None:
    for batch in (
        [tg.ones(2), tg.ones(3)],
        [np.ones(2), np.ones((1, 2))],
        [tg.ones(1), 1.0],
        [(1, 2), (1,)],
        [{"a": 1}, {"b": 1}],
    ):
        with pytest.raises(ShapeError, match="E649"):
            default_collate(batch)
    with pytest.raises(DTypeError, match="object"):
        default_collate([object()])
    with pytest.raises(DTypeError, match="NoneType"):
        default_collate([(1, None)])
