"""Floor 0: compute without NumPy's floating-point warnings, as PyTorch does, and cheaply.

``log(0)`` is −inf and ``0/0`` is NaN: values to be looked at, not warnings.  NumPy keeps the choice in a
context variable, and ``with np.errstate`` around every operation would cost more than a small operation.
So each thread keeps one ready-made context in which warnings are off, and a kernel is *run inside* it;
the user's own settings are never touched.

May import: nothing of this package.  Read next: ``../core/modes.py``.
"""

from __future__ import annotations

import contextvars
from _thread import _local  # threading.local; importing threading takes a millisecond
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

Result = TypeVar("Result")

inside: contextvars.ContextVar[bool] = contextvars.ContextVar("inside", default=False)
"""True inside a quiet context; a context cannot be entered twice, so whoever is inside calls directly."""


def quiet_context() -> contextvars.Context:
    """Return a new quiet context.  One at a time can be in it: others get a RuntimeError."""
    context = contextvars.Context()
    context.run(np.seterr, all="ignore")
    context.run(inside.set, True)
    return context


class _PerThread(_local):
    def __init__(self) -> None:
        self.run = quiet_context().run


quiet = _PerThread()
"""``quiet.run(function, *args)`` calls a function in this thread's quiet context."""


def quietly(function: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
    """Call `function` where floating-point warnings are off and none of the caller's context is seen."""
    if inside.get():
        return function(*args, **kwargs)
    return quiet.run(function, *args, **kwargs)


def quietly_here(function: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
    """Call `function` once where warnings are off, in a copy of the caller's context (grad mode and all)."""

    def silenced() -> Result:
        np.seterr(all="ignore")
        return function(*args, **kwargs)

    return contextvars.copy_context().run(silenced)
