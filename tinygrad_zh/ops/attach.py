"""Floor 2: give Tensor its methods, from what the files of this folder have published.

May import: floors 0–1.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..core.inplace import alias, write
from ..core.registry import inplace_methods, methods, public, register, registry
from ..core.tensor import Tensor


def inplace_form(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method ``name_()``, which writes the result of ``name()`` into the tensor."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return write(self, function(alias(self), *args, **kwargs), name + "_")

    functools.update_wrapper(method, function)
    method.__name__ = name + "_"
    method.__doc__ = f"In-place form of ``{name}``: the result is written into this tensor, which is returned."
    return method


def apply_inplace(name: str, tensor: Any, other: Any) -> Any:
    """``tensor ∘= other``: compute out of place, then let `tensor` take values and node."""
    op = registry[name]
    return write(tensor, op(alias(tensor), other), name + "_") if isinstance(tensor, Tensor) else op(tensor, other)


def attach_methods() -> None:
    """Attach every published method to Tensor's base class; what the class defines itself stays."""
    for name in sorted(methods):
        if not hasattr(Tensor, name):
            setattr(Tensor, name, public[name])
    for name in sorted(inplace_methods):
        setattr(Tensor, name + "_", inplace_form(name, public[name]))


register("apply_inplace", apply_inplace)
