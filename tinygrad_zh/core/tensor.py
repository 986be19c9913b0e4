"""A Tensor: an array and, where a derivative may be asked for, the node that recorded its making.

Everything else that a tensor can do (``x + y``, ``len(x)``, ``x.exp()``) is attached when ``ops/`` is imported,
and listed for editors in ``operators.pyi``.

May import: floor 0, ``node``, ``operators``, ``inplace``, ``registry``.  Read next: ``symbol.py``.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from ..aliases import Array, DType, Shape
from ..errors import error
from .inplace import Cell, refresh, share
from .node import Node
from .operators import Operators
from .registry import registry


class Tensor(Operators):
    """An n-dimensional array that remembers how it was computed.

    Make one with ``tinygrad_zh.tensor(data)``; the results of operations are Tensors too.  Called itself the class is
    PyTorch's old way to make one, always of the default float dtype.

    Parameters
    ----------
    *data : array_like, or int
        Nested lists, an array, a Tensor, a float; or sizes, of a tensor whose values are to be written.
    requires_grad : bool
        Whether a gradient may be asked for.

    Attributes
    ----------
    array : numpy.ndarray or cupy.ndarray
        The values.  What is written here directly, the graph does not see.
    node : Node or None
        How it was made; None if no gradient is needed.
    name : str or None
        For pictures.
    """

    __slots__ = ("__dict__", "__weakref__", "array", "cell", "node")  # the three that every operation reads

    array: Array
    node: Node | None
    cell: Cell | None  # the version counter it shares with its views, once it has any
    name: str | None = None
    source: tuple[Callable[..., Any], Tensor, dict[str, Any]] | None = None  # of a view: how to take it again
    seen: int = 0  # of a view: the version its node is true of
    _grad: Tensor | None = None

    def __init__(self, *data: Any, requires_grad: bool = False) -> None:
        self.array, self.node, self.cell = registry["old_tensor"](data).array, None, None
        self.requires_grad = requires_grad

    @property
    def shape(self) -> Shape:
        """The number of elements along each dimension."""
        shape: Shape = self.array.shape
        return shape

    @property
    def dtype(self) -> DType:
        """The dtype of the elements."""
        dtype: DType = self.array.dtype
        return dtype

    @property
    def requires_grad(self) -> bool:
        """Whether a gradient flows through this tensor; may be set on a leaf."""
        return refresh(self).node is not None

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if self.node is not None and self.node.op is not None:
            if not wanted:
                raise error("requires-grad-non-leaf", op=self.node.op.name)
        elif not wanted:
            self.node = None
        elif self.node is None:
            if self.array.dtype.kind != "f":
                raise error("requires-grad-dtype", dtype=self.array.dtype)
            self.node = Node(None, (), (), {}, self.array.shape, self.array.dtype)
            self.node.target = weakref.ref(self)

    @property
    def is_leaf(self) -> bool:
        """Whether the user made it, rather than an operation that was recorded."""
        node = refresh(self).node
        return node is None or node.op is None

    def detach(self) -> Tensor:
        """Return a Tensor with the same memory and no history: no gradient flows through it."""
        result = box(self.array)
        result.cell = share(self)
        return result

    def backward(
        self, gradient: Any = None, retain_graph: bool | None = None, create_graph: bool = False, inputs: Any = None
    ) -> None:
        """Apply the chain rule from here back to every leaf, and add what arrives to its ``grad``.

        Parameters
        ----------
        gradient : Tensor, optional
            The cotangent to start from, of this tensor's shape; 1 for a tensor of one element.
        retain_graph : bool, optional
            Keep the graph for another backward pass; by default, what `create_graph` says.
        create_graph : bool
            Record the backward pass itself, so that it can be differentiated again.
        inputs : sequence of Tensor, optional
            Fill the ``grad`` of these alone.

        Raises
        ------
        GraphError
            If no gradient is recorded, the graph has been freed, or a saved value has been overwritten.
        """
        registry["backward"](self, gradient, retain_graph, create_graph, inputs)


_new = object.__new__


def box(array: Array, node: Node | None = None) -> Tensor:
    """Make a Tensor of an array and a node, without the checks of ``tensor()``: the engine's own way."""
    result = _new(Tensor)
    result.array = array
    result.node = node
    result.cell = None
    return result
