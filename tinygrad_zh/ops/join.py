r"""Floor 2: joining tensors and cutting them up.

The pullback of joining is cutting, and the other way round.

May import: floors 0–1, ``arguments``, ``dims``, ``shape``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..aliases import Shape
from ..core.primitive import SAME, primitive
from ..core.registry import register
from ..core.tensor import Tensor
from ..errors import error
from .arguments import promoted
from .dims import one_dim, sizes_of
from .publish import publish, published
from .shape import reshape_p, unsqueeze


@primitive(
    r"\operatorname{cat}(<xs>)",
    vjp=lambda g, xs_shape, dim: cut(g, [shape[dim] for shape in xs_shape], dim),
    tex_rules={"xs": r"g[\mathrm{its\ part}]"},
    name="cat",
)
def cat_p(xp: Any, *xs: Any, dim: int) -> Any:
    return xp.concatenate(xs, axis=dim)


@primitive(
    r"\operatorname{split}(<x>)",
    view=True,
    outputs=0,
    vjp_x=lambda g, x_shape, sizes, dim: joined(g, x_shape, sizes, dim),
    tex_rules={"x": r"\operatorname{cat}(g_1, g_2, \dots)"},
    name="split",
)
def split_p(xp: Any, x: Any, *, sizes: tuple[int, ...], dim: int) -> tuple[Any, ...]:
    return cut(x, sizes, dim)


def cut(x: Any, sizes: Sequence[int], dim: int) -> tuple[Any, ...]:
    """Return consecutive slices of these sizes."""
    parts, start = [], 0
    for size in sizes:
        parts.append(x[(slice(None),) * dim + (slice(start, start + size),)])
        start += size
    return tuple(parts)


def joined(gs: Any, x_shape: Shape, sizes: tuple[int, ...], dim: int) -> Any:
    """Put the cotangents of the parts side by side, zeros where a part was not used."""
    some = next(g for g in gs if g is not None)
    rest = x_shape[:dim], x_shape[dim + 1 :]
    parts = [zeros_beside(some, (*rest[0], n, *rest[1])) if g is None else g for g, n in zip(gs, sizes, strict=True)]
    return cat_p(*parts, dim=dim)


@primitive("0")
def zeros_beside(xp: Any, x: Any, shape: Shape) -> Any:
    """Return zeros of `shape` on the device and with the dtype of `x`."""
    return xp.zeros(shape, dtype=x.dtype)


# -- PyTorch's functions -------------------------------------------------------------------------------


def tensors_of(op: str, tensors: Any) -> tuple[Any, ...]:
    """Return a sequence of Tensors as a tuple of one dtype; refuse an empty one and anything else."""
    listed = tuple(tensors) if isinstance(tensors, (list, tuple)) else None
    if not listed:
        raise error("need-tensors", op=op, got=type(tensors).__name__ if listed is None else "an empty sequence")
    for x in listed:
        if not isinstance(x, Tensor) and not hasattr(x, "dtype"):
            raise error("not-a-tensor", op=op, kind=type(x).__name__)
    return listed


@published(method=False)
def cat(tensors: Any, dim: int = 0, *, axis: int | None = None) -> Any:
    """Join tensors along a dimension that exists.

    Parameters
    ----------
    tensors : sequence of Tensor
        Of equal shape except along `dim`; their common dtype is the result's.
    dim : int
        Where to join.
    """
    listed = common_dtype(tensors_of("cat", tensors))
    legacy = [x for x in listed if x.shape != (0,)] or listed[:1]  # an empty 1-d tensor joins anything
    place = one_dim("cat", dim, legacy[0].ndim, axis)
    for x in legacy:
        if x.ndim != legacy[0].ndim or not x.ndim:
            raise error("cat-shapes", shapes=", ".join(str(x.shape) for x in listed), dim=dim)
    return cat_p(*legacy, dim=place)


@published(method=False)
def stack(tensors: Any, dim: int = 0, *, axis: int | None = None) -> Any:
    """Join tensors of one shape along a new dimension."""
    listed = tensors_of("stack", tensors)
    if len({x.shape for x in listed}) > 1:
        raise error("stack-shapes", shapes=", ".join(str(x.shape) for x in listed))
    place = one_dim("stack", dim, listed[0].ndim + 1, axis)
    return cat_p(*(unsqueeze(x, place) for x in common_dtype(listed)), dim=place)


def common_dtype(tensors: Sequence[Any]) -> Sequence[Any]:
    """Cast tensors to their common dtype."""
    if len({x.dtype for x in tensors}) == 1:
        return tensors
    return promoted(tuple(tensors), SAME)


@published()
def split(input: Any, split_size_or_sections: Any, dim: int = 0) -> tuple[Any, ...]:
    """Cut a tensor along `dim` into views.

    Parameters
    ----------
    input : Tensor
        What to cut.
    split_size_or_sections : int or list of int
        The size of every part but perhaps the last; or all the sizes.
    """
    place = one_dim("split", dim, input.ndim)
    if not input.ndim:
        raise error("split-scalar")
    length, wanted = input.shape[place], split_size_or_sections
    if isinstance(wanted, int):
        if wanted < 0 or (wanted == 0 and length):
            raise error("split-size", size=wanted)
        sizes = tuple(min(wanted, length - start) for start in range(0, length, wanted or 1)) or (0,)
    else:
        sizes = sizes_of("split", tuple(wanted))
        if sum(sizes) != length or any(n < 0 for n in sizes):
            raise error("split-sections", sizes=sizes, length=length, dim=dim)
    return split_p(input, sizes=sizes, dim=place)  # type: ignore[no-any-return]


@published()
def chunk(input: Any, chunks: int, dim: int = 0) -> tuple[Any, ...]:
    """Cut a tensor along `dim` into at most `chunks` views of equal size, the last perhaps smaller.

    Where there is nothing to cut, all `chunks` of them are empty.
    """
    if not isinstance(chunks, int) or chunks < 1:
        raise error("argument", op="chunk", argument="chunks", expected="a positive int", got=chunks)
    place = one_dim("chunk", dim, input.ndim)
    if not input.ndim:
        raise error("split-scalar")
    count = input.shape[place]
    return split(input, -(-count // chunks) if count else [0] * chunks, dim)


@published()
def unbind(input: Any, dim: int = 0) -> tuple[Any, ...]:
    """Return the slices along `dim`, without that dimension."""
    place = one_dim("unbind", dim, input.ndim)
    if not input.ndim:
        raise error("split-scalar")
    rest = (*input.shape[:place], *input.shape[place + 1 :])
    parts = split_p(input, sizes=(1,) * input.shape[place], dim=place)
    return tuple(reshape_p(part, shape=rest) for part in parts)


publish("concat", cat, method=False)
publish("concatenate", cat, method=False)
register("unbind", unbind)
