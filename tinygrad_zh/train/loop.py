"""The training loop: the five lines of every tutorial, and around them what a real run needs.

    optimizer.zero_grad()
    outputs = model(inputs)
    distance = loss(outputs, targets)
    distance.backward()
    optimizer.step()

Around them: a progress bar, a line per epoch, checkpoints, Ctrl-C, going on where a run was stopped, and a
stop where the loss is no number any more.

May import: floors 0–2, ``nn``, ``optim``, ``storage``, and the files named above in ``__init__.py``.
Read next: ``mnist.py``.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import error
from ..nn import Module
from ..optim import Optimizer
from .evaluate import Loss, Metric, device_of, evaluate, on_device, right_answers
from .history import Epoch, Position, Sums
from .interrupt import CtrlC, Interrupted
from .progress import Progress, choose_progress
from .saved import load_run, remaining, save_run, steps_of


def fit(
    model: Module,
    loss: Loss,
    optimizer: Optimizer,
    loader: Iterable[Any],
    *,
    epochs: int,
    validation: Iterable[Any] | None = None,
    metric: Metric | None = right_answers,
    progress: str | Progress = "auto",
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: int | None = None,
    resume: str | os.PathLike[str] | None = None,
    about: dict[str, Any] | None = None,
) -> list[Epoch]:
    """Train a model.

    Parameters
    ----------
    model : nn.Module
        Batches are moved to the device of its parameters.
    loss : callable
        ``loss(outputs, targets)`` returns the mean loss of a batch, such as ``nn.CrossEntropyLoss()``.
    optimizer : optim.Optimizer
        Over the model's parameters.
    loader : iterable of (inputs, targets)
        The batches of one epoch, anew each time it is iterated, such as a DataLoader.
    epochs : int
        How many passes over the data in all, those before a resumed checkpoint included.
    validation : iterable of (inputs, targets), optional
        What the model is tested on after each epoch.
    metric : callable or None
        ``metric(outputs, targets)`` returns how many answers are right; by default those of a classifier.
    progress : {"auto", "bar", "lines", "off"} or Progress
        ``"auto"``: a bar where the output is a terminal and `rich` is installed, else a line per epoch.
    checkpoint : path-like, optional
        File to write after every epoch and on Ctrl-C.
    checkpoint_every : int, optional
        Write it also after every so many batches of an epoch.
    resume : path-like, optional
        A checkpoint to go on from.  The run continues bit for bit as if it had never been stopped.
    about : dict, optional
        Plain values kept in the checkpoint, such as the settings of the run.

    Returns
    -------
    list of Epoch
        Loss, accuracy and speed of each epoch.

    Raises
    ------
    TrainingError
        If the loss is NaN or infinite; the weights are those before the step.
    StorageError
        If a checkpoint cannot be written, or the one to resume does not fit.
    Interrupted
        After Ctrl-C, once the checkpoint is written.  Without `checkpoint`, Ctrl-C is a KeyboardInterrupt at once.

    Notes
    -----
    A step is finished before Ctrl-C is obeyed; a second Ctrl-C stops at once, and leaves the checkpoint before.
    """
    check_count("epochs", epochs, 0)
    if checkpoint_every is not None:
        check_count("checkpoint_every", checkpoint_every, 1)
    position = Position() if resume is None else load_run(resume, model, optimizer, loader)
    keeper = Keeper(None if checkpoint is None else Path(checkpoint), checkpoint_every, about or {})
    shown = choose_progress(progress)
    with CtrlC(wanted=checkpoint is not None) as ctrl_c, shown:
        run = Run(model, loss, optimizer, loader, metric, position, keeper, ctrl_c, shown)
        while position.epoch < epochs:
            shown.begin(position.epoch + 1, epochs, steps_of(loader), position.step)
            run.epoch()
            run.close_epoch(validation)
            run.stop_if_asked(position.epoch == epochs)
    return position.history


@dataclass
class Keeper:
    """Where and when a checkpoint is written."""

    path: Path | None
    every: int | None
    about: dict[str, Any]


@dataclass
class Run:
    """One call of `fit`, in pieces that can be read one at a time."""

    model: Module
    loss: Loss
    optimizer: Optimizer
    loader: Iterable[Any]
    metric: Metric | None
    position: Position
    keeper: Keeper
    ctrl_c: CtrlC
    shown: Progress

    def epoch(self) -> None:
        """Train on every batch that the present epoch still has."""
        model, loss, optimizer, position, metric = self.model, self.loss, self.optimizer, self.position, self.metric
        device, sums, every = device_of(model), position.sums, self.keeper.every
        model.train()
        began, before_s = time.perf_counter(), sums.elapsed_s
        for batch in remaining(self.loader, position.step):
            inputs, targets = on_device(batch, device)
            optimizer.zero_grad()
            outputs = model(inputs)
            distance = loss(outputs, targets)
            value = distance.item()
            if not math.isfinite(value):
                raise error("loss-not-finite", loss=value, epoch=position.epoch + 1, step=position.step + 1)
            distance.backward()
            optimizer.step()

            sums.add(value, targets, None if metric is None else metric(outputs, targets))
            position.step += 1
            self.shown.step(position.step, value)
            if self.ctrl_c.pressed or (every and position.step % every == 0):
                sums.elapsed_s = before_s + time.perf_counter() - began
                self.save()
                self.stop_if_asked()
        sums.elapsed_s = before_s + time.perf_counter() - began
        if not sums.examples:
            raise error("loader-empty", op="fit")

    def close_epoch(self, validation: Iterable[Any] | None) -> None:
        """Test the model, write down the epoch, and make ready for the next."""
        position, sums = self.position, self.position.sums
        began = time.perf_counter()
        tested = None if validation is None else evaluate(self.model, self.loss, validation, self.metric)
        epoch = Epoch(
            epoch=position.epoch + 1,
            train_loss=sums.mean_loss,
            train_accuracy=sums.accuracy,
            test_loss=None if tested is None else tested.mean_loss,
            test_accuracy=None if tested is None else tested.accuracy,
            examples_per_s=sums.examples / sums.elapsed_s,
            elapsed_s=sums.elapsed_s + time.perf_counter() - began,
        )
        position.history.append(epoch)
        position.epoch, position.step, position.sums = position.epoch + 1, 0, Sums()
        self.shown.close_epoch(epoch)
        self.save()

    def save(self) -> None:
        """Write the checkpoint, if one is wanted."""
        if self.keeper.path is not None:
            save_run(self.keeper.path, self.model, self.optimizer, self.loader, self.position, self.keeper.about)

    def stop_if_asked(self, finished: bool = False) -> None:
        """Leave the run after Ctrl-C; the checkpoint has just been written."""
        if self.ctrl_c.pressed and not finished:
            assert self.keeper.path is not None  # without a checkpoint Ctrl-C is not held back
            raise Interrupted(self.keeper.path, self.position.epoch, self.position.step)


def check_count(argument: str, value: Any, least: int) -> None:
    """Refuse what is no whole number, or too small."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise error("argument", op="fit", argument=argument, expected=f"an int ≥ {least}", got=value)
