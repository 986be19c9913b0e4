"""Floor 3: from a list of steps to a plan: what is needed, each thing once, memory used again; and its source.

The plan is a Python function written for these steps alone, as ``dataclass`` writes an ``__init__``: a line per step,
no Tensors, no graph, nothing left to find out.  ``print(plan.source)`` shows it.

    unused      a step whose results nobody needs is dropped, unless it has an effect
    equal       two steps with the same op, operands and arguments become one
    fused       elementwise steps that follow each other become one loop (``fuse.py``)
    buffers     a temporary of some size is written into memory that an earlier one no longer needs

A step that writes into memory is a fence: what shares that memory is left as it is.  A check of values is repeated.

May import: floors 0–2, ``steps``, ``trace``, ``fuse``.  Read next: ``capture.py``.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterable
from typing import Any

from ...backend.devices import CPU, Backend
from ...core.tensor import Tensor, box
from ...ops.generator import Place
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
        self.steps = without_copies(merged, [*self.results, *self.gradients])
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
        return self._op_lines(step, given, position, last, pool)

    def _op_lines(self, step: Step, given: list[str], position: int, last: dict[Value, int], pool: Pool) -> list[str]:
        """Write an op: NumPy's own function into a buffer where there is one, else the kernel or the plain value."""
        op = step.op
        assert op is not None
        made = ", ".join(map(repr, step.results))
        if step.several:
            made = f"({made},)"
        backend = backend_among(step.operands)
        given = [f"{name}.item()" if beside(x, backend) else name for name, x in zip(given, step.operands, strict=True)]
        kernel, xp = backend.kernels.get(op.name), self._thing(backend.xp, "xp")
        # Memory is free again after the step that uses it last: not for this step's own result.
        pool.release(v for v in last if last[v] == position - 1)
        direct = direct_function(op, backend.xp) if kernel is None else None
        if direct is not None and not step.several:
            result, out = step.results[0], ""
            if result.size_bytes >= SMALLEST_BUFFER_BYTES and result not in self._kept() and not self._shared(result):
                out = f", out={pool.take(result)}"
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


class Pool:
    """Memory for temporaries, to be used again when the one before is no longer needed."""

    def __init__(self, xp: Any) -> None:
        self.xp = xp
        self.arrays: dict[str, Any] = {}
        self._free: dict[tuple[Any, Any], list[str]] = {}
        self._holding: dict[Value, str] = {}
        self.size_bytes = 0

    def take(self, value: Value) -> str:
        """Return the name of a buffer for a value."""
        free = self._free.get((value.shape, value.dtype), [])
        if free:
            name = free.pop()
        else:
            name = f"buffer{len(self.arrays)}"
            self.arrays[name] = self.xp.empty(value.shape, dtype=value.dtype)
            self.size_bytes += value.size_bytes
        self._holding[value] = name
        return name

    def release(self, values: Iterable[Value]) -> None:
        """Take buffers back."""
        for value in list(values):
            name = self._holding.pop(value, None)
            if name is not None:
                self._free.setdefault((value.shape, value.dtype), []).append(name)


# -- the passes ----------------------------------------------------------------------------------------


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
        if x is None or x.base is not x or x.kind != "step" or last[x] != position:
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


# -- what steps call -----------------------------------------------------------------------------------


def direct_function(op: Any, xp: Any) -> Any:
    """Return the array module's own function for an op, which can write into given memory; None if there is none."""
    if op.name == "matmul" and not op.static_names:
        return xp.matmul
    function = getattr(xp, op.ufunc, None) if op.ufunc else None
    return function if function is not None and not op.aux and not op.static_names else None


def drawing(generator: Any, words: int, device: Any) -> Callable[[], Any]:
    """Return a function that takes the next random numbers."""
    return lambda: Place(generator, words, device).array


def moving(optimizer: Any, parameters: list[Tensor], others: list[Tensor]) -> Callable[..., None]:
    """Return a function that lets an optimiser step along the gradients of `parameters`, none of `others`."""

    def move(*gradients: Any) -> None:
        for p in others:
            p._grad = None
        for p, g in zip(parameters, gradients, strict=True):
            p._grad = box(g)
        optimizer.step()

    return move


def calling(function: Callable[..., Any], name: str, args: list[Any], places: list[int]) -> Callable[..., None]:
    """Return a function that calls another one, with arrays in the places of Tensors."""

    def call(*arrays: Any) -> None:
        given = list(args)
        for place, array in zip(places, arrays, strict=True):
            given[place] = box(array)
        function(*given)

    return call


class Otherwise(Exception):
    """Values are such that the function would do something else than what was captured.

    Attributes
    ----------
    line : str
        Of the user's program.
    late : bool
        Whether something has changed before that was found: then nothing else can be done instead.
    """

    def __init__(self, line: str, late: bool) -> None:
        super().__init__(line, late)
        self.line, self.late = line, late


def checking(line: str, late: bool, **check: Any) -> Callable[[Any], None]:
    """Return a function that checks values as the captured call has checked its own; see `Trace.check`."""
    if "function" in check:
        return lambda array: check["function"](check["op"], box(array), *check["args"])

    def look(array: Any) -> None:
        found = array.shape if check["what"] == "shape" else bool(getattr(array, check["what"])())
        if found != check["found"]:
            raise Otherwise(line, late)

    return look
