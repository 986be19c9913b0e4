"""No program makes a cycle of references: reference counts alone free its graph, swept or not."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest

import tinygrad_zh as tg
from tinygrad_zh.errors import GraphError

from .graphs import Square, leaf, nodes_alive

pytestmark = pytest.mark.usefixtures("without_collector")


BUILDS: dict[str, Callable[[tg.Tensor, tg.Tensor], Any]] = {}


def build(function: Callable[[tg.Tensor, tg.Tensor], Any]) -> Callable[[tg.Tensor, tg.Tensor], Any]:
    BUILDS[function.__name__] = function
    return function


@build
def pure(x: tg.Tensor, w: tg.Tensor) -> Any:
    return (x @ w).relu().exp() + x.sum() * w


@build
def add_in_place(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * 1
    y += w
    y += 2
    return y


@build
def add_to_itself(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * 1
    y += y
    return y


@build
def multiply_in_place(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * 1
    y *= w
    return y


@build
def multiply_by_itself(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * 1
    y *= y
    return y


@build
def add_own_exponential(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * 1
    y += y.exp()
    return y


@build
def add_own_sine(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * 1
    y += y.sin()
    return y


@build
def add_product_with_itself(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * 1
    z = y * w
    y += z
    return y


@build
def unary_in_place(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * 1
    y.exp_().neg_()
    return y


@build
def through_a_view(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * 1
    v = y.t()
    v += w
    return y, v


@build
def through_a_view_of_a_view(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * 1
    v = y.view(4).unsqueeze(0)
    v *= 3
    return y * 2


@build
def multiply_by_own_view(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * 1
    y *= y.t()
    return y


@build
def saved_view_then_base_written(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * 1
    z = y.t() * w
    y += z
    return y


@build
def row_written(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * 1
    y[0] = w[1]
    y[1] += w[0]
    return y


@build
def retaining(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * 1
    y.retain_grad()
    z = y * w
    z.retain_grad()
    return z


@build
def hooked(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * 1
    y.register_hook(lambda g: g * 2)
    return y * w


@build
def parts(x: tg.Tensor, w: tg.Tensor) -> Any:
    a, b = (x * w).split(1)
    return a * b


@build
def detached(x: tg.Tensor, w: tg.Tensor) -> Any:
    y = x * w
    return y * y.detach()


@build
def function(x: tg.Tensor, w: tg.Tensor) -> Any:
    return Square.apply(x * w)


# A value is saved, and its tensor written to afterwards: the sweep refuses such a graph (so does PyTorch), and the
# tensor's new node leads back to the node that saved it. Only these programs wait for the garbage collector.
DOOMED = {"add_own_sine", "add_product_with_itself", "multiply_by_own_view", "saved_view_then_base_written"}


@pytest.mark.parametrize("name", sorted(DOOMED))
def test_a_graph_that_cannot_be_swept_waits_for_the_garbage_collector(name: str) -> None:
    x, w = leaf([[1.0, 2.0], [3.0, 4.0]]), leaf([[5.0, 6.0], [7.0, 8.0]])
    before = nodes_alive()
    result = BUILDS[name](x, w)
    with pytest.raises(GraphError, match="overwritten"):
        result.sum().backward()
    del result
    gc.collect()
    assert nodes_alive() == before


@pytest.mark.parametrize("name", sorted(set(BUILDS) - DOOMED))
@pytest.mark.parametrize("swept", [False, True])
def test_no_cycle(name: str, swept: bool) -> None:
    x, w = leaf([[1.0, 2.0], [3.0, 4.0]]), leaf([[5.0, 6.0], [7.0, 8.0]])
    before = nodes_alive()
    result = BUILDS[name](x, w)
    assert nodes_alive() > before
    if swept:
        first = result[0] if isinstance(result, tuple) else result
        try:
            first.sum().backward()
        except GraphError as problem:  # a saved value was overwritten: what failed must be freed as well
            assert "overwritten" in str(problem)
            problem.__traceback__ = None
        del first
    del result
    assert nodes_alive() == before
