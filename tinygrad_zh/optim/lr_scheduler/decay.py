"""Schedules that let the learning rate fall by a formula: in steps, on a line, by powers.

May import: floor 0, ``scheduler``, ``../optimizer.py``, ``../ranges.py``.  Read next: ``cosine.py``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from typing import Any, ClassVar

from ...errors import error
from ..optimizer import Optimizer
from ..ranges import FRACTION, NUMBER, REAL, is_number, number
from .scheduler import LRScheduler

POSITIVE = number(0, above=True)


class StepLR(LRScheduler):
    """Multiply by γ every `step_size` epochs: ηₜ = η₀·γ^⌊t/step_size⌋.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed.
    step_size : int
        How many epochs lie between two steps.
    gamma : float
        γ.
    last_epoch : int
        The epoch after which to go on; -1 at the beginning of a training.
    """

    ranges: ClassVar = {"step_size": POSITIVE, "gamma": REAL}

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, base_lr: float) -> float:
        """Return lr, or γ·lr at a step."""
        return lr if self.last_epoch == 0 or self.last_epoch % self.step_size else lr * self.gamma

    def closed_lr(self, base_lr: float) -> float:
        """Return the rate by the formula."""
        return base_lr * self.gamma ** (self.last_epoch // self.step_size)


class MultiStepLR(LRScheduler):
    """Multiply by γ at each milestone: ηₜ = η₀·γ^(number of milestones ≤ t).

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed.
    milestones : iterable of int
        Epochs; one that is named twice counts twice.
    gamma : float
        γ.
    last_epoch : int
        The epoch after which to go on; -1 at the beginning of a training.
    """

    ranges: ClassVar = {"gamma": REAL}

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        listed = list(milestones) if isinstance(milestones, Iterable) else [None]
        if not all(is_number(m) for m in listed):
            raise error(
                "scheduler-option", op=self.name, name="milestones", expected="a list of numbers", got=milestones
            )
        self.milestones: Counter[Any] = Counter(listed)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, base_lr: float) -> float:
        """Return lr, or γ·lr at a milestone."""
        return lr * self.gamma ** self.milestones[self.last_epoch] if self.last_epoch in self.milestones else lr

    def closed_lr(self, base_lr: float) -> float:
        """Return the rate by the formula."""
        passed: float = self.gamma ** bisect_right(sorted(self.milestones.elements()), self.last_epoch)
        return base_lr * passed


class ConstantLR(LRScheduler):
    """Multiply by `factor` for the first `total_iters` epochs.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed.
    factor : float
        From 0 to 1.
    total_iters : int
        For how many epochs.
    last_epoch : int
        The epoch after which to go on; -1 at the beginning of a training.
    """

    ranges: ClassVar = {"factor": FRACTION, "total_iters": NUMBER}

    def __init__(
        self, optimizer: Optimizer, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1
    ) -> None:
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, base_lr: float) -> float:
        """Return lr times `factor` at first, and divided by it at the end."""
        if self.last_epoch == 0:
            return lr * self.factor
        return lr * (1.0 / self.factor) if self.last_epoch == self.total_iters else lr

    def closed_lr(self, base_lr: float) -> float:
        """Return the rate by the formula."""
        return base_lr * (self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor))


class LinearLR(LRScheduler):
    """Multiply by a factor that goes on a line from `start_factor` to `end_factor` in `total_iters` epochs.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed.
    start_factor, end_factor : float
        From 0 to 1, the first being larger than 0.
    total_iters : int
        In how many epochs.
    last_epoch : int
        The epoch after which to go on; -1 at the beginning of a training.
    """

    ranges: ClassVar = {"start_factor": number(0, 1, above=True), "end_factor": FRACTION, "total_iters": NUMBER}

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, base_lr: float) -> float:
        """Return lr times this epoch's factor over that of the epoch before."""
        if self.last_epoch == 0:
            return lr * self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return lr
        rise = self.end_factor - self.start_factor
        return lr * (1 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise))

    def closed_lr(self, base_lr: float) -> float:
        """Return the rate by the formula."""
        rise = self.end_factor - self.start_factor
        gone = min(self.total_iters, self.last_epoch) / self.total_iters if self.total_iters else 1.0
        return base_lr * (self.start_factor + rise * gone)


class ExponentialLR(LRScheduler):
    """Multiply by γ every epoch: ηₜ = η₀·γᵗ.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed.
    gamma : float
        γ.
    last_epoch : int
        The epoch after which to go on; -1 at the beginning of a training.
    """

    ranges: ClassVar = {"gamma": REAL}

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, base_lr: float) -> float:
        """Return γ·lr."""
        return lr if self._is_initial else lr * self.gamma

    def closed_lr(self, base_lr: float) -> float:
        """Return the rate by the formula."""
        return base_lr * self.gamma**self.last_epoch


class PolynomialLR(LRScheduler):
    """Fall to 0 in `total_iters` epochs by a power: ηₜ = η₀·(1 − t/total_iters)^power.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed.
    total_iters : int
        In how many epochs.
    power : float
        1 for a line.
    last_epoch : int
        The epoch after which to go on; -1 at the beginning of a training.
    """

    ranges: ClassVar = {"total_iters": NUMBER, "power": REAL}

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, base_lr: float) -> float:
        """Return lr times this epoch's factor over that of the epoch before."""
        t, total = self.last_epoch, self.total_iters
        if self._is_initial or t > total:
            return lr
        return lr * ((1.0 - t / total) / (1.0 - (t - 1) / total)) ** self.power

    def closed_lr(self, base_lr: float) -> float:
        """Return the rate by the formula."""
        gone = min(self.total_iters, self.last_epoch) / self.total_iters if self.total_iters else 1.0
        return base_lr * (1.0 - gone) ** self.power
