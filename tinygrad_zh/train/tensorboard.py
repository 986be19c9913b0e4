"""TensorBoard: the numbers of a run for ``tensorboard --logdir runs``, written by the package `tensorboardX`.

May import: floor 0, ``callbacks``, ``history``.  Read next: ``loop.py``.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..errors import error
from .callbacks import Callback
from .history import Epoch

if TYPE_CHECKING:
    from .run import Run


class TensorBoard(Callback):
    """Writes loss and learning rate of steps, and the numbers of epochs.

    Parameters
    ----------
    folder : path-like
        Where the event files go.
    every : int
        Of how many steps one is written.

    Raises
    ------
    ArgumentError
        If `every` is no int ≥ 1.
    MissingPackageError
        If `tensorboardX` is not installed.

    Notes
    -----
    Where a run goes on from a checkpoint, what the killed one had written after it is hidden (``purge_step``).
    """

    def __init__(self, folder: str | os.PathLike[str], every: int = 10) -> None:
        if isinstance(every, bool) or not isinstance(every, int) or every < 1:
            raise error("argument", op="TensorBoard", argument="every", expected="an int ≥ 1", got=every)
        try:
            from tensorboardX import SummaryWriter
        except ImportError as failed:
            raise error(
                "missing-package", package="tensorboardX", purpose="TensorBoard", extra="tensorboard"
            ) from failed
        self._make: Any = SummaryWriter
        self._writer: Any = None
        self.folder, self.every = os.fspath(folder), every

    def on_begin(self, run: Run) -> None:
        """Open the file."""
        purged = run.position.steps + 1 if run.position.steps else None
        self._writer = self._make(self.folder, purge_step=purged)

    def on_step(self, run: Run, loss: float) -> None:
        """Write the loss of a batch, and the learning rate of each group that it was taken with."""
        steps = run.position.steps
        if steps % self.every == 0:
            self._writer.add_scalar("step/loss", loss, steps)
            for i, group in enumerate(run.optimizer.param_groups):
                self._writer.add_scalar(f"step/lr{i or ''}", group["lr"], steps)

    def on_epoch(self, run: Run, epoch: Epoch) -> None:
        """Write the numbers of an epoch, at the step at which it ended."""
        for name, value in asdict(epoch).items():
            if name != "epoch" and value is not None:
                self._writer.add_scalar(f"epoch/{name}", value, run.position.steps)
        self._writer.flush()

    def on_end(self, run: Run) -> None:
        """Close the file."""
        self._writer.close()
