"""Floor 0: every error a user can meet, in Chinese and English, with a stable code.

``raise error("broadcast", op="add", shapes=...)`` looks the slug up in the catalogue, fills in what
is known at the place of the error, and returns an exception to raise.  The message has three parts:
what went wrong, what was expected, what to do about it.

The language is that of ``TINYGRAD_ZH_LANG`` (``zh`` or ``en``), else of the locale.

May import: nothing of this package.  Read next: ``classes.py``, then one page of ``entries/``.
"""

from __future__ import annotations

from typing import Any

from . import catalogue
from .catalogue import Entry, Text, error, language, message, place
from .classes import (
    ArgumentError,
    CheckFailed,
    DataError,
    DeviceError,
    DTypeError,
    GraphError,
    IndexingError,
    LinAlgError,
    MissingMethodError,
    MissingPackageError,
    ShapeError,
    StorageError,
    TinygradZhError,
    TrainingError,
    UnknownNameError,
    WorkerError,
)

__all__ = [
    "CATALOGUE",
    "ArgumentError",
    "CheckFailed",
    "DTypeError",
    "DataError",
    "DeviceError",
    "Entry",
    "GraphError",
    "IndexingError",
    "LinAlgError",
    "MissingMethodError",
    "MissingPackageError",
    "ShapeError",
    "StorageError",
    "Text",
    "TinygradZhError",
    "TrainingError",
    "UnknownNameError",
    "WorkerError",
    "error",
    "language",
    "message",
    "place",
]


def __getattr__(name: str) -> Any:
    """Read the texts when somebody asks for all of them; else the first error does."""
    if name != "CATALOGUE":
        raise AttributeError(name)
    return catalogue.read()
