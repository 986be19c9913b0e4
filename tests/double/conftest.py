"""The fixture ``double``: the device of that name, for one test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.double.strict import double_device


@pytest.fixture
def double() -> Iterator[str]:
    with double_device() as name:
        yield name
