"""What PyTorch refuses of reductions, scans and order, we refuse too."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from tinygrad_zh.errors import TinygradZhError
from tinygrad_zh.ops.publish import public

from .libraries import OURS, THEIRS

NAN, INF = math.nan, math.inf

REFUSED: dict[str, Callable[[Any, Any, Any], Any]] = {
    # m, a float matrix of shape (2, 3), an int vector of length 3
    "aminmax of several dims": lambda m, x, i: m.aminmax(x, dim=(0, 1)),
    "max of keepdim alone": lambda m, x, i: m.max(x, keepdim=True),
    "max of both": lambda m, x, i: m.max(x, 0, other=x),
    "argmax of bools": lambda m, x, i: m.argmax(x > 0),
    "var of both": lambda m, x, i: m.var(x, 0, unbiased=True, correction=1),
    "var of an int": lambda m, x, i: m.std(x, 0, 1),
    "var_mean of integers": lambda m, x, i: m.var_mean(i),
    "nanmean of integers": lambda m, x, i: m.nanmean(i, dtype=m.float32),
    "norm of integers": lambda m, x, i: m.norm(i),
    "norm of a narrow dtype": lambda m, x, i: m.linalg.vector_norm(x.double(), dtype=m.float32),
    "norm of an int dtype": lambda m, x, i: m.linalg.vector_norm(x, dtype=m.int64),
    "norm of a name": lambda m, x, i: m.linalg.vector_norm(x, "fro"),
    "greatest of nothing": lambda m, x, i: m.linalg.vector_norm(x[:0], INF),
    "negative norm of nothing": lambda m, x, i: m.linalg.vector_norm(x[:, :0], -1, 1),
    "renorm of a vector": lambda m, x, i: m.renorm(x[0], 2, 0, 1.0),
    "renorm of p = 0": lambda m, x, i: m.renorm(x, 0, 0, 1.0),
    "renorm below 0": lambda m, x, i: m.renorm(x, 2, 0, -1.0),
    "median of keepdim alone": lambda m, x, i: m.median(x, keepdim=True),
    "median of several dims": lambda m, x, i: m.median(x, (0, 1)),
    "median of nothing": lambda m, x, i: m.median(x[:0], 0),
    "mode of nothing": lambda m, x, i: m.mode(x[:, :0]),
    "kthvalue 0": lambda m, x, i: m.kthvalue(x, 0),
    "kthvalue n + 1": lambda m, x, i: m.kthvalue(x, 4),
    "kthvalue of a float": lambda m, x, i: m.kthvalue(x, 1.0),
    "topk n + 1": lambda m, x, i: m.topk(x, 4),
    "topk below 0": lambda m, x, i: m.topk(x, -1),
    "topk of a bool": lambda m, x, i: m.topk(x, True),
    "sort of no dim": lambda m, x, i: m.sort(x, dim=None),
    "sort of True": lambda m, x, i: m.sort(x, True),
    "quantile above 1": lambda m, x, i: m.quantile(x, 1.5),
    "quantile of NaN": lambda m, x, i: m.quantile(x, NAN),
    "quantile of a list": lambda m, x, i: m.quantile(x, [0.5]),
    "quantile of a matrix": lambda m, x, i: m.quantile(x, x * 0),
    "quantile of another dtype": lambda m, x, i: m.quantile(x, m.tensor(0.5, dtype=m.float64)),
    "quantile of integers": lambda m, x, i: m.quantile(i, 0.5),
    "quantile of nothing": lambda m, x, i: m.quantile(x[:0], 0.5, 1),
    "quantile of a wrong name": lambda m, x, i: m.quantile(x, 0.5, interpolation="cubic"),
    "cumsum of no dim": lambda m, x, i: m.cumsum(x),
    "cumsum of several dims": lambda m, x, i: m.cumsum(x, (0, 1)),
    "cummax of no dim": lambda m, x, i: m.cummax(x),
    "bincount of floats": lambda m, x, i: m.bincount(x[0]),
    "bincount of a matrix": lambda m, x, i: m.bincount(i[None]),
    "bincount below 0": lambda m, x, i: m.bincount(-i),
    "bincount of too few weights": lambda m, x, i: m.bincount(i, x[0, :2]),
    "bincount of a negative length": lambda m, x, i: m.bincount(i, minlength=-1),
    "histc backwards": lambda m, x, i: m.histc(x, 3, 2, 1),
    "histc of NaN": lambda m, x, i: m.histc(x * NAN),
    "histc of no bins": lambda m, x, i: m.histc(x, 0),
    "histc of a float": lambda m, x, i: m.histc(x, 3.0),
    "histogram backwards": lambda m, x, i: m.histogram(x, 3, range=(2.0, 1.0)),
    "histogram of NaN": lambda m, x, i: m.histogram(x * NAN, 3),
    "histogram of one edge": lambda m, x, i: m.histogram(x, x[0, :1]),
    "histogram of other edges": lambda m, x, i: m.histogram(x, m.tensor([0.0, 1.0], dtype=m.float64)),
    "histogram of too few weights": lambda m, x, i: m.histogram(x, 3, weight=x[0]),
    "histogram of no bins": lambda m, x, i: m.histogram(x, 0),
    "cov of 3-d": lambda m, x, i: m.cov(x[None]),
    "cov of bools": lambda m, x, i: m.cov(x > 0),
    "cov of a float correction": lambda m, x, i: m.cov(x, correction=1.5),
    "cov of float counts": lambda m, x, i: m.cov(x, fweights=x[0]),
    "cov of integer weights": lambda m, x, i: m.cov(x, aweights=i),
    "cov of negative weights": lambda m, x, i: m.cov(x, fweights=-i),
    "cov of too few weights": lambda m, x, i: m.cov(x, fweights=i[:2]),
    "cov of no weight": lambda m, x, i: m.cov(x, fweights=i * 0),
    "corrcoef of 3-d": lambda m, x, i: m.corrcoef(x[None]),
    "diff of a number": lambda m, x, i: m.diff(x[0, 0]),
    "diff below 0": lambda m, x, i: m.diff(x, -1),
    "diff of other ends": lambda m, x, i: m.diff(x, prepend=x[:1]),
    "trapezoid of a number": lambda m, x, i: m.trapezoid(x[0, 0]),
    "trapezoid of bools": lambda m, x, i: m.trapezoid(x > 0),
    "trapezoid of both": lambda m, x, i: m.trapezoid(x, x, dx=2),
    "trapezoid of too few points": lambda m, x, i: m.trapezoid(x, x[:, 0]),
    "gradient of edge order 3": lambda m, x, i: m.gradient(x, edge_order=3),
    "gradient of too few": lambda m, x, i: m.gradient(x, edge_order=2),
    "gradient of a dim twice": lambda m, x, i: m.gradient(x, dim=(0, 0)),
    "gradient of too few spacings": lambda m, x, i: m.gradient(x, spacing=(1.0,)),
    "gradient of mixed spacings": lambda m, x, i: m.gradient(x, spacing=(x[:, 0], 1.0)),
    "gradient of bools": lambda m, x, i: m.gradient(x > 0),
    "search in a number": lambda m, x, i: m.searchsorted(x[0, 0], x),
    "search in other rows": lambda m, x, i: m.searchsorted(x, x[:1]),
    "search for a number in rows": lambda m, x, i: m.searchsorted(x, 1.0),
    "search on a wrong side": lambda m, x, i: m.searchsorted(x[0], x, side="middle"),
    "search on both sides": lambda m, x, i: m.searchsorted(x[0], x, side="left", right=True),
    "search by a short sorter": lambda m, x, i: m.searchsorted(x[0], x, sorter=i[:2]),
    "search by a sorter out of range": lambda m, x, i: m.searchsorted(x[0], x, sorter=i + 5),
    "bucketize by a matrix": lambda m, x, i: m.bucketize(x, x),
    "unique of a number's dim": lambda m, x, i: m.unique(x[0, 0], dim=0),
    "unique of empty slices": lambda m, x, i: m.unique(x[:, :0], dim=0),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_pytorch_refuses_we_refuse(name: str) -> None:
    x, i = np.array([[1.0, 0.5, -2.0], [0.0, 3.0, 1.0]], dtype=np.float32), np.array([1, 0, 2])
    with pytest.raises((RuntimeError, IndexError, TypeError)):
        REFUSED[name](THEIRS, torch.from_numpy(x), torch.from_numpy(i))
    with pytest.raises(TinygradZhError):
        REFUSED[name](OURS, public["from_numpy"](x), public["from_numpy"](i))
