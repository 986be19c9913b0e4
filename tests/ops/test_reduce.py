"""Reductions of too few elements: values as PyTorch's, which warns there; and what they refuse."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from tinygrad_zh.errors import TinygradZhError
from tinygrad_zh.ops.publish import public

from .libraries import OURS, THEIRS, close

USES: dict[str, Callable[[Any, Any], Any]] = {
    "var": lambda m, x: m.var(x, 0),
    "std": lambda m, x: m.std(x, 0),
    "var, everything": lambda m, x: m.var(x),
    "var, correction": lambda m, x: m.var(x.reshape(-1), 0, correction=3),
    "var, correction 2": lambda m, x: m.var(x.reshape(-1), 0, correction=2),
    "mean": lambda m, x: m.mean(x, 0),
    "mean, everything": lambda m, x: m.mean(x),
    "sum": lambda m, x: m.sum(x, 0),
    "all": lambda m, x: m.all(x, 0),
    "any": lambda m, x: m.any(x, 0),
    "logsumexp": lambda m, x: m.logsumexp(x, 0),
    "softmax": lambda m, x: m.softmax(x, 0),
}


@pytest.mark.parametrize("shape", [(), (1,), (2,), (0,), (0, 3), (1, 3), (2, 0)])
@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_of_too_few_elements(use: Callable[[Any, Any], Any], shape: tuple[int, ...]) -> None:
    array = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    x, t = public["from_numpy"](array).requires_grad_(), torch.from_numpy(array).requires_grad_()
    y = use(OURS, x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = use(THEIRS, t)
        close(y, expected)
        if expected.requires_grad:
            expected.sum().backward()
            public["sum"](y).backward()
            close(x.grad, t.grad)


@pytest.mark.parametrize("name", ["max", "min", "amax", "amin", "argmax", "argmin"])
def test_nothing_has_no_extreme(name: str) -> None:
    with pytest.raises(TinygradZhError, match="E1"):
        public[name](public["zeros"](0))
    with pytest.raises(TinygradZhError, match="E1"):
        public[name](public["zeros"](2, 0), 1)
    # along another dimension there is nothing to compute
    assert tuple(np.shape(getattr(public[name](public["zeros"](0, 3), 1), "values", np.zeros(0)))) == (0,)


@pytest.mark.parametrize("name", ["mean", "var", "std"])
def test_integers_have_no_mean(name: str) -> None:
    with pytest.raises(TinygradZhError, match="E2"):
        public[name](public["tensor"]([1, 2]))


@pytest.mark.parametrize("name", ["sum", "mean", "amax", "argmax", "softmax", "logsumexp"])
@pytest.mark.parametrize("dim", [2, -3, 1.0, "0"])
def test_dims_that_do_not_exist(name: str, dim: Any) -> None:
    with pytest.raises(TinygradZhError):
        public[name](public["zeros"](2, 3), dim)


def test_axis_is_dim() -> None:
    x = public["tensor"]([[1.0, 2.0], [3.0, 5.0]])
    for name in ("sum", "mean", "var", "amax", "amin", "logsumexp", "softmax", "argmax"):
        close(public[name](x, axis=1), public[name](x, dim=1))
    close(public["sum"](x, axis=(0, 1), keepdims=True), public["sum"](x, dim=(0, 1), keepdim=True))
