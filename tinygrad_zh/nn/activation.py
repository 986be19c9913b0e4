"""Activation functions as layers, for use in a Sequential; the functions themselves are in ``functional``.

May import: floors 0–2, ``module``, ``functional``.  Read next: ``dropout.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ops.publish import public
from ..ops.write import alias, write
from . import functional as F
from .module import Module


class Overwriting(Module):
    """A layer that can write its result into its input.

    Parameters
    ----------
    inplace : bool
        Whether to do so; the input's values are gone then.
    """

    saves_input = True
    """Whether the derivative needs the input's values, so that a copy of them must be kept."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def result(self, function: Callable[..., Any], input: Any, *args: Any) -> Any:
        """Return ``function(input, *args)``, or `input` with these values."""
        if not self.inplace:
            return function(input, *args)
        source = public["clone"](alias(input)) if self.saves_input and input.requires_grad else alias(input)
        return write(input, function(source, *args), type(self).__name__)

    def extra_repr(self) -> str:
        """Return the option, if it is on."""
        return "inplace=True" if self.inplace else ""


class ReLU(Overwriting):
    """max(x, 0): what is negative becomes 0."""

    saves_input = False

    def forward(self, input: Any) -> Any:
        """Apply ``F.relu``."""
        return self.result(F.relu, input)


class SiLU(Overwriting):
    """x·σ(x), also called swish."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.silu``."""
        return self.result(F.silu, input)


class Sigmoid(Module):
    """1/(1 + e⁻ˣ): between 0 and 1."""

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


class LeakyReLU(Overwriting):
    """x where x > 0, and `negative_slope` · x elsewhere."""

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.negative_slope = negative_slope

    def forward(self, input: Any) -> Any:
        """Apply ``F.leaky_relu``."""
        return self.result(F.leaky_relu, input, self.negative_slope)

    def extra_repr(self) -> str:
        """Return the slope."""
        return f"negative_slope={self.negative_slope}" + (", inplace=True" if self.inplace else "")


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
