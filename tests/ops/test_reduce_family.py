"""Reductions, scans and order against PyTorch: drawn arguments, ties, NaN and empty tensors."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis.extra.numpy as shapes
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_zh as tg
from tinygrad_zh.errors import TinygradZhError
from tinygrad_zh.ops.publish import public

from .libraries import OURS, THEIRS, array, close

NAN, INF = math.nan, math.inf
Use = Callable[[Any, Any, int, bool], Any]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """PyTorch warns where a variance has too few elements."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def flat(found: Any) -> list[Any]:
    return list(found) if isinstance(found, (tuple, list)) else [found]


def both(use: Callable[[Any, Any], Any], x: Any, *, gradient: bool = True) -> None:
    """Values, dtypes and gradients are PyTorch's, or both refuse."""
    mine, yours = public["from_numpy"](x), torch.from_numpy(x.copy(order="K"))
    if gradient and x.dtype.kind == "f":
        mine.requires_grad_()
        yours.requires_grad_()
    try:
        expected = flat(use(THEIRS, yours))
    except (RuntimeError, IndexError, TypeError):
        with pytest.raises(TinygradZhError):
            use(OURS, mine)
        return
    found = flat(use(OURS, mine))
    assert len(found) == len(expected)
    for y, e in zip(found, expected, strict=True):
        close(y, e)
    roots = [(y, e) for y, e in zip(found, expected, strict=True) if e.requires_grad]
    if roots and gradient:
        rng = np.random.default_rng(0)
        us = [rng.normal(size=tuple(e.shape)) for _, e in roots]
        sum(
            (e * torch.from_numpy(np.asarray(u)).to(e.dtype)).sum() for (_, e), u in zip(roots, us, strict=True)
        ).backward()
        total = sum(
            (public["sum"](y * public["tensor"](u, dtype=y.dtype)) for (y, _), u in zip(roots, us, strict=True)),
            public["tensor"](0.0),
        )
        total.backward()
        close(mine.grad, yours.grad)


# -- drawn arguments -------------------------------------------------------------------------------------

ALONG: dict[str, Use] = {
    "prod": lambda m, x, d, k: m.prod(x, d, k),
    "cumsum": lambda m, x, d, k: m.cumsum(x, d),
    "cumprod": lambda m, x, d, k: m.cumprod(x, d),
    "cummax": lambda m, x, d, k: m.cummax(x, d),
    "cummin": lambda m, x, d, k: m.cummin(x, d),
    "sort": lambda m, x, d, k: m.sort(x, dim=d, descending=k, stable=True),
    "mode": lambda m, x, d, k: m.mode(x, d, k),
    "median": lambda m, x, d, k: m.median(x, d, k)[0].detach(),
    "nanmedian": lambda m, x, d, k: m.nanmedian(x, d, k)[0].detach(),
    "kthvalue": lambda m, x, d, k: m.kthvalue(x, 1, d, k)[0].detach(),
    "topk": lambda m, x, d, k: m.topk(x, 1, d, k)[0].detach(),
    "nansum": lambda m, x, d, k: m.nansum(x, d, k),
    "aminmax": lambda m, x, d, k: m.aminmax(x, dim=d, keepdim=k),
    "count_nonzero": lambda m, x, d, k: m.count_nonzero(x, d),
    "var_mean": lambda m, x, d, k: m.var_mean(x, d, keepdim=k),
    "nanmean": lambda m, x, d, k: m.nanmean(x, d, k),
    "quantile": lambda m, x, d, k: m.quantile(x, 0.25, d, k, interpolation="nearest" if k else "linear"),
    "nanquantile": lambda m, x, d, k: m.nanquantile(x, 0.5, d, k),
    "norm 2": lambda m, x, d, k: m.linalg.vector_norm(x, 2, d, k),
    "norm inf": lambda m, x, d, k: m.linalg.vector_norm(x, INF, d, k),
    "norm 3": lambda m, x, d, k: m.norm(x, 3, d, k),
    "diff": lambda m, x, d, k: m.diff(x, 2 if k else 1, d),
    "trapezoid": lambda m, x, d, k: m.trapezoid(x, dx=0.5, dim=d),
    "cumulative_trapezoid": lambda m, x, d, k: m.cumulative_trapezoid(x, dim=d),
    "gradient": lambda m, x, d, k: m.gradient(x, dim=d, edge_order=2 if k else 1),
    "unique": lambda m, x, d, k: [y.detach() for y in m.unique(x, return_inverse=True, return_counts=k, dim=d)],
    "logcumsumexp": lambda m, x, d, k: m.logcumsumexp(x, d),
    "all": lambda m, x, d, k: m.all(x, (d,), k),
}
FLOATS_ONLY = {
    "logcumsumexp",
    "diff",
    "quantile",
    "nanquantile",
    "mode",
    "median",
    "nanmedian",
    "kthvalue",
    "topk",
    "trapezoid",
}
"""What PyTorch has no kernel for in some integer dtype, where ours just computes; and uint8 wraps around."""


