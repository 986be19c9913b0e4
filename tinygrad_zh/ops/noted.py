"""Floor 2: what ``jit`` wants to know of besides ops: that numbers are looked at, checked, or made from nothing.

Whoever captures a function enters the registry's functions (``transforms/captured/outside_ops.py``); as long as nothing
hides anything of arrays (`LAYERS`), nobody is asked.

May import: floors 0–1.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from ..aliases import Array
from ..core.modes import LAYERS
from ..core.registry import registry
from ..core.tensor import Tensor, box

Method = TypeVar("Method", bound=Callable[..., Any])


def looked_at(tensor: Any) -> Any:
    """Return a tensor whose numbers are about to be asked for: inside ``jit`` its array may refuse."""
    if LAYERS and (note := registry.get("looked_at")):
        note(tensor)
    return tensor


def checked(check: Callable[..., None], op: str, tensor: Any, *args: Any) -> None:
    """Say that ``check(op, tensor, …)`` has found nothing to refuse."""
    if LAYERS and (note := registry.get("checked")):
        note(check, op, tensor, *args)


def no_tensors(self: Any) -> Sequence[Tensor]:
    """Say that a method writes into no tensors."""
    return ()


def one_step(method: Method, tensors: Callable[[Any], Sequence[Tensor]] = no_tensors) -> Method:
    """Return a method that changes more than tensors, so that every call of a captured function calls it again.

    Parameters
    ----------
    method : callable
        Returns nothing.
    tensors : callable
        ``tensors(self)`` are those into which it writes.
    """

    @functools.wraps(method)
    def called(self: Any, *args: Any, **kwargs: Any) -> Any:
        if LAYERS and (take_over := registry.get("called")):
            count, names = len(args), list(kwargs)

            def again(*given: Any) -> None:
                method(self, *given[:count], **dict(zip(names, given[count:], strict=True)))

            if take_over(again, f"{type(self).__name__}_{method.__name__}", (*args, *kwargs.values()), tensors(self)):
                return None
        return method(self, *args, **kwargs)

    return cast(Method, called)


def fresh(array: Array) -> Tensor:
    """Return a Tensor of an array that has been made of Python's numbers alone."""
    if LAYERS and (note := registry.get("made_here")) and (named := note(array)) is not None:
        array = named
    return box(array)
