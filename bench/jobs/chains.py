"""What fusing is worth: GELU by its tanh formula, with a bias, forward and backward, large and small.

Captured with its elementwise steps in generated loops; captured without kernels and so without loops; run eagerly; and
in PyTorch, eagerly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..timing import Comparison, compare, interleave

SHAPES = ((4096, 1024), (64, 128))


def gelu(
    framework: Any, tensor: Callable[[Any], Any], shape: tuple[int, int], capture: Any = None
) -> Callable[[], Any]:
    """Return the program, written once for both frameworks, and captured if that is asked for."""
    rng = np.random.default_rng(0)
    x, b, g = (tensor(rng.normal(size=n).astype(np.float32)) for n in (shape, shape[1:], shape))
    x.requires_grad_()
    b.requires_grad_()

    def step(x: Any, b: Any, g: Any) -> Any:
        x.grad = b.grad = None
        inner = x + b
        y = 0.5 * inner * (1 + framework.tanh(0.7978845608 * (inner + 0.044715 * inner * inner * inner)))
        y.backward(g)
        return y.detach()

    if capture is not None:
        step = capture(step)
        step(x, b, g)
    return lambda: step(x, b, g)


def run(quick: bool = False) -> list[Comparison]:
    """Time the chain at both sizes."""
    import torch

    import tinygrad_zh as tg
    from tinygrad_zh.backend.devices import kernels_off

    results = []
    for shape in SHAPES:
        with kernels_off():
            unfused = gelu(tg, tg.from_numpy, shape, tg.jit)
        programs = {
            "tinygrad_zh": gelu(tg, tg.from_numpy, shape, tg.jit),
            "captured, not fused": unfused,
            "tinygrad_zh eager": gelu(tg, tg.from_numpy, shape),
            "torch": gelu(torch, torch.from_numpy, shape),
        }
        large = shape == SHAPES[0]
        rounds, calls = (5 if quick else 30), (2 if large else 50 if quick else 200)
        seconds = interleave(programs, rounds, calls)
        job, unit = f"GELU chain, {shape[0]}×{shape[1]}", "ms, forward and backward"
        results.append(compare(job, unit, "tinygrad_zh", seconds, {"torch": 0.65}, 1e3))
    return results
