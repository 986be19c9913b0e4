"""Floor 2: switching recording on and off: ``no_grad``, ``enable_grad``, ``set_grad_enabled``, ``inference_mode``.

May import: floors 0–1.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Any, TypeVar, cast

from ..core.modes import MODE, Mode

Function = TypeVar("Function", bound=Callable[..., Any])


def is_grad_enabled() -> bool:
    """Return whether operations are being recorded in this thread or task."""
    return MODE.get().recording


INFERRING: ContextVar[bool] = ContextVar("inferring", default=False)
"""Whether an ``inference_mode`` is the innermost that says anything of it."""


def is_inference_mode_enabled() -> bool:
    """Return whether ``inference_mode`` holds in this thread or task."""
    return INFERRING.get()


class GradMode:
    """A context manager and decorator that switches recording on or off, for this thread or task alone."""

    recording: bool
    inferring: bool | None = None  # None: leaves it as it is

    def __init__(self) -> None:
        self._tokens: list[tuple[Token[Mode], Token[bool] | None]] = []

    def __enter__(self) -> None:
        inferring = None if self.inferring is None else INFERRING.set(self.inferring)
        self._tokens.append((MODE.set(MODE.get()._replace(recording=self.recording)), inferring))

    def __exit__(self, *_: object) -> None:
        mode, inferring = self._tokens.pop()
        MODE.reset(mode)
        if inferring is not None:
            INFERRING.reset(inferring)

    def __call__(self, function: Function) -> Function:
        """Decorate: the switch holds while `function` runs; of a generator or coroutine, while its body runs."""
        mode = (self.recording, self.inferring)
        switched: Callable[..., Any]
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def switched(*args: Any, **kwargs: Any) -> Any:
                return stepwise(function(*args, **kwargs), mode)

        elif inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def switched(*args: Any, **kwargs: Any) -> Any:
                with switch(*mode):
                    return await function(*args, **kwargs)

        else:

            @functools.wraps(function)
            def switched(*args: Any, **kwargs: Any) -> Any:
                with switch(*mode):
                    return function(*args, **kwargs)

        return cast(Function, switched)


@contextmanager
def switch(recording: bool, inferring: bool | None) -> Iterator[None]:
    """Record or not, inside the block."""
    mode = GradMode()
    mode.recording, mode.inferring = recording, inferring
    with mode:
        yield


def stepwise(steps: Generator[Any, Any, Any], mode: tuple[bool, bool | None]) -> Generator[Any, Any, Any]:
    """Switch only while the body of a generator runs: between its steps, the mode is its consumer's."""
    resume: Callable[[Any], Any] = steps.send
    received: Any = None
    while True:
        try:
            with switch(*mode):
                produced = resume(received)
        except StopIteration as end:
            return end.value
        try:
            received = yield produced
            resume = steps.send
        except GeneratorExit:
            with switch(*mode):
                steps.close()
            raise
        except BaseException as problem:  # what the consumer throws in is for the body
            resume, received = steps.throw, problem


class WithoutArguments(GradMode):
    """A mode that can decorate without brackets, too: ``@no_grad``."""

    def __new__(cls, function: Any = None) -> Any:
        """Make the mode, or decorate `function` at once."""
        return super().__new__(cls) if function is None else cls()(function)


class no_grad(WithoutArguments):
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


class enable_grad(WithoutArguments):
    """Record again inside a ``no_grad`` block."""

    recording = True


class inference_mode(GradMode):
    """Compute without recording, as in ``no_grad``, and say so: ``is_inference_mode_enabled()``.

    Parameters
    ----------
    mode : bool
        False records again inside a block that does not.

    Notes
    -----
    PyTorch's tensors made inside can never be recorded again, which saves it some bookkeeping.  There is none to save
    here, and such tensors are like any others.
    """

    def __new__(cls, mode: Any = True) -> Any:
        """Make the mode, or decorate a function at once."""
        return cls()(mode) if callable(mode) else super().__new__(cls)

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self.recording, self.inferring = not mode, bool(mode)


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
        if self._tokens:  # a second function may be decorated by the same object
            super().__exit__()
        return super().__call__(function)
