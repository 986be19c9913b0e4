"""What is shown while a model trains: a bar on a terminal, and a line per epoch everywhere.

May import: floor 0, ``history``, ``words``.  Read next: ``loop.py``.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from typing import Any

from ..errors import error
from .history import Epoch
from .words import say

REDRAW_EVERY_S = 0.1  # drawing takes a millisecond, a training step less


class Progress:
    """Shows nothing; the base of those that show something, and of your own.

    `fit` uses it as a context manager, and calls `begin`, `step` for each batch, and `close_epoch`.
    """

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        """The run is over, in whatever way."""

    def begin(self, epoch: int, epochs: int, steps: int | None, done: int) -> None:
        """An epoch begins, or goes on with `done` of its batches behind it; `steps` is None if unknown."""

    def step(self, done: int, loss: float) -> None:
        """A batch is done."""

    def close_epoch(self, epoch: Epoch) -> None:
        """An epoch is over."""


class Lines(Progress):
    """A line per epoch, printed to standard output."""

    def __init__(self) -> None:
        self._epochs = 0

    def begin(self, epoch: int, epochs: int, steps: int | None, done: int) -> None:
        """Remember how many epochs there will be."""
        self._epochs = epochs

    def close_epoch(self, epoch: Epoch) -> None:
        """Print the epoch's line."""
        print(epoch_line(epoch, self._epochs), flush=True)


class Bar(Lines):
    """A bar for the epoch that is under way, and a line for each one that is over.

    Raises
    ------
    MissingPackageError
        If `rich` is not installed.
    """

    def __init__(self) -> None:
        super().__init__()
        try:
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as RichProgress
        except ImportError as failed:
            raise error("missing-package", package="rich", purpose="progress bar", extra="train") from failed
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        # No thread of its own (auto_refresh): it would take time from the training at moments of its choosing.
        self._rich: Any = RichProgress(*columns, TextColumn("{task.fields[loss]}"), auto_refresh=False, transient=True)
        self._task: Any = None
        self._next_s = 0.0

    def __enter__(self) -> Bar:
        self._rich.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._rich.stop()

    def begin(self, epoch: int, epochs: int, steps: int | None, done: int) -> None:
        """Put up the epoch's bar."""
        super().begin(epoch, epochs, steps, done)
        name = say("bar", epoch=epoch, epochs=epochs)
        self._task = self._rich.add_task(name, total=steps, completed=done, loss="")
        self._rich.refresh()

    def step(self, done: int, loss: float) -> None:
        """Move the bar, if it is time to draw it again."""
        now_s = time.perf_counter()
        if now_s >= self._next_s:
            self._next_s = now_s + REDRAW_EVERY_S
            self._rich.update(self._task, completed=done, loss=say("bar-loss", loss=loss), refresh=True)

    def close_epoch(self, epoch: Epoch) -> None:
        """Take the bar away, and print the epoch's line in its place."""
        self._rich.remove_task(self._task)
        self._rich.refresh()  # else the bar would be drawn once more below the line
        self._rich.console.print(epoch_line(epoch, self._epochs), highlight=False, markup=False, soft_wrap=True)


def choose_progress(wanted: str | Progress) -> Progress:
    """Return what is to be shown: see `fit`."""
    if isinstance(wanted, Progress):
        return wanted
    if wanted == "auto":
        return Bar() if sys.stdout.isatty() and importlib.util.find_spec("rich") else Lines()
    kinds = {"bar": Bar, "lines": Lines, "off": Progress}
    if wanted not in kinds:
        expected = "'auto', 'bar', 'lines', 'off' or a Progress"
        raise error("argument", op="fit", argument="progress", expected=expected, got=wanted)
    return kinds[wanted]()


def epoch_line(epoch: Epoch, epochs: int) -> str:
    """Return an epoch as one line for people."""
    parts = [say("epoch-line", epoch=epoch.epoch, epochs=epochs, width=len(str(epochs)), loss=epoch.train_loss)]
    if epoch.train_accuracy is not None:
        parts.append(say("train-accuracy", accuracy=epoch.train_accuracy))
    if epoch.test_accuracy is not None:
        parts.append(say("test-accuracy", accuracy=epoch.test_accuracy))
    elif epoch.test_loss is not None:
        parts.append(say("test-loss", loss=epoch.test_loss))
    return "  ".join([*parts, say("speed", per_s=epoch.examples_per_s, elapsed_s=epoch.elapsed_s)])
