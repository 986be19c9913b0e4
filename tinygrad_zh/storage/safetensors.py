"""Tensors by name in one file, in the safetensors format that the whole field reads.

The package ``safetensors`` writes it.  Reading is ours: once ``header.py`` has found the file sound, a tensor is a
piece of it, seen through a memory map, so that one tensor of a big file costs no more than itself.

May import: floor 0, ``core``, ``atomic``, ``header``.  Read next: ``folder.py``, ``checkpoint.py``.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, Self

import numpy as np

from ..backend.devices import backend_of
from ..core.tensor import Tensor
from ..errors import error
from .atomic import atomic_write
from .header import DTYPES, METADATA, Header, read_header

BFLOAT16 = "bfloat16"


def save_file(
    tensors: Mapping[str, Tensor | np.ndarray], path: str | os.PathLike[str], metadata: Mapping[str, str] | None = None
) -> None:
    """Write tensors by name into one safetensors file, atomically.

    Parameters
    ----------
    tensors : mapping of str to Tensor or numpy.ndarray
        Of any shape, layout and device, and of the dtypes in ``DTYPES``; ``model.state_dict()``, for instance.
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
    The same tensors and metadata always give the same bytes.  Tensors that share memory are written in full, each.
    """
    if not isinstance(tensors, Mapping):
        raise error("argument", op="save_file", argument="tensors", expected="a dict of tensors by name", got=tensors)
    plain = {_checked_name(name): _plain(name, value) for name, value in tensors.items()}
    for key, text in (metadata or {}).items():
        if not isinstance(key, str) or not isinstance(text, str):
            raise error("save-metadata", name=key, found=f"{type(key).__name__}: {type(text).__name__}")
    content = _safetensors().save(plain, metadata=dict(metadata) if metadata else None)
    with atomic_write(path) as file:
        for part in _in_fixed_order(content):
            file.write(part)


def load_file(path: str | os.PathLike[str], *, widen_bfloat16: bool = False) -> dict[str, np.ndarray]:
    """Read every tensor of a safetensors file.

    Parameters
    ----------
    path : str or path-like
        The file to read.
    widen_bfloat16 : bool
        Whether bfloat16 tensors, which NumPy does not have, are read as float32, which holds their values exactly.

    Returns
    -------
    dict of str to numpy.ndarray
        Writable arrays that own their memory, in the header's order; ``model.load_state_dict`` takes them as they are.

    Raises
    ------
    StorageError
        If the file is missing, damaged, a pickle, or holds a dtype that is not supported here.
    """
    with safe_open(path, widen_bfloat16=widen_bfloat16) as file:
        return {name: file.get_tensor(name) for name in file}


def safe_open(path: str | os.PathLike[str], *, widen_bfloat16: bool = False) -> SafeFile:
    """Open a safetensors file to look into it and to read single tensors; see `SafeFile`.

    Parameters
    ----------
    path : str or path-like
        The file.
    widen_bfloat16 : bool
        As for `load_file`.

    Raises
    ------
    StorageError
        If the file is missing, damaged or a pickle.

    Examples
    --------
    >>> import os, tempfile, numpy
    >>> path = os.path.join(tempfile.mkdtemp(), "big.safetensors")
    >>> save_file({"weight": numpy.eye(1000), "bias": numpy.ones(1000)}, path)
    >>> with safe_open(path) as file:
    ...     print(list(file), file["weight"].shape, file.get_tensor("weight", (0, slice(3))))
    ['bias', 'weight'] (1000, 1000) [1. 0. 0.]
    """
    return SafeFile(path, widen_bfloat16)


class SafeFile(Mapping[str, Any]):
    """A safetensors file that is open: what is in it by name, and single tensors or parts of them.

    As a mapping it holds a `TensorInfo` (dtype, shape) for every name; only `get_tensor` reads numbers.

    Attributes
    ----------
    header : Header
        Names, dtypes, shapes and metadata.
    """

    def __init__(self, path: str | os.PathLike[str], widen_bfloat16: bool = False) -> None:
        if not isinstance(widen_bfloat16, bool):
            raise error("argument", op="safe_open", argument="widen_bfloat16", expected="a bool", got=widen_bfloat16)
        self.path, self.widen_bfloat16 = os.fspath(path), widen_bfloat16
        self.header: Header = read_header(path)
        self._numbers: np.ndarray | None = self._mapped()

    def _mapped(self) -> np.ndarray:
        """The part of the file behind the header as bytes; the system reads them when they are looked at."""
        size_bytes = max((info.end_byte for info in self.header.tensors.values()), default=0)
        if not size_bytes:
            return np.empty(0, np.uint8)  # nothing cannot be mapped
        try:
            return np.memmap(self.path, np.uint8, "r", self.header.data_byte, (size_bytes,))
        except OSError as failed:
            raise error("file-read", path=self.path, reason=failed.strerror or str(failed)) from failed

    def __getitem__(self, name: str) -> Any:
        info = self.header.tensors.get(name)
        if info is None:
            close = difflib.get_close_matches(str(name), self.header.tensors, 3)
            raise error("tensor-name", path=self.path, name=name, close=", ".join(close) or "—")
        return info

    def __contains__(self, name: object) -> bool:
        return name in self.header.tensors

    def __iter__(self) -> Iterator[str]:
        return iter(self.header.tensors)

    def __len__(self) -> int:
        return len(self.header.tensors)

    def get_tensor(self, name: str, part: Any = ...) -> np.ndarray:
        """Read one tensor, or a part of it.

        Parameters
        ----------
        name : str
            Its name.
        part : index, optional
            Which part, as between NumPy's brackets: ``numpy.s_[10:20, 0]``.  Slices read only what they choose.

        Returns
        -------
        numpy.ndarray
            Writable, with memory of its own.

        Raises
        ------
        UnknownNameError
            If the file has no tensor of that name.
        IndexingError
            If the part lies outside of the tensor.
        StorageError
            If the dtype is not supported here, or the file has been closed.
        """
        info = self[name]
        if self._numbers is None:
            raise error("file-closed", path=self.path)
        wide = info.dtype == BFLOAT16 and self.widen_bfloat16
        if info.dtype == BFLOAT16 and not wide:
            raise error("bfloat16", name=name, path=self.path)
        if not wide and info.dtype not in DTYPES.values():
            known = ", ".join(DTYPES)
            raise error("safetensors-dtype", name=repr(name), path=self.path, found=info.dtype, known=known)
        stored = np.dtype("<u2" if wide else "u1" if info.dtype == "bool" else info.dtype).newbyteorder("<")
        there = self._numbers[info.begin_byte : info.end_byte].view(np.ndarray).view(stored).reshape(info.shape)
        try:
            chosen = there[part]
        except (IndexError, TypeError) as failed:
            raise error("tensor-part", name=name, shape=info.shape, part=part, reason=str(failed)) from failed
        if wide:  # a bfloat16 is the upper half of a float32
            return np.asarray(chosen.astype(np.uint32) << 16).view(np.float32)
        if info.dtype == "bool":
            return np.asarray(chosen != 0)  # a damaged byte of 2 is no bool to NumPy
        return np.array(chosen, dtype=info.dtype, order="C")

    def close(self) -> None:
        """Let go of the file; arrays that were read stay."""
        self._numbers = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _checked_name(name: Any) -> str:
    """Return the name, if a tensor can be saved under it."""
    try:
        usable = isinstance(name, str) and name not in ("", METADATA) and bool(name.encode("utf-8"))
    except UnicodeEncodeError:  # half of a surrogate pair is no text
        usable = False
    if not usable:
        raise error("save-dtype", name=name, found="its name", known=", ".join(DTYPES.values()))
    return name


def _plain(name: str, value: Any) -> np.ndarray:
    """Return the values in C order and little-endian: the package writes memory as it lies, whatever the strides."""
    array = backend_of(value.array).to_numpy(value.array) if isinstance(value, Tensor) else value
    if not isinstance(array, np.ndarray) or array.dtype.name not in DTYPES.values():
        found = f"dtype {array.dtype}" if isinstance(array, np.ndarray) else type(value).__name__
        raise error("save-dtype", name=name, found=found, known=", ".join(DTYPES.values()))
    little: np.ndarray = np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")
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


def _safetensors() -> ModuleType:
    """The package's NumPy functions, imported at first use."""
    try:
        import safetensors.numpy
    except ImportError as failed:
        raise error("missing-package", package="safetensors", purpose="*.safetensors", extra="train") from failed
    functions: ModuleType = safetensors.numpy
    return functions
