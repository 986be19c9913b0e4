"""Programs of two leaves, run by this package and by PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

VALUES = np.array([[0.5, -1.25, 2.0], [1.5, 0.25, -0.75]])
WEIGHTS = np.array([[1.0, 2.0, -3.0], [0.5, -1.0, 4.0]])

Program = Callable[[Any, Any, Any], Any]


def run(module: Any, program: Program) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Return the value of a program of two leaves, and both gradients of its weighted sum."""
    x = module.tensor(VALUES, requires_grad=True)
    w = module.tensor(WEIGHTS, requires_grad=True)
    y = program(module, x, w)
    scale = module.tensor(np.arange(1.0, y.numel() + 1).reshape(tuple(y.shape)))
    (y * scale).sum().backward()
    return y.detach().numpy(), *(None if t.grad is None else t.grad.numpy() for t in (x, w))


def same(ours: Any, theirs: Any) -> None:
    for name, a, b in zip(("value", "gradient of x", "gradient of w"), ours, theirs, strict=True):
        if a is None or b is None:
            # PyTorch leaves None or zeros, depending on how it got there
            assert a is None or not np.any(a), name
            assert b is None or not np.any(b), name
        else:
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12, err_msg=name)


def collector(table: dict[str, Program]) -> Callable[[Program], Program]:
    """Return a decorator that puts a program into a table under its name."""

    def collect(function: Program) -> Program:
        table[function.__name__] = function
        return function

    return collect
