"""What a picture shows: the steps that led to a Tensor, from a record, or from its nodes if there is none.

A node knows the op, its parents and the shape of its result.  Values, gradients, source lines and operands
that need no gradient are known to a ``record`` alone.

May import: floor 1.  Read next: ``dot.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ..aliases import Array, DType, Shape
from ..core.node import Node
from ..core.primitive import Primitive
from ..core.record import Record
from ..core.symbol import ATOM, Symbol
from ..core.tensor import Tensor
from ..errors import error
from ..ops.steps import Step
from .names import Names
from .numbers import as_numpy
from .plain import plain

PARAMETER, DATA, OP, MORE = "parameter", "data", "op", "more"
ABSENT, UNKNOWN = "\u2205", "\u25a1"
"""Stand in a formula for an operand that is None, and for a constant of which nothing was kept."""


@dataclass(eq=False)
class Vertex:
    """One box of the picture: a leaf, or an op together with its result.

    Attributes
    ----------
    kind : str
        ``PARAMETER``, ``DATA``, ``OP`` or ``MORE`` (whose making is not drawn, or was not recorded).
    name : str
        What the user calls it, or ``v₁``, ``v₂`` ….
    node_id : int or None
        ``Node.id`` of a leaf, or of the op's result.
    texts, static
        What the op was applied to: names, numbers or None, and its static arguments.
    operands : list of (Vertex, bool)
        Where the arrows come from, and whether gradients flow back along them.
    """

    kind: str
    name: str = ""
    op: Primitive | None = None
    node_id: int | None = None
    texts: list[Any] = field(default_factory=list)
    static: dict[str, Any] = field(default_factory=dict)
    shape: Shape | None = None
    dtype: DType | None = None
    value: Array | None = None
    gradient: Array | None = None
    line: str | None = None
    step: Step | None = None
    operands: list[tuple[Vertex, bool]] = field(default_factory=list)

    @property
    def formula(self) -> str:
        """``a ⊙ b``, as plain text; empty for a leaf."""
        return "" if self.op is None else printed(self.op, self.texts, self.static)


@dataclass
class Graph:
    """The vertices of a picture, operands before results; the last one is the result."""

    vertices: list[Vertex]
    total: int

    @property
    def result(self) -> Vertex:
        """What the picture is of."""
        return self.vertices[-1]

    @property
    def shown(self) -> int:
        """How many ops are drawn."""
        return sum(vertex.op is not None for vertex in self.vertices)


# -- formulas and names ----------------------------------------------------------------------------------


def lowered(count: int) -> str:
    """Return a number in subscript digits."""
    return "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(count))


def as_tex(name: str) -> str:
    """Return a name so that TeX takes it literally."""
    return re.sub(r"([_^{}\\])", r"\\\1", name)


def printed(op: Primitive, operands: list[Any], static: dict[str, Any]) -> str:
    """Return the op's formula with these operands: names as str, numbers as they are, None for nothing."""
    symbols = [Symbol(as_tex(x), ATOM) if isinstance(x, str) else Symbol(ABSENT) if x is None else x for x in operands]
    if not getattr(op, "tex", ""):  # a user's Function states no formula
        return f"{op.name}({', '.join(str(x) for x in operands)})"
    if not any(isinstance(x, Symbol) for x in symbols):
        symbols = [Symbol(str(x)) for x in symbols]
    return re.sub(rf" [+−] {ABSENT}", "", plain(str(op.print(tuple(symbols), static))))


def as_number(operand: Any) -> Any:
    """Return what stands beside Tensors as a Python number, with at most six digits if it is a float."""
    value = operand.item() if hasattr(operand, "item") and getattr(operand, "size", 1) == 1 else operand
    if isinstance(value, float):
        short = float(f"{value:.6g}")
        return int(short) if short.is_integer() and abs(short) < 10**6 else short
    return value if isinstance(value, (int, bool)) else str(value)


def summed_to(share: Any, shape: Shape) -> Any:
    """Undo broadcasting: sum an array down to `shape`."""
    values = as_numpy(share)
    if values.shape == tuple(shape):
        return values
    lead = values.ndim - len(shape)
    axes = (*range(lead), *(lead + i for i, n in enumerate(shape) if n == 1 and values.shape[lead + i] != 1))
    return values.sum(axis=axes, keepdims=True).reshape(shape)


