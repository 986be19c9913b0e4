"""What holds for every page: its links lead somewhere, it has its twin, Chinese and Latin are set apart."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import HAN, ROOT, blocks, pages, prose, twin

PAGES = pages()
ONE_LANGUAGE = {
    "CHANGELOG.md": "for developers",
    "docs/glossary.md": "both languages side by side",
    "docs/decisions/": "for developers",
}
TOUCHING = re.compile(rf"[{HAN}][A-Za-z0-9`{{]|[A-Za-z0-9`}}][{HAN}]")


def inside(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=inside)
def test_links_to_files_resolve(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    missing = [t for t in targets if t and "://" not in t and not (page.parent / t).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=inside)
def test_chinese_and_latin_are_set_apart(page: Path) -> None:
    touching = [line for line in prose(page).splitlines() if TOUCHING.search(line)]
    assert not touching


@pytest.mark.parametrize("page", PAGES, ids=inside)
def test_every_page_has_its_twin_and_links_to_it(page: Path) -> None:
    if inside(page).startswith(tuple(ONE_LANGUAGE)):
        return
    other = twin(page)
    assert other.exists()
    assert f"]({other.name})" in page.read_text(encoding="utf-8")
    words = re.sub(r"`[^`]*`", "", prose(page))  # a table of names is in no language
    signs = len(re.findall(rf"[{HAN}]", words))
    assert (signs > len(words) / 5) == (".zh." in page.name or page.name == "README.md")


def test_no_exception_is_stale() -> None:
    assert all((ROOT / name).exists() for name in ONE_LANGUAGE)


@pytest.mark.parametrize("page", PAGES, ids=inside)
def test_every_fence_is_closed(page: Path) -> None:
    fences = len(re.findall(r"^```", page.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert fences == 2 * len(blocks(page))
