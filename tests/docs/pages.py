"""Reads the documentation: its pages, their code blocks, and what the pages say that these print.

A block of text directly after a block of Python is what that prints; prose and pictures may stand between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?")
HAN = "\u3400-\u9fff"


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes
    ----------
    language : str
        What stands behind the fence.
    code : str
        What stands inside.
    line : int
        Of the page, where the code begins.
    prints : str or None
        For Python: the block of text that follows, if one does.
    """

    language: str
    code: str
    line: int
    prints: str | None = None


def pages() -> list[Path]:
    """Every page of the documentation."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    matches = list(FENCE.finditer(text))
    found = []
    for i, match in enumerate(matches):
        after = matches[i + 1] if i + 1 < len(matches) else None
        prints = after[2] if match[1] == "python" and after is not None and after[1] == "text" else None
        found.append(Block(match[1], match[2], text.count("\n", 0, match.start(2)) + 1, prints))
    return found


def programs(page: Path) -> list[Block]:
    """Return the blocks of Python."""
    return [block for block in blocks(page) if block.language == "python"]


def prose(page: Path) -> str:
    """Return a page without its code, its links' targets and its HTML."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    text = re.sub(r"^    .*$", "", text, flags=re.MULTILINE)  # indented code
    text = re.sub(r"<!--.*?-->|<[^>]*>|\$\$.*?\$\$", "", text, flags=re.DOTALL)
    return re.sub(r"\]\([^)]*\)", "]", text)


def twin(page: Path) -> Path:
    """Return the same page in the other language."""
    if page.parent == ROOT:  # README.md is Chinese
        return page.with_name(page.name.replace(".en.md", ".md") if ".en." in page.name else f"{page.stem}.en.md")
    return page.with_name(page.name.replace(".zh.md", ".md") if ".zh." in page.name else f"{page.stem}.zh.md")
