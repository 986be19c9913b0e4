"""Public face of special functions: PyTorch's ``torch.special``.

The functions are written in ``ops/special*.py``; ``special.pyi`` lists them for editors.  They compute in float64
and round once, to some ulp over the whole domain.  Names, operands, dtypes, gradients and poles are PyTorch's;
where PyTorch 2.13 itself is less exact, or undefined, they differ from it:

- ψ′ (``polygamma(1, x)``, and so the slope of ``digamma``) is good to nine digits only in PyTorch, ``gammainc`` of
  large operands and the Bessel functions between 2 and 20 to six or more, in float64;
- Bessel functions at ±∞, ψ⁽ⁿ⁾(∞), φ/Φ(−∞) and ζ(s, q) at s = ∞ or q = ∞ have their limits here, NaN in PyTorch;
  ψ′ is ∞ at its poles;
- a NaN makes a NaN here; PyTorch's ζ, ``gammainc`` and slopes of I₁ overlook it in places;
- the Bessel functions J, Y, K, and sin x / x, have a slope here and none in PyTorch.

May import: floors 0–2.
"""

from __future__ import annotations

from .ops.publish import face, spaces

__all__ = spaces["special"].names()
__getattr__ = face(globals(), spaces["special"])
