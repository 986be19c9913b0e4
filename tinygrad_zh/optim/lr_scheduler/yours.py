"""Schedules by functions of yours: LambdaLR and MultiplicativeLR.

May import: floor 0, ``scheduler``, ``../optimizer.py``, ``../ranges.py``.  Read next: ``cycle.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...errors import error
from ..optimizer import Optimizer
from ..ranges import FUNCTION
from .scheduler import LRScheduler, state_of_function


class LambdaLR(LRScheduler):
    """Multiply the first learning rate by a function of the epoch: ηₜ = η₀·f(t).

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed.
    lr_lambda : function, or list of functions
        f, or one for each group.
    last_epoch : int
        The epoch after which to go on; -1 at the beginning of a training.

    Notes
    -----
    Of an object with ``__call__`` the state has the attributes, of a function nothing.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | list[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        self.lr_lambdas = self.per_group("lr_lambda", lr_lambda, FUNCTION, optimizer)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return f(t)·η₀ of every group."""
        return [f(self.last_epoch) * base for f, base in zip(self.lr_lambdas, self.base_lrs, strict=True)]

    def state_dict(self) -> dict[str, Any]:
        """Return everything but the optimiser, under PyTorch's names."""
        return {**super().state_dict(), "lr_lambdas": [state_of_function(f) for f in self.lr_lambdas]}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what ``state_dict()`` returned."""
        self._check_state(state_dict)
        functions, states = self.lr_lambdas, state_dict["lr_lambdas"]
        if len(states) != len(functions):
            reason = f"it has {len(states)} functions, here are {len(functions)}"
            raise error("scheduler-state", op=self.name, reason=reason)
        super().load_state_dict(state_dict)
        self.lr_lambdas = functions
        for function, state in zip(functions, states, strict=True):
            if state is not None:
                vars(function).update(state)


class MultiplicativeLR(LambdaLR):
    """Multiply the present learning rate by a function of the epoch: ηₜ = ηₜ₋₁·f(t).

    The parameters are those of `LambdaLR`.
    """

    def get_lr(self) -> list[float]:
        """Return f(t)·η of every group."""
        rates = [group["lr"] for group in self.optimizer.param_groups]
        if self._is_initial:
            return rates
        return [lr * f(self.last_epoch) for f, lr in zip(self.lr_lambdas, rates, strict=True)]
