"""Floor 4: training: one loop for all models, and the job that trains a network on MNIST.

Read ``run.py`` first: it is the loop of every PyTorch tutorial, with a progress line, checkpoints and Ctrl-C; in
``loop.py`` is what can be asked of it.  Then ``mnist.py``, the job behind ``tinygrad-zh train mnist``.

May import: floors 0–2, ``nn``, ``optim``, ``data``, ``storage``, ``picture``.
"""

from __future__ import annotations

from .callbacks import Callback
from .checkpoint import Checkpoint, Saved, read_checkpoint
from .device import choose_device
from .evaluate import evaluate, right_answers
from .history import Epoch
from .interrupt import Interrupted
from .loop import fit
from .results import write_results
from .tensorboard import TensorBoard

__all__ = [
    "Callback",
    "Checkpoint",
    "Epoch",
    "Interrupted",
    "Saved",
    "TensorBoard",
    "choose_device",
    "evaluate",
    "fit",
    "read_checkpoint",
    "right_answers",
    "write_results",
]
