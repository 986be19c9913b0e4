"""Dropout: while training, set values or whole channels to zero at random.

May import: floors 0–2, ``layer``, ``options``, ``functional``.  Read next: ``normalisation.py``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from . import functional as F
from .layer import Layer
from .options import PROBABILITY


class Dropping(Layer):
    """What the dropout layers share.

    Parameters
    ----------
    p : float
        With which probability something is dropped, from 0 to 1.
    inplace : bool
        Write the result into the input.
    """

    shown = ("p", "inplace")
    options: ClassVar = {"p": PROBABILITY}

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        self.p, self.inplace = p, inplace


class Dropout(Dropping):
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

    def forward(self, input: Any) -> Any:
        """Apply ``F.dropout``."""
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(Dropping):
    """`Dropout` of whole channels of (N, C, L) or (C, L)."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.dropout1d``."""
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(Dropping):
    """`Dropout` of whole channels of (N, C, H, W) or (C, H, W)."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.dropout2d``."""
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(Dropping):
    """`Dropout` of whole channels of (N, C, D, H, W) or (C, D, H, W)."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.dropout3d``."""
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(Dropping):
    """`Dropout` that keeps mean 0 and variance 1, for use after SELU."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.alpha_dropout``."""
        return F.alpha_dropout(input, self.p, self.training, self.inplace)


class FeatureAlphaDropout(Dropping):
    """`AlphaDropout` of whole channels."""

    def forward(self, input: Any) -> Any:
        """Apply ``F.feature_alpha_dropout``."""
        return F.feature_alpha_dropout(input, self.p, self.training, self.inplace)
