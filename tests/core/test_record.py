"""What ``with record()`` keeps for pictures and explanations, and that nothing is kept outside it."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh.core.modes import MODE


def leaf(values: Any) -> tg.Tensor:
    return tg.tensor(values, dtype="float64", requires_grad=True)


def line_of(mark: str) -> str:
    """``file:line`` of the line of this file that ends with ``# mark``."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return next(f"{Path(__file__).name}:{i}" for i, line in enumerate(lines, 1) if line.endswith("# " + mark))


def test_steps_in_order_with_values_and_lines() -> None:
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    with tg.record() as r:
        h = x * w  # the product
        y = (h + 1).sum()  # the sum
    assert [step.op.name for step in r.steps] == ["mul", "add", "sum"]
    assert [step.value.tolist() for step in r.steps] == [[3.0, 8.0], [4.0, 9.0], 13.0]
    assert [step.line for step in r.steps] == [line_of("the product"), line_of("the sum"), line_of("the sum")]
    product, addition, total = r.steps
    assert [operand.tolist() for operand in product.operands] == [[1.0, 2.0], [3.0, 4.0]]
    assert addition.operands[1] == 1
    assert addition.operand_ids[1] is None
    assert addition.operand_ids[0] == product.result_ids[0]  # what was computed there is used here
    assert total.node_id == y.node.id
    assert r.by_node[h.node.id] is product
    assert product.parent_ids == [x.node.id, w.node.id]


def test_static_arguments_are_kept() -> None:
    with tg.record() as r:
        leaf([[1.0, 2.0]]).sum(dim=1)
    assert r.steps[0].op.name == "sum"
    assert 1 in r.steps[0].static.values() or (1,) in r.steps[0].static.values()


def test_names_and_leaves() -> None:
    x, w = leaf([1.0]), leaf([2.0])
    w.name = "w"
    with tg.record() as r:
        x * w
    assert r.steps[0].names == [None, "w"]
    assert set(r.leaves) == {x.node.id, w.node.id}
    assert r.leaves[w.node.id][0] == "w"


def test_cotangents_and_shares() -> None:
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    with tg.record() as r:
        y = x * w + x
        y.sum().backward()
    product = r.steps[0]
    assert product.cotangent.tolist() == [1.0, 1.0]
    assert [(share.position, share.parent_id, share.value.tolist()) for share in product.shares] == [
        (0, x.node.id, [3.0, 4.0]),
        (1, w.node.id, [1.0, 2.0]),
    ]
    # The shares of all consumers add up to the gradient: that is what `explain` shows.
    total = sum(share.value for step in r.steps for share in step.shares if share.parent_id == x.node.id)
    np.testing.assert_array_equal(total, x.grad.numpy())


def test_shares_add_up_with_broadcasting() -> None:
    x, b = leaf(np.ones((3, 2))), leaf([0.5, -0.5])
    with tg.record() as r:
        ((x + b) * b).exp().sum().backward()
    shares = [share.value for step in r.steps for share in step.shares if share.parent_id == b.node.id]
    assert len(shares) == 2
    total = sum(share.sum(0) if share.ndim == 2 else share for share in shares)
    np.testing.assert_allclose(total, b.grad.numpy())


def test_the_steps_are_the_forward_ones() -> None:
    x = leaf([1.0, 2.0])
    with tg.record() as r:
        y = x.exp().sum()
        before = len(r.steps)
        y.backward()
    assert [step.op.name for step in r.steps] == ["exp", "sum"]
    assert before == 2
    x.grad = None
    with tg.record() as r:
        for _ in range(2):  # the second adds to the gradient
            x.exp().sum().backward()
    assert [step.op.name for step in r.steps] == ["exp", "sum"] * 2


def test_create_graph_is_recorded_as_steps() -> None:
    x = leaf(2.0)
    with tg.record() as r:
        (g,) = tg.autograd.grad(x**3, x, create_graph=True)
        count = len(r.steps)
        g.backward()
    assert count > 1
    assert x.grad.item() == 12.0
    assert r.by_node[g.node.id].value == 12.0


def test_gradients_are_the_same_as_without() -> None:
    results = []
    for listening in (False, True):
        x, w = leaf(np.linspace(-1, 1, 6).reshape(2, 3)), leaf(np.linspace(0, 1, 6).reshape(3, 2))
        if listening:
            with tg.record():
                (x @ w).tanh().sum().backward()
        else:
            (x @ w).tanh().sum().backward()
        assert not x.grad.requires_grad
        results.append((x.grad.numpy(), w.grad.numpy()))
    for a, b in zip(*results, strict=True):
        np.testing.assert_array_equal(a, b)


def test_values_are_copies() -> None:
    x = leaf([1.0, 2.0])
    with tg.record() as r:
        y = x * 1
        y += 10
    assert r.steps[0].value.tolist() == [1.0, 2.0]
    with tg.no_grad():
        x += 100
    assert r.steps[0].operands[0].tolist() == [1.0, 2.0]


def test_ops_without_gradient_are_recorded_too() -> None:
    with tg.record() as r, tg.no_grad():
        leaf([1.0]) * 2
    with tg.record() as constants:
        tg.gt(tg.tensor([1.0]), 0)
    assert [step.node_id for step in r.steps] == [None]
    assert [step.op.name for step in constants.steps] == ["gt"]


def test_several_results() -> None:
    x = leaf([1.0, 2.0, 3.0])
    with tg.record() as r:
        a, b = x.split([1, 2])
        (a.sum() + b.sum() * 2).backward()
    split = r.steps[0]
    assert [part.tolist() for part in split.results] == [[1.0], [2.0, 3.0]]
    assert split.shares[0].value.tolist() == [1.0, 2.0, 2.0]


def test_no_results() -> None:
    with tg.record():
        assert tg.zeros(0, 3).unbind() == ()


def test_nested_records_both_see() -> None:
    x = leaf([1.0])
    with tg.record() as outer:
        x * 1
        with tg.record() as inner:
            x * 2
        x * 3
    assert (len(outer.steps), len(inner.steps)) == (3, 1)


def test_nothing_is_recorded_after_an_error() -> None:
    with pytest.raises(KeyError), tg.record() as r:
        raise KeyError
    leaf([1.0]) * 2
    assert r.steps == []
    assert MODE.get().listeners == ()


def test_outside_nothing_is_kept() -> None:
    x = leaf(np.ones(10))
    with tg.record() as r:
        y = x.exp()
    assert len(r.steps) == 1
    z = x.sin()
    y.sum().backward()
    assert len(r.steps) == 1
    assert r.steps[0].cotangent is None
    assert z.node.id not in r.by_node
    gc.collect()
    gc.disable()
    try:
        array = weakref.ref(z.array)
        del z
        assert array() is None
    finally:
        gc.enable()


def test_tensors_may_go_after_the_block() -> None:
    with tg.record() as r:
        x = leaf([1.0])
        y = x * 2
        references = weakref.ref(x), weakref.ref(y)
    del x, y
    assert [reference() for reference in references] == [None, None]
    assert r.steps[0].value.tolist() == [2.0]
