"""``explain(loss, wrt=w)``: where a gradient comes from: a share from every place that used the value.

The multivariate chain rule says ∂L/∂w = Σ over the uses of w of (cotangent of the use) · (its derivative).
The explanation shows each term with the rule's own formula, adds them up, and compares with ``w.grad``.

May import: floors 0–3, the files before it.
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..aliases import Shape
from ..core.inplace import refresh
from ..core.modes import listening
from ..core.node import Node
from ..core.primitive import Primitive
from ..core.record import Record
from ..core.sweep import sweep
from ..core.tensor import Tensor, box
from ..errors import error
from ..ops.formula import rule_formula
from ..transforms.gradient import seeds_of
from .draw import graph_of, open_record
from .graph import OP, Graph, Vertex, nodes_before, summed_to
from .names import Names
from .numbers import lines_of, number, spread_of
from .plain import plain
from .words import chosen, say

NO_LIMIT = sys.maxsize


@dataclass(frozen=True)
class Part:
    """What one use of the value contributes to its gradient.

    Attributes
    ----------
    op : str
        The operation that used it.
    line : str or None
        ``file:line`` of the use; None without a record.
    formula : str
        ``v₁ = x ⊙ w``.
    rule : str
        The pullback, printed from the rule: ``g ⊙ a``.
    bindings : str
        What the rule's letters stand for here: ``a = x, g = ∂L/∂v₁``.
    cotangent : Tensor or None
        ∂L/∂(result of the use); None for an op with several results.
    share : Tensor
        This use's term of the sum, of the value's shape.
    broadcast_shape : tuple of int or None
        The shape from which the share was summed, if the value was broadcast.
    """

    op: str
    line: str | None
    formula: str
    rule: str
    bindings: str
    cotangent: Tensor | None
    share: Tensor
    broadcast_shape: Shape | None


@dataclass(frozen=True)
class Explanation:
    """Where a gradient comes from; ``print()`` shows it.

    Attributes
    ----------
    parts : list of Part
        One for every use, in the order of the computation.
    total : Tensor
        Their sum, ∂L/∂w.
    agrees : bool or None
        Whether the sum equals ``w.grad``, up to rounding; None if that holds nothing.
    """

    parts: list[Part]
    total: Tensor
    agrees: bool | None
    text: str

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


@dataclass(frozen=True)
class Use:
    """One edge of the graph that leads to the value, with what came along it."""

    op: Primitive
    node_id: int
    position: int
    cotangent: Any
    share: Any


class Watcher:
    """Listens to a sweep, and keeps what is handed to one node."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.uses: list[Use] = []

    def ran(self, *_: Any) -> None:
        """Single steps do not matter here."""

    applied = ran

    def pulled(self, node: Node, cotangent: Any, shares: Any) -> None:
        """Keep the shares that go to the node."""
        for position, (parent, share) in enumerate(zip(node.parents, shares, strict=True)):
            if parent is self.node and node.op is not None and share is not None:
                g = cotangent.array.copy() if isinstance(cotangent, Tensor) else None
                self.uses.append(Use(node.op, node.id, position, g, share.array.copy()))


def explain(
    loss: Tensor,
    wrt: Tensor,
    *,
    record: Record | None = None,
    names: dict[str, Tensor] | None = None,
    lang: str | None = None,
) -> Explanation:
    """Explain ∂loss/∂wrt: every use's share, the rule it comes from, the numbers, and their sum.

    Parameters
    ----------
    loss : Tensor of one element
        The result.
    wrt : Tensor of any shape, floating
        The value whose gradient is explained.
    record : Record, optional
        What was recorded while `loss` was computed and, unless the graph is still there, while ``backward()``
        ran; by default a ``record()`` block that is open now.
    names : dict of str to Tensor, optional
        What to call values; by default, as the variables of the calling function are called.
    lang : {"zh", "en"}, optional
        By default the user's language.

    Returns
    -------
    Explanation

    Raises
    ------
    GraphError
        If no gradient flows from `loss` to `wrt`, or neither the record nor the graph knows the sweep.

    Notes
    -----
    If the record saw no sweep from `loss` and the graph is still there, it is swept here: no ``grad`` changes,
    but hooks on the way run.
    """
    for tensor in (loss, wrt):
        if not isinstance(tensor, Tensor):
            raise error("draw-not-a-tensor", op="explain", kind=type(tensor).__name__)
    language = chosen(lang)
    known = Names(sys._getframe(1), names)
    record = record if record is not None else open_record()
    root, target = refresh(loss).node, refresh(wrt).node
    loss_name = known.of(None if root is None else root.id, id(loss)) or "L"
    wrt_name = known.of(None if target is None else target.id, id(wrt)) or wrt.name or "w"
    if root is None or target is None:
        raise error("explain-no-gradient", what=loss_name if root is None else wrt_name)
    if root.op is None:
        raise error("explain-unused", wrt=wrt_name)
    if record is None and is_freed(root):
        raise error("explain-no-sweep")
    graph = graph_of(loss, record, known, NO_LIMIT)
    uses, contradiction = uses_recorded(graph, root, target)
    if uses is None:
        if is_freed(root):
            raise error("explain-mixed", op=contradiction) if contradiction else error("explain-no-sweep")
        uses = uses_swept(loss, target)
    if not uses:
        raise error("explain-unused", wrt=wrt_name)
    return explanation(graph, uses, wrt, loss_name, wrt_name, language)


