"""Losses as layers; the functions themselves are in ``functional``.

May import: floors 0–2, ``module``, ``functional``.  Read next: ``../optim/optimizer.py``.
"""

from __future__ import annotations

from typing import Any

from ..core.tensor import Tensor
from . import functional as F
from .module import Module


class Loss(Module):
    """A loss of predictions and targets.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of all examples.
    """

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction


class MSELoss(Loss):
    """(x − y)², by default the mean of all."""

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.mse_loss``."""
        return F.mse_loss(input, target, reduction=self.reduction)


class L1Loss(Loss):
    """|x − y|, by default the mean of all."""

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.l1_loss``."""
        return F.l1_loss(input, target, reduction=self.reduction)


class NLLLoss(Loss):
    """−x[target], for log-probabilities x.

    Parameters
    ----------
    weight : Tensor of shape (C,), optional
        A factor per class.
    ignore_index : int
        Targets of this value count nothing.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of all examples; the mean is weighted by `weight`.
    """

    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.nll_loss``."""
        return F.nll_loss(input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class CrossEntropyLoss(Loss):
    """−ln softmax(x)[target]: logits x, and class indices or probabilities as targets.

    Parameters
    ----------
    weight : Tensor of shape (C,), optional
        A factor per class.
    ignore_index : int
        Targets of this value count nothing.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of all examples; the mean is weighted by `weight`.
    label_smoothing : float
        How much of the target's probability is spread evenly over all classes, 0 to 1.
    """

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.cross_entropy``."""
        return F.cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )
