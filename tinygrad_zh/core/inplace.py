"""Writing into a tensor's memory, and what that means for the graph.

Values that a rule saved must still be there when the sweep comes.  So every tensor whose memory is shared or
written to has a **Cell** that counts versions, common to it and its views; a node that finds another version
than it saved says so instead of computing a wrong gradient.

After ``x += y``, `x` is the result of an addition: it gets a new node (it is *rebased*).  If `x` is a view,
the tensor it looks into has changed as well, and is rebased onto an ``overwrite`` node; other views of it
look the change up when they are used next (``refresh``).  ``docs/decisions/0003-in-place.md`` has pictures.

May import: floor 0, ``node``, ``modes``, ``registry``.  Read next: ``record.py``.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING

from ..backend.promotion import can_cast
from ..errors import error
from .modes import MODE
from .node import Node
from .registry import registry

if TYPE_CHECKING:
    from .tensor import Tensor


CONSTANT = -1
"""``Tensor.seen`` of a view taken under ``no_grad``: it stays a constant, whatever becomes of its base."""


class Cell:
    """A version counter shared by a tensor and all its views.

    Attributes
    ----------
    version : int
        How often the memory has been written to.
    last : str
        Which op wrote last, and on which line of the user's program.
    """

    __slots__ = ("last", "version")

    def __init__(self) -> None:
        self.version = 0
        self.last = ""


def share(tensor: Tensor) -> Cell:
    """Return the tensor's cell, making it at first need."""
    cell = tensor.cell
    if cell is None:
        cell = tensor.cell = Cell()
        node = tensor.node
        if node is not None and node.op is not None:
            node.cell = cell  # the node may have saved this very memory as its ``y``
    return cell


def touch(tensor: Tensor, writer: str) -> Cell:
    """Count one more version after `writer` has written into the tensor's memory."""
    cell = share(tensor)
    cell.version += 1
    cell.last = writer
    return cell


def refresh(tensor: Tensor) -> Tensor:
    """If `tensor` is a view of something that has been written to since, take the view again; return `tensor`."""
    cell = tensor.cell
    if cell is not None and tensor.source is not None and tensor.seen not in (cell.version, CONSTANT):
        view, base, static = tensor.source
        token = MODE.set(replace(MODE.get(), recording=True))
        tensor.node = view(base, **static).node
        MODE.reset(token)
        tensor.seen = cell.version
    return tensor


def alias(tensor: Tensor) -> Tensor:
    """Return another Tensor for the same memory and node.

    An op that will be written back into its operand saves this instead of the operand, which would
    otherwise hold the node that holds the operand: a cycle.
    """
    result: Tensor = registry["box"](tensor.array, refresh(tensor).node)
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
    try:
        tensor.array[...] = result.array
    except ValueError as problem:  # an expanded view: several elements share one place in memory
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


def rebase(tensor: Tensor, node: Node | None) -> None:
    """Give `tensor` the node of its new values, and the tensors it is a view of theirs."""
    old, tensor.node = tensor.node, node
    if old is not None and node is not None and old.retain is not None:
        node.retain, old.retain = old.retain, None  # retain_grad() follows the tensor
    tensor.seen = share(tensor).version
    if tensor.source is not None:
        op, base, static = tensor.source
        parents = (base.node, node)
        if any(parents):
            view = functools.partial(op, **static)
            overwritten = Node(registry["overwrite"], parents, (), {"view": view}, base.shape, base.dtype)  # type: ignore[arg-type]
            rebase(base, overwritten)
        else:
            base.seen = tensor.seen
