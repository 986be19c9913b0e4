r"""Floor 2: reductions: many elements become one along some dimensions.

The pullback of a sum is a broadcast: every element that was added gets the whole cotangent.  The others are
variations of it: a mean divides by the count, a maximum gives everything to the winners.

May import: floors 0–1, ``dims``, ``elementwise``, ``shape``.  Read next: ``shape.py``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..aliases import Dims, Shape
from ..backend.dtypes import as_dtype, int64, uint8
from ..core.primitive import FLOAT, primitive
from ..core.registry import registry
from ..core.symbol import ATOM, SUM
from ..errors import error
from .dims import kept_shape, many_dims, one_dim
from .elementwise import exp, masked_to_zero, maximum, minimum
from .publish import published
from .shape import broadcast_to_p, reshape_p


def spread(g: Any, x_shape: Shape, dims: tuple[int, ...]) -> Any:
    """Broadcast a reduction's cotangent (or result) back over the dimensions that were reduced."""
    return broadcast_to_p(reshape_p(g, shape=kept_shape(x_shape, dims)), shape=x_shape)


def count_of(x_shape: Shape, dims: tuple[int, ...]) -> int:
    """How many elements became one."""
    return math.prod(x_shape[d] for d in dims)


@primitive(
    r"\sum <x:2>",
    level=SUM,
    vjp_x=lambda g, x_shape, dims: spread(g, x_shape, dims),
    tex_rules={"x": r"\operatorname{broadcast}(g)"},
)
def sum_p(xp: Any, x: Any, *, dims: tuple[int, ...], keepdim: bool = False) -> Any:
    return xp.sum(x, axis=dims, keepdims=keepdim, dtype=x.dtype)


@primitive(
    r"\frac{1}{n} \sum <x:2>",
    level=ATOM,
    vjp_x=lambda g, x_shape, dims: spread(g, x_shape, dims) / (count_of(x_shape, dims) or 1),
    tex_rules={"x": r"\frac{1}{n} \operatorname{broadcast}(g)"},
)
def mean_p(xp: Any, x: Any, *, dims: tuple[int, ...], keepdim: bool = False) -> Any:
    return xp.sum(x, axis=dims, keepdims=keepdim) / (count_of(x.shape, dims) or math.nan)  # of nothing: NaN


@primitive(
    r"\frac{1}{n - c} \sum (<x:1> - \bar{x})^{2}",
    vjp_x=lambda g, x, x_shape, dims, correction: var_pullback(g, x, x_shape, dims, correction),
    tex_rules={"x": r"\frac{2}{n - c}\, g \odot (x - \bar{x})"},
)
def var_p(xp: Any, x: Any, *, dims: tuple[int, ...], keepdim: bool = False, correction: float = 1) -> Any:
    centred = x - xp.sum(x, axis=dims, keepdims=True) / (count_of(x.shape, dims) or 1)
    n = count_of(x.shape, dims) - correction
    total = xp.sum(centred * centred, axis=dims, keepdims=keepdim)
    return total / n if n > 0 else total * math.inf  # as divided by 0


def var_pullback(g: Any, x: Any, x_shape: Shape, dims: tuple[int, ...], correction: float) -> Any:
    """The mean's own dependence on x adds nothing, for the centred values sum to 0."""
    n = count_of(x_shape, dims) - correction
    centred = x - mean_p(x, dims=dims, keepdim=True)
    return spread(g, x_shape, dims) * centred * (2 / n if n else math.inf)


@primitive(
    r"\sqrt{\frac{1}{n - c} \sum (<x:1> - \bar{x})^{2}}",
    vjp_x=lambda g, x, y, x_shape, dims, correction: var_pullback(
        masked_to_zero(g / (2 * y), y == 0), x, x_shape, dims, correction
    ),
    tex_rules={"x": r"\frac{g \odot (x - \bar{x})}{(n - c)\, y}"},
)
def std_p(xp: Any, x: Any, *, dims: tuple[int, ...], keepdim: bool = False, correction: float = 1) -> Any:
    return xp.sqrt(var_p.value(xp, x, dims=dims, keepdim=keepdim, correction=correction))


