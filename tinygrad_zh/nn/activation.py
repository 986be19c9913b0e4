"""Activation functions as layers, for use in a Sequential; the functions themselves are in ``functional``.

May import: floors 0–2, ``layer``, ``module``, ``functional``.  Read next: ``dropout.py``.
"""

from __future__ import annotations

from typing import Any

from ..errors import error
from . import functional as F
from . import init
from .layer import Layer, Overwriting, blank, check_sizes
from .module import Module


class ReLU(Overwriting):
    """max(x, 0): what is negative becomes 0."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.relu``."""
        return F.relu(input, inplace=self.inplace)


class SiLU(Overwriting):
    """x·σ(x), also called swish."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.silu``."""
        return F.silu(input, inplace=self.inplace)


class GELU(Layer):
    """x·Φ(x); ``approximate="tanh"`` for the form with tanh."""

    shown = ("approximate",)

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Any) -> Any:
        """Apply ``F.gelu``."""
        return F.gelu(input, approximate=self.approximate)


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


class LeakyReLU(Overwriting):
    """x where x > 0, and `negative_slope` · x elsewhere."""

    shown = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.negative_slope = negative_slope

    def forward(self, input: Any) -> Any:
        """Apply ``F.leaky_relu``."""
        return F.leaky_relu(input, self.negative_slope, inplace=self.inplace)


class Softmax(Layer):
    """eˣ / Σ eˣ along `dim`; without a `dim` calling it is an error, for a guess would be silent."""

    shown = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """Apply ``F.softmax``."""
        return F.softmax(input, self.dim)


class LogSoftmax(Layer):
    """ln(softmax(x)) along `dim`, see `Softmax`."""

    shown = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """Apply ``F.log_softmax``."""
        return F.log_softmax(input, self.dim)


class Softmin(Layer):
    """softmax(−x) along `dim`, see `Softmax`."""

    shown = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """Apply ``F.softmin``."""
        return F.softmin(input, self.dim)


class Softmax2d(Module):
    """`Softmax` over the channels of an image (N, C, H, W) or (C, H, W)."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.softmax`` along the third dimension from the end."""
        if input.ndim not in (3, 4):
            raise error("ndim", op="Softmax2d", expected="3 or 4", shape=input.shape)
        return F.softmax(input, -3)


class ELU(Overwriting):
    """x where x > 0, and `alpha` · (eˣ − 1) elsewhere."""

    shown = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.alpha = alpha

    def forward(self, input: Any) -> Any:
        """Apply ``F.elu``."""
        return F.elu(input, self.alpha, inplace=self.inplace)


class CELU(Overwriting):
    """x where x > 0, and `alpha` · (exp(x / alpha) − 1) elsewhere."""

    shown = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.alpha = alpha

    def forward(self, input: Any) -> Any:
        """Apply ``F.celu``."""
        return F.celu(input, self.alpha, inplace=self.inplace)


class SELU(Overwriting):
    """λ · ELU(x) with the constants that keep mean 0 and variance 1, Klambauer et al. (2017)."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.selu``."""
        return F.selu(input, inplace=self.inplace)


class Mish(Overwriting):
    """x · tanh(softplus(x))."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.mish``."""
        return F.mish(input, inplace=self.inplace)


class GLU(Layer):
    """a · σ(b) for the halves a and b along `dim`."""

    shown = ("dim",)

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """Apply ``F.glu``."""
        return F.glu(input, self.dim)


class Softplus(Layer):
    """ln(1 + exp(beta · x)) / beta, and x itself where beta · x > `threshold`."""

    shown = ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, input: Any) -> Any:
        """Apply ``F.softplus``."""
        return F.softplus(input, self.beta, self.threshold)


class LogSigmoid(Module):
    """ln σ(x)."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.logsigmoid``."""
        return F.logsigmoid(input)


class Softsign(Module):
    """x / (1 + |x|)."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.softsign``."""
        return F.softsign(input)


class Tanhshrink(Module):
    """x − tanh(x)."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.tanhshrink``."""
        return F.tanhshrink(input)


class Hardshrink(Layer):
    """x where |x| > `lambd`, 0 elsewhere."""

    shown = (":lambd",)

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Any) -> Any:
        """Apply ``F.hardshrink``."""
        return F.hardshrink(input, self.lambd)


class Softshrink(Layer):
    """x moved towards 0 by `lambd`, at most to 0."""

    shown = (":lambd",)

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Any) -> Any:
        """Apply ``F.softshrink``."""
        return F.softshrink(input, self.lambd)


class Hardtanh(Overwriting):
    """x, but at least `min_val` and at most `max_val`."""

    shown = ("min_val", "max_val")

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.min_val, self.max_val = min_val, max_val

    def forward(self, input: Any) -> Any:
        """Apply ``F.hardtanh``."""
        return F.hardtanh(input, self.min_val, self.max_val, inplace=self.inplace)


class ReLU6(Overwriting):
    """min(max(x, 0), 6)."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.relu6``."""
        return F.relu6(input, inplace=self.inplace)


class Hardsigmoid(Overwriting):
    """min(max(x + 3, 0), 6) / 6: straight pieces close to σ."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.hardsigmoid``."""
        return F.hardsigmoid(input, inplace=self.inplace)


class Hardswish(Overwriting):
    """x · hardsigmoid(x)."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.hardswish``."""
        return F.hardswish(input, inplace=self.inplace)


class Threshold(Overwriting):
    """x where x > `threshold`, `value` elsewhere."""

    shown = ("threshold", "value")

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.threshold, self.value = threshold, value

    def forward(self, input: Any) -> Any:
        """Apply ``F.threshold``."""
        return F.threshold(input, self.threshold, self.value, inplace=self.inplace)


class RReLU(Overwriting):
    """x where x > 0, and elsewhere x times a slope: drawn from [lower, upper) in training, their mean after eval()."""

    shown = ("lower", "upper")

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.lower, self.upper = lower, upper

    def forward(self, input: Any) -> Any:
        """Apply ``F.rrelu``."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)


class PReLU(Layer):
    """x where x > 0, and `weight` · x elsewhere, with a slope that is learnt.

    Parameters
    ----------
    num_parameters : int
        1, or a slope for each channel.
    init : float
        The slope at first.
    device, dtype : optional
        Of the weight.

    Notes
    -----
    He et al. (2015), "Delving Deep into Rectifiers", eq. 1.
    """

    shown = ("num_parameters",)

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        check_sizes("PReLU", 1, num_parameters=num_parameters)
        self.num_parameters, self.init = num_parameters, init
        self.weight = blank(num_parameters, device=device, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the slope to its first value."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Any) -> Any:
        """Apply ``F.prelu``."""
        return F.prelu(input, self.weight)
