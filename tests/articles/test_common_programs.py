"""Training programs as users of PyTorch write them run here too, with their import lines changed and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.articles.side_by_side import compare, run

PROGRAMS = sorted((Path(__file__).parent / "common").glob("*.py"))


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")  # PyTorch's advice about its own speed
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_computes_what_it_computes_under_pytorch(path: Path, dtype: str, tmp_path: Path) -> None:
    theirs, ours = run(path, dtype, tmp_path)
    assert compare(theirs, ours) > 20
