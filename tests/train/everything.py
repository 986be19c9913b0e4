"""A training with everything that a checkpoint must hold, over any optimiser and schedule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tinygrad_zh as tg
from tests.train.small import data, without_times
from tinygrad_zh import nn, optim
from tinygrad_zh.data.loader import DataLoader
from tinygrad_zh.optim.lr_scheduler import CosineAnnealingLR, LRScheduler
from tinygrad_zh.optim.swa_utils import AveragedModel, get_ema_avg_fn
from tinygrad_zh.train import Epoch, fit

EPOCHS, STEPS = 4, 3
OPTIMIZERS: dict[str, Callable[[list[Any]], optim.Optimizer]] = {
    "SGD": lambda p: optim.SGD(p, lr=0.1),
    "SGD momentum": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "Adam": lambda p: optim.Adam(p, lr=0.02, amsgrad=True),
    "AdamW, two groups": lambda p: optim.AdamW([{"params": p[:1], "lr": 0.1}, {"params": p[1:]}], lr=0.02),
    "NAdam": lambda p: optim.NAdam(p, lr=0.02),
    "RAdam": lambda p: optim.RAdam(p, lr=0.02),
    "Adamax": lambda p: optim.Adamax(p, lr=0.02),
    "ASGD": lambda p: optim.ASGD(p, lr=0.1, t0=2),
    "RMSprop": lambda p: optim.RMSprop(p, lr=0.02, momentum=0.5, centered=True),
    "Adagrad": lambda p: optim.Adagrad(p, lr=0.1, lr_decay=0.1),
    "Adadelta": lambda p: optim.Adadelta(p),
    "Rprop": lambda p: optim.Rprop(p, lr=0.01),
    "Adafactor": lambda p: optim.Adafactor(p, lr=0.02),
    "Muon": lambda p: optim.Muon([q for q in p if q.ndim == 2], lr=0.02),
    "LBFGS": lambda p: optim.LBFGS(p, lr=0.1, max_iter=3),
    "LBFGS line search": lambda p: optim.LBFGS(p, max_iter=3, line_search_fn="strong_wolfe"),
}
Schedule = Callable[[optim.Optimizer], LRScheduler]


def cosine(optimizer: optim.Optimizer) -> LRScheduler:
    return CosineAnnealingLR(optimizer, 10)


class Everything:
    """Dropout, batch normalisation, averages, a schedule, early stopping, clipping, shuffling: from one seed."""

    def __init__(self, optimizer: str = "Adam", schedule: Schedule | None = cosine, seed: int = 3) -> None:
        tg.manual_seed(seed)
        self.model = nn.Sequential(
            nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 3, bias=False)
        )
        self.optimizer = OPTIMIZERS[optimizer](list(self.model.parameters()))
        self.scheduler = None if schedule is None else schedule(self.optimizer)
        self.averaged = AveragedModel(self.model, avg_fn=get_ema_avg_fn(0.8))
        self.loss: Any = nn.CrossEntropyLoss()
        self.loader = DataLoader(data(), batch_size=20, shuffle=True)
        self.validation = DataLoader(data(), batch_size=60)

    def fit(self, **options: Any) -> list[Epoch]:
        """Train with all of it."""
        asked = {
            "epochs": EPOCHS,
            "validation": self.validation,
            "scheduler": self.scheduler,
            "averaged": self.averaged,
            "clip_norm": 1.0,
            "patience": 3,
            "restore_best": True,
            "progress": "off",
            **options,
        }
        return fit(self.model, self.loss, self.optimizer, self.loader, **asked)

    def outcome(self, history: list[Epoch]) -> dict[str, Any]:
        """All that must be the same, bit for bit."""
        models = {"model": self.model, "averaged": self.averaged}
        return {
            "weights": {
                f"{name}.{key}": tensor.array.tobytes().hex()
                for name, model in models.items()
                for key, tensor in model.state_dict().items()
            },
            "history": without_times(history),
            "lr": [group["lr"] for group in self.optimizer.param_groups],
            "generator": tg.get_rng_state(),
        }
