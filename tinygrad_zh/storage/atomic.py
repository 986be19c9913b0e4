"""Writing a file so that it is either whole or as it was before.

The content goes to a temporary file in the same folder, is forced to disk, and then takes the place of
the old file in one step of the operating system (``os.replace``).  Whatever goes wrong before that step,
a full disk, Ctrl-C, a crash of the machine, the old file is still there.

May import: ``errors``.  Read next: ``safetensors.py``.
"""

from __future__ import annotations

import errno
import os
import platform
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ..errors import TinygradZhError, error

FULL_DISK = {errno.ENOSPC, errno.EDQUOT}
STALE_AFTER_S = 3600.0


@contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file for binary writing that takes its name only once it is complete.

    Parameters
    ----------
    path : str or path-like
        The file to write.  Its folder must exist.  Through a symbolic link the link's target is replaced.

    Yields
    ------
    file : binary file
        Write the new content here; leaving the ``with`` block without an exception puts it in place.

    Raises
    ------
    StorageError
        If the disk is full (``disk-full``) or the operating system refuses (``file-write``).
        The old file, if any, is untouched and the temporary file is removed.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "notes.txt")
    >>> with atomic_write(path) as file:
    ...     _ = file.write(b"whole or not at all")
    >>> path.read_bytes()
    b'whole or not at all'
    """
    target = Path(os.path.realpath(path))
    # Same folder, because os.replace is one step only within one file system.
    temporary = target.with_name(f".{target.name}.{_machine()}-{os.getpid()}-{time.monotonic_ns():x}.part")
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # else a crash could leave the new name on an empty file
        os.replace(temporary, target)
    except BaseException as failed:  # Ctrl-C too must leave nothing behind
        with suppress(OSError):
            temporary.unlink()
        if not isinstance(failed, OSError) or isinstance(failed, TinygradZhError):
            raise
        slug = "disk-full" if failed.errno in FULL_DISK else "file-write"
        raise error(slug, path=os.fspath(path), reason=failed.strerror or str(failed)) from failed
    _remove_stale(target)


def _remove_stale(target: Path) -> None:
    """Remove what killed processes (no ``except`` runs then) left of earlier tries, and nothing that is in use."""
    with suppress(OSError):  # tidying up must not make a good write fail
        for left in target.parent.iterdir():
            ours = left.name.startswith(f".{target.name}.") and left.name.endswith(".part")
            if ours and _is_stale(left):
                left.unlink()


def _is_stale(left: Path) -> bool:
    """Return whether nobody is writing a temporary file any more: its process is gone, or it is an hour old."""
    machine, _, rest = left.name.split(".")[-2].partition("-")
    process = rest.partition("-")[0]
    if machine == _machine() and process.isdecimal() and not _runs(int(process)):
        return True
    return left.stat().st_mtime < time.time() - STALE_AFTER_S  # of another machine on a shared disk, perhaps


def _machine() -> str:
    """Return this machine's name in eight letters that any file name may hold."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _runs(process: int) -> bool:
    """Return whether there is such a process here; where this cannot be asked, yes."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)  # sends nothing
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
