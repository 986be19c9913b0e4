"""nn.utils, backward hooks, containers of parameters and the summary, beside PyTorch's."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import tinygrad_zh as tg
from tinygrad_zh import nn
from tinygrad_zh.errors import ArgumentError, GraphError, ShapeError, UnknownNameError


def close(a: Any, b: Any, rtol: float = 1e-10) -> None:
    np.testing.assert_allclose(a.numpy(force=True), b.detach().numpy(), rtol=rtol, atol=1e-12)


def twins(make: Any) -> tuple[Any, Any]:
    """One model in both libraries, with the same values."""
    ours, theirs = make(tg.nn).double(), make(torch.nn).double()
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def swept(model: Any, lib: Any, x: Any) -> Any:
    t = lib.tensor(x, requires_grad=True)
    (model(t) ** 2).sum().backward()
    return t.grad


# --- clipping ---


@pytest.mark.parametrize("norm_type", [2.0, 1.0, 3.0, float("inf")])
@pytest.mark.parametrize("max_norm", [0.5, 1e6])
def test_clipping_the_norm(norm_type: float, max_norm: float) -> None:
    ours, theirs = twins(lambda lib: lib.Sequential(lib.Linear(3, 4), lib.Tanh(), lib.Linear(4, 2)))
    x = np.random.default_rng(0).normal(size=(5, 3))
    swept(ours, tg, x)
    swept(theirs, torch, x)
    ours[0].bias.grad = theirs[0].bias.grad = None
    before = [p.grad for p in ours.parameters()]
    a = nn.utils.clip_grad_norm_(ours.parameters(), max_norm, norm_type)
    close(a, torch.nn.utils.clip_grad_norm_(theirs.parameters(), max_norm, norm_type))
    for p, q, grad in zip(ours.parameters(), theirs.parameters(), before, strict=True):
        assert p.grad is grad and (grad is None) == (q.grad is None)
        if grad is not None:
            close(grad, q.grad)
    nn.utils.clip_grad_value_(ours.parameters(), 0.01)
    torch.nn.utils.clip_grad_value_(theirs.parameters(), 0.01)
    close(ours[2].weight.grad, theirs[2].weight.grad)
    close(
        nn.utils.get_total_norm([tg.ones(2, 2)], norm_type),
        torch.nn.utils.get_total_norm([torch.ones(2, 2)], norm_type),
    )


def test_clipping_at_the_edges() -> None:
    w = nn.Parameter(tg.ones(2))
    assert nn.utils.clip_grad_norm_(w, 1.0).item() == 0.0  # nothing to clip
    w.grad = tg.tensor([3.0, float("inf")])
    with pytest.raises(GraphError, match="inf"):
        nn.utils.clip_grad_norm_([w], 1.0, error_if_nonfinite=True)
    assert w.grad.tolist() == [3.0, float("inf")]
    w.grad = tg.tensor([3.0, 4.0])
    assert nn.utils.clip_grad_norm_((p for p in [w]), 1.0).item() == 5.0  # an iterator is used once
    np.testing.assert_allclose(w.grad.array, [0.6, 0.8], rtol=1e-5)


def test_vectors_of_parameters() -> None:
    ours, theirs = twins(lambda lib: lib.Linear(3, 2))
    vector = nn.utils.parameters_to_vector(ours.parameters())
    close(vector, torch.nn.utils.parameters_to_vector(theirs.parameters()))
    vector.sum().backward()
    assert ours.weight.grad.tolist() == [[1.0] * 3] * 2
    nn.utils.vector_to_parameters(tg.arange(8.0), ours.parameters())
    assert ours.weight.tolist() == [[0, 1, 2], [3, 4, 5]] and ours.bias.tolist() == [6, 7] and ours.weight.is_leaf
    for wrong in (tg.ones(7), tg.ones(9), tg.ones(2, 4)):
        with pytest.raises(ShapeError, match="8"):
            nn.utils.vector_to_parameters(wrong, ours.parameters())


# --- weights computed from others ---


@pytest.mark.parametrize("dim", [0, 1, -1, None])
def test_weight_norm(dim: int | None) -> None:
    with pytest.warns(FutureWarning):
        ours, theirs = (lib.nn.utils.weight_norm(lib.nn.Conv1d(3, 4, 2).double(), dim=dim) for lib in (tg, torch))
    ours.load_state_dict(theirs.state_dict())
    assert [(n, p.shape) for n, p in ours.named_parameters()] == [(n, p.shape) for n, p in theirs.named_parameters()]
    x = np.random.default_rng(0).normal(size=(2, 3, 5))
    close(swept(ours, tg, x), swept(theirs, torch, x))
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        close(p.grad, q.grad)
    with pytest.raises(UnknownNameError, match="already"):
        nn.utils.weight_norm(ours)
    before = ours(tg.tensor(x))
    nn.utils.remove_weight_norm(ours)
    torch.nn.utils.remove_weight_norm(theirs)
    assert [n for n, _ in ours.named_parameters()] == [n for n, _ in theirs.named_parameters()]
    close(ours(tg.tensor(x)), before)
    with pytest.raises(UnknownNameError, match="none"):
        nn.utils.remove_weight_norm(ours)


@pytest.mark.parametrize("kind", ["Linear", "ConvTranspose1d"])
def test_spectral_norm(kind: str) -> None:
    sizes = (3, 4) if kind == "Linear" else (3, 4, 2)
    ours, theirs = (
        lib.nn.utils.spectral_norm(getattr(lib.nn, kind)(*sizes).double(), n_power_iterations=2) for lib in (tg, torch)
    )
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    x = np.random.default_rng(0).normal(size=(2, 3) if kind == "Linear" else (2, 3, 5))
    for mode in (True, True, False):
        ours.train(mode)
        theirs.train(mode)
        close(swept(ours, tg, x), swept(theirs, torch, x))
        close(ours.weight_u, theirs.weight_u)
        close(ours.weight_orig.grad, theirs.weight_orig.grad)
    nn.utils.remove_spectral_norm(ours)
    assert sorted(ours.state_dict()) == ["bias", "weight"]
    with pytest.raises(ArgumentError):
        nn.utils.spectral_norm(ours, n_power_iterations=0)


@pytest.mark.parametrize("kind", ["Conv2d", "ConvTranspose2d", "Linear"])
@pytest.mark.parametrize("affine", [True, False])
def test_fusion_with_batch_norm(kind: str, affine: bool) -> None:
    tg.manual_seed(0)
    layer = nn.Linear(3, 4, bias=affine) if kind == "Linear" else getattr(nn, kind)(3, 4, 2, bias=affine)
    norm = nn.BatchNorm1d(4, affine=affine) if kind == "Linear" else nn.BatchNorm2d(4, affine=affine)
    if affine:
        nn.init.normal_(norm.weight)
        nn.init.normal_(norm.bias)
    x = tg.randn(5, 3) if kind == "Linear" else tg.randn(5, 3, 4, 4)
    for _ in range(3):
        norm(layer(x))
    with pytest.raises(ArgumentError, match="training"):
        nn.utils.fuse_conv_bn_eval(layer, norm)
    layer.eval()
    norm.eval()
    if kind == "Linear":
        fused = nn.utils.fuse_linear_bn_eval(layer, norm)
    else:
        fused = nn.utils.fuse_conv_bn_eval(layer, norm, transpose=kind == "ConvTranspose2d")
    np.testing.assert_allclose(fused(x).numpy(force=True), norm(layer(x)).numpy(force=True), rtol=1e-4, atol=1e-5)
    assert fused is not layer and isinstance(fused.weight, nn.Parameter)


@pytest.mark.parametrize("affine", [True, False])
def test_fused_weights_are_pytorchs(affine: bool) -> None:
    draw = np.random.default_rng(0)
    bias, mean, scale, shift = (draw.normal(size=4) for _ in range(4))
    variance = draw.uniform(0.5, 2, 4)
    for name, shape, more in (
        ("fuse_conv_bn_weights", (4, 3, 2), (False,)),
        ("fuse_conv_bn_weights", (3, 4, 2), (True,)),
        ("fuse_linear_bn_weights", (4, 3), ()),
    ):
        weight, found = draw.normal(size=shape), []
        for lib in (tg, torch):
            t = lib.tensor
            # PyTorch's for Linear needs all of them.
            b, g, h = (t(x) if affine or "linear" in name else None for x in (bias, scale, shift))
            found.append(getattr(lib.nn.utils, name)(t(weight), b, t(mean), t(variance), 1e-3, g, h, *more))
        for mine, other in zip(*found, strict=True):
            close(mine, other)


def test_clipping_with_a_norm_that_is_known() -> None:
    for total in (10.0, 0.1):
        p, q = nn.Parameter(tg.ones(3)), torch.nn.Parameter(torch.ones(3))
        p.grad, q.grad = tg.ones(3), torch.ones(3)
        nn.utils.clip_grads_with_norm_([p], 2.0, tg.tensor(total))
        torch.nn.utils.clip_grads_with_norm_([q], 2.0, torch.tensor(total))
        assert p.grad.tolist() == q.grad.tolist()


@pytest.mark.filterwarnings("ignore:`torch.nn.utils.stateless.functional_call` is deprecated")
def test_stateless_functional_call() -> None:
    for lib in (tg, torch):
        layer = lib.nn.Linear(2, 1)
        given = {"weight": lib.ones(1, 2), "bias": lib.zeros(1)}
        for args, kwargs in (((lib.ones(3, 2),), None), (lib.ones(3, 2), None), ((), {"input": lib.ones(3, 2)})):
            y = lib.nn.utils.stateless.functional_call(layer, given, args, kwargs, tie_weights=True, strict=True)
            assert y.tolist() == [[2.0]] * 3
        with pytest.raises((ArgumentError, RuntimeError)):
            lib.nn.utils.stateless.functional_call(layer, {"weight": lib.ones(1, 2)}, lib.ones(3, 2), strict=True)


# --- backward hooks ---


@pytest.mark.filterwarnings("ignore:Full backward hook:UserWarning")  # of PyTorch's, when no input has a gradient
def test_full_backward_hooks_see_and_replace_what_pytorchs_do() -> None:
    def run(lib: Any, model: Any, x: Any) -> list[Any]:
        seen: list[Any] = []

        def note(name: str, *groups: Any) -> None:
            seen.append((name, [[None if g is None else np.array(g.tolist()) for g in group] for group in groups]))

        def full(module: Any, grad_input: Any, grad_output: Any) -> Any:
            note(type(module).__name__, grad_input, grad_output)
            return tuple(None if g is None else g * 2 for g in grad_input)

        def before(module: Any, grad_output: Any) -> Any:
            note("pre", grad_output)
            return (grad_output[0] * 3,)

        handles = [model[1].register_full_backward_hook(full), model[2].register_full_backward_pre_hook(before)]
        t = lib.tensor(x, requires_grad=True)
        (model(t) ** 2).sum().backward()
        seen.append(("input", [[np.array(t.grad.tolist())]]))
        handles.append(model[0].register_full_backward_hook(lambda m, i, o: note("first", i, o)))
        (model(lib.tensor(x)) ** 2).sum().backward()  # the first layer's input has no gradient
        for handle in handles:
            handle.remove()
        (model(lib.tensor(x)) ** 2).sum().backward()
        return seen

    ours, theirs = twins(lambda lib: lib.Sequential(lib.Linear(3, 4), lib.Tanh(), lib.Linear(4, 2)))
    x = np.random.default_rng(0).normal(size=(2, 3))
    a, b = run(tg, ours, x), run(torch, theirs, x)
    assert [name for name, _ in a] == [name for name, _ in b]
    for (_, mine), (_, others) in zip(a, b, strict=True):
        for m, o in zip(mine, others, strict=True):
            for p, q in zip(m, o, strict=True):
                assert (p is None) == (q is None)
                if p is not None:
                    np.testing.assert_allclose(p, q, rtol=1e-12)


def test_backward_hooks_of_several_inputs_and_results() -> None:
    """An input that the loss does not depend on has the gradient None here and zeros in PyTorch."""

    def run(lib: Any) -> Any:
        class Two(lib.nn.Module):  # type: ignore[misc, name-defined]
            def forward(self, a: Any, factor: float, b: Any) -> Any:
                return a * factor, "text", a * b

        module, seen = Two(), []
        module.register_full_backward_hook(
            lambda m, i, o: seen.append([None if g is None or not any(g.tolist()) else g.tolist() for g in (*i, *o)])
        )
        a, b = (lib.tensor(values, requires_grad=True) for values in ([1.0, 2.0], [3.0, 4.0]))
        first, _, second = module(a, 2.0, b)
        second.sum().backward(retain_graph=True)  # the first result is not used
        (module(a, 2.0, b)[0] * first).sum().backward()
        return seen, a.grad.tolist()

    assert run(tg) == run(torch)


def test_bad_backward_hooks() -> None:
    layer = nn.Tanh()
    handle = layer.register_full_backward_hook(lambda m, i, o: (i[0], i[0]))
    with pytest.raises(ArgumentError, match="hook"):
        layer(tg.ones(2, requires_grad=True)).sum().backward()
    handle.remove()

    writing: Any = nn.ReLU(inplace=True)
    writing.register_full_backward_hook(lambda m, i, o: None)
    with pytest.raises(GraphError, match="TG-E616"):
        writing(tg.ones(2, requires_grad=True) * 1)

    class Leaky(nn.Module):
        def forward(self, x: Any) -> Any:
            self.inside = x * 2
            return x * 3

    leaky = Leaky()
    leaky.register_full_backward_hook(lambda m, i, o: None)
    leaky(tg.ones(2, requires_grad=True))
    with pytest.raises(GraphError, match="TG-E610"):
        leaky.inside.sum().backward()


# --- containers of parameters ---


def test_parameter_containers() -> None:
    for lib in (tg, torch):
        listed = lib.nn.ParameterList([lib.ones(2), lib.nn.Parameter(lib.zeros(1))])
        listed.append(lib.ones(3))
        listed += [lib.ones(1)]
        listed[0] = lib.nn.Parameter(lib.zeros(2))
        assert [n for n, _ in listed.named_parameters()] == ["0", "1", "2", "3"] and len(listed) == 4
        assert listed[-1].shape == (1,) and [len(p) for p in listed[1:3]] == [1, 3]
        assert isinstance(listed[2], lib.nn.Parameter) and [p.requires_grad for p in listed] == [True] * 4
        named = lib.nn.ParameterDict({"a": lib.ones(2)})
        named["b"] = lib.nn.Parameter(lib.zeros(1))
        named.update({"c": lib.ones(1)})
        assert list(named) == list(named.keys()) == ["a", "b", "c"] and "b" in named and named.get("x") is None
        assert named.pop("a").tolist() == [1.0, 1.0] and len(list(named.values())) == 2 == len(dict(named.items()))
        del named["b"]
        assert named.setdefault("c").tolist() == [1.0] and named.setdefault("d", lib.zeros(2)).tolist() == [0.0, 0.0]
        copied, joined = named.copy(), named | lib.nn.ParameterDict({"e": lib.ones(1)})
        assert list(reversed(joined)) == ["e", "d", "c"] and copied["c"] is named["c"] is joined["c"]
        assert list(named.fromkeys(["x", "y"], lib.nn.Parameter(lib.ones(1)))) == ["x", "y"]
        joined |= lib.nn.ParameterDict({"f": lib.ones(1)})
        assert joined.popitem()[0] == "f" and len(joined) == 3
        assert all(isinstance(kept, lib.nn.Parameter) for kept in joined.values())
        named.clear()
        assert len(named) == 0 and not list(named.parameters())
    assert (
        repr(nn.ParameterList([tg.ones(2, 3)]))
        == "ParameterList(\n  (0): Parameter containing: [float32 of size 2x3]\n)"
    )
    with pytest.raises(Exception, match="TG-E"):
        nn.ParameterList([3])
    with pytest.raises(Exception, match="TG-E"):
        nn.ParameterList()[0]
    with pytest.raises(UnknownNameError):
        nn.ParameterDict()["a"]


# --- copies and the summary ---


def test_layers_can_be_copied() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.LayerNorm(8), nn.PReLU())
    x = tg.randn(3, 1, 4, 4)
    expected = model.eval()(x).tolist()
    made = copy.deepcopy(model)
    assert made(x).tolist() == expected and repr(made) == repr(model)
    assert made.get_submodule("1") is not model[1] and made.get_buffer("1.running_mean").tolist() == [0.0, 0.0]
    assert made.get_parameter("0.weight") is made[0].weight


SUMMARY = """\
Layer              Output shape  Parameters  Bytes  FLOPs
---------------------------------------------------------
Sequential         (2, 5)                 0      0      0
  (0): Conv2d      (2, 2, 3, 3)          20     80    648
  (1): Sequential  (2, 2, 3, 3)           0      0      0
    (0): ReLU      (2, 2, 3, 3)           0      0      0
  (2): Flatten     (2, 18)                0      0      0
  (3): Linear      (2, 5)                95    380    360
