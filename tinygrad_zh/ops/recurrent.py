r"""Floor 2: recurrence: a state that goes from step to step, and the gradient that comes back through time.

    rnn     h′ = tanh(a)  or relu(a)
    gru     r, z = σ(a),  n = tanh(x_n + r ⊙ (W_n h + b_n)),  h′ = n + z ⊙ (h − n)
    lstm    i, f, o = σ(a),  u = tanh(a),  c′ = f ⊙ c + i ⊙ u,  h′ = o ⊙ tanh(c′), or W_hr times that

with a = x + W_hh h, where x is what the step's input contributes: one matmul for all steps, outside.

Each of the three is one primitive over a whole sequence, with one pullback, so that a kernel may take the place of
either.  Sequences of different lengths are packed: first the first elements of all sequences, longest first, then the
second elements of those that have one, ….  ``batch_sizes`` says how many there are at each step; sequences of equal
length are a packed batch like any other.  All formulas are written once, for arrays and for Tensors; on arrays the
pullback takes the gates that the forward pass has kept, on recorded Tensors it computes them again, and so can be
differentiated.

May import: floors 0–1, ``activation``, ``elementwise``, ``fusable``, ``join``, ``shape``.
Read next: ``recurrent_layers.py``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from ..core.primitive import primitive
from .activation import relu as relu_p
from .activation import sigmoid
from .elementwise import tanh
from .fusable import Fusable
from .join import cat_p, zeros_beside
from .shape import sum_to

# -- what differs between arrays and Tensors -------------------------------------------------------------


class Reading(NamedTuple):
    """The functions that the formulas below need beside operators, ``@``, ``.T`` and slices."""

    sigmoid: Callable[[Any], Any]
    tanh: Callable[[Any], Any]
    relu: Callable[[Any], Any]
    zeros_like: Callable[[Any], Any]
    join: Callable[[Sequence[Any], int], Any]


TENSORS = Reading(sigmoid, tanh, relu_p, lambda x: zeros_beside(x, x.shape), lambda parts, dim: cat_p(*parts, dim=dim))


def arrays(xp: Any) -> Reading:
    """Return the reading on arrays; that e⁻ˣ may overflow does no harm, for 1/∞ is 0."""
    return Reading(
        lambda x: 1 / (1 + xp.exp(-x)),
        xp.tanh,
        lambda x: xp.maximum(x, 0),
        xp.zeros_like,
        lambda parts, dim: xp.concatenate(parts, axis=dim),
    )


# -- walking through a packed batch -------------------------------------------------------------------------

Walk = list[tuple[int, int]]
"""The steps in the order they are taken: at which row each begins, and how many sequences take part."""


def walk_through(batch_sizes: tuple[int, ...], reverse: bool) -> Walk:
    """Return the steps from the first to the last, or in reverse."""
    steps = [(end - n, n) for end, n in zip(itertools.accumulate(batch_sizes), batch_sizes, strict=True)]
    return steps[::-1] if reverse else steps


def rows(x: Any, start: int, count: int) -> Any:
    """Return what belongs to one step."""
    return x[start : start + count]


def updated(m: Reading, state: Any, some: Any) -> Any:
    """Return the states after a step in which only the first sequences have taken part."""
    count = some.shape[0]
    return some if count == state.shape[0] else m.join([some, state[count:]], 0)


def before_each(m: Reading, first: Any, states: Any, walk: Walk) -> Iterator[Any]:
    """Yield for every step the states that it began with."""
    state = first
    for start, n in walk:
        yield state[:n]
        state = updated(m, state, rows(states, start, n))


def in_time(m: Reading, parts: list[Any], walk: Walk) -> Any:
    """Join what has been found on a walk, the first step first."""
    return m.join(parts if walk[0][0] == 0 else parts[::-1], 0)


def added(share: Any, g: Any, start: int, count: int) -> Any:
    """Add the cotangent of a step's result to what has come back from later steps."""
    return share[:count] if g is None else share[:count] + rows(g, start, count)


def parts_of(x: Any, count: int) -> tuple[Any, ...]:
    """Cut the last dimension into equal parts."""
    size = x.shape[1] // count
    return tuple(x[:, k * size : (k + 1) * size] for k in range(count))


# -- RNN -------------------------------------------------------------------------------------------------


def rnn_states(m: Reading, x: Any, h0: Any, w_hh: Any, walk: Walk, nonlinearity: str) -> Any:
    """h′ = tanh(x + W h), or relu"""
    state, found = h0, []
    for start, n in walk:
        a = rows(x, start, n) + state[:n] @ w_hh.T
        found.append(m.tanh(a) if nonlinearity == "tanh" else m.relu(a))
        state = updated(m, state, found[-1])
    return in_time(m, found, walk)


