"""The articles' own loop on their MLP, 784-128-64-10, batch 64: zero_grad, forward, loss, backward, step, item.

Logits are kept (``outputs``), as in the article; PyTorch runs eagerly; one thread each; the same data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..timing import Comparison, compare, interleave

BATCH, BATCHES = 64, 50


def data() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return BATCHES batches of real digits: pixels in [0, 1] and classes."""
    from tinygrad_zh.data import mnist

    images = mnist("train", source="subset")
    x = images.images[: BATCH * BATCHES].reshape(-1, 784).astype(np.float32) / 255
    return x, images.labels[: BATCH * BATCHES].astype(np.int64)


def article_loop(
    framework: Any, tensor: Callable[[Any], Any], optimizer: str, device: str = "cpu"
) -> Callable[[], float]:
    """Return one step of the article's loop, written once for both frameworks: only the import differs."""
    nn, optim = framework.nn, framework.optim

    class Net(nn.Module):  # type: ignore[misc]  # the base class is a value here
        def __init__(self) -> None:
            super().__init__()
            self.fc1 = nn.Linear(784, 128)
            self.fc2 = nn.Linear(128, 64)
            self.fc3 = nn.Linear(64, 10)

        def forward(self, x: Any) -> Any:
            x = framework.flatten(x, 1)
            x = framework.relu(self.fc1(x))
            x = framework.relu(self.fc2(x))
            return self.fc3(x)

    net = Net().to(device)
    criterion = nn.CrossEntropyLoss()
    if optimizer == "sgd":
        optimiser = optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    else:
        optimiser = optim.Adam(net.parameters(), lr=0.001)
    x, y = data()
    batches = [(tensor(x[i : i + BATCH]), tensor(y[i : i + BATCH])) for i in range(0, len(x), BATCH)]
    position = [0]

    def step() -> float:
        inputs, labels = batches[position[0] % len(batches)]
        position[0] += 1
        optimiser.zero_grad()
        outputs = net(inputs)
        loss = criterion(outputs, labels)
        loss.backward()
        optimiser.step()
        return float(loss.item())

    return step


def run(quick: bool = False) -> list[Comparison]:
    """Time a training step, with SGD and momentum (the article's) and with Adam."""
    import torch

    import tinygrad_zh as tg

    rounds, calls = (10, 20) if quick else (60, 50)
    results = []
    for optimizer, limit in (("sgd", {"torch": 0.80}), ("adam", {})):
        programs = {
            "tinygrad_zh": article_loop(tg, tg.from_numpy, optimizer),
            "torch": article_loop(torch, torch.from_numpy, optimizer),
        }
        seconds = interleave(programs, rounds, calls)
        results.append(compare(f"MLP step, {optimizer}", "µs per step", "tinygrad_zh", seconds, limit, 1e6))
    return results
