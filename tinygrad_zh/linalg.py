"""Public face of linear algebra: decompositions, solving, norms: PyTorch's ``torch.linalg``.

The functions are written in ``ops/``; ``linalg.pyi`` lists them for editors.

May import: floors 0–2.
"""

from __future__ import annotations

from .ops.publish import spaces

globals().update(spaces["linalg"])
__all__ = sorted(spaces["linalg"])
