"""Floor 0: the dtype of a mixture, as PyTorch decides it.

Three ranks of operand: tensors with dimensions, 0-d tensors, Python numbers.  A lower rank changes the
result only where its *category* (bool < integer < floating) is higher than that of the ranks above it.

May import: ``dtypes``.  Read next: ``../core/primitive.py``, which asks.
Source: PyTorch, "Tensor Attributes", section *torch.dtype* (type promotion).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..aliases import DType
from .dtypes import bool_, get_default_dtype, int64

_CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2}


def promote_types(a: DType, b: DType) -> DType:
    """Return the smallest dtype that both convert to; an integer beside a float becomes that float.

    >>> str(promote_types(np.dtype("int64"), np.dtype("float32")))
    'float32'
    """
    if (a.kind == "f") != (b.kind == "f"):
        return a if a.kind == "f" else b  # NumPy would say float64 for int64 beside float32
    return np.promote_types(a, b)


def can_cast(source: DType, target: DType) -> bool:
    """Return whether an in-place result may be stored: never floating into integer, nor a number into bool."""
    return _CATEGORY[source.kind] <= _CATEGORY[target.kind]


def number_dtype(number: bool | int | float) -> DType:
    """Return the dtype that a Python number has when it stands alone."""
    if isinstance(number, bool):
        return bool_
    return int64 if isinstance(number, int) else get_default_dtype()


def result_type(operands: Iterable[tuple[DType, int]]) -> DType:
    """Return the dtype of a mixture.

    Parameters
    ----------
    operands : iterable of (dtype, rank)
        Rank 0: a tensor with dimensions; 1: a 0-d tensor; 2: a Python number.
    """
    ranked: list[DType | None] = [None, None, None]
    for dtype, rank in operands:
        held = ranked[rank]
        ranked[rank] = dtype if held is None else promote_types(held, dtype)
    result: DType | None = None
    for found in ranked:
        if found is None:
            continue
        if result is None:
            result = found
        elif _CATEGORY[found.kind] > _CATEGORY[result.kind]:
            # a Python float beside integers is the default float; a 0-d int32 beside bools is int32
            result = promote_types(result, found) if result.kind != "b" else found
    assert result is not None, "result_type needs an operand"
    return result
