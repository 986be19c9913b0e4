"""Floor 2: a Python function for every element, in place: slow, and without a gradient.

May import: floors 0–1, ``publish``, ``write``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..backend.devices import backend_of
from ..core.tensor import Tensor, box
from ..errors import error
from .publish import published
from .write import write


@published(name="apply_")
def apply_(input: Any, callable: Callable[[Any], Any]) -> Tensor:
    """Replace every element by what a Python function makes of it.

    Parameters
    ----------
    callable : function of a number, that returns a number
        Is called for each element in C order.

    Raises
    ------
    GraphError
        If the tensor requires a gradient: nobody knows the function's slope.
    """
    return filled("apply_", input, [callable(v) for v in values_of(input)])


@published(name="map_")
def map_(input: Any, tensor: Any, callable: Callable[[Any, Any], Any]) -> Tensor:
    """Replace every element by what a Python function makes of it and of the element of another tensor.

    Parameters
    ----------
    tensor : Tensor of the dtype of `input`
        Is broadcast to its shape.
    callable : function of two numbers, that returns a number
        Is called for each pair in C order.

    Raises
    ------
    GraphError
        If one of the tensors requires a gradient.
    DTypeError
        If their dtypes differ.
    """
    if not isinstance(tensor, Tensor):
        raise error("not-a-tensor", op="map_", kind=type(tensor).__name__)
    if tensor.dtype != input.dtype:
        raise error("same-dtypes", op="map_", dtypes=f"{input.dtype}, {tensor.dtype}")
    pairs = zip(values_of(input), values_of(tensor.expand(*input.shape)), strict=True)
    return filled("map_", input, [callable(v, w) for v, w in pairs])


def values_of(x: Any) -> list[Any]:
    """Return the elements as Python's numbers, in C order."""
    if x.requires_grad:
        raise error("numpy-requires-grad")
    found: list[Any] = backend_of(x.array).to_numpy(x.array).reshape(-1).tolist()
    return found


def filled(op: str, input: Any, values: list[Any]) -> Tensor:
    """Write one number for each element."""
    for value in values:
        if not isinstance(value, (bool, int, float)):
            raise error("argument", op=op, argument="callable's result", expected="a number", got=value)
    xp = backend_of(input.array).xp
    return write(input, box(xp.asarray(values).astype(input.dtype).reshape(input.shape)), op)
