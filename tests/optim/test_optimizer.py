"""What all optimisers share: groups, gradients, the graph's view of a step, saving, and bad input."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import nn, optim
from tinygrad_zh.core.modes import listening
from tinygrad_zh.errors import ArgumentError, DTypeError, GraphError, StorageError


def parameter(*values: float) -> nn.Parameter:
    return nn.Parameter(tg.tensor(list(values)))


def with_gradient(p: nn.Parameter) -> nn.Parameter:
    p.grad = tg.ones_like(p.detach())
    return p


def test_a_closure_is_called_with_gradients_on_and_its_loss_returned() -> None:
    p = parameter(3.0)
    optimizer = optim.SGD([p], lr=0.5)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with tg.no_grad():
        loss = optimizer.step(closure)
    assert loss.item() == 9.0 and p.array[0] == 0.0


def test_parameters_without_a_gradient_stay() -> None:
    p, q = with_gradient(parameter(1.0)), parameter(1.0)
    optimizer = optim.Adam([p, q])
    optimizer.step()
    assert q.array[0] == 1.0 and p.array[0] != 1.0
    assert list(optimizer.state) == [p]


def test_the_gradient_itself_is_not_written_to() -> None:
    for make in (
        lambda p: optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.5, weight_decay=0.1, maximize=True),
        lambda p: optim.Adam(p, weight_decay=0.1, maximize=True),
    ):
        p = with_gradient(parameter(1.0, 2.0))
        optimizer = make([p])
        optimizer.step()
        optimizer.step()
        assert p.grad is not None and p.grad.tolist() == [1.0, 1.0]


def test_memory_stays_the_same_object() -> None:
    p = with_gradient(parameter(1.0))
    before = p.array
    optim.SGD([p], lr=0.1, momentum=0.9).step()
    assert p.array is before and before[0] != 1.0


def test_parameters_of_all_sizes_share_working_memory() -> None:
    small, large = with_gradient(nn.Parameter(tg.ones(2))), with_gradient(nn.Parameter(tg.ones(4, 5)))
    scalar, double = with_gradient(nn.Parameter(tg.tensor(1.0))), nn.Parameter(tg.ones(2, dtype=tg.float64))
    optimizer = optim.Adam([small, large, scalar, with_gradient(double)], lr=0.5)
    for _ in range(2):
        optimizer.step()
    for p in (small, large, scalar, double):
        np.testing.assert_allclose(p.array, 0.0, atol=1e-6)  # two steps of exactly lr
    assert np.shares_memory(optimizer.scratch_for([small]), optimizer.scratch_for([large, scalar]))


def test_zero_grad() -> None:
    p = with_gradient(parameter(1.0))
    optimizer = optim.SGD([p])
    held = p.grad
    optimizer.zero_grad(set_to_none=False)
    assert p.grad is held and held.tolist() == [0.0]
    optimizer.zero_grad()
    assert p.grad is None


def test_a_step_between_forward_and_backward_is_noticed() -> None:
    p = with_gradient(parameter(2.0))
    loss = (p * p).sum()
    optim.SGD([p], lr=0.1).step()
    with pytest.raises(GraphError, match=r"SGD\.step"):
        loss.backward()


def test_a_step_passes_the_door() -> None:
    seen = []

    class Ear:
        def ran(self, op: Any, arrays: Any, static: Any, result: Any) -> None:
            seen.append((op.name, arrays[0] is result[0], static["lr"]))

    p = with_gradient(parameter(1.0))
    with listening(Ear()):  # type: ignore[arg-type]
        optim.SGD([p], lr=0.25).step()
        optim.Adam([p], lr=0.5).step()
    assert seen == [("sgd_steps", True, 0.25), ("adam_steps", True, 0.5)]


def test_repr_equals_pytorch() -> None:
    for kind in (name for name in optim.__all__ if name[0].isupper() and name != "Optimizer"):
        ours = getattr(optim, kind)([nn.Parameter(tg.ones(1, 1))], lr=0.1)
        theirs = getattr(torch.optim, kind)([torch.nn.Parameter(torch.ones(1, 1))], lr=0.1)
        assert repr(ours) == repr(theirs)


def test_muon_is_for_matrices() -> None:
    with pytest.raises(ArgumentError, match="E671"):
        optim.Muon([nn.Parameter(tg.ones(2, 2)), parameter(1.0)])


def test_groups_added_later_are_optimised() -> None:
    p, q = with_gradient(parameter(1.0)), with_gradient(parameter(1.0))
    optimizer = optim.SGD([p], lr=0.5)
    optimizer.add_param_group({"params": [q], "lr": 1.0})
    optimizer.step()
    assert (p.array[0], q.array[0]) == (0.5, 0.0)
    assert optimizer.state_dict()["param_groups"][1]["params"] == [1]


def test_state_dict_keeps_the_groups_themselves() -> None:
    """A schedule holds on to the group dicts."""
    p = with_gradient(parameter(1.0))
    optimizer = optim.SGD([p], lr=0.5, momentum=0.9)
    optimizer.step()
    group = optimizer.param_groups[0]
    saved = optimizer.state_dict()
    group["lr"] = 7.0
    optimizer.load_state_dict(saved)
    assert optimizer.param_groups[0] is group and group["lr"] == 0.5 and group["params"] == [p]


# --- bad input ---


def test_no_parameters() -> None:
    for empty in ([], iter(()), ()):
        with pytest.raises(ArgumentError, match="E620"):
            optim.SGD(empty)


def test_one_tensor_is_no_list() -> None:
    for wrong in (parameter(1.0), {"params": [parameter(1.0)]}, 3, "weights", None):
        with pytest.raises(DTypeError, match="E621"):
            optim.SGD(wrong)  # type: ignore[arg-type]


def test_groups_are_dicts_of_ordered_parameters() -> None:
    for wrong in ({"lr": 0.1}, {"params": {1.0}}, {"params": 3}):
        with pytest.raises(DTypeError, match="E621"):
            optim.SGD([wrong])


def test_only_tensors() -> None:
    with pytest.raises(DTypeError, match=r"E622.*\n?.*parameter 1 is ndarray"):
        optim.SGD([parameter(1.0), np.ones(3)])


def test_no_results_of_operations() -> None:
    with pytest.raises(ArgumentError, match="E623"):
        optim.SGD([parameter(1.0) * 2])


def test_no_duplicates_in_or_across_groups() -> None:
    p = parameter(1.0)
    with pytest.raises(ArgumentError, match="E624"):
        optim.SGD([p, p])
    with pytest.raises(ArgumentError, match="E624"):
        optim.SGD([{"params": [p]}, {"params": [p]}])


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("SGD", {"lr": -1.0}),
        ("SGD", {"lr": float("nan")}),
        ("SGD", {"lr": "0.1"}),
        ("SGD", {"lr": True}),
        ("SGD", {"momentum": -0.1}),
        ("SGD", {"weight_decay": -0.1}),
        ("SGD", {"dampening": None}),
        ("SGD", {"nesterov": True}),
        ("SGD", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}),
        ("SGD", {"maximize": 1}),
        ("Adam", {"lr": -1e-3}),
        ("Adam", {"betas": (1.0, 0.999)}),
        ("Adam", {"betas": (0.9, -0.1)}),
        ("Adam", {"betas": 0.9}),
        ("Adam", {"betas": (0.9,)}),
        ("Adam", {"eps": -1e-8}),
        ("Adam", {"weight_decay": -1}),
        ("Adam", {"amsgrad": None}),
        ("AdamW", {"lr": -1.0}),
        ("NAdam", {"momentum_decay": -0.1}),
        ("NAdam", {"betas": (0.9, 1.0)}),
        ("NAdam", {"decoupled_weight_decay": 1}),
        ("RAdam", {"betas": (-0.1, 0.9)}),
        ("RAdam", {"eps": -1e-8}),
        ("Adamax", {"weight_decay": -0.1}),
        ("Adamax", {"betas": (0.9, 0.99, 0.999)}),
        ("ASGD", {"weight_decay": -0.1}),
        ("ASGD", {"t0": "late"}),
        ("RMSprop", {"alpha": -0.1}),
        ("RMSprop", {"momentum": -0.1}),
        ("RMSprop", {"centered": None}),
        ("Adagrad", {"lr_decay": -0.1}),
        ("Adagrad", {"initial_accumulator_value": -0.1}),
        ("Adadelta", {"rho": 1.1}),
        ("Adadelta", {"rho": float("nan")}),
        ("Rprop", {"etas": (0.5, 1.0)}),
        ("Rprop", {"etas": (0.0, 1.2)}),
        ("Rprop", {"step_sizes": 50}),
        ("Adafactor", {"beta2_decay": 0.1}),
        ("Adafactor", {"eps": (-1.0, 1e-3)}),
        ("Adafactor", {"eps": (None, None)}),
        ("Adafactor", {"d": 0.9}),
        ("Muon", {"adjust_lr_fn": "mine"}),
        ("Muon", {"ns_steps": 100}),
        ("Muon", {"ns_coefficients": (1.0, 2.0)}),
        ("Muon", {"momentum": -1.0}),
    ],
)
def test_options_out_of_range(kind: str, options: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match="E625"):
        getattr(optim, kind)([nn.Parameter(tg.ones(1, 1))], **options)


OUT_OF_RANGE: dict[str, list[Any]] = {
    "lr": [-1e-3, float("nan"), "0.1", True],
    "betas": [(1.0, 0.9), (0.9, 1.0), (-0.1, 0.9), (0.9, float("nan")), (0.9,), 0.9],
    "eps": [-1e-8, float("nan")],
    "weight_decay": [-0.1, float("nan")],
    "momentum": [-0.1, float("nan")],
    "maximize": ["yes"],
}
KINDS = [name for name in optim.__all__ if name[0].isupper() and name != "Optimizer"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_optimiser_refuses_what_is_out_of_range(kind: str) -> None:
    tried = inspect.signature(getattr(optim, kind)).parameters.keys() & OUT_OF_RANGE.keys()
    assert "lr" in tried
    for name in tried:
        for value in OUT_OF_RANGE[name]:
            with pytest.raises(ArgumentError, match=rf"E625.*{name}="):
                getattr(optim, kind)([nn.Parameter(tg.ones(1, 1))], **{name: value})


def test_an_option_that_becomes_wrong_is_noticed_at_the_next_step() -> None:
    p = with_gradient(parameter(1.0))
    optimizer = optim.SGD([p], lr=0.1)
    optimizer.step()
    optimizer.param_groups[0]["lr"] = -0.1
    with pytest.raises(ArgumentError, match=r"lr=-0\.1"):
        optimizer.step()
    optimizer.param_groups[0]["lr"] = np.float32(0.1)
    optimizer.step()


@pytest.mark.parametrize("name", ["foreach", "fused", "capturable", "differentiable"])
def test_options_of_pytorchs_that_are_not_supported(name: str) -> None:
    optim.Adam([parameter(1.0)], **{name: False})
    with pytest.raises(ArgumentError, match=f"{name}=True"):
        optim.Adam([parameter(1.0)], **{name: True})


def test_unknown_options() -> None:
    with pytest.raises(TypeError, match="momentun"):
        optim.SGD([parameter(1.0)], momentun=0.9)  # type: ignore[call-arg]
    with pytest.raises(ArgumentError, match="momentun"):
        optim.SGD([{"params": [parameter(1.0)], "momentun": 0.9}])


def test_a_state_that_does_not_fit_changes_nothing() -> None:
    p = with_gradient(parameter(1.0, 2.0))
    optimizer = optim.SGD([p], lr=0.1, momentum=0.9)
    optimizer.step()
    good = optimizer.state_dict()
    for wrong in (
        {},
        [],
        {**good, "param_groups": []},
        {**good, "param_groups": [{**good["param_groups"][0], "params": [0, 1]}]},
        {**good, "state": {5: good["state"][0]}},
        {**good, "state": {0: {"momentum_buffer": tg.ones(3)}}},
    ):
        with pytest.raises(StorageError, match="E627"):
            optimizer.load_state_dict(wrong)  # type: ignore[arg-type]
        assert optimizer.state_dict()["state"].keys() == {0}
    with pytest.raises(ArgumentError, match="fused"):
        optimizer.load_state_dict({**good, "param_groups": [{**good["param_groups"][0], "fused": True}]})
