"""Whole training steps, captured and eager, over twenty different batches: the same losses, weights and states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import tinygrad_zh as tg
from tinygrad_zh import nn, optim
from tinygrad_zh.optim.swa_utils import AveragedModel

from .compare import classes, compare, drawn, state_of

STEPS = 20
Program = Callable[[], tuple[Callable[..., Any], Callable[[], Any]]]


def perceptron() -> nn.Module:
    return nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 5), nn.Tanh(), nn.Linear(5, 3))


def trained(model: Callable[[], nn.Module], optimizer: Callable[..., Any], **options: Any) -> Program:
    """A step of zero_grad, forward, loss, backward, step."""

    def make() -> Any:
        net, criterion = model(), nn.CrossEntropyLoss()
        opt = optimizer(net.parameters(), **options)

        def step(inputs: Any, labels: Any) -> Any:
            opt.zero_grad()
            loss = criterion(net(inputs), labels)
            loss.backward()
            opt.step()
            return loss

        return step, state_of(net, opt)

    return make


BATCHES = [(drawn(7, 6), classes(3, 7)) for _ in range(STEPS)]
OPTIMIZERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "SGD": (optim.SGD, {"lr": 0.1}),
    "SGD momentum": (optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    "SGD nesterov": (optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    "Adam": (optim.Adam, {"lr": 0.01}),
    "Adam amsgrad": (optim.Adam, {"lr": 0.01, "amsgrad": True, "maximize": True}),
    **{
        name: (getattr(optim, name), {})
        for name in ("AdamW", "NAdam", "RAdam", "Adamax", "Adadelta", "Adagrad", "RMSprop", "Rprop", "ASGD")
    },
    "Adafactor": (optim.Adafactor, {"lr": 0.01}),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_perceptron_with_every_optimiser(name: str) -> None:
    kind, options = OPTIMIZERS[name]
    compare(trained(perceptron, kind, **options), BATCHES)


def test_a_muon_of_matrices() -> None:
    compare(trained(lambda: nn.Linear(6, 3, bias=False), optim.Muon, lr=0.01), BATCHES, rounding=1e-6)


def test_every_optimiser_is_tried() -> None:
    named = {name for name in dir(optim) if isinstance(getattr(optim, name), type)}
    tried = {kind.__name__ for kind, _ in OPTIMIZERS.values()} | {"Muon"}
    assert {n for n in named if issubclass(getattr(optim, n), optim.Optimizer)} - tried <= {
        "Optimizer", "LBFGS", "SparseAdam",
    }  # fmt: skip


def test_a_schedule_outside() -> None:
    opts: list[Any] = []

    def make() -> Any:
        net = perceptron()
        opts.append(opt := optim.AdamW(net.parameters(), lr=0.01))
        schedule = optim.lr_scheduler.CosineAnnealingLR(opt, 10)

        def step(inputs: Any, labels: Any) -> Any:
            opt.zero_grad()
            loss = tg.cross_entropy(net(inputs), labels)
            loss.backward()
            opt.step()
            return loss.detach()

        schedules.append(schedule)
        return step, state_of(net, opt)

    schedules: list[Any] = []
    compare(make, BATCHES, between=lambda i: schedules[-1].step() if i else None)
    assert opts[0].param_groups[0]["lr"] == opts[1].param_groups[0]["lr"] != 0.01


@pytest.mark.parametrize("kind", ["exponential", "plateau", "chained"])
def test_a_schedule_inside(kind: str) -> None:
    """Its step is repeated at every call, also where it looks at the loss."""

    def make() -> Any:
        net = perceptron()
        opt = optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        schedule: Any = optim.lr_scheduler.ExponentialLR(opt, 0.9)
        if kind == "chained":
            schedule = optim.lr_scheduler.ChainedScheduler([schedule, optim.lr_scheduler.StepLR(opt, 3)])
        elif kind == "plateau":
            schedule = optim.lr_scheduler.ReduceLROnPlateau(opt, patience=2)

        def step(inputs: Any, labels: Any) -> Any:
            opt.zero_grad()
            loss = tg.cross_entropy(net(inputs), labels)
            loss.backward()
            opt.step()
            schedule.step(*(() if kind != "plateau" else (loss,)))
            return loss.detach()

        return step, lambda: [state_of(net, opt)(), schedule.get_last_lr()]

    compare(make, BATCHES)


def test_averages_of_weights() -> None:
    def make() -> Any:
        net = nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.Linear(4, 3))
        opt, mean = optim.SGD(net.parameters(), lr=0.1), AveragedModel(net, use_buffers=True)

        def step(inputs: Any, labels: Any) -> Any:
            opt.zero_grad()
            loss = tg.cross_entropy(net(inputs), labels)
            loss.backward()
            opt.step()
            mean.update_parameters(net)
            return loss.detach(), mean(inputs).detach()

        return step, state_of(net, mean)

    compare(make, BATCHES)


def convolutional() -> nn.Module:
    return nn.Sequential(  # no bias before a batch norm: its gradient is 0 but for rounding, which Adam makes large
        nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.3),
        nn.Conv2d(4, 6, 2), nn.GELU(), nn.Flatten(), nn.Dropout(0.5), nn.Linear(24, 3),
    )  # fmt: skip


def test_a_convolutional_network_with_running_moments_and_dropout() -> None:
    batches = [(drawn(5, 1, 6, 6), classes(3, 5)) for _ in range(STEPS)]
    compare(trained(convolutional, optim.Adam, lr=0.01), batches)


class Recurrent(nn.Module):
    """Sequences to classes."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.layer = getattr(nn, kind)(6, 5, 2, batch_first=True, bidirectional=True, dropout=0.2)
        self.out = nn.Linear(10, 3)

    def forward(self, x: Any) -> Any:
        """Classify by the last output."""
        return self.out(self.layer(x)[0][:, -1])


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_recurrent_network(kind: str) -> None:
    batches = [(drawn(4, 5, 6), classes(3, 4)) for _ in range(STEPS)]
    compare(trained(lambda: Recurrent(kind), optim.Adam, lr=0.01), batches)


