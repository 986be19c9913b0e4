"""Floor 2: a tensor's ``grad``: reading it, setting it, and adding to it what a sweep brings.

May import: floors 0–1.
"""

from __future__ import annotations

import weakref
from typing import Any

from ..backend.devices import backend_of
from ..core.inplace import refresh
from ..core.modes import LAYERS, MODE
from ..core.registry import registry
from ..core.sweep import own
from ..core.tensor import Tensor, box
from ..errors import error
from .publish import published

POST_ACCUMULATE = "_post_accumulate_grad_hooks"
"""Under this name a leaf keeps the hooks to be called after its ``grad`` has been added to, in its ``__dict__``."""


def accumulate(tensor: Tensor, g: Any) -> None:
    """Add a cotangent to a tensor's ``grad``; a gradient that the user holds is never overwritten.

    Parameters
    ----------
    tensor : Tensor
        A leaf, or one that retains its gradient.
    g : array or Tensor
        An array that is the sweep's own, or a Tensor.
    """
    if LAYERS and (note := registry.get("grad_looked_at")):
        note(tensor)
    held = tensor._grad
    if isinstance(g, Tensor) and g.node is not None and MODE.get().recording:
        g = registry["clone"](g)
        tensor._grad = g if held is None else held + g
    elif isinstance(g, Tensor):  # somebody listens; what is done here is no step of the user's
        accumulate(tensor, own(g.array))
    elif held is None or held.node is not None:
        g = box(backend_of(g).xp.asarray(g))
        tensor._grad = g if held is None else held + g
    else:
        g += held.array  # into the new buffer, so that whoever holds the old gradient keeps it
        tensor._grad = box(backend_of(g).xp.asarray(g))


@published()
def retain_grad(input: Tensor) -> None:
    """Keep this tensor's gradient in ``grad`` although it is no leaf.

    Raises
    ------
    GraphError
        If the tensor requires no gradient.
    """
    node = refresh(input).node
    if node is None:
        raise error("retain-without-grad")
    if node.op is None:
        return  # a leaf keeps its gradient anyway
    reference = weakref.ref(input)

    def retain(g: Any) -> None:
        tensor = reference()
        if tensor is not None:
            accumulate(tensor, g if isinstance(g, Tensor) else own(g))

    node.retain, node.watched = retain, True


def retains_grad(self: Tensor) -> bool:
    """Whether ``grad`` of a tensor that is no leaf will be kept."""
    return self.node is not None and self.node.retain is not None


def get_grad(self: Tensor) -> Tensor | None:
    """∂(root)/∂(self), summed over the calls of ``backward()`` so far; None before."""
    if LAYERS and (note := registry.get("grad_looked_at")):
        note(self)
    if self._grad is None and self.node is not None and self.node.op is not None and self.node.retain is None:
        registry["warn_non_leaf_grad"](self)
    return self._grad


def set_grad(self: Tensor, value: Tensor | None) -> None:
    """Set or clear the gradient; a Tensor of the same shape and dtype."""
    if value is not None and not isinstance(value, Tensor):
        raise error("grad-not-a-tensor", kind=type(value).__name__)
    if value is not None and value.shape != self.shape:
        raise error("grad-shape", expected=self.shape, got=value.shape)
    if value is not None and value.dtype != self.dtype:
        raise error("grad-dtype", expected=self.dtype, got=value.dtype)
    if LAYERS and (note := registry.get("grad_set")):
        note(self)
    self._grad = value


for _name, _attribute in {"grad": property(get_grad, set_grad), "retains_grad": property(retains_grad)}.items():
    setattr(Tensor, _name, _attribute)
