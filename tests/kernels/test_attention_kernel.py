"""Attention in tiles computes what its formula computes, for every mask, layout, size and value."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_zh as tg
from tinygrad_zh.backend import philox
from tinygrad_zh.backend.devices import kernels_off
from tinygrad_zh.kernels.cpu import attention as kernel
from tinygrad_zh.kernels.cpu.blas import add_product
from tinygrad_zh.kernels.cpu.chance import draw
from tinygrad_zh.ops.attention import attended, attention_pullback_value
from tinygrad_zh.testing import gradgradcheck

attend = tg.nn.functional.scaled_dot_product_attention
MASKS = ("none", "bools", "keys", "numbers", "-inf", "per head", "one column")


@pytest.fixture(autouse=True, scope="module")
def _small_tiles() -> Iterator[None]:
    """Let short sequences take several tiles, and no problem be too small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "TILE", 8)
        patch.setattr(kernel, "CAUSAL_TILE", 6)
        patch.setattr(kernel, "SMALL", 0)
        patch.setattr(kernel, "SMALL_BACK", 0)
        yield


def masked(rng: np.random.Generator, kind: str, batch: tuple[int, ...], n: int, s: int, dtype: Any) -> Any:
    """A mask of a kind, or None."""
    shape = {"keys": (*batch[:1], *[1] * (len(batch) - 1), 1, s), "per head": (*batch, n, s), "one column": (n, 1)}
    of = shape.get(kind, (n, s)) if batch else (n, s)
    if kind in ("bools", "keys", "per head"):
        return rng.random(of) < 0.6
    if kind == "none":
        return None
    numbers = rng.normal(size=of).astype(dtype)
    if kind == "-inf":
        numbers[rng.random(of) < 0.5] = -np.inf
    return numbers


def same(got: Any, wanted: Any, size: float = 1.0) -> None:
    """Equal to rounding, NaN and infinities in the same places."""
    for a, b in zip(got, wanted, strict=True):
        assert a.dtype == b.dtype
        eps = np.finfo(b.dtype).eps
        np.testing.assert_allclose(a, b, rtol=64 * eps, atol=64 * size * eps)


def summed(x: Any, shape: tuple[int, ...]) -> Any:
    """Sum a share over the dimensions along which its operand is shared."""
    lead = x.ndim - len(shape)
    x = x.sum(tuple(range(lead))) if lead else x
    return x.sum(tuple(i for i, n in enumerate(shape) if n != x.shape[i]), keepdims=True)


def compare(
    q: Any, k: Any, v: Any, mask: Any = None, *, causal: bool = False, scale: float = 0.5, p: float = 0.0
) -> None:
    """Compare y, lse and all gradients with the formulas'."""
    place = philox.place_of(7, 3) if p else None
    with np.errstate(all="ignore"):
        wanted = attended(np, q, k, v, mask, place, causal, scale, p)
        got = kernel.attention(np, q, k, v, mask, place, causal=causal, scale=scale, p=p)
        same(got, wanted)
        g = np.random.default_rng(5).normal(size=wanted[0].shape).astype(q.dtype)
        about = (g, q, k, v, mask, place, *wanted)
        options = {"causal": causal, "scale": scale, "p": p}
        shares = kernel.attention_pullback(np, *about, **options)
        expected = attention_pullback_value(np, *about, **options)
        operands = [q, k, v, mask][: len(expected)]
        same(
            [summed(x, o.shape) for x, o in zip(shares, operands, strict=True)],
            [summed(x, o.shape) for x, o in zip(expected, operands, strict=True)],
            size=16,
        )


@settings(max_examples=60, deadline=None)
@given(
    data=st.data(), n=st.integers(1, 20), s=st.integers(1, 20), e=st.integers(1, 5), d=st.integers(1, 5),
    kind=st.sampled_from(MASKS), causal=st.booleans(), dtype=st.sampled_from([np.float32, np.float64]),
    p=st.sampled_from([0.0, 0.3]), batch=st.sampled_from([(), (2,), (2, 3), (2, 1, 2)]),
)  # fmt: skip
def test_every_shape_and_mask(
    data: Any, n: int, s: int, e: int, d: int, kind: str, causal: bool, dtype: Any, p: float, batch: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    shared = tuple(1 if data.draw(st.booleans()) else m for m in batch)  # keys that serve several heads
    q, k, v = (rng.normal(size=x).astype(dtype) for x in ((*batch, n, e), (*shared, s, e), (*shared, s, d)))
    compare(q, k, v, masked(rng, kind, batch, n, s, dtype), causal=causal, p=p)


def test_heads_that_are_slices_of_one_projection() -> None:
    whole = np.random.default_rng(0).normal(size=(11, 2, 3, 3, 4))  # time, batch, (q, k, v), heads, size
    q, k, v = (whole[:, :, i].transpose(1, 2, 0, 3) for i in range(3))
    compare(q, k, v, causal=True)
    compare(q[..., ::2], k[..., ::2], v[..., ::-1])  # gaps within rows
    compare(q[:, :, ::-1], np.broadcast_to(k[:, :, :1], k.shape), v)  # rows backwards, and one row again and again


def test_queries_may_be_shared_and_batches_broadcast() -> None:
    rng = np.random.default_rng(0)
    compare(
        rng.normal(size=(1, 9, 4)), rng.normal(size=(3, 10, 4)), rng.normal(size=(10, 2)), rng.normal(size=(3, 1, 10))
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_special_values(dtype: Any) -> None:
    for bad in (np.nan, np.inf, -np.inf):
        for which in range(3):
            operands = [np.random.default_rng(i).normal(size=(2, 9, 3)).astype(dtype) for i in range(3)]
            operands[which][0, 8, 1] = bad  # in the last tile
            compare(*operands)
    q, k, v = (np.random.default_rng(i).normal(size=(10, 3)).astype(dtype) for i in range(3))
    hidden = np.ones((10, 10), bool)
    hidden[2], hidden[5, :8] = False, False  # no key at all; none in the first tile
    compare(q, k, v, hidden)
    compare(100 * q, 100 * k, v)  # one weight is 1, the others vanish
    compare(q, k, v, np.where(hidden, dtype(0), dtype(-np.inf)), p=0.5)


def test_what_it_is_not_for() -> None:
    x = np.ones((2, 3, 4))
    options: dict[str, Any] = {"causal": False, "scale": 1.0}
    for q, k, v in (
        (x.astype(np.float16),) * 3,
        (x[:, :0], x, x),
        (x, x[:, :0], x[:, :0]),
        (x[..., :0], x[..., :0], x),
        (x[0], x[0], x),
    ):
        assert kernel.attention(np, q, k, v, None, **options) is NotImplemented
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "SMALL", 10**6)
        assert kernel.attention(np, x, x, x, None, **options) is NotImplemented


@pytest.mark.parametrize("causal", [False, True])
def test_one_size_as_it_is_used(causal: bool) -> None:
    """Against PyTorch, with tiles of the usual size, of which the last ones are not full."""
    rng = np.random.default_rng(0)
    data = [rng.normal(size=(1, 2, 600, 16)).astype(np.float32) for _ in range(3)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "TILE", 512)
        patch.setattr(kernel, "CAUSAL_TILE", 256)
        found = []
        for m, functional in ((tg, tg.nn.functional), (torch, torch.nn.functional)):
            operands = [m.tensor(x, requires_grad=True) for x in data]
            y = functional.scaled_dot_product_attention(*operands, is_causal=causal)
            (y * y).sum().backward()
            found.append([y, *[x.grad for x in operands]])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-4, atol=2e-5)


