"""Schedules along a cosine: down once, or again and again from the top.

May import: floor 0, ``scheduler``, ``../optimizer.py``, ``../ranges.py``.  Read next: ``yours.py``.
"""

from __future__ import annotations

import math
from typing import ClassVar

from ..optimizer import Optimizer
from ..ranges import NUMBER, REAL, check_ranges, number, whole
from .scheduler import LRScheduler


class CosineAnnealingLR(LRScheduler):
    """Go down along half a cosine in `T_max` epochs: ηₜ = η_min + (η₀ − η_min)·(1 + cos(πt/T_max))/2.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed.
    T_max : int
        In how many epochs; in as many more it goes up again.
    eta_min : float
        The smallest learning rate.
    last_epoch : int
        The epoch after which to go on; -1 at the beginning of a training.

    Notes
    -----
    Loshchilov and Hutter (2017), "SGDR: Stochastic Gradient Descent with Warm Restarts".
    """

    ranges: ClassVar = {"T_max": number(0, above=True), "eta_min": REAL}

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, base_lr: float) -> float:
        """Return η_min + (lr − η_min) times this epoch's 1 + cos over that of the epoch before."""
        t, period, lowest = self.last_epoch, self.T_max, self.eta_min
        if self._is_initial:
            return lr
        if (t - 1 - period) % (2 * period) == 0:  # the epoch before was the lowest: 0/0
            return lr + (base_lr - lowest) * (1 - math.cos(math.pi / period)) / 2
        now, before = 1 + math.cos(math.pi * t / period), 1 + math.cos(math.pi * (t - 1) / period)
        return now / before * (lr - lowest) + lowest

    def closed_lr(self, base_lr: float) -> float:
        """Return the rate by the formula."""
        half = (1 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2
        return self.eta_min + (base_lr - self.eta_min) * half


class CosineAnnealingWarmRestarts(LRScheduler):
    """Go down along half a cosine in `T_0` epochs, then start anew, each time for `T_mult` as many epochs.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed.
    T_0 : int
        Epochs until the first restart.
    T_mult : int
        By what the number of epochs is multiplied at a restart.
    eta_min : float
        The smallest learning rate.
    last_epoch : int
        The epoch after which to go on; -1 at the beginning of a training.

    Notes
    -----
    Loshchilov and Hutter (2017), "SGDR: Stochastic Gradient Descent with Warm Restarts".
    """

    ranges: ClassVar = {"T_0": whole(1), "T_mult": whole(1), "eta_min": REAL}

    def __init__(
        self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        self.T_0, self.T_i, self.T_mult, self.eta_min = T_0, T_0, T_mult, eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, base_lr: float) -> float:
        """Return the rate by the formula, T_cur epochs after a restart."""
        return self.eta_min + (base_lr - self.eta_min) * (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2

    def step(self, epoch: float | None = None) -> None:
        """Go on to the next epoch, or to any one, which may be a fraction: epoch + batch/batches.

        Parameters
        ----------
        epoch : float, optional
            Where to go.
        """
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            check_ranges(self.name, {"epoch": NUMBER}, {"epoch": epoch})
            restarts = 0
            if epoch >= self.T_0 and self.T_mult > 1:  # T_0·(1 + T_mult + T_mult² + …) epochs until then
                restarts = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
                self.T_cur = epoch - self.T_0 * (self.T_mult**restarts - 1) / (self.T_mult - 1)
            else:
                self.T_cur = epoch % self.T_0 if epoch >= self.T_0 else epoch
            if self.T_mult > 1 or epoch < self.T_0:
                self.T_i = self.T_0 * self.T_mult**restarts
        self.last_epoch = math.floor(epoch)
        self._set(self._rates())
