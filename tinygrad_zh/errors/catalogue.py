"""How the catalogue of errors works: entries by slug, the language, and the three-part message."""

from __future__ import annotations

import importlib
import os
from typing import Any, NamedTuple

from .classes import TinygradZhError


class Text(NamedTuple):
    """The three parts of a message in one language; ``{name}`` stands for a fact known at the place of the error."""

    error: str
    expected: str
    hint: str


class Entry(NamedTuple):
    """One error: its stable code, its class, and its text in both languages."""

    code: str
    kind: type[TinygradZhError]
    en: Text
    zh: Text


LABELS = {"en": ("error", "expected", "hint"), "zh": ("错误", "预期", "建议")}
WHERE = {"en": ("layer", " called with "), "zh": ("所在层", "，输入：")}
CATALOGUE: dict[str, Entry] = {}


def read() -> dict[str, Entry]:
    """Return the catalogue; the texts in ``entries/`` are read at the first need, which most programs never have."""
    if not CATALOGUE:
        importlib.import_module(".entries", __package__)
    return CATALOGUE


def add_entries(entries: dict[str, Entry]) -> None:
    """Put one page of entries into the catalogue; a slug or code that is taken is a mistake of ours."""
    taken = {entry.code for entry in CATALOGUE.values()}
    for slug, entry in entries.items():
        if slug in CATALOGUE or entry.code in taken:
            raise AssertionError(f"errors: slug {slug!r} or code {entry.code} is used twice")
        taken.add(entry.code)
        CATALOGUE[slug] = entry


def language() -> str:
    """Return ``"zh"`` or ``"en"``: what ``TINYGRAD_ZH_LANG`` says, else what the locale says."""
    chosen = os.environ.get("TINYGRAD_ZH_LANG", "").lower()[:2]
    if chosen in LABELS:
        return chosen
    import locale  # as seldom needed as the texts

    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    return "zh" if (spoken or locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"


def message(slug: str, **facts: Any) -> str:
    """The message of one entry with its facts filled in, in the user's language."""
    entry, spoken = read()[slug], language()
    text = entry.zh if spoken == "zh" else entry.en
    parts = (text.error, text.expected, text.hint)
    lines = [f"{label}: {part.format(**facts)}" for label, part in zip(LABELS[spoken], parts, strict=True)]
    return f"[{entry.code}] " + "\n  ".join(lines)


def error(slug: str, **facts: Any) -> TinygradZhError:
    """Build the exception for one entry of the catalogue, to be raised by the caller.

    Parameters
    ----------
    slug : str
        The entry's readable name, such as ``"broadcast"``.
    **facts
        What the entry's text names in braces.
    """
    entry = read()[slug]
    exception = entry.kind(message(slug, **facts))
    exception.code = entry.code
    return exception


def place(path: str, layer: str, given: str) -> str:
    """Return the line of a message that says in which layer of a model an error came up, and for what input."""
    label, with_input = WHERE[language()]
    return f"\n  {label}: " + (f"{path}: {layer}" if path else layer) + f"{with_input}{given}"
