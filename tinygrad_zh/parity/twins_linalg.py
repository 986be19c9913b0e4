"""Twins of the primitives of linear algebra.

LAPACK's algorithms are backward stable: what they compute is exact for a matrix that differs by some ulp of its
norm (Higham 2002, "Accuracy and Stability of Numerical Algorithms", chapters 8 to 10, 14 and 19).  So the sizes here
are norms, times the condition of the problem: κ = ‖A‖ ‖A⁻¹‖ for inverses and factors, ‖A‖ over the smallest gap
between eigenvalues for eigenvectors.  A pullback that uses them has that condition once more.

May import: ``twin``.
"""

from __future__ import annotations

from typing import Any

from .twin import Twin


def norm(x: Any) -> float:
    """Frobenius' norm of all matrices together; 0 of None."""
    return 0.0 if x is None else float(x.double().norm())


def inverse_norm(t: Any, x: Any) -> float:
    """The same of the (pseudo)inverses."""
    return norm(t.linalg.pinv(x.detach().double())) if x.numel() else 0.0


def condition(t: Any, x: Any) -> float:
    """κ, at least 1."""
    return 1 + norm(x) * inverse_norm(t, x)


def length(y: Any, x: Any, *_: Any, **__: Any) -> int:
    """As many steps as rows or columns, each with a few roundings."""
    return 4 * max(1, *x.shape[-2:])


def length_back(_: int, y: Any, x: Any, *__: Any, **___: Any) -> int:
    """The same, for a pullback of several products."""
    return 4 * length(y, x)


def all_of(x: Any, size: float) -> Any:
    """One size for all elements."""
    return x.detach().abs() * 0 + size


def at_condition(t: Any, y: Any, x: Any, *_: Any, **__: Any) -> Any:
    """κ ‖Y‖."""
    return all_of(y, condition(t, x) * norm(y))


def twin(call: Any, size: Any = at_condition, size_back: Any = None, **options: Any) -> Twin:
    """A twin of an op on matrices."""
    return Twin(call, terms=length, terms_back=length_back, size=size, size_back=size_back, **options)


def inv_size_back(t: Any, i: int, g: Any, y: Any, x: Any) -> Any:
    """A⁻ᵀ G A⁻ᵀ."""
    return all_of(x, condition(t, x) * norm(y) ** 2 * norm(g))


def solve_size_back(t: Any, i: int, g: Any, y: Any, a: Any, b: Any, **static: Any) -> Any:
    """A⁻ᵀ G, and that times Xᵀ."""
    of_b = condition(t, triangle(t, a, **static)) * inverse_norm(t, triangle(t, a, **static)) * norm(g)
    return all_of(g if i else t.matmul(g, y.mT), of_b * (1.0 if i else norm(y)))


def triangle(t: Any, a: Any, upper: bool | None = None, unitriangular: bool = False) -> Any:
    """The part of the matrix that counts."""
    if upper is None:
        return a
    part = t.triu(a) if upper else t.tril(a)
    if unitriangular:
        part = part - t.diag_embed(t.diagonal(part, 0, -2, -1)) + t.eye(a.shape[-1], dtype=a.dtype)
    return part


def solve_triangular_size(t: Any, y: Any, a: Any, b: Any, **static: Any) -> Any:
    """As of the triangle alone."""
    return at_condition(t, y, triangle(t, a, **static))


def cholesky_size_back(t: Any, i: int, g: Any, y: Any, x: Any) -> Any:
    """L⁻ᵀ Lᵀ G L⁻¹."""
    return all_of(x, condition(t, x) * norm(g) * norm(y) * inverse_norm(t, y) ** 2)


def det_size_back(t: Any, i: int, g: Any, y: Any, x: Any) -> Any:
    """G det(A) A⁻ᵀ."""
    return all_of(x, condition(t, x) * norm(g) * norm(y) * inverse_norm(t, x))


