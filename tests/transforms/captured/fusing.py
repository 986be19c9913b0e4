"""Plans with and without loops, and loops read as plain Python, for the tests beside this file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import numpy as np
import pytest

from tinygrad_zh.transforms.captured import fuse, loops, plan


def interpreted(source: str) -> Callable[..., None]:
    """The function of a source, not compiled: its text alone is tried, on NumPy's scalars."""
    function: Any = loops.load(source).py_func  # type: ignore[attr-defined]
    names = dict(function.__globals__)
    for name in names:
        if name.endswith("_single"):  # called from Python, Numba returns a float
            names[name] = as_single(names[name])
    names.update(larger=np.maximum, smaller=np.minimum)  # these exist in compiled code only
    return FunctionType(function.__code__, names)


def as_single(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, but what it returns is a float32."""
    return lambda x: np.float32(function(x))


@contextmanager
def fusing(how: str) -> Iterator[None]:
    """Capture plans with loops that are ``"compiled"`` or ``"interpreted"``, or ``"not"`` at all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "fused_steps", fuse.fused_steps)
        if how == "interpreted":
            patch.setattr(plan, "load", interpreted)
            patch.setattr(fuse, "SMALLEST_PAIR", 0)
        if how == "not":
            patch.setattr(plan, "fused_steps", lambda steps, *_: steps)
        yield


def same(got: Any, wanted: Any, ulps: float = 32, *, zeros: bool = True) -> None:
    """Same dtype and shape, NaN, infinities and signs, those of `zeros` too; else a few ulp apart, of 1 at least."""
    got, wanted = np.asarray(got), np.asarray(wanted)
    assert (got.dtype, got.shape) == (wanted.dtype, wanted.shape)
    if wanted.dtype.kind != "f":
        np.testing.assert_array_equal(got, wanted)
        return
    eps = np.finfo(wanted.dtype).eps
    np.testing.assert_allclose(got.astype(float), wanted.astype(float), rtol=ulps * eps, atol=ulps * eps)
    there = ~np.isnan(wanted) & (np.abs(wanted) > ulps * eps) | (zeros & (wanted == 0) & (got == 0))
    np.testing.assert_array_equal(np.signbit(got)[there], np.signbit(wanted)[there])
