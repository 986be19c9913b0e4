"""The CPU kernels of convolution compute what the formulas compute, whichever way they take."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.kernels.test_fused_equals_formula import close, numbers
from tinygrad_zh.kernels.cpu import columns, convolution, depthwise, direct
from tinygrad_zh.ops.convolution import Sliding
from tinygrad_zh.ops.convolution import convolution as conv_p
from tinygrad_zh.ops.convolution import convolution_transpose as transpose_p
from tinygrad_zh.ops.convolution import convolution_weight as weight_p

# images, kernel, stride, padding, dilation, groups
CASES: dict[str, tuple[Any, ...]] = {
    "direct": ((3, 7, 28, 28), (7, 7, 3, 3), 1, 1, 1, 1),
    "direct, one image": ((1, 1, 30, 26), (4, 1, 3, 3), 1, 0, 1, 1),
    "direct, many lines": ((2, 8, 50, 60), (32, 8, 3, 3), 1, 1, 1, 1),
    "direct, dilated": ((2, 4, 40, 40), (8, 4, 3, 2), 1, 2, 2, 1),
    "direct, in groups": ((2, 8, 28, 28), (8, 4, 3, 3), 1, 1, 1, 2),
    "direct, wide": ((2, 4, 300), (4, 4, 5), 1, 2, 1, 1),
    "direct, in space": ((2, 4, 5, 20, 24), (4, 4, 2, 3, 3), 1, 1, 1, 1),
    "direct, uneven": ((2, 4, 30, 31), (8, 4, 2, 2), 1, (0, 1), 1, 1),
    "direct, out of reach": ((2, 4, 30, 31), (8, 4, 3, 3), 1, (0, -1), 2, 1),
    "more padding than kernel": ((2, 3, 30, 30), (4, 3, 2, 2), 1, 3, 1, 1),
    "columns": ((5, 4, 6, 7), (3, 4, 3, 3), 1, 1, 1, 1),
    "columns, one result": ((2, 3, 28, 28), (1, 3, 3, 3), 1, 1, 1, 1),
    "columns, steps": ((3, 4, 29, 31), (6, 4, 3, 3), 2, 1, 1, 1),
    "columns, long steps": ((3, 4, 29, 31), (6, 4, 2, 3), 3, 0, 1, 1),
    "columns, in groups": ((4, 6, 9, 9), (9, 2, 3, 3), 2, 1, 2, 3),
    "columns, large": ((2, 60, 40, 40), (8, 60, 3, 3), 2, 1, 1, 1),
    "columns, in space": ((2, 2, 5, 6, 7), (3, 2, 2, 3, 2), 2, 1, 1, 1),
    "pointwise": ((3, 8, 20, 20), (5, 8, 1, 1), 1, 0, 1, 1),
    "pointwise, small": ((9, 8, 3, 3), (5, 8, 1, 1), 1, 0, 1, 1),
    "pointwise, in groups": ((3, 8, 3), (6, 4, 1), 1, 0, 1, 2),
    "pointwise, steps": ((3, 8, 9, 9), (6, 8, 1, 1), 2, 0, 1, 1),
    "depthwise": ((3, 4, 11, 13), (4, 1, 3, 3), 1, 1, 1, 4),
    "depthwise, two each": ((2, 3, 11, 13), (6, 1, 3, 2), 2, 1, 1, 3),
    "depthwise, dilated": ((2, 3, 15), (3, 1, 3), 1, 2, 2, 3),
    "depthwise, in space": ((2, 3, 4, 5, 6), (3, 1, 2, 3, 2), 2, 1, 1, 3),
}
LAYOUTS = ("rows", "channels last", "every second", "broadcast")


def laid_out(x: np.ndarray, layout: str) -> np.ndarray:
    """The same values, or their first, in another order of memory."""
    if layout == "channels last":
        return np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1)
    if layout == "every second":
        return np.repeat(x, 2, axis=-1)[..., ::2]
    return np.broadcast_to(x[:1, :1], x.shape) if layout == "broadcast" else x


def how_of(case: str) -> Sliding:
    x, _, stride, padding, dilation, groups = CASES[case]
    dims = len(x) - 2
    pads = padding if isinstance(padding, tuple) else (padding, padding)
    return Sliding((stride,) * dims, (pads,) * dims, (dilation,) * dims, groups)


def operands(case: str, dtype: Any) -> tuple[Any, ...]:
    """Image, kernel, bias, results and how they are convolved."""
    x, w, how = numbers(CASES[case][0], dtype, seed=1), numbers(CASES[case][1], dtype, seed=2), how_of(case)
    counts = how.windows(x.shape[2:], w.shape[2:]).counts
    return x, w, numbers(w.shape[:1], dtype, seed=3), numbers((len(x), len(w), *counts), dtype, seed=4), how


def all_three(x: Any, w: Any, bias: Any, z: Any, how: Sliding, ulps: float = 16) -> None:
    """Compare the three kernels with their formulas, which here compute in float64."""
    wide_x, wide_w, wide_bias, wide_z = (a.astype(np.float64) for a in (x, w, bias, z))
    size, kernel = {"size": x.shape[2:], "how": how}, {"kernel": w.shape[2:], "how": how}
    for got, wanted in (
        (convolution.convolution(np, x, w, bias, how=how), conv_p.value(np, wide_x, wide_w, wide_bias, how=how)),
        (convolution.convolution(np, x, w, None, how=how), conv_p.value(np, wide_x, wide_w, None, how=how)),
        (convolution.convolution_transpose(np, z, w, **size), transpose_p.value(np, wide_z, wide_w, **size)),
        (convolution.convolution_weight(np, x, z, **kernel), weight_p.value(np, wide_x, wide_z, **kernel)),
    ):
        close(got, wanted.astype(x.dtype), ulps)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", CASES)
def test_every_way(case: str, dtype: Any) -> None:
    all_three(*operands(case, dtype))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("case", ["direct", "columns, steps", "pointwise", "pointwise, small", "depthwise"])
def test_every_layout(case: str, layout: str) -> None:
    x, w, bias, z, how = operands(case, np.float32)
    all_three(laid_out(x, layout), laid_out(w, layout), bias, laid_out(z, layout), how)


def test_each_case_goes_the_way_it_says() -> None:
    for case, (x, w, *_, groups) in CASES.items():
        geometry = columns.geometry_of(how_of(case).windows(x[2:], w[2:]), x[2:])
        if depthwise.suitable(np.empty(w), groups):
            way = "depthwise"
        elif geometry.pointwise():
            way = "pointwise"
        else:
            way = "direct" if direct.suitable(geometry, w[0] // groups) else "columns"
        expected = case.split(",")[0].replace("more padding than kernel", "direct")
        assert way == ("columns" if case == "pointwise, steps" else expected), case
        back = direct.suitable(direct.turned(geometry), w[1])
        assert not case.startswith("direct,") or back or case == "direct, one image", case


@pytest.mark.parametrize("case", ["direct", "columns"])
def test_blocks_and_pieces_cover_every_window_once(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the pieces are that the images are cut into."""
    x, w, bias, z, how = operands(case, np.float64)
    for room in (1, 100, 1000, 3000):
        monkeypatch.setattr(columns, "BLOCK", room)
        monkeypatch.setattr(columns, "LEAST", 1)
        monkeypatch.setattr(direct, "ROOM", room)
        all_three(x, w, bias, z, how)


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("case", ["direct", "direct, dilated", "columns, steps", "pointwise", "depthwise"])
def test_what_is_not_finite_stays_where_it_is(case: str, special: float) -> None:
    """NaN and infinity spread no further than in the formula, in the corners too."""
    x, w, bias, z, how = operands(case, np.float32)
    size, kernel = {"size": x.shape[2:], "how": how}, {"kernel": w.shape[2:], "how": how}
    with np.errstate(all="ignore"):
        for place in (0, -1, x.size // 2 + 5):
            wild = [a.copy() for a in (x, w, z)]
            for a in wild:
                a.reshape(-1)[place % a.size] = special
            pairs = (
                (convolution.convolution, conv_p, (wild[0], w, bias), {"how": how}),
                (convolution.convolution, conv_p, (x, wild[1], bias), {"how": how}),
                (convolution.convolution_transpose, transpose_p, (wild[2], w), size),
                (convolution.convolution_transpose, transpose_p, (z, wild[1]), size),
                (convolution.convolution_weight, weight_p, (wild[0], z), kernel),
                (convolution.convolution_weight, weight_p, (x, wild[2]), kernel),
            )
            for function, formula, arrays, static in pairs:
                got, wanted = function(np, *arrays, **static), formula.value(np, *arrays, **static)
                if got is not NotImplemented:  # else the formula is what is used
                    close(got, wanted, 16)


@pytest.mark.parametrize("case", ["direct", "columns", "columns, steps", "pointwise", "depthwise"])
def test_the_same_bits_every_time(case: str) -> None:
    x, w, bias, z, how = operands(case, np.float32)
    for _ in range(2):
        found = [
            convolution.convolution(np, x, w, bias, how=how),
            convolution.convolution_transpose(np, z, w, size=x.shape[2:], how=how),
            convolution.convolution_weight(np, x, z, kernel=w.shape[2:], how=how),
        ]
        for a, b in zip(found, [f.copy() for f in found], strict=True):
            np.testing.assert_array_equal(a, b)
    again = convolution.convolution(np, x.copy(), w.copy(), bias.copy(), how=how)
    np.testing.assert_array_equal(found[0], again)


def test_a_sum_over_many_images_keeps_its_precision() -> None:
    x, w, _, z, how = operands("direct", np.float32)
    many, results = np.repeat(x + 1, 100, axis=0), np.repeat(z + 1, 100, axis=0)
    got = convolution.convolution_weight(np, many, results, kernel=w.shape[2:], how=how)
    wanted = weight_p.value(np, many.astype(float), results.astype(float), kernel=w.shape[2:], how=how)
    np.testing.assert_allclose(got, wanted, rtol=1e-5)


@pytest.mark.parametrize("dtype", [np.float16, np.int64])
def test_other_dtypes_are_left_to_the_formula(dtype: Any) -> None:
    x, w, bias, z, how = (a.astype(dtype) if isinstance(a, np.ndarray) else a for a in operands("direct", np.float32))
    assert convolution.convolution(np, x, w, bias, how=how) is NotImplemented
    assert convolution.convolution_transpose(np, z, w, size=x.shape[2:], how=how) is NotImplemented
    assert convolution.convolution_weight(np, x, z, kernel=w.shape[2:], how=how) is NotImplemented


def test_no_images_are_left_to_the_formula() -> None:
    x, w, bias, _, how = operands("direct", np.float32)
    assert convolution.convolution(np, x[:0], w, bias, how=how) is NotImplemented
