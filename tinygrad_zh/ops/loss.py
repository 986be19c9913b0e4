r"""Floor 2: losses: how far a prediction is from the truth, as one number to go downhill on.

Cross-entropy and mean squared error are fused primitives: one pass forward, one pass back.  Beside them
stands the plain formula, which the tests hold them to.

May import: floors 0–1, ``elementwise``, ``fusable``, ``indexing``, ``normalise``, ``reduce``, ``shape``.
Read next: ``loss_binary.py``.
"""

from __future__ import annotations

from typing import Any

from ..backend.dtypes import int64
from ..core.primitive import SAME, primitive
from ..core.registry import registry
from ..core.symbol import SUM
from ..errors import error
from .elementwise import abs, maximum, mul, sub_p, where_p
from .fusable import fusable
from .indexing import take_p
from .normalise import log_softmax, softmax_p
from .publish import published
from .reduce import mean, sum
from .shape import movedim, reshape_p

REDUCTIONS = ("none", "mean", "sum")
TINY = 9.999999960041972e-13
"""10⁻¹² as float32 holds it: what PyTorch puts in the place of 0 where it divides."""


def reduced(op: str, losses: Any, reduction: str) -> Any:
    """Return the losses as they are, their mean, or their sum."""
    check_reduction(op, reduction)
    return losses if reduction == "none" else mean(losses) if reduction == "mean" else sum(losses)


def check_reduction(op: str, reduction: Any) -> None:
    """Refuse an unknown reduction."""
    if reduction not in REDUCTIONS:
        raise error("argument", op=op, argument="reduction", expected="'none', 'mean' or 'sum'", got=repr(reduction))


# -- mean squared error --------------------------------------------------------------------------------


@primitive(
    r"<scale> \sum (<a:1> - <b:2>)^{2}",
    level=SUM,
    promote=SAME,
    vjp_a=lambda g, a, b, scale: g * (2 * scale) * (a - b),
    vjp_b=lambda g, a, b, scale: g * (2 * scale) * (b - a),
    tex_rules={"a": r"g \cdot 2\,\mathrm{scale}\,(a - b)", "b": r"g \cdot 2\,\mathrm{scale}\,(b - a)"},
    name="mse_loss",
)
def mse_p(xp: Any, a: Any, b: Any, *, scale: float) -> Any:
    d = xp.subtract(a, b).reshape(-1)
    return xp.dot(d, d) * scale


@published(method=False)
def mse_loss(input: Any, target: Any, *, reduction: str = "mean", weight: Any = None) -> Any:
    """Return the squared differences, or their mean or sum.

    Parameters
    ----------
    input, target : Tensor of shape (...), floating
        Prediction and truth, broadcast to a common shape.
    reduction : {"mean", "sum", "none"}
        What becomes of the squares.
    weight : Tensor of the input's shape, optional
        A factor for each square; the mean divides by the sum of them.

    Raises
    ------
    ShapeError
        If the weights have another shape than the input.

    Notes
    -----
    1/n Σ (x − y)².  The articles' J(θ) divides by 2m instead; write that as ``mse_loss(x, y) / 2``.
    """
    check_reduction("mse_loss", reduction)
    if (
        weight is None
        and reduction != "none"
        and input.shape == target.shape
        and input.array.size
        and input.dtype.kind == "f"
    ):
        return mse_p(input, target, scale=1 / input.array.size if reduction == "mean" else 1.0)
    difference = sub_p(input, target)
    return weighted("mse_loss", mul(difference, difference), input, weight, reduction)


def weighted(op: str, losses: Any, input: Any, weight: Any, reduction: str) -> Any:
    """Return the losses times their weights, reduced; the mean divides by the sum of the weights."""
    if weight is None:
        return reduced(op, losses, reduction)
    refuse_other_shape(op, "weight", weight, input)
    losses = losses * weight
    return sum(losses) / sum(weight) if reduction == "mean" else reduced(op, losses, reduction)


def refuse_other_shape(op: str, name: str, x: Any, input: Any) -> None:
    """Refuse what has not the shape of the input."""
    if x.shape != input.shape:
        raise error("loss-shapes", op=op, name=name, got=x.shape, expected=input.shape)


@published(method=False)
def l1_loss(input: Any, target: Any, *, reduction: str = "mean", weight: Any = None) -> Any:
    """Return the absolute differences, or their mean or sum; see `mse_loss`."""
    check_reduction("l1_loss", reduction)
    return weighted("l1_loss", abs(sub_p(input, target)), input, weight, reduction)


# -- cross-entropy -------------------------------------------------------------------------------------


