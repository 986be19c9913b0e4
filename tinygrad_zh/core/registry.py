"""Where ops are found by name: ``ops/`` fills the table, Tensor's operators ask it.

This unties the knot that Tensor needs ops and ops need Tensor.  Imports nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

registry: dict[str, Callable[..., Any]] = {}
"""What the engine asks for: the ops behind Python's operators, and services such as ``backward``."""


def register(name: str, function: Function) -> Function:
    """Let the engine find `function` by name."""
    if name in registry:
        raise AssertionError(f"the registry has two functions named {name!r}")
    registry[name] = function
    return function
