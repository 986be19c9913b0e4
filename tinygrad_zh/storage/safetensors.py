"""Tensors by name in one file, in the safetensors format that the whole field reads.

The file is: 8 bytes with the header's length, a JSON header (name -> dtype, shape, place), the raw numbers.
The package ``safetensors`` writes and reads it; before it reads, we check the header ourselves, so
that a damaged file is a plain sentence and never a huge allocation.

May import: ``errors``, ``aliases``, ``atomic``.  Read next: ``checkpoint.py``.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from ..aliases import Shape
from ..errors import TinygradZhError, error
from .atomic import atomic_write

DTYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16",
    "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8",
    "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8", "BOOL": "bool",
}  # fmt: skip
"""The format's names for dtypes, and NumPy's."""

MAX_HEADER_BYTES = 100_000_000  # the format's own limit
METADATA = "__metadata__"
MAX_RANK = 64  # NumPy's own limit


@dataclass(frozen=True)
class TensorInfo:
    """What the header says of one tensor: dtype (NumPy's name), shape, and its place among the numbers."""

    dtype: str
    shape: Shape
    begin_byte: int
    end_byte: int


@dataclass(frozen=True)
class Header:
    """A checked header: the tensors by name, and the free text entries."""

    tensors: dict[str, TensorInfo]
    metadata: dict[str, str]


def save_file(
    tensors: Mapping[str, np.ndarray], path: str | os.PathLike[str], metadata: Mapping[str, str] | None = None
) -> None:
    """Write arrays by name into one safetensors file, atomically.

    Parameters
    ----------
    tensors : mapping of str to numpy.ndarray
        Arrays of any shape and layout, of the dtypes in ``DTYPES``.
    path : str or path-like
        The file to write; an older one is replaced only once the new one is complete.
    metadata : mapping of str to str, optional
        Free text entries kept in the header.

    Raises
    ------
    DTypeError
        If a name, a dtype or a metadata entry cannot be saved.
    StorageError
        If the disk is full or the file cannot be written.
    MissingPackageError
        If the package ``safetensors`` is not installed.

    Notes
    -----
    The same tensors and metadata always give the same bytes.
    """
    plain = {_checked_name(name, value): _plain(value) for name, value in tensors.items()}
    for key, text in (metadata or {}).items():
        if not isinstance(key, str) or not isinstance(text, str):
            raise error("save-metadata", name=key, found=f"{type(key).__name__}: {type(text).__name__}")
    content = _safetensors().save(plain, metadata=dict(metadata) if metadata else None)
    with atomic_write(path) as file:
        for part in _in_fixed_order(content):
            file.write(part)


def load_file(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read every tensor of a safetensors file.

    Parameters
    ----------
    path : str or path-like
        The file to read.

    Returns
    -------
    dict of str to numpy.ndarray
        Writable arrays that own their memory, in the header's order.

    Raises
    ------
    StorageError
        If the file is missing, damaged, or holds a dtype that is not supported here.
    MissingPackageError
        If the package ``safetensors`` is not installed.
    """
    header = read_header(path)
    package = _safetensors()
    try:
        found: dict[str, np.ndarray] = package.load_file(path)
    except OSError as failed:
        raise error("file-read", path=os.fspath(path), reason=failed.strerror or str(failed)) from failed
    return {name: found[name] for name in header.tensors}


def read_header(path: str | os.PathLike[str]) -> Header:
    """Read and check a safetensors file's header, without its numbers and without any package.

    Parameters
    ----------
    path : str or path-like
        The file to look at.

    Returns
    -------
    Header
        Names, dtypes, shapes and metadata.

    Raises
    ------
    StorageError
        If the file is missing, or its header is absurd: a length beyond the file, no JSON, an unknown
        dtype, places that overlap, leave gaps or do not fit the shapes.
    """
    try:
        with open(path, "rb") as file:
            size_bytes = os.fstat(file.fileno()).st_size
            length = int.from_bytes(file.read(8), "little")
            if size_bytes < 8 or length > min(size_bytes - 8, MAX_HEADER_BYTES):
                raise _unsound(path, f"header length {length}, file size {size_bytes} bytes")
            text = file.read(length)
    except TinygradZhError:
        raise
    except OSError as failed:
        raise error("file-read", path=os.fspath(path), reason=failed.strerror or str(failed)) from failed
    try:
        entries = json.loads(text.decode("utf-8"), object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as failed:
        raise _unsound(path, f"header: {failed}") from failed
    if not isinstance(entries, dict):
        raise _unsound(path, f"header: {type(entries).__name__}, not an object")
    metadata = entries.pop(METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise _unsound(path, f"{METADATA}: {type(metadata).__name__}, not text by name")
    tensors = {name: _tensor_info(path, name, entry) for name, entry in entries.items()}
    _check_places(path, tensors, size_bytes - 8 - length)
    return Header(tensors, metadata)


def _tensor_info(path: str | os.PathLike[str], name: str, entry: Any) -> TensorInfo:
    """Check one tensor's entry: its three fields, and that its place has the size of its shape."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise _unsound(path, f"tensor {name!r}: {str(entry)[:80]}")
    stored, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not _whole_numbers(shape) or not _whole_numbers(offsets) or len(offsets) != 2 or len(shape) > MAX_RANK:
        raise _unsound(path, f"tensor {name!r}: shape {str(shape)[:80]}, data_offsets {str(offsets)[:80]}")
    if not isinstance(stored, str) or stored not in DTYPES:
        raise error("safetensors-dtype", name=name, path=os.fspath(path), found=stored, known=", ".join(DTYPES))
    dtype = DTYPES[stored]
    needed_bytes = math.prod(shape) * np.dtype(dtype).itemsize
    if offsets[1] - offsets[0] != needed_bytes:
        raise _unsound(path, f"tensor {name!r}: data_offsets {offsets}, shape {shape} ({needed_bytes} bytes)")
    return TensorInfo(dtype, tuple(shape), offsets[0], offsets[1])


def _check_places(path: str | os.PathLike[str], tensors: dict[str, TensorInfo], data_bytes: int) -> None:
    """Check that the tensors fill the rest of the file one after another: no overlap, no gap, no remainder."""
    end_byte = 0
    for name, info in sorted(tensors.items(), key=lambda item: (item[1].begin_byte, item[1].end_byte)):
        if info.begin_byte != end_byte:
            raise _unsound(path, f"tensor {name!r}: data_offsets {info.begin_byte} ≠ {end_byte}")
        end_byte = info.end_byte
    if end_byte != data_bytes:
        raise _unsound(path, f"{data_bytes} ≠ {end_byte} bytes")


def _whole_numbers(value: Any) -> bool:
    # bool is an int in Python; JSON's true is no size.
    return isinstance(value, list) and all(type(item) is int and item >= 0 for item in value)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object; a name that stands twice would silently hide a tensor."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _checked_name(name: Any, value: Any) -> str:
    """Return the name, if name and value can be saved."""
    known = ", ".join(DTYPES.values())
    if not isinstance(name, str) or name in ("", METADATA):
        raise error("save-dtype", name=name, found=type(value).__name__, known=known)
    if not isinstance(value, np.ndarray):
        raise error("save-dtype", name=name, found=type(value).__name__, known=known)
    if value.dtype.name not in DTYPES.values():
        raise error("save-dtype", name=name, found=f"dtype {value.dtype}", known=known)
    return name


def _plain(value: np.ndarray) -> np.ndarray:
    """The array in C order and little-endian: the package writes the memory as it lies, whatever the strides."""
    little: np.ndarray = np.asarray(value, dtype=value.dtype.newbyteorder("<"), order="C")
    return little


def _in_fixed_order(content: bytes) -> tuple[bytes, bytes]:
    """Header and numbers, with the metadata sorted: the package writes it in an order that changes with each run."""
    end = 8 + int.from_bytes(content[:8], "little")
    entries = json.loads(content[8:end])
    if METADATA in entries:
        entries[METADATA] = dict(sorted(entries[METADATA].items()))
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)  # the numbers begin at a multiple of 8, as the format asks
    return len(text).to_bytes(8, "little") + text, content[end:]


def _unsound(path: str | os.PathLike[str], reason: str) -> TinygradZhError:
    return error("safetensors-header", path=os.fspath(path), reason=reason)


def _safetensors() -> ModuleType:
    """The package's NumPy functions, imported at first use."""
    try:
        import safetensors.numpy
    except ImportError as failed:
        raise error("missing-package", package="safetensors", purpose="*.safetensors", extra="train") from failed
    functions: ModuleType = safetensors.numpy
    return functions