@primitive(
    r"\max <x:4>",
    vjp_x=lambda g, x, y, x_shape, dims: winners_share(g, x, y, x_shape, dims),
    tex_rules={"x": r"\frac{g \odot [x = y]}{\sum [x = y]}"},
)
def amax_p(xp: Any, x: Any, *, dims: tuple[int, ...], keepdim: bool = False) -> Any:
    return xp.max(x, axis=dims, keepdims=keepdim)


@primitive(
    r"\min <x:4>",
    vjp_x=lambda g, x, y, x_shape, dims: winners_share(g, x, y, x_shape, dims),
    tex_rules={"x": r"\frac{g \odot [x = y]}{\sum [x = y]}"},
)
def amin_p(xp: Any, x: Any, *, dims: tuple[int, ...], keepdim: bool = False) -> Any:
    return xp.min(x, axis=dims, keepdims=keepdim)


def winners_share(g: Any, x: Any, y: Any, x_shape: Shape, dims: tuple[int, ...]) -> Any:
    """Divide the cotangent evenly among the elements that equal the maximum; NaN, if there is one, has won."""
    wins = registry["cast"]((x == spread(y, x_shape, dims)) | (x != x), dtype=x.dtype)
    return spread(g, x_shape, dims) * wins / sum_p(wins, dims=dims, keepdim=True)


@primitive(
    r"\ln \sum e^{<x>}",
    level=SUM,
    promote=FLOAT,
    vjp_x=lambda g, x, y, x_shape, dims: spread(g, x_shape, dims) * exp(x - spread(y, x_shape, dims)),
    tex_rules={"x": r"g \odot e^{x - y}"},
)
def logsumexp_p(xp: Any, x: Any, *, dims: tuple[int, ...], keepdim: bool = False) -> Any:
    top = xp.max(x, axis=dims, keepdims=True) if x.size else xp.zeros(kept_shape(x.shape, dims), x.dtype)
    top = xp.where(xp.isfinite(top), top, 0)  # a row of −inf has sum 0, and log 0 = −inf
    y = xp.log(xp.sum(xp.exp(x - top), axis=dims, keepdims=True)) + top
    return y if keepdim else y.reshape([n for i, n in enumerate(x.shape) if i not in dims])


@primitive(r"\arg\max <x:4>")
def argmax_p(xp: Any, x: Any, *, dim: int | None, keepdim: bool) -> Any:
    return position(xp, xp.argmax, x, dim, keepdim)


@primitive(r"\arg\min <x:4>")
def argmin_p(xp: Any, x: Any, *, dim: int | None, keepdim: bool) -> Any:
    return position(xp, xp.argmin, x, dim, keepdim)


def position(xp: Any, find: Any, x: Any, dim: int | None, keepdim: bool) -> Any:
    """The first position of the extreme, along `dim` or in the flattened array."""
    found = xp.asarray(find(x, axis=dim)).astype(int64)
    dims = tuple(range(x.ndim)) if dim is None else (dim,)
    return found.reshape(kept_shape(x.shape, dims)) if keepdim else found


@primitive(r"\forall <x:4>")
def all_p(xp: Any, x: Any, *, dims: tuple[int, ...], keepdim: bool) -> Any:
    return xp.all(x, axis=dims, keepdims=keepdim)


@primitive(r"\exists <x:4>")
def any_p(xp: Any, x: Any, *, dims: tuple[int, ...], keepdim: bool) -> Any:
    return xp.any(x, axis=dims, keepdims=keepdim)


# -- PyTorch's functions -------------------------------------------------------------------------------


@published()
def sum(
    input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None, axis: Dims = None, keepdims: bool = False
) -> Any:
    """Add the elements along `dim`, or all of them; integers and bools sum to int64.

    Parameters
    ----------
    input : Tensor of shape (...)
        What to add up.
    dim : int or tuple of int, optional
        Which dimensions disappear; all by default.  `axis` is NumPy's name for it.
    keepdim : bool
        Keep them with length 1.
    dtype : dtype, optional
        Convert to this dtype first.
    """
    input = summable(input, dtype)
    return sum_p(input, dims=many_dims("sum", dim, input.ndim, axis), keepdim=keepdim or keepdims)


def summable(input: Any, dtype: Any) -> Any:
    """Return a tensor in the dtype that its sums and products have: `dtype`, else int64 for integers and bools."""
    if dtype is not None:
        return registry["cast"](input, dtype=as_dtype(dtype))
    return input if input.dtype.kind == "f" else registry["cast"](input, dtype=int64)