def rnn_back(
    m: Reading, g: Any, h0: Any, w_hh: Any, h: Any, walk: Walk, nonlinearity: str
) -> tuple[Any, ...]:  # fmt: skip
    """Da = dh ⊙ (1 − h²), or dh where h > 0; then dh of the step before is W da."""
    dh, found = m.zeros_like(h0), []
    for start, n in reversed(walk):
        mine, y = added(dh, g, start, n), rows(h, start, n)
        da = mine * (1 - y * y) if nonlinearity == "tanh" else mine * (y > 0)
        found.append(da)
        dh = updated(m, dh, da @ w_hh)
    dx = in_time(m, found, walk[::-1])
    return dx, dh, dx.T @ in_time(m, list(before_each(m, h0, h, walk)), walk)


def rnn_pullback_value(
    xp: Any, g: Any, x: Any, h0: Any, w_hh: Any, h: Any, *, batch_sizes: tuple[int, ...], reverse: bool,
    nonlinearity: str,
) -> tuple[Any, ...]:  # fmt: skip
    """The same on arrays, from the states that the forward pass has kept."""
    return rnn_back(arrays(xp), g, h0, w_hh, h, walk_through(batch_sizes, reverse), nonlinearity)


def rnn_pullback_formula(
    g: Any, x: Any, h0: Any, w_hh: Any, h: Any, *, batch_sizes: tuple[int, ...], reverse: bool, nonlinearity: str
) -> tuple[Any, ...]:
    """Compute the states again, and go back through time."""
    walk = walk_through(batch_sizes, reverse)
    h = rnn_states(TENSORS, x, h0, w_hh, walk, nonlinearity)
    return rnn_back(TENSORS, g, h0, w_hh, h, walk, nonlinearity)


rnn_pullback = Fusable(rnn_pullback_formula, rnn_pullback_value, outputs=0, name="rnn_pullback")


@primitive(
    r"\operatorname{rnn}(<x>, <h0>, <w_hh>)",
    vjp=lambda g, x, h0, w_hh, y, batch_sizes, reverse, nonlinearity: rnn_pullback(
        g, x, h0, w_hh, y, batch_sizes=batch_sizes, reverse=reverse, nonlinearity=nonlinearity
    ),
    tex_rules={
        "x": r"da_{t} = \left(g_{t} + W_{hh}^{\top} da_{t+1}\right) \odot \phi'(a_{t})",
        "h0": r"W_{hh}^{\top} da_{1}",
        "w_hh": r"\sum_{t} da_{t} h_{t-1}^{\top}",
    },
    name="rnn",
)
def rnn_p(
    xp: Any, x: Any, h0: Any, w_hh: Any, *, batch_sizes: tuple[int, ...], reverse: bool, nonlinearity: str
) -> Any:
    """Return the states after all steps, packed like `x`; h₀ has the shape (B, H), `w_hh` (H, H)."""
    return rnn_states(arrays(xp), x, h0, w_hh, walk_through(batch_sizes, reverse), nonlinearity)


# -- GRU -------------------------------------------------------------------------------------------------


def gru_step(m: Reading, of_x: Any, of_state: Any, h: Any) -> tuple[Any, ...]:
    """Return the new h, then r, z, n and W_n h + b_n."""
    x_r, x_z, x_n = parts_of(of_x, 3)
    h_r, h_z, h_n = parts_of(of_state, 3)
    r, z = m.sigmoid(x_r + h_r), m.sigmoid(x_z + h_z)
    new = m.tanh(x_n + r * h_n)
    return new + z * (h - new), r, z, new, h_n


def gru_states(m: Reading, x: Any, h0: Any, w_hh: Any, b_hh: Any, walk: Walk) -> tuple[Any, Any]:
    """Return the states, and of every step r, z, n and W_n h + b_n."""
    state, found, kept = h0, [], []
    for start, n in walk:
        h = state[:n]
        from_state = h @ w_hh.T if b_hh is None else h @ w_hh.T + b_hh
        output, *gates = gru_step(m, rows(x, start, n), from_state, h)
        found.append(output)
        kept.append(m.join(gates, 1))
        state = updated(m, state, found[-1])
    return in_time(m, found, walk), in_time(m, kept, walk)


