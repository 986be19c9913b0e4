"""GELU of 4096 × 1024 numbers, by the error function and by tanh, forward and back."""

from __future__ import annotations

from ..timing import Comparison
from .softmax import numbers, timed


def run(quick: bool = False) -> list[Comparison]:
    """Time GELU."""
    shape = (256 if quick else 4096, 1024)
    results = []
    for approximate in ("none", "tanh"):
        results += timed(
            f"GELU {shape[0]} × {shape[1]}, {approximate}",
            lambda framework, x, approximate=approximate: framework.nn.functional.gelu(x, approximate=approximate),
            numbers(shape, shape),
            (None, 0.90),
            quick,
        )
    return results
