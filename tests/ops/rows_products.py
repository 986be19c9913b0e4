"""Rows of ``ops/products.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .rows_inplace import inplace
from .tables import Row, Source, deprecated, normal, row, transposed


def added(name: str, product: Callable[..., Any], *operands: Source) -> list[Row]:
    """A function β · input + α · product: plain, and with factors (whole ones, for integers)."""
    return [
        row(name, lambda m, *xs: getattr(m, name)(*xs), *operands, np=lambda c, a, b: c + product(a, b)),
        row(
            f"{name}/beta and alpha",
            lambda m, *xs: getattr(m, name)(*xs, beta=2, alpha=-3),
            *operands,
            np=lambda c, a, b: 2 * c - 3 * product(a, b),
        ),
        row(
            f"{name}/beta=0",
            lambda m, *xs: getattr(m, name)(*xs, beta=0, alpha=2),
            *operands,
            np=lambda c, a, b: 2 * product(a, b),
        ),
    ]


a23, b34, c42 = normal(2, 3), normal(3, 4), normal(4, 2)
ADDED = [
    # Sums of int32 and uint8 products: PyTorch has no kernel for some, and bools it refuses.
    *added("addmm", np.matmul, normal(2, 2), a23, normal(3, 2)),
    *added("addmv", np.matmul, normal(2), a23, normal(3)),
    *added("addr", np.outer, normal(2, 3), normal(2), normal(3)),
    *added("baddbmm", np.matmul, normal(2, 2, 2), normal(2, 2, 3), normal(2, 3, 2)),
    *added("addbmm", lambda a, b: np.matmul(a, b).sum(0), normal(2, 2), normal(2, 2, 3), normal(2, 3, 2)),
]

ROWS = [
    *ADDED,
    *(inplace(each) for each in ADDED if "/" not in each.name),
    row(
        "addmm/broadcast",
        lambda m, c, a, b: m.addmm(c, a, b),
        normal(2),
        a23,
        normal(3, 2),
        np=lambda c, a, b: c + a @ b,
    ),
    row("addmm/number", lambda m, c, a, b: m.addmm(c, a, b), normal(), a23, normal(3, 2), np=lambda c, a, b: c + a @ b),
    row(
        "addmm/nothing to add",
        lambda m, c, a, b: m.addmm(c, a, b),
        normal(2),
        normal(2, 0),
        normal(0, 2),
        np=lambda c, a, b: c + a @ b,
    ),
    row("outer", lambda m, a, b: m.outer(a, b), normal(2), normal(3), np=np.outer),
    row("outer/empty", lambda m, a, b: m.outer(a, b), normal(0), normal(3), np=np.outer),
    row("ger", lambda m, a, b: m.ger(a, b), normal(2), normal(3), np=np.outer),
    row("inner", lambda m, a, b: m.inner(a, b), normal(3), normal(3), np=np.inner),
    row("inner/matrices", lambda m, a, b: m.inner(a, b), a23, normal(2, 2, 3), np=np.inner),
    row("inner/number", lambda m, a, b: m.inner(a, b), normal(), a23, np=np.inner),
    row("vdot", lambda m, a, b: m.vdot(a, b), normal(3), normal(3), np=np.vdot),
    row("linalg.vecdot", lambda m, a, b: m.linalg.vecdot(a, b), a23, normal(3), np=lambda a, b: (a * b).sum(-1)),
    row(
        "linalg.vecdot/dim=0",
        lambda m, a, b: m.linalg.vecdot(a, b, dim=0),
        a23,
        normal(2, 1),
        np=lambda a, b: (a * b).sum(0),
    ),
    row("linalg.cross", lambda m, a, b: m.linalg.cross(a, b), normal(2, 3), normal(1, 3), np=np.cross),
    row(
        "linalg.cross/dim=0",
        lambda m, a, b: m.linalg.cross(a, b, dim=0),
        normal(3, 2),
        normal(3, 2),
        np=lambda a, b: np.cross(a, b, axis=0),
    ),
    row("cross", lambda m, a, b: m.cross(a, b, dim=1), normal(2, 3), normal(2, 3), np=np.cross),
    row("cross/method", lambda m, a, b: a.cross(b, -1), normal(3), normal(3), np=np.cross),
    row("linalg.matmul", lambda m, a, b: m.linalg.matmul(a, b), a23, b34, np=np.matmul),
    row(
        "linalg.diagonal",
        lambda m, a: m.linalg.diagonal(a, offset=1),
        normal(2, 2, 3),
        np=lambda a: np.diagonal(a, 1, -2, -1),
    ),
    row("tensordot", lambda m, a, b: m.tensordot(a, b), normal(2, 2, 3), normal(2, 3, 2), np=np.tensordot),
    row("tensordot/0", lambda m, a, b: m.tensordot(a, b, 0), normal(2), a23, np=lambda a, b: np.tensordot(a, b, 0)),
    row(
        "tensordot/pairs",
        lambda m, a, b: m.tensordot(a, b, dims=([0, -1], [1, 0])),
        transposed(normal(2, 2, 3)),
        normal(3, 2, 2),
        np=lambda a, b: np.tensordot(a, b, ([0, 2], [1, 0])),
    ),
    row(
        "tensordot/1 broadcasts",
        lambda m, a, b: m.tensordot(a, b, dims=1),
        a23,
        normal(1, 2),
        np=lambda a, b: a.sum(1, keepdims=True) @ b,
    ),
    row("kron", lambda m, a, b: m.kron(a, b), normal(2, 2), normal(1, 3), np=np.kron),
    row("kron/dimensions", lambda m, a, b: m.kron(a, b), normal(2), normal(2, 1, 2), np=np.kron),
    row("kron/number", lambda m, a, b: m.kron(a, b), normal(), normal(3), np=np.kron),
    row("chain_matmul", deprecated(lambda m, *xs: m.chain_matmul(*xs)), a23, b34, c42, np=lambda a, b, c: a @ b @ c),
    row("chain_matmul/one", deprecated(lambda m, a: m.chain_matmul(a * 2)), a23, np=lambda a: 2 * a),
    row("linalg.multi_dot", lambda m, *xs: m.linalg.multi_dot(xs), a23, b34, np=np.matmul),
    row(
        "linalg.multi_dot/vectors",
        lambda m, *xs: m.linalg.multi_dot(list(xs)),
        normal(2),
        a23,
        b34,
        normal(4),
        np=lambda a, b, c, d: a @ b @ c @ d,
    ),
    row("linalg.multi_dot/vectors alone", lambda m, *xs: m.linalg.multi_dot(xs), normal(2), normal(2), np=np.dot),
    row(
        "linalg.vander",
        lambda m, x: m.linalg.vander(x),
        normal(2, 3),
        np=lambda x: x[..., None] ** np.arange(3),
        half=False,
    ),
    row(
        "linalg.vander/N",
        lambda m, x: m.linalg.vander(x, N=2),
        normal(3),
        np=lambda x: np.vander(x, 2, True),
        half=False,
    ),
    # PyTorch's cannot be differentiated: it overwrites what it needs for that (its values: test_linalg.py)
    row("vander", lambda m, x: m.vander(x), normal(3), np=np.vander, parity=False),
    row(
        "vander/increasing",
        lambda m, x: m.vander(x, 4, increasing=True),
        normal(2),
        np=lambda x: np.vander(x, 4, True),
        parity=False,
    ),
    row("vander/no columns", lambda m, x: m.vander(x, 0), normal(2), np=lambda x: np.vander(x, 0), differentiable=()),
]
