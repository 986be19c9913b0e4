"""Floor 4: optimisers, as in PyTorch's ``torch.optim``.

Read ``optimizer.py``, then ``sgd.py``; the arithmetic is in ``../ops/step.py``.

May import: floors 0–2, ``nn``.
"""

from __future__ import annotations

import importlib
from typing import Any

from ..lazy import unknown_name
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
    "swa_utils",
]


def __getattr__(name: str) -> Any:
    """Import ``swa_utils``, which needs ``nn``, when it is first used."""
    if name == "swa_utils":
        return importlib.import_module(".swa_utils", __name__)
    raise unknown_name(__name__, name, __all__)
