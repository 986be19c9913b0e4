"""Callback: what of yours is to happen after each step or epoch of `fit`.

    class Learning(Callback):
        def on_epoch(self, run, epoch):
            print(run.optimizer.param_groups[0]["lr"])
            if epoch.test_accuracy > 0.99:
                run.stop()

    fit(…, callbacks=[Learning()])

May import: ``history``.  Read next: ``tensorboard.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .history import Epoch

if TYPE_CHECKING:
    from .run import Run


class Callback:
    """Does nothing; the base of yours.

    `run` gives access to ``run.model``, ``run.optimizer`` and ``run.position`` (``epoch``, ``step``, ``steps``,
    ``history``); ``run.stop()`` ends the training after the present step.  One with ``state_dict`` and
    ``load_state_dict`` is part of the checkpoint.
    """

    def on_begin(self, run: Run) -> None:
        """Training begins, or goes on from a checkpoint."""

    def on_step(self, run: Run, loss: float) -> None:
        """A step was taken; `loss` is that of its batch, before it."""

    def on_epoch(self, run: Run, epoch: Epoch) -> None:
        """An epoch is over, and the model has been tested."""

    def on_end(self, run: Run) -> None:
        """Training is over, in whatever way."""
