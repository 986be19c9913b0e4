"""PyTorch's forms of recurrence: its cells, a step at a time.

May import: the files before it.  Read next: ``table.py``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from .twin import Twin


def walked(
    t: Any, x: Any, states: tuple[Any, ...], step: Callable[..., Any], batch_sizes: Any, reverse: bool, kept: int
) -> tuple[Any, ...]:
    """Take ``step(x, *states)`` through a packed batch; its first results are the next states."""
    order = list(zip(itertools.accumulate(batch_sizes), batch_sizes, strict=True))
    found: list[tuple[Any, ...]] = []
    for end, n in reversed(order) if reverse else order:
        results = step(x[end - n : end], *(state[:n] for state in states))
        found.append(results)
        states = tuple(t.cat([new, state[n:]]) for new, state in zip(results, states, strict=False))
    return tuple(t.cat(parts[::-1] if reverse else parts) for parts in list(zip(*found, strict=True))[:kept])


def rnn(t: Any, x: Any, h0: Any, w_hh: Any, batch_sizes: Any, reverse: bool, nonlinearity: str) -> Any:
    """What the input contributes comes in ready, as by the unit matrix."""
    cell, unit = getattr(t, f"rnn_{nonlinearity}_cell"), t.eye(x.shape[1], dtype=x.dtype)
    return walked(t, x, (h0,), lambda a, h: (cell(a, h, unit, w_hh),), batch_sizes, reverse, 1)[0]


def gru(t: Any, x: Any, h0: Any, w_hh: Any, b_hh: Any, batch_sizes: Any, reverse: bool) -> Any:
    """PyTorch wants both biases or none."""
    unit, none = t.eye(x.shape[1], dtype=x.dtype), None if b_hh is None else t.zeros_like(b_hh)
    return walked(t, x, (h0,), lambda a, h: (t.gru_cell(a, h, unit, w_hh, none, b_hh),), batch_sizes, reverse, 1)[0]


def lstm(t: Any, x: Any, h0: Any, c0: Any, w_hh: Any, w_hr: Any, batch_sizes: Any, reverse: bool) -> Any:
    """The gates are asked for as well, which PyTorch does not give; and its cells have no projections."""

    def step(a: Any, h: Any, c: Any) -> tuple[Any, ...]:
        i, f, u, o = (a + t.nn.functional.linear(h, w_hh)).chunk(4, 1)
        i, f, u, o = i.sigmoid(), f.sigmoid(), u.tanh(), o.sigmoid()
        c = f * c + i * u
        h = o * c.tanh()
        return h if w_hr is None else t.nn.functional.linear(h, w_hr), c, t.cat([i, f, u, o], 1)

    return walked(t, x, (h0, c0), step, batch_sizes, reverse, 3)


def steps(y: Any, x: Any, h0: Any, *others: Any, batch_sizes: Any, **_: Any) -> int:
    """Errors are carried on from step to step, each of which sums over the states."""
    return int(4 * len(batch_sizes) * (h0.shape[1] + 4))


def steps_back(i: int, y: Any, x: Any, h0: Any, *others: Any, batch_sizes: Any, **_: Any) -> int:
    """Back through time, over the gates; and of a weight, over all elements of all sequences."""
    return int(4 * len(batch_sizes) * (x.shape[1] + 4) + x.shape[0])


def no_smaller_than_one(t: Any, y: Any, *_: Any, **__: Any) -> Any:
    """Sums of what may cancel are squeezed by σ and tanh to numbers around 1."""
    return y.abs() + 1


def each_around_one(t: Any, y: Any, x: Any, h0: Any, c0: Any, *_: Any, **__: Any) -> Any:
    """The same of h, c and the gates."""
    return y.abs() + 1, t.ones(len(x), c0.shape[1], dtype=x.dtype), t.ones_like(x)


def largest_cotangent(t: Any, i: int, g: Any, y: Any, *operands: Any, **__: Any) -> Any:
    """A share is a sum, over steps and units, of cotangents times numbers around 1 and weights."""
    several = g if isinstance(g, tuple) else (g,)
    total = sum((part.abs().sum() for part in several if part is not None), t.zeros(()))
    weights = 1 + max(x.abs().max() for x in operands[1:] if x is not None and x.numel())
    return (total * weights).expand(operands[i].shape)


OPTIONS: dict[str, Any] = {
    "terms": steps,
    "terms_back": steps_back,
    "size": no_smaller_than_one,
    "size_back": largest_cotangent,
}
TWINS: dict[str, Twin] = {
    "rnn": Twin(rnn, **OPTIONS),
    "gru": Twin(gru, **OPTIONS),
    "lstm": Twin(lstm, **{**OPTIONS, "size": each_around_one}),
}
PULLBACKS = ("rnn_pullback", "gru_pullback", "lstm_pullback")
