"""Replacing elements and reducing by an index: drawn arguments, against PyTorch."""

from __future__ import annotations

from typing import Any

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_zh as tg
from tinygrad_zh.errors import GraphError

from .pairs import agree, drawn, numbers

grad: Any = tg.transforms.gradient.grad
few = settings(max_examples=20)
small_shapes = arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4)


@settings(max_examples=60)
@given(data=st.data(), name=st.sampled_from(["sum", "prod", "mean", "amax", "amin"]), include_self=st.booleans())
def test_scatter_reduce(data: st.DataObject, name: str, include_self: bool) -> None:
    """With ties, zeros and repeated places; ``index_reduce`` is the same with one number for a slice."""
    shape = data.draw(arrays.array_shapes(min_dims=1, max_dims=2, max_side=3))
    d = data.draw(st.integers(-len(shape), len(shape) - 1))
    some = tuple(data.draw(st.integers(1, 5 if k == d % len(shape) else n)) for k, n in enumerate(shape))
    index = data.draw(arrays.arrays(np.int64, some, elements=st.integers(0, shape[d] - 1)))
    x, src = drawn(data, shape), drawn(data, some)
    agree(lambda m, x, i, s: m.scatter_reduce(x, d, i, s, name, include_self=include_self), x, index, src)
    whole = (x.astype(np.int64), src.astype(np.int64))
    agree(lambda m, x, i, s: m.scatter_reduce(x, d, i, s, name, include_self=include_self), whole[0], index, whole[1])
    places = np.moveaxis(index, d, 0).reshape(some[d], -1)[:, 0]
    sizes = tuple(some[d] if k == d % len(shape) else n for k, n in enumerate(shape))
    source = drawn(data, sizes)
    agree(lambda m, x, i, s: m.index_reduce(x, d, i, s, name, include_self=include_self), x, places, source)


def test_an_extreme_of_nan_is_nan() -> None:
    index = np.array([0, 0, 1])
    for name in ("amax", "amin"):
        agree(
            lambda m, x, i, s, name=name: x.scatter_reduce(0, i, s, name),
            np.array([1, np.nan, 3]),
            index,
            np.array([np.nan, np.inf, 2.0]),
        )


def test_many_elements_in_one_place() -> None:
    rng = np.random.default_rng(0)
    index, src = rng.integers(0, 3, 200), rng.uniform(0.9, 1.1, 200)
    for name in ("prod", "amax", "amin", "mean"):
        agree(lambda m, x, i, s, name=name: x.scatter_reduce(0, i, s, name), np.ones(4), index, src)


def test_a_product_with_zeros_has_a_second_derivative_only_while_it_is_right() -> None:
    def second(src: Any) -> Any:
        s = tg.tensor(src, requires_grad=True)
        y = tg.ones(1).scatter_reduce(0, tg.tensor([0] * len(src)), s, "prod")
        (g,) = grad(y.sum(), s, create_graph=True)
        return grad((g * tg.tensor([1.0, 2.0, 4.0])).sum(), s)[0].tolist()

    # ∂²(abc): the matrix (0 c b; c 0 a; b a 0), applied to (1, 2, 4)
    assert second([3.0, 5.0, 0.0]) == [20, 12, 11]
    with pytest.raises(GraphError, match="no second derivative"):
        second([3.0, 0.0, 0.0])


