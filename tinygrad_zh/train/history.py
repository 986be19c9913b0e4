"""What is known of an epoch: running sums while it lasts, one `Epoch` when it is over.

May import: floors 0–1.  Read next: ``evaluate.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..core.tensor import Tensor


@dataclass(frozen=True)
class Epoch:
    """One pass over the training data.

    Attributes
    ----------
    epoch : int
        Its number, from 1.
    train_loss : float
        Mean loss of the examples, each measured when its batch was trained on.
    train_accuracy : float or None
        Part of right answers, 0..1, measured in passing like the loss: the weights change from batch to batch, so
        it is a little lower than what the finished epoch's weights reach.  None without a metric.
    test_loss, test_accuracy : float or None
        The same on the validation data, with the weights as they are after the epoch.
    examples_per_s : float
        Examples trained on per second; without the validation.
    elapsed_s : float
        Training and validation together.
    """

    epoch: int
    train_loss: float
    train_accuracy: float | None
    test_loss: float | None
    test_accuracy: float | None
    examples_per_s: float
    elapsed_s: float


@dataclass
class Sums:
    """Running sums over examples, from which means are made.

    Attributes
    ----------
    loss : float
        Σ of the losses, a batch's mean counted once per example.
    examples : int
        How many examples.
    answers : int
        How many answers they ask for: one each, or one per position of a sequence.
    right : int or 0-d array
        How many answers are right.  It stays on the device: to ask for it would make the host wait.
    elapsed_s : float
        Time spent.
    """

    loss: float = 0.0
    examples: int = 0
    answers: int = 0
    right: Any = 0
    elapsed_s: float = 0.0

    def add(self, loss: float, targets: Tensor, right: Any) -> None:
        """Count one batch: its mean loss, and how many answers are right (None if nobody counts)."""
        size = len(targets)
        self.loss += loss * size
        self.examples += size
        if right is not None:
            self.right = self.right + right
            self.answers += targets.array.size

    @property
    def mean_loss(self) -> float:
        """The mean loss of an example."""
        return self.loss / self.examples

    @property
    def accuracy(self) -> float | None:
        """The part of right answers, or None if nobody counted."""
        return int(self.right) / self.answers if self.answers else None


@dataclass
class Position:
    """How far a training run has come; with weights, optimiser and random state, all that a checkpoint needs.

    Attributes
    ----------
    epoch : int
        How many epochs are over.
    step : int
        How many batches of the present epoch are done.
    sums : Sums
        Over these batches.
    history : list of Epoch
        The epochs that are over.
    """

    epoch: int = 0
    step: int = 0
    sums: Sums = field(default_factory=Sums)
    history: list[Epoch] = field(default_factory=list)
