"""``save`` and ``load``: a state of any nesting in one file, as scripts write it for PyTorch.

    save({"epoch": 3, "model": model.state_dict(), "optimizer": optimizer.state_dict()}, "checkpoint.pt")
    checkpoint = load("checkpoint.pt")

PyTorch pickles, so that opening a file can run its sender's code.  Here the tensors go into a safetensors file
under their paths ("model.fc1.weight"; those of a state_dict under their names), and the nesting into the file's
metadata, as JSON in which each container is tagged: ``{"tuple": [1, {"tensor": "x"}]}``.

May import: floors 0–2, ``header``, ``safetensors``, ``checkpoint``.
"""

from __future__ import annotations

import json
import os
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..core.tensor import Tensor
from ..errors import error
from ..ops.publish import public
from .checkpoint import KEY as CHECKPOINT
from .header import read_header
from .safetensors import load_file, save_file

KEY = "tinygrad_zh.object"
VERSION = 1
PLAIN_TYPES = (str, int, float, bool, type(None))
MAPPINGS: dict[Any, str] = {dict: "dict", OrderedDict: "dict", Counter: "Counter"}
"""Kinds of dict, and what each comes back as; a schedule's state has a Counter."""


def save(obj: Any, f: str | os.PathLike[str]) -> None:
    """Write an object into a file, atomically.

    Parameters
    ----------
    obj : object
        A Tensor, Parameter, str, int, float, bool or None, or dicts, lists and tuples of these, nested as you
        like; the keys of a dict are plain values, or tuples of them.
    f : str or path-like
        The file to write, under any name.

    Raises
    ------
    DTypeError
        If a part of `obj` is anything else, such as a module, a function or a NumPy array; nothing is written.
    StorageError
        If the disk is full or the file cannot be written; an older file survives.

    Notes
    -----
    Tensors that share memory are each written whole, and come back apart.  The graph is not saved.

    Examples
    --------
    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "state.pt")
    >>> save({"epoch": 3, "betas": (0.9, 0.999), "model": {"w": tensor([1.0])}}, path)
    >>> load(path)
    {'epoch': 3, 'betas': (0.9, 0.999), 'model': {'w': tensor([1.])}}
    """
    check_path("save", f)
    tensors: dict[str, np.ndarray[Any, Any]] = {}
    try:
        nesting = taken_apart(obj, (), "obj", tensors)
    except RecursionError as failed:
        raise error("save-object", where="obj", found="a container that holds itself") from failed
    # Escaped to ASCII: a lone surrogate, legal in a Python string, has no place in UTF-8.
    save_file(tensors, f, metadata={KEY: json.dumps({"version": VERSION, "object": nesting})})


def load(
    f: str | os.PathLike[str],
    map_location: str | int | Any | Mapping[str, Any] | Callable[[Tensor, str], Tensor | None] | None = None,
    *,
    weights_only: bool | None = None,
) -> Any:
    """Read what `save` wrote; of any other safetensors file, the tensors by name.

    Parameters
    ----------
    f : str or path-like
        The file to read.
    map_location : str, int, Device, dict or callable, optional
        Where the tensors go: all of them to one device; or from device to device, ``{"cuda:0": "cpu"}``; or where
        ``map_location(tensor, saved_device)`` puts them.  By default each goes where it was saved.
    weights_only : bool, optional
        PyTorch's way to refuse code in a file.  No file read here can hold any, so both answers mean the same.

    Returns
    -------
    object
        Equal to what was saved; tensors and parameters with their ``requires_grad``.

    Raises
    ------
    StorageError
        If the file is missing, damaged, or of another kind: a pickle of PyTorch's, or a checkpoint of
        `save_checkpoint`, which `load_checkpoint` reads.
    DeviceError
        If a tensor was saved on a device that is not there; ``map_location="cpu"`` helps.
    """
    check_path("load", f)
    if weights_only not in (True, False, None):
        raise error("argument", op="load", argument="weights_only", expected="a bool or None", got=weights_only)
    metadata = read_header(f).metadata
    if CHECKPOINT in metadata:
        raise error("load-kind", path=os.fspath(f), reason="it was written by save_checkpoint", version=VERSION)
    content = nesting_of(f, metadata[KEY]) if KEY in metadata else None
    arrays = load_file(f)
    if KEY not in metadata:
        content = {"dict": [[name, {"tensor": name}] for name in arrays]}
    try:
        return put_together(content, arrays, map_location)
    except (
        KeyError,
        TypeError,
        ValueError,
        RecursionError,
    ) as failed:  # a file from elsewhere, with a nesting that is none
        if getattr(failed, "code", None):
            raise
        raise error("load-kind", path=os.fspath(f), reason=f"{KEY}: {failed!r}", version=VERSION) from failed


