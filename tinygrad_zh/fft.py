"""Public face of discrete Fourier transforms: PyTorch's ``torch.fft``.

The functions are written in ``ops/``; ``fft.pyi`` lists them for editors.

May import: floors 0–2.
"""

from __future__ import annotations

from .ops.publish import face, spaces

__all__ = spaces["fft"].names()
__getattr__ = face(globals(), spaces["fft"])
