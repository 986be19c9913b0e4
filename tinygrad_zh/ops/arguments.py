"""Floor 2: sorting out the operands of a call: common dtypes, numbers that must fit one, operands given by name.

May import: floors 0–1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..aliases import DType
from ..backend.devices import backend_of
from ..backend.dtypes import float64
from ..backend.promotion import number_dtype, result_type
from ..core.primitive import FLOAT, Primitive
from ..core.registry import register, registry
from ..core.tensor import Tensor
from ..errors import error

NO_BOOL = "no bool"
"""Promotion: as SAME, but bool tensors are refused, as PyTorch refuses to subtract them."""
POWERS = "powers"
"""Promotion: as SAME, but a negative number as a power of unsigned integers is refused: it would wrap around."""


def promoted(operands: tuple[Any, ...], how: str) -> tuple[Any, ...]:
    """Bring operands to their common dtype, casting Tensors by a recorded ``cast``.

    Parameters
    ----------
    operands : tuple of Tensor, array, number or None
        At least one is a Tensor; arrays become Tensors, None stays.
    how : {SAME, FLOAT, NO_BOOL, POWERS}
        Whether integers become the default float, and what is refused.
    """
    boxed = [registry["as_operand"](x) for x in operands]
    if how == NO_BOOL and any(isinstance(x, Tensor) and x.array.dtype.kind == "b" for x in boxed):
        raise error("dtype-unsupported", op="sub", dtypes="bool")
    ranks = [rank_of(x) for x in boxed if x is not None]
    dtype = result_type(ranks)
    if how == FLOAT and dtype.kind != "f":
        dtype = number_dtype(1.0)
    if how == POWERS and dtype.kind == "u" and isinstance(operands[1], (int, float)) and operands[1] < 0:
        raise error("integer-negative-power")
    if dtype.kind == "f" and all(rank == 2 for _, rank in ranks):
        dtype = float64  # numbers among themselves: Python's floats have 64 bits
    xp = next(backend_of(x.array).xp for x in boxed if isinstance(x, Tensor))
    results: list[Any] = []
    for x in boxed:
        if isinstance(x, Tensor):
            results.append(x if x.array.dtype == dtype else registry["cast"](x, dtype=dtype))
        elif x is None or (dtype.kind == "f" and type(x) is not bool):
            results.append(x)  # a number beside floats is weak in NumPy too
        else:
            results.append(xp.asarray(x).astype(dtype))  # wraps around as in PyTorch: 300 is 44 beside uint8
    return tuple(results)


def rank_of(x: Any) -> tuple[DType, int]:
    """Return the dtype of an operand, and how little it decides: 0 with dimensions, 1 without, 2 for a number."""
    if not isinstance(x, Tensor):
        return number_dtype(x), 2
    array = x.array
    if not array.shape and getattr(array, "weak", False):  # inside ``jit``: a number among the arguments
        return number_dtype(1.0) if array.dtype.kind == "f" else array.dtype, 2
    return array.dtype, 0 if array.shape else 1


def called_oddly(op: Primitive, operands: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Call a primitive with operands by name, PyTorch's ``input`` and ``other`` included; refuse unknown names."""
    if named.keys() <= set(op.static_names):  # any number of operands, or a wrong one
        return Primitive.apply(op, *operands, **named)
    places = list(operands)
    for torch_name, own_name in zip(("input", "other"), op.operands, strict=False):
        if torch_name in named:
            named[own_name] = named.pop(torch_name)
    for own_name in op.operands[len(places) :]:
        if named.keys() & set(op.operands[len(places) :]):  # what is left out before it keeps its place
            places.append(named.pop(own_name, None))
    if unknown := sorted(set(named) - set(op.static_names)):
        known = (*op.operands, *op.static_names)
        raise error("argument-unknown", op=op.name, names=", ".join(unknown), known=", ".join(known))
    return op(*places, **named)


def number_for(op: str, value: Any, dtype: DType, *, around: bool = True) -> bool | int | float:
    """Return a number as one of `dtype`'s kind; refuse anything else, and a number that does not fit.

    As in most places in PyTorch, a negative number may stand for one that is as far below the first beyond the range:
    −1 is 255 in uint8.  Not if `around` is False.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if not isinstance(value, (bool, int, float)):
        raise error("operand-type", kind=type(value).__name__)
    if dtype.kind == "b":
        return bool(value)
    limits: Any = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    low = -limits.max if dtype.kind == "u" and around else limits.min
    if dtype.kind == "f":
        if abs(value) <= float(limits.max) or not math.isfinite(value):
            return float(value)
    elif low <= value <= limits.max:  # NaN is not between them
        return int(value) % (int(limits.max) + 1) if dtype.kind == "u" else int(value)
    raise error("number-range", op=op, value=value, dtype=dtype, low=low, high=limits.max)


register("promoted", promoted)
register("called_oddly", called_oddly)
