"""A Parameter: a Tensor that a Module finds by itself and an optimiser changes; a Buffer, that it saves only.

May import: floors 0–2.  Read next: ``module.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..aliases import Array
from ..core.inplace import share, touch
from ..core.modes import LAYERS
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import error
from ..ops.noted import looked_at
from ..ops.publish import public


class Parameter(Tensor):
    """A Tensor that is registered when it is assigned to an attribute of a Module.

    Parameters
    ----------
    data : Tensor or array_like, optional
        A Tensor's memory is shared; anything else goes through ``tensor()``; without it, it is empty.
    requires_grad : bool
        Whether it is to be trained.

    Notes
    -----
    Results of operations on it are plain Tensors.

    Examples
    --------
    >>> Parameter(tensor([1.0, 2.0]))
    Parameter containing:
    tensor([1., 2.], requires_grad=True)
    """

    def __init__(self, data: Any = None, requires_grad: bool = True) -> None:
        source = data if isinstance(data, Tensor) else public["tensor"]([] if data is None else data)
        self.array, self.node = source.array, None
        self.cell = share(source)  # one memory, one count of its versions
        self.requires_grad = requires_grad


class Buffer(Tensor):
    """A Tensor that is registered as a buffer when it is assigned to an attribute of a Module.

    Parameters
    ----------
    data : Tensor or array_like
        A Tensor's memory is shared; None for an empty one, as in PyTorch.
    persistent : bool
        Whether it is part of ``state_dict()``.
    """

    def __init__(self, data: Any = None, *, persistent: bool = True) -> None:
        source = data if isinstance(data, Tensor) else public["tensor"]([] if data is None else data)
        self.array, self.node = source.array, None
        self.cell = share(source)
        self.persistent = persistent


class Uninitialized:
    """What `UninitializedParameter` and `UninitializedBuffer` share: values come when the shape is known."""

    array: Array
    becomes: type[Tensor]

    @property
    def shape(self) -> Any:
        """There is none yet."""
        raise error("uninitialized")

    def materialize(self, shape: Iterable[int], device: Any = None, dtype: Any = None) -> None:
        """Become a Parameter or Buffer of a shape; its values are still to be written.

        Parameters
        ----------
        shape : iterable of int
            From now on.
        device, dtype : optional
            Others than those given at first.
        """
        empty = public["empty"](tuple(shape), device=device or self.device, dtype=dtype or self.dtype)  # type: ignore[attr-defined]
        take_array(self, empty.array, "materialize")  # type: ignore[arg-type]
        self.__class__ = self.becomes  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class UninitializedParameter(Uninitialized, Parameter):
    """A Parameter whose shape is not known yet; see ``lazy.py``."""

    becomes = Parameter

    def __init__(self, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> None:
        Parameter.__init__(self, public["empty"](0, device=device, dtype=dtype), requires_grad)


class UninitializedBuffer(Uninitialized, Buffer):
    """A buffer whose shape is not known yet; see ``lazy.py``."""

    becomes = Buffer

    def __init__(
        self, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> None:
        Buffer.__init__(self, public["empty"](0, device=device, dtype=dtype), persistent=persistent)
        self.requires_grad = requires_grad


def is_lazy(param: Any) -> bool:
    """Whether a parameter or buffer has no shape yet."""
    return isinstance(param, Uninitialized)


def take_array(tensor: Tensor, array: Array, writer: str) -> None:
    """Let a leaf hold another array, of another dtype or on another device, and stay the same object.

    An optimiser that holds the tensor goes on with the new array.

    Parameters
    ----------
    tensor : Tensor
        A leaf; hooks and ``requires_grad`` stay.
    array : array
        The new memory.
    writer : str
        Who does this, for messages.
    """
    touch(looked_at(tensor), writer)  # a graph that saved the old values must not go on with the new ones
    node, tensor.node = tensor.node, None
    tensor.array = array
    if node is not None:
        tensor.requires_grad = True
        assert tensor.node is not None
        tensor.node.hooks, tensor.node.watched = node.hooks, node.watched


def clear_gradients(tensors: Iterable[Tensor], set_to_none: bool) -> None:
    """Forget the gradients, or write zeros into them where somebody holds on to their memory.

    Parameters
    ----------
    tensors : iterable of Tensor
        Whose ``grad`` is meant.
    set_to_none : bool
        Whether ``grad`` becomes None, which saves the memory and the pass that fills it.
    """
    for tensor in tensors:
        if LAYERS and (note := registry.get("grad_set" if set_to_none else "grad_looked_at")):
            note(tensor)
        gradient = tensor._grad
        if gradient is None:
            continue
        if set_to_none:
            tensor._grad = None
        else:
            gradient.node = None
            gradient.array[...] = 0
            touch(gradient, "zero_grad")
