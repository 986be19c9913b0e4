"""When a plan serves again, what is captured anew, and what is refused."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh import nn, optim
from tinygrad_zh.core.modes import LAYERS
from tinygrad_zh.errors import TinygradZhError


def test_shapes_and_dtypes() -> None:
    double = tg.jit(lambda x: x * 2)
    for x in (tg.ones(2), tg.zeros(2), tg.ones(3), tg.ones(2, dtype=tg.float64), tg.ones(2), tg.ones(3)):
        assert double(x).tolist() == (x * 2).tolist() and double(x).dtype == x.dtype
    assert double.captures == 3 and len(double.plans) == 3


def test_numbers_are_inputs() -> None:
    scaled = tg.jit(lambda x, factor, *, shift: x * factor + shift)
    for factor, shift in ((2.0, 1), (3.0, 5), (-1.5, 0)):
        y = scaled(tg.ones(2), factor, shift=shift)
        assert y.tolist() == [factor + shift] * 2 and y.dtype == tg.float32
    assert scaled.captures == 1


def test_a_number_that_is_looked_at_is_part_of_the_plan() -> None:
    def repeated(x: Any, times: int) -> Any:
        for _ in range(times):
            x = x + 1
        return x

    run = tg.jit(repeated)
    assert [run(tg.zeros(1), n).item() for n in (2, 3, 2, 3)] == [2, 3, 2, 3]
    assert run.captures == 3  # once to find out, then once for each
    assert [run(tg.zeros(1), n).item() for n in (2, 3)] == [2, 3] and run.captures == 3


def test_other_arguments_are_compared() -> None:
    run = tg.jit(lambda x, how, sign=True: x.sum() if how == "sum" else (x.mean() if sign else -x.mean()))
    x = tg.tensor([1.0, 3.0])
    for arguments, expected in ((("sum",), 4), (("mean",), 2), (("mean", False), -2), (("sum",), 4)):
        assert run(x, *arguments).item() == expected
    assert run.captures == 3


def test_training_and_evaluating() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
    run = tg.jit(model)
    x = tg.ones(4, 2)
    with tg.no_grad():
        for _ in range(2):
            model.train()
            run(x)
            model.eval()
            assert run(x).tolist() == model(x).tolist()
    assert run.captures == 2


def test_frozen_weights_and_weights_in_new_memory() -> None:
    layer = nn.Linear(2, 1)

    def step(x: Any) -> Any:
        layer.zero_grad()
        y = layer(x).sum()
        y.backward()
        return y

    run = tg.jit(step)
    x = tg.ones(1, 2)
    run(x)
    run(x)
    assert run.captures == 1
    layer.bias.requires_grad_(False)
    run(x)
    assert run.captures == 2 and layer.bias.grad is None and layer.weight.grad.tolist() == [[1.0, 1.0]]
    layer.weight.data = tg.tensor([[5.0, 5.0]])
    assert run(x).item() == layer(x).item() and run.captures == 3
    layer.load_state_dict({"weight": tg.tensor([[1.0, 2.0]]), "bias": tg.tensor([0.5])})
    assert run(x).item() == 3.5 and run.captures == 3  # written into the same memory


def test_grad_mode_and_gradients_there_at_the_start() -> None:
    w = tg.tensor([1.0, 2.0], requires_grad=True)

    def step(x: Any) -> Any:
        if tg.is_grad_enabled():
            (w * x).sum().backward()
        return (w.detach() * x).sum()

    run = tg.jit(step)
    x = tg.tensor([3.0, 4.0])
    with tg.no_grad():
        run(x)
    assert w.grad is None
    for n in (1, 2, 3, 4):
        run(x)
        assert w.grad.tolist() == [3.0 * n, 4.0 * n]
    assert run.captures == 3  # without; the first gradient; one added to it
    held = w.grad
    run(x)
    assert held.tolist() == [12.0, 16.0], "a gradient that somebody holds is not overwritten"


def test_an_argument_gets_its_gradient() -> None:
    run = tg.jit(lambda x: (x * x).sum().backward())
    for values in ([1.0, 2.0], [3.0, 4.0]):
        x = tg.tensor(values, requires_grad=True)
        run(x)
        assert x.grad.tolist() == [2 * v for v in values]
    assert run.captures == 1


class Pair(NamedTuple):
    left: Any
    right: Any


def test_nested_arguments_and_results() -> None:
    def program(pair: Pair, more: dict[str, Any]) -> Any:
        return {"sum": pair.left + pair.right, "list": [more["x"] * 2, (None, "word", 3)], "pair": Pair(pair.left, 1.5)}

    run = tg.jit(program)
    for k in (1.0, 2.0):
        a, b, c = tg.full((2,), k), tg.full((2,), 10.0), tg.full((2,), 5 * k)
        y = run(Pair(a, b), {"x": c})
        assert y["sum"].tolist() == [k + 10] * 2 and y["list"][0].tolist() == [10 * k] * 2
        assert y["list"][1] == (None, "word", 3) and y["pair"].left is a and y["pair"].right == 1.5
    assert run.captures == 1


def test_the_same_tensor_twice_and_results_that_are_no_new_tensors() -> None:
    weight = tg.ones(2)
    run = tg.jit(lambda x, y: (x + y, weight, y))
    for k in (1.0, 2.0):
        x = tg.full((2,), k)
        total, same, argument = run(x, x)
        assert total.tolist() == [2 * k] * 2 and same is weight and argument is x


def test_a_method() -> None:
    class Scale:
        factor = 3.0

        @tg.jit
        def scaled(self, x: Any) -> Any:
            return x * self.factor

    scale = Scale()
    assert scale.scaled(tg.ones(2)).tolist() == [3.0, 3.0] == scale.scaled(tg.ones(2)).tolist()


# -- together with other transforms ---------------------------------------------------------------------


def test_captured_functions_in_captured_functions_and_derivatives() -> None:
    inner = tg.jit(lambda x: x.sin())
    outer = tg.jit(lambda x: inner(x) * 2)
    assert outer(tg.ones(2)).tolist() == outer(tg.ones(2)).tolist() == (tg.ones(2).sin() * 2).tolist()
    slope = tg.jit(lambda x: tg.func.grad(lambda z: (z.sin() * z).sum())(x))
    for x in (tg.ones(3), tg.tensor([0.5, 1.5, 2.5])):
        np.testing.assert_allclose(slope(x).array, (x.cos() * x + x.sin()).array, rtol=1e-6)
    each = tg.jit(lambda x: tg.vmap(lambda row: (row * row).sum())(x))
    for x in (tg.ones(2, 3), tg.full((2, 3), 2.0)):
        assert each(x).tolist() == (x * x).sum(1).tolist()
    assert tg.vmap(inner)(tg.ones(2, 3)).tolist() == tg.ones(2, 3).sin().tolist()
    with tg.record() as seen:
        inner(tg.ones(2))
    assert [step.op.name for step in seen.steps] == ["sin"]  # whoever records sees the steps


def test_two_threads() -> None:
    run = tg.jit(lambda x: (x * 2).exp().sum())
    found: dict[int, list[float]] = {}

    def work(k: int) -> None:
        found[k] = [run(tg.full((50,), k * 0.1)).item() for _ in range(30)]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k, values in found.items():
        np.testing.assert_allclose(values, 50 * np.exp(0.2 * k), rtol=1e-5)


# -- refused --------------------------------------------------------------------------------------------

LOOKS: dict[str, Callable[[Any], Any]] = {
    "item": lambda x: x.sum().item(),
    "bool": lambda x: 1 if (x > 0).all() else 2,
    "float": lambda x: float(x.sum()),
    "print": lambda x: repr(x),
    "format": lambda x: f"{x.sum():.3f}",
    "numpy": lambda x: x.numpy(),
    "asarray": lambda x: np.asarray(x),
    "tolist": lambda x: x.tolist(),
    "index": lambda x: [1, 2, 3][x.sum().long()],
    "maximum": lambda x: range(int(x.max())),
}


@pytest.mark.parametrize("look", LOOKS)
def test_looking_at_numbers_names_the_line(look: str) -> None:
    run = tg.jit(LOOKS[look])
    gc.collect()
    before = list(LAYERS)
    with pytest.raises(TinygradZhError, match=r"test_guards\.py:\d+") as refused:
        run(x := tg.tensor([1.0]))
    assert refused.value.code == "TG-E790"
    assert x.tolist() == [1.0]
    del refused
    gc.collect()
    assert before == LAYERS


def test_graphs_are_refused() -> None:
    w = tg.ones(2, requires_grad=True)
    with pytest.raises(TinygradZhError, match="with a graph"):
        tg.jit(lambda x: x * w)(tg.ones(2))
    with pytest.raises(TinygradZhError, match="made by mul"):
        tg.jit(lambda x: x + 1)(w * 2)
    assert tg.jit(lambda x: (x * w).detach())(tg.ones(2)).tolist() == [1.0, 1.0]


def test_what_leaks_says_so() -> None:
    kept = []
    run = tg.jit(lambda x: (kept.append(x * 2), x + 1)[1])
    with pytest.raises(TinygradZhError, match=r"made at test_guards\.py:\d+, .* kept outside"):
        run(tg.ones(2))
    with pytest.raises(TinygradZhError, match="outside"):
        kept[0] + 1


def test_an_error_inside_leaves_everything_as_it_was() -> None:
    layer, x = nn.Linear(2, 2), tg.ones(1, 2)
    layer(x).sum().backward()
    before = layer.weight.grad.tolist()

    def broken(x: Any) -> Any:
        layer(x).sum().backward()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tg.jit(broken)(x)
    assert x.tolist() == [[1.0, 1.0]]
    assert isinstance(layer.weight.grad.array, np.ndarray) and layer.weight.grad.tolist() == before
    assert (layer.weight.grad + 1).shape == (2, 2)


def test_bad_input() -> None:
    with pytest.raises(TinygradZhError, match="a callable"):
        tg.jit(3)  # type: ignore[arg-type]
    with pytest.raises(TinygradZhError, match="ndarray, which has no hash"):
        tg.jit(lambda x: x)(np.ones(2))
    with pytest.raises(TinygradZhError, match="not been captured yet"):
        _ = tg.jit(lambda x: x).plan

    w = tg.zeros(2, requires_grad=True)
    optimizer = optim.SGD([w], lr=0.1)

    def late(x: Any, n: int) -> Any:
        (w * x).sum().backward()
        optimizer.step()
        return x if n > 3 else x + 1

    with pytest.raises(TinygradZhError, match="after a change"):
        tg.jit(late)(tg.ones(2), 5)


def test_shapes_that_values_decide() -> None:
    run = tg.jit(lambda x: x[x > 0].mean())
    for values in ([1.0, -1.0, 3.0], [2.0, -2.0, 4.0], [1.0, 2.0, 3.0], [-1.0, 5.0, 7.0]):
        x = tg.tensor(values)
        assert run(x).item() == x[x > 0].mean().item()
    assert run.captures == 2  # two numbers, then three; the rest found its plan


# -- the plan -------------------------------------------------------------------------------------------


def test_what_is_not_needed_or_there_twice_is_left_out() -> None:
    def program(x: Any) -> Any:
        x.cos().exp()
        return (x.sin() + 1) * (x.sin() + 1)

    run = tg.jit(program)
    run(x := tg.tensor([0.5]))
    assert [step.name for step in run.plan.steps] == ["sin", "add", "mul"]
    assert run.plan.dropped == 2 and run.plan.merged == 2
    assert run(x).tolist() == program(x).tolist()


def test_writing_is_a_fence() -> None:
    def program(x: Any) -> Any:
        y = x * 1
        before = y.sum()
        y += 1
        after = y.sum()
        y[0] = 7.0
        return before, after, y

    run = tg.jit(program)
    for x in (tg.ones(3), tg.tensor([1.0, 2.0, 3.0])):
        for found, expected in zip(run(x), program(x), strict=True):
            assert found.tolist() == expected.tolist()
    assert run.captures == 1


def test_a_plan_can_be_read() -> None:
    run = tg.jit(lambda x: (x.exp() + 1).sum())
    run(tg.ones(2))
    printed, source = str(run.plan), run.plan.source
    assert "exp(x0)" in printed and "float32[2] 8 B" in printed and "3 steps; 0 dropped" in printed
    assert source.startswith("def replay(x0):") and source.count("# test_guards.py:") == 3
