r"""Floor 2: dropout, as a primitive that keeps its mask for the backward pass.

May import: floors 0–1, ``generator``, ``random``.  Read next: ``loss.py``.
"""

from __future__ import annotations

from typing import Any

from ..backend import philox
from ..core.primitive import primitive
from ..errors import error
from .generator import Place
from .publish import published
from .random import floating
from .write import alias, write


@primitive(
    r"\frac{<x:2> \odot \mathrm{mask}}{1 - <p:1>}",
    vjp_x=lambda g, mask, p: g * mask / (1 - p),
    aux=("mask",),
    name="dropout",
)
def dropout_p(xp: Any, x: Any, place: Any, *, p: float) -> Any:
    """Draw a mask, and return the masked values and the mask."""
    mask = philox.chance(xp, place, x.size, 1 - p).reshape(x.shape)
    y = xp.asarray(x * mask)  # an array in 0-d as well, which NumPy turns into a scalar
    y /= 1 - p
    return y, mask


@published(method=False)
def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Set each element to zero with probability `p`, and divide the others by 1 − p.

    Parameters
    ----------
    input : Tensor of shape (...), floating
        The values.
    p : float
        The probability of a zero, from 0 to 1.
    training : bool
        If False, `input` itself is returned.
    inplace : bool
        Write the result into `input`.

    Returns
    -------
    Tensor of shape (...)
        Of the same dtype; `input` itself if nothing is to be done.

    Raises
    ------
    ArgumentError
        If `p` is no number from 0 to 1.
    DTypeError
        If `input` is not floating.

    Notes
    -----
    y = x ⊙ mask / (1 − p), so that the mean of y is x; the gradient takes the same mask.  Srivastava et al. (2014),
    "Dropout: a simple way to prevent neural networks from overfitting", section 4.

    Examples
    --------
    >>> dropout(tensor([1.0, 2.0]), p=0.5, training=False)
    tensor([1., 2.])
    """
    if isinstance(p, bool) or not isinstance(p, (int, float)) or not 0 <= p <= 1:
        raise error("probability", op="dropout", got=p)
    if not training or p == 0 or not input.array.size:
        return input
    floating("dropout", input.dtype)
    source = alias(input) if inplace else input
    # With p = 1 nothing is left to be divided by 1 − p = 0.
    result = source * 0 if p == 1 else dropout_p(source, Place(None, input.array.size, input.device), p=float(p))
    return write(input, result, "dropout_") if inplace else result
