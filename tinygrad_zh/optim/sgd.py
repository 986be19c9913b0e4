"""SGD: stochastic gradient descent, with momentum.

May import: floors 0–2, ``optimizer``, ``ranges``.  Read next: ``adam.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from ..backend.devices import backend_of
from ..core.tensor import Tensor, box
from ..errors import error
from ..ops.step import sgd_steps
from .optimizer import Group, Optimizer, options_in
from .ranges import NUMBER, REAL, SWITCH


class SGD(Optimizer):
    """Stochastic gradient descent: p ← p − η·v, where v is the gradient or, with momentum, its running sum.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to optimise, or groups with options of their own.
    lr : float
        Learning rate η.
    momentum : float
        μ: how much of the velocity is kept from step to step.
    dampening : float
        τ: v ← μ·v + (1 − τ)·g.
    weight_decay : float
        λ: adds λ·p to the gradient.
    nesterov : bool
        Step along g + μ·v; needs momentum and no dampening.
    maximize : bool
        Climb instead of descending.
    foreach, differentiable, fused : None or False
        PyTorch's choices among its implementations; there is one here.

    Raises
    ------
    ArgumentError
        If there are no parameters, one is given twice, or an option is out of its range.

    Examples
    --------
    >>> p = tensor([1.0], requires_grad=True)
    >>> optimizer = SGD([p], lr=0.5)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> p
    tensor([0.], requires_grad=True)
    """

    ranges: ClassVar = {
        "lr": NUMBER,
        "momentum": NUMBER,
        "dampening": REAL,
        "weight_decay": NUMBER,
        "nesterov": SWITCH,
        "maximize": SWITCH,
    }

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(params, options_in(locals()))

    def check_group(self, group: Group) -> None:
        """Refuse options out of their range, or that contradict each other."""
        super().check_group(group)
        if group["nesterov"] and (group["momentum"] == 0 or group["dampening"] != 0):
            expected = "False unless momentum > 0 and dampening = 0"
            raise error("optimizer-option", op=self.name, name="nesterov", expected=expected, got=True)

    def options_of(self, group: Group) -> dict[str, Any]:
        """Return the static arguments of `sgd_steps` for a group."""
        numbers = {name: float(group[name]) for name in ("lr", "momentum", "dampening", "weight_decay")}
        return {**numbers, "nesterov": group["nesterov"], "maximize": group["maximize"], "first": False}

    def kind_of_step(self, p: Tensor, group: Group) -> bool:
        """Whether it is the first step with momentum, which finds no velocity."""
        if not group["momentum"] or self.state[p].get("momentum_buffer") is not None:
            return False
        self.state[p]["momentum_buffer"] = box(backend_of(p.array).xp.empty_like(p.array))
        return True

    def update(self, params: list[Tensor], group: Group, options: dict[str, Any], kind: Any) -> None:
        """Let parameters that are alike step along their gradients."""
        arrays = [p.array for p in params] + [p._grad.array for p in params if p._grad is not None]
        if options["momentum"]:
            arrays += [self.state[p]["momentum_buffer"].array for p in params]
        sgd_steps.run([*arrays, self.scratch_for(params)], {**options, "first": True} if kind else options)
