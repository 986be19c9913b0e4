"""The READMEs show what happens: their examples run, their pictures are current, both languages say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.images.make_images import make_images
from tests.docs.pages import NUMBER, ROOT, Block, blocks, programs
from tests.docs.run import READMES, difference, run
from tinygrad_zh.train.history import Epoch
from tinygrad_zh.train.progress import epoch_line
from tinygrad_zh.train.words import say

SHOWN = {lang: [block.prints for block in programs(readme)] for lang, readme in READMES.items()}
# An example that prints the same in both languages runs once.
EXAMPLES = [
    (lang, i) for lang in SHOWN for i, shown in enumerate(SHOWN[lang]) if lang == "zh" or shown != SHOWN["zh"][i]
]
IMPORTS = "import tinygrad_zh as torch\nimport tinygrad_zh.nn as nn\nimport tinygrad_zh.optim as optim\n"


@pytest.mark.parametrize(("lang", "i"), EXAMPLES, ids=[f"{lang}-{i}" for lang, i in EXAMPLES])
def test_an_example_prints_what_the_page_shows(lang: str, i: int, tmp_path: Path) -> None:
    example = programs(READMES[lang])[i]
    assert example.prints, "every example shows what it prints"
    found = difference(run(example, lang, tmp_path), example.prints)
    assert not found, f"{found}\nrun `python -m tests.docs.run`"


def test_both_languages_have_the_same_code() -> None:
    codes = [[block.code for block in programs(readme)] for readme in READMES.values()]
    assert codes[0] == codes[1]


def headings(readme: Path) -> list[int]:
    """The level of every heading."""
    text = re.sub(r"^```.*?^```$", "", readme.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [len(marks) for marks in re.findall(r"^(#+) ", text, flags=re.MULTILINE)]


def test_both_languages_have_the_same_structure() -> None:
    zh, en = READMES.values()
    assert headings(zh) == headings(en)
    assert [block.language for block in blocks(zh)] == [block.language for block in blocks(en)]
    rows = [sum(line.startswith("|") for line in page.read_text(encoding="utf-8").splitlines()) for page in (zh, en)]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("lang", READMES)
def test_the_first_screen_shows_both_commands(lang: str) -> None:
    screen = READMES[lang].read_text(encoding="utf-8").splitlines()[:40]
    assert {"$ make mnist", "$ make test"} <= set(screen)


def skeleton(line: str) -> str:
    """Return a line without its numbers and the width of its columns."""
    return " ".join(NUMBER.sub("#", line).split())


@pytest.mark.parametrize("lang", READMES)
def test_the_training_shown_is_what_the_training_says(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYGRAD_ZH_LANG", lang)
    sizes, optimizer = "784-128-64-10", "SGD(lr=1, momentum=1)"
    files = {"model.safetensors": "what-model", "curves.png": "what-curves", "graph.svg": "what-graph"}
    said = {
        *("$ make mnist", "..."),
        say("network", sizes=sizes, parameters=1, optimizer=optimizer, batch_size=1, seed=1),
        epoch_line(Epoch(1, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0), 10),
        say("done", accuracy=1, elapsed_s=1.0, folder="runs/mnist"),
        say("wrote", name="mistakes.png", what=say("what-mistakes", count=1)),
        *(say("wrote", name=name, what=say(slug)) for name, slug in files.items()),
    }
    shown = next(block for block in blocks(READMES[lang]) if block.code.startswith("$ make mnist\n"))
    assert {skeleton(line) for line in shown.code.splitlines()} == {skeleton(line) for line in said}


def test_the_articles_program_is_changed_in_its_imports_alone() -> None:
    ours = programs(READMES["zh"])[-1].code
    assert ours.startswith(IMPORTS)
    assert ours.count("tinygrad_zh") == IMPORTS.count("tinygrad_zh")


def labels(path: Path) -> list[str]:
    """What a picture says; where it says so is up to graphviz and its fonts."""
    return sorted(re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8")))


def test_the_pictures_are_current(tmp_path: Path) -> None:
    for made in make_images(tmp_path):
        shown = ROOT / "docs" / "images" / made.name
        assert labels(made) == labels(shown), "run `python -m docs.images.make_images`"
        assert len(labels(made)) > 20


@pytest.mark.parametrize(
    ("printed", "shown", "same"),
    [
        ("J = 1.000", "J = 1.001", True),
        ("J = 1.0", "J = 1.1", False),
        ("a\nb\nc\nd 1", "a\n...\nd 1", True),
        ("a\nb\nc\nd 1", "a\n...\nd 2", False),
        ("exact  within rounding (0.2 ulp)", "exact exact", True),
        ("exact  different", "exact exact", False),
        ("Agrees: 7 exact, 1 within rounding.", "Agrees: 6 exact, 2 within rounding.", True),
        ("Agrees: 7 exact, 1 within rounding.", "Agrees: 7 exact, 2 within rounding.", False),
    ],
)
def test_what_counts_as_the_same_output(printed: str, shown: str, same: bool) -> None:
    assert (difference(printed, shown) == "") is same


def test_a_wrong_example_is_found(tmp_path: Path) -> None:
    assert difference(run(Block("python", "print(2 + 2)", 1), "en", tmp_path), "5")
