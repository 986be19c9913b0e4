"""A training run in one file: weights, optimiser, random generators, position, history.

May import: floors 0–2, ``nn``, ``optim``, ``storage``, ``packing``, ``history``.  Read next: ``loop.py``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import error
from ..nn import Module
from ..ops.generator import default_generator
from ..optim import Optimizer
from ..storage import load_checkpoint, save_checkpoint
from .history import Epoch, Position, Sums
from .packing import packed, unpacked

KIND = "training"
NAMES = {"about", "epoch", "step", "steps", "sums", "history", "optimizer", "generator", "loader"}
MODEL = "model."


def save_run(
    path: Path, model: Module, optimizer: Optimizer, loader: Any, position: Position, about: dict[str, Any]
) -> None:
    """Write the run's state, atomically: whatever happens meanwhile, an older checkpoint survives."""
    arrays: dict[str, Any] = {}
    for name, tensor in model.state_dict().items():
        packed(tensor, MODEL + name, arrays)
    state = {
        "kind": KIND,
        "about": about,
        "epoch": position.epoch,
        "step": position.step,
        "steps": steps_of(loader),
        "sums": {**asdict(position.sums), "right": int(position.sums.right)},  # on a GPU it is an array
        "history": [asdict(epoch) for epoch in position.history],
        "optimizer": {"name": optimizer.name, "state": packed(optimizer.state_dict(), "optimizer", arrays)},
        "generator": default_generator.get_state(),
        "loader": loader.state_dict() if hasattr(loader, "state_dict") else None,
    }
    make_folder(path.parent)
    save_checkpoint(path, arrays, state)


def make_folder(folder: Path) -> None:
    """Make a folder for results, unless it is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as failed:
        raise error("file-write", path=os.fspath(folder), reason=failed.strerror or str(failed)) from failed


def load_run(path: str | os.PathLike[str], model: Module, optimizer: Optimizer, loader: Any) -> Position:
    """Put a run's state back into model, optimiser and generators, and return how far it had come.

    Raises
    ------
    StorageError
        If the file is missing, damaged, no checkpoint of a training run, or of another model, optimiser or data.
    """
    arrays, state = load_state(path)
    name, steps = state["optimizer"]["name"], steps_of(loader)
    if name != optimizer.name:
        raise error("run-differs", path=os.fspath(path), differences=f"optimizer {name} → {optimizer.name}")
    if state["steps"] != steps:
        raise error("run-differs", path=os.fspath(path), differences=f"batches per epoch {state['steps']} → {steps}")
    model.load_state_dict({name[len(MODEL) :]: array for name, array in arrays.items() if name.startswith(MODEL)})
    optimizer.load_state_dict(unpacked(state["optimizer"]["state"], arrays))
    default_generator.set_state(state["generator"])
    if state["loader"] is not None and hasattr(loader, "load_state_dict"):
        loader.load_state_dict(state["loader"])
    return Position(
        epoch=state["epoch"],
        step=state["step"],
        sums=Sums(**state["sums"]),
        history=[Epoch(**epoch) for epoch in state["history"]],
    )


def remaining(loader: Iterable[Any], done: int) -> Iterator[Any]:
    """Yield the batches of an epoch of which `done` have been seen.

    A DataLoader has been told so by `load_run` and goes on by itself; any other iterable must give the
    same batches again, of which the first are passed over.
    """
    return iter(loader) if hasattr(loader, "load_state_dict") else islice(loader, done, None)


def load_state(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the arrays and the state of a training run's checkpoint."""
    arrays, state = load_checkpoint(path)
    if state.get("kind") != KIND or not state.keys() >= NAMES:
        raise error("run-kind", path=os.fspath(path))
    return arrays, state


def settings_of(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return what was given as `about` when the checkpoint was written."""
    about: dict[str, Any] = load_state(path)[1]["about"]
    return about


def steps_of(loader: Any) -> int | None:
    """Return the number of batches per epoch, if the loader knows it."""
    try:
        return len(loader)
    except TypeError:  # not known: a generator, or a DataLoader of a stream
        return None
