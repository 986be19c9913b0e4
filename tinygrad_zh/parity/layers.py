"""What this package has of the names of ``layers_list.py``, and how its arguments differ from PyTorch's.

May import: floors 0–3, ``nn``, ``optim``, ``data``, ``layers_list``, ``layers_reasons``.
Read next: ``layers_page.py``.
"""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from typing import Any

from .layers_list import LAYERS
from .layers_reasons import ARGUMENTS, NOT_DONE, by_name
from .yardstick import Section

ELSEWHERE = {"utils.data": "data"}
"""Namespaces of PyTorch's that have another name here."""
OLD = ("size_average", "reduce")
"""Arguments that PyTorch itself has given up."""


@dataclass(frozen=True)
class Name:
    """One name.

    Attributes
    ----------
    name : str
        As in PyTorch, without "torch.".
    done : bool
        Whether it is offered here.
    """

    name: str
    done: bool

    @property
    def reason(self) -> tuple[str, str] | None:
        """Why it is not done, in Chinese and English."""
        return None if self.done else by_name(NOT_DONE)[self.name]

    @property
    def difference(self) -> tuple[str, str] | None:
        """How its arguments differ from PyTorch's, and why; None if they do not."""
        return by_name(ARGUMENTS).get(self.name) if self.done else None


def offered_layer(name: str) -> Any:
    """Return what this package has under a name of PyTorch's; None if nothing."""
    space, _, bare = name.rpartition(".")
    return getattr(holder(ELSEWHERE.get(space, space)), bare, None)


def holder(path: str) -> Any:
    """Return the module or class at a path such as ``nn.utils.rnn`` or ``optim.Optimizer``."""
    first, *rest = path.split(".")
    found: Any = importlib.import_module(f"..{first}", __package__)
    for part in rest:
        found = getattr(found, part)
    return found


def layer_findings() -> dict[Section, list[Name]]:
    """Return every name with its state, section by section."""
    return {s: [Name(name, offered_layer(name) is not None) for name in s.full_names()] for s in LAYERS}


def arguments_of(thing: Any) -> list[tuple[str, Any, Any]] | None:
    """Return (name, kind, default) of each argument but those that were given up; None of what is not called."""
    if not callable(thing):
        return None
    listed = inspect.signature(thing).parameters.values()
    return [(p.name, p.kind, p.default) for p in listed if p.name not in OLD]
