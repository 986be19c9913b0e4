"""Public face of special functions: PyTorch's ``torch.special``.

The functions are written in ``ops/``; ``special.pyi`` lists them for editors.

May import: floors 0–2.
"""

from __future__ import annotations

from .ops.publish import spaces

globals().update(spaces["special"])
__all__ = sorted(spaces["special"])
