"""What is known of an epoch: running sums while it lasts, one `Epoch` when it is over.

May import: floors 0–1.  Read next: ``evaluate.py``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
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
    skipped : int
        How many batches were passed over because their loss was no number.
    """

    loss: float = 0.0
    examples: int = 0
    answers: int = 0
    right: Any = 0
    elapsed_s: float = 0.0
    skipped: int = 0

    def add(self, loss: float, targets: Any, right: Any) -> None:
        """Count one batch: its mean loss, and how many answers are right, as a metric says (None: nobody counts)."""
        size = examples_in(targets)
        self.loss += loss * size
        self.examples += size
        if right is not None:
            right, answers = right if type(right) is tuple else (right, targets.array.size)
            self.right = self.right + right
            self.answers += answers

    @property
    def mean_loss(self) -> float:
        """The mean loss of an example."""
        return self.loss / self.examples

    @property
    def accuracy(self) -> float | None:
        """The part of right answers, or None if nobody counted."""
        return int(self.right) / self.answers if self.answers else None


def examples_in(targets: Any) -> int:
    """Return how many examples a batch has: the length of its targets, or of the first tensor in a dict or tuple.

    A batch without such a tensor, whose loss is its own affair, counts as one.
    """
    if isinstance(targets, Tensor):
        return targets.shape[0] if targets.shape else 1
    parts = targets.values() if isinstance(targets, dict) else targets if isinstance(targets, (list, tuple)) else ()
    return next((examples_in(part) for part in parts if isinstance(part, Tensor)), 1)


@dataclass
class Position:
    """How far a training run has come; a part of its checkpoint.

    Attributes
    ----------
    epoch : int
        How many epochs are over.
    step : int
        How many batches of the present epoch are done.
    steps : int
        How many steps the optimiser has taken in all.
    sums : Sums
        Over the batches of the present epoch.
    history : list of Epoch
        The epochs that are over.
    """

    epoch: int = 0
    step: int = 0
    steps: int = 0
    sums: Sums = field(default_factory=Sums)
    history: list[Epoch] = field(default_factory=list)

    def state_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        state = asdict(self)
        state["sums"]["right"] = int(self.sums.right)  # on a GPU it is an array
        return state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self.epoch, self.step, self.steps = state["epoch"], state["step"], state["steps"]
        self.sums, self.history = Sums(**state["sums"]), [Epoch(**epoch) for epoch in state["history"]]
