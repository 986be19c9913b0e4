"""The check against PyTorch: every op agrees with its twin, and a wrong op does not get through."""

from __future__ import annotations

import dataclasses
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tests.ops.libraries import OURS
from tests.ops.tables import Row, all_rows
from tests.picture.primitives import all_primitives
from tinygrad_zh.errors import ArgumentError, MissingPackageError
from tinygrad_zh.parity import TWINS, Report, Twin, check
from tinygrad_zh.parity.check import tensors_in
from tinygrad_zh.parity.compare import DIFFERENT, EXACT, NEAR, SKIPPED
from tinygrad_zh.parity.table import REASONS
from tinygrad_zh.transforms.gradient import grad

ROWS = all_rows()


def test_every_primitive_has_a_twin_or_a_reason() -> None:
    listed = [op.name for op in all_primitives()]
    names = set(listed)
    assert sorted(names) == sorted(listed), "two primitives have one name, and so one twin and one kernel"
    assert names - set(TWINS) - set(REASONS) == set()
    assert set(REASONS) - names == set()
    assert set(TWINS) - names == set()
    assert set(TWINS) & set(REASONS) == set()


def arrays_of(row: Row, dtype: str) -> list[Any]:
    return [a.astype(dtype) if a.dtype.kind == "f" else a for a in row.arrays()]


def rows(test: Any) -> Any:
    return pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])(test)


@rows
def test_every_row_agrees(row: Row) -> None:
    for dtype in ("float32", "float64"):
        report = check(lambda *xs: row.call(OURS, *xs), *arrays_of(row, dtype))
        assert report.ok, str(report)
        assert SKIPPED not in report.counts(), str(report)


@pytest.mark.parametrize("row", [row for row in ROWS if row.second], ids=lambda row: row.name)
def test_every_rule_agrees_step_by_step(row: Row) -> None:
    """The gradient itself as the function: its steps are those of the rules, and they are compared one by one."""

    def gradient(*xs: Any) -> Any:
        ys = [y for y in tensors_in(row.call(OURS, *xs)) if y.requires_grad]
        leaves = [x for x in xs if isinstance(x, tg.Tensor) and x.requires_grad]
        if not ys or not leaves:
            return tg.ones(1) * 1
        ones = [tg.ones_like(y) for y in ys]
        return [g for g in grad(ys, leaves, ones, create_graph=True, allow_unused=True) if g is not None]

    report = check(gradient, *arrays_of(row, "float64"))
    assert report.ok or not report.rows, str(report)  # some ops do nothing here, so neither does their rule


# -- ill-conditioned input is no difference --------------------------------------------------------------

HARD: dict[str, Callable[[Any], Any]] = {
    "softmax": lambda x: (x.softmax(1) * x).sum(),
    "log_softmax": lambda x: (x.log_softmax(1) * x).sum(),
    "logsumexp": lambda x: x.logsumexp((0, 1)),
    "cross_entropy": lambda x: tg.cross_entropy(x, tg.tensor(np.arange(x.shape[0]) % x.shape[1])),
    "mse_loss": lambda x: tg.mse_loss(x, x.detach() * 0.9 + 0.3),
    "var": lambda x: x.var() + x.var(1).sum(),
    "std": lambda x: x.std() + x.std(1).sum(),
    "matmul": lambda x: x @ x.permute(1, 0),
    "linear": lambda x: tg.linear(x, x.detach() * 2 + 1),
    "sum": lambda x: x.sum() + x.mean(0).sum(),
    "tanh": lambda x: x.tanh(),
    "sigmoid": lambda x: x.sigmoid(),
    "silu": lambda x: tg.silu(x),
    "gelu": lambda x: tg.gelu(x),
    "exp": lambda x: x.exp() + x.expm1() + x.exp2(),
    "log": lambda x: x.abs().log() + x.abs().log1p(),
    "pow": lambda x: x.abs() ** 1.7 + x**3,
    "div": lambda x: x / (x * x + 1),
    "remainder": lambda x: x % 0.7,
}


