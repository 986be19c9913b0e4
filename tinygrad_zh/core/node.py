"""What is remembered of one operation, so that the chain rule can be applied to it later.

Nodes point to their parents, the nodes of their operands; nothing points forward.  So the graph hangs from
its results, and reference counts alone free it.

May import: floor 0.  Read next: ``tensor.py``.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..aliases import DType, Shape

if TYPE_CHECKING:
    from .inplace import Cell
    from .primitive import Primitive
    from .tensor import Tensor

_serial = itertools.count()


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

    __slots__ = (
        "__weakref__",
        "cell",
        "dtype",
        "hooks",
        "id",
        "op",
        "parents",
        "saved",
        "shape",
        "static",
        "target",
        "versions",
    )

    def __init__(
        self,
        op: Primitive | None,
        parents: tuple[Node | None, ...],
        saved: tuple[Any, ...] | None,
        static: dict[str, Any],
        shape: Shape | None,
        dtype: DType | None,
    ) -> None:
        self.id = next(_serial)
        self.op = op
        self.parents = parents
        self.saved = saved
        self.static = static
        self.shape = shape
        self.dtype = dtype
        self.hooks: list[Callable[[Tensor], Any]] | None = None
        # Whose ``.grad`` is to be filled: every leaf's tensor, and one that called ``retain_grad()``.
        # Weak, for the tensor holds the node, and a cycle would outlive reference counting.
        self.target: weakref.ref[Tensor] | None = None
        self.cell: Cell | None = None  # of the result, where its array is shared and saved as ``y``
        self.versions: dict[int, int] | None = None  # of saved operands that had been written to before

    @property
    def name(self) -> str:
        """``MulBackward`` for an op, ``AccumulateGrad`` for a leaf, as PyTorch prints them."""
        if self.op is None:
            return "AccumulateGrad"
        return "".join(part.capitalize() for part in self.op.name.split("_")) + "Backward"

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The parents, in the form in which PyTorch shows them."""
        return tuple((parent, 0) for parent in self.parents)

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def release(self) -> None:
        """Forget the saved values and the way to the parents, unless nothing but numbers was saved.

        A node that saved no tensor (``x + y``, ``x.T``) can be swept again, as in PyTorch.
        """
        if self.saved and not all(type(value) in PLAIN for value in self.saved):
            self.saved = None
            self.parents = ()


PLAIN = frozenset({int, float, bool, type(None), tuple})
"""Types of saved values that hold no memory worth freeing: numbers and shapes."""
