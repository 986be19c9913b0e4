"""Drawn tensors in float64."""

from __future__ import annotations

from typing import Any

import numpy as np

import tinygrad_zh as tg

RNG = np.random.default_rng(0)


def f64(values: Any, **options: Any) -> tg.Tensor:
    return tg.tensor(values, dtype=tg.float64, **options)


def drawn(*shape: int) -> tg.Tensor:
    return f64(RNG.normal(size=shape))
