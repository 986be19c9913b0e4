r"""Floor 2: losses of numbers: how far a prediction is from a measured value, and a distribution from another.

May import: floors 0–1, ``choosing``, ``create``, ``elementwise``, ``exponentials``, ``loss``, ``reduce``, ``shape``.
Read next: ``loss_margin.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..core.primitive import primitive
from ..core.tensor import Tensor
from ..errors import error
from .choosing import raised
from .create import full_like
from .elementwise import clamp_p, exp, log, square, sub_p, where_p
from .exponentials import xlogy_p
from .loss import check_reduction, l1_loss, reduced, refuse_other_shape
from .publish import published
from .reduce import floating, sum
from .shape import unsqueeze

# -- numbers -------------------------------------------------------------------------------------------


@primitive(
    r"\operatorname{huber}_{<delta>}(<x>)",
    vjp_x=lambda g, x, delta, slope: g * clamp_p(x * (slope / delta), -slope, slope),
    tex_rules={"x": r"g \odot \operatorname{clamp}(\frac{slope}{delta} x, -slope, slope)"},
)
def huber_p(xp: Any, x: Any, *, delta: float, slope: float) -> Any:
    """A parabola near 0, and beyond ±delta the lines of this slope that touch it there."""
    size = xp.abs(x)
    return xp.where(size < delta, x * x * (0.5 * slope / delta), slope * (size - 0.5 * delta))


@published(space="nn.functional")
def smooth_l1_loss(input: Any, target: Any, *, reduction: str = "mean", beta: float = 1.0) -> Any:
    """Return the absolute differences, rounded to a parabola near 0, or their mean or sum.

    Parameters
    ----------
    input, target : Tensor of shape (...), floating
        Prediction and truth, broadcast to a common shape.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.
    beta : float
        Differences d below it count d²/(2 beta), the others abs(d) − beta/2; 0 is `l1_loss`.

    Raises
    ------
    ArgumentError
        If `beta` is negative.
    """
    if not beta >= 0:
        raise error("argument", op="smooth_l1_loss", argument="beta", expected="a number ≥ 0", got=beta)
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    return reduced("smooth_l1_loss", huber_p(sub_p(input, target), delta=beta, slope=1.0), reduction)


@published(space="nn.functional")
def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0, weight: Any = None) -> Any:
    """Return half the squared differences, continued by straight lines beyond ±delta, or their mean or sum.

    Parameters
    ----------
    input, target : Tensor of shape (...), floating
        Prediction and truth, broadcast to a common shape.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.
    delta : float
        Differences d below it count d²/2, the others delta (abs(d) − delta/2): outliers weigh no more than that.
    weight : Tensor of the input's shape, optional
        A factor for each loss; the mean divides by their number.

    Raises
    ------
    ArgumentError
        If `delta` is not positive.
    ShapeError
        If the weights have another shape than the input.
    """
    check_reduction("huber_loss", reduction)
    if not delta > 0:
        raise error("argument", op="huber_loss", argument="delta", expected="a number > 0", got=delta)
    losses = huber_p(sub_p(input, target), delta=delta, slope=delta)
    if weight is not None:
        refuse_other_shape("huber_loss", "weight", weight, input)
        losses = losses * weight
    return reduced("huber_loss", losses, reduction)


# -- distributions -------------------------------------------------------------------------------------


@published(space="nn.functional")
def kl_div(input: Any, target: Any, *, reduction: str = "mean", log_target: bool = False) -> Any:
    """Return t (ln t − x), the terms of the Kullback–Leibler divergence of eˣ from t, or their mean or sum.

    Parameters
    ----------
    input : Tensor of shape (...), floating
        Logarithms x of predicted probabilities.
    target : Tensor
        The true probabilities t, or with `log_target` their logarithms; broadcast.
    reduction : {"mean", "sum", "batchmean", "none"}
        What becomes of the terms; "batchmean", the sum divided by the length of the first dimension, is the
        divergence as mathematics defines it.
    log_target : bool
        Whether the target holds logarithms.

    Raises
    ------
    DTypeError
        If input or target are no floats.
    """
    input, target = floating("kl_div", input), floating("kl_div", target)
    losses = exp(target) * (target - input) if log_target else xlogy_p(target, target) - target * input
    if reduction == "batchmean":
        return sum(losses) / input.shape[0] if input.ndim else sum(losses)
    return reduced("kl_div", losses, reduction)


@published(space="nn.functional")
def poisson_nll_loss(
    input: Any, target: Any, log_input: bool = True, full: bool = False, *, eps: float = 1e-8, reduction: str = "mean"
) -> Any:
    """Return the negative log-likelihood of counts that follow Poisson's distribution, or the mean or sum.

    Parameters
    ----------
    input, target : Tensor of shape (...), floating
        Expected and observed counts, broadcast to a common shape.
    log_input : bool
        Whether the input holds the logarithms of the expected counts.
    full : bool
        Whether to add Stirling's approximation of ln t!, which is constant in the input, for t > 1.
    eps : float
        Added to the expected counts before their logarithm is taken, if `log_input` is false.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.

    Notes
    -----
    λ − t ln λ + ln t!, with ln t! ≈ t ln t − t + ½ ln(2πt).
    """
    losses = exp(input) - target * input if log_input else input - target * log(input + eps)
    if full:
        many = where_p(target > 1, target, 1)
        stirling = many * log(many) - many + 0.5 * log(2 * math.pi * many)
        losses = losses + where_p(target > 1, stirling, 0)
    return reduced("poisson_nll_loss", losses, reduction)


@published(space="nn.functional")
def gaussian_nll_loss(
    input: Any, target: Any, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Any:
    """Return the negative log-likelihood of numbers that follow Gauss's distribution, or the mean or sum.

    Parameters
    ----------
    input, target : Tensor of shape (...), floating
        Expected and observed values.
    var : Tensor or number
        The variances: one per value, of the input's shape; one per row, of the input's shape without the last
        dimension or with a dimension of length 1; or one for all.
    full : bool
        Whether to add the constant ½ ln 2π.
    eps : float
        The least variance that is computed with.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.

    Raises
    ------
    ArgumentError
        If a variance is negative.
    ShapeError
        If the shape of `var` is none of these.
    DTypeError
        If the variances are no floats.

    Notes
    -----
    ½ (ln v + (x − t)²/v)
    """
    check_reduction("gaussian_nll_loss", reduction)
    variances = floating("gaussian_nll_loss", fitting_variances(input, var))
    if (variances < 0).array.any():
        raise error("variance-negative", op="gaussian_nll_loss")
    v = raised(variances, low=eps)
    losses = 0.5 * (log(v) + square(input - target) / v)
    return reduced("gaussian_nll_loss", losses + 0.5 * math.log(2 * math.pi) if full else losses, reduction)


def fitting_variances(input: Any, var: Any) -> Any:
    """Return the variances as a tensor that broadcasts with the input."""
    if not isinstance(var, Tensor):
        return full_like(floating("gaussian_nll_loss", input), var)
    if var.shape == input.shape:
        return var
    if var.shape == input.shape[:-1]:
        return unsqueeze(var, -1)
    others = [n for n, wanted in zip(var.shape, input.shape, strict=False) if n != wanted]
    if var.ndim != input.ndim or others != [1]:
        raise error("loss-shapes", op="gaussian_nll_loss", name="var", got=var.shape, expected=input.shape)
    return var
