"""ASGD and Rprop: averaged descent, and steps by the sign alone.

May import: floors 0–2, ``by_rule``, ``optimizer``, ``ranges``.  Read next: ``matrix.py``; the arithmetic is in
``../ops/step_classic.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from ..core.tensor import Tensor
from ..ops.publish import public
from ..ops.step_classic import asgd_steps, rprop_steps
from .by_rule import ByRule
from .optimizer import Group, options_in
from .ranges import NUMBER, REAL, SWITCH, number, several


class ASGD(ByRule):
    """Averaged stochastic gradient descent: p ← (1 − λη)·p − η·g, and the mean of p in ``state[p]["ax"]``.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to optimise, or groups with options of their own.
    lr : float
        Learning rate of the first step; then η = lr/(1 + lambd·lr·t)^alpha.
    lambd : float
        λ, the decay of p.
    alpha : float
        How fast η falls.
    t0 : float
        From which step on the mean is taken.
    weight_decay : float
        Adds weight_decay·p to the gradient.
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
    Polyak and Juditsky (1992), "Acceleration of Stochastic Approximation by Averaging".
    """

    steps = asgd_steps
    states = ("ax",)
    numbers = ("step", "eta", "mu")
    ranges: ClassVar = {
        "lr": NUMBER,
        "lambd": REAL,
        "alpha": REAL,
        "t0": REAL,
        "weight_decay": NUMBER,
        "maximize": SWITCH,
    }

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        super().__init__(params, options_in(locals()))

    def first_numbers(self, group: Group) -> dict[str, Tensor]:
        """Return η and μ of the first step."""
        return {"eta": public["tensor"](float(group["lr"])), "mu": public["tensor"](1.0)}

    def counted(self, step: int, state: dict[str, Any], group: Group) -> dict[str, Any]:
        """Return η and μ of this step, and keep those of the next."""
        eta, mu, lr = state["eta"].array, state["mu"].array, float(group["lr"])
        now = {"eta": float(eta), "mu": float(mu)}
        # As in PyTorch they are of the default dtype, also where they were loaded as numbers of the parameter's.
        eta[...] = public["tensor"](lr / (1 + group["lambd"] * lr * step) ** group["alpha"]).array
        mu[...] = public["tensor"](1 / max(1, step - group["t0"])).array
        return now


class Rprop(ByRule):
    """Resilient backpropagation: every weight has a step of its own, which grows while its gradient keeps its sign.

    For gradients of the whole data; with those of batches, signs are left to chance.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to optimise, or groups with options of their own.
    lr : float
        The first step.
    etas : tuple of two floats
        By which factors steps shrink and grow.
    step_sizes : tuple of two floats
        The smallest and the largest step.
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
    Riedmiller and Braun (1993), "A Direct Adaptive Method for Faster Backpropagation Learning: The RPROP Algorithm".
    """

    steps = rprop_steps
    scratch_rows = 2
    states = ("prev", "step_size")
    ranges: ClassVar = {
        "lr": NUMBER,
        "etas": several(number(0, 1, above=True, below=True), number(1, above=True)),
        "step_sizes": several(REAL, REAL),
        "maximize": SWITCH,
    }

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(params, options_in(locals()))

    def begin(self, p: Tensor, group: Group) -> None:
        """Make what is missing of a parameter's state: all steps are of the size lr at first."""
        new = "step_size" not in self.state[p]
        super().begin(p, group)
        if new:
            self.state[p]["step_size"].array[...] = group["lr"]
