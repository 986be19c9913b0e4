"""Pooling against PyTorch: any arguments, ties, NaN and infinities, and what both refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tinygrad_zh.errors import TinygradZhError
from tinygrad_zh.ops.publish import public, spaces

from .libraries import OURS, THEIRS, array, close
from .test_convolution import agree, ints, numbers, zeros

F = spaces["nn.functional"]


def hard_numbers(data: st.DataObject, *shape: int) -> Any:
    """Whole numbers, so that many are equal, with NaN and −∞ among them."""
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    x = rng.integers(-2, 3, size=shape).astype(float)
    odd = data.draw(st.sampled_from([None, np.nan, -np.inf, np.inf]))
    if odd is not None:
        x[rng.random(shape) < 0.3] = odd
    return x


@pytest.mark.parametrize("dims", [1, 2, 3])
@settings(max_examples=20)
@given(data=st.data())
def test_windows_of_any_arguments(dims: int, data: st.DataObject) -> None:
    batch = ints(data, 0, 2, data.draw(st.integers(0, 1)))
    shape = (*batch, data.draw(st.integers(1, 2)), *ints(data, 1, 6, dims))
    kernel, padding, dilation = ints(data, 1, 3, dims), ints(data, 0, 1, dims), ints(data, 1, 2, dims)
    stride = data.draw(st.sampled_from([None, ints(data, 1, 3, dims)]))
    # Where a window steps over the whole image PyTorch writes outside its memory; here it is an error.
    assume(not any(p and d > n for n, p, d in zip(shape[-dims:], padding, dilation, strict=True)))
    same: dict[str, Any] = {"kernel_size": kernel, "stride": stride, "padding": padding}
    same["ceil_mode"] = data.draw(st.booleans())
    most: dict[str, Any] = {**same, "dilation": dilation, "return_indices": data.draw(st.booleans())}
    agree(lambda m, x: getattr(m.nn.functional, f"max_pool{dims}d")(x, **most), hard_numbers(data, *shape))
    mean: dict[str, Any] = {**same, "count_include_pad": data.draw(st.booleans())}
    if dims > 1:
        mean["divisor_override"] = data.draw(st.sampled_from([None, 3, -2]))
    agree(lambda m, x: getattr(m.nn.functional, f"avg_pool{dims}d")(x, **mean), numbers(data, *shape))


@pytest.mark.parametrize("dims", [1, 2, 3])
@settings(max_examples=20)
@given(data=st.data())
def test_adaptive_of_any_arguments(dims: int, data: st.DataObject) -> None:
    batch = ints(data, 0, 2, data.draw(st.integers(0, 1)))
    shape = (*batch, data.draw(st.integers(1, 2)), *ints(data, 1, 6, dims))
    counts = ints(data, 0, 5, dims)
    agree(lambda m, x: getattr(m.nn.functional, f"adaptive_avg_pool{dims}d")(x, counts), numbers(data, *shape))
    for indices in (False, True):
        agree(
            lambda m, x, indices=indices: getattr(m.nn.functional, f"adaptive_max_pool{dims}d")(x, counts, indices),
            hard_numbers(data, *shape),
        )


@pytest.mark.parametrize("dims", [2, 3])
@settings(max_examples=20)
@given(data=st.data())
def test_fractional_of_any_samples(dims: int, data: st.DataObject) -> None:
    x = hard_numbers(data, *ints(data, 1, 2, 2), *ints(data, 1, 6, dims))
    samples = np.random.default_rng(data.draw(st.integers(0, 99))).random((*x.shape[:2], dims))
    kernel, counts = ints(data, 1, 3, dims), ints(data, 1, 4, dims)

    def call(m: Any, x: Any) -> Any:
        given_ = torch.from_numpy(samples) if m is THEIRS else public["from_numpy"](samples)
        use = getattr(m.nn.functional, f"fractional_max_pool{dims}d")
        return use(x, kernel, counts, return_indices=True, _random_samples=given_)

    agree(call, x)


def test_fractional_windows_are_drawn() -> None:
    """From the generator, so that a seed repeats them; every result is an element at a place that may be chosen."""
    x = public["arange"](121, dtype=public["zeros"](1).dtype).reshape(1, 1, 11, 11)
    public["manual_seed"](3)
    first, second = (F["fractional_max_pool2d"](x, 2, output_ratio=0.5) for _ in range(2))
    public["manual_seed"](3)
    np.testing.assert_array_equal(array(F["fractional_max_pool2d"](x, 2, output_ratio=(0.5, 0.5))), array(first))
    assert first.shape == (1, 1, 5, 5) and array(first)[0, 0, -1, -1] == 120
    assert not np.array_equal(array(first), array(second))


@pytest.mark.parametrize("dims", [1, 2, 3])
@settings(max_examples=10)
@given(data=st.data())
def test_unpool_undoes_pool(dims: int, data: st.DataObject) -> None:
    shape, kernel = (1, 2, *ints(data, 2, 5, dims)), ints(data, 1, 2, dims)
    x = numbers(data, *shape)
    values, indices = getattr(torch.nn.functional, f"max_pool{dims}d")(torch.from_numpy(x), kernel, return_indices=True)

    def call(m: Any, v: Any) -> Any:
        places = indices if m is THEIRS else public["from_numpy"](indices.numpy())
        return getattr(m.nn.functional, f"max_unpool{dims}d")(v, places, kernel, output_size=shape[-dims:])

    agree(call, values.numpy())


def test_a_place_that_is_filled_twice_gives_both_their_gradient() -> None:
    x = public["tensor"]([[[1.0, 2.0]]], requires_grad=True)
    y = F["max_unpool1d"](x, public["tensor"]([[[1, 1]]]), 2)
    assert array(y)[0, 0, 1] in (1.0, 2.0)
    (y * public["tensor"]([1.0, 5.0, 1.0, 1.0])).sum().backward()
    close(x.grad, np.array([[[5.0, 5.0]]], dtype=np.float32))


def test_infinite_elements_do_not_spoil_their_neighbours() -> None:
    x = np.array([[[np.inf, 1.0, 2.0, 3.0, np.nan]]])
    agree(lambda m, x: m.nn.functional.adaptive_avg_pool1d(x, 3), x)
    agree(lambda m, x: m.nn.functional.avg_pool1d(x, 2), x)


def test_integers_are_divided_as_in_pytorch() -> None:
    """Towards zero."""
    x = np.array([[[-3, -2, 3, 2]]])
    close(F["avg_pool1d"](public["from_numpy"](x), 2), torch.nn.functional.avg_pool1d(torch.from_numpy(x), 2))


REFUSED: dict[str, Callable[[Any], Any]] = {
    "too few dimensions": lambda m: m.nn.functional.max_pool2d(zeros(m, 3, 3), 2),
    "too many dimensions": lambda m: m.nn.functional.avg_pool1d(zeros(m, 1, 1, 3, 3), 2),
    "empty": lambda m: m.nn.functional.max_pool2d(zeros(m, 1, 1, 0, 3), 1),
    "window too large": lambda m: m.nn.functional.max_pool2d(zeros(m, 1, 1, 2, 2), 3),
    "padding too large": lambda m: m.nn.functional.max_pool2d(zeros(m, 1, 1, 4, 4), 2, padding=2),
    "no window": lambda m: m.nn.functional.avg_pool2d(zeros(m, 1, 1, 4, 4), 0),
    "three sizes": lambda m: m.nn.functional.avg_pool2d(zeros(m, 1, 1, 4, 4), (1, 2, 3)),
    "dilation 0": lambda m: m.nn.functional.max_pool2d(zeros(m, 1, 1, 4, 4), 2, dilation=0),
    "divisor 0": lambda m: m.nn.functional.avg_pool2d(zeros(m, 1, 1, 4, 4), 2, divisor_override=0),
    "maximum of bools": lambda m: m.nn.functional.max_pool2d(zeros(m, 1, 1, 4, 4, dtype=m.bool), 2),
    "mean of bools": lambda m: m.nn.functional.avg_pool2d(zeros(m, 1, 1, 4, 4, dtype=m.bool), 2),
    "adaptive mean of integers": lambda m: m.nn.functional.adaptive_avg_pool2d(zeros(m, 1, 1, 4, 4, dtype=m.int64), 2),
    "adaptive size −1": lambda m: m.nn.functional.adaptive_avg_pool2d(zeros(m, 1, 1, 4, 4), -1),
    "adaptive sizes": lambda m: m.nn.functional.adaptive_max_pool2d(zeros(m, 1, 1, 4, 4), (1, 1, 1)),
    "fractional: neither": lambda m: m.nn.functional.fractional_max_pool2d(zeros(m, 1, 1, 4, 4), 2),
    "fractional: ratio": lambda m: m.nn.functional.fractional_max_pool2d(zeros(m, 1, 1, 4, 4), 2, output_ratio=1.5),
    "fractional: too large": lambda m: m.nn.functional.fractional_max_pool2d(zeros(m, 1, 1, 4, 4), 2, output_size=4),
    "fractional: samples": lambda m: m.nn.functional.fractional_max_pool2d(
        zeros(m, 1, 1, 4, 4), 2, output_size=2, _random_samples=zeros(m, 1, 1, 3)
    ),
    "fractional: dtypes": lambda m: m.nn.functional.fractional_max_pool2d(
        zeros(m, 1, 1, 4, 4), 2, output_size=2, _random_samples=zeros(m, 1, 1, 2, dtype=m.float64)
    ),
    "unpool: shapes": lambda m: m.nn.functional.max_unpool1d(zeros(m, 1, 1, 2), zeros(m, 1, 1, 3, dtype=m.int64), 2),
    "unpool: dtype": lambda m: m.nn.functional.max_unpool1d(zeros(m, 1, 1, 2), zeros(m, 1, 1, 2, dtype=m.int32), 2),
    "unpool: outside": lambda m: m.nn.functional.max_unpool1d(
        zeros(m, 1, 1, 2), zeros(m, 1, 1, 2, dtype=m.int64) + 4, 2
    ),
    "unpool: size": lambda m: m.nn.functional.max_unpool1d(
        zeros(m, 1, 1, 2), zeros(m, 1, 1, 2, dtype=m.int64), 2, output_size=(9,)
    ),
}


@pytest.mark.parametrize("use", REFUSED.values(), ids=REFUSED)
def test_what_pytorch_refuses_we_refuse(use: Callable[[Any], Any]) -> None:
    with pytest.raises((RuntimeError, ValueError, TypeError, IndexError)):
        use(THEIRS)
    with pytest.raises(TinygradZhError):
        use(OURS)


def test_a_window_that_steps_over_the_whole_image_is_refused() -> None:
    with pytest.raises(TinygradZhError, match="E911"):
        F["max_pool2d"](public["zeros"](1, 1, 1, 4), (2, 1), 1, (1, 0), (2, 1))