def is_freed(root: Node) -> bool:
    """Whether a backward pass has freed some of the graph."""
    return any(node.op is not None and node.saved is None for node in nodes_before(root, freed=True))


def uses_recorded(graph: Graph, root: Node, target: Node) -> tuple[list[Use] | None, str]:
    """Return what the record kept of the sweep that began at the root, and nowhere else.

    Returns
    -------
    uses : list of Use, or None
        None if there was no such sweep, or if what was kept does not add up.
    contradiction : str
        The step at which it does not.
    """
    steps = [vertex.step for vertex in graph.vertices if vertex.step is not None]
    if not steps or not steps[-1].shares:
        return None, ""
    arrived: dict[int, Any] = {}
    for step in steps:
        for share in step.shares:
            shape = step.operands[share.position].shape
            part = summed_to(share.value, shape)
            arrived[share.parent_id] = part if share.parent_id not in arrived else arrived[share.parent_id] + part
    for step in steps:
        if step.cotangent is None or step.node_id is None:
            continue
        if step.node_id == root.id:
            if not (as_array(step.cotangent) == 1).all():
                return None, ""  # the sweep began further on
        elif step.node_id not in arrived or not close(arrived[step.node_id], as_array(step.cotangent)):
            return None, f"{step.op.name} ({step.line})"
    return [
        Use(step.op, step.node_id, share.position, step.cotangent, share.value)
        for step in steps
        for share in step.shares
        if share.parent_id == target.id and step.node_id is not None
    ], ""


def uses_swept(loss: Tensor, target: Node) -> list[Use]:
    """Sweep the graph, which must still be there, and keep what is handed to the target."""
    watcher = Watcher(target)
    seeds = seeds_of((loss,), None, create_graph=False)
    retaining = {node: node.retain for node in nodes_before(*seeds) if node.retain is not None}
    try:
        for node in retaining:
            node.retain = None  # an explanation adds nothing to any grad
        with listening(watcher):
            sweep(seeds, {target}, retain_graph=True, create_graph=False)
    finally:
        for node, retain in retaining.items():
            node.retain = retain
    return sorted(watcher.uses, key=lambda use: (use.node_id, use.position))


def as_array(value: Any) -> Any:
    """Return a NumPy array of any device's array."""
    return summed_to(value, value.shape)


def close(a: Any, b: Any) -> bool:
    """Whether two arrays are equal up to the rounding of a few additions, measured at their greatest element."""
    if a.shape != b.shape:
        return False
    scale = max(np.abs(a).max(initial=0), np.abs(b).max(initial=0))
    bound = 64 * np.finfo(b.dtype).eps * scale if np.isfinite(scale) else 0
    return bool(np.allclose(a, b, rtol=0, atol=bound, equal_nan=True))


# -- the text --------------------------------------------------------------------------------------------


