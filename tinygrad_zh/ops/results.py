"""Floor 2: results that are views of an operand, or several at once.

A view shares its base's version counter and knows how it was taken, so that writing through it can be
differentiated (``../core/inplace.py``).  Each of several results gets a small node of its own that knows its
place among them: its pullback puts the cotangent into that place of a tuple.  Where their rule saves the results,
each has a version counter from the start, and the op's node asks all of them.

May import: floors 0–1.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from ..core.inplace import CONSTANT, Cell, share
from ..core.modes import MODE
from ..core.node import Node
from ..core.primitive import Primitive, primitive
from ..core.registry import register
from ..core.tensor import Tensor, box


@primitive("<x>", vjp_x=lambda g, index, count: tuple(g if i == index else None for i in range(count)))
def item_of(xp: Any, x: Any, *, index: int, count: int) -> Any:
    """One of several results; None stands for a zero cotangent of the others."""
    return x[index]


def box_special(op: Primitive, y: Any, node: Node | None, base: Any, static: dict[str, Any]) -> Any:
    """Box the result of an op that makes views or has several results.

    Parameters
    ----------
    op : Primitive
        What was computed.
    y : array or tuple of array
        The result.
    node : Node or None
        The op's node.
    base : Tensor
        The first operand, which a view looks into.
    static : dict
        How the view was taken.
    """
    if op.outputs == 1:
        return marked(box(y, node), op, base, static)
    cells = [Cell() for _ in y] if node is not None and op.saves_y else None
    if node is not None and cells is not None:
        node.cell = Cells(cells)
    results = []
    for i, part in enumerate(y):
        item = None
        if node is not None and part.dtype.kind == "f":
            item = Node(item_of, (node,), (), {"index": i, "count": len(y)}, part.shape, part.dtype)
        result = box(part, item)
        result.cell = None if cells is None else cells[i]
        results.append(marked(result, functools.partial(part_of, op, i), base, static) if op.view else result)
    return tuple(results)


class Cells(Cell):
    """The version counters of several results that one node has saved, read as one."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Cell]) -> None:
        self.parts = parts

    @property
    def version(self) -> int:  # type: ignore[override]  # nobody writes here: a result's own cell is what is counted
        """How often any of them has been written to."""
        return sum(cell.version for cell in self.parts)

    @property
    def last(self) -> str:  # type: ignore[override]
        """Who wrote to one of them."""
        return next((cell.last for cell in self.parts if cell.version), "")


def part_of(op: Primitive, index: int, x: Any, **static: Any) -> Any:
    """Return one result of an op with several."""
    return op(x, **static)[index]


def marked(result: Tensor, view: Callable[..., Any], base: Tensor, static: dict[str, Any]) -> Tensor:
    """If the result really shares memory with `base`, mark it as a view."""
    y, x = result.array, base.array
    return (
        mark(result, view, base, static)
        if y is x or y.base is x or (y.base is not None and y.base is x.base)
        else result
    )


def mark(result: Tensor, view: Callable[..., Any], base: Tensor, static: dict[str, Any]) -> Tensor:
    """Mark a result as a view of `base`, whose memory it shares."""
    result.cell = share(base)
    result.source = (view, base, static)
    result.seen = result.cell.version if MODE.get().recording else CONSTANT
    return result


register("box_special", box_special)
register("item_of", item_of)
