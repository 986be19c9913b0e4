"""Checking gradients: what is right passes, and every kind of wrong gradient is caught."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh.autograd import gradcheck, gradgradcheck
from tinygrad_zh.core.primitive import primitive
from tinygrad_zh.errors import CheckFailed, DTypeError, TinygradZhError

MODES = pytest.mark.parametrize("fast_mode", [False, True], ids=["slow", "fast"])


def leaf(values: Any) -> tg.Tensor:
    return tg.tensor(values, dtype="float64", requires_grad=True)


def with_rule(rule: Any) -> Any:
    """sin with a pullback of one's own."""
    return primitive("sin <x>", vjp_x=rule, name="sine")(lambda xp, x: xp.sin(x))


X = np.array([[0.3, -1.2, 0.8], [2.0, 0.1, -0.4]])


@MODES
def test_right_gradients_pass(fast_mode: bool) -> None:
    assert gradcheck(lambda x: x.sin(), leaf(X), fast_mode=fast_mode)
    assert gradcheck(lambda x, w: (x @ w).exp(), (leaf(X), leaf(X.T)), fast_mode=fast_mode)
    assert gradcheck(lambda x: (x.sum(), x * 2, x.t()), (leaf(X),), fast_mode=fast_mode)
    assert gradcheck(with_rule(lambda g, x: g * tg.cos(x)), leaf(X), fast_mode=fast_mode)


WRONG = {
    "sign": lambda g, x: -g * tg.cos(x),
    "factor": lambda g, x: g * tg.cos(x) * 1.01,
    "other function": lambda g, x: g * tg.sin(x),
    "zero": lambda g, x: g * 0,
    "one entry": lambda g, x: g * (tg.cos(x) + 0.1 * (x == 0.8)),
    "constant": lambda g, x: g * tg.cos(x) + 0.01,
    "mixed entries": lambda g, x: (g * tg.cos(x)).reshape(6)[::-1].reshape(2, 3),
}


@MODES
@pytest.mark.parametrize("name", WRONG)
def test_wrong_gradients_are_caught(name: str, fast_mode: bool) -> None:
    wrong = with_rule(WRONG[name])
    with pytest.raises(CheckFailed) as caught:
        gradcheck(wrong, leaf(X), fast_mode=fast_mode)
    assert caught.value.code.startswith("TG-E7")
    assert gradcheck(wrong, leaf(X), fast_mode=fast_mode, raise_exception=False) is False


@MODES
def test_a_wrong_shape_is_caught(fast_mode: bool) -> None:
    for rule in (lambda g, x: (g * tg.cos(x)).T, lambda g, x: (g * tg.cos(x)).reshape(6)):
        with pytest.raises(TinygradZhError):
            gradcheck(with_rule(rule), leaf(X), fast_mode=fast_mode)


@MODES
def test_the_second_input_and_the_second_output_are_looked_at(fast_mode: bool) -> None:
    wrong = with_rule(WRONG["factor"])
    with pytest.raises(CheckFailed):
        gradcheck(lambda x, w: x + wrong(w), (leaf(X), leaf(X)), fast_mode=fast_mode)
    with pytest.raises(CheckFailed):
        gradcheck(lambda x: (x * 2, wrong(x)), leaf(X), fast_mode=fast_mode)
    # but not what requires no gradient
    assert gradcheck(lambda x, w: x + wrong(w), (leaf(X), tg.tensor(X)), fast_mode=fast_mode)


def test_the_message_names_entry_and_numbers() -> None:
    with pytest.raises(CheckFailed, match=r"\(1, 2\)"):
        gradcheck(with_rule(lambda g, x: g * tg.cos(x) * (1 + (x == -0.4))), leaf(X))


