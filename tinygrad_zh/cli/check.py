"""``tinygrad-zh check torch``: the table of operations on the terminal, and into the documentation.

May import: everything.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from ..errors import error, language
from ..parity.check import torch_module
from ..parity.layers import layer_findings
from ..parity.layers_page import layers_headline, write_layer_pages
from ..parity.operations_page import column_heads, count_heads, counts_by_section, headline, write_pages
from ..parity.side_by_side import ALLOWED_ULP, SECOND_ULP
from ..parity.survey import survey, wrong
from ..parity.yardstick import SECTIONS
from .words import say

FAMILIES = [section.slug for section in SECTIONS]
WIDE = 120  # of a table that is written into a file or a pipe


def check_torch(families: Sequence[str], write: bool) -> None:
    """Compare with PyTorch, print the tables, and write the pages if asked.

    Parameters
    ----------
    families : sequence of str
        Some of `FAMILIES`; none means all.
    write : bool
        Whether to write ``operations.md`` and ``layers.md`` in ``docs/``, and their Chinese twins.

    Raises
    ------
    ArgumentError
        If pages are to be written from some families alone.
    CheckFailed
        If a name differs by more than rounding; everything has been printed and written then.
    MissingPackageError, StorageError
        Without PyTorch, or outside a clone.
    """
    if write and families:
        raise error("survey-write-part", families=", ".join(families))
    lang = language()
    sections = [section for section in SECTIONS if not families or section.slug in families]
    # A terminal is told how far it is; what is redirected gets the tables alone.
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    waiting = Console(stderr=True)
    with waiting.status("") as status:
        findings = survey(sections, status.update)
    version = str(torch_module().__version__).partition("+")[0]
    for section, its in findings.items():
        title = section.chinese if lang == "zh" else section.english
        console.print(in_columns(column_heads(lang), [each.cells(lang) for each in its], title))
    console.print(in_columns(count_heads(lang), counts_by_section(findings, lang)))
    console.print(say("differences-in-ulp", allowed=ALLOWED_ULP, second=SECOND_ULP), highlight=False)
    console.print(headline(findings, version, lang), highlight=False)
    if not families:
        console.print(layers_headline(layer_findings(), version, lang), highlight=False)
    for path in [*write_pages(findings, version), *write_layer_pages(version)] if write else ():
        console.print(say("written", path=path), highlight=False, soft_wrap=True)
    names = list(wrong(findings))
    if names:
        listed = ", ".join(names)
        raise error("survey-differs", count=len(names), names=listed, allowed=ALLOWED_ULP, second=SECOND_ULP)


def in_columns(heads: Sequence[str], lines: Sequence[Sequence[str]], title: str | None = None) -> Table:
    """Return a table; columns of numbers stand to the right."""
    table = Table(title=title, title_justify="left")
    for i, head in enumerate(heads):
        right = bool(lines) and lines[0][i].isdigit()
        table.add_column(head, justify="right" if right else "left", no_wrap=i == 0, overflow="fold")
    for line in lines:
        table.add_row(*line)
    return table