# -- from a record ---------------------------------------------------------------------------------------


def step_of(record: Record, tensor: Tensor) -> Step | None:
    """Return the step that made `tensor`, or None if the record did not see it."""
    node = tensor.node
    if node is not None:
        owner = node if node.id in record.by_node or not node.parents else node.parents[0]
        return None if owner is None else record.by_node.get(owner.id)
    for step in reversed(record.steps):
        if id(tensor) in step.result_ids and step.results[step.result_ids.index(id(tensor))].shape == tensor.shape:
            return step
    return None


class RecordReader:
    """Builds the graph of one Tensor from a record's summaries."""

    def __init__(self, record: Record, names: Names) -> None:
        self.record = record
        self.names = names
        self.index = {id(step): i for i, step in enumerate(record.steps)}
        self.makers = {key: (step, k) for step in record.steps for k, key in enumerate(step.result_ids)}

    def maker(self, step: Step, i: int) -> tuple[Step, int] | None:
        """Return the earlier step, and which of its results, that gave operand `i`; None for a leaf."""
        node_id, tensor_id = step.parent_ids[i], step.operand_ids[i]
        if node_id is not None and node_id in self.record.by_node:
            return self.record.by_node[node_id], 0
        if node_id in self.record.leaves or tensor_id not in self.makers:
            return None
        made = self.makers[tensor_id]
        return made if self.index[id(made[0])] < self.index[id(step)] else None

    def steps_before(self, last: Step) -> list[Step]:
        """Return the steps that `last` depends on, and itself, in order."""
        found, stack = {self.index[id(last)]}, [last]
        while stack:
            step = stack.pop()
            for i in range(len(step.operands)):
                made = self.maker(step, i)
                if made is not None and self.index[id(made[0])] not in found:
                    found.add(self.index[id(made[0])])
                    stack.append(made[0])
        return [self.record.steps[i] for i in sorted(found)]

    def graph(self, last: Step, limit: int) -> Graph:
        """Return the graph of what `last` computed, of at most `limit` steps."""
        steps = self.steps_before(last)
        vertices: dict[Any, Vertex] = {}
        calls = {id(step): self.name_of(step, i) for i, step in enumerate(steps, 1)}
        for step in steps[-limit:]:
            texts: list[Any] = []
            operands: list[tuple[Vertex, bool]] = []
            for i, operand in enumerate(step.operands):
                if step.operand_ids[i] is None:
                    texts.append(None if operand is None else as_number(operand))
                    continue
                made = self.maker(step, i)
                if made is None:
                    vertex = self.leaf(vertices, step, i)
                else:
                    vertex = vertices.setdefault(id(made[0]), Vertex(MORE, calls[id(made[0])]))
                suffix = f"[{made[1]}]" if made is not None and len(made[0].results) > 1 else ""
                texts.append(vertex.name + suffix)
                operands.append((vertex, step.parent_ids[i] is not None))
            name = calls[id(step)]
            vertices[id(step)] = Vertex(
                OP, name, step.op, step.node_id, texts, step.static, step.value.shape, step.value.dtype,
                step.value, step.cotangent, step.line, step, operands,
            )  # fmt: skip
        return Graph(list(vertices.values()), len(steps))

    def name_of(self, step: Step, count: int) -> str:
        """Return the user's name of a step's result, else ``v`` and its number."""
        node_id = step.node_id if len(step.results) == 1 else None
        return self.names.of(node_id, step.result_ids[0], step.value) or "v" + lowered(count)

    def leaf(self, vertices: dict[Any, Vertex], step: Step, i: int) -> Vertex:
        """Return the vertex of an operand that no recorded step made, and add the share it got to its gradient."""
        node_id, tensor_id, value = step.parent_ids[i], step.operand_ids[i], step.operands[i]
        key = ("leaf", node_id, None if node_id is not None else tensor_id)
        if key not in vertices:
            name = self.names.of(node_id, tensor_id, value) or step.names[i]
            kind = DATA if node_id is None else PARAMETER if node_id in self.record.leaves else MORE
            count = 1 + sum(vertex.kind == kind for vertex in vertices.values())
            name = name or {DATA: "c", PARAMETER: "p", MORE: "u"}[kind] + lowered(count)
            vertices[key] = Vertex(kind, name, node_id=node_id, shape=value.shape, dtype=value.dtype, value=value)
        vertex = vertices[key]
        for share in step.shares:
            if share.position == i:
                part = summed_to(share.value, value.shape)
                vertex.gradient = part if vertex.gradient is None else vertex.gradient + part
        return vertex


