"""Floor 0: random numbers from a counter, the same on every device: Philox4x32-10.

A usual generator carries a state from one number to the next.  This one enciphers a counter: block i of four
32-bit words is ``cipher(key, i)``, whatever came before.  So each block can be computed by itself, all of them
side by side, and "where the generator stands" is one integer.

Words, uniforms, integers and permutations are the same bit for bit wherever they are drawn; normals go
through ``log``, ``sin`` and ``cos``, in whose last bits array modules differ.

A *place* says where to begin: an array ``(key low, key high, first block)`` of uint64.  It is an array, so that
a step which was captured on a GPU can be replayed from another place without asking the host.

Words of 32 bits are seen in words of 64 and the other way round, the lower first: on little-endian machines, as
all are that run CUDA or PyTorch.

Source: Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", section 4.

May import: ``aliases``, ``devices``.  Read next: ``../ops/random.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..aliases import Array, DType
from .devices import BACKENDS

ROUNDS = 10
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
"""What the two halves of the key grow by each round: the golden ratio and √3 − 1, in units of 2⁻³²."""
LOW = 0xFFFFFFFF
"""The lower 32 bits of 64."""
SIGNIFICANT_BITS = {"float16": 11, "float32": 24, "float64": 53}
"""How many bits fit between 0 and 1 at equal distances."""


def place_of(seed: int, block: int) -> np.ndarray[Any, Any]:
    """Return the place of a seed's block, on the CPU."""
    return np.array([seed & LOW, seed >> 32, block], dtype=np.uint64)


