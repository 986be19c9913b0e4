"""Losses that want a distance between right and wrong: hinges and margins.

May import: floors 0–2, ``loss``, ``distance``, ``options``, ``functional``.  Read next: ``adaptive_softmax.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ..core.tensor import Tensor
from . import functional as F
from .distance import PairwiseDistance
from .loss import Loss, WeightedLoss
from .options import POSITIVE, Option


class HingeEmbeddingLoss(Loss):
    """x where the target is 1, max(0, `margin` − x) where it is −1: for distances x."""

    def __init__(self, margin: float = 1.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.hinge_embedding_loss``."""
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class SoftMarginLoss(Loss):
    """ln(1 + exp(−y·x)), for targets y of 1 and −1."""

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.soft_margin_loss``."""
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class MarginRankingLoss(Loss):
    """max(0, −y · (x₁ − x₂) + `margin`): y = 1 if the first should be greater, −1 if the second."""

    def __init__(self, margin: float = 0.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, input1: Any, input2: Any, target: Any) -> Any:
        """Apply ``F.margin_ranking_loss``."""
        return F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(Loss):
    """1 − cos(x₁, x₂) where the target is 1, max(0, cos(x₁, x₂) − `margin`) where it is −1."""

    def __init__(self, margin: float = 0.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, input1: Any, input2: Any, target: Any) -> Any:
        """Apply ``F.cosine_embedding_loss``."""
        return F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class MultiMarginLoss(WeightedLoss):
    """Σ max(0, `margin` − x[y] + x[i])^`p` / C over the wrong classes i; `weight` is a factor per class y."""

    options: ClassVar = {"p": Option("1 or 2", lambda x: x in (1, 2))}

    def __init__(
        self, p: int = 1, margin: float = 1.0, weight: Tensor | None = None, *, reduction: str = "mean"
    ) -> None:
        super().__init__(weight, reduction=reduction)
        self.p, self.margin = p, margin

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.multi_margin_loss``."""
        return F.multi_margin_loss(input, target, self.p, self.margin, self.weight, reduction=self.reduction)


class MultiLabelMarginLoss(Loss):
    """Σ max(0, 1 − x[j] + x[i]) / C over right classes j, listed up to the first −1, and wrong ones i."""

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.multilabel_margin_loss``."""
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(WeightedLoss):
    """The mean over the classes of `BCEWithLogitsLoss`, each with a factor `weight`."""

    def forward(self, input: Any, target: Any) -> Any:
        """Apply ``F.multilabel_soft_margin_loss``."""
        return F.multilabel_soft_margin_loss(input, target, self.weight, reduction=self.reduction)


class TripletMarginLoss(Loss):
    """max(0, ‖anchor − positive‖ − ‖anchor − negative‖ + margin).

    Parameters
    ----------
    margin : float
        By how much the negative should be farther away.
    p, eps : float
        Of the distance; see `PairwiseDistance`.
    swap : bool
        Whether the negative's distance to the positive counts if it is smaller.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of all examples.
    """

    options: ClassVar = {"margin": POSITIVE}

    def __init__(
        self, margin: float = 1.0, p: float = 2.0, eps: float = 1e-6, swap: bool = False, *, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction=reduction)
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap

    def forward(self, anchor: Any, positive: Any, negative: Any) -> Any:
        """Apply ``F.triplet_margin_loss``."""
        return F.triplet_margin_loss(
            anchor, positive, negative, self.margin, self.p, self.eps, self.swap, reduction=self.reduction
        )


class TripletMarginWithDistanceLoss(Loss):
    """`TripletMarginLoss` with any distance; by default that of `PairwiseDistance`."""

    options: ClassVar = {"margin": POSITIVE}

    def __init__(
        self, *, distance_function: Callable[[Any, Any], Any] | None = None, margin: float = 1.0, swap: bool = False,
        reduction: str = "mean",
    ) -> None:  # fmt: skip
        super().__init__(reduction=reduction)
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function
        self.margin, self.swap = margin, swap

    def forward(self, anchor: Any, positive: Any, negative: Any) -> Any:
        """Apply ``F.triplet_margin_with_distance_loss``."""
        return F.triplet_margin_with_distance_loss(
            anchor, positive, negative, distance_function=self.distance_function, margin=self.margin,
            swap=self.swap, reduction=self.reduction,
        )  # fmt: skip
