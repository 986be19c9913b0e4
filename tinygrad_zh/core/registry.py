"""Where ops are found by name: ``ops/`` fills the tables, Tensor's operators ask them.

This unties the knot that Tensor needs ops and ops need Tensor.  Imports nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

registry: dict[str, Callable[..., Any]] = {}
"""What the engine itself asks for: the ops behind Python's operators, and services such as ``backward``."""
public: dict[str, Callable[..., Any]] = {}
"""What the user meets: ``tinygrad_zh.name``, and for the names in `methods` also ``tensor.name``."""
methods: set[str] = set()
inplace_methods: set[str] = set()
"""Methods that exist as ``tensor.name_()`` too, which writes the result into the tensor."""


def register(name: str, function: Function) -> Function:
    """Let the engine find `function` by name."""
    if name in registry:
        raise AssertionError(f"the registry has two functions named {name!r}")
    registry[name] = function
    return function


def publish(name: str, function: Function, *, method: bool = True, inplace: bool = False) -> Function:
    """Offer `function` to users, as a method of Tensor too, and with ``name_`` as its in-place form.

    Parameters
    ----------
    name : str
        PyTorch's name.
    function : callable
        Its first parameter is the tensor.
    method, inplace : bool
        Whether ``tensor.name()`` and ``tensor.name_()`` exist.
    """
    if name in public:
        raise AssertionError(f"two public functions are named {name!r}")
    public[name] = function
    if method:
        methods.add(name)
    if inplace:
        inplace_methods.add(name)
    return function


def published(*, name: str | None = None, method: bool = True, inplace: bool = False) -> Callable[[Function], Function]:
    """Decorate a function that users meet; see `publish`."""
    return lambda function: publish(name or function.__name__, function, method=method, inplace=inplace)
