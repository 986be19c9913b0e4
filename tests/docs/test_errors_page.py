"""The pages of error codes say what the catalogue says."""

from __future__ import annotations

import pytest

from tests.docs.make_errors import PAGES, errors_page
from tinygrad_zh.errors import CATALOGUE


@pytest.mark.parametrize("lang", PAGES)
def test_the_page_is_up_to_date(lang: str) -> None:
    shown = PAGES[lang].read_text(encoding="utf-8")
    assert shown == errors_page(lang), "run `python -m tests.docs.make_errors`"


@pytest.mark.parametrize("lang", PAGES)
def test_every_code_has_its_section(lang: str) -> None:
    headings = {line[4:] for line in errors_page(lang).splitlines() if line.startswith("### ")}
    assert headings == {entry.code for entry in CATALOGUE.values()}
