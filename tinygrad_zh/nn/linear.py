"""Linear and Bilinear, and the layers that only change the shape.

May import: floors 0–2, ``layer``, ``module``, ``options``, ``parameter``, ``init``, ``functional``.
Read next: ``activation.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from ..errors import error
from ..ops.publish import public
from . import functional as F
from . import init
from .layer import Layer, blank, check_sizes
from .module import Module
from .options import is_int
from .parameter import Parameter


class Identity(Module):
    """Return the input as it is; takes and ignores any arguments, to stand in for another layer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        """Return `input`."""
        return input


class Linear(Layer):
    """x Wᵀ + b: every output is a weighted sum of all inputs.

    Parameters
    ----------
    in_features, out_features : int
        Length of the last dimension before and after.
    bias : bool
        Whether b is added.
    device, dtype : optional
        Of weight and bias.

    Attributes
    ----------
    weight : Parameter of shape (out_features, in_features)
        W.
    bias : Parameter of shape (out_features,) or None
        b.

    Notes
    -----
    Both start uniform in ±1/√in_features, as in PyTorch.  (There the weight is drawn by the rule of
    He et al. (2015) for a leaky ReLU of slope √5: bound = √(2/(1+5)) · √(3/in) = 1/√in.)

    Examples
    --------
    >>> Linear(3, 2)(ones(5, 3)).shape
    (5, 2)
    """

    shown = ("in_features", "out_features", "bias")
    weight: Parameter
    bias: Parameter | None

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        check_sizes("Linear", in_features=in_features, out_features=out_features)
        self.in_features, self.out_features = in_features, out_features
        self.weight = blank(out_features, in_features, device=device, dtype=dtype)
        self.register_parameter("bias", blank(out_features, device=device, dtype=dtype) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        if self.in_features:
            init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Any) -> Any:
        """Map (..., in_features) to (..., out_features)."""
        return F.linear(input, self.weight, self.bias)


class Bilinear(Layer):
    """x₁ᵀ W x₂ + b: every output is a weighted sum of all products of two inputs' values.

    Parameters
    ----------
    in1_features, in2_features, out_features : int
        Length of the last dimension of the two inputs and the result.
    bias : bool
        Whether b is added.
    device, dtype : optional
        Of weight and bias.

    Attributes
    ----------
    weight : Parameter of shape (out_features, in1_features, in2_features)
        W.
    bias : Parameter of shape (out_features,) or None
        b; both start uniform in ±1/√in1_features.
    """

    shown = ("in1_features", "in2_features", "out_features", "bias")
    weight: Parameter
    bias: Parameter | None

    def __init__(
        self, in1_features: int, in2_features: int, out_features: int, bias: bool = True,
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        check_sizes("Bilinear", 1, in1_features=in1_features)
        check_sizes("Bilinear", in2_features=in2_features, out_features=out_features)
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        self.weight = blank(out_features, in1_features, in2_features, device=device, dtype=dtype)
        self.register_parameter("bias", blank(out_features, device=device, dtype=dtype) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Any, input2: Any) -> Any:
        """Map (..., in1_features) and (..., in2_features) to (..., out_features)."""
        return F.bilinear(input1, input2, self.weight, self.bias)


class Flatten(Layer):
    """Join the dimensions from `start_dim` to `end_dim` into one; by default all but the batch's."""

    shown = ("start_dim", "end_dim")

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Any) -> Any:
        """Map (B, …) to (B, N)."""
        return public["flatten"](input, self.start_dim, self.end_dim)


class Unflatten(Layer):
    """Split a dimension into several: the inverse of `Flatten`."""

    shown = ("dim", "unflattened_size")

    def __init__(self, dim: int, unflattened_size: Any) -> None:
        super().__init__()
        sizes = tuple(unflattened_size) if isinstance(unflattened_size, Iterable) else ()
        if not sizes or not all(map(is_int, sizes)):
            name, expected = "unflattened_size", "a tuple of ints"
            raise error("argument", op="Unflatten", argument=name, expected=expected, got=unflattened_size)
        self.dim, self.unflattened_size = dim, sizes

    def forward(self, input: Any) -> Any:
        """Map (…, N, …) to (…, *unflattened_size, …)."""
        return public["unflatten"](input, self.dim, self.unflattened_size)
