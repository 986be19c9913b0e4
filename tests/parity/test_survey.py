"""Whole expressions beside PyTorch: what differs is found, and the pages say what the tables say."""

from __future__ import annotations

import dataclasses
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.ops import libraries, tables
from tests.ops.tables import Row, integers, normal, row
from tests.parity.test_yardstick import found
from tinygrad_zh.errors import MissingPackageError, StorageError, error
from tinygrad_zh.parity import survey as survey_module
from tinygrad_zh.parity.compare import DIFFERENT, EXACT, NEAR, SKIPPED, Verdict
from tinygrad_zh.parity.operations import MISSING, STATES, Operation, operations, totals
from tinygrad_zh.parity.operations_page import PAGES, headline, operations_page
from tinygrad_zh.parity.side_by_side import Comparison, side_by_side
from tinygrad_zh.parity.survey import Finding, state, survey, wrong
from tinygrad_zh.parity.yardstick import SECTIONS, Section


def kinds(each: Row, dtype: Any = np.float64) -> list[str | None]:
    worst = side_by_side(libraries, each, dtype)
    return [v and v.kind for v in (worst.value, worst.gradient, worst.second)]


def one_row(ours: Any, theirs: Any, *operands: Any, **options: Any) -> Row:
    """A row that may do another thing in PyTorch."""

    def call(m: Any, *xs: Any) -> Any:
        return (theirs if isinstance(xs[0], torch.Tensor) else ours)(m, *xs)

    return row("some", call, *(operands or (normal(3),)), np=np.exp, **options)


# --- comparing ---


def exp(m: Any, x: Any) -> Any:
    return m.exp(x)


def test_what_is_the_same() -> None:
    assert set(kinds(one_row(exp, exp))) <= {EXACT, NEAR}
    assert set(kinds(one_row(exp, exp), np.float32)) <= {EXACT, NEAR}
    assert kinds(one_row(exp, exp, second=False))[2] is None
    assert kinds(one_row(exp, exp, differentiable=()))[1:] == [None, None]
    assert kinds(one_row(lambda m, x: m.gcd(x, x), lambda m, x: m.gcd(x, x), integers(1, 9, 3))) == [EXACT, None, None]


def test_a_wrong_value_is_found() -> None:
    assert kinds(one_row(lambda m, x: m.exp(x) * (1 + 1e-12), exp))[0] == DIFFERENT
    assert kinds(one_row(lambda m, x: m.exp(x).to(m.float32), exp))[0] == DIFFERENT  # a dtype
    assert kinds(one_row(lambda m, x: m.exp(x)[None], exp)) == [DIFFERENT, None, None]  # a shape
    assert kinds(one_row(lambda m, x: (m.exp(x), x), exp))[0] == DIFFERENT  # a number of results


def test_a_wrong_gradient_is_found() -> None:
    found_kinds = kinds(one_row(lambda m, x: m.exp(x.detach()) + 0 * x, exp))
    assert found_kinds[:2] == [EXACT, DIFFERENT]
    assert kinds(one_row(lambda m, x: m.exp(x.detach()), exp)) == [EXACT, DIFFERENT, None]  # no gradient at all


def test_a_wrong_second_order_is_found() -> None:
    def straight(m: Any, x: Any) -> Any:
        """The value and the slope of eˣ, and no curvature."""
        slope = m.exp(x.detach())
        return slope + slope * (x - x.detach())

    found_kinds = kinds(one_row(straight, exp))
    assert found_kinds == [EXACT, EXACT, DIFFERENT]
    assert kinds(one_row(exp, straight)) == [EXACT, EXACT, DIFFERENT]


def test_a_gradient_of_zeros_that_pytorch_does_not_compute() -> None:
    assert kinds(one_row(lambda m, x: m.abs(x), lambda m, x: m.abs(x)))[2] in (EXACT, NEAR)


def test_a_second_order_that_pytorch_does_not_have() -> None:
    (each,) = (each for each in tables.all_rows() if each.name == "nn.functional.embedding_bag/weighted")
    assert kinds(each)[2] == SKIPPED


def test_the_worst_counts() -> None:
    exact, near, worse = Verdict(EXACT), Verdict(NEAR, 2.0, 64), Verdict(NEAR, 3.0, 64)
    worst = Comparison(exact, near).with_worse(Comparison(near, exact, worse)).with_worse(Comparison())
    assert worst == Comparison(near, near, worse)


# --- a survey ---


def small(*names: str) -> list[Section]:
    return [Section("small", "小", "Small", "", names)]


def test_a_survey() -> None:
    seen: list[str] = []
    (findings,) = survey(small("exp", "argmax", "zeros", "stft"), seen.append).values()
    assert seen == ["small"]
    cells = [each.cells("en") for each in findings]
    assert [line[:2] for line in cells] == [
        ["exp", "gradient and second order"],
        ["argmax", "not differentiable"],
        ["zeros", "not differentiable"],
        ["stft", "not done: its result is complex, and complex tensors are not supported"],
    ]
    assert cells[1][2:] == ["exact", "–", "–"] and cells[3][2:] == ["–", "–", "–"]
    assert all(re.fullmatch(r"exact|< 0\.1 ulp|\d+(\.\d)? ulp", cell) for cell in cells[0][2:])
    assert findings[3].cells("zh")[1] == "没有实现：结果是复数，这里没有复数张量"
    assert all(each.right for each in findings)


