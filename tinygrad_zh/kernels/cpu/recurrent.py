r"""Floor 2: RNN, LSTM and GRU over a whole packed sequence, forward and back: two steps of each per step in time.

    a = x + W h by BLAS, which adds to x;  then gates and states from a in one pass
    backwards: da from dh in one pass;  then dh of the step before, W da, by BLAS;  ∂L/∂W = Σ da hᵀ of all steps at once

Cost: the products, and some ten numbers per unit and step, in the cache; the formula makes fifteen arrays at every
step.  Products with W hold four fifths of the time; going forward they take Wᵀ, which BLAS has ready sooner.

Numerical device: that of ``hyperbolic.py``.  A step in which only the first sequences take part leaves the others'
states as they are.

May import: floor 0 only.  Read next: ``blas.py``; the formulas are in ``../../ops/recurrent.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...aliases import Array
from .blas import add_product
from .compiling import compiled
from .exponential import larger
from .flat import computes_in
from .hyperbolic import sigmoid_of, tanh_of
from .linear import sum_to

BatchSizes = tuple[int, ...]


def usable(*arrays: Array | None) -> list[Any] | None:
    """Return arrays without gaps, empty ones for None; None if they are not all of one dtype float32 or float64."""
    dtype = next(x.dtype for x in arrays if x is not None)
    if computes_in(dtype) is not dtype or any(x is not None and (x.dtype != dtype or not x.size) for x in arrays):
        return None
    return [np.empty((0, 0), dtype) if x is None else np.ascontiguousarray(x) for x in arrays]


def walk(batch_sizes: BatchSizes, reverse: bool) -> Any:
    """Return the steps in the order they are taken: where in the packed batch each begins, and how many take part."""
    counts = np.array(batch_sizes, np.int64)
    steps = np.stack((np.cumsum(counts) - counts, counts), axis=1)
    return np.ascontiguousarray(steps[::-1]) if reverse else steps  # (T, 2)


@compiled()
def before_each(steps: Array, first: Array, states: Array, before: Array) -> None:
    """Write the state with which each step began, packed."""
    state = first.copy()
    for t in range(steps.shape[0]):
        start, n = steps[t]
        before[start : start + n] = state[:n]
        state[:n] = states[start : start + n]


def of_weights(d: Array, steps: Array, first: Array, states: Array) -> Array:
    """Return Σ da hᵀ, with the states h before each step."""
    before = np.empty((len(d), first.shape[1]), d.dtype)
    before_each(steps, first, states, before)
    return np.matmul(d.T, before)


@compiled()
def add_rows(x: Array, y: Array) -> None:
    """Add the rows of y, if there are some."""
    if y.size:
        for j in range(x.size):
            x[j] += y[j]


# -- RNN -----------------------------------------------------------------------------------------------


@compiled("contract")
def walk_rnn(steps: Array, x: Array, h0: Array, w_t: Array, is_tanh: bool, h: Array) -> None:
    """Write the states of all steps."""
    size = w_t.shape[0]
    one, zero = h.dtype.type(1), h.dtype.type(0)
    state = h0.copy()
    for t in range(steps.shape[0]):
        start, n = steps[t]
        now = h[start : start + n]
        now[:] = x[start : start + n]
        add_product(
            False, False, n, size, size, one, state.ctypes.data, size, w_t.ctypes.data, size, one, now.ctypes.data, size
        )
        for r in range(n):
            row = now[r]
            if is_tanh:
                for j in range(size):
                    row[j] = tanh_of(row[j])
            else:
                for j in range(size):
                    row[j] = larger(row[j], zero)
        state[:n] = now


def rnn(xp: Any, x: Array, h0: Array, w_hh: Array, *, batch_sizes: BatchSizes, reverse: bool, nonlinearity: str) -> Any:
    """Return the states after all steps; see the primitive of this name."""
    found = usable(x, h0, w_hh)
    if found is None:
        return NotImplemented
    x, h0, w = found
    h = np.empty_like(x)
    walk_rnn(walk(batch_sizes, reverse), x, h0, np.ascontiguousarray(w.T), nonlinearity == "tanh", h)
    return h


@compiled("contract")
def walk_rnn_back(steps: Array, g: Array, w: Array, h: Array, is_tanh: bool, dx: Array, dh: Array) -> None:
    """Write the cotangents of all steps' a, and that of the first state."""
    size, item = w.shape[1], h.itemsize
    one, zero = h.dtype.type(1), h.dtype.type(0)
    for t in range(steps.shape[0] - 1, -1, -1):
        start, n = steps[t]
        for r in range(n):
            mine, y, da = dh[r], h[start + r], dx[start + r]
            add_rows(mine, g[start + r])
            if is_tanh:
                for j in range(size):
                    da[j] = mine[j] * (one - y[j] * y[j])
            else:
                for j in range(size):
                    da[j] = mine[j] * (one if y[j] > zero else zero)
        add_product(
            False, False, n, size, size, one, dx.ctypes.data + start * size * item, size, w.ctypes.data, size, zero,
            dh.ctypes.data, size,
        )  # fmt: skip


