"""func.grad and its like: closed forms of second and third order, torch.func, structures, nesting, bad input."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import func
from tinygrad_zh.errors import ArgumentError, DTypeError, GraphError, ShapeError, TinygradZhError
from tinygrad_zh.transforms.tree import flatten

pytestmark = [  # what PyTorch warns of itself
    pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Attempted to insert a get_attr Node:UserWarning"),
]
F64 = tg.float64
RNG = np.random.default_rng(0)


def f64(values: Any, **options: Any) -> tg.Tensor:
    return tg.tensor(values, dtype=F64, **options)


def numbers(tree: Any) -> list[Any]:
    """The leaves of a tree of either library as NumPy arrays; torch's pytrees and ours have the same order."""
    leaves = flatten(tree)[0]
    return [x.detach().numpy() if isinstance(x, torch.Tensor) else x.array for x in leaves]


def same(mine: Any, theirs: Any) -> None:
    assert type(mine) is type(theirs) or not isinstance(mine, (dict, list, tuple))
    a, b = numbers(mine), numbers(theirs)
    assert len(a) == len(b)
    for x, y in zip(a, b, strict=True):
        assert x.shape == y.shape
        np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-13)


def of_both(function: Any, *trees: Any) -> tuple[Any, Any]:
    """``function(library, func, *trees)`` with this package and with PyTorch; trees of NumPy arrays."""

    def with_leaves(make: Any) -> list[Any]:
        from tinygrad_zh.transforms.tree import mapped

        return [mapped(lambda a: make(a) if isinstance(a, np.ndarray) else a, tree) for tree in trees]

    mine = function(tg, func, *with_leaves(tg.tensor))
    return mine, function(torch, torch.func, *with_leaves(torch.from_numpy))


PARAMS = {"w": [RNG.normal(size=(3, 2)), RNG.normal(size=2)], "scale": RNG.normal(size=())}
X, Y = RNG.normal(size=(4, 3)), RNG.normal(size=3)


def network(m: Any, params: Any, x: Any) -> Any:
    weight, bias = params["w"]
    return m.tanh(x @ weight + bias).sum(-1) * params["scale"]


# -- against PyTorch -----------------------------------------------------------------------------------

CASES = {
    "grad": lambda m, f, p, x: f.grad(lambda p, x: network(m, p, x).sum())(p, x),
    "grad, argnums": lambda m, f, p, x: f.grad(lambda p, x: network(m, p, x).sum(), argnums=(1, 0))(p, x),
    "grad, last": lambda m, f, p, x: f.grad(lambda p, x: network(m, p, x).sum(), argnums=-1)(p, x),
    "grad, aux": lambda m, f, p, x: f.grad(lambda p: (network(m, p, x).sum(), {"h": x * 2}), has_aux=True)(p),
    "grad_and_value": lambda m, f, p, x: f.grad_and_value(lambda p: network(m, p, x).sum())(p),
    "grad_and_value, aux": lambda m, f, p, x: f.grad_and_value(
        lambda p: (network(m, p, x).sum(), [p["w"]]), has_aux=True
    )(p),
    "jvp": lambda m, f, p, x: f.jvp(lambda p, x: {"y": network(m, p, x)}, (p, x), (p, x)),
    "jvp, aux": lambda m, f, p, x: f.jvp(lambda p: (network(m, p, x), x * 2), (p,), (p,), has_aux=True),
    "vjp": lambda m, f, p, x: f.vjp(lambda p, x: [network(m, p, x)], p, x)[1]([x[:, 0]]),
    "vjp, aux": lambda m, f, p, x: f.vjp(lambda p: (network(m, p, x), x), p, has_aux=True)[2],
    "linearize": lambda m, f, p, x: f.linearize(lambda p: network(m, p, x), p)[1](p),
    "jacrev": lambda m, f, p, x: f.jacrev(lambda p: {"y": network(m, p, x)})(p),
    "jacrev, chunks": lambda m, f, p, x: f.jacrev(lambda p: network(m, p, x), chunk_size=3)(p),
    "jacrev, argnums, aux": lambda m, f, p, x: f.jacrev(
        lambda p, x: (network(m, p, x), x), argnums=(0, 1), has_aux=True
    )(p, x),
    "jacfwd": lambda m, f, p, x: f.jacfwd(lambda p: (network(m, p, x), p["scale"] * 2))(p),
    "jacfwd, argnums, aux": lambda m, f, p, x: f.jacfwd(lambda p, x: (network(m, p, x), x), (1,), has_aux=True)(p, x),
    "hessian": lambda m, f, p, x: f.hessian(lambda p: network(m, p, x).sum())(p),
    "hessian, argnums": lambda m, f, p, x: f.hessian(lambda p, x: network(m, p, x).sum(), argnums=(0, 1))(p, x),
    "jacrev of jacfwd": lambda m, f, p, x: f.jacrev(f.jacfwd(lambda x: network(m, p, x)))(x),
    "vmap of hessian": lambda m, f, p, x: f.vmap(f.hessian(lambda x: network(m, p, x)))(x),
    "jacfwd of vmap": lambda m, f, p, x: f.jacfwd(lambda p: f.vmap(lambda x: network(m, p, x))(x))(p),
    "hessian of vmap": lambda m, f, p, x: f.hessian(lambda p: f.vmap(lambda x: network(m, p, x))(x).sum())(p),
    "vmap of jvp": lambda m, f, p, x: f.vmap(lambda x: f.jvp(lambda p: network(m, p, x), (p,), (p,))[1])(x),
    "vmap of vjp": lambda m, f, p, x: f.vmap(lambda u: f.vjp(lambda p: network(m, p, x), p)[1](u))(
        m.eye(4).to(x.dtype)
    ),
    "grad of vmap of grad": lambda m, f, p, x: f.grad(
        lambda p: (f.vmap(f.grad(lambda x: network(m, p, x)))(x) ** 2).sum()
    )(p),
}


