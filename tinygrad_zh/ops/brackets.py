"""Floor 2: what stands between the brackets of ``x[index]``, taken apart and checked; nothing is computed here.

PyTorch's rules, in its order: 0-d int tensors are ints; a list of ints is a tensor; a bool alone
is a mask over a new dimension; ``...`` fills up.  Ranges are checked here, for CuPy takes positions modulo the
size and says nothing.

May import: floors 0–1, ``shape``.  Read next: ``indexing.py``.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend.devices import BACKENDS
from ..backend.dtypes import int64
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import error
from .noted import checked
from .shape import reshape_p


class Place(tuple[Any, ...]):
    """A basic index: ints, slices and None, one after the other; it prints as one would write it."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(written(item) for item in self) or "..."

    @property
    def whole(self) -> bool:
        """Whether it chooses everything as it is."""
        return all(type(item) is slice and item == slice(None) for item in self)


def written(item: Any) -> str:
    """Return an int, a slice or None as it stands between brackets."""
    if not isinstance(item, slice):
        return str(item)
    ends = ":".join("" if end is None else str(end) for end in (item.start, item.stop))
    return ends if item.step is None else f"{ends}:{item.step}"


Picks = list[tuple[int, Any]]
"""Advanced indices: a dimension of the view, and the int tensor or bool mask that stands there."""


NUMBERS = frozenset({int, bool, float})
NESTED = (slice, Sequence, Tensor, np.ndarray)


def items_of(index: Any) -> tuple[Any, ...]:
    """Return the index as a tuple; refuse a list of anything but numbers, which once meant a tuple and now an array."""
    if isinstance(index, tuple):
        return index
    nested = isinstance(index, list) and not NUMBERS.issuperset(map(type, index))  # the quick look first
    if nested and any(item is None or item is Ellipsis or isinstance(item, NESTED) for item in index):
        raise error("index-nested")
    return (index,)


def classified(input: Any, item: Any) -> Any:
    """Return an int, slice, None, Ellipsis, or a Tensor of ints or bools; refuse anything else."""
    if item is None or item is Ellipsis or (type(item) is int):
        return item
    if isinstance(item, slice):
        return checked_slice(item)
    if isinstance(item, (Tensor, np.ndarray, np.bool_, bool, list, tuple, range)) or type(item) in BACKENDS:
        found = as_index(input, item)
        if found.dtype.kind not in "ib":
            raise error("index-uint8" if found.dtype.kind == "u" else "index-kind", got=found.dtype)
        return int(found.item()) if not found.shape and found.dtype.kind == "i" else found
    if hasattr(item, "__index__"):
        return operator.index(item)
    raise error("index-kind", got=type(item).__name__)


def as_index(input: Any, item: Any) -> Any:
    """Return a Tensor of what a user wrote, on the device of `input`."""
    if isinstance(item, Tensor):
        same = item.device == input.device
        return item if same else registry["tensor"](item, device=input.device)
    empty = isinstance(item, (list, tuple, range)) and not len(item)
    return registry["tensor"](item, dtype=int64 if empty else None, device=input.device)


def checked_slice(item: slice) -> slice:
    """Return the slice with plain ints; refuse a step that is not positive."""
    ends = (item.start, item.stop, item.step)
    for end in ends:
        if end is not None and not hasattr(end, "__index__"):
            raise error("index-slice", got=type(end).__name__)
    start, stop, step = (None if end is None else operator.index(end) for end in ends)
    if step is not None and step < 1:
        raise error("index-step", step=step)
    return slice(start, stop, step)


def parse(input: Any, index: Any) -> tuple[Place, Picks]:
    """Take an index apart: what chooses a view, and what then picks elements of that view.

    Raises
    ------
    IndexingError
        If there are too many indices, one is out of range or of a wrong kind, or a mask does not fit.
    """
    items = [classified(input, item) for item in items_of(index)]
    shape, used, ellipses = input.shape, 0, 0
    for item in items:  # how many dimensions have an index
        if item is Ellipsis:
            ellipses += 1
        elif isinstance(item, Tensor) and item.dtype.kind == "b":
            used += len(item.shape)
        elif item is not None:
            used += 1
    if used > len(shape):
        raise error("index-count", count=used, ndim=len(shape), shape=shape)
    if ellipses > 1:
        raise error("index-ellipsis")
    place: list[Any] = []
    picks: Picks = []
    d = out = 0  # the next dimension of `input`, and of the view
    for item in items:
        if item is Ellipsis:
            skipped = len(shape) - used
            place += [slice(None)] * skipped
            d, out = d + skipped, out + skipped
        elif item is None:
            place.append(None)
            out += 1
        elif type(item) is int:
            if not -shape[d] <= item < shape[d]:
                raise error("index-range", op="x[index]", index=item, dim=d, size=shape[d], low=-shape[d])
            place.append(item)
            d += 1
        elif type(item) is slice:
            place.append(item)
            d, out = d + 1, out + 1
        elif item.dtype.kind == "b":
            if item.shape != shape[d : d + item.ndim]:
                raise error("index-mask", mask=item.shape, dim=d, expected=shape[d : d + item.ndim], shape=shape)
            # True and False alone stand for a new dimension of length 1, kept or left empty.
            place += [slice(None)] * item.ndim if item.ndim else [None]
            picks.append((out, item if item.ndim else reshape_p(item, shape=(1,))))
            d, out = d + item.ndim, out + max(item.ndim, 1)
        else:
            refuse_out_of_range("x[index]", item, shape[d], d)
            place.append(slice(None))
            picks.append((out, item))
            d, out = d + 1, out + 1
    return Place(place), picks


def refuse_out_of_range(op: str, index: Any, size: int, dim: int, negative: bool = True) -> None:
    """Raise for a position that does not exist.  NumPy would; CuPy takes it modulo the size and says nothing."""
    array, low = getattr(index.array, "whole", index.array), -size if negative else 0  # of vmap: all samples
    if array.size and (int(array.min()) < low or int(array.max()) >= size):
        wide = array.astype(int64)  # an int8 cannot be compared to every size
        wrong = wide[(wide < low) | (wide >= size)].reshape(-1)[0]
        raise error("index-range", op=op, index=int(wrong), dim=dim, size=size, low=low)
    checked(refuse_out_of_range, op, index, size, dim, negative)