---------------------------------------------------------
115 parameters (95 trainable), 460 bytes, 1,008 FLOPs"""


def test_summary() -> None:
    layers = nn.Conv2d(1, 2, 3), nn.Sequential(nn.ReLU()), nn.Flatten(), nn.Linear(18, 5)
    model = nn.Sequential(*layers)
    model[0].requires_grad_(False)
    model[1].eval()
    table = nn.summary(model, (2, 1, 5, 5))
    assert str(table) == SUMMARY == repr(nn.summary(model, tg.ones(2, 1, 5, 5)))
    assert (table.parameters, table.trainable, table.bytes, table.flops) == (115, 95, 460, 1008)
    assert model.training and not model[1].training and not model[0]._forward_hooks
    with pytest.raises(ShapeError):
        nn.summary(model, (2, 3, 5, 5))
    assert not model[0]._forward_hooks and not model[0]._forward_pre_hooks and model.training


def test_summary_counts_shared_layers_once_and_every_product() -> None:
    shared = nn.Linear(4, 4)
    table = nn.summary(nn.Sequential(shared, shared, nn.BatchNorm1d(4)), (3, 4))
    assert table.parameters == 28 and table.flops == 2 * 2 * 3 * 16
    assert [line.parameters for line in table.lines] == [0, 20, 0, 8] and table.bytes == 4 * 28 + 4 * 8 + 8
    one = nn.summary(nn.ConvTranspose1d(2, 4, 3, groups=2), (5, 2, 7))
    assert one.flops == 2 * 5 * 2 * 7 * 2 * 3
    assert nn.summary(nn.Bilinear(2, 3, 4), (5, 2), (5, 3)).flops == 2 * 5 * (2 * 12 + 3 * 4)  # first x₁W, then x₂
    assert nn.summary(nn.MaxPool1d(2, return_indices=True), (1, 1, 4)).lines[0].shape == "(1, 1, 2), (1, 1, 2)"


PRODUCTS: list[tuple[Any, list[tuple[int, ...]]]] = [
    (lambda n: n.Linear(4, 3), [(2, 4)]),
    (lambda n: n.Conv2d(4, 6, 3, groups=2, stride=2), [(2, 4, 9, 9)]),
    (lambda n: n.ConvTranspose2d(4, 6, 3, stride=2), [(2, 4, 5, 5)]),
    (lambda n: n.MultiheadAttention(8, 2, batch_first=True), [(2, 5, 8), (2, 7, 8), (2, 7, 8)]),
    (lambda n: n.TransformerEncoderLayer(8, 2, 16, batch_first=True), [(2, 5, 8)]),
    (lambda n: n.GRU(3, 4), [(5, 2, 3)]),
    (lambda n: n.RNN(3, 4), [(5, 2, 3)]),
    (lambda n: n.LSTM(3, 4, proj_size=2), [(5, 2, 3)]),
    (lambda n: n.LSTMCell(3, 4), [(5, 3)]),
]


@pytest.mark.filterwarnings("ignore")  # of PyTorch's, about its kernels
@pytest.mark.parametrize(("make", "shapes"), PRODUCTS, ids=[type(make(nn)).__name__ for make, _ in PRODUCTS])
def test_summary_counts_what_pytorch_counts(make: Any, shapes: list[tuple[int, ...]]) -> None:
    theirs = make(torch.nn)
    with FlopCounterMode(display=False) as counter:
        theirs(*[torch.zeros(shape) for shape in shapes])
    ours = make(nn)
    table = nn.summary(ours, *shapes)
    assert table.flops == counter.get_total_flops() > 0
    assert sum(line.parameters for line in table.lines) == table.parameters == sum(p.numel() for p in ours.parameters())
    assert sum(line.bytes for line in table.lines) == table.bytes