def floating(op: str, input: Any, dtype: Any = None) -> Any:
    """Return a floating tensor, converted if `dtype` says so; refuse integers."""
    if dtype is not None:
        input = registry["cast"](input, dtype=as_dtype(dtype))
    if input.dtype.kind != "f":
        raise error("dtype-not-floating", op=op, dtype=input.dtype)
    return input


@published()
def mean(
    input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None, axis: Dims = None, keepdims: bool = False
) -> Any:
    """Return the arithmetic mean along `dim`, or of all elements; see `sum`.

    Raises
    ------
    DTypeError
        If the elements are no floats.
    """
    input = floating("mean", input, dtype)
    return mean_p(input, dims=many_dims("mean", dim, input.ndim, axis), keepdim=keepdim or keepdims)


@published()
def var(
    input: Any,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
    axis: Dims = None,
    keepdims: bool = False,
) -> Any:
    """Return the variance along `dim`, or of all elements.

    Parameters
    ----------
    unbiased : bool, optional
        The older way to say that `correction` is 1 or 0.
    correction : float, optional
        The sum of squares is divided by n − correction; 1 (Bessel's, the default) makes it unbiased.
    """
    input, dims, correction = spread_of("var", input, dim, correction, unbiased, axis)
    return var_p(input, dims=dims, keepdim=keepdim or keepdims, correction=correction)


def spread_of(
    op: str, input: Any, dim: Any, correction: float | None, unbiased: bool | None, axis: Dims
) -> tuple[Any, tuple[int, ...], float]:
    """Sort out PyTorch's several signatures of ``var`` and ``std``."""
    if isinstance(dim, bool):  # var(unbiased), the older one
        dim, unbiased = None, dim
    if unbiased is not None and (correction is not None or not isinstance(unbiased, bool)):
        raise error("argument", op=op, argument="unbiased", expected="a bool, and no correction besides", got=unbiased)
    if correction is None:
        correction = 0 if unbiased is False else 1
    return floating(op, input), many_dims(op, dim, input.ndim, axis), correction


@published()
def std(
    input: Any,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
    axis: Dims = None,
    keepdims: bool = False,
) -> Any:
    """Return the standard deviation, the square root of `var`; where all are equal, its slope is 0."""
    input, dims, correction = spread_of("std", input, dim, correction, unbiased, axis)
    return std_p(input, dims=dims, keepdim=keepdim or keepdims, correction=correction)


def refuse_empty(op: str, input: Any, dims: tuple[int, ...]) -> None:
    """An extreme of nothing does not exist."""
    if 0 in [input.shape[d] for d in dims]:
        raise error("reduce-empty", op=op, shape=input.shape)


@published()
def amax(input: Any, dim: Dims = (), keepdim: bool = False, *, axis: Dims = None, keepdims: bool = False) -> Any:
    """Return the maximum along `dim`; equals share the gradient evenly."""
    dims = many_dims("amax", dim, input.ndim, axis)
    refuse_empty("amax", input, dims)
    return amax_p(input, dims=dims, keepdim=keepdim or keepdims)


@published()
def amin(input: Any, dim: Dims = (), keepdim: bool = False, *, axis: Dims = None, keepdims: bool = False) -> Any:
    """Return the minimum along `dim`; equals share the gradient evenly."""
    dims = many_dims("amin", dim, input.ndim, axis)
    refuse_empty("amin", input, dims)
    return amin_p(input, dims=dims, keepdim=keepdim or keepdims)


class Picked(NamedTuple):
    """Elements along a dimension, and where they stand: the result of ``max(dim=…)``, ``sort``, ``topk`` and others."""

    values: Any
    indices: Any


