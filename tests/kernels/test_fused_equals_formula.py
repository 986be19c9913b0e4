"""Every CPU kernel computes what its op's formula computes, for every dtype, shape, layout and option."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh.errors import TinygradZhError
from tinygrad_zh.kernels.cpu import activation, exponential, linear, loss, step
from tinygrad_zh.ops.activation import relu, relu_pullback
from tinygrad_zh.ops.linalg import linear_p
from tinygrad_zh.ops.loss import cross_entropy_p, cross_entropy_pullback
from tinygrad_zh.ops.shape import sum_to
from tinygrad_zh.ops.step import adam_steps, sgd_steps

from .arrays import FLOATS, LAYOUTS, SHAPES, SPECIAL, close, laid_out, numbers


def step_of(function: Any, state: list[Any], scratch_rows: int, layout: str, options: dict[str, Any]) -> list[Any]:
    """Run a step on copies, and return what it has written: p, then the state but for the gradient."""
    p, g, *rest = [x if x is None else laid_out(x, layout, i) for i, x in enumerate(state)]
    rest = [x for x in rest if x is not None]
    scratch = np.full(scratch_rows * p.size, np.nan, dtype=p.dtype)
    with np.errstate(all="ignore"):
        (written,) = function(np, p, g, *rest, scratch, **options)
    assert written is p
    np.testing.assert_array_equal(g, state[1])  # the gradient is not written to
    return [p, *rest]


# -- the optimisers' steps -----------------------------------------------------------------------------

SWITCH = (False, True)
SGD = [
    {"momentum": m, "dampening": d, "weight_decay": w, "nesterov": n, "maximize": x, "first": f, "lr": 0.1}
    for m, d, w, n, x, f in itertools.product((0.0, 0.9), (0.0, 0.3), (0.0, 0.01), SWITCH, SWITCH, SWITCH)
    if (m or not (d or n or f)) and not (n and d)
]
ADAM = [
    {"weight_decay": w, "decoupled": d, "maximize": x, "step": k, "lr": 0.01, "beta1": 0.9, "beta2": 0.99, "eps": 1e-3}
    for w, d, x, k in itertools.product((0.0, 0.01), SWITCH, SWITCH, (1, 20))
]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("options", SGD, ids=str)
def test_sgd_with_every_option(options: dict[str, Any], dtype: Any) -> None:
    state: list[Any] = [numbers((5, 7), dtype, seed=i, special=i == 1) for i in range(3)]
    state[2] = state[2] if options["momentum"] else None
    if options["first"]:
        state[2][...] = np.nan  # is not to be read
    got, wanted = (step_of(f, state, 1, "rows", options) for f in (step.sgd_steps, sgd_steps.value))
    for a, b in zip(got, wanted, strict=True):
        close(a, b)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", FLOATS)
def test_steps_in_every_shape_and_layout(dtype: Any, shape: tuple[int, ...], layout: str) -> None:
    state: list[Any] = [numbers(shape, dtype, seed=i) for i in range(5)]
    state[3:] = [np.asarray(abs(x)) for x in state[3:]]
    for a, b in zip(
        *(step_of(f, state[:3], 1, layout, SGD[-1]) for f in (step.sgd_steps, sgd_steps.value)), strict=True
    ):
        close(a, b)
    amsgrad = {**ADAM[-1], "amsgrad": True}
    for a, b in zip(*(step_of(f, state, 2, layout, amsgrad) for f in (step.adam_steps, adam_steps.value)), strict=True):
        close(a, b)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("amsgrad", [False, True])
@pytest.mark.parametrize("options", ADAM, ids=str)
def test_adam_with_every_option(options: dict[str, Any], amsgrad: bool, dtype: Any) -> None:
    state: list[Any] = [numbers((5, 7), dtype, seed=i, special=i == 1) for i in range(5)]
    state[3], state[4] = abs(state[3]), abs(state[4]) if amsgrad else None
    options = {**options, "amsgrad": amsgrad}
    got, wanted = (step_of(f, state, 2, "rows", options) for f in (step.adam_steps, adam_steps.value))
    for a, b in zip(got, wanted, strict=True):
        close(a, b)


def test_a_nan_stays_the_largest_of_amsgrad() -> None:
    state = [np.ones(3), np.ones(3), np.ones(3), np.array([np.nan, 1.0, 1.0]), np.array([1.0, np.nan, 1.0])]
    got, wanted = (
        step_of(f, state, 2, "rows", {**ADAM[0], "amsgrad": True}) for f in (step.adam_steps, adam_steps.value)
    )
    assert np.isnan(got[-1]).tolist() == np.isnan(wanted[-1]).tolist() == [True, True, False]


@pytest.mark.parametrize("amsgrad", SWITCH)
@pytest.mark.parametrize("layout", ["rows", "mixed"])
@pytest.mark.parametrize("count", [1, 8, 11])
def test_many_parameters_at_once(count: int, layout: str, amsgrad: bool) -> None:
    """Eight go into one call of a loop; there may be fewer, more, and of any size."""
    shapes = [SHAPES[i % len(SHAPES)] for i in range(count)]
    columns = [[abs(numbers(shape, np.float32, seed=10 * i + k)) for k in range(5)] for i, shape in enumerate(shapes)]
    adam, sgd = {**ADAM[-1], "amsgrad": amsgrad}, SGD[-1]
    for kernel, formula, options, kinds in (
        (step.sgd_steps, sgd_steps.value, sgd, 3),
        (step.adam_steps, adam_steps.value, adam, 5 if amsgrad else 4),
    ):
        found = []
        for function in (kernel, formula):
            arrays = [laid_out(np.asarray(c[k]), layout, i) for k in range(kinds) for i, c in enumerate(columns)]
            with np.errstate(all="ignore"):
                written = function(np, *arrays, np.empty(2 * 600, np.float32), **options)
            assert all(w is p for w, p in zip(written, arrays[:count], strict=True))
            found.append(arrays)
        for a, b in zip(*found, strict=True):
            close(a, b)


# -- activations ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", FLOATS)
def test_relu_pullback(dtype: Any, shape: tuple[int, ...], layout: str) -> None:
    g = laid_out(numbers(shape, dtype, seed=1, special=True), layout)
    y = laid_out(np.asarray(np.maximum(numbers(shape, dtype, seed=2, special=True), 0)), layout, 1)
    got, wanted = activation.relu_pullback(np, g, y), relu_pullback.value(np, g, y)
    if got is NotImplemented:  # in several orders of memory, or float16
        assert layout in ("every second", "mixed") or dtype is np.float16
        return
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, wanted)  # nothing is rounded


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", FLOATS)
def test_relu(dtype: Any, shape: tuple[int, ...], layout: str) -> None:
    x = laid_out(numbers(shape, dtype, seed=2, special=True), layout)
    got = activation.relu(np, x)
    if got is NotImplemented:
        assert layout in ("every second", "mixed") or dtype is np.float16
        return
    assert got.dtype == dtype and got.strides == np.empty_like(x).strides
    np.testing.assert_array_equal(got, relu.value(np, x))


def test_relu_pullback_of_a_broadcast_cotangent() -> None:
    g, y = np.broadcast_to(np.float32(2), (2, 3)), np.array([[0, 1, np.nan], [2, 0, 3]], dtype=np.float32)
    assert activation.relu_pullback(np, g, y) is NotImplemented
    x = tg.tensor(y, requires_grad=True)
    tg.relu(x).sum().backward()
    assert x.grad.tolist() == [[0, 1, 1], [1, 0, 1]]


# -- the linear layer ----------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["rows", "columns", "every second"])
@pytest.mark.parametrize("shape", [(3, 4), (0, 4), (2, 3, 4), (1, 1), (5, 0)], ids=str)
@pytest.mark.parametrize("dtype", FLOATS)
def test_linear(dtype: Any, shape: tuple[int, ...], layout: str) -> None:
    x, weight, bias = (numbers(s, dtype, seed=i) for i, s in enumerate((shape, (6, shape[-1]), (6,))))
    x, weight, bias = laid_out(x, layout), laid_out(weight, layout), laid_out(bias, layout)
    for b in (bias, None):
        close(linear.linear(np, x, weight, b), linear_p.value(np, x, weight, b))


@pytest.mark.parametrize("layout", ["rows", "columns", "every second"])
@pytest.mark.parametrize(
    ("shape", "target"),
    [((3, 4), (4,)), ((2, 3, 4), (4,)), ((2, 3, 4), (3, 4)), ((0, 4), (4,)), ((1, 4), (4,)), ((200, 3), (3,))],
    ids=str,
)
@pytest.mark.parametrize("dtype", FLOATS)
def test_sum_to(dtype: Any, shape: tuple[int, ...], target: tuple[int, ...], layout: str) -> None:
    x = laid_out(numbers(shape, dtype, seed=1), layout)
    got = linear.sum_to(np, x, shape=target)
    if got is NotImplemented:
        assert layout != "rows" or dtype is np.float16
        return
    close(got, sum_to.value(np, x, shape=target))


@pytest.mark.parametrize("target", [(), (2, 1, 4), (1, 4), (2, 3, 4)], ids=str)
def test_other_sums_are_left_to_the_formula(target: tuple[int, ...]) -> None:
    assert linear.sum_to(np, np.ones((2, 3, 4)), shape=target) is NotImplemented


def test_a_sum_of_many_rows_keeps_its_precision() -> None:
    x = numbers((300_000, 2), np.float32, seed=1) + np.float32(1)
    got = linear.sum_to(np, x, shape=(2,))
    np.testing.assert_allclose(got, x.sum(axis=0, dtype=np.float64), rtol=1e-5)


# -- cross-entropy -------------------------------------------------------------------------------------


def both_ways(x: np.ndarray, target: np.ndarray, reduction: str, ignore_index: int = -100, ulps: float = 8) -> None:
    """Compare loss, lse and pullback with the formulas'."""
    options = {"reduction": reduction, "ignore_index": ignore_index}
    with np.errstate(all="ignore"):
        got = loss.cross_entropy(np, x, target, **options)
        wanted = cross_entropy_p.value(np, x, target, **options)
        for a, b in zip(got, wanted, strict=True):
            close(a, b, ulps)
        g = numbers(np.shape(wanted[0]), x.dtype, seed=9)
        pulled = loss.cross_entropy_pullback(np, g, x, target, wanted[1], **options)
        close(pulled, cross_entropy_pullback.value(np, g, x, target, wanted[1], **options), ulps)


