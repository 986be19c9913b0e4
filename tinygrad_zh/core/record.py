"""What a picture or an explanation needs: kept only under ``with record() as r``, outside it nothing is.

    with record() as r:
        loss = f(w)
        loss.backward()
    r.steps[0].op.name, r.steps[0].line, r.steps[0].value

May import: floor 0 and the files before it.  That was the last file; ``../ops/elementwise.py`` shows the ops.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from ..aliases import Array
from .modes import MODE, listening
from .node import Node
from .primitive import Primitive
from .registry import registry
from .tensor import Tensor


@dataclass
class Share:
    """What one operand of one step received in the sweep: ``value`` is ∂L/∂operand along this edge."""

    position: int
    parent_id: int
    value: Array


@dataclass
class Step:
    """One application of an op, as it was seen.

    Attributes
    ----------
    op, static
        What was applied, with which static arguments.
    operand_ids : list of int or None
        Per operand, which recorded value it is: ``Record.values`` has its key; None for a plain number.
    operands : list
        Per operand, a copy of its array, or the number.
    value : array
        A copy of the result (of the first, if there are several).
    node_id : int or None
        ``Node.id`` of the result; None if no gradient flows.
    parent_ids : list of int or None
        ``Node.id`` of each operand.
    line : str
        ``file:line`` in the user's program.
    cotangent, shares
        What the sweep brought: ∂L/∂result, and what was handed to each operand.
    """

    op: Primitive
    static: dict[str, Any]
    operand_ids: list[int | None]
    operands: list[Any]
    results: list[Array]
    result_ids: list[int]
    node_id: int | None
    parent_ids: list[int | None]
    line: str
    names: list[str | None]
    cotangent: Array | None = None
    shares: list[Share] = field(default_factory=list)

    @property
    def value(self) -> Array:
        """The first result."""
        return self.results[0]


class Record:
    """A context manager that listens to everything between ``with`` and the end of the block.

    Attributes
    ----------
    steps : list of Step
        In the order in which they were computed.
    by_node : dict
        The step that made a node, by ``Node.id``.
    leaves : dict
        ``Node.id`` of every leaf that was used, with (name, array).
    """

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.by_node: dict[int, Step] = {}
        self.leaves: dict[int, tuple[str | None, Array]] = {}
        self._alive: list[Tensor] = []  # ids of objects are unique only while the objects live
        self._stack = ExitStack()

    def __enter__(self) -> Record:
        self._stack.enter_context(listening(self))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._alive.clear()

    def ran(self, op: Primitive, arrays: tuple[Array, ...], static: dict[str, Any], result: Any) -> None:
        """The door: nothing is kept here, for ``applied`` sees the same step with its Tensors."""

    def applied(self, op: Primitive, operands: tuple[Any, ...], static: dict[str, Any], result: Any) -> None:
        """Keep a summary of one forward step."""
        mode = MODE.get()
        if mode.sweeping and not mode.recording:
            return  # a rule at work: ``pulled`` keeps what it hands on
        results = result if isinstance(result, tuple) else (result,)
        tensors = [x if isinstance(x, Tensor) else None for x in operands]
        node = results[0].node
        if node is not None and len(results) > 1:
            node = node.parents[0]
        step = Step(
            op=op,
            static=static,
            operand_ids=[None if x is None else id(x) for x in tensors],
            operands=[x.array.copy() if isinstance(x, Tensor) else x for x in operands],
            results=[y.array.copy() for y in results],
            result_ids=[id(y) for y in results],
            node_id=None if node is None else node.id,
            parent_ids=[None if x is None or x.node is None else x.node.id for x in tensors],
            line=registry["user_line"](),
            names=[None if x is None else x.name for x in tensors],
        )
        self.steps.append(step)
        self._alive.extend([*(x for x in tensors if x is not None), *results])
        if node is not None:
            self.by_node[node.id] = step
        for x in tensors:
            if x is not None and x.node is not None and x.node.op is None:
                self.leaves[x.node.id] = (x.name, x.array)

    def pulled(self, node: Node, cotangent: Any, shares: list[tuple[Node, Any, int]]) -> None:
        """Keep what the sweep handed on at one node."""
        step = self.by_node.get(node.id)
        if step is None:
            return
        if isinstance(cotangent, Tensor):
            step.cotangent = cotangent.array.copy()
        step.shares = [
            Share(i, parent.id, share.array.copy()) for parent, share, i in shares if isinstance(share, Tensor)
        ]


record = Record
