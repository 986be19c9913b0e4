"""What linear algebra refuses: what PyTorch refuses, and matrices that have no inverse or factor."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
import torch

from tinygrad_zh.errors import GraphError, LinAlgError, TinygradZhError
from tinygrad_zh.ops.publish import public, spaces

from .libraries import OURS, THEIRS
from .test_linalg import NEITHER, Use

linalg = spaces["linalg"]

SINGULAR: dict[str, Use] = {
    "inv": lambda a: linalg["inv"](a),
    "inv_ex": lambda a: linalg["inv_ex"](a, check_errors=True),
    "solve": lambda a: linalg["solve"](a, a),
    "lu_factor": lambda a: linalg["lu_factor"](a),
    "cholesky": lambda a: linalg["cholesky"](a),
    "negative power": lambda a: public["matrix_power"](a, -1),
    "tensorinv": lambda a: linalg["tensorinv"](a, ind=1),
    "gels": lambda a: linalg["lstsq"](a, a, driver="gels"),
    "cholesky_inverse": lambda a: public["cholesky_inverse"](a * 0),
    "svd of NaN": lambda a: linalg["svd"](a * float("nan")),
}


@pytest.mark.parametrize("use", SINGULAR.values(), ids=SINGULAR)
def test_singular_matrices_are_refused(use: Use) -> None:
    with pytest.raises(LinAlgError) as refused:
        use(public["from_numpy"](NEITHER))
    assert isinstance(refused.value, RuntimeError) and isinstance(refused.value, ValueError)


def test_the_message_names_the_matrix() -> None:
    with pytest.raises(LinAlgError, match=r"A\[1, 0\]"):
        linalg["inv"](public["from_numpy"](np.stack([np.eye(2), NEITHER]).reshape(2, 1, 2, 2)))


v2, v3, m22, m23, m33 = (np.ones(n) for n in (2, 3, (2, 2), (2, 3), (3, 3)))
b222 = np.ones((2, 2, 2))
REFUSED: dict[str, tuple[Any, ...]] = {
    "outer of matrices": (lambda m, a: m.outer(a, a), m22),
    "inner sizes": (lambda m, a, b: m.inner(a, b), v2, v3),
    "vdot of matrices": (lambda m, a: m.vdot(a, a), m22),
    "vdot dtypes": (lambda m, a, b: m.vdot(a, b), v2, v2.astype("float32")),
    "vecdot of integers": (lambda m, a: m.linalg.vecdot(a, a), v2.astype(int)),
    "cross of 2": (lambda m, a: m.linalg.cross(a, a), v2),
    "cross without 3": (lambda m, a: m.cross(a, a), m22),
    "cross of other dimensions": (lambda m, a, b: m.linalg.cross(a, b), v3, m33),
    "addmm sizes": (lambda m, a, b: m.addmm(a, b, b), v2, m23),
    "addmm result": (lambda m, a, b: m.addmm(a, b, b), v3, m22),
    "addmm dtypes": (lambda m, a, b: m.addmm(a, b, b), m22.astype("float32"), m22),
    "addmv of matrices": (lambda m, a: m.addmv(a, a, a), m22),
    "addr of matrices": (lambda m, a: m.addr(a, a, a), m22),
    "addbmm of matrices": (lambda m, a: m.addbmm(a, a, a), m22),
    "baddbmm batches": (lambda m, a, b: m.baddbmm(a, b, b[:1]), m22, b222),
    "tensordot sizes": (lambda m, a, b: m.tensordot(a, b, 1), m22, m33),
    "tensordot count": (lambda m, a: m.tensordot(a, a, 3), m22),
    "tensordot pairs": (lambda m, a: m.tensordot(a, a, ([0, 1], [0])), m22),
    "tensordot dtypes": (lambda m, a, b: m.tensordot(a, b), m22, m22.astype("float32")),
    "one matrix": (lambda m, a: m.linalg.multi_dot([a]), m22),
    "chain sizes": (lambda m, a, b: m.linalg.multi_dot([a, b, a]), m22, m33),
    "chain of batches": (lambda m, a: m.linalg.multi_dot([a, a]), b222),
    "vander of a number": (lambda m, a: m.linalg.vander(a), np.ones(())),
    "vander of a matrix": (lambda m, a: m.vander(a), m22),
    "vander N": (lambda m, a: m.linalg.vander(a, N=1), v2),
    "vander of bools": (lambda m, a: m.linalg.vander(a), v2 > 0),
    **{
        f"{name} of {what}": (lambda m, a, name=name: getattr(m.linalg, name)(a), a)
        for name in ("inv", "det", "slogdet", "cholesky", "eigh", "eigvalsh", "matrix_exp", "inv_ex")
        for what, a in (("oblong", m23), ("vector", v2), ("integers", m22.astype(int)))
    },
    **{
        f"{name} of {what}": (lambda m, a, name=name: getattr(m.linalg, name)(a), a)
        for name in ("svd", "svdvals", "qr", "lu", "pinv", "matrix_rank", "lu_factor")
        for what, a in (("vector", v2), ("integers", m22.astype(int)), ("half", m22.astype("float16")))
    },
    "eigh UPLO": (lambda m, a: m.linalg.eigh(a, UPLO="X"), m22),
    "qr mode": (lambda m, a: m.linalg.qr(a, mode="full"), m22),
    "lu without pivoting": (lambda m, a: m.linalg.lu(a, pivot=False), m22),
    "solve sizes": (lambda m, a, b: m.linalg.solve(a, b), m22, m33),
    "solve dtypes": (lambda m, a, b: m.linalg.solve(a, b), np.eye(2), m22.astype("float32")),
    "solve a vector from the right": (lambda m, a, b: m.linalg.solve(a, b, left=False), np.eye(2), v2),
    "triangular sizes": (lambda m, a, b: m.linalg.solve_triangular(a, b, upper=True), m22, m33),
    "triangular vector": (lambda m, a, b: m.linalg.solve_triangular(a, b, upper=True), m22, v2),
    "matrix_power of oblong": (lambda m, a: m.matrix_power(a, 2), m23),
    "matrix_power of a fraction": (lambda m, a: m.matrix_power(a, 0.5), m22),
    "matrix_power of a vector": (lambda m, a: m.matrix_power(a, 2), v2),
    "negative power of integers": (lambda m, a: m.matrix_power(a, -1), m22.astype(int)),
    "tensorinv sizes": (lambda m, a: m.linalg.tensorinv(a, ind=1), m23),
    "tensorinv ind": (lambda m, a: m.linalg.tensorinv(a, ind=0), m22),
    "tensorsolve sizes": (lambda m, a, b: m.linalg.tensorsolve(a, b), m23, v2),
    "householder rows": (lambda m, a, t: m.linalg.householder_product(a, t), m23, v2),
    "householder factors": (lambda m, a, t: m.linalg.householder_product(a, t), m22, v3),
    "lstsq rows": (lambda m, a, b: m.linalg.lstsq(a, b), m22, m33),
    "lstsq driver": (lambda m, a: m.linalg.lstsq(a, a, driver="svd"), m22),
    "hermitian pinv of oblong": (lambda m, a: m.linalg.pinv(a, hermitian=True), m23),
    "norm that does not exist": (lambda m, a: m.linalg.matrix_norm(a, 3), m22),
    "norm by a name": (lambda m, a: m.linalg.matrix_norm(a, "max"), m22),
    "norm of a vector": (lambda m, a: m.linalg.matrix_norm(a), v2),
    "norm of one dimension": (lambda m, a: m.linalg.matrix_norm(a, dim=(0, -2)), m22),
    "norm in fewer bits": (lambda m, a: m.linalg.matrix_norm(a, dtype=m.float32), m22),
    "norm in integers": (lambda m, a: m.linalg.matrix_norm(a, dtype=m.int64), m22),
    "norm of three dimensions": (lambda m, a: m.linalg.norm(a, 2), b222),
    "norm along three dimensions": (lambda m, a: m.linalg.norm(a, dim=(0, 1, 2)), b222),
    "Frobenius' norm of a vector": (lambda m, a: m.linalg.norm(a, "fro"), v2),
    "norm of integers": (lambda m, a: m.linalg.norm(a), v2.astype(int)),
    "norm of a number": (lambda m, a: m.linalg.norm(a, 2), np.ones(())),
    "greatest of nothing": (lambda m, a: m.linalg.norm(a, math.inf), np.ones(0)),
    "least norm of nothing": (lambda m, a: m.linalg.matrix_norm(a, -1), np.ones((2, 0))),
    "cond of oblong": (lambda m, a: m.linalg.cond(a, 1), m23),
    "cond that does not exist": (lambda m, a: m.linalg.cond(a, 3), m22),
    "cdist coordinates": (lambda m, a, b: m.cdist(a, b), m22, m33),
    "cdist of vectors": (lambda m, a: m.cdist(a, a), v2),
    "cdist of integers": (lambda m, a: m.cdist(a, a), m22.astype(int)),
    "cdist of half": (lambda m, a: m.cdist(a, a), m22.astype("float16")),
    "cdist p": (lambda m, a: m.cdist(a, a, p=-1), m22),
    "cdist mode": (lambda m, a: m.cdist(a, a, compute_mode="fast"), m22),
    "pdist of batches": (lambda m, a: m.pdist(a), b222),
    "pdist p": (lambda m, a: m.pdist(a, -1), m22),
    "fftshift of a number": (lambda m, a: m.fft.fftshift(a), np.ones(())),
    "fftfreq of a fraction": (lambda m: m.fft.fftfreq(2.5),),
    "fftfreq of −1": (lambda m: m.fft.fftfreq(-1),),
    "fftfreq in integers": (lambda m: m.fft.fftfreq(2, dtype=m.int64),),
}


@pytest.mark.parametrize("name", REFUSED)
def test_both_refuse(name: str) -> None:
    use, *arrays = REFUSED[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises((RuntimeError, TypeError, ValueError, IndexError)):
            use(THEIRS, *(torch.from_numpy(a) for a in arrays))
    with pytest.raises(TinygradZhError) as refused:
        use(OURS, *(public["from_numpy"](a) for a in arrays))
    assert refused.value.code != "TG-E222", "the array module's words, not ours"


def test_what_has_no_derivative_says_so() -> None:
    for mode in ("complete", "r"):
        x = public["from_numpy"](np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])).requires_grad_()
        with pytest.raises(GraphError):
            linalg["qr"](x, mode=mode)[1].sum().backward()
