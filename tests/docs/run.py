"""Runs the examples of the READMEs, of docs/checkpoints*.md and of docs/jit*.md.

``python -m tests.docs.run`` writes what they print into the pages; ``test_readme.py``, ``test_checkpoints_page.py``
and ``test_jit_page.py`` check that it is there.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from pathlib import Path

from .pages import NUMBER, ROOT, Block, programs

READMES = {"zh": ROOT / "README.md", "en": ROOT / "README.en.md"}
CHECKPOINTS = {"zh": ROOT / "docs" / "checkpoints.zh.md", "en": ROOT / "docs" / "checkpoints.md"}
JIT = {"zh": ROOT / "docs" / "jit.zh.md", "en": ROOT / "docs" / "jit.md"}
ROUNDING = 1e-2
"""How far numbers may be from those on the page: ten epochs amplify what another BLAS rounds differently."""
VERDICT = re.compile(r"完全相同|舍入误差内（[\d.]+ ulp）|exact|within rounding \([\d.]+ ulp\)")
COUNTS = re.compile(r"(\d+) 项VERDICT，(\d+) 项在舍入误差内|(\d+) VERDICT, (\d+) within rounding")


def run(block: Block, lang: str, folder: Path) -> str:
    """Run an example as ``example.py`` in a folder, and return what it prints."""
    said, here = io.StringIO(), Path.cwd()
    spoken = os.environ.get("TINYGRAD_ZH_LANG", "")
    os.environ["TINYGRAD_ZH_LANG"] = lang
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(said):
            exec(compile(block.code, "example.py", "exec"), {"__name__": "__main__"})
    finally:
        os.chdir(here)
        os.environ["TINYGRAD_ZH_LANG"] = spoken
    return said.getvalue()


def comparable(text: str) -> str:
    """Return a text without what differs between machines: which operations round alike, torch's build, columns."""
    text = VERDICT.sub("VERDICT", re.sub(r"(PyTorch [\d.]+)\+\w+", r"\1", text))
    text = COUNTS.sub(lambda match: f"{sum(int(n) for n in match.groups() if n)} VERDICT", text)
    return "\n".join(re.sub(r"[ ─]+", " ", line).strip() for line in text.strip().splitlines())


def numbers(text: str) -> list[float]:
    """Return the numbers of a text."""
    return [float(n.replace(",", "").replace("−", "-")) for n in NUMBER.findall(text)]


def difference(printed: str, shown: str) -> str:
    """Say how what was printed differs from what the page shows; empty if it does not."""
    a, b = comparable(printed), comparable(shown)
    if "\n...\n" in b:  # the page leaves lines out
        before, after = b.split("\n...\n")
        lines, first, last = a.split("\n"), before.count("\n") + 1, after.count("\n") + 1
        a, b = "\n".join(lines[:first] + lines[-last:]), f"{before}\n{after}"
    if NUMBER.sub("#", a) != NUMBER.sub("#", b):
        return f"printed:\n{printed}\nthe page shows:\n{shown}"
    pairs = zip(numbers(a), numbers(b), strict=True)
    far = [(p, q) for p, q in pairs if abs(p - q) > ROUNDING * max(abs(p), abs(q)) + 1e-6]
    return f"numbers printed and shown: {far}" if far else ""


def fill(page: Path, lang: str) -> None:
    """Write what a page's examples print into their blocks of text, where it differs."""
    for i in range(len(programs(page))):
        block = programs(page)[i]
        if block.prints is None:
            continue
        with tempfile.TemporaryDirectory() as folder:
            printed = run(block, lang, Path(folder))
        if block.prints == "" or difference(printed, block.prints):
            text = page.read_text(encoding="utf-8")
            start = text.index("```text\n", text.index(block.code) + len(block.code)) + len("```text\n")
            page.write_text(text[:start] + printed + text[start + len(block.prints) :], encoding="utf-8")


if __name__ == "__main__":
    for pages in (READMES, CHECKPOINTS, JIT):
        for each, page in pages.items():
            fill(page, each)
