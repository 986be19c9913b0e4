"""Floor 2: making tensors whose place in memory is said: of given strides, of a given order, of a buffer's bytes.

May import: floors 0–1, ``create``, ``dims``, ``publish``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..aliases import Shape
from ..backend.devices import backend_for
from ..backend.dtypes import as_dtype
from ..core.tensor import Tensor, box
from ..errors import error
from .create import empty, moved
from .dims import sizes_of
from .publish import published


def checked_sizes(op: str, size: Any) -> Shape:
    """Return a shape that was given as one sequence."""
    sizes = sizes_of(op, (size,))
    if min(sizes, default=0) < 0:
        raise error("size-negative", op=op, sizes=sizes)
    return sizes


@published(method=False)
def empty_strided(
    size: Any, stride: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of given strides, whose values are to be written.

    Parameters
    ----------
    size : tuple of int
        The shape.
    stride : tuple of int
        How many elements neighbours along each dimension are apart in memory; 0 or more.

    Returns
    -------
    Tensor of shape `size`
        Zeros.  Where elements share a place, it cannot be written to.
    """
    sizes, steps = checked_sizes("empty_strided", size), sizes_of("empty_strided", (stride,))
    if len(sizes) != len(steps) or min(steps, default=0) < 0:
        expected = f"{len(sizes)} ints ≥ 0"
        raise error("argument", op="empty_strided", argument="stride", expected=expected, got=stride)
    count = 0 if 0 in sizes else 1 + sum((n - 1) * step for n, step in zip(sizes, steps, strict=True))
    memory = empty(count, dtype=dtype, device=device).array
    view = backend_for(device).xp.lib.stride_tricks.as_strided
    result = box(view(memory, sizes, tuple(step * memory.itemsize for step in steps)))
    return result.requires_grad_() if requires_grad else result


@published()
def new_empty_strided(
    input: Any, size: Any, stride: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of given strides with this one's dtype and device, whose values are to be written."""
    return empty_strided(
        size, stride, dtype=dtype or input.dtype, device=device or input.device, requires_grad=requires_grad
    )


@published(method=False)
def empty_permuted(
    size: Any, physical_layout: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor without gaps in memory, whose dimensions lie there in a given order; values are to be written.

    Parameters
    ----------
    size : tuple of int
        The shape.
    physical_layout : tuple of int
        The dimensions from the outermost in memory to the innermost, each once, from 0 on: (0, 1, …) is C order.

    Examples
    --------
    >>> empty_permuted((2, 3, 4), (2, 0, 1)).stride()
    (3, 1, 6)
    """
    sizes, order = checked_sizes("empty_permuted", size), sizes_of("empty_permuted", (physical_layout,))
    if sorted(order) != list(range(len(sizes))):
        expected = f"each of 0 … {len(sizes) - 1} once"
        raise error("argument", op="empty_permuted", argument="physical_layout", expected=expected, got=order)
    steps, step = [0] * len(sizes), 1
    for d in reversed(order):
        steps[d] = step
        step *= max(sizes[d], 1)
    return empty_strided(sizes, tuple(steps), dtype=dtype, device=device, requires_grad=requires_grad)


@published(method=False)
def frombuffer(
    buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return the bytes of an object as a tensor of one dimension, which shares its memory.

    Parameters
    ----------
    buffer : object with Python's buffer protocol
        Such as bytes, bytearray, memoryview or array.array.  If nobody may write to it, nobody may to the tensor.
    dtype : dtype
        As what the bytes are read.
    count : int
        How many elements; a negative number: all.
    offset : int
        How many bytes to leave out at the beginning.
    device : str or Device, optional
        The bytes are copied to another device than the CPU.
    requires_grad : bool
        Whether a gradient may be asked for.

    Raises
    ------
    StorageError
        If the buffer is none or empty, has fewer bytes, or its bytes are no whole number of elements.
    """
    wanted = as_dtype(dtype)
    try:
        length = memoryview(buffer).nbytes
    except TypeError as problem:
        kind = type(buffer).__name__
        raise error("buffer", kind=kind, length=0, dtype=wanted, count=count, offset=offset) from problem
    room = length - offset
    number = room // wanted.itemsize if count < 0 else count
    partial = count < 0 and room % wanted.itemsize
    if not 0 <= offset < length or not number or number * wanted.itemsize > room or partial:
        raise error("buffer", kind=type(buffer).__name__, length=length, dtype=wanted, count=count, offset=offset)
    array = np.frombuffer(buffer, wanted, number, offset)
    result = box(array if device is None else moved(array, device))
    return result.requires_grad_() if requires_grad else result
