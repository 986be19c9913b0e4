"""Floor 3: ``jit``: capture a function of Tensors once, and replay it.

    @jit
    def step(inputs, labels):
        optimizer.zero_grad()
        loss = criterion(model(inputs), labels)
        loss.backward()
        optimizer.step()
        return loss

The first call runs as ever, and is written down on the way.  Later calls with arguments of the same shapes run the
plan.  ``print(step.plan)`` shows it, ``print(step.plan.source)`` is the function that runs.

May import: floors 0–2, ``structure``, ``capture``, ``plan``.
"""

from __future__ import annotations

import functools
from _thread import RLock as allocate_rlock  # threading.RLock; importing threading takes a millisecond
from collections.abc import Callable
from typing import Any

import numpy as np

from ...backend.devices import BACKENDS
from ...backend.dtypes import get_default_dtype
from ...core.modes import MODE
from ...core.tensor import Tensor
from ...errors import error
from ...ops.generator import current_generator
from ..batched import ACTIVE
from .calls import Otherwise
from .capture import NUMBERS, Captured, capture
from .plan import Plan
from .structure import key_of, taken_apart
from .trace import CURRENT
from .traced import ValuesAsked

MOST_PLANS = 8
"""For arguments of one kind: weights that move to new memory at every call would make plans without end."""
_capturing = allocate_rlock()  # one for all: what is captured has its arrays changed meanwhile


class Jitted:
    """A function that is captured at its first call, once for every kind of arguments; see `jit`.

    Attributes
    ----------
    function : callable
        The function itself.
    captures : int
        How often it has been captured.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function, updated=())
        self.function = function
        self.captures = 0
        self._captured: dict[Any, list[Captured]] = {}
        self._fixed: dict[Any, set[int]] = {}
        self._replaying = allocate_rlock()  # a plan has its buffers once

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Replay the plan for such arguments, or capture one."""
        leaves: list[Any] = []
        structure = taken_apart((args, kwargs), leaves, NUMBERS)
        mode = MODE.get()
        if mode.listeners or CURRENT.get() is not None or ACTIVE.get():
            return self.function(*args, **kwargs)  # somebody looks on, or this is part of something larger
        if not all(map(is_plain, leaves)):
            with _capturing:
                pass  # another thread captures a function of these tensors: now it is done
            if not all(map(is_plain, leaves)):
                return self.function(*args, **kwargs)
        here = key_of(structure), mode.recording, get_default_dtype(), current_generator()
        with self._replaying:
            found = self._replayed(here, leaves)
            if found is None:
                with _capturing:  # another thread may have captured just this, or have had our weights
                    found = self._replayed(here, leaves) or (self._capture(here, structure, leaves),)
            return found[0]

    def _replayed(self, here: Any, leaves: list[Any]) -> tuple[Any] | None:
        """Return the result of a plan that serves for these arguments and their values; None if there is none."""
        fixed = self._fixed.get(here, ())
        for captured in self._captured.get(self._key(here, leaves), ()):
            if not captured.serves(leaves):
                continue
            try:
                arrays = [array_of(x) for i, x in enumerate(leaves) if i not in fixed]
                return (captured.replay(leaves, arrays),)
            except Otherwise as problem:
                if problem.late:
                    raise error("jit-otherwise", where=problem.line) from None
        return None

    def _key(self, here: Any, leaves: list[Any]) -> Any:
        """Return what must be equal for two calls to have one plan."""
        fixed = self._fixed.get(here, ())
        ids = [id(x) for x in leaves if isinstance(x, Tensor)]
        same = tuple(map(ids.index, ids)) if len(set(ids)) < len(ids) else ()  # where one tensor stands twice
        return here, same, *[kind_of(x, i in fixed) for i, x in enumerate(leaves)]

    def _capture(self, here: Any, structure: Any, leaves: list[Any]) -> Any:
        """Capture a call."""
        fixed = self._fixed.setdefault(here, set())
        while True:
            self.captures += 1
            try:
                result, captured = capture(self.function, structure, leaves, fixed)
            except ValuesAsked:
                continue
            plans = self._captured.setdefault(self._key(here, leaves), [])
            plans.insert(0, captured)
            del plans[MOST_PLANS:]
            return result

    @property
    def plans(self) -> list[Plan]:
        """What has been captured so far."""
        return [captured.plan for each in self._captured.values() for captured in each]

    @property
    def plan(self) -> Plan:
        """What was captured last."""
        if not self.plans:
            raise error("jit-no-plan", name=getattr(self.function, "__name__", type(self.function).__name__))
        return self.plans[-1]

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """Be a method, if it stands in a class."""
        return self if instance is None else functools.partial(self, instance)


def is_plain(x: Any) -> bool:
    """Whether an argument is a number, or a tensor with a device's own array."""
    return not isinstance(x, Tensor) or (type(x.array) in BACKENDS and not hasattr(x.array, "level"))


def kind_of(x: Any, fixed: bool) -> Any:
    """Return what must be the same about an argument for a plan to serve again."""
    if isinstance(x, Tensor):
        array = x.array
        return array.shape, array.dtype, type(array), array.strides, x.node is not None
    return (type(x), x) if fixed else type(x)


def array_of(x: Any) -> Any:
    """Return an argument as the plan takes it."""
    return x.array if isinstance(x, Tensor) else np.asarray(x, dtype=NUMBERS[type(x)])


def jit(function: Callable[..., Any]) -> Jitted:
    """Capture a function of Tensors at its first call, and replay it later.

    Parameters
    ----------
    function : callable
        Computes with Tensors: forward alone (under ``no_grad``), or a whole training step.  Arguments are Tensors,
        numbers, and nested lists, tuples and dicts of them; anything else must be hashable.

    Returns
    -------
    Jitted
        To be called like the function.  ``plan`` is what was captured last, ``plans`` are all.

    Raises
    ------
    GraphError
        When called: if the function asks for a value that another call need not have (``item()``, ``if x > 0``,
        ``print(x)``), or returns a tensor that needs a graph.

    Notes
    -----
    Captured anew is for other shapes, dtypes, devices, other arguments that are no numbers, grad mode, ``train()`` or
    ``eval()``, weights in other memory.  Learning rates and step counts of optimisers, and numbers among the
    arguments, may change freely; a number whose value the function asks for, as ``range(n)`` does, becomes part of
    the plan.  Where values decide a shape (``x[mask]``), another shape is captured anew.
    Random numbers go on from call to call.  What the function does besides (``print``, appending to a list) happens
    only when it is captured.

    Examples
    --------
    >>> double = jit(lambda x: (x * 2).sum())
    >>> double(tensor([1.0, 2.0])), double(tensor([3.0, 4.0]))
    (tensor(6.), tensor(14.))
    >>> double.captures
    1
    """
    if not callable(function):
        raise error("argument", op="jit", argument="function", expected="a callable", got=function)
    return Jitted(function)
