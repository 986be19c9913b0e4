r"""Floor 2: Philox's random words, and dropout with them in one pass.

    mask = word < (1 − p) 2³²,   y = x ⊙ mask / (1 − p),   ∂L/∂x = g ⊙ mask / (1 − p)

Cost: the 20 products of a block of four words stay in registers, where the formula reads and writes the counters of
thousands of blocks at every round; dropout uses words while they are in the cache.

Numerical device: none; the words, and so all that is drawn from them, are the formula's, bit for bit.

May import: floor 0 only.  Read next: ``softmax.py``; the formulas are in ``../../backend/philox.py`` and
``../../ops/dropout.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...aliases import Array
from ...backend.philox import blocks_for
from .chance import draw
from .compiling import compiled
from .flat import computes_in

AT_ONCE = 1024
"""How many words are drawn at a time where they are used at once: they stay in the fastest cache."""


def philox_bits(xp: Any, place: Array, count: int) -> Array:
    """Return `count` random words; see ``bits`` in ``backend/philox.py``."""
    words = np.empty(4 * blocks_for(count), np.uint32)
    draw(place, 0, words)
    return words[:count]


@compiled()
def drop(x: Array, place: Array, below: Any, share: Any, words: Array, out: Array, mask: Array) -> None:
    """Write the mask, and x ⊙ mask / share; `words` is working memory."""
    number = x.dtype.type
    for start in range(0, x.size, words.size):
        n = min(words.size, x.size - start)
        draw(place, start, words[: (n + 3) // 4 * 4])
        for j in range(n):
            kept = words[j] < below
            mask[start + j] = kept
            out[start + j] = x[start + j] * (number(1) if kept else number(0)) / share


def dropout(xp: Any, x: Array, place: Array, *, p: float) -> Any:
    """Return what is left of x, and the mask; see the primitive of this name."""
    dtype = x.dtype
    if computes_in(dtype) is not dtype or 1 - p >= 1 or not x.size:
        return NotImplemented
    out, mask = np.empty(x.shape, dtype), np.empty(x.shape, bool)
    below, share = np.uint32((1 - p) * 2**32), dtype.type(1 - p)
    flat, words = np.ascontiguousarray(x).reshape(-1), np.empty(AT_ONCE, np.uint32)
    drop(flat, place, below, share, words, out.reshape(-1), mask.reshape(-1))
    return out, mask


@compiled()
def pull(g: Array, mask: Array, share: Any, out: Array) -> None:
    """Write g ⊙ mask / share."""
    number = g.dtype.type
    for i in range(out.size):
        out[i] = g[i] * (number(1) if mask[i] else number(0)) / share


def dropout_pullback(xp: Any, g: Array, mask: Array, *, p: float) -> Any:
    """Return the pullback of dropout; see the fusable formula of this name."""
    dtype = g.dtype
    if computes_in(dtype) is not dtype or g.shape != mask.shape:
        return NotImplemented
    out = np.empty(g.shape, dtype)
    flat = [np.ascontiguousarray(each).reshape(-1) for each in (g, mask)]
    pull(*flat, dtype.type(1 - p), out.reshape(-1))
    return out
