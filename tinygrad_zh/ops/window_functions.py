r"""Floor 2: windows, by which a piece of a signal is multiplied so that it fades at both ends.

Each is a formula in t, which runs from 0 to 1.  A periodic window leaves out its last point, as the next
period begins with it: that is the one for spectra (``torch.fft``); the symmetric one is for filters.

May import: floors 0–1, ``special_bessel``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..backend.devices import backend_for
from ..backend.dtypes import as_dtype, float64, get_default_dtype
from ..backend.quiet import quietly
from ..core.tensor import Tensor
from ..errors import error
from .noted import fresh
from .publish import published
from .special_bessel import i0e


def window(
    op: str,
    length: Any,
    periodic: bool,
    formula: Callable[[Any, Any], Any],
    dtype: Any,
    device: Any,
    requires_grad: bool,
) -> Tensor:
    """Make a window of `length` points from ``formula(xp, t)``.

    It is computed in float64 and rounded once.  A window of one point is 1, whatever the formula.
    """
    if isinstance(length, bool) or not hasattr(length, "__index__") or length.__index__() < 0:
        raise error("argument", op=op, argument="window_length", expected="an int, 0 or more", got=length)
    wanted = get_default_dtype() if dtype is None else as_dtype(dtype)
    if wanted.kind != "f":
        raise error("dtype-not-floating", op=op, dtype=wanted)
    xp, count = backend_for(device).xp, length.__index__()
    if count < 2:
        values = xp.ones(count)
    else:
        t = xp.arange(count, dtype=float64) / (count if periodic else count - 1)
        values = quietly(formula, xp, t)
    made = fresh(values.astype(wanted))
    return made.requires_grad_() if requires_grad else made


@published(method=False)
def hann_window(
    window_length: int, periodic: bool = True, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make Hann's window, sin²(πt): a cosine's hill, 0 at both ends.

    Parameters
    ----------
    window_length : int
        How many points.
    periodic : bool
        Whether t = 1 is left out.
    dtype : dtype, optional
        Floating; by default the default dtype.

    Raises
    ------
    ArgumentError
        If `window_length` is no such number.
    DTypeError
        If the dtype is not floating.
    """
    return window(
        "hann_window", window_length, periodic, lambda xp, t: xp.sin(math.pi * t) ** 2, dtype, device, requires_grad
    )


@published(method=False)
def hamming_window(
    window_length: int,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make Hamming's window, α − β cos 2πt; see `hann_window`."""

    def formula(xp: Any, t: Any) -> Any:
        return alpha - beta * xp.cos(2 * math.pi * t)

    return window("hamming_window", window_length, periodic, formula, dtype, device, requires_grad)


@published(method=False)
def blackman_window(
    window_length: int, periodic: bool = True, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make Blackman's window, 0.42 − ½ cos 2πt + 0.08 cos 4πt; see `hann_window`."""

    def formula(xp: Any, t: Any) -> Any:
        return 0.42 - 0.5 * xp.cos(2 * math.pi * t) + 0.08 * xp.cos(4 * math.pi * t)

    return window("blackman_window", window_length, periodic, formula, dtype, device, requires_grad)


@published(method=False)
def bartlett_window(
    window_length: int, periodic: bool = True, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make Bartlett's window, the triangle 1 − |2t − 1|; see `hann_window`."""
    return window(
        "bartlett_window", window_length, periodic, lambda xp, t: 1 - xp.abs(2 * t - 1), dtype, device, requires_grad
    )


@published(method=False)
def kaiser_window(
    window_length: int,
    periodic: bool = True,
    beta: float = 12.0,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make Kaiser's window, I₀(β √(1 − (2t − 1)²)) / I₀(β); the larger β, the narrower.  See `hann_window`."""

    def formula(xp: Any, t: Any) -> Any:
        steepness = xp.full(t.shape, abs(float(beta)))
        inner = steepness * xp.sqrt(4 * t * (1 - t))
        return i0e.value(xp, inner) / i0e.value(xp, steepness) * xp.exp(inner - steepness)

    return window("kaiser_window", window_length, periodic, formula, dtype, device, requires_grad)
