"""save and load give back what scripts save for PyTorch, without pickle, and refuse everything else by its place."""

from __future__ import annotations

import io
import json
import sys
from collections import Counter, OrderedDict, namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import tinygrad_zh as tg
from tinygrad_zh import nn, optim
from tinygrad_zh.backend import devices
from tinygrad_zh.errors import ArgumentError, DeviceError, DTypeError, StorageError
from tinygrad_zh.storage import load_file, save_checkpoint, save_file
from tinygrad_zh.storage.objects import KEY

DTYPES = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")
plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
tensors = arrays.arrays(
    st.sampled_from(DTYPES), arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
).map(tg.tensor)
keys = plain | st.tuples(plain, plain)
objects = st.recursive(
    plain | tensors,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(keys, inner),
    max_leaves=8,
)


def assert_same(a: Any, b: Any) -> None:
    assert type(a) is type(b)
    if isinstance(a, tg.Tensor):
        assert (a.dtype, a.shape, a.requires_grad) == (b.dtype, b.shape, b.requires_grad)
        np.testing.assert_array_equal(a.numpy(force=True), b.numpy(force=True))
    elif isinstance(a, dict):
        for (key, x), (other, y) in zip(a.items(), b.items(), strict=True):
            assert repr(key) == repr(other)
            assert_same(x, y)
    elif isinstance(a, (list, tuple)):
        for x, y in zip(a, b, strict=True):
            assert_same(x, y)
    else:
        assert repr(a) == repr(b)


