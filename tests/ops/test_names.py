"""Segments, histograms of points, compact QR, a loss behind a layer: drawn arguments, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .libraries import OURS, close
from .pairs import agree

few = settings(max_examples=25)
nan = float("nan")


@few
@given(data=st.data(), reduce=st.sampled_from(["sum", "mean", "prod", "max", "min", "amax"]))
def test_segments(data: st.DataObject, reduce: str) -> None:
    batch = data.draw(st.sampled_from([(), (2,)]))
    count = data.draw(st.integers(1, 3))
    length = data.draw(st.integers(0, 5))
    initial = data.draw(st.sampled_from([None, 0, 1.5, -2]))
    cuts = np.sort(data.draw(st.permutations(range(length + 1)))[: count - 1])
    limits = np.concatenate([[0] * (count - len(cuts)), cuts, [length]]).astype(np.int64)
    values = np.array(data.draw(st.lists(st.sampled_from([-2.0, 0.0, 1.0, 3.0]), min_size=16, max_size=16)))
    # Of equals beside each other, each gets the whole gradient of a maximum in PyTorch, if there are several columns
    x = np.resize(values, (*batch, length, 2 if reduce in ("sum", "mean", "prod") else 1))
    limits = np.broadcast_to(limits, (*batch, len(limits))).copy()
    if initial is None and reduce == "mean" and (np.diff(limits) == 0).any():
        return  # PyTorch divides its gradient by 0 as well, and then not where nothing depends on it
    axis = len(batch)
    if data.draw(st.booleans()):
        lengths = np.diff(limits)
        agree(lambda m, x, n: m.segment_reduce(x, reduce, lengths=n, axis=axis, initial=initial), x, lengths)
    else:
        agree(lambda m, x, n: m.segment_reduce(x, reduce, offsets=n, axis=axis, initial=initial), x, limits)


SEGMENTS: dict[str, Callable[..., Any]] = {
    "lengths that are too short": lambda m, x: m.segment_reduce(x, "sum", lengths=m.tensor([1, 4])),
    "lengths that are too long": lambda m, x: m.segment_reduce(x, "sum", lengths=m.tensor([1, 9])),
    "lengths below 0": lambda m, x: m.segment_reduce(x, "sum", lengths=m.tensor([7, -1])),
    "lengths of floats": lambda m, x: m.segment_reduce(x, "sum", lengths=m.tensor([1.0, 5])),
    "lengths of another shape": lambda m, x: m.segment_reduce(x.reshape(2, 3), "sum", lengths=m.tensor([1, 2]), axis=1),
    "neither": lambda m, x: m.segment_reduce(x, "sum"),
    "another reduction": lambda m, x: m.segment_reduce(x, "median", lengths=m.tensor([6])),
    "integers": lambda m, x: m.segment_reduce(x.long(), "sum", lengths=m.tensor([6])),
    "a number": lambda m, x: m.segment_reduce(x[0], "sum", lengths=m.tensor([1])),
    "another axis": lambda m, x: m.segment_reduce(x, "sum", lengths=m.tensor([6]), axis=1),
    "unravel floats": lambda m, x: m.unravel_index(x, (2, 3)),
    "unravel bools": lambda m, x: m.unravel_index(x > 1, (2, 3)),
    "unravel below 0": lambda m, x: m.unravel_index(x.long(), (2, -3)),
    "unravel nothing": lambda m, x: m.unravel_index(x.long(), (0, 3)),
    "unravel a list": lambda m, x: m.unravel_index([1, 2], (2, 3)),
    "unravel a tensor's shape": lambda m, x: m.unravel_index(x.long(), x.long()),
    "nonzero_static of -1": lambda m, x: m.nonzero_static(x, size=-1),
    "nonzero_static of 1.5": lambda m, x: m.nonzero_static(x, size=1.5),
    "sum_to_size of another": lambda m, x: x.sum_to_size(2),
    "sum_to_size of more": lambda m, x: x.sum_to_size(1, 1, 6),
    "strided, another shape": lambda m, x: m.as_strided_scatter(x, x[:2], (2, 2), (1, 2)),
    "strided, outside": lambda m, x: m.as_strided_scatter(x, x[:4].reshape(2, 2), (2, 2), (5, 2)),
    "reshape twice": lambda m, x: x.reshape(2, 3, shape=(3, 2)),
    "reshape by another name": lambda m, x: x.reshape(sizes=(3, 2)),
    "hsplit, both": lambda m, x: m.hsplit(x, sections=2, indices=[1]),
    "hsplit, neither": lambda m, x: m.hsplit(x),
    "full of too much": lambda m, x: m.full((2,), 300, dtype=m.uint8),
    "full of far too little": lambda m, x: m.full((2,), -256, dtype=m.uint8),
    "full of nan": lambda m, x: m.full((2,), nan, dtype=m.int32),
    "full of what float32 cannot hold": lambda m, x: m.full((2,), 1e300),
    "full_like": lambda m, x: m.full_like(x.long(), 2.0**70),
    "fill_": lambda m, x: x.to(m.int8).fill_(-129),
    "masked_fill": lambda m, x: x.float().masked_fill(x > 1, 1e300),
    "tensor of too much": lambda m, x: m.tensor([1, 300], dtype=m.uint8),
    "tensor of nan": lambda m, x: m.tensor([nan], dtype=m.int32),
}


@pytest.mark.parametrize("case", SEGMENTS)
def test_refused_as_by_pytorch(case: str) -> None:
    import torch

    x = np.arange(6.0)
    with pytest.raises((RuntimeError, TypeError, ValueError, IndexError, OverflowError, AttributeError)):
        SEGMENTS[case](torch, torch.from_numpy(x))
    agree_on_error(SEGMENTS[case], x)


def agree_on_error(call: Callable[..., Any], x: Any) -> None:
    import tinygrad_zh as tg
    from tinygrad_zh.errors import TinygradZhError

    # An argument of an unknown name is Python's own error
    with pytest.raises((TinygradZhError, TypeError)):
        call(tg, tg.tensor(x))


def test_numbers_that_fit_as_in_pytorch() -> None:
    for value in (-1, -255, 255, 2.7, True):
        agree(lambda m, value=value: m.full((2,), value, dtype=m.uint8))
        agree(lambda m, value=value: m.zeros(2, dtype=m.uint8).fill_(value))
        agree(lambda m, value=value: m.tensor([value, 1], dtype=m.uint8))
    agree(lambda m, x: m.tensor([1e5], dtype=m.float16), np.ones(1))
    agree(lambda m, x: m.tensor([3, 0], dtype=m.bool), np.ones(1))
    agree(lambda m, x: m.tensor(np.array([300, -1]), dtype=m.uint8), np.ones(1))


# -- histograms ------------------------------------------------------------------------------------------


@few
@given(data=st.data())
def test_histogramdd(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 3))
    points = data.draw(st.integers(0, 6))
    # Quarters fall on no edge of bins of thirds, and on some of halves
    x = np.array(data.draw(st.lists(st.integers(-8, 8), min_size=n * points, max_size=n * points))) / 4.0
    x = x.reshape(points, n)
    bins = data.draw(st.sampled_from([2, [2, 3, 1][:n], tuple([4, 2, 2][:n])]))
    options: dict[str, Any] = {}
    if data.draw(st.booleans()) or not points:
        options["range"] = [-1.0, 1.5] * n
    if data.draw(st.booleans()):
        options["density"] = True
    weights = np.arange(1.0, points + 1)

    def call(m: Any, x: Any, w: Any) -> Any:
        found = m.histogramdd(x.detach(), bins, weight=w.detach(), **options)
        return (found.hist, *found.bin_edges)

    agree(call, x, weights)


HISTOGRAMS: dict[str, Callable[..., Any]] = {
    "range of three": lambda m, x: m.histogramdd(x, [2, 3], range=[0.0, 1.0, 0.0]),
    "range the wrong way": lambda m, x: m.histogramdd(x, [2, 3], range=[1.0, 0.0, 0.0, 1.0]),
    "no bins": lambda m, x: m.histogramdd(x, [2, 0]),
    "one for two": lambda m, x: m.histogramdd(x, [2]),
    "one edge": lambda m, x: m.histogramdd(x, [x[:1, 0], x[:, 1]]),
    "edges of another dtype": lambda m, x: m.histogramdd(x, [x[:, 0].float(), x[:, 1]]),
    "numbers and edges": lambda m, x: m.histogramdd(x, [2, x[:, 1]]),
    "a vector": lambda m, x: m.histogramdd(x[0], [2]),
    "weights of another shape": lambda m, x: m.histogramdd(x, 2, weight=x),
    "weights of another dtype": lambda m, x: m.histogramdd(x, 2, weight=x[:, 0].float()),
    "integers": lambda m, x: m.histogramdd(x.long(), 2),
    "nan": lambda m, x: m.histogramdd(x * nan, 2),
}


@pytest.mark.parametrize("case", HISTOGRAMS)
def test_histograms_that_are_refused(case: str) -> None:
    agree(HISTOGRAMS[case], np.arange(6.0).reshape(3, 2))


# -- layers and decompositions ---------------------------------------------------------------------------

LAYERS: dict[str, Callable[..., Any]] = {
    "a bias of another length": lambda m, x: m.nn.functional.conv_tbc(x, x[:2].mT, x[0, 0, :2]),
    "channels that do not fit": lambda m, x: m.nn.functional.conv_tbc(x, x, x[0, 0]),
    "matrices": lambda m, x: m.nn.functional.conv_tbc(x[0], x[0], x[0, 0]),
    "no rate": lambda m, x: m.poisson(x - 100),
    "rates of integers": lambda m, x: m.poisson(x.long()),
    "qr of a vector": lambda m, x: m.geqrf(x[0, 0]),
    "qr of integers": lambda m, x: m.geqrf(x[0].long()),
    "too few factors": lambda m, x: m.ormqr(x[0], x[0, 0, :1], x[0]),
    "too many factors": lambda m, x: m.ormqr(x[0], m.cat((x[0, 0], x[0, 0])), x[0]),
    "rows that do not fit": lambda m, x: m.ormqr(x[0], x[0, 0, :2], x[0].mT),
    "a batch of one alone": lambda m, x: m.ormqr(x[0], x[0, 0, :2], x),
    "dtypes that differ": lambda m, x: m.ormqr(x[0], x[0, 0, :2], x[0].float()),
    "a loss of three dimensions": lambda m, x: m.nn.functional.linear_cross_entropy(x, x[0], m.zeros(2).long()),
    "weights of one": lambda m, x: m.nn.functional.linear_cross_entropy(x[0], x[0, 0], m.zeros(2).long()),
    "features that differ": lambda m, x: m.nn.functional.linear_cross_entropy(x[0], x[0].mT, m.zeros(2).long()),
    "a bias of features": lambda m, x: m.nn.functional.linear_cross_entropy(
        x[0], x[0], m.zeros(2).long(), linear_bias=x[0, 0]
    ),
    "places without a batch": lambda m, x: m.nn.functional.linear_cross_entropy(x[0, 0], x, m.zeros(2).long()),
    "an index beside probabilities": lambda m, x: m.nn.functional.linear_cross_entropy(
        x[0], x[0], x[0, :, :2], ignore_index=1
    ),
    "lu without exchanges": lambda m, x: m.lu(x[0, :, :2], pivot=False),
}


@pytest.mark.parametrize("case", LAYERS)
def test_layers_and_decompositions_that_are_refused(case: str) -> None:
    agree(LAYERS[case], np.arange(1.0, 13).reshape(2, 2, 3))


@few
@given(data=st.data(), left=st.booleans(), transpose=st.booleans())
def test_a_compact_decomposition_multiplies(data: st.DataObject, left: bool, transpose: bool) -> None:
    batch = data.draw(st.sampled_from([(), (2,)]))
    m, n, p = (data.draw(st.integers(1, 3)) for _ in range(3))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    a = rng.normal(size=(*batch, m, n))
    c = rng.normal(size=(*batch, m, p) if left else (*batch, p, m))
    agree(lambda t, a, c: t.ormqr(*(x.detach() for x in t.geqrf(a.detach())), c, left, transpose), a, c)
    packed, tau = OURS.geqrf(OURS.tensor(a))
    whole = OURS.linalg.qr(OURS.tensor(a), "complete")[0]
    expected = whole.mT if transpose else whole
    close(OURS.ormqr(packed, tau, OURS.tensor(c), left, transpose), expected @ c if left else c @ expected)


# -- found by comparing sixty names with PyTorch over their options ------------------------------------------

FOUND: dict[str, Callable[..., Any]] = {
    "an empty vector counts for the dtype": lambda m, x: m.cat((x, m.zeros(0))),
    "two empty vectors": lambda m, x: m.cat((m.zeros(0, dtype=x.dtype), m.zeros(0))),
    "an empty vector beside others": lambda m, x: m.hstack((x[0], m.zeros(0))),
    "a nuclear norm": lambda m, x: m.norm(x, "nuc"),
    "of many matrices": lambda m, x: m.norm(m.stack((x, 2 * x)), "nuc", dim=(0, 2), keepdim=True),
    "of which?": lambda m, x: m.norm(m.stack((x, x)), "nuc"),
    "of one dimension": lambda m, x: m.norm(x, "nuc", dim=1),
    "of a vector": lambda m, x: m.norm(x[0], "nuc"),
    "a norm of another name": lambda m, x: m.norm(x, "abc"),
    "numbers alone": lambda m, x: m.xlogy(2, 3),
    "a negative power": lambda m, x: m.pow(x, -1),
    "a negative bound": lambda m, x: m.nn.functional.hardtanh(x),
    "a negative border": lambda m, x: m.nn.functional.pad(x, (1, 1), value=-1),
    "a negative threshold": lambda m, x: m.nn.functional.threshold(x, -1, 2),
}


@pytest.mark.parametrize("dtype", ["float64", "int64", "uint8"])
@pytest.mark.parametrize("case", FOUND)
def test_found_in_a_comparison(case: str, dtype: str) -> None:
    agree(FOUND[case], np.array([[1, 2, 0], [3, 1, 5]], dtype=dtype))
