"""A file is either whole or as it was before."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tinygrad_zh.errors import StorageError, error
from tinygrad_zh.storage import atomic_write
from tinygrad_zh.storage.atomic import STALE_AFTER_S, _machine

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "weights.bin"
    path.write_bytes(b"old")
    return path


def alone(path: Path) -> bool:
    """Whether nothing else was left in the folder."""
    return [other.name for other in path.parent.iterdir()] == [path.name]


def test_a_new_file_is_written(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "new.bin") as file:
        file.write(b"one ")
        assert not (tmp_path / "new.bin").exists()
        file.write(b"two")
    assert (tmp_path / "new.bin").read_bytes() == b"one two"
    assert alone(tmp_path / "new.bin")


def test_an_old_file_is_replaced_only_at_the_end(old: Path) -> None:
    with atomic_write(str(old)) as file:
        file.write(b"new")
        file.flush()
        assert old.read_bytes() == b"old"
    assert old.read_bytes() == b"new" and alone(old)


@pytest.mark.parametrize("failure", [ValueError("mine"), KeyboardInterrupt(), SystemExit(3)])
def test_any_exception_leaves_the_old_file_and_passes_through(old: Path, failure: BaseException) -> None:
    with pytest.raises(type(failure)) as caught, atomic_write(old) as file:
        file.write(b"half")
        raise failure
    assert caught.value is failure
    assert old.read_bytes() == b"old" and alone(old)


def test_our_own_error_keeps_its_code(old: Path) -> None:
    with pytest.raises(OSError) as caught, atomic_write(old):
        raise error("data-read", path="x", reason="y")
    assert getattr(caught.value, "code", None) == "TG-E408"
    assert old.read_bytes() == b"old" and alone(old)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(old: Path, monkeypatch: pytest.MonkeyPatch, number: int, step: str) -> None:
    def full(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    if step != "write":
        monkeypatch.setattr(os, step, full)
    with pytest.raises(StorageError, match="disk is full") as caught, atomic_write(old) as file:
        file.write(b"new" * 10_000)
        if step == "write":
            full()
    assert caught.value.code == "TG-E501" and str(old) in str(caught.value)
    assert old.read_bytes() == b"old" and alone(old)


def test_the_system_really_refusing_to_write_more(old: Path) -> None:
    # A limit on the size of files, set in another process: a real write fails in the middle, as on a full disk.
    program = f"""
import resource, signal
from tinygrad_zh.errors import StorageError
from tinygrad_zh.storage import atomic_write
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    with atomic_write({str(old)!r}) as file:
        file.write(bytes(100_000))
except StorageError as failed:
    print(failed.code)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "TG-E502"
    assert old.read_bytes() == b"old" and alone(old)


def test_a_killed_process_leaves_the_old_file_and_its_rest_is_removed_later(old: Path) -> None:
    program = f"""
from tinygrad_zh.storage import atomic_write
with atomic_write({str(old)!r}) as file:
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert old.read_bytes() == b"old"
    (_rest,) = (path for path in old.parent.iterdir() if path != old)

    with atomic_write(old) as file:
        file.write(b"new")
    assert old.read_bytes() == b"new" and alone(old)


@pytest.mark.parametrize("process", [f"{_machine()}-{os.getpid()}", "00000000-999999999"], ids=["ours", "elsewhere"])
def test_a_young_temporary_file_may_be_in_use(old: Path, process: str) -> None:
    rest = old.with_name(f".{old.name}.{process}-1.part")
    rest.write_bytes(b"half")
    with atomic_write(old) as file:
        file.write(b"new")
    assert rest.exists()
    long_ago = time.time() - STALE_AFTER_S - 60
    os.utime(rest, (long_ago, long_ago))
    with atomic_write(old) as file:
        file.write(b"newer")
    assert old.read_bytes() == b"newer" and alone(old)


def test_a_missing_folder_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="could not be written") as caught, atomic_write(tmp_path / "no" / "x"):
        pass
    assert caught.value.code == "TG-E502" and "No such file" in str(caught.value)


def test_a_folder_in_the_way_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(StorageError) as caught, atomic_write(tmp_path / "there") as file:
        file.write(b"x")
    assert caught.value.code == "TG-E502"
    assert alone(tmp_path / "there")


def test_a_link_stays_a_link(old: Path) -> None:
    link = old.with_name("latest.bin")
    link.symlink_to(old)
    with atomic_write(link) as file:
        file.write(b"new")
    assert link.is_symlink() and old.read_bytes() == b"new"
