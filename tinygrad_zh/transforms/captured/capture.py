"""Floor 3: how a call of a function is captured, and when what was captured may be used again.

May import: floors 0–2, ``traced``, ``trace``, ``plan``.  Read next: ``function.py``.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import numpy as np

from ...backend.quiet import quietly
from ...core.inplace import touch
from ...core.modes import listening
from ...core.tensor import Tensor, box
from ...errors import error
from .. import batching_rules as batching_rules  # the door asks them while there are arrays that are no plain ones
from . import outside_ops as outside_ops
from .plan import Plan
from .steps import Value
from .structure import Leaf, put_together, taken_apart
from .trace import CURRENT, Trace
from .traced import Traced, ValuesAsked

NUMBERS = {int: np.int64, float: np.float64}
"""The kinds of numbers that a plan takes as inputs, and as what."""


class Captured:
    """A plan, what it was captured for, and how results go back into the caller's structure.

    Attributes
    ----------
    plan : Plan
        What to run.
    structure : structure
        Of the result: a `Leaf` where a tensor belongs.
    """

    def __init__(
        self, plan: Plan, structure: Any, trace: Trace, places: dict[int, int], gradients: list[tuple[Tensor, Any]]
    ) -> None:
        self.plan, self.structure = plan, structure
        self.modules = [(module, layout_of(module)) for module in trace.modules.values()]
        self.tensors = [(t, array, t.node is not None) for i, (t, array) in trace.tensors.items() if i not in places]
        self.had = [(places.get(i, trace.grads[i][0]), had) for i, had in trace.had.items() if had is not None]
        self.given = [places.get(id(t), t) for t, _ in trace.gradients]
        self.gradients = [(places.get(id(t), t), value is None) for t, value in gradients]
        written = {step.operands[0].base for step in plan.steps if step.what == "write"}
        self.written = [places.get(i, t) for i, (t, _) in trace.tensors.items() if t.array.value.base in written]

    def serves(self, leaves: list[Any]) -> bool:
        """Whether what lies outside of the arguments is as it was: modes, memory, what requires or has gradients."""
        return (
            all(layout_of(module) == layout for module, layout in self.modules)
            and all(t.array is array and (t.node is not None) is tracked for t, array, tracked in self.tensors)
            and all((at(t, leaves)._grad is not None) is had for t, had in self.had)
        )

    def replay(self, leaves: list[Any], arrays: list[Any]) -> Any:
        """Run the plan: return the results, and leave gradients where the captured call left them."""
        plan = self.plan
        held = [g.array for t in self.given if (g := at(t, leaves)._grad) is not None]
        answers = quietly(plan.run, *arrays, *held)
        for target in self.written:
            touch(at(target, leaves), "a function captured by jit")
        count = len(plan.results)
        rest = iter(answers[count:])
        for target, gone in self.gradients:
            at(target, leaves)._grad = None if gone else box(next(rest))
        return put_together(self.structure, [box(y) for y in answers[:count]], leaves)


def at(target: Any, leaves: list[Any]) -> Tensor:
    """Return a tensor from outside, or the argument that stands at a place."""
    tensor: Tensor = leaves[target] if isinstance(target, int) else target
    return tensor


def layout_of(module: Any) -> list[Any]:
    """Return what decides on what a module does, besides its tensors' values."""
    hooks = (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks, module._backward_pre_hooks)
    parts = (module._parameters, module._buffers, module._modules)
    return [module.training, *map(len, hooks), *[id(x) for part in parts for x in part.values()]]


