"""A training step on any device, for the tests of the double and of a real GPU."""

from __future__ import annotations

from typing import Any

import numpy as np

import tinygrad_zh as tg
from tinygrad_zh import nn, optim


def trained(device: str, optimizer: str, capture: Any = lambda step: step) -> tuple[list[float], list[Any]]:
    """Train an MLP with dropout for ten steps; return the losses and the weights."""
    rng = np.random.default_rng(0)
    tg.manual_seed(0)
    net = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 4)).to(device)
    opt = getattr(optim, optimizer)(net.parameters(), lr=0.05)
    scale = tg.full((20,), 0.5, device=device)

    def step(inputs: Any, labels: Any, factor: float) -> Any:
        opt.zero_grad()
        penalty = sum((p * p).sum() for p in net.parameters()) * factor
        loss = tg.cross_entropy(net(inputs * scale), labels) + penalty
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        opt.step()
        return loss

    take = capture(step)
    losses = []
    for i in range(10):
        inputs = tg.tensor(rng.normal(size=(32, 20)).astype("float32"), device=device)
        labels = tg.tensor(rng.integers(0, 4, 32), device=device)
        losses.append(float(take(inputs, labels, 0.01 / (i + 1)).item()))
    if capture is tg.jit:
        assert take.captures == 1 and take.plan.backend.device == net[0].weight.device
    return losses, list(net.parameters())
