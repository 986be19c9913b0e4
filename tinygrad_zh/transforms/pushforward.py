r"""Floor 3: forward mode, ``jvp``: one sweep over the recorded tape, from the operands to the results.

A tangent ẋ says how fast an operand moves; its *pushforward* ẏ = J ẋ, how fast the result moves with it.
No op declares a rule for it, because its rules for reverse mode suffice:

1. An elementwise partial ``d_x`` is ∂y/∂x, so its part of ẏ is ``d_x * v``.
2. Any other pullback g ↦ Jᵀg is linear in g.  So *its* pullback, applied to v, is J v: J = (Jᵀ)ᵀ.
3. Where that is too slow, an op declares ``jvp_x``: its part of ẏ from ``v`` and whatever rules may name.

Source of 2: Townsend (2017), "A new trick for calculating Jacobian vector products".

May import: floors 0–2.  Read next: ``gradcheck.py``.
"""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import Callable, Iterable
from typing import Any

from ..aliases import Array
from ..backend.devices import backend_of
from ..backend.quiet import quietly_here
from ..core.inplace import refresh
from ..core.node import Node
from ..core.primitive import Primitive
from ..core.registry import registry
from ..core.sweep import sweep
from ..core.tensor import Tensor, box
from ..errors import error
from ..ops.grad_mode import enable_grad, is_grad_enabled, set_grad_enabled
from ..ops.shape import broadcast_to_p, sum_to
from .batched import levels_of
from .boundary import within, zeros_within
from .gradient import as_sequence


def jvp(func: Callable[..., Any], primals: Any, tangents: Any) -> tuple[Any, Any]:
    """Return ``func(*primals)`` and how it moves when the primals move along the tangents.

    Parameters
    ----------
    func : callable
        From Tensors to a Tensor or a tuple of Tensors.
    primals : Tensor or sequence of Tensor, floating
        Where to differentiate.
    tangents : Tensor or sequence of Tensor
        One per primal, of its shape and dtype: the direction v.

    Returns
    -------
    outputs : Tensor or tuple of Tensor
        What `func` returned.
    tangents : Tensor or tuple of Tensor
        J v, of the shapes and dtypes of the outputs.  Both are recorded if a primal or a tangent requires a
        gradient, so forward mode goes over forward or reverse mode and under it.

    Raises
    ------
    ShapeError, DTypeError
        If a tangent does not fit its primal.

    Notes
    -----
    Costs a small multiple of one call of `func`, however many outputs there are; `backward` costs the same
    however many inputs there are.

    Examples
    --------
    >>> jvp(lambda x: x * x, tensor([1.0, 2.0]), tensor([1.0, 10.0]))
    (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    points, directions = as_sequence("jvp", primals), as_sequence("jvp", tangents)
    check_tangents(points, directions)
    recorded = is_grad_enabled() and any(x.requires_grad for x in (*points, *directions))
    with enable_grad():
        # A primal of an outer derivative goes on through `clone`; the others begin here.
        starts = [registry["clone"](x) if x.requires_grad else box(x.array).requires_grad_() for x in points]
        outputs = func(*starts)
    listed = as_sequence("jvp", outputs)
    moving = quietly_here(push_all, listed, starts, directions, recorded)
    results = tuple(y if recorded else box(y.array) for y in listed)
    return (results[0], moving[0]) if isinstance(outputs, Tensor) else (results, moving)


def check_tangents(points: tuple[Tensor, ...], directions: tuple[Tensor, ...]) -> None:
    """Refuse tangents that are not like their primals."""
    if len(points) != len(directions):
        raise error("tangent-count", primals=len(points), tangents=len(directions))
    for i, (x, v) in enumerate(zip(points, directions, strict=True)):
        if x.dtype.kind != "f":
            raise error("requires-grad-dtype", dtype=x.dtype)
        if x.shape != v.shape or x.dtype != v.dtype:
            expected, got = (f"{t.shape} {t.dtype}" for t in (x, v))
            raise error("tangent-mismatch", position=i, expected=expected, got=got)


def push_all(
    outputs: tuple[Tensor, ...], starts: list[Tensor], directions: tuple[Tensor, ...], recorded: bool
) -> tuple[Tensor, ...]:
    """Sweep the tape once, oldest node first, and return the outputs' tangents; zeros where nothing moves."""
    with set_grad_enabled(recorded):
        directions = tuple(within(v, levels_of(x.array)) for x, v in zip(starts, directions, strict=True))
        tangents = {x.node: v if recorded else box(v.array) for x, v in zip(starts, directions, strict=True)}
        roots = [refresh(y).node for y in outputs]
        for node in oldest_first((node for node in roots if node is not None), set(tangents)):
            if node.op is None or node.shape is None:
                continue  # a leaf that stands still, or an op with several results: its items are pushed
            moved = push(node, node.op, tangents, recorded)
            if moved is not None:
                tangents[node] = moved
        return tuple(
            tangents[root] if root in tangents else box(backend_of(y.array).xp.zeros_like(y.array))
            for y, root in zip(outputs, roots, strict=True)
        )


