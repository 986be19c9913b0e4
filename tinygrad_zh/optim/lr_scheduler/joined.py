"""Several schedules of one optimiser: one after the other, or all at once.

May import: floor 0, ``plateau``, ``scheduler``, ``../optimizer.py``.  Read next: ``../swa_utils.py``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import error
from ..optimizer import Optimizer
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler, lrs_of


class JoinedScheduler(LRScheduler):
    """Base class of schedules made of schedules."""

    hidden = ("optimizer", "_schedulers")
    _schedulers: Sequence[LRScheduler]

    def _take(self, schedulers: Any, optimizer: Any) -> None:
        """Refuse schedules that do not go together."""
        listed = list(schedulers) if isinstance(schedulers, Sequence) else [schedulers]
        reason = "there is none" if not listed else ""
        for i, scheduler in enumerate(listed):
            if not isinstance(scheduler, LRScheduler):
                reason = f"{i} is {type(scheduler).__name__}"
            elif isinstance(scheduler, ReduceLROnPlateau):
                reason = f"{i} is ReduceLROnPlateau"
            elif scheduler.optimizer is not (optimizer or listed[0].optimizer):
                reason = f"{i} is of another optimiser"
            if reason:
                break
        if reason:
            raise error("schedulers-joined", op=self.name, reason=reason)
        self._schedulers = schedulers
        self.optimizer = self.checked(optimizer or listed[0].optimizer)

    def state_dict(self) -> dict[str, Any]:
        """Return the state, and those of the schedules under ``"_schedulers"``."""
        return {**super().state_dict(), "_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what ``state_dict()`` returned, here or in PyTorch."""
        self._check_state(state_dict)
        states = state_dict["_schedulers"]
        if len(states) != len(self._schedulers):
            reason = f"it has {len(states)} schedules, here are {len(self._schedulers)}"
            raise error("scheduler-state", op=self.name, reason=reason)
        for scheduler, state in zip(self._schedulers, states, strict=True):
            scheduler._check_state(state)
        for scheduler, state in zip(self._schedulers, states, strict=True):
            scheduler.load_state_dict(state)
        vars(self).update({name: value for name, value in state_dict.items() if name != "_schedulers"})


class SequentialLR(JoinedScheduler):
    """One schedule after the other, changing at milestones.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed.
    schedulers : list of LRScheduler
        Schedules of this optimiser, in their order.
    milestones : list of int
        In which epochs the second, the third, … begins.
    last_epoch : int
        The epoch after which to go on; -1 at the beginning of a training.
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: list[LRScheduler], milestones: list[int], last_epoch: int = -1
    ) -> None:
        self._take(schedulers, self.checked(optimizer))
        if len(milestones) != len(schedulers) - 1:
            reason = f"{len(schedulers)} schedules have {len(milestones)} milestones between them"
            raise error("schedulers-joined", op=self.name, reason=reason)
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        for group in optimizer.param_groups:  # as it was before the schedules set the rates of their first epochs
            group["lr"] = group["initial_lr"]
        undo(self)
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def step(self) -> None:  # type: ignore[override]
        """Go on to the next epoch, and to the next schedule if it begins there."""
        self.last_epoch += 1
        i = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[i]
        if i > 0 and self._milestones[i - 1] == self.last_epoch:
            scheduler._update_lr(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()


class ChainedScheduler(JoinedScheduler):
    """All schedules at once, each changing the learning rate that the one before has set.

    Parameters
    ----------
    schedulers : sequence of LRScheduler
        Schedules of one optimiser.
    optimizer : Optimizer, optional
        That optimiser.
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        self._take(schedulers, optimizer)
        self._last_lr = lrs_of(self.optimizer)

    def step(self) -> None:  # type: ignore[override]
        """Let all schedules go on to the next epoch."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = lrs_of(self.optimizer)


def undo(scheduler: LRScheduler) -> None:
    """Take back the first step that a schedule, or those it is made of, made when it was built."""
    if isinstance(scheduler, JoinedScheduler):
        for part in scheduler._schedulers:
            undo(part)
    else:
        scheduler.last_epoch -= 1
