"""Losses where they are awkward: certain errors, kinks, infinities, broadcasting, targets that do not fit."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_zh as tg
from tinygrad_zh.errors import ArgumentError, DTypeError, GraphError, ShapeError

from .libraries import ROUNDING

F = tg.nn.functional
REDUCTIONS = ("mean", "sum", "none")
inf, nan = math.inf, math.nan
NONE = {"reduction": "none"}
MATRIX, OTHER = [[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]], [[0.5, 1.0, 2.0], [-1.0, 0.25, 3.0]]
KINKS, ZEROS = [0.0, 0.5, 1.0, -1.0, 2.0, inf, nan], [0.0] * 7


def labels(m: Any, *values: Any) -> Any:
    return m.tensor(list(values))


# name of the case: (call(m, F, *operands), operands that get a gradient)
CASES: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "binary, certain": (
        lambda m, F, p, t: F.binary_cross_entropy(p, t, **NONE),
        [[0.0, 1.0, 0.0, 1.0, 0.5, 1e-60, 1 - 1e-16], [0.0, 1.0, 1.0, 0.0, 0.3, 1.0, 0.0]],
    ),
    "scores, certain": (
        lambda m, F, x, t: F.binary_cross_entropy_with_logits(x, t, **NONE),
        [[800.0, -800.0, 0.0, inf, -inf, nan], [1.0, 1.0, 0.0, 1.0, 1.0, 0.0]],
    ),
    "scores, pos_weight": (
        lambda m, F, x, t: F.binary_cross_entropy_with_logits(x, t, pos_weight=labels(m, 4.0, 0.5, 1.0), **NONE),
        [[[800.0, -800.0, 2.0]], [[1.0, 0.0, 0.3]]],
    ),
    **{
        f"smooth_l1 {beta}": (
            lambda m, F, x, t, beta=beta: F.smooth_l1_loss(x, t, beta=beta, **NONE),
            [KINKS[:-1], ZEROS[:-1]],
        )
        for beta in (0.0, 0.5, 1.0)
    },
    **{
        f"huber {delta}": (lambda m, F, x, t, delta=delta: F.huber_loss(x, t, "none", delta), [KINKS, ZEROS])
        for delta in (0.5, 1.0)
    },
    "huber, weights": (
        lambda m, F, x, t, w: F.huber_loss(x, t, weight=w),
        [[0.0, 3.0], [1.0, 1.0], [1.0, 2.0]],
    ),
    "kl_div": (
        lambda m, F, x, t: F.kl_div(x, t, **NONE),
        [[-1.0, -2.0, 0.0, -inf, -inf, -1.0], [0.5, 0.0, 0.0, 0.0, 0.5, -0.5]],
    ),
    "kl_div, logarithms": (
        lambda m, F, x, t: F.kl_div(x, t, log_target=True, **NONE),
        [[-1.0, -2.0, 0.0, -inf], [-0.5, 0.0, -inf, -inf]],
    ),
    "kl_div, mean": (lambda m, F, x, t: F.kl_div(x, t), [MATRIX, [0.5, 0.2, 0.3]]),
    "kl_div, batchmean": (lambda m, F, x, t: F.kl_div(x, t, reduction="batchmean"), [MATRIX, [[0.5], [0.2]]]),
    "kl_div, batchmean of one": (lambda m, F, x, t: F.kl_div(x, t, reduction="batchmean"), [-1.0, 0.5]),
    **{
        f"poisson {log_input} {full}": (
            lambda m, F, x, t, a=(log_input, full): F.poisson_nll_loss(x, t, *a, **NONE),
            [[1.0, 2.0, 0.5, 0.0], [[1.0], [3.0], [0.5]]],
        )
        for log_input in (True, False)
        for full in (True, False)
    },
    "poisson, eps": (
        lambda m, F, x, t: F.poisson_nll_loss(x, t, False, eps=0.5, reduction="sum"),
        [[1.0, 0.0], [2.0, 3.0]],
    ),
    "gauss": (
        lambda m, F, x, t, v: F.gaussian_nll_loss(x, t, v, full=True, reduction="none"),
        [[1.0, 2.0, 3.0], [1.0, 0.0, 1.0], [1.0, 0.0, 1e-7]],
    ),
    "gauss, a number": (lambda m, F, x, t: F.gaussian_nll_loss(x, t, 2.0), [MATRIX, OTHER]),
    "gauss, a variance per row": (
        lambda m, F, x, t, v: F.gaussian_nll_loss(x, t, v, eps=0.5),
        [MATRIX, OTHER, [1.0, 0.25]],
    ),
    "gauss, kept dimension": (lambda m, F, x, t, v: F.gaussian_nll_loss(x, t, v), [MATRIX, OTHER, [[1.0], [2.0]]]),
    "gauss, a variance per column": (
        lambda m, F, x, t, v: F.gaussian_nll_loss(x, t, v, reduction="sum"),
        [MATRIX, OTHER, [[1.0, 2.0, 3.0]]],
    ),
    "cosine": (
        lambda m, F, a, b: F.cosine_embedding_loss(a, b, labels(m, 1, -1, 0, 1), margin=0.1, **NONE),
        [[[1.0, 2.0], [3.0, 4.0], [1.0, 1.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 1.0]]],
    ),
    "cosine of two": (lambda m, F, a, b: F.cosine_embedding_loss(a, b, m.tensor(-1.0)), [[1.0, 2.0], [1.0, 0.0]]),
    "cosine, broadcast": (
        lambda m, F, a, b: F.cosine_embedding_loss(a, b, labels(m, 1, -1)),
        [[[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.5]]],
    ),
    "ranking, on the kink": (
        lambda m, F, a, b, t: F.margin_ranking_loss(a, b, t, margin=0.5, **NONE),
        [[1.0, 2.0, 0.0], [1.0, 2.5, 0.5], [1.0, -1.0, -1.0]],
    ),
    "ranking, broadcast": (
        lambda m, F, a, b, t: F.margin_ranking_loss(a, b, t),
        [[[1.0, 2.0], [0.5, 0.0]], [[1.5], [0.25]], [[1.0, -1.0]]],
    ),
    "hinge": (
        lambda m, F, x: F.hinge_embedding_loss(x, labels(m, 1, -1, -1, 0, -1), **NONE),
        [[1.0, 2.0, 0.0, 0.5, 1.0]],
    ),
    "hinge, broadcast": (lambda m, F, x: F.hinge_embedding_loss(x, m.tensor([[1], [-1]])), [[1.0, 2.0, 0.0]]),
    **{
        f"classes, p={p}": (
            lambda m, F, x, p=p: F.multi_margin_loss(x, labels(m, 0, 2), p=p, margin=0.5, **NONE),
            [[[1.0, 2.0, 3.0], [0.5, 1.0, 1.0]]],
        )
        for p in (1, 2)
    },
    "classes, on the kink": (lambda m, F, x: F.multi_margin_loss(x, labels(m, 0)), [[[2.0, 1.0, 1.5]]]),
    "classes, weights": (
        lambda m, F, x: F.multi_margin_loss(x, labels(m, 0, 2), weight=m.tensor(np.array([1.0, 2.0, 3.0]))),
        [[[1.0, 2.0, 3.0], [0.5, 1.0, 1.0]]],
    ),
    "classes of one": (lambda m, F, x: F.multi_margin_loss(x, m.tensor(0), **NONE), [[1.0, 2.0, 3.0]]),
    "classes of one in a list": (lambda m, F, x: F.multi_margin_loss(x, m.tensor([0]), **NONE), [[1.0, 2.0, 3.0]]),
    "several labels": (
        lambda m, F, x: F.multilabel_margin_loss(x, m.tensor([[2, 0, -1, 1], [-1, 0, 0, 0], [3, 3, -1, -1]]), **NONE),
        [[[0.1, 0.2, 0.4, 0.8], [1.0, 2.0, 3.0, 4.0], [2.0, 1.0, 1.0, 0.0]]],
    ),
    "several labels of one": (
        lambda m, F, x: F.multilabel_margin_loss(x, m.tensor([3, 0, -1, 1]), **NONE),
        [[0.1, 0.2, 0.4, 0.8]],
    ),
    "several labels, a single class": (lambda m, F, x: F.multilabel_margin_loss(x, m.tensor(0)), [0.3]),
    "several soft labels": (
        lambda m, F, x, t: F.multilabel_soft_margin_loss(x, t, **NONE),
        [[[1.0, -2.0, 30.0], [0.0, 1.0, 800.0]], [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]],
    ),
    "several soft labels of one": (
        lambda m, F, x, t: F.multilabel_soft_margin_loss(x, t, reduction="sum"),
        [[1.0, -2.0], [1.0, 0.0]],
    ),
    "triplets, the wrong way round": (
        lambda m, F, a, p, n: F.triplet_margin_loss(a, p, n, swap=True, **NONE),
        [[[1.0, 2.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]], [[2.0, 1.0], [0.0, 3.0]]],
    ),
    "triplets, broadcast": (
        lambda m, F, a, p, n: F.triplet_margin_loss(a, p, n, p=1, reduction="sum"),
        [[[1.0, 2.0], [0.0, 0.5]], [[1.0, 0.0]], [[2.0, 1.0], [0.0, 3.0]]],
    ),
    "triplets of one": (lambda m, F, a, p, n: F.triplet_margin_loss(a, p, n), [[1.0, 2.0], [1.0, 0.0], [2.0, 1.0]]),
    "triplets, a distance": (
        lambda m, F, a, p, n: F.triplet_margin_with_distance_loss(
            a, p, n, distance_function=lambda x, y: 1 - F.cosine_similarity(x, y), margin=0.5, swap=True
        ),
        [[[1.0, 2.0], [0.0, 0.5]], [[1.0, 0.0], [1.0, 0.25]], [[2.0, 1.0], [0.0, 3.0]]],
    ),
    "mse, weights": (lambda m, F, x, t, w: F.mse_loss(x, t, weight=w), [[1.0, 2.0], [1.0, 0.0], [2.0, 1.0]]),
    "mse, weights, sum": (
        lambda m, F, x, t, w: F.mse_loss(x, t, weight=w, reduction="sum"),
        [[1.0, 2.0], [0.5, 0.0], [2.0, 1.0]],
    ),
    "l1, weights": (lambda m, F, x, t, w: F.l1_loss(x, t, weight=w), [[1.0, 2.0], [0.5, 0.0], [2.0, 1.0]]),
    "l1, weights, none": (
        lambda m, F, x, t, w: F.l1_loss(x, t, weight=w, **NONE),
        [[1.0, 2.0], [0.5, 0.0], [2.0, 1.0]],
    ),
}


def found(m: Any, case: str) -> list[Any]:
    """The loss and the gradients of its sum."""
    call, operands = CASES[case]
    xs = [m.tensor(np.array(x), requires_grad=True) for x in operands]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch warns of shapes that differ, and of kl_div's mean
        y = call(m, m.nn.functional, *xs)
        y.sum().backward()
    return [y.detach().numpy(), *(x.grad.numpy() for x in xs if x.grad is not None)]


@pytest.mark.parametrize("case", CASES)
def test_as_in_pytorch(case: str) -> None:
    rounding = ROUNDING[np.dtype(np.float64)]
    for mine, theirs in zip(found(tg, case), found(torch, case), strict=True):
        assert mine.shape == theirs.shape
        np.testing.assert_allclose(mine, theirs, rtol=rounding, atol=rounding)


REDUCED: dict[str, Callable[..., Any]] = {
    name: lambda m, x, y, name=name, **how: getattr(m.nn.functional, name)(x, y, **how)
    for name in (
        *("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "poisson_nll_loss", "soft_margin_loss"),
        *("binary_cross_entropy", "binary_cross_entropy_with_logits", "multilabel_soft_margin_loss"),
        *("kl_div", "hinge_embedding_loss"),
    )
}
REDUCED |= {
    "gaussian_nll_loss": lambda m, x, y, **how: m.nn.functional.gaussian_nll_loss(x, y, x + y, **how),
    "cosine_embedding_loss": lambda m, x, y, **how: m.nn.functional.cosine_embedding_loss(x, y, y[:, 0], **how),
    "margin_ranking_loss": lambda m, x, y, **how: m.nn.functional.margin_ranking_loss(x, y, y - 0.5, **how),
    "multi_margin_loss": lambda m, x, y, **how: m.nn.functional.multi_margin_loss(x, y[:, 0].long(), **how),
    "multilabel_margin_loss": lambda m, x, y, **how: m.nn.functional.multilabel_margin_loss(x, y.long(), **how),
    "triplet_margin_loss": lambda m, x, y, **how: m.nn.functional.triplet_margin_loss(x, y, 1 - x, **how),
}


@pytest.mark.parametrize("name", REDUCED)
@given(rows=st.integers(1, 3), columns=st.integers(2, 4), seed=st.integers(0, 99), how=st.sampled_from(REDUCTIONS))
@settings(max_examples=12)
def test_reductions(name: str, rows: int, columns: int, seed: int, how: str) -> None:
    """On arrays of every shape and memory order, in all reductions."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.05, 0.95, size=(columns, rows)).T
    y = rng.integers(0, 2, size=(rows, 2 * columns))[:, ::2].astype(float)
    values = []
    for m in (tg, torch):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            given_x = m.tensor(x, requires_grad=True)
            value = REDUCED[name](m, given_x, m.tensor(y), reduction=how)
            value.sum().backward()
        values.append((value.detach().numpy(), given_x.grad.numpy()))
    for mine, theirs in zip(*values, strict=True):
        assert mine.shape == theirs.shape
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-13)