def adjugate_size_back(t: Any, i: int, g: Any, y: Any, x: Any) -> Any:
    """Yᵀ ⟨G, A⁻¹⟩ and Yᵀ G A⁻ᵀ, which may cancel."""
    return all_of(x, 2 * condition(t, x) * norm(g) * norm(y) * inverse_norm(t, x))


def slogdet_size(t: Any, y: Any, x: Any) -> Any:
    """A determinant is right to κ ulp, so that its logarithm is to κ."""
    return None, all_of(y, condition(t, x) + norm(t.linalg.slogdet(x)[1]))


def slogdet_size_back(t: Any, i: int, g: Any, y: Any, x: Any) -> Any:
    """G A⁻ᵀ."""
    return all_of(x, condition(t, x) * norm(g[1]) * inverse_norm(t, x))


def lu_size(t: Any, y: Any, x: Any) -> Any:
    """The packed matrix; pivots are exact."""
    return at_condition(t, y, x), None


def lu_size_back(t: Any, i: int, g: Any, y: Any, x: Any) -> Any:
    """L⁻ᵀ Lᵀ G U⁻ᵀ and more of that size."""
    return all_of(x, condition(t, x) ** 2 * norm(g[0]) * inverse_norm(t, x) * norm(y))


def gap(t: Any, values: Any) -> float:
    """The smallest difference between neighbours."""
    differences = (values[..., 1:] - values[..., :-1]).abs()
    return float(differences.min()) if differences.numel() else 1.0


def eigh_size(t: Any, y: Any, x: Any, uplo: str) -> Any:
    """Values to ulp of the norm; vectors turn as far as the gaps allow."""
    return all_of(y, norm(x)), all_of(x, 1 + norm(x) / gap(t, y))


def eigh_size_back(t: Any, i: int, g: Any, y: Any, x: Any, uplo: str) -> Any:
    """The same once more."""
    turns = 1 + norm(x) / gap(t, y)
    return all_of(x, turns * (norm(g[0]) + norm(g[1]) / gap(t, y)))


def eigvalsh_size_back(t: Any, i: int, g: Any, y: Any, x: Any, uplo: str) -> Any:
    """V diag(g) Vᵀ."""
    return all_of(x, norm(g) * (1 + norm(x) / gap(t, y)))


def svd_size(t: Any, y: Any, x: Any, full: bool) -> Any:
    """Values to ulp of the norm; vectors turn as far as gaps and smallest values allow."""
    u, s, vh = t.linalg.svd(x, full_matrices=full)
    turns = svd_turns(t, x, s)
    return all_of(u, turns), all_of(s, norm(x)), all_of(vh, turns)


def svd_turns(t: Any, x: Any, s: Any) -> float:
    """How far vectors turn: ‖A‖ over the smallest gap, or over the smallest singular value."""
    smallest = float(s.min()) if s.numel() else 1.0
    return 1 + norm(x) / min(gap(t, s), smallest)


def svd_size_back(t: Any, i: int, g: Any, y: Any, x: Any, full: bool) -> Any:
    """The same once more."""
    turns = svd_turns(t, x, t.linalg.svdvals(x))
    return all_of(x, turns * norm(g[1]) + turns**2 * (norm(g[0]) + norm(g[2])))


def svdvals_size_back(t: Any, i: int, g: Any, y: Any, x: Any) -> Any:
    """U diag(g) Vᵀ."""
    return all_of(x, norm(g) * svd_turns(t, x, y))


def signs(t: Any, ours: Any, theirs: Any, dim: int) -> Any:
    """1 or −1 for every vector along `dim`, so that it points as ours does."""
    return t.where((ours * theirs).sum(dim, keepdim=True) < 0, -1.0, 1.0).to(ours.dtype)


def align_eigh(t: Any, ours: Any, theirs: Any) -> Any:
    """Each column of V may point the other way."""
    values, vectors = theirs
    return values, vectors * signs(t, ours[1], vectors.detach(), -2)


