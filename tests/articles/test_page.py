"""docs/articles*.md mention every program, quote what stands in it, and show what their own examples print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.articles.test_common_programs import PROGRAMS as COMMON
from tests.articles.test_programs import PROGRAMS
from tests.docs.pages import ROOT, blocks, programs
from tests.docs.run import difference, run

PAGES = {"en": ROOT / "docs" / "articles.md", "zh": ROOT / "docs" / "articles.zh.md"}
EXAMPLES = [(lang, i) for lang, page in PAGES.items() for i in range(len(programs(page)))]
ARTICLE = re.compile(r"^## (?:Article|第[一二三四五]篇)", re.MULTILINE)


def rows(page: Path) -> list[list[str]]:
    """The cells of a page's tables, without their head."""
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def code(cell: str) -> list[str]:
    """What a cell quotes."""
    return re.findall(r"`([^`]*)`", cell)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_program_is_mentioned(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [path.name for path in PROGRAMS if f"](../tests/articles/programs/{path.name})" not in text]
    missing += [path.name for path in COMMON if f"](../tests/articles/common/{path.name})" not in text]
    assert not missing
    assert len(ARTICLE.findall(text)) == 5


@pytest.mark.parametrize(("lang", "i"), EXAMPLES, ids=[f"{lang}-{i}" for lang, i in EXAMPLES])
def test_an_example_prints_what_the_page_shows(lang: str, i: int, tmp_path: Path) -> None:
    example = programs(PAGES[lang])[i]
    assert example.prints, "every example shows what it prints"
    found = difference(run(example, lang, tmp_path), example.prints)
    assert not found, f"{found}\nfill the page by tests.docs.run.fill"


def test_both_languages_say_the_same() -> None:
    en, zh = PAGES["en"], PAGES["zh"]
    assert [(b.language, b.code) for b in blocks(en)] == [(b.language, b.code) for b in blocks(zh)]
    assert [[code(cell) for cell in row[:2]] for row in rows(en)] == [
        [code(cell) for cell in row[:2]] for row in rows(zh)
    ]
    links = [re.findall(r"\]\((\.\./[^)]*)\)", page.read_text(encoding="utf-8")) for page in (en, zh)]
    assert links[0] == links[1]


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_mends_on_the_page_stand_in_a_program(page: Path) -> None:
    """The code of the second column is in one of the files, outside of comments; ``…`` stands for what is left out."""
    joined = "\n".join(path.read_text(encoding="utf-8") for path in PROGRAMS)
    without_comments = re.sub(r"#.*", "", joined)
    mends = [quoted for row in rows(page) if len(row) == 3 for quoted in code(row[1])[:1]]
    parts = [part for quoted in mends for part in quoted.split("…") if part.strip(" .,()")]
    assert len(parts) > 15
    assert not [part for part in parts if part.strip() not in without_comments]


def test_each_mended_line_is_marked() -> None:
    for path in PROGRAMS:
        assert "# mended:" in path.read_text(encoding="utf-8") or "# %% mended:" in path.read_text(encoding="utf-8"), (
            path
        )
