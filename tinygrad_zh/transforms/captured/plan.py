"""Floor 3: from a list of steps to a plan: what is needed, each thing once, memory used again; and its source.

The plan is a Python function written for these steps alone, as ``dataclass`` writes an ``__init__``: a line per step,
no Tensors, no graph, nothing left to find out.  ``print(plan.source)`` shows it.

    fewer       what nobody needs, what is there twice, and copies are left out (``passes.py``)
    fused       elementwise steps that follow each other become one loop (``fuse.py``)
    buffers     a temporary of some size is written into memory that an earlier one no longer needs (``buffers.py``)

May import: floors 0–2, and the files of this folder named above it in ``__init__.py``.  Read next: ``capture.py``.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

from .buffers import Pool
from .calls import calling, checking, direct_function, drawing, moving
from .fuse import fused_steps
from .loops import load
from .passes import backend_among, beside, last_uses, merged_steps, wanted_steps, without_copies
from .steps import Step, Value
from .trace import Trace

SMALLEST_BUFFER_BYTES = 2048
"""Below this fresh memory costs no more than the look at a buffer."""
FILE = __file__


class Plan:
    """A captured function, ready to be run again.

    Attributes
    ----------
    steps : list of Step
        What is done.
    source : str
        The function that does it.
    fused : list of str
        The loops that it calls.
    dropped, merged : int
        How many steps were not needed, and how many were there twice.
    """

    def __init__(self, trace: Trace, results: list[Value], gradients: list[Value]) -> None:
        self.backend = backend_among([*trace.inputs, *(x for step in trace.steps for x in step.operands)])
        self.inputs = [*trace.inputs, *(value for _, value in trace.gradients)]
        self.written = trace.written
        self.captured = kept = [*results, *gradients]
        needed = wanted_steps(trace.steps, kept)
        self.dropped = len(trace.steps) - len(needed)
        merged, same = merged_steps(needed, self.written)
        self.merged = len(needed) - len(merged)
        self.results = [same.get(value, value) for value in results]
        self.gradients = [same.get(value, value) for value in gradients]
        kept = [*self.results, *self.gradients]
        loops = fused_steps(without_copies(merged, kept), kept, self.written, self.backend)
        self.steps = wanted_steps(loops, kept)  # what only repeats a value is not needed by a loop
        self.names: dict[str, Any] = {}
        self._known: dict[int, str] = {}
        self.buffers_bytes = 0
        self.source = ""
        self.run: Callable[..., Any] = self._compiled()

    # -- writing the function --------------------------------------------------------------------------

    def _compiled(self) -> Callable[..., Any]:
        """Write the function, and return it."""
        lines = [f"def replay({', '.join(map(repr, self.inputs))}):"]
        last = last_uses(self.steps, [*self.results, *self.gradients])
        pool = Pool(self.backend.xp)
        self._thing(self.backend.xp, "xp")
        for position, step in enumerate(self.steps):
            comment = f"  # {step.line}"
            lines += [f"    {line}" for line in self._lines_of(step, position, last, pool)]
            lines[-1] += comment
        lines.append(f"    return [{', '.join(self._answers())}]")
        begun = [f"    {v!r} = xp.array({self._thing(v.array)})" for v in self._constants() if v in self.written]
        lines[1:1] = begun  # what is written into begins as it was
        self.buffers_bytes = pool.size_bytes
        self.names.update(pool.arrays)
        self.source = "\n".join(lines) + "\n"
        file = f"{FILE} for a plan of {len(self.steps)} steps at {id(self):x}"
        linecache.cache[file] = (len(self.source), None, self.source.splitlines(keepends=True), file)
        exec(compile(self.source, file, "exec"), self.names)
        function: Callable[..., Any] = self.names["replay"]
        return function

    def _constants(self) -> list[Value]:
        """Return the constants that the steps use."""
        used = [x for step in self.steps for x in step.operands] + self.results + self.gradients
        return list(dict.fromkeys(x for x in used if isinstance(x, Value) and x.kind == "constant"))

    def _answers(self) -> list[str]:
        """Write what is returned: results and gradients, each with memory of its own where it had one."""
        seen: dict[Value, Value] = {}
        answers = []
        for value, captured in zip((*self.results, *self.gradients), self.captured, strict=True):
            kept = value.base.kind == "constant" and value.base not in self.written  # it must be so at the next call
            copied = kept or seen.setdefault(value.base, captured.base) is not captured.base  # two steps became one
            answers.append(self._name(value) + (".copy()" if copied else ""))
        return answers

    def _name(self, x: Any) -> str:
        """Return how the source names an operand, and enter what it names."""
        if isinstance(x, Value):
            if x.kind in ("outside", "constant") and not (x.kind == "constant" and x in self.written):
                self.names[repr(x)] = x.array
            return repr(x)
        if type(x) in (int, float, bool, type(None), str) and x == x and x not in (float("inf"), -float("inf")):
            return repr(x)
        return self._thing(x)

    def _thing(self, x: Any, wanted: str = "k") -> str:
        """Enter something into the names, and return its name: `wanted`, perhaps with a number."""
        known = self._known.get(id(x))
        if known is None:
            known = wanted if wanted not in self.names and wanted != "k" else f"{wanted}{len(self.names)}"
            self._known[id(x)] = known
            self.names[known] = x
        return known

    def _lines_of(self, step: Step, position: int, last: dict[Value, int], pool: Pool) -> list[str]:
        """Write one step."""
        # Memory is free again after the step that uses it last: not for this step's own result.
        pool.release(v for v in last if last[v] == position - 1)
        given = [self._name(x) for x in step.operands]
        if step.what == "copy":
            return [f"{step.results[0]!r} = {given[0]}.copy()"]
        if step.what == "write":
            return [f"{given[0]}[...] = {given[1]}"]
        if step.what == "draw":
            take = self._thing(drawing(**step.static), "draw")
            return [f"{step.results[0]!r} = {take}()"]
        if step.what == "optimiser":
            move = self._thing(moving(**step.static), "optimiser_step")
            return [f"{move}({', '.join(given)})"]
        if step.what == "call":
            call = self._thing(calling(**step.static), step.static["name"])
            return [f"{call}({', '.join(given)})"]
        if step.what == "check":
            late = any(before.is_fence or before.what == "draw" for before in self.steps[:position])
            check = self._thing(checking(step.line, late, **step.static), "check")
            return [f"{check}({given[0]})"]
        if step.what == "fused":
            return self._loop_lines(step, given, pool)
        return self._op_lines(step, given, pool)

    def _loop_lines(self, step: Step, given: list[str], pool: Pool) -> list[str]:
        """Write the call of a loop, which is given rows: views, as all its arrays are in order."""
        loop = self._thing(load(step.static["source"]), "fused")
        made = [f"{v!r} = {self._memory_for(v, pool)}" for v in step.results]
        values = [*zip(step.operands, given, strict=True), *((v, repr(v)) for v in step.results)]
        rows = [name if len(v.shape) == 1 else f"{name}.ravel()" for v, name in values]
        return [*made, f"{loop}({', '.join((*map(str, step.static['sizes']), *rows))})"]

    def _memory_for(self, value: Value, pool: Pool) -> str:
        """Write where a value in order is put: a buffer if it is a temporary of some size, else fresh memory."""
        if value.size_bytes >= SMALLEST_BUFFER_BYTES and value not in self._kept() and not self._shared(value):
            return pool.take(value)
        return f"xp.empty({value.shape}, {self._thing(value.dtype, value.dtype.name)})"

    def _op_lines(self, step: Step, given: list[str], pool: Pool) -> list[str]:
        """Write an op: NumPy's own function into a buffer where there is one, else the kernel or the plain value."""
        op = step.op
        assert op is not None
        made = ", ".join(map(repr, step.results))
        if step.several:
            made = f"({made},)"
        backend = backend_among(step.operands)
        given = [f"{name}.item()" if beside(x, backend) else name for name, x in zip(given, step.operands, strict=True)]
        kernel, xp = backend.kernels.get(op.name), self._thing(backend.xp, "xp")
        direct = direct_function(op, backend.xp) if kernel is None else None
        if direct is not None and not step.several:
            result, out = step.results[0], ""
            if result.in_order and (memory := self._memory_for(result, pool)) in pool.arrays:
                out = f", out={memory}"
            asked = f"{self._thing(direct, op.ufunc or op.name)}({', '.join(given)}{out})"
            return [f"{made} = " + (asked if result.shape else f"{xp}.asarray({asked})")]
        static = [f"{name}={self._name(value)}" for name, value in {**op.defaults, **step.static}.items()]
        call = ", ".join([xp, *given, *static])
        value = f"{self._thing(op.value, op.name + '_value')}({call})"
        lines = [f"{made} = {value}"]
        if kernel is not None:
            asked = f"{self._thing(kernel, op.name + '_kernel')}({call})"
            lines = [f"y = {asked}", "if y is NotImplemented:", f"    y = {value}", f"{made} = y"]
        return [*lines, *(f"{v!r} = {xp}.asarray({v!r})" for v in step.results if not v.shape)]

    def _kept(self) -> set[Value]:
        """Return what outlives the call."""
        return {value.base for value in (*self.results, *self.gradients)}

    def _shared(self, value: Value) -> bool:
        """Whether some other name may look into a value's memory for longer than is known."""
        return value.base in self.written or any(
            other.base is value and other is not value for step in self.steps for other in step.results
        )

    # -- looking at it ---------------------------------------------------------------------------------

    @property
    def fused(self) -> list[str]:
        """The source of each loop that it calls, once."""
        return list(dict.fromkeys(step.static["source"] for step in self.steps if step.what == "fused"))

    def __str__(self) -> str:
        lines = []
        for step in self.steps:
            made = ", ".join(f"{v!r} {v.dtype}{list(v.shape)} {v.size_bytes:,} B" for v in step.results) or "–"
            given = ", ".join(map(repr, step.operands))
            lines.append(f"{made:<40} = {step.name}({given})    {step.line}")
        lines.append(
            f"{len(self.steps)} steps; {self.dropped} dropped, {self.merged} merged; "
            f"buffers {self.buffers_bytes:,} bytes"
        )
        return "\n".join(lines)
