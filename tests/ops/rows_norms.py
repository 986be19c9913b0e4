"""Rows of ``ops/norms.py``: normalisation over the last dimensions, groups, batches and instances."""

from __future__ import annotations

from typing import Any

import numpy as np

from .rows_piecewise import through
from .tables import Array, Row, Source, normal, positive, row


def standardised(x: Array, axes: tuple[int, ...], eps: float = 1e-5) -> Array:
    """(x − μ) / √(σ² + ε)"""
    return np.asarray((x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps))


def by_groups(x: Array, groups: int, eps: float = 1e-5) -> Array:
    """Standardise groups of channels."""
    grouped = x.reshape(x.shape[0], groups, -1)
    return standardised(grouped, (2,), eps).reshape(x.shape)


def along(x: Array, parameter: Array) -> Array:
    """A parameter of shape (C,), for x of shape (N, C, ...)."""
    return parameter.reshape(-1, *(1,) * (x.ndim - 2))


def rms(x: Array, axes: tuple[int, ...], eps: float = 2.0**-52) -> Array:
    """X / √(mean(x²) + ε)"""
    return np.asarray(x / np.sqrt((x * x).mean(axes, keepdims=True) + eps))


def response(x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
    """Local response normalisation, one channel at a time."""
    y = np.zeros_like(x)
    for c in range(x.shape[1]):
        near = x[:, max(0, c - size // 2) : c + (size - 1) // 2 + 1]
        y[:, c] = x[:, c] / (k + alpha / size * (near**2).sum(1)) ** beta
    return y


def norm(name: str, *operands: Source, np: Any, args: tuple[Any, ...] = (), **options: Any) -> Row:
    """A row for a function of ``nn.functional``: ``args`` follow the first operand, then come the others."""
    path = "nn.functional." + name.partition("/")[0]
    named, running = options.pop("named", {}), options.pop("running", 0)

    def call(m: Any, x: Any, *rest: Any) -> Any:
        moments = (moment.detach() for moment in rest[:running])  # a gradient is refused there
        return through(m, path)(x, *args, *moments, *rest[running:], **named)

    return row("nn.functional." + name, call, *operands, np=np, **options)


x34, w4 = normal(3, 4), normal(4)
x23, w3 = normal(2, 3, 2), normal(3)
moving = {"differentiable": (0, 3, 4), "running": 2}
"""The laws draw the running moments anew for every call, so that being overwritten does no harm."""


def batched(x: Array, w: Any = 1, b: Any = 0) -> Array:
    """Batch norm by the batch's own moments."""
    axes = (0, *range(2, x.ndim))
    w, b = (along(x, np.asarray(p)) if np.ndim(p) else p for p in (w, b))
    return np.asarray(standardised(x, axes) * w + b)


def by_running(x: Array, mean: Array, var: Array, w: Array, b: Array) -> Array:
    """Batch norm by running moments."""
    return np.asarray((x - along(x, mean)) / np.sqrt(along(x, var) + 1e-5) * along(x, w) + along(x, b))


rounded = {"integers": False, "half": False}
"""PyTorch takes the mean of neighbours with a pooling that rounds integers, and has no float16."""

ROWS = [
    norm("layer_norm", x34, w4, w4, args=((4,),), np=lambda x, w, b: standardised(x, (1,)) * w + b),
    norm("layer_norm/all dims", normal(2, 1, 3), args=((2, 1, 3),), np=lambda x: standardised(x, (0, 1, 2))),
    norm("layer_norm/weight alone", x34, w4, args=([4],), np=lambda x, w: standardised(x, (1,)) * w),
    norm(
        "layer_norm/eps",
        normal(2, 2, 2),
        normal(2, 2),
        normal(2, 2),
        args=((2, 2),),
        named={"eps": 0.1},
        np=lambda x, w, b: standardised(x, (1, 2), 0.1) * w + b,
    ),
    norm("layer_norm/of one", normal(3, 1), args=((1,),), np=np.zeros_like),
    norm("layer_norm/no rows", normal(0, 3), normal(3), args=((3,),), np=lambda x, w: x),
    norm("rms_norm", x34, w4, args=((4,),), np=lambda x, w: rms(x, (1,)) * w),
    norm("rms_norm/eps", normal(2, 2, 2), args=((2, 2),), named={"eps": 0.1}, np=lambda x: rms(x, (1, 2), 0.1)),
    norm(
        "group_norm", normal(2, 4, 2), w4, w4, args=(2,), np=lambda x, w, b: by_groups(x, 2) * along(x, w) + along(x, b)
    ),
    norm("group_norm/one group", normal(3, 2, 1, 2), args=(1,), np=lambda x: by_groups(x, 1)),
    norm("group_norm/no positions", normal(3, 4), w4, args=(2,), np=lambda x, w: by_groups(x, 2) * w),
    norm(
        "batch_norm",
        x23,
        w3,
        positive(3),
        w3,
        w3,
        named={"training": True},
        **moving,
        np=lambda x, mean, var, w, b: batched(x, w, b),
    ),
    norm("batch_norm/evaluating", x23, w3, positive(3), w3, w3, np=by_running, **moving),
    norm("batch_norm/nothing running", x34, args=(None, None, None, None, True), np=batched),
    norm("batch_norm/of vectors", x34, w4, w4, args=(None, None), named={"training": True, "eps": 1e-5}, np=batched),
    norm(
        "instance_norm",
        x23,
        w3,
        positive(3),
        w3,
        w3,
        **moving,
        np=lambda x, mean, var, w, b: standardised(x, (2,)) * along(x, w) + along(x, b),
    ),
    norm("instance_norm/alone", normal(2, 2, 2, 2), np=lambda x: standardised(x, (2, 3))),
    norm(
        "instance_norm/running", x23, w3, positive(3), w3, w3, named={"use_input_stats": False}, np=by_running, **moving
    ),
    norm(
        "local_response_norm",
        normal(1, 4, 2),
        args=(3, 0.5, 0.75, 1.5),
        np=lambda x: response(x, 3, 0.5, 0.75, 1.5),
        **rounded,
    ),
    norm(
        "local_response_norm/even, wide",
        normal(2, 2, 1, 2),
        args=(4, 0.5),
        np=lambda x: response(x, 4, 0.5, 0.75, 1),
        **rounded,
    ),
]
