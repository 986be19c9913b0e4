"""Activation functions as layers, for use in a Sequential; the functions themselves are in ``functional``.

May import: floors 0–2, ``module``, ``functional``.  Read next: ``dropout.py``.
"""

from __future__ import annotations

from typing import Any

from ..errors import error
from . import functional as F
from .module import Module


class Elementwise(Module):
    """A layer without options but PyTorch's ``inplace``, which is refused: it saves nothing here."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        refuse_inplace(type(self).__name__, inplace)


def refuse_inplace(op: str, inplace: bool) -> None:
    """Say that a layer has no in-place form rather than ignore the wish."""
    if inplace:
        expected = "False: the layer makes a new tensor; use the tensor method with _ to overwrite one"
        raise error("argument", op=op, argument="inplace", expected=expected, got=inplace)


class ReLU(Elementwise):
    """max(x, 0)"""

    def forward(self, input: Any) -> Any:
        """Apply ``F.relu``."""
        return F.relu(input)


class SiLU(Elementwise):
    """x·σ(x), also called swish."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.silu``."""
        return F.silu(input)


class Sigmoid(Module):
    """1/(1 + e⁻ˣ)"""

    def forward(self, input: Any) -> Any:
        """Apply ``F.sigmoid``."""
        return F.sigmoid(input)


class Tanh(Module):
    """The hyperbolic tangent."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.tanh``."""
        return F.tanh(input)


class GELU(Module):
    """x·Φ(x); ``approximate="tanh"`` for the form with tanh."""

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Any) -> Any:
        """Apply ``F.gelu``."""
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        """Return which form."""
        return f"approximate={self.approximate!r}"


class LeakyReLU(Module):
    """x where x > 0, and `negative_slope` · x elsewhere."""

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        refuse_inplace("LeakyReLU", inplace)
        self.negative_slope = negative_slope

    def forward(self, input: Any) -> Any:
        """Apply ``F.leaky_relu``."""
        return F.leaky_relu(input, self.negative_slope)

    def extra_repr(self) -> str:
        """Return the slope."""
        return f"negative_slope={self.negative_slope}"


class Softmax(Module):
    """eˣ / Σ eˣ along `dim`; without a `dim` calling it is an error, for a guess would be silent."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """Apply ``F.softmax``."""
        return F.softmax(input, self.dim)

    def extra_repr(self) -> str:
        """Return the dimension."""
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """ln(softmax(x)) along `dim`, see `Softmax`."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """Apply ``F.log_softmax``."""
        return F.log_softmax(input, self.dim)

    def extra_repr(self) -> str:
        """Return the dimension."""
        return f"dim={self.dim}"
