"""Infinities and NaN are values, not warnings; and the user's own settings of NumPy are his."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from tinygrad_zh.backend.quiet import quietly, quietly_here
from tinygrad_zh.core.modes import MODE, listening
from tinygrad_zh.core.primitive import primitive
from tinygrad_zh.ops.grad_mode import is_grad_enabled, no_grad
from tinygrad_zh.ops.publish import public
from tinygrad_zh.transforms.gradient import grad
from tinygrad_zh.transforms.pushforward import jvp

tensor = public["tensor"]
ZEROS, HUGE = [0.0, -0.0], [3e38, -3e38]

LOUD: dict[str, Callable[[], Any]] = {
    "log(0)": lambda: public["log"](tensor(ZEROS)),
    "log(-1)": lambda: public["log"](tensor([-1.0])),
    "0/0": lambda: tensor(ZEROS) / tensor(ZEROS),
    "1/0": lambda: 1 / tensor(ZEROS),
    "overflow": lambda: tensor(HUGE) * tensor(HUGE),
    "exp(1000)": lambda: public["exp"](tensor([1000.0, -1000.0])),
    "inf - inf": lambda: tensor([float("inf")]) - tensor([float("inf")]),
    "a cast that overflows": lambda: tensor([1e300], dtype="float64").to("float32"),
    "a cast of NaN to int": lambda: tensor([float("nan"), float("inf")]).to("int32"),
    "0-d": lambda: public["log"](tensor(0.0)) * 0,
    "mean of nothing": lambda: public["mean"](tensor([])),
    "var of nothing": lambda: public["var"](tensor([])),
    "var of one": lambda: public["var"](tensor([1.0])),
    "softmax of -inf": lambda: public["softmax"](tensor([float("-inf")] * 2), 0),
    "logsumexp of huge": lambda: public["logsumexp"](tensor(HUGE), 0),
    "a power": lambda: tensor([-8.0]) ** (1 / 3),
    "remainder by 0": lambda: tensor([1.0]) % 0,
    "sum that overflows": lambda: public["sum"](tensor([3e38, 3e38])),
    "matmul that overflows": lambda: tensor([HUGE]) @ tensor([HUGE]).mT,
    "in place": lambda: public["zeros"](2).log_(),
    "gradient of sqrt at 0": lambda: gradient(lambda x: public["sqrt"](x), ZEROS),
    "gradient of log at 0": lambda: gradient(lambda x: public["log"](x) * x, ZEROS),
    "gradients added up": lambda: gradient(lambda x: 3e38 * x + 3e38 * x + x / 0, [1.0]),
    "a gradient kept from before": lambda: kept_gradient(),
    "second derivative": lambda: second_derivative(),
    "jvp": lambda: jvp(lambda x: public["sqrt"](x), tensor(ZEROS), tensor([1.0, 1.0])),
}


def gradient(function: Callable[[Any], Any], at: list[float]) -> Any:
    x = tensor(at, requires_grad=True)
    function(x).backward(tensor([1.0] * len(at)))
    return x.grad


def kept_gradient() -> Any:
    x = tensor([1.0], requires_grad=True)
    for _ in range(2):
        (x * 3e38).backward()
    return x.grad


def second_derivative() -> Any:
    x = tensor(ZEROS, requires_grad=True)
    (g,) = grad(public["sum"](public["sqrt"](x)), x, create_graph=True)
    return grad(public["sum"](g), x)


@pytest.fixture
def raising() -> Iterator[None]:
    """The user wants NumPy to raise; afterwards that still holds."""
    before = np.seterr(all="raise")
    try:
        yield
        assert np.geterr() == dict.fromkeys(("divide", "over", "under", "invalid"), "raise")
        with pytest.raises(FloatingPointError):
            np.log(np.zeros(1))
    finally:
        np.seterr(**before)


@pytest.mark.parametrize("compute", LOUD.values(), ids=LOUD)
def test_no_warning(compute: Callable[[], Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compute()


@pytest.mark.parametrize("compute", LOUD.values(), ids=LOUD)
def test_the_users_settings_are_neither_triggered_nor_changed(compute: Callable[[], Any], raising: None) -> None:
    compute()


def test_numpy_warned_there(recwarn: pytest.WarningsRecorder) -> None:
    """The computations above are loud in NumPy: without this the tests could not fail."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        np.log(np.zeros(1))
        np.zeros(1) / np.zeros(1)
        np.full(1, 3e38, np.float32) * np.full(1, 3e38, np.float32)
    assert len(seen) == 3


