"""What a captured function may not do, and what is left behind by one that fails: nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh import nn, optim
from tinygrad_zh.core.modes import LAYERS, LISTENING
from tinygrad_zh.errors import ArgumentError, GraphError, TinygradZhError

from .compare import drawn

LEFT: set[int] = set()
"""What tests elsewhere have left, in errors that pytest keeps."""


@pytest.fixture(autouse=True)
def note_what_is_left() -> None:
    """Look before each test."""
    gc.collect()
    LEFT.clear()
    LEFT.update(LAYERS)


def refused(f: Callable[..., Any], *args: Any, code: str = "TG-E790") -> str:
    """The function is refused when it is captured; return the error's text."""
    try:
        tg.jit(f)(*args)
    except TinygradZhError as problem:  # gone afterwards, and with it what it holds
        assert problem.code == code, problem
        return str(problem)
    raise AssertionError("nothing was refused")


ASKING: dict[str, Callable[[Any], Any]] = {
    "item": lambda x: x.sum().item(),
    "float": lambda x: float(x.sum()),
    "int": lambda x: int(x.sum()),
    "if": lambda x: x if x.sum() > 0 else -x,
    "while": lambda x: [None for _ in iter(lambda: bool((x > 0).all()), True)],
    "and": lambda x: (x.sum() > 0) and (x.sum() < 1),
    "print": lambda x: print(x),
    "str": lambda x: str(x),
    "repr": lambda x: repr(x * 2),
    "f-string": lambda x: f"{x.sum()}",
    "format": lambda x: f"{x.sum():.3f}",
    "numpy": lambda x: x.numpy(),
    "numpy force": lambda x: x.numpy(force=True),
    "asarray": lambda x: np.asarray(x),
    "array": lambda x: np.array(x.detach()),
    "tolist": lambda x: x.tolist(),
    "loop over values": lambda x: [y * 2 for y in x if y > 0],
    "sorted": lambda x: sorted(x),
    "range": lambda x: list(range(x.long().sum())),
    "index of a list": lambda x: [1, 2, 3][x.long().sum()],
    "in": lambda x: 1.0 in x,
    "max": lambda x: max(x),
    "allclose": lambda x: tg.allclose(x, x),
    "equal": lambda x: tg.equal(x, x * 2),
    "tensor of tensors": lambda x: tg.tensor([x.sum(), x.mean()]),
    "number of them": lambda x: range(len(x[x > 0]) and int((x > 0).sum())),
    "to_torch": lambda x: tg.to_torch(x) if hasattr(tg, "to_torch") else x.item(),
    "hash of numbers": lambda x: {v.item(): 1 for v in x},
}
WITHOUT_AN_ERROR = {"while", "in", "allclose", "equal"}
"""They ask whether something holds, which is checked at each call."""


@pytest.mark.parametrize("name", [name for name in ASKING if name not in WITHOUT_AN_ERROR])
def test_numbers_cannot_be_asked_for(name: str) -> None:
    assert "test_refused.py:" in refused(ASKING[name], drawn(3).abs())
    assert set(LAYERS) <= LEFT and not LISTENING


WEIGHT = tg.tensor([1.0, 2.0, 3.0])


@pytest.mark.parametrize("name", ["item", "float", "if", "print", "numpy", "tolist", "f-string", "asarray"])
def test_nor_those_of_a_weight(name: str) -> None:
    """They are the same at the next call only if nobody trains it meanwhile."""
    refused(lambda: ASKING[name](WEIGHT))
    assert WEIGHT.tolist() == [1.0, 2.0, 3.0]


def test_numbers_of_constants_can() -> None:
    def f(x: Any) -> Any:
        steps = tg.arange(3)
        assert steps.tolist() == [0, 1, 2] and (steps * 2).max().item() == 4 and f"{tg.ones(())}"
        return x * steps[1].item() if tg.zeros(1).sum() == 0 else x

    j = tg.jit(f)
    for x in (drawn(3), drawn(3)):
        assert j(x).tolist() == x.tolist()


def test_the_line_of_the_user_is_named() -> None:
    def f(x: Any) -> Any:
        y = x * 2
        return y.item()

    line = f.__code__.co_firstlineno + 2
    assert f"test_refused.py:{line} " in (refused(f, tg.ones(1)))


def test_results_with_a_graph() -> None:
    w = drawn(3).requires_grad_()
    assert "(3,)" in (refused(lambda x: x * w, drawn(3), code="TG-E792"))
    refused(lambda x: [x, {"y": (x * w).sum()}], drawn(3), code="TG-E792")
    refused(lambda x: x * 2, drawn(3).requires_grad_(), code="TG-E792")
    with tg.no_grad():
        assert not tg.jit(lambda x: x * w)(drawn(3)).requires_grad


