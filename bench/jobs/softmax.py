"""Softmax along rows that fit a fast cache (4096 × 1024) and rows of a vocabulary (128 × 50257): forward, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..timing import Comparison, compare, interleave

SHAPES = ((4096, 1024), (128, 50257))


def programs(function: Callable[..., Any], *arrays: Any) -> dict[str, dict[str, Callable[[], Any]]]:
    """Return ``function(framework, x, *more)`` forward, and forward and back, in both frameworks, on the same data.

    Parameters
    ----------
    function : callable
        Of the framework and of tensors that require gradients, to a tensor of the shape of the first array.
    *arrays : array
        The cotangent, then the operands.
    """
    import torch

    import tinygrad_zh as tg

    def written_for(framework: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
        g, *operands = [framework.tensor(x) for x in arrays]
        leaves = [framework.tensor(x, requires_grad=True) for x in arrays[1:]]

        def both() -> None:
            function(framework, *leaves).backward(g)
            for leaf in leaves:
                leaf.grad = None

        return lambda: function(framework, *operands), both

    ours, theirs = written_for(tg), written_for(torch)
    names = ("forward", "forward and backward")
    return {n: {"tinygrad_zh": a, "torch": b} for n, a, b in zip(names, ours, theirs, strict=True)}


def numbers(*shapes: tuple[int, ...]) -> list[np.ndarray[Any, Any]]:
    """Return normally distributed float32 numbers of each shape."""
    generator = np.random.default_rng(0)
    return [generator.standard_normal(shape).astype(np.float32) for shape in shapes]


def timed(
    job: str, function: Callable[..., Any], arrays: list[Any], limits: tuple[float | None, float], quick: bool
) -> list[Comparison]:
    """Time a function forward, and forward and back, and compare with these limits; None: do not time it."""
    found = []
    for (name, pair), limit in zip(programs(function, *arrays).items(), limits, strict=True):
        if limit is not None:
            seconds = interleave(pair, 3 if quick else 40, 1 if quick else 3)
            found.append(compare(f"{job}, {name}", "ms", "tinygrad_zh", seconds, {"torch": limit}, 1e3))
    return found


def run(quick: bool = False) -> list[Comparison]:
    """Time softmax and its pullback."""
    results = []
    for shape in SHAPES:
        if quick:
            shape = (shape[0] // 16, shape[1])
        job, arrays = f"softmax {shape[0]} × {shape[1]}", numbers(shape, shape)
        results += timed(job, lambda framework, x: framework.softmax(x, -1), arrays, (0.75, 0.80), quick)
    return results
