"""Floor 2: how the loops are compiled.

The options, and why:

    cache        compiled code is kept on disk, so that only the first run of all waits for the compiler
    nogil        other Python threads go on while a loop runs
    error_model  1/0 is inf and not an exception, as in NumPy
    contract     a·b + c may be rounded once instead of twice
    reassoc      a sum may be taken in several parts side by side; given to sums alone
    never nnan or ninf: they would let the compiler assume that there is no NaN and no infinity, and a NaN is to
    be seen where it arises

Types are found at the first call (spelling them out would compile at import).  What is kept on disk is compiled anew
when the loop's own file changes, not when a function that it calls does: after an edit to ``exponential.py``, delete
``__pycache__``.

May import: floor 0 only; imports Numba.  Read next: ``flat.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(*fastmath: str, inlined: bool = False) -> Callable[[Callable[..., Any]], Any]:
    """Compile a loop with these liberties in its arithmetic.

    What loops call for every number is to be `inlined`: a loop that calls anything takes one number at a time.
    """
    options = {"nogil": True, "error_model": "numpy", "fastmath": set(fastmath)}
    if inlined:
        options["forceinline"] = True

    def compile_it(function: Callable[..., Any]) -> Any:
        try:
            return njit(cache=True, **options)(function)
        except RuntimeError:  # no folder here or at home can be written to: compile anew in every run
            return njit(**options)(function)

    return compile_it
