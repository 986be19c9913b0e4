"""The yardstick misses no name of the installed PyTorch, and what it says of names here is so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from types import ModuleType
from typing import Any

import pytest
import torch

import tinygrad_zh
import tinygrad_zh.nn.functional as F
from tests.ops.tables import Row, all_rows, normal, row
from tests.ops.test_tables import EXEMPT
from tests.ops.test_tables import public as all_public
from tinygrad_zh.core.tensor import Tensor
from tinygrad_zh.ops.publish import inplace_methods, methods, public, spaces
from tinygrad_zh.parity.not_done import GROUPS as NOT_DONE
from tinygrad_zh.parity.not_done import REASONS, REMARKS
from tinygrad_zh.parity.operations import (
    FIRST,
    MISSING,
    OF_THE_ENGINE,
    PLAIN,
    SAME_AS,
    SECOND,
    TRIED_BY_HAND,
    Operation,
    offered,
    operations,
    state_of,
    totals,
)
from tinygrad_zh.parity.out_of_scope import GROUPS, out_of_scope, patterns
from tinygrad_zh.parity.yardstick import SECTIONS, yardstick

NAMES = frozenset(yardstick())
SPACES: dict[str, Any] = {
    "": torch,
    "Tensor": torch.Tensor,
    "linalg": torch.linalg,
    "special": torch.special,
    "fft": torch.fft,
    "nn.functional": torch.nn.functional,
}


@cache
def found() -> dict[str, Operation]:
    return {each.name: each for its in operations(all_rows()).values() for each in its}


def theirs(name: str) -> Any:
    space, _, bare = name.rpartition(".")
    return getattr(SPACES[space], bare)


def public_callables() -> Iterator[str]:
    """Everything callable that PyTorch shows in these namespaces, and all attributes of its tensors.

    Classes of ``torch`` itself are types, storages and compilers' nodes; none is an operation on tensors.
    """
    for space, holder in SPACES.items():
        for bare in dir(holder):
            value = getattr(holder, bare, None)
            if bare.startswith("_") or isinstance(value, ModuleType) or (space == "" and isinstance(value, type)):
                continue
            name = f"{space}.{bare}" if space else bare
            if space == "Tensor" and (name in NAMES or bare in NAMES):
                continue  # a method that is a function too counts once
            if callable(value) or space == "Tensor":
                yield name


# --- against the installed PyTorch ---


def test_every_public_name_of_pytorch_is_counted_or_left_out_for_a_reason() -> None:
    missing = [name for name in public_callables() if name not in NAMES and not out_of_scope(name)]
    assert not missing, f"neither in yardstick.py nor in out_of_scope.py: {missing}"


def test_torch_all_is_covered() -> None:
    """``torch.__all__`` names what ``dir`` shows; should it ever hold more, this says so."""
    functions = [n for n in torch.__all__ if callable(getattr(torch, n)) and not isinstance(getattr(torch, n), type)]
    assert len(functions) > 300
    assert not [name for name in functions if name not in NAMES and not out_of_scope(name)]


def test_every_name_is_one_of_pytorch() -> None:
    for name in NAMES:
        theirs(name)


def test_no_name_stands_twice() -> None:
    assert not [name for name, count in Counter(yardstick()).items() if count > 1]
    assert not [name for name in NAMES if out_of_scope(name)]
    slugs = [section.slug for section in SECTIONS]
    assert len(slugs) == len(set(slugs))


def test_no_pattern_is_stale() -> None:
    names = list(public_callables())
    assert not [pattern for pattern in patterns() if not any(fnmatchcase(name, pattern) for name in names)]


@pytest.mark.parametrize("groups", [GROUPS, NOT_DONE])
def test_reasons_are_in_both_languages(groups: Any) -> None:
    for chinese, english, names in groups:
        assert names.split() and english.isascii() and any("\u3400" <= sign <= "\u9fff" for sign in chinese)


# --- what is said of names here ---


def test_exactly_what_is_missing_has_a_reason() -> None:
    missing = {name for name, each in found().items() if each.state == MISSING}
    assert not missing - REASONS.keys(), "missing, without a reason in parity/not_done.py"
    assert not REASONS.keys() - missing, "in parity/not_done.py, and done: take the name out there"


def test_reasons_stand_once() -> None:
    names = [name for _, _, names in NOT_DONE for name in names.split()]
    assert len(names) == len(set(names))


def test_remarks_and_exceptions_are_about_names_that_exist() -> None:
    for name in {*REMARKS, *SAME_AS, *TRIED_BY_HAND}:
        assert found()[name].state != MISSING
    for name in TRIED_BY_HAND:
        assert not found()[name].rows, f"{name} has rows, which say whether it has a gradient"
    assert all(found()[name].rows for name in {*REMARKS, *SAME_AS})


def test_names_of_the_engine_are_offered() -> None:
    assert all(hasattr(tinygrad_zh, name) and name not in public for name in OF_THE_ENGINE)


def test_what_has_no_rows_is_exempt() -> None:
    """A function without rows is one that test_tables.py exempts; it counts as not differentiable."""
    exempt = set().union(*EXEMPT.values()) | OF_THE_ENGINE
    for name, each in found().items():
        if each.state == PLAIN and not each.rows and name.removeprefix("Tensor.") in all_public:
            assert name.removeprefix("Tensor.") in exempt


def test_states_come_from_rows() -> None:
    def of(**options: Any) -> Row:
        return row("exp", lambda m, x: m.exp(x), normal(2), np=None, **options)

    assert state_of("exp", [of()]) == SECOND
    assert state_of("exp", [of(second=False)]) == FIRST
    assert state_of("exp", [of(second=False), of()]) == SECOND
    assert state_of("exp", [of(differentiable=())]) == PLAIN
    assert state_of("exp", []) == PLAIN
    assert state_of("no_such_name", [of()]) == MISSING


def test_states_of_known_names() -> None:
    known = {"exp": SECOND, "absolute": SECOND, "nn.functional.relu": SECOND, "Tensor.exp_": SECOND, "Tensor.T": SECOND}
    known |= {"argmax": PLAIN, "zeros": PLAIN, "no_grad": PLAIN, "Tensor.shape": PLAIN, "fft.fft": MISSING}
    assert {name: found()[name].state for name in known} == known


def test_rows_of_other_names_of_a_function_count() -> None:
    assert "digamma" in {each.public_name for each in found()["special.psi"].rows}
    assert found()["special.psi"].rows == found()["digamma"].rows
    assert {each.public_name for each in found()["Tensor.exp_"].rows} == {"exp_"}
    assert {each.public_name for each in found()["Tensor.T"].rows} == {"transpose"}
    assert not found()["Tensor.squeeze_"].rows, "it is missing, whatever squeeze has"


def test_enough_is_done() -> None:
    counts = totals(operations(all_rows()))
    assert counts[SECOND] + counts[FIRST] >= 380
    assert counts.total() == len(NAMES) - counts_in_place()


def counts_in_place() -> int:
    return sum(len(section.names) for section in SECTIONS if section.slug == "in-place")


# --- names here that PyTorch does not have there ---

OWN = {
    "from_torch": "the way back from PyTorch",
    "to_torch": "the way to PyTorch",
}
LAYERS = {"cross_entropy", "gelu", "l1_loss", "leaky_relu", "linear", "mse_loss", "nll_loss", "one_hot", "silu"}
"""Functions of nn.functional that the package offers at its top too."""


def test_public_functions_are_pytorchs() -> None:
    """What is no function of PyTorch is a method of its tensors, a function of a layer, or our own."""
    strange = {name for name in public if not callable(getattr(torch, name, None)) and not hasattr(torch.Tensor, name)}
    assert strange == OWN.keys() | (LAYERS - vars(torch.Tensor).keys())
    assert all(callable(getattr(torch.nn.functional, name)) for name in LAYERS)


@pytest.mark.parametrize("space", spaces)
def test_namespaces_hold_pytorchs_names_alone(space: str) -> None:
    assert not [name for name in spaces[space] if not callable(getattr(SPACES[space], name, None))]


def test_shared_functions_are_in_pytorchs_functional() -> None:
    assert not [name for name in F.__all__ if not hasattr(torch.nn.functional, name)]


def test_methods_are_those_of_pytorchs_tensors() -> None:
    assert {name for name in methods if not hasattr(torch.Tensor, name)} <= OWN.keys()
    assert not [name for name in inplace_methods if not hasattr(torch.Tensor, name + "_")]


def test_functions_are_methods_where_they_are_in_pytorch() -> None:
    lacking = [name for name in public if hasattr(torch.Tensor, name) and not hasattr(Tensor, name)]
    assert not lacking


def test_offered_finds_nothing_else() -> None:
    assert offered("linalg.exp") is None and offered("Tensor.linspace") is None and offered("entr") is None
