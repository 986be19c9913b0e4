"""The training steps of two MLPs, captured by ``jit``, eager, and in eager PyTorch; one thread each, the same data.

The article's, 784-128-64-10 with SGD and momentum, batch 64; and 784-256-128-64-10 with Adam, batch 128.  Each call
hands on the next batch and reads the loss.  PyTorch's optimisers are its fused ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..timing import Comparison, compare, interleave
from .mlp import data


class Job(NamedTuple):
    """A network, how it is trained, and what the ratio to PyTorch must not exceed."""

    name: str
    widths: tuple[int, ...]
    batch: int
    optimizer: str
    options: dict[str, Any]
    limit: float


JOBS = (
    Job("MLP step captured, sgd", (784, 128, 64, 10), 64, "SGD", {"lr": 0.01, "momentum": 0.9}, 0.45),
    Job("wider MLP step captured, adam", (784, 256, 128, 64, 10), 128, "Adam", {"lr": 0.001}, 0.70),
)


def training(
    framework: Any, tensor: Callable[[Any], Any], job: Job, capture: Any = None, **options: Any
) -> Callable[[], float]:
    """Return one step over the next batch, written once for both frameworks, and captured if that is asked for."""
    nn = framework.nn
    layers: list[Any] = []
    for i, (wide, narrow) in enumerate(zip(job.widths, job.widths[1:], strict=False)):
        layers += [nn.ReLU()] * (i > 0) + [nn.Linear(wide, narrow)]
    net, criterion = nn.Sequential(*layers), nn.CrossEntropyLoss()
    optimizer = getattr(framework.optim, job.optimizer)(net.parameters(), **job.options, **options)

    def step(inputs: Any, labels: Any) -> Any:
        optimizer.zero_grad()
        loss = criterion(net(inputs), labels)
        loss.backward()
        optimizer.step()
        return loss

    x, y = data()
    places = range(0, len(x) - job.batch + 1, job.batch)
    batches = [(tensor(np.array(x[i : i + job.batch])), tensor(np.array(y[i : i + job.batch]))) for i in places]
    take = capture(step) if capture is not None else step
    position = [0]

    def one() -> float:
        position[0] += 1
        return float(take(*batches[position[0] % len(batches)]).item())

    return one


def run(quick: bool = False) -> list[Comparison]:
    """Time both steps."""
    import torch

    import tinygrad_zh as tg

    rounds, calls = (10, 20) if quick else (60, 50)
    results = []
    for job in JOBS:
        programs = {
            "tinygrad_zh": training(tg, tg.from_numpy, job, tg.jit),
            "tinygrad_zh eager": training(tg, tg.from_numpy, job),
            "torch": training(torch, torch.from_numpy, job, fused=True),
        }
        seconds = interleave(programs, rounds, calls)
        results.append(compare(job.name, "µs per step", "tinygrad_zh", seconds, {"torch": job.limit}, 1e6))
    return results
