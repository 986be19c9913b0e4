"""Floor 4: what PyTorch keeps in ``torch.nn.utils``.

May import: floors 0–2.  Read next: ``rnn.py``.
"""

from __future__ import annotations

from . import rnn

__all__ = ["rnn"]
