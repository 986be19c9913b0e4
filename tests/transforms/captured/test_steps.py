"""Captured = eager for whole training steps, on batches that change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tests.ops.libraries import close
from tinygrad_zh import nn, optim
from tinygrad_zh.nn import functional as F

STEPS, BATCH = 8, 6


class Convolutional(nn.Module):
    """A convolution, running statistics, dropout."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm, self.drop = nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.Dropout(0.3)
        self.pool, self.out = nn.MaxPool2d(2), nn.Linear(36, 3)

    def forward(self, x: Any) -> Any:
        x = self.pool(F.gelu(self.norm(self.conv(x.reshape(-1, 1, 6, 6)))))
        return self.out(self.drop(x.flatten(1)))


class Recurrent(nn.Module):
    """An LSTM over rows."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm, self.out = nn.LSTM(6, 5, 2, batch_first=True, dropout=0.2), nn.Linear(5, 3)

    def forward(self, x: Any) -> Any:
        return self.out(self.lstm(x.reshape(-1, 6, 6))[0][:, -1])


class Attentive(nn.Module):
    """A layer of a Transformer with a mask, over the same rows."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(6, 2, 12, dropout=0.1, batch_first=True)
        self.out = nn.Linear(6, 3)

    def forward(self, x: Any) -> Any:
        x = x.reshape(-1, 6, 6)
        return self.out(self.layer(x, src_mask=nn.Transformer.generate_square_subsequent_mask(6)).mean(1))


def perceptron() -> nn.Module:
    return nn.Sequential(nn.Linear(36, 8), nn.ReLU(), nn.LayerNorm(8), nn.Tanh(), nn.Linear(8, 3))


MODELS: dict[str, Callable[[], nn.Module]] = {
    "perceptron": perceptron,
    "convolutional": Convolutional,
    "recurrent": Recurrent,
    "attentive": Attentive,
}
OPTIMIZERS: dict[str, Callable[[Any], Any]] = {
    "sgd": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "adam": lambda p: optim.Adam(p, lr=0.01, amsgrad=True),
    "adamw": lambda p: optim.AdamW(p, lr=0.01, weight_decay=0.1),
    "rmsprop": lambda p: optim.RMSprop(p, lr=0.01, centered=True),
    "adagrad": lambda p: optim.Adagrad(p, lr=0.1),
    "nadam": lambda p: optim.NAdam(p, lr=0.01),
    "rprop": lambda p: optim.Rprop(p),
}


def batches(seed: int = 0) -> list[tuple[Any, Any]]:
    rng = np.random.default_rng(seed)
    return [
        (tg.tensor(rng.normal(size=(BATCH, 36)).astype(np.float32)), tg.tensor(rng.integers(0, 3, BATCH)))
        for _ in range(STEPS)
    ]


def trained(
    make: Callable[[], nn.Module], choose: Callable[[Any], Any], captured: bool, clip: bool = False
) -> tuple[list[float], dict[str, Any], list[Any], int]:
    """Train for some steps with a schedule outside; return losses, state, last gradients, captures."""
    tg.manual_seed(1)
    model, loss = make(), nn.CrossEntropyLoss(label_smoothing=0.1)
    optimizer = choose(model.parameters())
    schedule = optim.lr_scheduler.ExponentialLR(optimizer, 0.9)

    def step(inputs: Any, labels: Any) -> Any:
        optimizer.zero_grad()
        distance = loss(model(inputs), labels)
        distance.backward()
        if clip:
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        return distance

    run = tg.jit(step) if captured else step
    losses = []
    for inputs, labels in batches():
        losses.append(run(inputs, labels).item())
        schedule.step()
    gradients = [p.grad for p in model.parameters()]
    return losses, model.state_dict(), gradients, run.captures if isinstance(run, type(tg.jit(step))) else 0


def same(make: Callable[[], nn.Module], choose: Callable[[Any], Any], clip: bool = False) -> None:
    losses, state, gradients, _ = trained(make, choose, captured=False, clip=clip)
    found, found_state, found_gradients, captures = trained(make, choose, captured=True, clip=clip)
    assert captures == 1
    np.testing.assert_allclose(found, losses, rtol=1e-5)
    for name, expected in state.items():
        np.testing.assert_allclose(found_state[name].array, expected.array, rtol=1e-4, atol=1e-6, err_msg=name)
    for g, expected in zip(found_gradients, gradients, strict=True):
        np.testing.assert_allclose(g.array, expected.array, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_every_model(model: str) -> None:
    same(MODELS[model], OPTIMIZERS["sgd"])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(optimizer: str) -> None:
    same(perceptron, OPTIMIZERS[optimizer])


def test_clipped_gradients() -> None:
    same(perceptron, OPTIMIZERS["adam"], clip=True)


def test_gradients_add_up_where_nobody_clears_them() -> None:
    def accumulated(captured: bool) -> list[Any]:
        tg.manual_seed(0)
        layer = nn.Linear(36, 2)

        def step(x: Any) -> Any:
            distance = (layer(x) ** 2).mean()
            distance.backward()
            return distance

        run = tg.jit(step) if captured else step
        for x, _ in batches():
            run(x)
        return [layer.weight.grad, layer.bias.grad]

    for g, expected in zip(accumulated(True), accumulated(False), strict=True):
        close(g, expected, 1e-5)


def test_two_networks_against_each_other() -> None:
    def played(captured: bool) -> list[Any]:
        tg.manual_seed(0)
        maker, judge = nn.Linear(4, 36), nn.Sequential(nn.Linear(36, 8), nn.ReLU(), nn.Linear(8, 1))
        makes, judges = optim.Adam(maker.parameters(), lr=0.01), optim.Adam(judge.parameters(), lr=0.01)
        loss = nn.BCEWithLogitsLoss()

        def step(real: Any) -> Any:
            false = maker(tg.randn(BATCH, 4))
            judges.zero_grad()
            judged = loss(judge(real), tg.ones(BATCH, 1)) + loss(judge(false.detach()), tg.zeros(BATCH, 1))
            judged.backward()
            judges.step()
            makes.zero_grad()
            made = loss(judge(false), tg.ones(BATCH, 1))
            made.backward()
            makes.step()
            return judged, made

        run = tg.jit(step) if captured else step
        found = [run(x) for x, _ in batches()]
        return [y.item() for pair in found for y in pair]

    np.testing.assert_allclose(played(True), played(False), rtol=1e-4)


def test_random_numbers_go_on() -> None:
    draw = tg.jit(lambda x: x + tg.rand(3))
    tg.manual_seed(5)
    zeros = tg.zeros(3)
    found = [draw(zeros).tolist() for _ in range(3)]
    tg.manual_seed(5)
    assert found == [tg.rand(3).tolist() for _ in range(3)]
    assert draw.captures == 1


def test_results_are_not_overwritten_by_the_next_call() -> None:
    double = tg.jit(lambda x: (x.exp() * 2, x.exp() + 1))
    first = double(tg.ones(2000))
    kept = [y.tolist() for y in first]
    double(tg.zeros(2000))
    third = double(tg.full((2000,), 2.0))
    double(tg.zeros(2000))
    assert [y.tolist() for y in first] == kept
    close(third[0], (tg.full((2000,), 2.0).exp() * 2))


def test_a_step_without_gradients() -> None:
    model = Convolutional().eval()
    forward = tg.jit(model)
    with tg.no_grad():
        for x, _ in batches():
            close(forward(x), model(x), 1e-5)
    assert forward.captures == 1
