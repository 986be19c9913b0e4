"""Writing into a tensor's memory, and what that means for the graph.

Values that a rule saved must still be there when the sweep comes.  So every tensor whose memory is shared or
written to has a **Cell** that counts versions, common to it and its views; a node that finds another version
than it saved says so instead of computing a wrong gradient.

After ``x += y``, `x` is the result of an addition: it gets a new node (it is *rebased*).  If `x` is a view,
the tensor it looks into has changed as well, and is rebased onto an ``overwrite`` node; other views of it
look the change up when they are used next (``refresh``).  ``../ops/write.py`` does the writing;
``docs/decisions/0003-in-place.md`` tells why it is as it is.

May import: floor 0, ``node``, ``modes``, ``registry``.  Read next: ``record.py``.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

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
        token = MODE.set(MODE.get()._replace(recording=True))
        tensor.node = view(base, **static).node
        MODE.reset(token)
        tensor.seen = cell.version
    return tensor


def rebase(tensor: Tensor, node: Node | None) -> None:
    """Give `tensor` the node of its new values, and the tensors it is a view of theirs."""
    old, tensor.node = tensor.node, node
    if old is not None and node is not None and old.retain is not None:
        node.retain, old.retain, node.watched = old.retain, None, True  # retain_grad() follows the tensor
    tensor.seen = share(tensor).version
    if tensor.source is not None:
        op, base, static = tensor.source
        parents = (base.node, node)
        if any(parents):
            view = functools.partial(op, **static)
            overwritten = Node(registry["overwrite"], parents, (), {"view": view}, base.shape, base.dtype)
            before = registry["box"](base.array, base.node)
            rebase(base, overwritten)
            for listener in MODE.get().listeners:
                listener.applied(registry["overwrite"], (before, tensor), overwritten.static, base)
        else:
            base.seen = tensor.seen
