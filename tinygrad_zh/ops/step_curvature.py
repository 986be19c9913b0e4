r"""Floor 2: the direction of L-BFGS, which knows the curvature from the steps before.

May import: floor 0.  Read next: ``../optim/lbfgs.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..aliases import Array


def newton_direction(
    g: Array, steps: Sequence[Array], changes: Sequence[Array], inverses: Sequence[Any], scale: Any
) -> Array:
    r"""Return −H·g, where H is what the last steps say of the inverse of the second derivative.

    Parameters
    ----------
    g : array of shape (n,)
        The gradient.
    steps, changes : list of arrays of shape (n,)
        sₖ, how the parameters changed in earlier steps, and yₖ, how the gradient did; the oldest first.
    inverses : list of numbers
        ρₖ = 1/(yₖ·sₖ).
    scale : number
        H before the first of these steps is `scale` times the identity.

    Notes
    -----
    Each step makes of H the matrix (1 − ρ·s·yᵀ)·H·(1 − ρ·y·sᵀ) + ρ·s·sᵀ, for which H·y = s.  The two loops multiply
    by these factors from the right and then from the left, without making a matrix: Nocedal (1980), "Updating
    Quasi-Newton Matrices with Limited Storage".
    """
    d = -g
    shares = []
    for s, y, rho in reversed(list(zip(steps, changes, inverses, strict=True))):
        shares.append(s.dot(d) * rho)
        d -= shares[-1] * y
    d *= scale
    for s, y, rho in zip(steps, changes, inverses, strict=True):
        d += (shares.pop() - y.dot(d) * rho) * s
    return d