@few
@given(data=st.data(), accumulate=st.booleans())
def test_index_put_and_put(data: st.DataObject, accumulate: bool) -> None:
    shape = data.draw(arrays.array_shapes(min_dims=1, max_dims=3, max_side=3))
    x = drawn(data, shape)
    count = data.draw(st.integers(1, len(shape)))
    places = data.draw(arrays.array_shapes(min_dims=0, max_dims=2, max_side=3))
    number = int(np.prod(places, dtype=int))
    # Where nothing is added, a position that occurs twice takes one of the values: which one, nobody says.
    unique = not accumulate
    flat = data.draw(
        st.lists(st.integers(0, shape[0] - 1), min_size=number, max_size=number, unique=unique and number <= shape[0])
    )
    indices = [np.array(flat).reshape(places)] + [np.zeros(places, np.int64) - 1] * (count - 1)
    values = numbers(*data.draw(st.sampled_from([(), shape[count:], (*places, *shape[count:])])))
    if not accumulate and not unique:
        values = numbers()
    agree(lambda m, x, v, *i: m.index_put(x, i, v, accumulate), x, values, *indices)
    total_size = int(np.prod(shape, dtype=int))
    targets = data.draw(
        arrays.arrays(np.int64, places, elements=st.integers(-total_size, total_size - 1), unique=False)
    )
    if accumulate or len(set((targets % total_size).ravel().tolist())) == targets.size:
        agree(lambda m, x, i, v: m.put(x, i, v, accumulate), x, targets, numbers(number))


@few
@given(data=st.data())
def test_parts(data: st.DataObject) -> None:
    shape = data.draw(arrays.array_shapes(min_dims=1, max_dims=3, max_side=3))
    x, d = drawn(data, shape), data.draw(st.integers(-len(shape), len(shape) - 1))
    i, start, end, step = (data.draw(st.integers(low, 3)) for low in (-3, -4, -4, 0))
    numbers_of = [(*shape[: d % len(shape)], *shape[d % len(shape) + 1 :]), shape]
    for part in numbers_of:
        agree(lambda m, x, v: m.select_scatter(x, v, d, i), x, numbers(*part))
    length = len(range(shape[d])[start : end : step or 1])
    part = tuple(length if k == d % len(shape) else n for k, n in enumerate(shape))
    agree(lambda m, x, v: m.slice_scatter(x, v, d, start, end, step), x, numbers(*part))
    offset, other = data.draw(st.integers(-3, 3)), data.draw(st.integers(-len(shape), len(shape) - 1))
    if len(shape) > 1 and d % len(shape) != other % len(shape):
        diagonal = np.diagonal(x, offset, d, other).shape
        agree(lambda m, x, v: m.diagonal_scatter(x, v, offset, d, other), x, numbers(*diagonal))


@few
@given(data=st.data())
def test_masked_scatter(data: st.DataObject) -> None:
    shape = data.draw(small_shapes)
    mask = data.draw(arrays.arrays(np.bool_, shape))
    agree(lambda m, x, c, v: m.masked_scatter(x, c, v), numbers(*shape), mask, numbers(data.draw(st.integers(0, 12))))


@pytest.mark.parametrize("shape", [(3, 4), (5, 2), (7, 2), (3, 3), (2, 2, 2), (0, 3), (3, 0), (4,), (2, 3, 2)])
@pytest.mark.parametrize("wrap", [False, True])
def test_fill_diagonal(shape: tuple[int, ...], wrap: bool) -> None:
    agree(lambda m, x: (x * 1).fill_diagonal_(7, wrap), numbers(*shape))
    agree(lambda m, x: (x * 1).transpose(0, -1).fill_diagonal_(7, wrap=wrap), numbers(*shape))


def test_inplace_forms_write_into_the_tensor() -> None:
    i, v = np.array([0, 2]), numbers(2)
    for call in (
        lambda m, x, i, v: x.index_put_((i,), v, accumulate=True),
        lambda m, x, i, v: x.put_(i, v),
        lambda m, x, i, v: x.masked_scatter_(x > 1, v),
        lambda m, x, i, v: x.scatter_reduce_(0, i, v, "prod"),
        lambda m, x, i, v: x.index_reduce_(0, i, v, "amax"),
    ):

        def written(m: Any, x: Any, i: Any, v: Any, call: Any = call) -> Any:
            y = x * 1
            assert call(m, y, i, v) is y
            return y

        agree(written, numbers(3), i, v)


def test_integer_means_are_rounded_down() -> None:
    x, i, s = np.array([0, 5]), np.array([0, 0]), np.array([-2, -2])
    agree(lambda m, x, i, s: x.scatter_reduce(0, i, s, "mean"), x, i, s)
    agree(lambda m, x, i, s: x.index_reduce(0, i, s, "mean", include_self=False), x, i, s)
