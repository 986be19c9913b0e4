"""The rules of the house that a reader relies on: floors, sizes, names, and what an import brings in."""

from __future__ import annotations

import ast
import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tinygrad_zh
from tests.house.code_lines import code_lines
from tests.house.repository import PACKAGE, ROOT, repository_files

FILES = sorted(PACKAGE.rglob("*.py"))
# What stands directly under the root; the program's own files (floor 5) may import from the root.
FACES = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__", "cli"}
ROOT_MODULES = FACES | {"cli"} | {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
CORE_LIMIT = 600
FILE_LIMIT = 400
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc"}
# PyTorch's public names: nn.utils, utils.data.
FIXED_BY_PYTORCH = ("nn/utils.py", "nn/utils/", "utils/")


def inside(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def run_python(code: str, folder: Path) -> str:
    """Run ``code`` in a fresh Python, outside the repository, and return what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


# --- floors ---


def test_imports_point_downward() -> None:
    """The contracts in pyproject.toml hold; a new module at the top must be given a floor there."""
    command = "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache', '--no-logo'])"
    answer = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "0 broken" in answer.stdout


@pytest.mark.parametrize("path", FILES, ids=inside)
def test_no_file_imports_the_package_by_its_name(path: Path) -> None:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.append((node.lineno, node.module or ""))
    wrong = [(line, name) for line, name in names if name.split(".")[0] == PACKAGE.name]
    assert not wrong, f"{inside(path)}: write a relative import instead of {wrong}"


@pytest.mark.parametrize("path", [path for path in FILES if path.parent != PACKAGE or path.stem in FACES], ids=inside)
def test_no_file_below_imports_from_the_root(path: Path) -> None:
    """``from .. import tensor`` asks the root, which stands on top of everything; ``from .. import core`` does not."""
    levels_to_root = len(path.relative_to(PACKAGE).parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == levels_to_root and node.module is None:
            wrong = {alias.name for alias in node.names} - ROOT_MODULES
            assert not wrong, f"{inside(path)}, line {node.lineno}: import {wrong} from where it is defined"


def test_every_folder_of_code_is_a_package() -> None:
    """A folder without __init__.py would be left out of the wheel."""
    folders = {PACKAGE, *(path.parent for path in FILES)}
    assert not [inside(folder) for folder in folders if not (folder / "__init__.py").exists()]


# --- sizes ---


def test_core_can_be_read_in_an_evening() -> None:
    lines = {inside(path): code_lines(path.read_text(encoding="utf-8")) for path in (PACKAGE / "core").rglob("*.py")}
    assert lines, "core/ is empty"
    assert sum(lines.values()) <= CORE_LIMIT, lines


def test_no_file_is_two_files() -> None:
    """Tests and benchmarks are read as well; generated stubs (.pyi) are not, and so not counted."""
    files = [path for path in repository_files() if path.suffix == ".py"]
    assert set(FILES) <= set(files)
    lines = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert not {name: count for name, count in lines.items() if count > FILE_LIMIT}


# --- names ---


def test_no_file_has_a_name_that_says_nothing() -> None:
    vague = [inside(path) for path in PACKAGE.rglob("*") if path.suffix in ("", ".py") and path.stem in VAGUE]
    assert not [name for name in vague if not f"{name}/".startswith(FIXED_BY_PYTORCH) and name not in FIXED_BY_PYTORCH]


@pytest.mark.parametrize("init", [path for path in FILES if path.name == "__init__.py"], ids=inside)
def test_no_name_hides_a_subpackage(init: Path) -> None:
    """``from .x import data`` in a package that has a folder ``data`` would hide that folder."""
    folders = {path.name for path in init.parent.iterdir() if (path / "__init__.py").exists()}
    bound = set()
    for node in ast.parse(init.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            # `from . import data` binds the folder itself.
            bound |= {a.asname or a.name for a in node.names if not (node.module is None and a.name in folders)}
        elif isinstance(node, ast.Assign):
            bound |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    assert not bound & folders


def test_no_public_name_hides_a_module_of_the_root() -> None:
    modules = {path.stem for path in PACKAGE.glob("*.py")} | {
        path.parent.name for path in PACKAGE.glob("*/__init__.py")
    }
    modules -= {"__init__", "__main__", PACKAGE.name}
    missing = object()
    found = {name: getattr(tinygrad_zh, name, missing) for name in modules}
    module = type(tinygrad_zh)
    assert not {name for name, value in found.items() if value is not missing and not isinstance(value, module)}


def test_version_is_said_once() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    assert tinygrad_zh.__version__ == setup["metadata"]["version"]


# --- what an import brings in ---


def test_import_needs_numpy_alone(tmp_path: Path) -> None:
    """Nothing but NumPy and the standard library: the rest is imported where it is first used."""
    code = """
import sys
import numpy, numpy.random          # with the nameless modules that its compiled parts add
before = set(sys.modules)
import tinygrad_zh
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(new - set(sys.stdlib_module_names) - {"numpy", "tinygrad_zh"}))
"""
    assert run_python(code, tmp_path).split() == []


# --- what may not stand in a file ---

# Written in pieces, so that this file passes its own test.
NOT_IN_A_FILE = {
    "a path of one machine": [
        r"(?<![\w.~-])/" + name for name in ("work/", "root/", "home/[a-z]", r"opt/(wheels|pypi)")
    ]
    + [r"[A-Z]:" + r"\\Users\\"],
    "the host of a package registry": [
        re.escape(name)
        for name in (
            "py" + "pi.org",
            "python" + "hosted.org",
            "registry." + "npmjs",
            "deb." + "debian.org",
            "security." + "debian.org",
            "download." + "pytorch.org",
            "conda." + "anaconda.org",
        )
    ],
}


def findings(text: str) -> list[str]:
    return [
        f"line {number}: {what}: {line.strip()[:120]}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, patterns in NOT_IN_A_FILE.items()
        if re.search("|".join(patterns), line)
    ]


@pytest.mark.parametrize(
    "line",
    ["see /" + "work/main/x.py", "at '/" + "root/.cache'", "https://" + "py" + "pi.org/simple", "/" + "home/li/a"],
)
def test_machine_paths_and_hosts_are_found(line: str) -> None:
    assert findings(line)


@pytest.mark.parametrize(
    "line", ["network/", "see docs/work/x", "https://example.org/home/", "~/root/x", "the root/leaf"]
)
def test_other_text_is_left_alone(line: str) -> None:
    assert not findings(line)


def test_no_machine_path_and_no_registry_host() -> None:
    files = repository_files()
    assert files
    found = {}
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # not a text file
        if lines := findings(text):
            found[path.relative_to(ROOT).as_posix()] = lines
    assert not found
