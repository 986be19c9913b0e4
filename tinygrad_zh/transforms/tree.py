"""Floor 3: arguments and results that are containers of tensors: dicts, lists, tuples and namedtuples, nested.

``flatten`` takes a tree apart into its leaves and its structure, ``unflatten`` puts it together again.  Whatever is
no such container is a leaf, None included.  The leaves of a dict come in its own order.

May import: floors 0–2.  Read next: ``tape.py``.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

LEAF: Structure


@dataclass(frozen=True)
class Structure:
    """How a tree branches.

    Attributes
    ----------
    kind : type or None
        Of the container; None for a leaf.
    keys : tuple
        Of a dict; the positions of anything else.
    parts : tuple of Structure
        One for each key.
    """

    kind: type | None
    keys: tuple[Any, ...] = ()
    parts: tuple[Structure, ...] = ()

    def __str__(self) -> str:
        if self.kind is None:
            return "*"
        if issubclass(self.kind, dict):
            return "{" + ", ".join(f"{key!r}: {part}" for key, part in zip(self.keys, self.parts, strict=True)) + "}"
        inner = ", ".join(map(str, self.parts))
        if self.kind is list:
            return f"[{inner}]"
        return f"{self.kind.__name__ if self.kind is not tuple else ''}({inner}{',' * (len(self.parts) == 1)})"


LEAF = Structure(None)


def branches(tree: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]] | None:
    """Return keys and values of a container, or None for a leaf."""
    if type(tree) in (dict, OrderedDict):
        return tuple(tree), tuple(tree.values())
    if type(tree) in (list, tuple) or (isinstance(tree, tuple) and hasattr(tree, "_fields")):
        return tuple(range(len(tree))), tuple(tree)
    return None


def flatten(tree: Any) -> tuple[list[Any], Structure]:
    """Return the leaves of a tree, from left to right, and its structure.

    Examples
    --------
    >>> from tinygrad_zh.transforms.tree import flatten, unflatten
    >>> leaves, structure = flatten({"a": 1, "b": (2, [3])})
    >>> leaves, str(structure)
    ([1, 2, 3], "{'a': *, 'b': (*, [*])}")
    >>> unflatten(structure, "xyz")
    {'a': 'x', 'b': ('y', ['z'])}
    """
    found = branches(tree)
    if found is None:
        return [tree], LEAF
    keys, values = found
    leaves: list[Any] = []
    parts = []
    for value in values:
        inner, part = flatten(value)
        leaves += inner
        parts.append(part)
    return leaves, Structure(type(tree), keys, tuple(parts))


def unflatten(structure: Structure, leaves: Any) -> Any:
    """Return the tree of this structure with these leaves."""
    return built(structure, iter(leaves))


def built(structure: Structure, leaves: Iterator[Any]) -> Any:
    """Return a tree, taking its leaves from an iterator."""
    if structure.kind is None:
        return next(leaves)
    values = [built(part, leaves) for part in structure.parts]
    if issubclass(structure.kind, dict):
        return structure.kind(zip(structure.keys, values, strict=True))
    kind: Any = structure.kind
    return kind(*values) if hasattr(kind, "_fields") else kind(values)


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """Return a tree of the same structure with ``function(leaf)`` for every leaf."""
    leaves, structure = flatten(tree)
    return unflatten(structure, [function(leaf) for leaf in leaves])


def count(structure: Structure) -> int:
    """Return how many leaves a tree of this structure has."""
    return 1 if structure.kind is None else sum(map(count, structure.parts))


def spread(prefix: Any, structure: Structure) -> list[Any] | None:
    """Return for every leaf of a tree what a tree that is cut off earlier says of it; None if it does not fit.

    Examples
    --------
    >>> from tinygrad_zh.transforms.tree import flatten
    >>> spread((0, None), flatten(({"a": 1, "b": 2}, 3))[1])
    [0, 0, None]
    """
    found = branches(prefix)
    if found is None:
        return [prefix] * count(structure)
    keys, values = found
    if type(prefix) is not structure.kind or set(keys) != set(structure.keys) or len(keys) != len(structure.keys):
        return None
    by_key = dict(zip(keys, values, strict=True))
    said: list[Any] = []
    for key, part in zip(structure.keys, structure.parts, strict=True):
        inner = spread(by_key[key], part)
        if inner is None:
            return None
        said += inner
    return said
