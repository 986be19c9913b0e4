"""How byte pair encoding learns: which two neighbours come together most often, again and again.

Counting everything anew for each merge is simple and slow.  Here the counts are kept: a merge changes them only in the
words that hold the pair.  The most frequent pair comes from a heap, whose entries may be out of date: an entry that
is not the present count any more is thrown away when it comes up.

Imports nothing of this package.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

Pair = tuple[int, int]


def learn_merges(words: Sequence[tuple[list[int], int]], first: int, wanted: int, min_count: int) -> list[Pair]:
    """Return the merges, in order.

    Parameters
    ----------
    words : sequence of (list of int, int)
        The tokens of each different word, and how often it comes.
    first : int
        The token that the first merge makes.
    wanted : int
        How many merges to learn.
    min_count : int
        Stop where the most frequent pair comes less often.

    Notes
    -----
    A pair's count is the number of places where the two are neighbours: two in "aaa" for "aa".  Of equal counts the
    smallest pair wins.
    """
    tokens = [word for word, _ in words]
    counts: Counter[Pair] = Counter()
    where: defaultdict[Pair, set[int]] = defaultdict(set)  # the words that hold a pair, or once held it
    for i, (word, times) in enumerate(words):
        for pair in neighbours(word):
            counts[pair] += times
            where[pair].add(i)
    heap = [(-count, pair) for pair, count in counts.items()]
    heapq.heapify(heap)
    merges: list[Pair] = []
    while heap and len(merges) < wanted:
        count, pair = heapq.heappop(heap)
        if -count != counts[pair]:
            continue
        if -count < min_count:
            break
        changed: set[Pair] = set()
        for i in where.pop(pair):
            before, times = tokens[i], words[i][1]
            tokens[i] = merged(before, pair, first + len(merges))
            for old in neighbours(before):
                counts[old] -= times
                changed.add(old)
            for new in neighbours(tokens[i]):
                counts[new] += times
                where[new].add(i)
                changed.add(new)
        for one in changed:
            if counts[one] > 0:
                heapq.heappush(heap, (-counts[one], one))
        merges.append(pair)
    return merges


def neighbours(tokens: list[int]) -> list[Pair]:
    """Return all two tokens side by side."""
    return list(pairwise(tokens))


def merged(tokens: list[int], pair: Pair, new: int) -> list[int]:
    """Return the tokens with each occurrence of a pair, from left to right, replaced by one token."""
    found, i = [], 0
    while i < len(tokens):
        here = i + 1 < len(tokens) and tokens[i] == pair[0] and tokens[i + 1] == pair[1]
        found.append(new if here else tokens[i])
        i += 1 + here
    return found
