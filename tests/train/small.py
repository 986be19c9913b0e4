"""A problem that trains in milliseconds, with everything that a resumed run could get wrong: shuffling by the
default generator or by one of the loader's own, dropout, and an optimiser with a state."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

import tinygrad_zh as tg
from tinygrad_zh import nn, optim
from tinygrad_zh.data.dataset import TensorDataset
from tinygrad_zh.data.loader import DataLoader
from tinygrad_zh.train import Epoch

EXAMPLES, BATCH_SIZE, STEPS = 60, 7, 9


def data() -> TensorDataset:
    """Points in three classes: the largest of three of their coordinates."""
    points = np.random.default_rng(5).standard_normal((EXAMPLES, 6)).astype(np.float32)
    return TensorDataset(points, points[:, :3].argmax(1))


class Problem:
    """Model, loss, optimiser and loader, all from one seed."""

    def __init__(self, *, optimizer: str = "adam", own_generator: bool = True, seed: int = 3) -> None:
        tg.manual_seed(seed)
        self.model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 3))
        kinds: dict[str, Any] = {
            "adam": lambda p: optim.Adam(p, lr=0.02),
            "sgd": lambda p: optim.SGD(p, lr=0.1, momentum=0.9),
        }
        self.optimizer = kinds[optimizer](self.model.parameters())
        self.loss = nn.CrossEntropyLoss()
        generator = tg.Generator().manual_seed(seed) if own_generator else None
        self.loader = DataLoader(data(), batch_size=BATCH_SIZE, shuffle=True, generator=generator)
        self.validation = DataLoader(data(), batch_size=25)

    @property
    def parts(self) -> tuple[Any, Any, Any, Any]:
        """What `fit` takes first."""
        return self.model, self.loss, self.optimizer, self.loader

    def weights(self) -> dict[str, bytes]:
        """The model's values, bit for bit."""
        return {name: tensor.array.tobytes() for name, tensor in self.model.state_dict().items()}


def without_times(history: list[Epoch]) -> list[dict[str, Any]]:
    """The history but for what the clock says."""
    return [{name: value for name, value in asdict(epoch).items() if not name.endswith("_s")} for epoch in history]
