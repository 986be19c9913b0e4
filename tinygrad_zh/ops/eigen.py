r"""Floor 2: eigenvalues of symmetric matrices, A = V Λ Vᵀ, and singular values of any, A = U S Vᵀ.

The slopes of the vectors divide by differences of values: where two values coincide, the vectors can be turned at
will, and have no slope.  The values themselves always have one, and it needs no difference.

May import: floors 0–1, ``elementwise``, ``linalg``, ``matrices``, ``shape``.  Read next: ``qr.py``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..core.primitive import primitive
from ..errors import error
from .elementwise import masked_to_zero, where_p
from .join import zeros_beside
from .linalg import matmul_p
from .matrices import check_matrices, column, diagonal_matrix, on_diagonal, results_of, row, symmetric_part
from .publish import published
from .shape import mT

# -- symmetric matrices --------------------------------------------------------------------------------


@primitive(
    r"\operatorname{eigh}(<x>)",
    outputs=0,
    vjp_x=lambda g, x, y, uplo: eigh_pullback(g, results_of(eigh_p, x, y, uplo=uplo)),
    tex_rules={
        "x": r"V \left(\operatorname{diag}(g_{\lambda})"
        r" + \operatorname{sym}\frac{V^{\top} g_{V}}{\lambda_{j} - \lambda_{i}}\right) V^{\top}"
    },
    name="eigh",
)
def eigh_p(xp: Any, x: Any, *, uplo: str) -> Any:
    return converging(xp, x, "eigh", lambda finite: xp.linalg.eigh(finite, UPLO=uplo))


def eigh_pullback(g: Any, y: Any) -> Any:
    """Λ moves by the diagonal of Vᵀ dA V, and V turns by its other elements over the gaps between eigenvalues.

    As dA is symmetric, only the symmetric part of the result counts.
    """
    of_values, of_vectors = g
    values, vectors = y
    if of_vectors is None:
        return matmul_p(vectors * row(of_values), mT(vectors))
    middle = symmetric_part(divided_by_gaps(matmul_p(mT(vectors), of_vectors), row(values) - column(values)))
    if of_values is not None:
        middle = middle + diagonal_matrix(of_values)
    return matmul_p(matmul_p(vectors, middle), mT(vectors))


def divided_by_gaps(x: Any, gaps: Any) -> Any:
    """Return X / gaps off the diagonal, and 0 on it."""
    same = on_diagonal(x)
    return masked_to_zero(x, same) / where_p(same, 1, gaps)


@primitive(
    r"\lambda(<x>)",
    vjp_x=lambda g, x, uplo: eigh_pullback((g, None), eigh_p(x, uplo=uplo)),
    tex_rules={"x": r"V \operatorname{diag}(g) V^{\top}"},
    name="eigvalsh",
)
def eigvalsh_p(xp: Any, x: Any, *, uplo: str) -> Any:
    return converging(xp, x, "eigvalsh", lambda finite: xp.linalg.eigvalsh(finite, UPLO=uplo))


def converging(xp: Any, x: Any, op: str, compute: Any) -> Any:
    """Compute; with NaN for matrices that are not finite, which LAPACK would refuse."""
    try:
        y = compute(x)
    except xp.linalg.LinAlgError as problem:
        finite = xp.all(xp.isfinite(x), axis=(-2, -1))
        if bool(xp.all(finite)):
            raise error("not-converged", op=op) from problem
        y = compute(xp.where(finite[..., None, None], x, 0))
        parts = [xp.where(finite.reshape(finite.shape + (1,) * (p.ndim - finite.ndim)), p, xp.nan) for p in listed(y)]
        return tuple(parts) if isinstance(y, tuple) else parts[0]
    return tuple(y) if isinstance(y, tuple) else y


def listed(y: Any) -> tuple[Any, ...]:
    """Return one result or several as a tuple."""
    return y if isinstance(y, tuple) else (y,)


class Eigh(NamedTuple):
    """The result of ``linalg.eigh``."""

    eigenvalues: Any
    eigenvectors: Any


def triangle_name(op: str, uplo: Any) -> str:
    """Return 'L' or 'U'."""
    if not isinstance(uplo, str) or uplo.upper() not in ("L", "U"):
        raise error("argument", op=op, argument="UPLO", expected="'L' or 'U'", got=uplo)
    return uplo.upper()


@published(space="linalg")
def eigh(A: Any, UPLO: str = "L") -> Eigh:
    """Return the eigenvalues and eigenvectors of symmetric matrices: A = V diag(λ) Vᵀ.

    Parameters
    ----------
    A : Tensor of shape (..., N, N), float32 or float64
        Symmetric; nothing but one triangle is looked at.
    UPLO : {'L', 'U'}
        Which one.

    Returns
    -------
    NamedTuple (eigenvalues, eigenvectors)
        λ in rising order, (..., N); and in the columns of V, (..., N, N), vectors of length 1, whose signs are
        arbitrary.

    Notes
    -----
    Costs O(n³).  The gradient is that of a function of symmetric matrices.  Through the eigenvectors it is finite
    only where all eigenvalues differ, and means something only for functions that do not depend on the signs.
    Source: Giles (2008), "Collected matrix derivative results", 3.1.
    """
    check_matrices("eigh", A, square=True)
    return Eigh(*eigh_p(A, uplo=triangle_name("eigh", UPLO)))


@published(space="linalg")
def eigvalsh(A: Any, UPLO: str = "L") -> Any:
    """Return the eigenvalues of symmetric matrices in rising order, (..., N); see `eigh`.

    Its gradient exists for eigenvalues that coincide as well, but then not its second derivative.
    """
    check_matrices("eigvalsh", A, square=True)
    return eigvalsh_p(A, uplo=triangle_name("eigvalsh", UPLO))


# -- singular values -----------------------------------------------------------------------------------


@primitive(
    r"\operatorname{svd}(<x>)",
    outputs=0,
    vjp_x=lambda g, x, y, full: svd_pullback(g, results_of(svd_p, x, y, full=full)),
    tex_rules={
        "x": r"U \left(\frac{U^{\top} g_{U} - g_{U}^{\top} U}{E} S + S \frac{V^{\top} g_{V} - g_{V}^{\top} V}{E}"
        r" + \operatorname{diag}(g_{S})\right) V^{\top} + (I - U U^{\top})\,g_{U} S^{-1} V^{\top}"
        r" + U S^{-1} g_{V}^{\top} (I - V V^{\top})"
    },
    name="svd",
)
def svd_p(xp: Any, x: Any, *, full: bool) -> Any:
    return singular_values(xp, x, full_matrices=full)


def svd_pullback(g: Any, y: Any) -> Any:
    """Pull back to A; of full matrices, through the first min(M, N) columns of U and V."""
    of_u, of_s, of_vh = g
    u, s, vh = y
    k, m, n = s.shape[-1], u.shape[-2], vh.shape[-1]
    u, vh = u[..., :, :k], vh[..., :k, :]
    if of_u is None and of_vh is None:
        return matmul_p(u * row(of_s), vh)
    squares = s * s
    gaps = row(squares) - column(squares)
    middle = 0 if of_s is None else diagonal_matrix(of_s)
    beside = 0
    if of_u is not None:
        of_u = of_u[..., :, :k]
        turning = matmul_p(mT(u), of_u)
        middle = middle + divided_by_gaps(turning - mT(turning), gaps) * row(s)
        if m > k:
            beside = matmul_p((of_u - matmul_p(u, turning)) / row(s), vh)
    if of_vh is not None:
        of_v = mT(of_vh[..., :k, :])
        turning = matmul_p(vh, of_v)
        middle = middle + column(s) * divided_by_gaps(turning - mT(turning), gaps)
        if n > k:
            beside = beside + matmul_p(u / row(s), mT(of_v - matmul_p(mT(vh), turning)))
    return matmul_p(matmul_p(u, middle), vh) + beside


@primitive(
    r"\sigma(<x>)",
    vjp_x=lambda g, x: svd_pullback((None, g, None), svd_p(x, full=False)),
    tex_rules={"x": r"U \operatorname{diag}(g) V^{\top}"},
    name="svdvals",
)
def svdvals_p(xp: Any, x: Any) -> Any:
    return singular_values(xp, x, compute_uv=False)


def singular_values(xp: Any, x: Any, **how: Any) -> Any:
    """Decompose, or say in our words that it cannot be done."""
    try:
        y = xp.linalg.svd(x, **how)
    except xp.linalg.LinAlgError as problem:
        raise error("not-converged", op="svd") from problem
    return tuple(y) if isinstance(y, tuple) else y


class SVD(NamedTuple):
    """The result of ``linalg.svd``."""

    U: Any
    S: Any
    Vh: Any


@published(name="svd", space="linalg")
def linalg_svd(A: Any, full_matrices: bool = True) -> SVD:
    """Return the singular value decomposition A = U diag(S) Vᵀ.

    Parameters
    ----------
    A : Tensor of shape (..., M, N), float32 or float64
        The matrices.
    full_matrices : bool
        Whether U and Vᵀ are square, or have K = min(M, N) columns and rows.

    Returns
    -------
    NamedTuple (U, S, Vh)
        Of shapes (..., M, K), (..., K) and (..., K, N), or with `full_matrices` (..., M, M), (..., K), (..., N, N).
        S is in falling order and not negative; each column of U may change its sign with its row of Vh.

    Notes
    -----
    Costs O(mn · min(m, n)).  Through U and Vh, a gradient is finite only where all singular values differ, and are
    not 0 if M ≠ N; with `full_matrices` the further columns, which may be turned at will, hand none on.
    Source: Townsend (2016), "Differentiating the singular value decomposition".
    """
    check_matrices("svd", A)
    return SVD(*svd_p(A, full=bool(full_matrices)))


@published(space="linalg")
def svdvals(A: Any) -> Any:
    """Return the singular values in falling order, of shape (..., min(M, N)).

    The gradient U diag(g) Vᵀ exists for values that coincide as well.
    """
    check_matrices("svdvals", A)
    return svdvals_p(A)


class OldSVD(NamedTuple):
    """The result of ``svd``, PyTorch's older form."""

    U: Any
    S: Any
    V: Any


@published()
def svd(input: Any, some: bool = True, compute_uv: bool = True) -> OldSVD:
    """Return U, S and V (not Vᵀ); PyTorch's older form of ``linalg.svd``, reduced unless ``some=False``.

    With ``compute_uv=False`` U and V are square and 0.
    """
    check_matrices("svd", input)
    if compute_uv:
        u, s, vh = svd_p(input, full=not some)
        return OldSVD(u, s, mT(vh))
    batch, m, n = input.shape[:-2], input.shape[-2], input.shape[-1]
    return OldSVD(zeros_beside(input, (*batch, m, m)), svdvals_p(input), zeros_beside(input, (*batch, n, n)))
