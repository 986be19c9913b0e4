"""Arrays of every dtype, shape and order of memory, and what it means that two results agree."""

from __future__ import annotations

from typing import Any

import numpy as np

FLOATS = (np.float16, np.float32, np.float64)
SHAPES = ((), (0,), (1,), (7,), (3, 5), (33, 17), (2, 3, 4), (4, 0))
LAYOUTS = ("rows", "columns", "every second", "mixed")
SPECIAL = (np.nan, np.inf, -np.inf, 0.0, -0.0)


def close(got: Any, wanted: Any, ulps: float = 8) -> None:
    """Same dtype and shape, NaN and infinity in the same places, and else a few ulp at the arrays' size apart."""
    got, wanted = np.asarray(got), np.asarray(wanted)
    assert (got.dtype, got.shape) == (wanted.dtype, wanted.shape)
    finite = np.abs(wanted[np.isfinite(wanted)], dtype=np.float64)
    size = max(1.0, finite.max()) if finite.size else 1.0
    np.testing.assert_allclose(
        got.astype(np.float64), wanted.astype(np.float64), rtol=0, atol=ulps * size * np.finfo(wanted.dtype).eps
    )


def laid_out(values: np.ndarray, layout: str, which: int = 0) -> np.ndarray:
    """The same values in another order of memory."""
    if layout == "mixed":
        layout = LAYOUTS[which % 3]
    if layout == "columns":
        return np.asfortranarray(values) if values.ndim else values.copy()
    if layout == "every second" and values.ndim:
        wide = np.empty((*values.shape[:-1], 2 * values.shape[-1]), dtype=values.dtype)
        wide[..., ::2] = values
        return wide[..., ::2]
    return values.copy()


def numbers(shape: tuple[int, ...], dtype: Any, *, seed: int, special: bool = False) -> np.ndarray:
    values = np.array(np.random.default_rng(seed).standard_normal(shape), dtype=dtype)
    if special and values.size > len(SPECIAL):
        values.reshape(-1)[: len(SPECIAL)] = SPECIAL
    return values
