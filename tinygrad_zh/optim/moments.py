"""NAdam, RAdam, Adamax: relatives of Adam.

May import: floors 0–2, ``by_rule``, ``optimizer``, ``ranges``.  Read next: ``classic.py``; the arithmetic is in
``../ops/step_moments.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from ..core.tensor import Tensor
from ..ops.publish import public
from ..ops.step_moments import adamax_steps, nadam_momentum, nadam_steps, radam_steps
from .by_rule import ByRule
from .optimizer import Group, options_in
from .ranges import BETAS, NUMBER, SWITCH

ADAM = {"lr": NUMBER, "betas": BETAS, "eps": NUMBER, "weight_decay": NUMBER, "maximize": SWITCH}


class NAdam(ByRule):
    """NAdam: Adam whose momentum looks a step ahead, as Nesterov's.

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
    momentum_decay : float
        ψ: how fast the momentum grows to β₁.
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
    Dozat (2016), "Incorporating Nesterov Momentum into Adam".
    """

    steps = nadam_steps
    scratch_rows = 3
    states = ("exp_avg", "exp_avg_sq")
    numbers = ("step", "mu_product")
    ranges: ClassVar = {**ADAM, "momentum_decay": NUMBER, "decoupled_weight_decay": SWITCH}

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(params, options_in(locals()))

    def first_numbers(self, group: Group) -> dict[str, Tensor]:
        """Return the empty product of momenta, 1."""
        return {"mu_product": public["tensor"](1.0)}

    def counted(self, step: int, state: dict[str, Any], group: Group) -> dict[str, Any]:
        """Return the count and the product of the momenta so far."""
        product = state["mu_product"].array
        product *= nadam_momentum(step, group["betas"][0], group["momentum_decay"])
        return {"step": step, "mu_product": float(product)}


class RAdam(ByRule):
    """RAdam: Adam that takes shorter steps as long as it has seen few gradients.

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
    Liu et al. (2020), "On the Variance of the Adaptive Learning Rate and Beyond", algorithm 2.
    """

    steps = radam_steps
    scratch_rows = 2
    states = ("exp_avg", "exp_avg_sq")
    ranges: ClassVar = {**ADAM, "decoupled_weight_decay": SWITCH}

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(params, options_in(locals()))


class Adamax(ByRule):
    """Adamax: Adam with the largest |g| of late in place of √v.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to optimise, or groups with options of their own.
    lr : float
        Learning rate η.
    betas : tuple of two floats
        β₁ and β₂: how much of the running mean of g and of the largest |g| is kept from step to step.
    eps : float
        ε, against division by 0.
    weight_decay : float
        λ: adds λ·p to the gradient.
    maximize : bool
        Climb instead of descending.
    foreach, differentiable, capturable : None or False
        PyTorch's choices among its implementations; there is one here.

    Raises
    ------
    ArgumentError
        If there are no parameters, one is given twice, or an option is out of its range.

    Notes
    -----
    Kingma and Ba (2015), "Adam: A Method for Stochastic Optimization", algorithm 2.
    """

    steps = adamax_steps
    scratch_rows = 2
    states = ("exp_avg", "exp_inf")
    ranges: ClassVar = ADAM

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        super().__init__(params, options_in(locals()))
