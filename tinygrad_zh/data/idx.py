"""The IDX file format of MNIST: a few bytes of header, then the numbers.

Header: two zero bytes, one byte for the type of the numbers, one byte for how many dimensions there are,
then the size of each dimension as a big-endian 32-bit integer.  (LeCun, Cortes, Burges: The MNIST database.)

May import: ``errors``, ``storage``.  Read next: ``mnist.py``.
"""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np

from ..errors import error
from ..storage import atomic_write

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""IDX type code -> NumPy dtype, big-endian as the format has it."""

GZIP_MAGIC = b"\x1f\x8b"


def read_idx(path: str | os.PathLike[str], *, shape: tuple[int | None, ...] | None = None) -> np.ndarray[Any, Any]:
    """Read one IDX file, raw or gzip-compressed.

    Parameters
    ----------
    path : str or path-like
        The file; whether it is compressed is seen from its content.
    shape : tuple of int or None, optional
        What shape to insist on; ``None`` stands for any size: ``(None, 28, 28)``.

    Returns
    -------
    numpy.ndarray
        A new writable array in the machine's byte order.

    Raises
    ------
    DataError
        If the file is missing, is no IDX file, is cut short, goes on after its end, or has another shape.
    """
    name = os.fspath(path)
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as failed:
        raise error("data-read", path=name, reason=failed.strerror or str(failed)) from failed
    if data.startswith(GZIP_MAGIC):
        data = _decompress(data, name)
    array, end = parse_idx(data, name)
    if end != len(data):
        raise error("idx-trailing", name=name, extra_bytes=len(data) - end, wanted_bytes=end)
    if shape is not None:
        check_shape(array, shape, name)
    return array


def parse_idx(data: bytes, name: str = "IDX", start: int = 0) -> tuple[np.ndarray[Any, Any], int]:
    r"""Read the IDX array that begins at byte ``start``.

    Parameters
    ----------
    data : bytes
        The content, not compressed; more may follow the array.
    name : str
        What to call it in an error.
    start : int
        Where the header begins.

    Returns
    -------
    array : numpy.ndarray
        A new writable array in the machine's byte order.
    end : int
        The first byte after the array.

    Raises
    ------
    DataError
        If there is no IDX header, or fewer bytes than it promises.

    Examples
    --------
    >>> parse_idx(b"\0\0\x08\x01" + b"\0\0\0\x03" + b"\x05\x06\x07")
    (array([5, 6, 7], dtype=uint8), 11)
    """
    magic = data[start : start + 4]
    if len(magic) < 4:
        raise error("idx-truncated", name=name, found_bytes=len(data), wanted_bytes=start + 4)
    if magic[:2] != b"\0\0":
        raise error("idx-magic", name=name, found=magic.hex(" "))
    if magic[2] not in TYPES:
        raise error(
            "idx-dtype", name=name, found=f"0x{magic[2]:02x}", known=", ".join(f"0x{code:02x}" for code in TYPES)
        )
    dtype, rank = np.dtype(TYPES[magic[2]]), magic[3]
    begin = start + 4 + 4 * rank
    if len(data) < begin:
        raise error("idx-truncated", name=name, found_bytes=len(data), wanted_bytes=begin)
    sizes = tuple(int(size) for size in np.frombuffer(data, ">u4", rank, start + 4))
    count = math.prod(sizes)  # Python integers: an absurd header must not overflow
    end = begin + count * dtype.itemsize
    if len(data) < end:
        raise error("idx-truncated", name=name, found_bytes=len(data), wanted_bytes=end)
    numbers = np.frombuffer(data, dtype, count, begin).reshape(sizes)
    return numbers.astype(dtype.newbyteorder("=")), end  # astype copies: frombuffer alone is read-only


def check_shape(array: np.ndarray[Any, Any], shape: tuple[int | None, ...], name: str) -> None:
    """Raise `DataError` unless the array has this shape, where ``None`` stands for any size."""
    fits = array.ndim == len(shape) and all(
        wanted is None or wanted == size for wanted, size in zip(shape, array.shape, strict=True)
    )
    if not fits:
        raise error("idx-dims", name=name, found=array.shape, wanted=shape)


def idx_bytes(array: np.ndarray[Any, Any]) -> bytes:
    """Return an array as the content of an IDX file.

    Parameters
    ----------
    array : numpy.ndarray
        Of dtype uint8, int8, int16, int32, float32 or float64.

    Raises
    ------
    DataError
        If IDX has no type code for the dtype, or the array has more than 255 dimensions.
    """
    for code, name in TYPES.items():
        if array.dtype.newbyteorder("=") == np.dtype(name).newbyteorder("=") and array.ndim <= 255:
            header = bytes((0, 0, code, array.ndim)) + np.array(array.shape, ">u4").tobytes()
            return header + array.astype(name).tobytes()
    known = ", ".join(np.dtype(name).name for name in TYPES.values())
    raise error("idx-write-dtype", found=array.dtype, known=known)


def write_idx(path: str | os.PathLike[str], array: np.ndarray[Any, Any]) -> None:
    """Write an array as an IDX file, atomically; compressed if the name ends in ``.gz``.

    Parameters
    ----------
    path : str or path-like
        The file to write.
    array : numpy.ndarray
        See `idx_bytes`.

    Raises
    ------
    DataError
        If the dtype cannot be written as IDX.
    StorageError
        If the file cannot be written.
    """
    content = idx_bytes(array)
    if os.fspath(path).endswith(".gz"):
        import gzip

        content = gzip.compress(content, mtime=0)  # mtime=0: the same array gives the same bytes
    with atomic_write(path) as file:
        file.write(content)


def _decompress(data: bytes, name: str) -> bytes:
    import gzip
    import zlib

    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as failed:
        raise error("idx-gzip", name=name, reason=failed) from failed
