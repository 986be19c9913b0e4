"""What a picture or an explanation needs: kept only under ``with record() as r``, outside it nothing is.

    with record() as r:
        loss = f(w)
        loss.backward()
    r.steps[0].op.name, r.steps[0].line, r.steps[0].value

``../ops/steps.py`` says what is kept of one step.

May import: floor 0 and the files before it.  That was the last file; ``../ops/elementwise.py`` shows the ops.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from ..aliases import Array
from .modes import MODE, listening
from .node import Node
from .primitive import Primitive
from .registry import registry
from .tensor import Tensor


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
        self.steps: list[Any] = []
        self.by_node: dict[int, Any] = {}
        self.leaves: dict[int, tuple[str | None, Array]] = {}
        self._alive: list[Any] = []  # ids of objects are unique only while the objects live
        self._stack = ExitStack()

    def __enter__(self) -> Record:
        self._stack.enter_context(listening(self))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._alive.clear()

    def ran(self, op: Primitive, arrays: Any, static: dict[str, Any], result: Any) -> None:
        """The door: nothing is kept here, for ``applied`` sees the same step with its Tensors."""

    def applied(self, op: Primitive, operands: tuple[Any, ...], static: dict[str, Any], result: Any) -> None:
        """Keep a summary of one forward step."""
        mode = MODE.get()
        if mode.sweeping and not mode.recording:
            return  # a rule at work: ``pulled`` keeps what it hands on
        results = result if isinstance(result, tuple) else (result,)
        step = registry["step_of"](op, operands, static, results)
        self.steps.append(step)
        self._alive += [*operands, *results]
        if step.node_id is not None:
            self.by_node[step.node_id] = step
        for x in operands:
            if isinstance(x, Tensor) and x.node is not None and x.node.op is None:
                self.leaves[x.node.id] = (x.name, x.array)

    def pulled(self, node: Node, cotangent: Any, shares: Any) -> None:
        """Keep what the sweep handed on at one node."""
        if node.id in self.by_node:
            self.by_node[node.id].add_shares(cotangent, node.parents, shares)


record = Record
