"""Floor 3: what happens outside of ops while a function is captured: who asks whom, and what is noted.

The engine asks the registry for these where something happens that is no op: a gradient is kept, random numbers are
drawn, memory is written, a tensor's numbers are looked at, an optimiser steps.  Each is called only while a function
is being captured here, and nothing that such a step itself does is noted.

May import: floors 0–2, ``trace``.  Read next: ``plan.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...aliases import Array
from ...backend.philox import blocks_for
from ...core.primitive import Primitive
from ...core.registry import register
from ...core.tensor import Tensor
from ...errors import error
from .steps import Step
from .trace import CURRENT, Trace
from .traced import Traced


def noting(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let the engine find a function by name, which is asked only while something is captured here."""

    def register_it(note: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any) -> Any:
            trace = CURRENT.get()
            return None if trace is None or trace.busy else note(trace, *args)

        return register(name, noted)

    return register_it


@noting("capture_op")
def computed(trace: Trace, op: Primitive, arrays: Sequence[Any], static: dict[str, Any]) -> Any:
    """Take over an op on arrays from outside."""
    return trace.compute(op, arrays, static)


@noting("capturing")
def capturing(trace: Trace) -> bool:
    """Tell that a list of steps is being written here."""
    return True


@noting("made_here")
def made(trace: Trace, array: Array) -> Array:
    """Return an array made of numbers alone under a name."""
    return trace.constant(array)


@noting("looked_at")
def looked_at(trace: Trace, tensor: Tensor) -> None:
    """Note that a tensor's numbers are about to be asked for: an adopted one refuses."""
    trace.adopt(tensor)


@noting("checked")
def checked(trace: Trace, function: Callable[..., Any], op: str, tensor: Tensor, *args: Any) -> None:
    """Note that ``function(op, tensor, …)`` refuses some values: it has to look at those of later calls, too."""
    if isinstance(tensor.array, Traced) and not trace.is_constant(tensor.array.value):
        static = {"function": function, "op": op, "args": args}
        trace.steps.append(Step("check", None, [tensor.array.value], static, []))


@noting("written")
def written(trace: Trace, target: Tensor, source: Tensor) -> None:
    """Note that a tensor is about to be written to."""
    trace.adopt(target)


@noting("drawn")
def drawn(trace: Trace, place: Any) -> Array:
    """Note that random numbers are about to be drawn."""
    generator = place.generator
    state = generator.get_state()
    before = {**state, "block": (state["block"] - blocks_for(place.words)) % 2**64}
    trace.generators.setdefault(id(generator), (generator, before))
    return trace.draw(place)


# -- gradients -------------------------------------------------------------------------------------------


@noting("grad_looked_at")
def grad_looked_at(trace: Trace, tensor: Tensor) -> None:
    """Note that a gradient is about to be read or added to."""
    trace.take_gradient(tensor)


@noting("grad_set")
def grad_set(trace: Trace, tensor: Tensor) -> None:
    """Note that a gradient is about to be forgotten or replaced."""
    trace.drop_gradient(tensor)


# -- modules, optimisers, schedules ----------------------------------------------------------------------


@noting("module_entered")
def entered(trace: Trace, module: Any) -> None:
    """Note that a module is called, whose mode the next call must find again."""
    trace.modules[id(module)] = module
    for tensor in (*module._parameters.values(), *module._buffers.values()):
        if tensor is not None:
            trace.adopt(tensor)


@noting("optimiser_stepped")
def stepped(trace: Trace, optimizer: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> bool:
    """Take over an optimiser's step."""
    closure = next((x for x in (*args, *kwargs.values()) if x is not None), None)
    if closure is not None:
        expected = "None inside jit: how often it is called depends on values; call backward() before step()"
        raise error("argument", op=f"{optimizer.name}.step", argument="closure", expected=expected, got=closure)
    trace.optimiser_step(optimizer)
    return True


@noting("called")
def called(
    trace: Trace, function: Callable[..., Any], name: str, args: Sequence[Any], tensors: Sequence[Tensor]
) -> bool:
    """Take over a call that changes something outside of tensors, and perhaps writes into some."""
    trace.call(function, name, args, tensors)
    return True
