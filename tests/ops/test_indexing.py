"""Indexing beyond the tables: every kind of index against PyTorch, gradients, errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis.extra.numpy as shapes
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_zh as tg
from tinygrad_zh.errors import IndexingError, TinygradZhError
from tinygrad_zh.ops.publish import public

from .libraries import close
from .pairs import numbers, pair, same, weights

grad: Any = tg.transforms.gradient.grad
embedding: Any = public["embedding"]


# -- every kind of index --------------------------------------------------------------------------------


def as_index(item: Any, tensor: Any) -> Any:
    """An item of an index with its arrays made tensors of one library."""
    return tensor(item) if isinstance(item, np.ndarray) else item


@st.composite
def indices(draw: Any, shape: tuple[int, ...]) -> Any:
    """An index for a tensor of `shape`, mostly one that fits."""
    count = draw(st.integers(0, len(shape) + (draw(st.integers(0, 9)) == 9)))
    common = draw(st.sampled_from([(), (1,), (2,), (3,), (2, 2), (0,)]))
    items: list[Any] = []
    d = 0
    while d < count:
        size = shape[d] if d < len(shape) else 1
        kind = draw(st.sampled_from(["int", "slice", "slice", "array", "array", "list", "mask"]))
        far = int(draw(st.integers(0, 30)) == 30)  # now and then out of range
        low, high = -size - far, max(size - 1, -size) + far
        if kind == "int":
            items.append(draw(st.integers(low, high)))
        elif kind == "slice":
            ends = st.none() | st.integers(-size - 2, size + 2)
            items.append(slice(draw(ends), draw(ends), draw(st.none() | st.integers(1, 3))))
        elif kind == "array":
            items.append(np.array(draw(shapes.arrays(np.int64, common, elements=st.integers(low, high)))))
        elif kind == "list":
            items.append(draw(st.lists(st.integers(low, high), min_size=1, max_size=3)))
        else:
            covered = draw(st.integers(1, max(1, min(2, len(shape) - d))))
            items.append(draw(shapes.arrays(np.bool_, tuple(n + far for n in shape[d : d + covered]) or (1,))))
            d += covered - 1
        d += 1
    for extra in draw(st.lists(st.sampled_from([None, None, ..., True]), max_size=2)):
        if extra is not ... or ... not in [item for item in items if not isinstance(item, np.ndarray)]:
            items.insert(draw(st.integers(0, len(items))), extra)
    return tuple(items)


def outcome(function: Callable[[], Any]) -> Any:
    """What a function returns; None if it refuses."""
    try:
        return function()
    except (TinygradZhError, IndexError, ValueError, RuntimeError, TypeError) as problem:
        assert isinstance(problem, TinygradZhError) or not type(problem).__module__.startswith("tinygrad")
        return None


SHAPES = shapes.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)


@settings(max_examples=200)
@given(st.data())
def test_getitem_as_in_pytorch(data: st.DataObject) -> None:
    """Values, gradients, and whether memory is shared; or both refuse."""
    shape = data.draw(SHAPES)
    index = data.draw(indices(shape))
    x, t = pair(numbers(*shape))
    found = outcome(lambda: x[tuple(as_index(item, tg.tensor) for item in index)])
    expected = outcome(lambda: t[tuple(as_index(item, torch.tensor) for item in index)])
    assert (found is None) == (expected is None), (found, expected)
    if found is None:
        return
    close(found, expected)
    if not any(isinstance(item, (np.ndarray, list, bool)) for item in index):
        assert not found.array.size or np.shares_memory(found.array, x.array)
    (found * tg.tensor(weights(found.shape))).sum().backward()
    (expected * torch.tensor(weights(found.shape))).sum().backward()
    close(x.grad, t.grad)


@settings(max_examples=200)
@given(st.data())
def test_setitem_as_in_pytorch(data: st.DataObject) -> None:
    """Values and the gradients of both the tensor and the value."""
    shape = data.draw(SHAPES)
    index = data.draw(indices(shape))
    places = outcome(lambda: torch.arange(int(np.prod(shape, dtype=int))).reshape(shape)[
        tuple(as_index(item, torch.tensor) for item in index)
    ])  # fmt: skip
    value_shape: tuple[int, ...] = ()
    if places is not None and len(places.unique()) == places.numel():  # a position twice: any value may be kept
        value_shape = tuple(n if data.draw(st.booleans()) else 1 for n in places.shape)
        value_shape = value_shape[data.draw(st.integers(0, len(value_shape))) :]
    x, t = pair(numbers(*shape))
    v, w = pair(-numbers(*value_shape))

    def written(x: Any, v: Any, tensor: Any) -> Any:
        y = x * 1
        y[tuple(as_index(item, tensor) for item in index)] = v
        return y

    y, e = outcome(lambda: written(x, v, tg.tensor)), outcome(lambda: written(t, w, torch.tensor))
    # Where nothing would be written PyTorch lets wrong indices pass that it refuses to read from.
    assert (y is None) == (e is None or places is None), (y, e)
    if y is None:
        return
    close(y, e)
    (y * tg.tensor(weights(shape))).sum().backward()
    (e * torch.tensor(weights(shape))).sum().backward()
    close(x.grad, t.grad)
    close(v.grad, torch.zeros_like(w) if w.grad is None else w.grad)


@pytest.mark.parametrize(
    "index",
    [
        [2, 0, 2],
        [True, False, True],
        ([True, False, True], 0),
        ([[0, 1], [2, 2]], 1),
        range(2),
        [],
        np.array([1, 0]),
        np.int64(1),
        np.array(1),
        (slice(np.int64(0), np.int64(1)), ...),
        (..., 0),
        True,
    ],
    ids=repr,
)
def test_what_stands_between_the_brackets(index: Any) -> None:
    x, t = pair(numbers(3, 3, 2))
    close(x[index], t[index])


def test_an_int_tensor_without_dimensions_is_an_int() -> None:
    x, i = tg.tensor(numbers(3, 2)), tg.tensor(2)
    assert x[i].shape == (2,) and np.shares_memory(x[i].array, x.array)
    assert x[i : i + 1, i - 1].shape == (1,)


def test_a_mask_without_dimensions_makes_one() -> None:
    same(lambda x: x[tg.tensor(True), 1], lambda x: x[torch.tensor(True), 1], numbers(3, 2))
    same(lambda x: x[x < 0], None, np.array(1.0))


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64])
def test_small_index_dtypes_do_not_overflow(dtype: Any) -> None:
    x = tg.tensor(numbers(200, 2)).requires_grad_()
    i = tg.tensor(np.array([100, -100, 100], dtype))
    x[i].sum().backward()
    expected = np.zeros((200, 2))
    expected[100] = 3  # -100 is 100
    np.testing.assert_array_equal(x.grad.array, expected)
    with pytest.raises(IndexingError, match="-101 is out of range"):
        x[:100][i - 1]


# -- what the tables cannot say -----------------------------------------------------------------------------


def test_embedding_does_not_train_the_padding() -> None:
    for padding in (0, -1, None):
        same(
            lambda i, w, p=padding: embedding(i, w, padding_idx=p),
            lambda i, w, p=padding: torch.nn.functional.embedding(i, w, padding_idx=p),
            np.array([[0, 2], [3, 0]]),
            numbers(4, 2),
        )


def test_embedding_without_padding_can_be_differentiated_twice() -> None:
    i, w = tg.tensor([0, 2, 0]), tg.tensor(numbers(3, 2)).requires_grad_()
    (first,) = grad((embedding(i, w, padding_idx=2) ** 3).sum(), w, create_graph=True)
    first.sum().backward()
    expected = np.zeros((3, 2))
    expected[0] = 2 * 6 * numbers(3, 2)[0]
    np.testing.assert_allclose(w.grad.array, expected)


def test_scatter_with_a_source_larger_than_its_index() -> None:
    """The rest of the source gets a gradient of 0 (PyTorch fails here)."""
    for op, expected in (("scatter", [[0.0, 3, 2], [0, 0, 0]]), ("scatter_add", [[0.0, 3, 2], [0, 0, 0]])):
        x, s = tg.tensor(numbers(1, 4)).requires_grad_(), tg.tensor(numbers(2, 3)).requires_grad_()
        y = getattr(x, op)(1, tg.tensor([[0, 3, 2]]), s)
        (y * tg.tensor([0.0, 1, 2, 3])).sum().backward()
        assert s.grad.tolist() == expected


def test_scatter_can_add() -> None:
    x, i, s = tg.tensor([1.0, 2.0]), tg.tensor([0, 0]), tg.tensor([3.0, 4.0])
    assert x.scatter(0, i, s, reduce="add").tolist() == [8, 2]
    assert x.scatter(0, i, 1, reduce="add").tolist() == [3, 2]


def test_an_empty_index_gathers_nothing() -> None:
    x, i = tg.tensor(numbers(2, 3)), tg.tensor(np.zeros((2, 0), np.int64))
    assert x.gather(1, i).shape == (2, 0)
    assert x.scatter_add(1, i, tg.tensor(numbers(2, 1))).tolist() == x.tolist()


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.int8, np.uint8])
def test_integers_are_added_exactly(dtype: Any) -> None:
    big = np.iinfo(dtype).max - 3
    x, s = tg.tensor(np.array([big, 0], dtype)), tg.tensor(np.array([1, 2, -1 if dtype is not np.uint8 else 1], dtype))
    i = tg.tensor([0, 0, 1])
    expected = torch.tensor(x.array).index_add(0, torch.tensor(i.array), torch.tensor(s.array))
    close(x.index_add(0, i, s), expected)
    close(x.scatter_add(0, i, s), expected)


def test_max_sends_its_gradient_to_the_first() -> None:
    same(lambda x: x.max(1).values, None, np.array([[1.0, 3, 3], [2, 2, 0]]))


def test_negative_dims_and_axis() -> None:
    x, i = tg.tensor(numbers(2, 3)), tg.tensor([[0], [2]])
    assert x.gather(-1, i).tolist() == x.gather(index=i, axis=1).tolist() == [[1], [6]]
