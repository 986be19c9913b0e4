"""Rows of ``ops/linalg.py``."""

from __future__ import annotations

import numpy as np

from .tables import normal, row, transposed

ROWS = [
    row("matmul", lambda m, a, b: m.matmul(a, b), normal(2, 3), normal(3, 4), np=np.matmul),
    row("matmul/operator", lambda m, a, b: a @ b, normal(2, 3), normal(3, 1), np=np.matmul),
    row("matmul/vectors", lambda m, a, b: a @ b, normal(3), normal(3), np=np.matmul),
    row("matmul/matrix vector", lambda m, a, b: a @ b, normal(2, 3), normal(3), np=np.matmul),
    row("matmul/vector matrix", lambda m, a, b: a @ b, normal(3), normal(3, 2), np=np.matmul),
    row("matmul/batches", lambda m, a, b: a @ b, normal(2, 2, 3), normal(2, 3, 2), np=np.matmul),
    row("matmul/batch and matrix", lambda m, a, b: a @ b, normal(2, 2, 3), normal(3, 2), np=np.matmul),
    row("matmul/batch and vector", lambda m, a, b: a @ b, normal(2, 2, 3), normal(3), np=np.matmul),
    row("matmul/vector and batch", lambda m, a, b: a @ b, normal(3), normal(2, 3, 2), np=np.matmul),
    row("matmul/broadcast batches", lambda m, a, b: a @ b, normal(2, 1, 2, 3), normal(3, 3, 2), np=np.matmul),
    row("matmul/transposed", lambda m, a, b: a @ b, transposed(normal(2, 3)), transposed(normal(3, 2)), np=np.matmul),
    row("matmul/no rows", lambda m, a, b: a @ b, normal(0, 3), normal(3, 2), np=np.matmul),
    row("matmul/nothing to add", lambda m, a, b: a @ b, normal(2, 0), normal(0, 2), np=np.matmul),
    row("matmul/itself", lambda m, a: a @ a, normal(3, 3), np=lambda a: a @ a),
    row("mm", lambda m, a, b: m.mm(a, b), normal(2, 3), normal(3, 2), np=np.matmul),
    row("bmm", lambda m, a, b: m.bmm(a, b), normal(2, 2, 3), normal(2, 3, 2), np=np.matmul),
    row("mv", lambda m, a, b: m.mv(a, b), normal(2, 3), normal(3), np=np.matmul),
    row("dot", lambda m, a, b: m.dot(a, b), normal(3), normal(3), np=np.dot),
    row(
        "linear",
        lambda m, x, w, b: m.linear(x, w, b),
        normal(2, 3),
        normal(4, 3),
        normal(4),
        np=lambda x, w, b: x @ w.T + b,
    ),
    row("linear/no bias", lambda m, x, w: m.linear(x, w), normal(2, 3), normal(4, 3), np=lambda x, w: x @ w.T),
    row(
        "linear/vector",
        lambda m, x, w, b: m.linear(x, w, b),
        normal(3),
        normal(4, 3),
        normal(4),
        np=lambda x, w, b: x @ w.T + b,
    ),
    row(
        "linear/batches",
        lambda m, x, w, b: m.linear(x, w, b),
        normal(2, 2, 3),
        normal(4, 3),
        normal(4),
        np=lambda x, w, b: x @ w.T + b,
    ),
    row("linear/one output", lambda m, x, w: m.linear(x, w), normal(2, 3), normal(3), np=lambda x, w: x @ w),
]
