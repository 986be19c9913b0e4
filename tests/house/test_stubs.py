"""The stubs say what is attached."""

from pathlib import Path

import pytest

from tests.house.stubs import STUBS


@pytest.mark.parametrize("path", STUBS, ids=lambda path: path.name)
def test_a_stub_is_up_to_date(path: Path) -> None:
    assert path.read_text() == STUBS[path](), "run `python -m tests.house.stubs`"
