r"""Floor 2: connectionist temporal classification: the loss of a sequence of labels that says not when each comes.

A path names one class per time, the blank among them; runs of one class are read as one label, and blanks are
dropped: "–CC–A–T" is "CAT".  The loss is the negative logarithm of the probability of all paths that read as the
target.  They all walk through the labels with a blank before, between and after them: staying, going on to the
next, or past a blank between two different labels.  So two recursions along the time add them up: α from the
beginning, β from the end, and α β is the probability of all paths that are in one place at one time.

Source: Graves, Fernández, Gomez and Schmidhuber (2006), "Connectionist Temporal Classification".
May import: floors 0–1, ``create``, ``exponentials``, ``loss``, ``shape``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..backend.dtypes import int64
from ..core.primitive import primitive
from ..core.tensor import Tensor
from ..errors import error
from .create import tensor
from .exponentials import log_of_sum
from .loss import check_reduction, reduced
from .publish import published
from .shape import reshape_p

# Shapes: T times, N sequences, C classes, S = 2 L + 1 places for L labels with blanks around them.


def moved(xp: Any, x: Any, by: int) -> Any:
    """For every place of (N, S) the value `by` places before, or for negative `by` after it; −∞ where none is."""
    gap = xp.full((x.shape[0], min(abs(by), x.shape[1])), -math.inf, dtype=x.dtype)
    return xp.concatenate([gap, x[:, :-by]] if by > 0 else [x[:, -by:], gap], axis=1)


def may_skip(xp: Any, places: Any) -> Any:
    """Where a path may come from two places before: to a label, past the blank, from another label."""
    return places != xp.concatenate([places[:, :2], places[:, :-2]], axis=1)


def at_places(xp: Any, log_p: Any, places: Any) -> Any:
    """The log-probabilities (T, N, S) of the classes that belong to the places."""
    return xp.take_along_axis(log_p, xp.broadcast_to(places, (log_p.shape[0], *places.shape)), axis=2)


def last_places(xp: Any, places: Any, label_counts: Any) -> Any:
    """Where a path may end: at the last label, or the blank after it."""
    behind = 2 * label_counts[:, None] - xp.arange(places.shape[1])
    return (behind == 0) | (behind == 1)


@primitive(
    r"-\ln \sum_{\mathrm{paths}} \prod_{t} e^{<log_p>}",
    aux=("alpha", "total"),
    vjp_log_p=lambda g, log_p, places, times, label_counts, alpha, total, zero_infinity: (
        reshape_p(g, shape=(1, -1, 1))
        * ctc_slope(log_p, places, times, label_counts, alpha, total, zero_infinity=zero_infinity)
    ),
    tex_rules={"log_p": r"g \odot \left(e^{log\_p} - \frac{\alpha \beta}{e^{-y}}\right)"},
    name="ctc_loss",
)
def ctc_loss_p(xp: Any, log_p: Any, places: Any, times: Any, label_counts: Any, *, zero_infinity: bool) -> Any:
    p, skips, ends = at_places(xp, log_p, places), may_skip(xp, places), last_places(xp, places, label_counts)
    total = xp.where(label_counts == 0, 0, -math.inf).astype(p.dtype)  # of no time at all
    alpha = xp.full_like(p, -math.inf)
    alpha[0, :, :2] = p[0, :, :2]
    for t in range(len(p)):
        if t:
            beside = log_of_sum(xp, alpha[t - 1], moved(xp, alpha[t - 1], 1))
            beyond = xp.where(skips, moved(xp, alpha[t - 1], 2), -math.inf)
            alpha[t] = log_of_sum(xp, beside, beyond) + p[t]
        ended = xp.where(ends, alpha[t], -math.inf)
        top = xp.max(ended, axis=1)
        top = xp.where(top == -math.inf, 0, top)
        total = xp.where(times == t + 1, xp.log(xp.sum(xp.exp(ended - top[:, None]), axis=1)) + top, total)
    return (xp.where(total == -math.inf, 0, -total) if zero_infinity else -total), alpha, total


def no_second_derivative(g: Any) -> Any:
    """Refuse, as PyTorch does."""
    raise error("not-differentiable", op="the gradient of ctc_loss", operand="log_probs")


@primitive(r"\operatorname{ctc}'(<log_p>)", vjp_log_p=no_second_derivative, tex_rules={"log_p": r"\mathrm{none}"})
def ctc_slope(
    xp: Any, log_p: Any, places: Any, times: Any, label_counts: Any, alpha: Any, total: Any, *, zero_infinity: bool
) -> Any:
    """The probability of each class at each time, less its share in the paths that read as the target."""
    p, skips, ends = at_places(xp, log_p, places), may_skip(xp, places), last_places(xp, places, label_counts)
    shares = xp.empty_like(p)  # e^(α + β − total)
    beta = xp.full_like(p[0], -math.inf)  # of what comes after time t
    for t in reversed(range(len(p))):
        if t + 1 < len(p):
            ahead = beta + p[t + 1]
            beside = log_of_sum(xp, ahead, moved(xp, ahead, -1))
            beta = log_of_sum(xp, beside, moved(xp, xp.where(skips, ahead, -math.inf), -2))
        beta = xp.where(ends & (times == t + 1)[:, None], 0, beta)
        shares[t] = xp.exp(alpha[t] + beta - total[:, None])
    classes = (places[:, :, None] == xp.arange(log_p.shape[2])).astype(p.dtype)  # (N, S, C)
    by_class = xp.matmul(shares.transpose(1, 0, 2), classes).transpose(1, 0, 2)
    valid = xp.arange(len(p))[:, None] < times
    if zero_infinity:
        valid = valid & (total != -math.inf)
    return xp.where(valid[:, :, None], xp.exp(log_p) - by_class, 0)


@published(space="nn.functional")
def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Any:
    """Return −ln of the probability that a sequence of class probabilities reads as the target.

    Parameters
    ----------
    log_probs : Tensor of shape (T, N, C) or (T, C), floating
        Logarithms of the classes' probabilities at each time, such as ``log_softmax`` gives.
    targets : Tensor of integers, of shape (N, L) or (sum of the lengths,)
        The labels of each sequence, padded at the end; or of all sequences one after the other.
    input_lengths, target_lengths : Tensor of integers or sequence of int, of N numbers
        How many times and how many labels each sequence has.
    blank : int
        The class that is no label.
    reduction : {"mean", "sum", "none"}
        The mean divides each loss by the number of its labels first.
    zero_infinity : bool
        Whether the loss of a sequence that is too short for its labels, and its gradient, become 0.

    Raises
    ------
    ShapeError
        If shapes and lengths do not fit.
    ArgumentError
        If a label, the blank or a length is out of range.
    DTypeError
        If the logarithms are no floats, or labels or lengths no integers.

    Notes
    -----
    Graves et al. (2006), eq. 6–16, in logarithms; time and memory are O(T N L).  The gradient is eˡᵒᵍᵖ − α β / e⁻ʸ, as
    in PyTorch: the slope for log-probabilities that stay normalised, from which that of ``log_softmax`` follows.
    """
    check_reduction("ctc_loss", reduction)
    if log_probs.dtype.kind != "f":
        raise error("dtype-not-floating", op="ctc_loss", dtype=log_probs.dtype)
    if log_probs.ndim not in (2, 3) or 0 in log_probs.shape:
        expected = "(T, N, C) or (T, C), not empty"
        raise error("loss-shapes", op="ctc_loss", name="log_probs", got=log_probs.shape, expected=expected)
    times, count, classes = log_probs.shape if log_probs.ndim == 3 else (log_probs.shape[0], 1, log_probs.shape[1])
    if not 0 <= blank < classes:
        expected = f"a class, 0 to {classes - 1}"
        raise error("argument", op="ctc_loss", argument="blank", expected=expected, got=blank)
    label_counts = lengths_of("target_lengths", target_lengths, count, math.inf)
    labels = labels_of(targets, label_counts, classes, blank)
    places = np.full((count, 2 * labels.shape[1] + 1), blank)  # a blank before, between and after the labels
    places[:, 1::2] = labels
    losses = ctc_loss_p(
        reshape_p(log_probs, shape=(times, count, classes)),
        *(
            tensor(numbers, dtype=int64, device=log_probs.device)
            for numbers in (places, lengths_of("input_lengths", input_lengths, count, times), label_counts)
        ),
        zero_infinity=zero_infinity,
    )
    if reduction == "mean":
        divisors = [max(n, 1) for n in label_counts]
        losses = losses / tensor(divisors, dtype=losses.dtype, device=log_probs.device)
    return reduced("ctc_loss", losses if log_probs.ndim == 3 else reshape_p(losses, shape=()), reduction)


def lengths_of(name: str, lengths: Any, count: int, most: float) -> list[int]:
    """Return lengths as a list of `count` ints from 0 to `most`."""
    listed = lengths.reshape(-1).tolist() if isinstance(lengths, Tensor) else list(lengths)
    if len(listed) != count:
        raise error("loss-shapes", op="ctc_loss", name=name, got=(len(listed),), expected=(count,))
    for n in listed:
        if isinstance(n, bool) or not isinstance(n, int):
            raise error("argument", op="ctc_loss", argument=name, expected="integers", got=n)
        if not 0 <= n <= most:
            raise error("argument", op="ctc_loss", argument=name, expected=f"numbers from 0 to {most}", got=n)
    return listed


def labels_of(targets: Any, label_counts: list[int], classes: int, blank: int) -> Any:
    """Return each sequence's labels as a row, filled up with blanks, from padded rows or from all in one row."""
    if targets.dtype.kind not in "iu":
        raise error("dtype-unsupported", op="ctc_loss", dtypes=targets.dtype)
    counts, longest, total = np.asarray(label_counts), max(label_counts), sum(label_counts)
    within = np.arange(longest) < counts[:, None]
    listed = np.asarray(targets.tolist(), dtype=np.int64).reshape(targets.shape)
    if targets.ndim == 2:
        fits, expected = targets.shape[0] == len(counts), f"({len(counts)}, {longest} or more)"
        fits = fits and targets.shape[1] >= longest
    else:
        fits, expected = targets.shape == (total,), f"({total},), the sum of target_lengths, or two dimensions"
    if not fits:
        raise error("loss-shapes", op="ctc_loss", name="targets", got=targets.shape, expected=expected)
    chosen = listed[:, :longest][within] if targets.ndim == 2 else listed
    wrong = chosen[(chosen < 0) | (chosen >= classes)]
    if wrong.size:
        raise error("class-index", op="ctc_loss", index=int(wrong[0]), classes=classes)
    labels = np.full(within.shape, blank)
    labels[within] = chosen
    return labels
