r"""Floor 2: ops that rearrange elements and compute nothing: reshape, permute, broadcast, join and split.

They are linear and mostly views.  Two pairs are each other's transposes, and that is all the rules say:
``broadcast_to`` and ``sum_to``; a permutation and its inverse.

May import: floors 0–1, ``dims``.  Read next: ``linalg.py``.
"""

from __future__ import annotations

import math
from typing import Any

from ..aliases import DType, Shape
from ..backend.dtypes import as_dtype
from ..core.primitive import primitive
from ..core.registry import register
from ..errors import error
from .dims import one_dim, sizes_of
from .publish import publish, published

# -- the primitives ------------------------------------------------------------------------------------


@primitive(
    r"\operatorname{broadcast}(<x>)", view=True, vjp_x=lambda g, x_shape: sum_to(g, shape=x_shape), name="expand"
)
def broadcast_to_p(xp: Any, x: Any, *, shape: Shape) -> Any:
    return xp.broadcast_to(x, shape)


@primitive(r"\operatorname{sum\_to}(<x>)", vjp_x=lambda g, x_shape: broadcast_to_p(g, shape=x_shape))
def sum_to(xp: Any, x: Any, *, shape: Shape) -> Any:
    """Sum `x` down to `shape`: the transpose of broadcasting."""
    lead = x.ndim - len(shape)
    if lead < 0 or any(n not in (1, x.shape[lead + i]) for i, n in enumerate(shape)):
        raise error("sum-to-shape", source=x.shape, target=shape)
    axes = (*range(lead), *(lead + i for i, n in enumerate(shape) if n == 1 and x.shape[lead + i] != 1))
    return x.sum(axis=axes, keepdims=True).reshape(shape) if axes else x.reshape(shape)


@primitive(
    r"\operatorname{reshape}(<x>)", view=True, vjp_x=lambda g, x_shape: reshape_p(g, shape=x_shape), name="reshape"
)
def reshape_p(xp: Any, x: Any, *, shape: Shape) -> Any:
    return x.reshape(shape)


@primitive(
    r"\operatorname{permute}(<x>)",
    view=True,
    vjp_x=lambda g, dims: permute_p(g, dims=inverse(dims)),
    tex_rules={"x": r"\operatorname{permute}^{-1}(g)"},
    name="permute",
)
def permute_p(xp: Any, x: Any, *, dims: tuple[int, ...]) -> Any:
    return xp.transpose(x, dims)


def inverse(dims: tuple[int, ...]) -> tuple[int, ...]:
    """Return the permutation that undoes `dims`."""
    return tuple(sorted(range(len(dims)), key=dims.__getitem__))


@primitive(r"<x:4>^{\top}", view=True, vjp_x=lambda g: mT(g), name="mT")
def mT(xp: Any, x: Any) -> Any:
    """Exchange the last two dimensions."""
    return xp.swapaxes(x, -1, -2)


@primitive(
    r"\operatorname{overwrite}(<x>, <v>)",
    vjp_x=lambda g, view: overwrite(g, 0, view=view),
    vjp_v=lambda g, view: view(g),
    tex_rules={"x": r"g\ \text{with 0 where overwritten}", "v": r"\operatorname{view}(g)"},
)
def overwrite(xp: Any, x: Any, v: Any, *, view: Any) -> Any:
    """Return `x` with the part that `view` looks at replaced by `v`; what writing through a view means."""
    # Not x.copy(): in a sweep, x may be one of NumPy's scalars, which nobody can write into.  In C order, for only
    # there is every reshape a view, whatever the order that a cotangent comes in.
    y = xp.array(x, order="C")
    view(y)[...] = v
    return y


@primitive(r"\operatorname{bits}(<x>)", view=True)
def view_dtype(xp: Any, x: Any, *, dtype: DType) -> Any:
    """Return the same bits read as numbers of another dtype; no slope belongs to that."""
    return x.view(dtype)


@primitive("<x>", vjp_x=lambda g: g)
def clone(xp: Any, x: Any) -> Any:
    """Return a copy; gradients flow through."""
    return x.copy()


# -- PyTorch's functions -------------------------------------------------------------------------------


