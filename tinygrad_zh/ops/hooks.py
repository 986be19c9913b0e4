"""Floor 2: hooks: functions that the sweep shows a complete gradient.

May import: floors 0–1, ``accumulate``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..backend.devices import backend_of
from ..core.inplace import refresh
from ..core.node import Node
from ..core.registry import register, registry
from ..core.tensor import Tensor, box
from ..errors import error
from .accumulate import POST_ACCUMULATE
from .publish import published


def show(node: Node, g: Any, boxed: bool) -> Any:
    """Show a complete cotangent to the node's hooks, which may replace it, and to whoever retains it."""
    for hook in tuple(node.hooks or ()):
        replaced = hook(g if boxed else box(backend_of(g).xp.asarray(g)))
        if replaced is None:
            continue
        if not isinstance(replaced, Tensor) or replaced.shape != node.shape:
            raise error("hook-result", expected=node.shape, got=getattr(replaced, "shape", type(replaced).__name__))
        replaced = replaced if replaced.dtype == node.dtype else registry["cast"](replaced, dtype=node.dtype)
        g = replaced if boxed else replaced.array
    if node.retain is not None:
        node.retain(g)
    return g


class Handle:
    """Takes a hook away again."""

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self._hooks, self._hook, self._removed = hooks, hook, False

    def remove(self) -> None:
        """Take the hook away; a second call does nothing, even if the same hook was registered twice."""
        if not self._removed:
            self._hooks.remove(self._hook)
        self._removed = True


@published()
def register_hook(input: Tensor, hook: Callable[[Tensor], Any]) -> Handle:
    """Call ``hook(gradient)`` whenever this tensor's gradient is complete; what it returns replaces it.

    Returns
    -------
    Handle
        Its ``remove()`` takes the hook away again.

    Raises
    ------
    GraphError
        If the tensor requires no gradient.
    """
    node = refresh(input).node
    if node is None:
        raise error("hook-without-grad")
    if node.hooks is None:
        node.hooks = []
    node.hooks.append(hook)
    node.watched = True
    return Handle(node.hooks, hook)


@published()
def register_post_accumulate_grad_hook(input: Tensor, hook: Callable[[Tensor], None]) -> Handle:
    """Call ``hook(tensor)`` whenever ``backward()`` has added to the ``grad`` of this leaf.

    An optimiser can take its step there, and free the gradient.

    Returns
    -------
    Handle
        Its ``remove()`` takes the hook away again.

    Raises
    ------
    GraphError
        If the tensor requires no gradient, or is no leaf.

    Notes
    -----
    PyTorch calls it as soon as this one gradient is complete; here the leaves are filled one after the other when the
    sweep has ended, and each hook is called before the next leaf is filled.
    """
    node = refresh(input).node
    if node is None:
        raise error("hook-without-grad")
    if node.op is not None:
        raise error("hook-on-result")
    hooks = input.__dict__.setdefault(POST_ACCUMULATE, [])
    hooks.append(hook)
    return Handle(hooks, hook)


def filled(tensor: Tensor) -> None:
    """Call the hooks of a leaf whose ``grad`` has been added to."""
    for hook in tuple(tensor.__dict__.get(POST_ACCUMULATE, ())):
        returned = hook(tensor)
        if returned is not None:
            raise error("argument", op="hook", argument="its result", expected="None", got=type(returned).__name__)


register("show", show)
register("filled", filled)
