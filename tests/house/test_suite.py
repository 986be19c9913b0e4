"""The options of tests/conftest.py do what they say: a suite that leaves things out says so, or fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.repository import ROOT

SUITE = """
import pytest

def test_runs(): pass

@pytest.mark.slow
def test_long(): pass

@pytest.mark.gpu
def test_device(): pass

@pytest.mark.skipif(True, reason="a reason")
def test_skipped(): pass

@pytest.mark.xfail(strict=False)
def test_hopeless(): assert False
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_some.py").write_text(SUITE, encoding="utf-8")
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    return tmp_path


def run_pytest(suite: Path, *options: str) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options],
        cwd=suite,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, answer.stdout + answer.stderr


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_is_left_out_is_said(suite: Path, workers: str) -> None:
    code, output = run_pytest(suite, "-m", "not slow", "-n", workers)
    assert code == 0, output
    assert "Left out: 1 slow tests. Run them too: make test-all" in output
    assert "Left out: 1 tests that need a CUDA device" in output
    assert "1 passed, 1 skipped" in output


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_skip_is_a_failure_where_asked(suite: Path, workers: str) -> None:
    code, output = run_pytest(suite, "--strict-no-skips", "-n", workers)
    assert code == 1, output
    assert "1 failed, 2 passed" in output and "1 error" in output  # the skip is met before the call: an error
    assert "this was skipped" in output
    assert "this was expected to fail" in output


def test_a_whole_file_skipped_is_a_failure_too(suite: Path) -> None:
    (suite / "tests" / "test_some.py").write_text("import pytest\npytest.importorskip('no_such_package')\n")
    code, output = run_pytest(suite, "--strict-no-skips")
    assert code != 0, output
    assert "this was skipped" in output


def test_no_test_is_a_failure(suite: Path) -> None:
    code, output = run_pytest(suite, "-k", "nothing_has_this_name")
    assert code == 5, output
