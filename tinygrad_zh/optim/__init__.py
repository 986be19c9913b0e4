"""Floor 4: optimisers, as in PyTorch's ``torch.optim``.

Read ``optimizer.py``, then ``sgd.py``; the arithmetic is in ``../ops/step.py``.

May import: floors 0–2, ``nn.parameter``.
"""

from __future__ import annotations

from .adam import Adam, AdamW
from .optimizer import Optimizer
from .sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer"]
