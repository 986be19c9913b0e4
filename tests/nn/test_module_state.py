"""What a Module does with its state beside PyTorch's: hooks, extra state, assigning, buffers, empty memory, paths."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import nn
from tinygrad_zh.errors import DTypeError, GraphError, ShapeError, StorageError, UnknownNameError


def model(lib: Any, said: list[Any]) -> Any:
    """Two layers, a module with extra state, and a hook of every kind on each of the first two."""

    class Counter(lib.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.count = 3

        def get_extra_state(self) -> Any:
            return {"count": self.count}

        def set_extra_state(self, state: Any) -> None:
            self.count = state["count"]

    made = lib.nn.Sequential(lib.nn.Linear(2, 3), lib.nn.Sequential(lib.nn.Linear(3, 1, bias=False)), Counter())
    for name, part in (("0", made[0]), ("1", made[1]), ("", made)):
        part.register_state_dict_pre_hook(
            lambda m, prefix, keep, name=name: said.append(("saving", name, prefix, keep))
        )
        part.register_state_dict_post_hook(
            lambda m, state, prefix, meta, name=name: said.append(("saved", name, list(state), prefix))
        )
        part.register_load_state_dict_pre_hook(
            lambda m, state, prefix, meta, strict, missing, unexpected, texts, name=name: said.append(
                ("loading", name, prefix, strict, list(missing), list(unexpected), list(texts))
            )
        )
        part.register_load_state_dict_post_hook(lambda m, keys, name=name: said.append(("loaded", name)))
    return made


def test_hooks_hear_what_pytorchs_hear() -> None:
    heard: list[list[Any]] = [[], []]
    ours, theirs = model(tg, heard[0]), model(torch, heard[1])
    states = ours.state_dict(), theirs.state_dict()
    assert list(states[0]) == list(states[1]) and states[0]["2._extra_state"] == {"count": 3}
    assert heard[0] == heard[1] and len(heard[0]) == 6
    for made, state in zip((ours, theirs), states, strict=True):
        made[2].count = 0
        made.load_state_dict(state)
        assert made[2].count == 3
    assert sorted(map(str, heard[0])) == sorted(map(str, heard[1])) and len(heard[0]) == 12
    assert [entry[:2] for entry in heard[0][9:]] == [entry[:2] for entry in heard[1] if entry[0] == "loaded"]


@pytest.mark.parametrize("lib", [tg, torch])
def test_hooks_may_rename_forgive_and_refuse(lib: Any) -> None:
    layer = lib.nn.Linear(2, 3)

    def rename(module: Any, state: Any, prefix: str, *others: Any) -> None:
        state[prefix + "weight"] = state.pop(prefix + "kernel")

    handle = layer.register_load_state_dict_pre_hook(rename)
    given = {"kernel": lib.ones(3, 2), "bias": lib.zeros(3)}
    layer.load_state_dict(given)
    assert list(given) == ["kernel", "bias"] and layer.weight.sum().item() == 6
    handle.remove()
    with pytest.raises(RuntimeError):
        layer.load_state_dict(given)
    forgiving = layer.register_load_state_dict_post_hook(lambda module, keys: keys.missing_keys.clear())
    layer.load_state_dict({"weight": lib.zeros(3, 2)})
    assert layer.weight.sum().item() == 0
    with pytest.raises(RuntimeError, match="other"):
        layer.load_state_dict({"other": lib.zeros(1)})
    forgiving.remove()
    layer.register_load_state_dict_pre_hook(lambda *args: args[-1].append("too old a version"))
    with pytest.raises(RuntimeError, match="too old a version"):
        layer.load_state_dict(layer.state_dict())


def test_extra_state_is_missed_and_unexpected_by_name() -> None:
    said: list[Any] = []
    ours, theirs = model(tg, said), model(torch, said)
    for made in (ours, theirs):
        state = made.state_dict()
        del state["2._extra_state"]
        assert made.load_state_dict(state, strict=False).missing_keys == ["2._extra_state"]
    with pytest.raises(UnknownNameError, match=r"E692.*Linear has no get_extra_state"):
        nn.Linear(1, 1).get_extra_state()
    with pytest.raises(UnknownNameError, match="set_extra_state"):
        nn.Linear(1, 1).set_extra_state(3)
    with pytest.raises(StorageError, match=r"unexpected: 2\._extra_state"):
        nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Linear(3, 1, bias=False))).load_state_dict(ours.state_dict())


def test_a_destination_is_filled() -> None:
    for lib in (tg, torch):
        found: Any = OrderedDict(before=1)
        assert lib.nn.Linear(1, 1).state_dict(destination=found, prefix="x.") is found
        assert list(found) == ["before", "x.weight", "x.bias"]


def test_assigning_takes_the_tensors_themselves() -> None:
    for lib in (tg, torch):
        layer = lib.nn.BatchNorm1d(2)
        layer.weight.requires_grad_(False)
        state = {
            name: value.double() if value.ndim else value for name, value in lib.nn.BatchNorm1d(2).state_dict().items()
        }
        layer.load_state_dict(state, assign=True)
        assert layer.weight.dtype == layer.running_mean.dtype == lib.float64
        assert (
            isinstance(layer.weight, lib.nn.Parameter) and not layer.weight.requires_grad and layer.bias.requires_grad
        )
        assert layer.running_mean is state["running_mean"]
        state["weight"].zero_()
        assert layer.weight.sum().item() == 0


def test_buffers_by_assignment() -> None:
    for lib in (tg, torch):
        module = lib.nn.Module()
        module.mean = lib.nn.Buffer(lib.ones(2))
        module.cache = lib.nn.Buffer(lib.ones(1), persistent=False)
        module.mean = lib.zeros(2)
        assert [name for name, _ in module.named_buffers()] == ["mean", "cache"] and list(module.state_dict()) == [
            "mean"
        ]
        assert module.mean.tolist() == [0.0, 0.0] and lib.nn.Buffer().shape == (0,)
        assert lib.nn.Parameter().shape == (0,)
        module.scale = lib.nn.Parameter(lib.ones(1))


def test_empty_memory() -> None:
    for lib in (tg, torch):
        module = lib.nn.Sequential(lib.nn.Linear(2, 3).double(), lib.nn.BatchNorm1d(3))
        weight, count = module[0].weight, module[1].num_batches_tracked
        assert module.to_empty(device="cpu") is module and module[0].weight is weight and weight.shape == (3, 2)
        assert (
            weight.dtype == lib.float64 and weight.requires_grad and module[1].num_batches_tracked.dtype == count.dtype
        )
        module.to_empty(device="cpu", recurse=False)
    layer = nn.Linear(2, 2)
    result = layer(tg.ones(1, 2, requires_grad=True)).sum()
    layer.to_empty(device=None)
    with pytest.raises(GraphError, match=r"Module\.to_empty"):
        result.backward()
    assert nn.Linear(2, 2).type(tg.float64).weight.dtype == tg.float64


def test_modules_put_at_a_path() -> None:
    for lib in (tg, torch):
        module = lib.nn.Sequential(lib.nn.Sequential(lib.nn.ReLU()), lib.nn.Tanh())
        new = lib.nn.Linear(1, 1)
        module.set_submodule("0.0", new, strict=True)
        module.set_submodule("0.more", lib.nn.ReLU())
        assert module[0][0] is new and [name for name, _ in module[0].named_children()] == ["0", "more"]
        for path in ("0.1.2", "2.0", ""):
            with pytest.raises((AttributeError, ValueError)):
                module.set_submodule(path, new)
        with pytest.raises(AttributeError):
            module.set_submodule("0.5", new, strict=True)
        with pytest.raises((TypeError, AttributeError)):
            module.set_submodule("0.forward", new)
    with pytest.raises(DTypeError):
        nn.Sequential(nn.ReLU()).set_submodule("0", "relu")  # type: ignore[arg-type]


def test_walking_with_a_memory_and_with_repetitions() -> None:
    for lib in (tg, torch):
        relu = lib.nn.ReLU()
        module = lib.nn.Sequential(relu, lib.nn.Sequential(relu))
        assert len(list(module.modules())) == 3 and len(list(module.modules(remove_duplicate=False))) == 4
        memo: set[Any] = {relu}
        assert [path for path, _ in module.named_modules(memo, "p")] == ["p", "p.1"] and len(memo) == 3


def test_a_module_registered_by_name_and_what_it_says_of_itself() -> None:
    for lib in (tg, torch):

        class Named(lib.nn.Module):  # type: ignore[misc, name-defined]
            def extra_repr(self) -> str:
                return "size=3"

        module = Named()
        assert repr(module) == "Named(size=3)"
        module.register_module("inner", lib.nn.ReLU())
        module.register_module("nothing", None)
        assert repr(module) == "Named(\n  size=3\n  (inner): ReLU()\n  (nothing): None\n)"
        assert [name for name, _ in module.named_modules()] == ["", "inner"]


# --- errors say in which layer they came up ---


def test_an_error_says_in_which_layer() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(5, 2)))
    with pytest.raises(ShapeError) as caught:
        net(tg.ones(3, 2, 3))
    assert str(caught.value).endswith(
        "\n  layer: 1.2: Linear(in_features=5, out_features=2, bias=True) called with float32 (3, 4)"
    )
    assert caught.value.layer is net[1][2]
    with pytest.raises(ShapeError, match=re.compile(r"layer: Linear\(in_features=5, .* called with float32 \(3, 4\)$")):
        net[1][2](tg.ones(3, 4))
    with pytest.raises(ShapeError) as caught:
        tg.linear(tg.ones(3, 4), tg.ones(2, 5))
    assert "layer:" not in str(caught.value)


def test_in_chinese_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYGRAD_ZH_LANG", "zh")
    with pytest.raises(ShapeError, match=r"所在层: 0: Linear\(.*\)，输入：float32 \(1, 2\)"):
        nn.Sequential(nn.Linear(3, 2))(tg.ones(1, 2))


def test_the_innermost_layer_is_named_with_its_path_at_every_level() -> None:
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(2, 3), nn.Linear(2, 3)

        def forward(self, x: Any) -> Any:
            return self.second(self.first(x))

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.blocks = nn.ModuleList([Block()])

        def forward(self, x: Any) -> Any:
            for block in self.blocks:
                x = block(x)
            return x

    with pytest.raises(ShapeError, match=r"layer: blocks\.0\.second: Linear"):
        Net()(tg.ones(1, 2))
    own = nn.Sequential(Block())
    own[0].forward = lambda x: tg.ones(2) @ tg.ones(3)  # what a block computes itself
    with pytest.raises(ShapeError, match=r"layer: 0: Block"):
        own(tg.ones(1, 2))


def test_a_layer_that_no_attribute_leads_to_names_itself() -> None:
    class Hidden(nn.Module):
        def forward(self, x: Any) -> Any:
            return nn.Linear(3, 2)(x)

    with pytest.raises(ShapeError, match=r"layer: Linear\(in_features=3"):
        nn.Sequential(Hidden())(tg.ones(1, 2))


def test_hooks_run_where_pytorchs_do_around_an_error() -> None:
    said: list[str] = []
    layer = nn.Linear(3, 2)
    layer.register_forward_pre_hook(lambda m, args: said.append("before"))
    layer.register_forward_hook(lambda m, args, y: said.append("after"))
    with pytest.raises(ShapeError, match="layer: Linear"):
        layer(tg.ones(1, 2))
    assert said == ["before"]
    assert np.isfinite(layer(tg.ones(1, 3)).numpy(force=True)).all() and said == ["before", "before", "after"]
