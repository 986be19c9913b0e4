r"""Floor 2: Philox's random words, and dropout with them, in one pass.

    (L₀, R₀, L₁, R₁) ← ten rounds of  L₀′ = high(M₁ L₁) ⊕ R₀ ⊕ k₀,  R₀′ = low(M₁ L₁),
                                     L₁′ = high(M₀ L₀) ⊕ R₁ ⊕ k₁,  R₁′ = low(M₀ L₀)
    dropout: mask = word < (1 − p) 2³²,  y = x ⊙ mask / (1 − p),  ∂L/∂x = g ⊙ mask / (1 − p)

Cost: 20 multiplications of 32 × 32 bits for four words, all in registers, where the formula reads and writes the
counters of thousands of blocks at every round.

Numerical device: none; the words, and so all that is drawn from them, are the formula's, bit for bit.

May import: floor 0 only.  Read next: ``softmax.py``; the formulas are in ``../../backend/philox.py`` and
``../../ops/dropout.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...aliases import Array
from ...backend.philox import MULTIPLIERS, ROUNDS, WEYL, blocks_for
from .compiling import compiled
from .flat import computes_in

word, wide = np.uint32, np.uint64
M0, M1 = wide(MULTIPLIERS[0]), wide(MULTIPLIERS[1])
W0, W1 = word(WEYL[0]), word(WEYL[1])
AT_ONCE = 256
"""How many blocks are drawn at a time where they are used at once: their words stay in the fastest cache."""


@compiled()
def draw(key0: Any, key1: Any, first: Any, blocks: int, words: Array) -> None:
    """Write the words of blocks in order, from that of number `first` on."""
    for i in range(blocks):
        counter = first + wide(i)
        a, b, c, d = word(counter), word(counter >> wide(32)), word(0), word(0)
        k0, k1 = word(key0), word(key1)
        for _ in range(ROUNDS):
            left, right = M0 * wide(a), M1 * wide(c)
            a, b, c, d = word(right >> wide(32)) ^ b ^ k0, word(right), word(left >> wide(32)) ^ d ^ k1, word(left)
            k0, k1 = word(k0 + W0), word(k1 + W1)
        words[4 * i] = a
        words[4 * i + 1] = b
        words[4 * i + 2] = c
        words[4 * i + 3] = d


def philox_bits(xp: Any, place: Array, count: int) -> Array:
    """Return `count` random words; see ``bits`` in ``backend/philox.py``."""
    blocks = blocks_for(count)
    words = np.empty(4 * blocks, word)
    draw(place[0], place[1], place[2], blocks, words)
    return words[:count]


@compiled()
def drop(
    x: Array, key0: Any, key1: Any, first: Any, below: Any, share: Any, words: Array, out: Array, mask: Array
) -> None:
    """Write the mask, and x ⊙ mask / share; `words` is working memory."""
    number = x.dtype.type
    for start in range(0, x.size, words.size):
        n = min(words.size, x.size - start)
        draw(key0, key1, first + wide(start // 4), (n + 3) // 4, words)
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
    below, share = word(int((1 - p) * 2**32)), dtype.type(1 - p)
    flat = np.ascontiguousarray(x).reshape(-1)
    drop(flat, *place, below, share, np.empty(4 * AT_ONCE, word), out.reshape(-1), mask.reshape(-1))
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
