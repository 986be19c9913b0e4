"""Public face of linear algebra: decompositions, solving, norms: PyTorch's ``torch.linalg``.

The functions are written in ``ops/``; ``linalg.pyi`` lists them for editors.

May import: floors 0–2.
"""

from __future__ import annotations

from .ops.publish import face, spaces

__all__ = spaces["linalg"].names()
__getattr__ = face(globals(), spaces["linalg"])
