"""Arguments of strange types, to any function: the error names the function and the argument, and what came."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
import tinygrad_zh.nn.functional as F
from tinygrad_zh.core.primitive import Primitive
from tinygrad_zh.errors import TinygradZhError
from tinygrad_zh.ops.publish import methods, public, spaces

x = tg.ones(2, 3)
SAID: list[tuple[Callable[[], Any], str, str]] = [
    (lambda: F.pad(None, (1, 1)), "TG-E825", "nn.functional.pad got an object of type NoneType as input"),
    (lambda: F.relu6("x"), "TG-E825", "relu6 got an object of type str as input"),
    (lambda: F.cross_entropy(x, [1, 2]), "TG-E825", "cross_entropy got an object of type list as target"),
    (lambda: x.expand_as("x"), "TG-E825", "expand_as got an object of type str as other"),
    (lambda: tg.zeros(np.ones(2)), "TG-E826", r"zeros cannot use an object of type ndarray as sizes\[0\] \(only int"),
    (lambda: x.reshape(np.ones(2)), "TG-E826", r"reshape cannot use an object of type ndarray as sizes\[0\]"),
    (lambda: F.leaky_relu(x, [1.0]), "TG-E826", "leaky_relu cannot use an object of type list as negative_slope"),
    (lambda: tg.movedim(x, 1.5, 0), "TG-E827", "given were input: Tensor, source: float, destination: int"),
    (lambda: F.relu("x"), "TG-E210", "relu got str"),
    (lambda: tg.digamma(np.array([1, 2])), "TG-E204", "digamma is not defined for operands of dtype int64"),
]


@pytest.mark.parametrize(("call", "code", "told"), SAID, ids=[told.split()[0] for _, _, told in SAID])
def test_the_argument_is_named(call: Callable[[], Any], code: str, told: str) -> None:
    with pytest.raises(TypeError, match=told) as caught:
        call()
    assert isinstance(caught.value, TinygradZhError) and caught.value.code == code
    assert "expected: " in str(caught.value) and "hint: " in str(caught.value)


FUNCTIONS = {
    **{name: public[name] for name in public.names()},
    **{f"{space}.{name}": table[name] for space, table in spaces.items() for name in table.names()},
}
CHANGES_THE_PROGRAM = {"set_printoptions", "set_rng_state", "manual_seed", "seed"}
GUARDED = [name for name, f in FUNCTIONS.items() if not isinstance(f, Primitive | type) and callable(f)]


class Thing:
    """What no function can use, and what has no attributes."""

    __slots__ = ()


@pytest.mark.parametrize("wrong", ["text", {"a": 1}, Thing()], ids=["text", "dict", "object"])
def test_no_function_stumbles(wrong: Any) -> None:
    """Python's own word remains only where an argument is missing or one too many, which it says plainly."""
    stumbled = []
    for name in GUARDED:
        if name in CHANGES_THE_PROGRAM:
            continue
        for args in ((wrong,), (wrong, x), (x, wrong), (x, wrong, wrong), (x, x, wrong)):
            try:
                FUNCTIONS[name](*args)
            except TinygradZhError:
                pass
            except Exception as problem:
                if "argument" not in str(problem):
                    stumbled.append((name, args, problem))
    assert not stumbled


def test_a_mistake_of_the_users_own_function_is_left_alone() -> None:
    def distance(a: Any, b: Any) -> Any:
        return a.no_such_thing - b

    with pytest.raises(AttributeError, match="no_such_thing"):
        F.triplet_margin_with_distance_loss(x, x, x, distance_function=distance)
    with pytest.raises(TypeError, match="unsupported operand"):
        F.triplet_margin_with_distance_loss(x, x, x, distance_function=lambda a, b: "a" - 1)  # type: ignore[operator]
    with pytest.raises(TypeError, match=r"missing 1 required positional argument: 'pad'"):
        F.pad(x)


def test_what_is_guarded_keeps_its_name_and_place() -> None:
    for function, name in ((F.relu6, "nn.functional.relu6"), (tg.linalg.inv, "linalg.inv"), (tg.gelu, "gelu")):
        assert f"{function.__module__}.{function.__qualname__}" == f"tinygrad_zh.{name}"
        assert pickle.loads(pickle.dumps(function)) is function
    assert tg.concat is tg.cat and tg.Tensor.gather is tg.gather and "gather" in methods


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: tg.sum(x, foo=1), r"sum has no argument named foo\.(.|\n)*input, dim, keepdim"),
        (lambda: x.sum(foo=1), "sum has no argument named foo"),
        (lambda: tg.exp(x, foo=1), "exp has no argument named foo"),
        (lambda: tg.relux, r"tinygrad_zh has no relux\.(.|\n)*relu"),
        (lambda: F.relux, r"tinygrad_zh\.nn\.functional has no relux\.(.|\n)*relu"),
        (lambda: tg.nn.Linaer, r"tinygrad_zh\.nn has no Linaer\.(.|\n)*Linear"),
        (lambda: tg.optim.SDG, r"tinygrad_zh\.optim has no SDG\.(.|\n)*SGD"),
        (lambda: tg.data.DataLoadr, r"tinygrad_zh\.data has no DataLoadr\.(.|\n)*DataLoader"),
        (lambda: tg.linalg.invv, r"tinygrad_zh\.linalg has no invv\.(.|\n)*inv"),
        (lambda: tg.fft.fft, r"tinygrad_zh\.fft has no fft\."),
    ],
)
def test_unknown_names_come_with_close_ones(call: Callable[[], Any], told: str) -> None:
    with pytest.raises((TypeError, AttributeError), match=told) as caught:
        call()
    assert isinstance(caught.value, TinygradZhError)


def test_python_may_ask_whether_a_name_is_there() -> None:
    assert not hasattr(tg.nn, "Linaer") and not hasattr(tg.nn.functional, "__wrapped__")
    with pytest.raises(ImportError):
        from tinygrad_zh.nn import Linaer  # type: ignore[attr-defined]  # noqa: F401
