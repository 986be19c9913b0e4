"""Layer normalisation of 4096 × 1024 numbers with weight and bias, forward and back."""

from __future__ import annotations

from ..timing import Comparison
from .softmax import numbers, timed


def run(quick: bool = False) -> list[Comparison]:
    """Time layer norm."""
    shape = (256 if quick else 4096, 1024)
    return timed(
        f"layer norm {shape[0]} × {shape[1]}",
        lambda framework, x, weight, bias: framework.nn.functional.layer_norm(x, shape[1:], weight, bias),
        numbers(shape, shape, shape[1:], shape[1:]),
        (None, 0.95),
        quick,
    )
