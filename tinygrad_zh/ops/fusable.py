"""Floor 2: formulas of ops that a backend may replace by one kernel.

May import: floors 0–1.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..core.modes import MODE
from ..core.primitive import Primitive
from ..core.symbol import Symbol
from ..core.tensor import Tensor


class Fusable(Primitive):
    """A formula of ops that a backend may replace by one kernel.

    On arrays, and on Tensors that are not recorded, it is one step; only where it is recorded does it expand
    into its plain formula, so no kernel ever needs a second derivative by hand.

    Parameters
    ----------
    formula : callable
        ``formula(*operands, **static)``, written with ops.
    array_value : callable, optional
        ``array_value(xp, *arrays, **static)``: the same in fewer passes over arrays.
    **options
        Of `Primitive`.
    """

    def __init__(
        self, formula: Callable[..., Any], array_value: Callable[..., Any] | None = None, **options: Any
    ) -> None:
        @functools.wraps(formula)
        def value(xp: Any, *operands: Any, **static: Any) -> Any:
            return array_value(xp, *operands, **static) if array_value else formula(*operands, **static)

        super().__init__(value, "", {}, formula=formula, **options)
        self.plain = formula

    def __call__(self, *operands: Any, **static: Any) -> Any:
        """Compute in one step, or expand the formula where a graph is being recorded or printed."""
        recording = MODE.get().recording
        for x in operands:
            if isinstance(x, Symbol) or (recording and isinstance(x, Tensor) and x.requires_grad):
                return self.plain(*operands, **static)
        return super().__call__(*operands, **static)


def fusable(**options: Any) -> Callable[[Callable[..., Any]], Fusable]:
    """Declare a formula of ops that a backend may replace by one kernel."""
    return lambda formula: Fusable(formula, **options)
