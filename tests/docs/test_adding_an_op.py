"""Does what docs/adding_an_op.md says, on a copy of the code: block by block, in the order of the page."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.docs.pages import ROOT, Block, blocks, programs
from tests.docs.run import difference
from tinygrad_zh.ops.publish import public

PAGES = {"en": ROOT / "docs" / "adding_an_op.md", "zh": ROOT / "docs" / "adding_an_op.zh.md"}
PATH = re.compile(r"# ((?:tinygrad_zh|tests)/\S+\.py)\n")
OP = "logsubexp"
COPIED = ("tinygrad_zh", "tests", "setup.cfg", "pyproject.toml")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the code, to be changed as the page says."""
    forgotten = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=forgotten)
        else:
            shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def python(copy: Path, *arguments: str, lang: str = "en") -> str:
    """Run Python in the copy, and return what it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": str(copy), "TINYGRAD_ZH_LANG": lang, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, *arguments]
    answer = subprocess.run(command, cwd=copy, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def apply(copy: Path, block: Block) -> str | None:
    """Add a block to the file that it names, and return the file's path; None if it is a program."""
    named = PATH.match(block.code)
    if named is None:
        return None
    path = copy / named[1]
    path.parent.mkdir(parents=True, exist_ok=True)
    code = block.code.removeprefix(named[0])
    path.write_text(path.read_text(encoding="utf-8") + code if path.exists() else code, encoding="utf-8")
    return named[1]


def write_down_the_name(copy: Path) -> None:
    """Run the first command of the page."""
    python(copy, "-m", "tests.house.stubs")


def follow(copy: Path, lang: str) -> list[str]:
    """Do what the page says, and compare what is printed; return the files that were added to."""
    changed: list[str] = []
    for block in programs(PAGES[lang]):
        path = apply(copy, block)
        if path is not None:
            changed.append(path)
        else:
            if len(changed) == 1:
                write_down_the_name(copy)
            (copy / "example.py").write_text(block.code, encoding="utf-8")
            printed = python(copy, "example.py", lang=lang)
            assert not difference(printed, block.prints or ""), difference(printed, block.prints or "")
    return changed


def test_the_op_is_not_there_yet() -> None:
    assert OP not in public, f"{OP} is part of the package now: let docs/adding_an_op*.md walk through another op"
    assert not hasattr(torch, OP), f"PyTorch has {OP} now: a reader would look for it here too"


@pytest.mark.parametrize("lang", PAGES)
def test_the_page_does_what_it_says(copy: Path, lang: str) -> None:
    changed = follow(copy, lang)
    assert [Path(path).name for path in changed] == [
        "exponentials.py",
        "rows_pointwise.py",
        "table.py",
        "test_yardstick.py",
        "logsubexp.py",
        "__init__.py",
    ]


@pytest.mark.slow
def test_the_laws_hold_for_the_new_op(copy: Path) -> None:
    for block in programs(PAGES["en"]):
        if "kernels" not in block.code:
            apply(copy, block)
    write_down_the_name(copy)
    printed = python(copy, "-m", "tests.docs.laws_of", OP)
    assert int(printed.split()[0]) >= 14, printed  # every law that an op with slopes, of each element, has to keep


@pytest.mark.slow
def test_the_commands_run(copy: Path) -> None:
    for block in programs(PAGES["en"]):
        if "kernels" not in block.code:
            apply(copy, block)
    commands = [line for block in blocks(PAGES["en"]) if block.language == "sh" for line in block.code.splitlines()]
    assert [command.split()[:3] for command in commands] == [
        ["python", "-m", "tests.house.stubs"],
        ["python", "-m", "pytest"],
    ]
    *_, printed = [python(copy, *shlex.split(command)[1:]) for command in commands]
    assert " passed" in printed
    assert f"def {OP}(self" in (copy / "tinygrad_zh" / "core" / "operators.pyi").read_text(encoding="utf-8")


def test_both_languages_have_the_same_code() -> None:
    codes = [
        [(block.language, block.code) for block in blocks(page) if block.language != "text"] for page in PAGES.values()
    ]
    assert codes[0] == codes[1]