def extreme(name: str, whole: Any, pairwise: Any, find: Any, input: Any, dim: Any, keepdim: bool) -> Any:
    """PyTorch's three meanings of ``max`` and ``min``: of all elements, along a dimension, of two tensors."""
    if keepdim and not isinstance(dim, int):
        raise error("argument", op=name, argument="keepdim", expected="False where no dim is given", got=keepdim)
    if dim is None:
        refuse_empty(name, input, tuple(range(input.ndim)))
        return whole(input, dims=tuple(range(input.ndim)))
    if not isinstance(dim, int):
        return pairwise(input, dim)
    place = one_dim(name, dim, input.ndim)
    if not input.ndim:
        return Picked(whole(input, dims=()), find(input, dim=None, keepdim=False))
    refuse_empty(name, input, (place,))
    indices = find(input, dim=place, keepdim=True)
    values = registry["gather"](input, place, indices)
    if keepdim:
        return Picked(values, indices)
    shape = (*input.shape[:place], *input.shape[place + 1 :])
    return Picked(reshape_p(values, shape=shape), reshape_p(indices, shape=shape))


def only_one(name: str, *given: Any) -> Any:
    """Return the dimension or the other tensor, whichever was given; refuse both at once."""
    found = [x for x in given if x is not None]
    if len(found) > 1:
        raise error("argument", op=name, argument="other", expected="None beside a dim", got=found[-1])
    return found[0] if found else None


@published()
def max(input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None, axis: Any = None) -> Any:
    """Return the maximum of all elements; along `dim`, (values, indices); of two tensors, the larger elements.

    Along `dim` the gradient goes to the first maximum; over all elements, equals share it evenly.
    """
    return extreme("max", amax_p, maximum, argmax_p, input, only_one("max", dim, axis, other), keepdim)


@published()
def min(input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None, axis: Any = None) -> Any:
    """Return the minimum of all elements; along `dim`, (values, indices); of two tensors, the smaller elements."""
    return extreme("min", amin_p, minimum, argmin_p, input, only_one("min", dim, axis, other), keepdim)


@published()
def argmax(input: Any, dim: Any = None, keepdim: bool = False, *, axis: Any = None) -> Any:
    """Return where the first maximum stands, along `dim` or in the flattened tensor."""
    return find_position("argmax", argmax_p, input, dim if axis is None else axis, keepdim)


@published()
def argmin(input: Any, dim: Any = None, keepdim: bool = False, *, axis: Any = None) -> Any:
    """Return where the first minimum stands, along `dim` or in the flattened tensor."""
    return find_position("argmin", argmin_p, input, dim if axis is None else axis, keepdim)


def find_position(name: str, find: Any, input: Any, dim: Any, keepdim: bool) -> Any:
    """Sort out the dimension for ``argmax`` and ``argmin``."""
    if input.dtype.kind == "b":
        raise error("dtype-unsupported", op=name, dtypes="bool")
    place = None if dim is None else one_dim(name, dim, input.ndim)
    refuse_empty(name, input, tuple(range(input.ndim)) if place is None or not input.ndim else (place,))
    return find(input, dim=place if input.ndim else None, keepdim=keepdim)


@published()
def logsumexp(input: Any, dim: Dims = None, keepdim: bool = False, *, axis: Dims = None, keepdims: bool = False) -> Any:
    """Return ln Σ eˣ along `dim`, computed as max + ln Σ e^(x − max), so that nothing overflows."""
    if dim is None and axis is None:
        raise error("argument", op="logsumexp", argument="dim", expected="a dimension or several", got=None)
    return logsumexp_p(input, dims=many_dims("logsumexp", dim, input.ndim, axis), keepdim=keepdim or keepdims)


@published()
def all(input: Any, dim: Dims = None, keepdim: bool = False, *, axis: Dims = None) -> Any:
    """Return whether all elements are nonzero, along `dim` or altogether."""
    return truth_over("all", all_p, input, dim, keepdim, axis)


@published()
def any(input: Any, dim: Dims = None, keepdim: bool = False, *, axis: Dims = None) -> Any:
    """Return whether any element is nonzero, along `dim` or altogether."""
    return truth_over("any", any_p, input, dim, keepdim, axis)


def truth_over(name: str, op: Any, input: Any, dim: Dims, keepdim: bool, axis: Dims) -> Any:
    """Sort out what PyTorch does apart: ``dim=()`` is no dimension, and of uint8 the answer is 1 or 0."""
    chosen = dim if axis is None else axis
    none = isinstance(chosen, Sequence) and not chosen
    found = op(input, dims=() if none else many_dims(name, chosen, input.ndim), keepdim=keepdim)
    return registry["cast"](found, dtype=input.dtype) if input.dtype == uint8 else found