@given(obj=objects)
def test_an_object_comes_back_as_it_was(obj: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("laws") / "o.pt"
    tg.save(obj, path)
    assert_same(tg.load(path), obj)


def test_parameters_gradients_and_kinds_of_dict(tmp_path: Path) -> None:
    w = tg.tensor([1.0], requires_grad=True)
    frozen = nn.Parameter(tg.tensor([2.0]), requires_grad=False)
    saved = {"w": w, "y": w * 2, "p": nn.Parameter(w), "f": frozen, "c": Counter("aab"), "o": OrderedDict(a=1)}
    tg.save(saved, tmp_path / "o")
    back = tg.load(tmp_path / "o")
    assert [(type(back[k]).__name__, back[k].requires_grad) for k in "wypf"] == [
        ("Tensor", True),
        ("Tensor", True),
        ("Parameter", True),
        ("Parameter", False),
    ]
    assert back["y"].is_leaf, "the graph is not saved"
    assert back["c"] == Counter("aab") and back["c"]["absent"] == 0
    assert back["o"] == {"a": 1}
    back["f"].add_(1)  # what is loaded can be written
    assert back["f"].tolist() == [3.0]


def test_names_that_meet_are_kept_apart(tmp_path: Path) -> None:
    a, b = tg.tensor(1.0), tg.tensor(2.0)
    odd = {"a.b": a, "a": {"b": b}, "": a, "__metadata__": b, "\ud800": a, 1: a, "1": b, (1, "x"): [a, (b,)]}
    tg.save(odd, tmp_path / "o")
    assert_same(tg.load(tmp_path / "o"), odd)


def test_a_state_dict_is_a_plain_safetensors_file(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    tg.save(model.state_dict(), tmp_path / "model.pth")
    assert set(load_file(tmp_path / "model.pth")) == set(model.state_dict())
    from safetensors.torch import load_file as load_in_torch

    theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    theirs.load_state_dict(load_in_torch(tmp_path / "model.pth"))
    assert theirs[0].weight.tolist() == model[0].weight.tolist()


def test_tensors_that_pytorch_has_saved_as_safetensors(tmp_path: Path) -> None:
    from safetensors.torch import save_file as save_in_torch

    theirs = torch.nn.Linear(2, 3)
    save_in_torch(theirs.state_dict(), tmp_path / "model.safetensors")
    ours = nn.Linear(2, 3)
    ours.load_state_dict(tg.load(tmp_path / "model.safetensors", weights_only=False))
    assert ours.weight.tolist() == theirs.weight.tolist()


@pytest.mark.parametrize("name", ["SGD", "Adam", "Adafactor", "ASGD", "LBFGS", "Rprop", "Muon"])
def test_an_optimizer_goes_on_from_a_file(name: str, tmp_path: Path) -> None:
    def trained(steps: int, resume: bool) -> list[Any]:
        tg.manual_seed(0)
        w = tg.randn(4, 3).requires_grad_()
        optimizer = getattr(optim, name)([w], lr=0.01, **({"momentum": 0.9} if name == "SGD" else {}))
        schedule = optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=9, cycle_momentum=False)
        if resume:
            state = tg.load(tmp_path / "o")
            w.data.copy_(state["w"])
            optimizer.load_state_dict(state["optimizer"])
            schedule.load_state_dict(state["schedule"])

        def closure() -> Any:
            optimizer.zero_grad()
            loss = ((w - 1) ** 4).sum()
            loss.backward()
            return loss

        for _ in range(steps):
            optimizer.step(closure)
            schedule.step()
        state = {"w": w.detach(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}
        if not resume:
            tg.save(state, tmp_path / "o")
        return w.tolist()

    expected = trained(5, False)
    trained(3, False)
    assert trained(2, True) == expected


# -- where the tensors go -------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [None, "cpu", tg.device("cpu"), {"cpu": "cpu"}, {}, lambda tensor, saved: tensor])
def test_map_location(where: Any, tmp_path: Path) -> None:
    tg.save([tg.tensor([1.0])], tmp_path / "o")
    assert str(tg.load(tmp_path / "o", map_location=where)[0].device) == "cpu"


def on_cuda(path: Path) -> None:
    """Write a file as a machine with a GPU does."""
    nesting = {"tensor": "x", "device": "cuda:0"}
    save_file({"x": np.ones(2)}, path, {KEY: json.dumps({"version": 1, "object": nesting})})


def test_a_tensor_of_a_device_that_is_not_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)  # as if it were not installed, where there is a GPU
    monkeypatch.delitem(devices._by_name, "cuda", raising=False)
    on_cuda(tmp_path / "o")
    with pytest.raises(DeviceError):
        tg.load(tmp_path / "o")
    for where in ("cpu", {"cuda:0": "cpu"}, lambda tensor, saved: tensor if saved == "cuda:0" else None):
        assert tg.load(tmp_path / "o", map_location=where).tolist() == [1.0, 1.0]


# -- bad input ------------------------------------------------------------------------------------------

Pair = namedtuple("Pair", "a b")
endless: list[Any] = []
endless.append(endless)


@pytest.mark.parametrize(
    ("obj", "where"),
    [
        (nn.Linear(1, 1), "obj cannot be saved: it is Linear"),
        ({"model": nn.Linear(1, 1)}, "obj['model'] cannot be saved: it is Linear"),
        ({"a": [1, {"b": np.ones(2)}]}, "obj['a'][1]['b'] cannot be saved: it is ndarray"),
        ({"best": np.float64(0.5)}, "obj['best'] cannot be saved: it is float64"),
        ((1, {2}), "obj[1] cannot be saved: it is set"),
        (Pair(1, 2), "obj cannot be saved: it is Pair"),
        ({"f": len}, "obj['f'] cannot be saved: it is builtin_function_or_method"),
        ({b"k": 1}, "obj: key b'k' cannot be saved: it is bytes"),
        ({("k", 1j): 1}, "key 1j cannot be saved: it is complex"),
        ({"d": tg.float32}, "obj['d'] cannot be saved: it is Float32DType"),
        (endless, "holds itself"),
    ],
    ids=str,
)
def test_what_would_need_a_pickle_is_refused_by_its_place(obj: Any, where: str, tmp_path: Path) -> None:
    with pytest.raises(DTypeError) as caught:
        tg.save(obj, tmp_path / "o")
    assert caught.value.code == "TG-E541" and where in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_refused_object_leaves_the_older_file(tmp_path: Path) -> None:
    tg.save([1], tmp_path / "o")
    with pytest.raises(DTypeError):
        tg.save([1, {2}], tmp_path / "o")
    assert tg.load(tmp_path / "o") == [1]


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_of_pytorch_is_refused_and_not_opened(zipped: bool, tmp_path: Path) -> None:
    torch.save({"w": torch.ones(1)}, tmp_path / "o", _use_new_zipfile_serialization=zipped)
    with pytest.raises(StorageError) as caught:
        tg.load(tmp_path / "o")
    assert caught.value.code == "TG-E580"


@pytest.mark.parametrize(
    "metadata",
    [
        "no JSON",
        "[1]",
        "[" * 100_000,
        '{"version": 2, "object": 1}',
        '{"version": 1}',
        '{"version": 1, "object": [1]}',
        '{"version": 1, "object": {}}',
        '{"version": 1, "object": {"tensor": "absent"}}',
        '{"version": 1, "object": {"tensor": ["w"]}}',
        '{"version": 1, "object": {"list": 3}}',
        '{"version": 1, "object": {"dict": [[1]]}}',
        '{"version": 1, "object": {"dict": [[{"list": []}, 1]]}}',
        '{"version": 1, "object": {"Counter": [1, 2]}}',
    ],
    ids=lambda text: text[:50],
)
def test_a_nesting_that_is_none_is_a_clear_error(metadata: str, tmp_path: Path) -> None:
    save_file({"w": np.ones(1)}, tmp_path / "o", {KEY: metadata})
    with pytest.raises(StorageError) as caught:
        tg.load(tmp_path / "o")
    assert caught.value.code == "TG-E542"


def test_a_checkpoint_has_its_own_reader(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "c", {"w": np.ones(1)}, {"epoch": 1})
    with pytest.raises(StorageError, match="save_checkpoint") as caught:
        tg.load(tmp_path / "c")
    assert caught.value.code == "TG-E542"


def test_files_that_are_damaged_or_missing(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        tg.load(tmp_path / "absent")
    assert caught.value.code == "TG-E503"
    tg.save({"w": tg.ones(3)}, tmp_path / "o")
    (tmp_path / "o").write_bytes((tmp_path / "o").read_bytes()[:-1])
    with pytest.raises(StorageError):
        tg.load(tmp_path / "o")


def test_arguments_that_cannot_be(tmp_path: Path) -> None:
    tg.save([tg.ones(1)], tmp_path / "o")
    with pytest.raises(ArgumentError, match="a path, not an open file"):
        tg.save([1], io.BytesIO())
    with pytest.raises(ArgumentError, match="a path, not an open file"):
        tg.load(io.BytesIO())
    with pytest.raises(ArgumentError, match="weights_only"):
        tg.load(tmp_path / "o", weights_only="yes")
    with pytest.raises(ArgumentError, match="map_location"):
        tg.load(tmp_path / "o", map_location=lambda tensor, saved: "cpu")
