"""The state of every name of the yardstick, worked out from the tables of the tests.

Nobody writes down that an operation has a gradient: its rows say which operands get one and whether the gradient
can be differentiated again, and the laws hold every row to that.

May import: floors 0–2, ``nn``, the files before it.  Read next: ``side_by_side.py``.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.tensor import Tensor
from ..ops.publish import public, spaces
from .not_done import REASONS
from .yardstick import IN_PLACE, SECTIONS, Section

SECOND, FIRST, PLAIN, MISSING = "second", "first", "plain", "missing"
"""Gradient and second order; gradient; not differentiable; not done."""
STATES = (SECOND, FIRST, PLAIN, MISSING)

OF_THE_ENGINE = {
    *("no_grad", "enable_grad", "set_grad_enabled", "is_grad_enabled", "inference_mode"),
    "is_inference_mode_enabled",
    *("get_default_dtype", "set_default_dtype", "promote_types"),
}
"""What the package offers beside its operations."""
SAME_AS = {
    **dict.fromkeys(("Tensor.T", "Tensor.mT", "Tensor.H", "Tensor.mH"), "transpose"),
    **dict.fromkeys(("Tensor.double", "Tensor.float", "Tensor.half", "Tensor.type", "Tensor.cpu", "Tensor.cuda"), "to"),
}
"""Methods without rows of their own, and the operation that they are."""
TRIED_BY_HAND = {"nn.functional.gumbel_softmax", "Tensor.copy_", "Tensor.fill_"}
"""What has a gradient and no rows: it draws random numbers, or takes its gradient from what is written."""


@dataclass(frozen=True)
class Operation:
    """One name of the yardstick.

    Attributes
    ----------
    name : str
        As in PyTorch, without "torch.".
    state : str
        One of `STATES`.
    rows : tuple
        The rows of the tests that try it.
    """

    name: str
    state: str
    rows: tuple[Any, ...] = ()

    @property
    def reason(self) -> tuple[str, str] | None:
        """Why it is not done, in Chinese and English."""
        return REASONS[self.name] if self.state == MISSING else None


def offered(name: str) -> Any:
    """Return what this package has under a name of PyTorch's; None if nothing."""
    space, _, bare = name.rpartition(".")
    if space == "Tensor":
        return getattr(Tensor, bare, None)
    if space == "nn.functional":
        return getattr(importlib.import_module("..nn.functional", __package__), bare, None)
    if space:
        return spaces[space].get(bare)
    return public.get(bare, True if bare in OF_THE_ENGINE else None)


class Index:
    """Finds the rows that try a name: its own, those of its other names, or of what it is the in-place form of."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.by_name: dict[str, list[Any]] = {}
        for row in rows:
            self.by_name.setdefault(row.public_name, []).append(row)
        self.by_function: dict[int, list[Any]] = {}
        for name, its in self.by_name.items():
            if (function := published(name)) is not None:
                self.by_function.setdefault(id(function), []).extend(its)

    def rows_of(self, name: str) -> tuple[Any, ...]:
        """Return the rows of a name; none if there is no such name here."""
        function = offered(name)
        space, _, bare = name.rpartition(".")
        if space == "Tensor" and function is not None:
            bare = SAME_AS.get(name, bare)
            if own := self.by_name.get(bare):
                return tuple(own)
            function = public.get(bare.removesuffix("_"))
        return tuple(self.by_function.get(id(function), ()))


def published(full_name: str) -> Any:
    """Return the function that a row stands for."""
    space, _, bare = full_name.rpartition(".")
    return spaces[space].get(bare) if space else public.get(bare)


def state_of(name: str, rows: Sequence[Any]) -> str:
    """Work out the state of a name from the rows that try it."""
    if offered(name) is None:
        return MISSING
    smooth = [row for row in rows if row.wrt(row.arrays())]
    if not smooth:
        return FIRST if name in TRIED_BY_HAND else PLAIN
    # Rows at a tie, where the gradient jumps, say that they have no second order: one row that has is enough.
    return SECOND if any(row.second for row in smooth) else FIRST


def operations(rows: Sequence[Any], sections: Iterable[Section] = SECTIONS) -> dict[Section, list[Operation]]:
    """Return every name of the yardstick with its state, section by section.

    Parameters
    ----------
    rows : sequence
        All rows of ``tests/ops``.
    sections : iterable of Section
        Which ones; all by default.
    """
    index = Index(rows)
    found: dict[Section, list[Operation]] = {}
    for section in sections:
        tried = [(name, index.rows_of(name)) for name in section.full_names()]
        found[section] = [Operation(name, state_of(name, its), its) for name, its in tried]
    return found


def totals(found: dict[Section, list[Operation]], *, in_place: bool = False) -> Counter[str]:
    """Count the states, of all sections but the in-place methods or of these alone."""
    chosen = [each for section, each in found.items() if (section.slug == IN_PLACE) is in_place]
    return Counter(operation.state for operations in chosen for operation in operations)
