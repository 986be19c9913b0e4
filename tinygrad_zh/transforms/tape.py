r"""Floor 3: a function called once, so that it can be differentiated: what ``grad``, ``vjp`` and ``jvp`` share.

May import: floors 0–2, ``tree``, ``boundary``, ``gradient``, ``pushforward``.  Read next: ``derivatives.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..backend.devices import backend_of
from ..backend.quiet import quietly_here
from ..core.inplace import refresh
from ..core.node import Node
from ..core.registry import registry
from ..core.tensor import Tensor, box
from ..errors import error
from ..ops.grad_mode import enable_grad, is_grad_enabled
from . import gradient
from .boundary import within_active
from .pushforward import push_all
from .tree import flatten, mapped, unflatten


def begin(op: str, x: Any) -> Tensor:
    """Return an argument as the beginning of a tape: a leaf; or a copy, if an outer derivative goes on through it."""
    if not isinstance(x, Tensor):
        raise error("not-a-tensor", op=op, kind=type(x).__name__)
    x = within_active(x)
    if x.requires_grad and is_grad_enabled():
        start: Tensor = registry["clone"](x)
        return start
    return box(x.array).requires_grad_()


class Tape:
    """A function called once, to be differentiated.

    Attributes
    ----------
    starts : list of Tensor
        The arguments' leaves, as they began.
    structure : Structure
        Of these arguments.
    outputs : list of Tensor
        The leaves of what the function returned.
    output_structure : Structure
        Of what it returned.
    aux : Any
        What it returned besides.
    linked : bool
        Whether something else lies behind the outputs that may be differentiated later.
    """

    def __init__(
        self, op: str, func: Callable[..., Any], chosen: Any, call: Callable[[Any], Any], has_aux: bool
    ) -> None:
        leaves, self.structure = flatten(chosen)
        self.starts = [begin(op, x) for x in leaves]
        with enable_grad():
            returned = call(unflatten(self.structure, self.starts))
        self.aux: Any = None
        if has_aux:
            if not isinstance(returned, tuple) or len(returned) != 2:
                raise error(
                    "func-output", op=op, got=described(returned), expected="(output, aux), as has_aux=True says"
                )
            returned, self.aux = returned
        self.outputs, self.output_structure = flatten(returned)
        for y in self.outputs:
            if not isinstance(y, Tensor):
                raise error("func-output", op=op, got=described(y), expected="Tensors, also in dicts, lists and tuples")
        others = [x for x in flatten(self.aux)[0] if isinstance(x, Tensor)]
        self.linked = is_grad_enabled() and leads_elsewhere([*self.outputs, *others], self.starts)
        self.aux = mapped(self.settled, self.aux)

    def settled(self, y: Any) -> Any:
        """Return a result as the caller gets it: without this tape, unless something else lies behind it."""
        return y if self.linked or not isinstance(y, Tensor) or y.node is None else box(y.array)

    def result(self) -> Any:
        """What the function returned."""
        return unflatten(self.output_structure, [self.settled(y) for y in self.outputs])

    def pull(
        self, outputs: Sequence[Tensor], cotangents: Sequence[Any], retain_graph: bool, create_graph: bool | None = None
    ) -> list[Tensor]:
        """Sweep backward from some of the outputs: return Jᵀu, zeros where nothing depends."""
        tracked = any(isinstance(u, Tensor) and u.requires_grad for u in cotangents)
        create = is_grad_enabled() and (self.linked or tracked) if create_graph is None else create_graph
        pairs = [(y, u) for y, u in zip(outputs, cotangents, strict=True) if refresh(y).node is not None]
        if not pairs:
            return [zeros_like(x) for x in self.starts]
        ys, us = zip(*pairs, strict=True)
        found = gradient.grad(ys, self.starts, list(us), retain_graph, create, materialize_grads=True)
        return list(found)  # type: ignore[arg-type]  # there is no None: they are materialised

    def push(self, starts: list[Tensor], tangents: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Sweep forward from some of the starts: return Jv, zeros where nothing moves."""
        recorded = is_grad_enabled() and (self.linked or any(v.requires_grad for v in tangents))
        return quietly_here(push_all, tuple(self.outputs), starts, tangents, recorded)


def zeros_like(x: Tensor) -> Tensor:
    """Return zeros of the same batches."""
    return box(backend_of(x.array).xp.zeros_like(x.array))


def leads_elsewhere(tensors: Sequence[Tensor], starts: Sequence[Tensor]) -> bool:
    """Whether anything older than the starts lies behind tensors: only what is made later belongs to the tape."""
    nodes = {x.node for x in starts}
    if any(node is not None and node.op is not None for node in nodes):
        return True
    first = min((node.id for node in nodes if node is not None), default=0)
    seen: set[Node | None] = set(nodes)
    stack = [node for y in tensors if (node := refresh(y).node) is not None and node not in seen]
    while stack:
        node = stack.pop()
        if node.id < first:
            return True
        for parent in node.parents:
            if parent is not None and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return False


def described(x: Any) -> str:
    """Say in a few words what came."""
    if isinstance(x, Tensor):
        return f"a Tensor of shape {x.shape} {x.dtype}"
    return f"a {type(x).__name__}" + (f" of length {len(x)}" if isinstance(x, (tuple, list, dict)) else "")


def reaches(y: Tensor, starts: Sequence[Tensor]) -> bool:
    """Whether an output depends on a start, as far as the tape knows."""
    nodes = {x.node for x in starts}
    node = refresh(y).node
    return node is not None and bool(registry["leading_to"]({n for n in nodes if n is not None}, [node]) & {node})