@given(data=st.data(), seed=st.integers(0, 99), how=st.sampled_from(REDUCTIONS), zero_infinity=st.booleans())
@settings(max_examples=60)
def test_ctc_as_in_pytorch(data: st.DataObject, seed: int, how: str, zero_infinity: bool) -> None:
    """Lengths of 0, repeated labels, sequences too short for them, log-probabilities that are not normalised."""
    rng = np.random.default_rng(seed)
    times, count, classes = (data.draw(st.integers(low, high)) for low, high in ((1, 6), (1, 3), (2, 4)))
    blank = data.draw(st.integers(0, classes - 1))
    counts, lengths = rng.integers(0, 4, size=count), rng.integers(0, times + 1, size=count)
    padded = bool(data.draw(st.booleans())) and counts.max() > 0
    shape = (count, counts.max()) if padded else (counts.sum(),)
    targets = rng.choice([c for c in range(classes) if c != blank], size=shape)
    log_p, normalised = rng.normal(size=(times, count, classes)), data.draw(st.booleans())
    values = []
    for m in (tg, torch):
        x = m.tensor(log_p, requires_grad=True)
        given_p = m.log_softmax(x, 2) if normalised else x
        rest = [m.tensor(a) for a in (targets, lengths, counts)]
        loss = m.nn.functional.ctc_loss(given_p, *rest, blank, how, zero_infinity)
        loss.sum().backward()
        values.append((loss.detach().numpy(), x.grad.numpy()))
    for mine, theirs in zip(*values, strict=True):
        assert mine.shape == theirs.shape
        np.testing.assert_allclose(mine, theirs, rtol=1e-11, atol=1e-12)