@MODES
def test_float32_is_refused(fast_mode: bool) -> None:
    x = tg.tensor([1.0], requires_grad=True)
    with pytest.raises(DTypeError, match="float64"):
        gradcheck(lambda x: x * 2, x, fast_mode=fast_mode)
    with pytest.raises(DTypeError):
        gradcheck(lambda a, b: a * b.double(), (leaf([1.0]), x), fast_mode=fast_mode)


def test_nothing_to_check() -> None:
    with pytest.raises(TinygradZhError):
        gradcheck(lambda x: x * 2, tg.tensor([1.0], dtype="float64"))
    with pytest.raises(TinygradZhError):
        gradcheck(lambda x: x * 2, ())


@MODES
def test_outputs_without_gradient_are_passed_over(fast_mode: bool) -> None:
    assert gradcheck(lambda x: (x * 2, x > 0, x.detach(), x.argmax()), leaf(X), fast_mode=fast_mode)


@MODES
def test_other_arguments_are_handed_on(fast_mode: bool) -> None:
    assert gradcheck(lambda x, n, i: x.sum(n)[i], (leaf(X), 1, tg.tensor([0, 1, 1])), fast_mode=fast_mode)


@MODES
@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 0)])
def test_awkward_shapes(shape: tuple[int, ...], fast_mode: bool) -> None:
    assert gradcheck(lambda x: x * x, leaf(np.ones(shape)), fast_mode=fast_mode)


@MODES
def test_inputs_are_left_as_they_were(fast_mode: bool) -> None:
    x = leaf(X)
    gradcheck(lambda x: x.exp(), x, fast_mode=fast_mode)
    np.testing.assert_array_equal(x.detach().numpy(), X)
    assert x.grad is None
    with tg.no_grad():
        assert gradcheck(lambda x: x.exp(), x, fast_mode=fast_mode)
        assert not tg.is_grad_enabled()


def test_views_as_inputs() -> None:
    x = leaf(X)
    assert gradcheck(lambda v: v.exp(), x.t() * 1.0)


@MODES
def test_a_kink_is_a_difference(fast_mode: bool) -> None:
    with pytest.raises(CheckFailed):
        gradcheck(lambda x: x.relu(), leaf([0.0]), fast_mode=fast_mode)


def test_tolerances_count() -> None:
    slightly_wrong = with_rule(lambda g, x: g * tg.cos(x) * (1 + 1e-5))
    assert gradcheck(slightly_wrong, leaf(X))
    with pytest.raises(CheckFailed):
        gradcheck(slightly_wrong, leaf(X), atol=1e-8, rtol=1e-7)


@MODES
def test_second_derivatives(fast_mode: bool) -> None:
    assert gradgradcheck(lambda x: x.sin() * x, leaf(X), fast_mode=fast_mode)
    assert gradgradcheck(lambda x, w: (x @ w).tanh(), (leaf(X), leaf(X.T)), fast_mode=fast_mode)
    assert gradgradcheck(lambda x: x * 3, leaf(X), fast_mode=fast_mode)  # the second derivative is nothing
    assert gradgradcheck(lambda x: (x.sum(), x.exp()), leaf(X), fast_mode=fast_mode)
    assert gradgradcheck(lambda x: x**3, leaf(X), tg.ones(2, 3, dtype="float64", requires_grad=True))


@MODES
def test_a_wrong_second_derivative_is_caught(fast_mode: bool) -> None:
    hidden = with_rule(lambda g, x: g * (tg.cos(x).detach() if isinstance(x, tg.Tensor) else tg.cos(x)))
    assert gradcheck(hidden, leaf(X), fast_mode=fast_mode)  # the first derivative is right
    with pytest.raises(CheckFailed):
        gradgradcheck(hidden, leaf(X), fast_mode=fast_mode)


def test_a_joint_rule_is_checked_too() -> None:
    wrong = primitive("<a> <b>", vjp=lambda g, a, b: (g * b, g * b), name="wrong")(lambda xp, a, b: a * b)
    with pytest.raises(CheckFailed):
        gradcheck(wrong, (leaf(X), leaf(X + 1)))
