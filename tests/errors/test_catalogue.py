"""The catalogue of errors: both languages of every entry, and how the language is chosen."""

from __future__ import annotations

import re
import string

import pytest

from tinygrad_zh.errors import (
    CATALOGUE,
    ArgumentError,
    DTypeError,
    GraphError,
    IndexingError,
    LinAlgError,
    MissingPackageError,
    ShapeError,
    TinygradZhError,
    error,
    language,
    message,
)
from tinygrad_zh.errors.catalogue import Entry, Text, add_entries

PARTS = ("error", "expected", "hint")
ENTRIES = sorted(CATALOGUE)


def fields(template: str) -> set[str]:
    """The facts a template names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


class AnyFact(str):
    """A fact that can be formatted in every way a template may ask for."""

    def __format__(self, spec: str) -> str:
        return str(self)


@pytest.fixture(params=["en", "zh"])
def spoken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TINYGRAD_ZH_LANG", request.param)
    return str(request.param)


def test_codes_are_unique_and_well_formed() -> None:
    codes = [entry.code for entry in CATALOGUE.values()]
    assert len(set(codes)) == len(codes) > 0
    assert [code for code in codes if not re.fullmatch(r"TG-E[0-9]\d\d", code)] == []


@pytest.mark.parametrize("slug", ENTRIES)
def test_both_languages_name_the_same_facts(slug: str) -> None:
    entry = CATALOGUE[slug]
    for part in PARTS:
        assert fields(getattr(entry.en, part)) == fields(getattr(entry.zh, part)), part


@pytest.mark.parametrize("slug", ENTRIES)
def test_every_entry_renders(slug: str, spoken: str) -> None:
    entry = CATALOGUE[slug]
    names = set().union(*(fields(getattr(entry.en, part)) for part in PARTS))
    assert not names & {"", "slug"}, "facts have names, and error() itself uses `slug`"
    made = error(slug, **{name: AnyFact(f"<{name}>") for name in names})
    text = str(made)
    assert isinstance(made, entry.kind) and made.code == entry.code
    assert text.startswith(f"[{entry.code}] ")
    assert all(f"<{name}>" in text for name in names)
    labels = ("错误: ", "预期: ", "建议: ") if spoken == "zh" else ("error: ", "expected: ", "hint: ")
    assert [label for label in labels if label not in text] == []


@pytest.mark.parametrize("slug", ENTRIES)
def test_each_text_is_in_its_language(slug: str) -> None:
    entry, han = CATALOGUE[slug], re.compile("[\u4e00-\u9fff]")
    assert not any(han.search(getattr(entry.en, part)) for part in PARTS)
    assert han.search(entry.zh.error) and han.search(entry.zh.expected)


@pytest.mark.parametrize("slug", ENTRIES)
def test_chinese_and_latin_are_set_apart(slug: str) -> None:
    # "张量 tensor" or "张量(tensor)", never "张量tensor".
    touching = re.compile("[\u4e00-\u9fff][A-Za-z0-9{]|[A-Za-z0-9}][\u4e00-\u9fff]")
    for part in PARTS:
        assert not touching.search(getattr(CATALOGUE[slug].zh, part)), getattr(CATALOGUE[slug].zh, part)


def test_a_taken_slug_or_code_is_refused() -> None:
    text = Text("e", "x", "h")
    slug = ENTRIES[0]
    before = dict(CATALOGUE)
    with pytest.raises(AssertionError, match="used twice"):
        add_entries({slug: Entry("TG-E799", ShapeError, text, text)})
    with pytest.raises(AssertionError, match="used twice"):
        add_entries({"a-new-slug": Entry(CATALOGUE[slug].code, ShapeError, text, text)})
    assert before == CATALOGUE


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"TINYGRAD_ZH_LANG": "zh", "LANG": "en_US.UTF-8"}, "zh"),
        ({"TINYGRAD_ZH_LANG": "EN", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"TINYGRAD_ZH_LANG": "zh_CN.UTF-8", "LANG": "C"}, "zh"),
        ({"TINYGRAD_ZH_LANG": "fr", "LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_ALL": "C", "LC_MESSAGES": "zh_CN.UTF-8"}, "en"),
    ],
)
def test_language_by_environment(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], expected: str) -> None:
    for name in ("TINYGRAD_ZH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert language() == expected


def test_the_message_of_a_missing_package(spoken: str) -> None:
    made = error("missing-package", package="rich", purpose="progress bars", extra="train")
    assert isinstance(made, MissingPackageError) and isinstance(made, ImportError)
    assert isinstance(made, TinygradZhError) and made.code == "TG-E301"
    assert 'pip install ".[train]"' in str(made)


def test_a_fact_that_is_not_given_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError):
        message("missing-package", package="rich")


def test_a_program_written_for_pytorch_catches_what_it_caught() -> None:
    """PyTorch raises a RuntimeError for many a wrong argument and index."""
    for kind in (ArgumentError, DTypeError, GraphError, IndexingError, ShapeError, LinAlgError):
        assert issubclass(kind, RuntimeError)
