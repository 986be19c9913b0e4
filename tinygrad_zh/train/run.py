"""The training loop: the five lines of every tutorial, and around them what a real run needs.

    optimizer.zero_grad()
    outputs = model(inputs)
    distance = loss(outputs, targets)
    distance.backward()
    optimizer.step()

They are in `Run.gradients` and `Run.step`.  Around them: `Run.epoch` goes over the batches, `Run.close_epoch` tests
the model and keeps the best one, `Run.train` goes over the epochs.

May import: floors 0–2, ``nn``, ``optim``, ``storage``, and the files named above in ``__init__.py``.
Read next: ``checkpoint.py``, ``mnist.py``.
"""

from __future__ import annotations

import math
import os
import time
import warnings
from contextlib import ExitStack
from typing import Any

from ..core.inplace import touch
from ..core.tensor import Tensor
from ..errors import error, message
from ..nn.utils import clip_grad_norm_
from ..optim import LBFGS
from ..optim.lr_scheduler import ReduceLROnPlateau
from .batch import device_of, on_device
from .checkpoint import Checkpoint, has_state, read_checkpoint, remaining, steps_of
from .evaluate import evaluate
from .history import Epoch, Position, Sums
from .interrupt import CtrlC, Interrupted
from .options import Options
from .progress import choose_progress

Seen = tuple[Tensor, float, Any, Any]
"""The loss of a batch, its value, and the outputs and targets that it was computed from."""


class NotFinite(Exception):
    """A loss, or a norm of gradients, is NaN or infinite."""

    def __init__(self, what: str, value: float) -> None:
        super().__init__(what, value)
        self.what, self.value = what, value


