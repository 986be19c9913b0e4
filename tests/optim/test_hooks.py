"""Hooks of optimisers beside PyTorch's, around steps and states; and optimisers of one's own."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import nn, optim
from tinygrad_zh.errors import ArgumentError

LIBRARIES = [tg, torch]


def made(lib: Any, **options: Any) -> Any:
    p = lib.nn.Parameter(lib.ones(2))
    p.grad = lib.ones(2)
    return lib.optim.SGD([p], lr=0.5, **options)


def value(optimizer: Any) -> float:
    return float(optimizer.param_groups[0]["params"][0].detach()[0])


@pytest.mark.parametrize("lib", LIBRARIES)
def test_before_and_after_a_step(lib: Any) -> None:
    optimizer, said = made(lib), []
    handles = [
        optimizer.register_step_pre_hook(lambda o, args, kwargs: said.append(("before", value(o), args, kwargs))),
        optimizer.register_step_post_hook(lambda o, args, kwargs: said.append(("after", value(o), args, kwargs))),
    ]
    optimizer.step()
    assert said == [("before", 1.0, (optimizer,), {}), ("after", 0.5, (optimizer,), {})]
    for handle in handles:
        handle.remove()
    optimizer.step()
    assert len(said) == 2


@pytest.mark.parametrize("lib", LIBRARIES)
def test_a_hook_may_give_the_step_other_arguments(lib: Any) -> None:
    optimizer = made(lib)
    optimizer.register_step_pre_hook(lambda o, args, kwargs: ((o, lambda: 7.0), {}))
    assert optimizer.step() == 7.0
    optimizer.register_step_pre_hook(lambda o, args, kwargs: "closure")
    with pytest.raises((ArgumentError, RuntimeError)):
        optimizer.step()


@pytest.mark.parametrize("lib", LIBRARIES)
def test_around_states(lib: Any) -> None:
    optimizer, said = made(lib, momentum=0.9), []
    optimizer.step()
    optimizer.register_state_dict_pre_hook(lambda o: said.append("saving"))
    optimizer.register_state_dict_post_hook(lambda o, state: {**state, "extra": 1})
    optimizer.register_state_dict_post_hook(lambda o, state: said.append(sorted(state)), prepend=True)
    state = optimizer.state_dict()
    assert said == ["saving", ["param_groups", "state"]] and state["extra"] == 1
    halved = {**state, "param_groups": [{**state["param_groups"][0], "lr": 0.25}]}
    optimizer.register_load_state_dict_pre_hook(lambda o, given: halved)
    optimizer.register_load_state_dict_post_hook(lambda o: said.append(o.param_groups[0]["lr"]))
    optimizer.register_load_state_dict_post_hook(lambda o: said.append("loaded"), prepend=True)
    optimizer.load_state_dict(state)
    assert said[2:] == ["loaded", 0.25]


@pytest.mark.parametrize("kind", [name for name in optim.__all__ if name[0].isupper() and name != "Optimizer"])
def test_every_optimiser_has_them(kind: str) -> None:
    said: list[str] = []
    p = nn.Parameter(tg.ones(2, 2))
    optimizer = getattr(optim, kind)([p])

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        said.append("step")
        return loss

    optimizer.register_step_pre_hook(lambda *args: said.append("before"))
    optimizer.register_step_post_hook(lambda *args: said.append("after"))
    optimizer.step(closure)
    assert said[0] == "before" and said[-1] == "after" and set(said[1:-1]) == {"step"}


@pytest.mark.parametrize("lib", LIBRARIES)
def test_an_optimiser_of_ones_own_has_hooks_and_a_schedule(lib: Any) -> None:
    class Plain(lib.optim.Optimizer):  # type: ignore[misc, name-defined]
        def __init__(self, params: Any, lr: float) -> None:
            super().__init__(params, {"lr": lr})

        def step(self, closure: Any = None) -> Any:
            with lib.no_grad():
                for group in self.param_groups:
                    for p in group["params"]:
                        p -= group["lr"] * p.grad
            return None if closure is None else closure()

    p, said = lib.nn.Parameter(lib.ones(2)), []
    p.grad = lib.ones(2)
    optimizer = Plain([p], lr=0.5)
    optimizer.register_step_post_hook(lambda *args: said.append("after"))
    schedule = lib.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
    optimizer.step()
    schedule.step()
    assert said == ["after"] and optimizer.param_groups[0]["lr"] == 0.25 and value(optimizer) == 0.5


def test_a_step_that_calls_the_base_classs_is_one_step() -> None:
    class Twice(optim.SGD):
        def step(self, closure: Any = None) -> Any:
            super().step()
            return super().step(closure)

    p, said = nn.Parameter(tg.ones(1)), []
    p.grad = tg.ones(1)
    optimizer = Twice([p], lr=0.25)
    optimizer.register_step_pre_hook(lambda *args: said.append("before"))
    optimizer.step()
    optimizer.step()
    assert said == ["before", "before"] and p.array[0] == 0.0
