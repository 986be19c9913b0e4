"""Checkpoints: tensors and a small state (epoch, optimiser settings, generator) in one safetensors file.

The state travels as JSON in the file's metadata, so that a checkpoint is one atomic file that every
safetensors reader can open.

May import: ``errors``, ``aliases``, ``header``, ``safetensors``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..aliases import Shape
from ..errors import error
from .header import read_header
from .safetensors import load_file, save_file

KEY = "tinygrad_zh.checkpoint"
VERSION = 1
PLAIN_TYPES = (str, int, float, bool, type(None))


def save_checkpoint(path: str | os.PathLike[str], tensors: Mapping[str, np.ndarray], state: Mapping[str, Any]) -> None:
    """Write tensors and state into one file, atomically.

    Parameters
    ----------
    path : str or path-like
        The file to write.
    tensors : mapping of str to numpy.ndarray
        Weights, optimiser buffers and whatever else is an array, by name.
    state : mapping of str to JSON values
        Everything else: dict with string keys, list, str, int, float (NaN and infinities too), bool, None.

    Raises
    ------
    DTypeError
        If a part of the state would not come back the same (a tuple, a NumPy number, a key that is no string).
    StorageError
        If the disk is full or the file cannot be written; an older checkpoint survives.
    """
    state = dict(state)
    _check_state(state, "state")
    save_file(tensors, path, metadata={KEY: json.dumps({"version": VERSION, "state": state}, ensure_ascii=False)})


def load_checkpoint(path: str | os.PathLike[str]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read what `save_checkpoint` wrote.

    Parameters
    ----------
    path : str or path-like
        The file to read.

    Returns
    -------
    tensors : dict of str to numpy.ndarray
        The tensors by name.
    state : dict
        The state, equal to what was saved.

    Raises
    ------
    StorageError
        If the file is missing, damaged, no checkpoint, or of a later version.
    """
    text = read_header(path).metadata.get(KEY)
    try:
        content = json.loads(text) if text is not None else None
    except (ValueError, RecursionError) as failed:
        raise error("checkpoint-kind", path=os.fspath(path), reason=str(failed), version=VERSION) from failed
    if not isinstance(content, dict) or not isinstance(content.get("state"), dict):
        raise error("checkpoint-kind", path=os.fspath(path), reason=f"{KEY} = {str(text)[:80]}", version=VERSION)
    if content.get("version") != VERSION:
        raise error(
            "checkpoint-kind", path=os.fspath(path), reason=f"version {content.get('version')}", version=VERSION
        )
    return load_file(path), content["state"]


def check_names(found: Mapping[str, Shape], wanted: Mapping[str, Shape]) -> None:
    """Check that saved tensors fit a model, and name everything that does not in one error.

    Parameters
    ----------
    found : mapping of str to tuple of int
        Names and shapes in the file.
    wanted : mapping of str to tuple of int
        Names and shapes in the model.

    Raises
    ------
    StorageError
        If names are missing or unexpected, or shapes differ; all of them are listed.

    Examples
    --------
    >>> check_names({"weight": (3, 4)}, {"weight": (3, 4)})
    """
    missing = [name for name in wanted if name not in found]
    unexpected = [name for name in found if name not in wanted]
    misshaped = [
        f"{name} {tuple(found[name])}, {tuple(shape)}"
        for name, shape in wanted.items()
        if name in found and tuple(found[name]) != tuple(shape)
    ]
    if missing or unexpected or misshaped:
        raise error(
            "checkpoint-names",
            missing=_listed(missing, ", "),
            unexpected=_listed(unexpected, ", "),
            misshaped=_listed(misshaped, "; "),
        )


def _listed(names: Iterable[str], between: str) -> str:
    return between.join(names) or "–"


def _check_state(value: Any, where: str) -> None:
    """Refuse what JSON would silently change: tuples become lists, number keys become strings."""
    if type(value) is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise error("state-type", where=f"{where}: key {key!r}", found=type(key).__name__)
            _check_state(item, f"{where}[{key!r}]")
    elif type(value) is list:
        for position, item in enumerate(value):
            _check_state(item, f"{where}[{position}]")
    elif type(value) not in PLAIN_TYPES:  # exact types: numpy.float64 is a float, an enum may be an int
        raise error("state-type", where=where, found=type(value).__name__)
