"""The same initial weights and batches as PyTorch: the same losses, for 200 steps of the articles' network.

How far two right implementations may differ: each rounds differently (another order of summation in a matrix
product), so after one step the weights differ by some ε relative to their size, and the losses by a few ε.  Every
step adds its own roundings to what the steps before have left, so the bound grows with the step: 10 ε · t.  In float32
that is 1.2e-6 at the first step and 2.4e-4 at step 200; what is seen is 2 ε throughout.  In float64 the same bound
is below 1e-12, which leaves no room for a rule that is slightly wrong.

Adam is compared in float64 alone.  It divides each gradient by its own size, so where a gradient is nothing but
rounding it turns 1e-10 into a step of 1e-6; among the 2.4 million inputs that ReLUs see in 200 steps, some lie
that close to 0 in float32, and a ReLU that switches changes a gradient by far more than rounding.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import nn, optim
from tinygrad_zh.data import mnist
from tinygrad_zh.train.network import mlp, pixels_of

SIZES, STEPS, BATCH_SIZE = (784, 128, 64, 10), 200, 64


def batches(dtype: str) -> list[tuple[Any, Any]]:
    """200 shuffled batches of the subset that ships with the package."""
    train = mnist("train", source="subset")
    order = np.random.default_rng(0).permutation(np.tile(np.arange(len(train)), 2))[: STEPS * BATCH_SIZE]
    pixels, labels = pixels_of(train.images).astype(dtype), train.labels
    return [(pixels[rows], labels[rows]) for rows in order.reshape(STEPS, BATCH_SIZE)]


def torch_network(dtype: torch.dtype) -> torch.nn.Sequential:
    layers: list[torch.nn.Module] = []
    for inputs, outputs in pairwise(SIZES):
        layers += [torch.nn.Linear(inputs, outputs, dtype=dtype), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def optimizer(library: Any, name: str, parameters: Any) -> Any:
    if name == "sgd":
        return library.SGD(parameters, lr=0.01, momentum=0.9)
    return library.Adam(parameters, lr=0.001)


def losses(model: Any, loss: Any, stepper: Any, data: list[tuple[Any, Any]], tensor: Any) -> list[float]:
    """The articles' loop, in either library."""
    found = []
    for pixels, labels in data:
        inputs, targets = tensor(pixels), tensor(labels)
        stepper.zero_grad()
        outputs = model(inputs)
        distance = loss(outputs, targets)
        distance.backward()
        stepper.step()
        found.append(distance.item())
    return found


@pytest.mark.parametrize(("dtype", "name"), [("float32", "sgd"), ("float64", "sgd"), ("float64", "adam")])
def test_the_losses_of_200_steps(dtype: str, name: str) -> None:
    torch.manual_seed(0)
    theirs = torch_network(getattr(torch, dtype))
    ours = mlp(SIZES)
    ours.to(tg.device("cpu"), getattr(tg, dtype))
    ours.load_state_dict(theirs.state_dict())
    assert {str(p.dtype) for p in ours.parameters()} == {dtype}

    data = batches(dtype)
    expected = losses(
        theirs, torch.nn.CrossEntropyLoss(), optimizer(torch.optim, name, theirs.parameters()), data, torch.from_numpy
    )
    found = losses(ours, nn.CrossEntropyLoss(), optimizer(optim, name, ours.parameters()), data, tg.from_numpy)
    assert expected[-1] < expected[0] / 3, "both have learnt something"

    rounding = float(np.finfo(dtype).eps)
    step = np.arange(1, STEPS + 1)
    allowed = 10 * rounding * step * np.abs(expected)
    difference = np.abs(np.array(found) - expected)
    assert (difference <= allowed).all(), (int(np.argmax(difference / allowed)), float((difference / allowed).max()))


def test_the_initial_weights_have_pytorchs_distribution() -> None:
    """U(−1/√n, 1/√n) for weights and biases of a layer with n inputs."""
    tg.manual_seed(0)
    ours, theirs = mlp(SIZES), torch_network(torch.float32)
    for (name, a), (same, b) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        assert name == same and a.shape == tuple(b.shape)
        inputs = SIZES[int(name[0]) // 2]
        bound = 1 / np.sqrt(inputs)
        values = a.detach().numpy()
        assert np.abs(values).max() <= bound
        if values.size > 500:
            # The standard deviation of a uniform sample's variance is about σ² √(0.8 / n): five of them.
            variance = bound**2 / 3
            assert abs(values.var() - variance) < 5 * variance * np.sqrt(0.8 / values.size)
            assert abs(values.mean()) < 5 * np.sqrt(variance / values.size)
