"""LRScheduler: changes the learning rate of an optimiser from step to step.

    optimizer = optim.SGD(model.parameters(), lr=0.1)
    scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=30)
    for epoch in range(90):
        …                           # a pass over the data, with optimizer.step()
        scheduler.step()

A subclass says in ``next_lr`` how the rate goes on from the present one, so that several schedules can act on one
rate; and in ``closed_lr``, where there is one, its formula, for epochs out of their order.

May import: floors 0–2, ``../optimizer.py``, ``../ranges.py``.  Read next: ``decay.py``.
"""

from __future__ import annotations

import types
import warnings
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from ...errors import error, message
from ...ops.noted import one_step
from ..optimizer import Optimizer
from ..ranges import Range, check_ranges


class LRScheduler:
    """Base class of learning-rate schedules.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed.
    last_epoch : int
        The epoch after which to go on; -1 at the beginning of a training.

    Attributes
    ----------
    base_lrs : list of float
        The learning rate of every group at the beginning.
    last_epoch : int
        In which epoch the schedule is.
    """

    ranges: ClassVar[dict[str, Range]] = {}
    """What its options, which are attributes, may be."""
    hidden: tuple[str, ...] = ("optimizer",)
    """Attributes that are no part of the state."""
    closed_lr: ClassVar[Callable[..., float] | None] = None
    _get_lr_called_within_step = False
    _is_initial = False

    def __init_subclass__(cls) -> None:
        """Let ``jit`` repeat the ``step`` of a subclass that has one of its own."""
        if "step" in vars(cls):
            cls.step = one_step(vars(cls)["step"])  # type: ignore[method-assign]

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        check_ranges(self.name, self.ranges, vars(self))
        self.optimizer = self.checked(optimizer)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise error("scheduler-resumed", op=self.name, epoch=last_epoch, group=i)
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._initial_step()

    @property
    def name(self) -> str:
        """The name of the class, for messages."""
        return type(self).__name__

    def checked(self, optimizer: Any) -> Optimizer:
        """Refuse what is no optimiser."""
        if not isinstance(optimizer, Optimizer):
            raise error("scheduler-optimizer", op=self.name, found=type(optimizer).__name__)
        return optimizer

    def per_group(self, name: str, value: Any, wanted: Range, optimizer: Any) -> list[Any]:
        """Return an option as a list of one value for every group."""
        groups = len(self.checked(optimizer).param_groups)
        values = list(value) if isinstance(value, (list, tuple)) else [value] * groups
        if len(values) != groups:
            raise error("scheduler-groups", op=self.name, name=name, given=len(values), groups=groups)
        for each in values:
            check_ranges(self.name, {name: wanted}, {name: each})
        return values

    # -- stepping --------------------------------------------------------------------------------------

    def next_lr(self, lr: float, base_lr: float) -> float:
        """Return the learning rate in epoch `last_epoch` of a group that had `lr` in the one before."""
        raise NotImplementedError

    def get_lr(self) -> list[float]:
        """Return the learning rates of epoch `last_epoch`; to be called by `step` only, for it goes on from there."""
        if not self._get_lr_called_within_step:
            warnings.warn(message("scheduler-get-lr", op=self.name), UserWarning, stacklevel=2)
        groups = self.optimizer.param_groups
        return [self.next_lr(group["lr"], base) for group, base in zip(groups, self.base_lrs, strict=True)]

    def get_last_lr(self) -> list[float]:
        """Return the learning rate of every group, as it has last been set."""
        return self._last_lr

    @one_step
    def step(self, epoch: int | None = None) -> None:
        """Go on to the next epoch, after the optimiser's step.

        Parameters
        ----------
        epoch : int, optional
            Go to this epoch instead, as PyTorch still allows.
        """
        if self._step_count == 1 and not self.optimizer.stepped:
            warnings.warn(message("scheduler-first", op=self.name), UserWarning, stacklevel=3)
        self._step_count += 1
        if epoch is not None:
            warnings.warn(message("scheduler-epoch", op=self.name), UserWarning, stacklevel=3)
        self._update_lr(epoch)

    def _initial_step(self) -> None:
        """Set the learning rates of the first epoch."""
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def _update_lr(self, epoch: int | None = None) -> None:
        """Set the learning rates of the next epoch, or by the closed form those of any."""
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if epoch is not None and self.closed_lr is not None:
            self._set([self.closed_lr(base) for base in self.base_lrs])
        else:
            self._set(self._rates())

    def _rates(self) -> list[float]:
        """Return what `get_lr` says from within a step."""
        self._get_lr_called_within_step = True
        try:
            return self.get_lr()
        finally:
            self._get_lr_called_within_step = False

    def _set(self, rates: list[float]) -> None:
        """Write the learning rates into the groups."""
        for group, lr in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = lr
        self._last_lr = lrs_of(self.optimizer)

    # -- saving ----------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Return everything but the optimiser, under PyTorch's names."""
        return {name: value for name, value in vars(self).items() if name not in self.hidden}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what ``state_dict()`` returned, here or in PyTorch; load the optimiser's as well.

        Raises
        ------
        StorageError
            If it is not the state of such a schedule; nothing has been changed then.
        """
        self._check_state(state_dict)
        vars(self).update(state_dict)

    def _check_state(self, given: Any) -> None:
        """Refuse a state with other names."""
        own = set(self.state_dict())
        if not isinstance(given, Mapping):
            raise error("scheduler-state", op=self.name, reason=f"it is {type(given).__name__}, no dict")
        if own != set(given):
            names = ", ".join(sorted(map(str, own ^ set(given))))
            raise error("scheduler-state", op=self.name, reason=f"it and the schedule do not both have {names}")


def lrs_of(optimizer: Optimizer) -> list[float]:
    """Return the learning rate of every group."""
    return [group["lr"] for group in optimizer.param_groups]


def state_of_function(function: Any) -> dict[str, Any] | None:
    """Return the attributes of a callable object; of a plain function nothing is saved."""
    return None if isinstance(function, types.FunctionType) else dict(vars(function))
