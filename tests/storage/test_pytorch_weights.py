"""Weights travel between PyTorch and here as safetensors files, both ways, by name: layers and whole models."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch

import tinygrad_zh as tg
from tests.nn.layer_table import LAYERS, Case
from tinygrad_zh import nn
from tinygrad_zh.errors import StorageError
from tinygrad_zh.storage import load_file, save_file, strip_prefix

Library = Any  # tinygrad_zh or torch


# --- whole models, written once for both libraries ---


def mlp(lib: Library) -> Any:
    n = lib.nn
    return n.Sequential(n.Linear(6, 5), n.ReLU(), n.Dropout(0.5), n.Linear(5, 4), n.Tanh(), n.Linear(4, 3, bias=False))


def cnn(lib: Library) -> Any:
    n = lib.nn
    return n.Sequential(
        n.Conv2d(2, 4, 3, padding=1), n.BatchNorm2d(4), n.ReLU(), n.MaxPool2d(2), n.Conv2d(4, 4, 3, groups=2),
        n.BatchNorm2d(4, affine=False), n.GroupNorm(2, 4), n.Flatten(), n.Linear(16, 3),
    )  # fmt: skip


def lstm(lib: Library) -> Any:
    class Tagger(lib.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.words = lib.nn.Embedding(9, 4, padding_idx=0)
            self.lstm = lib.nn.LSTM(4, 3, 2, batch_first=True, bidirectional=True, proj_size=2)
            self.tags = lib.nn.Linear(4, 5)
            self.register_buffer("scale", lib.tensor(2.0))
            self.register_buffer("not_saved", lib.tensor(1.0), persistent=False)

        def forward(self, x: Any) -> Any:
            return self.tags(self.lstm(self.words(x))[0]) * self.scale * self.not_saved

    return Tagger()


def encoder(lib: Library) -> Any:
    n = lib.nn
    layer = n.TransformerEncoderLayer(8, 2, 12, batch_first=True, norm_first=True)
    extra = {} if lib is tg else {"enable_nested_tensor": False}
    return n.TransformerEncoder(layer, 2, norm=n.LayerNorm(8), **extra)


def tied(lib: Library) -> Any:
    class Language(lib.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.words, self.out = lib.nn.Embedding(7, 4), lib.nn.Linear(4, 7)
            self.out.weight = self.words.weight

        def forward(self, x: Any) -> Any:
            return self.out(self.words(x))

    return Language()


DRAW = np.random.default_rng(1)
MODELS = {
    "mlp": (mlp, DRAW.normal(size=(3, 6))),
    "cnn": (cnn, DRAW.normal(size=(2, 2, 8, 8))),
    "lstm": (lstm, DRAW.integers(0, 9, (2, 5))),
    "encoder": (encoder, DRAW.normal(size=(2, 5, 8))),
    "tied": (tied, DRAW.integers(0, 7, (2, 5))),
}
SEQUENCE: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("RNN", (4, 3, 2), {"bidirectional": True}), ("RNN", (4, 3), {"nonlinearity": "relu", "bias": False}),
    ("GRU", (4, 3, 2), {"batch_first": True}), ("LSTM", (4, 3, 2), {"proj_size": 2}),
    ("RNNCell", (4, 3), {}), ("GRUCell", (4, 3), {}), ("LSTMCell", (4, 3), {"bias": False}),
    ("MultiheadAttention", (4, 2), {}), ("MultiheadAttention", (4, 2), {"add_bias_kv": True, "kdim": 3}),
    ("TransformerEncoderLayer", (4, 2, 6), {}), ("TransformerDecoderLayer", (4, 2, 6), {"bias": False}),
    ("Transformer", (4, 2, 1, 1, 6), {}), ("AdaptiveLogSoftmaxWithLoss", (8, 12, [3, 7], 2.0), {"head_bias": True}),
]  # fmt: skip


def shuffled(model: Any) -> Any:
    """Give buffers too values that they do not start with."""
    for number, tensor in enumerate(model.state_dict().values()):
        if tensor.dtype == torch.int64:
            tensor.fill_(number + 1)
        else:
            tensor.copy_(torch.rand(tensor.shape, generator=torch.Generator().manual_seed(number)) + 0.1)
    return model


def travel(ours: Any, theirs: Any, folder: Path) -> None:
    """PyTorch -> file -> here, and here -> file -> another PyTorch model: the same names, shapes, dtypes, bits."""
    state = {name: tensor.clone() for name, tensor in shuffled(theirs).state_dict().items()}  # no shared memory
    safetensors.torch.save_file(state, folder / "theirs.safetensors")
    assert repr(ours.load_state_dict(load_file(folder / "theirs.safetensors"))) == "<All keys matched successfully>"
    save_file(ours.state_dict(), folder / "ours.safetensors")
    back = safetensors.torch.load_file(folder / "ours.safetensors")
    assert set(back) == set(state) == set(ours.state_dict())
    for name, tensor in state.items():
        assert back[name].dtype == tensor.dtype and torch.equal(back[name], tensor), name
    theirs.load_state_dict({name: torch.zeros_like(tensor) for name, tensor in state.items()})
    theirs.load_state_dict(back)


@pytest.mark.parametrize("case", LAYERS, ids=str)
def test_the_weights_of_every_layer_travel(case: Case, tmp_path: Path) -> None:
    ours, theirs = (getattr(lib.nn, case.kind)(*case.args, **case.options) for lib in (tg, torch))
    travel(ours.double(), theirs.double(), tmp_path)


@pytest.mark.parametrize(("kind", "args", "options"), SEQUENCE, ids=lambda value: str(value))
def test_the_weights_of_sequence_layers_travel(kind: str, args: Any, options: Any, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "enable_nested_tensor")  # of PyTorch's, about its own fast path
        ours, theirs = (getattr(lib.nn, kind)(*args, **options) for lib in (tg, torch))
    travel(ours, theirs, tmp_path)


@pytest.mark.parametrize("name", MODELS)
def test_whole_models_give_the_same_after_the_journey(name: str, tmp_path: Path) -> None:
    make, x = MODELS[name]
    ours, theirs = make(tg).double(), make(torch).double()
    travel(ours, theirs, tmp_path)
    found, wanted = ours.eval()(tg.tensor(x)), theirs.eval()(torch.tensor(x))
    np.testing.assert_allclose(found.numpy(force=True), wanted.detach().numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_values_take_the_models_dtype(dtype: str, tmp_path: Path) -> None:
    theirs = torch.nn.Linear(3, 2).to(getattr(torch, dtype))
    safetensors.torch.save_file(theirs.state_dict(), tmp_path / "x")
    ours = nn.Linear(3, 2)
    ours.load_state_dict(load_file(tmp_path / "x"))
    assert ours.weight.dtype == tg.float32
    np.testing.assert_array_equal(ours.weight.numpy(force=True), theirs.weight.detach().float().numpy())


# --- what does not fit ---


def another_models_file(folder: Path) -> dict[str, Any]:
    model = torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3), torch.nn.Linear(3, 3))
    safetensors.torch.save_file(model.state_dict(), folder / "x")
    return load_file(folder / "x")


def test_another_models_file_names_everything_that_does_not_fit(tmp_path: Path) -> None:
    ours = mlp(tg)
    before = {name: tensor.numpy().copy() for name, tensor in ours.state_dict().items()}
    state = another_models_file(tmp_path)
    with pytest.raises(StorageError) as caught:
        ours.load_state_dict(state)
    said = str(caught.value)
    assert caught.value.code == "TG-E606" and "Sequential" in said
    assert "missing: 5.weight" in said and "unexpected: 2.bias, 2.weight" in said
    assert "3.weight (3, 3), (4, 5); 3.bias (3,), (4,)" in said
    del state["3.weight"], state["3.bias"]
    with pytest.raises(StorageError):
        ours.load_state_dict(state)
    for name, tensor in ours.state_dict().items():
        np.testing.assert_array_equal(tensor.numpy(), before[name])  # an error changes nothing
    missing, unexpected = ours.load_state_dict(state, strict=False)
    assert (sorted(missing), unexpected) == (["3.bias", "3.weight", "5.weight"], ["2.bias", "2.weight"])
    np.testing.assert_array_equal(ours.state_dict()["0.weight"].numpy(), state["0.weight"])


def test_shapes_must_fit_even_if_not_strict(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        mlp(tg).load_state_dict(another_models_file(tmp_path), strict=False)
    assert caught.value.code == "TG-E606"


@pytest.mark.parametrize("prefix", ["module.", "model.", "a.b."])
@pytest.mark.parametrize("strict", [True, False])
def test_a_prefix_is_named_with_its_remedy(prefix: str, strict: bool, tmp_path: Path) -> None:
    theirs = torch.nn.Linear(3, 2)
    state = {f"{prefix}{name}": tensor for name, tensor in theirs.state_dict().items()}
    safetensors.torch.save_file(state | {"head.weight": torch.ones(1)}, tmp_path / "x")
    ours, found = nn.Linear(3, 2), load_file(tmp_path / "x")
    with pytest.raises(StorageError, match="strip_prefix") as caught:
        ours.load_state_dict(found, strict)
    assert caught.value.code == "TG-E589" and repr(prefix) in str(caught.value)
    answer = ours.load_state_dict(strip_prefix(found, prefix), strict=False)
    assert answer.unexpected_keys == ["head.weight"] and not answer.missing_keys
    np.testing.assert_array_equal(ours.weight.numpy(force=True), theirs.weight.detach().numpy())


def test_a_path_that_ends_alike_is_no_prefix() -> None:
    """A model's own deeper names do not look like a prefix, nor do the numbers of a Sequential."""
    for other in (nn.Sequential(nn.Linear(2, 2)), nn.ModuleDict({"a": nn.Linear(2, 2), "b": nn.Linear(2, 2)})):
        with pytest.raises(StorageError, match=r"TG-E606(.|\n)*unexpected: \w\.weight, \w\.bias"):
            nn.Linear(2, 2).load_state_dict(other.state_dict())
    ours = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Linear(2, 2)))
    assert not ours.load_state_dict(ours.state_dict()).missing_keys
    with pytest.raises(StorageError) as caught:
        nn.Linear(2, 2).load_state_dict({"weight": tg.ones(2, 2), "a.weight": tg.ones(2, 2), "a.bias": tg.ones(2)})
    assert caught.value.code == "TG-E606"
