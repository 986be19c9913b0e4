"""RMSprop, Adagrad, Adadelta: steps divided by the size of the gradients so far.

May import: floors 0–2, ``by_rule``, ``optimizer``, ``ranges``.  Read next: ``moments.py``; the arithmetic is in
``../ops/step_squares.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from ..core.tensor import Tensor
from ..ops.step_squares import adadelta_steps, adagrad_steps, rmsprop_steps
from .by_rule import ByRule
from .optimizer import Group, options_in
from .ranges import FRACTION, NUMBER, SWITCH


class RMSprop(ByRule):
    """RMSprop: p ← p − η·g/(√v + ε), with a running mean v of g².

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to optimise, or groups with options of their own.
    lr : float
        Learning rate η.
    alpha : float
        How much of the running means is kept from step to step.
    eps : float
        ε, against division by 0.
    weight_decay : float
        λ: adds λ·p to the gradient.
    momentum : float
        μ: how much of the steps so far is kept from step to step.
    centered : bool
        Divide by the standard deviation of g.
    maximize : bool
        Climb instead of descending.
    capturable, foreach, differentiable : None or False
        PyTorch's choices among its implementations; there is one here.

    Raises
    ------
    ArgumentError
        If there are no parameters, one is given twice, or an option is out of its range.

    Notes
    -----
    Hinton (2012), "Neural Networks for Machine Learning", lecture 6e.
    """

    steps = rmsprop_steps
    scratch_rows = 2
    states = ("square_avg", "momentum_buffer", "grad_avg")
    ranges: ClassVar = {
        "lr": NUMBER,
        "alpha": NUMBER,
        "eps": NUMBER,
        "weight_decay": NUMBER,
        "momentum": NUMBER,
        "centered": SWITCH,
        "maximize": SWITCH,
    }

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(params, options_in(locals()))

    def kept(self, p: Tensor, group: Group) -> Iterable[str]:
        """Return which states the options ask for."""
        asked = {"square_avg": True, "momentum_buffer": group["momentum"], "grad_avg": group["centered"]}
        return [name for name in self.states if asked[name]]


class Adagrad(ByRule):
    """Adagrad: p ← p − η·g/(√s + ε), with the sum s of all g² so far.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to optimise, or groups with options of their own.
    lr : float
        Learning rate η.
    lr_decay : float
        In step t the learning rate is η/(1 + (t − 1)·lr_decay).
    weight_decay : float
        λ: adds λ·p to the gradient.
    initial_accumulator_value : float
        s before the first step.
    eps : float
        ε, against division by 0.
    maximize : bool
        Climb instead of descending.
    foreach, differentiable, fused : None or False
        PyTorch's choices among its implementations; there is one here.

    Raises
    ------
    ArgumentError
        If there are no parameters, one is given twice, or an option is out of its range.

    Notes
    -----
    Duchi, Hazan and Singer (2011), "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization".
    """

    steps = adagrad_steps
    scratch_rows = 2
    states = ("sum",)
    ranges: ClassVar = {
        "lr": NUMBER,
        "lr_decay": NUMBER,
        "weight_decay": NUMBER,
        "initial_accumulator_value": NUMBER,
        "eps": NUMBER,
        "maximize": SWITCH,
    }

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(params, options_in(locals()))

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Add a group; as in PyTorch, its states are made at once."""
        super().add_param_group(param_group)
        group = self.param_groups[-1]
        for p in group["params"]:
            self.begin(p, group)

    def begin(self, p: Tensor, group: Group) -> None:
        """Make what is missing of a parameter's state."""
        new = "sum" not in self.state[p]
        super().begin(p, group)
        if new:
            self.state[p]["sum"].array[...] = group["initial_accumulator_value"]


class Adadelta(ByRule):
    """Adadelta: p ← p − η·Δ with Δ = g·√(u + ε)/√(v + ε), where v and u are running means of g² and of Δ².

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to optimise, or groups with options of their own.
    lr : float
        Learning rate η.
    rho : float
        How much of the running means is kept from step to step.
    eps : float
        ε: also how large the first steps are.
    weight_decay : float
        λ: adds λ·p to the gradient.
    maximize : bool
        Climb instead of descending.
    foreach, capturable, differentiable : None or False
        PyTorch's choices among its implementations; there is one here.

    Raises
    ------
    ArgumentError
        If there are no parameters, one is given twice, or an option is out of its range.

    Notes
    -----
    Zeiler (2012), "ADADELTA: An Adaptive Learning Rate Method", algorithm 1.
    """

    steps = adadelta_steps
    scratch_rows = 3
    states = ("square_avg", "acc_delta")
    ranges: ClassVar = {"lr": NUMBER, "rho": FRACTION, "eps": NUMBER, "weight_decay": NUMBER, "maximize": SWITCH}

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(params, options_in(locals()))
