"""Leaves, and how many nodes there are behind a result."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import tinygrad_zh as tg
from tinygrad_zh import autograd
from tinygrad_zh.core.node import Node


def leaf(values: Any) -> tg.Tensor:
    return tg.tensor(values, dtype="float64", requires_grad=True)


def nodes_alive() -> int:
    """How many nodes of operations there are; leaves are not counted."""
    return sum(1 for x in gc.get_objects() if type(x) is Node and x.op is not None)


def watch(node: Node | None) -> list[weakref.ref[Node]]:
    """Return weak references to a node and all nodes behind it that are no leaves."""
    found: list[weakref.ref[Node]] = []
    stack: list[Node | None] = [node]
    seen: set[int] = set()
    while stack:
        one = stack.pop()
        if one is not None and one.op is not None and id(one) not in seen:
            seen.add(id(one))
            found.append(weakref.ref(one))
            stack.extend(one.parents)
    return found


def alive(references: list[weakref.ref[Node]]) -> list[Any]:
    return [reference() for reference in references if reference() is not None]


class Square(autograd.Function):
    """x², which saves its result too."""

    @staticmethod
    def forward(ctx: Any, x: tg.Tensor) -> tg.Tensor:
        y = x * x
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx: Any, g: tg.Tensor) -> tg.Tensor:
        x, _ = ctx.saved_tensors
        return g * 2 * x