def test_ctc_of_one_sequence_and_of_lists() -> None:
    log_p = np.random.default_rng(0).normal(size=(5, 3))
    found, expected = (
        m.nn.functional.ctc_loss(m.tensor(log_p), m.tensor([1, 2]), (5,), (2,), reduction="none") for m in (tg, torch)
    )
    assert found.shape == ()
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-12)


def test_an_impossible_class_leaves_the_gradient_finite() -> None:
    log_p = tg.tensor([[0.0, -1.0, -inf], [-1.0, 0.0, -2.0]], requires_grad=True)
    F.ctc_loss(log_p, tg.tensor([1]), (2,), (1,)).backward()
    assert log_p.grad is not None and np.isfinite(log_p.grad.numpy()).all()


def test_the_second_derivative_of_ctc_is_refused() -> None:
    log_p = tg.zeros(3, 2, requires_grad=True)
    (g,) = tg.autograd.grad(F.ctc_loss(log_p, tg.tensor([1]), (3,), (1,)), log_p, create_graph=True)
    with pytest.raises(GraphError):
        tg.autograd.grad(g.sum(), log_p)


def test_a_wrong_sign_of_great_certainty_has_a_finite_loss() -> None:
    loss = tg.nn.functional.soft_margin_loss(tg.tensor([-800.0, 800.0]), tg.tensor([1.0, 1.0]), reduction="none")
    assert loss.tolist() == [800.0, 0.0]


