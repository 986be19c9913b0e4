r"""Floor 2: losses with a margin: nothing is to be learnt where the right answer is ahead by that much.

May import: floors 0–1, ``activation``, ``similarity``, ``elementwise``, ``loss``, ``reduce``, ``shape``.
Read next: ``ctc.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..backend.dtypes import int64
from ..core.primitive import primitive
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import error
from .activation import relu
from .elementwise import clamp_p, maximum, minimum, sqrt, where_p
from .loss import TINY, check_classes, check_reduction, class_rows, reduced
from .publish import published
from .reduce import floating, mean, sum
from .shape import reshape_p, unsqueeze
from .similarity import pairwise_distance

# -- pairs ---------------------------------------------------------------------------------------------


@published(space="nn.functional")
def margin_ranking_loss(input1: Any, input2: Any, target: Any, margin: float = 0, *, reduction: str = "mean") -> Any:
    """Return max(0, margin − t (x₁ − x₂)), or the mean or sum: which of two is to be ranked higher.

    Parameters
    ----------
    input1, input2 : Tensor of shape (...), floating
        Scores of both.
    target : Tensor
        1 where the first is to be higher, −1 where the second is; as many dimensions as the inputs have.
    margin : float
        By how much.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.

    Raises
    ------
    ShapeError
        If the numbers of dimensions differ.
    """
    for name, x in {"input2": input2, "target": target}.items():
        if x.ndim != input1.ndim:
            raise error("loss-shapes", op="margin_ranking_loss", name=name, got=x.shape, expected=input1.shape)
    return reduced("margin_ranking_loss", clamp_p(-target * (input1 - input2) + margin, 0, None), reduction)


@published(space="nn.functional")
def hinge_embedding_loss(input: Any, target: Any, margin: float = 1.0, *, reduction: str = "mean") -> Any:
    """Return a distance where two things are alike, and max(0, margin − distance) where not, or the mean or sum.

    Parameters
    ----------
    input : Tensor of shape (...), floating
        Distances.
    target : Tensor
        1 where they are to be small, −1 where large; broadcast.
    margin : float
        How large.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.

    Raises
    ------
    DTypeError
        If the distances are no floats.
    """
    input = floating("hinge_embedding_loss", input)
    if not isinstance(target, Tensor):
        raise error("not-a-tensor", op="hinge_embedding_loss", kind=type(target).__name__)
    apart = where_p(target != 1, clamp_p(margin - input, 0, None), 0)
    return reduced("hinge_embedding_loss", apart + where_p(target != -1, input, 0), reduction)


@published(space="nn.functional")
def cosine_embedding_loss(input1: Any, input2: Any, target: Any, margin: float = 0, *, reduction: str = "mean") -> Any:
    """Return 1 − cos(x₁, x₂) where two vectors are alike, max(0, cos(x₁, x₂) − margin) where not, or the mean or sum.

    Parameters
    ----------
    input1, input2 : Tensor of shape (N, D) or (D,), floating
        The vectors.
    target : Tensor of shape (N,) or ()
        1 where they are to point the same way, −1 where not; anything else has the loss 0.
    margin : float
        How near is too near, a cosine.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.

    Raises
    ------
    ShapeError
        If the inputs don't have one dimension more than the target, or the target more than one.

    Notes
    -----
    The squared lengths get 10⁻¹² added, so that the vector 0 has a cosine too.
    """
    for name, x in {"input1": input1, "input2": input2}.items():
        if target.ndim > 1 or x.ndim != target.ndim + 1:
            expected = "(N, D) beside a target of shape (N,), or (D,) beside ()"
            raise error("loss-shapes", op="cosine_embedding_loss", name=name, got=x.shape, expected=expected)
    lengths = [sum(x * x, -1) + TINY for x in (input1, input2)]
    cosine = sum(input1 * input2, -1) / sqrt(lengths[0] * lengths[1])
    alike, apart = where_p(target == 1, 1 - cosine, 0), where_p(target == -1, clamp_p(cosine - margin, 0, None), 0)
    return reduced("cosine_embedding_loss", alike + apart, reduction)


@published(space="nn.functional")
def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    *,
    reduction: str = "mean",
) -> Any:
    """Return max(0, margin + d(a, p) − d(a, n)), or the mean or sum: near to its like, far from others.

    Parameters
    ----------
    anchor, positive, negative : Tensor of shape (..., D), floating
        Vectors, and what they are to be near to and far from; of as many dimensions, broadcast.
    margin : float
        By how much; positive.
    p, eps : float
        Of the distance d, see `pairwise_distance`.
    swap : bool
        Whether d(p, n) counts instead of d(a, n) where it is less.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.

    Raises
    ------
    ArgumentError
        If the margin is not positive.
    ShapeError
        If the numbers of dimensions differ.

    Notes
    -----
    Balntas, Riba, Ponsa and Mikolajczyk (2016), "Learning local feature descriptors with triplets".
    """

    def distance(x1: Any, x2: Any) -> Any:
        return pairwise_distance(x1, x2, p, eps)

    return triplets("triplet_margin_loss", (anchor, positive, negative), distance, margin, swap, reduction)


@published(space="nn.functional")
def triplet_margin_with_distance_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    distance_function: Callable[[Any, Any], Any] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """Return `triplet_margin_loss` with any distance.

    Parameters
    ----------
    anchor, positive, negative, margin, swap, reduction
        As in `triplet_margin_loss`; whatever the distance takes.
    distance_function : callable, optional
        ``distance_function(x1, x2)``; `pairwise_distance` by default.
    """
    distance = pairwise_distance if distance_function is None else distance_function
    op = "triplet_margin_with_distance_loss"
    return triplets(op, (anchor, positive, negative), distance, margin, swap, reduction)


def triplets(
    op: str, three: tuple[Any, Any, Any], distance: Callable[[Any, Any], Any], margin: float, swap: bool, reduction: str
) -> Any:
    """The loss of triplets, by a distance."""
    anchor, positive, negative = three
    if not margin > 0:
        raise error("argument", op=op, argument="margin", expected="a number > 0", got=margin)
    for name, x in {"positive": positive, "negative": negative}.items():
        if not isinstance(x, Tensor):
            raise error("not-a-tensor", op=op, kind=type(x).__name__)
        if x.ndim != anchor.ndim:
            raise error("loss-shapes", op=op, name=name, got=x.shape, expected=anchor.shape)
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return reduced(op, clamp_p(margin + near - far, 0, None), reduction)


# -- classes -------------------------------------------------------------------------------------------


@published(space="nn.functional")
def multi_margin_loss(
    input: Any, target: Any, p: int = 1, margin: float = 1.0, weight: Any = None, *, reduction: str = "mean"
) -> Any:
    """Return the mean over the wrong classes of max(0, margin − x_right + x_wrong)ᵖ: the hinge loss of many classes.

    Parameters
    ----------
    input : Tensor of shape (N, C) or (C,), floating
        Scores.
    target : Tensor of int64, of shape (N,) or ()
        The right classes.
    p : {1, 2}
        The power.
    margin : float
        By how much the right class is to be ahead.
    weight : Tensor of shape (C,), optional
        A factor per class, for the examples of which it is the right one.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of all examples.

    Raises
    ------
    ArgumentError
        If `p` is neither 1 nor 2, or a class does not exist.
    ShapeError
        If the shapes do not fit.

    Notes
    -----
    The sum over the wrong classes is divided by C, the number of all classes, as in PyTorch.
    """
    op = "multi_margin_loss"
    check_reduction(op, reduction)
    if p not in (1, 2):
        raise error("argument", op=op, argument="p", expected="1 or 2", got=p)
    rows = input.shape[0] if input.ndim == 2 else 1
    fits = target.shape == (rows,) or (input.ndim == 1 and target.shape == ())
    if input.ndim not in (1, 2) or not input.shape[-1] or not fits or target.dtype != int64:
        raise error("target-shape", input=input.shape, target=f"{target.shape} {target.dtype}")
    if weight is not None and weight.shape != input.shape[-1:]:
        raise error("loss-shapes", op=op, name="weight", got=weight.shape, expected=input.shape[-1:])
    check_classes(op, target.array, input.shape[-1], ignore_index=0)  # 0 is a class: none is ignored
    x, classes = reshape_p(input, shape=(rows, input.shape[-1])), reshape_p(target, shape=(rows,))
    ahead = registry["gather"](x, 1, unsqueeze(classes, 1))
    short = relu(margin - ahead + x)
    wrong = class_rows(x, classes, ignore_index=-1) == 0
    losses = mean(where_p(wrong, short * short if p == 2 else short, 0), 1)
    if weight is not None:
        losses = losses * weight[classes]
    return reduced(op, reshape_p(losses, shape=target.shape), reduction)


@primitive(r"\operatorname{pairs}(<target>)")
def pairs_of(xp: Any, target: Any) -> Any:
    """Of shape (N, C, C): whether entry i of a row is one of its labels, and class j none of them."""
    listed = xp.cumprod(target >= 0, axis=1) > 0  # up to the first −1
    label = listed[:, :, None] & (target[:, :, None] == xp.arange(target.shape[1]))
    return listed[:, :, None] & ~xp.any(label, axis=1, keepdims=True)


@published(space="nn.functional")
def multilabel_margin_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Return Σ max(0, 1 − x_right + x_wrong) / C over all pairs of a right and a wrong class, or the mean or sum.

    Parameters
    ----------
    input : Tensor of shape (N, C) or (C,), floating
        Scores.
    target : Tensor of int64, of the input's shape
        In each row the right classes, then −1; what follows counts for nothing.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of all rows.

    Raises
    ------
    ShapeError
        If the shapes differ or have more than two dimensions.
    ArgumentError
        If a class does not exist.
    """
    op = "multilabel_margin_loss"
    check_reduction(op, reduction)
    if input.ndim > 2 or target.shape != input.shape or target.dtype != int64:
        expected = f"{input.shape[-2:]}, int64"
        raise error("loss-shapes", op=op, name="target", got=f"{target.shape} {target.dtype}", expected=expected)
    shape = (input.shape[0] if input.ndim == 2 else 1, input.shape[-1] if input.ndim else 1)
    check_classes(op, target.array, shape[1], ignore_index=-1)
    x, labels = reshape_p(input, shape=shape), reshape_p(target, shape=shape)
    right = registry["gather"](x, 1, maximum(labels, 0))
    short = relu(1 - unsqueeze(right, 2) + unsqueeze(x, 1))  # (N, C, C)
    losses = sum(where_p(pairs_of(labels), short, 0), (1, 2)) / shape[1]
    return reduced(op, reshape_p(losses, shape=input.shape[:-1]), reduction)
