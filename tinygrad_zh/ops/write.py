"""Floor 2: writing a result into a tensor's memory: ``x += y``, ``x[i] = v``, ``x.exp_()``.

The rules of the game are in ``../core/inplace.py``.

May import: floors 0–1.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from ..backend.promotion import can_cast
from ..core.inplace import CONSTANT, rebase, refresh, share, touch
from ..core.modes import LAYERS, MODE
from ..core.registry import registry
from ..core.tensor import Tensor, box
from ..errors import error
from .noted import looked_at


def alias(tensor: Tensor) -> Tensor:
    """Return another Tensor for the same memory and node.

    An op that will be written back into its operand saves this instead of the operand, which would
    otherwise hold the node that holds the operand: a cycle.
    """
    looked_at(tensor)
    result = box(tensor.array, refresh(tensor).node)
    result.cell = share(tensor)
    return result


def write(tensor: Tensor, result: Tensor, name: str) -> Tensor:
    """Let `tensor` take the values, and while recording the node, of `result`; return `tensor`.

    Parameters
    ----------
    tensor : Tensor
        What is written to.
    result : Tensor
        What an op computed out of place, of a shape that broadcasts to the tensor's.
    name : str
        Of the operation, for messages.
    """
    recording = MODE.get().recording
    if recording:
        check_writable(tensor, result, name)
    if result.shape != tensor.shape:
        result = registry["expand_for_write"](result, tensor.shape, name)
    if result.dtype != tensor.dtype:
        if not can_cast(result.dtype, tensor.dtype):
            raise error("inplace-dtype", op=name, result=result.dtype, target=tensor.dtype)
        result = registry["cast"](result, dtype=tensor.dtype)
    if LAYERS:
        result = registry["alike"](tensor, result)
    strides = zip(tensor.array.strides, tensor.shape, strict=True)
    if tensor.array.size and any(stride == 0 and n > 1 for stride, n in strides):
        raise error("inplace-readonly", op=name)  # an expanded view: several elements share one place in memory
    try:
        tensor.array[...] = result.array
    except ValueError as problem:  # memory that belongs to somebody who forbids writing
        raise error("inplace-readonly", op=name) from problem
    touch(tensor, f"{name} at {registry['user_line']()}")
    if recording:
        rebase(tensor, result.node)
    elif tensor.seen != CONSTANT:
        tensor.seen = share(tensor).version
    return tensor


def check_writable(tensor: Tensor, result: Tensor, name: str) -> None:
    """Refuse to write into a leaf that requires a gradient, directly or through a view, and other dead ends."""
    looked_at: Tensor | None = tensor
    while looked_at is not None:
        if looked_at.node is not None and looked_at.node.op is None:
            raise error("inplace-leaf", op=name)
        base = looked_at.source[1] if looked_at.source is not None else None
        if base is not None and looked_at.seen == CONSTANT and not (base.node is result.node is None):
            raise error("inplace-constant-view", op=name)
        looked_at = base


def overwritten(tensor: Tensor, name: str, compute: Callable[[Tensor], Tensor]) -> Tensor:
    """Let `tensor` take what `compute` makes of it.

    As in PyTorch, a rule that has saved the operand (``log_``, ``mul_``) still finds its old values: in a copy,
    made only if somebody does hold the operand once the result is there.
    """
    operand = alias(tensor)
    result = compute(operand)
    held = weakref.ref(operand)
    del operand
    saved = held()
    if saved is not None:
        saved.array, saved.cell = saved.array.copy(), None
    return write(tensor, result, name)


def computed(name: str, input: Any, inplace: bool, compute: Callable[[Any], Any]) -> Any:
    """Return ``compute(input)``: a new tensor, or `input` itself with the result written into it."""
    return overwritten(input, name + "_", compute) if inplace else compute(input)
