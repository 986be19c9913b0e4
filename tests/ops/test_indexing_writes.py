"""Writing by an index: views, in-place forms, what the graph makes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh.errors import GraphError
from tinygrad_zh.ops.publish import public

from .pairs import numbers, same

grad: Any = tg.transforms.gradient.grad
embedding: Any = public["embedding"]


def test_writing_through_a_view() -> None:
    def both(x: Any, w: Any) -> Any:
        y = x * 1
        y[0:2] += w
        y[1] *= y[0].clone()
        y[:, 1] = w[0]
        part = y[2]
        part.mul_(3)
        return y * y[0]

    same(both, None, numbers(3, 2), numbers(2))


def test_a_view_follows_its_base() -> None:
    def both(x: Any) -> Any:
        y = x * 1
        row, column = y[1], y[:, 0]
        y[1, 0] = x[0, 0] * 10
        row[1] = 5.0
        return (row * column[:2]).sum() + (y * y).sum()

    same(both, None, numbers(3, 2))


def test_views_of_views() -> None:
    def both(x: Any) -> Any:
        y = x * 1
        inner = y[1:][:, 1]
        inner[1] = inner[0] * 2
        inner += 1
        return y

    same(both, None, numbers(3, 2))


def test_adding_in_place_at_positions_keeps_one_of_equals() -> None:
    def both(x: Any) -> Any:
        y = x * 1
        y[[0, 0, 2]] += 1
        return y

    same(both, None, numbers(3, 2))


def test_augmented_assignment_writes_once() -> None:
    x = tg.tensor(numbers(3)).requires_grad_()
    y = x * 1
    y[0] += 1
    assert y.cell is not None and y.cell.version == 1


def test_overlapping_parts_are_copied_first() -> None:
    x = tg.tensor([1.0, 2.0, 3.0, 4.0])
    x[1:] = x[:-1]
    assert x.tolist() == [1, 1, 2, 3]
    x[[0, 1]] = x[[1, 0]] + x[0]
    assert x.tolist() == [2, 2, 2, 3]


def test_a_value_overwritten_after_it_was_saved_is_refused() -> None:
    x = tg.tensor([1.0, 2.0]).requires_grad_()
    y = x * 1
    z = y * y
    y[0] = 5.0
    with pytest.raises(GraphError):
        z.sum().backward()


def test_an_index_overwritten_after_it_was_saved_is_refused() -> None:
    x, i = tg.tensor([1.0, 2.0]).requires_grad_(), tg.tensor([0, 1])
    y = x[i]
    i[0] = 1
    with pytest.raises(GraphError):
        y.sum().backward()


def test_a_leaf_that_requires_a_gradient_refuses() -> None:
    x = tg.tensor([1.0, 2.0]).requires_grad_()
    for index in (0, [0], slice(None), ...):
        with pytest.raises(GraphError):
            x[index] = 1.0
    with tg.no_grad():
        x[0] = 7.0
        x[[1]] = 8.0
    assert x.tolist() == [7, 8]


def test_a_constant_that_receives_a_tracked_value() -> None:
    def both(v: Any) -> Any:
        x = v.detach() * 0
        x[1] = v[0] * 2
        x[[0]] = v[1]
        return x * x

    same(both, None, numbers(3))


def test_setitem_converts_to_the_dtype_written_to() -> None:
    i = tg.tensor([1, 2, 3])
    i[0] = 2.7
    i[1:] = tg.tensor([5.9])
    assert (i.tolist(), i.dtype) == ([2, 5, 5], np.int64)
    x = tg.tensor([1.0, 2.0], dtype=tg.float32).requires_grad_()
    v = tg.tensor(numbers(2)).requires_grad_()
    y = x * 1
    y[...] = v
    y.sum().backward()
    assert (y.dtype, v.grad.dtype, v.grad.tolist()) == (np.float32, np.float64, [1, 1])
    b = tg.tensor([True, False])
    b[1] = 3
    assert b.tolist() == [True, True]


def test_setitem_takes_arrays_and_numpy_numbers() -> None:
    x = tg.tensor(numbers(2, 2))
    x[0] = np.array([7.0, 8.0])
    x[1, 0] = np.float64(9)
    x[[False, True]] = np.array([[5]])
    assert x.tolist() == [[7, 8], [5, 5]]


def test_writing_through_a_diagonal() -> None:
    def both(x: Any) -> Any:
        y = x * 1
        y.diagonal(1)[:] = y.diagonal(1) * 2 + 1
        return y * y

    same(both, None, numbers(3, 4))


INPLACE: dict[str, Callable[..., Any]] = {
    "masked_fill_": lambda x, m: x.masked_fill_(m.tensor([True, False, True]), 7),
    "scatter_": lambda x, m: x.scatter_(1, m.tensor([[0, 2], [1, 0]]), x.detach() * 2),
    "scatter_add_": lambda x, m: x.scatter_add_(1, m.tensor([[0, 0], [1, 2]]), x.detach() * 2),
    "index_add_": lambda x, m: x.index_add_(1, m.tensor([0, 0]), x.detach()[:, :2], alpha=2),
    "index_copy_": lambda x, m: x.index_copy_(1, m.tensor([2, 0]), x.detach()[:, :2]),
    "index_fill_": lambda x, m: x.index_fill_(1, m.tensor([2, 0]), 3),
    "index_fill_ from the end": lambda x, m: x.index_fill_(1, m.tensor([-1, 0]), 3),
    "tril_": lambda x, m: x.tril_(),
    "triu_": lambda x, m: x.triu_(1),
}


@pytest.mark.parametrize("write", INPLACE.values(), ids=INPLACE)
def test_inplace_forms(write: Callable[..., Any]) -> None:
    def both(m: Any) -> Callable[..., Any]:
        def run(x: Any) -> Any:
            y = x * 1
            written = write(y, m)
            assert written is y
            return y * y

        return run

    same(both(tg), both(torch), numbers(2, 3))
