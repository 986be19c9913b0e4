r"""Floor 2: how far two tensors, or the vectors in them, are from each other.

May import: floors 0–1, ``choosing``, ``grids``, ``norm``, ``reduce``.  Read next: ``loss_margin.py``.
"""

from __future__ import annotations

from typing import Any

from ..core.registry import registry
from .choosing import raised
from .grids import broadcast_tensors
from .norm import norm_of
from .publish import publish, published
from .reduce import sum


@published()
def dist(input: Any, other: Any, p: float = 2) -> Any:
    """Return the p-norm of the difference of two tensors, broadcast to a common shape; see ``linalg.vector_norm``."""
    return norm_of("dist", input - other, p, None, False, None)


@published(method=False)
def pairwise_distance(x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Any:
    """Return the distances of the vectors of `x1` from those of `x2`.

    Parameters
    ----------
    x1, x2 : Tensor of shape (..., D)
        The vectors; broadcast.
    p : float
        Of the norm; 2 is Euclid's.
    eps : float
        Added to every difference, so that the root has a slope where two vectors are equal.
    keepdim : bool
        Keep the last dimension with length 1.

    Returns
    -------
    Tensor of shape (...)
    """
    return norm_of("pairwise_distance", x1 - x2 + eps, p, -1, keepdim, None)


@published(method=False)
def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    """Return the cosines of the angles between the vectors of `x1` and those of `x2`.

    Parameters
    ----------
    x1, x2 : Tensor, floating
        The vectors; broadcast.
    dim : int
        Along which dimension a vector lies.
    eps : float
        The least length that is divided by.

    Raises
    ------
    DTypeError
        If neither is floating.

    Notes
    -----
    x₁ · x₂ / (max(‖x₁‖, eps) max(‖x₂‖, eps)); the slope is that of lengths, also where `eps` stands for one.
    """
    vectors = broadcast_tensors(*registry["common"](x1, x2))
    units = [x / raised(norm_of("cosine_similarity", x, 2, dim, True, None), low=eps) for x in vectors]
    return sum(units[0] * units[1], dim)


for function in (pairwise_distance, cosine_similarity):
    publish(function.__name__, function, space="nn.functional")
