"""Rows of ``ops/similarity.py``, of embeddings by bags, and of dropout of channels as far as nothing is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np

from .rows_indexing import embedding, given
from .rows_piecewise import through
from .tables import Array, Row, normal, row

F = "nn.functional."


def length(x: Array, p: float = 2, axis: Any = -1) -> Array:
    """The p-norm, the dimension kept."""
    return np.asarray((np.abs(x) ** p).sum(axis, keepdims=True) ** (1 / p))


def cosine(x: Array, y: Array, axis: int) -> Array:
    """Of vectors that are not 0."""
    return np.asarray((x / length(x, 2, axis) * y / length(y, 2, axis)).sum(axis))


index = given([0, 1, 1, 3, 2, 1])
starts = given([0, 2, 2, 5])
BAGS = ([0, 2], [2, 2], [2, 5], [5, 6])


def bags(reduce: Any, i: Array, w: Array, weights: Any = None, skipped: int = -1) -> Array:
    """Every bag by itself; empty ones are zeros."""
    weights = np.ones(len(i)) if weights is None else weights
    found = []
    for first, end in BAGS:
        rows = [weights[j] * w[i[j]] for j in range(first, end) if i[j] != skipped]
        found.append(reduce(rows, 0) if rows else np.zeros(w.shape[1]))
    return np.array(found)


def bagged(case: str, mode: str, **options: Any) -> Row:
    """Bags of a table."""
    reduce = {"sum": np.sum, "mean": np.mean, "max": np.max}[mode]
    skipped = options.get("padding_idx", -1) % 4 if "padding_idx" in options else -1
    return row(
        F + "embedding_bag" + case,
        lambda m, i, o, w: m.nn.functional.embedding_bag(i, w, o, mode=mode, **options),
        index,
        starts,
        normal(4, 2),
        np=lambda i, o, w: bags(reduce, i, w, skipped=skipped),
        slope="padding_idx" not in options,  # its row is not trained
    )


x23, y23 = normal(2, 3), normal(2, 3)
still = {
    "dropout1d": (2, 3),
    "dropout2d": (1, 2, 1, 2),
    "dropout3d": (2, 1, 1, 2),
    "alpha_dropout": (3,),
    "feature_alpha_dropout": (2, 2),
}

ROWS = [
    row(F + "normalize", lambda m, x: m.nn.functional.normalize(x), x23, np=lambda x: x / length(x)),
    row(
        F + "normalize/dims",
        lambda m, x: m.nn.functional.normalize(x, 3.0, (0, -1)),
        normal(2, 2, 2),
        np=lambda x: x / length(x, 3, (0, 2)),
    ),
    row("cosine_similarity", lambda m, x, y: m.cosine_similarity(x, y), x23, y23, np=lambda x, y: cosine(x, y, 1)),
    row(
        "cosine_similarity/broadcast",
        lambda m, x, y: m.cosine_similarity(x, y, dim=0),
        normal(3, 2),
        normal(2),
        np=lambda x, y: cosine(x, np.ones((3, 1)) * y, 0),
    ),
    row(
        "pairwise_distance",
        lambda m, x, y: m.pairwise_distance(x, y),
        x23,
        y23,
        np=lambda x, y: length(x - y + 1e-6)[..., 0],
    ),
    row(
        "pairwise_distance/p",
        lambda m, x, y: m.pairwise_distance(x, y, 3, 0.1, True),
        x23,
        normal(3),
        np=lambda x, y: length(x - y + 0.1, 3),
    ),
    row(
        F + "bilinear",
        lambda m, x, y, w, b: m.nn.functional.bilinear(x, y, w, b),
        normal(2, 2),
        x23,
        normal(2, 2, 3),
        normal(2),
        np=lambda x, y, w, b: np.einsum("ni,oij,nj->no", x, w, y) + b,
    ),
    row(
        "bilinear/vectors",
        lambda m, x, y, w: m.bilinear(x, y, w),
        normal(2),
        normal(3),
        normal(2, 2, 3),
        np=lambda x, y, w: np.einsum("i,oij,j->o", x, w, y),
    ),
    row(
        "embedding/by frequency",
        lambda m, i, w: embedding(m)(i, w, scale_grad_by_freq=True),
        given([[0, 2], [2, 1]]),
        normal(4, 3),
        np=lambda i, w: w[i],
        slope=False,  # the gradient is divided by how often a row was looked up
    ),
    *(bagged("/" + mode, mode) for mode in ("sum", "mean", "max")),
    *(bagged(f"/{mode} without padding", mode, padding_idx=-3) for mode in ("sum", "mean", "max")),
    row(
        F + "embedding_bag",
        lambda m, i, w: m.nn.functional.embedding_bag(i, w),
        given([[0, 2], [2, 1]]),
        normal(4, 3),
        np=lambda i, w: w[i].mean(1),
    ),
    row(
        F + "embedding_bag/weighted",
        lambda m, i, o, w, s: m.nn.functional.embedding_bag(i, w, o, mode="sum", per_sample_weights=s),
        index,
        starts,
        normal(4, 2),
        normal(6),
        np=lambda i, o, w, s: bags(np.sum, i, w, s),
    ),
    *(
        row(F + name, lambda m, x, name=name: through(m, F + name)(x, training=False), normal(*shape), np=lambda x: x)
        for name, shape in still.items()
    ),
]
