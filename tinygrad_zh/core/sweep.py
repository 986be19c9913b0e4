"""Reverse mode: one sweep over the graph, from the root back to the leaves.

Every node hands each parent its share of the cotangent.  Operands are older than results, so a heap that
gives the youngest node first gives it when its cotangent is complete; leaves are complete at the end.  No
recursion: a chain of a million nodes is swept like one of three.

A rule may return ``g`` itself, or a view of it.  So a node's first share is kept as it came, the second is
added out of place into a buffer that is the sweep's own, and only into that are further ones added in place.

May import: floor 0, ``node``, ``tensor``, ``modes``, ``registry``.  Read next: ``modes.py``.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Any

from ..backend.devices import backend_of
from .modes import MODE
from .node import PLAIN, Node
from .registry import registry
from .tensor import Tensor, box


def sweep(seeds: dict[Node, Any], wanted: set[Node] | None, retain_graph: bool, create_graph: bool) -> dict[Node, Any]:
    """Return the complete cotangents of the leaves, or of the `wanted` nodes.

    Parameters
    ----------
    seeds : dict of Node to cotangent
        Where to start: arrays, or Tensors if `create_graph`.
    wanted : set of Node or None
        Compute these alone and whatever leads to them; None for every leaf.
    retain_graph : bool
        Whether the nodes keep what they saved.
    create_graph : bool
        Whether the rules run on recorded Tensors.
    """
    mode = MODE.get()
    boxed = create_graph or bool(mode.listeners)
    useful = None if wanted is None else registry["leading_to"](wanted, seeds)
    if useful is not None:
        seeds = {node: g for node, g in seeds.items() if node in useful}
    token = MODE.set(mode._replace(recording=create_graph, sweeping=True))
    try:
        cotangents = {node: box(g) if boxed and not isinstance(g, Tensor) else g for node, g in seeds.items()}
        return _sweep(cotangents, wanted, useful, retain_graph, boxed)
    finally:
        MODE.reset(token)


def _sweep(
    cotangents: dict[Node, Any], wanted: set[Node] | None, useful: set[Node] | None, retain: bool, boxed: bool
) -> dict[Node, Any]:
    heap = [(-node.id, node) for node in cotangents if node.op is not None]
    heapify(heap)
    owned: set[Node] = set()  # nodes whose cotangent is a buffer that nobody else can see
    found: dict[Node, Any] = {}
    listeners, sum_to = MODE.get().listeners, registry["sum_to"]
    while heap:
        node = heappop(heap)[1]
        g = cotangents.pop(node)
        if node.watched:
            g = registry["show"](node, g, boxed)
            owned.discard(node)  # whoever was shown it may keep it
        if wanted is not None and node in wanted:
            found[node] = g if boxed or node in owned else own(g)
        if useful is not None and useful.isdisjoint(node.parents):
            continue
        shares = node.op.pull(node, g, boxed, useful)  # type: ignore[union-attr]  # leaves are not in the heap
        for listener in listeners:
            listener.pulled(node, g, shares)
        for parent, share in zip(node.parents, shares):  # noqa: B905 - ``strict`` would cost as much as the loop
            if parent is None or share is None:
                continue
            if parent.shape is not None and share.shape != parent.shape:
                share = sum_to(share, shape=parent.shape)  # broadcasting is undone here, for all ops
            held = cotangents.get(parent)
            if held is None:
                cotangents[parent] = share
                if parent.op is not None:
                    heappush(heap, (-parent.id, parent))
                elif not boxed and share is not g and share.base is None:
                    owned.add(parent)  # freshly computed: a leaf may keep it as its gradient
            elif parent in owned and type(held) is type(share):  # under vmap a sum may be of two kinds
                held += share
                cotangents[parent] = held
            else:
                cotangents[parent] = add(held, share)
                if not boxed and parent.shape is not None:
                    owned.add(parent)
        if not retain:  # unless nothing but numbers was saved: ``x + y`` can be swept again, as in PyTorch
            for value in node.saved:  # type: ignore[union-attr]  # None has been refused
                if type(value) not in PLAIN:
                    node.saved, node.parents = None, ()  # forget the values, and the way to the parents
                    break
    for leaf, g in cotangents.items():  # what is left over when every op has been passed
        if leaf.watched:
            g = registry["show"](leaf, g, boxed)
            owned.discard(leaf)
        found[leaf] = g if boxed or leaf in owned else own(g)
    return found


def add(a: Any, b: Any) -> Any:
    """Add two cotangents; those of an op with several results are tuples, with None for zero."""
    if isinstance(a, tuple):
        return tuple(y if x is None else x if y is None else x + y for x, y in zip(a, b, strict=True))
    return a + b


def own(g: Any) -> Any:
    """Return a copy of an array that rules, the user or other nodes may still see."""
    return backend_of(g).xp.array(g)
