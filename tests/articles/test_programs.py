"""The articles' programs, mended, run here as they run under PyTorch: see docs/articles.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.articles.side_by_side import compare, run

FOLDER = Path(__file__).parent / "programs"
PROGRAMS = sorted(FOLDER.glob("*.py"))
CHANGES = {
    # Where a gradient is nothing but rounding (the bias of the keys has no influence), Adam makes whole steps of it,
    # unless its eps is greater than that rounding.
    ("article1_1_transformer", "float32"): {"range(100)": "range(1)", "lr=0.001": "lr=0.001, eps=1e-1"},
    ("article1_1_transformer", "float64"): {"range(100)": "range(1)", "lr=0.001": "lr=0.001, eps=1e-4"},
    ("article2_1_network", "float32"): {"range(10)": "range(3)"},
    ("article2_1_network", "float64"): {"range(10)": "range(3)"},
    # Where a relu's input is all but 0, or two pixels of a window all but equal, another rounding is another gradient.
    ("article3_1_cnn", "float32"): {"range(3)": "range(1)"},
    ("article5_1_dense", "float32"): {"range(10)": "range(2)", "eps=1e-7": "eps=1e-3"},
    ("article5_1_dense", "float64"): {"range(10)": "range(4)"},
}
"""Fewer steps than the article makes, and what else must be so."""
LEAST = 12
"""How many arrays and numbers the smallest of them leaves behind."""


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_computes_what_it_computes_under_pytorch(path: Path, dtype: str, tmp_path: Path) -> None:
    theirs, ours = run(path, dtype, tmp_path, CHANGES.get((path.stem, dtype)))
    assert compare(theirs, ours) > LEAST
