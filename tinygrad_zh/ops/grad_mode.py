"""Floor 2: switching recording on and off: ``no_grad``, ``enable_grad``, ``set_grad_enabled``.

May import: floors 0–1.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import Token
from dataclasses import replace
from typing import Any, TypeVar, cast

from ..core.modes import MODE, Mode

Function = TypeVar("Function", bound=Callable[..., Any])


def is_grad_enabled() -> bool:
    """Return whether operations are being recorded in this thread or task."""
    return MODE.get().recording


class GradMode:
    """A context manager and decorator that switches recording on or off, for this thread or task alone."""

    recording: bool

    def __init__(self) -> None:
        self._tokens: list[Token[Mode]] = []

    def __enter__(self) -> None:
        self._tokens.append(MODE.set(replace(MODE.get(), recording=self.recording)))

    def __exit__(self, *_: object) -> None:
        MODE.reset(self._tokens.pop())

    def __call__(self, function: Function) -> Function:
        """Decorate: the switch holds while `function` runs."""
        recording = self.recording

        @functools.wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            token = MODE.set(replace(MODE.get(), recording=recording))
            try:
                return function(*args, **kwargs)
            finally:
                MODE.reset(token)

        return cast(Function, switched)


class no_grad(GradMode):
    """Compute without recording: inside, results need no gradient.

    Examples
    --------
    >>> from tinygrad_zh import tensor
    >>> x = tensor([1.0], requires_grad=True)
    >>> with no_grad():
    ...     print((x * 2).requires_grad)
    False
    """

    recording = False


class enable_grad(GradMode):
    """Record again inside a ``no_grad`` block."""

    recording = True


class set_grad_enabled(GradMode):
    """Switch recording on or off at once; as a context manager, only until the block ends.

    Parameters
    ----------
    mode : bool
        Whether to record.
    """

    def __init__(self, mode: bool) -> None:
        super().__init__()
        self.recording = bool(mode)
        super().__enter__()

    def __enter__(self) -> None:
        """Recording was switched when this object was made."""

    def __call__(self, function: Function) -> Function:
        """Decorate: the switch holds while `function` runs, and not now."""
        super().__exit__()
        return super().__call__(function)
