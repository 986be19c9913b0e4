"""The articles' training step on a GPU, through CuPy, beside PyTorch on the same GPU.  Only where there is one.

    python -m bench cuda

Every step reads its loss (``item``), so each timing ends when the GPU has finished.
"""

from __future__ import annotations

from ..timing import Comparison, compare, interleave
from .mlp import article_loop


def run(quick: bool = False) -> list[Comparison]:
    """Time a training step of batch 64, the article's, with SGD and with Adam."""
    import torch

    import tinygrad_zh as tg

    results = []
    for optimizer in ("sgd", "adam"):
        programs = {
            "tinygrad_zh": article_loop(tg, lambda x: tg.from_numpy(x).to("cuda"), optimizer, "cuda"),
            "torch": article_loop(torch, lambda x: torch.from_numpy(x).to("cuda"), optimizer, "cuda"),
        }
        seconds = interleave(programs, 10 if quick else 40, 20 if quick else 50)
        results.append(compare(f"MLP step on a GPU, {optimizer}", "µs per step", "tinygrad_zh", seconds, {}, 1e6))
    return results
