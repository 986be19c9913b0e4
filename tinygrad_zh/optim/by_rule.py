"""ByRule: an optimiser that is a rule of ``../ops/step_*.py``, the names of its states, and the ranges of its options.

    class Adamax(ByRule):
        steps = adamax_steps                        # takes m and u, in this order
        states = ("exp_avg", "exp_inf")             # PyTorch's names for them
        ranges = {"lr": NUMBER, "betas": BETAS, …}

The rule's options are those of the group that bear their names.

May import: floors 0–2, ``optimizer``.  Read next: ``squares.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral
from typing import Any

from ..backend.devices import backend_of
from ..core.primitive import Primitive
from ..core.tensor import Tensor, box
from ..ops.publish import public
from .optimizer import Group, Optimizer


class ByRule(Optimizer):
    """Base class of optimisers that are a rule.

    Attributes
    ----------
    steps : Primitive
        The rule for all parameters that step alike.
    states : tuple of str
        The arrays it keeps for every parameter, in its order; all zeros at first.
    """

    steps: Primitive
    states: tuple[str, ...] = ()

    def kept(self, p: Tensor, group: Group) -> Iterable[str]:
        """Return which states the options ask for; the rule gets an empty array in place of the others."""
        return self.states

    def begin(self, p: Tensor, group: Group) -> None:
        """Make what is missing of a parameter's state."""
        state = self.state[p]
        if not state and self.numbers:
            state["step"] = public["tensor"](0.0)
            state.update(self.first_numbers(group))
        for name in self.kept(p, group):
            if name not in state:
                zeros = backend_of(p.array).xp.zeros(self.shape_of(name, p), dtype=p.array.dtype)
                state[name] = box(zeros)

    def first_numbers(self, group: Group) -> dict[str, Tensor]:
        """Return the states that are numbers as they are before the first step, besides ``"step"``."""
        return {}

    def counted(self, step: int, state: dict[str, Any], group: Group) -> dict[str, Any]:
        """Return the rule's arguments that depend on how many steps have been taken, and count on."""
        return {"step": step} if "step" in self.steps.static_names else {}

    # -- what Optimizer asks for ---------------------------------------------------------------------------

    def options_of(self, group: Group) -> dict[str, Any]:
        """Return the options of the rule, as Python's own numbers."""
        return {name: plain(group[name]) for name in self.steps.static_names if name in group}

    def kind_of_step(self, p: Tensor, group: Group) -> Any:
        """Count a step, and return the rule's arguments that depend on the count."""
        self.begin(p, group)
        if not self.numbers:
            return ()
        state = self.state[p]
        count = state["step"].array
        count += 1
        return tuple(self.counted(int(count), state, group).items())

    def update(self, params: list[Tensor], group: Group, options: dict[str, Any], kind: Any) -> None:
        """Let parameters that are alike step along their gradients."""
        scratch = self.scratch_for(params)
        arrays = [p.array for p in params] + [p._grad.array for p in params if p._grad is not None]
        for name in self.states:
            for p in params:
                kept = name in self.kept(p, group)
                arrays.append(self.state[p][name].array if kept else scratch[:0])
        self.steps.run([*arrays, scratch], {**options, **dict(kind)})


def plain(value: Any) -> Any:
    """Return numbers of NumPy's as Python's, and lists of them as tuples."""
    if isinstance(value, (tuple, list)):
        return tuple(plain(v) for v in value)
    if value is None or isinstance(value, (bool, str)):
        return value
    return int(value) if isinstance(value, Integral) else float(value)
