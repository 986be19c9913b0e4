"""Layers and losses beside PyTorch's: values, gradients, repr, state; and how parameters begin."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import nn
from tinygrad_zh.errors import ArgumentError, DTypeError, ShapeError
from tinygrad_zh.nn import functional as F
from tinygrad_zh.nn import init

LAYERS: list[tuple[str, dict[str, Any]]] = [
    ("ReLU", {}),
    ("ReLU", {"inplace": True}),
    ("SiLU", {}),
    ("SiLU", {"inplace": True}),
    ("Sigmoid", {}),
    ("Tanh", {}),
    ("GELU", {}),
    ("GELU", {"approximate": "tanh"}),
    ("LeakyReLU", {}),
    ("LeakyReLU", {"negative_slope": 0.3, "inplace": True}),
    ("Softmax", {"dim": 1}),
    ("LogSoftmax", {"dim": -1}),
    ("Identity", {}),
    ("Flatten", {}),
    ("Flatten", {"start_dim": 0, "end_dim": 1}),
    ("Linear", {"in_features": 4, "out_features": 3}),
    ("Linear", {"in_features": 4, "out_features": 3, "bias": False}),
    ("Dropout", {"p": 0.0}),
]


def name_of(case: tuple[str, dict[str, Any]]) -> str:
    return case[0] + "".join(f"-{k}={v}" for k, v in case[1].items())


@pytest.mark.parametrize("case", LAYERS, ids=name_of)
def test_layer_equals_pytorchs(case: tuple[str, dict[str, Any]]) -> None:
    kind, options = case
    ours, theirs = getattr(nn, kind)(**options).double(), getattr(torch.nn, kind)(**options).double()
    assert repr(ours) == repr(theirs)
    ours.load_state_dict(theirs.state_dict())
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    a, b = tg.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    ya, yb = ours(a * 1), theirs(b * 1)
    np.testing.assert_allclose(ya.numpy(force=True), yb.detach().numpy(), rtol=1e-12, atol=1e-14)
    (ya * ya).sum().backward()
    (yb * yb).sum().backward()
    np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-11, atol=1e-13)
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-11, atol=1e-13)


def test_inplace_writes_into_the_input() -> None:
    for layer in (nn.ReLU(inplace=True), nn.LeakyReLU(0.0, inplace=True)):
        x = tg.tensor([-1.0, 2.0])
        assert layer(x) is x and x.tolist() == [0.0, 2.0]


LOSSES: list[tuple[str, dict[str, Any]]] = [
    *[(kind, {"reduction": r}) for kind in ("MSELoss", "L1Loss") for r in ("mean", "sum", "none")],
    *[(kind, {"reduction": r}) for kind in ("NLLLoss", "CrossEntropyLoss") for r in ("mean", "sum", "none")],
    *[(kind, {"weight": True, "ignore_index": 2}) for kind in ("NLLLoss", "CrossEntropyLoss")],
    ("CrossEntropyLoss", {"label_smoothing": 0.2}),
]


@pytest.mark.parametrize("case", LOSSES, ids=name_of)
def test_loss_equals_pytorchs(case: tuple[str, dict[str, Any]]) -> None:
    kind, options = case
    draw = np.random.default_rng(0)
    x = draw.normal(size=(5, 4))
    classes = kind in ("NLLLoss", "CrossEntropyLoss")
    target = np.array([0, 2, 3, 1, 2]) if classes else draw.normal(size=(5, 4))
    weight = draw.uniform(0.5, 2, size=4)
    given, given_torch = dict(options), dict(options)
    if options.get("weight"):
        given["weight"], given_torch["weight"] = tg.tensor(weight), torch.tensor(weight)
    ours, theirs = getattr(nn, kind)(**given), getattr(torch.nn, kind)(**given_torch)
    assert list(ours.state_dict()) == list(theirs.state_dict()) and repr(ours) == repr(theirs)
    a, b = tg.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    la, lb = ours(a, tg.tensor(target)), theirs(b, torch.tensor(target))
    np.testing.assert_allclose(la.numpy(force=True), lb.detach().numpy(), rtol=1e-12, atol=1e-14)
    la.sum().backward()
    lb.sum().backward()
    np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-11, atol=1e-13)


def test_a_loss_refuses_pytorchs_old_positions() -> None:
    """In PyTorch the second place is size_average; a silent other meaning would be worse than an error."""
    with pytest.raises(TypeError):
        nn.MSELoss(False)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        nn.CrossEntropyLoss(None, False)  # type: ignore[call-arg]
    with pytest.raises(ArgumentError):
        nn.MSELoss(reduction="avg")(tg.ones(1), tg.ones(1))


def test_dropout() -> None:
    tg.manual_seed(0)
    layer, x = nn.Dropout(0.25), tg.ones(4000)
    y = layer(x)
    values, counts = np.unique(y.array, return_counts=True)
    np.testing.assert_allclose(values, [0.0, 1 / 0.75], rtol=1e-6)
    assert abs(counts[0] / 4000 - 0.25) < 6 * math.sqrt(0.25 * 0.75 / 4000)
    assert layer.eval()(x) is x
    for p in (-0.1, 1.1, float("nan")):
        with pytest.raises(ArgumentError):
            nn.Dropout(p)


# --- how parameters begin ---


def within(values: Any, bound: float, std: float) -> None:
    """All inside ±bound, close to it, and of this standard deviation."""
    array = values.array
    assert np.abs(array).max() <= bound and np.abs(array).max() > 0.99 * bound
    assert abs(array.std() - std) < 0.02 * std and abs(array.mean()) < 6 * std / math.sqrt(array.size)


def test_linear_begins_as_pytorchs() -> None:
    tg.manual_seed(0)
    layer = nn.Linear(100, 300)
    within(layer.weight, 0.1, 0.1 / math.sqrt(3))
    assert np.abs(layer.bias.array).max() <= 0.1 and layer.bias.array.std() > 0.04
    tg.manual_seed(0)
    again = nn.Linear(100, 300)
    assert np.array_equal(again.weight.array, layer.weight.array)
    assert nn.Linear(3, 2, dtype=tg.float64).weight.dtype == tg.float64
    empty = nn.Linear(0, 2)
    assert empty(tg.ones(3, 0)).shape == (3, 2) and empty.bias.tolist() == [0.0, 0.0]


def test_linear_refuses_bad_sizes_and_inputs() -> None:
    for sizes in ((-1, 2), (2, -1), (2.0, 2), (True, 2)):
        with pytest.raises(ArgumentError, match="features"):
            nn.Linear(*sizes)  # type: ignore[arg-type]
    with pytest.raises(ShapeError):
        nn.Linear(3, 2)(tg.ones(5, 4))


@pytest.mark.parametrize(("shape", "fan_in", "fan_out"), [((400, 100), 100, 400), ((40, 10, 3, 5), 150, 600)])
def test_initialisers(shape: tuple[int, ...], fan_in: int, fan_out: int) -> None:
    generator = tg.Generator().manual_seed(0)
    w = nn.Parameter(tg.zeros(*shape))
    root3 = math.sqrt(3)

    assert init.xavier_uniform_(w, gain=2.0, generator=generator) is w and w.requires_grad and w.is_leaf
    std = 2 * math.sqrt(2 / (fan_in + fan_out))
    within(w, std * root3, std)
    init.kaiming_uniform_(w, a=0.5, generator=generator)
    std = math.sqrt(2 / 1.25 / fan_in)
    within(w, std * root3, std)
    init.kaiming_uniform_(w, mode="fan_out", nonlinearity="relu", generator=generator)
    within(w, math.sqrt(6 / fan_out), math.sqrt(2 / fan_out))
    init.xavier_normal_(w, generator=generator)
    assert abs(w.array.std() / math.sqrt(2 / (fan_in + fan_out)) - 1) < 0.05
    init.kaiming_normal_(w, nonlinearity="tanh", generator=generator)
    assert abs(w.array.std() / (5 / 3 / math.sqrt(fan_in)) - 1) < 0.05
    init.normal_(w, 3.0, 0.5, generator=generator)
    assert abs(w.array.mean() - 3) < 0.05 and abs(w.array.std() - 0.5) < 0.05
    init.uniform_(w, 2.0, 3.0, generator=generator)
    assert 2 <= w.array.min() < w.array.max() < 3
    assert (init.ones_(w).array == 1).all() and (init.zeros_(w).array == 0).all()
    assert (init.constant_(w, 0.25).array == 0.25).all()


def test_gains_are_pytorchs() -> None:
    for name in ("linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"):
        assert init.calculate_gain(name) == torch.nn.init.calculate_gain(name)
    assert init.calculate_gain("leaky_relu", 0.2) == torch.nn.init.calculate_gain("leaky_relu", 0.2)


def test_bad_initialisers() -> None:
    with pytest.raises(ShapeError, match="xavier_uniform_"):
        init.xavier_uniform_(tg.ones(3))
    with pytest.raises(ArgumentError, match="mode"):
        init.kaiming_normal_(tg.ones(2, 2), mode="fan_avg")
    with pytest.raises(ArgumentError, match="nonlinearity"):
        init.calculate_gain("swoosh")
    with pytest.raises(ArgumentError, match="param"):
        init.calculate_gain("leaky_relu", True)
    with pytest.raises(DTypeError):
        init.uniform_(tg.tensor([1, 2]))
    assert init.kaiming_uniform_(tg.ones(0, 3)).shape == (0, 3)


def test_functional_holds_the_ops_themselves() -> None:
    assert F.linear is tg.linear and F.cross_entropy is tg.cross_entropy
    assert all(hasattr(torch.nn.functional, name) for name in F.__all__)


def test_an_mlp_trains_as_in_pytorch() -> None:
    """The second article's network: the same weights and batches give the same losses to float32 rounding."""

    def build(lib: Any) -> Any:
        layers = [lib.nn.Flatten(), lib.nn.Linear(20, 16), lib.nn.ReLU(), lib.nn.Linear(16, 8), lib.nn.ReLU()]
        return lib.nn.Sequential(*layers, lib.nn.Linear(8, 4))

    ours, theirs = build(tg), build(torch)
    ours.load_state_dict(theirs.state_dict())
    a = tg.optim.SGD(ours.parameters(), lr=0.05, momentum=0.9)
    b = torch.optim.SGD(theirs.parameters(), lr=0.05, momentum=0.9)
    draw = np.random.default_rng(0)
    for _ in range(50):
        x = draw.normal(size=(8, 4, 5)).astype(np.float32)
        y = draw.integers(0, 4, size=8)
        a.zero_grad()
        b.zero_grad()
        la = nn.CrossEntropyLoss()(ours(tg.tensor(x)), tg.tensor(y))
        lb = torch.nn.CrossEntropyLoss()(theirs(torch.tensor(x)), torch.tensor(y))
        la.backward()
        lb.backward()
        a.step()
        b.step()
        assert abs(la.item() - lb.item()) < 1e-5 * max(1, abs(lb.item()))
