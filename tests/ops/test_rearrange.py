"""Repeating, padding, windows, grids and cutting: drawn arguments, against PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_zh as tg
from tests.double.strict import double_device
from tinygrad_zh.errors import ShapeError, TinygradZhError

from .libraries import OURS, THEIRS, close
from .pairs import agree, drawn, numbers, pair

grad: Any = tg.transforms.gradient.grad
few = settings(max_examples=20)
small_shapes = arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4)


# -- shapes ----------------------------------------------------------------------------------------------


@few
@given(data=st.data())
def test_repeat_tile_and_roll(data: st.DataObject) -> None:
    x = numbers(*data.draw(arrays.array_shapes(max_dims=3, max_side=4)))  # of an empty tensor PyTorch checks no dims
    counts = tuple(data.draw(st.lists(st.integers(0, 3), min_size=x.ndim - 1, max_size=x.ndim + 1)))
    agree(lambda m, x: x.repeat(counts), x)
    agree(lambda m, x: m.tile(x, counts), x)
    dims = tuple(data.draw(st.lists(st.integers(-x.ndim - 1, x.ndim), min_size=1, max_size=2)))
    shifts = tuple(data.draw(st.lists(st.integers(-5, 5), min_size=1, max_size=2)))
    agree(lambda m, x: m.roll(x, shifts, dims), x)
    quarters = data.draw(st.integers(-5, 5))
    agree(lambda m, x: m.rot90(x, quarters, dims), x)


@few
@given(data=st.data())
def test_repeat_interleave(data: st.DataObject) -> None:
    x = numbers(*data.draw(small_shapes))
    d = data.draw(st.integers(-x.ndim, x.ndim - 1))
    each = data.draw(arrays.arrays(np.int64, x.shape[d], elements=st.integers(0, 3)))
    agree(lambda m, x, n: m.repeat_interleave(x, n, dim=d), x, each)
    count, size = data.draw(st.integers(-1, 3)), data.draw(st.none() | st.integers(0, 8))
    agree(lambda m, x: x.repeat_interleave(count, output_size=size), x)


@few
@given(data=st.data())
def test_cutting(data: st.DataObject) -> None:
    x = numbers(*data.draw(small_shapes))
    d = data.draw(st.integers(-x.ndim, x.ndim - 1))
    ends = tuple(data.draw(st.lists(st.integers(-5, 6), max_size=3)))
    count = data.draw(st.integers(0, 5))
    agree(lambda m, x: m.tensor_split(x, ends, d), x)
    agree(lambda m, x: m.tensor_split(x, count, dim=d), x)
    for name in ("hsplit", "vsplit", "dsplit"):
        agree(lambda m, x, name=name: getattr(m, name)(x, count), x)
        agree(lambda m, x, name=name: getattr(x, name)(ends), x)


@few
@given(data=st.data())
def test_joining(data: st.DataObject) -> None:
    parts = [numbers(*data.draw(arrays.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=2))) for _ in range(2)]
    for name in ("hstack", "vstack", "dstack", "column_stack"):
        agree(lambda m, x, y, name=name: getattr(m, name)((x, y)), *parts)
    agree(lambda m, x, y: m.block_diag(x, y), *parts)
    agree(lambda m, x, y: m.cartesian_prod(x, y), *parts)
    agree(lambda m, x, y: m.broadcast_tensors(x, y), *parts)
    agree(lambda m, x, y: m.atleast_3d(x, y), *parts)
    agree(lambda m, x, y: m.meshgrid(x, y, indexing="xy"), *parts)


@few
@given(data=st.data())
def test_diag_embed(data: st.DataObject) -> None:
    x = numbers(*data.draw(small_shapes))
    offset, dim1, dim2 = (data.draw(st.integers(-3, 3)) for _ in range(3))
    agree(lambda m, x: m.diag_embed(x, offset, dim1, dim2), x)
    agree(lambda m, x: m.diagflat(x, offset), x)


@pytest.mark.parametrize("r", [-1, 0, 1, 2, 3, 5])
@pytest.mark.parametrize("again", [False, True])
def test_combinations(r: int, again: bool) -> None:
    agree(lambda m, x: m.combinations(x, r, again), numbers(4))


@pytest.mark.parametrize("row, col, offset", [(3, 4, 0), (4, 2, -1), (2, 5, 2), (3, 3, -5), (0, 3, 0), (2, 0, 1)])
def test_triangle_indices(row: int, col: int, offset: int) -> None:
    for name in ("tril_indices", "triu_indices"):
        close(getattr(OURS, name)(row, col, offset), getattr(torch, name)(row, col, offset))
        close(getattr(OURS, name)(row, col, dtype=tg.int32), getattr(torch, name)(row, col, dtype=torch.int32))


@pytest.mark.parametrize("shapes", [(), (2, (3, 1), (1, 2)), ((),), ((0, 1), (3,)), ((2,), (3,)), ((-1,), (1,))])
def test_broadcast_shapes(shapes: Any) -> None:
    try:
        expected = tuple(torch.broadcast_shapes(*shapes))
    except (RuntimeError, ValueError):
        with pytest.raises(TinygradZhError):
            tg.broadcast_shapes(*shapes)
    else:
        assert tg.broadcast_shapes(*shapes) == expected


# -- windows and borders -----------------------------------------------------------------------------------


@few
@given(data=st.data())
def test_unfold(data: st.DataObject) -> None:
    x = drawn(data, data.draw(small_shapes))
    d, size, step = (
        data.draw(st.integers(-x.ndim, x.ndim - 1)),
        data.draw(st.integers(-1, 5)),
        data.draw(st.integers(0, 3)),
    )
    agree(lambda m, x: x.unfold(d, size, step), x)
    agree(lambda m, x: (x.unfold(d, size, step) ** 2).sum(-1), x)


@few
@given(data=st.data())
def test_as_strided(data: st.DataObject) -> None:
    x = numbers(*data.draw(small_shapes))
    size = tuple(data.draw(st.lists(st.integers(0, 3), max_size=3)))
    stride = tuple(data.draw(st.lists(st.integers(-1, 3), min_size=len(size), max_size=len(size))))
    offset = data.draw(st.none() | st.integers(0, 4))
    agree(lambda m, x: m.as_strided(x, size, stride, offset), x)


@settings(max_examples=60)
@given(data=st.data(), mode=st.sampled_from(["constant", "reflect", "replicate", "circular"]))
def test_pad(data: st.DataObject, mode: str) -> None:
    ndim = data.draw(st.integers(1, 4))
    x = numbers(
        *data.draw(arrays.array_shapes(min_dims=ndim, max_dims=ndim, min_side=int(mode == "circular"), max_side=3))
    )
    count = data.draw(st.integers(0, 5))
    # Of cutting at one side and going round at the other PyTorch's result depends on memory that nobody has written.
    least = 0 if mode == "circular" else -2
    widths = tuple(data.draw(st.lists(st.integers(least, 3), min_size=count, max_size=count)))
    agree(lambda m, x: m.nn.functional.pad(x, widths, mode=mode), x)


def test_padding_with_a_value_keeps_the_dtype() -> None:
    for values in (np.arange(3), np.arange(3, dtype=np.uint8), np.array([True, False])):
        mine, theirs = pair(values, requires_grad=False)
        close(tg.nn.functional.pad(mine, (1, 1), value=1.5), torch.nn.functional.pad(theirs, (1, 1), value=1.5))


@pytest.mark.parametrize(
    "widths, mode", [((0, 0), "constant"), ((-1, 0), "constant"), ((0, 0), "reflect"), ((-1, -1), "circular")]
)
def test_a_padded_tensor_is_never_a_view(widths: tuple[int, int], mode: str) -> None:
    x = tg.tensor(numbers(1, 4))
    y = tg.nn.functional.pad(x, widths, mode)
    assert not np.shares_memory(x.array, y.array)


@few
@given(data=st.data())
def test_pixels(data: st.DataObject) -> None:
    x = numbers(*data.draw(arrays.array_shapes(min_dims=2, max_dims=4, max_side=4)))
    r = data.draw(st.integers(0, 3))
    for name in ("pixel_shuffle", "pixel_unshuffle", "channel_shuffle"):
        agree(lambda m, x, name=name: getattr(m, name)(x, r), x)


# -- views -------------------------------------------------------------------------------------------------


def test_unfold_and_as_strided_are_views() -> None:
    """What is written into the tensor is seen in the view, and the other way round; gradients know of both."""

    def call(m: Any, x: Any) -> Any:
        y = x * 1
        windows, steps = y.unfold(0, 2, 3), y.as_strided((2,), (3,), 1)
        y[0] = 9.0
        steps *= 5
        windows.mul_(2)
        return (y * windows.sum() + y.unfold(0, 2, 1).sum()).reshape(-1)

    agree(call, numbers(5))


@pytest.mark.parametrize("device", ["cpu", "double"])
def test_a_view_is_marked_as_one_on_every_device(device: str) -> None:
    with double_device():
        x = tg.tensor(numbers(4), device=device)
        for y in (x.unfold(0, 2, 2), x.as_strided((2, 2), (2, 1))):
            y.fill_(0)
            assert x.tolist() == [0, 0, 0, 0]
            x[:] = 1
            assert y.tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize(
    "view", [lambda x: x.unfold(0, 2, 1), lambda x: x.as_strided((2, 2), (1, 1)), lambda x: x.as_strided((3,), (0,))]
)
def test_overlapping_views_cannot_be_written_to(view: Callable[[Any], Any]) -> None:
    with pytest.raises(ShapeError, match="several elements share one place"):
        view(tg.tensor(numbers(4))).add_(1)


def test_view_of_another_dtype_shares_the_bits() -> None:
    for make in (
        lambda m, x: x.view(m.int32),
        lambda m, x: x.view(m.float64),
        lambda m, x: x[:, 2:].view(dtype=m.uint8),
    ):
        x, e = pair(numbers(2, 4).astype(np.float32), requires_grad=False)
        close(make(OURS, x), make(THEIRS, e))
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    bits = x.view(tg.int32)
    assert not bits.requires_grad
    y = tg.tensor([0.0, -2.0])
    y.view(tg.int32)[0] = 0x3F800000  # the bits of 1.0
    assert y.tolist() == [1, -2]


@pytest.mark.parametrize(
    "call",
    [
        lambda m, x: x.t().view(m.int16),
        lambda m, x: x[:, :1].view(m.float64),
        lambda m, x: x[0, 0].view(m.uint8),
        lambda m, x: x.view(m.float64, 2),
        lambda m, x: x.view(),
    ],
)
def test_view_of_another_dtype_refuses(call: Callable[..., Any]) -> None:
    agree(lambda m, x: call(m, x), numbers(2, 4).astype(np.float32))
