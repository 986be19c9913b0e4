"""A Sampler of one's own, as in PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import data


@pytest.mark.parametrize("library", [data, torch.utils.data])
def test_a_sampler_of_ones_own(library: Any) -> None:
    class Backward(library.Sampler):  # type: ignore[misc, name-defined]
        def __init__(self, count: int) -> None:
            self.count = count

        def __iter__(self) -> Iterator[int]:
            return iter(range(self.count - 1, -1, -1))

        def __len__(self) -> int:
            return self.count

    values = np.arange(5.0)
    tensor = tg.tensor(values) if library is data else torch.tensor(values)
    loader = library.DataLoader(library.TensorDataset(tensor), batch_size=2, sampler=Backward(5))
    assert [batch[0].tolist() for batch in loader] == [[4.0, 3.0], [2.0, 1.0], [0.0]]
    assert len(loader) == 3 and isinstance(Backward(5), library.Sampler)


@pytest.mark.parametrize("library", [data, torch.utils.data])
def test_nobody_is_a_worker_here(library: Any) -> None:
    assert library.get_worker_info() is None
