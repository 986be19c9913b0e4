"""Checkpoints as they are passed on: a folder with one file or several shards, names that carry a prefix.

May import: ``errors``, ``safetensors``.  Read next: ``checkpoint.py``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np

from ..errors import error
from .safetensors import load_file, safe_open

T = TypeVar("T")

ONE_FILE = "model.safetensors"
INDEX = "model.safetensors.index.json"
PICKLES = ("*.bin", "*.pt", "*.pth")


def load_folder(folder: str | os.PathLike[str], *, widen_bfloat16: bool = False) -> dict[str, np.ndarray]:
    """Read the weights in a folder as Hugging Face lays them out: one file, or shards and their index.

    Parameters
    ----------
    folder : str or path-like
        With ``model.safetensors``, or ``model.safetensors.index.json`` and the files that it names.
    widen_bfloat16 : bool
        Whether bfloat16 tensors are read as float32; see `load_file`.

    Returns
    -------
    dict of str to numpy.ndarray
        All tensors by name.

    Raises
    ------
    StorageError
        If there are no weights, or only pickled ones; if a file is missing or damaged; if the index does not fit
        its shards.
    """
    folder = Path(folder)
    if (folder / ONE_FILE).exists():
        return load_file(folder / ONE_FILE, widen_bfloat16=widen_bfloat16)
    if (folder / INDEX).exists():
        return load_shards(folder / INDEX, widen_bfloat16=widen_bfloat16)
    pickled = sorted(str(path) for pattern in PICKLES for path in folder.glob(pattern))
    if pickled:
        raise error("pickle", path=pickled[0])
    raise error("no-weights", folder=os.fspath(folder), wanted=f"{ONE_FILE}, {INDEX}")


def load_shards(index: str | os.PathLike[str], *, widen_bfloat16: bool = False) -> dict[str, np.ndarray]:
    """Read the tensors of several files that an index lists.

    Parameters
    ----------
    index : str or path-like
        A JSON file whose ``weight_map`` says for every name in which file of the same folder it is.
    widen_bfloat16 : bool
        Whether bfloat16 tensors are read as float32; see `load_file`.

    Returns
    -------
    dict of str to numpy.ndarray
        All tensors by name, in the index's order.

    Raises
    ------
    StorageError
        If the index is no such file, names a file outside of its folder, or does not fit its shards: a name that
        is missing, or one that the index does not list.
    """
    where = _weight_map(index)
    found: dict[str, np.ndarray] = {}
    for shard in dict.fromkeys(where.values()):
        wanted = {name for name, file in where.items() if file == shard}
        with safe_open(Path(index).with_name(shard), widen_bfloat16=widen_bfloat16) as file:
            if wanted != set(file):
                reason = f"{shard}: {', '.join(sorted(wanted ^ set(file))[:5])}"
                raise error("shard-index", path=os.fspath(index), reason=reason)
            found |= {name: file.get_tensor(name) for name in file}
    return {name: found[name] for name in where}


def _weight_map(index: str | os.PathLike[str]) -> dict[str, str]:
    """Read and check an index."""
    path = os.fspath(index)
    try:
        content = json.loads(Path(index).read_text(encoding="utf-8"))
    except OSError as failed:
        raise error("file-read", path=path, reason=failed.strerror or str(failed)) from failed
    except (ValueError, RecursionError) as failed:
        raise error("shard-index", path=path, reason=str(failed)) from failed
    where = content.get("weight_map") if isinstance(content, dict) else None
    if not isinstance(where, dict):
        raise error("shard-index", path=path, reason=f"weight_map: {type(where).__name__}")
    for name, shard in where.items():
        # A bare name: an index from elsewhere must not make us read other folders.
        if not isinstance(shard, str) or shard in ("", ".", "..") or {"/", "\\", "\0"} & set(shard):
            raise error("shard-index", path=path, reason=f"{name}: {shard!r}")
    return where


def strip_prefix(tensors: Mapping[str, T], prefix: str) -> dict[str, T]:
    """Take a prefix off the names that begin with it: ``module.`` of DataParallel, ``model.``, ``bert.``.

    Parameters
    ----------
    tensors : mapping of str to anything
        A state_dict, or what `load_file` returned.  It is left as it is.
    prefix : str
        What to take off, with its dot.

    Returns
    -------
    dict
        The same values; names without the prefix stay.

    Raises
    ------
    StorageError
        If no name begins with the prefix, or two names would become one.

    Examples
    --------
    >>> strip_prefix({"module.fc.weight": 1, "module.fc.bias": 2}, "module.")
    {'fc.weight': 1, 'fc.bias': 2}
    """
    if not isinstance(prefix, str) or not prefix:
        raise error("argument", op="strip_prefix", argument="prefix", expected="a str that is not empty", got=prefix)
    found: dict[str, T] = {}
    for name, value in tensors.items():
        short = name.removeprefix(prefix)
        if short in found or not short:
            raise error("prefix", prefix=prefix, reason=f"{name} → {short!r}")
        found[short] = value
    if not any(name.startswith(prefix) for name in tensors):
        raise error("prefix", prefix=prefix, reason=", ".join([*map(str, tensors)][:5]) or "–")
    return found
