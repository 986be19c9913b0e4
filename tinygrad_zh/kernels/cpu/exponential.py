r"""Floor 2: eˣ and the maximum in a form that the compiler turns into vector instructions.

    eˣ = 2ⁿ · eʳ,   n = round(x / ln 2),   r = x − n·ln 2,   |r| ≤ ½ ln 2

Cost: some 12 multiplications and additions, for 4 or 8 numbers at a time, where the C library's function is called
for one number at a time.

Numerical device: ln 2 is taken off in two parts, the first short enough that n times it is exact (Cody and Waite,
1980); eʳ is the polynomial of degree 7 and, in float64, the quotient of Moshier's Cephes library (``expf.c``,
``exp.c``).  Results are within 1 ulp (1.5 in float64).  Where subnormal numbers begin, below x = −86.9 (−708 in
float64), eˣ is 0; it is infinite where it cannot be held, and NaN for NaN.

May import: floor 0 only.  Read next: ``loss.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from .compiling import compiled

single = np.float32


@compiled("contract", inlined=True)  # no "reassoc": it would undo the taking off in two parts
def exp_single(x: Any) -> Any:
    """eˣ of a float32."""
    shifted = x * single(1.44269504088896341) + single(12582912.0)  # + 1.5·2²³ rounds: n stands in the last bits
    n = shifted - single(12582912.0)
    r = x - n * single(0.693359375)
    r = r - n * single(-2.12194440e-4)
    s = single(1.9875691500e-4)
    s = s * r + single(1.3981999507e-3)
    s = s * r + single(8.3334519073e-3)
    s = s * r + single(4.1665795894e-2)
    s = s * r + single(1.6666665459e-1)
    s = s * r + single(5.0000001201e-1)
    s = s * (r * r) + r + single(1.0)
    # 2ⁿ⁻¹ is n + 126 in the exponent's bits; twice s, so that the largest results are reached too
    half = np.int32((single(shifted).view(np.int32) + np.int32(126)) << np.int32(23)).view(np.float32)
    y = (s + s) * half
    y = y if not x < single(-86.9) else single(0.0)
    return y if not x > single(88.72283) else single(np.inf)


@compiled("contract", inlined=True)
def exp_double(x: Any) -> Any:
    """eˣ of a float64, in the same way."""
    shifted = x * 1.4426950408889634 + 6755399441055744.0  # 1.5·2⁵²
    n = shifted - 6755399441055744.0
    r = x - n * 6.93145751953125e-1
    r = r - n * 1.42860682030941723212e-6
    z = r * r
    above = r * ((1.26177193074810590878e-4 * z + 3.02994407707441961300e-2) * z + 9.99999999999999999910e-1)
    below = ((3.00198505138664455042e-6 * z + 2.52448340349684104192e-3) * z + 2.27265548208155028766e-1) * z + 2.0
    s = 2.0 * (above / (below - above)) + 1.0
    half = np.int64((np.float64(shifted).view(np.int64) + np.int64(1022)) << np.int64(52)).view(np.float64)
    y = (s + s) * half
    y = y if not x < -708.0 else 0.0
    return y if not x > 709.782712893384 else np.inf


def exp_of(x: Any) -> Any:
    """eˣ of a float32 or a float64."""
    return np.exp(x)


# In a compiled loop the type of the number decides. (A lambda, as Numba wants no annotations here.)
overload(exp_of)(lambda x: (lambda x: exp_single(x)) if x == types.float32 else (lambda x: exp_double(x)))


@intrinsic
def larger(context: Any, a: Any, b: Any) -> Any:
    """The larger of two, NaN if one of them is: LLVM's own, the only one that loops take several at a time of."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = arguments[0].type
        function = builder.module.declare_intrinsic("llvm.maximum", [kind], ir.FunctionType(kind, [kind, kind]))
        return builder.call(function, arguments)

    return a(a, a), generate
