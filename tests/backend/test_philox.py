"""Philox: the published vectors, the laws of the stream, and the same numbers on a double of the device.

Bounds on counts and moments are five standard deviations of what they are for independent numbers.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.double.strict import from_numpy, xp
from tinygrad_zh.backend import philox

N = 200_000
FLOATS = [np.dtype(name) for name in ("float16", "float32", "float64")]


def place(seed: int = 1, block: int = 0) -> Any:
    return philox.place_of(seed, block)


# The file kat_vectors of the Random123 distribution, lines "philox4x32 10".
@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ],
)
def test_the_published_vectors(counter: str, key: str, expected: str) -> None:
    counters = np.array([[int(word, 16)] * 3 for word in counter.split()], dtype=np.uint64)
    words = philox.cipher(np, counters, np.array([int(word, 16) for word in key.split()], dtype=np.uint64))
    assert words.T.tolist() == [[int(word, 16) for word in expected.split()]] * 3


def one_block(counter: list[int], key: list[int]) -> list[int]:
    """The paper's figure, one word at a time, in Python's own integers."""
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * counter[0], 2**32)
        high1, low1 = divmod(0xCD9E8D57 * counter[2], 2**32)
        counter = [high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0]
        key = [(key[0] + 0x9E3779B9) % 2**32, (key[1] + 0xBB67AE85) % 2**32]
    return counter


@pytest.mark.parametrize("seed", [0, 1, 2**32, 2**64 - 1])
@pytest.mark.parametrize("block", [0, 5, 2**32 - 2, 2**64 - 3])
def test_the_stream_is_the_blocks_in_order(seed: int, block: int) -> None:
    """Across the carry from the counter's first word to its second, and at its end back to 0."""
    numbers = [(block + i) % 2**64 for i in range(5)]
    expected = [w for n in numbers for w in one_block([n % 2**32, n >> 32, 0, 0], [seed % 2**32, seed >> 32])]
    assert philox.bits(np, place(seed, block), 18).tolist() == expected[:18]


