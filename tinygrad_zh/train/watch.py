"""Watch: which epoch was the best, whether to stop early, and the weights to go back to.

May import: floors 0–2, ``nn``, ``history``.  Read next: ``loop.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.tensor import Tensor
from ..nn import Module
from .history import Epoch

MONITORS = {"train_loss": "min", "train_accuracy": "max", "test_loss": "min", "test_accuracy": "max"}
"""What can be watched, and whether it is to be small or large."""


class Watch:
    """Follows one number from epoch to epoch; a part of a run's checkpoint.

    Parameters
    ----------
    monitor : str
        Which attribute of an `Epoch`.
    patience : int or None
        After how many epochs in a row that were not better than the best one to stop.
    min_delta : float
        By more than this a better number must differ from the best one.
    keep : dict of str to Module
        Models whose weights of the best epoch are kept.

    Attributes
    ----------
    best : float or None
        The best number so far.
    best_epoch : int
        In which epoch it was; 0 for none.
    waited : int
        How many epochs have passed since.
    """

    def __init__(self, monitor: str, patience: int | None, min_delta: float, keep: Mapping[str, Module]) -> None:
        self.monitor, self.patience, self.min_delta, self.keep = monitor, patience, min_delta, keep
        self.best: float | None = None
        self.best_epoch = self.waited = 0
        self._weights: dict[str, dict[str, Tensor]] = {}

    def value_of(self, epoch: Epoch) -> float:
        """Return the number that is watched."""
        value: float = getattr(epoch, self.monitor)
        return value

    def see(self, epoch: Epoch) -> bool:
        """Look at one more epoch, and return whether it is the best so far; NaN never is."""
        value, sign = self.value_of(epoch), 1 if MONITORS[self.monitor] == "max" else -1
        better = value == value if self.best is None else sign * (value - self.best) > self.min_delta
        if better:
            self.best, self.best_epoch, self.waited = value, epoch.epoch, 0
            self._weights = {name: copy_of(model) for name, model in self.keep.items()}
        else:
            self.waited += 1
        return better

    @property
    def lost_patience(self) -> bool:
        """Whether to stop."""
        return self.patience is not None and self.waited >= self.patience

    def restore(self) -> None:
        """Put the weights of the best epoch back, if they were kept."""
        for name, weights in self._weights.items():
            self.keep[name].load_state_dict(weights)

    def state_dict(self) -> dict[str, Any]:
        """Return what has been seen, the best weights included."""
        return {
            "best": self.best,
            "best_epoch": self.best_epoch,
            "waited": self.waited,
            "weights": self._weights,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self.best, self.best_epoch, self.waited = state["best"], state["best_epoch"], state["waited"]
        self._weights = dict(state["weights"])


def copy_of(model: Module) -> dict[str, Tensor]:
    """Return a model's values, which further training does not change."""
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}
