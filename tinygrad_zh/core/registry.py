"""Where ops are found by name: ``ops/`` fills the table, Tensor's operators ask it.

This unties the knot that Tensor needs ops and ops need Tensor.  May import: ``lazy``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ..lazy import LazyNames

Function = TypeVar("Function", bound=Callable[..., Any])

registry = LazyNames()
"""What the engine asks for: the ops behind Python's operators, and services such as ``backward``."""


def register(name: str, function: Function) -> Function:
    """Let the engine find `function` by name."""
    if name in registry.keys():  # noqa: SIM118 - entered already, not only to come
        raise AssertionError(f"the registry has two functions named {name!r}")
    registry[name] = function
    return function
