"""Floor 2: give Tensor its methods, from what the files of this folder have published.

May import: floors 0–1, ``compare``.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

from ..core.primitive import Primitive
from ..core.registry import register, registry
from ..core.tensor import Tensor
from .compare import written_as_floats
from .publish import inplace_methods, methods, public
from .write import overwritten


def inplace_form(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method ``name_()``, which writes the result of ``name()`` into the tensor."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        def compute(old: Tensor) -> Any:
            others = replaced(args, self, old)
            return written_as_floats(function(old, *others, **kwargs), old, others[0] if others else 0)

        return overwritten(self, name + "_", compute)

    functools.update_wrapper(method, function)
    method.__name__ = name + "_"
    method.__doc__ = f"In-place form of ``{name}``: the result is written into this tensor, which is returned."
    return method


def apply_inplace(name: str, tensor: Any, other: Any) -> Any:
    """``tensor ∘= other``: compute out of place, then let `tensor` take values and node."""
    op = registry[name]
    if not isinstance(tensor, Tensor):
        return op(tensor, other)
    return overwritten(tensor, name + "_", lambda old: op(old, *replaced((other,), tensor, old)))


def replaced(args: tuple[Any, ...], tensor: Tensor, old: Tensor) -> tuple[Any, ...]:
    """Let ``x *= x`` use the old `x` on both sides."""
    return tuple(old if x is tensor else x for x in args)


def as_method(function: Any) -> Any:
    """Return a method for a primitive; functions are methods as they are."""
    if not isinstance(function, Primitive):
        return function

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    return functools.update_wrapper(method, function)


class LazyMethod:
    """Stands for a method whose file has not been imported; the first look at it imports the file."""

    def __init__(self, name: str, module: str) -> None:
        self.name, self.module = name, module

    def __get__(self, tensor: Any, kind: type) -> Any:
        importlib.import_module(self.module)
        attach_methods()
        return getattr(kind if tensor is None else tensor, self.name)


def attach_methods() -> None:
    """Attach every published method to Tensor; what the class defines itself stays."""
    present = vars(Tensor)
    for name in methods:
        if isinstance(present.get(name), LazyMethod | None):
            setattr(Tensor, name, as_method(public[name]))
    for name in inplace_methods:
        if isinstance(present.get(name + "_"), LazyMethod | None):
            setattr(Tensor, name + "_", inplace_form(name, public[name]))


def attach_later(methods_of: dict[str, str]) -> None:
    """Attach stand-ins for the methods of files that are imported later."""
    for module, names in methods_of.items():
        for name in names.split():
            setattr(Tensor, name, LazyMethod(name, module))


register("apply_inplace", apply_inplace)
