"""Writing into tensors: ``x += y``, ``op_()``, views, and what the graph makes of them; PyTorch is the reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tests.ops.libraries import array

from .programs import VALUES, WEIGHTS, Program, collector, run, same

PROGRAMS: dict[str, Program] = {}
program = collector(PROGRAMS)


@program
def iadd(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y += w
    return y * y


@program
def isub_with_broadcasting(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y -= w[0]
    return y * y


@program
def imul_by_a_number(m: Any, x: Any, w: Any) -> Any:
    y = x + w
    y *= 3
    y /= 2
    return y * w


@program
def imul_by_a_constant(m: Any, x: Any, w: Any) -> Any:
    y = x + w
    y *= m.tensor(WEIGHTS)
    return y


@program
def iadd_itself(m: Any, x: Any, w: Any) -> Any:
    y = x * w
    y += y
    return y


@program
def imul_a_constant_by_a_leaf(m: Any, x: Any, w: Any) -> Any:
    y = m.zeros(2, 3, dtype=m.float64)
    y += x
    z = y * 1
    z += w
    return z * z


@program
def unary_methods(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y.tanh_()
    z = y * 2
    z.neg_()
    z.exp_()
    return z


@program
def methods_with_arguments(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y.add_(w).sub_(2.0)
    y.clamp_(-1.0, 1.0)
    return y


@program
def relu_in_place(m: Any, x: Any, w: Any) -> Any:
    y = x + w
    y.relu_()
    return y * 2


@program
def chain_of_ops(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    for k in range(5):
        y += w
        y -= k
    return y


@program
def zero_then_add(m: Any, x: Any, w: Any) -> Any:
    y = x * w
    y.zero_()
    y += x
    return y


@program
def fill(m: Any, x: Any, w: Any) -> Any:
    y = x * w
    y.fill_(3.0)
    return y * w


@program
def copy_from(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y.copy_(w[1])
    return y * x


@program
def copy_with_another_dtype(m: Any, x: Any, w: Any) -> Any:
    y = (x * 1).to(m.float32)
    y.copy_(w)
    return y.to(m.float64)


@program
def write_through_t(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    v = y.t()
    v += w.t()
    return y * y


@program
def write_through_view(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y.view(6).add_(w.reshape(6))
    return y * y


@program
def write_through_reshape(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y.reshape(3, 2).add_(w.reshape(3, 2))
    return y


@program
def write_through_view_of_what_is_used_transposed(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y.view(6)[1:4].mul_(w.reshape(6)[:3])
    y.as_strided((2, 2), (1, 2)).neg_()
    return y.t()  # its cotangent comes in another order of memory


@program
def write_into_a_reshape_that_copies(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    z = y.t().reshape(6)
    z += w.reshape(6)
    return z.reshape(2, 3) + y


@program
def write_through_transpose_and_unsqueeze(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y.transpose(0, 1).unsqueeze(0).add_(w.t())
    return y * 3


@program
def write_through_squeeze_permute(m: Any, x: Any, w: Any) -> Any:
    y = (x * 1).unsqueeze(1)
    y.permute(2, 1, 0).squeeze(1).sub_(w.t())
    return y


@program
def write_through_select(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y[0] += w[1]
    y[:, 1] -= w[:, 0]
    return y * y


@program
def assign_a_part(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y[0] = w[1]
    y[1, 1:] = 5.0
    y[:, :1] = w[:, 1:2]
    return y * w


@program
def view_used_after_the_base_was_written(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    v = y.t()
    y += w
    return v * v


@program
def base_used_after_view_of_view_was_written(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    v = y.view(6)
    u = v.view(3, 2)
    u += w.reshape(3, 2)
    v -= 1
    y += w
    return y + v.view(2, 3) * 2 + u.reshape(2, 3)


@program
def sibling_views(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    a, b = y[0], y[1]
    a += w[0]
    b *= 2
    a += b
    return y * 1 + m.stack((b, a))


@program
def overlapping_views(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    a, b = y[:, :2], y[:, 1:]
    a += w[:, :2]
    b += w[:, 1:]
    a += b
    return y * 1


@program
def view_of_a_constant_base(m: Any, x: Any, w: Any) -> Any:
    y = m.zeros(2, 3, dtype=m.float64)
    v = y.view(6)
    y += x * w
    u = y[0]
    u += w[1]
    return v.view(2, 3) * y


@program
def row_by_row(m: Any, x: Any, w: Any) -> Any:
    y = m.zeros(2, 3, dtype=m.float64)
    for i in range(2):
        y[i] = x[i] * w[1 - i]
    return y


@program
def recurrence_in_place(m: Any, x: Any, w: Any) -> Any:
    h = m.zeros(3, dtype=m.float64)
    for i in range(2):
        h = h * 1
        h += x[i] * w[i]
    return h


@program
def detached_copy_is_written(m: Any, x: Any, w: Any) -> Any:
    y = x + w  # saves nothing
    y.detach().add_(1.0)
    return y * 2


@program
def detached_gets_a_history(m: Any, x: Any, w: Any) -> Any:
    y = x + 1
    d = y.detach()
    d += w
    return d * 3


@program
def written_under_no_grad(m: Any, x: Any, w: Any) -> Any:
    y = x + 1
    with m.no_grad():
        y += 10
        y[0] = 3.0
    return y * w


@program
def view_written_under_no_grad(m: Any, x: Any, w: Any) -> Any:
    y = x + 1
    v = y.t()
    with m.no_grad():
        v.mul_(2)
    return v.t() * w + y


@program
def broadcast_operand(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y += w.sum()
    y += w.sum(0)
    return y


@program
def expanded_operand(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y += w[:1].expand(2, 3)
    return y


@program
def in_place_before_it_is_used(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y += w
    z = y.exp()
    return z * y


@program
def clone_protects(m: Any, x: Any, w: Any) -> Any:
    y = x.exp()
    z = y.clone()
    z += w
    return y * z


@program
def contiguous_may_be_the_same(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    c = y.contiguous()
    c += w
    return y * 2


@program
def contiguous_may_be_a_copy(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    c = y.t().contiguous()
    c += w.t()
    return y * 2 + c.t()


@program
def to_may_be_the_same(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    t = y.to(m.float64)
    t += w
    return y


@program
def an_unneeded_operand_is_overwritten(m: Any, x: Any, w: Any) -> Any:
    # The product's other factor needs no gradient: its value is what counts, the first may change.
    y = x + 1
    z = y * m.tensor(WEIGHTS)
    y += w
    return z + y


@program
def a_weight_is_updated_before_backward(m: Any, x: Any, w: Any) -> Any:
    constant = m.tensor(WEIGHTS)
    z = constant * w  # w's gradient needs the constant alone
    with m.no_grad():
        w += 1.0
    return z + x


@pytest.mark.parametrize("name", PROGRAMS)
def test_same_as_torch(name: str) -> None:
    same(run(tg, PROGRAMS[name]), run(torch, PROGRAMS[name]))


@pytest.mark.parametrize("name", ["lt_", "le_", "gt_", "ge_", "eq_", "ne_", "less_", "not_equal_"])
@pytest.mark.parametrize("kind", ["tensor", "row", "itself", "number", "constant"])
def test_a_comparison_in_place_has_a_gradient_of_zero(name: str, kind: str) -> None:
    found = []
    for m in (tg, torch):
        x, w = m.tensor(VALUES, requires_grad=True), m.tensor(WEIGHTS, requires_grad=True)
        y = m.tensor(VALUES) if kind == "constant" else x * 1
        other = {"tensor": w, "row": w[0], "itself": y, "number": 0.5, "constant": w}[kind]
        getattr(y, name)(other)
        assert y.requires_grad
        (y * float("inf")).sum().backward()
        found.append([array(y), *(None if t.grad is None else array(t.grad) for t in (x, w))])
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_comparison_in_place_without_a_graph_is_a_constant() -> None:
    x = tg.tensor(VALUES)
    assert not x.lt_(0.5).requires_grad
    assert x.tolist() == (VALUES < 0.5).tolist()
