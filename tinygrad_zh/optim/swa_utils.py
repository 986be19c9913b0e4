"""Averages of a model's weights, as in PyTorch's ``torch.optim.swa_utils``: AveragedModel and SWALR.

    averaged = AveragedModel(model, avg_fn=get_ema_avg_fn(0.99))
    for x, y in loader:
        …                                   # a step of the optimiser
        averaged.update_parameters(model)

May import: floors 0–2, ``lr_scheduler``, ``optimizer``, ``ranges``, ``nn``.
"""

from __future__ import annotations

import copy
import functools
import math
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from ..backend.dtypes import int64
from ..core.inplace import touch
from ..core.tensor import Tensor
from ..errors import error
from ..nn.module import Module
from ..nn.normalisation import BatchNorm
from ..ops.grad_mode import no_grad
from ..ops.noted import one_step
from ..ops.publish import public
from .lr_scheduler.scheduler import LRScheduler
from .optimizer import Optimizer
from .ranges import FRACTION, FUNCTION, REAL, check_ranges, one_of, or_none, whole

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

Average = Callable[[Tensor, Tensor, Any], Tensor]
Averages = Callable[[list[Tensor], list[Tensor], Any], None]


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """Return the exponential moving average: p̄ ← decay·p̄ + (1 − decay)·p."""
    check_ranges("get_ema_avg_fn", {"decay": FRACTION}, {"decay": decay})

    def ema_update(ema_param: Tensor, current_param: Tensor, num_averaged: Any) -> Tensor:
        with no_grad():
            mean: Tensor = decay * ema_param + (1 - decay) * current_param
            return mean

    return ema_update


def get_swa_avg_fn() -> Average:
    """Return the mean of all weights so far, n of them in p̄: p̄ ← p̄ + (p − p̄)/(n + 1)."""

    def swa_update(averaged_param: Tensor, current_param: Tensor, num_averaged: Any) -> Tensor:
        with no_grad():
            mean: Tensor = averaged_param + (current_param - averaged_param) / (num_averaged + 1)
            return mean

    return swa_update


def get_ema_multi_avg_fn(decay: float = 0.999) -> Averages:
    """Return what `get_ema_avg_fn` returns, for lists of weights, in place."""
    return for_lists(get_ema_avg_fn(decay))


def get_swa_multi_avg_fn() -> Averages:
    """Return what `get_swa_avg_fn` returns, for lists of weights, in place."""
    return for_lists(get_swa_avg_fn())


def for_lists(average: Average) -> Averages:
    """Return an average of one weight as one of lists of weights, written into the first."""

    def update(averaged_params: list[Tensor], current_params: list[Tensor], num_averaged: Any) -> None:
        for mean, p in zip(averaged_params, current_params, strict=True):
            overwrite(mean, average(mean, p, num_averaged))

    return update


def overwrite(tensor: Tensor, value: Tensor) -> None:
    """Write values into the memory of a weight."""
    tensor.array[...] = value.array
    touch(tensor, "update_parameters")


