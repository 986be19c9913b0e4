"""autograd.functional against PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh.autograd import functional
from tinygrad_zh.errors import ArgumentError, GraphError, TinygradZhError

RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(2, 3)), RNG.normal(size=3)
OURS, THEIRS = [tg.tensor(A), tg.tensor(B)], [torch.tensor(A), torch.tensor(B)]
STRATEGY = [(v, s) for v in (False, True) for s in ("reverse-mode", "forward-mode")]


def several(m: Any) -> Any:
    return lambda x, y: (m.sin(x) * y, (x.sum() * y).sum())


def scalar(m: Any) -> Any:
    return lambda x, y: (m.sin(x) * y * y).sum() * x.sum()


def same(mine: Any, theirs: Any) -> None:
    if isinstance(theirs, tuple):
        assert isinstance(mine, tuple) and len(mine) == len(theirs)
        for a, b in zip(mine, theirs, strict=True):
            same(a, b)
    else:
        np.testing.assert_allclose(mine.array, theirs.detach().numpy(), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("vectorize", "strategy"), STRATEGY)
@pytest.mark.parametrize("create_graph", [False, True])
def test_matrices(vectorize: bool, strategy: str, create_graph: bool) -> None:
    options = {"vectorize": vectorize, "create_graph": create_graph}
    xs, ts = tuple(OURS), tuple(THEIRS)
    same(
        functional.jacobian(several(tg), xs, strategy=strategy, **options),
        torch.autograd.functional.jacobian(several(torch), ts),
    )
    same(
        functional.jacobian(tg.sin, xs[0], strategy=strategy, **options),
        torch.autograd.functional.jacobian(torch.sin, ts[0]),
    )
    same(
        functional.hessian(scalar(tg), xs, outer_jacobian_strategy=strategy, **options),
        torch.autograd.functional.hessian(scalar(torch), ts),
    )


def test_products() -> None:
    xs, ts = tuple(OURS), tuple(THEIRS)
    us = RNG.normal(size=(2, 3)), np.asarray(1.5)
    vs = RNG.normal(size=(2, 3)), RNG.normal(size=3)
    for name, f, v in (("vjp", several, us), ("jvp", several, vs), ("vhp", scalar, vs), ("hvp", scalar, vs)):
        mine = getattr(functional, name)(f(tg), xs, tuple(tg.tensor(a) for a in v))
        theirs = getattr(torch.autograd.functional, name)(f(torch), ts, tuple(torch.tensor(a) for a in v))
        same(mine, theirs)
    mine = functional.vjp(lambda x: x.sum(), OURS[0])
    same(mine, torch.autograd.functional.vjp(lambda x: x.sum(), THEIRS[0]))


def test_create_graph_leads_down_to_the_inputs() -> None:
    x = tg.tensor(B, requires_grad=True)
    for compute in (
        lambda: functional.jacobian(lambda x: x**3, x, create_graph=True).sum(),
        lambda: functional.vjp(lambda x: (x**3).sum(), x, create_graph=True)[1].sum(),
        lambda: functional.jvp(lambda x: x**3, x, tg.ones_like(x), create_graph=True)[1].sum(),
    ):
        x.grad = None
        compute().backward()
        np.testing.assert_allclose(x.grad.array, 6 * B, rtol=1e-13)
    assert not functional.jacobian(lambda x: x**3, x).requires_grad
    assert not functional.vjp(lambda x: (x**3).sum(), x)[0].requires_grad


def test_strict() -> None:
    x, y = OURS
    with pytest.raises(GraphError, match="output 0 does not depend on input 1"):
        functional.jacobian(lambda x, y: x * 2, (x, y), strict=True)
    assert functional.jacobian(lambda x, y: x.sum(), (x, y))[1].tolist() == [0.0, 0.0, 0.0]
    with pytest.raises(GraphError, match="gradient"):
        functional.hessian(lambda x: x.sum(), x, strict=True)
    with pytest.raises(GraphError, match="does not depend"):
        functional.jacobian(lambda x: x * 2, tg.tensor(B, requires_grad=True), strict=True, create_graph=True)


def test_bad_input() -> None:
    x, y = OURS
    with pytest.raises(ArgumentError, match="v"):
        functional.vjp(lambda x: x * 2, x)
    with pytest.raises(ArgumentError, match=r"\(3,\)"):
        functional.jvp(lambda x: x * 2, x, y)
    with pytest.raises(GraphError, match="one element"):
        functional.hessian(lambda x: x * 2, x)
    with pytest.raises(GraphError, match="tuple of Tensors"):
        functional.jacobian(lambda x: [x], x)
    with pytest.raises(ArgumentError, match="strategy"):
        functional.jacobian(lambda x: x, x, strategy="sideways")
    with pytest.raises(TinygradZhError):
        functional.vjp(lambda x: x, 3.0)
