"""The header of a safetensors file, read and checked before anything else is believed.

The file is: 8 bytes with the header's length, a JSON header (name -> dtype, shape, place), the raw numbers.
Everything is checked that a damaged or hostile file may have wrong, so that it is a plain sentence and never a
huge allocation; after that, reading a tensor is one line (``safetensors.py``).

May import: ``errors``, ``aliases``.  Read next: ``safetensors.py``.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..aliases import Shape
from ..errors import TinygradZhError, error

DTYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16",
    "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8",
    "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8", "BOOL": "bool",
}  # fmt: skip
"""The format's names for dtypes, and NumPy's."""

OTHER_DTYPES = {
    "BF16": ("bfloat16", 16), "C64": ("complex64", 64),
    "F8_E4M3": ("float8_e4m3fn", 8), "F8_E5M2": ("float8_e5m2", 8), "F8_E8M0": ("float8_e8m0fnu", 8),
    "F8_E4M3FNUZ": ("float8_e4m3fnuz", 8), "F8_E5M2FNUZ": ("float8_e5m2fnuz", 8),
    "F6_E2M3": ("float6_e2m3", 6), "F6_E3M2": ("float6_e3m2", 6), "F4": ("float4_e2m1", 4),
}  # fmt: skip
"""What the format has besides: PyTorch's name and the bits of a number.  A header may name these; see `safe_open`."""

MAX_HEADER_BYTES = 100_000_000  # the format's own limit
METADATA = "__metadata__"
MAX_RANK = 64  # NumPy's own limit
PICKLE_BEGINS = (b"PK\x03\x04", b"\x80")  # torch.save's zip archive; a bare pickle
SHOWN_LETTERS = 80  # of what a damaged file may hold megabytes of


@dataclass(frozen=True)
class TensorInfo:
    """What the header says of one tensor: dtype (NumPy's or PyTorch's name), shape, its place among the numbers."""

    dtype: str
    shape: Shape
    begin_byte: int
    end_byte: int


@dataclass(frozen=True)
class Header:
    """A checked header: the tensors by name, the free text entries, and where in the file the numbers begin."""

    tensors: dict[str, TensorInfo]
    metadata: dict[str, str]
    data_byte: int


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
        dtype, places that overlap, leave gaps or do not fit the shapes.  If it is a pickle, the error says how
        to convert it.
    """
    try:
        with open(path, "rb") as file:
            size_bytes = os.fstat(file.fileno()).st_size
            start = file.read(8)
            length = int.from_bytes(start, "little")
            if size_bytes < 8 or length > min(size_bytes - 8, MAX_HEADER_BYTES):
                raise _no_header(path, start, f"header length {length}, file size {size_bytes} bytes")
            text = file.read(length)
    except TinygradZhError:
        raise
    except OSError as failed:
        raise error("file-read", path=os.fspath(path), reason=failed.strerror or str(failed)) from failed
    if not text.startswith(b"{"):  # the format's own rule
        raise _no_header(path, start, f"header: {text[:8]!r} ≠ b'{{'")
    try:
        entries = json.loads(text.decode("utf-8"), object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as failed:
        raise _unsound(path, f"header: {failed}") from failed
    metadata = entries.pop(METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise _unsound(path, f"{METADATA}: {type(metadata).__name__}, not text by name")
    tensors = {name: _tensor_info(path, name, entry) for name, entry in entries.items()}
    _check_places(path, tensors, size_bytes - 8 - length)
    return Header(tensors, metadata, 8 + length)


def _tensor_info(path: str | os.PathLike[str], name: str, entry: Any) -> TensorInfo:
    """Check one tensor's entry: its three fields, and that its place has the size of its shape."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise _unsound(path, f"tensor {_shortened(repr(name))}: {_shortened(entry)}")
    stored, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    named = _shortened(repr(name))
    if not _whole_numbers(shape) or not _whole_numbers(offsets) or len(offsets) != 2 or len(shape) > MAX_RANK:
        raise _unsound(path, f"tensor {named}: shape {_shortened(shape)}, data_offsets {_shortened(offsets)}")
    if isinstance(stored, str) and stored in DTYPES:
        dtype = DTYPES[stored]
        bits = np.dtype(dtype).itemsize * 8
    elif isinstance(stored, str) and stored in OTHER_DTYPES:
        dtype, bits = OTHER_DTYPES[stored]
    else:
        known = ", ".join(DTYPES)
        raise error("safetensors-dtype", name=named, path=os.fspath(path), found=_shortened(stored), known=known)
    needed_bits = math.prod(shape) * bits
    if (offsets[1] - offsets[0]) * 8 != needed_bits:
        raise _unsound(
            path, f"tensor {named}: data_offsets {_shortened(offsets)}, shape {_shortened(shape)} of {bits} bits each"
        )
    return TensorInfo(dtype, tuple(shape), offsets[0], offsets[1])


def _check_places(path: str | os.PathLike[str], tensors: dict[str, TensorInfo], data_bytes: int) -> None:
    """Check that the tensors fill the rest of the file one after another: no overlap, no gap, no remainder."""
    end_byte = 0
    for name, info in sorted(tensors.items(), key=lambda item: (item[1].begin_byte, item[1].end_byte)):
        if info.begin_byte != end_byte:
            raise _unsound(
                path, f"tensor {_shortened(repr(name))}: data_offsets {_shortened(info.begin_byte)} ≠ {end_byte}"
            )
        end_byte = info.end_byte
    if end_byte != data_bytes:
        raise _unsound(path, f"{data_bytes} ≠ {_shortened(end_byte)} bytes")


def _whole_numbers(value: Any) -> bool:
    # bool is an int in Python; JSON's true is no size.
    return isinstance(value, list) and all(type(item) is int and item >= 0 for item in value)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object; a name that stands twice would silently hide a tensor, half a letter is no text."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    for name in found:
        name.encode("utf-8")  # JSON can write half of a surrogate pair, "\ud800"
    return found


def _shortened(value: Any) -> str:
    text = str(value)
    return text if len(text) <= SHOWN_LETTERS else text[:SHOWN_LETTERS] + "…"


def _no_header(path: str | os.PathLike[str], start: bytes, reason: str) -> TinygradZhError:
    """Return the error for a file that is not even of this kind: a pickle is known by its first bytes."""
    if start.startswith(PICKLE_BEGINS):
        return error("pickle", path=os.fspath(path))
    return _unsound(path, reason)


def _unsound(path: str | os.PathLike[str], reason: str) -> TinygradZhError:
    return error("safetensors-header", path=os.fspath(path), reason=reason)
