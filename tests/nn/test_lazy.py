"""Lazy layers beside PyTorch's: before the first input, after it, with an optimiser, and from a saved state."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tests.nn.beside_torch import compare
from tinygrad_zh import nn
from tinygrad_zh.errors import DTypeError, GraphError, ShapeError, StorageError

SIZE = {1: (5,), 2: (4, 5), 3: (3, 4, 3)}
LAZY: list[tuple[str, tuple[Any, ...], dict[str, Any], tuple[int, ...]]] = [
    ("LazyLinear", (3,), {}, (5, 4)),
    ("LazyLinear", (3,), {"bias": False}, (2, 5, 4)),
    *[(f"LazyConv{d}d", (4, 2), {"groups": 2, "padding": 1}, (2, 6, *SIZE[d])) for d in SIZE],
    *[(f"LazyConv{d}d", (4, 2), {"bias": False}, (6, *SIZE[d])) for d in SIZE],
    *[(f"LazyConvTranspose{d}d", (4, 2), {"groups": 2, "stride": 2}, (2, 6, *SIZE[d])) for d in SIZE],
    *[(f"LazyBatchNorm{d}d", (), {}, (2, 6, *SIZE[d])) for d in SIZE],
    ("LazyBatchNorm1d", (1e-3, 0.3, True, False), {"bias": False}, (5, 6)),
    ("LazyBatchNorm1d", (), {"affine": False, "track_running_stats": False}, (5, 6)),
    *[(f"LazyInstanceNorm{d}d", (), {}, (2, 6, *SIZE[d])) for d in SIZE],
    ("LazyInstanceNorm2d", (), {"affine": False}, (2, 6, *SIZE[2])),
]


def name_of(row: Any) -> str:
    return f"{row[0]}{row[1]}{row[2]}{row[3]}".replace(" ", "")


@pytest.mark.filterwarnings("ignore:Lazy modules")
@pytest.mark.parametrize("row", LAZY, ids=name_of)
def test_a_lazy_layer_is_pytorchs(row: Any) -> None:
    kind, args, options, shape = row
    ours, theirs = getattr(nn, kind)(*args, **options), getattr(torch.nn, kind)(*args, **options)
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for mine, other in zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True):
        assert nn.parameter.is_lazy(mine) == torch.nn.parameter.is_lazy(other)
    assert ours.has_uninitialized_params() == theirs.has_uninitialized_params()
    held = list(ours.parameters())
    x = np.random.default_rng(0).normal(size=shape)
    ours.double()(tg.tensor(x))
    theirs.double()(torch.tensor(x))
    # PyTorch's does not learn the number of channels if it needs none.
    assert repr(ours) == repr(theirs).replace("(0,", "(6,") and type(ours) is getattr(nn, kind.removeprefix("Lazy"))
    assert all(a is b for a, b in zip(held, ours.parameters(), strict=True))
    assert all(p.dtype == tg.float64 and type(p) is nn.Parameter and p.requires_grad for p in held)
    compare(ours, theirs, lambda _, module, t: module(t), x)


def test_parameters_begin_as_those_of_the_layer() -> None:
    for make, other in ((nn.LazyLinear(300), nn.Linear(100, 300)), (nn.LazyConv2d(40, 3), nn.Conv2d(100, 40, 3))):
        make(tg.zeros(1, 100, *(5, 5) * isinstance(make, nn.LazyConv2d)))
        for mine, its in zip(make.parameters(), other.parameters(), strict=True):
            assert mine.shape == its.shape
            assert abs(mine.array.std() / its.array.std() - 1) < 0.2


def test_a_model_that_learns_its_sizes_is_trained() -> None:
    model = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(2))
    optimizer = tg.optim.SGD(model.parameters(), lr=0.1)
    x = tg.randn(2, 3, 6, 6)
    model(x).sum().backward()
    before = model[4].bias.array.copy()
    optimizer.step()
    assert model[4].in_features == 64 and not np.array_equal(model[4].bias.array, before)
    twin = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(2))
    twin.load_state_dict(model.state_dict())
    assert (twin.eval()(x) == model.eval()(x)).all() and repr(twin) == repr(model)


def test_a_state_gives_the_shapes_but_the_layer_stays_lazy_until_its_input() -> None:
    ours, theirs = nn.LazyLinear(3), torch.nn.LazyLinear(3)
    ours.load_state_dict(nn.Linear(2, 3).state_dict())
    theirs.load_state_dict(torch.nn.Linear(2, 3).state_dict())
    assert repr(ours) == repr(theirs)
    assert ours.weight.shape == (3, 2) and not ours.has_uninitialized_params()
    with pytest.raises(ShapeError):
        ours(tg.ones(1, 5))
    with pytest.raises(StorageError, match="missing: bias"):
        nn.LazyLinear(3).load_state_dict({"weight": tg.ones(3, 2)})


def test_what_has_no_shape_says_so() -> None:
    layer = nn.LazyLinear(3)
    assert repr(layer.weight) == repr(torch.nn.LazyLinear(3).weight) == "<UninitializedParameter>"
    assert isinstance(layer.weight, nn.UninitializedParameter) and isinstance(layer.weight, nn.Parameter)
    with pytest.raises(GraphError, match=r"E691.*no shape yet"):
        _ = layer.weight.shape
    buffer = nn.LazyBatchNorm1d().running_mean
    assert isinstance(buffer, nn.UninitializedBuffer)
    p = nn.UninitializedParameter(requires_grad=False, dtype=tg.float64)
    p.materialize((2, 3))
    assert type(p) is nn.Parameter and p.shape == (2, 3) and p.dtype == tg.float64 and not p.requires_grad


def test_a_first_input_that_does_not_fit() -> None:
    with pytest.raises(ShapeError, match="LazyLinear"):
        nn.LazyLinear(3)(tg.tensor(1.0))
    with pytest.raises(ShapeError, match=re.compile("LazyConv2d.*layer: 0: LazyConv2d", re.DOTALL)):
        nn.Sequential(nn.LazyConv2d(4, 3))(tg.ones(2, 3))
    with pytest.raises(ShapeError, match="2 groups"):
        nn.LazyConv1d(4, 3, groups=2)(tg.ones(2, 3, 5))
    with pytest.raises(ShapeError):
        nn.LazyBatchNorm2d()(tg.ones(2, 3))
    with pytest.raises(DTypeError, match="LazyLinear"):
        nn.LazyLinear(3)([1.0, 2.0])
    layer = nn.LazyLinear(3)
    with pytest.raises(ShapeError):
        layer(tg.tensor(1.0))
    assert layer(tg.ones(2, 5)).shape == (2, 3)  # it is as lazy as before the error


def test_an_instance_without_a_batch() -> None:
    """PyTorch 2.13 takes the wrong dimension here."""
    layer = nn.LazyInstanceNorm1d()
    assert layer(tg.ones(4, 6)).shape == (4, 6) and layer.num_features == 4
