"""Ctrl-C as a wish: the step that is under way is finished first, so that what is saved fits together.

Python raises KeyboardInterrupt wherever it happens to be, perhaps between two parameters' updates.  A
checkpoint of that moment would be a state that no uninterrupted run ever has.

Imports nothing of this package.  Read next: ``loop.py``.
"""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any


class Interrupted(KeyboardInterrupt):
    """Training was stopped by Ctrl-C after a checkpoint had been written.

    Attributes
    ----------
    path : Path
        The checkpoint.
    epoch, step : int
        Where it stands: epochs that are over, and batches of the next one that are done.
    """

    def __init__(self, path: Path, epoch: int, step: int) -> None:
        super().__init__(f"stopped; the checkpoint is {path}")
        self.path, self.epoch, self.step = path, epoch, step


class CtrlC:
    """A context manager in which the first Ctrl-C sets `pressed`, and the second interrupts at once.

    Parameters
    ----------
    wanted : bool
        Whether to do anything at all.  Nothing is done either outside the main thread, which alone gets
        signals, or where somebody else than Python itself handles Ctrl-C.

    Attributes
    ----------
    pressed : bool
        Whether Ctrl-C has been pressed.
    """

    def __init__(self, wanted: bool = True) -> None:
        self.pressed = False
        in_main_thread = threading.current_thread() is threading.main_thread()
        self._active = wanted and in_main_thread and signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def __enter__(self) -> CtrlC:
        if self._active:
            signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        if self._active:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _handle(self, number: int, frame: FrameType | None) -> Any:
        if self.pressed:
            return signal.default_int_handler(number, frame)
        self.pressed = True
        return None
