"""Loops over generated programs, compiled loops, and what must not become part of a loop."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_zh as tg
from tests.house.repository import ROOT
from tests.transforms.captured.fusing import fusing, same
from tinygrad_zh.backend.devices import kernels_off
from tinygrad_zh.transforms.captured import fuse
from tinygrad_zh.transforms.captured.function import Jitted, jit
from tinygrad_zh.transforms.captured.order import Groups, steps_of

# -- programs made by Hypothesis -----------------------------------------------------------------------

OPS: tuple[tuple[int, Callable[..., Any]], ...] = (
    (2, lambda a, b: a + b),
    (2, lambda a, b: a * b),
    (2, lambda a, b: a - 0.5 * b),
    (2, tg.maximum),
    (2, lambda a, b: tg.where(a > b, a, b * 2)),
    (1, tg.tanh),
    (1, lambda a: tg.exp(-a * a)),
    (1, tg.sigmoid),
    (1, lambda a: a / (1 + tg.abs(a))),
    (1, tg.relu),
    (1, lambda a: a.sum(dim=-1, keepdim=True)),
    (1, lambda a: a.clone()),
)
SHAPES = ((3, 4), (4,), (3, 1), (1, 4), (), (2, 3, 4), (2, 1, 4))


@st.composite
def programs(draw: Any) -> tuple[list[tuple[int, ...]], list[tuple[int, tuple[int, int]]], list[int]]:
    """Shapes of operands, steps as (op, which values), and which values are results."""
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3))
    count = draw(st.integers(2, 14))
    steps = [
        (
            draw(st.integers(0, len(OPS) - 1)),
            (draw(st.integers(0, len(shapes) + k - 1)), draw(st.integers(0, len(shapes) + k - 1))),
        )
        for k in range(count)
    ]
    shown = draw(st.lists(st.integers(len(shapes), len(shapes) + count - 1), min_size=1, max_size=3, unique=True))
    return shapes, steps, shown


def run(program: Any, back: bool) -> Callable[..., Any]:
    """A function that runs a program, and goes back from its results."""
    _, steps, shown = program

    def function(*xs: Any) -> list[Any]:
        values = list(xs)
        for op, which in steps:
            arity, compute = OPS[op]
            operands = [values[i] for i in which[:arity]]
            if any(x.ndim == 0 for x in operands) and op == 10:
                operands = [x.reshape(1) for x in operands]
            values.append(compute(*operands))
        ys = [values[i] for i in shown]
        if back:
            sum([(y * y).sum() for y in ys]).backward()  # type: ignore[union-attr]
        return [y.detach() for y in ys]

    return function


def answers(function: Callable[..., Any], shapes: Any, dtype: Any, seed: int = 0) -> list[Any]:
    rng = np.random.default_rng(seed)
    xs = [tg.tensor(rng.normal(size=shape).astype(dtype)).requires_grad_() for shape in shapes]
    ys = function(*xs)
    return [y.numpy() for y in (*ys, *[x.grad for x in xs if x.grad is not None])]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(program=programs(), back=st.booleans())
@settings(max_examples=60)
def test_generated_programs(dtype: Any, program: Any, back: bool) -> None:
    with fusing("interpreted"):
        fused = jit(run(program, back))
        answers(fused, program[0], dtype)
    plain = run(program, back)
    for seed in (0, 1):
        for got, wanted in zip(
            answers(fused, program[0], dtype, seed), answers(plain, program[0], dtype, seed), strict=True
        ):
            same(got, wanted, 512)


@given(
    count=st.integers(1, 14),
    needs=st.lists(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=30),
    pairs=st.lists(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=12),
)
def test_groups_always_leave_an_order(count: int, needs: Any, pairs: Any) -> None:
    """Whatever is merged as far as allowed, every step still comes once, after what it needs."""
    before: list[set[int]] = [set() for _ in range(count)]
    for a, b in needs:
        if a < b < count:
            before[b].add(a)
    groups = Groups(before)
    for a, b in pairs:
        if a < count and b < count and groups.members[a] != groups.members[b] and groups.can_merge(a, b):
            groups.merge(a, b)
    order = groups.in_order()
    place = {step: k for k, group in enumerate(order) for step in group}
    assert sorted(place) == list(range(count))
    for step, earlier in enumerate(before):
        assert all(place[e] <= place[step] for e in earlier)
        assert all(place[e] < place[step] for e in earlier if not groups.members[step] >> e & 1)
    assert all(set(steps_of(groups.members[group[0]])) == set(group) for group in order)


def test_two_steps_with_a_third_between_stay_apart() -> None:
    groups = Groups([set(), {0}, {0, 1}])
    assert not groups.can_merge(0, 2)
    assert groups.can_merge(0, 1)
    groups.merge(0, 1)
    assert groups.can_merge(0, 2)


# -- compiled ------------------------------------------------------------------------------------------


def everything(x: Any, row: Any, column: Any, number: Any, c: Any) -> Any:
    """Use everything that a loop can compute, and every way in which an operand can be repeated."""
    y = tg.tanh(x) + tg.exp(-x.abs()) * tg.expm1(row) - tg.log(x * x + 1) / tg.log1p(column * column)
    y = tg.where((x > row) & ~tg.isnan(x) | (x == 0), y, -y * number) + tg.erf(x) + tg.sqrt(x.abs()) + x**3
    y = tg.maximum(tg.minimum(y, x + 2), x - 2).clamp(-5, 5) + tg.floor(x) - tg.ceil(row) + tg.trunc(column)
    y = y + tg.round(x) * tg.sign(x) + tg.logical_not(c).to(x.dtype) + (c ^ (x >= 0)).to(x.dtype) + 1 / (x.abs() + 1)
    return y, tg.isfinite(y) | c


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_compiled(dtype: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On sizes that fill vector registers and leave a rest; NaN, infinities and extremes among the numbers."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(39, 35)) * 3).astype(dtype)
    x.reshape(-1)[:10] = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e30, -1e30, 1e-30, -1e-30, np.finfo(dtype).tiny / 2]
    arrays = (
        x,
        rng.normal(size=35).astype(dtype),
        rng.normal(size=(39, 1)).astype(dtype),
        np.asarray(0.5, dtype),
        x > 1,
    )
    operands = [tg.from_numpy(a) for a in arrays]
    with fusing("compiled"):
        fused = jit(everything)
        fused(*operands)
    assert {step.what for step in fused.plan.steps if step.results[0].shape == x.shape} == {"fused"}
    for got, wanted in zip(fused(*operands), everything(*operands), strict=True):
        same(got.numpy(), wanted.numpy())


def test_arithmetic_is_the_same_to_the_last_bit() -> None:
    """No product and sum are rounded once instead of twice: what cancels without loops cancels in them."""

    def cancel(a: Any, b: Any) -> Any:
        return (a * b + a) - (a * b + a), a * b - tg.relu(a * b) - tg.minimum(a * b, 0 * a), a * a + b * b

    rng = np.random.default_rng(0)
    a, b = (tg.from_numpy(rng.normal(size=999).astype(np.float32)) for _ in range(2))
    fused = jit(cancel)
    fused(a, b)
    assert len(fused.plan.fused) == 1
    for got, wanted in zip(fused(a, b), cancel(a, b), strict=True):
        np.testing.assert_array_equal(got.numpy(), wanted.numpy())


LAYER = """
import sys, time
import tinygrad_zh as tg
from tinygrad_zh.transforms.captured.function import jit
f = jit(lambda x: tg.tanh(x * 2) + x)
x = tg.ones(5)
f(x)
f(x)
(function,) = [thing for name, thing in f.plan.names.items() if name == "fused"]
print(function.stats.cache_hits and 1, [*function.stats.cache_hits.values()], function.py_func.__code__.co_filename)
"""


def test_another_program_finds_what_was_compiled(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    said = [
        subprocess.run(
            [sys.executable, "-c", LAYER], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    sources = list(tmp_path.rglob("loop_*.py"))
    assert len(sources) == 1
    assert "tanh_single" in sources[0].read_text()
    assert [str(sources[0]) in line for line in said] == [True, True]
    assert said[0].startswith("Counter()")
    assert "[1]" in said[1]


# -- what stays outside --------------------------------------------------------------------------------


def chain(x: Any) -> Any:
    return tg.tanh(x * 2) + x


def test_nothing_is_fused_without_numba_or_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    x = tg.ones(3)
    with kernels_off():
        plain = jit(chain)
        plain(x)
    assert plain.plan.fused == []
    monkeypatch.setattr(fuse, "have_numba", lambda: False)
    without = jit(chain)
    without(x)
    assert without.plan.fused == []
    assert without(x).tolist() == chain(x).tolist()


@pytest.mark.parametrize(("size", "steps", "loops"), [(8, 2, 0), (8, 3, 1), (2000, 2, 1), (2000, 1, 0)])
def test_a_loop_must_be_worth_its_call(size: int, steps: int, loops: int) -> None:
    captured = jit(lambda x: [x := x * 1.5 for _ in range(steps)][-1])
    captured(tg.ones(size))
    assert len(captured.plan.fused) == loops


def replayed(function: Callable[..., Any], *arguments: Any) -> Jitted:
    with fusing("interpreted"):
        captured = jit(function)
        captured(*arguments)
    return captured


def test_other_orders_of_memory_are_left_alone() -> None:
    x = tg.arange(12.0).reshape(3, 4).t()
    captured = replayed(chain, x)
    assert captured.plan.fused == []
    assert captured(x).tolist() == chain(x).tolist()
    straight = tg.arange(12.0).reshape(4, 3)
    assert captured(straight).tolist() == chain(straight).tolist()  # captured anew
    assert captured.captures == 2


def test_what_is_made_of_columns_keeps_its_order_of_memory() -> None:
    """A result that is reshaped without a copy here, and with one there, must not lie in a buffer used again."""
    x = tg.randn(64, 40).t()

    def program(x: Any) -> Any:
        y = (tg.sin(x) * 2).reshape(64, 40)
        return tg.sin(y) + tg.sin(tg.cos(x * 3) + 1).reshape(64, 40), y.sum()

    captured = replayed(program, x)
    for got, wanted in zip(captured(x), program(x), strict=True):
        same(got.numpy(), wanted.numpy(), 512)


def test_nothing_reaches_across_a_write() -> None:
    def program(state: Any, x: Any) -> Any:
        before = state * 2 + 1
        state += x
        after = state * 2 + 1
        return before, after

    state, x = tg.ones(4), tg.ones(4)
    captured = replayed(program, state, x)
    for _ in range(3):
        old = state.numpy().copy()
        before, after = captured(state, x)
        assert before.tolist() == (old * 2 + 1).tolist()
        assert after.tolist() == ((old + 1) * 2 + 1).tolist()


def test_random_numbers_and_optimisers() -> None:
    """A step with dropout and momentum, with loops and without: the same weights after some steps."""
    weights = []
    for how in ("interpreted", "not"):
        tg.manual_seed(0)
        model = tg.nn.Sequential(tg.nn.Linear(6, 8), tg.nn.GELU(), tg.nn.Dropout(0.5), tg.nn.Linear(8, 2))
        optimizer = tg.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

        def step(x: Any, model: Any = model, optimizer: Any = optimizer) -> Any:
            optimizer.zero_grad()
            loss = (tg.sigmoid(model(x)) ** 2 * tg.rand(5, 2)).mean()
            loss.backward()
            optimizer.step()
            return loss

        with fusing(how):
            captured = jit(step)
            for _ in range(4):
                captured(tg.ones(5, 6))
        assert bool(captured.plan.fused) is (how == "interpreted")
        weights.append([p.detach().numpy() for p in model.parameters()])
    for got, wanted in zip(*weights, strict=True):
        same(got, wanted)


def test_a_result_is_not_overwritten_by_the_next_call() -> None:
    x = tg.ones(1000)
    captured = replayed(lambda x: (chain(x), chain(x) * 3), x)
    first = captured(x)
    kept = [y.numpy().copy() for y in first]
    captured(x * 5)
    for y, before in zip(first, kept, strict=True):
        np.testing.assert_array_equal(y.numpy(), before)
