"""How far to go along a direction: a line search for the strong Wolfe conditions.

Along the line, L is a function φ(t) with the slope φ'(t).  Wanted is a t where L has fallen enough for the way gone,
φ(t) ≤ φ(0) + c₁·t·φ'(0), and where it is much flatter than at the start, |φ'(t)| ≤ c₂·|φ'(0)|.

May import: floor 0.  Read next: ``lbfgs.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from ..aliases import Array

FALL, FLATNESS = 1e-4, 0.9
"""c₁ and c₂."""


class Point(NamedTuple):
    """Where the search has been: t, φ(t), φ'(t), and the gradient there."""

    t: float
    loss: float
    slope: float
    gradient: Array


def strong_wolfe(
    at: Callable[[float], Point], start: Point, t: float, longest: float, smallest: float, tries: int
) -> tuple[Point, int]:
    """Search for a point that fulfils the strong Wolfe conditions.

    Parameters
    ----------
    at : callable
        The point at some t; computes the loss and its gradient.
    start : Point
        The point at 0, where the slope is negative.
    t : float
        Where to look first.
    longest : float
        max |d| of the direction d.
    smallest : float
        Give up when the interval, times `longest`, is smaller.
    tries : int
        How many more points may be looked at after the first.

    Returns
    -------
    tuple of Point and int
        The best point found, and how many points were looked at.

    Notes
    -----
    Nocedal and Wright (2006), "Numerical Optimization", algorithms 3.5 and 3.6, as in Schmidt's minFunc and PyTorch.
    """

    def fell_too_little(point: Point) -> bool:
        return point.loss > start.loss + FALL * point.t * start.slope

    def is_flat(point: Point) -> bool:
        return abs(point.slope) <= -FLATNESS * start.slope

    # First go ahead, until a minimum must lie between the last two points.
    before, point, tried = start, at(t), 0
    while tried < tries:
        if fell_too_little(point) or (tried > 1 and point.loss >= before.loss):
            break
        if is_flat(point):
            return point, tried + 1
        if point.slope >= 0:
            break
        nearest, farthest = point.t + 0.01 * (point.t - before.t), point.t * 10
        before, point = point, at(cubic_minimum(before, point, nearest, farthest))
        tried += 1
    else:
        before = start
    # Then make the interval between the two smaller; the result is its lower end.
    ends, stuck = [before, point], False
    low = lower(ends)
    while tried < tries and not abs(ends[1].t - ends[0].t) * longest < smallest:
        left, right = sorted(end.t for end in ends)
        t = cubic_minimum(ends[0], ends[1], left, right)
        margin = 0.1 * (right - left)
        near = min(right - t, t - left) < margin
        if near and (stuck or not left < t < right):  # where little would be learnt: go away from that end
            t = right - margin if abs(t - right) < abs(t - left) else left + margin
            near = False
        stuck = near
        new = at(t)
        tried += 1
        if fell_too_little(new) or new.loss >= ends[low].loss:
            ends[1 - low] = new
            low = lower(ends)
            continue
        if is_flat(new):
            return new, tried + 1
        if new.slope * (ends[1 - low].t - ends[low].t) >= 0:
            ends[1 - low] = ends[low]
        ends[low] = new
    return ends[low], tried + 1


def lower(ends: list[Point]) -> int:
    """Return which of the two points is the lower one."""
    return 0 if ends[0].loss <= ends[1].loss else 1


def cubic_minimum(a: Point, b: Point, left: float, right: float) -> float:
    """Return where the cubic through two points with their slopes is least between `left` and `right`."""
    if a.t > b.t:
        a, b = b, a
    chord = a.slope + b.slope - 3 * quotient(a.loss - b.loss, a.t - b.t)
    square = chord**2 - a.slope * b.slope
    if not square >= 0:  # the cubic has no minimum, or something is NaN
        return (left + right) / 2
    root = math.sqrt(square)
    t = b.t - (b.t - a.t) * quotient(b.slope + root - chord, b.slope - a.slope + 2 * root)
    return min(max(t, left), right)


def quotient(a: float, b: float) -> float:
    """Return a/b as arrays compute it, infinite or NaN for b = 0."""
    return a / b if b else a * math.inf
