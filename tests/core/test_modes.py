"""Grad mode: who records, in which block, thread and task."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator, Iterator
from typing import Any

import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import autograd

MODULES = pytest.mark.parametrize("module", [tg, torch], ids=["tinygrad_zh", "torch"])


def recorded() -> bool:
    """Whether an operation is really recorded now, and `is_grad_enabled` says so."""
    x = tg.tensor([1.0], requires_grad=True)
    answer = (x * 2).requires_grad
    assert answer == tg.is_grad_enabled()
    return answer


@MODULES
def test_contexts_nest(module: Any) -> None:
    on = module.is_grad_enabled
    assert on()
    with module.no_grad():
        assert not on()
        with module.enable_grad():
            assert on()
            with module.set_grad_enabled(False):
                assert not on()
            assert on()
            with module.no_grad(), module.no_grad():
                assert not on()
            assert on()
        assert not on()
    assert on()


def test_what_is_recorded_follows_the_mode() -> None:
    assert recorded()
    with tg.no_grad():
        assert not recorded()
        with tg.enable_grad():
            assert recorded()
        assert not recorded()
    assert recorded()
    x = tg.tensor([1.0], requires_grad=True)
    with tg.no_grad():
        y = x * 2
        assert y.is_leaf
        assert y.grad_fn is None
        assert tg.tensor([1.0], requires_grad=True).requires_grad  # leaves are asked for, not recorded


@MODULES
def test_one_object_can_be_entered_again(module: Any) -> None:
    guard = module.no_grad()
    with guard:
        assert not module.is_grad_enabled()
    assert module.is_grad_enabled()
    with guard, module.enable_grad(), guard:
        assert not module.is_grad_enabled()
    assert module.is_grad_enabled()


@MODULES
def test_set_grad_enabled_as_a_call(module: Any) -> None:
    module.set_grad_enabled(False)
    try:
        assert not module.is_grad_enabled()
    finally:
        module.set_grad_enabled(True)
    assert module.is_grad_enabled()


@MODULES
def test_decorators(module: Any) -> None:
    on = module.is_grad_enabled

    @module.no_grad()
    def off(a: int, *, b: int = 1) -> tuple[bool, int]:
        """Documented."""
        return on(), a + b

    @module.enable_grad()
    def enabled() -> bool:
        return bool(on())

    assert off(1, b=2) == (False, 3)
    assert off.__name__ == "off"
    assert off.__doc__ == "Documented."
    with module.no_grad():
        assert enabled()
        assert not on()
    assert on()


@MODULES
def test_decorators_without_brackets(module: Any) -> None:
    @module.no_grad
    def off() -> bool:
        return bool(module.is_grad_enabled())

    @module.enable_grad
    def enabled() -> bool:
        return bool(module.is_grad_enabled())

    assert not off()
    with module.no_grad():
        assert enabled()


@MODULES
def test_set_grad_enabled_as_a_decorator(module: Any) -> None:
    decorate = module.set_grad_enabled(False)
    first = decorate(lambda: module.is_grad_enabled())
    assert module.is_grad_enabled()  # decorating switches nothing
    second = decorate(lambda: module.is_grad_enabled())
    assert (first(), second()) == (False, False)
    assert module.is_grad_enabled()


@MODULES
def test_recursive_decorated_function(module: Any) -> None:
    @module.no_grad()
    def down(n: int) -> list[bool]:
        return [module.is_grad_enabled(), *(down(n - 1) if n else [])]

    assert down(3) == [False] * 4
    assert module.is_grad_enabled()


@MODULES
def test_exceptions_restore_the_mode(module: Any) -> None:
    with pytest.raises(KeyError), module.no_grad():
        raise KeyError
    assert module.is_grad_enabled()

    @module.no_grad()
    def fails() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert module.is_grad_enabled()


@MODULES
def test_decorated_generator(module: Any) -> None:
    on = module.is_grad_enabled

    @module.no_grad()
    def numbers() -> Generator[Any, Any, bool]:
        received = yield on()
        try:
            yield (received, on())
        except KeyError:
            yield ("caught", on())
        return on()

    steps = numbers()
    assert next(steps) is False
    assert on()  # between the steps it is the consumer's mode
    assert steps.send("sent") == ("sent", False)
    assert on()
    assert steps.throw(KeyError()) == ("caught", False)
    with pytest.raises(StopIteration) as stop:
        next(steps)
    assert stop.value.value is False
    assert on()
    assert next(numbers()) is False


@MODULES
def test_decorated_generator_that_is_closed(module: Any) -> None:
    seen = []

    @module.no_grad()
    def numbers() -> Iterator[int]:
        try:
            yield 1
        finally:
            seen.append(module.is_grad_enabled())

    steps = numbers()
    next(steps)
    steps.close()
    assert seen == [False]
    assert module.is_grad_enabled()


def test_every_thread_has_its_own_mode() -> None:
    seen: dict[str, bool] = {}
    inside, leave = threading.Event(), threading.Event()

    def worker() -> None:
        seen["at start"] = recorded()  # begins with recording on, whatever the thread that started it does
        with tg.no_grad():
            seen["inside"] = recorded()
            inside.set()
            leave.wait(10)
        seen["after"] = recorded()

    with tg.no_grad():
        thread = threading.Thread(target=worker)
        thread.start()
        assert inside.wait(10)
    assert recorded()
    leave.set()
    thread.join()
    assert seen == {"at start": True, "inside": False, "after": True}


def test_backward_in_several_threads() -> None:
    def worker(k: int) -> None:
        x = tg.tensor([float(k)], requires_grad=True)
        for _ in range(50):
            x.grad = None
            (x.exp() * x).sum().backward()
        results[k] = x.grad.item()

    results: dict[int, float] = {}
    threads = [threading.Thread(target=worker, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {}
    for k in range(4):
        x = torch.tensor([float(k)], requires_grad=True)
        (x.exp() * x).sum().backward()
        expected[k] = x.grad.item()
    assert results == pytest.approx(expected, rel=1e-6)


def test_every_task_has_its_own_mode() -> None:
    async def off(seen: list[bool]) -> None:
        with tg.no_grad():
            for _ in range(3):
                seen.append(recorded())
                await asyncio.sleep(0)

    async def on(seen: list[bool]) -> None:
        for _ in range(3):
            seen.append(recorded())
            await asyncio.sleep(0)

    async def main() -> tuple[list[bool], list[bool]]:
        first: list[bool] = []
        second: list[bool] = []
        await asyncio.gather(off(first), on(second))
        assert recorded()
        return first, second

    assert asyncio.run(main()) == ([False] * 3, [True] * 3)


def test_decorated_coroutines() -> None:
    @tg.no_grad()
    async def off() -> bool:
        await asyncio.sleep(0)
        return recorded()

    async def main() -> tuple[bool, bool]:
        return await off(), recorded()

    assert asyncio.run(main()) == (False, True)


def test_backward_inside_no_grad() -> None:
    x = tg.tensor([1.0, 2.0], dtype="float64", requires_grad=True)
    y = (x**3).sum()
    with tg.no_grad():
        y.backward()
        assert not tg.is_grad_enabled()
    assert x.grad.tolist() == [3.0, 12.0]


def test_grad_with_create_graph_inside_no_grad() -> None:
    x = tg.tensor([1.0, 2.0], dtype="float64", requires_grad=True)
    y = (x**3).sum()
    with tg.no_grad():
        (g,) = autograd.grad(y, x, create_graph=True)
        assert not (g * 2).requires_grad
    (second,) = autograd.grad(g.sum(), x)
    assert second.tolist() == [6.0, 12.0]


def test_the_mode_after_backward_is_the_mode_before() -> None:
    x = tg.tensor([1.0], requires_grad=True)
    modes = []
    x.register_hook(lambda g: modes.append(tg.is_grad_enabled()))
    (x * x).sum().backward()
    (x * x).sum().backward(create_graph=True)
    assert modes == [False, True]
    assert recorded()
    x.grad = None


# -- inference_mode ----------------------------------------------------------------------------------------


def test_inference_mode_as_in_torch() -> None:
    for m in (tg, torch):
        said = []

        def say(m: Any = m, said: list[Any] = said) -> None:
            said.append((m.is_inference_mode_enabled(), m.is_grad_enabled()))

        say()
        with m.inference_mode():
            say()
            with m.inference_mode(False):
                say()
            with m.no_grad():
                say()
            say()
        with m.inference_mode(mode=False), m.no_grad():
            say()
        m.inference_mode()(say)()
        m.inference_mode(say)()
        m.inference_mode(False)(say)()
        say()
        assert said == [
            *((False, True), (True, False), (False, True), (True, False), (True, False), (False, False)),
            *((True, False), (True, False), (False, True), (False, True)),
        ]


def test_inference_mode_holds_while_the_body_of_a_generator_runs() -> None:
    @tg.inference_mode()
    def steps() -> Any:
        for _ in range(2):
            yield tg.is_inference_mode_enabled(), tg.is_grad_enabled()

    seen = [(inside, tg.is_inference_mode_enabled(), tg.is_grad_enabled()) for inside in steps()]
    assert seen == [((True, False), False, True)] * 2


def test_nothing_is_recorded_in_inference_mode() -> None:
    x = tg.ones(2, requires_grad=True)
    with tg.inference_mode():
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad
