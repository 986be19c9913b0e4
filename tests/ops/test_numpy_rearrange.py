"""NumPy's functions that rearrange, on tensors: the same numbers as on arrays, and recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg

X = np.array([[0.5, -1.25, 2.0], [0.75, 3.0, -0.5]])
CALLS: dict[str, Callable[[Any], Any]] = {
    "hstack": lambda f: np.hstack([f, X]),
    "vstack": lambda f: np.vstack((X, f)),
    "dstack": lambda f: np.dstack([f, f]),
    "column_stack": lambda f: np.column_stack([f, X[:, 0]]),
    "fliplr": lambda f: np.fliplr(f),
    "flipud": lambda f: np.flipud(f),
    "flip": lambda f: np.flip(f),
    "flip axis": lambda f: np.flip(f, axis=1),
    "rot90": lambda f: np.rot90(f, 3, axes=(1, 0)),
    "tril": lambda f: np.tril(f),
    "triu": lambda f: np.triu(f, k=1),
    "diag": lambda f: np.diag(f, 1),
    "diagflat": lambda f: np.diagflat(f),
    "diagonal": lambda f: np.diagonal(f, offset=-1, axis1=1, axis2=0),
    "atleast_1d": lambda f: np.atleast_1d(np.sum(f)),
    "atleast_2d": lambda f: np.atleast_2d(np.ravel(f)),
    "atleast_3d": lambda f: np.atleast_3d(f),
    "tile": lambda f: np.tile(f, (2, 1)),
    "tile number": lambda f: np.tile(f, 2),
    "repeat": lambda f: np.repeat(f, 2),
    "repeat each": lambda f: np.repeat(f, [1, 0, 2], axis=1),
    "roll": lambda f: np.roll(f, 1),
    "roll axes": lambda f: np.roll(f, (1, 2), axis=(0, 1)),
    "meshgrid": lambda f: np.meshgrid(np.ravel(f), X[0])[0],
    "meshgrid ij": lambda f: np.meshgrid(X[0], np.ravel(f), indexing="ij")[1],
    "array_split": lambda f: np.array_split(f, 2, axis=1)[0],
    "take_along_axis": lambda f: np.take_along_axis(f, np.array([[2], [0]]), axis=1),
}


@pytest.mark.parametrize("name", CALLS)
def test_same_as_on_arrays_and_recorded(name: str) -> None:
    x = tg.tensor(X, requires_grad=True)
    found, expected = CALLS[name](x), CALLS[name](X)
    np.testing.assert_array_equal(found.detach().numpy(), expected)
    found.sum().backward()
    ones = [CALLS[name](step) for step in np.eye(6).reshape(6, 2, 3)]  # linear, but for what was joined to it
    at_zero = CALLS[name](np.zeros_like(X))
    slopes = np.array([(one - at_zero).sum() for one in ones]).reshape(2, 3)
    np.testing.assert_array_equal(x.grad.numpy(), slopes)
