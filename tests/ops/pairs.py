"""The same call on both libraries, with drawn operands: values and gradients, or an error of both."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
import torch
from hypothesis import strategies as st

import tinygrad_zh as tg
from tinygrad_zh.errors import TinygradZhError

from .libraries import OURS, THEIRS, close


def pair(array: Any, requires_grad: bool = True) -> tuple[Any, Any]:
    """The same values as our tensor and as PyTorch's."""
    array = np.asarray(array)
    mine, theirs = tg.tensor(array), torch.tensor(array)
    return (mine.requires_grad_(), theirs.requires_grad_()) if requires_grad else (mine, theirs)


def numbers(*shape: int) -> Any:
    return np.arange(1.0, 1 + np.prod(shape, dtype=int)).reshape(shape)


def weights(shape: tuple[int, ...]) -> Any:
    return np.cos(np.arange(np.prod(shape, dtype=int))).reshape(shape)


def same(ours: Callable[..., Any], theirs: Callable[..., Any] | None, *arrays: Any) -> None:
    """One function on both libraries: values, and the gradients of a weighted sum of them."""
    pairs = [pair(a, np.asarray(a).dtype.kind == "f") for a in arrays]
    y, e = ours(*(mine for mine, _ in pairs)), (theirs or ours)(*(other for _, other in pairs))
    close(y, e)
    assert y.requires_grad == e.requires_grad
    if e.requires_grad:
        (y * tg.tensor(weights(y.shape))).sum().backward()
        (e * torch.tensor(weights(tuple(e.shape)))).sum().backward()
    for mine, other in pairs:
        assert (mine.grad is None) == (other.grad is None)
        if other.grad is not None:
            close(mine.grad, other.grad)


def sweep_back(tensor: Any, ys: tuple[Any, ...]) -> None:
    """Differentiate a weighted sum of all results that have a gradient."""
    terms = [(y * tensor(weights(tuple(y.shape)))).sum() for y in ys if y.requires_grad]
    if terms:
        sum(terms).backward()


def agree(call: Callable[..., Any], *operands: Any) -> None:
    """``call(m, …)`` gives the same with both libraries: values and gradients, or an error."""
    pairs = [pair(a, np.asarray(a).dtype.kind == "f") for a in operands]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # PyTorch's notes on betas and deprecations
        try:
            expected = call(THEIRS, *(theirs for _, theirs in pairs))
        except (RuntimeError, IndexError, ValueError, TypeError):
            with pytest.raises(TinygradZhError):
                call(OURS, *(mine for mine, _ in pairs))
            return
    found = call(OURS, *(mine for mine, _ in pairs))
    ours, theirs = (ys if isinstance(ys, tuple) else (ys,) for ys in (found, expected))
    for y, e in zip(ours, theirs, strict=True):
        close(y, e)
        assert y.requires_grad == e.requires_grad
    sweep_back(tg.tensor, ours)
    sweep_back(torch.tensor, theirs)
    for mine, other in pairs:
        if other.grad is not None:
            close(mine.grad, other.grad)


def drawn(data: st.DataObject, shape: tuple[int, ...]) -> Any:
    """Small whole numbers as floats, so that there are ties and zeros; in either order in memory."""
    values = data.draw(arrays.arrays(np.int64, shape, elements=st.integers(-2, 2))).astype(float)
    return values.T.copy().T if data.draw(st.booleans()) else values
