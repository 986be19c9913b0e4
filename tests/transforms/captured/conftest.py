"""Here plans have no loops but where a test is about them: compiling one takes seconds.

``test_fuse*.py`` and tests named after loops compile them; ``compare.py`` also runs every program with loops read as
plain Python.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.transforms.captured.fusing import fusing


@pytest.fixture(autouse=True)
def no_loops(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave elementwise steps as they are."""
    if "loops" in request.node.name or request.path.name.startswith("test_fuse"):
        yield
        return
    with fusing("not"):
        yield
