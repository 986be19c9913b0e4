"""Floor 4: training: one loop for all models, and the job that trains a network on MNIST.

Read ``loop.py`` first: it is the loop of every PyTorch tutorial, with a progress line, checkpoints and Ctrl-C.
Then ``mnist.py``, the job behind ``tinygrad-zh train mnist``.

May import: floors 0–2, ``nn``, ``optim``, ``data``, ``storage``, ``picture``.
"""

from __future__ import annotations

from .device import choose_device
from .evaluate import evaluate, right_answers
from .history import Epoch
from .interrupt import Interrupted
from .loop import fit

__all__ = ["Epoch", "Interrupted", "choose_device", "evaluate", "fit", "right_answers"]
