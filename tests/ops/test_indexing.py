"""Indexing beyond the tables: every kind of index against PyTorch, views and writes, gradients, errors."""

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
from tinygrad_zh.errors import GraphError, IndexingError, TinygradZhError
from tinygrad_zh.ops.publish import public

from .libraries import close

grad: Any = tg.transforms.gradient.grad
embedding: Any = public["embedding"]


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


# -- views and writes ---------------------------------------------------------------------------------------


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
