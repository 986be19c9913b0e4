"""Whether the CPU kernels are used, and what happens where they cannot be."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh.backend import devices
from tinygrad_zh.backend.devices import CPU, LazyKernel, kernels_off, register_kernel
from tinygrad_zh.kernels.cpu import (
    activation,
    attention,
    convolution,
    linear,
    loss,
    pooling,
    recurrent,
    scatter,
    step,
)

KERNELS = {
    "sgd_steps": step.sgd_steps,
    "adam_steps": step.adam_steps,
    "linear": linear.linear,
    "sum_to": linear.sum_to,
    "relu": activation.relu,
    "relu_pullback": activation.relu_pullback,
    "attention": attention.attention,
    "attention_dropout": attention.attention,
    "attention_pullback": attention.attention_pullback,
    **{name: getattr(recurrent, name) for name in ("rnn", "gru", "lstm")},
    **{f"{name}_pullback": getattr(recurrent, f"{name}_pullback") for name in ("rnn", "gru", "lstm")},
    "cross_entropy": loss.cross_entropy,
    "cross_entropy_pullback": loss.cross_entropy_pullback,
    "convolution": convolution.convolution,
    "convolution_transpose": convolution.convolution_transpose,
    "convolution_weight": convolution.convolution_weight,
    "max_pool": pooling.max_pool,
    "max_pool_positions": pooling.max_pool_positions,
    "window_sum": pooling.window_sum,
    "window_spread": pooling.window_spread,
    "scatter_sum": scatter.scatter_sum,
}


@pytest.fixture
def table() -> Iterator[dict[str, Any]]:
    """The table of kernels, none of them loaded yet, put back after the test."""
    before = dict(CPU.kernels)
    for name, kernel in KERNELS.items():
        register_kernel(CPU, name, f"{kernel.__module__}:{kernel.__name__}")
    yield CPU.kernels
    CPU.kernels.clear()
    CPU.kernels.update(before)


def train_a_little() -> list[Any]:
    generator = np.random.default_rng(0)
    w = tg.tensor(generator.standard_normal((4, 3)).astype(np.float32), requires_grad=True)
    b = tg.zeros(3, requires_grad=True)
    x = tg.tensor(generator.standard_normal((8, 4)).astype(np.float32))
    sgd, adam = tg.optim.SGD([w, b], lr=0.1, momentum=0.9), tg.optim.Adam([w, b], lr=0.01)
    losses = []
    for optimizer in (sgd, adam, sgd):
        value = tg.nn.functional.cross_entropy(tg.relu(tg.nn.functional.linear(x, w.T, b)), tg.tensor(np.arange(8) % 3))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
    heads = tg.tensor(generator.standard_normal((2, 40, 64)).astype(np.float32), requires_grad=True)
    tg.manual_seed(0)
    for p in (0.0, 0.5):
        value = tg.nn.functional.scaled_dot_product_attention(heads, heads, heads, dropout_p=p).square().sum()
        value.backward()
        losses += [value.item(), heads.grad.abs().sum().item()]
    for layer in (tg.nn.RNN(64, 8), tg.nn.GRU(64, 8), tg.nn.LSTM(64, 8)):
        value = layer(heads)[0].square().sum()
        value.backward()
        losses += [value.item(), heads.grad.abs().sum().item()]
    return [*losses, w.tolist(), convolve_a_little(generator)]


def convolve_a_little(generator: np.random.Generator) -> Any:
    """Return a gradient that has gone through convolutions and poolings."""
    F = tg.nn.functional
    image = tg.tensor(generator.standard_normal((2, 3, 9, 9)).astype(np.float32), requires_grad=True)
    kernel = tg.tensor(generator.standard_normal((4, 3, 3, 3)).astype(np.float32), requires_grad=True)
    y = F.avg_pool2d(F.max_pool2d(F.conv2d(image, kernel, padding=1), 2), 2)
    (y.sum() + F.max_pool2d(image, 3, return_indices=True)[0].sum()).backward()
    return [*image.grad.reshape(-1).tolist(), *kernel.grad.reshape(-1).tolist()]


def test_the_kernels_are_used(table: dict[str, Any]) -> None:
    assert all(isinstance(table[name], LazyKernel) for name in KERNELS)
    train_a_little()
    assert {name: table[name] for name in KERNELS} == KERNELS


def test_training_is_the_same_without_them(table: dict[str, Any]) -> None:
    *with_kernels, w, convolved = train_a_little()
    with kernels_off():
        assert not table
        *without, w_without, convolved_without = train_a_little()
    assert table.keys() >= KERNELS.keys()
    np.testing.assert_allclose(with_kernels, without, rtol=1e-5)
    np.testing.assert_allclose(w, w_without, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(convolved, convolved_without, rtol=1e-4, atol=1e-5)


def test_the_kernels_come_back_after_an_error(table: dict[str, Any]) -> None:
    before = dict(table)
    with pytest.raises(ZeroDivisionError), kernels_off():
        raise ZeroDivisionError
    assert table == before


def test_without_numba_the_formula_is_used(table: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)  # what an import of it then raises is ImportError
    for name in [n for n in sys.modules if n.startswith("tinygrad_zh.kernels.cpu.")]:
        monkeypatch.delitem(sys.modules, name)
    table.clear()
    register_kernel(CPU, "sgd_steps", "tinygrad_zh.kernels.cpu.step:sgd_steps", optional=True)
    train_a_little()
    assert "sgd_steps" not in table


def test_a_kernel_that_is_not_optional_has_to_be_there(table: dict[str, Any]) -> None:
    register_kernel(CPU, "sgd_steps", "no.such.module:sgd_steps")
    with pytest.raises(ImportError):
        devices.CPU.kernels["sgd_steps"](np)
    assert isinstance(table["sgd_steps"], LazyKernel)


@pytest.mark.parametrize(("setting", "registered"), [("0", False), ("1", True)])
def test_importing_leaves_numba_alone_and_a_setting_switches_kernels_off(setting: str, registered: bool) -> None:
    program = (
        "import sys, tinygrad_zh; from tinygrad_zh.backend.devices import CPU\n"
        "print('numba' in sys.modules, sorted(CPU.kernels))"
    )
    environment = {**os.environ, "TINYGRAD_ZH_KERNELS": setting}
    printed = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert printed.strip() == f"False {sorted(CPU.kernels) if registered else []}"