class Encoder(nn.Module):
    """Tokens to tokens, with a causal mask and padding."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(11, 8, padding_idx=0)
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True)

    def forward(self, tokens: Any) -> Any:
        """Return scores of (B·T) tokens, by the table itself."""
        T = tokens.shape[1]
        places = tg.arange(T).unsqueeze(1) / 10
        mask = nn.Transformer.generate_square_subsequent_mask(T)
        h = self.layer(self.table(tokens) + places, src_mask=mask, src_key_padding_mask=tokens == 0)
        return (h @ self.table.weight.t()).reshape(-1, 11)


@pytest.mark.filterwarnings("ignore:Support for mismatched")
def test_a_transformer_with_masks_and_embedding() -> None:
    batches = []
    for _ in range(STEPS):
        tokens = classes(10, 3, 5) + 1
        tokens[0, 3:] = 0
        batches.append((tokens, classes(11, 15)))
    compare(trained(Encoder, optim.AdamW, lr=0.01), batches, rounding=1e-6)


def test_clipped_gradients_and_groups() -> None:
    def make() -> Any:
        net = perceptron()
        decayed = [p for p in net.parameters() if p.ndim > 1]
        others = [p for p in net.parameters() if p.ndim == 1]
        opt = optim.SGD([{"params": decayed, "weight_decay": 0.1}, {"params": others, "lr": 0.5}], lr=0.1, momentum=0.9)

        def step(inputs: Any, labels: Any) -> Any:
            opt.zero_grad()
            penalty = sum((p**2).sum() for p in decayed)
            (tg.cross_entropy(net(inputs), labels) + 0.01 * penalty).backward()
            norm = nn.utils.clip_grad_norm_(net.parameters(), 0.5)
            nn.utils.clip_grad_value_(net.parameters(), 0.3)
            opt.step()
            return norm

        return step, state_of(net, opt)

    compare(make, BATCHES, rounding=1e-6)


def test_gradients_add_up_where_nobody_clears_them() -> None:
    """At the first call there are none, later there are: two plans."""

    def make() -> Any:
        net = perceptron()

        def step(inputs: Any, labels: Any) -> Any:
            tg.cross_entropy(net(inputs), labels).backward()

        return step, state_of(net)

    compare(make, BATCHES, captures=2)


def test_several_batches_before_a_step() -> None:
    def make() -> Any:
        net = perceptron()
        opt = optim.SGD(net.parameters(), lr=0.1)

        def step(inputs: Any, labels: Any) -> Any:
            for part in range(3):
                (tg.cross_entropy(net(inputs[part::3]), labels[part::3]) / 3).backward()
            opt.step()
            opt.zero_grad(set_to_none=False)

        return step, state_of(net)

    compare(make, BATCHES, captures=2)


def test_two_optimisers_against_each_other() -> None:
    def make() -> Any:
        G, D = nn.Linear(6, 6), nn.Sequential(nn.Linear(6, 4), nn.LeakyReLU(0.2), nn.Linear(4, 1))
        of_g, of_d = optim.Adam(G.parameters(), lr=0.01), optim.SGD(D.parameters(), lr=0.1, momentum=0.5)
        loss = nn.BCEWithLogitsLoss()

        def step(real: Any) -> Any:
            fake = G(tg.randn(len(real), 6))
            of_d.zero_grad()
            of_real, of_fake = D(real), D(fake.detach())
            a = loss(of_real, tg.ones_like(of_real)) + loss(of_fake, tg.zeros_like(of_fake))
            a.backward()
            of_d.step()
            of_g.zero_grad()
            judged = D(fake)  # by what D has just become
            b = loss(judged, tg.ones(len(real), 1))
            b.backward()
            of_g.step()
            return a, b

        return step, state_of(G, D, of_g, of_d)

    compare(make, [(drawn(5, 6),) for _ in range(STEPS)])


@pytest.mark.parametrize("parametrization", ["weight_norm", "spectral_norm"])
def test_weights_that_are_computed(parametrization: str) -> None:
    def model() -> Any:
        net = nn.Linear(6, 3)
        getattr(nn.utils.parametrizations, parametrization)(net)
        return net

    compare(trained(model, optim.SGD, lr=0.1), BATCHES)


def test_hooks_of_modules_gradients_and_steps() -> None:
    def make() -> Any:
        net = perceptron()
        opt = optim.SGD(net.parameters(), lr=0.1)
        net[0].register_forward_hook(lambda module, args, result: result * 2)
        net[2].weight.register_hook(lambda g: g * 0.5)

        def halve(optimizer: Any, args: Any, kwargs: Any) -> None:
            for p in net.parameters():
                p.grad.mul_(0.5)

        opt.register_step_pre_hook(halve)

        def step(inputs: Any, labels: Any) -> Any:
            opt.zero_grad()
            loss = tg.cross_entropy(net(inputs), labels)
            loss.backward()
            opt.step()
            return loss

        return step, state_of(net)

    compare(make, BATCHES)


def test_a_step_by_hand() -> None:
    def make() -> Any:
        w, b = drawn(6, 3).requires_grad_(), tg.zeros(3).requires_grad_()
        w.data.copy_(tg.arange(18).reshape(6, 3) / 10)

        def step(inputs: Any, labels: Any) -> Any:
            w.grad = b.grad = None
            loss = tg.cross_entropy(inputs @ w + b, labels)
            loss.backward()
            with tg.no_grad():
                w.sub_(0.1 * w.grad)
                b.copy_(b - 0.1 * b.grad)
            return loss

        return step, state_of(w, b)

    compare(make, BATCHES)


def test_second_derivatives() -> None:
    def make() -> Any:
        net = perceptron()
        opt = optim.SGD(net.parameters(), lr=0.1)

        def step(inputs: Any, labels: Any) -> Any:
            opt.zero_grad()
            x = inputs.clone().requires_grad_()
            loss = tg.cross_entropy(net(x), labels)
            (g,) = tg.autograd.grad(loss, x, create_graph=True)
            (loss + (g**2).sum()).backward()
            opt.step()
            return g

        return step, state_of(net)

    compare(make, BATCHES, rounding=1e-6)


@pytest.mark.parametrize("dtype", ["float64", "float16"])
def test_other_dtypes(dtype: str) -> None:
    def model() -> Any:
        return perceptron().to(getattr(tg, dtype))

    batches = [(x.to(getattr(tg, dtype)), y) for x, y in BATCHES]
    compare(trained(model, optim.SGD, lr=0.1, momentum=0.9), batches)
