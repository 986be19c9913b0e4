"""Parametrised parameters beside PyTorch's: states, values, gradients, assigning, removing, copies."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.utils import parametrizations as torch_ways
from torch.nn.utils import parametrize as torch_parametrize

import tinygrad_zh as tg
from tinygrad_zh import nn
from tinygrad_zh.errors import ArgumentError, DTypeError, IndexingError, ShapeError
from tinygrad_zh.nn.utils import parametrizations, parametrize


def way(lib: Any, kind: str) -> Any:
    """A parametrisation for either library."""

    class Symmetric(lib.nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, x: Any) -> Any:
            return x.triu() + x.triu(1).mT

    class Exp(lib.nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, x: Any) -> Any:
            return x.exp()

        def right_inverse(self, y: Any) -> Any:
            return y.abs().log()

    class Sum(lib.nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, a: Any, b: Any) -> Any:
            return a + b

        def right_inverse(self, y: Any) -> Any:
            return y * 0.25, y * 0.75

    class Resized(lib.nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, x: Any) -> Any:
            return x[:2]

    return {"Symmetric": Symmetric, "Exp": Exp, "Sum": Sum, "Resized": Resized}[kind]()


def twins(*sizes: int) -> tuple[Any, Any]:
    ours, theirs = nn.Linear(*sizes).double(), torch.nn.Linear(*sizes).double()
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def same(ours: Any, theirs: Any, rtol: float = 1e-10) -> None:
    """The same state, the same weight, the same gradients."""
    assert [(n, v.shape) for n, v in ours.state_dict().items()] == [
        (n, v.shape) for n, v in theirs.state_dict().items()
    ]
    x = np.random.default_rng(0).normal(size=(5, ours.in_features))
    for module, lib in ((ours, tg), (theirs, torch)):
        module.zero_grad()
        (module(lib.tensor(x)) ** 2).sum().backward()
    np.testing.assert_allclose(ours.weight.numpy(force=True), theirs.weight.detach().numpy(), rtol=rtol, atol=1e-12)
    for (name, p), q in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        assert (p.grad is None) == (q.grad is None)
        if p.grad is not None:
            np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=rtol, atol=1e-11, err_msg=name)


@pytest.mark.parametrize("kinds", [["Symmetric"], ["Exp"], ["Sum"], ["Exp", "Symmetric"], ["Sum", "Exp"]], ids="+".join)
def test_a_parametrised_layer_is_pytorchs(kinds: list[str]) -> None:
    ours, theirs = twins(4, 4)
    for kind in kinds:
        assert parametrize.register_parametrization(ours, "weight", way(tg, kind)) is ours
        torch_parametrize.register_parametrization(theirs, "weight", way(torch, kind))
    assert repr(ours) == repr(theirs) and isinstance(ours, nn.Linear)
    assert parametrize.is_parametrized(ours) and parametrize.is_parametrized(ours, "weight")
    assert not parametrize.is_parametrized(ours, "bias")
    assert parametrize.type_before_parametrizations(ours) is nn.Linear
    same(ours, theirs)
    if "Symmetric" not in kinds:
        new = np.random.default_rng(1).uniform(0.5, 2, size=(4, 4))
        ours.weight, theirs.weight = tg.tensor(new), torch.tensor(new)
        same(ours, theirs)
    parametrize.remove_parametrizations(ours, "weight")
    torch_parametrize.remove_parametrizations(theirs, "weight")
    assert type(ours) is nn.Linear and type(ours.weight) is nn.Parameter and repr(ours) == repr(theirs)
    same(ours, theirs)


def test_leaving_what_is_trained() -> None:
    ours, theirs = twins(3, 3)
    parametrize.register_parametrization(ours, "weight", way(tg, "Symmetric"))
    torch_parametrize.register_parametrization(theirs, "weight", way(torch, "Symmetric"))
    original = ours.parametrizations.weight.original
    parametrize.remove_parametrizations(ours, "weight", leave_parametrized=False)
    torch_parametrize.remove_parametrizations(theirs, "weight", leave_parametrized=False)
    assert ours.weight is original
    same(ours, theirs)


def test_a_buffer_may_be_parametrised() -> None:
    ours, theirs = nn.BatchNorm1d(3), torch.nn.BatchNorm1d(3)
    parametrize.register_parametrization(ours, "running_var", way(tg, "Exp"))
    torch_parametrize.register_parametrization(theirs, "running_var", way(torch, "Exp"))
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert ours.running_var.tolist() == [1.0] * 3
    parametrize.remove_parametrizations(ours, "running_var")
    assert "running_var" in ours._buffers


def test_computed_once_where_it_is_cached() -> None:
    layer = parametrize.register_parametrization(nn.Linear(3, 3), "weight", way(tg, "Exp"))
    assert layer.weight is not layer.weight
    with parametrize.cached():
        kept = layer.weight
        with parametrize.cached():
            assert layer.weight is kept
        assert layer.weight is kept
    assert layer.weight is not kept


def test_a_copy_is_independent() -> None:
    layer = parametrize.register_parametrization(nn.Linear(3, 3), "weight", way(tg, "Exp"))
    twin = copy.deepcopy(layer)
    assert (twin.weight == layer.weight).all() and twin.parametrizations is not layer.parametrizations
    parametrize.remove_parametrizations(layer, "weight")
    assert parametrize.is_parametrized(twin) and twin.weight.shape == (3, 3)
    assert list(twin.state_dict()) == ["bias", "parametrizations.weight.original"]


def test_two_parameters_of_one_layer() -> None:
    layer = parametrize.register_parametrization(nn.Linear(3, 3), "weight", way(tg, "Exp"))
    parametrize.register_parametrization(layer, "bias", way(tg, "Exp"))
    assert (
        sorted(layer.parametrizations) == ["bias", "weight"] and len(type(layer).__mro__) == len(nn.Linear.__mro__) + 1
    )
    parametrize.remove_parametrizations(layer, "weight")
    assert type(layer.weight) is nn.Parameter and parametrize.is_parametrized(layer, "bias")
    assert layer(tg.ones(1, 3)).shape == (1, 3)


@pytest.mark.parametrize("kind", ["Exp", "Sum"])
def test_transfer(kind: str) -> None:
    ours, theirs = twins(3, 3)
    parametrize.register_parametrization(ours, "weight", way(tg, kind))
    torch_parametrize.register_parametrization(theirs, "weight", way(torch, kind))
    a = parametrize.transfer_parametrizations_and_params(ours, nn.Linear(3, 3).double())
    b = torch_parametrize.transfer_parametrizations_and_params(theirs, torch.nn.Linear(3, 3).double())
    b.bias.data.copy_(theirs.bias)
    a.bias = ours.bias
    same(a, b)
    shared = [name for name, p in a.named_parameters() if any(p is q for q in ours.parameters())]
    assert shared == [name for name, _ in a.named_parameters()]
    plain = nn.Linear(3, 3)
    assert parametrize.transfer_parametrizations_and_params(nn.Linear(3, 3), plain) is plain


# --- the three ways of PyTorch's ---


@pytest.mark.parametrize("sizes", [(4, 4), (3, 5), (5, 3)])
@pytest.mark.parametrize("map_name", [None, "matrix_exp", "cayley", "householder"])
@pytest.mark.parametrize("trivial", [True, False])
def test_orthogonal(sizes: tuple[int, int], map_name: str | None, trivial: bool) -> None:
    tg.manual_seed(0)
    torch.manual_seed(0)
    ours, theirs = twins(*sizes)
    parametrizations.orthogonal(ours, "weight", map_name, use_trivialization=trivial)
    torch_ways.orthogonal(theirs, "weight", map_name, use_trivialization=trivial)
    q = ours.weight if sizes[0] <= sizes[1] else ours.weight.T
    np.testing.assert_allclose((q.T @ q).numpy(force=True), np.eye(q.shape[1]), atol=1e-12)
    if sizes[0] == sizes[1] or not trivial:  # else what completes the matrix is drawn
        same(ours, theirs)
    ours.load_state_dict(theirs.state_dict())
    same(ours, theirs)
    optimizers = [lib.optim.SGD(m.parameters(), lr=0.05) for lib, m in ((tg, ours), (torch, theirs))]
    for optimizer in optimizers:
        optimizer.step()
    same(ours, theirs, 1e-9)


def test_an_orthogonal_start_is_kept() -> None:
    layer = nn.Linear(4, 4).double()
    nn.init.orthogonal_(layer.weight)
    before = layer.weight.array.copy()
    parametrizations.orthogonal(layer)
    np.testing.assert_allclose(layer.weight.numpy(force=True), before, atol=1e-14)


@pytest.mark.parametrize("dim", [0, 1, -1, None])
def test_weight_norm(dim: Any) -> None:
    ours, theirs = twins(3, 4)
    parametrizations.weight_norm(ours, "weight", dim)
    torch_ways.weight_norm(theirs, "weight", dim)
    same(ours, theirs)
    ours.load_state_dict(theirs.state_dict())
    old, old_torch = twins(3, 4)
    nn.utils.weight_norm(old, dim=dim)
    ours.load_state_dict(old.state_dict())  # the names of the hook that came before
    np.testing.assert_allclose(ours.weight.numpy(force=True), old.weight.numpy(force=True), rtol=1e-14)
    assert old_torch.weight.shape == (4, 3)


@pytest.mark.parametrize("kind", ["Linear", "Conv2d", "ConvTranspose2d"])
def test_spectral_norm(kind: str) -> None:
    sizes = (3, 4) if kind == "Linear" else (3, 4, 2)
    ours, theirs = getattr(nn, kind)(*sizes).double(), getattr(torch.nn, kind)(*sizes).double()
    parametrizations.spectral_norm(ours, n_power_iterations=2)
    torch_ways.spectral_norm(theirs, n_power_iterations=2)
    ours.load_state_dict(theirs.state_dict())
    x = np.random.default_rng(0).normal(size=(2, 3) if kind == "Linear" else (2, 3, 5, 5))
    for mode in (True, False):
        (ours.train(mode)(tg.tensor(x)) ** 2).sum().backward()
        (theirs.train(mode)(torch.tensor(x)) ** 2).sum().backward()
        for name, value in theirs.state_dict().items():
            np.testing.assert_allclose(ours.state_dict()[name].numpy(), value.numpy(), rtol=1e-11, err_msg=name)
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-9, atol=1e-11)
    bias = parametrizations.spectral_norm(nn.Linear(3, 4), "bias").bias
    assert abs(bias.norm().item() - 1) < 1e-6


# --- bad input ---


def test_what_cannot_be_parametrised() -> None:
    layer = nn.Linear(3, 3)
    with pytest.raises(ArgumentError, match=r"E693.*Linear\.wieght"):
        parametrize.register_parametrization(layer, "wieght", way(tg, "Exp"))
    with pytest.raises(DTypeError, match="function"):
        parametrize.register_parametrization(layer, "weight", lambda x: x)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="changes the shape"):
        parametrize.register_parametrization(layer, "weight", way(tg, "Resized"))
    assert list(layer.state_dict()) == ["weight", "bias"]
    parametrize.register_parametrization(layer, "weight", way(tg, "Resized"), unsafe=True)
    assert layer.weight.shape == (2, 3)
    with pytest.raises(ArgumentError, match="right_inverse"):
        layer.weight = tg.ones(2, 3)
    with pytest.raises(ArgumentError, match=r"E694(.|\n)*one of: weight"):
        parametrize.remove_parametrizations(layer, "bias")
    double = parametrize.register_parametrization(nn.Linear(3, 3), "weight", way(tg, "Sum"))
    with pytest.raises(ArgumentError, match="several tensors"):
        parametrize.remove_parametrizations(double, "weight", leave_parametrized=False)
    with pytest.raises(ArgumentError, match="changes the shape"):
        parametrize.register_parametrization(double, "weight", way(tg, "Resized"))
    assert isinstance(double.parametrizations.weight, parametrize.ParametrizationList)


def test_what_the_three_ways_refuse() -> None:
    layer = nn.Linear(3, 4)
    with pytest.raises(ArgumentError, match="orthogonal_map"):
        parametrizations.orthogonal(layer, orthogonal_map="qr")
    with pytest.raises(ShapeError, match="orthogonal"):
        parametrizations.orthogonal(layer, "bias")
    with pytest.raises(ArgumentError, match="E693"):
        parametrizations.orthogonal(layer, "in_features")
    with pytest.raises(IndexingError, match="spectral_norm"):
        parametrizations.spectral_norm(layer, dim=2)
    with pytest.raises(ArgumentError, match="n_power_iterations"):
        parametrizations.spectral_norm(layer, n_power_iterations=0)
    with pytest.raises(ArgumentError, match="E693"):
        parametrizations.weight_norm(layer, "weigth")
