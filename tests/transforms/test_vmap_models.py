"""Per-example gradients of whole models by ``vmap``: the loop over the examples is the reference."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch

import tinygrad_zh as tg
from tinygrad_zh import func
from tinygrad_zh.transforms.batching import SlowBatching

from .samples import RNG, drawn


def per_example(loss: Any, params: Any, *batch: Any) -> None:
    """Mapped without a slow op, the gradients are those of a loop."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", SlowBatching)
        found = func.vmap(func.grad(loss), (None, *(0 for _ in batch)))(params, *batch)
    for i in range(batch[0].shape[0]):
        expected = func.grad(loss)(params, *(x[i] for x in batch))
        for name, g in expected.items():
            np.testing.assert_allclose(found[name].array[i], g.array, rtol=1e-10, atol=1e-12)


def test_a_multilayer_perceptron_also_against_pytorch() -> None:
    tg.manual_seed(0)
    model = tg.nn.Sequential(tg.nn.Linear(4, 5), tg.nn.ReLU(), tg.nn.Linear(5, 3)).double()
    theirs = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3)).double()
    theirs.load_state_dict({k: torch.from_numpy(v.array) for k, v in model.state_dict().items()})
    x, y = drawn(6, 4), tg.randint(0, 3, (6,))
    params = {k: p.detach() for k, p in model.named_parameters()}

    def loss(p: Any, x: Any, y: Any) -> Any:
        return tg.cross_entropy(func.functional_call(model, p, x.unsqueeze(0)), y.unsqueeze(0))

    per_example(loss, params, x, y)

    def their_loss(p: Any, x: Any, y: Any) -> Any:
        out = torch.func.functional_call(theirs, p, x.unsqueeze(0))
        return torch.nn.functional.cross_entropy(out, y.unsqueeze(0))

    found = func.vmap(func.grad(loss), (None, 0, 0))(params, x, y)
    expected = torch.func.vmap(torch.func.grad(their_loss), (None, 0, 0))(
        {k: p.detach() for k, p in theirs.named_parameters()}, torch.from_numpy(x.array), torch.from_numpy(y.array)
    )
    for name, g in expected.items():
        np.testing.assert_allclose(found[name].array, g.numpy(), rtol=1e-12, atol=1e-14)


def test_a_convolutional_network_also_against_pytorch() -> None:
    arrays = {"c1": (4, 2, 3, 3), "b1": (4,), "c2": (4, 2, 3, 3), "w": (3, 16), "b": (3,)}
    params = {name: drawn(*shape) for name, shape in arrays.items()}
    x, y = drawn(5, 2, 8, 8), tg.tensor(RNG.integers(0, 3, 5))

    def loss(F: Any) -> Any:
        def one(p: Any, x: Any, y: Any) -> Any:
            h = F.max_pool2d(F.relu(F.conv2d(x.unsqueeze(0), p["c1"], p["b1"], padding=1)), 2)
            h = F.relu(F.conv2d(h, p["c2"], None, stride=2, padding=1, groups=2))
            return F.cross_entropy(F.linear(h.flatten(1), p["w"], p["b"]), y.unsqueeze(0))

        return one

    per_example(loss(tg.nn.functional), params, x, y)
    found = func.vmap(func.grad(loss(tg.nn.functional)), (None, 0, 0))(params, x, y)
    expected = torch.func.vmap(torch.func.grad(loss(torch.nn.functional)), (None, 0, 0))(
        {name: torch.from_numpy(p.array) for name, p in params.items()},
        torch.from_numpy(x.array),
        torch.from_numpy(y.array),
    )
    for name, g in expected.items():
        np.testing.assert_allclose(found[name].array, g.numpy(), rtol=1e-10, atol=1e-12)


def test_a_transformer() -> None:
    T, D, H, V = 4, 6, 2, 5

    def normalised(x: Any, scale: Any) -> Any:
        return (x - x.mean(-1, keepdim=True)) / (x.var(-1, keepdim=True, correction=0) + 1e-5).sqrt() * scale

    def loss(p: Any, tokens: Any, targets: Any) -> Any:
        x = tg.embedding(tokens, p["tokens"], padding_idx=0) + p["places"]
        h = normalised(x, p["scale"])
        q, k, v = (part.reshape(T, H, D // H).transpose(0, 1) for part in (h @ p["qkv"]).chunk(3, -1))
        scores = (q @ k.transpose(-2, -1)) / 2
        mask = tg.ones(T, T).tril() == 0
        x = x + (scores.masked_fill(mask, float("-inf")).softmax(-1) @ v).transpose(0, 1).reshape(T, D) @ p["out"]
        x = x + tg.nn.functional.gelu(tg.nn.functional.linear(x, p["up"], p["bias"])) @ p["up"]
        return tg.cross_entropy(x @ p["tokens"].t(), targets)  # tied to the embedding

    params = {
        "tokens": drawn(V, D), "places": drawn(T, D), "scale": drawn(D), "qkv": drawn(D, 3 * D), "out": drawn(D, D),
        "up": drawn(2 * D, D), "bias": drawn(2 * D),
    }  # fmt: skip
    per_example(loss, params, tg.tensor(RNG.integers(0, V, (3, T))), tg.tensor(RNG.integers(0, V, (3, T))))


def test_an_ensemble() -> None:
    models = [tg.nn.Sequential(tg.nn.Linear(3, 4), tg.nn.Tanh(), tg.nn.Linear(4, 1)).double() for _ in range(5)]
    params, buffers = func.stack_module_state(models)
    x = drawn(7, 3)
    found = func.vmap(lambda p, x: func.functional_call(models[0], p, x), (0, None))(params, x)
    np.testing.assert_allclose(found.array, np.stack([m(x).array for m in models]), rtol=1e-13)
    found.sum().backward()
    models[3](x).sum().backward()
    np.testing.assert_allclose(params["0.weight"].grad.array[3], models[3][0].weight.grad.array, rtol=1e-13)
    assert buffers == {}
