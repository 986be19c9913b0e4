"""Floor 3: the list of steps that a captured function took, while it is being written.

A *value* is an array by name: an input, something from outside (a weight), or what a step makes.  A *step* is an op
that computes values from values, or one of the few other things that a training step does: draw random numbers, write
into a tensor's memory, let an optimiser move its parameters.

The list listens (``core/modes.py``), so that every op passes the door, on the way back as well; there `Trace.compute`
is asked.  A tensor from outside that an op meets is *adopted*: as long as the function runs, it has a traced array,
and so whoever asks for its numbers is refused.

May import: floors 0–2, ``steps``, ``traced``.  Read next: ``outside_ops.py``.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from ...aliases import Array
from ...backend.devices import BACKENDS, CPU, backend_of
from ...core.modes import LAYERS, MODE
from ...core.primitive import Primitive
from ...core.tensor import Tensor, box
from ...errors import error
from ..batched import next_number
from ..batching import RULES, refused
from .steps import Step as Step
from .steps import Value as Value
from .traced import Traced, kind_for, owner


class Trace:
    """The list.

    Attributes
    ----------
    steps : list of Step
        What was done so far.
    inputs : list of Value
        The arguments.
    gradients : list of (Tensor, Value)
        Tensors whose ``grad`` from before the call was looked at or added to.
    tensors : dict
        Adopted tensors with their own arrays, by id.
    grads : dict
        Tensors whose ``grad`` was touched, with what it was before, by id.
    had : dict
        Of those, whether there was one; None where it did not matter.
    modules : dict
        Modules that were called, by id.
    generators : dict
        Random generators that were drawn from, with their state before, by id.
    written : set of Value
        Whose memory a step writes into.
    swept : bool
        Whether there was a backward sweep.
    closed : bool
        Whether the function has returned.
    busy : bool
        Whether somebody else is at work, whose steps are not written down.
    """

    def __init__(self) -> None:
        self.number = next_number()
        self.steps: list[Step] = []
        self.inputs: list[Value] = []
        self.gradients: list[tuple[Tensor, Value]] = []
        self.tensors: dict[int, tuple[Tensor, Array]] = {}
        self.grads: dict[int, tuple[Tensor, Tensor | None]] = {}
        self.had: dict[int, bool | None] = {}
        self.modules: dict[int, Any] = {}
        self.generators: dict[int, tuple[Any, dict[str, Any]]] = {}
        self.written: set[Value] = set()
        self.closed = self.busy = self.swept = False
        self.alive: list[tuple[weakref.ref[Traced], str]] = []
        self._outside: dict[int, Value] = {}  # by the id of the array
        self._owners: dict[int, tuple[Any, Value]] = {}  # by the id of the array that owns the memory
        self._numbers = itertools.count()
        LAYERS.append(self.number)

    def __del__(self) -> None:
        LAYERS.remove(self.number)  # not before: the door refuses an array that somebody has kept

    # -- as a listener: whoever listens sees every op, also on the way back ----------------------------

    def ran(self, op: Primitive, arrays: Sequence[Any], static: dict[str, Any], result: Any) -> None:
        """Nothing: `compute` has done it."""

    def applied(self, op: Primitive, operands: tuple[Any, ...], static: dict[str, Any], result: Any) -> None:
        """Adopt what an op was applied to."""
        for x in operands:
            if isinstance(x, Tensor):
                self.adopt(x)

    def pulled(self, node: Any, cotangent: Any, shares: Any) -> None:
        """Note that there was a sweep; what its rules do are ops."""
        self.swept = True

    # -- values ----------------------------------------------------------------------------------------

    def input(self, array: Array, is_number: bool = False) -> Traced:
        """Return a traced array for an argument of the function."""
        value = self._based(Value("input", len(self.inputs), array), array)
        value.numbers = (value,) if is_number else ()
        self.inputs.append(value)
        return self.traced(array, value)

    def traced(self, array: Array, value: Value) -> Traced:
        """Return an array under a name."""
        made = kind_for(array)(array, value, self)
        if value.kind == "step":
            self.alive.append((weakref.ref(made), self.steps[-1].line if self.steps else "?"))
        return made

    def name_of(self, x: Any) -> Any:
        """Return the value that an operand is; numbers and the like are themselves."""
        if isinstance(x, Traced):
            return x.value
        if not hasattr(x, "dtype") or not hasattr(x, "shape") or isinstance(x, (Tensor, np.generic)):
            return x
        if id(x) not in self._outside:
            self._outside[id(x)] = self._based(Value("outside", len(self._outside), x), x)
        return self._outside[id(x)]

    def constant(self, array: Array) -> Traced:
        """Return a traced array for what does not depend on any value, and so is the same at every call."""
        value = Value("constant", next(self._numbers), array)
        self._owners[id(array)] = weakref.ref(array), value
        return self.traced(array, value)

    def is_constant(self, x: Any) -> bool:
        """Whether an operand is the same at every call: a constant or a view of one, and not written to."""
        return not isinstance(x, Value) or (x.base.kind == "constant" and x.base not in self.written)

    def _made(self, array: Array) -> Value:
        return self._based(Value("step", next(self._numbers), array), array)

    def _based(self, value: Value, array: Array) -> Value:
        """Find out whose memory an array shows."""
        memory = owner(array)
        known = self._owners.get(id(memory))
        if known is not None and known[0]() is memory:
            value.base = known[1]
        else:
            self._owners[id(memory)] = weakref.ref(memory), value
        return value

    def adopt(self, x: Tensor) -> None:
        """Give a tensor from outside a traced array until the function returns."""
        array = x.array
        strange = type(array) not in BACKENDS or hasattr(array, "level") or isinstance(array, np.generic)
        if self.closed or self.busy or strange:
            return
        if x.node is not None and x.node.op is not None and MODE.get().recording:
            raise error("jit-argument-graph", made=x.node.op.name)
        self.tensors[id(x)] = x, array
        x.array = self.traced(array, self.name_of(array))

    def take_gradient(self, tensor: Tensor) -> None:
        """Let a gradient from before the call be an input of the plan, for it is about to be looked at."""
        held = tensor._grad
        self.grads.setdefault(id(tensor), (tensor, held))
        self.had.setdefault(id(tensor), held is not None)
        if held is None or isinstance(held.array, Traced) or type(held.array) not in BACKENDS:
            return
        if held.node is not None and held.node.op is not None:
            raise error("jit-argument-graph", made=held.node.op.name)
        value = self._based(Value("gradient", len(self.gradients), held.array), held.array)
        self.gradients.append((tensor, value))
        tensor._grad = box(self.traced(held.array, value))

    def drop_gradient(self, tensor: Tensor) -> None:
        """Note that a gradient is about to be forgotten or replaced, whether there was one before or not."""
        self.grads.setdefault(id(tensor), (tensor, tensor._grad))
        self.had.setdefault(id(tensor), None)

    def forget_own(self) -> None:
        """Forget the gradients of tensors that the function has made: nobody sees them afterwards."""
        own = [i for i, (t, _) in self.grads.items() if isinstance(t.array, Traced) and i not in self.tensors]
        for i in own:
            del self.grads[i]
            self.had.pop(i, None)
        self.gradients = [(t, value) for t, value in self.gradients if id(t) not in own]

    # -- steps -----------------------------------------------------------------------------------------

    def compute(self, op: Primitive, arrays: Sequence[Any], static: dict[str, Any]) -> Any:
        """Compute an op with the numbers, and write it down."""
        if self.closed or CURRENT.get() is not self:
            raise error("jit-leaked", op=op.name)
        operands = [self.name_of(x) for x in arrays]
        constant = all(map(self.is_constant, operands))
        elsewhere = any(isinstance(x, Value) and x.backend is not CPU for x in operands)
        with self.at_work():
            y = op.run([self.shown(x, elsewhere) for x in arrays], static)
        parts = y if isinstance(y, tuple) else (y,)
        values = [self._made(part) for part in parts]
        given = [x for x in operands if isinstance(x, Value)]
        if constant and not op.view and all(v.base is v for v in values):
            results = tuple(self.constant(part) for part in parts)
            return results if isinstance(y, tuple) else results[0]
        if op.view and values[0].base is values[0] and given:
            values[0].base = given[0].base  # it might be a view at another call
        if not values[0].shape and all(x.numbers or self.is_constant(x) for x in given):
            values[0].numbers = tuple({n for x in given for n in x.numbers})
        step = Step("op", op, operands, static, values)
        step.several = isinstance(y, tuple)
        self.steps.append(step)
        if RULES.get(op.name) is refused:  # ``vmap`` refuses it, for values decide on the shape: later calls must agree
            self.steps += [Step("check", None, [v], {"what": "shape", "found": v.shape}, []) for v in values]
        results = tuple(self.traced(part, value) for part, value in zip(parts, values, strict=True))
        return results if step.several else results[0]

    def shown(self, x: Any, elsewhere: bool) -> Any:
        """Return an operand with its numbers; beside arrays of a device, a number on the CPU is one of Python's."""
        if not isinstance(x, Traced):
            return x
        return x.numbers.item() if elsewhere and x.value.numbers and x.value.backend is CPU else x.numbers

    def copy(self, x: Traced) -> Traced:
        """Write down a copy, which is made outside of ops."""
        array = x.numbers.copy()
        if self.is_constant(x.value):
            return self.constant(array)
        self.steps.append(Step("copy", None, [x.value], {}, [self._made(array)]))
        return self.traced(array, self.steps[-1].results[0])

    def write_into(self, target: Traced, source: Any) -> None:
        """Write into memory, and write that down."""
        base = target.value.base
        if base.kind == "constant" and base not in self.written:
            base.array = backend_of(base.array).xp.array(base.array)  # what every call begins with
        self.written.add(base)
        target.numbers[...] = source.numbers if isinstance(source, Traced) else source
        self.steps.append(Step("write", None, [target.value, self.name_of(source)], {}, []))

    def draw(self, place: Any) -> Traced:
        """Write down that random numbers are taken: at every call the next ones."""
        static = {"generator": place.generator, "words": place.words, "device": place.device}
        self.steps.append(Step("draw", None, [], static, [self._made(place.array)]))
        return self.traced(place.array, self.steps[-1].results[0])

    def check(self, x: Traced, what: str) -> bool:
        """Tell whether any or all elements are true, and write down that every call must find the same."""
        found = bool(getattr(x.numbers, what)())
        if not self.is_constant(x.value):
            self.steps.append(Step("check", None, [x.value], {"what": what, "found": found}, []))
        return found

    # -- others at work --------------------------------------------------------------------------------

    @contextmanager
    def numbers_shown(self) -> Iterator[None]:
        """Let adopted tensors have their own arrays for a while, in which nothing is written down."""
        shown = [(x, x.array, array) for x, array in self.tensors.values()]
        for x, _, array in shown:
            x.array = array
        try:
            with self.at_work():
                yield
        finally:
            for x, traced, _ in shown:
                x.array = traced

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Compute without writing it down."""
        before, self.busy = self.busy, True
        try:
            yield
        finally:
            self.busy = before

    def will_write(self, tensors: Sequence[Tensor]) -> None:
        """Note that somebody is about to write into the memory of tensors."""
        for x in tensors:
            self.adopt(x)
            self.written.add(self.name_of(x.array).base)

    def optimiser_step(self, optimizer: Any) -> None:
        """Let an optimiser move its parameters along their gradients, and write that down."""
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        for p in parameters:
            self.take_gradient(p)
        held = [(p, p._grad) for p in parameters]
        pairs = [(p, g) for p, g in held if g is not None]
        self.will_write([p for p, _ in pairs])
        operands = [self.name_of(g.array) for _, g in pairs]
        static = {"optimizer": optimizer, "parameters": [p for p, _ in pairs], "others": parameters}
        self.steps.append(Step("optimiser", None, operands, static, []))
        with self.numbers_shown():
            for p, g in pairs:
                p._grad = box(g.array.numbers)
            try:
                optimizer.step()
            finally:
                for p, g in held:
                    p._grad = g

    def call(self, function: Callable[..., Any], name: str, args: Sequence[Any], written: Sequence[Tensor]) -> None:
        """Call a function that changes something outside of tensors, and write down that every call does so."""
        self.will_write(written)
        places = [i for i, x in enumerate(args) if isinstance(x, Tensor)]
        operands = [self.name_of(args[i].array) for i in places]
        given = [None if i in places else x for i, x in enumerate(args)]
        static = {"function": function, "name": name, "args": given, "places": places}
        self.steps.append(Step("call", None, operands, static, []))
        with self.numbers_shown():
            function(*[box(x.array.numbers) if isinstance(getattr(x, "array", None), Traced) else x for x in args])


CURRENT: ContextVar[Trace | None] = ContextVar("CURRENT", default=None)
"""The list that is being written in this thread or task."""