@pytest.mark.parametrize("layout", ["rows", "columns", "every second"])
@pytest.mark.parametrize("shape", [(0, 3), (1, 1), (1, 10), (7, 3), (64, 10), (5, 131)], ids=str)
@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize("dtype", FLOATS)
def test_cross_entropy(dtype: Any, reduction: str, shape: tuple[int, int], layout: str) -> None:
    x = laid_out(4 * numbers(shape, dtype, seed=1), layout)
    target = np.random.default_rng(2).integers(0, shape[1], shape[0])
    both_ways(x, target, reduction)
    both_ways(x, laid_out(target, "every second"), reduction, ignore_index=int(shape[1] - 1))  # perhaps all of them
    both_ways(x, np.where(np.arange(len(target)) % 2, target, -1), reduction, ignore_index=-1)


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize("dtype", FLOATS)
def test_cross_entropy_of_special_rows(dtype: Any, reduction: str) -> None:
    rows = [
        *([np.nan, 1, 2], [1, np.nan, 2], [1, 2, np.nan], [np.inf, 1, 2], [np.inf, np.inf, 1], [-np.inf] * 3),
        *([-np.inf, 1, 2], [0, 20000, -20000], [1, -np.inf, 3], [-50, 50, 30], [0, -0.0, 0]),
    ]
    for i in range(len(rows)):
        x = np.array([rows[i], [1, 2, 3]], dtype=dtype)
        for k in range(3):
            both_ways(x, np.array([k, 0]), reduction)
            both_ways(x, np.array([k, -100]), reduction)
            both_ways(x, np.array([-100, k]), reduction)


