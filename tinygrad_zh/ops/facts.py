"""Floor 2: what a tensor says of itself: how it lies in memory, and that it is real.

Distances in memory are counted in elements.  They are NumPy's or CuPy's: a result may be laid out otherwise than
PyTorch's, and only the layout of views is the same for certain.

May import: floors 0–1, ``convert``, ``dims``, ``publish``.  Read next: ``layout.py``.
"""

from __future__ import annotations

import itertools
from typing import Any

from ..aliases import Shape
from ..core.tensor import Tensor, box
from ..errors import error
from .convert import data_ptr
from .dims import one_dim
from .publish import publish, published

# -- in memory -----------------------------------------------------------------------------------------


@published()
def stride(input: Any, dim: Any = None) -> Any:
    """Return how far neighbours along a dimension are apart in memory; without `dim`, along each of them.

    Parameters
    ----------
    dim : int, optional
        Along which dimension.

    Returns
    -------
    int, or tuple of int
        A number of elements; 0 where one element stands for all (after ``expand``).  Along a dimension of length 1
        there are no neighbours, and it says nothing.
    """
    strides = tuple(step // input.dtype.itemsize for step in input.array.strides)
    if dim is None:
        return strides
    if not input.ndim:
        raise error("ndim", op="stride", expected="1 or more", shape=())
    return strides[one_dim("stride", dim, input.ndim)]


def owner_of(array: Any) -> Any:
    """Return the array that owns the memory a view looks into."""
    owner = array
    while (array := getattr(array, "base", None)) is not None:  # between two arrays NumPy may put a helper
        owner = array if isinstance(array, type(owner)) else owner
    return owner


@published()
def storage_offset(input: Any) -> int:
    """Return how many elements lie in memory before the first one of a view: 0 of what is no view."""
    before = data_ptr(input) - data_ptr(box(owner_of(input.array)))
    return before // int(input.dtype.itemsize)


@published()
def dim_order(input: Any, *, ambiguity_check: bool = False) -> tuple[int, ...]:
    """Return the dimensions from the outermost in memory to the innermost, (0, 1, …) for C order.

    Parameters
    ----------
    ambiguity_check : bool
        Refuse a tensor of which several orders are true.  (PyTorch's list of memory formats is not taken: there
        are none here.)

    Raises
    ------
    ArgumentError
        If the order is ambiguous, for there are dimensions of length 1, or two of the same stride.
    """
    if not isinstance(ambiguity_check, bool):
        raise error("argument", op="dim_order", argument="ambiguity_check", expected="a bool", got=ambiguity_check)
    steps, shape = stride(input), input.shape
    alike = any(a == b for a, b in itertools.pairwise(steps))  # neighbours only, as in PyTorch
    if ambiguity_check and (alike or 1 in shape):
        raise error("dim-order-ambiguous", shape=shape, strides=steps)
    in_c_order = input.array.flags.c_contiguous
    channels_last = input.ndim == 4 and input.array.size and input.array.transpose(0, 2, 3, 1).flags.c_contiguous
    if in_c_order != bool(channels_last):
        return tuple(range(input.ndim)) if in_c_order else (0, 2, 3, 1)
    return outermost_first(shape, steps)


def outermost_first(shape: Shape, steps: tuple[int, ...]) -> tuple[int, ...]:
    """Sort dimensions by their strides; a stride of 0 says nothing, and stands where it stood among the others.

    An insertion sort, as PyTorch's, for such an order has no key: which pairs are compared makes a difference.
    """
    inner = list(reversed(range(len(shape))))
    for start in range(1, len(inner)):
        here = start
        for before in reversed(range(start)):
            a, b = inner[before], inner[here]
            if 0 in (steps[a], steps[b]) or (steps[a] == steps[b] and shape[a] <= shape[b]):
                continue
            if steps[a] < steps[b]:
                break
            inner[before], inner[here] = b, a
            here = before
    return tuple(reversed(inner))


@published()
def is_set_to(input: Any, tensor: Any) -> bool:
    """Return whether both are the same view of the same memory: shape, strides and first element."""
    if not isinstance(tensor, Tensor):
        raise error("not-a-tensor", op="is_set_to", kind=type(tensor).__name__)
    a, b = input.array, tensor.array
    same = (a.shape, a.strides, a.dtype) == (b.shape, b.strides, b.dtype)
    return same and owner_of(a) is owner_of(b) and data_ptr(input) == data_ptr(tensor)


@published()
def is_signed(input: Any) -> bool:
    """Return whether the dtype has negative numbers."""
    return bool(input.dtype.kind in "fi")


# -- real numbers --------------------------------------------------------------------------------------
# There are no complex tensors: what PyTorch does to real ones here is nothing, and that is what programs for both
# kinds rely on.


def itself(name: str, what: str) -> Any:
    """Return a function that gives back the very tensor it is given."""

    def function(input: Any) -> Any:
        if not isinstance(input, Tensor):
            raise error("not-a-tensor", op=name, kind=type(input).__name__)
        return input

    function.__name__ = name
    function.__doc__ = f"Return {what} of a tensor; every one here is real, so that is the tensor itself."
    return function


def never(name: str, what: str) -> Any:
    """Return a function that answers False of every tensor."""

    def function(input: Any) -> bool:
        if not isinstance(input, Tensor):
            raise error("not-a-tensor", op=name, kind=type(input).__name__)
        return False

    function.__name__ = name
    function.__doc__ = f"Return whether {what}: never, for every tensor here is real."
    return function


publish("is_complex", never("is_complex", "the dtype is complex"))
publish("is_conj", never("is_conj", "the tensor is yet to be conjugated"))
publish("conj", itself("conj", "the complex conjugate"))
publish("conj_physical", itself("conj_physical", "the complex conjugate"), inplace=True)
publish("resolve_conj", itself("resolve_conj", "the conjugate, carried out,"))
publish("resolve_neg", itself("resolve_neg", "the negative, carried out,"))
publish("real", itself("real", "the real part"), method=False)
