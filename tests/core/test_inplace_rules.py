"""Writing into tensors: which errors, what is shared, and who follows: hooks, retained gradients, views."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh.errors import DTypeError, GraphError, ShapeError

VALUES = np.array([[0.5, -1.25, 2.0], [1.5, 0.25, -0.75]])
WEIGHTS = np.array([[1.0, 2.0, -3.0], [0.5, -1.0, 4.0]])


def test_the_classes_of_errors() -> None:
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(GraphError, match="leaf"):
        x += 1
    np.testing.assert_array_equal(x.detach().numpy(), [1.0, 2.0])  # refused before anything was written
    y = tg.tensor([1, 2])
    with pytest.raises(DTypeError):
        y += 0.5
    assert y.tolist() == [1, 2]
    with pytest.raises(ShapeError):
        y += tg.tensor([[1, 2], [3, 4]])
    assert y.tolist() == [1, 2]
    e = tg.tensor([1.0]).expand(3)
    with pytest.raises(ShapeError):
        e += 1


def test_a_refused_write_is_not_counted() -> None:
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    z = y.sin()
    for wrong in (lambda: y.add_(tg.ones(3)), lambda: y.add_(tg.ones(2, 2))):
        with pytest.raises(ShapeError):
            wrong()
    z.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.cos([1.0, 2.0]), rtol=1e-6)


def test_stale_error_names_the_op_and_both_lines_under_record() -> None:
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    with tg.record():
        y = x.exp()  # saved here
        y += 1  # written here
        with pytest.raises(GraphError) as caught:
            y.sum().backward()
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    saved, written = (
        next(i for i, line in enumerate(lines, 1) if mark in line) for mark in ("# saved here", "# written here")
    )
    text = str(caught.value)
    assert text.startswith("[TG-E003]")
    assert "exp saved its value y" in text
    assert f"test_inplace_rules.py:{saved}" in text
    assert f"add_ at test_inplace_rules.py:{written}" in text


def test_stale_error_without_record_names_the_writer() -> None:
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    z = y.sin()
    y.mul_(3)
    with pytest.raises(GraphError, match=r"sin saved its value x(.|\n)*mul_ at test_inplace_rules\.py"):
        z.sum().backward()


def test_values_are_shared_with_views_and_detached() -> None:
    x = tg.tensor([[1.0, 2.0], [3.0, 4.0]])
    views = {"t": x.t(), "view": x.view(4), "row": x[1], "detach": x.detach(), "data": x.data, "numpy": x.numpy()}
    x += 10
    assert views["t"].tolist() == [[11.0, 13.0], [12.0, 14.0]]
    assert views["view"].tolist() == [11.0, 12.0, 13.0, 14.0]
    assert views["row"].tolist() == [13.0, 14.0]
    assert views["detach"].tolist() == views["data"].tolist() == views["numpy"].tolist() == x.tolist()
    views["row"][0] = -1.0
    assert x.tolist() == [[11.0, 12.0], [-1.0, 14.0]]
    assert x.clone().data_ptr() != x.data_ptr()


def test_in_place_returns_the_tensor_itself() -> None:
    x = tg.tensor([1.0, 2.0])
    y = x
    x += 1
    assert x is y
    assert x.add_(1) is x
    assert x.zero_() is x
    assert x.requires_grad_() is x


def test_bitwise_in_place() -> None:
    # Python falls back to x = x & y where __iand__ is missing: another name for x would not see the change.
    for module in (tg, torch):
        mask = module.tensor([True, True, False])
        same_mask = mask
        mask &= module.tensor([True, False, False])
        assert same_mask.tolist() == [True, False, False]
        mask |= module.tensor([False, False, True])
        assert same_mask.tolist() == [True, False, True]
        mask ^= module.tensor([True, True, True])
        assert same_mask.tolist() == [False, True, False]


def test_integers_and_bools_in_place() -> None:
    for module in (tg, torch):
        x = module.tensor([7, 8, 9])
        y = x
        x //= 2
        x **= 2
        x %= 5
        x -= module.tensor(1)
        x *= True
        assert y.tolist() == [3, 0, 0]
        b = module.tensor([True, False])
        b *= module.tensor([True, True])
        assert b.tolist() == [True, False]


def test_dtype_of_the_target_is_kept() -> None:
    for module in (tg, torch):
        x = module.tensor([1.0, 2.0], dtype=module.float32)
        x += module.tensor([0.5, 0.5], dtype=module.float64)
        x += module.tensor([1, 1])
        x *= 2.0
        assert str(x.dtype).removeprefix("torch.") == "float32"
        assert x.tolist() == [5.0, 7.0]


def test_retain_grad_follows_the_tensor() -> None:
    results = []
    for module in (tg, torch):
        x = module.tensor([1.0, 2.0], requires_grad=True)
        y = x * 3
        y.retain_grad()
        y += 1
        (y * y).sum().backward()
        results.append((y.grad.numpy(), x.grad.numpy(), y.retains_grad))
    np.testing.assert_array_equal(results[0][0], results[1][0])
    np.testing.assert_array_equal(results[0][1], results[1][1])
    assert results[0][2] == results[1][2]


def test_retain_grad_follows_a_base_written_through_a_view() -> None:
    results = []
    for module in (tg, torch):
        x = module.tensor([1.0, 2.0], requires_grad=True)
        y = x * 3
        y.retain_grad()
        v = y.view(2)
        v *= module.tensor([2.0, 5.0])
        (y * y).sum().backward()
        results.append((y.grad.numpy(), x.grad.numpy()))
    np.testing.assert_array_equal(results[0][0], results[1][0])
    np.testing.assert_array_equal(results[0][1], results[1][1])


def test_a_copy_is_no_leaf_and_has_hooks_and_retained_gradient_of_its_own() -> None:
    results = []
    for module in (tg, torch):
        x = module.tensor([1.0, 2.0], requires_grad=True)
        h = x * 3
        h.retain_grad()
        y = x * 0
        y.retain_grad()
        y.copy_(h)
        z = x * 0
        z.copy_(x)
        assert not z.is_leaf
        z += 1  # x itself is not written to
        scalar = x.sum() * 0
        scalar.fill_(x[0])
        (y * 2 + h * 5 + z + scalar).sum().backward()
        results.append((y.grad.tolist(), h.grad.tolist(), x.grad.tolist(), x.tolist()))
    assert results[0] == results[1]


def test_hooks_stay_with_the_value_they_were_registered_on() -> None:
    results = []
    for module in (tg, torch):
        seen: list[float] = []
        x = module.tensor(3.0, requires_grad=True)
        y = x * 1
        y.register_hook(lambda g, seen=seen: seen.append(g.item()))
        y *= 2
        y.register_hook(lambda g, seen=seen: seen.append(g.item()))
        (y * 5).backward()
        results.append(seen)
    assert results[0] == results[1] == [5.0, 10.0]


def test_what_requires_a_gradient_after_a_write() -> None:
    for module in (tg, torch):
        w = module.tensor([1.0, 2.0], requires_grad=True)
        base = module.zeros(2)
        view = base.view(2, 1)
        other = base.detach()
        assert view.is_leaf
        base += w
        assert base.requires_grad
        assert not base.is_leaf
        assert not view.is_leaf  # asked before anything else makes it look the change up
        assert view.requires_grad
        assert view.grad_fn is not None
        assert not other.requires_grad


def test_a_stale_view_is_looked_up_under_no_grad_too() -> None:
    results = []
    for module in (tg, torch):
        x = module.tensor([1.0, 2.0], requires_grad=True)
        y = x * 1
        v = y.view(2)
        y *= 10
        with module.no_grad():
            assert v.requires_grad
            v.backward(module.tensor([1.0, 1.0]))
        results.append(x.grad.numpy())
    np.testing.assert_array_equal(*results)


def test_inplace_after_the_leaf_was_detached_from_the_graph() -> None:
    for module in (tg, torch):
        x = module.tensor([1.0, 2.0], requires_grad=True)
        x.requires_grad_(False)
        x += 1
        assert x.tolist() == [2.0, 3.0]
        x.requires_grad_()
        (x * x).sum().backward()
        assert x.grad.tolist() == [4.0, 6.0]


def test_parameters_are_updated_under_no_grad() -> None:
    results = []
    for module in (tg, torch):
        w = module.tensor(VALUES, requires_grad=True)
        row = w[0]  # a view that sees each update
        for _ in range(3):
            loss = (w * w).sum() + row.sum()
            w.grad = None
            loss.backward(retain_graph=True)
            with module.no_grad():
                w -= 0.1 * w.grad
                w[0] += 1.0
        assert w.is_leaf
        assert w.requires_grad
        results.append(w.detach().numpy())
    np.testing.assert_allclose(*results)


def test_detach_in_place() -> None:
    for module in (tg, torch):
        x = module.tensor([1.0, 2.0], requires_grad=True)
        y = x * 2
        y.detach_()
        assert not y.requires_grad
        assert y.is_leaf
        with pytest.raises(RuntimeError):
            (x * 2).view(2, 1).detach_()
