"""The table of layers misses no public name of the installed PyTorch, and what it says is so."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import torch

from tests.house.repository import ROOT
from tests.parity.layer_rows import FOLDERS, IN_A_TEST, TABULATED, mentions, tried
from tinygrad_zh.parity.layers import arguments_of, layer_findings, offered_layer
from tinygrad_zh.parity.layers_list import LAYERS, layer_names
from tinygrad_zh.parity.layers_page import LAYER_PAGES, layers_headline, layers_page
from tinygrad_zh.parity.layers_reasons import ARGUMENTS, NOT_COUNTED, NOT_DONE, by_name
from tinygrad_zh.parity.yardstick import Section

NAMES = set(layer_names())
CLASSES = ("nn.Module", "optim.Optimizer", "optim.lr_scheduler.LRScheduler")
UTILS = ("rnn", "prune", "parametrize", "parametrizations", "stateless", "fusion", "clip_grad")
SPACES = [
    *("nn", "nn.init", "nn.parameter", "nn.modules", "nn.utils", *(f"nn.utils.{part}" for part in UTILS)),
    *("optim", "optim.lr_scheduler", "optim.swa_utils", "utils.data"),
]


def theirs(name: str) -> Any:
    """What PyTorch has under a name."""
    space, _, bare = name.rpartition(".")
    if space in CLASSES:
        return getattr(theirs(space), bare)
    return getattr(importlib.import_module(f"torch.{space}"), bare)


def public_names(space: str) -> Iterator[str]:
    """What a module of PyTorch lists, and what it shows of its own."""
    module = importlib.import_module(f"torch.{space}")
    listed = set(getattr(module, "__all__", ()))
    for bare in dir(module):
        value = getattr(module, bare)
        made_in = getattr(value, "__module__", "") or ""
        own = made_in == module.__name__ or made_in.startswith(module.__name__ + ".")
        if not bare.startswith("_") and not isinstance(value, ModuleType) and (bare in listed or own):
            yield bare


@pytest.mark.parametrize("space", SPACES)
def test_every_public_name_is_counted_or_left_out_for_a_reason(space: str) -> None:
    """A name counts where PyTorch documents it: what ``nn.utils.fusion`` shows is in ``nn.utils``."""
    left_out, names = by_name(NOT_COUNTED), list(public_names(space))
    homes = [space, space.rpartition(".")[0]]
    assert names
    missing = [n for n in names if not any(f"{home}.{n}" in NAMES or f"{home}.{n}" in left_out for home in homes)]
    assert not missing, "neither in layers_list.py nor in NOT_COUNTED of layers_reasons.py"


@pytest.mark.parametrize("kind", CLASSES)
def test_every_method_is_counted_or_left_out(kind: str) -> None:
    methods = [f"{kind}.{name}" for name in dir(theirs(kind)) if not name.startswith("_")]
    assert not [name for name in methods if name not in NAMES and name not in by_name(NOT_COUNTED)]


def test_every_name_is_one_of_pytorch_and_stands_once() -> None:
    for name in [*NAMES, *by_name(NOT_COUNTED)]:
        theirs(name)
    assert not [name for name, count in Counter(layer_names()).items() if count > 1]
    assert not NAMES & by_name(NOT_COUNTED).keys()
    assert len({section.slug for section in LAYERS}) == len(LAYERS)


@pytest.mark.parametrize("groups", [NOT_DONE, ARGUMENTS, NOT_COUNTED], ids=["not done", "arguments", "not counted"])
def test_reasons_are_in_both_languages_and_stand_once(groups: Any) -> None:
    names = [name for _, _, names in groups for name in names.split()]
    assert len(names) == len(set(names))
    for chinese, english, _ in groups:
        assert english.isascii() and re.search("[\u4e00-\u9fff]", chinese)


# --- what is said of names here ---


def test_exactly_what_is_missing_has_a_reason() -> None:
    missing = {name for name in NAMES if offered_layer(name) is None}
    assert not missing - by_name(NOT_DONE).keys(), "missing, without a reason in layers_reasons.py"
    assert not by_name(NOT_DONE).keys() - missing, "in NOT_DONE, and done: take the name out there"


def alike(a: Any, b: Any) -> bool:
    """Whether two defaults mean the same: a function of PyTorch's and ours of its name do."""
    return a == b or (callable(a) and callable(b) and a.__name__ == b.__name__)


def same_arguments(name: str) -> bool:
    """Whether names, order, kinds and defaults are PyTorch's."""
    ours, other = arguments_of(offered_layer(name)), arguments_of(theirs(name))
    if ours is None or other is None:
        return ours is other
    return len(ours) == len(other) and all(
        a[:2] == b[:2] and alike(a[2], b[2]) for a, b in zip(ours, other, strict=True)
    )


def test_exactly_the_arguments_that_differ_are_listed() -> None:
    differ = {name for name in NAMES if offered_layer(name) is not None and not same_arguments(name)}
    assert not differ - by_name(ARGUMENTS).keys(), "other arguments than PyTorch's, without a reason"
    assert not by_name(ARGUMENTS).keys() - differ, "in ARGUMENTS, and the same: take the name out there"


def test_differences_of_arguments_are_found() -> None:
    assert same_arguments("nn.Linear") and same_arguments("nn.Transformer") and same_arguments("optim.Adam")
    assert not same_arguments("nn.L1Loss") and not same_arguments("nn.utils.get_total_norm")


@pytest.mark.parametrize("section", LAYERS, ids=lambda section: section.slug)
def test_everything_that_is_done_is_compared_with_pytorch(section: Section) -> None:
    done = [name for name in section.full_names() if offered_layer(name) is not None]
    assert not [name for name in done if tried(name, section.slug) is None]


def test_what_is_tried_elsewhere_is_tried_there() -> None:
    assert TABULATED
    for path, names in IN_A_TEST.items():
        text = (ROOT / path).read_text(encoding="utf-8")
        families = {re.sub(r"\dd$", "", name) for name in names.split()}
        assert not [name for name in families if name not in text], path
    assert tried("nn.NoSuchLayer", "linear-layers") is None and "NoSuchName" not in mentions(FOLDERS["nn"])


# --- the page ---


@pytest.mark.parametrize("lang", LAYER_PAGES)
def test_the_page_is_up_to_date(lang: str) -> None:
    fresh = layers_page(layer_findings(), str(torch.__version__).partition("+")[0], lang)
    assert LAYER_PAGES[lang].read_text(encoding="utf-8") == fresh, "run `tinygrad-zh check torch --write`"


def test_the_page_says_of_every_name_what_is_so() -> None:
    page = LAYER_PAGES["en"].read_text(encoding="utf-8")
    lines = dict(re.findall(r"^\| `([\w.]+)` \| ([^|:]+?)(?:: [^|]+)? \|", page, re.MULTILINE))
    assert lines.keys() == NAMES
    assert all(lines[name] == ("not done" if offered_layer(name) is None else "done") for name in NAMES)
    done = sum(offered_layer(name) is not None for name in NAMES)
    numbers = [int(n) for n in re.findall(r"\b\d+\b", layers_headline(layer_findings(), "VERSION", "en"))]
    assert numbers == [done, len(NAMES), len(NAMES) - done]
