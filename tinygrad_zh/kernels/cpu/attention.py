r"""Floor 2: attention in tiles, forward and back, for which the L × S weights are never all there at once.

    S = scale · q kᵀ + mask,   P = e^(S − lse),   lse = ln Σⱼ e^Sᵢⱼ,   y = P v
    dS = P ⊙ (g vᵀ − Σ g ⊙ y),   dq = scale · dS k,   dk = scale · dSᵀ q,   dv = Pᵀ g
    with dropout P ⊙ M / (1 − p) stands for P in y and dv, and g vᵀ ⊙ M / (1 − p) for g vᵀ

Cost: O(L S (E + D)) time as in the formula, but O(L + S) memory: a tile of S is 512 queries by 512 keys and stays in
the processor's cache from the product that makes it to the one that uses it up.  Forward two products per tile, back
five, since the weights are computed again: from lse, so without another sum.  Tiles that causality hides are left out.

Numerical device: the softmax is taken online (Milakov and Gimelshein, 2018; Rabe and Staats, 2021; Dao et al., 2022,
"FlashAttention").  The largest score m of a row and the sum l of e^(S − m) are those of the keys seen so far; where a
further tile has a larger score, what has been summed up is multiplied by e^(m − m′).  Dropout draws its mask M where it
is needed, twice, from a counter: see ``chance.py``.

May import: floor 0 only.  Read next: ``blas.py``; the formulas are in ``../../ops/attention.py``.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ...aliases import Array, Shape
from .blas import add_product
from .chance import draw
from .compiling import compiled
from .exponential import exp_of, larger
from .flat import computes_in
from .heads import addresses, batch_of, in_rows, row_step
from .softmax import dot

TILE, CAUSAL_TILE = 512, 256
"""Queries and keys to a tile; fewer where only the half of a tile on the diagonal is of use."""
SMALL, SMALL_BACK = 1 << 14, 1 << 18
"""Below so many products of numbers NumPy's formula is quicker, forward and back."""

NO_BOOLS, NO_PLACE = np.empty(0, bool), np.empty(0, np.uint64)


# -- what both ways have in common ---------------------------------------------------------------------


class Setting(NamedTuple):
    """What is the same for all heads, in the order in which the loops take it."""

    at: Array
    """Addresses per head, of q, k, v; and where in the mask the head begins."""
    strides: tuple[int, int, int]
    """How far the rows of q, k and v are apart."""
    sizes: tuple[int, int, int, int]
    """L, S, E and D."""
    looks: Array
    """The mask of bools, flat; empty if there is none."""
    added: Array
    """The mask of numbers, flat; empty if there is none."""
    mask_row: int
    """How far its rows are apart."""
    place: Array
    """Where in the generator's stream dropout begins; empty if nothing is dropped."""
    threshold: int
    """Weights whose random word is below it are kept."""
    kept: Any
    """1/(1 − p)."""
    scale: Any
    causal: bool
    tile: int


def setting(
    q: Array, k: Array, v: Array, mask: Array | None, place: Array | None, causal: bool, scale: float, p: float,
    small: int,
) -> tuple[Shape, Setting, Array | None] | None:  # fmt: skip
    """Return the heads' shape, what the loops take, and the mask in rows; None for operands that they are not for."""
    dtype = q.dtype
    (length, width), (keys, depth) = q.shape[-2:], v.shape[-2:]
    batch = batch_of(q, k, mask)
    products = math.prod(batch) * length * keys * (width + depth)
    if computes_in(dtype) is not dtype or products < small or not products * width * depth:
        return None
    if v.shape[:-2] != batch and np.broadcast_shapes(batch, v.shape[:-2]) != batch:
        return None  # weights that serve several values
    looks, added, row = NO_BOOLS, np.empty(0, dtype), 0
    if mask is not None:
        wide = mask if mask.shape[-1] == keys else np.broadcast_to(mask, (*mask.shape[:-1], keys))
        mask = np.ascontiguousarray(wide)
        row = 0 if mask.shape[-2] == 1 else keys
        looks, added = (mask.reshape(-1), added) if mask.dtype.kind == "b" else (looks, mask.reshape(-1))
    number = dtype.type
    return (
        batch,
        Setting(
            addresses(batch, q, k, v, within=mask), (row_step(q), row_step(k), row_step(v)),
            (length, keys, width, depth), looks, added, row, NO_PLACE if place is None else place,
            int((1 - p) * 2**32), number(1 / (1 - p)), number(scale), causal, CAUSAL_TILE if causal else TILE,
        ),
        mask,
    )  # fmt: skip