@settings(max_examples=15)
@given(data=st.data())
@pytest.mark.parametrize("name", ALONG)
def test_along_a_dimension(name: str, data: st.DataObject) -> None:
    """Any shape, memory order, dimension and keepdim; few values, so that there are ties and zeros."""
    shape = data.draw(shapes.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
    kinds = ["float64", "float32"] + ([] if name in FLOATS_ONLY else ["int64", "int32", "bool"])
    dtype = np.dtype(data.draw(st.sampled_from(kinds)))
    values = np.random.default_rng(data.draw(st.integers(0, 99))).integers(-2, 3, size=shape[::-1])
    x = values.astype(dtype).T if data.draw(st.booleans()) else values.T.astype(dtype, order="C")
    room = max(len(shape), 1)
    d, keepdim = data.draw(st.integers(-room, room - 1)), data.draw(st.booleans())
    both(lambda m, t: ALONG[name](m, t, d, keepdim), x)


@pytest.mark.parametrize("name", ALONG)
def test_dimensions_that_do_not_exist(name: str) -> None:
    for d in (2, -3):
        with pytest.raises(TinygradZhError):
            ALONG[name](OURS, public["ones"](2, 3), d, False)


WHOLE: dict[str, Callable[[Any, Any], Any]] = {
    "prod": lambda m, x: m.prod(x),
    "median": lambda m, x: m.median(x),
    "nanmedian": lambda m, x: m.nanmedian(x),
    "aminmax": lambda m, x: m.aminmax(x, keepdim=True),
    "nansum": lambda m, x: m.nansum(x, (0, -1)),
    "nanmean": lambda m, x: m.nanmean(x),
    "quantile": lambda m, x: m.quantile(x, m.tensor([0.0, 0.3, 1.0], dtype=x.dtype), keepdim=True),
    "nanquantile": lambda m, x: m.nanquantile(x, m.tensor(0.6, dtype=x.dtype), interpolation="higher"),
    "norm": lambda m, x: m.norm(x),
    "norm 0": lambda m, x: m.norm(x, 0).detach(),
    "std_mean": lambda m, x: m.std_mean(x),
    "cov": lambda m, x: m.cov(x),
    "renorm": lambda m, x: m.renorm(x, 2, 0, 1.0),
    "unique": lambda m, x: [y.detach() for y in m.unique(x, return_inverse=True, return_counts=True)],
    "unique_consecutive": lambda m, x: [y.detach() for y in m.unique_consecutive(x, return_inverse=True)],
    "histc": lambda m, x: m.histc(x, 4, -2, 2),
    "histogram": lambda m, x: [y.detach() for y in m.histogram(x, 4, range=(-2.0, 2.0))],
    "bincount": lambda m, x: m.bincount((x * x).reshape(-1).to(m.int64)),
    "searchsorted": lambda m, x: m.searchsorted(m.tensor([-1.0, 0, 0, 1]).to(x.dtype), x, right=True),
    "msort": lambda m, x: m.msort(x),
    "gradient": lambda m, x: m.gradient(x, spacing=2.0),
    "sum": lambda m, x: m.sum(x, dim=None, keepdim=True),
    "all": lambda m, x: m.all(x, ()),
}


@settings(max_examples=10)
@given(data=st.data())
@pytest.mark.parametrize("name", WHOLE)
def test_of_everything(name: str, data: st.DataObject) -> None:
    shape = data.draw(shapes.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=4))
    values = np.random.default_rng(data.draw(st.integers(0, 99))).integers(-2, 3, size=shape)
    both(WHOLE[name], values.astype(data.draw(st.sampled_from(["float64", "float32"]))))


# -- NaN, infinities, ties -------------------------------------------------------------------------------

