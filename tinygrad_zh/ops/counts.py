r"""Floor 2: Poisson's distribution: how many events there are at a given rate.

Drawn by inversion: the least k whose distribution function reaches a uniform number u.  That function is
Q(k + 1, λ), the incomplete gamma function of ``special_incomplete_gamma.py`` (DLMF 8.4.10), and a bisection finds
the k: so every sample takes one number of the generator, whatever the rate, and the same seed gives the same
samples on every device.

May import: floors 0–1, ``generator``, ``publish``, ``random``, ``special_incomplete_gamma``.
"""

from __future__ import annotations

import math
from typing import Any

from ..backend import philox
from ..backend.devices import backend_of
from ..backend.dtypes import float64
from ..core.primitive import primitive
from ..errors import error
from .generator import Place
from .publish import published
from .random import floating
from .special_incomplete_gamma import share

REACH = 9.0
"""A uniform number of 53 bits reaches no further than 8.3 standard deviations; the rest is for the distribution's
longer tail, beside the constant in `poisson_p`."""


@primitive(r"k \sim \operatorname{Poisson}(<rate>)", vjp_rate=lambda g: g * 0, name="poisson")
def poisson_p(xp: Any, place: Any, rate: Any) -> Any:
    """Draw how many events there are, for each rate."""
    x = rate.reshape(-1).astype(float64)
    u = philox.uniform(xp, place, x.size, float64)
    spread = REACH * xp.sqrt(x)
    low, high = xp.maximum(xp.floor(x - spread) - 1, -1.0), xp.ceil(x + spread) + 60
    for _ in range(int(math.log2(float((high - low).max()))) + 1 if x.size else 0):
        middle = xp.floor((low + high) / 2)  # −1 ≤ low < k ≤ high: the function is below u at `low`, not at `high`
        reached = share(xp, middle + 1, x, True) > u
        low, high = xp.where(reached, low, middle), xp.where(reached, middle, high)
    return xp.where(x == 0, 0.0, high).reshape(rate.shape).astype(rate.dtype)


@published(method=False)
def poisson(input: Any, generator: Any = None) -> Any:
    """Draw numbers of Poisson's distribution, one for each rate.

    Parameters
    ----------
    input : Tensor of shape (...), floating
        The rates, finite and ≥ 0: the mean, and the variance, of each number.
    generator : Generator, optional
        From which to draw; the default one if left out.

    Returns
    -------
    Tensor of the shape and dtype of `input`
        Whole numbers.  Their gradient with respect to the rates is 0, as in PyTorch.

    Raises
    ------
    ArgumentError
        If a rate is negative, infinite or NaN.
    DTypeError
        If the rates are not floating.
    """
    floating("poisson", input.dtype)
    xp = backend_of(input.array).xp
    wrong = ~((input.array >= 0) & (input.array < math.inf))
    if bool(xp.any(wrong)):
        raise error("poisson-rate", got=float(input.array[wrong][0]))
    return poisson_p(Place(generator, 2 * input.array.size, input.device), input)
