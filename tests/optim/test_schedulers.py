"""Learning-rate schedules, step by step beside PyTorch's."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import nn, optim
from tinygrad_zh.errors import ArgumentError

pytestmark = pytest.mark.filterwarnings("ignore:Detected call of")  # PyTorch does not see steps before the schedule
EPOCHS = 24
Build = Callable[[Any, Any], Any]


class Halving:
    """A function with a state."""

    def __init__(self) -> None:
        self.base = 0.5

    def __call__(self, epoch: float) -> float:
        return float(self.base**epoch)


# name of the case, optimiser, what is built of lr_scheduler's names and the optimiser
CASES: dict[str, tuple[str, Build]] = {
    "lambda": ("SGD", lambda s, o: s.LambdaLR(o, lambda t: 0.95**t)),
    "lambda per group": ("SGD", lambda s, o: s.LambdaLR(o, [lambda t: 1 / (t + 1), Halving()])),
    "multiplicative": ("SGD", lambda s, o: s.MultiplicativeLR(o, lambda t: 0.95)),
    "multiplicative per group": ("SGD", lambda s, o: s.MultiplicativeLR(o, (lambda t: 1 / (t + 1), Halving()))),
    "step": ("SGD", lambda s, o: s.StepLR(o, 3)),
    "step gamma": ("SGD", lambda s, o: s.StepLR(o, step_size=1, gamma=0.7)),
    "multi-step": ("SGD", lambda s, o: s.MultiStepLR(o, [2, 5, 5, 9], gamma=0.5)),
    "constant": ("SGD", lambda s, o: s.ConstantLR(o)),
    "constant factor": ("SGD", lambda s, o: s.ConstantLR(o, factor=0.7, total_iters=3)),
    "linear": ("SGD", lambda s, o: s.LinearLR(o)),
    "linear down": ("SGD", lambda s, o: s.LinearLR(o, start_factor=1.0, end_factor=0.1, total_iters=7)),
    "linear at once": ("SGD", lambda s, o: s.LinearLR(o, total_iters=0)),
    "exponential": ("SGD", lambda s, o: s.ExponentialLR(o, 0.9)),
    "polynomial": ("SGD", lambda s, o: s.PolynomialLR(o)),
    "polynomial power": ("SGD", lambda s, o: s.PolynomialLR(o, total_iters=9, power=2.5)),
    "cosine": ("SGD", lambda s, o: s.CosineAnnealingLR(o, 5)),
    "cosine min": ("SGD", lambda s, o: s.CosineAnnealingLR(o, T_max=7, eta_min=0.01)),
    "restarts": ("SGD", lambda s, o: s.CosineAnnealingWarmRestarts(o, 5)),
    "restarts longer": ("SGD", lambda s, o: s.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2, eta_min=0.01)),
    "cyclic": ("SGD", lambda s, o: s.CyclicLR(o, 0.01, 0.1, step_size_up=4)),
    "cyclic halved": (
        "SGD",
        lambda s, o: s.CyclicLR(o, [0.01, 0.02], [0.1, 0.2], 3, 5, mode="triangular2", base_momentum=[0.7, 0.8]),
    ),
    "cyclic exp": ("Adam", lambda s, o: s.CyclicLR(o, 0.01, 0.1, 3, mode="exp_range", gamma=0.9)),
    "cyclic own": ("Adam", lambda s, o: s.CyclicLR(o, 0.01, 0.1, 3, scale_fn=Halving(), scale_mode="iterations")),
    "cyclic own per cycle": (
        "Rprop",
        lambda s, o: s.CyclicLR(o, 0.01, 0.1, 3, scale_fn=lambda x: 1 / x, cycle_momentum=False),
    ),
    "one cycle": ("SGD", lambda s, o: s.OneCycleLR(o, 0.1, total_steps=EPOCHS)),
    "one cycle linear": (
        "Adam",
        lambda s, o: s.OneCycleLR(
            o, [0.1, 0.2], epochs=5, steps_per_epoch=6, pct_start=0.4, anneal_strategy="linear", div_factor=10.0
        ),
    ),
    "one cycle in three": (
        "Adam",
        lambda s, o: s.OneCycleLR(o, 0.1, total_steps=EPOCHS, three_phase=True, final_div_factor=100, max_momentum=0.9),
    ),
    "one cycle alone": ("Rprop", lambda s, o: s.OneCycleLR(o, 0.1, total_steps=EPOCHS, cycle_momentum=False)),
    "sequential": (
        "SGD",
        lambda s, o: s.SequentialLR(o, [s.ConstantLR(o, 0.1, 3), s.ExponentialLR(o, 0.9), s.StepLR(o, 2)], [4, 9]),
    ),
    "sequential of all with a formula": (
        "SGD",
        lambda s, o: s.SequentialLR(
            o,
            [
                s.LinearLR(o, 0.2, total_iters=3),
                s.CosineAnnealingLR(o, 4),
                s.PolynomialLR(o, 3),
                s.MultiStepLR(o, [0, 2]),
                s.LambdaLR(o, lambda t: 0.9**t),
                s.LinearLR(o, 0.5),
                s.ConstantLR(o, 0.5),
                s.CosineAnnealingWarmRestarts(o, 3),
            ],
            [3, 6, 9, 12, 15, 18, 21],
        ),
    ),
    "chained": ("SGD", lambda s, o: s.ChainedScheduler([s.ConstantLR(o, 0.1, 4), s.ExponentialLR(o, 0.9)])),
    "chained cosine": (
        "SGD",
        lambda s, o: s.ChainedScheduler([s.CosineAnnealingLR(o, 6), s.StepLR(o, 4, 0.5)], optimizer=o),
    ),
    "sequential of chained": (
        "SGD",
        lambda s, o: s.SequentialLR(
            o,
            [s.ChainedScheduler([s.LinearLR(o, 0.5, total_iters=3), s.ExponentialLR(o, 0.9)]), s.StepLR(o, 3)],
            [6],
        ),
    ),
}
PLATEAU: list[dict[str, Any]] = [
    {"patience": 2},
    {"mode": "max", "patience": 1, "factor": 0.5},
    {"patience": 0, "threshold_mode": "abs", "threshold": 0.3, "cooldown": 2},
    {"mode": "max", "patience": 0, "threshold_mode": "abs", "threshold": 0.3, "min_lr": [0.02, 0.1]},
    {"patience": 0, "factor": 0.3, "min_lr": 0.004, "eps": 0.01},
]
METRICS = [3.0, 2.0, 2.0, 2.1, 1.9, 1.95, 1.9, 1.8, 1.8, 1.8, 1.8, 2.5, 0.5, 0.49, 0.5, 0.5, 0.6, 0.7, 0.8, 0.9]


def optimisers(kind: str) -> tuple[Any, Any]:
    """The same optimiser here and in PyTorch, with two groups, after a step."""
    made = []
    for library, parameter in ((optim, lambda: nn.Parameter(tg.ones(2))), (torch.optim, torch_parameter)):
        p, q = parameter(), parameter()
        optimizer = getattr(library, kind)([{"params": [p], "lr": 0.5}, {"params": [q]}], lr=0.1)
        optimizer.step()
        made.append(optimizer)
    return made[0], made[1]


def torch_parameter() -> Any:
    return torch.nn.Parameter(torch.ones(2))


def values_of(optimizer: Any) -> list[dict[str, Any]]:
    return [{k: v for k, v in group.items() if k != "params"} for group in optimizer.param_groups]


def same_states(ours: Any, theirs: Any) -> bool:
    """Whether two states are equal, functions' attributes included."""
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(same_states(v, theirs[k]) for k, v in ours.items())
    if isinstance(ours, (list, tuple)):
        return len(ours) == len(theirs) and all(map(same_states, ours, theirs))
    return bool(ours == theirs)


