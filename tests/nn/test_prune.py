"""Pruning beside PyTorch's: masks, values, gradients, states, several ways one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.utils import prune as torch_prune

import tinygrad_zh as tg
from tinygrad_zh import nn
from tinygrad_zh.errors import ArgumentError, IndexingError, ShapeError
from tinygrad_zh.nn.utils import prune

SCORES = np.random.default_rng(1).normal(size=(4, 3, 2))
MASK = (SCORES > -0.3).astype(float)

# what is done to a Conv1d(3, 4, 2), by prune's names
WAYS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "identity": lambda p, m, lib: p.identity(m, "weight"),
    "l1 fraction": lambda p, m, lib: p.l1_unstructured(m, "weight", 0.3),
    "l1 number": lambda p, m, lib: p.l1_unstructured(m, "weight", amount=5),
    "l1 none": lambda p, m, lib: p.l1_unstructured(m, "bias", 0),
    "l1 all": lambda p, m, lib: p.l1_unstructured(m, "bias", 1.0),
    "l1 scores": lambda p, m, lib: p.l1_unstructured(m, "weight", 5, importance_scores=lib.tensor(SCORES)),
    "l2 rows": lambda p, m, lib: p.ln_structured(m, "weight", 2, 2, 0),
    "l1 columns": lambda p, m, lib: p.ln_structured(m, "weight", 0.4, n=1, dim=-2),
    "linf scores": lambda p, m, lib: p.ln_structured(
        m, "weight", 1, float("inf"), 1, importance_scores=lib.tensor(SCORES)
    ),
    "mask": lambda p, m, lib: p.custom_from_mask(m, "weight", lib.tensor(MASK)),
    "l1 twice": lambda p, m, lib: p.l1_unstructured(p.l1_unstructured(m, "weight", 5), "weight", 0.5),
    "rows, then values": lambda p, m, lib: p.l1_unstructured(p.ln_structured(m, "weight", 1, 2, 0), "weight", 4),
    "values, then rows": lambda p, m, lib: p.ln_structured(p.l1_unstructured(m, "weight", 9), "weight", 0.5, 2, 0),
    "rows, then columns, then mask": lambda p, m, lib: p.custom_from_mask(
        p.ln_structured(p.ln_structured(m, "weight", 1, 2, 0), "weight", 1, 2, 1), "weight", lib.tensor(MASK)
    ),
    "both": lambda p, m, lib: p.l1_unstructured(p.l1_unstructured(m, "weight", 5), "bias", 1),
}


def twins() -> tuple[Any, Any]:
    ours, theirs = nn.Conv1d(3, 4, 2).double(), torch.nn.Conv1d(3, 4, 2).double()
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def same_state(ours: Any, theirs: Any) -> None:
    mine, others = ours.state_dict(), theirs.state_dict()
    assert list(mine) == list(others)
    for name, value in others.items():
        np.testing.assert_array_equal(mine[name].numpy(), value.numpy(), err_msg=name)


@pytest.mark.parametrize("case", WAYS)
def test_a_way_is_pytorchs(case: str) -> None:
    ours, theirs = twins()
    weight = ours.weight
    assert WAYS[case](prune, ours, tg) is ours
    WAYS[case](torch_prune, theirs, torch)
    assert prune.is_pruned(nn.Sequential(ours)) and not prune.is_pruned(nn.Conv1d(3, 4, 2))
    same_state(ours, theirs)
    x = np.random.default_rng(0).normal(size=(2, 3, 5))
    for _ in range(2):  # the second time with the mask of the first
        (ours(tg.tensor(x)) ** 2).sum().backward()
        (theirs(torch.tensor(x)) ** 2).sum().backward()
    for (name, p), q in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-10, err_msg=name)
    for name in ("weight", "bias"):
        if hasattr(ours, name + "_orig"):
            prune.remove(ours, name)
            torch_prune.remove(theirs, name)
    same_state(ours, theirs)
    assert not prune.is_pruned(ours) and ours.weight is weight and ours(tg.tensor(x)).shape == (2, 4, 4)


def test_together() -> None:
    for options in ({"amount": 9}, {"amount": 0.4}):
        pair = [lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.Linear(4, 2)).double() for lib in (tg, torch)]
        pair[0].load_state_dict(pair[1].state_dict())
        for model, p, lib in ((pair[0], prune, tg), (pair[1], torch_prune, torch)):
            places = [(model[0], "weight"), (model[1], "weight"), (model[0], "bias")]
            scores = {(model[0], "bias"): lib.tensor([1.0, 2.0, 0.0, 0.0], dtype=lib.float64)}
            p.global_unstructured(places, p.L1Unstructured, importance_scores=scores, **options)
            p.global_unstructured(places[:2], p.L1Unstructured, amount=2)
        same_state(*pair)


def test_by_chance() -> None:
    tg.manual_seed(0)
    layer = prune.random_unstructured(nn.Linear(100, 50), "weight", 0.3)
    assert layer.weight_mask.sum().item() == 3500
    layer = prune.random_structured(nn.Linear(100, 50), "weight", 10, dim=1)
    kept = layer.weight_mask.array.sum(0)
    assert sorted(kept)[:10] == [0] * 10 and set(kept) == {0, 50}
    assert prune.RandomStructured(1).dim == prune.LnStructured(1, 2).dim == -1


def test_a_tensor_without_a_module() -> None:
    values = np.array([[1.0, -3.0], [0.5, 2.0]])
    ours = prune.L1Unstructured(2).prune(tg.tensor(values))
    theirs = torch_prune.L1Unstructured(2).prune(torch.tensor(values))
    assert ours.tolist() == theirs.tolist() == [[0, -3], [0, 2]]


def test_a_way_of_ones_own_and_the_container() -> None:
    class Positive(prune.BasePruningMethod):
        PRUNING_TYPE = "unstructured"

        def compute_mask(self, t: Any, default_mask: Any) -> Any:
            return default_mask * (t > 0)

    layer = nn.Linear(4, 3)
    hook = Positive.apply(layer, "weight")
    assert isinstance(hook, Positive) and (layer.weight >= 0).all().item()
    hook = prune.L1Unstructured.apply(layer, "weight", 1)
    assert isinstance(hook, prune.PruningContainer) and len(hook) == 2 and isinstance(hook[0], Positive)
    assert [type(way).__name__ for way in hook] == ["Positive", "L1Unstructured"]
    assert isinstance(prune.Identity.apply(nn.Linear(1, 1), "bias"), prune.Identity)
    assert isinstance(prune.CustomFromMask(tg.ones(1)), prune.BasePruningMethod)
    assert issubclass(prune.RandomUnstructured, prune.BasePruningMethod)


def test_the_pruned_stays_zero_in_training() -> None:
    layer = prune.l1_unstructured(nn.Linear(4, 3), "weight", 6)
    optimizer = tg.optim.SGD(layer.parameters(), lr=0.1, weight_decay=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        layer(tg.randn(5, 4)).square().sum().backward()
        optimizer.step()
    assert (prune.remove(layer, "weight").weight == 0).sum().item() == 6


@pytest.mark.parametrize(
    ("bad", "kind", "told"),
    [
        (lambda m: prune.l1_unstructured(m, "weight", -1), ArgumentError, "E695"),
        (lambda m: prune.l1_unstructured(m, "weight", 1.5), ArgumentError, "E695"),
        (lambda m: prune.l1_unstructured(m, "weight", float("nan")), ArgumentError, "E695"),
        (lambda m: prune.l1_unstructured(m, "weight", True), ArgumentError, "E695"),
        (lambda m: prune.l1_unstructured(m, "weight", 25), ArgumentError, r"E695.*\n?.*25 for 24 values"),
        (lambda m: prune.ln_structured(m, "weight", 5, 2, 0), ArgumentError, "5 for 4 slices"),
        (lambda m: prune.ln_structured(m, "weight", 1, 2, 3), IndexingError, "LnStructured"),
        (lambda m: prune.ln_structured(m, "bias", 1, 2, 0), ShapeError, "LnStructured"),
        (lambda m: prune.l1_unstructured(m, "wieght", 1), AttributeError, "wieght"),
        (lambda m: prune.custom_from_mask(m, "weight", tg.ones(2)), ArgumentError, r"E696.*mask of shape \(2,\)"),
        (lambda m: prune.l1_unstructured(m, "weight", 1, tg.ones(2)), ArgumentError, "importance_scores"),
        (lambda m: prune.remove(m, "weight"), ArgumentError, "is not pruned"),
        (lambda m: prune.global_unstructured([(m, "bias")], prune.LnStructured, amount=1, n=2), ArgumentError, "E696"),
        (lambda m: prune.PruningContainer(prune.L1Unstructured), ArgumentError, "E696"),  # a class, not one of it
    ],
)  # fmt: skip
def test_what_cannot_be_pruned(bad: Any, kind: Any, told: str) -> None:
    layer = nn.Conv1d(3, 4, 2)
    with pytest.raises((kind, TypeError) if kind is AttributeError else kind, match=told):
        bad(layer)
    assert list(layer.state_dict()) == ["weight", "bias"] and not prune.is_pruned(layer)


def test_ways_for_different_parameters_do_not_mix() -> None:
    layer = nn.Linear(2, 2)
    first, second = prune.Identity.apply(layer, "weight"), prune.Identity.apply(layer, "bias")
    with pytest.raises(ArgumentError, match="one parameter"):
        prune.PruningContainer(first, second)
