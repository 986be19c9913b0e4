"""The functions written out for one op do what the general way does: values, nodes and gradients, to the last bit."""

from __future__ import annotations

import gc
import linecache
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tinygrad_zh.core.node import Node
from tinygrad_zh.core.operators import Operators
from tinygrad_zh.core.primitive import Primitive, primitive
from tinygrad_zh.core.tensor import Tensor
from tinygrad_zh.errors import TinygradZhError
from tinygrad_zh.ops.operators import attach_operators

from .libraries import OURS, array, cotangents, our_gradients, ours, results
from .tables import Row, all_rows

ROWS = all_rows()
OPS = [x for x in gc.get_objects() if issubclass(type(x), Primitive)]
"""Every op there is."""


@contextmanager
def the_general_way() -> Iterator[None]:
    """Take the written functions away from every op, and give them back."""
    before = [(op, op.__dict__.copy()) for op in OPS]
    operators = {name: value for name, value in vars(Operators).items() if name.startswith("__") and callable(value)}
    for op in OPS:
        op.__dict__.pop("apply", None)
        op.__dict__.pop("pull", None)
        op.written_out = True  # so that nothing is written meanwhile
    attach_operators()
    try:
        yield
    finally:
        for op, state in before:
            op.__dict__.clear()
            op.__dict__.update(state)
        for name, value in operators.items():
            setattr(Operators, name, value)


def summary(x: Any) -> Any:
    """What a saved value is, but for the numbers in an array."""
    if type(x) is tuple:
        return tuple(summary(part) for part in x)
    has_node = isinstance(x, Tensor) and x.node is not None
    return type(x).__name__, getattr(x, "shape", x), has_node


def shape_of_graph(ys: tuple[Any, ...]) -> list[Any]:
    """What the nodes before `ys` say, in the order in which they were made; nothing of the arrays themselves."""
    nodes: dict[int, Node] = {}
    waiting = [y.node for y in ys if isinstance(y, Tensor) and y.node is not None]
    while waiting:
        node = waiting.pop()
        if node.id not in nodes:
            nodes[node.id] = node
            waiting += [p for p in node.parents if p is not None]
    places = {key: i for i, key in enumerate(sorted(nodes))}
    told = []
    for key in sorted(nodes):
        node = nodes[key]
        saved = [summary(x) for x in node.saved or ()]
        parents = [None if p is None else places[p.id] for p in node.parents]
        told.append((node.name, parents, saved, sorted(node.static), node.shape, node.dtype, node.watched))
    return told


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_both_ways_are_one(row: Row) -> None:
    arrays = row.arrays()
    results(row, OURS, ours(row, arrays))  # from here on the ops are written out
    found = results(row, OURS, ours(row, arrays))
    us = cotangents([y for y in found if isinstance(y, Tensor)])
    gradients = our_gradients(row, arrays, us) if us else []
    with the_general_way():
        expected = results(row, OURS, ours(row, arrays))
        general = our_gradients(row, arrays, us) if us else []
    for y, e in zip(found, expected, strict=True):
        np.testing.assert_array_equal(array(y), array(e))
        assert array(y).dtype == array(e).dtype
    assert shape_of_graph(found) == shape_of_graph(expected)
    for g, e in zip(gradients, general, strict=True):
        np.testing.assert_array_equal(g, e)


@pytest.fixture
def scaled() -> Primitive:
    """An op that nobody has called yet."""

    @primitive("<k> <x>", vjp_x=lambda g, x, k, low: g * k, name="scaled")
    def op(xp: Any, x: Any, *, k: float, low: float = 0.0) -> Any:
        """Multiply by a number."""
        if k < low:
            raise ValueError("too low")
        return x * k

    return op


def test_it_is_written_at_the_first_call_and_can_be_read(scaled: Primitive) -> None:
    assert not scaled.source and "apply" not in vars(scaled)
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    for _ in range(2):  # the general way, then the written one
        y = scaled(x, k=3.0)
        y.sum().backward()
        assert y.tolist() == [3.0, 6.0]
    assert x.grad.tolist() == [6.0, 6.0]
    assert scaled.source.startswith("def apply(x, *, k=ABSENT, low=_default_low):")
    assert "def pull(node, g, boxed, useful):" in scaled.source
    assert vars(scaled)["apply"].__code__.co_filename in linecache.cache


def test_a_static_argument_left_out_is_an_error_both_times(scaled: Primitive) -> None:
    for _ in range(2):
        with pytest.raises(TinygradZhError, match="k"):
            scaled(tg.tensor([1.0]))


def test_what_a_kernel_refuses_is_explained_with_the_written_line_in_the_traceback(scaled: Primitive) -> None:
    x = tg.tensor([1.0])
    scaled(x, k=1.0)
    with pytest.raises(TinygradZhError, match="too low") as caught:
        scaled(x, k=-1.0)
    assert "_run_quietly(the_kernel, _xp, x_array, k=k, low=low)" in "".join(traceback.format_exception(caught.value))


def test_an_op_within_an_op_goes_the_general_way(scaled: Primitive) -> None:
    @primitive("<x>", name="outer")
    def outer(xp: Any, x: Any) -> Any:
        return scaled(tg.tensor(x), k=2.0).array  # a value that uses Tensors: odd, but possible

    for _ in range(2):
        assert outer(tg.tensor([1.0, 2.0])).tolist() == [2.0, 4.0]


def test_arguments_may_have_any_name() -> None:
    """Names that the written functions use themselves among them."""

    @primitive("<x>", vjp_x=lambda g, value, quiet, op: g * value * quiet * op, name="named_oddly")
    def odd(xp: Any, x: Any, run: Any, *, value: float, quiet: float, op: float, kernels: int = 1, new: int = 2) -> Any:
        return x * (value * quiet * op) + run * kernels * new

    for _ in range(2):
        x = tg.tensor([1.0, 2.0], requires_grad=True)
        y = odd(x, 3.0, value=2.0, quiet=3.0, op=5.0)
        y.sum().backward()
        assert y.tolist() == [36.0, 66.0]
        assert x.grad.tolist() == [30.0, 30.0]


@pytest.mark.parametrize("function", ["exp", "sin", "mul", "add", "div", "neg", "sqrt", "log"])
def test_the_ufunc_named_is_the_value(function: str) -> None:
    op: Any = next(op for op in OPS if op.name == function)
    xs = [np.linspace(0.5, 2, 7, dtype=np.float32) + i for i in range(len(op.operands))]
    assert op.ufunc
    np.testing.assert_array_equal(getattr(np, op.ufunc)(*xs), op.value(np, *xs))