class AveragedModel(Module):
    """A copy of a model with the averages of its weights.

    Parameters
    ----------
    model : Module
        The model that is trained.
    device : device, optional
        Where the averages are kept.
    avg_fn : function, optional
        ``avg_fn(averaged, current, n_averaged)`` returns the new average of one weight; by default the mean of all.
    multi_avg_fn : function, optional
        The same for lists of weights, written into the first.
    use_buffers : bool
        Average buffers as well; else they are those of the model.

    Attributes
    ----------
    n_averaged : Tensor of int64
        How many models have been averaged.

    Raises
    ------
    ArgumentError
        If both functions are given, or something else than functions.

    Notes
    -----
    Izmailov et al. (2018), "Averaging Weights Leads to Wider Optima and Better Generalization".
    """

    n_averaged: Tensor
    module: Module

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Average | None = None,
        multi_avg_fn: Averages | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        functions = {"avg_fn": avg_fn, "multi_avg_fn": multi_avg_fn}
        check_ranges("AveragedModel", dict.fromkeys(functions, or_none(FUNCTION)), functions)
        if avg_fn is not None and multi_avg_fn is not None:
            op, expected = "AveragedModel", "None beside avg_fn"
            raise error("scheduler-option", op=op, name="multi_avg_fn", expected=expected, got=multi_avg_fn)
        self.module = copy.deepcopy(model)
        if device is not None:
            self.module.to(device)
        self.register_buffer("n_averaged", public["tensor"](0, dtype=int64, device=device))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute what the averaged model computes."""
        return self.module(*args, **kwargs)

    @functools.partial(one_step, tensors=lambda self: [*self.parameters(), *self.buffers()])
    def update_parameters(self, model: Module) -> None:
        """Take the model's present weights into the averages.

        Parameters
        ----------
        model : Module
            The model that is trained.
        """
        means: list[Tensor] = [*self.module.parameters()]
        weights: list[Tensor] = [*model.parameters()]
        buffers, theirs = list(self.module.buffers()), list(model.buffers())
        if self.use_buffers:
            means, weights, buffers, theirs = means + buffers, weights + theirs, [], []
        current = [p.detach().to(mean.device) for mean, p in zip(means, weights, strict=True)]
        average = self.multi_avg_fn or for_lists(self.avg_fn or get_swa_avg_fn())
        if int(self.n_averaged) == 0:
            for mean, p in zip(means, current, strict=True):
                overwrite(mean, p)
        else:
            average([mean.detach() for mean in means], current, self.n_averaged)
        for mine, buffer in zip(buffers, theirs, strict=True):
            overwrite(mine, buffer.to(mine.device))
        overwrite(self.n_averaged, self.n_averaged + 1)


class SWALR(LRScheduler):
    """Go from any learning rate to a constant one, with which weights are then averaged.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed.
    swa_lr : float, or list of floats
        The constant learning rate, or that of each group.
    anneal_epochs : int
        In how many epochs.
    anneal_strategy : {"cos", "linear"}
        Whether along a cosine or a line.
    last_epoch : int
        The epoch after which to go on; -1 at the beginning of a training.
    """

    ranges: ClassVar = {"anneal_epochs": whole(), "_anneal_strategy": one_of("cos", "linear")}

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | list[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        self._anneal_strategy, self.anneal_epochs = anneal_strategy, anneal_epochs
        check_ranges(self.name, self.ranges, vars(self))
        for group, lr in zip(
            self.checked(optimizer).param_groups, self.per_group("swa_lr", swa_lr, REAL, optimizer), strict=True
        ):
            group["swa_lr"] = lr
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the rates between the first, as it follows from the present, and the last."""
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._share(step - 1), self._share(step)
        rates = []
        for group in self.optimizer.param_groups:
            last = group["swa_lr"]
            first = last if before == 1 else (group["lr"] - before * last) / (1 - before)
            rates.append(last * now + first * (1 - now))
        return rates

    def _share(self, step: int) -> float:
        """Return how far it has come in some step, from 0 to 1."""
        t = max(0, min(1, step / max(1, self.anneal_epochs)))
        return t if self._anneal_strategy == "linear" else (1 - math.cos(math.pi * t)) / 2


@no_grad()
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Measure anew what a model's batch normalisation remembers: averaged weights see other means than those did.

    Parameters
    ----------
    loader : iterable
        Gives batches; of a list or tuple, such as (inputs, targets), the first is taken.
    model : Module
        Is run in training mode on every batch, and put back into the mode it was in.
    device : Device or str, optional
        Where batches are moved before.

    Notes
    -----
    The moments become the mean over all batches, each with the same weight (``momentum=None``).
    """
    momenta = {module: module.momentum for module in model.modules() if isinstance(module, BatchNorm)}
    if not momenta:
        return
    was_training = model.training
    model.train()
    try:
        for module in momenta:
            module.reset_running_stats()
            module.momentum = None
        for batch in loader:
            inputs = batch[0] if isinstance(batch, (list, tuple)) else batch
            model(inputs if device is None else inputs.to(device))
    finally:
        for module, momentum in momenta.items():
            module.momentum = momentum
        model.train(was_training)
