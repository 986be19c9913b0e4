"""Every row of the tests in this package and in PyTorch, gathered by the names of the yardstick.

The rows stand in ``tests/ops`` of a clone; an installed package does not have them.

May import: floors 0–3, the files before it.  Read next: ``operations_page.py``.
"""

from __future__ import annotations

import importlib
import math
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import TinygradZhError, error
from .check import torch_module
from .compare import DIFFERENT, EXACT, SKIPPED, Verdict
from .not_done import REMARKS
from .operations import MISSING, Operation, operations
from .report import counted
from .side_by_side import DTYPES, Comparison, agrees, side_by_side
from .words import say
from .yardstick import SECTIONS, Section

CLONE = Path(__file__).resolve().parents[2]
TABLES = Path("tests", "ops", "tables.py")
LEAST = 0.1  # of a difference that is shown in digits


@dataclass(frozen=True)
class Finding:
    """What a survey says of one name.

    Attributes
    ----------
    operation : Operation
        Its name, its state, its rows.
    worst : Comparison
        The worst of all its rows, in float64 and float32.
    """

    operation: Operation
    worst: Comparison

    @property
    def right(self) -> bool:
        """Whether nothing differs by more than rounding, but for what is known and explained."""
        second = self.worst.second if self.operation.name not in REMARKS else None
        return all(agrees(verdict) for verdict in (self.worst.value, self.worst.gradient, second))

    def cells(self, lang: str) -> list[str]:
        """Return the name, the state, and the worst differences of value, gradient and second order."""
        told = [difference(v, lang) for v in (self.worst.value, self.worst.gradient, self.worst.second)]
        if self.operation.rows and self.worst == Comparison():
            told[0] = say(lang, "survey-not-compared")
        return [self.operation.name, state(self.operation, lang), *told]


def survey(
    sections: Iterable[Section] = SECTIONS, progress: Callable[[str], object] | None = None
) -> dict[Section, list[Finding]]:
    """Compare every name of some sections with PyTorch.

    Parameters
    ----------
    sections : iterable of Section
        All by default.
    progress : callable, optional
        Called with the title of each section before it is compared.

    Raises
    ------
    MissingPackageError
        If PyTorch is not installed.
    StorageError
        If this is no clone of the repository.
    """
    tables, libraries = rows_and_libraries()
    compared: dict[str, Comparison] = {}
    findings: dict[Section, list[Finding]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's, about what it deprecates
        for section, its in operations(tables.all_rows(), sections).items():
            if progress is not None:
                progress(section.slug)
            findings[section] = [Finding(each, compare_all(libraries, each.rows, compared)) for each in its]
    return findings


def compare_all(libraries: Any, rows: Iterable[Any], compared: dict[str, Comparison]) -> Comparison:
    """Return the worst of all rows that PyTorch does the same in; a row that was compared before is looked up."""
    worst = Comparison()
    for row in rows:
        if not row.parity:
            continue
        if row.name not in compared:
            compared[row.name] = of_one_row(libraries, row)
        worst = worst.with_worse(compared[row.name])
    return worst


def of_one_row(libraries: Any, row: Any) -> Comparison:
    """Return the worst of both dtypes; an error of ours where PyTorch has a result is a difference."""
    worst = Comparison()
    for dtype in DTYPES:
        try:
            worst = worst.with_worse(side_by_side(libraries, row, dtype))
        except TinygradZhError as problem:
            worst = worst.with_worse(Comparison(Verdict(DIFFERENT, math.inf, note=problem.code)))
    return worst


def rows_and_libraries() -> tuple[Any, Any]:
    """Return the modules ``tests.ops.tables`` and ``tests.ops.libraries`` of the clone."""
    if not (CLONE / TABLES).is_file():
        raise error("survey-needs-clone", file=TABLES.as_posix(), folder=CLONE)
    torch_module("tinygrad-zh check torch")
    if "tests" not in sys.modules:  # another package of this name on the path must not be taken for it
        home = ModuleType("tests")
        home.__path__ = [str(CLONE / "tests")]
        sys.modules["tests"] = home
    return importlib.import_module("tests.ops.tables"), importlib.import_module("tests.ops.libraries")


def wrong(findings: dict[Section, list[Finding]]) -> Iterator[str]:
    """Yield the names that differ from PyTorch by more than rounding."""
    return (each.operation.name for its in findings.values() for each in its if not each.right)


def state(operation: Operation, lang: str) -> str:
    """Return a state in words, with the reason for what is not done."""
    text = say(lang, f"state-{operation.state}")
    if operation.state != MISSING or operation.reason is None:
        return text
    return say(lang, "missing-because", reason=operation.reason[0 if lang == "zh" else 1])


def difference(verdict: Verdict | None, lang: str) -> str:
    """Return a difference in words."""
    if verdict is None:
        return "–"
    if verdict.kind in (EXACT, SKIPPED):
        return say(lang, f"survey-{verdict.kind}")
    if verdict.kind == DIFFERENT and (verdict.note or math.isinf(verdict.ulp)):
        return say(lang, "survey-different", what=verdict.note or "∞")
    return f"{counted(verdict.ulp)} ulp" if verdict.ulp >= LEAST else f"< {LEAST} ulp"