class Run:
    """One call of `fit`, in pieces that can be read one at a time.

    Attributes
    ----------
    model, optimizer, loss, loader
        As given to `fit`.
    options : Options
        What else was given.
    position : Position
        How far it has come.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self.model, self.loss, self.optimizer = options.model, options.loss, options.optimizer
        self.loader, self.forward = options.loader, options.forward
        self.position, self.watch, self.told = Position(), options.watch(), options.told()
        self.shown = choose_progress(options.progress)
        self.ctrl_c = CtrlC(wanted=options.checkpoint is not None)
        self.by_closure = isinstance(self.optimizer, LBFGS)
        self._stopped = False
        stateful = {f"callback{i}": callback for i, callback in enumerate(self.told) if has_state(callback)}
        parts = {
            "model": self.model,
            "optimizer": self.optimizer,
            "scheduler": options.scheduler,
            "averaged": options.averaged,
            "loader": self.loader if has_state(self.loader) else None,
            "watch": self.watch,
            "run": self,
            **stateful,
        }
        self._checkpoint = Checkpoint(**{name: part for name, part in parts.items() if part is not None})

    def stop(self) -> None:
        """End the training after the present step; the checkpoint is written then."""
        self._stopped = True

    def train(self) -> None:
        """Train until all epochs are over, or something ends it earlier."""
        epochs, position = self.options.epochs, self.position
        with self.ctrl_c, self.shown, ExitStack() as ending:
            for callback in self.told:
                callback.on_begin(self)
                ending.callback(callback.on_end, self)
            while position.epoch < epochs and not self.over:
                self.shown.begin(position.epoch + 1, epochs, steps_of(self.loader), position.step)
                if self.epoch():
                    self.close_epoch()
                    self.leave_if_asked(position.epoch == epochs)
        if self.watch is not None:
            self.watch.restore()

    @property
    def over(self) -> bool:
        """Whether there is a reason to stop before the last epoch."""
        return self._stopped or (self.watch is not None and self.watch.lost_patience)

    # -- one step --------------------------------------------------------------------------------------

    def gradients(self, batch: Any, check: bool = True) -> Seen:
        """Compute the loss of a batch and its gradients; refuse what is no number, unless told not to look."""
        self.optimizer.zero_grad()
        outputs, targets = self.forward(self.model, batch)
        distance = self.loss(outputs, targets)
        if not isinstance(distance, Tensor) or distance.array.size != 1:
            raise error("loss-kind", found=getattr(distance, "shape", type(distance).__name__))
        value = distance.item()
        if check and not math.isfinite(value):
            raise NotFinite("loss", value)
        distance.backward()
        if self.options.clip_norm is not None:
            # Those that step: what `zero_grad` does not clear has gradients of all batches so far.
            stepping = [p for group in self.optimizer.param_groups for p in group["params"]]
            norm = clip_grad_norm_(stepping, self.options.clip_norm).item()
            if check and not math.isfinite(norm):
                raise NotFinite("norm", norm)
        return distance, value, outputs, targets

    def step(self, batch: Any) -> Seen:
        """Take one step along the gradients."""
        if not self.by_closure:
            seen = self.gradients(batch)
            self.optimizer.step()
            return seen
        tries: list[Seen] = []

        def closure() -> Tensor:
            tries.append(self.gradients(batch, check=not tries))  # a line search may look where there is no number
            return tries[-1][0]

        self.optimizer.step(closure)
        return tries[0]  # at the weights before the step, as with the other optimisers

    # -- one epoch -------------------------------------------------------------------------------------

    def epoch(self) -> bool:
        """Train on every batch that the present epoch still has, and return whether it is over."""
        model, position, options = self.model, self.position, self.options
        device, sums, every, metric = device_of(model), position.sums, options.checkpoint_every, options.metric
        model.train()
        began, before_s = time.perf_counter(), sums.elapsed_s
        for batch in remaining(self.loader, position.step):
            buffers = [] if options.on_nan == "raise" else [(b, b.array.copy()) for b in model.buffers()]
            try:
                _, value, outputs, targets = self.step(on_device(batch, device))
            except NotFinite as found:
                value = found.value
                self.not_finite(found, buffers)
                if self._stopped:
                    return False  # this batch does not count: the weights and the position are those before it
                position.step += 1
            else:
                sums.add(value, targets, None if metric is None else metric(outputs, targets))
                self.after_step(value)
            self.shown.step(position.step, value)
            if self.ctrl_c.pressed or self._stopped or (every and position.step % every == 0):
                sums.elapsed_s = before_s + time.perf_counter() - began
                self.save()
                self.leave_if_asked()
                if self._stopped:
                    return False
        sums.elapsed_s = before_s + time.perf_counter() - began
        if not sums.examples:
            if sums.skipped:
                raise error("all-skipped", epoch=position.epoch + 1, batches=sums.skipped)
            raise error("loader-empty", op="fit")
        return True

    def after_step(self, loss: float) -> None:
        """Let everything that follows the steps go on."""
        options = self.options
        self.position.step += 1
        self.position.steps += 1
        if options.averaged is not None and options.averaged_per == "step":
            options.averaged.update_parameters(self.model)
        for callback in self.told:
            callback.on_step(self, loss)
        if options.scheduler is not None and options.scheduler_per == "step":
            options.scheduler.step()

    def not_finite(self, found: NotFinite, buffers: list[tuple[Tensor, Any]]) -> None:
        """Do what `fit` was told to do about a loss or gradient that is no number."""
        how, epoch, step = self.options.on_nan, self.position.epoch + 1, self.position.step + 1
        if how == "raise":
            slug = "loss-not-finite" if found.what == "loss" else "gradient-not-finite"
            raise error(slug, loss=found.value, epoch=epoch, step=step) from None
        self.optimizer.zero_grad()
        for buffer, array in buffers:
            buffer.array[...] = array
            touch(buffer, "fit")
        if how == "stop":
            told = message("training-stopped", value=found.value, epoch=epoch, step=step)
            warnings.warn(told, UserWarning, stacklevel=5)
            self.stop()
        else:
            self.position.sums.skipped += 1

    def close_epoch(self) -> None:
        """Test the model, write down the epoch, and make ready for the next."""
        position, sums, options = self.position, self.position.sums, self.options
        if sums.skipped:
            told = message("batches-skipped", count=sums.skipped, epoch=position.epoch + 1)
            warnings.warn(told, UserWarning, stacklevel=4)
        began = time.perf_counter()
        if options.averaged is not None and options.averaged_per == "epoch":
            options.averaged.update_parameters(self.model)
        tested, subject = None, options.averaged or self.model
        if options.validation is not None:
            tested = evaluate(subject, self.loss, options.validation, options.metric, self.forward)
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
        better = self.watch is not None and self.watch.see(epoch)
        self.shown.close_epoch(epoch)
        for callback in self.told:
            callback.on_epoch(self, epoch)
        self.go_on(epoch)
        best = options.path("best")
        if better and best is not None:
            # First, so that a process killed between the two files finds this epoch still to be done.
            self._checkpoint.save(best, options.about)
        self.save()

    def go_on(self, epoch: Epoch) -> None:
        """Let a schedule that goes by epochs go on."""
        scheduler = self.options.scheduler
        if scheduler is None or self.options.scheduler_per != "epoch":
            return
        if isinstance(scheduler, ReduceLROnPlateau):
            assert self.watch is not None  # such a schedule is a reason to watch
            scheduler.step(self.watch.value_of(epoch))
        else:
            scheduler.step()

    # -- saving ----------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the checkpoint, if one is wanted."""
        path = self.options.path("checkpoint")
        if path is not None:
            self._checkpoint.save(path, self.options.about)

    def resume(self, path: str | os.PathLike[str]) -> None:
        """Go on from a checkpoint, if it is of such a run."""
        saved = read_checkpoint(path)
        run = saved.parts.get("run")
        if saved.classes.get("run") != type(self).__name__ or not isinstance(run, dict):
            raise error("run-kind", path=os.fspath(path))
        then, now = run["facts"], self.facts()
        differences = [f"{name} {then.get(name)} → {value}" for name, value in now.items() if then.get(name) != value]
        if differences:
            raise error("run-differs", path=os.fspath(path), differences=", ".join(differences))
        scheduler = self.options.scheduler
        steps_then = saved.parts.get("scheduler", {}).get("total_steps")
        steps_now = getattr(scheduler, "total_steps", None)
        if steps_now is not None and steps_then not in (None, steps_now):
            # It would take over the old length, and end before the training does.
            kind = type(scheduler).__name__
            raise error("scheduler-length", path=os.fspath(path), op=kind, then=steps_then, now=steps_now)
        self._checkpoint.take(saved, path)

    def facts(self) -> dict[str, Any]:
        """Return what must be the same for a run to go on."""
        options, watch = self.options, self.watch
        return {
            "batches per epoch": steps_of(self.loader),
            "scheduler_per": None if options.scheduler is None else options.scheduler_per,
            "averaged_per": None if options.averaged is None else options.averaged_per,
            "monitor": None if watch is None else watch.monitor,
            "restore_best": options.restore_best,
        }

    def state_dict(self) -> dict[str, Any]:
        """Return the position, as a part of the checkpoint."""
        return {"facts": self.facts(), "position": self.position.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over the position."""
        self.position.load_state_dict(state["position"])

    def leave_if_asked(self, finished: bool = False) -> None:
        """Leave the run after Ctrl-C; the checkpoint has just been written."""
        if self.ctrl_c.pressed and not finished:
            path = self.options.path("checkpoint")
            assert path is not None  # without a checkpoint Ctrl-C is not held back
            raise Interrupted(path, self.position.epoch, self.position.step)