@pytest.mark.parametrize("case", CASES)
def test_every_rate_is_pytorchs(case: str) -> None:
    kind, build = CASES[case]
    ours, theirs = optimisers(kind)
    a, b = build(optim.lr_scheduler, ours), build(torch.optim.lr_scheduler, theirs)
    for _ in range(EPOCHS - 1):
        assert a.get_last_lr() == b.get_last_lr()
        assert values_of(ours) == values_of(theirs)
        assert same_states(a.state_dict(), b.state_dict()), (a.state_dict(), b.state_dict())
        ours.step()
        theirs.step()
        a.step()
        b.step()
    assert values_of(ours) == values_of(theirs)


@pytest.mark.parametrize("case", CASES)
def test_a_state_goes_on_from_here_to_pytorch_and_back(case: str) -> None:
    kind, build = CASES[case]
    ours, theirs = optimisers(kind)
    a, b = build(optim.lr_scheduler, ours), build(torch.optim.lr_scheduler, theirs)
    for _ in range(7):
        a.step()
        b.step()
    saved, torch_saved = (ours.state_dict(), a.state_dict()), (theirs.state_dict(), b.state_dict())
    ours, theirs = optimisers(kind)
    a, b = build(optim.lr_scheduler, ours), build(torch.optim.lr_scheduler, theirs)
    ours.load_state_dict(torch_saved[0])
    a.load_state_dict(torch_saved[1])
    theirs.load_state_dict(saved[0])
    b.load_state_dict(saved[1])
    for _ in range(7):
        a.step()
        b.step()
        assert a.get_last_lr() == b.get_last_lr()
        assert values_of(ours) == values_of(theirs)


@pytest.mark.parametrize("options", PLATEAU, ids=str)
def test_plateau(options: dict[str, Any]) -> None:
    ours, theirs = optimisers("SGD")
    a = optim.lr_scheduler.ReduceLROnPlateau(ours, **options)
    b = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, **options)
    for k, metric in enumerate(METRICS):
        a.step(tg.tensor(metric) if k % 2 else metric)
        b.step(torch.tensor(metric) if k % 2 else metric)
        assert a.get_last_lr() == b.get_last_lr()
        assert a.state_dict() == b.state_dict()
        if k == 10:
            again = optim.lr_scheduler.ReduceLROnPlateau(ours)
            again.load_state_dict(b.state_dict())
            a = again
    assert a.get_last_lr() != [0.5, 0.1]


