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

word, wide = np.uint32, np.uint64
FIRST, SECOND = (wide(x) for x in MULTIPLIERS)
GROWTH, OTHER_GROWTH = (word(x) for x in WEYL)
HALF = wide(32)


@compiled()
def draw(place: Array, start: int, words: Array) -> Any:
    """Write the blocks around word `start` of a place into `words`; return where in there word `start` stands."""
    first = place[2] + wide(start // 4)
    for i in range(words.size // 4):
        block = first + wide(i)
        a, b, c, d = word(block), word(block >> HALF), word(0), word(0)
        key, other = word(place[0]), word(place[1])
        for _ in range(ROUNDS):
            p, q = FIRST * wide(a), SECOND * wide(c)
            a, b, c, d = word(q >> HALF) ^ b ^ key, word(q), word(p >> HALF) ^ d ^ other, word(p)
            key, other = word(key + GROWTH), word(other + OTHER_GROWTH)
        words[4 * i], words[4 * i + 1], words[4 * i + 2], words[4 * i + 3] = a, b, c, d
    return start % 4
