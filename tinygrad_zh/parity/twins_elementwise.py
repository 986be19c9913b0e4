"""PyTorch's forms of the primitives of ``trigonometry``, ``exponentials``, ``choosing``, ``integers``, ``closeness``.

May import: the files before it.  Read next: ``table.py``.
"""

from __future__ import annotations

from .twin import Twin, same

TWINS: dict[str, Twin] = {
    # -- trigonometry ------------------------------------------------------------------------------------
    **{name: same(name) for name in ("tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh")},
    "atan2": same("atan2"),
    # -- exponentials ------------------------------------------------------------------------------------
    "mantissa": Twin(lambda t, x: t.frexp(x).mantissa),
    "exponent_of": Twin(lambda t, x: t.frexp(x).exponent),
    "logaddexp": same("logaddexp"),
    "logaddexp2": same("logaddexp2"),
    "xlogy": same("xlogy"),
    # -- choosing ----------------------------------------------------------------------------------------
    **{name: same(name) for name in ("frac", "angle", "copysign", "nextafter", "fmax", "fmin", "heaviside")},
    "nan_to_num": Twin(lambda t, x, **options: t.nan_to_num(x, **options)),
    "raised": Twin(lambda t, x, low: x + (x.clamp(min=low) - x).detach()),
    "lerp": same("lerp", size=lambda t, y, a, b, w: a.abs() + b.abs(), size_back=lambda t, i, g, y, a, b, w: g.abs()),
    "addcmul": Twin(
        lambda t, x, a, b, scale: t.addcmul(x, a, b, value=scale),
        size=lambda t, y, x, a, b, scale: x.abs() + (scale * a * b).abs(),
    ),
    "addcdiv": Twin(
        lambda t, x, a, b, scale: t.addcdiv(x, a, b, value=scale),
        size=lambda t, y, x, a, b, scale: x.abs() + (scale * a / b).abs(),
    ),
    "flat": Twin(lambda t, y, a, b: t.where(y == y, y, a + b)),
    # -- whole numbers -----------------------------------------------------------------------------------
    **{name: same(name) for name in ("gcd", "lcm", "bitwise_left_shift", "bitwise_right_shift")},
    # -- closeness ---------------------------------------------------------------------------------------
    "signbit": same("signbit"),
    "isreal": same("isreal"),
    "isin": Twin(lambda t, x, among, **options: t.isin(x, among, **options)),
}