def test_higher_orders_and_forward_mode_go_through_it() -> None:
    q, k, v = (tg.randn(2, 9, 3, dtype=tg.float64, requires_grad=True) for _ in range(3))
    mask = tg.randn(9, 9, dtype=tg.float64, requires_grad=True)
    assert gradgradcheck(lambda *xs: attend(*xs, is_causal=True), (q, k, v, mask), fast_mode=True)
    tangent = tg.func.jvp(lambda q: attend(q, k, v, mask), (q,), (tg.ones(2, 9, 3, dtype=tg.float64),))[1]
    with kernels_off():
        expected = tg.func.jvp(lambda q: attend(q, k, v, mask), (q,), (tg.ones(2, 9, 3, dtype=tg.float64),))[1]
    np.testing.assert_allclose(tangent.detach().numpy(), expected.detach().numpy(), atol=1e-12)


def test_dropout_drops_the_same_with_and_without_the_kernel() -> None:
    x = tg.randn(2, 9, 4, dtype=tg.float64, requires_grad=True)
    found = []
    for _ in range(2):
        tg.manual_seed(4)
        y = attend(x, x, x, dropout_p=0.4)
        found.append([y, *tg.autograd.grad((y * y).sum(), [x])])
        tg.manual_seed(4)
        with kernels_off():
            y = attend(x, x, x, dropout_p=0.4)
            found.append([y, *tg.autograd.grad((y * y).sum(), [x])])
    for other in found[1:]:
        for a, b in zip(found[0], other, strict=True):
            np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), atol=1e-12)
    assert found[0][0].tolist() == found[2][0].tolist()  # the same bits again


def test_the_memory_it_takes_is_linear_in_the_sequence() -> None:
    import tracemalloc

    peaks = []
    for length in (256, 512):
        q = np.ones((1, length, 4), np.float32)
        tracemalloc.start()
        y, lse = kernel.attention(np, q, q, q, None, causal=False, scale=1.0)
        kernel.attention_pullback(np, y, q, q, q, None, None, y, lse, causal=False, scale=1.0, p=0.0)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2.5 * peaks[0] < 256 * 256 * 4


# -- its parts -----------------------------------------------------------------------------------------


def test_random_words_are_those_of_the_generator() -> None:
    place = philox.place_of(123456789 << 20, 2**33 - 2)  # the counter's upper word begins to count
    wanted = philox.bits(np, place, 200)
    words = np.empty(40, np.uint32)
    for start in (0, 1, 2, 3, 4, 77, 130):
        skipped = draw(place, start, words)
        assert skipped == start % 4
        np.testing.assert_array_equal(words[skipped:], wanted[start : start + 40 - skipped])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_of_blas(dtype: Any) -> None:
    rng, number = np.random.default_rng(0), dtype
    for a_t in (False, True):
        for b_t in (False, True):
            a, b, c = (rng.normal(size=(9, 9)).astype(dtype) for _ in range(3))
            first = a[:4, :3].T if a_t else a[:3, :4]
            second = b[:5, :4].T if b_t else b[:4, :5]
            wanted = c.copy()
            wanted[:3, :5] = 2 * (first @ second) + 0.5 * c[:3, :5]
            starts = [x.ctypes.data for x in (a, b, c)]
            add_product(a_t, b_t, 3, 5, 4, number(2), starts[0], 9, starts[1], 9, number(0.5), starts[2], 9)
            same([c], [wanted], size=8)


def test_scores_of_one_key_weigh_one() -> None:
    x = np.random.default_rng(0).normal(size=(4, 7, 5))
    y, lse = kernel.attention(np, x, x[:, :1], x[:, :1], None, causal=False, scale=1 / math.sqrt(5))
    same([y], [np.broadcast_to(x[:, :1], x.shape)])
    assert lse.shape == (4, 7, 1)
