r"""Floor 2: parts of a tensor by name: ``select``, ``narrow``, ``diagonal``; and turning it: ``flip``, ``rot90``.

May import: floors 0–1, ``dims``, ``indexing``, ``shape``.  Read next: ``einsum.py``.
"""

from __future__ import annotations

from typing import Any

from ..aliases import Shape
from ..core.primitive import primitive
from ..errors import error
from .brackets import Place
from .dims import one_dim, sizes_of
from .indexing import slice_p
from .publish import published
from .reduce import sum
from .shape import clone, permute_p, ravel

# -- the primitives ------------------------------------------------------------------------------------


@primitive(r"\operatorname{flip}(<x>)", vjp_x=lambda g, dims: flip_p(g, dims=dims), name="flip")
def flip_p(xp: Any, x: Any, *, dims: tuple[int, ...]) -> Any:
    """Return a copy in reversed order along `dims`."""
    return xp.flip(x, dims).copy()  # a copy as in PyTorch, which knows no negative strides


@primitive(
    r"\operatorname{diag}(<x>)",
    view=True,
    vjp_x=lambda g, x_shape, offset, dim1, dim2: place_diagonal(g, shape=x_shape, offset=offset, dim1=dim1, dim2=dim2),
    name="diagonal",
)
def diagonal_p(xp: Any, x: Any, *, offset: int, dim1: int, dim2: int) -> Any:
    """Return a view of a diagonal as a new last dimension."""
    y = xp.diagonal(x, offset, dim1, dim2)
    if not getattr(y.flags, "writeable", True) and x.flags.writeable:
        y.flags.writeable = True  # NumPy gives a view that it does not let one write to; CuPy does
    return y


@primitive(
    r"\operatorname{place\_diag}(<x>)",
    vjp_x=lambda g, offset, dim1, dim2: diagonal_p(g, offset=offset, dim1=dim1, dim2=dim2),
)
def place_diagonal(xp: Any, x: Any, *, shape: Shape, offset: int, dim1: int, dim2: int) -> Any:
    """Return zeros of `shape` with `x` on the diagonal."""
    y = xp.zeros(shape, dtype=x.dtype)
    steps = xp.arange(x.shape[-1])
    xp.moveaxis(y, (dim1, dim2), (-2, -1))[..., steps + max(-offset, 0), steps + max(offset, 0)] = x
    return y


# -- PyTorch's functions -------------------------------------------------------------------------------