def filled_shape(op: str, shape: Shape, sizes: tuple[int, ...]) -> Shape:
    """Return `sizes` with a −1 replaced by what is left; refuse sizes that do not fit."""
    count = math.prod(shape)
    if any(n < -1 for n in sizes) or sizes.count(-1) > 1:
        raise error("reshape-sizes", op=op, sizes=sizes)
    if -1 in sizes:
        known = math.prod(n for n in sizes if n != -1)
        if known == 0 or count % known:
            raise error("reshape-mismatch", op=op, shape=shape, sizes=sizes, count=count)
        return tuple(count // known if n == -1 else n for n in sizes)
    if math.prod(sizes) != count:
        raise error("reshape-mismatch", op=op, shape=shape, sizes=sizes, count=count)
    return sizes


@published()
def reshape(input: Any, *sizes: Any, shape: Any = None) -> Any:
    """Return the same elements in another shape; a view where the memory order allows it.

    Parameters
    ----------
    input : Tensor of shape (...)
        The tensor.
    *sizes : int or tuple of int
        The new sizes; one may be −1 and is inferred.
    shape : tuple of int
        The same by name.
    """
    return reshape_p(input, shape=filled_shape("reshape", input.shape, sizes_of("reshape", sizes, shape)))


@published()
def view(input: Any, *shape: Any, size: Any = None, dtype: Any = None) -> Any:
    """Return the same memory in another shape, never a copy; ``view(dtype)`` reads it as another dtype.

    Parameters
    ----------
    *shape : int or tuple of int, or a dtype
        The new sizes, of which one may be −1.
    size : tuple of int
        The same by name.
    dtype : dtype
        The same bits are read as that dtype.  The last dimension grows or shrinks with the size of an element.
        No gradient flows through it.

    Raises
    ------
    ShapeError
        If the elements do not lie in memory in that order, or the last dimension is no multiple of what is needed.
    """
    if dtype is not None or (len(shape) == 1 and not may_be_size(shape[0])):
        return read_as(input, *shape, **({} if dtype is None else {"dtype": dtype}))
    result = reshape_p(input, shape=filled_shape("view", input.shape, sizes_of("view", shape, size)))
    if input.array.size and result.cell is None:
        raise error("view-impossible", shape=input.shape, sizes=result.shape)
    return result


def may_be_size(x: Any) -> bool:
    """Whether an argument of ``view`` is a size or several, rather than a dtype (which ``int`` is)."""
    return isinstance(x, (tuple, list)) or (hasattr(x, "__index__") and not isinstance(x, type))


def read_as(input: Any, dtype: Any) -> Any:
    """Return the bits of a tensor as another dtype; refuse what has no whole number of elements."""
    wanted, have = as_dtype(dtype), input.dtype
    if wanted.itemsize != have.itemsize:
        last, stride = (input.shape[-1], input.array.strides[-1]) if input.ndim else (0, 0)
        whole = last * have.itemsize % wanted.itemsize == 0
        if not input.ndim or not whole or (stride != have.itemsize and last > 1):
            raise error("view-dtype", dtype=have, wanted=wanted, shape=input.shape)
    return view_dtype(input, dtype=wanted)


@published()
def permute(input: Any, *order: Any, dims: Any = None) -> Any:
    """Return a view with the dimensions in the order given."""
    listed = tuple(one_dim("permute", d, input.ndim) for d in sizes_of("permute", order, dims))
    if sorted(listed) != list(range(input.ndim)):
        raise error("permute-dims", dims=listed, ndim=input.ndim)
    return permute_p(input, dims=listed)


@published()
def transpose(input: Any, dim0: int, dim1: int) -> Any:
    """Return a view with two dimensions exchanged."""
    a, b = one_dim("transpose", dim0, input.ndim), one_dim("transpose", dim1, input.ndim)
    order = list(range(input.ndim))
    if order:
        order[a], order[b] = order[b], order[a]
    return permute_p(input, dims=tuple(order))


@published()
def swapaxes(input: Any, axis0: int, axis1: int) -> Any:
    """Return a view with two dimensions exchanged, as ``transpose``."""
    return transpose(input, axis0, axis1)


@published()
def t(input: Any) -> Any:
    """Return the transpose of a matrix; of a vector or number, the tensor itself."""
    if input.ndim > 2:
        raise error("t-of-many", ndim=input.ndim)
    return mT(input) if input.ndim == 2 else permute_p(input, dims=tuple(range(input.ndim)))


@published()
def movedim(input: Any, source: Any, destination: Any) -> Any:
    """Return a view with dimensions moved to other places, the rest keeping their order."""
    sources = sizes_of("movedim", (source,) if isinstance(source, int) else tuple(source))
    targets = sizes_of("movedim", (destination,) if isinstance(destination, int) else tuple(destination))
    if len(sources) != len(targets):
        raise error("movedim-count", sources=sources, targets=targets)
    froms = [one_dim("movedim", d, input.ndim) for d in sources]
    places = dict(zip((one_dim("movedim", d, input.ndim) for d in targets), froms, strict=True))
    if len(set(froms)) != len(froms) or len(places) != len(froms):
        raise error("dim-repeated", op="movedim", dims=(sources, targets))
    rest = iter(d for d in range(input.ndim) if d not in froms)
    return permute_p(input, dims=tuple(places[i] if i in places else next(rest) for i in range(input.ndim)))


@published()
def expand(input: Any, *sizes: Any, size: Any = None) -> Any:
    """Return a view with dimensions of length 1 repeated; −1 keeps a size."""
    wanted = sizes_of("expand", sizes, size)
    lead = len(wanted) - input.ndim
    if lead < 0:
        raise error("expand", shape=input.shape, sizes=wanted)
    full = tuple(input.shape[i - lead] if n == -1 and i >= lead else n for i, n in enumerate(wanted))
    if any(n < 0 for n in full) or any(have not in (1, full[lead + i]) for i, have in enumerate(input.shape)):
        raise error("expand", shape=input.shape, sizes=wanted)
    return broadcast_to_p(input, shape=full)


@published()
def broadcast_to(input: Any, size: Any) -> Any:
    """Return a view of that shape, dimensions of length 1 repeated."""
    return expand(input, size=size)


@published()
def expand_as(input: Any, other: Any) -> Any:
    """Return a view of the shape of `other`."""
    return expand(input, *other.shape)


@published()
def squeeze(input: Any, dim: Any = None, *, axis: Any = None) -> Any:
    """Return a view without the dimensions of length 1, or without those of `dim` that have length 1."""
    chosen = dim if axis is None else axis
    if chosen is None:
        gone = set(range(input.ndim))
    else:
        listed = (chosen,) if isinstance(chosen, int) else chosen
        gone = {one_dim("squeeze", d, input.ndim) for d in listed}
        if len(gone) != len(listed):
            raise error("dim-repeated", op="squeeze", dims=tuple(listed))
    return reshape_p(input, shape=tuple(n for i, n in enumerate(input.shape) if n != 1 or i not in gone))


@published()
def unsqueeze(input: Any, dim: int = 0, *, axis: int | None = None) -> Any:
    """Return a view with a dimension of length 1 inserted before `dim`."""
    place = one_dim("unsqueeze", dim, input.ndim + 1, axis)
    return reshape_p(input, shape=(*input.shape[:place], 1, *input.shape[place:]))


@published()
def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """Return the dimensions from `start_dim` to `end_dim` as one."""
    first, last = one_dim("flatten", start_dim, input.ndim), one_dim("flatten", end_dim, input.ndim)
    if first > last:
        raise error("flatten-order", start=start_dim, end=end_dim)
    if not input.ndim:
        return reshape_p(input, shape=(1,))
    if first == last:
        return input
    merged = math.prod(input.shape[first : last + 1])
    return reshape_p(input, shape=(*input.shape[:first], merged, *input.shape[last + 1 :]))


@published()
def unflatten(input: Any, dim: int, sizes: Any) -> Any:
    """Return a view in which `dim` is split into several dimensions of these sizes, of which one may be −1."""
    place = one_dim("unflatten", dim, input.ndim)
    if not input.ndim:
        raise error("ndim", op="unflatten", expected="1 or more", shape=())
    wanted = sizes_of("unflatten", (sizes,))
    if not wanted:
        raise error("argument", op="unflatten", argument="sizes", expected="at least one size", got=sizes)
    split = filled_shape("unflatten", (input.shape[place],), wanted)
    return reshape_p(input, shape=(*input.shape[:place], *split, *input.shape[place + 1 :]))


@published()
def ravel(input: Any) -> Any:
    """Return the elements as a vector; a view where the memory order allows it."""
    return reshape_p(input, shape=(math.prod(input.shape),))


@published()
def adjoint(input: Any) -> Any:
    """Return a view with the last two dimensions exchanged: of real matrices, the adjoint is the transpose."""
    if input.ndim < 2:
        raise error("ndim", op="adjoint", expected="2 or more", shape=input.shape)
    return mT(input)


def hermitian(input: Any) -> Any:
    """Return the transpose of a matrix: what ``x.H`` means for real numbers."""
    if input.ndim != 2:
        raise error("ndim", op="H", expected=2, shape=input.shape)
    return mT(input)


@published()
def contiguous(input: Any) -> Any:
    """Return the tensor itself if its memory is in C order, else a copy that is."""
    return input if input.array.flags.c_contiguous else clone(input)


@published()
def is_contiguous(input: Any) -> bool:
    """Return whether the memory is in C order."""
    return bool(input.array.flags.c_contiguous)


@published()
def view_as(input: Any, other: Any) -> Any:
    """Return the same memory in the shape of `other`."""
    return view(input, *other.shape)


@published()
def reshape_as(input: Any, other: Any) -> Any:
    """Return the same elements in the shape of `other`."""
    return reshape(input, *other.shape)


def transpose_all(input: Any) -> Any:
    """Return a view with all dimensions in reverse order: what ``x.T`` means."""
    return permute_p(input, dims=tuple(range(input.ndim))[::-1])


def expand_for_write(result: Any, shape: Shape, name: str) -> Any:
    """Broadcast a result to the tensor it is written into, or say that it does not fit."""
    lead = len(shape) - result.ndim
    if lead < 0 or any(n not in (1, shape[lead + i]) for i, n in enumerate(result.shape)):
        raise error("inplace-shape", op=name, result=result.shape, target=shape)
    return broadcast_to_p(result, shape=shape)


publish("clone", clone)
publish("mT", mT, method=False)
publish("moveaxis", movedim)
publish("swapdims", transpose)
for op in (sum_to, overwrite, clone, mT):
    register(op.name, op)
register("transpose_all", transpose_all)
register("adjoint", adjoint)
register("hermitian", hermitian)
register("expand_for_write", expand_for_write)