def align_svd(t: Any, ours: Any, theirs: Any) -> Any:
    """Columns of U may change their signs together with rows of Vᵀ; those that have no partner, by themselves."""
    u, s, vh = theirs
    return u * signs(t, ours[0], u.detach(), -2), s, vh * signs(t, ours[2], vh.detach(), -1)


def qr_size(t: Any, y: Any, x: Any, mode: str) -> Any:
    """Both factors are as exact as Q's columns are independent."""
    q, r = t.linalg.qr(x, mode=mode)
    return all_of(q, condition(t, x)), all_of(r, condition(t, x) * norm(x))


def geqrf_size(t: Any, y: Any, x: Any) -> Any:
    """As of Q and R; below the diagonal stand the reflections' vectors, of which no element is above 1."""
    packed, tau = t.geqrf(x)
    return all_of(packed, condition(t, x) * max(norm(x), 1.0)), all_of(tau, condition(t, x))


def qr_size_back(t: Any, i: int, g: Any, y: Any, x: Any, mode: str) -> Any:
    """(G_Q + Q (R G_Rᵀ + G_Qᵀ Q)) R⁻ᵀ."""
    return all_of(x, condition(t, x) ** 2 * inverse_norm(t, x) * (norm(g[0]) + norm(g[1]) * norm(x)))


def lstsq_size(t: Any, y: Any, a: Any, b: Any, rcond: float) -> Any:
    """κ² for a right-hand side that is not reached."""
    return all_of(y, condition(t, a) ** 2 * inverse_norm(t, a) * norm(b)), all_of(t.linalg.svdvals(a), norm(a))


def lstsq_size_back(t: Any, i: int, g: Any, y: Any, a: Any, b: Any, rcond: float) -> Any:
    """A⁺ᵀ G, and what pulls G Bᵀ back through A⁺."""
    inverse = inverse_norm(t, a)
    of_b = all_of(b, condition(t, a) * inverse * norm(g[0]))
    return of_b if i else all_of(t.matmul(b, g[0].mT), condition(t, a) ** 2 * inverse**2 * norm(g[0]) * norm(b))


def by_smallest(x: Any, y: Any, p: float) -> float:
    """(|x| / y)^(p − 1) is greatest for the smallest |x| if p < 1."""
    return 1.0 if p >= 1 or not x.numel() else float((x.abs() / y[..., None]).clamp(min=1e-300).min()) ** (p - 1)


def first_failure(t: Any, bad: Any) -> Any:
    """The number (from 1) of the first True along the last dimension; 0 if there is none."""
    if not bad.shape[-1]:
        return t.zeros(bad.shape[:-1], dtype=t.int32)
    return t.where(bad.any(-1), bad.int().argmax(-1) + 1, 0).int()


def diagonal(t: Any, x: Any) -> Any:
    """The diagonals of matrices."""
    return t.diagonal(x, 0, -2, -1)


