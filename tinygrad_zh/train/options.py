"""What `fit` was asked for, and whether it makes sense.

May import: floors 0–2, ``nn``, ``optim``, and files of this folder.  Read next: ``run.py``.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import error
from ..nn import Module
from ..optim import Optimizer
from ..optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from ..optim.swa_utils import AveragedModel
from .batch import Forward
from .callbacks import Callback
from .evaluate import Loss, Metric
from .progress import Progress
from .watch import MONITORS, Watch

PER = ("epoch", "step")


@dataclass
class Options:
    """The arguments of `fit`, under their names there.

    Raises
    ------
    ArgumentError, MissingPackageError
        If one is out of its range, they do not fit together, or a package is missing: now, not after ten epochs.
    """

    model: Module
    loss: Loss
    optimizer: Optimizer
    loader: Iterable[Any]
    epochs: int
    validation: Iterable[Any] | None
    metric: Metric | None
    forward: Forward
    scheduler: LRScheduler | None
    scheduler_per: str
    clip_norm: float | None
    averaged: AveragedModel | None
    averaged_per: str
    on_nan: str
    monitor: str | None
    patience: int | None
    min_delta: float
    restore_best: bool
    best: str | os.PathLike[str] | None
    progress: str | Progress
    callbacks: Sequence[Callback]
    tensorboard: str | os.PathLike[str] | None
    curves: str | os.PathLike[str] | None
    checkpoint: str | os.PathLike[str] | None
    checkpoint_every: int | None
    resume: str | os.PathLike[str] | None
    about: dict[str, Any] | None

    def __post_init__(self) -> None:
        check_kind("model", self.model, Module, "an nn.Module")
        check_kind("optimizer", self.optimizer, Optimizer, "an optimiser of optim")
        check_count("epochs", self.epochs, 0)
        for name in ("checkpoint_every", "patience"):
            if getattr(self, name) is not None:
                check_count(name, getattr(self, name), 1)
        check_number("min_delta", self.min_delta, at_least_zero=True)
        if self.clip_norm is not None:
            check_number("clip_norm", self.clip_norm, at_least_zero=False)
        for name, allowed in (
            ("scheduler_per", PER),
            ("averaged_per", PER),
            ("on_nan", ("raise", "stop", "skip")),
            ("monitor", (None, *MONITORS)),
        ):
            if getattr(self, name) not in allowed:
                refuse(name, getattr(self, name), "one of " + ", ".join(map(repr, allowed)))
        for callback in self.callbacks:
            check_kind("callbacks", callback, Callback, "objects of classes derived from train.Callback")
        if self.checkpoint_every is not None and self.checkpoint is None:
            refuse("checkpoint_every", self.checkpoint_every, "None, or a file given as checkpoint")
        if self.curves is not None and importlib.util.find_spec("matplotlib") is None:
            raise error("missing-package", package="matplotlib", purpose="curves", extra="train")
        self._check_together()

    def _check_together(self) -> None:
        """Refuse parts of different trainings."""
        trained = {id(p) for group in self.optimizer.param_groups for p in group["params"]}
        if trained.isdisjoint(id(p) for p in self.model.parameters()):
            raise error("optimizer-model", optimizer=self.optimizer.name)
        if self.scheduler is not None:
            check_kind("scheduler", self.scheduler, LRScheduler, "a schedule of optim.lr_scheduler")
            if self.scheduler.optimizer is not self.optimizer:
                refuse("scheduler", self.scheduler.name, "a schedule of the same optimiser")
            if self.scheduler_per == "step" and isinstance(self.scheduler, ReduceLROnPlateau):
                refuse("scheduler_per", "step", "'epoch' for ReduceLROnPlateau, which looks at a number of the epoch")
        if self.averaged is not None:
            check_kind("averaged", self.averaged, AveragedModel, "an optim.swa_utils.AveragedModel")
        if self.monitor is not None and self.validation is None and self.monitor.startswith("test"):
            refuse("monitor", self.monitor, "a number of the training, for there is no validation")
        if self.monitor is not None and self.metric is None and self.monitor.endswith("accuracy"):
            refuse("monitor", self.monitor, "a loss, for there is no metric")
        if not self.watches and (self.monitor is not None or self.min_delta):
            refuse("monitor" if self.monitor else "min_delta", self.monitor or self.min_delta, WITHOUT_WATCH)

    @property
    def watches(self) -> bool:
        """Whether anything depends on which epoch is better."""
        plateau = isinstance(self.scheduler, ReduceLROnPlateau)
        return self.patience is not None or self.restore_best or self.best is not None or plateau

    def watch(self) -> Watch | None:
        """Return what follows the epochs, if it is needed."""
        if not self.watches:
            return None
        monitor = self.monitor or ("train_loss" if self.validation is None else "test_loss")
        kept: dict[str, Module] = {"model": self.model}
        if self.averaged is not None:
            kept["averaged"] = self.averaged
        return Watch(monitor, self.patience, self.min_delta, kept if self.restore_best else {})

    def told(self) -> list[Callback]:
        """Return the callbacks, TensorBoard's among them."""
        if self.tensorboard is None:
            return list(self.callbacks)
        from .tensorboard import TensorBoard

        return [*self.callbacks, TensorBoard(self.tensorboard)]

    def path(self, name: str) -> Path | None:
        """Return one of the files."""
        value = getattr(self, name)
        return None if value is None else Path(value)


WITHOUT_WATCH = "given together with patience, restore_best, best or ReduceLROnPlateau, which look at it"


def refuse(argument: str, value: Any, expected: str) -> None:
    """Raise the error about one argument."""
    raise error("argument", op="fit", argument=argument, expected=expected, got=value)


def check_kind(argument: str, value: Any, kind: type, expected: str) -> None:
    """Refuse what is of another class."""
    if not isinstance(value, kind):
        refuse(argument, type(value).__name__, expected)


def check_count(argument: str, value: Any, least: int) -> None:
    """Refuse what is no whole number, or too small."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        refuse(argument, value, f"an int ≥ {least}")


def check_number(argument: str, value: Any, *, at_least_zero: bool) -> None:
    """Refuse what is no finite number, or negative, or 0 where that makes no sense."""
    right = isinstance(value, (int, float)) and not isinstance(value, bool) and value < float("inf")
    if not right or not (value >= 0 if at_least_zero else value > 0):
        refuse(argument, value, f"a finite number {'≥' if at_least_zero else '>'} 0")
