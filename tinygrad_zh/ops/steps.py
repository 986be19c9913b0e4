"""Floor 2: what ``record()`` keeps of one step: copies, so that nothing changes later, and no graph is kept alive.

May import: floors 0–1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..aliases import Array
from ..core.primitive import Primitive
from ..core.registry import register
from ..core.tensor import Tensor
from .source_line import user_line


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

    def add_shares(self, cotangent: Any, parents: Sequence[Any], shares: Sequence[Any]) -> None:
        """Keep what the sweep brought to this step, and what it handed on."""
        if isinstance(cotangent, Tensor):
            self.cotangent = cotangent.array.copy()
        edges = enumerate(zip(parents, shares, strict=True))
        self.shares = [Share(i, p.id, share.array.copy()) for i, (p, share) in edges if isinstance(share, Tensor)]


def step_of(op: Primitive, operands: tuple[Any, ...], static: dict[str, Any], results: tuple[Tensor, ...]) -> Step:
    """Summarise one application of an op."""
    tensors = [x if isinstance(x, Tensor) else None for x in operands]
    node = next((y.node for y in results if y.node is not None), None)
    if node is not None and op.outputs != 1:
        node = node.parents[0]
    return Step(
        op=op,
        static=static,
        operand_ids=[None if x is None else id(x) for x in tensors],
        operands=[x.array.copy() if isinstance(x, Tensor) else x for x in operands],
        results=[y.array.copy() for y in results],
        result_ids=[id(y) for y in results],
        node_id=None if node is None else node.id,
        parent_ids=[None if x is None or x.node is None else x.node.id for x in tensors],
        line=user_line(),
        names=[None if x is None else x.name for x in tensors],
    )


register("step_of", step_of)
