"""The counter of code lines counts what it says."""

from __future__ import annotations

import pytest

from tests.house.code_lines import code_lines

CASES = {
    "nothing": ("", 0),
    "blank and comment": ("\n# a comment\n\n", 0),
    "code with a comment": ("x = 1  # why\n", 1),
    "module docstring": ('"""Says.\n\nMore.\n"""\nx = 1\n', 1),
    "function docstring": ('def f():\n    """Says.\n\n    More."""\n    return 1\n', 2),
    "class and attribute docstrings": ('class C:\n    "Says."\n    x = 1\n    """What x is."""\n', 2),
    "docstring on the line of the def": ('def f(): "Says."\n', 1),
    "docstring after Chinese on its line": ('求 = 1; """Says.\nMore."""\n', 1),
    "docstring of two pieces": ('def f():\n    "Says " \\\n    "it."\n    return 1\n', 2),
    "a string that is used": ('x = """a\nb\nc"""\n', 3),
    "a string as an argument": ('f(\n    "a",\n    # why\n    "b",\n)\n', 4),
    "two statements on a line": ("x = 1; y = 2\n", 1),
    "code after a docstring": ('"Says."; x = 1\n', 1),
    "nested": ("if x:\n\n    for y in z:\n        # why\n        pass\n", 3),
    "f-string": ('x = f"""{y}\nb"""\n', 2),
}


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES.keys())
def test_counts_lines_that_carry_code(source: str, expected: int) -> None:
    assert code_lines(source) == expected
