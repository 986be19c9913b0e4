"""What the indexing family refuses, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tests.double.strict import double_device
from tinygrad_zh.errors import ArgumentError, DTypeError, IndexingError, ShapeError, TinygradZhError
from tinygrad_zh.ops.publish import public

embedding: Any = public["embedding"]


def numbers(*shape: int) -> Any:
    return np.arange(1.0, 1 + np.prod(shape, dtype=int)).reshape(shape)


x3 = tg.tensor(numbers(3))
x34 = tg.tensor(numbers(3, 4))
i8 = tg.tensor(np.array([1], np.int8))

ERRORS: dict[str, tuple[type[Exception], str, Callable[[], Any]]] = {
    "int out of range": (IndexingError, "index 3 is out of range for dimension 0 of size 3", lambda: x3[3]),
    "int below": (IndexingError, "-3 <= i < 3", lambda: x3[-4]),
    "second dimension": (IndexingError, "index 4 is out of range for dimension 1", lambda: x34[0, 4]),
    "tensor out of range": (IndexingError, "index 9 is out of range", lambda: x3[tg.tensor([0, 9])]),
    "list out of range": (IndexingError, "index -5 is out of range", lambda: x34[:, [1, -5]]),
    "in an empty one": (IndexingError, "index 0 is out of range", lambda: tg.zeros(0, 3)[[0]]),
    "too many": (IndexingError, "3 indices for a tensor of 2 dimensions", lambda: x34[0, 0, 0]),
    "of a number": (IndexingError, "1 indices for a tensor of 0 dimensions", lambda: tg.tensor(1.0)[0]),
    "mask of another shape": (IndexingError, "mask of shape \\(4,\\)", lambda: x34[tg.tensor([True] * 4)]),
    "float": (IndexingError, "a float cannot be an index", lambda: x3[1.0]),
    "float tensor": (IndexingError, "a float64 cannot be an index", lambda: x3[tg.tensor(numbers(1))]),
    "text": (IndexingError, "a str cannot be an index", lambda: x3["a"]),
    "uint8": (IndexingError, "could mean a mask or positions", lambda: x3[np.array([1], np.uint8)]),
    "step": (ArgumentError, "the step -1", lambda: x3[::-1]),
    "no step": (ArgumentError, "the step 0", lambda: x3[::0]),
    "slice of floats": (DTypeError, "type float", lambda: x3[0.5:]),
    "list of lists": (IndexingError, "two meanings", lambda: x34[[[0, 1], [1, 2]]]),
    "list of slices": (IndexingError, "two meanings", lambda: x34[[0, slice(None)]]),
    "two ellipses": (IndexingError, "more than one ellipsis", lambda: x34[..., ...]),
    "no common shape": (IndexingError, "\\(2,\\), \\(3,\\)", lambda: x34[[0, 1], [0, 1, 2]]),
    "value too long": (ShapeError, "shape \\(2,\\) cannot be written", lambda: x3.clone().__setitem__(..., x3[:2])),
    "value too deep": (ShapeError, "\\(2, 3\\)", lambda: x3.clone().__setitem__(..., tg.zeros(2, 3))),
    "values for a mask": (ShapeError, "cannot be written", lambda: x3.clone().__setitem__(x3 > 1, x3)),
    "list as a value": (DTypeError, "a list cannot be written", lambda: x3.clone().__setitem__(0, [1.0])),
    "None as a value": (DTypeError, "a NoneType cannot be written", lambda: x3.clone().__setitem__(0, None)),
    "number too large": (ArgumentError, "300 does not fit", lambda: i8.clone().__setitem__(0, 300)),
    "NaN as an int": (ArgumentError, "nan does not fit", lambda: i8.clone().__setitem__(0, float("nan"))),
    "gather: index": (DTypeError, "type list", lambda: x3.gather(0, [0])),
    "gather: dtype": (DTypeError, "index of dtype float64", lambda: x3.gather(0, x3)),
    "gather: dims": (ShapeError, "shape \\(2,\\)", lambda: x34.gather(1, tg.tensor([0, 1]))),
    "gather: too long": (ShapeError, "shape \\(4, 1\\)", lambda: x34.gather(1, tg.zeros(4, 1, dtype=tg.int64))),
    "gather: range": (IndexingError, "gather: index 3", lambda: x3.gather(0, tg.tensor([3]))),
    "gather: negative": (IndexingError, "0 <= i < 3", lambda: x3.gather(0, tg.tensor([-1]))),
    "gather: dim": (IndexingError, "dim", lambda: x3.gather(1, tg.tensor([0]))),
    "take_along_dim": (ShapeError, "shapes", lambda: x34.take_along_dim(tg.zeros(2, 1, dtype=tg.int64), 1)),
    "scatter: source": (ShapeError, "source of shape \\(1,\\)", lambda: x3.scatter(0, tg.tensor([0, 1]), x3[:1])),
    "scatter: dtype": (DTypeError, "dtype int64", lambda: x3.scatter(0, tg.tensor([0]), tg.tensor([1]))),
    "scatter: nothing": (DTypeError, "NoneType", lambda: x3.scatter(0, tg.tensor([0]))),
    "scatter: reduce": (ArgumentError, "reduce=.mean.", lambda: x3.scatter(0, tg.tensor([0]), x3, reduce="mean")),
    "scatter_add: number": (DTypeError, "float", lambda: x3.scatter_add(0, tg.tensor([0]), 1.0)),
    "index_select: dims": (IndexingError, "\\(1, 1\\)", lambda: x3.index_select(0, tg.tensor([[1]]))),
    "index_select: negative": (IndexingError, "index -1", lambda: x3.index_select(0, tg.tensor([-1]))),
    "index_add: source": (ShapeError, "\\(3,\\)", lambda: x3.index_add(0, tg.tensor([0]), x3)),
    "index_add: dtype": (DTypeError, "int64", lambda: x3.index_add(0, tg.tensor([0]), tg.tensor([1]))),
    "index_fill: value": (ShapeError, "index_fill", lambda: x3.index_fill(0, tg.tensor([0]), x3)),
    "index_fill: text": (DTypeError, "str", lambda: x3.index_fill(0, tg.tensor([0]), "a")),
    "take: range": (IndexingError, "take: index 12", lambda: x34.take(tg.tensor([12]))),
    "embedding: range": (IndexingError, "embedding: index 3", lambda: embedding(tg.tensor([0, 3]), x34)),
    "embedding: negative": (IndexingError, "0 <= i < 3", lambda: embedding(tg.tensor([-1]), x34)),
    "embedding: dtype": (DTypeError, "float64", lambda: embedding(x3, x34)),
    "embedding: weight": (ShapeError, "embedding", lambda: embedding(tg.tensor([0]), x3)),
    "embedding: padding": (ArgumentError, "padding_idx", lambda: embedding(tg.tensor([0]), x34, padding_idx=3)),
    "one_hot: range": (IndexingError, "index 2", lambda: public["one_hot"](tg.tensor([2]), 2)),
    "one_hot: negative": (IndexingError, "index -1", lambda: public["one_hot"](tg.tensor([-1, 1]))),
    "one_hot: empty": (ArgumentError, "empty", lambda: public["one_hot"](tg.zeros(0, dtype=tg.int64))),
    "one_hot: classes": (ArgumentError, "num_classes", lambda: public["one_hot"](tg.tensor([0]), 0)),
    "masked_fill: mask": (DTypeError, "dtype int64", lambda: x3.masked_fill(tg.tensor([1, 0, 1]), 0)),
    "masked_fill: list": (DTypeError, "list", lambda: x3.masked_fill([True], 0)),
    "masked_fill: value": (ShapeError, "masked_fill", lambda: x3.masked_fill(x3 > 1, x3)),
    "masked_fill: shape": (ShapeError, "masked_fill", lambda: x3.masked_fill(tg.tensor([True, False]), 0)),
    "masked_fill_: shape": (ShapeError, "shape", lambda: x3.clone().masked_fill_(x34.T > 1, 0)),
    "tril: vector": (ShapeError, "tril", lambda: x3.tril()),
    "triu: diagonal": (ArgumentError, "diagonal", lambda: x34.triu(0.5)),
    "narrow: too long": (IndexingError, "length=3", lambda: x3.narrow(0, 1, 3)),
    "narrow: negative": (IndexingError, "length=-1", lambda: x3.narrow(0, 1, -1)),
    "narrow: number": (IndexingError, "0 dimensions", lambda: tg.tensor(1.0).narrow(0, 0, 1)),
    "select: range": (IndexingError, "select: index 3", lambda: x3.select(0, 3)),
    "flip: twice": (ShapeError, "flip", lambda: x34.flip(0, -2)),
    "diagonal: same": (ShapeError, "diagonal", lambda: x34.diagonal(0, 1, -1)),
    "diagonal: vector": (IndexingError, "diagonal", lambda: x3.diagonal()),
    "diag: dims": (ShapeError, "diag", lambda: tg.zeros(2, 2, 2).diag()),
    "trace: vector": (ShapeError, "trace", lambda: x3.trace()),
}


@pytest.mark.parametrize(("kind", "words", "use"), ERRORS.values(), ids=ERRORS)
def test_errors(kind: type[Exception], words: str, use: Callable[[], Any]) -> None:
    with pytest.raises(kind, match=words) as caught:
        use()
    assert isinstance(caught.value, TinygradZhError) and caught.value.code.startswith("TG-E")


def test_ranges_are_checked_where_the_array_module_would_wrap() -> None:
    with double_device() as device:
        x, i = tg.tensor(numbers(3, 2), device=device), tg.tensor([0, 3], device=device)
        for use in (
            lambda: x[i],
            lambda: x[:, i],
            lambda: x.__setitem__(i, 0),
            lambda: x.index_select(0, i),
            lambda: embedding(i, x),
            lambda: x.gather(0, i.reshape(1, 2)),
            lambda: x.index_add(0, i, x[:2]),
            lambda: x.take(i + 3),
        ):
            with pytest.raises(IndexingError, match=r"index [36] is out of range"):
                use()
