"""Explanations: the shares add up to the gradient, for every op; and the words around them are right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tests.ops.libraries import OURS, ours, results
from tests.ops.tables import Row, all_rows
from tinygrad_zh.errors import ArgumentError, GraphError, ShapeError
from tinygrad_zh.picture import explain

SMOOTH = [row for row in all_rows() if row.wrt(row.arrays())]
DTYPE_EPS = float(np.finfo(np.float64).eps)


def weighted_sum(tensors: Sequence[Any]) -> Any:
    """Σ u ⊙ y over the results that have a gradient, with some fixed u."""
    rng = np.random.default_rng(5)
    terms = [(y * tg.tensor(rng.normal(size=y.shape))).sum() for y in tensors if y.requires_grad]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


@pytest.mark.parametrize("row", SMOOTH, ids=[row.name for row in SMOOTH])
def test_the_shares_add_up_to_the_gradient(row: Row) -> None:
    arrays = row.arrays()
    xs = ours(row, arrays)
    with tg.record() as r:
        loss = weighted_sum(results(row, OURS, xs))
        loss.backward(retain_graph=True)  # the record does not see what writing into a view does
    for i in row.wrt(arrays):
        if xs[i].grad is None:
            continue
        found = explain(loss, xs[i], record=r)
        assert found.agrees is True, str(found)
        total = np.sum([part.share.numpy(force=True) for part in found.parts], axis=0)
        scale = np.sum([np.abs(part.share.numpy(force=True)) for part in found.parts])
        np.testing.assert_allclose(total, xs[i].grad.numpy(), rtol=0, atol=64 * DTYPE_EPS * float(scale))
        assert all(part.rule for part in found.parts)


def two_uses() -> Any:
    """A loss that uses w twice; the data have no name outside, so they are called c₁."""
    x = tg.tensor([1.0, 2.0])
    w = tg.tensor([3.0, -1.0], requires_grad=True)
    with tg.record() as r:
        a = w * x
        L = (a * w).sum()
        L.backward()
    return L, w, r


CHINESE = """\
w 被用了 2 次，所以 ∂L/∂w 是 2 份贡献(share)之和：

[1] v₁ = w ⊙ c₁    运算 mul，test_explain.py:{a}
    求导规则  g ⊙ b
    其中      b = c₁, g = ∂L/∂v₁
    上游梯度  g = [3  −1]
    贡献      [3  −2]

[2] v₂ = v₁ ⊙ w    运算 mul，test_explain.py:{b}
    求导规则  g ⊙ a
    其中      a = v₁, g = ∂L/∂v₂
    上游梯度  g = [1  1]
    贡献      [3  −2]

合计  ∂L/∂w = [6  −4]
核对  与 w.grad 一致 ✓"""

ENGLISH = """\
w is used 2 times, so ∂L/∂w is the sum of 2 shares:

[1] v₁ = w ⊙ c₁    op mul, test_explain.py:{a}
    rule       g ⊙ b
    where      b = c₁, g = ∂L/∂v₁
    cotangent  g = [3  −1]
    share      [3  −2]

[2] v₂ = v₁ ⊙ w    op mul, test_explain.py:{b}
    rule       g ⊙ a
    where      a = v₁, g = ∂L/∂v₂
    cotangent  g = [1  1]
    share      [3  −2]

