"""fit: one training loop for all models.  What it does is in ``run.py``; here is what can be asked of it.

May import: floors 0–2, ``nn``, ``optim``, ``storage``, and the files named above in ``__init__.py``.
Read next: ``run.py``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..nn import Module
from ..optim import Optimizer
from ..optim.lr_scheduler import LRScheduler
from ..optim.swa_utils import AveragedModel
from .batch import Forward, inputs_and_targets
from .callbacks import Callback
from .evaluate import Loss, Metric, right_answers
from .history import Epoch
from .options import Options
from .progress import Progress
from .run import Run


def fit(
    model: Module,
    loss: Loss,
    optimizer: Optimizer,
    loader: Iterable[Any],
    *,
    epochs: int,
    validation: Iterable[Any] | None = None,
    metric: Metric | None = right_answers,
    forward: Forward = inputs_and_targets,
    scheduler: LRScheduler | None = None,
    scheduler_per: str = "epoch",
    clip_norm: float | None = None,
    averaged: AveragedModel | None = None,
    averaged_per: str = "step",
    on_nan: str = "raise",
    monitor: str | None = None,
    patience: int | None = None,
    min_delta: float = 0.0,
    restore_best: bool = False,
    best: str | os.PathLike[str] | None = None,
    progress: str | Progress = "auto",
    callbacks: Sequence[Callback] = (),
    tensorboard: str | os.PathLike[str] | None = None,
    curves: str | os.PathLike[str] | None = None,
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
        Over the model's parameters.  LBFGS may ask for several gradients in a step; the first one's loss is reported.
    loader : iterable of (inputs, targets)
        The batches of one epoch, anew each time it is iterated, such as a DataLoader.
    epochs : int
        How many passes over the data in all, those before a resumed checkpoint included.
    validation : iterable of (inputs, targets), optional
        What the model is tested on after each epoch.
    metric : callable or None
        ``metric(outputs, targets)`` returns how many answers are right; by default those of a classifier.  Or a pair:
        how many are right, and of how many, where not every element of the targets counts.
    forward : callable
        ``forward(model, batch)`` returns the outputs and the targets, for batches that are dicts or have more than
        two parts: ``lambda model, batch: (model(batch["text"], batch["mask"]), batch["label"])``.
    scheduler : LRScheduler, optional
        Changes the learning rate of `optimizer`.  ReduceLROnPlateau is given the monitored number.
    scheduler_per : {"epoch", "step"}
        When the schedule goes on.
    clip_norm : float, optional
        Shorten all gradients together to at most this norm.
    averaged : AveragedModel, optional
        Takes in the weights as they are trained; the validation then tests it instead of `model`.
    averaged_per : {"step", "epoch"}
        When it does so.
    on_nan : {"raise", "stop", "skip"}
        What to do when a loss, or with `clip_norm` the gradients' norm, is NaN or infinite.  The step is never taken.
        ``"raise"``: a TrainingError.  ``"stop"``: a warning, and `fit` returns the epochs before.  ``"skip"``: go on
        with the next batch, and warn at the end of the epoch; a whole epoch of such batches is a TrainingError.  The
        last two also put back the buffers, such as the means of a BatchNorm, as they were before the batch.
    monitor : {"test_loss", "test_accuracy", "train_loss", "train_accuracy"}, optional
        Which number says what epoch is better; by default the loss, of `validation` if there is one.
    patience : int, optional
        Stop after so many epochs in a row that were not better than the best one.
    min_delta : float
        A better number differs from the best one by more than this.
    restore_best : bool
        At the end put the weights of the best epoch back into `model` and `averaged`.
    best : path-like, optional
        File to write a checkpoint to whenever an epoch is the best so far.
    progress : {"auto", "bar", "lines", "off"} or Progress
        ``"auto"``: a bar where the output is a terminal and `rich` is installed, else a line per epoch.
    callbacks : sequence of Callback
        What of yours is to happen after steps and epochs.
    tensorboard : path-like, optional
        Folder to write TensorBoard's files into.
    curves : path-like, optional
        PNG to draw loss and accuracy into when the training ends.
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
    ArgumentError
        If an option is out of its range, or options do not fit together.
    TrainingError
        If the loss is NaN or infinite, see `on_nan`; the weights are those before the step.
    StorageError
        If a checkpoint cannot be written, or the one to resume does not fit.
    MissingPackageError
        If `tensorboard` or `curves` is asked for without their packages.
    Interrupted
        After Ctrl-C, once the checkpoint is written.  Without `checkpoint`, Ctrl-C is a KeyboardInterrupt at once.

    Notes
    -----
    A step is finished before Ctrl-C is obeyed; a second Ctrl-C stops at once, and leaves the checkpoint before.
    """
    run = Run(Options(**locals()))  # checked there
    if resume is not None:
        run.resume(resume)
    run.train()
    history = run.position.history
    if curves is not None and history:
        from .plots import write_curves

        write_curves(Path(curves), history)
    return history
