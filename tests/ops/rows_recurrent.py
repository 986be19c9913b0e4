"""Rows of ``ops/recurrent.py`` and ``ops/recurrent_layers.py``: two or three steps of two sequences, two units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .tables import Array, Row, Source, away, deprecated, normal, row


def sigmoid(x: Array) -> Array:
    """Without care for overflow."""
    return np.asarray(1 / (1 + np.exp(-x)))


def step(op: str, x: Array, states: Sequence[Array], w: Sequence[Array]) -> list[Array]:
    """One sequence's next states, by the formulas in PyTorch's documentation."""
    w_ih, w_hh, *others = w
    projection = others.pop() if len(others) % 2 else None
    b_ih, b_hh = others or (0, 0)
    of_x, of_h = w_ih @ x + b_ih, w_hh @ states[0] + b_hh
    if op == "rnn_tanh":
        return [np.tanh(of_x + of_h)]
    if op == "rnn_relu":
        return [np.maximum(of_x + of_h, 0)]
    if op == "gru":
        (xr, xz, xn), (hr, hz, hn) = np.split(of_x, 3), np.split(of_h, 3)
        r, z = sigmoid(xr + hr), sigmoid(xz + hz)
        return [(1 - z) * np.tanh(xn + r * hn) + z * states[0]]
    i, f, u, o = np.split(of_x + of_h, 4)
    c = sigmoid(f) * states[1] + sigmoid(i) * np.tanh(u)
    h = sigmoid(o) * np.tanh(c)
    return [h if projection is None else projection @ h, c]


def over(op: str, sequences: Sequence[Array], states: Sequence[Array], params: Sequence[Array], directions: int) -> Any:
    """Each sequence's outputs, and the last states, one layer after the other, one sequence at a time."""
    count = len(states[0]) // directions
    per = len(params) // (count * directions)
    final = [np.empty_like(x) for x in states]
    for layer in range(count):
        outputs = []
        for b, sequence in enumerate(sequences):
            sides = []
            for side in range(directions):
                k = layer * directions + side
                now, found = [x[k, b] for x in states], []
                for x in sequence[::-1] if side else sequence:
                    now = step(op, x, now, params[k * per : (k + 1) * per])
                    found.append(now[0])
                for whole, last in zip(final, now, strict=True):
                    whole[k, b] = last
                sides.append(np.stack(found[::-1] if side else found))
            outputs.append(np.concatenate(sides, axis=1))
        sequences = outputs
    return sequences, final


def recurrent(
    op: str, case: str, *shapes: tuple[int, ...], layers: int = 1, directions: int = 1, biases: bool = True,
    batch_first: bool = False, source: Any = normal, **about: Any,
) -> Row:  # fmt: skip
    """A row: the input's shape, the states', then those of the parameters of one layer and direction."""
    states = 2 if op == "lstm" else 1

    def call(m: Any, x: Any, *rest: Any) -> Any:
        hx = rest[:2] if op == "lstm" else rest[0]
        options = (biases, layers, 0.0, False, directions == 2, batch_first)
        return getattr(m, op)(x, hx, list(rest[states:]), *options)

    def reference(x: Array, *rest: Array) -> Any:
        axis = 0 if batch_first else 1
        sequences, final = over(op, list(np.moveaxis(x, axis, 0)), rest[:states], rest[states:], directions)
        return (np.stack(sequences, axis=axis), *final)

    params = shapes[1 + states :] * (layers * directions)
    operands = (source(*shape) for shape in (*shapes[: 1 + states], *params))
    # PyTorch warns that projections are slow in float32
    return row(f"{op}{case}", deprecated(call), *operands, np=reference, **about)


