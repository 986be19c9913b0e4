"""Floor 3: what is done to the list of steps before a plan is written of it.

    unused      a step whose results nobody needs is dropped, unless it has an effect
    equal       two steps with the same op, operands and arguments become one
    copies      of what nobody sees afterwards are left out

A step that writes into memory is a fence: what shares that memory is left as it is.  A check of values is repeated.

May import: floors 0–2, ``steps``.  Read next: ``fuse.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...backend.devices import CPU, Backend
from .steps import Step, Value


def backend_among(operands: Iterable[Any]) -> Backend:
    """Return the device's backend if there is an array of a device among operands, else the CPU's."""
    return next((x.backend for x in operands if isinstance(x, Value) and x.backend is not CPU), CPU)


def beside(x: Any, backend: Backend) -> bool:
    """Whether an operand is a number that stands on the CPU beside arrays of a device, which take it as Python's."""
    return isinstance(x, Value) and bool(x.numbers) and x.backend is CPU is not backend


def wanted_steps(steps: list[Step], results: list[Value]) -> list[Step]:
    """Return the steps that have an effect, or lead to a result or to an effect."""
    wanted: set[Value] = set(results)
    kept = []
    for step in reversed(steps):
        if step.has_effect or any(value in wanted for value in step.results):
            kept.append(step)
            wanted.update(x for x in step.operands if isinstance(x, Value))
    return kept[::-1]


def merged_steps(steps: list[Step], written: set[Value]) -> tuple[list[Step], dict[Value, Value]]:
    """Return steps of which none does what another has done, and which values are the same as others."""
    seen: dict[Any, Step] = {}
    same: dict[Value, Value] = {}
    kept = []
    for step in steps:
        step.operands = [same.get(x, x) if isinstance(x, Value) else x for x in step.operands]
        key = key_of(step)
        before = seen.get(key) if key is not None else None
        fenced = any(v.base in written for v in (*step.results, *(x for x in step.operands if isinstance(x, Value))))
        if before is not None and not fenced:
            same.update(zip(step.results, before.results, strict=True))
            continue
        if key is not None and not fenced:
            seen[key] = step
        kept.append(step)
    return kept, same


def without_copies(steps: list[Step], kept: list[Value]) -> list[Step]:
    """Return steps without copies of what nobody sees afterwards: the copy takes the place of the original.

    The engine copies a gradient that others may hold (``core/sweep.py``); here it is known whether anybody does.
    """
    last = last_uses(steps, kept)
    left = []
    for position, step in enumerate(steps):
        x = step.operands[0] if step.what == "copy" else None
        if x is None or x.base is not x or x.kind != "step" or last[x] != position or not x.in_order:
            left.append(step)
            continue
        (copy,) = step.results
        for maker in left:
            maker.results = [copy if value is x else value for value in maker.results]
            maker.operands = [copy if value is x else value for value in maker.operands]
            for value in maker.results:
                value.base = copy if value.base is x else value.base
        last[copy] = max(last.get(copy, position), position)
    return left


def key_of(step: Step) -> Any:
    """Return what two steps that compute the same have in common; None for a step that must stay."""
    if step.what != "op" or step.op is None:
        return None
    key = (
        step.op,
        tuple(x if isinstance(x, Value) else (type(x), x) for x in step.operands),
        *sorted(step.static.items()),
    )
    try:
        hash(key)
    except TypeError:  # a static argument that is a list or an array
        return None
    return key


def last_uses(steps: list[Step], kept: list[Value]) -> dict[Value, int]:
    """Return at which step each value is used last; what is kept is used for ever."""
    last: dict[Value, int] = {}
    for position, step in enumerate(steps):
        for x in (*step.operands, *step.results):
            if isinstance(x, Value):
                last[x.base] = last[x] = position
    for value in kept:
        last[value.base] = last[value] = len(steps)
    return last