def capture(function: Callable[..., Any], structure: Any, leaves: list[Any], fixed: set[int]) -> tuple[Any, Captured]:
    """Call a function and write down what it does.

    Parameters
    ----------
    function : callable
        What to call.
    structure : structure
        Its positional and keyword arguments, taken apart.
    leaves : list of Tensor or number
        What to put in.
    fixed : set of int
        Which numbers are part of the plan, because the function asks for their values; more may be added.

    Returns
    -------
    result
        Of the call.
    Captured
        To be replayed.

    Raises
    ------
    ValuesAsked
        If another number turns out to be one of the `fixed`: to be tried again.
    GraphError
        If the function asks for numbers of a tensor, or returns a tensor with a graph.
    """
    for leaf in leaves:
        if isinstance(leaf, Tensor) and leaf.node is not None and leaf.node.op is not None:
            raise error("jit-argument-graph", made=leaf.node.op.name)
    trace = Trace()
    given, numbers = list(leaves), {}
    places: dict[int, int] = {}
    for place, leaf in enumerate(leaves):
        if isinstance(leaf, Tensor):
            if id(leaf) not in places:
                places[id(leaf)] = place
                trace.tensors[id(leaf)] = leaf, leaf.array
                leaf.array = trace.input(leaf.array)
            else:
                trace.input(trace.tensors[id(leaf)][1])  # the same tensor once more: its first place counts
        elif place not in fixed:
            numbers[place] = trace.input(np.asarray(leaf, dtype=NUMBERS[type(leaf)]), is_number=True)
            given[place] = box(numbers[place])
    done, token = False, CURRENT.set(trace)
    try:
        args, kwargs = put_together(structure, given, [])
        with listening(trace):
            result = function(*args, **kwargs)
        if any(traced.value.fixed for traced in numbers.values()):
            raise ValuesAsked()  # the function has caught the first one
        answer = finished(trace, result, places)
        done = True
    except Exception as problem:
        asked = {place for place, traced in numbers.items() if traced.value.fixed}
        if not isinstance(problem, ValuesAsked):
            asked = set(numbers)  # perhaps it takes numbers alone, and no tensors in their places
        if any(step.is_fence for step in trace.steps) or not asked:
            if isinstance(problem, ValuesAsked):
                raise error("jit-number-late", number=[leaves[p] for p in asked][-1]) from None
            raise
        fixed |= asked
        raise ValuesAsked() from problem
    finally:
        CURRENT.reset(token)
        put_back(trace, done)
    del result, given, numbers, args, kwargs
    refuse_leaks(trace)
    return answer


def put_back(trace: Trace, done: bool) -> None:
    """Give tensors their arrays and gradients back: what is `done` stays, what failed leaves nothing behind."""
    trace.closed = True
    for tensor, array in trace.tensors.values():
        tensor.array = array
    for tensor, before in trace.grads.values():
        held = tensor._grad
        if not done:
            tensor._grad = before
        elif held is not None and isinstance(held.array, Traced):
            unchanged = before is not None and held.array.numbers is before.array
            tensor._grad = before if unchanged else box(held.array.numbers)
    if not done:
        for generator, state in trace.generators.values():
            generator.set_state(state)


def refuse_leaks(trace: Trace) -> None:
    """Refuse a tensor of the captured call that somebody has kept: at later calls it would not be renewed."""
    if any(reference() is not None for reference, _ in trace.alive):
        gc.collect()
        kept = [line for reference, line in trace.alive if reference() is not None]
        if kept:
            raise error("jit-kept", where=kept[0])


def finished(trace: Trace, result: Any, places: dict[int, int]) -> tuple[Any, Captured]:
    """Return a captured call's result with real arrays, and what was captured."""
    for tensor, array in trace.tensors.values():
        if not isinstance(tensor.array, Traced) or tensor.array.numbers is not array:
            raise error("jit-replaced", shape=tensor.shape)
    trace.forget_own()
    gradients = gradients_left(trace)
    found: list[Any] = []
    shape_of_result = taken_apart(result, found, ())
    values: list[Value] = []
    shown_as: dict[int, tuple[Any, Any]] = {}
    for tensor in found:
        if id(tensor) not in shown_as:
            traced = tensor.array
            if id(tensor) in places:
                shown_as[id(tensor)] = Leaf(places[id(tensor)], given=True), tensor
            elif id(tensor) in trace.tensors or not isinstance(traced, Traced):
                shown_as[id(tensor)] = tensor, tensor  # what no step has made: a weight
            elif tensor.node is not None and not trace.swept:  # after backward() nobody asks for its graph again
                raise error("jit-graph", shape=tensor.shape)
            else:
                own = traced.numbers.copy() if trace.is_constant(traced.value) else traced.numbers
                shown_as[id(tensor)] = Leaf(len(values)), box(own)
                values.append(traced.value)
    shown, real = ([shown_as[id(tensor)][k] for tensor in found] for k in (0, 1))
    with trace.at_work():  # the plan reads the ops' values, as elements, through the door
        plan = Plan(trace, values, [value for _, value in gradients if value is not None])
    structure = put_together(shape_of_result, shown, [])
    return put_together(shape_of_result, real, []), Captured(plan, structure, trace, places, gradients)


def gradients_left(trace: Trace) -> list[tuple[Tensor, Value | None]]:
    """Return the tensors whose ``grad`` the function has changed, and what it is now."""
    before = {id(t): value for t, value in trace.gradients}
    left: list[tuple[Tensor, Value | None]] = []
    for tensor, _ in trace.grads.values():
        held = tensor._grad
        value = None if held is None else trace.name_of(held.array)
        if value is None or value is not before.get(id(tensor)):
            left.append((tensor, value))
    return left
