"""Dropout: while training, set values to zero at random.

May import: floors 0–2, ``module``, ``functional``.  Read next: ``loss.py``.
"""

from __future__ import annotations

from typing import Any

from ..errors import error
from . import functional as F
from .module import Module


class Dropout(Module):
    """While training, set each value to 0 with probability `p` and multiply the others by 1/(1 − p).

    Parameters
    ----------
    p : float
        From 0 to 1.
    inplace : bool
        Write the result into the input.

    Notes
    -----
    Srivastava et al. (2014), "Dropout: A Simple Way to Prevent Neural Networks from Overfitting".
    After ``eval()`` everything passes unchanged.
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise error("argument", op="Dropout", argument="p", expected="a probability from 0 to 1", got=p)
        self.p, self.inplace = p, inplace

    def forward(self, input: Any) -> Any:
        """Apply ``F.dropout``."""
        return F.dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """Return the options."""
        return f"p={self.p}, inplace={self.inplace}"
