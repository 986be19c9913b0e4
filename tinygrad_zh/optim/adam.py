"""Adam and AdamW: steps of a size of their own for every weight, from running means of g and g².

May import: floors 0–2, ``optimizer``, ``ranges``.  Read next: ``by_rule.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from ..backend.devices import backend_of
from ..core.tensor import Tensor, box
from ..errors import error
from ..ops.publish import public
from ..ops.step import adam_steps
from .optimizer import Group, Optimizer, options_in
from .ranges import BETAS, NUMBER, SWITCH


class Adam(Optimizer):
    """Adam: p ← p − η·m̂/(√v̂ + ε), with running means m of the gradient and v of its square.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to optimise, or groups with options of their own.
    lr : float
        Learning rate η.
    betas : tuple of two floats
        β₁ and β₂: how much of the running means of g and g² is kept from step to step.
    eps : float
        ε, against division by 0.
    weight_decay : float
        λ: adds λ·p to the gradient; with `decoupled_weight_decay`, shrinks p by 1 − ηλ instead.
    amsgrad : bool
        Use the largest v so far.
    maximize : bool
        Climb instead of descending.
    foreach, capturable, differentiable, fused : None or False
        PyTorch's choices among its implementations; there is one here.

    Raises
    ------
    ArgumentError
        If there are no parameters, one is given twice, or an option is out of its range.

    Notes
    -----
    Kingma and Ba (2015), "Adam: A Method for Stochastic Optimization", algorithm 1.
    """

    scratch_rows = 2
    ranges: ClassVar = {
        "lr": NUMBER,
        "betas": BETAS,
        "eps": NUMBER,
        "weight_decay": NUMBER,
        "amsgrad": SWITCH,
        "maximize": SWITCH,
        "decoupled_weight_decay": SWITCH,
    }

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(params, options_in(locals()))

    def options_of(self, group: Group) -> dict[str, Any]:
        """Return the static arguments of `adam_steps` for a group."""
        numbers = {name: float(group[name]) for name in ("lr", "eps", "weight_decay")}
        beta1, beta2 = group["betas"]
        switches = {name: group[name] for name in ("amsgrad", "maximize")}
        switches["decoupled"] = group["decoupled_weight_decay"]
        return {**numbers, "beta1": float(beta1), "beta2": float(beta2), **switches, "step": 0}

    def kind_of_step(self, p: Tensor, group: Group) -> int:
        """Return which step it is, from 1."""
        state = self.state[p]
        if not state:
            state["step"] = public["tensor"](0.0)
        for name in moments(group):
            if name not in state:
                state[name] = box(backend_of(p.array).xp.zeros_like(p.array))
        count = state["step"].array
        count += 1
        return int(count)

    def update(self, params: list[Tensor], group: Group, options: dict[str, Any], kind: Any) -> None:
        """Let parameters that are alike step along their gradients."""
        arrays = [p.array for p in params] + [p._grad.array for p in params if p._grad is not None]
        states = [self.state[p] for p in params]
        arrays += [state[name].array for name in moments(group) for state in states]
        adam_steps.run([*arrays, self.scratch_for(params)], {**options, "step": kind})


def moments(group: Group) -> tuple[str, ...]:
    """Return what is remembered of every gradient so far, under PyTorch's names."""
    return ("exp_avg", "exp_avg_sq", "max_exp_avg_sq") if group["amsgrad"] else ("exp_avg", "exp_avg_sq")


class AdamW(Adam):
    """Adam with decoupled weight decay: p shrinks by 1 − ηλ before every step, λ = 0.01 by default.

    The parameters are those of `Adam`.

    Notes
    -----
    Loshchilov and Hutter (2019), "Decoupled Weight Decay Regularization", algorithm 2.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def check_group(self, group: Group) -> None:
        """Refuse what would make it plain Adam."""
        super().check_group(group)
        if not group["decoupled_weight_decay"]:
            raise error("optimizer-option", op=self.name, name="decoupled_weight_decay", expected="True", got=False)
