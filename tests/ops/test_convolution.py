"""Convolution, folding, interpolation and sampling against PyTorch: any arguments, and what both refuse."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygrad_zh.errors import TinygradZhError
from tinygrad_zh.ops.convolution import Sliding, convolution, convolution_transpose, convolution_weight
from tinygrad_zh.ops.publish import public, spaces

from .libraries import OURS, THEIRS, array, close

F = spaces["nn.functional"]


def agree(call: Callable[..., Any], *arrays: Any) -> None:
    """The same results, gradients too, or an error from both."""
    tensors = [torch.from_numpy(a.copy()).requires_grad_(a.dtype.kind == "f") for a in arrays]
    xs = [public["from_numpy"](a.copy()).requires_grad_(a.dtype.kind == "f") for a in arrays]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = call(THEIRS, *tensors)
    except (RuntimeError, ValueError):
        with pytest.raises(TinygradZhError):
            call(OURS, *xs)
        return
    found = call(OURS, *xs)
    several = isinstance(expected, tuple)
    for y, e in zip(found if several else (found,), expected if several else (expected,), strict=True):
        close(y, e)
    y, e = (found[0], expected[0]) if several else (found, expected)
    if 0 in y.shape:
        return
    u = np.random.default_rng(1).normal(size=y.shape)
    e.backward(torch.from_numpy(u))
    y.backward(public["from_numpy"](u))
    for x, t in zip(xs, tensors, strict=True):
        if t.requires_grad:
            close(x.grad, np.zeros(x.shape) if t.grad is None else t.grad)


def ints(data: st.DataObject, low: int, high: int, dims: int) -> tuple[int, ...]:
    return tuple(data.draw(st.integers(low, high)) for _ in range(dims))


def numbers(data: st.DataObject, *shape: int) -> Any:
    return np.random.default_rng(data.draw(st.integers(0, 99))).normal(size=shape)


@pytest.mark.parametrize("dims", [1, 2, 3])
@settings(max_examples=15)
@given(data=st.data())
def test_conv_of_any_arguments(dims: int, data: st.DataObject) -> None:
    groups, (n, c, o) = data.draw(st.integers(1, 2)), ints(data, 1, 2, 3)
    x = numbers(data, n - data.draw(st.integers(0, 1)), c * groups, *ints(data, 1, 5, dims))
    w = numbers(data, o * groups, c, *ints(data, 1, 3, dims))
    padding = data.draw(st.sampled_from(["same", "valid", *[ints(data, 0, 2, dims)] * 3]))
    stride = 1 if padding == "same" else ints(data, 1, 3, dims)
    options = {"stride": stride, "padding": padding, "dilation": ints(data, 1, 2, dims), "groups": groups}
    if data.draw(st.booleans()):
        agree(lambda m, x, w, b: getattr(m, f"conv{dims}d")(x, w, b, **options), x, w, numbers(data, o * groups))
    else:
        agree(lambda m, x, w: getattr(m, f"conv{dims}d")(x, w, **options), x, w)


@pytest.mark.parametrize("dims", [1, 2, 3])
@settings(max_examples=15)
@given(data=st.data())
def test_conv_transpose_of_any_arguments(dims: int, data: st.DataObject) -> None:
    groups, (n, c, o) = data.draw(st.integers(1, 2)), ints(data, 1, 2, 3)
    x = numbers(data, n, c * groups, *ints(data, 1, 3, dims))
    w = numbers(data, c * groups, o, *ints(data, 1, 3, dims))
    options = {
        "stride": ints(data, 1, 3, dims),
        "padding": ints(data, 0, 1, dims),
        "output_padding": ints(data, 0, 2, dims),
        "dilation": ints(data, 1, 2, dims),
        "groups": groups,
    }
    agree(lambda m, x, w, b: getattr(m, f"conv_transpose{dims}d")(x, w, b, **options), x, w, numbers(data, o * groups))


@settings(max_examples=20)
@given(data=st.data())
def test_unfold_and_fold_are_transposes(data: st.DataObject) -> None:
    size, options = ints(data, 2, 5, 2), {
        "kernel_size": ints(data, 1, 2, 2),
        "dilation": ints(data, 1, 2, 2),
        "padding": ints(data, 0, 1, 2),
        "stride": ints(data, 1, 2, 2),
    }  # fmt: skip
    x = numbers(data, 1, 2, *size)
    agree(lambda m, x: m.nn.functional.unfold(x, **options), x)
    try:
        columns = F["unfold"](public["from_numpy"](x), **options)
    except TinygradZhError:
        return
    agree(lambda m, x: m.nn.functional.fold(x, size, **options), numbers(data, *columns.shape))


def test_the_three_primitives_are_one_form() -> None:
    """⟨z, x ∗ w⟩ = ⟨x, z ∗ᵀ w⟩ = ⟨w, x ⋆ z⟩, also where a row of the image is out of reach."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 4, 6, 5)), rng.normal(size=(6, 2, 2, 3))
    how = Sliding((2, 2), ((1, 0), (2, -1)), (2, 1), 2)
    z = rng.normal(size=np.shape(convolution(x, w, None, how=how)))
    whole = np.sum(z * convolution(x, w, None, how=how))
    np.testing.assert_allclose(np.sum(x * convolution_transpose(z, w, size=(6, 5), how=how)), whole)
    np.testing.assert_allclose(np.sum(w * convolution_weight(x, z, kernel=(2, 3), how=how)), whole)


