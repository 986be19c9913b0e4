"""The table that a parity check prints: a row for every step, value and gradient side by side.

May import: ``compare``, ``picture.words``.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from dataclasses import dataclass

from ..aliases import Shape
from ..errors import language
from ..picture.words import say
from .compare import DIFFERENT, EXACT, NEAR, SKIPPED, Verdict


@dataclass(frozen=True)
class Row:
    """One step, or the total gradient of one leaf.

    Attributes
    ----------
    op : str
        The primitive's name, or the leaf's.
    line : str
        ``file:line`` of the user's program.
    shape, dtype
        Of the result.
    value, gradient : Verdict or None
        None where there is nothing to compare.
    """

    op: str
    line: str
    shape: Shape
    dtype: str
    value: Verdict | None
    gradient: Verdict | None

    @property
    def kinds(self) -> list[str]:
        """The kinds of the verdicts that there are."""
        return [verdict.kind for verdict in (self.value, self.gradient) if verdict is not None]


@dataclass(frozen=True)
class Report:
    """What a check found; ``print()`` shows it, in the user's language.

    Attributes
    ----------
    name : str
        Of the function that was checked.
    torch_version : str
        Of the PyTorch it was checked against.
    rows : list of Row
        In the order of the computation, and last the total gradients.
    """

    name: str
    torch_version: str
    rows: list[Row]

    @property
    def ok(self) -> bool:
        """Whether something was compared, and nothing differs."""
        kinds = self.counts()
        return not kinds[DIFFERENT] and bool(kinds[EXACT] or kinds[NEAR])

    def counts(self) -> Counter[str]:
        """Return how many comparisons were exact, near, different, skipped."""
        return Counter(kind for row in self.rows for kind in row.kinds)

    def __str__(self) -> str:
        lang = language()
        heads = [say(lang, f"column-{part}") for part in ("op", "line", "shape", "dtype", "value", "gradient")]
        cells = [
            [row.op, row.line, str(row.shape), row.dtype, told(row.value, lang), told(row.gradient, lang)]
            for row in self.rows
        ]
        widths = [max(width(line[i]) for line in [heads, *cells]) for i in range(len(heads))]
        rule = "─" * (sum(widths) + 2 * len(widths) - 2)
        head, *lines = [set_in(line, widths) for line in [heads, *cells]]
        title = say(lang, "parity-title", version=self.torch_version, name=self.name)
        return "\n".join([title, rule, head, rule, *lines, rule, self.summary(lang)])

    __repr__ = __str__

    def summary(self, lang: str) -> str:
        """Return the last line."""
        kinds = self.counts()
        if kinds[DIFFERENT]:
            wrong = next(row for row in self.rows if DIFFERENT in row.kinds)
            return say(lang, "parity-bad", count=kinds[DIFFERENT], first=f"{wrong.op} {wrong.line}".strip())
        text = say(lang, "parity-ok" if self.ok else "parity-none", exact=kinds[EXACT], near=kinds[NEAR])
        return text + (say(lang, "parity-skipped", count=kinds[SKIPPED]) if kinds[SKIPPED] else "")


def set_in(cells: list[str], widths: list[int]) -> str:
    """Return cells side by side in columns of these widths."""
    return "  ".join(text + " " * (wide - width(text)) for text, wide in zip(cells, widths, strict=True)).rstrip()


def told(verdict: Verdict | None, lang: str) -> str:
    """Return a verdict in words."""
    if verdict is None:
        return "–"
    if verdict.kind == SKIPPED:
        return say(lang, "not-compared", reason=verdict.note)
    if verdict.kind == DIFFERENT and verdict.note:
        return say(lang, "different-kind", what=verdict.note)
    return say(lang, verdict.kind, ulp=counted(verdict.ulp), allowed=verdict.allowed)


def counted(ulp: float) -> str:
    """Return a number of ulp, in tenths below ten."""
    return "∞" if math.isinf(ulp) else f"{ulp:.1f}" if ulp < 10 else f"{ulp:.0f}"


def width(text: str) -> int:
    """Return how many columns a text takes in a terminal, where a Chinese sign takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
