"""Schedules that go up and down, with the momentum against them: CyclicLR and OneCycleLR.

May import: floor 0, ``scheduler``, ``../optimizer.py``, ``../ranges.py``.  Read next: ``plateau.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from ...errors import error
from ..optimizer import Group, Optimizer
from ..ranges import REAL, SWITCH, Range, check_ranges, number, one_of, or_none, whole
from .scheduler import LRScheduler, state_of_function


class MomentumScheduler(LRScheduler):
    """Base class of schedules that also change ``"momentum"``, or the first of ``"betas"``."""

    use_beta1: bool

    def _take_momentum(self, optimizer: Optimizer, lowest: Any, highest: Any, last_epoch: int) -> tuple[list[Any], ...]:
        """Check the bounds of the momentum, start at the highest, and return them for every group."""
        if not {"momentum", "betas"} & set(optimizer.defaults):
            raise error("scheduler-momentum", op=self.name, optimizer=optimizer.name)
        self.use_beta1 = "betas" in optimizer.defaults
        bounds = (
            self.per_group("base_momentum", lowest, REAL, optimizer),
            self.per_group("max_momentum", highest, REAL, optimizer),
        )
        if last_epoch == -1:
            for group, low, high in zip(optimizer.param_groups, *bounds, strict=True):
                self._set_momentum(group, high)
                group.update(max_momentum=high, base_momentum=low)
        return bounds

    def _set_momentum(self, group: Group, momentum: float) -> None:
        if self.use_beta1:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum


class CyclicLR(MomentumScheduler):
    """Go up from `base_lr` to `max_lr` and down again, step by step, as long as the training lasts.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed.
    base_lr, max_lr : float, or list of floats
        The bounds, or those of each group.
    step_size_up : int
        How many steps up.
    step_size_down : int, optional
        How many steps down; by default as many.
    mode : {"triangular", "triangular2", "exp_range"}
        The height stays, is halved in every cycle, or is multiplied by γ in every step.
    gamma : float
        γ.
    scale_fn : function, optional
        By what the height is multiplied, in place of `mode`.
    scale_mode : {"cycle", "iterations"}
        Whether `scale_fn` is one of the cycle, from 1, or of the step.
    cycle_momentum : bool
        Whether the momentum goes from `max_momentum` to `base_momentum` and back meanwhile.
    base_momentum, max_momentum : float, or list of floats
        Its bounds.
    last_epoch : int
        The step after which to go on; -1 at the beginning of a training.

    Notes
    -----
    Smith (2017), "Cyclical Learning Rates for Training Neural Networks".
    """

    ranges: ClassVar = {
        "gamma": REAL,
        "scale_mode": one_of("cycle", "iterations"),
        "cycle_momentum": SWITCH,
        "_scale_fn_custom": or_none(Range("a function", callable)),
    }

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
    ) -> None:
        up, down = number(0, above=True), or_none(number())
        sizes = {"step_size_up": step_size_up, "step_size_down": step_size_down}
        check_ranges(self.name, {"step_size_up": up, "step_size_down": down}, sizes)
        if scale_fn is None:
            modes = {"mode": one_of("triangular", "triangular2", "exp_range")}
            check_ranges(self.name, modes, {"mode": mode})
            scale_mode = "iterations" if mode == "exp_range" else "cycle"
        base_lrs = self.per_group("base_lr", base_lr, REAL, optimizer)
        self.max_lrs = self.per_group("max_lr", max_lr, REAL, optimizer)
        steps_down = float(step_size_up if step_size_down is None else step_size_down)
        self.total_size = float(step_size_up) + steps_down
        self.step_ratio = float(step_size_up) / self.total_size
        self.mode, self.gamma, self.scale_mode = mode, gamma, scale_mode
        self._scale_fn_custom = scale_fn
        self.cycle_momentum = cycle_momentum
        check_ranges(self.name, self.ranges, vars(self))
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, base_lrs, strict=True):
                group["lr"] = lr
        if cycle_momentum:
            bounds = self._take_momentum(optimizer, base_momentum, max_momentum, last_epoch)
            self.base_momentums, self.max_momentums = bounds
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x: float) -> float:
        """Return by what the height is multiplied in cycle or step `x`."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        scale: float = {"triangular": 1.0, "triangular2": 1 / (2.0 ** (x - 1))}.get(self.mode, 1.0)
        return self.gamma**x if self.mode == "exp_range" else scale

    def get_lr(self) -> list[float]:
        """Return the learning rates by the formula, and set the momentum."""
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        share = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        at = cycle if self.scale_mode == "cycle" else self.last_epoch

        def height(low: float, high: float) -> float:
            return (high - low) * share * self.scale_fn(at)

        if self.cycle_momentum:
            bounds = (self.optimizer.param_groups, self.base_momentums, self.max_momentums)
            for group, low, high in zip(*bounds, strict=True):
                self._set_momentum(group, high - height(low, high))
        return [low + height(low, high) for low, high in zip(self.base_lrs, self.max_lrs, strict=True)]

    def state_dict(self) -> dict[str, Any]:
        """Return everything but the optimiser, under PyTorch's names."""
        state, own = super().state_dict(), self._scale_fn_custom
        return {**state, "_scale_fn_custom": None if own is None else state_of_function(own)}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what ``state_dict()`` returned."""
        own = self._scale_fn_custom
        super().load_state_dict(state_dict)
        self._scale_fn_custom = own
        if state_dict["_scale_fn_custom"] is not None:
            vars(own).update(state_dict["_scale_fn_custom"])


class OneCycleLR(MomentumScheduler):
    """Go up from max_lr/div_factor to `max_lr`, then down to nearly 0: one cycle for a whole training.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed.
    max_lr : float, or list of floats
        The largest learning rate, or that of each group.
    total_steps : int, optional
        How many steps the training has; or `epochs` and `steps_per_epoch` say so.
    epochs, steps_per_epoch : int, optional
        How many epochs, and how many steps in each.
    pct_start : float
        Which part of the steps goes up.
    anneal_strategy : {"cos", "linear"}
        Whether it goes along a cosine or a line.
    cycle_momentum : bool
        Whether the momentum goes from `max_momentum` to `base_momentum` and back meanwhile.
    base_momentum, max_momentum : float, or list of floats
        Its bounds.
    div_factor, final_div_factor : float
        The first learning rate is max_lr/div_factor, and the last that over final_div_factor.
    three_phase : bool
        Go down to the first learning rate as slowly as up, and only then to the last.
    last_epoch : int
        The step after which to go on; -1 at the beginning of a training.

    Notes
    -----
    Smith and Topin (2018), "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates".
    """

    ranges: ClassVar = {
        "total_steps": whole(1),
        "_anneal_func_type": one_of("cos", "linear"),
        "cycle_momentum": SWITCH,
    }

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        fraction = Range("a float ≥ 0 and ≤ 1", lambda x: isinstance(x, float) and 0 <= x <= 1)
        wanted = {"pct_start": fraction, "div_factor": REAL, "final_div_factor": REAL, "three_phase": SWITCH}
        given: dict[str, Any] = dict(zip(wanted, (pct_start, div_factor, final_div_factor, three_phase), strict=True))
        if total_steps is None:
            wanted |= {"epochs": whole(1), "steps_per_epoch": whole(1)}
            given |= {"epochs": epochs, "steps_per_epoch": steps_per_epoch}
        else:
            wanted["total_steps"], given["total_steps"] = whole(1), total_steps
        check_ranges(self.name, wanted, given)
        self.total_steps: int = total_steps if total_steps is not None else epochs * steps_per_epoch  # type: ignore[operator]
        self._schedule_phases = phases(self.total_steps, pct_start, three_phase)
        self._anneal_func_type, self.cycle_momentum = anneal_strategy, cycle_momentum
        max_lrs = self.per_group("max_lr", max_lr, REAL, optimizer)
        check_ranges(self.name, self.ranges, vars(self))
        if last_epoch == -1:
            for group, highest in zip(optimizer.param_groups, max_lrs, strict=True):
                first = highest / div_factor
                group.update(initial_lr=first, max_lr=highest, min_lr=first / final_div_factor)
        if cycle_momentum:
            self._take_momentum(optimizer, base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the learning rates of this step, and set the momentum."""
        step, begin = self.last_epoch, 0.0
        if step > self.total_steps:
            raise error("scheduler-over", op=self.name, steps=step, total=self.total_steps)
        for phase in self._schedule_phases:
            end = phase["end_step"]
            if step <= end or phase is self._schedule_phases[-1]:
                break
            begin = end
        share = (step - begin) / (end - begin) if end != begin else 1.0

        def between(group: Group, what: str) -> float:
            first, last = group[phase["start_" + what]], group[phase["end_" + what]]
            if self._anneal_func_type == "linear":
                return float((last - first) * share + first)
            return float(last + (first - last) / 2.0 * (math.cos(math.pi * share) + 1))

        groups = self.optimizer.param_groups
        rates = [between(group, "lr") for group in groups]
        if self.cycle_momentum:
            for group in groups:
                self._set_momentum(group, between(group, "momentum"))
        return rates


def phases(total: int, share: float, three: bool) -> list[dict[str, Any]]:
    """Return of each phase its last step, and which entries of a group it leads from and to."""
    names = ("end_step", "start_lr", "end_lr", "start_momentum", "end_momentum")
    up = (float(share * total) - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum")
    if three:
        rows: list[tuple[Any, ...]] = [
            up,
            (float(2 * share * total) - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum"),
            (total - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"),
        ]
    else:
        rows = [up, (total - 1, "max_lr", "min_lr", "base_momentum", "max_momentum")]
    return [dict(zip(names, row, strict=True)) for row in rows]
