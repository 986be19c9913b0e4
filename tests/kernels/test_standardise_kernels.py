"""Layer, group and RMS normalisation row by row compute what their formulas compute."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tinygrad_zh.kernels.cpu import standardise as kernels
from tinygrad_zh.ops import standardise as ops

from .arrays import FLOATS, close, laid_out, numbers

# name, shape of x, shape of the weights, dims
CASES = [
    ("layer_norm", (5,), (5,), (0,)),
    ("layer_norm", (1, 1), (1,), (1,)),
    ("layer_norm", (7, 33), (33,), (1,)),
    ("layer_norm", (2, 3, 4, 6), (4, 6), (2, 3)),
    ("layer_norm", (200, 9), (9,), (1,)),
    ("rms_norm", (7, 33), (33,), (1,)),
    ("rms_norm", (2, 3, 4, 6), (4, 6), (2, 3)),
    ("group_norm", (3, 2, 4, 5), (2, 4, 1), (2, 3)),
    ("group_norm", (70, 3, 1, 9), (3, 1, 1), (2, 3)),
]
EPS = 1e-3


def both_ways(name: str, x: Any, g: Any, weight: Any, bias: Any, dims: tuple[int, ...], ulps: float = 16) -> None:
    """Compare the results and the shares with the formulas'."""
    kind = "rms_norm" if name == "rms_norm" else "layer_norm"
    parameters = (weight,) if kind == "rms_norm" else (weight, bias)
    value, pullback = getattr(ops, name + "_p").value, getattr(ops, name + "_pullback").value
    with np.errstate(all="ignore"):
        wanted = value(np, x, *parameters, dims=dims, eps=EPS)
        for a, b in zip(getattr(kernels, kind)(np, x, *parameters, dims=dims, eps=EPS), wanted, strict=True):
            close(a, b, ulps)
        given = (g, x, *parameters, *wanted[1:])
        shares = pullback(np, *given, dims=dims, eps=EPS)
        got = getattr(kernels, kind + "_pullback")(np, *given, dims=dims, eps=EPS)
    for a, b in zip(got, shares, strict=True):
        close(a, b, ulps)


@pytest.mark.parametrize("layout", ["rows", "columns", "every second"])
@pytest.mark.parametrize(("weighted", "biased"), [(True, True), (True, False), (False, True), (False, False)])
@pytest.mark.parametrize(("name", "shape", "sizes", "dims"), CASES, ids=str)
@pytest.mark.parametrize("dtype", FLOATS)
def test_norms(
    dtype: Any, name: str, shape: tuple[int, ...], sizes: tuple[int, ...], dims: tuple[int, ...], weighted: bool,
    biased: bool, layout: str,
) -> None:  # fmt: skip
    x, g = (laid_out(numbers(shape, dtype, seed=i), layout) for i in (1, 2))
    weight = numbers(sizes, dtype, seed=3) if weighted else None
    bias = numbers(sizes, dtype, seed=4) if biased else None
    both_ways(name, x, g, weight, bias, dims)


def test_half_precision_with_weights_in_float32() -> None:
    x, g = (numbers((4, 8), np.float16, seed=i) for i in (1, 2))
    weight, bias = (numbers((8,), np.float32, seed=i) for i in (3, 4))
    y, mean, r = kernels.layer_norm(np, x, weight, bias, dims=(1,), eps=EPS)
    shares = kernels.layer_norm_pullback(np, g, x, weight, bias, mean, r, dims=(1,), eps=EPS)
    assert [z.dtype for z in (y, mean, r, *shares)] == [np.float16, *[np.float32] * 2, np.float16, *[np.float32] * 2]
    wide, wide_g = x.astype(np.float32), g.astype(np.float32)
    wanted = ops.layer_norm_p.value(np, wide, weight, bias, dims=(1,), eps=EPS)
    close(y, wanted[0].astype(np.float16))
    pulled = ops.layer_norm_pullback.value(np, wide_g, wide, weight, bias, *wanted[1:], dims=(1,), eps=EPS)
    for a, b in zip(shares, pulled, strict=True):
        close(a, b.astype(a.dtype), 16)


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["layer_norm", "rms_norm"])
def test_special_rows(name: str, special: float) -> None:
    x = numbers((3, 5), np.float32, seed=1)
    x[1, 2] = special
    both_ways(name, x, np.broadcast_to(np.float32(2), x.shape), None, None, (1,))


def test_equal_elements_become_0() -> None:
    y, mean, _ = kernels.layer_norm(np, np.full((2, 6), 3, np.float32), None, None, dims=(1,), eps=1e-5)
    assert not y.any() and mean.tolist() == [[3], [3]]


def test_a_mean_far_from_0_does_not_cancel_the_variance() -> None:
    x = numbers((4, 512), np.float64, seed=1) + 1e6
    got = kernels.layer_norm(np, x.astype(np.float32), None, None, dims=(1,), eps=1e-5)[0]
    exact = ops.layer_norm_p.value(np, x.astype(np.float32).astype(np.float64), None, None, dims=(1,), eps=1e-5)[0]
    np.testing.assert_allclose(got, exact, atol=0.1)


def test_a_gradient_over_many_rows_keeps_its_precision() -> None:
    x, g = numbers((30_000, 3), np.float32, seed=1), numbers((30_000, 3), np.float32, seed=2) + np.float32(1)
    ones = np.ones(3, np.float32)
    _, mean, r = kernels.layer_norm(np, x, ones, ones, dims=(1,), eps=1e-5)
    bias_share = kernels.layer_norm_pullback(np, g, x, ones, ones, mean, r, dims=(1,), eps=1e-5)[2]
    np.testing.assert_allclose(bias_share, g.sum(axis=0, dtype=np.float64), rtol=2e-6)


def test_what_is_left_to_the_formula() -> None:
    x = np.ones((3, 4))
    for dims, given in (((1,), x[:0]), ((0,), x)):
        assert kernels.layer_norm(np, given, None, None, dims=dims, eps=EPS) is NotImplemented
        assert kernels.rms_norm(np, given, None, dims=dims, eps=EPS) is NotImplemented
        assert kernels.rms_norm_pullback(np, given, given, None, x, dims=dims, eps=EPS) is NotImplemented