total  ∂L/∂w = [6  −4]
check  equals w.grad ✓"""


@pytest.mark.parametrize(("lang", "text"), [("zh", CHINESE), ("en", ENGLISH)])
def test_the_whole_text(lang: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    L, w, r = two_uses()
    first = two_uses.__code__.co_firstlineno
    expected = text.format(a=first + 5, b=first + 6)
    assert str(explain(L, w, record=r, lang=lang)) == expected
    monkeypatch.setenv("TINYGRAD_ZH_LANG", lang)
    found = explain(L, wrt=w, record=r)
    assert str(found) == repr(found) == expected


def test_the_parts_are_numbers_to_compute_with() -> None:
    L, w, r = two_uses()
    found = explain(L, w, record=r)
    assert [part.op for part in found.parts] == ["mul", "mul"]
    assert [part.share.tolist() for part in found.parts] == [[3.0, -2.0], [3.0, -2.0]]
    assert found.total.tolist() == w.grad.tolist() == [6.0, -4.0]
    assert found.parts[0].cotangent.tolist() == [3.0, -1.0]
    assert found.parts[0].broadcast_shape is None


def test_the_same_value_twice_in_one_op_is_two_uses() -> None:
    w = tg.tensor(3.0, requires_grad=True)
    with tg.record() as r:
        L = w * w
        L.backward()
    found = explain(L, w, record=r, lang="en")
    assert [part.share.item() for part in found.parts] == [3.0, 3.0]
    assert "used 2 times" in str(found)


def test_broadcasting_is_told() -> None:
    w = tg.tensor(2.0, requires_grad=True)
    x = tg.tensor([1.0, 2.0, 3.0])
    with tg.record() as r:
        L = (w * x).sum()
        L.backward()
    found = explain(L, w, record=r, lang="en")
    assert found.parts[0].broadcast_shape == (3,)
    assert found.total.item() == 6.0 and found.total.shape == ()
    assert "w was broadcast here: its share is summed from (3,) down to ()" in str(found)
    assert "a = w" not in str(found) and "b = x" in str(found)


def test_big_arrays_are_summarised() -> None:
    w = tg.ones(40, 30, requires_grad=True)
    with tg.record() as r:
        L = (w * 2).sum()
        L.backward()
    assert "share      (40, 30)  min 2  mean 2  max 2" in str(explain(L, w, record=r, lang="en"))


def test_a_value_in_the_middle() -> None:
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    with tg.record() as r:
        h = w.exp()
        h.retain_grad()
        L = (h * h).sum() + h.sum()
        L.backward()
    found = explain(L, h, record=r)
    assert len(found.parts) == 3 and found.agrees is True
    np.testing.assert_allclose(found.total.numpy(), h.grad.numpy(), rtol=1e-6)


def test_without_a_record_a_living_graph_is_swept() -> None:
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    h = w * 3
    h.retain_grad()
    L = (h * w).sum()
    found = explain(L, w, lang="en")
    assert found.total.tolist() == [6.0, 12.0]
    assert found.agrees is None and "w.grad is None" in str(found)
    assert all(part.line is None for part in found.parts) and "record() knows the line" in str(found)
    assert w.grad is None and h.grad is None  # nothing was added anywhere
    L.backward()
    assert w.grad.tolist() == [6.0, 12.0] and h.grad.tolist() == [1.0, 2.0]


def test_a_record_without_backward_is_swept_too_and_knows_the_lines() -> None:
    w = tg.tensor(2.0, requires_grad=True)
    with tg.record() as r:
        L = w * w
    found = explain(L, w, record=r)
    assert found.total.item() == 4.0 and "test_explain.py" in str(found.parts[0].line)


def test_a_sweep_from_further_on_is_not_taken_for_this_ones() -> None:
    w = tg.tensor(2.0, requires_grad=True)
    with tg.record() as r:
        L = w * w
        (10 * L).backward(retain_graph=True)
    found = explain(L, w, record=r)
    assert found.total.item() == 4.0 and found.agrees is False  # w.grad is ten times as large


def test_an_accumulated_gradient_differs() -> None:
    w = tg.tensor(2.0, requires_grad=True)
    (5 * w).backward()
    with tg.record() as r:
        L = w * w
        L.backward()
    found = explain(L, w, record=r, lang="en")
    assert found.agrees is False and "by up to 5" in str(found) and "w.grad = None" in str(found)


def test_writing_into_a_view() -> None:
    w = tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with tg.record() as r:
        h = w * 1
        h[0] = 5.0
        L = (h * h).sum()
        L.backward(retain_graph=True)
    found = explain(L, w, record=r)
    assert found.total.tolist() == [0.0, 4.0, 6.0] and found.agrees is True
    v = tg.tensor([7.0], requires_grad=True)
    h = w * 1
    h[:1] = v
    found = explain((h * h).sum(), v)
    assert found.total.tolist() == [14.0]


def test_an_op_with_several_results() -> None:
    w = tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with tg.record() as r:
        head, tail = w.split([1, 2])
        L = (head * tail.sum()).sum()
        L.backward()
    found = explain(L, w, record=r, lang="en")
    assert found.agrees is True and found.parts[0].cotangent is None
    assert "one for each result" in str(found)


def test_a_function_of_the_users_own() -> None:
    class Twice(tg.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2

    w = tg.tensor([1.0], requires_grad=True)
    L = Twice.apply(w).sum()
    found = explain(L, w, lang="en")
    assert found.total.tolist() == [2.0] and "a backward of the user's own" in str(found)


def test_in_an_open_record() -> None:
    w = tg.tensor(2.0, requires_grad=True)
    with tg.record():
        L = w * w
        L.backward()
        assert explain(L, w).agrees is True


# -- bad input -------------------------------------------------------------------------------------------


def test_freed_and_not_recorded() -> None:
    w = tg.tensor(2.0, requires_grad=True)
    L = w * w
    L.backward()
    with pytest.raises(GraphError, match="TG-E736"):
        explain(L, w)
    with tg.record() as r:
        L = w * w
    L.backward()
    with pytest.raises(GraphError, match="TG-E736"):
        explain(L, w, record=r)


def test_two_sweeps_in_one_record_are_not_mixed() -> None:
    w = tg.tensor(2.0, requires_grad=True)
    with tg.record() as r:
        h = w * w
        L = h * 3
        M = h * 5
        L.backward(retain_graph=True)
        M.backward()
    with pytest.raises(GraphError, match=r"TG-E737.*mul"):
        explain(L, w, record=r)


def test_unused_and_without_gradient() -> None:
    w, v = tg.tensor(2.0, requires_grad=True), tg.tensor(2.0, requires_grad=True)
    L = w * w
    with pytest.raises(GraphError, match=r"TG-E734.*v has no share"):
        explain(L, v)
    with pytest.raises(GraphError, match="TG-E734"):
        explain(w, v)
    with pytest.raises(GraphError, match=r"TG-E735.*x does not"):
        explain(L, (x := tg.tensor(1.0)))
    with pytest.raises(GraphError, match=r"TG-E735.*c does not"):
        c = x * 2
        explain(c, w)


def test_bad_arguments() -> None:
    w = tg.tensor([2.0, 3.0], requires_grad=True)
    with pytest.raises(ArgumentError, match=r"TG-E720.*explain"):
        explain(3.0, w)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="TG-E733"):
        explain(w.sum(), w, lang="fr")
    with pytest.raises((ShapeError, GraphError), match="TG-E"):
        explain(w * 2, w)  # not a scalar
    with pytest.raises(GraphError, match="TG-E724"), tg.record() as r:
        explain(w.detach().requires_grad_() * 2, w, record=tg.record())
    assert r.steps
