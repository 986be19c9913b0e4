"""What becomes of the list of steps: what is dropped, merged, kept apart, and how the plan shows itself."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

import tinygrad_zh as tg
from tinygrad_zh import nn, optim

from .compare import classes, drawn


def plan_of(f: Any, *args: Any) -> Any:
    """Capture a call, see that a second one gives the same, and return the plan."""
    j = tg.jit(f)
    first, second = j(*args), j(*args)
    for a, b in zip(first, second, strict=True) if isinstance(first, (list, tuple)) else [(first, second)]:
        assert a.tolist() == b.tolist()
    return j.plan


def names(plan: Any) -> list[str]:
    """What its steps do; a loop of elementwise steps counts as they do."""
    return [step.name for step in plan.steps]


def test_unused_steps_are_dropped() -> None:
    def f(x: Any) -> Any:
        x.cos().sum()  # of no use
        return x.sum()

    plan = plan_of(f, drawn(3, 3))
    assert names(plan) == ["sum"] and plan.dropped == 2


def test_equal_steps_are_merged() -> None:
    plan = plan_of(lambda x: (x @ x) + (x @ x) + (x @ x.t()), drawn(3, 3))
    assert names(plan).count("matmul") == 2 and plan.merged == 1
    plan = plan_of(lambda x: x.sum(0) + x.sum(1) + x.sum(0), drawn(3, 3))
    assert plan.merged == 1
    assert plan_of(lambda x: (x * 1).sum() + (x * 1.0).sum(), drawn(3)).merged == 0  # 1 and 1.0 are not the same


def test_random_numbers_are_not_merged() -> None:
    j = tg.jit(lambda: tg.rand(3) - tg.rand(3))
    for _ in range(2):
        assert j().abs().sum().item() > 0
    assert j.plan.merged == 0


def test_nothing_is_merged_across_a_write() -> None:
    def f(x: Any) -> Any:
        y = x * 2
        a = y.sum()
        y[0] = 5.0
        return a, y.sum(), x.sum()

    x = drawn(3)
    plan = plan_of(f, x)
    assert names(plan).count("sum") == 3
    w = drawn(3, 3)
    opt = optim.SGD([w.requires_grad_()], lr=0.5)
    twin = w.detach().clone().requires_grad_()
    other = optim.SGD([twin], lr=0.5)

    def step(x: Any, w: Any, opt: Any) -> Any:
        opt.zero_grad()
        before = (x @ w).sum()
        before.backward()
        opt.step()
        return before, (x @ w).sum(), w.sum() if False else (x @ w).mean()

    j = tg.jit(lambda x: step(x, w, opt))
    for x in (drawn(2, 3), drawn(2, 3)):
        for a, b in zip(j(x), step(x, twin, other), strict=True):
            np.testing.assert_allclose(a.array, b.numpy(force=True), rtol=1e-6)


def test_writes_through_views_are_seen() -> None:
    def f(x: Any) -> Any:
        y = x.clone()
        rows, flat = y[1:], y.reshape(-1)
        total = flat.sum()
        rows.mul_(2)
        return total, flat.sum(), y.t().sum(1), rows

    j = tg.jit(f)
    for x in (drawn(30, 30), drawn(30, 30)):
        for a, b in zip(j(x), f(x), strict=True):
            np.testing.assert_allclose(a.array, b.array, rtol=1e-5)


def test_what_is_constant_is_computed_once() -> None:
    def f(x: Any) -> Any:
        mask = tg.ones(4, 4).tril() == 0
        return x.masked_fill(mask, float("-inf")).softmax(-1) + tg.arange(4).cos()

    plan = plan_of(f, drawn(4, 4))
    assert not {"tril", "eq", "cos"} & set(names(plan))


def test_buffers_are_used_again_and_results_have_their_own() -> None:
    def f(x: Any) -> Any:
        for _ in range(10):
            x = (x @ x).relu() @ x * 0.01
        return x

    j = tg.jit(f)
    x = drawn(64, 64)
    first = j(x)
    held, kept = first.clone(), j(x * 2)
    assert j.plan.buffers_bytes <= 6 * x.nbytes < 20 * x.nbytes
    assert first.tolist() == held.tolist() and not np.shares_memory(first.array, kept.array)
    np.testing.assert_allclose(first.array, f(x).array, rtol=1e-4)


def test_a_buffer_that_a_view_still_shows_is_not_used_again() -> None:
    def f(x: Any) -> Any:
        rows = (x @ x)[3:]
        others = [((x @ x.t()) * k).sum() for k in range(1, 5)]
        columns = (x.t() @ x).t().reshape(-1)
        return rows.sum(0) + sum(others) + columns[: x.shape[0]]

    j = tg.jit(f)
    for x in (drawn(48, 48), drawn(48, 48), drawn(48, 48)):
        np.testing.assert_allclose(j(x).array, f(x).array, rtol=1e-3)


def test_it_shows_itself() -> None:
    net = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 2))
    opt = optim.Adam(net.parameters())
    schedule = optim.lr_scheduler.ExponentialLR(opt, 0.9)

    @tg.jit
    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = tg.cross_entropy(net(x + tg.rand(4)), y)
        loss.backward()
        opt.step()
        schedule.step()
        return loss

    for _ in range(2):
        step(drawn(3, 4), classes(2, 3))
    plan, (line,) = step.plan, {step.function.__code__.co_firstlineno + 3}
    shown = str(plan)
    assert shown.count("\n") == len(plan.steps) and f"{len(plan.steps)} steps" in shown
    assert f"test_plan.py:{line}" in shown and "float32[3, 5]" in shown and "optimiser(" in shown
    tree = ast.parse(plan.source)
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef) and [a.arg for a in function.args.args] == ["x0", "x1"]
    comments = [text.partition("  # ")[2] for text in plan.source.splitlines() if "  # " in text]
    assert len(comments) == len(plan.steps) and all(c.startswith("test_plan.py:") for c in comments)
    assert "ExponentialLR_step()" in plan.source and "optimiser_step(" in plan.source
    assert step.plans == [plan]


def test_an_error_in_a_replay_shows_the_source() -> None:
    j = tg.jit(lambda a, b: tg.linalg.solve(a, b))
    j(tg.eye(2), tg.ones(2))
    try:
        j(tg.zeros(2, 2), tg.ones(2))
    except tg.errors.TinygradZhError as problem:
        import traceback

        text = "".join(traceback.format_exception(problem))
        assert "solve" in text and "test_plan.py" in text
