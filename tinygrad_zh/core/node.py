"""What is remembered of one operation, so that the chain rule can be applied to it later.

Nodes point to their parents, the nodes of their operands; nothing points forward.  So the graph hangs from
its results, and reference counts alone free it.

May import: floor 0.  Read next: ``tensor.py``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import ReferenceType

from ..aliases import DType, Shape

if TYPE_CHECKING:
    from .inplace import Cell
    from .primitive import Primitive
    from .tensor import Tensor

next_serial = itertools.count().__next__
PLAIN = frozenset({int, float, bool, type(None), tuple})
"""Types of saved values that hold no memory worth freeing: numbers and shapes."""


class Node:
    """One recorded application of an op, or (with no op) a leaf: a tensor that the user wants a gradient of.

    Attributes
    ----------
    id : int
        Serial number.  Operands are made before results, so age is a topological order.
    op : Primitive or None
        What was applied; None for a leaf.
    parents : tuple of (Node or None)
        The node of each operand; None where no gradient is needed.
    saved : tuple or None
        The values that the op's rules name, and no others; None once a sweep has freed them.
    static : dict
        The arguments that are not differentiated (``dim=1``).
    shape, dtype
        Of the result, and so of its gradient; None for an op with several results.
    """

    __slots__ = ("__dict__", "__weakref__", "dtype", "id", "op", "parents", "saved", "shape", "static", "watched")

    # What few nodes have (kept in __dict__, so that the others do not pay for it):
    hooks: list[Callable[[Tensor], Any]] | None = None
    retain: Callable[[Any], None] | None = None  # what ``retain_grad()`` left
    # A leaf's tensor, whose ``.grad`` is to be filled.  Weak, for the tensor holds the node, and a cycle
    # would outlive reference counting.
    target: ReferenceType[Tensor] | None = None
    cell: Cell | None = None  # version counter of the result, where its memory is shared and saved as ``y``
    versions: tuple[int, ...] | None = None  # of the saved operands, if one of them shares its memory

    def __init__(
        self, op: Primitive | None, parents: tuple[Any, ...], saved: Any, static: Any, shape: Any, dtype: Any
    ) -> None:
        self.id = next_serial()
        self.op: Primitive | None = op
        self.parents: tuple[Node | None, ...] = parents
        self.saved: tuple[Any, ...] | None = saved
        self.static: dict[str, Any] = static
        self.shape: Shape | None = shape
        self.dtype: DType | None = dtype
        self.watched = False  # whether there are hooks, or ``retain`` is set

    @property
    def name(self) -> str:
        """``MulBackward`` for an op, ``AccumulateGrad`` for a leaf, as PyTorch prints them."""
        if self.op is None:
            return "AccumulateGrad"
        if self.op.name == "item_of" and self.parents and self.parents[0] is not None:
            return self.parents[0].name
        return "".join(part[:1].upper() + part[1:] for part in self.op.name.split("_")) + "Backward"

    def __repr__(self) -> str:
        return f"<{self.name}>"
