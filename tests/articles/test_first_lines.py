"""What scripts say before they train: names reached through attributes, seeds, switches, older names of types."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tests.house.repository import ROOT
from tinygrad_zh.errors import ArgumentError, DeviceError, TinygradZhError

TYPES = ["BoolTensor", "ByteTensor", "CharTensor", "DoubleTensor", "FloatTensor", "HalfTensor", "IntTensor"]
TYPES += ["LongTensor", "ShortTensor"]

REACHED = [
    "nn.Linear",
    "nn.functional.relu",
    "nn.utils.clip_grad_norm_",
    "nn.utils.rnn.pad_sequence",
    "nn.init.xavier_uniform_",
    "optim.SGD",
    "optim.lr_scheduler.StepLR",
    "optim.swa_utils.AveragedModel",
    "utils.data.DataLoader",
    "utils.data.random_split",
    "utils.checkpoint.checkpoint",
    "autograd.grad",
    "autograd.Function",
    "autograd.functional.jacobian",
    "backends.cudnn.deterministic",
    "backends.mps.is_available",
    "cuda.is_available",
    "cuda.manual_seed_all",
    "save",
    "load",
    "LongTensor",
    "func.vmap",
    "linalg.inv",
    "special.expit",
    "fft.fftfreq",
    "testing.assert_close",
]


def test_everything_is_reached_without_further_import(tmp_path: Path) -> None:
    """Each as the first thing that a program does, so that none lives on another's import."""
    code = f"""
import os
import tinygrad_zh
for path in {REACHED!r}:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        continue
    found = tinygrad_zh
    for part in path.split("."):
        found = getattr(found, part)
    print(path, flush=True)
    os._exit(0)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert run.stdout.split() == REACHED, run.stderr


def test_a_device_by_name_and_index() -> None:
    for library in (tg, torch):
        assert str(library.device("cuda", 0)) == str(library.device("cuda:0")) == "cuda:0"
        assert library.device("cpu", 0).type == "cpu"
        for bad in ({"device": "cuda:0", "index": 0}, {"device": "cuda", "index": -1}, {"device": "gpu", "index": 0}):
            with pytest.raises(RuntimeError):
                library.device(*bad.values())


def test_constants() -> None:
    for name in ("pi", "e", "inf", "nan"):
        assert repr(getattr(tg, name)) == repr(getattr(torch, name))
    assert isinstance(tg.zeros(1).dtype, tg.dtype)


# -- switches of libraries that are not used ------------------------------------------------------------


def test_switches_keep_what_they_are_set_to(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("enabled", "benchmark", "deterministic", "allow_tf32"):
        assert getattr(tg.backends.cudnn, name) == getattr(torch.backends.cudnn, name)
        monkeypatch.setattr(tg.backends.cudnn, name, not getattr(tg.backends.cudnn, name))
        assert getattr(tg.backends.cudnn, name) != getattr(torch.backends.cudnn, name)


def test_what_is_not_there_says_so() -> None:
    assert not tg.backends.cudnn.is_available() and tg.backends.cudnn.version() is None
    assert not tg.backends.mps.is_available() and not tg.backends.mps.is_built()
    with pytest.raises(AttributeError):
        tg.backends.cudnn.determinstic = True


# -- seeds ----------------------------------------------------------------------------------------------


def test_without_a_gpu_its_seed_changes_nothing_and_its_memory_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)  # as if it were not installed, where there is a GPU
    tg.manual_seed(3)
    tg.rand(5)
    state = tg.get_rng_state()
    tg.cuda.manual_seed(4)
    tg.cuda.manual_seed_all(4)
    tg.cuda.empty_cache()
    assert tg.get_rng_state() == state and tg.cuda.device_count() == 0
    with pytest.raises(DeviceError):
        tg.cuda.synchronize()


def test_with_a_gpu_its_seed_is_the_generators_and_cupy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    runtime = SimpleNamespace(getDeviceCount=lambda: 2, deviceSynchronize=lambda: asked.append("synchronize"))
    pool = SimpleNamespace(free_all_blocks=lambda: asked.append("free"))
    cupy = SimpleNamespace(cuda=SimpleNamespace(runtime=runtime), get_default_memory_pool=lambda: pool)
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    tg.manual_seed(3)
    tg.cuda.manual_seed_all(4)
    assert tg.initial_seed() == 4 and tg.cuda.device_count() == 1
    tg.cuda.synchronize()
    tg.cuda.empty_cache()
    assert asked == ["synchronize", "free"]


@pytest.mark.parametrize("seed", [1.5, "3", 2**64, True])
def test_a_bad_seed_is_an_error_with_and_without_a_gpu(seed: Any) -> None:
    with pytest.raises(ArgumentError):
        tg.cuda.manual_seed_all(seed)


# -- LongTensor and its kin -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", TYPES)
def test_a_type_makes_and_recognises_tensors_as_in_pytorch(name: str) -> None:
    made = []
    for library in (tg, torch):
        kind = getattr(library, name)
        a, b, c = kind([[1, 0], [1, 1]]), kind(2, 3), kind(np.array([1.0, 0.0]))
        converted = library.tensor([1.7, 0.0]).type(kind)
        assert isinstance(a, kind) and isinstance(converted, kind) and not isinstance(3, kind)
        made.append([(x.tolist(), tuple(x.shape), x.type()) for x in (a, c, converted, kind(), kind(a))])
        made[-1].append((tuple(b.shape), b.type()))
        made[-1].append([isinstance(a, getattr(library, other)) for other in TYPES])
    assert made[0] == made[1]


@pytest.mark.parametrize(
    "make",
    [
        lambda: tg.LongTensor([1], [2]),
        lambda: tg.LongTensor(-1),
        lambda: tg.LongTensor(tg.tensor([1.5])),
        lambda: tg.LongTensor(True),
        lambda: tg.FloatTensor("a"),
    ],
)
def test_what_a_type_cannot_take(make: Any) -> None:
    with pytest.raises(TinygradZhError):
        make()


# -- Variable, only_inputs ------------------------------------------------------------------------------


def test_a_variable_is_a_tensor_with_the_same_memory() -> None:
    for library in (tg, torch):
        data = library.tensor([1.0, 2.0])
        x = library.autograd.Variable(data, requires_grad=True)
        assert isinstance(x, library.Tensor) and x.is_leaf and x.requires_grad and not data.requires_grad
        (x * x).sum().backward()
        assert x.grad.tolist() == [2.0, 4.0] and data.grad is None
        data[0] = 5.0
        assert x.tolist() == [5.0, 2.0]


def test_a_gradient_of_the_inputs_only() -> None:
    x = tg.tensor(3.0, requires_grad=True)
    assert tg.autograd.grad(x * x, x, only_inputs=True)[0].item() == 6.0
    with pytest.raises(ArgumentError, match="only_inputs"):
        tg.autograd.grad(x * x, x, only_inputs=False)