def rnn_pullback(
    xp: Any, g: Array, x: Array, h0: Array, w_hh: Array, h: Array, *, batch_sizes: BatchSizes, reverse: bool,
    nonlinearity: str,
) -> Any:  # fmt: skip
    """Return the gradients of x, h0 and w_hh; see the fusable formula of this name."""
    found = usable(g, h0, w_hh, h)
    if found is None:
        return NotImplemented
    g, h0, w, h = found
    steps, dx, dh = walk(batch_sizes, reverse), np.empty_like(h), np.zeros_like(h0)
    walk_rnn_back(steps, g, w, h, nonlinearity == "tanh", dx, dh)
    return dx, dh, of_weights(dx, steps, h0, h)


# -- LSTM ----------------------------------------------------------------------------------------------


@compiled("contract")
def lstm_cell(a: Array, c: Array, after: Array, output: Array) -> None:
    """Make the gates of a; write the new c and o ⊙ tanh c′."""
    size = c.size
    i, f, u, o = a[:size], a[size : 2 * size], a[2 * size : 3 * size], a[3 * size :]
    for j in range(size):
        i[j], f[j], u[j], o[j] = sigmoid_of(i[j]), sigmoid_of(f[j]), tanh_of(u[j]), sigmoid_of(o[j])
    for j in range(size):
        after[j] = f[j] * c[j] + i[j] * u[j]
        output[j] = o[j] * tanh_of(after[j])


@compiled()
def walk_lstm(
    steps: Array, x: Array, h0: Array, c0: Array, w_t: Array, w_hr: Array, h: Array, c: Array, gates: Array
) -> None:
    """Write h, c and the gates of all steps."""
    (width, rows), size = w_t.shape, c0.shape[1]
    one, zero = h.dtype.type(1), h.dtype.type(0)
    state, cell, output = h0.copy(), c0.copy(), np.empty_like(c0)
    for t in range(steps.shape[0]):
        start, n = steps[t]
        now, a = h[start : start + n], gates[start : start + n]
        a[:] = x[start : start + n]
        add_product(
            False, False, n, rows, width, one, state.ctypes.data, width, w_t.ctypes.data, rows, one, a.ctypes.data, rows
        )
        for r in range(n):
            lstm_cell(a[r], cell[r], c[start + r], output[r] if w_hr.size else now[r])
        if w_hr.size:
            add_product(
                False, True, n, width, size, one, output.ctypes.data, size, w_hr.ctypes.data, size, zero,
                now.ctypes.data, width,
            )  # fmt: skip
        state[:n] = now
        cell[:n] = c[start : start + n]


def lstm(
    xp: Any, x: Array, h0: Array, c0: Array, w_hh: Array, w_hr: Array | None, *, batch_sizes: BatchSizes, reverse: bool
) -> Any:
    """Return h, c and the gates of all steps; see the primitive of this name."""
    found = usable(x, h0, c0, w_hh, w_hr)
    if found is None:
        return NotImplemented
    x, h0, c0, w, projection = found
    h, c, gates = (np.empty((len(x), n), x.dtype) for n in (h0.shape[1], c0.shape[1], x.shape[1]))
    walk_lstm(walk(batch_sizes, reverse), x, h0, c0, np.ascontiguousarray(w.T), projection, h, c, gates)
    return h, c, gates