@pytest.mark.parametrize("case", CASES)
def test_as_in_pytorch(case: str) -> None:
    mine, theirs = of_both(CASES[case], PARAMS, X)
    same(mine, theirs)


class Point(NamedTuple):
    a: Any
    b: Any


def test_namedtuples_come_back_as_they_are() -> None:
    g = func.grad(lambda p: p.a * p.b)(Point(f64(2.0), f64(3.0)))
    assert isinstance(g, Point) and (g.a.item(), g.b.item()) == (3.0, 2.0)


# -- closed forms --------------------------------------------------------------------------------------


def test_third_derivatives_in_every_way() -> None:
    """(x⁵)‴ = 60 x², with each of the three derivatives forward or backward."""
    x = f64(1.5)

    def forward(f: Any) -> Any:
        return lambda x: func.jvp(f, (x,), (tg.ones_like(x),))[1]

    for first in (func.grad, forward, func.jacrev, func.jacfwd):
        for second in (func.grad, forward):
            for third in (func.grad, forward, func.jacrev, func.jacfwd):
                assert third(second(first(lambda x: x**5)))(x).item() == pytest.approx(60 * 1.5**2, rel=1e-13)


def test_the_hessian_of_a_quadratic_form() -> None:
    a, x, v = (f64(RNG.normal(size=s)) for s in ((3, 3), 3, 3))

    def quadratic(x: Any) -> Any:
        return x @ a @ x / 2

    expected = (a.array + a.array.T) / 2
    np.testing.assert_allclose(func.hessian(quadratic)(x).array, expected, rtol=1e-13)
    np.testing.assert_allclose(func.hvp(quadratic, (x,), (v,))[0].array, expected @ v.array, rtol=1e-13)
    np.testing.assert_allclose(func.vhp(quadratic, (x,), (v,))[0].array, v.array @ expected, rtol=1e-13)


def test_hessian_product_with_structures() -> None:
    p, x = {"a": f64([1.0, 2.0])}, f64(3.0)
    hv = func.hvp(lambda p, x: (p["a"] ** 2).sum() * x**2, (p, x), ({"a": f64([1.0, 0.0])}, f64(1.0)))
    # ∂/∂a = 2 a x², ∂/∂x = 2 x Σa²: along (e₁, 1): 2 x² e₁ + 4 a x,  4 x a₁ + 2 Σa²
    assert hv[0]["a"].tolist() == [2 * 9 + 4 * 3.0, 4 * 2 * 3.0]
    assert hv[1].item() == 4 * 3 * 1 + 2 * 5


def test_levels_are_not_confused() -> None:
    """d/dx (x · d/dy (x + y)) = 1, in all four ways: the inner derivative must not see the outer tangent."""

    def forward(f: Any) -> Any:
        return lambda x: func.jvp(f, (x,), (tg.ones_like(x),))[1]

    for outer in (func.grad, forward):
        for inner in (func.grad, forward):
            assert outer(lambda x: x * inner(lambda y: x + y)(f64(1.0)))(f64(1.0)).item() == 1.0  # noqa: B023


