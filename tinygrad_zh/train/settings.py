"""The settings of a training run: what was asked for, defaults, and a checkpoint's.

May import: floor 0.  Read next: ``mnist.py``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import error

LEARNING_RATES = {"sgd": 0.01, "adam": 0.001}
QUICK_EPOCHS = 2


@dataclass(frozen=True)
class Settings:
    """What determines a run's result; a checkpoint keeps it, and a resumed run must have the same.

    Attributes
    ----------
    data : {"mnist", "fashion"}
        On what to train.
    source : {"full", "subset"}
        All of it, or the small part of MNIST that ships with the package.
    hidden : tuple of int
        Sizes of the hidden layers.
    optimizer : {"sgd", "adam"}
        How to step.
    lr : float
        Learning rate.
    momentum : float
        Of SGD.
    batch_size : int
        How many pictures a step sees.
    seed : int
        Of the weights and of the order of the pictures.
    threads : int
        At most so many for a matrix product; sums are taken in another order with another number.
    """

    data: str = "mnist"
    source: str = "full"
    hidden: tuple[int, ...] = (128, 64)
    optimizer: str = "sgd"
    lr: float = 0.01
    momentum: float = 0.9
    batch_size: int = 64
    seed: int = 0
    threads: int = 1

    def plain(self) -> dict[str, Any]:
        """Return the settings as values that JSON can hold."""
        return {**asdict(self), "hidden": list(self.hidden)}


def new_settings(asked: Mapping[str, Any]) -> Settings:
    """Return what was asked for, and the defaults for the rest; the learning rate's depends on the optimiser."""
    lr = LEARNING_RATES[asked.get("optimizer", "sgd")]
    return Settings(**{"lr": lr, **asked})


def resumed_settings(path: str | os.PathLike[str], saved: Mapping[str, Any], asked: Mapping[str, Any]) -> Settings:
    """Return a checkpoint's settings.

    Parameters
    ----------
    path : path-like
        The checkpoint, for messages.
    saved : mapping
        What it holds.
    asked : mapping
        What was asked for explicitly.

    Raises
    ------
    StorageError
        If something else was asked for, or the checkpoint is not of such a run.
    """
    names = Settings().plain()
    if not names.keys() <= saved.keys():
        raise error("run-kind", path=os.fspath(path))
    kept = Settings(**{**{name: saved[name] for name in names}, "hidden": tuple(saved["hidden"])})
    now = {name: getattr(kept, name) for name in asked}
    differences = [f"{name} {now[name]} → {value}" for name, value in asked.items() if value != now[name]]
    if differences:
        raise error("run-differs", path=os.fspath(path), differences=", ".join(differences))
    return kept


def refuse_other_options(path: str | os.PathLike[str], then: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse to go on with other options than a run was begun with.

    Parameters
    ----------
    path : path-like
        The checkpoint, for messages.
    then, now : mapping
        The options of the run, as its checkpoint holds them, and those of the present call; what the checkpoint does
        not know is not compared.

    Raises
    ------
    StorageError
        If some differ: all are listed.
    """
    changed = [f"--{name.replace('_', '-')} {then[name]}" for name in now if then.get(name, now[name]) != now[name]]
    if changed:
        raise error("options-differ", path=os.fspath(path), options=" ".join(changed))


def hidden_sizes(text: str) -> tuple[int, ...]:
    """Return the sizes of hidden layers from ``"128,64"``; none for an empty text.

    Raises
    ------
    ArgumentError
        If it is something else.

    Examples
    --------
    >>> hidden_sizes("256, 128,64")
    (256, 128, 64)
    """
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    if not all(part.isascii() and part.isdecimal() and int(part) > 0 for part in parts):
        raise error("hidden-sizes", got=text)
    return tuple(int(part) for part in parts)
