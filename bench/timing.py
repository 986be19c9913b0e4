"""How a ratio is measured.

Two programs are timed alternately, in changing order, in one process; each round gives one *paired* ratio, so
that whatever slows the machine for a while slows both.  Reported are the medians, the median of the paired
ratios, and its 95 % confidence interval by the bootstrap.
"""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field


@dataclass
class Comparison:
    """The result of one job: medians in seconds per unit of work, and ours against each peer.

    Attributes
    ----------
    job : str
        Its name.
    unit : str
        What one number of seconds or bytes is for.
    ours : str
        Which of the peers is ours.
    medians : dict of str to float
        Per peer, the median.
    ratio, low, high : dict of str to float
        Per other peer, ours divided by it, and the 95 % interval.
    limit : dict of str to float
        What the ratio must not exceed.
    """

    job: str
    unit: str
    ours: str
    medians: dict[str, float]
    ratio: dict[str, float] = field(default_factory=dict)
    low: dict[str, float] = field(default_factory=dict)
    high: dict[str, float] = field(default_factory=dict)
    limit: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return asdict(self)


def interleave(programs: dict[str, Callable[[], object]], rounds: int, calls: int) -> dict[str, list[float]]:
    """Time programs alternately.

    Parameters
    ----------
    programs : dict of str to callable
        What to time.
    rounds : int
        How often each is timed.
    calls : int
        How many calls one timing covers.

    Returns
    -------
    dict of str to list of float
        Seconds per call, a number per round.
    """
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for program in programs.values():  # warm up: caches, lazy imports
        for _ in range(max(1, calls // 4)):
            program()
    names = list(programs)
    gc.collect()
    gc.disable()
    try:
        for i in range(rounds):
            for name in names if i % 2 else reversed(names):
                program = programs[name]
                start = time.perf_counter()
                for _ in range(calls):
                    program()
                seconds[name].append((time.perf_counter() - start) / calls)
    finally:
        gc.enable()
    return seconds


def compare(
    job: str, unit: str, ours: str, numbers: dict[str, list[float]], limit: dict[str, float], scale: float = 1.0
) -> Comparison:
    """Turn rounds of numbers into medians and paired ratios."""
    result = Comparison(job, unit, ours, {n: statistics.median(v) * scale for n, v in numbers.items()}, limit=limit)
    for name, values in numbers.items():
        if name != ours:
            paired = [a / b for a, b in zip(numbers[ours], values, strict=True)]
            result.ratio[name] = statistics.median(paired)
            result.low[name], result.high[name] = interval(paired)
    return result


def interval(values: list[float], resamples: int = 2000) -> tuple[float, float]:
    """Return the 95 % confidence interval of a median by the bootstrap (Efron, 1979)."""
    draw = random.Random(0)
    medians = sorted(statistics.median(draw.choices(values, k=len(values))) for _ in range(resamples))
    return medians[int(0.025 * resamples)], medians[int(0.975 * resamples)]
