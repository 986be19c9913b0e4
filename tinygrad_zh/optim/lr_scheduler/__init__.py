"""Learning-rate schedules, as in PyTorch's ``torch.optim.lr_scheduler``.

Read ``scheduler.py``, then ``decay.py``.

May import: floors 0–2, ``../optimizer.py``, ``../ranges.py``.
"""

from __future__ import annotations

from .cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from .cycle import CyclicLR, OneCycleLR
from .decay import ConstantLR, ExponentialLR, LinearLR, MultiStepLR, PolynomialLR, StepLR
from .joined import ChainedScheduler, SequentialLR
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler
from .yours import LambdaLR, MultiplicativeLR

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
