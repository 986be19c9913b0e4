"""Attention, of 4 × 8 heads and 512 tokens, 8 heads and 2048, 4 heads and 8192, of size 64; causal or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..timing import Comparison, compare, interleave

SHAPES = ((4, 8, 512, 64), (1, 8, 2048, 64), (1, 4, 8192, 64))
QUICK = ((1, 2, 256, 64),)
LIMITS = {"forward": {"torch": 1.05}, "forward and backward": {"torch": 1.0}}


def both_ways(framework: Any, shape: tuple[int, ...], causal: bool) -> dict[str, Callable[[], object]]:
    """Return the program forward, and the one forward and backward."""
    rng = np.random.default_rng(0)
    q, k, v, g = (framework.from_numpy(rng.standard_normal(shape, dtype=np.float32)) for _ in range(4))
    for x in (q, k, v):
        x.requires_grad_()

    def forward() -> Any:
        return framework.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal)

    def backward() -> None:
        forward().backward(g)
        q.grad = k.grad = v.grad = None

    return {"forward": forward, "forward and backward": backward}


def run(quick: bool = False) -> list[Comparison]:
    """Time all shapes; of the longest sequences a round takes seconds."""
    import torch

    import tinygrad_zh as tg

    results = []
    for shape in QUICK if quick else SHAPES:
        for causal in (False, True):
            programs = {n: both_ways(m, shape, causal) for n, m in (("tinygrad_zh", tg), ("torch", torch))}
            for direction, limit in LIMITS.items():
                seconds = interleave({n: p[direction] for n, p in programs.items()}, 5 if shape[2] > 4096 else 15, 1)
                job = f"attention {shape}{', causal' if causal else ''}: {direction}"
                results.append(compare(job, "ms", "tinygrad_zh", seconds, limit, 1e3))
    return results