def blocks_for(words: int) -> int:
    """Return how many blocks of four words must be drawn for `words` of them."""
    return -(-words // 4)


def cipher(xp: Any, counters: Array, key: Array) -> Array:
    """Encipher counters of four words each: ten rounds of multiply, exchange and XOR.

    Parameters
    ----------
    xp : module
        The array module.
    counters : array of shape (4, N), uint64
        Words of 32 bits, the lowest first.
    key : array of shape (2,), uint64
        Words of 32 bits.

    Returns
    -------
    array of shape (4, N), uint32
        The words.
    """
    multipliers = xp.asarray(MULTIPLIERS, dtype=xp.uint64)[:, None]  # (2, 1)
    growth = xp.asarray([[i * weyl & LOW for weyl in WEYL] for i in range(ROUNDS)], dtype=xp.uint64)
    keys = ((key + growth) & LOW)[:, :, None]  # (ROUNDS, 2, 1)
    even = xp.array(counters[0::2])  # words 0 and 2: (2, N)
    products = [xp.empty_like(even), xp.array(counters[3::-2])]  # two in turn; words 1 and 3 are in the second
    # A product of 32 × 32 bits is 64 bits wide.  Its halves are seen as numbers of 32 bits, without shifts, and in
    # exchanged rows, for each goes to the other row: the lower becomes an odd word, the upper goes into an even one.
    halves = [product.view(xp.uint32)[::-1] for product in products]
    lower, upper = [half[:, 0::2] for half in halves], [half[:, 1::2] for half in halves]
    even_words = even.view(xp.uint32)[:, 0::2]  # the other halves stay 0
    for i in range(ROUNDS):
        new, old = i % 2, (i + 1) % 2
        xp.multiply(even, multipliers, out=products[new])
        xp.bitwise_xor(upper[new], lower[old], out=even_words)
        xp.bitwise_xor(even, keys[i], out=even)
    words = xp.empty(counters.shape, dtype=xp.uint32)
    words[0::2], words[1::2] = even_words, lower[new]
    return words


def bits(xp: Any, place: Array, count: int) -> Array:
    """Return `count` random words from the beginning of a place's first block.

    Parameters
    ----------
    xp : module
        The array module.
    place : array of shape (3,), uint64
        Key and first block; see the module's text.
    count : int
        How many words.

    Returns
    -------
    array of shape (count,), uint32
        The words in order: those of the first block, then those of the next.
    """
    backend = BACKENDS.get(type(place))
    kernel = None if backend is None else backend.kernels.get("philox_bits")
    if kernel is not None and (words := kernel(xp, place, count)) is not NotImplemented:
        return words
    total = blocks_for(count)
    at_once = 1 << 14 if xp is np else 1 << 22  # what a CPU's cache holds; a GPU wants few launches
    words = xp.empty((total, 4), dtype=xp.uint32)
    for start in range(0, total, at_once):
        n = min(at_once, total - start)
        block = xp.arange(start, start + n, dtype=xp.uint64) + place[2]
        counters = xp.zeros((4, n), dtype=xp.uint64)
        counters[0], counters[1] = block & LOW, block >> 32
        words[start : start + n] = cipher(xp, counters, place[:2]).T
    return words.reshape(-1)[:count]


def wide_bits(xp: Any, place: Array, count: int) -> Array:
    """Return `count` random words of 64 bits; each is two of `bits`, the lower first."""
    return bits(xp, place, 2 * count).view(xp.uint64)


def uniform(xp: Any, place: Array, count: int, dtype: DType) -> Array:
    """Return multiples of 2⁻ᵇ in [0, 1), all equally likely; b is 11, 24 or 53 for float16, float32, float64.

    A number takes one word, in float64 two.
    """
    kept = SIGNIFICANT_BITS[dtype.name]
    words = wide_bits(xp, place, count) if kept > 32 else bits(xp, place, count)
    words >>= (64 if kept > 32 else 32) - kept
    numbers = words.astype(dtype)  # exact: just as many bits as the dtype holds
    numbers *= 2.0**-kept
    return numbers


def normal(xp: Any, place: Array, count: int, dtype: DType) -> Array:
    """Return normally distributed numbers of mean 0 and standard deviation 1.

    Notes
    -----
    Box and Muller (1958), "A note on the generation of random normal deviates": two uniform numbers are the
    area and the angle of a point, r = √(−2 ln u₁), z₁ = r cos 2πu₂, z₂ = r sin 2πu₂.  So numbers come in
    pairs, and a pair takes two words, in float64 four.  u₁ lies in (0, 1] and reaches down to 2⁻³³ (2⁻⁵⁴),
    for its logarithm makes the tails: |z| ≤ 6.8 (8.7).
    """
    wide = dtype.name == "float64"
    pairs = (count + 1) // 2
    words = wide_bits(xp, place, 2 * pairs) if wide else bits(xp, place, 2 * pairs)
    if wide:
        words >>= 11
    numbers = words.astype(xp.float64 if wide else xp.float32).reshape(pairs, 2).T
    radius, angle = xp.ascontiguousarray(numbers[0]), xp.ascontiguousarray(numbers[1])
    radius += 0.5  # never 0, whose logarithm is infinite
    radius *= 2.0 ** (-53 if wide else -32)
    xp.log(radius, out=radius)
    radius *= -2
    xp.sqrt(radius, out=radius)
    angle *= 2 * math.pi * 2.0 ** (-53 if wide else -32)
    result = xp.empty((pairs, 2), dtype=radius.dtype)
    result[:, 0] = radius * xp.cos(angle)
    result[:, 1] = radius * xp.sin(angle)
    return result.reshape(-1)[:count].astype(dtype, copy=False)


def integers(xp: Any, place: Array, count: int, low: int, high: int) -> Array:
    """Return int64 numbers from `low` up to but without `high`.

    Notes
    -----
    With w a random word of 64 bits, the result is low + ⌊w (high − low) / 2⁶⁴⌋: multiply and shift (Lemire 2019,
    "Fast random integer generation in an interval", without its rejection step).  A number's probability is
    off by less than 2⁻⁶⁴.  A number takes two words.
    """
    span = high - low
    words = wide_bits(xp, place, count)
    upper, lower = words >> 32, words & LOW
    # The upper 64 of the product's 128 bits, by long multiplication in halves of 32 bits; no sum exceeds 64 bits.
    span_upper, span_lower = span >> 32, span & LOW
    lower *= span_lower
    lower >>= 32
    cross = upper * span_lower
    if span_upper == 0:  # nearly always: four passes over the numbers instead of ten
        drawn = (cross + lower) >> 32
    else:
        middle = (words & LOW) * span_upper + lower + (cross & LOW)
        drawn = upper * span_upper + (cross >> 32) + (middle >> 32)
    drawn += low % 2**64  # modulo 2⁶⁴, as is the sum: right for negative `low` as well
    return drawn.view(xp.int64)


def permutation(xp: Any, place: Array, count: int) -> Array:
    """Return the numbers 0 … count − 1 in random order, as int64: the order that sorts random keys.

    Equal keys of 64 bits, likely only from billions of numbers on, keep their order.  A number takes two words.
    """
    return xp.argsort(wide_bits(xp, place, count), kind="stable").astype(xp.int64, copy=False)


def chance(xp: Any, place: Array, count: int, probability: float) -> Array:
    """Return bools that are True with a probability, to within 2⁻³²; each takes one word."""
    if probability >= 1:
        return xp.ones(count, dtype=bool)
    return bits(xp, place, count) < int(probability * 2**32)
