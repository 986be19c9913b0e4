"""What a stranger gets: a wheel that holds the whole package, and that works in an empty environment.

The package registries are needed: both environments are filled from them, as a user's would be.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.repository import ROOT, repository_files

pytestmark = pytest.mark.slow


def run(*command: str | Path, folder: Path, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command outside the repository, with nothing of this environment on Python's path."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "XDG_"))}
    environment["TINYGRAD_ZH_LANG"] = "en"
    if home is not None:
        environment["HOME"] = str(home)  # so that data cached by an earlier run does not help
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def succeed(*command: str | Path, folder: Path, home: Path | None = None) -> str:
    done = run(*command, folder=folder, home=home)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, built from a copy of the repository's files: a build in place would leave its folders there."""
    folder = tmp_path_factory.mktemp("wheel")
    for path in repository_files():
        copy = folder / "source" / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    succeed(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", folder, folder / "source", folder=folder)
    (built,) = folder.glob("*.whl")
    return built


def install(wheel: Path, extras: str, folder: Path) -> Path:
    """Make an empty environment, install the wheel there, and return the folder of its programs."""
    succeed(sys.executable, "-m", "venv", "--without-pip", folder / "env", folder=folder)
    programs = folder / "env" / "bin"
    pip = (sys.executable, "-m", "pip", "--python", programs / "python", "--no-input", "install", "--quiet")
    succeed(*pip, f"tinygrad-zh{extras} @ {wheel.as_uri()}", folder=folder)
    return programs


def test_wheel_holds_the_whole_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    written = {
        path.relative_to(ROOT).as_posix() for path in repository_files() if path.is_relative_to(ROOT / "tinygrad_zh")
    }
    assert packed == written
    assert "tinygrad_zh/py.typed" in packed


def test_numpy_alone_is_enough_to_import_and_differentiate(wheel: Path, tmp_path: Path) -> None:
    programs = install(wheel, "", tmp_path)
    code = """
from importlib.metadata import distributions
import tinygrad_zh as tg
x = tg.tensor([3.0], requires_grad=True)
(x * x).sum().backward()
print(float(x.grad), *sorted(d.metadata["Name"] for d in distributions()))
"""
    out = succeed(programs / "python", "-W", "error", "-c", code, folder=tmp_path)
    assert out.split() == ["6.0", "numpy", "tinygrad-zh"]


def test_the_command_without_its_packages_says_what_to_install(wheel: Path, tmp_path: Path) -> None:
    programs = install(wheel, "", tmp_path)
    done = run(programs / "tinygrad-zh", "train", "mnist", "--quick", folder=tmp_path, home=tmp_path)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "Traceback" not in said
    assert ".[train]" in said


def test_the_quick_job_runs_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    programs = install(wheel, "[train,draw]", tmp_path)
    succeed(programs / "tinygrad-zh", "train", "mnist", "--quick", folder=tmp_path, home=tmp_path)
    results = tmp_path / "runs" / "mnist"
    metrics = json.loads((results / "metrics.json").read_text(encoding="utf-8"))
    assert 0.7 < metrics["test_accuracy"] <= 1.0
    assert metrics["epochs"] >= 1
    assert (results / "model.safetensors").stat().st_size > 0
