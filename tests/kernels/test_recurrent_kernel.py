"""RNN, LSTM and GRU in loops compute what their formulas compute, also over packed batches and in reverse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import vectorize

import tinygrad_zh as tg
from tinygrad_zh.kernels.cpu import hyperbolic, recurrent
from tinygrad_zh.ops.recurrent import gru_p, gru_pullback_value, lstm_p, lstm_pullback_value, rnn_p, rnn_pullback_value
from tinygrad_zh.testing import gradgradcheck

KINDS = ("tanh", "relu", "gru", "gru without bias", "lstm", "lstm, projected", "lstm, h alone", "lstm, c alone")


def same(got: Any, wanted: Any) -> None:
    """Equal to rounding, NaN in the same places."""
    got, wanted = (x if isinstance(x, tuple) else (x,) for x in (got, wanted))
    for a, b in zip(got, wanted, strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        finite = np.abs(b[np.isfinite(b)])
        size = max(1.0, finite.max()) if finite.size else 1.0
        np.testing.assert_allclose(a, b, rtol=0, atol=128 * size * np.finfo(b.dtype).eps)


def compare(kind: str, sizes: tuple[int, ...], units: int, dtype: Any, *, reverse: bool, change: Any = None) -> None:
    """Compare values and gradients with the formulas'."""
    rng = np.random.default_rng(units)

    def numbers(*shape: int) -> Any:
        return rng.normal(size=shape).astype(dtype)

    rows, batch = sum(sizes), max(sizes)
    options: dict[str, Any] = {"batch_sizes": sizes, "reverse": reverse}
    with np.errstate(all="ignore"):
        if kind in ("tanh", "relu"):
            x, h0, w = numbers(rows, units), numbers(batch, units), numbers(units, units)
            x = x if change is None else change(x)
            options["nonlinearity"] = kind
            h = rnn_p.value(np, x, h0, w, **options)
            same(recurrent.rnn(np, x, h0, w, **options), h)
            about = (numbers(*h.shape), x, h0, w, h)
            same(recurrent.rnn_pullback(np, *about, **options), rnn_pullback_value(np, *about, **options))
        elif kind.startswith("gru"):
            x, h0, w = numbers(rows, 3 * units), numbers(batch, units), numbers(3 * units, units)
            x, bias = x if change is None else change(x), None if "without" in kind else numbers(3 * units)
            y = gru_p.value(np, x, h0, w, bias, **options)
            same(recurrent.gru(np, x, h0, w, bias, **options), y)
            about = (numbers(*y[0].shape), x, h0, w, bias, *y)
            same(recurrent.gru_pullback(np, *about, **options), gru_pullback_value(np, *about, **options))
        else:
            width = units + 1 if "projected" in kind else units
            x, h0, c0 = numbers(rows, 4 * units), numbers(batch, width), numbers(batch, units)
            x, w = x if change is None else change(x), numbers(4 * units, width)
            projection = numbers(width, units) if "projected" in kind else None
            y = lstm_p.value(np, x, h0, c0, w, projection, **options)
            same(recurrent.lstm(np, x, h0, c0, w, projection, **options), y)
            g_h, g_c = None if "c alone" in kind else numbers(rows, width), numbers(rows, units)
            about = (g_h, None if "h alone" in kind else g_c, x, h0, c0, w, projection, *y)
            same(recurrent.lstm_pullback(np, *about, **options), lstm_pullback_value(np, *about, **options))


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(KINDS), sizes=st.lists(st.integers(1, 4), min_size=1, max_size=5), units=st.integers(1, 9),
    dtype=st.sampled_from([np.float32, np.float64]), reverse=st.booleans(),
)  # fmt: skip
def test_every_batch(kind: str, sizes: list[int], units: int, dtype: Any, reverse: bool) -> None:
    compare(kind, tuple(sorted(sizes, reverse=True)), units, dtype, reverse=reverse)


@pytest.mark.parametrize("kind", KINDS)
def test_special_values_and_gaps(kind: str) -> None:
    for bad in (np.nan, np.inf, -np.inf, 1e30, -1e30):

        def change(x: Any, bad: float = bad) -> Any:
            x[1, 0] = bad
            return np.repeat(x, 2, axis=1)[:, ::2]

        compare(kind, (2, 2, 1), 3, np.float32, reverse=False, change=change)


def test_what_it_is_not_for() -> None:
    x, w = np.ones((2, 4), np.float16), np.ones((4, 1), np.float16)
    options: dict[str, Any] = {"batch_sizes": (1, 1), "reverse": False}
    assert recurrent.lstm(np, x, x[:1, :1], x[:1, :1], w, None, **options) is NotImplemented
    assert recurrent.gru(np, x[:, :0], x[:1, :0], w[:0, :0], None, **options) is NotImplemented


@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
def test_higher_orders_go_through_them(name: str) -> None:
    layer = getattr(tg.nn, name)(2, 3, dtype=tg.float64)
    x = tg.randn(4, 2, 2, dtype=tg.float64, requires_grad=True)
    assert gradgradcheck(lambda x: layer(x)[0], (x,), fast_mode=True)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tanh_and_sigmoid(dtype: Any) -> None:
    x = np.concatenate([np.linspace(-12, 12, 20001), np.geomspace(1e-30, 1, 2001), [0.625, -0.625]]).astype(dtype)
    exact = x.astype(np.longdouble)
    tanh_of, sigmoid_of = hyperbolic.tanh_of, hyperbolic.sigmoid_of
    for each, wanted in (
        (vectorize(lambda x: tanh_of(x)), np.tanh(exact)),
        (vectorize(lambda x: sigmoid_of(x)), 1 / (1 + np.exp(-exact))),
    ):
        y = each(x)
        assert y.dtype == dtype
        assert np.max(np.abs(y - wanted) / np.spacing(np.abs(wanted).astype(dtype))) < 3
        with np.errstate(all="ignore"):
            ends = each(np.array([np.inf, -np.inf, np.nan, 1000, -1000, 0], dtype))
        low = -1 if each(dtype(0)) == 0 else 0
        np.testing.assert_array_equal(ends, [1, low, np.nan, 1, low, (1 + low) / 2])