MODES = ["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area"]


@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=15)
@given(data=st.data())
def test_interpolate_of_any_arguments(mode: str, data: st.DataObject) -> None:
    """Two cases are left out, in which PyTorch 2.13 is wrong: with antialias a width of 1, where it repeats a row;
    and a scale such as 1.2 that keeps the size, where its gradient is not that of its value."""
    dims = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}.get(mode) or data.draw(st.integers(1, 3))
    x = numbers(data, data.draw(st.integers(0, 2)), 1, *ints(data, 2, 5, dims))
    options: dict[str, Any] = {"mode": mode}
    if "linear" in mode or mode == "bicubic":
        options["align_corners"] = data.draw(st.sampled_from([None, False, True]))
    if mode in ("bilinear", "bicubic"):
        options["antialias"] = data.draw(st.booleans())
    if data.draw(st.booleans()):
        options["size"] = tuple(data.draw(st.integers(2, 8)) for _ in range(dims))
    else:
        exact = (
            st.sampled_from([2, 3.0, 1.5])
            if mode in ("nearest", "nearest-exact", "bicubic", "bilinear")
            else st.floats(1, 3)
        )
        options["scale_factor"] = tuple(data.draw(exact) for _ in range(dims))
        options["recompute_scale_factor"] = data.draw(st.sampled_from([None, False, True]))
    agree(lambda m, x: m.nn.functional.interpolate(x, **options), x)


def test_interpolate_keeps_its_place_in_float32() -> None:
    """Places are computed in float32 for float32 images, or some would round to another neighbour."""
    for count in (7, 41, 300):
        x = np.arange(101, dtype=np.float32).reshape(1, 1, -1)
        for mode in ("nearest", "nearest-exact"):
            agree_in_float32 = THEIRS.nn.functional.interpolate(torch.from_numpy(x), count, mode=mode)
            close(F["interpolate"](public["from_numpy"](x), count, mode=mode), agree_in_float32)


@settings(max_examples=40)
@given(data=st.data())
def test_grid_sample_of_any_arguments(data: st.DataObject) -> None:
    """Places are multiples of 1/8, so that edges, corners and middles are met often."""
    dims = data.draw(st.integers(2, 3))
    x = numbers(data, 1, data.draw(st.integers(1, 2)), *ints(data, 1, 4, dims))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    grid = rng.integers(-20, 21, size=(1, *ints(data, 0, 2, dims), dims)) / 8
    options = {
        "mode": data.draw(st.sampled_from(["bilinear", "nearest", "bicubic"])),
        "padding_mode": data.draw(st.sampled_from(["zeros", "border", "reflection"])),
        "align_corners": data.draw(st.sampled_from([None, False, True])),
    }
    agree(lambda m, x, grid: m.nn.functional.grid_sample(x, grid, **options), x, grid)