def test_cross_entropy_of_a_masked_class_is_exact() -> None:
    x = np.array([[0.0, -np.inf, 0.0]], dtype=np.float32)
    _, lse = loss.cross_entropy(np, x, np.array([0]), reduction="sum", ignore_index=-100)
    pulled = loss.cross_entropy_pullback(
        np, np.array(1, np.float32), x, np.array([0]), lse, reduction="sum", ignore_index=-100
    )
    assert pulled[0, 1] == 0.0


def test_a_row_with_a_nan_of_any_bits_pulls_nan() -> None:
    """The short exponential adds to the bits of a NaN."""
    for bits in (0x7FC00001, 0x7FC001FF, 0xFFC00100):
        x = np.ones((1, 16), dtype=np.float32)
        x.view(np.uint32)[0, 5] = bits
        both_ways(x, np.array([3]), "sum")


def test_long_rows_keep_their_precision() -> None:
    both_ways(numbers((2, 40000), np.float32, seed=1), np.array([3, 39999]), "mean")


def test_many_rows_keep_their_precision() -> None:
    both_ways(numbers((40000, 3), np.float32, seed=1), np.arange(40000) % 3, "mean")


@pytest.mark.parametrize(("classes", "k"), [(3, 3), (3, -4), (0, 0)])
def test_a_class_that_does_not_exist(classes: int, k: int) -> None:
    x, target = np.zeros((2, classes)), np.array([k, k])
    options: dict[str, Any] = {"reduction": "mean", "ignore_index": -100}
    for function in (loss.cross_entropy, cross_entropy_p.value):
        with pytest.raises(TinygradZhError, match="class"), np.errstate(all="ignore"):
            function(np, x, target, **options)
    with pytest.raises(TinygradZhError, match="class"):
        loss.cross_entropy(np, x, np.array([-1, k]), **options)


@pytest.mark.parametrize(("dtype", "low", "high"), [(np.float32, -86.8, 88.722), (np.float64, -707.9, 709.78)])
def test_the_exponential(dtype: Any, low: float, high: float) -> None:
    from numba import vectorize

    exp_of = exponential.exp_of
    each = vectorize(lambda x: exp_of(x))
    x = np.concatenate([np.linspace(low, high, 20001), SPECIAL, [low * 2, high * 2]]).astype(dtype)
    with np.errstate(all="ignore"):
        y = each(x)
    assert y.dtype == dtype
    exact = np.exp(x[:20001].astype(np.longdouble))
    assert np.max(np.abs(y[:20001] - exact) / np.spacing(exact.astype(dtype))) < 1.5
    assert y[20001:].tolist()[1:] == [np.inf, 0, 1, 1, 0, np.inf]
    assert np.isnan(y[20001])
