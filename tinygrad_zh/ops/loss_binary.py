r"""Floor 2: losses of yes and no: how far a probability is from 0 or 1, or a score from its sign.

A score x becomes a probability by the sigmoid σ(x).  Where scores are at hand, the losses of scores are the ones
to take: ln σ(x) is accurate where σ(x) is already 0.

May import: floors 0–1, ``activation``, ``choosing``, ``elementwise``, ``exponentials``, ``loss``, ``reduce``.
Read next: ``loss_regression.py``.
"""

from __future__ import annotations

from typing import Any

from ..core.primitive import SAME, primitive
from ..core.symbol import SUM
from ..errors import error
from .activation import sigmoid
from .choosing import refuse_other_dtypes
from .elementwise import log, log1p, maximum
from .exponentials import logaddexp
from .loss import TINY, check_reduction, reduced, refuse_other_shape
from .publish import published
from .reduce import floating, mean

# -- of probabilities ----------------------------------------------------------------------------------


@primitive(
    r"-<t:2> \odot \ln <p:4> - (1 - <t:2>) \odot \ln(1 - <p:2>)",
    level=SUM,
    promote=SAME,
    vjp_p=lambda g, p, t: g * (p - t) / maximum(p * (1 - p), TINY),
    vjp_t=lambda g, p: g * (log1p(-p) - log(p)),
    name="binary_cross_entropy",
)
def binary_cross_entropy_p(xp: Any, p: Any, t: Any) -> Any:
    yes, no = xp.maximum(xp.log(p), -100), xp.maximum(xp.log1p(-p), -100)  # not −∞: 0 · −∞ would be NaN
    return -t * yes - (1 - t) * no


@published(space="nn.functional")
def binary_cross_entropy(input: Any, target: Any, weight: Any = None, *, reduction: str = "mean") -> Any:
    """Return −t ln p − (1 − t) ln(1 − p) for probabilities p of a truth t, or their mean or sum.

    Parameters
    ----------
    input, target : Tensor of shape (...), floating
        Probabilities p and t, in [0, 1], of one shape and dtype.
    weight : Tensor, optional
        A factor for each loss, broadcast to the input's shape.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.

    Raises
    ------
    ShapeError
        If the shapes differ.
    DTypeError
        If the dtypes differ.
    ArgumentError
        If a probability is outside [0, 1], or NaN.

    Notes
    -----
    Logarithms are at least −100, and the slope (p − t) / (p (1 − p)) divides by at least 10⁻¹², as in PyTorch, so
    that a certain error is a large number instead of ∞.  `binary_cross_entropy_with_logits` needs neither.
    """
    check_reduction("binary_cross_entropy", reduction)
    refuse_other_shape("binary_cross_entropy", "target", target, input)
    refuse_other_dtypes("binary_cross_entropy", input, target)
    for name, x in {"input": input, "target": target}.items():
        if not ((x >= 0) & (x <= 1)).array.all():
            raise error("probability-range", op="binary_cross_entropy", name=name)
    losses = binary_cross_entropy_p(input, target)
    return reduced("binary_cross_entropy", losses if weight is None else losses * weight, reduction)


# -- of scores -----------------------------------------------------------------------------------------


@primitive(
    r"\ln(1 + e^{<x>}) - <t:2> \odot <x:2>",
    level=SUM,
    promote=SAME,
    vjp_x=lambda g, x, t: g * (sigmoid(x) - t),
    vjp_t=lambda g, x: -g * x,
)
def score_loss(xp: Any, x: Any, t: Any) -> Any:
    """−t ln σ(x) − (1 − t) ln σ(−x), with nothing that overflows."""
    return (1 - t) * x + xp.maximum(-x, 0) + xp.log1p(xp.exp(-xp.abs(x)))


@published(space="nn.functional")
def binary_cross_entropy_with_logits(
    input: Any, target: Any, weight: Any = None, *, reduction: str = "mean", pos_weight: Any = None
) -> Any:
    """Return −t ln σ(x) − (1 − t) ln(1 − σ(x)) for scores x of a truth t, or their mean or sum.

    Parameters
    ----------
    input, target : Tensor of shape (...), floating
        Scores (logits) x, and probabilities t, of one shape.
    weight : Tensor, optional
        A factor for each loss, broadcast to the input's shape.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.
    pos_weight : Tensor, optional
        A factor for −t ln σ(x) alone, broadcast to the input's shape: above 1 it counts missed positives more.

    Raises
    ------
    ShapeError
        If the shapes differ.
    DTypeError
        If the target is not floating.

    Notes
    -----
    ln(1 + eˣ) − t x, computed as (1 − t) x + max(−x, 0) + ln(1 + e^(−|x|)).
    """
    op = "binary_cross_entropy_with_logits"
    check_reduction(op, reduction)
    refuse_other_shape(op, "target", target, input)
    input, target = floating(op, input), floating(op, target)
    if pos_weight is None:
        losses = score_loss(input, target)
    else:
        losses = (1 - target) * input + (1 + (pos_weight - 1) * target) * logaddexp(-input, 0)
    return reduced(op, losses if weight is None else losses * weight, reduction)


@published(space="nn.functional")
def multilabel_soft_margin_loss(input: Any, target: Any, weight: Any = None, *, reduction: str = "mean") -> Any:
    """Return the mean over the classes of −t ln σ(x) − (1 − t) ln σ(−x): each class is a question of yes or no.

    Parameters
    ----------
    input, target : Tensor of shape (..., C), floating
        Scores x, and which classes are right, 1 or 0.
    weight : Tensor, optional
        A factor for each loss, such as one per class of shape (C,).
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of shape (...).

    Raises
    ------
    ShapeError
        If the input has no dimension.
    """
    if not input.ndim:
        raise error("loss-shapes", op="multilabel_soft_margin_loss", name="input", got=(), expected="(..., C)")
    losses = score_loss(input, target)
    losses = losses if weight is None else losses * weight
    return reduced("multilabel_soft_margin_loss", mean(losses, -1), reduction)


@published(space="nn.functional")
def soft_margin_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Return ln(1 + e^(−t x)) for scores x and signs t, 1 or −1, or the mean or sum.

    Parameters
    ----------
    input, target : Tensor of shape (...), floating
        Scores, and signs that broadcast to their shape.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.

    Raises
    ------
    DTypeError
        If the scores are no floats.
    ShapeError
        If the target does not broadcast to the input's shape.
    """
    scores = -floating("soft_margin_loss", input) * target
    if scores.shape != input.shape:
        raise error("loss-shapes", op="soft_margin_loss", name="target", got=target.shape, expected=input.shape)
    return reduced("soft_margin_loss", logaddexp(scores, 0), reduction)