def test_places_that_are_no_numbers_look_up_zero() -> None:
    grid = public["tensor"]([[[[float("nan"), 0.0], [float("inf"), 0.0], [0.0, -float("inf")]]]])
    found = F["grid_sample"](public["ones"](1, 1, 2, 2), grid, mode="nearest")
    assert array(found).tolist() == [[[[0.0, 0.0, 0.0]]]]


def test_a_layer_learns_a_filter() -> None:
    """Second order, as a whole: the gradient of a gradient's length through convolution and pooling."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(1, 1, 5, 5)), rng.normal(size=(2, 1, 2, 2))

    def length(m: Any, x: Any, w: Any, grad: Any) -> Any:
        y = m.nn.functional.max_pool2d(m.tanh(m.conv2d(x, w, padding=1)), 2)
        return (grad(y.sum(), (x,), create_graph=True)[0] ** 2).sum()

    t = [torch.from_numpy(a).requires_grad_() for a in (x, w)]
    o = [public["from_numpy"](a).requires_grad_() for a in (x, w)]
    from tinygrad_zh.transforms.gradient import grad

    expected = torch.autograd.grad(length(THEIRS, *t, torch.autograd.grad), t)
    for g, e in zip(grad(length(OURS, *o, grad), o), expected, strict=True):
        close(g, e)


# -- what both refuse ------------------------------------------------------------------------------------


def zeros(m: Any, *shape: int, **options: Any) -> Any:
    return m.zeros(*shape, **options)


REFUSED: dict[str, Callable[[Any], Any]] = {
    "conv: too few dimensions": lambda m: m.conv2d(zeros(m, 3), zeros(m, 1, 1, 2, 2)),
    "conv: channels": lambda m: m.conv2d(zeros(m, 1, 3, 4, 4), zeros(m, 1, 2, 2, 2)),
    "conv: weight's dimensions": lambda m: m.conv2d(zeros(m, 1, 2, 4, 4), zeros(m, 1, 2, 2)),
    "conv: groups": lambda m: m.conv1d(zeros(m, 1, 4, 4), zeros(m, 3, 2, 2), groups=2),
    "conv: no groups": lambda m: m.conv1d(zeros(m, 1, 4, 4), zeros(m, 2, 4, 2), groups=0),
    "conv: bias": lambda m: m.conv1d(zeros(m, 1, 2, 4), zeros(m, 3, 2, 2), zeros(m, 2)),
    "conv: dtypes": lambda m: m.conv1d(zeros(m, 1, 2, 4), zeros(m, 3, 2, 2, dtype=m.float64)),
    "conv: kernel too large": lambda m: m.conv1d(zeros(m, 1, 2, 2), zeros(m, 3, 2, 3)),
    "conv: stride 0": lambda m: m.conv1d(zeros(m, 1, 2, 4), zeros(m, 3, 2, 2), stride=0),
    "conv: padding −1": lambda m: m.conv1d(zeros(m, 1, 2, 4), zeros(m, 3, 2, 2), padding=-1),
    "conv: strides": lambda m: m.conv1d(zeros(m, 1, 2, 4), zeros(m, 3, 2, 2), stride=(1, 2)),
    "conv: float stride": lambda m: m.conv1d(zeros(m, 1, 2, 4), zeros(m, 3, 2, 2), stride=1.5),
    "conv: strided same": lambda m: m.conv1d(zeros(m, 1, 2, 4), zeros(m, 3, 2, 2), padding="same", stride=2),
    "conv: unknown padding": lambda m: m.conv1d(zeros(m, 1, 2, 4), zeros(m, 3, 2, 2), padding="full"),
    "conv: bool": lambda m: m.conv1d(zeros(m, 1, 2, 4, dtype=m.bool), zeros(m, 3, 2, 2, dtype=m.bool)),
    "transpose: output padding": lambda m: m.conv_transpose1d(zeros(m, 1, 2, 4), zeros(m, 2, 2, 2), output_padding=1),
    "transpose: channels": lambda m: m.conv_transpose1d(zeros(m, 1, 3, 4), zeros(m, 2, 2, 2)),
    "transpose: nothing left": lambda m: m.conv_transpose1d(zeros(m, 1, 2, 1), zeros(m, 2, 2, 2), padding=1),
    "unfold: too few dimensions": lambda m: m.nn.functional.unfold(zeros(m, 3, 3), 2),
    "unfold: too large": lambda m: m.nn.functional.unfold(zeros(m, 1, 1, 2, 2), 3),
    "fold: rows": lambda m: m.nn.functional.fold(zeros(m, 1, 3, 4), (3, 3), 2),
    "fold: columns": lambda m: m.nn.functional.fold(zeros(m, 1, 4, 5), (3, 3), 2),
    "interpolate: neither": lambda m: m.nn.functional.interpolate(zeros(m, 1, 1, 2)),
    "interpolate: both": lambda m: m.nn.functional.interpolate(zeros(m, 1, 1, 2), 3, 2.0),
    "interpolate: mode": lambda m: m.nn.functional.interpolate(zeros(m, 1, 1, 2), 3, mode="sinc"),
    "interpolate: dimensions": lambda m: m.nn.functional.interpolate(zeros(m, 1, 1, 2), 3, mode="bilinear"),
    "interpolate: corners": lambda m: m.nn.functional.interpolate(zeros(m, 1, 1, 2), 3, align_corners=True),
    "interpolate: antialias": lambda m: m.nn.functional.interpolate(zeros(m, 1, 1, 2), 3, antialias=True),
    "interpolate: to nothing": lambda m: m.nn.functional.interpolate(zeros(m, 1, 1, 2), scale_factor=0.1),
    "interpolate: sizes": lambda m: m.nn.functional.interpolate(zeros(m, 1, 1, 2), (3, 3)),
    "interpolate: too few sizes": lambda m: m.nn.functional.interpolate(zeros(m, 1, 1, 2, 2), (3,)),
    "interpolate: recomputed size": lambda m: m.nn.functional.interpolate(
        zeros(m, 1, 1, 2), 3, recompute_scale_factor=True
    ),
    "sample: shapes": lambda m: m.nn.functional.grid_sample(zeros(m, 1, 1, 2, 2), zeros(m, 1, 1, 1, 3)),
    "sample: batches": lambda m: m.nn.functional.grid_sample(zeros(m, 1, 1, 2, 2), zeros(m, 2, 1, 1, 2)),
    "sample: mode": lambda m: m.nn.functional.grid_sample(zeros(m, 1, 1, 2, 2), zeros(m, 1, 1, 1, 2), mode="cubic"),
    "sample: padding": lambda m: m.nn.functional.grid_sample(
        zeros(m, 1, 1, 2, 2), zeros(m, 1, 1, 1, 2), padding_mode="wrap"
    ),
    "sample: dtypes": lambda m: m.nn.functional.grid_sample(
        zeros(m, 1, 1, 2, 2), zeros(m, 1, 1, 1, 2, dtype=m.float64)
    ),
    "grid: shape": lambda m: m.nn.functional.affine_grid(zeros(m, 1, 2, 2), (1, 1, 2, 2)),
    "grid: batches": lambda m: m.nn.functional.affine_grid(zeros(m, 1, 2, 3), (2, 1, 2, 2)),
    "grid: integers": lambda m: m.nn.functional.affine_grid(zeros(m, 1, 2, 3, dtype=m.int64), (1, 1, 2, 2)),
}


@pytest.mark.parametrize("use", REFUSED.values(), ids=REFUSED)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_pytorch_refuses_we_refuse(use: Callable[[Any], Any]) -> None:
    with pytest.raises((RuntimeError, ValueError, TypeError, IndexError)):
        use(THEIRS)
    with pytest.raises(TinygradZhError):
        use(OURS)


def test_numbers_are_no_tensors() -> None:
    for use in (
        lambda: public["conv1d"]([[1.0]], public["zeros"](1, 1, 1)),
        lambda: public["conv1d"](public["zeros"](1, 1, 1), 2.0),
        lambda: F["interpolate"]([1.0], 2),
        lambda: F["grid_sample"](public["zeros"](1, 1, 1, 1), 0.5),
        lambda: F["affine_grid"](1.0, (1, 1, 1, 1)),
    ):
        with pytest.raises(TinygradZhError, match="E211"):
            use()
