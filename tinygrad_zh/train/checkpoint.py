"""Checkpoint: everything that a training needs in order to go on bit for bit, in one file.

    checkpoint = Checkpoint(model=model, optimizer=optimizer, scheduler=scheduler, loader=loader)
    for epoch in range(first, 90):
        …
        checkpoint.save("run.safetensors", about={"epoch": epoch})

    about = checkpoint.load("run.safetensors")          # in another process, with the same parts newly made

`fit` does this by itself; the class is for loops of your own.  The file is written atomically: a process that is
killed meanwhile leaves the one before.

May import: floors 0–2, ``nn``, ``optim``, ``storage``, ``packing``.  Read next: ``loop.py``.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import error
from ..nn import Module
from ..ops.generator import Generator, default_generator
from ..optim import Optimizer
from ..storage import load_checkpoint, save_checkpoint
from .packing import packed, unpacked

KIND = "training"
NAMES = {"about", "parts", "generator", "stepped"}


@dataclass(frozen=True)
class Saved:
    """What a checkpoint file holds.

    Attributes
    ----------
    about : dict
        What was given to `Checkpoint.save`.
    parts : dict of str to dict
        The state of each part by its name; tensors are on the CPU.
    classes : dict of str to str
        The class of each part.
    generator : dict
        The state of the default random generator.
    stepped : list of str
        Which parts are optimisers that have taken a step: schedules want to know, and no state says so.
    """

    about: dict[str, Any]
    parts: dict[str, Any]
    classes: dict[str, str]
    generator: dict[str, Any]
    stepped: list[str]


class Checkpoint:
    """The parts of a training, to be saved together and loaded together.

    Parameters
    ----------
    **parts
        By any names: models, optimisers, schedules, an AveragedModel, a DataLoader, generators, or objects of your own
        with ``state_dict()`` and ``load_state_dict(state)``.  A state is made of dicts, lists, tuples, tensors and
        plain values.

    Raises
    ------
    ArgumentError
        If there is no part, or one has no such methods.

    Notes
    -----
    The default generator, from which dropout and shuffling draw, is always saved as well.  What is not saved: buffers
    registered with ``persistent=False``, gradients, and the random numbers of other libraries.  To go on bit for bit
    also needs the same versions of the packages, the same device and number of threads.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "run.safetensors")
    >>> model = nn.Linear(2, 1)
    >>> optimizer = optim.Adam(model.parameters())
    >>> checkpoint = Checkpoint(model=model, optimizer=optimizer)
    >>> checkpoint.save(path, about={"epoch": 3})
    >>> checkpoint.load(path)
    {'epoch': 3}
    """

    def __init__(self, **parts: Any) -> None:
        for name, part in parts.items():
            if not isinstance(part, Generator) and not has_state(part):
                raise error("checkpoint-part", name=name, found=type(part).__name__)
        if not parts:
            raise error("checkpoint-part", name="–", found="nothing")
        self.parts = parts

    def save(self, path: str | os.PathLike[str], about: dict[str, Any] | None = None) -> None:
        """Write the state of every part, atomically: whatever happens meanwhile, an older file survives.

        Parameters
        ----------
        path : path-like
            The file; its folder is made where it is missing.
        about : dict, optional
            Plain values of yours, such as the number of the epoch.

        Raises
        ------
        DTypeError
            If a state or `about` holds something that would not come back the same.
        StorageError
            If the file cannot be written.
        """
        arrays: dict[str, Any] = {}
        parts = {}
        for name, part in self.parts.items():
            parts[name] = {"class": type(part).__name__, "state": packed(state_of(part), name, arrays)}
        state = {
            "kind": KIND,
            "about": about or {},
            "parts": parts,
            "generator": default_generator.get_state(),
            "stepped": [name for name, part in self.parts.items() if getattr(part, "stepped", False) is True],
        }
        make_folder(Path(path).parent)
        save_checkpoint(path, arrays, state)

    def load(self, path: str | os.PathLike[str]) -> dict[str, Any]:
        """Put every part into the state that was saved.

        Returns
        -------
        dict
            What was given as `about`.

        Raises
        ------
        StorageError
            If the file is missing, damaged or of another kind, or a part does not fit; nothing has been changed then.
        """
        return self.take(read_checkpoint(path), path)

    def take(self, saved: Saved, path: str | os.PathLike[str]) -> dict[str, Any]:
        """Do what `load` does with what was read from `path`."""
        missing = ", ".join(name for name in self.parts if name not in saved.parts)
        unexpected = ", ".join(name for name in saved.parts if name not in self.parts)
        if missing or unexpected:
            raise error("checkpoint-parts", path=os.fspath(path), missing=missing or "–", unexpected=unexpected or "–")
        differences = [
            f"{name} {saved.classes[name]} → {type(part).__name__}"
            for name, part in self.parts.items()
            if type(part).__name__ != saved.classes[name] and not isinstance(part, Module)  # a class may be renamed
        ]
        if differences:
            raise error("run-differs", path=os.fspath(path), differences=", ".join(differences))
        before: list[tuple[Any, Any]] = []
        try:
            for name, part in self.parts.items():
                before.append((part, copy.deepcopy(state_of(part))))
                load_into(part, saved.parts[name])
            default_generator.set_state(saved.generator)
        except BaseException:
            for part, state in before:
                load_into(part, state)
            raise
        for name, part in self.parts.items():
            if isinstance(part, Optimizer):
                part.stepped = name in saved.stepped
        return saved.about


def read_checkpoint(path: str | os.PathLike[str]) -> Saved:
    """Read a checkpoint without putting it into anything.

    Parameters
    ----------
    path : path-like
        The file that `Checkpoint.save` or `fit` wrote.

    Returns
    -------
    Saved
        Its content: ``model.load_state_dict(read_checkpoint(path).parts["model"])`` takes the weights alone.

    Raises
    ------
    StorageError
        If the file is missing, damaged, or no checkpoint of a training.
    """
    arrays, state = load_checkpoint(path)
    if state.get("kind") != KIND or not state.keys() >= NAMES:
        raise error("run-kind", path=os.fspath(path))
    try:
        return Saved(
            about=state["about"],
            parts={name: unpacked(part["state"], arrays) for name, part in state["parts"].items()},
            classes={name: str(part["class"]) for name, part in state["parts"].items()},
            generator=state["generator"],
            stepped=list(state["stepped"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as failed:  # somebody has edited it
        raise error("run-kind", path=os.fspath(path)) from failed


def has_state(part: Any) -> bool:
    """Return whether a state can be asked of something, and given back."""
    names = ("state_dict", "load_state_dict")
    return not isinstance(part, type) and all(callable(getattr(part, name, None)) for name in names)


def state_of(part: Any) -> Any:
    """Return the state of a part."""
    return part.get_state() if isinstance(part, Generator) else part.state_dict()


def load_into(part: Any, state: Any) -> None:
    """Put a part into a state."""
    if isinstance(part, Generator):
        part.set_state(state)
    else:
        part.load_state_dict(state)


def make_folder(folder: Path) -> None:
    """Make a folder for results, unless it is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as failed:
        raise error("file-write", path=os.fspath(folder), reason=failed.strerror or str(failed)) from failed


def remaining(loader: Iterable[Any], done: int) -> Iterator[Any]:
    """Yield the batches of an epoch of which `done` have been seen.

    A loader with a state has been told so by `Checkpoint.load` and goes on by itself; any other iterable must give the
    same batches again, of which the first are passed over.
    """
    return iter(loader) if has_state(loader) else islice(loader, done, None)


def steps_of(loader: Any) -> int | None:
    """Return the number of batches per epoch, if the loader knows it."""
    try:
        return len(loader)
    except TypeError:  # not known: a generator, or a DataLoader of a stream
        return None