def test_in_threads(raising: None) -> None:
    def all_of_them() -> dict[str, str]:
        with warnings.catch_warnings():  # NumPy's settings start anew in a thread: it would warn
            for compute in LOUD.values():
                compute()
        return dict(np.geterr())

    with ThreadPoolExecutor(4) as pool:
        for settings in [f.result() for f in [pool.submit(all_of_them) for _ in range(8)]]:
            assert settings["divide"] == "warn", "a thread's own settings stay as NumPy starts it"


def test_an_op_in_another_thread_does_not_stand_in_the_way() -> None:
    begun, go_on = threading.Event(), threading.Event()

    @primitive("<x>", d_x=lambda x: x, name="waits")
    def waits(xp: Any, x: Any) -> Any:
        begun.set()
        assert go_on.wait(20)
        return x

    go_on.set()
    for compute in (lambda: waits(tensor([1.0])), *LOUD.values()):
        compute()  # once before: an op's functions are written at its first call
    go_on.clear(), begun.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(waits, tensor([1.0]))
        try:
            assert begun.wait(20)
            for compute in LOUD.values():
                compute()
        finally:
            go_on.set()
        assert waiting.result().tolist() == [1.0]


def test_in_tasks() -> None:
    async def one(value: float) -> Any:
        np.seterr(all="raise")  # this task's own
        await asyncio.sleep(0)
        result = public["log"](tensor([value]))
        assert np.geterr()["divide"] == "raise"
        return result.tolist()

    async def several() -> list[Any]:
        return await asyncio.gather(*(one(v) for v in (0.0, 1.0)))

    assert asyncio.run(several()) == [[float("-inf")], [0.0]]


def test_nested() -> None:
    def outer() -> float:
        assert np.geterr()["divide"] == "ignore"
        inner = quietly(lambda: float(np.log(np.zeros(1))[0]))
        assert np.geterr()["divide"] == "ignore", "what is inside does not end the quiet"
        return inner

    before = np.geterr()
    assert quietly(outer) == quietly(quietly, outer) == quietly_here(quietly, outer) == float("-inf")
    assert np.geterr() == before


def test_a_failure_inside_ends_the_quiet() -> None:
    before = np.geterr()
    for run in (quietly, quietly_here):
        with pytest.raises(ZeroDivisionError):
            run(lambda: 1 / 0)
        assert np.geterr() == before
    assert quietly(lambda: 1) == 1


def test_quietly_here_keeps_the_callers_context() -> None:
    word: contextvars.ContextVar[str] = contextvars.ContextVar("word", default="default")
    word.set("set")
    with no_grad():
        assert quietly_here(lambda: (word.get(), is_grad_enabled())) == ("set", False)


def test_listeners_hear_quiet_computations_in_their_own_context(raising: None) -> None:
    """Whoever listens runs in the caller's context: the door is quiet, not the house."""
    heard: list[tuple[str, bool]] = []

    class Listener:
        def ran(self, op: Any, *_: Any) -> None:
            heard.append((op.name, self in MODE.get().listeners))

        def applied(self, *_: Any) -> None: ...

        def pulled(self, *_: Any) -> None: ...

    with listening(Listener()):
        gradient(lambda x: public["log"](x), ZEROS)
    assert ("log", True) in heard and all(known for _, known in heard)


def test_many_threads_at_once() -> None:
    """Every thread has its own quiet context: a shared one cannot be entered twice."""
    barrier, failures = threading.Barrier(4), []

    def work() -> None:
        try:
            barrier.wait()
            for _ in range(200):
                public["log"](tensor(ZEROS))
        except BaseException as problem:
            failures.append(problem)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
