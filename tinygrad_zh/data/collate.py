"""Putting examples together into a batch.

May import: floors 0–2.  Read next: ``loader.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..core.tensor import Tensor
from ..errors import error
from ..ops.publish import public


def default_collate(batch: Sequence[Any]) -> Any:
    """Turn a list of examples into one batch.

    Parameters
    ----------
    batch : sequence
        Examples of one structure: tensors, NumPy arrays, numbers, strings, or tuples, lists and dicts of these.

    Returns
    -------
    The same structure
        Tensors and arrays are stacked along a new first dimension; Python floats become float64 and ints int64,
        as in PyTorch; strings stay as they are; a tuple becomes a list, a named tuple stays one.

    Raises
    ------
    ShapeError
        If shapes, lengths or names differ.
    DTypeError
        If the examples are of another type.

    Examples
    --------
    >>> default_collate([(1, "a"), (2, "b")])
    [tensor([1, 2]), ('a', 'b')]
    """
    first = batch[0]
    if isinstance(first, Tensor):
        check_equal([getattr(x, "shape", type(x).__name__) for x in batch])
        return public["stack"](list(batch))
    if isinstance(first, (np.ndarray, np.generic)):
        check_equal([getattr(x, "shape", type(x).__name__) for x in batch])
        return public["as_tensor"](np.stack(batch))
    if isinstance(first, float):
        return public["tensor"](np.array(batch, dtype=np.float64))
    if isinstance(first, int):
        return public["tensor"](list(batch))
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        check_equal([sorted(map(str, x)) for x in batch])
        return {name: default_collate([x[name] for x in batch]) for name in first}
    if isinstance(first, Sequence):
        check_equal([len(x) for x in batch])
        columns = [default_collate(column) for column in zip(*batch, strict=True)]
        return type(first)(*columns) if hasattr(first, "_fields") else columns
    raise error("collate-kind", found=type(first).__name__)


def default_convert(data: Any) -> Any:
    """Turn the NumPy arrays of one example into tensors, and leave the rest: for a DataLoader without batches.

    Parameters
    ----------
    data : object
        Arrays anywhere inside tuples, lists and dicts; a tuple becomes a list, a named tuple stays one.

    Examples
    --------
    >>> default_convert({"x": np.array([1, 2]), "name": "a"})
    {'x': tensor([1, 2]), 'name': 'a'}
    """
    if isinstance(data, (np.ndarray, np.number, np.bool_)):
        return data if data.dtype.kind in "OSU" else public["as_tensor"](data)
    if isinstance(data, Mapping):
        return {name: default_convert(value) for name, value in data.items()}
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        parts = [default_convert(part) for part in data]
        return type(data)(*parts) if hasattr(data, "_fields") else parts
    return data


def check_equal(sizes: list[Any]) -> None:
    """Refuse examples of different shapes, lengths or names."""
    if any(size != sizes[0] for size in sizes):
        different = [size for i, size in enumerate(sizes) if size not in sizes[:i]]
        raise error("collate-sizes", sizes=", ".join(map(str, different)))
