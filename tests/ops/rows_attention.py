"""Rows of ``ops/attention.py``."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from .tables import Array, Row, Source, normal, row


def attention(q: Array, k: Array, v: Array, mask: Any = None, causal: bool = False, scale: Any = None) -> Array:
    """Without care for overflow."""
    scores = q @ np.swapaxes(k, -1, -2) * (1 / math.sqrt(q.shape[-1]) if scale is None else scale)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf) if mask.dtype.kind == "b" else scores + mask
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -np.inf)
    e = np.exp(scores)
    total = e.sum(-1, keepdims=True)
    return np.asarray(e / np.where(total == 0, 1, total) @ v)


def by_heads(q: Array, k: Array, v: Array, mask: Any = None, **options: Any) -> Array:
    """Attention whose keys and values serve several heads of the query."""
    k, v = (np.repeat(x, q.shape[-3] // x.shape[-3], axis=-3) for x in (k, v))
    return attention(q, k, v, mask, **options)


def bools(*shape: int) -> Source:
    """Where a query may look; the first one may look nowhere."""

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        mask = rng.random(size=shape) < 0.7
        mask[..., 0, :] = False
        return np.asarray(mask)

    return Source(draw, shape)


def attending(case: str, *operands: Source, reference: Any = attention, **options: Any) -> Row:
    """A row with these options of the function."""
    name = "nn.functional.scaled_dot_product_attention"
    passed = {ours: options[theirs] for ours, theirs in SHORTER.items() if theirs in options}
    return row(
        name + case,
        lambda m, *xs: m.nn.functional.scaled_dot_product_attention(*xs, **options),
        *operands,
        np=lambda *xs: reference(*xs, **passed),
    )


SHORTER = {"causal": "is_causal", "scale": "scale"}
q, k, v = normal(2, 2, 3), normal(2, 3, 3), normal(2, 3, 2)

ROWS = [
    attending("", q, k, v),
    attending("/matrices, scaled", normal(2, 2), normal(3, 2), normal(3, 1), scale=0.3),
    attending("/causal", normal(1, 3, 2), normal(1, 3, 2), normal(1, 3, 2), is_causal=True),
    attending("/causal, more keys", q, k, v, is_causal=True),
    attending("/numbers as mask", q, k, v, normal(2, 3)),
    attending("/bools as mask", q, k, v, bools(2, 3)),
    attending("/bools of every head", q, k, v, bools(2, 1, 3)),
    attending("/keys shared by the batch", q, normal(1, 3, 3), normal(2, 3, 2)),
    attending("/grouped heads", normal(4, 2, 2), normal(2, 3, 2), normal(2, 3, 1), reference=by_heads, enable_gqa=True),
    attending(
        "/grouped heads, masked",
        normal(4, 2, 2),
        normal(2, 2, 2),
        normal(2, 2, 1),
        normal(4, 2, 2),
        reference=by_heads,
        enable_gqa=True,
    ),
    attending(
        "/fewer heads of values", normal(4, 2, 1), normal(2, 2, 1), normal(1, 2, 2), reference=by_heads, enable_gqa=True
    ),
    # PyTorch asks for floats only where there is something to compute
    dataclasses.replace(
        attending("/no keys", normal(2, 2), normal(0, 2), normal(0, 3), reference=lambda q, k, v: np.zeros((2, 3))),
        integers=False,
    ),
]