def cross_entropy_slope(xp: Any, g: Any, x: Any, target: Any, lse: Any, *, reduction: str, ignore_index: int) -> Any:
    """The pullback in one pass over `x`: softmax is e^(x − lse), and 1 is taken off at each row's class."""
    slope = xp.exp(x - lse)
    valid = target != ignore_index
    everywhere = valid.all()
    slope[xp.arange(len(target)), target if everywhere else xp.where(valid, target, 0)] -= 1
    scale = g[:, None] if reduction == "none" else g
    if not everywhere:
        scale = scale * valid[:, None].astype(x.dtype)
    if reduction == "mean":
        # At least 1: where everything is ignored the loss is NaN, but nothing pulls, as in PyTorch.
        scale = scale / (len(target) if everywhere else xp.maximum(valid.sum(), 1).astype(x.dtype))
    slope *= scale
    return slope


@fusable(array_value=cross_entropy_slope)
def cross_entropy_pullback(g: Any, x: Any, target: Any, lse: Any, *, reduction: str, ignore_index: int) -> Any:
    """(softmax(x) − onehot(target)) ⊙ g, on the rows that are not ignored, and divided by their number for a mean."""
    truth = class_rows(x, target, ignore_index=ignore_index)  # one-hot rows; zeros where ignored
    valid = sum(truth, 1, keepdim=True)
    row_g = reshape_p(g, shape=(x.shape[0], 1)) if reduction == "none" else g
    pulled = (softmax_p(x, dim=1) - truth) * valid * row_g
    return pulled / maximum(sum(valid), 1) if reduction == "mean" else pulled


@primitive(
    r"-\ln \operatorname{softmax}(<x>)_{<target>}",
    level=SUM,
    aux=("lse",),
    vjp_x=lambda g, x, target, lse, reduction, ignore_index: cross_entropy_pullback(
        g, x, target, lse, reduction=reduction, ignore_index=ignore_index
    ),
    tex_rules={"x": r"\frac{g}{n} \odot \left(\operatorname{softmax}(x) - \operatorname{onehot}(target)\right)"},
    name="cross_entropy",
)
def cross_entropy_p(xp: Any, x: Any, target: Any, *, reduction: str, ignore_index: int) -> Any:
    check_classes("cross_entropy", target, x.shape[1], ignore_index)
    top = xp.max(x, axis=1, keepdims=True) if x.size else x[:, :1]
    lse = xp.log(xp.sum(xp.exp(x - top), axis=1, keepdims=True)) + top  # lse = ln Σ eˣ
    valid = target != ignore_index
    picked = x[xp.arange(len(target)), xp.where(valid, target, 0)]
    losses = xp.where(valid, lse[:, 0] - picked, x.dtype.type(0))
    if reduction == "none":
        return losses, lse
    total = xp.sum(losses)
    return (total / valid.sum().astype(x.dtype) if reduction == "mean" else total), lse


@primitive(r"\operatorname{onehot}(<target>)")
def class_rows(xp: Any, x: Any, target: Any, *, ignore_index: int) -> Any:
    """One row per target: 1 at its class, zeros if it is ignored."""
    rows = xp.zeros(x.shape, dtype=x.dtype)
    valid = target != ignore_index
    rows[xp.arange(len(target)), xp.where(valid, target, 0)] = valid.astype(x.dtype)
    return rows


def check_classes(op: str, target: Any, classes: int, ignore_index: int) -> None:
    """Refuse class indices, an array, outside 0 … classes − 1, but for `ignore_index`."""
    outside = (target < 0) | (target >= classes)
    if outside.any():
        outside &= target != ignore_index
        if outside.any():
            raise error("class-index", op=op, index=int(target[outside][0]), classes=classes)


def rows_of(input: Any, target: Any) -> tuple[Any, Any]:
    """Return logits as (N, C) and class indices as (N,), whatever dimensions they came in."""
    if input.ndim == 1:
        return reshape_p(input, shape=(1, -1)), reshape_p(target, shape=(1,))
    if input.ndim > 2:
        input = movedim(input, 1, -1)
        count = target.array.size
        return reshape_p(input, shape=(count, input.shape[-1])), reshape_p(target, shape=(count,))
    return input, target


