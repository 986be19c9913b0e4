"""The law: captured = eager, for every row of the tables of ops: results and gradients.

What is captured with one draw of a row's operands is replayed with another, so that a number which was baked into the
plan shows.
"""

from __future__ import annotations

from typing import Any

import pytest

import tinygrad_zh as tg
from tests.ops.libraries import OURS, close, results
from tests.ops.tables import Row, all_rows
from tinygrad_zh.core.tensor import Tensor
from tinygrad_zh.errors import GraphError

REFUSED = {
    # what is taken from values becomes numbers of Python's, or NumPy's outside of ops
    "bincount": "", "one_hot": "inferred", "tensor_split": "tensor", "repeat_interleave": "each alike positions",
    **dict.fromkeys([f"nn.functional.fractional_max_pool{d}d{w}" for d in (2, 3) for w in ("", "_with_indices")], ""),
    "histc": None, "histogram": None, "histogramdd": "plain density weight",
    "segment_reduce": "sum mean prod max min axis less",
    "nn.functional.embedding_bag": "padding sum mean max weighted",
}  # fmt: skip
"""By public name: which rows must be refused, by a word in what is special about them: all for "", that without any
for None."""
ROWS = all_rows()


def leaves(row: Row, seed: int) -> list[Tensor]:
    """The row's operands, drawn from a seed."""
    arrays = row.arrays(seed)
    return [tg.tensor(a, requires_grad=i in row.wrt(arrays)) for i, a in enumerate(arrays)]


def step_of(row: Row) -> Any:
    """Return a function that computes the row and sweeps back from all its results."""

    def step(*xs: Tensor) -> list[Tensor]:
        ys = results(row, OURS, xs)
        tracked = [y for y in ys if y.requires_grad]
        if tracked:
            sum((y * y.detach().cos()).sum() for y in tracked).backward()  # type: ignore[union-attr]
        return [y.detach() for y in ys]

    return step


SLOW = [pytest.mark.slow]


@pytest.mark.parametrize("row", [pytest.param(r, id=r.name, marks=SLOW * (i % 3 > 0)) for i, r in enumerate(ROWS)])
def test_captured_is_eager(row: Row) -> None:
    check(row)


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS[::5], ids=[row.name for row in ROWS[::5]])
def test_captured_with_compiled_loops_is_eager(row: Row) -> None:
    check(row)


def check(row: Row) -> None:
    """Capture a row with one draw of operands, and replay it with another."""
    step, xs, others = step_of(row), leaves(row, 1), leaves(row, 1)
    captured = tg.jit(step)
    if is_refused(row):
        with pytest.raises(GraphError) as caught:
            captured(*leaves(row, 0))
        assert caught.value.code == "TG-E790"
        return
    captured(*leaves(row, 0))
    tg.manual_seed(3)
    expected = step(*xs)
    tg.manual_seed(3)
    found = captured(*others)
    by_shape = any(step.static.get("what") == "shape" for step in captured.plan.steps)
    assert captured.captures <= 1 + by_shape  # another shape is captured anew
    for y, e in zip(found, expected, strict=True):
        close(y, e)
    for x, other in zip(xs, others, strict=True):
        assert (x.grad is None) == (other.grad is None)
        if x.grad is not None:
            close(other.grad, x.grad)


def is_refused(row: Row) -> bool:
    """Whether it must be."""
    words, special = REFUSED.get(row.public_name, "—"), row.name.partition("/")[2]
    return not special if words is None else not words or any(word in special for word in words.split())


def test_few_rows_are_refused() -> None:
    refused = [row.name for row in ROWS if is_refused(row)]
    assert 20 < len(refused) < 50 < 1500 < len(ROWS)
    assert set(REFUSED) == {row.public_name for row in ROWS if is_refused(row)}