def check_path(op: str, f: Any) -> None:
    """Refuse open files: a file of ours is written whole or not at all, which needs its name."""
    if not isinstance(f, (str, os.PathLike)):
        raise error("argument", op=op, argument="f", expected="a path, not an open file", got=type(f).__name__)


# -- taking apart ---------------------------------------------------------------------------------------


def taken_apart(value: Any, path: tuple[str, ...], where: str, tensors: dict[str, np.ndarray[Any, Any]]) -> Any:
    """Return a value as JSON holds it, and put its tensors into `tensors`.

    Parameters
    ----------
    value : object
        What to save.
    path : tuple of str
        The keys that lead to it: the tensor's name.
    where : str
        The same as an expression, for messages.
    tensors : dict
        Grows by the tensors found.
    """
    if isinstance(value, Tensor):
        return tensor_apart(value, ".".join(path), tensors)
    if type(value) in MAPPINGS:
        return {
            MAPPINGS[type(value)]: [
                [key_apart(key, where), taken_apart(item, (*path, str(key)), f"{where}[{key!r}]", tensors)]
                for key, item in value.items()
            ]
        }
    if type(value) in (list, tuple):
        parts = [taken_apart(item, (*path, str(i)), f"{where}[{i}]", tensors) for i, item in enumerate(value)]
        return {type(value).__name__: parts}
    if type(value) not in PLAIN_TYPES:  # exact types: a named tuple or numpy.float64 would come back as another
        raise error("save-object", where=where, found=type(value).__name__)
    return value


def tensor_apart(tensor: Tensor, name: str, tensors: dict[str, np.ndarray[Any, Any]]) -> dict[str, Any]:
    """Put one tensor among the tensors, and return its entry in the nesting."""
    from ..nn.parameter import Parameter  # the layers are no part of every program that saves

    taken, count = name or "tensor", 0
    while taken in tensors or taken == "__metadata__" or not taken.isprintable():  # {"a.b": t, "a": {"b": t}}
        count += 1
        taken = f"{name if name.isprintable() else 'tensor'}~{count}"
    tensors[taken] = tensor.numpy(force=True)
    entry: dict[str, Any] = {"parameter" if isinstance(tensor, Parameter) else "tensor": taken}
    if tensor.requires_grad != isinstance(tensor, Parameter):
        entry["requires_grad"] = tensor.requires_grad
    if str(tensor.device) != "cpu":
        entry["device"] = str(tensor.device)
    return entry


def key_apart(key: Any, where: str) -> Any:
    """Return a key as JSON holds it: a plain value, or a tuple of them."""
    if type(key) is tuple:
        return {"tuple": [key_apart(part, where) for part in key]}
    if type(key) not in PLAIN_TYPES:
        raise error("save-object", where=f"{where}: key {key!r}", found=type(key).__name__)
    return key


# -- putting together -----------------------------------------------------------------------------------


def nesting_of(f: str | os.PathLike[str], text: str) -> Any:
    """Read the nesting, and check its version."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as failed:
        raise error("load-kind", path=os.fspath(f), reason=str(failed), version=VERSION) from failed
    if not isinstance(content, dict) or content.get("version") != VERSION or "object" not in content:
        raise error("load-kind", path=os.fspath(f), reason=f"{KEY} = {text[:80]}", version=VERSION)
    return content["object"]


def put_together(content: Any, arrays: dict[str, np.ndarray[Any, Any]], map_location: Any) -> Any:
    """Return the object of a nesting; KeyError, TypeError or ValueError if it is none."""
    if not isinstance(content, dict):
        if isinstance(content, list):
            raise TypeError("a list without a tag")
        return content
    for mapping in (dict, Counter):
        if mapping.__name__ in content:
            parts = [[put_together(part, arrays, map_location) for part in item] for item in content[mapping.__name__]]
            return mapping(dict(parts))
    for kind in (list, tuple):
        if kind.__name__ in content:
            return kind([put_together(item, arrays, map_location) for item in content[kind.__name__]])
    from ..nn.parameter import Parameter

    is_parameter = "parameter" in content
    tensor = public["from_numpy"](arrays[content["parameter" if is_parameter else "tensor"]])
    tensor = placed(tensor, content.get("device", "cpu"), map_location)
    needs_grad = bool(content.get("requires_grad", is_parameter))
    return Parameter(tensor, needs_grad) if is_parameter else tensor.requires_grad_(needs_grad)


def placed(tensor: Tensor, saved: str, map_location: Any) -> Tensor:
    """Put a tensor where it was saved, or where `map_location` says."""
    if callable(map_location):
        moved = map_location(tensor, saved)
        if moved is not None and not isinstance(moved, Tensor):
            expected = "a function that returns a Tensor or None"
            raise error("argument", op="load", argument="map_location", expected=expected, got=moved)
        return public["to"](tensor, device=saved) if moved is None else moved
    target = map_location.get(saved, saved) if isinstance(map_location, Mapping) else map_location
    return public["to"](tensor, device=saved if target is None else target)
