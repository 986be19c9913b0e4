"""The third article's CNN on digits, batch 64: zero_grad, forward, loss, backward, Adam's step, item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..timing import Comparison, compare, interleave
from .mlp import BATCH, data


def article_loop(framework: Any, tensor: Callable[[Any], Any], channels_last: bool = False) -> Callable[[], float]:
    """Return one step of the article's loop, written once for both frameworks: only the import differs."""
    nn, optim = framework.nn, framework.optim

    class CNN(nn.Module):  # type: ignore[misc]  # the base class is a value here
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(1, 32, 3, padding=1)
            self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
            self.pool = nn.MaxPool2d(2, 2)
            self.fc1 = nn.Linear(64 * 7 * 7, 128)
            self.fc2 = nn.Linear(128, 10)

        def forward(self, x: Any) -> Any:
            x = self.pool(framework.relu(self.conv1(x)))
            x = self.pool(framework.relu(self.conv2(x)))
            x = framework.relu(self.fc1(framework.flatten(x, 1)))
            return self.fc2(x)

    model, criterion = CNN(), nn.CrossEntropyLoss()
    if channels_last:
        model = model.to(memory_format=framework.channels_last)
    optimiser = optim.Adam(model.parameters(), lr=0.001)
    x, y = data()
    images = np.ascontiguousarray(x.reshape(-1, 1, 28, 28))
    batches = [(tensor(images[i : i + BATCH]), tensor(y[i : i + BATCH])) for i in range(0, len(x), BATCH)]
    position = [0]

    def step() -> float:
        inputs, labels = batches[position[0] % len(batches)]
        position[0] += 1
        optimiser.zero_grad()
        loss = criterion(model(inputs), labels)
        loss.backward()
        optimiser.step()
        return float(loss.item())

    return step


def run(quick: bool = False) -> list[Comparison]:
    """Time a training step."""
    import torch

    import tinygrad_zh as tg

    programs = {
        "tinygrad_zh": article_loop(tg, tg.from_numpy),
        "torch": article_loop(torch, torch.from_numpy),
        "torch channels_last": article_loop(torch, torch.from_numpy, channels_last=True),
    }
    seconds = interleave(programs, 3 if quick else 25, 1)
    limit = {"torch": 0.80, "torch channels_last": 1.0}
    return [compare("CNN step, adam", "ms per step", "tinygrad_zh", seconds, limit, 1e3)]