def integer(op: str, argument: str, value: Any) -> int:
    """Return an int, also of a 0-d int tensor; refuse anything else."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise error("argument", op=op, argument=argument, expected="an int", got=value)
    return int(value.__index__())


@published()
def select(input: Any, dim: int, index: int) -> Any:
    """Return a view of the slice at one position along `dim`, without that dimension: ``x[:, …, index]``."""
    d, i = one_dim("select", dim, input.ndim), integer("select", "index", index)
    if not input.ndim:
        raise error("index-count", count=1, ndim=0, shape=())
    if not -input.shape[d] <= i < input.shape[d]:
        raise error("index-range", op="select", index=i, dim=d, size=input.shape[d], low=-input.shape[d])
    return slice_p(input, index=Place((*(slice(None),) * d, i)))


@published()
def narrow(input: Any, dim: int, start: Any, length: int) -> Any:
    """Return a view of `length` slices along `dim`, from `start` on: ``x[:, …, start : start + length]``.

    Raises
    ------
    IndexingError
        If there are not as many.
    """
    d, first = one_dim("narrow", dim, input.ndim), integer("narrow", "start", start)
    count = integer("narrow", "length", length)
    if not input.ndim:
        raise error("index-count", count=1, ndim=0, shape=())
    size = input.shape[d]
    first += size if first < 0 else 0
    if not 0 <= first <= first + count <= size:
        raise error("narrow", start=start, length=length, dim=d, size=size)
    return slice_p(input, index=Place((*(slice(None),) * d, slice(first, first + count))))


@published()
def narrow_copy(input: Any, dim: int, start: Any, length: int) -> Any:
    """Return what `narrow` does, as a copy."""
    return clone(narrow(input, dim, start, length))


@published()
def flip(input: Any, *listed: Any, dims: Any = None) -> Any:
    """Return a copy with the order of the elements reversed along each of `dims`."""
    chosen = tuple(one_dim("flip", d, input.ndim) for d in sizes_of("flip", listed, dims))
    if len(set(chosen)) != len(chosen):
        raise error("dim-repeated", op="flip", dims=chosen)
    return flip_p(input, dims=chosen if input.ndim else ())


@published()
def fliplr(input: Any) -> Any:
    """Return a copy with the columns (dimension 1) in reversed order."""
    if input.ndim < 2:
        raise error("ndim", op="fliplr", expected="2 or more", shape=input.shape)
    return flip_p(input, dims=(1,))


@published()
def flipud(input: Any) -> Any:
    """Return a copy with the rows (dimension 0) in reversed order."""
    if not input.ndim:
        raise error("ndim", op="flipud", expected="1 or more", shape=())
    return flip_p(input, dims=(0,))


@published()
def rot90(input: Any, k: int = 1, dims: Any = (0, 1)) -> Any:
    """Return a copy turned by `k` quarters of a circle, from the first of `dims` towards the second.

    Parameters
    ----------
    input : Tensor of shape (..., N, ..., M, ...)
        At least 2-d.
    k : int
        How many quarters; negative ones turn the other way.
    dims : pair of int
        The plane of the rotation.

    Notes
    -----
    A quarter is a flip and a transposition, two quarters are two flips.
    """
    plane = tuple(one_dim("rot90", d, input.ndim) for d in sizes_of("rot90", (tuple(dims),)))
    if input.ndim < 2:
        raise error("ndim", op="rot90", expected="2 or more", shape=input.shape)
    if len(plane) != 2 or plane[0] == plane[1]:
        raise error("argument", op="rot90", argument="dims", expected="two different dimensions", got=dims)
    quarters = integer("rot90", "k", k) % 4
    if quarters == 0:
        return clone(input)
    if quarters == 2:
        return flip_p(input, dims=plane)
    first, second = plane
    order = [second if d == first else first if d == second else d for d in range(input.ndim)]
    return permute_p(flip_p(input, dims=(second if quarters == 1 else first,)), dims=tuple(order))


@published()
def diagonal(input: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """Return a view of the diagonal of two dimensions, as a new last dimension.

    Parameters
    ----------
    input : Tensor of shape (..., N, ..., M, ...)
        At least 2-d.
    offset : int
        0 the main diagonal, 1 the one above it, −1 the one below.
    dim1, dim2 : int
        Of which dimensions.
    """
    a, b = one_dim("diagonal", dim1, input.ndim), one_dim("diagonal", dim2, input.ndim)
    if a == b:
        raise error("dim-repeated", op="diagonal", dims=(dim1, dim2))
    return diagonal_p(input, offset=integer("diagonal", "offset", offset), dim1=a, dim2=b)


@published()
def diag(input: Any, diagonal: int = 0) -> Any:
    """Return the diagonal of a matrix as a vector; or a matrix of zeros with a vector on its diagonal."""
    offset = integer("diag", "diagonal", diagonal)
    if input.ndim == 1:
        n = input.shape[0] + abs(offset)
        return place_diagonal(input, shape=(n, n), offset=offset, dim1=0, dim2=1)
    if input.ndim != 2:
        raise error("ndim", op="diag", expected="1 or 2", shape=input.shape)
    return clone(diagonal_p(input, offset=offset, dim1=0, dim2=1))


@published()
def diag_embed(input: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """Return matrices of zeros with the last dimension of `input` on a diagonal.

    Parameters
    ----------
    input : Tensor of shape (..., N)
        The diagonals.
    offset : int
        0 the main diagonal, 1 the one above it, −1 the one below.
    dim1, dim2 : int
        Which dimensions of the result are the rows and columns of the matrices.

    Returns
    -------
    Tensor of shape (..., N + |offset|, N + |offset|)
    """
    if not input.ndim:
        raise error("ndim", op="diag_embed", expected="1 or more", shape=())
    rows, columns = one_dim("diag_embed", dim1, input.ndim + 1), one_dim("diag_embed", dim2, input.ndim + 1)
    if rows == columns:
        raise error("dim-repeated", op="diag_embed", dims=(dim1, dim2))
    step = integer("diag_embed", "offset", offset)
    n = input.shape[-1] + abs(step)
    batch = iter(input.shape[:-1])
    shape = tuple(n if d in (rows, columns) else next(batch) for d in range(input.ndim + 1))
    return place_diagonal(input, shape=shape, offset=step, dim1=rows, dim2=columns)


@published()
def diagflat(input: Any, offset: int = 0) -> Any:
    """Return a matrix of zeros with all elements of `input`, one after the other, on a diagonal."""
    return diag(ravel(input), offset)


@published()
def trace(input: Any) -> Any:
    """Return the sum of the main diagonal of a matrix."""
    if input.ndim != 2:
        raise error("ndim", op="trace", expected=2, shape=input.shape)
    return sum(diagonal_p(input, offset=0, dim1=0, dim2=1))
