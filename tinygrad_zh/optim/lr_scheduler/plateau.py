"""ReduceLROnPlateau: a smaller learning rate when nothing gets better any more.

May import: floor 0, ``scheduler``, ``../optimizer.py``, ``../ranges.py``.  Read next: ``joined.py``.
"""

from __future__ import annotations

import math
import warnings
from typing import Any, ClassVar

from ...errors import error, message
from ..optimizer import Optimizer
from ..ranges import NUMBER, REAL, check_ranges, number, one_of
from .scheduler import LRScheduler, lrs_of


class ReduceLROnPlateau(LRScheduler):
    """Multiply by `factor` when a metric has not got better for more than `patience` epochs.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed.
    mode : {"min", "max"}
        Whether the metric is to be small or large.
    factor : float
        By what the learning rate is multiplied; less than 1.
    patience : int
        How many epochs may pass without getting better.
    threshold : float
        By how much a better metric must differ from the best one.
    threshold_mode : {"rel", "abs"}
        Whether `threshold` is a part of the best metric or a difference.
    cooldown : int
        For how many epochs to wait after a reduction.
    min_lr : float, or list of floats
        The smallest learning rate, or that of each group.
    eps : float
        Smaller changes of the learning rate are not made.
    """

    ranges: ClassVar = {
        "mode": one_of("min", "max"),
        "factor": number(-math.inf, 1, below=True),
        "patience": NUMBER,
        "threshold": REAL,
        "threshold_mode": one_of("rel", "abs"),
        "cooldown": NUMBER,
        "eps": REAL,
    }

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0,
        eps: float = 1e-8,
    ) -> None:
        self.factor, self.patience, self.cooldown, self.eps = factor, patience, cooldown, eps
        self.mode, self.threshold, self.threshold_mode = mode, threshold, threshold_mode
        check_ranges(self.name, self.ranges, vars(self))
        self.optimizer = self.checked(optimizer)
        self.min_lrs = self.per_group("min_lr", min_lr, REAL, optimizer)
        self.default_min_lr = None if isinstance(min_lr, (list, tuple)) else min_lr
        self.last_epoch = 0
        self._last_lr = lrs_of(optimizer)
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self.best = self.mode_worse
        self.cooldown_counter = self.num_bad_epochs = 0

    def step(self, metrics: Any, epoch: int | None = None) -> None:  # type: ignore[override]
        """Look at the metric of one more epoch.

        Parameters
        ----------
        metrics : number, or Tensor of one element
            The metric, such as the loss on other data than those of the training.
        epoch : int, optional
            Which epoch it is, as PyTorch still allows.
        """
        current = float(metrics)
        if epoch is not None:
            warnings.warn(message("scheduler-epoch", op=self.name), UserWarning, stacklevel=3)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self._is_better(current):
            self.best, self.num_bad_epochs = current, 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = lrs_of(self.optimizer)

    @property
    def in_cooldown(self) -> bool:
        """Whether it waits after a reduction."""
        return self.cooldown_counter > 0

    def _is_better(self, metric: float) -> bool:
        best, sign = self.best, 1 if self.mode == "max" else -1
        wanted = best * (1.0 + sign * self.threshold) if self.threshold_mode == "rel" else best + sign * self.threshold
        return metric > wanted if self.mode == "max" else metric < wanted

    def _reduce(self) -> None:
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):  # a group has been added
            if self.default_min_lr is None:
                given = len(self.min_lrs)
                raise error("scheduler-groups", op=self.name, name="min_lr", given=given, groups=len(groups))
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, lowest in zip(groups, self.min_lrs, strict=True):
            new = max(group["lr"] * self.factor, lowest)
            if group["lr"] - new > self.eps:
                group["lr"] = new
