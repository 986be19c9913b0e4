"""Writing into tensors where PyTorch refuses: we refuse too, or are right.

Where it refuses because a saved value was overwritten, we may be more lenient, but only with the right gradient:
that of the same program without in-place operations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh.errors import TinygradZhError

from .programs import VALUES, Program, collector, run, same

# -- programs that both refuse -------------------------------------------------------------------------

REFUSED: dict[str, Program] = {}
refused = collector(REFUSED)


@refused
def leaf_written(m: Any, x: Any, w: Any) -> Any:
    x += 1
    return x


@refused
def leaf_method(m: Any, x: Any, w: Any) -> Any:
    return x.mul_(2)


@refused
def leaf_assigned(m: Any, x: Any, w: Any) -> Any:
    x[0] = 1.0
    return x


@refused
def leaf_filled(m: Any, x: Any, w: Any) -> Any:
    return x.zero_()


@refused
def view_of_leaf_written(m: Any, x: Any, w: Any) -> Any:
    v = x.t()
    v += 1
    return v


@refused
def view_of_view_of_leaf_written(m: Any, x: Any, w: Any) -> Any:
    x.view(6).unsqueeze(0).mul_(2)
    return x


@refused
def row_of_leaf_written(m: Any, x: Any, w: Any) -> Any:
    x[0] += 1.0
    return x


@refused
def saved_result_overwritten(m: Any, x: Any, w: Any) -> Any:
    y = x.exp()
    y += 1
    return y


@refused
def saved_operand_overwritten(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    z = y.sin()
    y += 1
    return z


@refused
def both_factors_needed(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y *= w
    y *= w
    z = y * y
    y += 1
    return z


@refused
def one_of_several_saved_results_overwritten(m: Any, x: Any, w: Any) -> Any:
    q, r = m.linalg.qr(x.t())
    q.mul_(0)
    return r


@refused
def one_of_several_saved_results_overwritten_under_no_grad(m: Any, x: Any, w: Any) -> Any:
    q, r = m.linalg.qr(x.t())
    with m.no_grad():
        r[0] = 0.0
    return q


@refused
def one_of_several_saved_results_overwritten_through_detach(m: Any, x: Any, w: Any) -> Any:
    values, vectors = m.linalg.eigh(x @ x.t())
    vectors.detach().zero_()
    return values


@refused
def saved_result_overwritten_through_a_view(m: Any, x: Any, w: Any) -> Any:
    y = x.exp()
    y.t().add_(1)
    return y


@refused
def saved_result_overwritten_through_detach(m: Any, x: Any, w: Any) -> Any:
    y = x.exp()
    y.detach().zero_()
    return y


@refused
def saved_result_overwritten_under_no_grad(m: Any, x: Any, w: Any) -> Any:
    y = x.exp()
    with m.no_grad():
        y.mul_(2)
    return y


@refused
def saved_leaf_overwritten_under_no_grad(m: Any, x: Any, w: Any) -> Any:
    y = x * w
    with m.no_grad():
        w += 1
    return y


@refused
def saved_view_overwritten_through_its_base(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    z = y[0].sin()
    y += 1
    return z


@refused
def saved_base_overwritten_through_a_view(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    z = y.sin()
    y[1] += 1
    return z


@refused
def expanded_view_written(m: Any, x: Any, w: Any) -> Any:
    y = (x * 1)[:1].expand(2, 3)
    y += w
    return y


@refused
def expanded_scalar_assigned(m: Any, x: Any, w: Any) -> Any:
    y = x.sum().expand(3)
    y.add_(w[0])
    return y


@refused
def view_made_under_no_grad_written(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    with m.no_grad():
        v = y.t()
    v += w.t()
    return y


@refused
def view_of_leaf_made_under_no_grad_written(m: Any, x: Any, w: Any) -> Any:
    with m.no_grad():
        v = x.t()
    v += w.t()
    return x


@refused
def shape_that_does_not_fit(m: Any, x: Any, w: Any) -> Any:
    y = x[0] * 1
    y += w  # (3,) cannot become (2, 3)
    return y


@refused
def shape_that_does_not_broadcast(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y += w.t()
    return y


@refused
def scalar_cannot_grow(m: Any, x: Any, w: Any) -> Any:
    y = x.sum()
    y += w
    return y


@refused
def float_into_int(m: Any, x: Any, w: Any) -> Any:
    y = m.tensor([[1, 2, 3]])
    y += x
    return y


@refused
def float_number_into_int(m: Any, x: Any, w: Any) -> Any:
    y = m.tensor([[1, 2, 3]])
    y += 0.5
    return y * x


@refused
def true_division_into_int(m: Any, x: Any, w: Any) -> Any:
    y = m.tensor([[1, 2, 3]])
    y /= 2
    return y * x


@refused
def int_into_bool(m: Any, x: Any, w: Any) -> Any:
    y = m.tensor([[True, False, True]])
    y += m.tensor([[1, 2, 3]])
    return y * x


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_by_torch(name: str) -> None:
    with pytest.raises(RuntimeError):
        run(torch, REFUSED[name])
    with pytest.raises(TinygradZhError):
        run(tg, REFUSED[name])


def test_writing_to_one_of_several_results_is_no_matter_to_others_that_were_saved() -> None:
    x = tg.tensor(VALUES, requires_grad=True)
    q, r = tg.linalg.qr(x)
    square = r * r
    with tg.no_grad():
        q.zero_()
    (gradient,) = tg.autograd.grad(square.sum(), r)
    assert gradient.tolist() == (2 * r).tolist()


# -- programs that PyTorch refuses, and we need not ----------------------------------------------------
# Each stands beside the program that it means, written without in-place operations.

MEANT: dict[str, tuple[Program, Program]] = {}


def means(functional: Program) -> Callable[[Program], Program]:
    def take(function: Program) -> Program:
        MEANT[function.__name__] = (function, functional)
        return function

    return take


@means(lambda m, x, w: x * x)
def times_itself(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y *= y
    return y


@means(lambda m, x, w: m.cat((x[:1] + w[:1], x[1:])))
def part_of_split_written(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    a, _ = y.split(1)
    a += w[:1]
    return y


@means(lambda m, x, w: x + w[0])
def row_of_unbind_written(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    for row in y.unbind(0):
        row += w[0]
    return y


@means(lambda m, x, w: x + w[0])
def row_of_iteration_written(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    for row in y:
        row += w[0]
    return y


@means(lambda m, x, w: m.cat((x[:1] * 2, x[1:])))
def chunk_written(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    y.chunk(2, 0)[0].mul_(2)
    return y


@means(lambda m, x, w: x + w)
def written_while_iterated(m: Any, x: Any, w: Any) -> Any:
    y = x * 1
    for row, weight in zip(y, w, strict=True):
        row += weight
    return y


@pytest.mark.parametrize("name", MEANT)
def test_refused_or_right(name: str) -> None:
    function, functional = MEANT[name]
    with pytest.raises(RuntimeError):
        run(torch, function)
    try:
        ours = run(tg, function)
    except TinygradZhError:
        return
    same(ours, run(torch, functional))
