"""Averaged models beside PyTorch's, and the schedule that goes with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import swa_utils as torch_swa

import tinygrad_zh as tg
from tinygrad_zh import nn, optim
from tinygrad_zh.errors import ArgumentError
from tinygrad_zh.optim import swa_utils


def models() -> tuple[Any, Any]:
    """The same layer with a buffer here and in PyTorch."""
    ours, theirs = nn.Linear(3, 2).double(), torch.nn.Linear(3, 2).double()
    ours.register_buffer("seen", tg.tensor([1.0], dtype=tg.float64))
    theirs.register_buffer("seen", torch.tensor([1.0], dtype=torch.float64))
    return ours, theirs


def change(pair: tuple[Any, Any], draw: np.random.Generator) -> None:
    for (name, mine), other in zip(pair[0].state_dict().items(), pair[1].state_dict().values(), strict=True):
        values = draw.normal(size=mine.shape)
        assert name in ("weight", "bias", "seen")
        mine.array[...] = values
        other.copy_(torch.tensor(values))


FUNCTIONS: dict[str, Any] = {
    "mean": lambda s: {},
    "ema": lambda s: {"avg_fn": s.get_ema_avg_fn(0.9)},
    "ema of lists": lambda s: {"multi_avg_fn": s.get_ema_multi_avg_fn(0.9)},
    "mean of lists": lambda s: {"multi_avg_fn": s.get_swa_multi_avg_fn(), "use_buffers": True},
    "buffers": lambda s: {"avg_fn": s.get_swa_avg_fn(), "use_buffers": True},
    "own": lambda s: {"avg_fn": lambda mean, p, n: mean * 0.5 + p * n},
}


@pytest.mark.parametrize("case", FUNCTIONS)
def test_averages_are_pytorchs(case: str) -> None:
    draw, pair = np.random.default_rng(0), models()
    a = swa_utils.AveragedModel(pair[0], **FUNCTIONS[case](swa_utils))
    b = torch_swa.AveragedModel(pair[1], **FUNCTIONS[case](torch_swa))
    for _ in range(4):
        change(pair, draw)
        a.update_parameters(pair[0])
        b.update_parameters(pair[1])
        mine, other = a.state_dict(), b.state_dict()
        assert set(mine) == set(other)
        # PyTorch's mean of lists divides by n + 1 in float32, whatever the weights' dtype.
        rounding = 1e-6 if case == "mean of lists" else 1e-15
        for name, value in mine.items():
            np.testing.assert_allclose(value.array, other[name].numpy(), rtol=1e-14, atol=rounding, err_msg=name)
    x = draw.normal(size=(2, 3))
    np.testing.assert_allclose(
        a(tg.tensor(x)).detach().array, b(torch.tensor(x)).detach().numpy(), rtol=1e-13, atol=10 * rounding
    )
    assert not np.shares_memory(a.module.weight.array, pair[0].weight.array)


@pytest.mark.parametrize(
    "options",
    [{}, {"anneal_epochs": 3}, {"anneal_epochs": 4, "anneal_strategy": "linear"}, {"anneal_epochs": 0}],
    ids=str,
)
def test_swalr(options: dict[str, Any]) -> None:
    p, q = nn.Parameter(tg.ones(1)), torch.nn.Parameter(torch.ones(1))
    ours = optim.SGD([{"params": [p], "lr": 0.5}, {"params": nn.Parameter(tg.ones(1))}], lr=0.1)
    theirs = torch.optim.SGD([{"params": [q], "lr": 0.5}, {"params": torch.nn.Parameter(torch.ones(1))}], lr=0.1)
    a = swa_utils.SWALR(ours, [0.05, 0.2], **options)
    b = torch_swa.SWALR(theirs, [0.05, 0.2], **options)
    for k in range(12):
        ours.step()
        theirs.step()
        a.step()
        b.step()
        assert a.get_last_lr() == b.get_last_lr()
        if k == 2:
            saved = b.state_dict()
            assert saved == a.state_dict()
            a.load_state_dict(saved)


def test_bad_options() -> None:
    model, optimizer = nn.Linear(2, 2), optim.SGD([nn.Parameter(tg.ones(1))])
    function = swa_utils.get_swa_avg_fn()
    for build in (
        lambda: swa_utils.get_ema_avg_fn(1.5),
        lambda: swa_utils.get_ema_multi_avg_fn(-0.1),
        lambda: swa_utils.AveragedModel(model, avg_fn=0.9),
        lambda: swa_utils.AveragedModel(model, avg_fn=function, multi_avg_fn=function),
        lambda: swa_utils.SWALR(optimizer, 0.1, anneal_epochs=-1),
        lambda: swa_utils.SWALR(optimizer, 0.1, anneal_strategy="cubic"),
        lambda: swa_utils.SWALR(optimizer, "0.1"),
    ):
        with pytest.raises(ArgumentError, match="E680"):
            build()


def test_update_bn_measures_anew() -> None:
    batches = [np.random.default_rng(i).normal(2, 3, size=(5, 4)) for i in range(3)]
    ours = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)).double().eval()
    theirs = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3)).double().eval()
    theirs.load_state_dict({name: torch.from_numpy(x.numpy().copy()) for name, x in ours.state_dict().items()})
    ours[1].running_mean.array[...] = 7.0  # is forgotten
    swa_utils.update_bn([(tg.tensor(x), None) for x in batches], ours)
    torch_swa.update_bn([(torch.from_numpy(x), None) for x in batches], theirs)
    for name in ("running_mean", "running_var", "num_batches_tracked"):
        np.testing.assert_allclose(getattr(ours[1], name).numpy(), getattr(theirs[1], name).numpy(), rtol=1e-12)
    assert not ours.training and ours[1].momentum == 0.1
    swa_utils.update_bn([tg.ones(2, 4)], nn.Linear(4, 3))  # nothing to do