@compiled("contract")
def lstm_cell_back(mine: Array, dc: Array, gates: Array, before: Array, c: Array, da: Array, output: Array) -> None:
    """Write the cotangent of a; replace that of c′ by that of c.  If asked for, write o ⊙ tanh c′ into `output`."""
    size = c.size
    i, f, u, o = gates[:size], gates[size : 2 * size], gates[2 * size : 3 * size], gates[3 * size :]
    d_i, d_f, d_u, d_o = da[:size], da[size : 2 * size], da[2 * size : 3 * size], da[3 * size :]
    one = c.dtype.type(1)
    for j in range(size):
        shown = tanh_of(c[j])
        d_o[j] = mine[j] * shown * o[j] * (one - o[j])
        dc[j] += mine[j] * o[j] * (one - shown * shown)
    for j in range(size):
        d_i[j] = dc[j] * u[j] * i[j] * (one - i[j])
        d_u[j] = dc[j] * i[j] * (one - u[j] * u[j])
    for j in range(size):
        d_f[j] = dc[j] * before[j] * f[j] * (one - f[j])
        dc[j] *= f[j]
    for j in range(output.size):
        output[j] = o[j] * tanh_of(c[j])


@compiled()
def walk_lstm_back(
    steps: Array, g_h: Array, g_c: Array, c0: Array, w: Array, w_hr: Array, c: Array, gates: Array, dx: Array,
    dh: Array, dc: Array, of_output: Array, outputs: Array,
) -> None:  # fmt: skip
    """Write the cotangents of all steps' a, those of the first states, and what w_hr has been multiplied with."""
    (rows, width), size, item = w.shape, c.shape[1], c.itemsize
    one, zero = c.dtype.type(1), c.dtype.type(0)
    unprojected = np.empty((dh.shape[0], size if w_hr.size else 0), c.dtype)
    for t in range(steps.shape[0] - 1, -1, -1):
        start, n = steps[t]
        for r in range(n):
            if g_h.size:
                add_rows(dh[r], g_h[start + r])
            if g_c.size:
                add_rows(dc[r], g_c[start + r])
        if w_hr.size:
            of_output[start : start + n] = dh[:n]
            add_product(
                False, False, n, size, width, one, dh.ctypes.data, width, w_hr.ctypes.data, size, zero,
                unprojected.ctypes.data, size,
            )  # fmt: skip
        earlier, taken = (steps[t - 1, 0], steps[t - 1, 1]) if t else (0, 0)
        for r in range(n):
            k = start + r
            mine = unprojected[r] if w_hr.size else dh[r]
            before = c[earlier + r] if r < taken else c0[r]
            lstm_cell_back(mine, dc[r], gates[k], before, c[k], dx[k], outputs[k if w_hr.size else 0])
        add_product(
            False, False, n, width, rows, one, dx.ctypes.data + start * rows * item, rows, w.ctypes.data, width, zero,
            dh.ctypes.data, width,
        )  # fmt: skip


def lstm_pullback(
    xp: Any, g_h: Array | None, g_c: Array | None, x: Array, h0: Array, c0: Array, w_hh: Array, w_hr: Array | None,
    h: Array, c: Array, gates: Array, *, batch_sizes: BatchSizes, reverse: bool,
) -> Any:  # fmt: skip
    """Return the gradients of x, h0, c0, w_hh, and of w_hr; see the fusable formula of this name."""
    found = usable(g_h, g_c, h0, c0, w_hh, w_hr, h, c, gates)
    if found is None:
        return NotImplemented
    g_h, g_c, h0, c0, w, projection, h, c, gates = found
    steps = walk(batch_sizes, reverse)
    dx, dh, dc = np.empty_like(gates), np.zeros_like(h0), np.zeros_like(c0)
    of_output, outputs = (np.empty(x.shape if w_hr is not None else (1, 0), x.dtype) for x in (h, c))
    walk_lstm_back(steps, g_h, g_c, c0, w, projection, c, gates, dx, dh, dc, of_output, outputs)
    shares = (dx, dh, dc, of_weights(dx, steps, h0, h))
    return shares if w_hr is None else (*shares, np.matmul(of_output.T, outputs))


# -- GRU -----------------------------------------------------------------------------------------------


@compiled("contract")
def gru_cell(x: Array, a: Array, h: Array, gates: Array, output: Array) -> None:
    """Write r, z, n and W_n h + b_n, and the new h; `a` is W h + b."""
    size = h.size
    r, z, new, kept = gates[:size], gates[size : 2 * size], gates[2 * size : 3 * size], gates[3 * size :]
    for j in range(2 * size):
        gates[j] = sigmoid_of(x[j] + a[j])
    for j in range(size):
        kept[j] = a[2 * size + j]
        new[j] = tanh_of(x[2 * size + j] + r[j] * kept[j])
    for j in range(size):
        output[j] = new[j] + z[j] * (h[j] - new[j])


