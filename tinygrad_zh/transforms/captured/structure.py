"""Floor 3: arguments and results as they are nested, and the tensors in them.

May import: floors 0–1.  Read next: ``traced.py``.
"""

from __future__ import annotations

from typing import Any

from ...core.tensor import Tensor
from ...errors import error


class Leaf:
    """Where in a structure of lists, tuples and dicts a tensor or a number stood.

    Attributes
    ----------
    place : int
        Which one of the list.
    given : bool
        Of the list of arguments, rather than that of results.
    """

    __slots__ = ("given", "place")

    def __init__(self, place: int, given: bool = False) -> None:
        self.place, self.given = place, given


def taken_apart(structure: Any, found: list[Any], numbers: Any) -> Any:
    """Return a structure with a `Leaf` for each tensor, and for each number of these types; and list those."""
    if isinstance(structure, Tensor) or type(structure) in numbers:
        found.append(structure)
        return Leaf(len(found) - 1)
    return rebuilt(structure, lambda part: taken_apart(part, found, numbers))


def put_together(structure: Any, leaves: list[Any], given: list[Any]) -> Any:
    """Undo `taken_apart`, with these leaves."""
    if type(structure) is Leaf:
        return (given if structure.given else leaves)[structure.place]
    return rebuilt(structure, lambda part: put_together(part, leaves, given))


def rebuilt(structure: Any, change: Any) -> Any:
    """Return a list, tuple, named tuple or dict with its parts changed; anything else as it is."""
    kind = type(structure)
    if kind in (list, tuple):
        return kind([change(part) for part in structure])
    if isinstance(structure, tuple) and hasattr(structure, "_make"):
        return structure._make([change(part) for part in structure])
    if kind is dict:
        return {name: change(part) for name, part in structure.items()}
    return structure


def key_of(structure: Any) -> Any:
    """Return what must be equal for two structures to be arguments of one plan."""
    kind = type(structure)
    if kind is Leaf:
        return Leaf
    if kind in (list, tuple) or isinstance(structure, tuple):
        return kind, *[key_of(part) for part in structure]
    if kind is dict:
        return kind, *[(name, key_of(part)) for name, part in structure.items()]
    try:
        hash(structure)
    except TypeError as problem:
        raise error("jit-argument", kind=kind.__name__) from problem
    return kind, structure
