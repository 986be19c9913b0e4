"""Ten times the nodes, at most twelve times the time: 100,000 and 1,000,000 nodes in one chain."""

from __future__ import annotations

import time
from typing import Any

from ..timing import Comparison, compare


def seconds_for(framework: Any, nodes: int) -> float:
    """Build a chain of `nodes` additions, sweep it, and let it go."""
    x = framework.ones(4, requires_grad=True)
    start = time.perf_counter()
    y = x
    for _ in range(nodes):
        y = y + 1.0
    y.sum().backward()
    del y
    return time.perf_counter() - start


def run(quick: bool = False) -> list[Comparison]:
    """Compare the time of ten times the nodes with the time of the nodes; and with PyTorch's."""
    import torch

    import tinygrad_zh as tg

    few = 10_000 if quick else 100_000
    numbers: dict[str, list[float]] = {f"{10 * few} nodes": [], f"{few} nodes": []}
    beside: dict[str, list[float]] = {"tinygrad_zh": [], "torch": []}
    for _ in range(3):
        numbers[f"{few} nodes"].append(seconds_for(tg, few))
        numbers[f"{10 * few} nodes"].append(seconds_for(tg, 10 * few))
        beside["tinygrad_zh"].append(seconds_for(tg, few))
        beside["torch"].append(seconds_for(torch, few))
    return [
        compare("growth of a chain", "s", f"{10 * few} nodes", numbers, {f"{few} nodes": 12.0}),
        compare(f"chain of {few} nodes", "s", "tinygrad_zh", beside, {}),
    ]
