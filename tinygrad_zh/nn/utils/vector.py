"""All parameters as one vector, and back.

May import: floors 0–2, ``parameter``.  Read next: ``fusion.py``.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...core.tensor import Tensor
from ...errors import error
from ...ops.grad_mode import no_grad
from ...ops.publish import public


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """Return all parameters, each flattened, one after the other; differentiable."""
    vector: Tensor = public["cat"]([parameter.reshape(-1) for parameter in parameters])
    return vector


@no_grad()
def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Write the values of a vector into parameters, one after the other.

    Raises
    ------
    ShapeError
        If the vector is not as long as all parameters together.
    """
    if not isinstance(vec, Tensor):
        raise error("not-a-tensor", op="vector_to_parameters", kind=type(vec).__name__)
    parameters = list(parameters)
    wanted = sum(parameter.numel() for parameter in parameters)
    if vec.shape != (wanted,):
        raise error("vector-length", got=vec.shape, wanted=wanted)
    start = 0
    for parameter in parameters:
        end = start + parameter.numel()
        parameter.copy_(vec[start:end].reshape(parameter.shape))
        start = end
