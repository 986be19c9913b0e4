"""Twenty steps of every optimiser, over its options, beside PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import nn, optim

STEPS = 20
SHAPES = [(5, 3), (7,), ()]

SGD: list[dict[str, Any]] = [
    {},
    {"lr": 0.0},
    {"weight_decay": 0.1},
    {"maximize": True},
    {"maximize": True, "weight_decay": 0.1},
    {"momentum": 0.9},
    {"momentum": 0.9, "dampening": 0.3},
    {"momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1, "maximize": True},
    {"momentum": 0.9, "dampening": 1},
    {"momentum": 0.9, "nesterov": True},
    {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1, "maximize": True},
]
ADAM: list[dict[str, Any]] = [
    {},
    {"betas": (0.5, 0.7), "eps": 1e-3},
    {"betas": (0.0, 0.0)},
    {"weight_decay": 0.1},
    {"amsgrad": True, "betas": (0.9, 0.1)},
    {"maximize": True, "weight_decay": 0.1, "amsgrad": True},
    {"eps": 0},
]
OTHERS: dict[str, list[dict[str, Any]]] = {
    "NAdam": [
        {},
        {"betas": (0.5, 0.7), "eps": 1e-3, "momentum_decay": 0.1},
        {"betas": (0.0, 0.0), "momentum_decay": 0},
        {"weight_decay": 0.1, "maximize": True},
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
    ],
    "RAdam": [
        {},
        {"betas": (0.5, 0.7), "eps": 1e-3},
        {"betas": (0.0, 0.0)},
        {"weight_decay": 0.1, "maximize": True},
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
    ],
    "Adamax": [{}, {"betas": (0.5, 0.7), "eps": 1e-3}, {"weight_decay": 0.1, "maximize": True}],
    "ASGD": [
        {},
        {"lambd": 0.1, "alpha": 0.5, "t0": 3},
        {"t0": 5, "weight_decay": 0.1, "maximize": True},
    ],
    "RMSprop": [
        {},
        {"alpha": 0.5, "eps": 1e-3},
        {"centered": True},
        {"momentum": 0.9},
        {"momentum": 0.9, "centered": True, "weight_decay": 0.1, "maximize": True},
    ],
    "Adagrad": [
        {},
        {"lr_decay": 0.1, "eps": 1e-3},
        {"initial_accumulator_value": 0.5, "weight_decay": 0.1, "maximize": True},
    ],
    "Adadelta": [{}, {"rho": 0.5, "eps": 1e-3}, {"rho": 1.0}, {"weight_decay": 0.1, "maximize": True}],
    "Rprop": [
        {},
        {"etas": (0.3, 1.7)},
        {"step_sizes": (0.04, 0.07), "maximize": True},
    ],
    "Adafactor": [
        {},
        {"lr": 0.5, "beta2_decay": -0.3, "eps": (1e-2, 0.1)},
        {"d": 2.0, "eps": (None, 0.0)},
        {"weight_decay": 0.1, "maximize": True, "beta2_decay": 0.0},
    ],
}
CASES = (
    [("SGD", options) for options in SGD]
    + [(name, options) for name in ("Adam", "AdamW") for options in ADAM]
    + [(name, options) for name, listed in OTHERS.items() for options in listed]
    + [("Adam", {"decoupled_weight_decay": True, "weight_decay": 0.1}), ("AdamW", {"weight_decay": 0})]
)


def name_of(case: tuple[str, dict[str, Any]]) -> str:
    return case[0] + "-" + "-".join(f"{k}={v}" for k, v in case[1].items())


def both(case: tuple[str, dict[str, Any]], dtype: str) -> tuple[list[nn.Parameter], Any, list[Any], Any]:
    """The same parameters and optimiser here and in PyTorch."""
    kind, options = case
    draw = np.random.default_rng(0)
    arrays = [np.asarray(draw.normal(size=shape), dtype=dtype) for shape in SHAPES]
    ours = [nn.Parameter(tg.tensor(a)) for a in arrays]
    theirs = [torch.nn.Parameter(torch.tensor(a)) for a in arrays]
    options = {"lr": 0.05, **options}
    return ours, getattr(optim, kind)(ours, **options), theirs, getattr(torch.optim, kind)(theirs, **options)


def step_both(ours: Any, optimizer: Any, theirs: Any, torch_optimizer: Any, steps: int, seed: int = 1) -> None:
    """Take steps along the same gradients, the last parameter having one only in every other step."""
    draw = np.random.default_rng(seed)
    for k in range(steps):
        for p, q in zip(ours, theirs, strict=True):
            g = np.asarray(draw.normal(size=p.shape), dtype=p.dtype)
            left_out = p is ours[-1] and k % 2 == 0
            p.grad, q.grad = (None, None) if left_out else (tg.tensor(g), torch.tensor(g))
        optimizer.step()
        torch_optimizer.step()


def assert_equal_states(optimizer: Any, torch_optimizer: Any, check: Any) -> None:
    own, other = optimizer.state_dict(), torch_optimizer.state_dict()
    assert own["param_groups"] == other["param_groups"]
    assert {k: list(v) for k, v in own["state"].items()} == {k: list(v) for k, v in other["state"].items()}
    for number, values in own["state"].items():
        for name, value in values.items():
            theirs = other["state"][number][name]
            assert str(value.dtype) == str(theirs.dtype).removeprefix("torch.")
            check(value.array, theirs.numpy())


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_float64_equals_pytorch_to_rounding(case: tuple[str, dict[str, Any]]) -> None:
    pair = both(case, "float64")
    step_both(*pair, STEPS)
    for p, q in zip(pair[0], pair[2], strict=True):
        np.testing.assert_allclose(p.array, q.detach().numpy(), rtol=1e-12, atol=1e-14)
    assert_equal_states(pair[1], pair[3], lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14))


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_float32_equals_pytorch_within_ulps(case: tuple[str, dict[str, Any]]) -> None:
    """PyTorch fuses a·b + c into one rounding: a few units in the last place of the largest value on the way."""
    pair = both(case, "float32")
    step_both(*pair, STEPS)
    for p, q in zip(pair[0], pair[2], strict=True):
        assert p.dtype == np.float32
        scale = max(1.0, float(np.abs(q.detach().numpy()).max()))
        np.testing.assert_allclose(p.array, q.detach().numpy(), rtol=0, atol=8 * np.finfo(np.float32).eps * scale)


@pytest.mark.parametrize(
    "case",
    [
        ("SGD", {"momentum": 0.9}),
        ("Adam", {"amsgrad": True}),
        ("RMSprop", {"momentum": 0.9, "centered": True}),
        ("ASGD", {"t0": 2, "lambd": 0.1}),
        *((name, {}) for name in ("NAdam", "RAdam", "Adamax", "Adagrad", "Adadelta", "Rprop", "Adafactor")),
    ],
    ids=name_of,
)
def test_state_goes_on_from_here_to_pytorch_and_back(case: tuple[str, dict[str, Any]]) -> None:
    ours, optimizer, theirs, torch_optimizer = both(case, "float64")
    step_both(ours, optimizer, theirs, torch_optimizer, 5)
    there = getattr(torch.optim, case[0])(theirs, lr=1.0)
    own = optimizer.state_dict()
    state = {i: {name: v.to_torch() for name, v in values.items()} for i, values in own["state"].items()}
    there.load_state_dict({**own, "state": state})
    here = getattr(optim, case[0])(ours, lr=1.0)
    here.load_state_dict(torch_optimizer.state_dict())
    assert here.param_groups[0]["lr"] == there.param_groups[0]["lr"] == 0.05
    step_both(ours, here, theirs, there, 5, seed=2)
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.array, q.detach().numpy(), rtol=1e-12, atol=1e-14)


def test_a_saved_and_loaded_optimiser_goes_on_bit_for_bit() -> None:
    case = ("Adam", {"amsgrad": True, "weight_decay": 0.1})
    a, optimizer_a, theirs, torch_optimizer = both(case, "float32")
    step_both(a, optimizer_a, theirs, torch_optimizer, 4)
    b = [nn.Parameter(tg.tensor(p.array)) for p in a]
    optimizer_b = optim.Adam(b)
    optimizer_b.load_state_dict(optimizer_a.state_dict())
    for p, q in zip(a, b, strict=True):
        p.grad, q.grad = tg.ones_like(p.detach()), tg.ones_like(q.detach())
    optimizer_a.step()
    optimizer_b.step()
    assert all(np.array_equal(p.array, q.array) for p, q in zip(a, b, strict=True))
    assert optimizer_b.state[b[0]]["exp_avg"].array is not optimizer_a.state[a[0]]["exp_avg"].array


def test_lr_may_change_between_steps_and_differ_between_groups() -> None:
    ours = [nn.Parameter(tg.ones(3, dtype=tg.float64)) for _ in range(2)]
    theirs = [torch.nn.Parameter(torch.ones(3, dtype=torch.float64)) for _ in range(2)]
    a = optim.SGD([{"params": ours[:1]}, {"params": ours[1], "lr": 0.5}], lr=0.1, momentum=0.9)
    b = torch.optim.SGD([{"params": theirs[:1]}, {"params": theirs[1], "lr": 0.5}], lr=0.1, momentum=0.9)
    for lr in (0.1, 0.2, 0.01):
        a.param_groups[0]["lr"] = b.param_groups[0]["lr"] = lr
        for p, q in zip(ours, theirs, strict=True):
            p.grad, q.grad = tg.ones(3, dtype=tg.float64), torch.ones(3, dtype=torch.float64)
        a.step()
        b.step()
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.array, q.detach().numpy(), rtol=1e-14)


# --- Muon, for matrices alone ---

MUON: list[dict[str, Any]] = [
    {},
    {"nesterov": False, "weight_decay": 0.0},
    {"momentum": 0.5, "ns_steps": 3, "adjust_lr_fn": "match_rms_adamw"},
    {"ns_coefficients": (1.5, -0.5, 0.0), "eps": 10.0, "adjust_lr_fn": "original"},
    {"ns_steps": 0},
]


def muons(options: dict[str, Any]) -> tuple[list[nn.Parameter], Any, list[Any], Any]:
    draw = np.random.default_rng(0)
    arrays = [draw.normal(size=shape) for shape in ((5, 3), (3, 5), (4, 4))]
    ours = [nn.Parameter(tg.tensor(a)) for a in arrays]
    theirs = [torch.nn.Parameter(torch.tensor(a)) for a in arrays]
    return ours, optim.Muon(ours, lr=0.05, **options), theirs, torch.optim.Muon(theirs, lr=0.05, **options)


@pytest.mark.parametrize("options", MUON, ids=str)
def test_muon_equals_pytorch_without_its_bfloat16(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)
    ours, optimizer, theirs, torch_optimizer = muons(options)
    step_both(ours, optimizer, theirs, torch_optimizer, 8)
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.array, q.detach().numpy(), rtol=1e-11, atol=1e-13)
    assert_equal_states(optimizer, torch_optimizer, lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-12))


def test_muon_equals_pytorch_to_the_rounding_of_bfloat16() -> None:
    """Singular values go through the iterations with slopes of up to 3.4: so does their rounding."""
    ours, optimizer, theirs, torch_optimizer = muons({})
    before = [p.array.copy() for p in ours]
    step_both(ours, optimizer, theirs, torch_optimizer, 1)
    for p, q, start in list(zip(ours, theirs, before, strict=True))[:2]:  # those that have a gradient in the first step
        np.testing.assert_allclose(
            p.array - start, q.detach().numpy() - start, atol=0.1 * np.abs(p.array - start).max()
        )
        update = (p.array - start * (1 - 0.05 * 0.1)) / (0.05 * max(1, p.shape[0] / p.shape[1]) ** 0.5)
        assert 0.6 < np.linalg.svd(update, compute_uv=False).min() < np.linalg.svd(update, compute_uv=False).max() < 1.3


# --- what a rule of its own could get wrong ---


@pytest.mark.parametrize("case", [(name, {}) for name in OTHERS], ids=name_of)
def test_neither_gradients_nor_empty_parameters_are_harmed(case: tuple[str, dict[str, Any]]) -> None:
    kind, _ = case
    p, empty = nn.Parameter(tg.ones(2, 3)), nn.Parameter(tg.ones(0, 3))
    optimizer = getattr(optim, kind)([p, empty], **({} if kind == "Rprop" else {"weight_decay": 0.1}), maximize=True)
    memory = p.array
    for _ in range(2):
        p.grad, empty.grad = tg.full((2, 3), 2.0), tg.ones(0, 3)
        optimizer.step()
        assert p.grad is not None and p.grad.tolist() == [[2.0] * 3] * 2
    assert p.array is memory and not np.array_equal(memory, np.ones((2, 3)))


def test_where_a_gradient_is_nan_rprop_stands_still() -> None:
    p, q = nn.Parameter(tg.ones(3)), torch.nn.Parameter(torch.ones(3))
    a, b = optim.Rprop([p], lr=0.1), torch.optim.Rprop([q], lr=0.1)
    for values in ([float("nan"), 1.0, -1.0], [1.0, -1.0, 0.0], [2.0, 1.0, -1.0]):
        p.grad, q.grad = tg.tensor(values), torch.tensor(values)
        a.step()
        b.step()
        np.testing.assert_array_equal(p.array, q.detach().numpy())
    np.testing.assert_array_equal(a.state[p]["step_size"].array, b.state[q]["step_size"].numpy())


def test_an_option_switched_on_later_makes_its_state() -> None:
    p = nn.Parameter(tg.ones(2))
    optimizer = optim.RMSprop([p])
    for momentum in (0, 0.9):
        optimizer.param_groups[0]["momentum"] = momentum
        p.grad = tg.ones(2)
        optimizer.step()
    assert list(optimizer.state[p]) == ["step", "square_avg", "momentum_buffer"]