def test_arguments_and_weights_with_a_graph() -> None:
    w = drawn(3).requires_grad_()
    assert "mul" in (refused(lambda x: x.sum(), w * 2, code="TG-E793"))
    h = w * 3
    assert "mul" in (refused(lambda x: (x * h).sum().backward(), drawn(3), code="TG-E793"))
    w.grad = w * 2
    refused(lambda x: (x * w).sum().backward(), drawn(3), code="TG-E793")


def test_arguments_without_a_hash() -> None:
    for bad in (np.ones(3), {1, 2}, bytearray(b"x"), [drawn(2), {"a": np.ones(2)}]):
        refused(lambda x: x, bad, code="TG-E794")
    with pytest.raises(ArgumentError):
        tg.jit(3)


def test_tensors_that_are_kept() -> None:
    kept: list[Any] = []

    class Layer(nn.Module):
        last: Any = None

        def forward(self, x: Any) -> Any:
            self.last = x * 2
            return self.last + 1

    found = refused(lambda x: kept.append(x * 2), drawn(1), code="TG-E797")
    assert "test_refused.py:" in found
    layer = Layer()
    refused(lambda x: layer(x), drawn(1), code="TG-E797")
    for leaked in (kept[0], layer.last):
        for use in (lambda x: x + 1, lambda x: x.item(), lambda x: x.tolist(), lambda x: drawn(1) * x):
            with pytest.raises(GraphError) as caught:
                use(leaked)
            assert caught.value.code == "TG-E791"
    kept.clear()
    layer.last = leaked = caught = None  # type: ignore[assignment]
    assert set(LAYERS) <= LEFT


def test_memory_that_is_replaced() -> None:
    net, x = nn.Linear(2, 2), drawn(2)

    def moved(x: Any) -> Any:
        net.double()
        return x

    def given(x: Any) -> Any:
        x.data = x * 2
        return x.sum()

    refused(moved, x, code="TG-E799")
    before = x.tolist()
    refused(given, x, code="TG-E799")
    assert x.tolist() == before


def test_a_closure_of_the_optimiser() -> None:
    w = drawn(2).requires_grad_()
    for kind in (optim.SGD, optim.LBFGS):
        opt = kind([w], lr=0.1)

        def closure() -> Any:
            loss = (w * w).sum()
            loss.backward()
            return loss

        with pytest.raises(ArgumentError, match="closure"):
            tg.jit(lambda opt=opt, closure=closure: opt.step(closure))()


def test_a_number_that_is_asked_for_too_late() -> None:
    total = tg.zeros(3)

    def f(x: Any, a: float) -> Any:
        total.add_(x)
        return x if a > 1 else -x

    refused(f, drawn(3), 0.5, code="TG-E795")


def test_there_is_no_plan_yet() -> None:
    j = tg.jit(lambda x: x)
    with pytest.raises(GraphError) as caught:
        j.plan  # noqa: B018
    assert caught.value.code == "TG-E796" and j.plans == [] and j.captures == 0


@pytest.mark.parametrize("when", ["at once", "after backward", "after a step"])
def test_what_fails_leaves_nothing_behind(when: str) -> None:
    net, x, y = nn.Linear(3, 2), drawn(4, 3), drawn(3).requires_grad_()
    opt = optim.SGD(net.parameters(), lr=0.1)
    net.weight.grad = held = drawn(2, 3)
    own = tg.Generator().manual_seed(3)
    arrays = [t.array for t in (x, y, *net.parameters())]

    def f(x: Any, y: Any) -> Any:
        loss = (net(x * y) * tg.rand(2) * tg.rand(2, generator=own)).sum()
        if when == "at once":
            raise RuntimeError("mine")
        loss.backward()
        if when == "after a step":
            opt.step()
        raise RuntimeError("mine")

    tg.manual_seed(1)
    states = tg.get_rng_state(), own.get_state()
    j = tg.jit(f)
    for _ in range(2):
        failed = False
        try:
            j(x, y)
        except RuntimeError as problem:
            failed = str(problem) == "mine"
        assert failed
        assert all(t.array is a for t, a in zip((x, y, *net.parameters()), arrays, strict=True))
        assert net.weight.grad is held and net.bias.grad is None and y.grad is None
        assert (tg.get_rng_state(), own.get_state()) == states
        assert not LISTENING and j.plans == []
    assert set(LAYERS) <= LEFT
    assert (net(x) * 2).sum().requires_grad  # all goes on as ever
