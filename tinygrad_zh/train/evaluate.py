"""How good a model is on data that it is not being trained on.

May import: floors 0–2, ``nn``, ``batch``, ``history``.  Read next: ``loop.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..core.tensor import Tensor
from ..errors import error
from ..nn import Module
from ..ops.grad_mode import no_grad
from .batch import Forward, device_of, inputs_and_targets, on_device
from .history import Sums

Loss = Callable[[Any, Any], Tensor]
Metric = Callable[[Any, Any], Any]


def right_answers(outputs: Tensor, targets: Tensor) -> Any:
    """Count the examples whose largest output is that of the right class.

    Parameters
    ----------
    outputs : Tensor of shape (N, C, ...), floating
        Scores per class.
    targets : Tensor of shape (N, ...), integer
        The right classes.

    Returns
    -------
    0-d array
        On the device of the outputs.

    Raises
    ------
    DTypeError
        If the targets are no class numbers, as in a regression: give ``metric=None`` there.
    """
    if targets.array.dtype.kind not in "iub":
        raise error("metric-targets", dtype=targets.dtype)
    # Plain arrays: nothing here is to be differentiated.
    return (outputs.array.argmax(1) == targets.array).sum()


def evaluate(
    model: Module,
    loss: Loss,
    loader: Iterable[Any],
    metric: Metric | None = right_answers,
    forward: Forward = inputs_and_targets,
) -> Sums:
    """Run the model over a data set in evaluation mode, without recording anything.

    Parameters
    ----------
    model : nn.Module
        Afterwards it is in training mode again if it was before.
    loss : callable
        ``loss(outputs, targets)`` returns the mean loss of a batch.
    loader : iterable of (inputs, targets)
        Such as a DataLoader.
    metric : callable, optional
        ``metric(outputs, targets)`` returns how many answers are right; or also, as a pair, of how many.
    forward : callable
        ``forward(model, batch)`` returns outputs and targets, for batches that are no pairs; see `fit`.

    Returns
    -------
    Sums
        ``mean_loss`` and ``accuracy``.

    Raises
    ------
    ArgumentError
        If the loader has no batch.
    """
    device, was_training, sums = device_of(model), model.training, Sums()
    model.eval()
    try:
        with no_grad():
            for batch in loader:
                outputs, targets = forward(model, on_device(batch, device))
                right = None if metric is None else metric(outputs, targets)
                sums.add(loss(outputs, targets).item(), targets, right)
    finally:
        model.train(was_training)
    if not sums.examples:
        raise error("loader-empty", op="evaluate")
    return sums