TWINS = {
    "identity_like": Twin(lambda t, x: t.eye(*x.shape[-2:], dtype=x.dtype)),
    "on_diagonal": Twin(lambda t, x: t.eye(x.shape[-1], dtype=t.bool)),
    "solve_triangular": twin(
        lambda t, a, b, upper, unitriangular=False: t.linalg.solve_triangular(
            a, b, upper=upper, unitriangular=unitriangular
        ),
        solve_triangular_size,
        solve_size_back,
    ),
    "cholesky": twin(lambda t, x: t.linalg.cholesky(x), size_back=cholesky_size_back),
    "failed_column": Twin(lambda t, x: first_failure(t, diagonal(t, x).isnan())),
    "zero_pivot": Twin(lambda t, x: first_failure(t, diagonal(t, x) == 0)),
    "lu_factor": twin(lambda t, x: tuple(t.linalg.lu_factor_ex(x)[:2]), lu_size, lu_size_back),
    "permutation": Twin(
        lambda t, pivots, like, size: t.lu_unpack(
            t.zeros(*pivots.shape[:-1], size, pivots.shape[-1], dtype=like.dtype), pivots
        )[0]
    ),
    "inv": twin(lambda t, x: t.linalg.inv(x), size_back=inv_size_back),
    "solve": twin(lambda t, a, b: t.linalg.solve(a, b), size_back=solve_size_back),
    "first_zero_pivot": Twin(lambda t, x, y: t.linalg.inv_ex(x).info),
    "det": twin(lambda t, x: t.linalg.det(x), size_back=det_size_back),
    "adjugate": twin(lambda t, x: t.linalg.det(x)[..., None, None] * t.linalg.inv(x), size_back=adjugate_size_back),
    "slogdet": twin(lambda t, x: tuple(t.linalg.slogdet(x)), slogdet_size, slogdet_size_back),
    "eigh": twin(lambda t, x, uplo: tuple(t.linalg.eigh(x, UPLO=uplo)), eigh_size, eigh_size_back, align=align_eigh),
    "eigvalsh": twin(
        lambda t, x, uplo: t.linalg.eigvalsh(x, UPLO=uplo),
        lambda t, y, x, uplo: all_of(y, norm(x)),
        eigvalsh_size_back,
    ),
    "svd": twin(
        lambda t, x, full: tuple(t.linalg.svd(x, full_matrices=full)), svd_size, svd_size_back, align=align_svd
    ),
    "qr": twin(lambda t, x, mode: tuple(t.linalg.qr(x, mode=mode)), qr_size, qr_size_back),
    "geqrf": twin(lambda t, x: tuple(t.geqrf(x)), geqrf_size),
    "pinv": twin(
        lambda t, x, atol, rtol, hermitian=False: t.linalg.pinv(x, atol=atol, rtol=rtol, hermitian=hermitian),
        size_back=lambda t, i, g, y, x, *_, **__: all_of(x, condition(t, x) ** 2 * norm(y) ** 2 * norm(g)),
    ),
    "matrix_rank": Twin(
        lambda t, x, atol, rtol, hermitian: t.linalg.matrix_rank(x, atol=atol, rtol=rtol, hermitian=hermitian)
    ),
    "lstsq": twin(
        lambda t, a, b, rcond: (t.linalg.lstsq(a, b, rcond=rcond)[0], t.linalg.svdvals(a)), lstsq_size, lstsq_size_back
    ),
    "matrix_exp": twin(
        lambda t, x: t.linalg.matrix_exp(x),
        lambda t, y, x: all_of(y, (1 + norm(x)) * norm(y)),
        lambda t, i, g, y, x: all_of(x, (1 + norm(x)) * norm(g) * norm(t.linalg.matrix_exp(x.abs()))),
    ),
    "length": Twin(
        lambda t, x, p: t.linalg.vector_norm(x, p, dim=-1),
        terms=lambda y, x, p: max(1, x.shape[-1]),
        terms_back=lambda i, y, x, p: 2 + x.shape[-1],
        size_back=lambda t, i, g, y, x, p: all_of(x, (1 + p if p < 1e9 else 1) * norm(g) * by_smallest(x, y, p)),
    ),
    "euclidean": twin(
        lambda t, a, b: t.cdist(a, b, compute_mode="use_mm_for_euclid_dist"),
        lambda t, y, a, b: (norm(a) + norm(b)) ** 2 / y,
        lambda t, i, g, y, a, b: all_of(
            (a, b)[i].expand(*y.shape[:-2], *(a, b)[i].shape[-2:]),
            norm(g) * (norm(a) + norm(b)) ** 3 / float(y.min()) ** 3,
        ),
    ),
    "svdvals": twin(lambda t, x: t.linalg.svdvals(x), lambda t, y, x: all_of(y, norm(x)), svdvals_size_back),
}
