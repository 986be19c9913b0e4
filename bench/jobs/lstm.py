"""An LSTM of two layers, 100 → 128, over 100 steps of 32 sequences; and a GRU and an RNN of the same sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..timing import Comparison, compare, interleave

STEPS, BATCH, WIDTH, UNITS, LAYERS = 100, 32, 100, 128, 2
LIMITS = {"LSTM": {"torch": 0.75}, "GRU": {}, "RNN": {}}


def both_ways(framework: Any, kind: str) -> Callable[[], None]:
    """Return the program forward and backward."""
    rng = np.random.default_rng(0)
    layer = getattr(framework.nn, kind)(WIDTH, UNITS, LAYERS)
    x, g = (framework.from_numpy(rng.standard_normal((STEPS, BATCH, n), dtype=np.float32)) for n in (WIDTH, UNITS))

    def program() -> None:
        layer.zero_grad()
        layer(x)[0].backward(g)

    return program


def run(quick: bool = False) -> list[Comparison]:
    """Time all three."""
    import torch

    import tinygrad_zh as tg

    results = []
    for kind, limit in LIMITS.items():
        programs = {n: both_ways(m, kind) for n, m in (("tinygrad_zh", tg), ("torch", torch))}
        seconds = interleave(programs, 5 if quick else 40, 1)
        results.append(compare(f"{kind}: forward and backward", "ms", "tinygrad_zh", seconds, limit, 1e3))
    return results
