"""Attention: shapes, masks and grouped heads against PyTorch, large scores, dropout, what is refused."""

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
from tinygrad_zh.core.record import record
from tinygrad_zh.errors import ArgumentError, DTypeError, ShapeError
from tinygrad_zh.nn import functional as F
from tinygrad_zh.transforms.gradient import grad

from .libraries import close

LIBRARIES = ((tg, F), (torch, torch.nn.functional))
attend = F.scaled_dot_product_attention
sizes = st.integers(1, 3)


def same(q: Any, k: Any, v: Any, mask: Any = None, **options: Any) -> None:
    """Values and gradients, also of a mask of numbers."""
    found = []
    for m, functional in LIBRARIES:
        xs = [m.tensor(a, requires_grad=a.dtype.kind == "f") for a in (q, k, v, mask) if a is not None]
        y = functional.scaled_dot_product_attention(*xs, **options)
        moving = [x for x in xs if x.requires_grad]
        found.append([y, *(grad if m is tg else torch.autograd.grad)((y * y * y).sum(), moving)])
    for ours, theirs in zip(*found, strict=True):
        close(ours, theirs)


@settings(max_examples=20)
@given(data=st.data(), batch=st.lists(sizes, max_size=2), n=sizes, s=sizes, e=sizes, d=sizes)
def test_shapes_and_masks(data: Any, batch: list[int], n: int, s: int, e: int, d: int) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    q, k, v = rng.normal(size=(*batch, n, e)), rng.normal(size=(*batch, s, e)), rng.normal(size=(*batch, s, d))
    kind = data.draw(st.sampled_from(["none", "bools", "numbers", "-inf"]))
    shape = (*(data.draw(st.sampled_from([1, m])) for m in batch), n, s)
    mask = None if kind == "none" else rng.random(shape) < 0.6 if kind == "bools" else rng.normal(size=shape)
    if mask is not None and kind == "-inf":
        mask[rng.random(shape) < 0.5] = -np.inf
    scale = data.draw(st.sampled_from([None, 0.5, -1.0, 0.0]))
    same(q, k, v, mask, scale=scale, is_causal=kind == "none" and data.draw(st.booleans()))


@settings(max_examples=10)
@given(groups=sizes, size=sizes, masked=st.booleans(), causal=st.booleans())
def test_grouped_heads(groups: int, size: int, masked: bool, causal: bool) -> None:
    rng = np.random.default_rng(groups * size)
    q, k, v = (
        rng.normal(size=(2, groups * size, 2, 3)),
        rng.normal(size=(2, groups, 4, 3)),
        rng.normal(size=(2, groups, 4, 2)),
    )
    mask = rng.normal(size=(2, groups * size, 2, 4)) if masked else None
    same(q, k, v, mask, is_causal=causal and not masked, enable_gqa=True)


def test_a_mask_beside_causality_holds_too() -> None:
    """So do PyTorch's kernels for the CPU and the default; its documentation calls it an error."""
    rng = np.random.default_rng(0)
    q = torch.tensor(rng.normal(size=(1, 2, 3, 4)))
    mask = torch.tensor(rng.normal(size=(3, 3)))
    theirs = torch.nn.functional.scaled_dot_product_attention(q, q, q, mask, is_causal=True)
    ours = tg.from_torch(q)
    close(attend(ours, ours, ours, tg.from_torch(mask), is_causal=True), theirs)


def test_large_scores_neither_overflow_nor_vanish() -> None:
    q = tg.tensor([[1000.0], [-1000.0]], requires_grad=True)
    k, v = tg.tensor([[1000.0], [-1000.0]]), tg.tensor([[1.0], [2.0]])
    y = attend(q, k, v)
    assert y.tolist() == [[1.0], [2.0]]
    (g,) = grad(y.sum(), [q])
    assert g.tolist() == [[0.0], [0.0]]


def test_a_query_that_may_look_nowhere_gets_nothing() -> None:
    q = tg.ones(2, 2, requires_grad=True)
    mask = tg.tensor([[False, False], [True, True]])
    for p in (0.0, 1e-12):  # by the primitive, and by the formula with dropout
        y = attend(q, q, q, mask, p)
        (g,) = grad((y * y).sum(), [q])
        assert y[0].tolist() == [0.0, 0.0] and y[1].tolist() == [1.0, 1.0]
        assert bool(tg.isfinite(g).all())


def test_dropout_drops_weights() -> None:
    tg.manual_seed(0)
    values = tg.eye(40)
    y = attend(tg.zeros(500, 4), tg.zeros(40, 4), values, dropout_p=0.25).numpy()
    kept = y != 0
    assert abs(kept.mean() - 0.75) < 5 * math.sqrt(0.25 * 0.75 / y.size)
    assert np.allclose(y[kept], 1 / 40 / 0.75)
    assert attend(tg.ones(2, 2), tg.ones(2, 2), tg.ones(2, 2), dropout_p=1.0).tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_it_is_one_step_forward_and_one_back() -> None:
    q = tg.randn(2, 3, 4, requires_grad=True)
    with record() as r:
        attend(q, q, q, is_causal=True).sum().backward()
    assert [step.op.name for step in r.steps][:2] == ["attention", "sum"]


def test_half_precision() -> None:
    rng = np.random.default_rng(0)
    q = rng.normal(size=(2, 3, 4)).astype(np.float16)
    mask = rng.normal(size=(3, 3)).astype(np.float32)
    ours, theirs = (
        functional.scaled_dot_product_attention(*(m.tensor(q),) * 3, m.tensor(mask)) for m, functional in LIBRARIES
    )
    assert ours.dtype == tg.float16
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=4e-3, atol=4e-3)


# -- refused -----------------------------------------------------------------------------------------------

x = tg.ones(2, 2, 3, 4)
REFUSED: dict[str, tuple[type[Exception], Callable[[], Any]]] = {
    "vectors": (ShapeError, lambda: attend(tg.ones(4), tg.ones(4), tg.ones(4))),
    "widths": (ShapeError, lambda: attend(x, x[..., :3], x)),
    "lengths": (ShapeError, lambda: attend(x, x[:, :, :2], x)),
    "batches": (ShapeError, lambda: attend(x, tg.ones(3, 2, 3, 4), x)),
    "dtypes": (DTypeError, lambda: attend(x, x.double(), x)),
    "integers": (DTypeError, lambda: attend(x.long(), x.long(), x.long())),
    "list": (DTypeError, lambda: attend(x, [1.0], x)),
    "mask of integers": (DTypeError, lambda: attend(x, x, x, tg.zeros(3, 3).long())),
    "mask of another dtype": (DTypeError, lambda: attend(x, x, x, tg.zeros(3, 3).double())),
    "mask of another shape": (ShapeError, lambda: attend(x, x, x, tg.zeros(3, 2))),
    "vector as mask": (ShapeError, lambda: attend(x, x, x, tg.zeros(3))),
    "mask of more dimensions": (ShapeError, lambda: attend(x, x, x, tg.zeros(5, 2, 2, 3, 3))),
    "mask of another batch": (ShapeError, lambda: attend(x, x, x, tg.zeros(3, 1, 3, 3))),
    "list as mask": (DTypeError, lambda: attend(x, x, x, [[True]])),
    "probability": (ArgumentError, lambda: attend(x, x, x, dropout_p=1.5)),
    "heads": (ShapeError, lambda: attend(tg.ones(2, 3, 3, 4), x, x, enable_gqa=True)),
    "no heads": (ShapeError, lambda: attend(x[0, 0], x[0, 0], x[0, 0], enable_gqa=True)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    kind, call = REFUSED[case]
    with pytest.raises(kind):
        call()