def test_what_pytorch_does_otherwise_is_not_compared() -> None:
    (findings,) = survey([Section("small", "小", "Small", "Tensor", ("acosh_",))]).values()
    assert findings[0].cells("en")[2:] == ["not compared", "–", "–"]


def test_a_mistake_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def compared(_: Any, each: Row, dtype: Any) -> Comparison:
        if each.public_name == "cos":
            raise error("ndim", op="cos", expected=1, shape=(2, 2))
        return Comparison(Verdict(DIFFERENT, 70.0, 64) if each.public_name == "sin" else Verdict(EXACT))

    monkeypatch.setattr(survey_module, "side_by_side", compared)
    findings = survey(small("exp", "sin", "cos"))
    assert list(wrong(findings)) == ["sin", "cos"]
    values = [each.cells("en")[2] for its in findings.values() for each in its]
    assert values[:2] == ["exact", "70 ulp"] and re.fullmatch(r"different: TG-E\d+", values[2])


def test_a_known_difference_is_no_mistake() -> None:
    far = Verdict(DIFFERENT, 1e6, 64)
    assert Finding(Operation("lgamma", "second"), Comparison(second=far)).right
    assert not Finding(Operation("lgamma", "second"), Comparison(gradient=far)).right
    assert not Finding(Operation("exp", "second"), Comparison(second=far)).right


def test_differences_in_words() -> None:
    cells = {
        "different: (3,) float64 / () float64": Verdict(DIFFERENT, note="(3,) float64 / () float64"),
        "different: ∞": Verdict(DIFFERENT, np.inf, 64),
        "70 ulp": Verdict(DIFFERENT, 70.2, 64),
        "1.5 ulp": Verdict(NEAR, 1.5, 64),
        "< 0.1 ulp": Verdict(NEAR, 0.04, 64),
        "exact": Verdict(EXACT),
        "none in PyTorch": Verdict(SKIPPED),
        "–": None,
    }
    assert [survey_module.difference(verdict, "en") for verdict in cells.values()] == list(cells)


def test_outside_a_clone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(survey_module, "CLONE", tmp_path)
    with pytest.raises(StorageError, match=r"TG-E770(.|\n)*tests/ops/tables\.py(.|\n)*clone the repository"):
        survey(small("exp"))


def test_without_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingPackageError, match=r"check torch(.|\n)*\.\[test\]"):
        survey(small("exp"))


# --- the pages ---


def states_in(page: str) -> list[tuple[str, str]]:
    """The names and states in the tables of a page, in their order."""
    return re.findall(r"^\| `([\w.]+)` \| ([^|]+) \|", page, re.MULTILINE)


@pytest.mark.parametrize("lang", PAGES)
def test_the_page_is_up_to_date(lang: str) -> None:
    """In names, states and totals; the digits are measured, and another machine's may differ."""
    page = PAGES[lang].read_text(encoding="utf-8")
    expected = [(name, state(each, lang)) for name, each in found().items()]
    assert states_in(page) == expected, "run `tinygrad-zh check torch --write`"
    fresh = operations_page(unmeasured(), str(torch.__version__).partition("+")[0], lang)
    assert without_digits(page) == without_digits(fresh), "run `tinygrad-zh check torch --write`"


def unmeasured() -> dict[Section, list[Finding]]:
    by_section = operations(tables.all_rows())
    return {section: [Finding(each, Comparison()) for each in its] for section, its in by_section.items()}


def without_digits(page: str) -> str:
    """A page without what is measured: the last three columns of the rows of names."""
    return re.sub(r"^(\| `[\w.]+` \| [^|]+ \|).*$", r"\1", page, flags=re.MULTILINE)


def test_the_headline_states_the_totals() -> None:
    findings = unmeasured()
    counts = totals({section: [each.operation for each in its] for section, its in findings.items()})
    numbers = [int(n) for n in re.findall(r"\b\d+\b", headline(findings, "VERSION", "en"))]
    assert numbers == [counts.total() - counts[MISSING], counts.total(), *(counts[s] for s in STATES)]
    assert counts.total() == sum(len(section.names) for section in SECTIONS if section.slug != "in-place")


def test_a_page_of_measured_names() -> None:
    each = Operation("exp", "second", ())
    finding = Finding(each, Comparison(Verdict(EXACT), Verdict(NEAR, 1.26, 64), None))
    page = operations_page({small("exp")[0]: [finding]}, "9", "en")
    assert "| `exp` | gradient and second order | exact | 1.3 ulp | – |" in page
    assert "in-place" not in page.split("##")[0].split("The yardstick")[0]


def test_rows_are_not_changed() -> None:
    """Comparing draws the operands anew each time."""
    each = next(each for each in tables.all_rows() if each.name == "exp_")
    first, again = side_by_side(libraries, each, np.float64), side_by_side(libraries, each, np.float64)
    assert first == again and dataclasses.is_dataclass(each)