@pytest.mark.parametrize("name", HARD)
def test_ill_conditioned_input_is_within_rounding(name: str) -> None:
    rng = np.random.default_rng(7)
    for dtype in ("float32", "float64"):
        for shape in ((1, 1), (20, 300)):
            for spread in (1e-3, 1.0, 60.0):
                for offset in (0.0, -30.0):
                    x = (spread * (rng.standard_normal(shape) + offset)).astype(dtype)
                    report = check(HARD[name], x)
                    assert report.ok, (spread, offset, str(report))


# -- a wrong op does not get through ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["exp", "matmul", "softmax", "sum", "linear", "cross_entropy", "tanh", "var", "mse_loss"]
)
def test_a_value_that_is_off_by_a_little_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(8, 5)), rng.normal(size=(5, 5))
    target = tg.tensor([0, 1, 2, 3, 4, 0, 1, 2])
    functions: dict[str, Callable[..., Any]] = {
        "exp": lambda x, w: x.exp(),
        "matmul": lambda x, w: x @ w,
        "softmax": lambda x, w: x.softmax(1),
        "sum": lambda x, w: x.sum(1),
        "linear": lambda x, w: tg.linear(x, w),
        "cross_entropy": lambda x, w: tg.cross_entropy(x, target),
        "tanh": lambda x, w: x.tanh(),
        "var": lambda x, w: x.var(1),
        "mse_loss": lambda x, w: tg.mse_loss(x, x.detach() * 2),
    }
    twin = TWINS[name]
    assert check(functions[name], x, w).ok
    monkeypatch.setitem(
        TWINS, name, dataclasses.replace(twin, call=lambda t, *a, **k: twin.call(t, *a, **k) * (1 + 1e-12))
    )
    report = check(functions[name], x, w)
    assert not report.ok
    assert next(row for row in report.rows if row.op == name).value.kind == DIFFERENT  # type: ignore[union-attr]


def test_a_wrong_rule_is_found_where_it_stands() -> None:
    @tg.primitive(r"<x:2>^{3}", d_x=lambda x: 3 * x, name="cubed_wrongly")  # 3x, not 3x²
    def cubed(xp: Any, x: Any) -> Any:
        return x * x * x

    TWINS["cubed_wrongly"] = Twin(lambda t, x: x * x * x)
    try:
        report = check(lambda x: (cubed(x.sin()) * 2).sum(), np.array([1.0, 2.0]))
    finally:
        del TWINS["cubed_wrongly"]
    wrong = [(row.op, row.value.kind, row.gradient.kind) for row in report.rows if DIFFERENT in row.kinds]  # type: ignore[union-attr]
    assert wrong == [("cubed_wrongly", EXACT, DIFFERENT)]
    assert not report.ok
    assert "cubed_wrongly test_check.py:" in str(report).splitlines()[-1]


def test_an_op_without_a_twin_is_said_to_be_so() -> None:
    @tg.primitive("2 <x>", vjp_x=lambda g: 2 * g, name="doubled")
    def doubled(xp: Any, x: Any) -> Any:
        return 2 * x

    report = check(lambda x: doubled(x).exp(), np.array([1.0]))
    assert report.ok
    assert "no twin" in report.rows[0].value.note  # type: ignore[union-attr]
    assert "1 not compared" in str(report)
    assert not check(lambda x: doubled(x.detach()), np.array([1.0])).ok  # nothing was compared


# -- the report ------------------------------------------------------------------------------------------


def mlp_report() -> Report:
    rng = np.random.default_rng(0)
    model = tg.nn.Sequential(tg.nn.Linear(20, 16), tg.nn.ReLU(), tg.nn.Linear(16, 5))
    labels = tg.tensor(rng.integers(0, 5, 8))

    def loss(images: Any) -> Any:
        return tg.cross_entropy(model(images), labels)

    return check(loss, rng.normal(size=(8, 20)).astype("f4"))


