"""Floor 2: which part of a graph a sweep must pass.

May import: floors 0–1.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..core.node import Node
from ..core.registry import register


def leading_to(wanted: set[Node], roots: Iterable[Node]) -> set[Node]:
    """Return the nodes between `roots` and `wanted`: only through these must cotangents flow."""
    oldest = min(node.id for node in wanted)  # what is older cannot lead there
    seen: set[Node] = set(roots)
    stack = list(seen)
    while stack:
        for parent in stack.pop().parents:
            if parent is not None and parent.id >= oldest and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    useful: set[Node] = set()
    for node in sorted(seen, key=lambda node: node.id):  # parents come first
        if node in wanted or any(parent in useful for parent in node.parents):
            useful.add(node)
    return useful


register("leading_to", leading_to)