@compiled("contract")
def mask_row(row: Array, looks: Array, added: Array, start: int) -> None:
    """Put −∞ where one may not look, or add the mask, from its element `start` on."""
    if looks.size:
        hidden = row.dtype.type(-np.inf)
        for j in range(row.size):
            row[j] = row[j] if looks[start + j] else hidden
    if added.size:
        for j in range(row.size):
            row[j] += added[start + j]


@compiled()
def drop(row: Array, place: Array, start: int, threshold: int, kept: Any, words: Array) -> None:
    """Drop elements of a row whose first is element `start` of all, and multiply the others by `kept`."""
    skipped = draw(place, start, words[: (start % 4 + row.size + 3) // 4 * 4])
    zero = row.dtype.type(0)
    for j in range(row.size):
        row[j] *= kept if words[skipped + j] < threshold else zero


# -- forward -------------------------------------------------------------------------------------------


@compiled("contract", "reassoc", "nsz")
def exponentiate(row: Array, visible: int, top: Any) -> tuple[Any, Any]:
    """Make e^(row − m) of a row, 0 behind the visible part; return the new largest m and their sum."""
    for j in range(visible):
        top = larger(top, row[j])
    shift = row.dtype.type(0) if top == -np.inf else top  # a query that may look at no key gets the sum of nothing
    total = row.dtype.type(0)
    for j in range(visible):
        e = exp_of(row[j] - shift)
        row[j] = e
        total += e
    for j in range(visible, row.size):
        row[j] = 0
    return top, total


@compiled("contract")
def attend(
    at: Array, strides: tuple[int, int, int], sizes: tuple[int, int, int, int], looks: Array, added: Array,
    mask_stride: int, place: Array, threshold: int, kept: Any, scale: Any, causal: bool, tile: int, y: Array,
    lse: Array,
) -> None:  # fmt: skip
    """Write y and lse, one matrix and one row per head."""
    of_q, of_k, of_v = strides
    length, keys, width, depth = sizes
    number, item = y.dtype.type, y.itemsize
    one, zero = number(1), number(0)
    some_q, some_k = min(tile, length), min(tile, keys)
    s = np.empty((some_q, some_k), y.dtype)
    top, total = np.empty(some_q, y.dtype), np.empty(some_q, y.dtype)
    words = np.empty(some_k + 8, np.uint32)
    for h in range(at.shape[0]):
        q, k, v = at[h, 0], at[h, 1], at[h, 2]
        for i in range(0, length, some_q):
            rows = min(some_q, length - i)
            top[:], total[:] = -np.inf, 0
            mine = y[h, i : i + rows]
            end = min(keys, i + rows) if causal else keys
            for j in range(0, end, some_k):
                columns = min(some_k, end - j)
                add_product(
                    False, True, rows, columns, width, scale, q + i * of_q * item, of_q, k + j * of_k * item, of_k,
                    zero, s.ctypes.data, some_k,
                )  # fmt: skip
                for r in range(rows):
                    row = s[r, :columns]
                    if looks.size or added.size:
                        mask_row(row, looks, added, at[h, 3] + (i + r) * mask_stride + j)
                    before = top[r]
                    visible = min(columns, max(0, i + r - j + 1)) if causal else columns
                    top[r], found = exponentiate(row, visible, before)
                    lost = one if top[r] == -np.inf else exp_of(before - top[r])
                    total[r] = total[r] * lost + found
                    if j and lost != one:
                        for d in range(depth):
                            mine[r, d] *= lost
                    if place.size:
                        drop(row, place, (h * length + i + r) * keys + j, threshold, kept, words)
                add_product(
                    False, False, rows, depth, columns, one, s.ctypes.data, some_k, v + j * of_v * item, of_v,
                    one if j else zero, mine.ctypes.data, depth,
                )  # fmt: skip
            for r in range(rows):
                share = one / total[r] if total[r] != zero else one
                for d in range(depth):
                    mine[r, d] *= share
                lse[h, i + r] = np.log(total[r]) + top[r]


def attention(
    xp: Any, q: Array, k: Array, v: Array, mask: Array | None, place: Array | None = None, *,
    causal: bool, scale: float, p: float = 0.0,
) -> Any:  # fmt: skip
    """Return the weighted means of the values, and lse; see the primitive of this name."""
    q, k, v = in_rows(q), in_rows(k), in_rows(v)
    found = setting(q, k, v, mask, place, causal, scale, p, SMALL)
    if found is None:
        return NotImplemented
    batch, given, _ = found
    heads, (length, _, _, depth) = len(given.at), given.sizes
    y, lse = np.empty((heads, length, depth), q.dtype), np.empty((heads, length), q.dtype)
    attend(*given, y, lse)
    return y.reshape(*batch, length, depth), lse.reshape(*batch, length, 1)


# -- back ----------------------------------------------------------------------------------------------


@compiled("contract")
def slope(s: Array, ds: Array, visible: int, lse: Any, shared: Any) -> None:
    """Make P of a row of scores, and dS of what stands in `ds`, the cotangent of P."""
    for j in range(visible):
        e = exp_of(s[j] - lse)
        s[j] = e
        ds[j] = e * (ds[j] - shared)
    for j in range(visible, s.size):
        s[j] = 0
        ds[j] = 0


@compiled("contract")
def attend_back(
    at: Array, strides: tuple[int, int, int], sizes: tuple[int, int, int, int], looks: Array, added: Array,
    mask_stride: int, place: Array, threshold: int, kept: Any, scale: Any, causal: bool, tile: int, to: Array, g: Array,
    y: Array, lse: Array, of_mask: Array,
) -> None:  # fmt: skip
    """Add the gradients to what stands at the addresses `to` of dq, dk and dv, and to `of_mask`."""
    of_q, of_k, of_v = strides
    length, keys, width, depth = sizes
    number, item = y.dtype.type, y.itemsize
    one, zero = number(1), number(0)
    some_q, some_k = min(tile, length), min(tile, keys)
    s, ds = np.empty((some_q, some_k), y.dtype), np.empty((some_q, some_k), y.dtype)
    words = np.empty(some_k + 8, np.uint32)
    for h in range(at.shape[0]):
        for i in range(0, length, some_q):
            rows = min(some_q, length - i)
            q, dq = at[h, 0] + i * of_q * item, to[h, 0] + i * width * item
            mine = g[h, i : i + rows].ctypes.data
            end = min(keys, i + rows) if causal else keys
            for j in range(0, end, some_k):
                columns = min(some_k, end - j)
                k, dk = at[h, 1] + j * of_k * item, to[h, 1] + j * width * item
                v, dv = at[h, 2] + j * of_v * item, to[h, 2] + j * depth * item
                p, dp = s.ctypes.data, ds.ctypes.data
                add_product(False, True, rows, columns, width, scale, q, of_q, k, of_k, zero, p, some_k)
                add_product(False, True, rows, columns, depth, one, mine, depth, v, of_v, zero, dp, some_k)
                for r in range(rows):
                    row, of_row, n = s[r, :columns], ds[r, :columns], i + r
                    if looks.size or added.size:
                        mask_row(row, looks, added, at[h, 3] + n * mask_stride + j)
                    if place.size:
                        drop(of_row, place, (h * length + n) * keys + j, threshold, kept, words)
                    visible = min(columns, max(0, n - j + 1)) if causal else columns
                    shift = zero if lse[h, n] == -np.inf else lse[h, n]
                    slope(row, of_row, visible, shift, dot(g[h, n], y[h, n]))
                    if place.size:
                        drop(row, place, (h * length + n) * keys + j, threshold, kept, words)
                    if of_mask.size:
                        start = at[h, 3] + n * mask_stride + j
                        for m in range(columns):
                            of_mask[start + m] += of_row[m]
                add_product(True, False, columns, depth, rows, one, p, some_k, mine, depth, one, dv, depth)
                add_product(True, False, columns, width, rows, scale, dp, some_k, q, of_q, one, dk, width)
                add_product(False, False, rows, width, columns, scale, dp, some_k, k, of_k, one, dq, width)


def attention_pullback(
    xp: Any, g: Array, q: Array, k: Array, v: Array, mask: Array | None, place: Array | None, y: Array, lse: Array, *,
    causal: bool, scale: float, p: float,
) -> Any:  # fmt: skip
    """Return the gradients of q, k and v, and of a mask of numbers; see the fusable formula of this name."""
    q, k, v = in_rows(q), in_rows(k), in_rows(v)
    found = setting(q, k, v, mask, place, causal, scale, p, SMALL_BACK)
    if found is None:
        return NotImplemented
    batch, given, mask = found
    heads, (length, _, _, depth) = len(given.at), given.sizes
    g, y = (np.ascontiguousarray(x).reshape(heads, length, depth) for x in (g, y))
    gradients = [np.zeros(x.shape, x.dtype) for x in (q, k, v)]
    of_mask = np.zeros(given.added.size, q.dtype)
    to = addresses(batch, *gradients)
    attend_back(*given, to, g, y, np.ascontiguousarray(lse).reshape(heads, length), of_mask)
    return (*gradients, of_mask.reshape(mask.shape)) if of_mask.size and mask is not None else tuple(gradients)
