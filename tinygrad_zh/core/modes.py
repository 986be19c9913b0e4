"""Who records and who listens: one immutable Mode in a context variable, so every thread and task has its own.

``no_grad`` and its like, which switch recording, are in ``../ops/grad_mode.py``.

May import: floor 0.  Read next: ``inplace.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..aliases import Array

if TYPE_CHECKING:
    from .node import Node
    from .primitive import Primitive
    from .tensor import Tensor


class Listener(Protocol):
    """Whoever wants to see what the engine does: ``record``, a profiler, capture."""

    def ran(self, op: Primitive, arrays: Sequence[Array], static: dict[str, Any], result: Any) -> None:
        """A primitive computed `result`: every forward step, and every step of a lifted backward sweep."""

    def applied(self, op: Primitive, operands: tuple[Any, ...], static: dict[str, Any], result: Tensor) -> None:
        """A primitive was applied to Tensors and made the Tensor `result`."""

    def pulled(self, node: Node, cotangent: Any, shares: Sequence[Any]) -> None:
        """The sweep passed `node`: its cotangent, and what it handed on to each of its parents, or None."""


class Mode(NamedTuple):
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


LISTENING: list[Listener] = []
"""Whoever listens in any thread: as long as nobody does, the door need not look."""


LAYERS: list[int] = []
"""A number for each batch whose dimension is hidden from the ops (``../transforms/batched.py``): as long as there
is none, the door need not look."""


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tell `listener` of everything that happens inside the block, in this thread or task."""
    mode = MODE.get()
    token = MODE.set(mode._replace(listeners=(*mode.listeners, listener)))
    LISTENING.append(listener)
    try:
        yield
    finally:
        LISTENING.remove(listener)
        MODE.reset(token)