SPECIAL = [
    [2.0, 1.0, NAN, 2.0, 1.0],
    [NAN, 1.0, NAN, -INF, INF],
    [0.0, -0.0, 0.0, -1.0],
    [INF, 1.0, INF],
    [-INF, -INF, 1.0, 3.0],
    [NAN, NAN],
    [1e300, -1e300, 1e-300],
]
ON_SPECIAL: dict[str, Callable[[Any, Any], Any]] = {
    "sort": lambda m, x: m.sort(x, stable=True, dim=0),
    "sort descending": lambda m, x: m.sort(x, stable=True, dim=0, descending=True),
    "topk": lambda m, x: m.topk(x, 2)[0].detach(),
    "topk smallest": lambda m, x: m.topk(x, 2, largest=False)[0].detach(),
    "kthvalue": lambda m, x: m.kthvalue(x, 2)[0].detach(),
    "median": lambda m, x: m.median(x),
    "nanmedian": lambda m, x: m.nanmedian(x),
    "median dim": lambda m, x: m.median(x, 0)[0].detach(),
    "nanmedian dim": lambda m, x: m.nanmedian(x, 0)[0].detach(),
    "quantile": lambda m, x: m.quantile(x, 0.5).detach(),
    "nanquantile": lambda m, x: m.nanquantile(x, 0.3).detach(),
    "cummax": lambda m, x: m.cummax(x, 0),
    "cummin": lambda m, x: m.cummin(x, 0),
    "cumsum": lambda m, x: m.cumsum(x, 0),
    "cumprod": lambda m, x: m.cumprod(x, 0).detach(),  # PyTorch's gradient divides by what is infinite
    "logcumsumexp": lambda m, x: m.logcumsumexp(x, 0).detach(),  # and goes by way of log g
    "prod": lambda m, x: m.prod(x).detach(),
    "aminmax": lambda m, x: [y.detach() for y in m.aminmax(x)],
    "nansum": lambda m, x: m.nansum(x),
    "nanmean": lambda m, x: m.nanmean(x).detach(),  # PyTorch's gradient of the mean of nothing is NaN, ours is 0
    "count_nonzero": lambda m, x: m.count_nonzero(x),
    "unique": lambda m, x: [y.detach() for y in m.unique(x, return_inverse=True, return_counts=True)],
    "unique_consecutive": lambda m, x: [y.detach() for y in m.unique_consecutive(x, return_counts=True)],
    "histc": lambda m, x: m.histc(x, 3, 0, 3),
    "histogram": lambda m, x: m.histogram(x, 3, range=(0.0, 3.0))[0].detach(),
    "search": lambda m, x: m.searchsorted(m.tensor([-INF, 1.0, 2.0, NAN, NAN]).to(x.dtype), x),
    "search right": lambda m, x: m.bucketize(x, m.tensor([-INF, 1.0, 2.0, NAN]).to(x.dtype), right=True),
    **{
        f"norm {p}": lambda m, x, p=p: m.linalg.vector_norm(x, p).detach()
        for p in (0, 0.5, 1, 2, 3, INF, -INF, -1)
    },
}  # fmt: skip


@pytest.mark.parametrize("name", ON_SPECIAL)
def test_special_values(name: str) -> None:
    for values in SPECIAL:
        both(ON_SPECIAL[name], np.array(values))


@pytest.mark.parametrize("p", [0.5, 1, 1.5, 2, 3, INF, -INF, -1])
def test_norms_at_zeros(p: float) -> None:
    """There is no slope at the zero vector; ours is PyTorch's choice, 0."""
    for values in ([0.0, 0.0], [0.0, 2.0, -2.0]):
        both(lambda m, x: m.linalg.vector_norm(x, p), np.array(values))


def test_half_numbers_do_not_overflow_inside() -> None:
    both(lambda m, x: m.linalg.vector_norm(x), np.array([3e4, 3e4], dtype=np.float16))


@pytest.mark.parametrize("zeros", [(), (1,), (1, 3), (0, 1, 3)])
def test_second_order_of_products_is_exact_at_zeros(zeros: tuple[int, ...]) -> None:
    values = np.array([2.0, -1.5, 0.5, 3.0, -0.75])
    values[list(zeros)] = 0
    for use in (lambda m, x: m.prod(x), lambda m, x: m.cumprod(x, 0).sum()):
        x = public["tensor"](values, requires_grad=True)
        (g,) = _grad(use(OURS, x), x, create_graph=True)
        rows = [_grad(g[i], x, retain_graph=True)[0].tolist() for i in range(5)]
        t = torch.from_numpy(values)
        np.testing.assert_allclose(
            rows, torch.autograd.functional.hessian(lambda t, use=use: use(THEIRS, t), t), rtol=1e-14
        )