def gru_back(
    m: Reading, g: Any, h0: Any, w_hh: Any, b_hh: Any, h: Any, gates: Any, walk: Walk
) -> tuple[Any, ...]:  # fmt: skip
    """Go back through time; the cotangents of x and of W h + b differ by the factor r of the new state."""
    dh, of_x, of_state = m.zeros_like(h0), [], []
    before = list(before_each(m, h0, h, walk))
    for (start, n), h_before in zip(reversed(walk), reversed(before), strict=True):
        mine = added(dh, g, start, n)
        r, z, new, h_n = parts_of(rows(gates, start, n), 4)
        d_new = mine * (1 - z) * (1 - new * new)
        d_r = d_new * h_n * r * (1 - r)
        d_z = mine * (h_before - new) * z * (1 - z)
        of_x.append(m.join([d_r, d_z, d_new], 1))
        of_state.append(m.join([d_r, d_z, d_new * r], 1))
        dh = updated(m, dh, mine * z + of_state[-1] @ w_hh)
    back = walk[::-1]
    d_state = in_time(m, of_state, back)
    shares = (in_time(m, of_x, back), dh, d_state.T @ in_time(m, before, walk))
    return shares if b_hh is None else (*shares, sum_to(d_state, shape=b_hh.shape))


def gru_pullback_value(
    xp: Any, g: Any, x: Any, h0: Any, w_hh: Any, b_hh: Any, h: Any, gates: Any, *,
    batch_sizes: tuple[int, ...], reverse: bool,
) -> tuple[Any, ...]:  # fmt: skip
    """The same on arrays, from the gates that the forward pass has kept."""
    return gru_back(arrays(xp), g, h0, w_hh, b_hh, h, gates, walk_through(batch_sizes, reverse))


def gru_pullback_formula(
    g: Any, x: Any, h0: Any, w_hh: Any, b_hh: Any, h: Any, gates: Any, *, batch_sizes: tuple[int, ...], reverse: bool
) -> tuple[Any, ...]:
    """Compute states and gates again, and go back through time."""
    walk = walk_through(batch_sizes, reverse)
    h, gates = gru_states(TENSORS, x, h0, w_hh, b_hh, walk)
    return gru_back(TENSORS, g, h0, w_hh, b_hh, h, gates, walk)


gru_pullback = Fusable(gru_pullback_formula, gru_pullback_value, outputs=0, name="gru_pullback")


@primitive(
    r"\operatorname{gru}(<x>, <h0>, <w_hh>, <b_hh>)",
    aux=("gates",),
    vjp=lambda g, x, h0, w_hh, b_hh, y, gates, batch_sizes, reverse: (
        *gru_pullback(g, x, h0, w_hh, b_hh, y, gates, batch_sizes=batch_sizes, reverse=reverse),
        *((None,) if b_hh is None else ()),
    ),
    tex_rules={
        "x": r"da_{t} = (dr, dz, dn),\quad dn = dh_{t} \odot (1 - z) \odot (1 - n^{2}),"
        r"\quad dz = dh_{t} \odot (h_{t-1} - n) \odot z (1 - z),\quad dr = dn \odot (W_{n} h + b_{n}) \odot r (1 - r)",
        "h0": r"dh_{1} \odot z + W_{hh}^{\top} (dr, dz, dn \odot r)",
        "w_hh": r"\sum_{t} (dr, dz, dn \odot r)_{t}\, h_{t-1}^{\top}",
        "b_hh": r"\sum_{t} (dr, dz, dn \odot r)_{t}",
    },
    name="gru",
)
def gru_p(
    xp: Any, x: Any, h0: Any, w_hh: Any, b_hh: Any, *, batch_sizes: tuple[int, ...], reverse: bool
) -> Any:  # fmt: skip
    """Return the states after all steps; `x` (N, 3H) and `w_hh` (3H, H) hold r, z and n one after the other."""
    return gru_states(arrays(xp), x, h0, w_hh, b_hh, walk_through(batch_sizes, reverse))


# -- LSTM ------------------------------------------------------------------------------------------------


def lstm_step(m: Reading, a: Any, c: Any) -> tuple[Any, ...]:
    """Return the gates i, f, o, the candidate u between them, and the new c and h."""
    i, f, u, o = parts_of(a, 4)
    i, f, u, o = m.sigmoid(i), m.sigmoid(f), m.tanh(u), m.sigmoid(o)
    c = f * c + i * u
    return i, f, u, o, c, o * m.tanh(c)


def lstm_states(
    m: Reading, x: Any, h0: Any, c0: Any, w_hh: Any, w_hr: Any, walk: Walk
) -> tuple[Any, Any, Any]:  # fmt: skip
    """Return h, c and the gates i, f, u, o of every step."""
    h, c, outputs, cells, kept = h0, c0, [], [], []
    for start, n in walk:
        *gates, new, output = lstm_step(m, rows(x, start, n) + h[:n] @ w_hh.T, c[:n])
        output = output if w_hr is None else output @ w_hr.T
        outputs.append(output)
        cells.append(new)
        kept.append(m.join(gates, 1))
        h, c = updated(m, h, output), updated(m, c, new)
    return in_time(m, outputs, walk), in_time(m, cells, walk), in_time(m, kept, walk)