def explanation(graph: Graph, uses: list[Use], wrt: Tensor, loss_name: str, wrt_name: str, lang: str) -> Explanation:
    """Put the parts and the text together."""
    users = {vertex.node_id: vertex for vertex in graph.vertices if vertex.kind == OP}
    parts = [part_of(users.get(use.node_id) or unrecorded(use), use, wrt.shape, loss_name, lang) for use in uses]
    total = parts[0].share.array
    for part in parts[1:]:
        total = total + part.share.array
    held = wrt.grad if wrt.is_leaf or wrt.retains_grad else None
    grad = None if held is None else as_array(held.array)
    agrees = None if grad is None else close(as_array(total), grad)
    tell = functools.partial(say, lang, w=wrt_name, loss=loss_name)
    lines = [tell("used-once" if len(parts) == 1 else "used", count=len(parts))]
    for i, part in enumerate(parts, 1):
        lines += ["", *lines_of_part(i, part, wrt.shape, tell, lang)]
    lines += ["", *block(tell("total"), total, lang)]
    if grad is None:
        lines.append(tell("no-grad-field"))
    elif agrees:
        lines.append(tell("agrees"))
    else:
        lines.append(tell("differs", difference=number(np.abs(as_array(total) - grad).max(initial=0))))
    return Explanation(parts, box(total), agrees, "\n".join(lines))


def unrecorded(use: Use) -> Vertex:
    """Return a vertex for a use that no record saw, such as writing into a view."""
    return Vertex(OP, "v", use.op, use.node_id, list(getattr(use.op, "operands", ())))


def rule_text(op: Primitive, position: int, lang: str) -> str:
    """Return the rule that pulls back to one operand, printed from the rule itself."""
    if not isinstance(op, Primitive):
        return say(lang, "rule-own")
    return plain(rule_formula(op, position))


def part_of(vertex: Vertex, use: Use, shape: Shape, loss_name: str, lang: str) -> Part:
    """Describe one use."""
    op = use.op
    rule = rule_text(op, use.position, lang)
    share = summed_to(use.share, shape)
    return Part(
        op=op.name,
        line=vertex.line,
        formula=f"{vertex.name} = {vertex.formula}",
        rule=rule,
        bindings=bindings_of(op, vertex, rule, loss_name),
        cotangent=None if use.cotangent is None else box(as_array(use.cotangent)),
        share=box(np.asarray(share)),
        broadcast_shape=None if use.share.shape == shape else use.share.shape,
    )


def bindings_of(op: Primitive, vertex: Vertex, rule: str, loss_name: str) -> str:
    """Say what the letters of a rule stand for: its operands, its result and the cotangent."""
    stands: dict[str, Any] = {}
    if isinstance(op, Primitive):
        stands = dict(vertex.static) | ({} if op.variadic else dict(zip(op.operands, vertex.texts, strict=False)))
    stands |= {"y": vertex.name, "g": f"∂{loss_name}/∂{vertex.name}"}
    named = [f"{letter} = {meant}" for letter, meant in stands.items() if letter != meant and occurs(letter, rule)]
    return ", ".join(named)


def occurs(letter: str, rule: str) -> bool:
    """Whether a rule speaks of an operand."""
    return re.search(rf"(?<![A-Za-z_]){letter}(?![A-Za-z_0-9])", rule) is not None


def lines_of_part(i: int, part: Part, shape: Shape, tell: Any, lang: str) -> list[str]:
    """Return the text of one part."""
    slug = "place" if part.line else "place-unknown"
    lines = [tell(slug, i=i, formula=part.formula, op=part.op, line=part.line), tell("rule", formula=part.rule)]
    if part.bindings:
        lines.append(tell("where", bindings=part.bindings))
    if part.cotangent is None:
        lines.append(tell("upstream-parts"))
    else:
        lines += block(tell("upstream"), part.cotangent.array, lang)
    if part.broadcast_shape is not None:
        lines.append(tell("summed", given=part.broadcast_shape, wanted=shape))
    return lines + block(tell("share"), part.share.array, lang)


def block(heading: str, array: Any, lang: str) -> list[str]:
    """Return a heading and an array beside it: all of it if it is small, else its shape and spread."""
    texts = lines_of(array, 6)
    if not texts:
        spread = spread_of(array)
        summary = say(lang, "empty") if spread is None else say(lang, "spread", **spread)
        texts = [f"{array.shape}  {summary}"]
    margin = " " * width_of(heading)
    return [heading + texts[0], *(margin + text for text in texts[1:])]


def width_of(text: str) -> int:
    """Return how many columns a text takes in a terminal, where a Chinese sign takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
