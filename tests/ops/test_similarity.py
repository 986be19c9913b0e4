"""Similarities and embeddings by bags against PyTorch, dropout of channels by its laws, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_zh as tg
from tinygrad_zh.errors import ArgumentError, DTypeError, IndexingError, ShapeError
from tinygrad_zh.nn import functional as F
from tinygrad_zh.transforms.gradient import grad

from .libraries import close

LIBRARIES = ((tg, F), (torch, torch.nn.functional))


def same(call: Callable[..., Any], *arrays: Any) -> None:
    """Values and gradients of Σ y³."""
    found = []
    for m, functional in LIBRARIES:
        xs = [m.tensor(a, requires_grad=True) for a in arrays]
        y = call(m, functional, *xs)
        found.append([y, *(grad if m is tg else torch.autograd.grad)((y * y * y).sum(), xs)])
    for ours, theirs in zip(*found, strict=True):
        close(ours, theirs)


@settings(max_examples=15)
@given(data=st.data(), p=st.sampled_from([0.5, 1.0, 2.0, 3.0, math.inf]))
def test_lengths_and_angles(data: Any, p: float) -> None:
    shape = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=shape), rng.normal(size=[data.draw(st.sampled_from([1, n])) for n in shape])
    same(lambda m, f, x: f.normalize(x, p, dim), x)
    same(lambda m, f, x, y: f.pairwise_distance(x, y, p, keepdim=data is None), x, y)
    same(lambda m, f, x, y: f.cosine_similarity(x, y, dim), x, y)


def test_vectors_of_length_0() -> None:
    zero = np.zeros((2, 3))
    same(lambda m, f, x: f.normalize(x, eps=0.5), zero)
    same(lambda m, f, x, y: f.cosine_similarity(x, y, eps=0.5), zero, zero + 1)
    same(lambda m, f, x, y: f.pairwise_distance(x, y), zero, zero)
    same(lambda m, f, x, y: f.pairwise_distance(x, y, eps=0), zero, zero)


def test_integers_beside_floats() -> None:
    for m, f in LIBRARIES:
        i, x = m.tensor([[1, 2]]), m.tensor([[1.0, 3.0]])
        assert abs(float(f.cosine_similarity(i, x)) - 7 / math.sqrt(50)) < 1e-6
        assert abs(float(f.pairwise_distance(i, x, eps=0)) - 1) < 1e-6
        assert abs(float(f.pairwise_distance(i, i + 1, eps=0)) - math.sqrt(2)) < 1e-6


# -- embeddings ------------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(data=st.data(), mode=st.sampled_from(["sum", "mean", "max"]))
def test_bags(data: Any, mode: str) -> None:
    index = np.array(data.draw(st.lists(st.integers(0, 3), max_size=6)), dtype=np.int64)
    starts = [0, *sorted(data.draw(st.lists(st.integers(0, len(index)), max_size=3)))]
    padding = data.draw(st.sampled_from([None, 1, -1]))
    last = data.draw(st.booleans())
    offsets = np.array([*starts, len(index)] if last else starts)
    weight = np.random.default_rng(0).normal(size=(4, 2))
    same(
        lambda m, f, w: f.embedding_bag(
            m.tensor(index), w, m.tensor(offsets), mode=mode, padding_idx=padding, include_last_offset=last
        ),
        weight,
    )


def test_of_equal_maxima_the_first_has_the_gradient() -> None:
    table = np.array([[1.0, 2.0], [1.0, 3.0], [0.0, 3.0]])
    same(lambda m, f, w: f.embedding_bag(m.tensor([[1, 0, 2]]), w, mode="max"), table)


@pytest.mark.parametrize("p", [1.0, 2.0])
def test_rows_that_are_too_long_are_shortened_in_the_table(p: float) -> None:
    table = np.random.default_rng(0).normal(size=(4, 3)) * 2
    for call in (
        lambda m, f, w: f.embedding(m.tensor([0, 1, 1]), w, max_norm=1.5, norm_type=p),
        lambda m, f, w: f.embedding_bag(m.tensor([[0, 1]]), w, max_norm=1.5, norm_type=p),
    ):
        found = []
        for m, f in LIBRARIES:
            w = m.tensor(table)
            found.append([call(m, f, w), w])
        for ours, theirs in zip(*found, strict=True):
            close(ours, theirs)
        assert np.array_equal(found[0][1].numpy()[2:], table[2:])


def test_shortening_is_allowed_on_a_leaf() -> None:
    w = tg.ones(2, 3, requires_grad=True)
    F.embedding(tg.tensor([0]), w, max_norm=1.0).sum().backward()
    assert w.grad.tolist() == [[1.0] * 3, [0.0] * 3]
    assert float(w.detach()[0].norm()) < 1.0001


def test_frequent_rows_learn_no_faster() -> None:
    index = [[0, 1, 1], [1, 3, 3]]
    found = []
    for m, f in LIBRARIES:
        w = m.ones(4, 2, requires_grad=True)
        y = f.embedding(m.tensor(index), w, padding_idx=3, scale_grad_by_freq=True)
        found.append((grad if m is tg else torch.autograd.grad)(y.sum(), [w])[0])
    close(*found)


# -- dropout ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shape", "channels"),
    [
        ("dropout1d", (40, 50, 3), (0, 1)),
        ("dropout1d", (2000, 3), (0,)),
        ("dropout2d", (40, 50, 3), (0, 1)),
        ("dropout2d", (40, 50, 2, 2), (0, 1)),
        ("dropout3d", (2000, 2, 1, 2), (0,)),
        ("dropout3d", (40, 50, 1, 2, 2), (0, 1)),
    ],
)
def test_whole_channels_are_dropped(name: str, shape: tuple[int, ...], channels: tuple[int, ...]) -> None:
    tg.manual_seed(0)
    x = tg.ones(*shape, requires_grad=True)
    y = getattr(F, name)(x, 0.25)
    (g,) = grad(y.sum(), [x])
    drawn = y.detach().numpy()
    assert np.array_equal(drawn, g.numpy())
    rest = tuple(d for d in range(len(shape)) if d not in channels)
    assert np.array_equal(drawn.min(rest), drawn.max(rest))
    kept = drawn.min(rest) != 0
    assert np.allclose(drawn.min(rest)[kept], 1 / 0.75)
    assert abs(kept.mean() - 0.75) < 5 * math.sqrt(0.75 * 0.25 / kept.size)


@pytest.mark.parametrize("p", [0.1, 0.6])
def test_alpha_dropout_keeps_mean_and_variance(p: float) -> None:
    tg.manual_seed(0)
    x = tg.randn(100_000, dtype=tg.float64)
    y = F.alpha_dropout(x, p, training=True).numpy()
    assert abs(y.mean()) < 0.03 and abs(y.var() - 1) < 0.05
    limit = -1.7580993408473766
    a = 1 / math.sqrt((1 + p * limit**2) * (1 - p))
    saturated = np.isclose(y, a * limit * (1 - p), rtol=1e-12)
    assert abs(saturated.mean() - p) < 5 * math.sqrt(p * (1 - p) / y.size)
    assert np.allclose(y[~saturated], (x.numpy() * a - a * p * limit)[~saturated])


def test_feature_alpha_dropout_saturates_channels() -> None:
    tg.manual_seed(0)
    y = F.feature_alpha_dropout(tg.zeros(20, 30, 4), 0.5, training=True).numpy()
    assert np.array_equal(y.min(2), y.max(2)) and len(np.unique(y)) == 2


def test_everything_or_nothing() -> None:
    x = tg.ones(2, 2, 1, 1)
    for name in ("dropout2d", "alpha_dropout", "feature_alpha_dropout"):
        function = getattr(F, name)
        assert function(x, 1.0, training=True).tolist() == (x * 0).tolist()
        assert function(x, 0.0, training=True) is x and function(x, 0.5, training=False) is x
        y = x.clone()
        assert function(y, 0.5, training=True, inplace=True) is y


# -- refused -----------------------------------------------------------------------------------------------

table, i3, x23 = tg.ones(4, 2), tg.tensor([0, 1, 2]), tg.ones(2, 3)
bag = F.embedding_bag
REFUSED: dict[str, tuple[type[Exception], Callable[[], Any]]] = {
    "bag: mode": (ArgumentError, lambda: bag(i3[None], table, mode="min")),
    "bag: by frequency": (ArgumentError, lambda: bag(i3[None], table, scale_grad_by_freq=True)),
    "bag: sparse": (ArgumentError, lambda: bag(i3[None], table, sparse=True)),
    "bag: offsets missing": (ShapeError, lambda: bag(i3, table)),
    "bag: offsets too many": (ShapeError, lambda: bag(i3[None], table, tg.tensor([0]))),
    "bag: dimensions": (ShapeError, lambda: bag(i3[None, None], table)),
    "bag: first offset": (ArgumentError, lambda: bag(i3, table, tg.tensor([1]))),
    "bag: last offset": (ArgumentError, lambda: bag(i3, table, tg.tensor([0, 4]))),
    "bag: falling": (ArgumentError, lambda: bag(i3, table, tg.tensor([0, 2, 1]))),
    "bag: end": (ArgumentError, lambda: bag(i3, table, tg.tensor([0, 2]), include_last_offset=True)),
    "bag: offsets matrix": (ShapeError, lambda: bag(i3, table, tg.tensor([[0]]))),
    "bag: offsets dtype": (DTypeError, lambda: bag(i3, table, tg.tensor([0.0]))),
    "bag: range": (IndexingError, lambda: bag(tg.tensor([[4]]), table)),
    "bag: integers": (DTypeError, lambda: bag(i3[None], table.long())),
    "bag: weights of a mean": (ArgumentError, lambda: bag(i3[None], table, per_sample_weights=tg.ones(1, 3))),
    "bag: weights' shape": (ShapeError, lambda: bag(i3[None], table, mode="sum", per_sample_weights=tg.ones(3))),
    "bag: weights' dtype": (
        DTypeError,
        lambda: bag(i3[None], table, mode="sum", per_sample_weights=tg.ones(1, 3).double()),
    ),
    "bag: padding": (ArgumentError, lambda: bag(i3[None], table, padding_idx=4)),
    "embedding: sparse": (ArgumentError, lambda: F.embedding(i3, table, sparse=True)),
    "dropout1d": (ShapeError, lambda: F.dropout1d(tg.ones(3), training=False)),
    "dropout2d": (ShapeError, lambda: F.dropout2d(x23)),
    "dropout3d": (ShapeError, lambda: F.dropout3d(x23)),
    "dropout2d: probability": (ArgumentError, lambda: F.dropout2d(tg.ones(1, 1, 1, 1), 1.5)),
    "dropout2d: integers": (DTypeError, lambda: F.dropout2d(tg.ones(1, 1, 1, 1).long())),
    "feature_alpha_dropout": (ShapeError, lambda: F.feature_alpha_dropout(tg.ones(3), training=True)),
    "alpha_dropout: integers": (DTypeError, lambda: F.alpha_dropout(i3, training=True)),
    "normalize: dim": (IndexingError, lambda: F.normalize(tg.ones(3))),
    "normalize: integers": (DTypeError, lambda: F.normalize(x23.long())),
    "cosine: integers": (DTypeError, lambda: F.cosine_similarity(x23.long(), x23.long())),
    "cosine: shapes": (ShapeError, lambda: F.cosine_similarity(x23, tg.ones(2, 4))),
    "cosine: dim": (IndexingError, lambda: F.cosine_similarity(tg.ones(3), tg.ones(3))),
    "bilinear: batch": (ShapeError, lambda: F.bilinear(x23, tg.ones(3, 4), tg.ones(5, 3, 4))),
    "bilinear: weight": (ShapeError, lambda: F.bilinear(x23, tg.ones(2, 4), tg.ones(5, 3, 3))),
    "bilinear: weight matrix": (ShapeError, lambda: F.bilinear(x23, tg.ones(2, 4), tg.ones(3, 4))),
    "bilinear: bias": (ShapeError, lambda: F.bilinear(x23, tg.ones(2, 4), tg.ones(5, 3, 4), tg.ones(4))),
    "bilinear: dtype": (DTypeError, lambda: F.bilinear(x23, tg.ones(2, 4).double(), tg.ones(5, 3, 4))),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    kind, call = REFUSED[case]
    with pytest.raises(kind):
        call()
