"""Loops made of elementwise steps: the same numbers as without, for every op; and what is never part of a loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tests.ops.libraries import OURS, as_floats, results
from tests.ops.tables import Array, Row, all_rows
from tests.transforms.captured.fusing import fusing, same
from tinygrad_zh.backend.devices import kernels_off
from tinygrad_zh.errors import TinygradZhError
from tinygrad_zh.transforms.captured.function import Jitted, jit

ROWS = all_rows()
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e30, -1e30, 1e-30, -1e-30, 1.0, -1.0, 0.5])


def forward_and_back(row: Row) -> Callable[..., Any]:
    """A function that does what a row says, and goes back from all its results."""

    def program(scale: Any, *operands: Any) -> list[Any]:
        ys = results(row, OURS, operands)
        losses = [
            (y * (tg.arange(y.numel()).reshape(y.shape).to(y.dtype) * 0.3 * scale.to(y.dtype) - 0.7)).sum()
            for y in ys
            if y.requires_grad and y.numel()
        ]
        if losses:
            sum(losses[1:], losses[0]).backward()
        return [y.detach() for y in ys]

    return program


def call(function: Jitted, row: Row, arrays: Sequence[Array]) -> list[Array]:
    """Results and gradients."""
    tg.manual_seed(0)
    xs = [tg.tensor(a) for a in arrays]
    wrt = row.wrt(tuple(arrays))
    for i in wrt:
        xs[i].requires_grad_()
    ys = function(tg.tensor(1.0), *xs)
    return [y.numpy() for y in (*ys, *[xs[i].grad for i in wrt if xs[i].grad is not None])]


def compare(row: Row, dtype: Any) -> None:
    """Replay a row's plan with loops and without."""
    arrays = as_floats(row.arrays(), dtype)
    fused, plain = jit(forward_and_back(row)), jit(forward_and_back(row))
    try:
        with fusing("interpreted"):
            call(fused, row, arrays)
        if not fused.plan.fused:
            return
        with fusing("not"), kernels_off():  # the formulas themselves, which are what loops are read from
            call(plain, row, arrays)
    except TinygradZhError as problem:
        assert problem.code.startswith("TG-E79"), problem  # it asks for values, and so cannot be captured
        return
    trials = [arrays]
    if row.elementwise:
        for k in (0, 5):
            some = [
                np.resize(np.roll(SPECIAL, k * i), a.shape) if a.dtype.kind == "f" else a for i, a in enumerate(arrays)
            ]
            trials.append(as_floats(some, dtype))
    for trial in trials:
        for got, wanted in zip(call(fused, row, trial), call(plain, row, trial), strict=True):
            same(got, wanted, zeros=row.elementwise)  # beside a loop, a kernel may have another sign of 0
    assert fused.captures == plain.captures == 1


@pytest.mark.parametrize("dtype", [np.float32, pytest.param(np.float64, marks=pytest.mark.slow)])
@pytest.mark.parametrize("row", [row for row in ROWS if row.elementwise], ids=lambda row: row.name)
def test_fused_is_unfused(row: Row, dtype: Any) -> None:
    compare(row, dtype)


@pytest.mark.slow
@pytest.mark.parametrize("row", [row for row in ROWS if not row.elementwise], ids=lambda row: row.name)
def test_fused_is_unfused_beside_other_ops(row: Row) -> None:
    compare(row, np.float64)


# -- what is read, and what is not ---------------------------------------------------------------------

READ = {
    *("add", "sub", "mul", "div", "neg", "abs", "sign", "square", "reciprocal", "pow/square", "pow/cube", "sqrt"),
    *("rsqrt", "exp", "expm1", "log", "log1p", "tanh", "erf", "where", "maximum", "minimum", "clamp", "floor", "ceil"),
    *("trunc", "round", "relu", "sigmoid", "gelu", "gelu/tanh", "silu", "leaky_relu", "lerp", "addcmul", "addcdiv"),
    *(f"nn.functional.{name}" for name in ("elu", "selu", "softplus", "logsigmoid", "mish", "hardswish", "relu6")),
}


def loops_and_ops(row: Row) -> tuple[int, list[str]]:
    """How many loops a row's ops become, with a multiplication after them, and which ops are left."""
    program = jit(lambda *xs: [y * 1.5 for y in results(row, OURS, xs)])
    with fusing("interpreted"):
        program(*[tg.tensor(a) for a in row.arrays()])
    return len(program.plan.fused), [step.name for step in program.plan.steps if step.what == "op"]


@pytest.mark.parametrize("row", [row for row in ROWS if row.name in READ], ids=lambda row: row.name)
def test_what_networks_are_made_of_is_one_loop(row: Row) -> None:
    assert loops_and_ops(row) == (1, [])


def test_the_rows_exist() -> None:
    assert {row.name for row in ROWS} >= READ


@pytest.mark.parametrize("name", ["sum", "softmax", "cumsum", "sort", "flip", "triu", "roll", "matmul", "gather"])
def test_what_looks_at_other_elements_is_not_in_a_loop(name: str) -> None:
    row = next(row for row in ROWS if row.public_name == name)
    assert [op for op in loops_and_ops(row)[1] if op != "mul"]