@compiled()
def walk_gru(steps: Array, x: Array, h0: Array, w_t: Array, bias: Array, h: Array, gates: Array) -> None:
    """Write the states and gates of all steps."""
    size, rows = w_t.shape
    one = h.dtype.type(1)
    state, a = h0.copy(), np.zeros((h0.shape[0], rows), h.dtype)
    for t in range(steps.shape[0]):
        start, n = steps[t]
        for r in range(n):
            a[r] = bias
        add_product(
            False, False, n, rows, size, one, state.ctypes.data, size, w_t.ctypes.data, rows, one, a.ctypes.data, rows
        )
        for r in range(n):
            gru_cell(x[start + r], a[r], state[r], gates[start + r], h[start + r])
        state[:n] = h[start : start + n]


def gru(
    xp: Any, x: Array, h0: Array, w_hh: Array, b_hh: Array | None, *, batch_sizes: BatchSizes, reverse: bool
) -> Any:  # fmt: skip
    """Return the states and gates of all steps; see the primitive of this name."""
    found = usable(x, h0, w_hh, b_hh)
    if found is None:
        return NotImplemented
    x, h0, w, bias = found
    bias = np.zeros(len(w), x.dtype) if b_hh is None else bias
    h, gates = (np.empty((len(x), n * h0.shape[1]), x.dtype) for n in (1, 4))
    walk_gru(walk(batch_sizes, reverse), x, h0, np.ascontiguousarray(w.T), bias, h, gates)
    return h, gates


@compiled("contract")
def gru_cell_back(mine: Array, gates: Array, before: Array, dx: Array, da: Array) -> None:
    """Write the cotangents of x and of W h + b; multiply that of h′ by z."""
    size = before.size
    r, z, new, kept = gates[:size], gates[size : 2 * size], gates[2 * size : 3 * size], gates[3 * size :]
    d_r, d_z, d_new = dx[:size], dx[size : 2 * size], dx[2 * size :]
    one = before.dtype.type(1)
    for j in range(size):
        d_new[j] = mine[j] * (one - z[j]) * (one - new[j] * new[j])
    for j in range(size):
        d_z[j] = mine[j] * (before[j] - new[j]) * z[j] * (one - z[j])
        mine[j] *= z[j]
    for j in range(size):
        d_r[j] = d_new[j] * kept[j] * r[j] * (one - r[j])
    da[: 2 * size] = dx[: 2 * size]
    for j in range(size):
        da[2 * size + j] = d_new[j] * r[j]


@compiled()
def walk_gru_back(
    steps: Array, g: Array, before: Array, w: Array, gates: Array, dx: Array, da: Array, dh: Array
) -> None:  # fmt: skip
    """Write the cotangents of x and of W h + b of all steps, and that of the first state."""
    (rows, size), item = w.shape, w.itemsize
    one = w.dtype.type(1)
    for t in range(steps.shape[0] - 1, -1, -1):
        start, n = steps[t]
        for r in range(n):
            k = start + r
            add_rows(dh[r], g[k])
            gru_cell_back(dh[r], gates[k], before[k], dx[k], da[k])
        add_product(
            False, False, n, size, rows, one, da.ctypes.data + start * rows * item, rows, w.ctypes.data, size, one,
            dh.ctypes.data, size,
        )  # fmt: skip


def gru_pullback(
    xp: Any, g: Array, x: Array, h0: Array, w_hh: Array, b_hh: Array | None, h: Array, gates: Array, *,
    batch_sizes: BatchSizes, reverse: bool,
) -> Any:  # fmt: skip
    """Return the gradients of x, h0, w_hh, and of b_hh; see the fusable formula of this name."""
    found = usable(g, h0, w_hh, h, gates)
    if found is None:
        return NotImplemented
    g, h0, w, h, gates = found
    steps, before = walk(batch_sizes, reverse), np.empty_like(h)
    before_each(steps, h0, h, before)
    dx, da = (np.empty((len(h), len(w)), h.dtype) for _ in range(2))
    dh = np.zeros_like(h0)
    walk_gru_back(steps, g, before, w, gates, dx, da, dh)
    shares = (dx, dh, np.matmul(da.T, before))
    return shares if b_hh is None else (*shares, sum_to(xp, da, shape=b_hh.shape))
