"""Linear algebra against PyTorch: generated shapes, hard matrices, and what both refuse."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import hypothesis.extra.numpy as shapes
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygrad_zh.core.tensor import Tensor
from tinygrad_zh.ops.publish import public, spaces
from tinygrad_zh.transforms.gradient import grad

from .libraries import OURS, THEIRS, array, close

linalg = spaces["linalg"]
Use = Callable[..., Any]


def both(use: Use, *arrays: Any) -> None:
    """Run a use with both libraries and compare values, and gradients of the sum of squares of floating results."""
    xs = [public["from_numpy"](a.copy()) for a in arrays]
    ts = [torch.from_numpy(a.copy()) for a in arrays]
    for each in (xs, ts):
        for x in each:
            if x.dtype.kind == "f" if isinstance(x, Tensor) else x.is_floating_point():
                x.requires_grad_()
    found, expected = listed(use(OURS, *xs)), listed(use(THEIRS, *ts))
    for y, e in zip(found, expected, strict=True):
        close(y, e)
    roots = [y for y in found if y.requires_grad], [e for e in expected if e.requires_grad]
    if roots[1]:
        sum((e * e).sum() for e in roots[1]).backward()
        total = sum(((y * y).sum() for y in roots[0]), public["tensor"](0.0))
        total.backward()
        for x, t in zip(xs, ts, strict=True):
            if t.grad is not None:
                close(x.grad, t.grad)


def listed(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (tuple, list)) else [result]


def regular(rng: np.random.Generator, *shape: int) -> Any:
    return rng.normal(size=shape) * 0.5 + 2 * np.eye(shape[-2], shape[-1])


# -- generated shapes ----------------------------------------------------------------------------------------

BATCHES = shapes.mutually_broadcastable_shapes(num_shapes=2, max_dims=2, max_side=2)
SQUARE: dict[str, Use] = {
    "inv": lambda m, a: m.linalg.inv(a),
    "det": lambda m, a: m.linalg.det(a),
    "slogdet": lambda m, a: m.linalg.slogdet(a)[1],
    "cholesky": lambda m, a: m.linalg.cholesky(a @ a.mT + 3 * (a * 0 + 1) * m.eye(a.shape[-1], dtype=a.dtype)),
    "lu": lambda m, a: m.linalg.lu(a),
    "eigvalsh": lambda m, a: m.linalg.eigvalsh(a + a.mT),
    # small ones: of larger ones PyTorch's gradient is wrong by more than a hundred eps, ours by ten
    "matrix_exp": lambda m, a: m.linalg.matrix_exp(a / 4),
    "matrix_power": lambda m, a: m.linalg.matrix_power(a, 5),
    "norm 2": lambda m, a: m.linalg.matrix_norm(a, 2) if a.shape[-1] else a,
}


@settings(max_examples=8)
@given(
    batch=shapes.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=2),
    n=st.integers(0, 4),
    seed=st.integers(0, 99),
)
@pytest.mark.parametrize("use", SQUARE.values(), ids=SQUARE)
def test_square_matrices(use: Use, batch: tuple[int, ...], n: int, seed: int) -> None:
    both(use, regular(np.random.default_rng(seed), *batch, n, n))


OBLONG: dict[str, Use] = {
    "svdvals": lambda m, a: m.linalg.svdvals(a),
    "svd": lambda m, a: abs(m.linalg.svd(a, full_matrices=False)[0]),
    "qr": lambda m, a: m.linalg.qr(a),
    "lu": lambda m, a: m.linalg.lu(a),
    "lu_factor": lambda m, a: m.linalg.lu_factor_ex(a),
    "pinv": lambda m, a: m.linalg.pinv(a),
    "rank": lambda m, a: m.linalg.matrix_rank(a),
    "nuc": lambda m, a: m.linalg.matrix_norm(a, "nuc"),
    "fro": lambda m, a: m.linalg.matrix_norm(a, "fro", dim=(-1, 0), keepdim=True),
    "inf": lambda m, a: m.linalg.matrix_norm(a, math.inf),
    "cdist": lambda m, a: m.cdist(a, a * 2 + 1, p=1.5),
}


@settings(max_examples=8)
@given(sizes=st.tuples(st.integers(0, 2), st.integers(1, 4), st.integers(1, 4)), seed=st.integers(0, 99))
@pytest.mark.parametrize("use", OBLONG.values(), ids=OBLONG)
def test_oblong_matrices(use: Use, sizes: tuple[int, ...], seed: int) -> None:
    both(use, regular(np.random.default_rng(seed), *sizes))


SYSTEMS: dict[str, Use] = {
    "solve": lambda m, a, b: m.linalg.solve(a, b),
    "from the right": lambda m, a, b: m.linalg.solve(a, b.mT, left=False),
    "triangular": lambda m, a, b: m.linalg.solve_triangular(a, b, upper=True, unitriangular=True),
    "lu": lambda m, a, b: m.linalg.lu_solve(*m.linalg.lu_factor(a), b),
    "cholesky": lambda m, a, b: m.cholesky_solve(b, m.tril(a)),
}


@settings(max_examples=8)
@given(batches=BATCHES, n=st.integers(1, 3), k=st.integers(0, 2), seed=st.integers(0, 99))
@pytest.mark.parametrize("use", SYSTEMS.values(), ids=SYSTEMS)
def test_systems(use: Use, batches: Any, n: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = batches.input_shapes
    both(use, regular(rng, *a, n, n), rng.normal(size=(*b, n, k)))


@settings(max_examples=15)
@given(data=st.data(), dtype=st.sampled_from(["float64", "int64", "int32"]))
def test_tensordot_and_kron(data: st.DataObject, dtype: str) -> None:
    rng = np.random.default_rng(0)
    a = np.array(rng.normal(size=data.draw(shapes.array_shapes(min_dims=0, max_dims=3, max_side=3))) * 3, dtype)
    count = data.draw(st.integers(0, a.ndim))
    b = (rng.normal(size=(*a.shape[a.ndim - count :], data.draw(st.integers(1, 3)))) * 3).astype(dtype)
    both(lambda m, x, y: m.tensordot(x, y, dims=count), a, b)
    both(lambda m, x, y: m.kron(x, y), a, b)


@settings(max_examples=10)
@given(sizes=st.lists(st.integers(1, 5), min_size=4, max_size=7))
def test_chains(sizes: list[int]) -> None:
    rng = np.random.default_rng(0)
    matrices = [rng.normal(size=shape) for shape in itertools.pairwise(sizes)]
    both(lambda m, *xs: m.linalg.multi_dot(xs), *matrices)


def test_a_chain_is_split_where_it_is_cheapest() -> None:
    """Of (10, 100), (100, 5), (5, 50) the first two go first: 7500 multiplications instead of 75000 (CLRS)."""
    from tinygrad_zh.ops.products import cheapest_splits

    assert cheapest_splits([10, 100, 5, 50])[0, 2] == 1
    assert cheapest_splits([50, 5, 100, 10])[0, 2] == 0


@pytest.mark.parametrize("n", [0, 1, 4, 5])
def test_frequencies(n: int) -> None:
    for name in ("fftfreq", "rfftfreq"):
        close(spaces["fft"][name](n), getattr(torch.fft, name)(n))
        close(spaces["fft"][name](n, 0.3, dtype="float64"), getattr(torch.fft, name)(n, 0.3, dtype=torch.float64))
        close(spaces["fft"][name](n, 0), getattr(torch.fft, name)(n, 0))
    assert spaces["fft"]["fftfreq"](4, requires_grad=True).requires_grad
    shifted = spaces["fft"]["fftshift"](spaces["fft"]["fftfreq"](n)) if n else spaces["fft"]["fftfreq"](n)
    assert shifted.tolist() == sorted(shifted.tolist())


# -- values that PyTorch has but cannot differentiate --------------------------------------------------------

NOT_DIFFERENTIATED: dict[str, Use] = {
    "vander": lambda m, a: m.vander(a[0], 4),
    "vander, rising": lambda m, a: m.vander(a[0], increasing=True),
    **{f"cond {p}": lambda m, a, p=p: m.linalg.cond(a, p) for p in (None, 2, -2, 1, -1, "fro", "nuc", math.inf)},
}


@pytest.mark.parametrize("use", NOT_DIFFERENTIATED.values(), ids=NOT_DIFFERENTIATED)
def test_values_alone(use: Use) -> None:
    a = regular(np.random.default_rng(0), 3, 3)
    close(use(OURS, public["from_numpy"](a)), use(THEIRS, torch.from_numpy(a)))


# -- hard matrices -------------------------------------------------------------------------------------------

NEITHER = np.array([[1.0, 2.0], [2.0, 4.0]])
"""Singular, and not positive-definite."""
NAN = np.full((2, 2), np.nan)


def test_failures_are_numbered() -> None:
    batch = np.stack([np.eye(2), NEITHER, -np.eye(2)])
    x, t = public["from_numpy"](batch), torch.from_numpy(batch)
    np.testing.assert_array_equal(array(linalg["inv_ex"](x)[1]), torch.linalg.inv_ex(t)[1].numpy())
    np.testing.assert_array_equal(array(linalg["cholesky_ex"](x)[1]), torch.linalg.cholesky_ex(t)[1].numpy())
    np.testing.assert_array_equal(array(linalg["lu_factor_ex"](x)[2]), torch.linalg.lu_factor_ex(t)[2].numpy())
    np.testing.assert_array_equal(array(linalg["solve_ex"](x, x)[1]), torch.linalg.solve_ex(t, t)[1].numpy())
    np.testing.assert_array_equal(array(linalg["inv_ex"](x)[0])[::2], batch[::2])  # the others are right
    np.testing.assert_array_equal(array(linalg["cholesky_ex"](x)[0])[0], np.eye(2))


def test_singular_matrices_have_determinants_logarithms_and_pseudoinverses() -> None:
    for use in (
        lambda m, a: m.linalg.slogdet(a.detach()),
        lambda m, a: m.logdet(a.detach()),
        lambda m, a: m.linalg.det(a.detach()),
        lambda m, a: m.linalg.pinv(a),
        lambda m, a: m.linalg.lstsq(a, a)[0],
        lambda m, a: m.linalg.lu(a.detach()),
        lambda m, a: m.linalg.cond(a.detach(), 1),
    ):
        both(use, NEITHER)


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_the_gradient_of_a_determinant_is_the_cofactors(rank: int) -> None:
    """Of singular matrices too, of whatever rank: from minors, by the book."""
    rng = np.random.default_rng(rank)
    a = rng.normal(size=(3, rank)) @ rng.normal(size=(rank, 3))
    minors = [[np.linalg.det(np.delete(np.delete(a, i, 0), j, 1)) for j in range(3)] for i in range(3)]
    cofactors = np.array(minors) * [[1, -1, 1], [-1, 1, -1], [1, -1, 1]]
    x = public["from_numpy"](a).requires_grad_()
    linalg["det"](x).backward()
    np.testing.assert_allclose(array(x.grad), cofactors, atol=1e-14)


def test_values_that_coincide_have_gradients() -> None:
    for name in ("eigvalsh", "svdvals"):
        both(lambda m, a, name=name: getattr(m.linalg, name)(a), np.eye(3))
    both(lambda m, a: m.linalg.eigh(a)[0], np.eye(3))
    both(lambda m, a: m.linalg.svd(a)[1], np.eye(3))


def test_nan_and_infinity() -> None:
    both(lambda m, a: m.linalg.eigvalsh(a.detach()), NAN)
    both(lambda m, a: m.linalg.eigh(a.detach()), np.stack([NAN, np.eye(2)]))
    both(lambda m, a: m.linalg.matrix_exp(a.detach()), np.array([[np.inf]]))
    both(lambda m, a: m.linalg.matrix_exp(a.detach()), np.array([[1000.0]]))
    assert np.isnan(array(linalg["matrix_exp"](public["from_numpy"](NAN)))).all()
    # beta = 0: what was there before does not matter
    both(lambda m, a, b: m.addmm(a, b, b, beta=0), NAN, np.eye(2))


def test_exponentials_of_many_sizes() -> None:
    """Each matrix of a batch is scaled for itself."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(4, 3, 3)) * np.array([1e-8, 0.1, 3, 12]).reshape(4, 1, 1)
    a = a - np.swapaxes(a, -1, -2)  # whose exponentials are rotations
    for dtype in ("float64", "float32"):
        y = array(linalg["matrix_exp"](public["from_numpy"](a.astype(dtype))))
        expected = torch.linalg.matrix_exp(torch.from_numpy(a)).numpy()
        np.testing.assert_allclose(y, expected, atol=300 * float(np.finfo(dtype).eps))


def test_elimination_agrees_with_lapack_on_larger_matrices() -> None:
    a = np.random.default_rng(0).normal(size=(2, 40, 40))
    both(lambda m, x: m.linalg.lu_factor(x.detach())[1], a)
    p, lower, upper = (array(part) for part in linalg["lu"](public["from_numpy"](a)))
    np.testing.assert_allclose(p @ lower @ upper, a, atol=1e-13)
    assert (abs(lower) <= 1).all()


def test_distances_of_equal_points_have_gradient_0() -> None:
    a = np.array([[1.0, 2.0], [1.0, 2.0], [3.0, 5.0]])
    for p in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, math.inf):
        both(lambda m, x, p=p: m.cdist(x, x.detach(), p), a)
        both(lambda m, x, p=p: m.pdist(x, p), a)
    many = np.random.default_rng(0).normal(size=(30, 2))
    both(lambda m, x: m.cdist(x[:, :], x.detach() + 1), many)  # by a product of matrices


def test_second_derivatives_of_degenerate_norms() -> None:
    x = public["zeros"](2, 2, requires_grad=True)
    (first,) = grad(linalg["matrix_norm"](x), x, create_graph=True)
    assert not array(first).any()