def _grad(y: Any, x: Any, **options: Any) -> Any:
    from tinygrad_zh.transforms.gradient import grad

    return grad(y, x, **options)


def test_gradients_that_pytorch_has_not() -> None:
    """Counting is linear in the weights; every different value is one of the elements."""
    w = public["tensor"]([1.0, 2.0, 3.0], requires_grad=True)
    counted = public["bincount"](public["tensor"]([2, 0, 2]), w)
    (counted * public["tensor"]([10.0, 20.0, 30.0])).sum().backward()
    assert w.grad is not None and w.grad.tolist() == [30, 10, 30]
    x = public["tensor"]([3.0, 1.0, 3.0], requires_grad=True)
    (public["unique"](x) * public["tensor"]([5.0, 7.0])).sum().backward()
    assert x.grad is not None and x.grad.tolist() == [7, 5, 0]
    v = public["tensor"]([1.0, 2.0], requires_grad=True)
    public["histogram"](public["tensor"]([0.5, 1.5]), 2, weight=v).hist[1].backward()
    assert v.grad is not None and v.grad.tolist() == [0, 1]


@settings(max_examples=15)
@given(seed=st.integers(0, 999), k=st.integers(0, 6), largest=st.booleans())
def test_topk_takes_the_first_of_equals(seed: int, k: int, largest: bool) -> None:
    x = np.random.default_rng(seed).choice([0.0, 1.0, 2.0, 3.0, NAN], size=(3, 6))
    found = public["topk"](public["from_numpy"](x), k, largest=largest)
    expected = torch.sort(torch.from_numpy(x), dim=1, descending=largest, stable=True)
    close(found.indices, expected.indices[:, :k])
    close(found.values, expected.values[:, :k])


def test_long_rows() -> None:
    """Longer than any power of two that a scan doubles to."""
    x = np.random.default_rng(0).normal(size=(1000,))
    for name in ("cummax", "cummin", "logcumsumexp", "cumsum"):
        both(lambda m, t, name=name: getattr(m, name)(t, 0), x)
    both(lambda m, t: m.mode((t * 3).round(), 0).values.detach(), x)


def test_results_have_names() -> None:
    x = public["tensor"]([2.0, 1.0, 3.0])
    for name in ("sort", "mode"):
        found = public[name](x)
        assert (found.values is found[0], found.indices is found[1]) == (True, True)
    assert public["topk"](x, 1).indices.tolist() == [2] and public["cummax"](x, 0).indices.tolist() == [0, 0, 2]
    assert (public["aminmax"](x).min.item(), public["aminmax"](x).max.item()) == (1, 3)
    assert public["histogram"](x, 2).hist.tolist() == [1, 2] and public["histogram"](x, 2).bin_edges.tolist() == [
        1,
        2,
        3,
    ]


def test_nothing_is_written_into_operands() -> None:
    x = np.random.default_rng(1).normal(size=(3, 4))
    kept, t = x.copy(), public["from_numpy"](x)
    for name, use in ALONG.items():
        for y in flat(use(OURS, t, 1, True)):
            assert not np.shares_memory(array(y), x), name
    np.testing.assert_array_equal(x, kept)


@pytest.mark.parametrize("p", [-2, -1, 0.5, 1.5, 2, 3])
def test_a_zero_does_not_spoil_the_second_order_of_a_norm(p: float) -> None:
    """PyTorch's is NaN at some zeros themselves; elsewhere it is as here."""
    values = np.array([[1.0, 0.0, 3.0, 0.5], [2.0, 0.0, 1.0, 5.0]])
    seconds = []
    for lib in (tg, torch):
        x = lib.tensor(values, requires_grad=True)
        (g,) = lib.autograd.grad(lib.linalg.vector_norm(x, p), x, create_graph=True)
        (second,) = lib.autograd.grad((g * lib.tensor(np.cos(values))).sum(), x)
        seconds.append(second.numpy())
    there = values != 0
    np.testing.assert_allclose(seconds[0][there], seconds[1][there], rtol=1e-10, atol=1e-12)
    assert np.isfinite(seconds[0]).all()
