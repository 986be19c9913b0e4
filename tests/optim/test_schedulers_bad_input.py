"""What learning-rate schedules refuse, as PyTorch does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import nn, optim
from tinygrad_zh.errors import ArgumentError, DTypeError, StorageError

from .test_schedulers import optimisers

pytestmark = pytest.mark.filterwarnings("ignore:Detected call of")  # PyTorch does not see steps before the schedule


BAD: list[Callable[[Any, Any], Any]] = [
    lambda s, o: s.StepLR(o, 0),
    lambda s, o: s.StepLR(o, 3, gamma="0.1"),
    lambda s, o: s.MultiStepLR(o, 3),
    lambda s, o: s.ConstantLR(o, factor=1.5),
    lambda s, o: s.LinearLR(o, start_factor=0),
    lambda s, o: s.LinearLR(o, end_factor=-0.1),
    lambda s, o: s.ExponentialLR(o, None),
    lambda s, o: s.PolynomialLR(o, power=None),
    lambda s, o: s.CosineAnnealingLR(o, 0),
    lambda s, o: s.CosineAnnealingWarmRestarts(o, 0),
    lambda s, o: s.CosineAnnealingWarmRestarts(o, 2.0),
    lambda s, o: s.CosineAnnealingWarmRestarts(o, 2, 0),
    lambda s, o: s.CosineAnnealingWarmRestarts(o, 2, eta_min="0"),
    lambda s, o: s.CosineAnnealingWarmRestarts(o, 2).step(-1),
    lambda s, o: s.CyclicLR(o, 0.1, 0.2, mode="square"),
    lambda s, o: s.CyclicLR(o, 0.1, "0.2"),
    lambda s, o: s.CyclicLR(o, 0.1, 0.2, step_size_up=0),
    lambda s, o: s.CyclicLR(o, 0.1, 0.2, scale_fn=3),
    lambda s, o: s.OneCycleLR(o, 0.1),
    lambda s, o: s.OneCycleLR(o, 0.1, epochs=3),
    lambda s, o: s.OneCycleLR(o, 0.1, total_steps=-1),
    lambda s, o: s.OneCycleLR(o, 0.1, total_steps=3.0),
    lambda s, o: s.OneCycleLR(o, 0.1, total_steps=10, pct_start=1.5),
    lambda s, o: s.OneCycleLR(o, 0.1, total_steps=10, anneal_strategy="cubic"),
    lambda s, o: s.ReduceLROnPlateau(o, mode="least"),
    lambda s, o: s.ReduceLROnPlateau(o, factor=1.0),
    lambda s, o: s.ReduceLROnPlateau(o, threshold_mode="share"),
    lambda s, o: s.LambdaLR(o, 0.5),
    lambda s, o: s.MultiplicativeLR(o, [0.5, 0.5]),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_options_out_of_range(number: int) -> None:
    ours, theirs = optimisers("SGD")
    with pytest.raises(ArgumentError, match="E680"):
        BAD[number](optim.lr_scheduler, ours)
    assert [group["lr"] for group in ours.param_groups] == [0.5, 0.1]
    try:  # PyTorch refuses it too, sooner or later, with whatever error
        made = BAD[number](torch.optim.lr_scheduler, theirs)
    except (ValueError, TypeError, ZeroDivisionError):
        return
    with pytest.raises((ValueError, TypeError, ZeroDivisionError)):
        for _ in range(3):
            made.step()


def test_milestones_that_would_never_come() -> None:
    """PyTorch takes them, and never comes to them."""
    with pytest.raises(ArgumentError, match="E680"):
        optim.lr_scheduler.MultiStepLR(optimisers("SGD")[0], ["3"])


def test_lists_have_one_value_for_each_group() -> None:
    ours, _ = optimisers("SGD")
    s = optim.lr_scheduler
    for build in (
        lambda: s.LambdaLR(ours, [lambda t: t]),
        lambda: s.CyclicLR(ours, [0.1], 0.2),
        lambda: s.OneCycleLR(ours, [0.1, 0.2, 0.3], 9),
        lambda: s.ReduceLROnPlateau(ours, min_lr=[0.1]),
    ):
        with pytest.raises(ArgumentError, match="E682"):
            build()


def test_only_optimisers_have_schedules() -> None:
    s = optim.lr_scheduler
    for build in (lambda o: s.StepLR(o, 3), lambda o: s.LambdaLR(o, abs), lambda o: s.ReduceLROnPlateau(o)):
        with pytest.raises(DTypeError, match="E681"):
            build([nn.Parameter(tg.ones(1))])


def test_going_on_needs_a_beginning() -> None:
    with pytest.raises(ArgumentError, match="E683"):
        optim.lr_scheduler.StepLR(optimisers("SGD")[0], 3, last_epoch=4)


def test_schedules_that_do_not_go_together() -> None:
    (ours, _), (other, _) = optimisers("SGD"), optimisers("SGD")
    s = optim.lr_scheduler
    step = s.StepLR(ours, 3)
    for listed in ([], [step, s.StepLR(other, 3)], [s.ReduceLROnPlateau(ours)], [3]):
        with pytest.raises(ArgumentError, match="E684"):
            s.ChainedScheduler(listed)
        with pytest.raises(ArgumentError, match="E684"):
            s.SequentialLR(ours, listed, [1] * (len(listed) - 1))
    with pytest.raises(ArgumentError, match="E684"):
        s.SequentialLR(ours, [step], [3])


def test_one_cycle_ends() -> None:
    ours, _ = optimisers("SGD")
    scheduler = optim.lr_scheduler.OneCycleLR(ours, 0.1, total_steps=3)
    for _ in range(3):
        scheduler.step()
    with pytest.raises(ArgumentError, match="E685"):
        scheduler.step()


def test_the_state_of_another_schedule() -> None:
    ours, _ = optimisers("SGD")
    s = optim.lr_scheduler
    step, exponential, function = s.StepLR(ours, 3), s.ExponentialLR(ours, 0.5), s.LambdaLR(ours, lambda t: t)
    chained = s.ChainedScheduler([step])
    before = step.state_dict()
    for scheduler, wrong in (
        (step, exponential.state_dict()),
        (exponential, step.state_dict()),
        (step, None),
        (chained, {**chained.state_dict(), "_schedulers": []}),
        (chained, {**chained.state_dict(), "_schedulers": [exponential.state_dict()]}),
        (function, {**function.state_dict(), "lr_lambdas": [None]}),
    ):
        with pytest.raises(StorageError, match="E686"):
            scheduler.load_state_dict(wrong)
    assert step.state_dict() == before


def test_the_momentum_of_an_optimiser_without_one() -> None:
    ours, _ = optimisers("Adagrad")
    with pytest.raises(ArgumentError, match="E687"):
        optim.lr_scheduler.OneCycleLR(ours, 0.1, total_steps=9)
