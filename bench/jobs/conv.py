"""Two convolutions of 3 × 3, one after the other, forward and backward to both kernels, on batches of 64 images.

PyTorch twice: as it is, and with its memory format channels_last, which on some sizes is the quicker one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..timing import Comparison, compare, interleave

BATCH = 64
SIZES = ((1, 28, 1), (1, 28, 0), (3, 32, 1), (3, 32, 0))
"""Channels, height and width, padding: digits, and small photographs."""


def convolutions(framework: Any, tensor: Callable[[Any], Any], arrays: list[Any], padding: int) -> Callable[[], None]:
    """Return the program, on images, the cotangent of the results, and the parameters."""
    conv2d = framework.nn.functional.conv2d
    image, cotangent, *parameters = [tensor(array) for array in arrays]
    for parameter in parameters:
        parameter.requires_grad_()
    weight1, bias1, weight2, bias2 = parameters

    def program() -> None:
        y = conv2d(conv2d(image, weight1, bias1, padding=padding), weight2, bias2, padding=padding)
        y.backward(cotangent)
        for parameter in parameters:
            parameter.grad = None

    return program


def run(quick: bool = False) -> list[Comparison]:
    """Time them."""
    import torch

    import tinygrad_zh as tg

    def channels_last(array: Any) -> Any:
        x = torch.from_numpy(array)
        return x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x

    results = []
    for channels, size, padding in SIZES[:1] if quick else SIZES:
        rng = np.random.default_rng(0)
        left = size + 2 * (2 * padding - 2)
        shapes = (
            (BATCH, channels, size, size),
            (BATCH, 64, left, left),
            (32, channels, 3, 3),
            (32,),
            (64, 32, 3, 3),
            (64,),
        )
        arrays = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
        programs = {
            "tinygrad_zh": convolutions(tg, tg.from_numpy, arrays, padding),
            "torch": convolutions(torch, torch.from_numpy, arrays, padding),
            "torch channels_last": convolutions(torch, channels_last, arrays, padding),
        }
        seconds = interleave(programs, 3 if quick else 20, 1)
        title = f"conv2d {channels}→32→64 on {size}², padding {padding}"
        limit = {"torch": 0.80, "torch channels_last": 0.80}
        results.append(compare(title, "ms forward and backward", "tinygrad_zh", seconds, limit, 1e3))
    return results