def test_many_blocks_are_computed_in_pieces_without_a_seam() -> None:
    piece = 4 << 14
    words = philox.bits(np, place(), 2 * piece + 100)
    for start in (piece - 8, piece, 2 * piece - 4, 2 * piece):
        assert words[start : start + 20].tolist() == philox.bits(np, place(1, start // 4), 20).tolist()


DRAWS = {
    "bits": lambda m, p, n: philox.bits(m, p, n),
    "uniform float16": lambda m, p, n: philox.uniform(m, p, n, FLOATS[0]),
    "uniform float32": lambda m, p, n: philox.uniform(m, p, n, FLOATS[1]),
    "uniform float64": lambda m, p, n: philox.uniform(m, p, n, FLOATS[2]),
    "normal float16": lambda m, p, n: philox.normal(m, p, n, FLOATS[0]),
    "normal float32": lambda m, p, n: philox.normal(m, p, n, FLOATS[1]),
    "normal float64": lambda m, p, n: philox.normal(m, p, n, FLOATS[2]),
    "integers": lambda m, p, n: philox.integers(m, p, n, -7, 12),
    "wide integers": lambda m, p, n: philox.integers(m, p, n, -(2**50), 2**61 + 3),
    "permutation": lambda m, p, n: philox.permutation(m, p, n),
    "chance": lambda m, p, n: philox.chance(m, p, n, 0.3),
}
STREAMS = [name for name in DRAWS if name != "permutation"]


@pytest.mark.parametrize("count", [0, 1, 6, 1001])
@pytest.mark.parametrize("name", DRAWS)
def test_a_device_draws_the_same_bits(name: str, count: int) -> None:
    ours = DRAWS[name](np, place(3, 2**32 - 5), count)
    theirs = DRAWS[name](xp, from_numpy(place(3, 2**32 - 5)), count).get()
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape == (count,)
    assert ours.tobytes() == theirs.tobytes()


@pytest.mark.parametrize("name", STREAMS)
def test_two_draws_are_one_where_the_first_fills_its_blocks(name: str) -> None:
    words = 2 if "float64" in name or "integers" in name else 1
    whole = DRAWS[name](np, place(), 1000)
    first, second = DRAWS[name](np, place(), 12), DRAWS[name](np, place(1, 12 * words // 4), 988)
    assert np.array_equal(whole, np.concatenate([first, second]))


@pytest.mark.parametrize("name", DRAWS)
def test_seeds_and_places_differ(name: str) -> None:
    base = DRAWS[name](np, place(0), 1000)
    assert np.array_equal(base, DRAWS[name](np, place(0), 1000))
    for other in (place(1), place(2**32), place(0, 250 * 2)):
        assert np.mean(base == DRAWS[name](np, other, 1000)) < 0.7  # bools agree by chance in 0.58 of the cases


# -- the distributions -----------------------------------------------------------------------------------


def chi_square(counts: Any, expected: Any) -> float:
    """How many standard deviations Pearson's statistic lies from its mean."""
    freedom = len(counts) - 1
    return float((np.sum((counts - expected) ** 2 / expected) - freedom) / math.sqrt(2 * freedom))


@pytest.mark.parametrize("bit", range(32))
def test_every_bit_is_fair(bit: int) -> None:
    ones = int((philox.bits(np, place(), N) >> bit & 1).sum())
    assert abs(ones - N / 2) < 5 * math.sqrt(N / 4)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_uniform_numbers_fill_the_unit_interval_evenly(dtype: Any) -> None:
    u = philox.uniform(np, place(), N, dtype)
    assert u.dtype == dtype and u.min() >= 0 and u.max() < 1
    steps = u.astype(np.float64) * 2 ** philox.SIGNIFICANT_BITS[dtype.name]
    assert np.array_equal(steps, np.round(steps)) and np.any(steps % 2)  # the last bit is used
    counts = np.bincount((u.astype(np.float64) * 256).astype(int), minlength=256)
    assert abs(chi_square(counts, N / 256)) < 5
    x = u.astype(np.float64)
    assert abs(x.mean() - 0.5) < 5 * math.sqrt(1 / 12 / N) + 2.0**-11 * (dtype.name == "float16")
    assert abs(np.mean((x[1:] - 0.5) * (x[:-1] - 0.5))) < 5 / 12 / math.sqrt(N)  # neighbours are not correlated


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_normal_numbers_have_the_normal_distribution(dtype: Any) -> None:
    z = philox.normal(np, place(), N, dtype).astype(np.float64)
    # E z = 0, z² = 1, z³ = 0, z⁴ = 3; the variances of the means are E z²ᵏ − (E zᵏ)², with E z⁶ = 15, E z⁸ = 105.
    for power, mean, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((z**power).mean() - mean) < 5 * math.sqrt(variance / N) + 3 * float(np.finfo(dtype).eps)
    edges = np.linspace(-3, 3, 25) + 1e-3 * math.sqrt(2)  # beside the numbers that float16 holds
    cumulated = np.array([0.5 * (1 + math.erf(x / math.sqrt(2))) for x in edges])
    counts = np.bincount(np.digitize(z, edges), minlength=26)
    shares = np.diff(np.concatenate([[0.0], cumulated, [1.0]]))
    assert abs(chi_square(counts, N * shares)) < 5 or dtype.name == "float16"  # whose steps show among 25 bins
    assert abs(np.mean(z[0::2] * z[1::2])) < 5 / math.sqrt(N / 2)  # the two of a pair are not correlated
    assert abs(np.mean((z[0::2] ** 2 - 1) * (z[1::2] ** 2 - 1))) < 5 * 2 / math.sqrt(N / 2)


def test_the_logarithm_never_meets_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word of zeros is the largest normal number, √(−2 ln 2⁻³³), and not infinite."""
    monkeypatch.setattr(philox, "bits", lambda m, p, n: np.zeros(n, dtype=np.uint32))
    largest = {dtype.name: float(philox.normal(np, place(), 4, dtype)[0]) for dtype in FLOATS}
    assert largest["float32"] == pytest.approx(math.sqrt(2 * 33 * math.log(2)))
    assert largest["float64"] == pytest.approx(math.sqrt(2 * 54 * math.log(2)))


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (-5, 10), (0, 2**32), (0, 2**33 + 7), (-(2**40), 3), (-(2**63), 2**63), (2**62, 2**63)]
)
def test_integers_are_multiply_and_shift(low: int, high: int) -> None:
    words = philox.wide_bits(np, place(), 2000)
    expected = [low + (int(w) * (high - low) >> 64) for w in words]
    found = philox.integers(np, place(), 2000, low, high)
    assert found.dtype == np.int64 and found.tolist() == expected
    assert min(expected) >= low and max(expected) < high


def test_integers_are_uniform() -> None:
    counts = np.bincount(philox.integers(np, place(), N, 0, 37), minlength=37)
    assert abs(chi_square(counts, N / 37)) < 5


def test_permutations_are_uniform() -> None:
    orders = [tuple(philox.permutation(np, place(7, 2 * i), 4).tolist()) for i in range(4800)]
    assert all(sorted(order) == [0, 1, 2, 3] for order in orders[:100])
    counts = np.unique(np.array(orders), axis=0, return_counts=True)[1]
    assert len(counts) == 24 and abs(chi_square(counts, 4800 / 24)) < 5
    assert sorted(philox.permutation(np, place(), 1000).tolist()) == list(range(1000))


@pytest.mark.parametrize("probability", [0.0, 2.0**-10, 0.3, 0.5, 0.999, 1.0])
def test_chance_has_its_probability(probability: float) -> None:
    drawn = philox.chance(np, place(), N, probability)
    assert drawn.dtype == bool
    assert abs(int(drawn.sum()) - N * probability) <= 5 * math.sqrt(N * probability * (1 - probability))
