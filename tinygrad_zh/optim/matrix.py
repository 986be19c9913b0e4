"""Adafactor and Muon, which see a weight matrix as a matrix.

May import: floors 0–2, ``by_rule``, ``optimizer``, ``ranges``.  Read next: ``lbfgs.py``; the arithmetic is in
``../ops/step_matrix.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar

from ..core.tensor import Tensor
from ..errors import error
from ..ops.step_matrix import adafactor_steps, muon_steps
from .by_rule import ByRule
from .optimizer import Group, options_in
from .ranges import NUMBER, REAL, SWITCH, number, one_of, or_none, several, whole


class Adafactor(ByRule):
    """Adafactor: like Adam, but keeps of g² only the means of a matrix's rows and columns.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to optimise, or groups with options of their own.
    lr : float
        The largest step, relative to the size of p; in step t at most 1/√t.
    beta2_decay : float
        The running means take up t^beta2_decay of the new value; ≤ 0.
    eps : tuple of two floats
        ε₁, the least √v (None: the rounding of the parameter's dtype), and ε₂, the least size that p is taken to have.
    d : float
        How large the root mean square of g/√v may be.
    weight_decay : float
        λ: shrinks p by 1 − ηλ.
    maximize : bool
        Climb instead of descending.
    foreach : None or False
        PyTorch's choice among its implementations; there is one here.

    Raises
    ------
    ArgumentError
        If there are no parameters, one is given twice, or an option is out of its range.

    Notes
    -----
    Shazeer and Stern (2018), "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost".
    """

    steps = adafactor_steps
    scratch_rows = 2
    states = ("row_var", "col_var", "variance")
    ranges: ClassVar = {
        "lr": NUMBER,
        "beta2_decay": number(-math.inf, 0),
        "eps": several(or_none(NUMBER), NUMBER),
        "d": number(1),
        "weight_decay": NUMBER,
        "maximize": SWITCH,
    }

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, options_in(locals()))

    def kept(self, p: Tensor, group: Group) -> Iterable[str]:
        """Return which states a parameter has."""
        return self.states[:2] if p.ndim > 1 else self.states[2:]

    def shape_of(self, name: str, p: Tensor) -> tuple[int, ...]:
        """Return the shape of one of a parameter's states."""
        if name == "row_var":
            return (*p.shape[:-1], 1)
        if name == "col_var":
            return (*p.shape[:-2], 1, p.shape[-1])
        return super().shape_of(name, p)


class Muon(ByRule):
    """Muon: p ← p − η·U·Vᵀ, where U·S·Vᵀ is the momentum: a step of about the same size in every direction.

    For the weight matrices of hidden layers; biases and embeddings are trained with another optimiser.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to optimise, matrices all of them, or groups with options of their own.
    lr : float
        Learning rate η.
    weight_decay : float
        λ: shrinks p by 1 − ηλ.
    momentum : float
        μ: how much of the running mean of g is kept from step to step.
    nesterov : bool
        Step along the running mean of one step ahead.
    ns_coefficients : tuple of three floats
        a, b, c: an iteration takes every singular value s to a·s + b·s³ + c·s⁵.
    eps : float
        The least norm that the momentum is divided by.
    ns_steps : int
        How many iterations; less than 100.
    adjust_lr_fn : {None, "original", "match_rms_adamw"}
        By what η is multiplied: √max(1, rows/columns), or 0.2·√max(rows, columns).

    Raises
    ------
    ArgumentError
        If there are no parameters, one is given twice or is no matrix, or an option is out of its range.

    Notes
    -----
    Jordan et al. (2024), "Muon: An optimizer for hidden layers in neural networks".  The iterations are computed in
    the dtype of the parameter.  PyTorch computes them in bfloat16, with three digits, so that its steps differ in the
    third digit from these.
    """

    steps = muon_steps
    scratch_rows = 2
    states = ("momentum_buffer",)
    numbers = ()
    ranges: ClassVar = {
        "lr": NUMBER,
        "weight_decay": NUMBER,
        "momentum": NUMBER,
        "nesterov": SWITCH,
        "ns_coefficients": several(REAL, REAL, REAL),
        "eps": NUMBER,
        "ns_steps": whole(0, 99),
        "adjust_lr_fn": one_of(None, "original", "match_rms_adamw"),
    }

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        super().__init__(params, options_in(locals()))

    def _check_params(self, params: list[Any]) -> None:
        """Refuse what could not be optimised, or is no matrix."""
        super()._check_params(params)
        for i, p in enumerate(params):
            if p.ndim != 2:
                raise error("optimise-matrices", op=self.name, position=i, shape=p.shape)