def oldest_first(roots: Iterable[Node], primals: set[Node | None]) -> list[Node]:
    """Return the nodes between primals and roots; operands are older than results, so age is an order."""
    seen = set(roots) - primals
    stack = list(seen)
    while stack:
        for parent in stack.pop().parents:
            if parent is not None and parent not in seen and parent not in primals:
                seen.add(parent)
                stack.append(parent)
    return sorted(seen, key=lambda node: node.id)


def push(node: Node, op: Primitive, tangents: dict[Node | None, Tensor], recorded: bool) -> Tensor | None:
    """Return the tangent of one node's result, the sum of what every moving operand contributes."""
    moving = {i: tangents[parent] for i, parent in enumerate(node.parents) if parent in tangents}
    if not moving:  # an item of an op with several results moves with the operands of that op
        behind = [tangents[p] for parent in node.parents if parent is not None for p in parent.parents if p in tangents]
        is_item = any(parent is not None and parent.shape is None for parent in node.parents)
        return push_by_transposing(node, tangents, behind[0].array, recorded) if behind and is_item else None
    if not all(has_own_rule(op, i) for i in moving):
        return push_by_transposing(node, tangents, next(iter(moving.values())).array, recorded)
    saved = dict(zip(op.saves, op.read(node, True), strict=True)) | node.static
    return functools.reduce(operator.add, (push_by_rule(node, op, i, v, saved) for i, v in moving.items()))


def has_own_rule(op: Primitive, position: int) -> bool:
    """Whether an operand's tangent needs no transposing: a declared pushforward, or an elementwise partial."""
    if op.joint is not None or op.variadic:
        return False
    rule = op.rules[position]
    return op.operands[position] in op.pushforwards or (rule is not None and rule.partial)


def push_by_rule(node: Node, op: Primitive, position: int, v: Tensor, saved: dict[str, Any]) -> Tensor:
    """Return one operand's part of the tangent, by ``jvp_x`` or by ``d_x * v``, in the result's shape."""
    pushforward, rule = op.pushforwards.get(op.operands[position]), op.rules[position]
    if pushforward is not None:
        part = pushforward(*[v if name == "v" else saved[name] for name in inspect.signature(pushforward).parameters])
    else:
        assert rule is not None, "has_own_rule() was asked first"
        part = rule.function(*[saved[name] for name in rule.names]) * v
    assert node.shape is not None, "an op with several results has no one shape"
    return part if part.shape == node.shape else broadcast_to_p(part, shape=node.shape)  # type: ignore[no-any-return]


def push_by_transposing(node: Node, tangents: dict[Node | None, Tensor], like: Array, recorded: bool) -> Tensor | None:
    """Return the tangent of one node's result as J v = (Jᵀ)ᵀ v: pull a cotangent g back, then v back to g.

    An op with several results pulls all their cotangents at once, so from one of its items the way leads
    through its node on to its operands.  `like` is an array of the device.
    """
    g = zeros_within(like, node.shape, node.dtype).requires_grad_()
    seeds: dict[Node, Any] = {}
    with enable_grad():
        waiting: list[tuple[Node, Any]] = [(node, g)]
        while waiting:
            place, cotangent = waiting.pop()
            assert place.op is not None, "a leaf's tangent is given"
            useful = {p for p in place.parents if p is not None and (p in tangents or p.shape is None)}
            # Unless this is recorded itself, what the rules saved are constants: the sweep to g stays short.
            source, needed = (place, useful) if recorded else (with_constants(place, place.op, useful), None)
            for parent, share in zip(place.parents, place.op.pull(source, cotangent, True, needed), strict=True):
                if parent is not None and parent.shape is None:
                    waiting.append((parent, share))
                elif parent in tangents and isinstance(share, Tensor):
                    assert parent is not None and parent.shape is not None, "it has a tangent"
                    share = share if share.shape == parent.shape else sum_to(share, shape=parent.shape)
                    if share.node is not None:
                        v = tangents[parent] if recorded else tangents[parent].array
                        seeds[share.node] = seeds[share.node] + v if share.node in seeds else v  # x * x: one share
    if not seeds:
        return None
    assert g.node is not None, "it requires a gradient"
    found = sweep(seeds, {g.node}, retain_graph=recorded, create_graph=recorded).get(g.node)
    return found if found is None or isinstance(found, Tensor) else box(backend_of(like).xp.asarray(found))


def with_constants(node: Node, op: Primitive, useful: set[Node]) -> Node:
    """Return a copy of a node that leads nowhere: saved values without their graph, mere leaves for parents."""
    values = zip(node.saved or (), op.read(node, False), strict=True)
    saved = tuple(box(array) if isinstance(held, Tensor) else array for held, array in values)
    parents = tuple(Node(None, (), (), {}, p.shape, p.dtype) if p in useful else None for p in node.parents)
    return Node(op, parents, saved, node.static, node.shape, node.dtype)
