"""Floor 4: optimisers, as in PyTorch's ``torch.optim``.

Read ``optimizer.py``, then ``sgd.py``; the arithmetic is in ``../ops/step.py``.

May import: floors 0–2, ``nn.parameter``.
"""

from __future__ import annotations

from . import lr_scheduler as lr_scheduler
from .adam import Adam, AdamW
from .classic import ASGD, Rprop
from .lbfgs import LBFGS
from .matrix import Adafactor, Muon
from .moments import Adamax, NAdam, RAdam
from .optimizer import Optimizer
from .sgd import SGD
from .squares import Adadelta, Adagrad, RMSprop

__all__ = [
    "ASGD",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Muon",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "lr_scheduler",
]
