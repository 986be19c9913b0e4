r"""Floor 2: eˣ and the maximum in a form that the compiler turns into vector instructions.

    eˣ = 2ⁿ · eʳ,   n = round(x / ln 2),   r = x − n·ln 2,   |r| ≤ ½ ln 2

Cost: some 12 multiplications and additions, for 4 or 8 numbers at a time, where the C library's function is called
for one number at a time.

Numerical device: ln 2 is taken off in two parts, the first short enough that n times it is exact (Cody and Waite,
1980).  In float32, eʳ is 1 + r + r² p(r), with that p of degree 4 for which the largest relative error, 3·10⁻⁹, is
as small as can be; in float64, the quotient of Moshier's Cephes library (``exp.c``).  Results are within 1 ulp (1.5
in float64).  Where subnormal numbers begin, below x = −86.9 (−708 in float64), eˣ is 0; it is infinite where it
cannot be held, and NaN for NaN.

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
def parts_of(x: Any) -> tuple[Any, Any]:
    """The bits of eʳ, and n where the exponent stands in them, from the 23rd on: their sum is the bits of 2ⁿ eʳ."""
    shifted = x * single(1.44269504088896341) + single(12582912.0)  # + 1.5·2²³ rounds: n stands in the last bits
    n = shifted - single(12582912.0)
    r = x - n * single(0.693359375)
    r = r - n * single(-2.12194440e-4)
    s = single(1.3814540579915047e-3)
    s = s * r + single(8.36874544620514e-3)
    s = s * r + single(4.166838899254799e-2)
    s = s * r + single(1.666652113199234e-1)
    s = s * r + single(4.999999403953552e-1)
    s = s * r + single(1.0)
    s = s * r + single(1.0)
    return single(s).view(np.int32), np.int32(single(shifted).view(np.int32) << np.int32(23))


@compiled("contract", inlined=True)
def exp_single(x: Any) -> Any:
    """eˣ of a float32."""
    return below_single(x) if x <= single(88.72283) else x * single(np.inf)  # NaN for NaN


@compiled("contract", inlined=True)
def below_single(x: Any) -> Any:
    """eˣ of a float32 up to 88.72283."""
    s, power = parts_of(x)
    y = np.int32(s + power).view(np.float32)
    return y if not x < single(-86.9) else single(0.0)


@compiled("contract", inlined=True)
def raised_single(x: Any) -> Any:
    """2⁶⁴ eˣ of a float32 up to 0."""
    s, power = parts_of(x)
    y = np.int32(s + power + np.int32(64 << 23)).view(np.float32)
    return y if not x < single(-103.9) else single(0.0)


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


def exp_below(x: Any) -> Any:
    """eˣ of a number up to 0, in fewer steps; of a NaN, any number: whoever calls this looks for NaN elsewhere."""
    return np.exp(x)


def exp_raised(x: Any) -> Any:
    """The same times a constant that lifts subnormal numbers, for sums that are divided by."""
    return np.exp(x)


# In a compiled loop the type of the number decides. (Lambdas, as Numba wants no annotations here.)
overload(exp_of)(lambda x: (lambda x: exp_single(x)) if x == types.float32 else (lambda x: exp_double(x)))
overload(exp_below)(lambda x: (lambda x: below_single(x)) if x == types.float32 else (lambda x: exp_double(x)))
overload(exp_raised)(lambda x: (lambda x: raised_single(x)) if x == types.float32 else (lambda x: exp_double(x)))


@intrinsic
def larger(context: Any, a: Any, b: Any) -> Any:
    """The larger of two, NaN if one of them is: LLVM's own, the only one that loops take several at a time of."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = arguments[0].type
        function = builder.module.declare_intrinsic("llvm.maximum", [kind], ir.FunctionType(kind, [kind, kind]))
        return builder.call(function, arguments)

    return a(a, a), generate
