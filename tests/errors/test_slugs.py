"""The catalogue and the code that raises agree: read from the source, so that no rare error is left untried."""

from __future__ import annotations

import ast
import string
from dataclasses import dataclass
from pathlib import Path

import pytest

import tinygrad_zh
from tinygrad_zh.errors import CATALOGUE

PACKAGE = Path(tinygrad_zh.__file__).parent
NAMES = {"error", "message"}
# The catalogue's own functions pass on the slug that they are given.
PASSES_SLUG_ON = {"errors/catalogue.py"}


@dataclass(frozen=True)
class Use:
    """One call of ``error(slug, fact=…)`` or ``message(slug, fact=…)`` in the source."""

    place: str
    slugs: tuple[str, ...]  # two where the slug is chosen by a condition; none if it is no literal
    facts: frozenset[str]
    starred: bool


def slugs_in(node: ast.expr, variables: dict[str, ast.expr]) -> tuple[str, ...]:
    """The slugs an expression may be: a literal, a choice between literals, or a variable that holds such."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return (node.value,)
    if isinstance(node, ast.IfExp):
        left, right = slugs_in(node.body, variables), slugs_in(node.orelse, variables)
        return left + right if left and right else ()
    if isinstance(node, ast.Name) and node.id in variables:
        return slugs_in(variables[node.id], {})
    return ()


def uses_in(source: str, place: str) -> list[Use]:
    """All calls in one file of ``error`` and ``message`` as imported from ``errors``."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("errors", "catalogue")
        for alias in node.names
        if alias.name in NAMES
    }
    variables = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return [
        Use(
            f"{place}:{node.lineno}",
            slugs_in(node.args[0], variables) if len(node.args) == 1 else (),
            frozenset(keyword.arg for keyword in node.keywords if keyword.arg is not None),
            any(keyword.arg is None for keyword in node.keywords),
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    ]


def facts_of(slug: str) -> frozenset[str]:
    """The facts that the texts of an entry name, in either language."""
    entry = CATALOGUE[slug]
    parts = [getattr(text, part) for text in (entry.en, entry.zh) for part in ("error", "expected", "hint")]
    return frozenset(name for part in parts for _, name, _, _ in string.Formatter().parse(part) if name is not None)


USES = [
    use
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.relative_to(PACKAGE).as_posix() not in PASSES_SLUG_ON
    for use in uses_in(path.read_text(encoding="utf-8"), path.relative_to(PACKAGE).as_posix())
]


def test_the_errors_are_found() -> None:
    assert len(USES) > 80
    assert "core/primitive.py" in {use.place.partition(":")[0] for use in USES}


@pytest.mark.parametrize("use", USES, ids=lambda use: use.place)
def test_a_raised_error_has_an_entry_that_names_exactly_its_facts(use: Use) -> None:
    assert use.slugs, "the slug is a literal and the only positional argument, so that it can be looked up"
    assert not use.starred, "facts are written out, so that they can be compared with the texts"
    assert [slug for slug in use.slugs if slug not in CATALOGUE] == []
    # Of two slugs that are raised in one place, one may name fewer facts than the other.
    assert use.facts == max((facts_of(slug) for slug in use.slugs), key=len)
    assert all(facts_of(slug) <= use.facts for slug in use.slugs)


def test_no_entry_is_unused() -> None:
    assert sorted(set(CATALOGUE) - {slug for use in USES for slug in use.slugs}) == []


def test_the_check_sees_what_it_must_see() -> None:
    source = (
        "from ..errors import error, message as say\n"
        "raise error('a', x=1)\n"
        "say('b' if c else 'd')\n"
        "error(slug, **facts)\n"
        "chosen = 'e'\n"
        "error(chosen)\n"
        "other.error('not ours')\n"
    )
    found = [(use.slugs, set(use.facts), use.starred) for use in uses_in(source, "f.py")]
    assert found == [(("a",), {"x"}, False), (("b", "d"), set(), False), ((), set(), True), (("e",), set(), False)]