def packed(op: str, case: str, *shapes: tuple[int, ...], directions: int = 1) -> Row:
    """A row of two sequences, of lengths 3 and 1, packed."""
    states = 2 if op == "lstm" else 1
    sizes = np.array([2, 1, 1])

    def call(m: Any, x: Any, *rest: Any) -> Any:
        hx = rest[:2] if op == "lstm" else rest[0]
        options = (list(rest[states:]), True, 1, 0.0, False, directions == 2)
        return getattr(m, op)(x, m.tensor(sizes), hx, *options)

    def reference(x: Array, *rest: Array) -> Any:
        found, final = over(op, [x[[0, 2, 3]], x[[1]]], rest[:states], rest[states:], directions)
        return (np.concatenate([found[0][:1], found[1], found[0][1:]]), *final)

    params = shapes[1 + states :] * directions
    return row(f"{op}/{case}", call, *(normal(*shape) for shape in (*shapes[: 1 + states], *params)), np=reference)


def cell(op: str, case: str, *shapes: tuple[int, ...], source: Any = normal, **about: Any) -> Row:
    """A row of one step."""
    states = 2 if op == "lstm" else 1

    def call(m: Any, x: Any, *rest: Any) -> Any:
        return getattr(m, f"{op}_cell")(x, rest[:2] if op == "lstm" else rest[0], *rest[states:])

    def reference(x: Array, *rest: Array) -> Any:
        found = [step(op, x[b], [s[b] for s in rest[:states]], rest[states:]) for b in range(len(x))]
        return tuple(np.stack(part) for part in zip(*found, strict=True))

    return row(f"{op}_cell{case}", call, *(source(*shape) for shape in shapes), np=reference, **about)


def aside(*shape: int) -> Source:
    """Numbers whose sums keep away from the kink of relu."""
    return Source(lambda rng, shape: np.abs(away(*shape).draw(rng, shape)) * rng.choice([0.4, 0.7], size=shape), shape)


# PyTorch refuses integers in the layers and cells with gates, and lets them through in some of these.
FLOATS = {"integers": False}

ROWS = [
    recurrent("rnn_tanh", "", (2, 2, 1), (1, 2, 2), (2, 1), (2, 2), (2,), (2,)),
    recurrent("rnn_tanh", "/two layers", (2, 1, 1), (2, 1, 1), (1, 1), (1, 1), layers=2, biases=False),
    packed("rnn_tanh", "packed", (4, 1), (1, 2, 1), (1, 1), (1, 1), (1,), (1,)),
    recurrent("rnn_relu", "", (2, 2, 1), (1, 2, 2), (2, 1), (2, 2), (2,), (2,), source=aside, **FLOATS),
    recurrent("gru", "", (2, 2, 1), (1, 2, 2), (6, 1), (6, 2), (6,), (6,)),
    recurrent("gru", "/no biases, batch first", (1, 3, 2), (1, 1, 1), (3, 2), (3, 1), biases=False, batch_first=True),
    packed("gru", "packed, both ways", (4, 1), (2, 2, 1), (3, 1), (3, 1), (3,), (3,), directions=2),
    recurrent("lstm", "", (2, 2, 1), (1, 2, 2), (1, 2, 2), (8, 1), (8, 2), (8,), (8,)),
    recurrent("lstm", "/both ways", (2, 1, 1), (2, 1, 1), (2, 1, 1), (4, 1), (4, 1), biases=False, directions=2),
    recurrent("lstm", "/projected", (2, 1, 1), (1, 1, 1), (1, 1, 2), (8, 1), (8, 1), (1, 2), biases=False),
    packed("lstm", "packed, both ways", (4, 1), (2, 2, 1), (2, 2, 1), (4, 1), (4, 1), (4,), (4,), directions=2),
    cell("rnn_tanh", "", (2, 1), (2, 2), (2, 1), (2, 2), (2,), (2,), **FLOATS),
    cell("rnn_relu", "", (2, 1), (2, 2), (2, 1), (2, 2), (2,), (2,), source=aside, **FLOATS),
    cell("gru", "", (2, 1), (2, 2), (6, 1), (6, 2), (6,), (6,)),
    cell("lstm", "", (2, 1), (2, 2), (2, 2), (8, 1), (8, 2), (8,), (8,)),
    cell("lstm", "/no biases", (2, 1), (2, 1), (2, 1), (4, 1), (4, 1)),
]