# -- from nodes ------------------------------------------------------------------------------------------


def graph_of_nodes(last: Node, names: Names, limit: int) -> Graph:
    """Return the graph that hangs from a node; it must not have been freed."""
    nodes = nodes_before(last)
    ops = [node for node in nodes if node.op is not None and node.op.name != "item_of"]
    only = {node.parents[0]: node.id for node in nodes if node.op is not None and is_only_result(node)}
    calls = {node: names.of(only.get(node, node.id), None) or "v" + lowered(i) for i, node in enumerate(ops, 1)}
    vertices: dict[Any, Vertex] = {}
    for node in ops[-limit:]:
        assert node.op is not None
        saved = dict(zip(getattr(node.op, "saves", ()), node.saved or (), strict=False))
        places = () if getattr(node.op, "variadic", False) else getattr(node.op, "operands", ())
        texts: list[Any] = []
        operands: list[tuple[Vertex, bool]] = []
        for i, parent in enumerate(node.parents):
            suffix = ""
            if parent is None:
                kept = saved.get(places[i], UNKNOWN) if i < len(places) else UNKNOWN
                vertex = constant(vertices, kept, names, texts)
                if vertex is None:
                    continue
            elif parent.op is None:
                vertex = vertices.setdefault(parent, parameter(parent, names, vertices))
            else:
                if parent.op.name == "item_of" and parent.parents[0] is not None:
                    suffix = "" if is_only_result(parent) else f"[{parent.static['index']}]"
                    parent = parent.parents[0]
                vertex = vertices.setdefault(parent, Vertex(MORE, calls[parent]))
            texts.append(vertex.name + suffix)
            operands.append((vertex, parent is not None))
        vertices[node] = Vertex(
            OP, calls[node], node.op, node.id, texts, node.static, node.shape, node.dtype, operands=operands
        )
    return Graph(list(vertices.values()), len(ops))


def is_only_result(node: Node) -> bool:
    """Whether a node stands for the single result of an op that could have several, such as a user's Function."""
    return node.op is not None and node.op.name == "item_of" and node.static["count"] == 1


def nodes_before(*last: Node, freed: bool = False) -> list[Node]:
    """Return these nodes and all that they depend on, the oldest first; unless `freed`, none may have been freed."""
    found, stack = set(last), list(last)
    while stack:
        node = stack.pop()
        if node.op is not None and node.saved is None and not freed:
            raise error("draw-freed", op=node.op.name)
        for parent in node.parents:
            if parent is not None and parent not in found:
                found.add(parent)
                stack.append(parent)
    return sorted(found, key=lambda node: node.id)


def constant(vertices: dict[Any, Vertex], kept: Any, names: Names, texts: list[Any]) -> Vertex | None:
    """Return the vertex of a Tensor that needs no gradient; put a number, or that nothing is known, into `texts`."""
    if not isinstance(kept, Tensor):
        texts.append(kept if kept is None or kept is UNKNOWN else as_number(kept))
        return None
    count = 1 + sum(vertex.kind == DATA for vertex in vertices.values())
    name = names.of(None, id(kept), kept.array) or kept.name or "c" + lowered(count)
    return vertices.setdefault(("constant", id(kept)), Vertex(DATA, name, shape=kept.shape, dtype=kept.dtype))


def parameter(node: Node, names: Names, vertices: dict[Any, Vertex]) -> Vertex:
    """Return the vertex of a leaf that wants a gradient."""
    count = 1 + sum(vertex.kind == PARAMETER for vertex in vertices.values())
    tensor = node.target() if node.target is not None else None
    name = names.of(node.id, None) or (tensor.name if tensor is not None else None) or "p" + lowered(count)
    return Vertex(PARAMETER, name, node_id=node.id, shape=node.shape, dtype=node.dtype)
