"""Floor 3: elementwise steps that follow each other, or read the same, become one loop over memory.

    steps of elements   whose value can be read (``element.py``), with operands and results in the order of memory
    groups              of one result shape, joined along what one hands to another and what both read
    one step            per group: reads each operand once, and writes only what others need (``loops.py``)

Between two steps that write into memory, or let an optimiser do so, all others may change places as long as each
comes after what it needs; no group reaches across.  What shares memory with something written is left as it is.

May import: floors 0–2, ``element``, ``loops``, ``order``, ``steps``.  Read next: ``plan.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from ...aliases import Shape
from ...backend.devices import CPU, Backend
from .element import DTYPES, Element, read
from .loops import LEVELS, have_numba, source_of
from .order import Groups, steps_of
from .steps import Step, Value

MOST_STEPS = 48
"""In one loop: its compilation takes some 20 ms for each."""
SMALLEST_PAIR = 1024
"""How many elements two steps must have to be worth a loop: one call of a loop costs as much as two of NumPy's
functions (1 µs), and compiling it half a second once.  Three steps always are."""
MOST_PAIRS = 100
"""Of arrays that the compiler must know to be apart before it takes several numbers at a time; it tries up to 128."""


def fused_steps(steps: list[Step], kept: Sequence[Value], written: set[Value], backend: Backend) -> list[Step]:
    """Return steps of which some are loops.

    Parameters
    ----------
    steps : list of Step
        Of a plan.
    kept : sequence of Value
        What outlives it.
    written : set of Value
        Into whose memory a step writes.
    backend : Backend
        Where it runs.  Without Numba, on another device, or with kernels turned off, nothing is fused.
    """
    if backend is not CPU or not backend.kernels or not have_numba():
        return steps
    done: list[Step] = []
    part: list[Step] = []
    users = users_of(steps, kept)
    for step in steps:
        if step.is_fence:
            done += Part(part, users, written, backend).fused()
            done.append(step)
            part = []
        else:
            part.append(step)
    return done + Part(part, users, written, backend).fused()


def users_of(steps: Iterable[Step], kept: Iterable[Value]) -> dict[Value, set[Step | None]]:
    """Return which steps use each value; None is whoever keeps it after all steps."""
    users: dict[Value, set[Step | None]] = {}
    for step in steps:
        for x in step.operands:
            if isinstance(x, Value):
                users.setdefault(x, set()).add(step)
    for value in kept:
        users.setdefault(value, set()).add(None)
    return users


class Part:
    """The steps between two that write into memory."""

    def __init__(
        self, steps: list[Step], users: dict[Value, set[Step | None]], written: set[Value], backend: Backend
    ) -> None:
        self.steps, self.users, self.written, self.backend = steps, users, written, backend
        self.makers = {value: i for i, step in enumerate(steps) for value in step.results}
        self.repeated = {
            step.results[0]: step.operands[0]
            for step in steps
            if step.name == "expand" and step.operands[0].base not in written and step.operands[0].in_order
        }
        for x in {x for step in steps for x in step.operands if isinstance(x, Value)}:
            if x.kind in ("outside", "constant") and x.base not in written:
                self.repeated[x] = once(x)
        self.operands = [[self.repeated.get(x, x) if isinstance(x, Value) else x for x in s.operands] for s in steps]
        self.groups = Groups([self._needs(i) for i in range(len(steps))])
        self.elementwise = [self._is_elementwise(i) for i in range(len(steps))]

    def _needs(self, i: int) -> set[int]:
        """Which steps must come before another one."""
        needs = {
            self.makers[x]
            for x in (*self.steps[i].operands, *self.operands[i])
            if isinstance(x, Value) and x in self.makers
        }
        if self.steps[i].what == "draw":  # random numbers are drawn in the same order at every call
            needs |= {j for j in range(i) if self.steps[j].what == "draw"}
        return needs

    def _is_elementwise(self, i: int) -> bool:
        """Whether a step may be part of a loop."""
        step = self.steps[i]
        if step.op is None or step.several or len(step.results) != 1:
            return False
        (result,) = step.results
        values = [x for x in self.operands[i] if isinstance(x, Value)]
        if result.dtype not in DTYPES or not result.in_order or result.base is not result or not values:
            return False
        if any(x.base in self.written or moves_of(x, result.shape) is None for x in (result, *values)):
            return False
        if not math.prod(result.shape):
            return False
        operands = [Element("x", (), x.dtype) if isinstance(x, Value) else x for x in self.operands[i]]
        return read(step.op, operands, step.static, result.dtype) is not None

    def fused(self) -> list[Step]:
        """Join steps to groups, and return what is to be done."""
        readers: dict[Any, int] = {}
        for i, step in enumerate(self.steps):
            if not self.elementwise[i]:
                continue
            shape = step.results[0].shape
            for x in self.operands[i]:
                if not isinstance(x, Value):
                    continue
                if x in self.makers and self.elementwise[self.makers[x]]:
                    self._join(i, self.makers[x])
                if moves_of(x, shape) == moves_of(step.results[0], shape):
                    if (x, shape) in readers:
                        self._join(i, readers[x, shape])
                    readers[x, shape] = i
        order = [[self.steps[i] for i in group] for group in self.groups.in_order()]
        return [step for group in order for step in (self._as_one(group) if self._pays(group) else group)]

    def _join(self, i: int, j: int) -> None:
        """Let two steps be of one group, if they may."""
        groups = self.groups
        both = groups.members[i] | groups.members[j]
        if groups.members[i] == groups.members[j] or not groups.can_merge(i, j):
            return
        if self.steps[i].results[0].shape != self.steps[j].results[0].shape or both.bit_count() > MOST_STEPS:
            return
        given, made = self._ends([self.steps[k] for k in steps_of(both)])
        pairs = len(made) * len(given) + len(made) * (len(made) - 1) // 2
        if pairs <= MOST_PAIRS and len(loops_of(given, made[0].shape)[0]) <= len(LEVELS):
            groups.merge(i, j)

    def _ends(self, steps: Sequence[Step]) -> tuple[list[Value], list[Value]]:
        """Return which values a group needs from others, and which of its own others need."""
        inside = {step.results[0]: step for step in steps}
        chosen = set(steps)
        given: dict[Value, None] = {}
        for step in steps:
            for x in step.operands:
                x = self.repeated.get(x, x) if isinstance(x, Value) else x
                if isinstance(x, Value) and x not in inside:
                    given[x] = None
        return list(given), [value for value in inside if not self.users.get(value, set()) <= chosen]

    def _pays(self, steps: Sequence[Step]) -> bool:
        """Whether a loop is faster: for several steps, or for one whose formula takes several passes over memory."""
        (first, *others) = steps
        if others:
            return len(steps) > 2 or math.prod(first.results[0].shape) >= SMALLEST_PAIR
        if first.op is None or not self.elementwise[self.makers[first.results[0]]] or first.op.ufunc:
            return False
        return first.op.name not in self.backend.kernels and len(self._read(steps)[first.results[0]].parts) > 0

    def _read(self, steps: Sequence[Step], names: dict[Value, Element] | None = None) -> dict[Value, Element]:
        """Return the elements of all results of a group."""
        elements = dict(names or {})
        for step in steps:
            operands = [self.repeated.get(x, x) if isinstance(x, Value) else x for x in step.operands]
            given = [elements.setdefault(x, Element("x", (), x.dtype)) if isinstance(x, Value) else x for x in operands]
            assert step.op is not None
            y = read(step.op, given, step.static, step.results[0].dtype)
            assert y is not None
            elements[step.results[0]] = y
        return elements

    def _as_one(self, steps: Sequence[Step]) -> list[Step]:
        """Return one step in place of several."""
        given, made = self._ends(steps)
        shape = steps[0].results[0].shape
        sizes, moves = loops_of(given, shape)
        elements = self._read(steps)
        source = source_of(
            [(step.name, elements[step.results[0]]) for step in steps],
            [(elements[x], along) for x, along in zip(given, moves, strict=True)],
            [elements[y] for y in made],
            len(sizes),
        )
        fused = Step("fused", None, [*given], {"source": source, "sizes": sizes, "steps": list(steps)}, made)
        lines = list(dict.fromkeys(step.line for step in steps))
        fused.line = lines[0] if len(lines) == 1 else f"{lines[0]} … {lines[-1]}"
        return [fused]


# -- shapes --------------------------------------------------------------------------------------------


def once(value: Value) -> Value:
    """Return something from outside with length 1 where all its elements are one and the same in memory."""
    array = value.array
    repeats = [n > 1 and step == 0 for n, step in zip(value.shape, array.strides, strict=True)]
    if not any(repeats):
        return value
    return Value(value.kind, f"{value.number}_once", array[tuple(slice(0, 1 if r else None) for r in repeats)])


def moves_of(value: Value, shape: Shape) -> tuple[bool, ...] | None:
    """Return along which dimensions of a shape a value's elements differ; None if they are in another order.

    It is what broadcasting says: a dimension that the value lacks, or of length 1, repeats it.
    """
    if not value.in_order or len(value.shape) > len(shape):
        return None
    own = (1,) * (len(shape) - len(value.shape)) + value.shape
    if any(n not in (1, m) for n, m in zip(own, shape, strict=True)):
        return None
    return tuple(n > 1 for n in own)


def loops_of(values: Sequence[Value], shape: Shape) -> tuple[list[int], list[tuple[bool, ...]]]:
    """Return the sizes of the loops over a shape, and along which of them each value moves.

    Dimensions next to each other along which the same values move are one loop.
    """
    moves = [moves_of(value, shape) or () for value in values]
    sizes: list[int] = []
    columns: list[tuple[bool, ...]] = []
    for d, n in enumerate(shape):
        column = tuple(along[d] for along in moves)
        if n == 1:
            continue
        if columns and columns[-1] == column:
            sizes[-1] *= n
        else:
            sizes.append(n)
            columns.append(column)
    return sizes, [tuple(column[k] for column in columns) for k in range(len(values))]
