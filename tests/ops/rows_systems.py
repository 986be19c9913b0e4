"""Rows of ``ops/triangular.py``, ``lu.py``, ``solve.py`` and ``determinant.py``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .matrices import CHECKED_WHEN_EMPTY, lapack, mT, np_positive, positive, regular
from .tables import deprecated, normal, row

r2, r3, batch = regular(2, 2), regular(3, 3), regular(2, 2, 2)
tril, triu = np.tril, np.triu

TRIANGULAR = [
    lapack(
        "linalg.solve_triangular",
        lambda m, a, b: m.linalg.solve_triangular(a, b, upper=True),
        r3,
        normal(3, 2),
        np=lambda a, b: np.linalg.solve(triu(a), b),
    ),
    lapack(
        "linalg.solve_triangular/lower batches",
        lambda m, a, b: m.linalg.solve_triangular(a, b, upper=False),
        batch,
        normal(2, 1),
        np=lambda a, b: np.linalg.solve(tril(a), b),
    ),
    lapack(
        "linalg.solve_triangular/right",
        lambda m, a, b: m.linalg.solve_triangular(a, b, upper=False, left=False),
        r3,
        normal(2, 3),
        np=lambda a, b: b @ np.linalg.inv(tril(a)),
    ),
    lapack(
        "linalg.solve_triangular/unitriangular",
        lambda m, a, b: m.linalg.solve_triangular(a, b, upper=True, unitriangular=True),
        r3,
        normal(3, 1),
        np=lambda a, b: np.linalg.solve(triu(a, 1) + np.eye(3), b),
    ),
    lapack(
        "linalg.solve_triangular/empty",
        lambda m, a, b: m.linalg.solve_triangular(a, b, upper=True),
        normal(0, 0),
        normal(0, 2),
        np=lambda a, b: b,
    ),
    lapack(
        "triangular_solve",
        deprecated(lambda m, a, b: m.triangular_solve(b, a)),
        r2,
        normal(2, 2),
        np=lambda a, b: (np.linalg.solve(triu(a), b), a),
    ),
    lapack(
        "triangular_solve/transpose",
        deprecated(lambda m, a, b: m.triangular_solve(b, a, upper=False, transpose=True)[0]),
        r2,
        normal(2, 2),
        np=lambda a, b: np.linalg.solve(tril(a).T, b),
    ),
    lapack(
        "linalg.cholesky",
        lambda m, x: m.linalg.cholesky(positive(m, x)),
        r3,
        np=lambda x: np.linalg.cholesky(np_positive(x)),
    ),
    lapack(
        "linalg.cholesky/upper batches",
        lambda m, x: m.linalg.cholesky(positive(m, x), upper=True),
        batch,
        np=lambda x: mT(np.linalg.cholesky(np_positive(x))),
    ),
    lapack("linalg.cholesky/empty", lambda m, x: m.linalg.cholesky(x), normal(2, 0, 0), np=lambda x: x),
    lapack(
        "cholesky",
        deprecated(lambda m, x: m.cholesky(positive(m, x))),
        r2,
        np=lambda x: np.linalg.cholesky(np_positive(x)),
    ),
    lapack(
        "linalg.cholesky_ex",
        lambda m, x: m.linalg.cholesky_ex(positive(m, x)),
        batch,
        np=lambda x: (np.linalg.cholesky(np_positive(x)), np.zeros(2, np.int32)),
    ),
    lapack(
        "cholesky_solve",
        lambda m, b, a: m.cholesky_solve(b, m.tril(a)),
        normal(2, 1),
        r2,
        np=lambda b, a: np.linalg.solve(tril(a) @ tril(a).T, b),
    ),
    lapack(
        "cholesky_solve/upper batches",
        lambda m, b, a: m.cholesky_solve(b, m.triu(a), upper=True),
        normal(2, 2, 1),
        batch,
        np=lambda b, a: np.linalg.solve(mT(triu(a)) @ triu(a), b),
    ),
    lapack(
        "cholesky_inverse",
        lambda m, a: m.cholesky_inverse(m.tril(a)),
        r2,
        np=lambda a: np.linalg.inv(tril(a) @ tril(a).T),
    ),
    lapack(
        "cholesky_inverse/upper batches",
        lambda m, a: m.cholesky_inverse(m.triu(a), upper=True),
        batch,
        np=lambda a: np.linalg.inv(mT(triu(a)) @ triu(a)),
    ),
]


def np_lu(a: Any) -> Any:
    """P, L and U by the book, for one matrix."""
    m, n = a.shape
    k = min(m, n)
    u, lower, p = a.copy(), np.eye(m), np.eye(m)
    for i in range(k):
        j = i + np.argmax(abs(u[i:, i]))
        swap = np.eye(m)
        swap[[i, j]] = swap[[j, i]]
        u, p, lower = swap @ u, p @ swap, swap @ (lower - np.eye(m)) @ np.eye(m) + np.eye(m)
        lower[i + 1 :, i] = u[i + 1 :, i] / u[i, i]
        u = u - np.outer(np.r_[np.zeros(i + 1), lower[i + 1 :, i]], u[i])
    return p, lower[:, :k], triu(u)[:k]


def np_packed(a: Any) -> Any:
    _, lower, upper = np_lu(a)
    k = min(a.shape)
    packed = np.zeros(a.shape)
    packed[:, :k] += tril(lower, -1)
    packed[:k] += upper
    return packed


LU = [
    lapack("linalg.lu", lambda m, x: m.linalg.lu(x), normal(3, 3), np=np_lu),
    lapack("linalg.lu/tall", lambda m, x: m.linalg.lu(x), normal(3, 2), np=np_lu),
    lapack("linalg.lu/wide", lambda m, x: m.linalg.lu(x), normal(2, 3), np=np_lu),
    lapack("linalg.lu_factor", lambda m, x: m.linalg.lu_factor(x)[0], normal(3, 3), np=np_packed),
    lapack(
        "linalg.lu_factor/batches",
        lambda m, x: m.linalg.lu_factor(x),
        batch,
        np=lambda x: (np.stack([np_packed(a) for a in x]), np.tile(np.array([1, 2], np.int32), (2, 1))),
    ),
    lapack(
        "linalg.lu_factor/empty",
        lambda m, x: m.linalg.lu_factor(x)[0],
        normal(0, 3),
        np=lambda x: x,
        **CHECKED_WHEN_EMPTY,
    ),
    lapack(
        "linalg.lu_factor_ex",
        lambda m, x: m.linalg.lu_factor_ex(x),
        r2,
        np=lambda x: (np_packed(x), np.array([1, 2], np.int32), np.array(0, np.int32)),
    ),
    lapack("lu_unpack", lambda m, x: m.lu_unpack(*m.linalg.lu_factor(x)), normal(2, 2), np=np_lu),
    lapack(
        "lu_unpack/parts",
        lambda m, x: m.lu_unpack(*m.linalg.lu_factor(x), unpack_pivots=False),
        r2,
        np=lambda x: (np.zeros(0), *np_lu(x)[1:]),
    ),
    lapack(
        "linalg.lu_solve",
        lambda m, a, b: m.linalg.lu_solve(*m.linalg.lu_factor(a), b),
        normal(3, 3),
        normal(3, 2),
        np=np.linalg.solve,
    ),
    lapack(
        "linalg.lu_solve/adjoint",
        lambda m, a, b: m.linalg.lu_solve(*m.linalg.lu_factor(a), b, adjoint=True),
        normal(3, 3),
        normal(3, 1),
        np=lambda a, b: np.linalg.solve(a.T, b),
    ),
    lapack(
        "linalg.lu_solve/right",
        lambda m, a, b: m.linalg.lu_solve(*m.linalg.lu_factor(a), b, left=False),
        batch,
        normal(1, 2),
        np=lambda a, b: b @ np.linalg.inv(a),
    ),
    lapack(
        "lu_solve",
        deprecated(lambda m, b, a: m.lu_solve(b, *m.linalg.lu_factor(a))),
        normal(2, 1),
        r2,
        np=lambda b, a: np.linalg.solve(a, b),
    ),
]

SOLVE = [
    lapack("linalg.inv", lambda m, x: m.linalg.inv(x), r3, np=np.linalg.inv),
    lapack("linalg.inv/batches", lambda m, x: m.linalg.inv(x), batch, np=np.linalg.inv),
    lapack("linalg.inv/empty", lambda m, x: m.linalg.inv(x), normal(0, 0), np=np.linalg.inv),
    lapack("inverse", lambda m, x: x.inverse(), r2, np=np.linalg.inv),
    lapack(
        "linalg.inv_ex",
        lambda m, x: m.linalg.inv_ex(x),
        batch,
        np=lambda x: (np.linalg.inv(x), np.zeros(2, np.int32)),
    ),
    lapack("linalg.solve", lambda m, a, b: m.linalg.solve(a, b), r3, normal(3, 2), np=np.linalg.solve),
    lapack("linalg.solve/vector", lambda m, a, b: m.linalg.solve(a, b), r2, normal(2), np=np.linalg.solve),
    lapack(
        "linalg.solve/vectors",
        lambda m, a, b: m.linalg.solve(a, b),
        regular(3, 2, 2),
        normal(3, 2),
        np=lambda a, b: np.linalg.solve(a, b[..., None])[..., 0],
    ),
    lapack(
        "linalg.solve/one right",
        lambda m, a, b: m.linalg.solve(a, b),
        regular(2, 2, 2),
        normal(2, 3),
        np=np.linalg.solve,
    ),
    lapack(
        "linalg.solve/right",
        lambda m, a, b: m.linalg.solve(a, b, left=False),
        r2,
        normal(3, 2),
        np=lambda a, b: b @ np.linalg.inv(a),
    ),
    lapack(
        "linalg.solve_ex",
        lambda m, a, b: m.linalg.solve_ex(a, b),
        r2,
        normal(2, 1),
        np=lambda a, b: (np.linalg.solve(a, b), np.array(0, np.int32)),
    ),
    row("matrix_power", lambda m, x: m.matrix_power(x, 3), normal(2, 2), np=lambda x: np.linalg.matrix_power(x, 3)),
    row("matrix_power/1", lambda m, x: m.matrix_power(x, 1), normal(2, 2, 2), np=lambda x: x),
    row(
        "matrix_power/0",
        lambda m, x: m.matrix_power(x, 0),
        normal(2, 2, 2),
        np=lambda x: np.tile(np.eye(2), (2, 1, 1)),
        differentiable=(),
    ),
    lapack(
        "linalg.matrix_power",
        lambda m, x: m.linalg.matrix_power(x, -2),
        r2,
        np=lambda x: np.linalg.matrix_power(x, -2),
    ),
    lapack(
        "linalg.tensorinv",
        lambda m, x: m.linalg.tensorinv(x.reshape(2, 1, 2), ind=1),
        r2,
        np=lambda x: np.linalg.tensorinv(x.reshape(2, 1, 2), ind=1),
    ),
    lapack(
        "linalg.tensorsolve",
        lambda m, a, b: m.linalg.tensorsolve(a.reshape(2, 2, 1), b),
        r2,
        normal(2),
        np=lambda a, b: np.linalg.tensorsolve(a.reshape(2, 2, 1), b),
    ),
    lapack(
        "linalg.tensorsolve/dims",
        lambda m, a, b: m.linalg.tensorsolve(a, b, dims=(0,)),
        r2,
        normal(2),
        np=lambda a, b: np.linalg.solve(a.T, b),
    ),
    lapack("det", lambda m, x: m.det(x), normal(3, 3), np=np.linalg.det),
    lapack("linalg.det", lambda m, x: m.linalg.det(x), normal(2, 2, 2), np=np.linalg.det),
    lapack("linalg.det/empty", lambda m, x: m.linalg.det(x), normal(2, 0, 0), np=np.linalg.det),
    lapack("slogdet", lambda m, x: m.slogdet(x)[1], r3, np=lambda x: np.linalg.slogdet(x)[1]),
    lapack(
        "linalg.slogdet", lambda m, x: m.linalg.slogdet(-x), regular(2, 3, 3), np=lambda x: tuple(np.linalg.slogdet(-x))
    ),
    lapack("logdet", lambda m, x: m.logdet(x), batch, np=lambda x: np.log(np.linalg.det(x))),
]

ROWS = [*TRIANGULAR, *LU, *SOLVE]