def test_stirling_has_no_slope_where_it_is_not_added() -> None:
    t = tg.tensor([0.0, 3.0], requires_grad=True)
    tg.nn.functional.poisson_nll_loss(tg.tensor([1.0, 1.0]), t, full=True).backward()
    assert t.grad is not None and np.isfinite(t.grad.numpy()).all()


ones, z23 = tg.ones(2), tg.zeros(2, 3)
REFUSED: dict[str, Callable[[], Any]] = {
    "no probability": lambda: F.binary_cross_entropy(tg.tensor([1.5]), tg.tensor([0.5])),
    "NaN": lambda: F.binary_cross_entropy(tg.tensor([nan]), tg.tensor([0.5])),
    "no probability as target": lambda: F.binary_cross_entropy(tg.tensor([0.5]), tg.tensor([2.0])),
    "integers as target": lambda: F.binary_cross_entropy(tg.tensor([0.5]), tg.tensor([1])),
    "binary, another shape": lambda: F.binary_cross_entropy(ones, tg.ones(1)),
    "scores, another shape": lambda: F.binary_cross_entropy_with_logits(ones, tg.ones(1)),
    "scores, integers as target": lambda: F.binary_cross_entropy_with_logits(ones, tg.tensor([0, 1])),
    "beta": lambda: F.smooth_l1_loss(ones, ones, beta=-1.0),
    "delta": lambda: F.huber_loss(ones, ones, delta=0.0),
    "huber, weight": lambda: F.huber_loss(ones, ones, weight=tg.ones(1)),
    "mse, weight": lambda: F.mse_loss(ones, ones, weight=tg.ones(1)),
    "variance": lambda: F.gaussian_nll_loss(ones, ones, tg.tensor([1.0, -1.0])),
    "variance, a number": lambda: F.gaussian_nll_loss(ones, ones, -1.0),
    "variances, 0-d": lambda: F.gaussian_nll_loss(z23, z23, tg.tensor(1.0)),
    "variances, wrong": lambda: F.gaussian_nll_loss(z23, z23, tg.ones(3)),
    "cosine, target of one": lambda: F.cosine_embedding_loss(ones, ones, tg.tensor([1.0])),
    "cosine, one target for many": lambda: F.cosine_embedding_loss(z23, z23, tg.tensor(1.0)),
    "ranking, dimensions": lambda: F.margin_ranking_loss(ones, ones, tg.tensor(1.0)),
    "p": lambda: F.multi_margin_loss(z23, tg.tensor([0, 1]), p=3),
    "no such class": lambda: F.multi_margin_loss(z23, tg.tensor([0, 3])),
    "negative class": lambda: F.multi_margin_loss(z23, tg.tensor([0, -1])),
    "classes of int32": lambda: F.multi_margin_loss(z23, tg.tensor([0, 1], dtype="int32")),
    "too few classes": lambda: F.multi_margin_loss(z23, tg.tensor([0])),
    "weights of classes": lambda: F.multi_margin_loss(z23, tg.tensor([0, 1]), weight=ones),
    "three dimensions": lambda: F.multi_margin_loss(tg.zeros(1, 2, 3), tg.tensor([0])),
    "no such label": lambda: F.multilabel_margin_loss(z23, tg.tensor([[0, 3, -1], [0, 1, 2]])),
    "no such label after the end": lambda: F.multilabel_margin_loss(z23, tg.tensor([[0, -1, 9], [0, 1, 2]])),
    "label below −1": lambda: F.multilabel_margin_loss(z23, tg.tensor([[-2, -1, 1], [0, 1, 2]])),
    "labels of another shape": lambda: F.multilabel_margin_loss(z23, tg.tensor([0, 1, 2])),
    "several soft labels of a number": lambda: F.multilabel_soft_margin_loss(tg.tensor(1.0), tg.tensor(0.0)),
    "margin of triplets": lambda: F.triplet_margin_loss(z23, z23, z23, margin=0.0),
    "dimensions of triplets": lambda: F.triplet_margin_loss(z23, tg.zeros(3), z23),
    "dimensions, with a distance": lambda: F.triplet_margin_with_distance_loss(z23, z23, tg.zeros(3)),
    "soft margin, more signs than scores": lambda: F.soft_margin_loss(ones, tg.ones(2, 1)),
    "soft margin of integers": lambda: F.soft_margin_loss(tg.tensor([1]), ones),
    "kl_div of integers": lambda: F.kl_div(ones, tg.tensor([1, 0])),
    "hinge of integers": lambda: F.hinge_embedding_loss(tg.tensor([1]), tg.tensor([1])),
    "variances of integers": lambda: F.gaussian_nll_loss(ones, ones, tg.tensor([1, 2])),
    **{
        f"ctc, {name}": lambda arguments=arguments: F.ctc_loss(*arguments)
        for name, arguments in {
            "integers": (tg.tensor([[1, 2]]), tg.tensor([1]), (1,), (1,)),
            "one dimension": (ones, tg.tensor([1]), (1,), (1,)),
            "nothing": (tg.zeros(0, 1, 3), tg.tensor([[1]]), (0,), (1,)),
            "floats as targets": (z23, tg.tensor([1.0]), (2,), (1,)),
            "floats as lengths": (z23, tg.tensor([1]), tg.tensor([2.0]), (1,)),
            "more times than there are": (z23, tg.tensor([1]), (3,), (1,)),
            "fewer than no labels": (z23, tg.tensor([1]), (2,), (-1,)),
            "too many lengths": (z23, tg.tensor([1]), (2, 2), (1,)),
            "too few labels": (z23, tg.tensor([1]), (2,), (2,)),
            "too many labels": (z23, tg.tensor([1, 1, 1]), (2,), (2,)),
            "too narrow": (tg.zeros(2, 1, 3), tg.tensor([[1]]), (2,), (2,)),
            "too many rows": (tg.zeros(2, 1, 3), tg.tensor([[1], [1]]), (2,), (1,)),
            "no such label": (z23, tg.tensor([3]), (2,), (1,)),
            "no such blank": (z23, tg.tensor([1]), (2,), (1,), 3),
            "reduction": (z23, tg.tensor([1]), (2,), (1,), 0, "batchmean"),
        }.items()
    },
    "reduction": lambda: F.hinge_embedding_loss(ones, ones, reduction="batchmean"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_pytorch_refuses_is_refused(name: str) -> None:
    with pytest.raises((ArgumentError, DTypeError, ShapeError)):
        REFUSED[name]()
