"""Data sets that draw random numbers, for the tests of workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import tinygrad_zh as tg
from tinygrad_zh.data import Dataset, IterableDataset, get_worker_info


def seeded(seed: int = 0) -> tg.Generator:
    return tg.Generator().manual_seed(seed)


def workers_now() -> list[str]:
    return sorted(t.name for t in threading.enumerate() if t.name.startswith("DataLoader"))


class Noisy(Dataset):
    """Draws random numbers for each example, and takes now more and now less time."""

    def __init__(self, count: int = 20, delay_s: Callable[[int], float] = lambda i: 0.0) -> None:
        self.count, self.delay_s = count, delay_s

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Any:
        time.sleep(self.delay_s(index))
        return index, tg.rand(2), tg.randint(100, (1,)).item()


def noisy_collate(examples: list[Any]) -> Any:
    return [(i, x.tolist(), n) for i, x, n in examples], tg.rand(1).item()


class NoisyStream(IterableDataset):
    """Its next example depends on all that it has drawn before."""

    def __init__(self, count: int = 20) -> None:
        self.count = count

    def __iter__(self) -> Iterator[float]:
        assert get_worker_info() is None
        total = tg.rand(1).item()
        for _ in range(self.count):
            total += tg.rand(1).item()
            yield total
