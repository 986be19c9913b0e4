"""Runs every law on the rows of one op, without collecting all the others: ``python -m tests.docs.laws_of exp``."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from typing import Any

from tests import conftest as conftest  # the profile of Hypothesis, the language of messages
from tests.ops import test_laws


def calls_of(law: Any, op: str) -> Iterator[dict[str, Any]]:
    """Return the arguments with which pytest would call a law for the rows of an op."""
    choices = []
    for mark in getattr(law, "pytestmark", []):
        name, values = mark.args[:2]
        values = [row for row in values if row.public_name in (op, op + "_")] if name == "row" else list(values)
        choices.append([(name, value) for value in values])
    return (dict(choice) for choice in itertools.product(*choices)) if choices else iter(())


def main(op: str) -> None:
    """Run the laws, and say how many held."""
    laws = {name: law for name, law in vars(test_laws).items() if name.startswith("test_")}
    held = 0
    for law in laws.values():
        for arguments in calls_of(law, op):
            law(**arguments)
            held += 1
    print(f"{held} laws hold for {op}")


if __name__ == "__main__":
    main(sys.argv[1])