def test_a_group_added_later_has_the_smallest_rate_of_all() -> None:
    for options, fits in (({"min_lr": 0.01}, True), ({"min_lr": [0.01, 0.02]}, False)):
        optimizer, _ = optimisers("SGD")
        scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, **options)
        optimizer.add_param_group({"params": nn.Parameter(tg.ones(1)), "lr": 0.05})
        scheduler.step(1.0)
        if fits:
            scheduler.step(1.0)
            assert scheduler.get_last_lr() == [0.05, 0.010000000000000002, 0.01]
        else:
            with pytest.raises(ArgumentError, match="E682"):
                scheduler.step(1.0)


@pytest.mark.parametrize("case", ["step", "multi-step", "cosine", "polynomial", "linear", "constant", "lambda"])
def test_an_epoch_out_of_order(case: str) -> None:
    kind, build = CASES[case]
    ours, theirs = optimisers(kind)
    a, b = build(optim.lr_scheduler, ours), build(torch.optim.lr_scheduler, theirs)
    for epoch in (5, 2, 11):
        with pytest.warns(UserWarning, match="epoch"):
            a.step(epoch)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            b.step(epoch)
        assert a.get_last_lr() == pytest.approx(b.get_last_lr(), rel=1e-15)


@pytest.mark.parametrize("options", [{"T_0": 3}, {"T_0": 3, "T_mult": 2}])
def test_restarts_at_fractions_of_epochs(options: dict[str, Any]) -> None:
    ours, theirs = optimisers("SGD")
    a = optim.lr_scheduler.CosineAnnealingWarmRestarts(ours, **options)
    b = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(theirs, **options)
    for epoch in (0.5, 2.9, 3, 7.25, 11, 1):
        a.step(epoch)
        b.step(epoch)
        assert a.state_dict() == b.state_dict()
    a.step()
    b.step()
    assert a.get_last_lr() == b.get_last_lr()


@pytest.mark.parametrize("case", ["step", "cosine", "exponential", "restarts", "cyclic", "one cycle"])
def test_going_on_after_an_epoch(case: str) -> None:
    name = {"step": "StepLR", "cosine": "CosineAnnealingLR", "exponential": "ExponentialLR"}.get(case)
    names = {"restarts": "CosineAnnealingWarmRestarts", "cyclic": "CyclicLR", "one cycle": "OneCycleLR"}
    options: dict[str, Any] = {
        "step": {"step_size": 3},
        "cosine": {"T_max": 5},
        "exponential": {"gamma": 0.9},
        "restarts": {"T_0": 5},
        "cyclic": {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 4},
        "one cycle": {"max_lr": 0.1, "total_steps": EPOCHS},
    }[case]
    ours, theirs = optimisers("SGD")
    libraries = ((optim.lr_scheduler, ours), (torch.optim.lr_scheduler, theirs))
    a, b = (getattr(s, name or names[case])(o, **options) for s, o in libraries)
    for _ in range(4):
        a.step()
        b.step()
    a, b = (getattr(s, name or names[case])(o, **options, last_epoch=4) for s, o in libraries)
    for _ in range(4):
        assert values_of(ours) == values_of(theirs)
        a.step()
        b.step()


def test_the_rate_is_the_one_the_optimiser_uses() -> None:
    p = nn.Parameter(tg.tensor([0.0]))
    p.grad = tg.tensor([-1.0])
    optimizer = optim.SGD([p], lr=1.0)
    scheduler = optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    for _ in range(3):
        optimizer.step()
        scheduler.step()
    assert p.array[0] == 1 + 0.5 + 0.25


def test_a_schedule_before_the_optimiser_is_warned_of() -> None:
    optimizer = optim.SGD([nn.Parameter(tg.ones(1))], lr=1.0)
    scheduler = optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    with pytest.warns(UserWarning, match="E688"):
        scheduler.step()
    with pytest.warns(UserWarning, match="E690"):
        scheduler.get_lr()


@pytest.mark.parametrize("library", [optim, torch.optim])
def test_a_schedule_of_ones_own(library: Any) -> None:
    class Harmonic(library.lr_scheduler.LRScheduler):  # type: ignore[misc, name-defined]
        def get_lr(self) -> list[float]:
            return [base / (self.last_epoch + 1) for base in self.base_lrs]

    optimizer = optimisers("SGD")[library is torch.optim]
    scheduler, rates = Harmonic(optimizer), []
    for _ in range(3):
        optimizer.step()
        scheduler.step()
        rates.append(scheduler.get_last_lr())
    assert rates == [[0.25, 0.05], [0.5 / 3, 0.1 / 3], [0.125, 0.025]]
    assert scheduler.state_dict()["last_epoch"] == 3
