"""Who records and who listens: one immutable Mode in a context variable, so every thread and task has its own.

May import: floor 0.  Read next: ``inplace.py``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from ..aliases import Array

if TYPE_CHECKING:
    from .node import Node
    from .primitive import Primitive
    from .tensor import Tensor

Function = TypeVar("Function", bound=Callable[..., Any])


class Listener(Protocol):
    """Whoever wants to see what the engine does: ``record``, a profiler, capture."""

    def ran(self, op: Primitive, arrays: tuple[Array, ...], static: dict[str, Any], result: Any) -> None:
        """A primitive computed `result`: every forward step, and every step of a lifted backward sweep."""

    def applied(self, op: Primitive, operands: tuple[Any, ...], static: dict[str, Any], result: Tensor) -> None:
        """A primitive was applied to Tensors and made the Tensor `result`."""

    def pulled(self, node: Node, cotangent: Any, shares: list[tuple[Node, Any, int]]) -> None:
        """The sweep passed `node`: its cotangent, and the (parent, share, operand position) it handed on."""


@dataclass(frozen=True)
class Mode:
    """What happens around every operation.

    Attributes
    ----------
    recording : bool
        Whether results of tracked operands get a node (grad mode).
    listeners : tuple of Listener
        Who is told.
    sweeping : bool
        Whether a backward sweep is under way.
    """

    recording: bool = True
    listeners: tuple[Listener, ...] = ()
    sweeping: bool = False


_START = Mode()
MODE: ContextVar[Mode] = ContextVar("MODE", default=_START)


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
        @functools.wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            with type(self)():
                return function(*args, **kwargs)

        return cast(Function, switched)


class no_grad(GradMode):
    """Compute without recording: inside, results need no gradient.

    Examples
    --------
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
        self._tokens.append(MODE.set(replace(MODE.get(), recording=self.recording)))

    def __enter__(self) -> None:
        """Recording was switched when this object was made."""

    def __call__(self, function: Function) -> Function:
        """Decorate: the switch holds while `function` runs, and not now."""
        recording = self.recording
        MODE.reset(self._tokens.pop())

        @functools.wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            with type(self)(recording):
                return function(*args, **kwargs)

        return cast(Function, switched)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tell `listener` of everything that happens inside the block, in this thread or task."""
    mode = MODE.get()
    token = MODE.set(replace(mode, listeners=(*mode.listeners, listener)))
    try:
        yield
    finally:
        MODE.reset(token)
