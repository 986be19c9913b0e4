"""Rows of ``ops/`` for pseudoinverses, norms and functions of matrices, distances, and orders of frequencies."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .matrices import lapack, mT, regular, spread, symmetric
from .tables import apart, away, normal, row, whole

r2, r3, batch = regular(2, 2), regular(3, 3), regular(2, 2, 2)


PSEUDO_INVERSE = [
    lapack("linalg.pinv", lambda m, x: m.linalg.pinv(x), spread(3, 2), np=np.linalg.pinv),
    lapack("linalg.pinv/wide batches", lambda m, x: m.linalg.pinv(x), spread(2, 1, 2), np=np.linalg.pinv),
    lapack("linalg.pinv/empty", lambda m, x: m.linalg.pinv(x), normal(0, 2), np=np.linalg.pinv),
    lapack(
        "linalg.pinv/rank 1",
        lambda m, a, b: m.linalg.pinv(a @ b),
        normal(3, 1),
        normal(1, 2),
        np=lambda a, b: np.linalg.pinv(a @ b),
    ),
    lapack(
        "linalg.pinv/hermitian",
        lambda m, x: m.linalg.pinv(symmetric(x), hermitian=True),
        batch,
        np=lambda x: np.linalg.inv(symmetric(x)),
    ),
    # below the tolerance a singular value makes no difference, though it has a slope
    lapack(
        "linalg.pinv/tolerances",
        lambda m, x: m.linalg.pinv(x, atol=0.1, rtol=0.7),
        spread(2, 2),
        np=lambda x: np.linalg.pinv(x, 0.7),
        slope=False,
        second=False,
    ),
    lapack("pinverse", lambda m, x: m.pinverse(x), r2, np=np.linalg.inv),
    lapack(
        "linalg.matrix_rank",
        lambda m, x: m.linalg.matrix_rank(m.cat([x, x], -1)),
        spread(2, 2, 1),
        np=lambda x: np.array([1, 1]),
        differentiable=(),
    ),
    lapack(
        "linalg.matrix_rank/hermitian",
        lambda m, x: m.linalg.matrix_rank(symmetric(x), atol=1.0, hermitian=True),
        r2,
        np=lambda x: np.array(2),
        differentiable=(),
    ),
    lapack(
        "linalg.matrix_rank/tol",
        lambda m, x: m.linalg.matrix_rank(x, 1.5),
        spread(3, 2),
        np=lambda x: np.array(1),
        differentiable=(),
    ),
    lapack(
        "linalg.lstsq",
        lambda m, a, b: m.linalg.lstsq(a, b)[0],
        spread(3, 2),
        normal(3, 2),
        np=lambda a, b: np.linalg.pinv(a) @ b,
    ),
    lapack(
        "linalg.lstsq/shortest",
        lambda m, a, b: m.linalg.lstsq(a, b)[0],
        spread(2, 1, 2),
        normal(1, 1, 2),
        np=lambda a, b: np.linalg.pinv(a) @ b,
    ),
    lapack(
        "linalg.lstsq/vectors",
        lambda m, a, b: m.linalg.lstsq(a, b)[0],
        spread(2, 2, 2),
        normal(2, 2),
        np=lambda a, b: np.linalg.solve(a, b[..., None])[..., 0],
    ),
    lapack(
        "linalg.lstsq/residuals",
        lambda m, a, b: m.linalg.lstsq(a, b, driver="gelsd"),
        spread(3, 2),
        normal(3, 1),
        np=lambda a, b: (
            np.linalg.pinv(a) @ b,
            ((a @ np.linalg.pinv(a) @ b - b) ** 2).sum(0),
            np.array(2),
            np.linalg.svd(a, compute_uv=False),
        ),
    ),
    lapack(
        "linalg.lstsq/gels",
        lambda m, a, b: m.linalg.lstsq(a, b, driver="gels")[::2],
        r2,
        normal(2, 1),
        np=lambda a, b: (np.linalg.solve(a, b), np.zeros(0, np.int64)),
    ),
]


def matrix_norm(order: Any, *, half: bool = True) -> Any:
    return row(
        f"linalg.matrix_norm/{order}",
        lambda m, x: m.linalg.matrix_norm(x, ord=order),
        apart(3, 2),
        np=lambda x: np.linalg.norm(x, order),
        half=half,
    )


NORMS = [
    row(
        "linalg.matrix_norm",
        lambda m, x: m.linalg.matrix_norm(x),
        normal(2, 2, 2),
        np=lambda x: np.linalg.norm(x, axis=(1, 2)),
    ),
    *(matrix_norm(order) for order in (1, -1, math.inf, -math.inf)),
    *(matrix_norm(order, half=False) for order in ("nuc", 2, -2)),
    lapack(
        "linalg.matrix_norm/dim and keepdim",
        lambda m, x: m.linalg.matrix_norm(x, "nuc", (0, -1), True, dtype=m.float64),
        normal(2, 2, 2),
        np=lambda x: np.linalg.norm(x, "nuc", axis=(0, 2), keepdims=True),
    ),
    row(
        "linalg.matrix_norm/ties",
        lambda m, x: m.linalg.matrix_norm(x, 1, (1, 0)),
        whole(1, 2, 2, 2),
        np=lambda x: np.linalg.norm(x, np.inf),
        slope=False,  # at ties there is none
        second=False,
    ),
    row(
        "linalg.matrix_norm/zero",
        lambda m, x: m.linalg.matrix_norm(x * 0),
        normal(2, 2),
        np=lambda x: np.array(0.0),
        slope=False,  # at 0 there is none
        second=False,
    ),
    row(
        "linalg.matrix_norm/empty",
        lambda m, x: m.linalg.matrix_norm(x, 1),
        normal(2, 0),
        np=lambda x: np.array(0.0),
        differentiable=(),
    ),
    row("linalg.norm", lambda m, x: m.linalg.norm(x), normal(2, 1, 2), np=lambda x: np.sqrt((x * x).sum())),
    lapack("linalg.norm/matrix", lambda m, x: m.linalg.norm(x, 2), spread(3, 2), np=lambda x: np.linalg.norm(x, 2)),
    *(
        row(
            f"linalg.norm/{order}",
            lambda m, x, order=order: m.linalg.norm(x, order, dim=1),
            apart(2, 3),
            np=lambda x, order=order: np.linalg.norm(x, order, axis=1),
            half=order in (0, 1, 2, math.inf),  # of others, PyTorch rounds every power
            differentiable=None if order else (),  # a count is flat: PyTorch gives it a gradient of 0
        )
        for order in (0, 1, 2, 3, 0.5, -1, math.inf, -math.inf)
    ),
    row(
        "linalg.norm/dims, keepdim and dtype",
        lambda m, x: m.linalg.norm(x, dim=(0, 2), keepdim=True, dtype=m.float64),
        normal(2, 2, 2),
        np=lambda x: np.sqrt((x * x).sum((0, 2), keepdims=True)),
    ),
    row(
        "linalg.norm/vector",
        lambda m, x: m.linalg.norm(x, ord=-2.5, keepdim=True),
        away(3),
        np=lambda x: (abs(x) ** -2.5).sum(keepdims=True) ** -0.4,
        half=False,
    ),
    lapack("linalg.cond", lambda m, x: m.linalg.cond(x), spread(3, 2), np=np.linalg.cond),
    lapack("linalg.cond/-2", lambda m, x: m.linalg.cond(x, -2), batch, np=lambda x: np.linalg.cond(x, -2)),
    # PyTorch's cannot be differentiated: it overwrites what it needs for that (its values: test_linalg.py)
    lapack(
        "linalg.cond/fro",
        lambda m, x: m.linalg.cond(x, "fro"),
        batch,
        np=lambda x: np.linalg.cond(x, "fro"),
        parity=False,
    ),
    lapack("linalg.cond/1", lambda m, x: m.linalg.cond(x, 1), r2, np=lambda x: np.linalg.cond(x, 1), parity=False),
    lapack(
        "linalg.cond/empty",
        lambda m, x: m.linalg.cond(x, "nuc"),
        normal(2, 0, 0),
        np=lambda x: np.zeros(2),
        differentiable=(),
        integers=False,
    ),
]


def np_exp(x: Any) -> Any:
    y = term = np.eye(x.shape[-1]) + np.zeros(x.shape)
    for k in range(1, 60):
        term = term @ x / k
        y = y + term
    return y


def np_distances(a: Any, b: Any, p: float) -> Any:
    return np.linalg.norm(a[..., :, None, :] - b[..., None, :, :], p, axis=-1)


FUNCTIONS = [
    lapack("linalg.matrix_exp", lambda m, x: m.linalg.matrix_exp(x), normal(3, 3), np=np_exp),
    lapack("linalg.matrix_exp/1", lambda m, x: m.linalg.matrix_exp(x), normal(2, 1, 1), np=np.exp),
    lapack(
        "linalg.matrix_exp/large",
        lambda m, x: m.linalg.matrix_exp(3 * x - 8 * x.mT),
        normal(2, 2, 2),
        np=lambda x: np_exp(3 * x - 8 * mT(x)),
    ),
    lapack(
        "linalg.matrix_exp/empty", lambda m, x: m.linalg.matrix_exp(x), normal(0, 0), np=lambda x: x, integers=False
    ),
    lapack("matrix_exp", lambda m, x: x.matrix_exp(), normal(2, 2), np=np_exp),
    *(
        lapack(
            f"cdist/p={p}",
            lambda m, a, b, p=p: m.cdist(a, b, p),
            normal(3, 2),
            normal(2, 2),
            np=lambda a, b, p=p: np_distances(a, b, p),
            second=p != 0,  # a count is flat
        )
        for p in (0, 0.5, 1, 1.5, 2.0, 3, math.inf)
    ),
    lapack(
        "cdist",
        lambda m, a, b: m.cdist(a, b),
        normal(2, 1, 2, 2),
        normal(2, 1, 2),
        np=lambda a, b: np_distances(a, b, 2),
    ),
    lapack(
        "cdist/product of matrices",
        lambda m, a, b: m.cdist(a, b, compute_mode="use_mm_for_euclid_dist"),
        normal(2, 2),
        normal(2, 3, 2),
        np=lambda a, b: np_distances(a, b, 2),
    ),
    lapack(
        "cdist/no coordinates",
        lambda m, a, b: m.cdist(a, b),
        normal(2, 0),
        normal(3, 0),
        np=lambda a, b: np.zeros((2, 3)),
    ),
    lapack("pdist", lambda m, x: m.pdist(x), normal(3, 2), np=lambda x: np_distances(x, x, 2)[np.triu_indices(3, 1)]),
    lapack(
        "nn.functional.pdist",
        lambda m, x: m.nn.functional.pdist(x, p=1),
        normal(3, 2),
        np=lambda x: np_distances(x, x, 1)[np.triu_indices(3, 1)],
    ),
    row("fft.fftshift", lambda m, x: m.fft.fftshift(x), normal(2, 3), np=np.fft.fftshift),
    row("fft.fftshift/dim", lambda m, x: m.fft.fftshift(x, dim=0), normal(3, 2), np=lambda x: np.fft.fftshift(x, 0)),
    row(
        "fft.ifftshift",
        lambda m, x: m.fft.ifftshift(x, (0, -1)),
        normal(2, 1, 3),
        np=lambda x: np.fft.ifftshift(x, (0, 2)),
    ),
]


ROWS = [*PSEUDO_INVERSE, *NORMS, *FUNCTIONS]
