"""Training from random data with workers: a stopped run goes on bit for bit, whatever the number of workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tinygrad_zh as tg
from tinygrad_zh import nn, optim
from tinygrad_zh.data import DataLoader, Dataset, IterableDataset
from tinygrad_zh.data import transforms as T
from tinygrad_zh.train import fit


class Pictures(Dataset):
    change = T.Compose([T.RandomCrop(6, padding=1), T.RandomHorizontalFlip(), T.RandomErasing(0.3)])

    def __len__(self) -> int:
        return 22

    def __getitem__(self, index: int) -> Any:
        return self.change(tg.full((1, 6, 6), index / 22)), index % 3


class Stream(IterableDataset):
    """Shuffled within a buffer: what comes next depends on all the draws before."""

    def __iter__(self) -> Iterator[Any]:
        pictures, buffer = Pictures(), list(range(4))
        for i in range(4, 22 + 4):
            place = int(tg.randint(len(buffer), (1,)).item())
            yield pictures[buffer[place]]
            if i < 22:
                buffer[place] = i
            else:
                buffer.pop(place)


class Stopped(Exception):
    pass


def run(kind: Any, workers: int, steps: int | None = None, **options: Any) -> tuple[dict[str, bytes], Any]:
    tg.manual_seed(3)
    model = nn.Sequential(nn.Flatten(), nn.Linear(36, 8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 3))
    dataset, done = kind(), 0
    loader = DataLoader(dataset, 4, shuffle=kind is Pictures, num_workers=workers)
    criterion = nn.CrossEntropyLoss()

    def loss(outputs: Any, targets: Any) -> Any:
        nonlocal done
        if done == steps:
            raise Stopped
        done += 1
        return criterion(outputs, targets)

    history = fit(model, loss, optim.Adam(model.parameters()), loader, epochs=2, progress="off", **options)
    return {name: x.numpy(force=True).tobytes() for name, x in model.state_dict().items()}, history[-1].train_loss


@pytest.mark.parametrize("kind", [Pictures, Stream])
@pytest.mark.parametrize(("before", "after"), [(0, 2), (2, 0), (2, 3)])
@pytest.mark.parametrize("steps", [1, 4, 8])
def test_a_stopped_run_goes_on_bit_for_bit(kind: Any, before: int, after: int, steps: int, tmp_path: Path) -> None:
    expected = run(kind, 0)
    path = tmp_path / "run.safetensors"
    with pytest.raises(Stopped):
        run(kind, before, steps, checkpoint=path, checkpoint_every=1)
    assert run(kind, after, resume=path) == expected
