"""functional_call and stack_module_state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import func
from tinygrad_zh.errors import ArgumentError, TinygradZhError


class Tied(tg.nn.Module):
    """Two layers with one weight, and a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.first = tg.nn.Linear(2, 2, bias=False)
        self.second = tg.nn.Linear(2, 2, bias=False)
        self.second.weight = self.first.weight
        self.register_buffer("shift", tg.ones(2), persistent=False)

    def forward(self, x: Any, *, times: int = 1) -> Any:
        return (self.second(self.first(x)) + self.shift) * times


def test_other_tensors_for_one_call() -> None:
    model, x = Tied(), tg.tensor([1.0, 2.0])
    before = dict(model.named_parameters()), model(x)
    w = tg.tensor([[2.0, 0.0], [0.0, 3.0]])
    found = func.functional_call(model, {"first.weight": w, "shift": tg.zeros(2)}, x, {"times": 2})
    assert found.tolist() == [8.0, 36.0], "the tied weight is w too"
    found = func.functional_call(model, {"first.weight": w, "shift": tg.zeros(2)}, (x,), tie_weights=False)
    np.testing.assert_array_equal(found.array, (model.second.weight @ (w @ x)).array)
    found = func.functional_call(model, ({"second.weight": w}, {"shift": tg.zeros(2)}), x)
    assert found.tolist() == [4.0, 18.0]
    assert dict(model.named_parameters()).items() == before[0].items()
    np.testing.assert_array_equal(model(x).array, before[1].array)


def test_the_module_is_itself_again_after_an_error() -> None:
    model, w = Tied(), tg.zeros(2, 2)
    own = model.first.weight
    with pytest.raises(TinygradZhError):
        func.functional_call(model, {"first.weight": w}, tg.ones(3))
    assert model.first.weight is own is model.second.weight


def test_gradients_as_in_pytorch() -> None:
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)).double()
    model = tg.nn.Sequential(tg.nn.Linear(3, 4), tg.nn.Tanh(), tg.nn.Linear(4, 2)).double()
    rng = np.random.default_rng(0)
    params = {name: rng.normal(size=tuple(p.shape)) for name, p in theirs.named_parameters()}
    x = rng.normal(size=(5, 3))
    found = func.grad(lambda p: (func.functional_call(model, p, tg.tensor(x)) ** 2).sum())(
        {name: tg.tensor(p) for name, p in params.items()}
    )
    expected = torch.func.grad(lambda p: (torch.func.functional_call(theirs, p, torch.tensor(x)) ** 2).sum())(
        {name: torch.tensor(p) for name, p in params.items()}
    )
    for name, g in expected.items():
        np.testing.assert_allclose(found[name].array, g.numpy(), rtol=1e-12)
    assert all(p.grad is None for p in model.parameters())


def test_strict_and_what_is_refused() -> None:
    model, x, w = Tied(), tg.ones(2), tg.zeros(2, 2)
    complete = {"first.weight": w, "shift": tg.zeros(2)}
    assert func.functional_call(model, complete, x, strict=True).tolist() == [0.0, 0.0]
    with pytest.raises(ArgumentError, match="missing shift"):
        func.functional_call(model, {"first.weight": w}, x, strict=True)
    with pytest.raises(ArgumentError, match="unexpected other"):
        func.functional_call(model, {**complete, "other": w}, x, strict=True)
    assert func.functional_call(model, {**complete, "other": w}, x).tolist() == [0.0, 0.0]
    with pytest.raises(ArgumentError, match="several dicts: shift"):
        func.functional_call(model, (complete, {"shift": w}), x)
    with pytest.raises(ArgumentError, match="tied"):
        func.functional_call(model, {"first.weight": w, "second.weight": w + 1}, x)
    with pytest.raises(TinygradZhError):
        func.functional_call(model, {"shift": 3.0}, x)


def test_stacking() -> None:
    models = [Tied() for _ in range(3)]
    models[0].first.weight.requires_grad = False
    params, buffers = func.stack_module_state(models)
    assert params.keys() == {"first.weight"} and buffers.keys() == {"shift"}
    assert params["first.weight"].shape == (3, 2, 2) and not params["first.weight"].requires_grad
    np.testing.assert_array_equal(params["first.weight"].array[1], models[1].first.weight.array)
    params, _ = func.stack_module_state(models[1:])
    assert params["first.weight"].requires_grad and params["first.weight"].is_leaf
    models[1].eval()
    for bad in ([], models, [models[0], tg.nn.Linear(2, 2)]):
        with pytest.raises(TinygradZhError, match="models"):
            func.stack_module_state(bad)
