"""Losses as layers: of numbers, of classes and of probabilities; the functions themselves are in ``functional``.

PyTorch's old ``size_average`` and ``reduce`` do not exist: what comes after them there is given by name.

May import: floors 0–2, ``layer``, ``options``, ``functional``.  Read next: ``loss_margin.py``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ..core.tensor import Tensor
from . import functional as F
from .layer import Layer
from .options import KL_REDUCTION


class Loss(Layer):
    """A loss of predictions and targets.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of all examples.
    """

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction


class WeightedLoss(Loss):
    """A loss with a `weight`, which is a buffer: it moves with the model and stands in its state.

    Parameters
    ----------
    weight : Tensor, optional
        A factor per class or element.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of all examples.
    """

    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)


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


class NLLLoss(WeightedLoss):
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

    def __init__(self, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: str = "mean") -> None:
        super().__init__(weight, reduction=reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.nll_loss``."""
        return F.nll_loss(input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class CrossEntropyLoss(WeightedLoss):
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

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, reduction=reduction)
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


class BCELoss(WeightedLoss):
    """−target·ln(x) − (1 − target)·ln(1 − x), for probabilities x; `weight` broadcasts to them."""

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.binary_cross_entropy``."""
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(WeightedLoss):
    """`BCELoss` of σ(x), for logits x.

    Parameters
    ----------
    weight : Tensor, optional
        A factor that broadcasts to the losses.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of all examples.
    pos_weight : Tensor, optional
        A factor for positive targets, per class.
    """

    pos_weight: Tensor | None

    def __init__(
        self, weight: Tensor | None = None, *, reduction: str = "mean", pos_weight: Tensor | None = None
    ) -> None:
        super().__init__(weight, reduction=reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.binary_cross_entropy_with_logits``."""
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )


class SmoothL1Loss(Loss):
    """(x − y)² / (2 `beta`) where |x − y| < `beta`, |x − y| − `beta` / 2 elsewhere."""

    def __init__(self, *, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.beta = beta

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.smooth_l1_loss``."""
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(Loss):
    """(x − y)² / 2 where |x − y| ≤ `delta`, `delta` · (|x − y| − `delta` / 2) elsewhere."""

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.huber_loss``."""
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class KLDivLoss(Loss):
    """Kullback and Leibler's y · (ln y − x), for log-probabilities x; with `log_target` the target is ln y."""

    options: ClassVar = {"reduction": KL_REDUCTION}

    def __init__(self, *, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.log_target = log_target

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.kl_div``."""
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class PoissonNLLLoss(Loss):
    """exp(x) − y·x, or without `log_input` x − y·ln(x + `eps`); `full` adds Stirling's approximation of ln y!."""

    def __init__(
        self, log_input: bool = True, full: bool = False, *, eps: float = 1e-8, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction=reduction)
        self.log_input, self.full, self.eps = log_input, full, eps

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.poisson_nll_loss``."""
        return F.poisson_nll_loss(input, target, self.log_input, self.full, eps=self.eps, reduction=self.reduction)


class GaussianNLLLoss(Loss):
    """(ln var + (x − y)² / var) / 2, with `var` at least `eps`; `full` adds ln(2π) / 2."""

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full, self.eps = full, eps

    def forward(self, input: Any, target: Any, var: Any) -> Any:
        """Apply ``F.gaussian_nll_loss``."""
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


class CTCLoss(Loss):
    """−ln of the probability of a label sequence under all its alignments with the inputs.

    Parameters
    ----------
    blank : int
        Index of the class that stands for no label.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of all sequences; the mean is of each divided by its target's length.
    zero_infinity : bool
        Whether the infinite losses of targets too long for their input, and their gradients, become 0.

    Notes
    -----
    Graves et al. (2006), "Connectionist Temporal Classification".
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.blank, self.zero_infinity = blank, zero_infinity

    def forward(self, log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any) -> Any:
        """Apply ``F.ctc_loss`` to log-probabilities (T, N, C)."""
        return F.ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )
