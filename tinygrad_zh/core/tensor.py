"""A Tensor: an array and, where a derivative may be asked for, the node that recorded its making.

Operators come from ``operators.py``; the several hundred methods (``x.exp()``) are attached from the
registry when ``ops/`` is imported, and are listed for editors in ``methods.pyi``.

May import: floor 0, ``node``, ``operators``, ``inplace``.  Read next: ``operators.py``.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..aliases import Array, DType, Shape
from ..backend.devices import Device, backend_of
from ..errors import error
from .inplace import Cell, refresh, share
from .methods import Methods
from .modes import MODE
from .node import Node
from .registry import registry

if TYPE_CHECKING:
    from .primitive import Primitive


class Tensor(Methods):
    """An n-dimensional array that remembers how it was computed.

    Make one with ``tinygrad_zh.tensor(data)``; the results of operations are Tensors too.

    Parameters
    ----------
    data : array_like
        Numbers, nested lists, an array or a Tensor.
    requires_grad : bool
        Whether a gradient may be asked for.

    Attributes
    ----------
    array : numpy.ndarray or cupy.ndarray
        The values.  What is written here directly, the graph does not see.
    node : Node or None
        How it was made; None if no gradient is needed.
    grad : Tensor or None
        ∂(root)/∂(self), summed over the calls of ``backward()`` so far.
    """

    array: Array
    node: Node | None
    name: str | None = None
    cell: Cell | None = None  # the version counter it shares with its views, once it has any
    source: tuple[Primitive, Tensor, dict[str, Any]] | None = None  # of a view: how to take it again
    seen: int = 0  # of a view: the version its node is true of
    _grad: Tensor | None = None
    __array_priority__ = 1000

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        made = registry["tensor"](data)
        self.array, self.node = made.array, None
        if requires_grad:
            self.requires_grad = True

    # -- what it is ------------------------------------------------------------------------------------

    @property
    def shape(self) -> Shape:
        """The number of elements along each dimension."""
        return self.array.shape  # type: ignore[no-any-return]  # Array is Any: NumPy's or CuPy's

    @property
    def dtype(self) -> DType:
        """The dtype of the elements."""
        return self.array.dtype  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.array.shape)

    @property
    def device(self) -> Device:
        """The device on which the array lives."""
        return backend_of(self.array).device

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
        return self.node is None or self.node.op is None

    @property
    def grad_fn(self) -> Node | None:
        """The node of the operation that made it; None for a leaf."""
        return None if self.is_leaf else refresh(self).node

    @property
    def grad(self) -> Tensor | None:
        """The gradient that ``backward()`` left here, a Tensor of the same shape and dtype; None before."""
        if self._grad is None and self.node is not None and self.node.op is not None and self.node.target is None:
            registry["warn_non_leaf_grad"](self)
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None and not isinstance(value, Tensor):
            raise error("grad-not-a-tensor", kind=type(value).__name__)
        if value is not None and value.shape != self.shape:
            raise error("grad-shape", expected=self.shape, got=value.shape)
        self._grad = value

    @property
    def data(self) -> Tensor:
        """The values as a Tensor outside the graph, sharing memory."""
        return self.detach()

    @data.setter
    def data(self, value: Tensor) -> None:
        array = value.array if isinstance(value, Tensor) else backend_of(self.array).xp.asarray(value, dtype=self.dtype)
        if self.node is not None and (array.shape != self.shape or array.dtype != self.dtype):
            raise error("data-mismatch", expected=f"{self.shape} {self.dtype}", got=f"{array.shape} {array.dtype}")
        share(self).version += 1
        self.array = array

    # -- its place in the graph ------------------------------------------------------------------------

    def detach(self) -> Tensor:
        """Return a Tensor with the same memory and no history: no gradient flows through it."""
        result = box(self.array)
        result.cell = share(self)
        return result

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Set ``requires_grad`` in place and return the tensor."""
        self.requires_grad = requires_grad
        return self

    def backward(
        self,
        gradient: Any = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
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

    def register_hook(self, hook: Callable[[Tensor], Any]) -> Handle:
        """Call ``hook(gradient)`` whenever this tensor's gradient is complete; what it returns replaces it.

        Returns
        -------
        Handle
            Its ``remove()`` takes the hook away again.
        """
        node = refresh(self).node
        if node is None:
            raise error("hook-without-grad")
        node.hooks = [] if node.hooks is None else node.hooks
        node.hooks.append(hook)
        return Handle(node.hooks, hook)

    def retain_grad(self) -> None:
        """Keep this tensor's gradient in ``grad`` although it is no leaf."""
        node = refresh(self).node
        if node is None:
            raise error("retain-without-grad")
        node.target = weakref.ref(self)

    @property
    def retains_grad(self) -> bool:
        """Whether ``grad`` of a tensor that is no leaf will be kept."""
        return not self.is_leaf and self.node is not None and self.node.target is not None

    # -- as Python's numbers and sequences -------------------------------------------------------------

    def __setitem__(self, index: Any, value: Any) -> None:
        registry["setitem_"](self, index, value)

    def __len__(self) -> int:
        if not self.array.shape:
            raise error("len-of-scalar")
        return int(self.array.shape[0])

    def __iter__(self) -> Iterator[Tensor]:
        if not self.array.shape:
            raise error("iterate-scalar")
        return iter(registry["unbind"](self))

    def item(self) -> Any:
        """Return the only element as a Python number."""
        if self.array.size != 1:
            raise error("item-of-many", shape=self.shape)
        return self.array.item()

    def __bool__(self) -> bool:
        if self.array.size != 1:
            raise error("truth-of-many", shape=self.shape)
        return bool(self.array.item())

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        if self.array.dtype.kind not in "iub":
            raise error("index-dtype", dtype=self.dtype)
        return int(self.item())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec and self.array.size == 1 else format(str(self), spec)

    def __repr__(self) -> str:
        return str(registry["repr"](self))

    def __copy__(self) -> Tensor:
        result = box(self.array)
        result.cell = share(self)
        return result.requires_grad_() if self.requires_grad and self.is_leaf else result

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if not self.is_leaf:
            raise error("deepcopy-non-leaf")
        result = new(type(self))
        memo[id(self)] = result
        result.array, result.node = self.array.copy(), None
        result.name = self.name
        if self._grad is not None:
            result._grad = box(self._grad.array.copy())
        return result.requires_grad_(self.requires_grad)


class Handle:
    """Takes a hook away again."""

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self._hooks, self._hook = hooks, hook

    def remove(self) -> None:
        """Take the hook away; a second call does nothing."""
        if self._hook in self._hooks:
            self._hooks.remove(self._hook)


new = object.__new__


def box(array: Array, node: Node | None = None) -> Tensor:
    """Make a Tensor of an array and a node, without the checks of ``tensor()``: the engine's own way."""
    result = new(Tensor)
    result.array = array
    result.node = node
    return result


def is_recording() -> bool:
    """Return whether results of tracked operands get a node now."""
    return MODE.get().recording
