"""Rows of ``ops/eigen.py`` and ``qr.py``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .matrices import CHECKED_WHEN_EMPTY, lapack, regular, spread, symmetric
from .tables import deprecated, normal

r2, r3, batch = regular(2, 2), regular(3, 3), regular(2, 2, 2)

EIGEN = [
    # signs of eigenvectors are arbitrary
    lapack(
        "linalg.eigh",
        lambda m, x: (m.linalg.eigh(symmetric(x))[0], abs(m.linalg.eigh(symmetric(x))[1])),
        r3,
        np=lambda x: (np.linalg.eigh(symmetric(x))[0], abs(np.linalg.eigh(symmetric(x))[1])),
    ),
    lapack(
        "linalg.eigh/upper batches",
        lambda m, x: m.linalg.eigh(symmetric(x), UPLO="U")[1] ** 2,
        batch,
        np=lambda x: np.linalg.eigh(symmetric(x))[1] ** 2,
    ),
    lapack(
        "linalg.eigh/empty",
        lambda m, x: m.linalg.eigh(x),
        normal(2, 0, 0),
        np=lambda x: (np.zeros((2, 0)), x),
        **CHECKED_WHEN_EMPTY,
    ),
    lapack(
        "linalg.eigvalsh",
        lambda m, x: m.linalg.eigvalsh(symmetric(x)),
        r3,
        np=lambda x: np.linalg.eigvalsh(symmetric(x)),
    ),
    lapack(
        "linalg.eigvalsh/upper batches",
        lambda m, x: m.linalg.eigvalsh(symmetric(x), UPLO="U"),
        batch,
        np=lambda x: np.linalg.eigvalsh(symmetric(x)),
    ),
    *(
        lapack(
            f"linalg.svd/{name}",
            lambda m, x: absolutes(m.linalg.svd(x, full_matrices=False)),
            spread(*shape),
            np=lambda x: absolutes(np.linalg.svd(x, full_matrices=False)),
        )
        for name, shape in {"square": (3, 3), "tall": (3, 2), "wide": (2, 3), "batches": (2, 2, 2)}.items()
    ),
    lapack(
        "linalg.svd/full",
        lambda m, x: absolutes((m.linalg.svd(x)[0][:, :2], *m.linalg.svd(x)[1:])),
        spread(3, 2),
        np=lambda x: absolutes(np.linalg.svd(x, full_matrices=False)),
    ),
    lapack(
        "linalg.svd/empty",
        lambda m, x: m.linalg.svd(x, full_matrices=False),
        normal(0, 2),
        np=lambda x: (np.zeros((0, 0)), np.zeros(0), np.zeros((0, 2))),
    ),
    lapack(
        "linalg.svdvals",
        lambda m, x: m.linalg.svdvals(x),
        spread(3, 2),
        np=lambda x: np.linalg.svd(x, compute_uv=False),
    ),
    lapack(
        "svd",
        lambda m, x: m.svd(x)[1] + abs(m.svd(x)[2]),
        spread(2, 2),
        np=lambda x: np_svd(x)[1] + abs(np_svd(x)[2].T),
    ),
    lapack(
        "svd/no vectors",
        lambda m, x: m.svd(x, compute_uv=False),
        spread(3, 2),
        np=lambda x: (np.zeros((3, 3)), np.linalg.svd(x, compute_uv=False), np.zeros((2, 2))),
    ),
]


def np_svd(x: Any) -> Any:
    return np.linalg.svd(x, full_matrices=False)


def absolutes(parts: Any) -> Any:
    """|U|, S and |Vᵀ|: without their arbitrary signs."""
    u, s, vh = parts
    return abs(u), s, abs(vh)


def np_qr(x: Any) -> Any:
    return tuple(np.linalg.qr(x))


QR = [
    *(
        lapack(f"linalg.qr/{name}", lambda m, x: m.linalg.qr(x), spread(*shape), np=np_qr)
        for name, shape in {"square": (2, 2), "tall": (3, 2), "wide": (2, 3), "batches": (2, 2, 2)}.items()
    ),
    lapack("linalg.qr/Q", lambda m, x: m.linalg.qr(x)[0], spread(2, 3), np=lambda x: np_qr(x)[0]),
    lapack("linalg.qr/R", lambda m, x: m.linalg.qr(x)[1], spread(3, 2), np=lambda x: np_qr(x)[1]),
    lapack(
        "linalg.qr/complete",
        lambda m, x: m.linalg.qr(x, mode="complete"),
        spread(2, 3),
        np=lambda x: tuple(np.linalg.qr(x, mode="complete")),
    ),
    lapack(
        "linalg.qr/complete tall",
        lambda m, x: m.linalg.qr(x.detach(), mode="complete"),
        spread(3, 2),
        np=lambda x: tuple(np.linalg.qr(x, mode="complete")),
        differentiable=(),
    ),
    lapack(
        "linalg.qr/r",
        lambda m, x: m.linalg.qr(x.detach(), mode="r"),
        spread(3, 2),
        np=lambda x: (np.zeros(0), np.linalg.qr(x, mode="r")),
        differentiable=(),
    ),
    lapack("linalg.qr/empty", lambda m, x: m.linalg.qr(x), normal(0, 2), np=np_qr, **CHECKED_WHEN_EMPTY),
    lapack("qr", deprecated(lambda m, x: m.qr(x)), spread(2, 2), np=np_qr),
    lapack(
        "linalg.householder_product",
        lambda m, a, tau: m.linalg.householder_product(a, tau),
        normal(3, 2),
        normal(2),
        np=lambda a, tau: np_householder(a, tau),
    ),
    lapack(
        "linalg.householder_product/fewer",
        lambda m, a, tau: m.linalg.householder_product(a, tau),
        normal(2, 3, 2),
        normal(2, 1),
        np=lambda a, tau: np.stack([np_householder(*each) for each in zip(a, tau, strict=True)]),
    ),
    lapack(
        "orgqr",
        lambda m, a, tau: m.orgqr(a, tau),
        normal(2, 2),
        normal(2),
        np=lambda a, tau: np_householder(a, tau),
    ),
]


def np_householder(a: Any, tau: Any) -> Any:
    m, n = a.shape
    product = np.eye(m)
    for i, t in enumerate(tau):
        v = np.r_[np.zeros(i), 1, a[i + 1 :, i]]
        product = product @ (np.eye(m) - t * np.outer(v, v))
    return product[:, :n]


ROWS = [*EIGEN, *QR]
