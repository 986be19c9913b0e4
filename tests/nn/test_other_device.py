"""Training on the strict double of CuPy: nothing in nn, optim or data assumes NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tests.double.strict import double_device
from tinygrad_zh import nn, optim
from tinygrad_zh.data import DataLoader, Subset, TensorDataset


def train(device: str, make: Any) -> tuple[list[float], dict[str, Any]]:
    """Train a small network on a device; everything random comes from one seed."""
    tg.manual_seed(0)
    data = TensorDataset(tg.rand(24, 2, 3).to(device), tg.randint(0, 4, (24,)).to(device))
    loader = DataLoader(Subset(data, range(1, 21)), 6, shuffle=True)
    model = nn.Sequential(nn.Flatten(), nn.Linear(6, 8), nn.ReLU(), nn.Dropout(0.25), nn.Linear(8, 4)).to(device)
    optimizer = make(model.parameters())
    losses = []
    for _ in range(2):
        for x, y in loader:
            optimizer.zero_grad(set_to_none=False)
            loss = nn.CrossEntropyLoss()(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert str(model[1].weight.device) == str(loss.device) == device
    return losses, {name: value.cpu().numpy() for name, value in model.state_dict().items()}


@pytest.mark.parametrize(
    "make",
    [
        lambda p: optim.SGD(p, lr=0.1),
        lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
        lambda p: optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.1, maximize=True),
        lambda p: optim.Adam(p, lr=0.1, amsgrad=True, weight_decay=0.01),
        lambda p: optim.AdamW(p, lr=0.1, maximize=True),
    ],
    ids=["SGD", "nesterov", "dampened", "amsgrad", "AdamW"],
)
def test_training_is_the_same_on_the_double(make: Any) -> None:
    with double_device() as device:
        losses, state = train(device, make)
    expected, expected_state = train("cpu", make)
    np.testing.assert_allclose(losses, expected, rtol=1e-6)
    for name, value in state.items():
        np.testing.assert_allclose(value, expected_state[name], rtol=1e-5, atol=1e-6, err_msg=name)


def test_moving_a_model_and_loading_across_devices() -> None:
    model = nn.Linear(2, 2)
    weight = model.weight
    model(tg.ones(1, 2)).sum().backward()
    with double_device() as device:
        state = {name: value.clone() for name, value in model.state_dict().items()}
        model.to(device)
        assert model.weight is weight and str(weight.device) == str(weight.grad.device) == device
        model.load_state_dict(state)
        assert str(weight.device) == device and np.array_equal(weight.cpu().numpy(force=True), state["weight"].numpy())
        assert str(model.cpu().weight.device) == "cpu"


def test_an_optimiser_state_is_loaded_onto_the_parameters_device() -> None:
    p = nn.Parameter(tg.ones(2))
    p.grad = tg.ones(2)
    optimizer = optim.Adam([p])
    optimizer.step()
    with double_device() as device:
        q = nn.Parameter(tg.ones(2).to(device))
        other = optim.Adam([q])
        other.load_state_dict(optimizer.state_dict())
        q.grad = tg.ones(2).to(device)
        other.step()
        assert str(other.state[q]["exp_avg"].device) == device
        result = q.detach().cpu().tolist()
    p.array[...] = 1.0
    optimizer.step()
    np.testing.assert_allclose(result, p.tolist(), rtol=1e-6)
