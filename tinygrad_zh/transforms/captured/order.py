"""Floor 3: which steps may become one, so that some order of all the others is left.

Two steps may become one unless a third must come after the one and before the other.  Sets of steps are ints, a bit
per step, so that unions and intersections of hundreds of steps are one operation.

May import: nothing of this package.  Read next: ``fuse.py``.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence


class Groups:
    """Steps in groups, at first each by itself.

    Parameters
    ----------
    needs : sequence of set of int
        For each step, which earlier ones must come before it.

    Attributes
    ----------
    members, before, after : list of int
        For each step: its group, what must come before that and after, as sets.
    """

    def __init__(self, needs: Sequence[set[int]]) -> None:
        self.needs = needs
        self.members = [1 << i for i in range(len(needs))]
        self.before, self.after = [0] * len(needs), [0] * len(needs)
        for i, earlier in enumerate(needs):
            for j in earlier:
                self.before[i] |= self.before[j] | 1 << j
        for i in reversed(range(len(needs))):
            for j in needs[i]:
                self.after[j] |= self.after[i] | 1 << i

    def can_merge(self, a: int, b: int) -> bool:
        """Whether the groups of two steps may become one."""
        return not (self.after[a] & self.before[b] | self.after[b] & self.before[a])

    def merge(self, a: int, b: int) -> None:
        """Let the groups of two steps become one."""
        both = self.members[a] | self.members[b]
        before = (self.before[a] | self.before[b]) & ~both
        after = (self.after[a] | self.after[b]) & ~both
        for i in steps_of(both):
            self.members[i], self.before[i], self.after[i] = both, before, after
        for i in steps_of(before):
            self.after[i] |= both | after
        for i in steps_of(after):
            self.before[i] |= both | before

    def in_order(self) -> list[list[int]]:
        """Return the groups in an order that serves all needs: as it was, a group where its last step was."""
        last = [members.bit_length() - 1 for members in self.members]  # by which a group is known
        waits: dict[int, set[int]] = {group: set() for group in last}
        for i, earlier in enumerate(self.needs):
            waits[last[i]].update(last[j] for j in earlier if last[j] != last[i])
        leads: dict[int, list[int]] = {group: [] for group in waits}
        for group, earlier in waits.items():
            for other in earlier:
                leads[other].append(group)
        ready = [group for group, earlier in waits.items() if not earlier]
        heapq.heapify(ready)
        order = []
        while ready:
            group = heapq.heappop(ready)
            order.append(list(steps_of(self.members[group])))
            for other in leads[group]:
                waits[other].discard(group)
                if not waits[other]:
                    heapq.heappush(ready, other)
        return order


def steps_of(mask: int) -> Iterator[int]:
    """Go through a set."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
