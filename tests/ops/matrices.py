"""Matrices that keep away from singular ones, for the rows of linear algebra.

Eigenvalues and singular values keep away from each other, so that every slope is moderate.  A function of symmetric
matrices gets x + xᵀ: PyTorch and we differentiate it along symmetric matrices.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .tables import Row, Source, row

CHECKED_WHEN_EMPTY: dict[str, Any] = {"integers": False}
"""PyTorch does not look at the dtype of an empty matrix; we do."""


def regular(*shape: int) -> Source:
    """Square matrices with a dominant diagonal, whose elements keep apart from each other."""

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
        return 0.4 * rng.normal(size=shape) + np.diag(np.arange(2.0, 2 + shape[-1]))

    return Source(draw, shape)


def spread(*shape: int) -> Source:
    """Matrices of any shape whose singular values are near 1, 2, 3, …"""

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
        u, _, vh = np.linalg.svd(rng.normal(size=shape), full_matrices=False)
        return u * np.arange(u.shape[-1], 0.0, -1) @ vh

    return Source(draw, shape)


def mT(x: Any) -> Any:
    return np.swapaxes(x, -1, -2)


def symmetric(x: Any) -> Any:
    return x + x.mT if hasattr(x, "mT") else x + np.swapaxes(x, -1, -2)


def lapack(name: str, call: Any, *operands: Source, np: Any, **options: Any) -> Row:
    """A row for what has no float16, as in PyTorch."""
    return row(name, call, *operands, np=np, half=False, **options)


def positive(m: Any, x: Any) -> Any:
    """A positive-definite matrix."""
    return x @ x.mT + x.mT @ x


def np_positive(x: Any) -> Any:
    return x @ mT(x) + mT(x) @ x
