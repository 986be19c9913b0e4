"""Similarity and distance of vectors as layers.

May import: floors 0–2, ``layer``, ``functional``.  Read next: ``loss.py``.
"""

from __future__ import annotations

from typing import Any

from . import functional as F
from .layer import Layer


class CosineSimilarity(Layer):
    """x₁·x₂ / (‖x₁‖ ‖x₂‖) along `dim`; norms are at least `eps`."""

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1: Any, x2: Any) -> Any:
        """Apply ``F.cosine_similarity``."""
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Layer):
    """The `p`-norm of x₁ − x₂ + `eps` along the last dimension."""

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1: Any, x2: Any) -> Any:
        """Apply ``F.pairwise_distance``."""
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
