"""What one small op costs: a chain of 100 multiplications of 4 elements, forward and backward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..timing import Comparison, compare, interleave

OPS = 100


def chain(x: Any) -> Callable[[], None]:
    """Return a program that multiplies `x` by itself again and again, and goes back."""

    def program() -> None:
        y = x
        for _ in range(OPS):
            y = y * x
        y.sum().backward()
        x.grad = None

    return program


def run(quick: bool = False) -> list[Comparison]:
    """Time the chain."""
    import torch

    import tinygrad_zh as tg

    programs = {
        "tinygrad_zh": chain(tg.ones(4, requires_grad=True)),
        "torch": chain(torch.ones(4, requires_grad=True)),
    }
    seconds = interleave(programs, 10 if quick else 100, 5 if quick else 20)
    return [compare("tiny ops", "µs per op, forward and backward", "tinygrad_zh", seconds, {"torch": 0.60}, 1e6 / OPS)]
