"""docs/jit*.md: every program prints what the page shows; both languages have the same programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import programs
from tests.docs.run import JIT, difference, run

PROGRAMS = {language: programs(page) for language, page in JIT.items()}
CASES = [(language, i) for language, found in PROGRAMS.items() for i in range(len(found))]


@pytest.mark.parametrize(("language", "i"), CASES)
def test_a_program_prints_what_the_page_shows(language: str, i: int, tmp_path: Path) -> None:
    program = PROGRAMS[language][i]
    assert program.prints, "every program shows what it prints"
    found = difference(run(program, language, tmp_path), program.prints)
    assert not found, f"{found}\nrun `python -m tests.docs.run`"


def test_both_languages_have_the_same_programs() -> None:
    assert [p.code for p in PROGRAMS["en"]] == [p.code for p in PROGRAMS["zh"]] and len(CASES) == 10
