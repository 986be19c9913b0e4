r"""Floor 2: tanh, ln and their like in a form that the compiler turns into vector instructions.

    tanh x     x·(1 + x²·P(x²)) for |x| < 0.625,  ±(1 − 2/(e^(2|x|) + 1)) beyond
    eˣ − 1     2xP(x²) / (Q(x²) − xP(x²)) for |x| < 0.5,  from eˣ beyond
    ln x       e·ln 2 + ln(1 + f),   x = 2ᵉ(1 + f),   √½ ≤ 1 + f < √2,   ln(1 + f) = f − f²/2 + f³·R(f)
    ln(1 + x)  ln u + (x − (u − 1))/u,   u = 1 + x rounded

Cost: every branch is computed and one is chosen, so that 4 or 8 numbers go through at a time; up to 30
multiplications and additions, and a division or two.

Numerical device: P, Q and R are those of Moshier's Cephes library (``tanhf.c``, ``tanh.c``, ``expm1.c``, ``logf.c``,
``log.c``); ln 2 is added in two parts (Cody and Waite, 1980); the last formula puts back what rounding u took away
(Kahan).  Results are within 4 ulp.  Signs of zero, infinities and NaN are as in NumPy; the logarithm of a subnormal
number is exact too.

May import: floor 0 only.  Read next: ``../../transforms/captured/fuse.py``, whose loops call these.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.extending import intrinsic

from .compiling import compiled
from .exponential import exp_double, exp_single

single, double = np.float32, np.float64


@compiled("contract", inlined=True)
def tanh_single(x: Any) -> Any:
    """Tanh of a float32."""
    z = x * x
    p = single(-5.70498872745e-3) * z + single(2.06390887954e-2)
    p = p * z + single(-5.37397155531e-2)
    p = p * z + single(1.33314422036e-1)
    p = p * z + single(-3.33332819422e-1)
    size = np.abs(x)
    far = single(1.0) - single(2.0) / (exp_single(size + size) + single(1.0))
    return (p * z + single(1.0)) * x if size < single(0.625) else (far if not x < single(0.0) else -far)


@compiled("contract", inlined=True)
def tanh_double(x: Any) -> Any:
    """Tanh of a float64."""
    z = x * x
    p = (-9.64399179425052238628e-1 * z + -9.92877231001918586564e1) * z + -1.61468768441708447952e3
    q = ((z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3) * z + 4.84406305325125486048e3
    size = np.abs(x)
    far = 1.0 - 2.0 / (exp_double(size + size) + 1.0)
    return (p / q * z + 1.0) * x if size < 0.625 else (far if not x < 0.0 else -far)


@compiled("contract", inlined=True)
def expm1_single(x: Any) -> Any:
    """eˣ − 1 of a float32."""
    z = x * x
    p = x * ((single(1.26177193e-4) * z + single(3.02994408e-2)) * z + single(1.0))
    q = (single(2.52448340e-3) * z + single(2.27265548e-1)) * z + single(2.0)
    near = p / (q - p)
    far = exp_single(x) - single(1.0)
    return near + near if np.abs(x) < single(0.5) else far


@compiled("contract", inlined=True)
def expm1_double(x: Any) -> Any:
    """eˣ − 1 of a float64."""
    z = x * x
    p = x * ((1.2617719307481059087798e-4 * z + 3.0299440770744196129956e-2) * z + 9.9999999999999999991025e-1)
    q = (3.0019850513866445504159e-6 * z + 2.5244834034968410419224e-3) * z + 2.2726554820815502876593e-1
    q = q * z + 2.0000000000000000000897e0
    near = p / (q - p)
    far = exp_double(x) - 1.0
    return near + near if np.abs(x) < 0.5 else far


@compiled("contract", inlined=True)
def log_single(x: Any) -> Any:
    """Natural logarithm of a float32."""
    tiny = x < single(1.1754943508222875e-38)
    bits = single(x * single(8388608.0) if tiny else x).view(np.int32)
    e = single((bits >> np.int32(23)) - (np.int32(149) if tiny else np.int32(126)))
    m = np.int32((bits & np.int32(0x007FFFFF)) | np.int32(0x3F000000)).view(np.float32)  # ½ ≤ m < 1
    low = m < single(0.707106781186547524)
    e = e - single(1.0) if low else e
    f = (m + m if low else m) - single(1.0)
    z = f * f
    r = single(7.0376836292e-2) * f + single(-1.1514610310e-1)
    r = r * f + single(1.1676998740e-1)
    r = r * f + single(-1.2420140846e-1)
    r = r * f + single(1.4249322787e-1)
    r = r * f + single(-1.6668057665e-1)
    r = r * f + single(2.0000714765e-1)
    r = r * f + single(-2.4999993993e-1)
    r = r * f + single(3.3333331174e-1)
    y = r * f * z + e * single(-2.12194440e-4)
    y = f + (y - single(0.5) * z) + e * single(0.693359375)
    y = y if x < single(np.inf) else x  # for NaN too
    return y if x > single(0.0) else (single(-np.inf) if x == single(0.0) else single(np.nan))


@compiled("contract", inlined=True)
def log_double(x: Any) -> Any:
    """Natural logarithm of a float64."""
    tiny = x < 2.2250738585072014e-308
    bits = double(x * 4503599627370496.0 if tiny else x).view(np.int64)
    e = double((bits >> np.int64(52)) - (np.int64(1074) if tiny else np.int64(1022)))
    m = np.int64((bits & np.int64(0x000FFFFFFFFFFFFF)) | np.int64(0x3FE0000000000000)).view(np.float64)
    low = m < 0.70710678118654752440
    e = e - 1.0 if low else e
    f = (m + m if low else m) - 1.0
    z = f * f
    p = (1.01875663804580931796e-4 * f + 4.97494994976747001425e-1) * f + 4.70579119878881725854e0
    p = ((p * f + 1.44989225341610930846e1) * f + 1.79368678507819816313e1) * f + 7.70838733755885391666e0
    q = ((f + 1.12873587189167450590e1) * f + 4.52279145837532221105e1) * f + 8.29875266912776603211e1
    q = (q * f + 7.11544750618563894466e1) * f + 2.31251620126765340583e1
    y = f * z * (p / q) + e * -2.121944400546905827679e-4
    y = f + (y - 0.5 * z) + e * 0.693359375
    y = y if x < np.inf else x
    return y if x > 0.0 else (-np.inf if x == 0.0 else np.nan)


@compiled("contract", inlined=True)
def log1p_single(x: Any) -> Any:
    """ln(1 + x) of a float32."""
    u = x + single(1.0)
    lost = (x - (u - single(1.0))) / u
    lost = lost if np.abs(lost) < single(1.0) else single(0.0)  # NaN where u is 0 or infinite
    y = log_single(u) + lost
    return y if x != single(0.0) else x  # the sign of 0


@compiled("contract", inlined=True)
def log1p_double(x: Any) -> Any:
    """ln(1 + x) of a float64."""
    u = x + 1.0
    lost = (x - (u - 1.0)) / u
    lost = lost if np.abs(lost) < 1.0 else 0.0
    y = log_double(u) + lost
    return y if x != 0.0 else x  # the sign of 0


@intrinsic
def smaller(context: Any, a: Any, b: Any) -> Any:
    """The smaller of two, NaN if one of them is: see `larger`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = arguments[0].type
        function = builder.module.declare_intrinsic("llvm.minimum", [kind], ir.FunctionType(kind, [kind, kind]))
        return builder.call(function, arguments)

    return a(a, a), generate
