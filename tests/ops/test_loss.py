"""Losses over their options as in PyTorch, first and second derivative, and what they make of bad targets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh.errors import ArgumentError, DTypeError

OPTIONS: list[dict[str, Any]] = [
    {},
    {"reduction": "sum"},
    {"reduction": "none"},
    {"ignore_index": 2},
    {"label_smoothing": 0.1},
    {"weight": True},
    {"weight": True, "label_smoothing": 0.2, "ignore_index": 1},
]
SHAPES = [((5, 4), (5,)), ((4,), ()), ((3, 4, 2), (3, 2))]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_cross_entropy_as_in_pytorch(options: dict[str, Any], shapes: Any) -> None:
    rng = np.random.default_rng(0)
    logits, targets, weight = rng.normal(size=shapes[0]), rng.integers(0, 4, size=shapes[1]), rng.random(4)
    direction = rng.normal(size=shapes[0])
    seen = []
    for m, grad in ((tg, tg.autograd.grad), (torch, torch.autograd.grad)):
        given = {**options, "weight": m.tensor(weight)} if "weight" in options else options
        x = m.tensor(logits, requires_grad=True)
        loss = m.nn.functional.cross_entropy(x, m.tensor(targets), **given)
        (g,) = grad(loss.sum(), x, create_graph=True)
        (h,) = grad((g * m.tensor(direction)).sum(), x)
        seen.append([loss.detach().numpy(), g.detach().numpy(), h.numpy()])
    everything_ignored = bool(np.all(targets == options.get("ignore_index", -100)))
    for mine, theirs in zip(*seen, strict=True):
        if everything_ignored:  # 0/0: the loss is NaN in both, and what a gradient of NaN is, is nobody's business
            assert np.isnan(seen[0][0]).all() == np.isnan(seen[1][0]).all()
        else:
            np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("loss", ["mse_loss", "l1_loss"])
def test_a_target_that_is_nan_makes_the_loss_nan(loss: str) -> None:
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    value = getattr(tg, loss)(x, tg.tensor([0.5, float("nan")]))
    assert np.isnan(value.item())
    value.backward()
    assert x.grad is not None
    assert not np.isnan(x.grad.array[0]), "the gradient elsewhere is what it was"


def test_probabilities_that_are_nan_make_the_loss_nan() -> None:
    target = tg.tensor([[0.5, 0.5], [float("nan"), 1.0]])
    losses = tg.cross_entropy(tg.zeros(2, 2), target, reduction="none")
    assert not np.isnan(losses.array[0]) and np.isnan(losses.array[1])


def test_class_indices_that_are_floats_are_refused() -> None:
    with pytest.raises((ArgumentError, DTypeError), match=r"long\(\)"):
        tg.cross_entropy(tg.zeros(2, 3), tg.tensor([0.0, float("nan")]))


@pytest.mark.parametrize("index", [3, -1, 10**9])
@pytest.mark.parametrize("loss", ["cross_entropy", "nll_loss"])
def test_a_class_that_does_not_exist_is_named(loss: str, index: int) -> None:
    with pytest.raises(ArgumentError, match=str(index)):
        getattr(tg, loss)(tg.zeros(2, 3), tg.tensor([0, index]))


@pytest.mark.parametrize("target", [[0], [[0, 1]], [0, 1, 2]])
def test_targets_of_another_shape_are_refused(target: Any) -> None:
    with pytest.raises(ArgumentError):
        tg.cross_entropy(tg.zeros(2, 3), tg.tensor(target))


def test_an_empty_batch_has_the_loss_that_pytorch_gives() -> None:
    for reduction in ("mean", "sum", "none"):
        mine = tg.cross_entropy(tg.zeros(0, 3), tg.tensor([], dtype="int64"), reduction=reduction)
        theirs = torch.nn.functional.cross_entropy(torch.zeros(0, 3), torch.tensor([]).long(), reduction=reduction)
        np.testing.assert_array_equal(mine.numpy(), theirs.numpy())


@pytest.mark.parametrize("options", [{"reduction": "average"}, {"label_smoothing": 1.5}])
def test_options_out_of_range_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError):
        tg.cross_entropy(tg.zeros(2, 3), tg.tensor([0, 1]), **options)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "options", [{}, {"label_smoothing": 0.1}, {"reduction": "sum"}, {"reduction": "none"}], ids=str
)
def test_where_all_is_ignored_nothing_pulls(options: dict[str, Any], dtype: str) -> None:
    """The mean of no losses is NaN; the weights must survive such a batch, as in PyTorch."""
    logits = np.random.default_rng(0).normal(size=(3, 4)).astype(dtype)
    for name in ("cross_entropy", "nll_loss"):
        if name == "nll_loss" and "label_smoothing" in options:
            continue
        results = []
        for lib in (tg, torch):
            x = lib.tensor(logits, requires_grad=True)
            loss = getattr(lib.nn.functional, name)(x, lib.tensor([1, 1, 1]), ignore_index=1, **options)
            loss.sum().backward()
            results.append((loss.tolist(), x.grad.tolist()))
        np.testing.assert_array_equal(results[0][0], results[1][0])
        assert results[0][1] == np.zeros((3, 4)).tolist() == results[1][1]
    # The formula, which the recorded reading expands, says the same.
    x = tg.tensor(logits, requires_grad=True)
    loss = tg.nn.functional.cross_entropy(x, tg.tensor([1, 1, 1]), ignore_index=1)
    (g,) = tg.autograd.grad(loss, x, create_graph=True)
    assert not g.any()
