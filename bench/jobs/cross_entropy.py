"""Cross-entropy of 4096 × 1024 and 128 × 50257 logits, forward and back, plain and with its options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..timing import Comparison, compare, interleave
from .softmax import SHAPES, numbers


def written_for(framework: Any, x: Any, target: Any, weight: Any, smoothing: float) -> Callable[[], None]:
    """Return one forward and backward pass."""
    x, target = framework.tensor(x, requires_grad=True), framework.tensor(target)
    weight = None if weight is None else framework.tensor(weight)

    def program() -> None:
        loss = framework.nn.functional.cross_entropy(x, target, weight, label_smoothing=smoothing)
        loss.backward()
        x.grad = None

    return program


def run(quick: bool = False) -> list[Comparison]:
    """Time the loss of class indices, and with weights and smoothing."""
    import torch

    import tinygrad_zh as tg

    results = []
    for rows, classes in SHAPES:
        if quick:
            rows = rows // 16
        x, weight = numbers((rows, classes), (classes,))
        target = np.random.default_rng(1).integers(0, classes, rows)
        cases: tuple[tuple[str, tuple[Any, float], dict[str, float]], ...] = (
            ("", (None, 0.0), {"torch": 0.40}),
            (", weights", (abs(weight), 0.0), {}),
            (", weights and smoothing", (abs(weight), 0.1), {}),
        )
        for name, options, limit in cases:
            pair = {
                "tinygrad_zh": written_for(tg, x, target, *options),
                "torch": written_for(torch, x, target, *options),
            }
            seconds = interleave(pair, 3 if quick else 40, 1 if quick else 3)
            job = f"cross-entropy {rows} × {classes}{name}"
            results.append(compare(job, "ms, forward and backward", "tinygrad_zh", seconds, limit, 1e3))
    return results
