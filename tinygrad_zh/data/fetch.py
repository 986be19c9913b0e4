"""Getting a data set's files: from the cache folder, else from the first source that delivers them.

Every file's SHA-256 is checked, every time.  A damaged file in the cache is reported and fetched again;
a file enters the cache only whole and right.

The cache folder is ``$TINYGRAD_ZH_DATA``, else ``$XDG_CACHE_HOME/tinygrad_zh``, else ``~/.cache/tinygrad_zh``;
each data set has a folder of its own in it.

May import: ``errors``, ``storage``, ``sources``.  Read next: ``mnist.py``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ..errors import error
from ..storage import atomic_write
from .sources import DataFile, Folder, Report, Source, SourceFailed, say


@dataclass(frozen=True)
class DataSet:
    """A data set: its folder's name in the cache, its files, and where to look for them, in this order."""

    name: str
    files: tuple[DataFile, ...]
    sources: tuple[Source, ...]


def cache_folder() -> Path:
    """Return the folder in which data sets are kept; it need not exist yet."""
    if chosen := os.environ.get("TINYGRAD_ZH_DATA"):
        return Path(chosen).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tinygrad_zh"


def print_line(line: str) -> None:
    """Print one line of progress where it does not mix with a program's results."""
    print(line, file=sys.stderr, flush=True)


def fetch(
    dataset: DataSet,
    names: Iterable[str] | None = None,
    *,
    folder: str | os.PathLike[str] | None = None,
    report: Report = print_line,
) -> dict[str, bytes]:
    """Return the raw content of a data set's files, getting them first where needed.

    Parameters
    ----------
    dataset : DataSet
        What to get.
    names : iterable of str, optional
        The files to return; all by default.  What is not in the cache yet is got whole.
    folder : path-like, optional
        Cache folder, in place of the one that `cache_folder` names.
    report : callable
        Gets each line of progress; nothing is said when the cache has everything.

    Returns
    -------
    dict of str to bytes
        Content by file name, of the right size and SHA-256.

    Raises
    ------
    DataError
        If no source delivered a file; each source is named with its reason.
    StorageError
        If the cache folder cannot be written, or the disk is full.
    """
    home = (Path(folder) if folder is not None else cache_folder()) / dataset.name
    wanted = {file.name for file in dataset.files} if names is None else set(names)
    held: dict[str, bytes] = {}
    missing: list[DataFile] = []
    for file in dataset.files:
        path = home / file.name
        if file.name not in wanted and path.exists():
            continue  # checked when it is asked for
        content = _read_cached(path, file, report)
        if content is None:
            missing.append(file)
        else:
            held[file.name] = content
    if missing:
        held.update(_fetch_missing(dataset, missing, home, report))
    return {name: held[name] for name in wanted}


def _read_cached(path: Path, file: DataFile, report: Report) -> bytes | None:
    """Return a cached file's content if it is there and right."""
    try:
        content = path.read_bytes()
        wrong = fault(content, file)
    except FileNotFoundError:
        return None
    except OSError as failed:
        wrong = str(failed)
    if wrong is None:
        return content
    report(say(f"{path} is damaged ({wrong}); fetching it again", f"{path} 已损坏（{wrong}），重新获取"))
    return None


def _fetch_missing(dataset: DataSet, missing: list[DataFile], home: Path, report: Report) -> dict[str, bytes]:
    """Try one source after another until every missing file is in the cache."""
    report(say(f"fetching {dataset.name} into {home}", f"获取 {dataset.name}，存入 {home}"))
    got: dict[str, bytes] = {}
    reasons: list[str] = []
    # The cache folder comes first as a source too: a user without a network puts .gz files there.
    for source in (Folder(home), *dataset.sources):
        todo = [file for file in missing if file.name not in got]
        if not todo:
            break
        try:
            with closing(_checked(source, todo, report)) as files:
                for file, content in files:
                    _keep(home / file.name, content)
                    got[file.name] = content
                    report(say(f"{file.name}: from {source.label}", f"{file.name}：来自 {source.label}"))
        except SourceFailed as failed:
            reasons.append(f"    {source.label}: {failed}")
            report(reasons[-1])
    if left := [file.name for file in missing if file.name not in got]:
        raise error(
            "data-unavailable", dataset=dataset.name, reasons="\n".join(reasons), files=", ".join(left), folder=home
        )
    return got


def _checked(source: Source, files: list[DataFile], report: Report) -> Generator[tuple[DataFile, bytes]]:
    """Yield what a source delivers, as long as it is right."""
    for file, content in source.read(files, report):
        if wrong := fault(content, file):
            raise SourceFailed(f"{file.name}: {wrong}")
        yield file, content


def _keep(path: Path, content: bytes) -> None:
    """Put one file into the cache."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as failed:
        raise error("file-write", path=path, reason=failed.strerror or str(failed)) from failed
    with atomic_write(path) as file:
        file.write(content)


def fault(content: bytes, file: DataFile) -> str | None:
    """Say what is wrong with a file's content, or return None."""
    import hashlib

    if len(content) != file.size_bytes:
        more = ">" if len(content) > file.size_bytes else ""  # sources stop reading one byte beyond the size
        return say(
            f"{more}{len(content)} bytes instead of {file.size_bytes}",
            f"大小是 {more}{len(content)} 字节，应为 {file.size_bytes} 字节",
        )
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        return say(f"SHA-256 {found} instead of {file.sha256}", f"SHA-256 是 {found}，应为 {file.sha256}")
    return None
