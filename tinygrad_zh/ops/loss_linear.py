"""Floor 2: ``linear_cross_entropy``: a linear layer and the loss on its outputs, in one call.

May import: floors 0–1, ``linalg``, ``loss``, ``publish``, ``shape``.
"""

from __future__ import annotations

import math
from typing import Any

from ..errors import error
from .linalg import linear
from .loss import cross_entropy
from .publish import published
from .shape import reshape_p


@published(space="nn.functional")
def linear_cross_entropy(
    input: Any,
    linear_weight: Any,
    target: Any,
    *,
    linear_bias: Any = None,
    weight: Any = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
) -> Any:
    """Return the cross-entropy of ``linear(input, linear_weight, linear_bias)``.

    Parameters
    ----------
    input : Tensor of shape (D,) or (N, D), floating
        The samples.
    linear_weight : Tensor of shape (C, D) or (C, d₁, …, D)
        A row of weights for each class, or one for each class at each of several places.
    target : Tensor
        Class indices, int64 of shape (), (N,) or (N, d₁, …); or class probabilities, floating, of shape (C,), (N, C)
        or (N, C, d₁, …).
    linear_bias : Tensor of shape (C,) or (C, d₁, …), optional
        Added to the logits.
    weight, reduction, label_smoothing
        As of ``cross_entropy``.
    ignore_index : int, optional
        Targets of this index count for nothing; by default −100.  Not for probabilities.

    Raises
    ------
    ShapeError
        If the shapes do not fit.
    ArgumentError
        If `ignore_index` is given beside probabilities.

    Notes
    -----
    (PyTorch's `options`, which cut the batch into pieces to save memory, are not taken.)
    """
    if input.ndim not in (1, 2):
        raise error("ndim", op="linear_cross_entropy", expected="1 or 2", shape=input.shape)
    shape = linear_weight.shape
    places = shape[1:-1]
    fits = linear_weight.ndim > 1 and shape[-1] == input.shape[-1] and (input.ndim == 2 or not places)
    if not fits or (linear_bias is not None and linear_bias.shape != shape[:-1]):
        bias = None if linear_bias is None else linear_bias.shape
        raise error("linear-loss-shapes", input=input.shape, weight=shape, bias=bias)
    logits_shape = (*input.shape[:-1], *shape[:-1])
    if ignore_index is not None and target.shape == logits_shape:
        raise error(
            "argument", op="linear_cross_entropy", argument="ignore_index", expected="None beside probabilities",
            got=ignore_index,
        )  # fmt: skip
    rows = math.prod(shape[:-1])
    bias = None if linear_bias is None else reshape_p(linear_bias, shape=(rows,))
    logits = linear(input, reshape_p(linear_weight, shape=(rows, shape[-1])), bias)
    return cross_entropy(
        reshape_p(logits, shape=logits_shape),
        target,
        weight,
        reduction=reduction,
        ignore_index=-100 if ignore_index is None else ignore_index,
        label_smoothing=label_smoothing,
    )
