"""What the tests of memory need."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def without_collector() -> Iterator[None]:
    """Reference counts alone free what is no longer needed."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
