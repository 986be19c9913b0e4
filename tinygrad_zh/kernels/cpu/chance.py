r"""Floor 2: random words in a loop: Philox4x32-10, block by block, the same bits as ``backend/philox.py`` draws.

Cost: 20 products of 32 × 32 bits for 4 words, some blocks side by side.  A mask that is drawn again where it is needed
takes no memory, and for the way back need not be kept.

May import: floor 0 only.  Read next: ``attention.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...aliases import Array
from ...backend.philox import MULTIPLIERS, ROUNDS, WEYL
from .compiling import compiled

FIRST, SECOND = (np.uint64(x) for x in MULTIPLIERS)
GROWTH, OTHER_GROWTH = (np.uint64(x) for x in WEYL)
LOW, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


@compiled()
def draw(place: Array, start: int, words: Array) -> Any:
    """Write the blocks around word `start` of a place into `words`; return where in there word `start` stands."""
    skipped = start % 4
    first = place[2] + np.uint64(start // 4)
    for i in range(words.size // 4):
        block = first + np.uint64(i)
        a, b, c, d = block & LOW, block >> HALF, np.uint64(0), np.uint64(0)
        key, other = place[0], place[1]
        for _ in range(ROUNDS):
            p, q = FIRST * a, SECOND * c
            a, b, c, d = (q >> HALF) ^ b ^ key, q & LOW, (p >> HALF) ^ d ^ other, p & LOW
            key, other = (key + GROWTH) & LOW, (other + OTHER_GROWTH) & LOW
        words[4 * i], words[4 * i + 1] = np.uint32(a), np.uint32(b)
        words[4 * i + 2], words[4 * i + 3] = np.uint32(c), np.uint32(d)
    return skipped
