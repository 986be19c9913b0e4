"""LBFGS on Rosenbrock's valley, beside PyTorch's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import nn, optim
from tinygrad_zh.errors import ArgumentError, GraphError, StorageError
from tinygrad_zh.optim.line_search import Point, cubic_minimum

CASES: list[dict[str, Any]] = [
    {"line_search_fn": "strong_wolfe", "max_iter": 8},
    {"line_search_fn": "strong_wolfe", "lr": 0.3, "history_size": 2, "max_iter": 5},
    {"line_search_fn": "strong_wolfe", "max_eval": 3},
    {"line_search_fn": "strong_wolfe", "lr": 30.0, "max_iter": 4},
    {"lr": 0.1, "max_iter": 6},
    {"lr": 0.01, "max_iter": 3, "history_size": 1},
    {"max_iter": 1, "lr": 0.5},
    {"lr": 0.1, "tolerance_grad": 50.0},
    {"lr": 0.1, "tolerance_change": 5.0},
    {"max_iter": 0},
]


def valley(x: Any, y: Any) -> Any:
    """Rosenbrock's valley in three dimensions; its least value 0 is at (1, 1, 1)."""
    return ((1 - x) ** 2 + 100 * (x.roll(-1) - x * x) ** 2)[:1].sum() + (1 - x[1]) ** 2 + 100 * (y - x[1] ** 2) ** 2


def closure_of(params: list[Any], optimizer: Any) -> Any:
    def closure() -> Any:
        optimizer.zero_grad()
        loss = valley(*params[:2])
        loss.backward()
        return loss

    return closure


def both(options: dict[str, Any]) -> tuple[list[Any], Any, list[Any], Any]:
    """The same start here and in PyTorch; the third parameter takes no part."""
    arrays = [np.array([-1.2, 0.5]), np.array(1.0), np.array([[3.0]])]
    ours = [nn.Parameter(tg.tensor(a)) for a in arrays]
    theirs = [torch.nn.Parameter(torch.tensor(a)) for a in arrays]
    return ours, optim.LBFGS(ours, **options), theirs, torch.optim.LBFGS(theirs, **options)


def assert_close(ours: list[Any], theirs: list[Any]) -> None:
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.array, q.detach().numpy(), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("options", CASES, ids=str)
def test_every_step_is_pytorchs(options: dict[str, Any]) -> None:
    ours, a, theirs, b = both(options)
    for _ in range(3):
        mine, other = a.step(closure_of(ours, a)), b.step(closure_of(theirs, b))
        assert mine.item() == pytest.approx(other.item(), rel=1e-9)
        assert_close(ours, theirs)
        state, torch_state = a.state[ours[0]], b.state[theirs[0]]
        assert (state["n_iter"], state["func_evals"]) == (torch_state["n_iter"], torch_state["func_evals"])
    assert a.state_dict()["param_groups"] == b.state_dict()["param_groups"]


def test_it_finds_the_bottom_of_the_valley() -> None:
    ours, a, _, _ = both({"line_search_fn": "strong_wolfe", "max_iter": 200, "tolerance_change": 1e-16})
    a.step(closure_of(ours, a))
    np.testing.assert_allclose(ours[0].array, 1.0, atol=1e-7)
    assert ours[2].array == 3.0


def test_state_goes_on_from_here_to_pytorch_and_back() -> None:
    options = {"line_search_fn": "strong_wolfe", "max_iter": 4}
    ours, a, theirs, b = both(options)
    a.step(closure_of(ours, a))
    b.step(closure_of(theirs, b))

    def to_torch(value: Any) -> Any:
        if isinstance(value, list):
            return [to_torch(part) for part in value]
        return value.to_torch() if isinstance(value, tg.Tensor) else value

    own, other = a.state_dict(), b.state_dict()
    state = {i: {name: to_torch(value) for name, value in values.items()} for i, values in own["state"].items()}
    here, there = optim.LBFGS(ours), torch.optim.LBFGS(theirs)
    here.load_state_dict(other)
    there.load_state_dict({**own, "state": state})
    assert set(a.state[ours[0]]) == set(here.state[ours[0]])
    for _ in range(2):
        here.step(closure_of(ours, here))
        there.step(closure_of(theirs, there))
    assert_close(ours, theirs)
    wrong = {**own["state"][0], "d": tg.ones(3)}
    for state in ({0: wrong}, {7: own["state"][0]}):
        with pytest.raises(StorageError, match="E627"):
            here.load_state_dict({**own, "state": state})
    with pytest.raises(StorageError, match="E627"):
        here.load_state_dict([])  # type: ignore[arg-type]


def test_a_step_between_forward_and_backward_is_noticed() -> None:
    ours, a, _, _ = both({"line_search_fn": "strong_wolfe"})
    loss = valley(*ours[:2])
    a.step(closure_of(ours, a))
    with pytest.raises(GraphError, match=r"LBFGS\.step"):
        loss.backward()


def test_cubics() -> None:
    """The least point of t³ − 3t is 1; between points without a minimum the middle is taken."""

    def point(t: float) -> Point:
        return Point(t, t**3 - 3 * t, 3 * t * t - 3, np.zeros(0))

    assert cubic_minimum(point(0.0), point(3.0), 0.0, 3.0) == pytest.approx(1.0)
    assert cubic_minimum(point(3.0), point(0.5), 1.5, 3.0) == 1.5
    line = [Point(t, -t, -1.0, np.zeros(0)) for t in (0.0, 1.0)]
    assert cubic_minimum(*line, 0.0, 1.0) == 1.0
    assert cubic_minimum(Point(0.0, 0.0, math.nan, np.zeros(0)), line[1], 0.0, 1.0) == 0.5


@pytest.mark.parametrize(
    "options",
    [
        {"lr": -1},
        {"max_iter": -1},
        {"max_iter": 2.5},
        {"max_eval": "3"},
        {"tolerance_grad": None},
        {"history_size": 0},
        {"line_search_fn": "weak_wolfe"},
    ],
)
def test_options_out_of_range(options: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match="E625"):
        made_with(options)


def made_with(options: dict[str, Any]) -> Any:
    return optim.LBFGS([nn.Parameter(tg.ones(2))], **options)


def test_one_group_and_a_closure() -> None:
    p, q = nn.Parameter(tg.ones(2)), nn.Parameter(tg.ones(2))
    with pytest.raises(ArgumentError, match="E672"):
        optim.LBFGS([{"params": [p]}, {"params": [q]}])
    with pytest.raises(ArgumentError, match="E673"):
        optim.LBFGS([p]).step()
