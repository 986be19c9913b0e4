r"""Floor 2: BLAS's product of matrices for loops to call: C = α op(A) op(B) + β C, with op(X) = X or Xᵀ.

``np.matmul`` from Python costs a microsecond a call, can't add to C, and a compiled loop can't call it.  NumPy's wheels
bring an OpenBLAS with them; here its ``gemm`` is found by name, in the file that NumPy has loaded already, so that
there is one library with one pool of threads.  Matrices are given by addresses, in rows: element (i, j) stands
i·ld + j elements behind the first.

Where NumPy has been built otherwise (with Accelerate, MKL or a system's BLAS), importing this raises ImportError, and
the kernels that need it leave the table: the formulas compute.

May import: floor 0 only.  Read next: ``attention.py``.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import llvmlite.binding
import numpy as np
from numba import types
from numba.extending import overload

from .compiling import compiled

PLACES = ("../numpy.libs", ".dylibs")
"""Where wheels keep their libraries, seen from NumPy's folder: on Linux and Windows, and on macOS."""


def address_of(name: str) -> int:
    """Return the address of a function of NumPy's OpenBLAS whose integers have 64 bits."""
    home = Path(np.__file__).parent
    for file in [file for place in PLACES for file in sorted((home / place).glob("*openblas*"))]:
        try:
            library = ctypes.CDLL(str(file))
        except OSError:  # of another kind of machine
            continue
        for symbol in (f"scipy_{name}64_", f"{name}64_"):
            if function := getattr(library, symbol, None):
                return ctypes.cast(function, ctypes.c_void_p).value or 0
    raise ImportError(f"NumPy has been built without an OpenBLAS of its own: there is no {name}")


def external(name: str, number: Any) -> Any:
    """Declare a function of BLAS to Numba: by a name, which compiled code on disk can refer to in the next run."""
    llvmlite.binding.add_symbol(f"tinygrad_zh_{name}", address_of(name))
    flag, size, address = types.int32, types.int64, types.intp
    matrix = (address, size)
    signature = types.void(flag, flag, flag, size, size, size, number, *matrix, *matrix, number, *matrix)
    return types.ExternalFunction(f"tinygrad_zh_{name}", signature)


sgemm, dgemm = external("cblas_sgemm", types.float32), external("cblas_dgemm", types.float64)
ROWS, AS_IT_IS, TRANSPOSED = np.int32(101), np.int32(111), np.int32(112)


def gemm(order: Any, a_t: Any, b_t: Any, m: int, n: int, k: int, alpha: Any, *more: Any) -> None:
    """Call BLAS's own function; there is one for float32 and one for float64."""
    raise NotImplementedError  # Numba puts the right one in place of this


# (Lambdas, as Numba wants no annotations here.)
overload(gemm)(
    lambda order, a_t, b_t, m, n, k, alpha, *more: (
        (lambda order, a_t, b_t, m, n, k, alpha, *more: sgemm(order, a_t, b_t, m, n, k, alpha, *more))
        if alpha == types.float32
        else (lambda order, a_t, b_t, m, n, k, alpha, *more: dgemm(order, a_t, b_t, m, n, k, alpha, *more))
    )
)


@compiled()
def add_product(
    a_t: bool, b_t: bool, m: int, n: int, k: int, alpha: Any, a: int, lda: int, b: int, ldb: int, beta: Any, c: int,
    ldc: int,
) -> None:  # fmt: skip
    """C = alpha op(A) op(B) + beta C, with C of shape (m, n) and k numbers to a sum; alpha's dtype is everybody's."""
    gemm(
        ROWS, TRANSPOSED if a_t else AS_IT_IS, TRANSPOSED if b_t else AS_IT_IS, m, n, k, alpha, a, lda, b, ldb, beta, c,
        ldc,
    )  # fmt: skip