def lstm_back(
    m: Reading, g_h: Any, g_c: Any, h0: Any, c0: Any, w_hh: Any, w_hr: Any, h: Any, c: Any, gates: Any, walk: Walk
) -> tuple[Any, ...]:
    """Go back through time; c hands its cotangent on, times the forget gate."""
    dh, dc, found, of_output, unprojected = m.zeros_like(h0), m.zeros_like(c0), [], [], []
    before = list(before_each(m, c0, c, walk))
    for (start, n), c_before in zip(reversed(walk), reversed(before), strict=True):
        mine = added(dh, g_h, start, n)
        i, f, u, o = parts_of(rows(gates, start, n), 4)
        shown = m.tanh(rows(c, start, n))
        if w_hr is not None:
            of_output.append(mine)
            unprojected.append(o * shown)
            mine = mine @ w_hr
        d_c = added(dc, g_c, start, n) + mine * o * (1 - shown * shown)
        d_i, d_f = d_c * u * i * (1 - i), d_c * c_before * f * (1 - f)
        d_u, d_o = d_c * i * (1 - u * u), mine * shown * o * (1 - o)
        found.append(m.join([d_i, d_f, d_u, d_o], 1))
        dh, dc = updated(m, dh, found[-1] @ w_hh), updated(m, dc, d_c * f)
    back = walk[::-1]
    dx = in_time(m, found, back)
    shares = (dx, dh, dc, dx.T @ in_time(m, list(before_each(m, h0, h, walk)), walk))
    return shares if w_hr is None else (*shares, in_time(m, of_output, back).T @ in_time(m, unprojected, back))


def lstm_pullback_value(
    xp: Any, g_h: Any, g_c: Any, x: Any, h0: Any, c0: Any, w_hh: Any, w_hr: Any, h: Any, c: Any, gates: Any, *,
    batch_sizes: tuple[int, ...], reverse: bool,
) -> tuple[Any, ...]:  # fmt: skip
    """The same on arrays, from the gates that the forward pass has kept."""
    return lstm_back(arrays(xp), g_h, g_c, h0, c0, w_hh, w_hr, h, c, gates, walk_through(batch_sizes, reverse))


def lstm_pullback_formula(
    g_h: Any, g_c: Any, x: Any, h0: Any, c0: Any, w_hh: Any, w_hr: Any, h: Any, c: Any, gates: Any, *,
    batch_sizes: tuple[int, ...], reverse: bool,
) -> tuple[Any, ...]:  # fmt: skip
    """Compute states and gates again, and go back through time."""
    walk = walk_through(batch_sizes, reverse)
    h, c, gates = lstm_states(TENSORS, x, h0, c0, w_hh, w_hr, walk)
    return lstm_back(TENSORS, g_h, g_c, h0, c0, w_hh, w_hr, h, c, gates, walk)


lstm_pullback = Fusable(lstm_pullback_formula, lstm_pullback_value, outputs=0, name="lstm_pullback")


@primitive(
    r"\operatorname{lstm}(<x>, <h0>, <c0>, <w_hh>, <w_hr>)",
    outputs=0,
    vjp=lambda g, x, h0, c0, w_hh, w_hr, y, batch_sizes, reverse: (
        *lstm_pullback(g[0], g[1], x, h0, c0, w_hh, w_hr, *y, batch_sizes=batch_sizes, reverse=reverse),
        *((None,) if w_hr is None else ()),
    ),
    tex_rules={
        "x": r"da_{t} = (di, df, du, do),\quad dc_{t} \mathrel{+}= dh_{t} \odot o \odot (1 - \tanh^{2} c_{t}),"
        r"\quad di = dc_{t} \odot u \odot i (1 - i),\quad df = dc_{t} \odot c_{t-1} \odot f (1 - f),"
        r"\quad du = dc_{t} \odot i \odot (1 - u^{2}),\quad do = dh_{t} \odot \tanh c_{t} \odot o (1 - o)",
        "h0": r"W_{hh}^{\top} da_{1}",
        "c0": r"dc_{1} \odot f_{1}",
        "w_hh": r"\sum_{t} da_{t} h_{t-1}^{\top}",
        "w_hr": r"\sum_{t} dh_{t} \left(o_{t} \odot \tanh c_{t}\right)^{\top}",
    },
    name="lstm",
)
def lstm_p(
    xp: Any, x: Any, h0: Any, c0: Any, w_hh: Any, w_hr: Any, *, batch_sizes: tuple[int, ...], reverse: bool
) -> Any:
    """Return h and c after all steps, and the gates for the way back; `x` and `w_hh` hold i, f, u, o in this order."""
    return lstm_states(arrays(xp), x, h0, c0, w_hh, w_hr, walk_through(batch_sizes, reverse))
