"""Floor 2: the names that users meet: which functions the package offers, and which are methods of Tensor.

A function enters its name when its file is imported; ``later.py`` says which files wait until they are needed.

What is entered is guarded: see ``guard.py``.

May import: ``lazy``, ``guard``.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar

from ..lazy import LazyNames, unknown_name
from .guard import guarded

Function = TypeVar("Function", bound=Callable[..., Any])

public = LazyNames()
"""What the user meets: ``tinygrad_zh.name``, and for the names in `methods` also ``tensor.name``."""
SPACES = ("fft", "linalg", "nn.functional", "special")
spaces = {space: LazyNames() for space in SPACES}
"""What stands in one of PyTorch's namespaces: ``tinygrad_zh.linalg.name``."""
methods: set[str] = set()
inplace_methods: set[str] = set()
"""Methods that exist as ``tensor.name_()`` too, which writes the result into the tensor."""


def publish(
    name: str, function: Function, *, method: bool = True, inplace: bool = False, space: str | None = None
) -> Function:
    """Offer `function` to users, as a method of Tensor too, and with ``name_`` as its in-place form.

    Parameters
    ----------
    name : str
        PyTorch's name.
    function : callable
        Its first parameter is the tensor.
    method, inplace : bool
        Whether ``tensor.name()`` and ``tensor.name_()`` exist.
    space : str, optional
        One of `SPACES`: the function stands there alone, ``tinygrad_zh.linalg.name``, and is no method.
    """
    shown = guarded(function, f"{space}.{name}" if space else name) if type(function) is FunctionType else function
    if space is not None:
        if name in spaces[space].keys():  # noqa: SIM118 - entered already, not only to come
            raise AssertionError(f"two public functions are named {space}.{name}")
        spaces[space][name] = shown
        return function
    if name in public.keys():  # noqa: SIM118
        raise AssertionError(f"two public functions are named {name!r}")
    public[name] = shown
    if method:
        methods.add(name)
    if inplace:
        inplace_methods.add(name)
    return function


def published(
    *, name: str | None = None, method: bool = True, inplace: bool = False, space: str | None = None
) -> Callable[[Function], Function]:
    """Decorate a function that users meet; see `publish`."""
    return lambda function: publish(name or function.__name__, function, method=method, inplace=inplace, space=space)


def face(module: dict[str, Any], table: LazyNames) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a module that shows what stands in a table."""

    def look_up(name: str) -> Any:
        if name not in table:
            raise unknown_name(module["__name__"], name, module["__all__"])
        module[name] = table[name]
        return module[name]

    return look_up
