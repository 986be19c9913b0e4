"""Module as in PyTorch: registration, walking, calling, state, printing; and what is refused."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import nn
from tinygrad_zh.errors import ArgumentError, DeviceError, DTypeError, GraphError, StorageError, UnknownNameError


def net(lib: Any) -> Any:
    """One model for either library: nested, with a buffer, a shared layer and an absent bias."""

    class Block(lib.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.first = lib.nn.Linear(3, 4)
            self.act = lib.nn.ReLU()
            self.register_buffer("count", lib.zeros(2))
            self.register_buffer("cache", lib.zeros(1), persistent=False)
            self.register_buffer("nothing", None)
            self.again = self.first

        def forward(self, x: Any) -> Any:
            return self.act(self.first(x)) + self.count.sum()

    class Net(lib.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.scale = lib.nn.Parameter(lib.ones(1))
            self.block = Block()
            self.layers = lib.nn.ModuleList([lib.nn.Linear(4, 4), lib.nn.Linear(4, 4), lib.nn.Tanh()])
            self.named = lib.nn.ModuleDict({"a": lib.nn.Identity(), "b": lib.nn.Dropout(0.2)})
            self.head = lib.nn.Sequential(lib.nn.Flatten(), lib.nn.Linear(4, 2, bias=False))

        def forward(self, x: Any) -> Any:
            x = self.block(x)
            for layer in self.layers:
                x = layer(x)
            return self.head(self.named["b"](x)) * self.scale

    return Net()


@pytest.fixture
def ours() -> Any:
    return net(tg)


@pytest.fixture
def theirs() -> Any:
    return net(torch)


# --- the same names as PyTorch ---


def test_walking_gives_pytorchs_names_in_its_order(ours: Any, theirs: Any) -> None:
    for walk in ("named_parameters", "named_buffers", "named_modules", "named_children"):
        assert [n for n, _ in getattr(ours, walk)()] == [n for n, _ in getattr(theirs, walk)()], walk
    for walk in ("named_parameters", "named_buffers", "named_modules"):
        options = {"prefix": "p", "remove_duplicate": False}
        assert [n for n, _ in getattr(ours, walk)(**options)] == [n for n, _ in getattr(theirs, walk)(**options)], walk
    assert [n for n, _ in ours.named_parameters(recurse=False)] == ["scale"]
    assert len(list(ours.parameters())) == len(list(theirs.parameters()))
    assert len(list(ours.modules())) == len(list(theirs.modules()))
    assert len(list(ours.children())) == len(list(theirs.children()))
    assert len(list(ours.buffers())) == len(list(theirs.buffers()))


def test_state_dict_has_pytorchs_names_and_shapes(ours: Any, theirs: Any) -> None:
    own, other = ours.state_dict(), theirs.state_dict()
    assert [(n, v.shape) for n, v in own.items()] == [(n, tuple(v.shape)) for n, v in other.items()]
    assert next(iter(ours.state_dict(prefix="x."))) == "x.scale"


def test_repr_is_pytorchs(ours: Any, theirs: Any) -> None:
    assert repr(ours) == repr(theirs)


def test_values_and_gradients_are_pytorchs(ours: Any, theirs: Any) -> None:
    ours.load_state_dict(theirs.state_dict())
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    a, b = ours.eval()(tg.tensor(x)), theirs.eval()(torch.tensor(x))
    np.testing.assert_allclose(a.numpy(force=True), b.detach().numpy(), rtol=1e-5, atol=1e-6)
    a.sum().backward()
    b.sum().backward()
    for (name, p), q in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-5, atol=1e-6, err_msg=name)


# --- attributes ---


def test_assigning_registers_by_kind() -> None:
    module = nn.Module()
    module.x = 3
    module.x = nn.Parameter(tg.ones(1))
    assert "x" in module._parameters and "x" not in vars(module)
    module.x = nn.ReLU()
    assert list(module._modules) == ["x"] and not module._parameters
    module.x = None  # keeps the name for a module, as in PyTorch
    assert list(module._modules) == ["x"] and list(module.children()) == []
    with pytest.raises(DTypeError, match="E604"):
        module.x = 3
    del module.x
    module.x = 3
    assert vars(module)["x"] == 3


def test_assigning_again_keeps_the_place() -> None:
    module = nn.Linear(2, 2)
    module.weight = nn.Parameter(tg.ones(2, 2))
    assert [n for n, _ in module.named_parameters()] == ["weight", "bias"]
    module.bias = None
    assert [n for n, _ in module.named_parameters()] == ["weight"]


def test_a_buffer_may_be_replaced_by_a_tensor_alone() -> None:
    module = nn.Module()
    module.register_buffer("mean", tg.zeros(2), persistent=False)
    module.mean = tg.ones(2)
    assert module._buffers["mean"].tolist() == [1.0, 1.0] and module.state_dict() == {}
    with pytest.raises(DTypeError, match="buffer 'mean'"):
        module.mean = 3.0
    module.register_buffer("mean", tg.zeros(2))
    assert list(module.state_dict()) == ["mean"]


def test_an_unknown_attribute_names_close_ones() -> None:
    layer = nn.Linear(2, 2)
    with pytest.raises(AttributeError, match=r"'Linear' has no attribute 'wieght'(.|\n)*close to that: weight"):
        _ = layer.wieght
    assert not hasattr(layer, "running_mean") and not hasattr(layer, "__no_such__")
    with pytest.raises(AttributeError):
        del layer.wieght


def test_dir_lists_registered_names_that_are_identifiers() -> None:
    names = dir(nn.Sequential(nn.Linear(1, 1)))
    assert "0" not in names and "append" in names
    assert {"weight", "bias", "in_features"} <= set(dir(nn.Linear(1, 1)))


def test_forgetting_super_init_is_said() -> None:
    class Careless(nn.Module):
        def __init__(self, value: Any) -> None:
            self.x = value

    for value in (nn.Parameter(tg.ones(1)), nn.ReLU()):
        with pytest.raises(AttributeError, match=r"super\(\).__init__\(\)"):
            Careless(value)
    with pytest.raises(AttributeError, match=r"super\(\).__init__\(\)"):
        Careless(3).register_buffer("b", None)


@pytest.mark.parametrize("name", ["", "a.b", "forward", "training", 3])
def test_names_that_cannot_be_registered(name: Any) -> None:
    module = nn.Module()
    for register in (module.register_buffer, module.register_parameter, module.add_module):
        with pytest.raises(UnknownNameError, match="E603"):
            register(name, None)


def test_names_taken_by_another_kind() -> None:
    module = nn.Linear(1, 1)
    with pytest.raises(KeyError, match="exists already"):
        module.register_buffer("weight", tg.ones(1))
    with pytest.raises(KeyError, match="exists already"):
        module.add_module("weight", nn.ReLU())


def test_values_of_the_wrong_kind() -> None:
    module = nn.Module()
    with pytest.raises(DTypeError, match="parameter"):
        module.register_parameter("p", tg.ones(1))  # type: ignore[arg-type]
    with pytest.raises(DTypeError, match="buffer"):
        module.register_buffer("b", np.ones(1))  # type: ignore[arg-type]
    with pytest.raises(DTypeError, match="module"):
        module.add_module("m", nn.ReLU)  # type: ignore[arg-type]


def test_the_result_of_an_operation_is_no_parameter() -> None:
    p = nn.Parameter(tg.ones(2), requires_grad=False)
    p += tg.ones(2, requires_grad=True)  # p has become the result of an addition
    with pytest.raises(ArgumentError, match="E605"):
        nn.Module().register_parameter("p", p)


def test_paths() -> None:
    module = net(tg)
    assert module.get_submodule("head.1") is module.head[1] and module.get_submodule("") is module
    assert module.get_parameter("block.again.bias") is module.block.first.bias
    with pytest.raises(AttributeError, match=r"'head.9'(.|\n)*head.1"):
        module.get_submodule("head.9")
    with pytest.raises(AttributeError, match=r"E608"):
        module.get_parameter("head.1.bias")


# --- calling and hooks ---


def test_a_module_without_forward_says_so() -> None:
    with pytest.raises(NotImplementedError, match="no forward"):
        nn.Module()(1)
    with pytest.raises(NotImplementedError, match="call its members"):
        nn.ModuleList()(1)


def test_hooks_run_in_order_and_may_replace() -> None:
    said = []
    layer = nn.Identity()

    def before(module: Any, args: Any) -> Any:
        said.append(("before", args))
        return args[0] + 1

    def after(module: Any, args: Any, result: Any) -> Any:
        said.append(("after", args, result))
        return result * 10

    first = layer.register_forward_pre_hook(before)
    second = layer.register_forward_hook(after)
    earlier = layer.register_forward_hook(lambda m, a, r: said.append(("earlier", r)), prepend=True)
    assert layer(1) == 20
    assert said == [("before", (1,)), ("earlier", 2), ("after", (2,), 2)]
    first.remove()
    second.remove()
    earlier.remove()
    earlier.remove()
    assert layer(1) == 1


def test_hooks_with_keywords() -> None:
    class Add(nn.Module):
        def forward(self, a: float, *, b: float) -> float:
            return a + b

    layer = Add()
    layer.register_forward_pre_hook(lambda m, args, kwargs: (args, {"b": kwargs["b"] + 1}), with_kwargs=True)
    layer.register_forward_hook(lambda m, args, kwargs, r: r + kwargs["b"], with_kwargs=True)
    assert layer(1, b=1) == 5


# --- state ---


def test_train_eval_apply_freeze_and_zero_grad() -> None:
    module = net(tg)
    assert all(not m.training for m in module.eval().modules())
    assert all(m.training for m in module.train().modules())
    with pytest.raises(ArgumentError):
        module.train("yes")
    seen: list[Any] = []
    assert module.apply(seen.append) is module and seen[-1] is module and seen[0] is module.block.first
    module.requires_grad_(False)
    assert not any(p.requires_grad for p in module.parameters())
    module.requires_grad_()
    module(tg.ones(2, 3)).sum().backward()
    module.zero_grad(set_to_none=False)
    assert all(not p.grad.array.any() for p in module.parameters())
    module.zero_grad()
    assert all(p.grad is None for p in module.parameters())


def test_state_dict_shares_memory_and_is_detached() -> None:
    layer = nn.Linear(2, 2)
    state = layer.state_dict()
    assert not state["weight"].requires_grad and state["weight"].array is layer.weight.array
    assert layer.state_dict(keep_vars=True)["weight"] is layer.weight


def test_loading_copies_into_the_same_memory() -> None:
    a, b = nn.Linear(2, 3), nn.Linear(2, 3)
    memory = a.weight.array
    assert repr(a.load_state_dict(b.state_dict())) == "<All keys matched successfully>"
    assert a.weight.array is memory and np.array_equal(memory, b.weight.array)
    assert a.weight.array is not b.weight.array and a.weight.requires_grad
    a.load_state_dict({"weight": np.zeros((3, 2)), "bias": [1, 2, 3]})  # float64 and a list: converted
    assert a.weight.dtype == tg.float32 and not a.weight.array.any() and a.bias.tolist() == [1.0, 2.0, 3.0]


def test_one_error_lists_all_that_does_not_fit() -> None:
    layer = nn.Linear(2, 3)
    before = layer.weight.array.copy()
    wrong = {"weight": tg.zeros(3, 5), "wieght": tg.zeros(1)}
    with pytest.raises(StorageError) as caught:
        layer.load_state_dict(wrong)
    text = str(caught.value)
    assert "missing: bias" in text and "unexpected: wieght" in text and "weight (3, 5), (3, 2)" in text
    with pytest.raises(RuntimeError, match="of another shape"):
        layer.load_state_dict(wrong, strict=False)
    keys = layer.load_state_dict({"wieght": tg.zeros(1), "bias": tg.ones(3)}, strict=False)
    assert keys.missing_keys == ["weight"] and keys.unexpected_keys == ["wieght"] and "wieght" in repr(keys)
    assert np.array_equal(layer.weight.array, before) and layer.bias.tolist() == [1.0] * 3
    with pytest.raises(ArgumentError, match="a dict"):
        layer.load_state_dict([tg.zeros(1)])  # type: ignore[arg-type]


def test_loading_between_forward_and_backward_is_noticed() -> None:
    layer = nn.Linear(2, 2)
    result = layer(tg.ones(1, 2, requires_grad=True)).sum()
    layer.load_state_dict(nn.Linear(2, 2).state_dict())
    with pytest.raises(GraphError, match="load_state_dict"):
        result.backward()


def test_deepcopy_is_independent_and_keeps_sharing() -> None:
    module = net(tg)
    twin = copy.deepcopy(module)
    assert twin.block.again is twin.block.first and isinstance(twin.scale, nn.Parameter)
    assert twin.scale is not module.scale and twin.scale.array is not module.scale.array
    assert twin.scale.requires_grad and repr(twin) == repr(module)


# --- dtype and device ---


def test_to_dtype_converts_what_floats_and_keeps_identities() -> None:
    module = nn.Linear(2, 2)
    module.register_buffer("steps", tg.tensor([2**53 + 1]))
    weight, seen = module.weight, []
    weight.register_hook(lambda g: seen.append(g.dtype))
    module(tg.ones(1, 2)).sum().backward()
    assert module.double() is module and module.weight is weight
    assert weight.dtype == tg.float64 and weight.grad.dtype == tg.float64 and weight.requires_grad
    assert module.steps.tolist() == [2**53 + 1] and module.steps.dtype == tg.int64
    module.zero_grad()
    module(tg.ones(1, 2, dtype=tg.float64)).sum().backward()
    assert weight.grad.dtype == tg.float64 and seen == [tg.float32, tg.float64]
    assert module.float().weight.dtype == tg.float32 and module.half().bias.dtype == tg.float16
    assert module.to("cpu").to(tg.ones(1)).to(dtype=tg.float64).bias.dtype == tg.float64
    assert module.cpu() is module


def test_to_refuses_before_anything_has_moved() -> None:
    module = nn.Linear(2, 2)
    with pytest.raises(DTypeError, match="floating"):
        module.to(tg.int64)
    for device in ("cuda:0", "nowhere:1"):
        with pytest.raises((DeviceError, DTypeError)):
            module.to(device, dtype=tg.float64)
    with pytest.raises(DeviceError):
        module.cuda()
    assert module.weight.dtype == tg.float32


def test_converting_between_forward_and_backward_is_noticed() -> None:
    layer = nn.Linear(2, 2)
    result = layer(tg.ones(1, 2, requires_grad=True)).sum()
    layer.double()
    with pytest.raises(GraphError, match=r"Module\.to"):
        result.backward()


# --- parameters ---


def test_a_parameter_shares_memory_and_versions_with_its_data() -> None:
    data = tg.ones(2)
    p = nn.Parameter(data)
    assert p.array is data.array and p.requires_grad and not data.requires_grad and isinstance(p, tg.Tensor)
    loss = (p * p).sum()
    data += 1
    with pytest.raises(GraphError):
        loss.backward()
    assert nn.Parameter([1.0, 2.0]).tolist() == [1.0, 2.0]
    assert not nn.Parameter(tg.ones(1), requires_grad=False).requires_grad
    with pytest.raises(DTypeError):
        nn.Parameter(tg.tensor([1, 2]))


def test_results_are_plain_tensors_and_printing_says_parameter() -> None:
    p = nn.Parameter(tg.tensor([1.0, 2.0]))
    for result in (p * 2, p.detach(), p.data, p[0], p.sum()):
        assert type(result) is tg.Tensor
    assert repr(p) == repr(torch.nn.Parameter(torch.tensor([1.0, 2.0])))
    assert type(copy.deepcopy(p)) is nn.Parameter