def test_what_a_function_knows_is_differentiated_by_whoever_wants_it() -> None:
    w = f64([1.0, 2.0], requires_grad=True)
    g = func.grad(lambda x: (x * x * w).sum())(f64([3.0, 4.0]))
    assert g.requires_grad
    g.sum().backward()
    assert w.grad.tolist() == [6.0, 8.0]
    x = f64([3.0, 4.0], requires_grad=True)
    func.grad(lambda x: (x**3).sum())(x).sum().backward()
    assert x.grad.tolist() == [18.0, 24.0]


def test_results_are_free_of_the_tape() -> None:
    x = f64([1.0, 2.0])
    g, (value, aux) = func.grad_and_value(lambda x: ((x * x).sum(), x * 2), has_aux=True)(x)
    assert not g.requires_grad and not value.requires_grad and not aux.requires_grad
    y, pull = func.vjp(lambda x: x * x, x)
    assert not y.requires_grad and not pull(y)[0].requires_grad
    assert x.grad is None and not x.requires_grad


def test_no_grad_around_and_within() -> None:
    x = f64([1.0, 2.0], requires_grad=True)
    with tg.no_grad():
        g = func.grad(lambda x: func.grad(lambda y: (y**3).sum())(x).sum())(x)
    assert g.tolist() == [6.0, 12.0] and not g.requires_grad

    def held(x: Any) -> Any:
        with tg.no_grad():
            c = x * x
        return (c * x).sum()

    assert func.grad(held)(f64([1.0, 2.0])).tolist() == [1.0, 4.0]


def test_unused_arguments_and_independent_outputs_are_zero() -> None:
    a, b = f64([1.0, 2.0]), f64(3.0)
    assert func.grad(lambda a, b: b * 2, argnums=(0, 1))(a, b)[0].tolist() == [0.0, 0.0]
    assert func.jacrev(lambda a: (a > 1, f64([7.0])))(a)[1].tolist() == [[0.0, 0.0]]
    assert func.jacfwd(lambda a: f64([7.0]))(a).tolist() == [[0.0, 0.0]]
    assert func.jvp(lambda a: f64([7.0]), (a,), (a,))[1].tolist() == [0.0]
    with pytest.raises(GraphError, match="does not depend"):
        func.jvp(lambda a: f64([7.0]), (a,), (a,), strict=True)


def test_value_and_grad_is_in_the_other_order() -> None:
    value, g = func.value_and_grad(lambda x: x * x)(f64(3.0))
    assert (value.item(), g.item()) == (9.0, 6.0)


def test_empty_and_0d() -> None:
    assert func.jacrev(lambda x: x * 2)(f64([])).shape == (0, 0)
    assert func.jacfwd(lambda x: x * 2)(f64([])).shape == (0, 0)
    assert func.jacrev(lambda x: x * 2)(f64(3.0)).item() == 2.0
    assert func.hessian(lambda x: (x**2).sum())(f64(np.zeros((2, 0)))).shape == (2, 0, 2, 0)


# -- bad input -----------------------------------------------------------------------------------------


def test_bad_input() -> None:
    x = f64([1.0, 2.0])
    with pytest.raises(GraphError, match="0-d"):
        func.grad(lambda x: x * 2)(x)
    with pytest.raises(GraphError, match="has_aux"):
        func.grad(lambda x: (x.sum(), x))(x)
    with pytest.raises(GraphError, match="float"):
        func.grad(lambda x: 3.0)(x)
    with pytest.raises(GraphError, match="aux"):
        func.grad(lambda x: x.sum(), has_aux=True)(x)
    with pytest.raises(DTypeError):
        func.grad(lambda x: x.sum())(tg.tensor([1, 2]))
    with pytest.raises(TinygradZhError):
        func.grad(lambda x: x)(3.0)
    for argnums in (1, -2, (0, 0), (), "x", True):
        with pytest.raises(ArgumentError, match="argnums"):
            func.grad(lambda x: x.sum(), argnums=argnums)(x)
    with pytest.raises(ArgumentError, match="structure"):
        func.vjp(lambda x: (x, x), x)[1](x)
    with pytest.raises(ShapeError):
        func.vjp(lambda x: x, x)[1](f64([1.0, 2.0, 3.0]))
    with pytest.raises(ArgumentError):
        func.vjp(lambda: x)
    with pytest.raises(ArgumentError, match="tuple"):
        func.jvp(lambda x: x, x, x)
    with pytest.raises(ArgumentError, match="structure"):
        func.jvp(lambda x: x, (x,), ([x],))
    with pytest.raises(ShapeError):
        func.jvp(lambda x: x, (x,), (f64([1.0]),))
    with pytest.raises(TinygradZhError):
        func.jvp(lambda x: x, (x,), (tg.tensor([1.0, 2.0]),))
    with pytest.raises(TinygradZhError):
        func.vjp(lambda x: x, x)[1](3.0)
