"""Normalisation over the last dimensions, as a layer.

May import: floors 0–2, ``module``, ``parameter``, ``init``, ``functional``.  Read next: ``attention.py``.
"""

from __future__ import annotations

from typing import Any

from ..ops.publish import public
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter


class LayerNorm(Module):
    """Bring the last dimensions together to mean 0 and variance 1, then stretch and shift each of their places.

    Parameters
    ----------
    normalized_shape : int or sequence of int
        Shape of the last dimensions.
    eps : float
        Added to the variance.
    elementwise_affine, bias : bool
        Whether there are `weight` and `bias`; no weight means no bias.
    device, dtype : optional
        Of weight and bias.

    Notes
    -----
    Ba, Kiros and Hinton (2016), "Layer Normalization".
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self, normalized_shape: Any, eps: float = 1e-5, elementwise_affine: bool = True, bias: bool = True,
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        sizes = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.normalized_shape, self.eps, self.elementwise_affine = sizes, eps, elementwise_affine
        for name, wanted in (("weight", elementwise_affine), ("bias", elementwise_affine and bias)):
            made = Parameter(public["empty"](sizes, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, made)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the weight to 1 and the bias to 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Any) -> Any:
        """Apply ``F.layer_norm``."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the options."""
        affine = f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        return f"{self.normalized_shape}, eps={self.eps}, {affine}"