def test_an_mlp_step() -> None:
    report = mlp_report()
    assert [row.op for row in report.rows[:4]] == ["linear", "relu", "linear", "cross_entropy"]
    assert {row.op for row in report.rows[4:]} >= {"Σ images"}
    assert len(report.rows) == 4 + 5
    assert all(row.line.startswith(("test_check.py:", "")) for row in report.rows)
    assert report.ok


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYGRAD_ZH_LANG", lang)
    text = str(check(lambda w: (w * w).sum(), np.array([1.0, 2.0])))
    lines = text.splitlines()
    assert torch.__version__ in lines[0]
    assert lines[2].split() == (["运算", "位置", "形状", "dtype", "值", "梯度"] if lang == "zh" else
                                ["op", "line", "shape", "dtype", "value", "gradient"])  # fmt: skip
    assert [line.split()[0] for line in lines[4:-2]] == ["mul", "sum", "Σ"]
    assert lines[-1] == (
        "一致：5 项完全相同，0 项在舍入误差内。" if lang == "zh" else "Agrees: 5 exact, 0 within rounding."
    )


def test_within_rounding_says_how_many_ulp() -> None:
    report = check(lambda x: (x * 1.1).tanh().exp(), np.linspace(-3, 3, 1000, dtype=np.float32))
    near = [v for row in report.rows for v in (row.value, row.gradient) if v is not None and v.kind == NEAR]
    assert near and all(0 < v.ulp <= v.allowed for v in near)
    assert "ulp)" in str(report)


def test_names_of_inputs() -> None:
    def f(alpha: Any, beta: Any) -> Any:
        return (alpha * beta).sum()

    assert [row.op for row in check(f, np.ones(2), np.ones(2)).rows] == ["mul", "sum", "Σ alpha", "Σ beta"]


# -- what it leaves alone --------------------------------------------------------------------------------


def test_nothing_of_the_users_changes() -> None:
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    w = tg.tensor([3.0, 4.0], requires_grad=True)
    w.grad = tg.tensor([1.0, 1.0])
    before = dict(vars(torch)), torch.get_rng_state(), torch.is_grad_enabled()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check(lambda x: (x * w).sum(), x).ok
    assert x.grad is None and w.grad.tolist() == [1.0, 1.0]
    assert dict(vars(torch)) == before[0]
    assert torch.equal(torch.get_rng_state(), before[1]) and torch.is_grad_enabled() is before[2]


def test_kinds_of_arguments_and_results() -> None:
    def f(x: Any, power: Any, *, scale: float) -> Any:
        return {"a": x**power, "b": [x * scale, (x.sum(),)]}

    report = check(f, [tg.tensor([1.0]), 2][0], 2, scale=3.0)
    assert report.ok and [row.op for row in report.rows] == ["pow", "mul", "sum", "Σ x"]
    assert check(lambda x: x + 1, tg.tensor([1, 2])).ok  # integers have values and no gradients
    assert check(lambda x: x, np.array([1.0])).rows[0].op == "Σ x"


def test_writing_in_place_and_into_views() -> None:
    def f(x: Any, v: Any) -> Any:
        h = x * 2
        h += 1
        h[0] = v
        h[1:].mul_(3)
        return h * h

    report = check(f, np.array([1.0, 2.0, 3.0]), np.array(5.0))
    assert report.ok, str(report)


def test_sweeps_inside_the_function() -> None:
    def f(x: Any) -> Any:
        (g,) = grad((x**3).sum(), x, create_graph=True)
        return (g * g).sum()

    report = check(f, np.array([1.0, 2.0]))
    assert report.ok, str(report)
    assert SKIPPED not in report.counts()


# -- bad input -------------------------------------------------------------------------------------------


def test_without_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingPackageError, match=r"torch(.|\n)*\.\[test\]"):
        check(lambda x: x, np.array([1.0]))


@pytest.mark.parametrize("result", [None, 3.0, [], {"a": 1}])
def test_no_tensor(result: Any) -> None:
    with pytest.raises(ArgumentError, match=r"TG-E740.*no Tensor"):
        check(lambda x: result, np.array([1.0]))