@published(method=False)
def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """Return −ln softmax(input) at the target class: the loss of classification, from logits.

    Parameters
    ----------
    input : Tensor of shape (C,), (N, C) or (N, C, d₁, …), floating
        Logits, not probabilities.
    target : Tensor
        Class indices, int64 of shape (), (N,) or (N, d₁, …); or class probabilities, floating, of the input's shape.
    weight : Tensor of shape (C,), optional
        A weight per class.
    ignore_index : int
        Targets of this index count for nothing.
    reduction : {"mean", "sum", "none"}
        The mean divides by the sum of the targets' weights.
    label_smoothing : float
        In [0, 1]: this share of the truth is spread evenly over all classes.

    Raises
    ------
    ShapeError
        If the shapes do not fit.
    DTypeError
        If the targets are neither class indices nor probabilities.
    IndexingError
        If a class index is out of range.

    Notes
    -----
    −Σ_c q_c ln softmax(x)_c with q the (weighted, smoothed) truth; computed as logsumexp(x) − x at the class.
    """
    check_reduction("cross_entropy", reduction)
    if not 0.0 <= label_smoothing <= 1.0:
        raise error("argument", op="cross_entropy", argument="label_smoothing", expected="0 to 1", got=label_smoothing)
    if input.dtype.kind != "f":
        raise error("dtype-not-floating", op="cross_entropy", dtype=input.dtype)
    if target.dtype.kind == "f":
        if target.shape != input.shape:
            raise error("target-probabilities", input=input.shape, target=target.shape)
        return soft_cross_entropy(input, target, weight, reduction, label_smoothing)
    class_dim = 1 if input.ndim > 1 else 0
    if not input.ndim or target.shape != (*input.shape[:class_dim], *input.shape[class_dim + 1 :]):
        raise error("target-shape", input=input.shape, target=target.shape)
    x, classes = rows_of(input, target)
    if weight is None and not label_smoothing:
        losses = cross_entropy_p(x, classes, reduction=reduction, ignore_index=ignore_index)
        return reshape_p(losses, shape=target.shape) if reduction == "none" and target.ndim != 1 else losses
    check_classes("cross_entropy", classes.array, x.shape[1], ignore_index)
    valid = classes != ignore_index
    counts = registry["cast"](valid, dtype=x.dtype)
    losses = cross_entropy_p(x, classes, reduction="none", ignore_index=ignore_index)
    if weight is not None:
        counts = counts * take_p(weight, where_p(valid, classes, 0), dims=(0,))
        losses = losses * counts
    if label_smoothing:
        logs = log_softmax(x, 1)
        spread = sum(logs, 1) if weight is None else logs @ weight
        losses = losses * (1 - label_smoothing) - spread * (label_smoothing / x.shape[1])
    losses = where_p(valid, losses, 0)  # no gradient to what is ignored
    if reduction == "none":
        return reshape_p(losses, shape=target.shape)
    return sum(losses) / sum(counts) if reduction == "mean" else sum(losses)


def soft_cross_entropy(input: Any, target: Any, weight: Any, reduction: str, label_smoothing: float) -> Any:
    """Cross-entropy with class probabilities as targets; the mean divides by the number of rows."""
    class_dim = 1 if input.ndim > 1 else 0
    q = target * (1 - label_smoothing) + label_smoothing / input.shape[class_dim] if label_smoothing else target
    if weight is not None:
        q = q * reshape_p(weight, shape=(-1, *[1] * (input.ndim - class_dim - 1)))
    losses = -sum(q * log_softmax(input, class_dim), class_dim)
    return reduced("cross_entropy", losses, reduction)


@published(method=False)
def nll_loss(input: Any, target: Any, weight: Any = None, *, ignore_index: int = -100, reduction: str = "mean") -> Any:
    """Return −input at the target class, for log-probabilities; see `cross_entropy`.

    Parameters
    ----------
    input : Tensor of shape (C,), (N, C) or (N, C, d₁, …), floating
        Log-probabilities.
    target : Tensor of int64
        Class indices.
    weight, ignore_index, reduction
        As in `cross_entropy`.
    """
    check_reduction("nll_loss", reduction)
    class_dim = 1 if input.ndim > 1 else 0
    expected = (*input.shape[:class_dim], *input.shape[class_dim + 1 :])
    if target.dtype != int64 or not input.ndim or target.shape != expected:
        raise error("target-shape", input=input.shape, target=f"{target.shape} {target.dtype}")
    check_classes("nll_loss", target.array, input.shape[class_dim], ignore_index)
    x, classes = rows_of(input, target)
    truth = class_rows(x, classes, ignore_index=ignore_index)
    counts = truth if weight is None else truth * weight
    losses = -sum(where_p(counts != 0, x, 0) * counts, 1)  # −∞ elsewhere must not become NaN
    if reduction == "none":
        return reshape_p(losses, shape=target.shape)
    return sum(losses) / sum(counts) if reduction == "mean" else sum(losses)
