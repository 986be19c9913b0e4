"""Which PyTorch expression each primitive is compared with, and how much rounding the two may differ by.

``TWINS["mul"].call(torch, a, b)`` computes in PyTorch what the primitive ``mul`` computes here.  A primitive
without a twin has its reason in ``REASONS``; a test holds that every primitive has one or the other.

A twin also says how its rounding errors grow (see ``compare.py``):

    terms        how many products or summands make up one element of the result: 1 for elementwise ops
    terms_back   the same for the gradient of operand i
    size         the size at which the value's rounding errors are measured: by default of the value itself
    size_back    the same for the gradient of operand i: by default of that gradient itself
    linear       it is linear in each operand; then both sizes are those of the same op on absolute values,
                 which is what the classical bound Σ|aᵢbᵢ| is made of

May import: nothing of this package.  Read next: ``compare.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def one(*_: Any, **__: Any) -> int:
    """Elementwise: nothing is added up."""
    return 1


@dataclass(frozen=True)
class Twin:
    """The PyTorch form of one primitive; see the text of this file.

    Attributes
    ----------
    call : callable
        ``call(torch, *operands, **static)``.
    terms, terms_back : callable
        ``terms(y, *operands, **static)`` and ``terms_back(i, y, *operands, **static)``.
    size, size_back : callable or None
        ``size(torch, y, *operands, **static)`` and ``size_back(torch, i, g, y, *operands, **static)``.
    linear : bool
        Whether it is linear in each operand.
    """

    call: Callable[..., Any]
    terms: Callable[..., int] = one
    terms_back: Callable[..., int] = one
    size: Callable[..., Any] | None = None
    size_back: Callable[..., Any] | None = None
    linear: bool = False


def same(name: str, **options: Any) -> Twin:
    """A function of that name in PyTorch, with the same operands."""
    return Twin(lambda t, *operands: getattr(t, name)(*operands), **options)


def moves(call: Callable[..., Any], terms_back: Callable[..., int] = one) -> Twin:
    """An op that only moves elements about; going back, several may meet in one place."""
    return Twin(call, terms_back=terms_back, linear=True)


def at_most_all(i: int, y: Any, *_: Any, **__: Any) -> int:
    """Going back, elements that were taken more than once meet: at most all of them."""
    return int(y.numel())


# -- reductions ------------------------------------------------------------------------------------------


def over(name: str) -> Callable[..., Any]:
    """A reduction; PyTorch takes ``dim=()`` for all dimensions, here it means none."""

    def call(t: Any, x: Any, dims: tuple[int, ...], keepdim: bool = False, **options: Any) -> Any:
        if dims:
            return getattr(t, name)(x, dim=dims, keepdim=keepdim, **options)
        single = getattr(t, name)(x.unsqueeze(-1), dim=(-1,), keepdim=False, **options)
        return single.reshape(x.shape)

    return call


def count(y: Any, x: Any, **_: Any) -> int:
    """How many elements became one."""
    return max(1, x.numel() // max(1, y.numel()))


def count_back(_: int, y: Any, x: Any, **static: Any) -> int:
    """The same number: pullbacks of variance and its like contain a mean over the same elements."""
    return count(y, x, **static)


def along(y: Any, x: Any, dim: int, **_: Any) -> int:
    """The length of the dimension."""
    return max(1, x.shape[dim])


def along_back(_: int, y: Any, x: Any, dim: int, **__: Any) -> int:
    """The length of the dimension."""
    return max(1, x.shape[dim])


def var(t: Any, x: Any, dims: tuple[int, ...], keepdim: bool = False, correction: float = 1) -> Any:
    """The variance; PyTorch's own warns where there are too few elements for it."""
    if count_along(x, dims) > correction:
        return over("var")(t, x, dims, keepdim, correction=correction)
    squares = (x - over("mean")(t, x, dims, True)) ** 2
    return over("sum")(t, squares, dims, keepdim) / t.zeros((), dtype=x.dtype)


def count_along(x: Any, dims: tuple[int, ...]) -> int:
    """How many elements these dimensions have."""
    return math.prod(x.shape[d] for d in dims)


def top(x: Any) -> float:
    """The greatest absolute value of all."""
    return float(x.abs().max()) if x.numel() else 0.0


def truth_over(name: str) -> Callable[..., Any]:
    """``all`` and ``any`` along several dimensions."""

    def call(t: Any, x: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
        return getattr(t, name)(x.bool(), dim=dims, keepdim=keepdim) if dims else x.bool()

    return call


def position(name: str) -> Callable[..., Any]:
    """``argmax`` and ``argmin``."""
    return lambda t, x, dim, keepdim: getattr(t, name)(x, dim=dim, keepdim=keepdim)


def greatest(t: Any, x: Any, dims: Any) -> Any:
    """The greatest absolute value along dimensions, which keep length 1."""
    return t.amax(x.abs(), dim=dims, keepdim=True) if x.numel() and x.ndim else x.abs()


def logsumexp_size(t: Any, y: Any, x: Any, dims: tuple[int, ...], keepdim: bool = False) -> Any:
    """``max + ln Σ e^(x − max)``: both summands count, even where they cancel."""
    return y.abs() + greatest(t, x, dims).reshape(y.shape) if dims else y.abs()


def var_size(t: Any, y: Any, x: Any, dims: tuple[int, ...], correction: float = 1, **_: Any) -> Any:
    """√(var · (var + mean²)): the condition of a variance (Chan, Golub and LeVeque 1983, eq. 2.2)."""
    mean = t.mean(x, dim=dims, keepdim=True).reshape(y.shape) if dims else x
    return t.sqrt(y * (y + mean * mean))


def var_size_back(t: Any, _: int, g: Any, y: Any, x: Any, dims: tuple[int, ...], correction: float = 1, **__: Any) -> Any:
    """2/(n − c) · |g| · (|x| + |mean|), at its greatest."""
    n = max(count(y, x) - correction, 1e-300)
    return t.full_like(x, 4 / n * top(g) * top(x))


# -- softmax and its like --------------------------------------------------------------------------------


def softmax_size_back(t: Any, _: int, g: Any, y: Any, x: Any, dim: int) -> Any:
    """y ⊙ (|g| + Σ |g| ⊙ y)"""
    return y * (g.abs() + (g.abs() * y).sum(dim, keepdim=True))


def log_softmax_size_back(t: Any, _: int, g: Any, y: Any, x: Any, dim: int) -> Any:
    """(|g| + eʸ Σ |g|) ⊙ (1 + |y|): an error in y becomes |y| times as large in eʸ."""
    return (g.abs() + y.exp() * g.abs().sum(dim, keepdim=True)) * (1 + y.abs())


def cross_entropy(t: Any, x: Any, target: Any, reduction: str, ignore_index: int) -> Any:
    """The fused loss; the target needs int64."""
    return t.nn.functional.cross_entropy(x, target.long(), reduction=reduction, ignore_index=ignore_index)


def cross_entropy_size(t: Any, y: Any, x: Any, target: Any, reduction: str, ignore_index: int) -> Any:
    """``lse − x``: both count, even where they cancel; of a sum, for every row."""
    rows = x.shape[0] if reduction == "sum" else 1
    return y.abs() + rows * (1 + top(x))


def cross_entropy_size_back(t: Any, _: int, g: Any, y: Any, x: Any, target: Any, reduction: str, ignore_index: int) -> Any:
    """(softmax + onehot) ⊙ |g| ⊙ (1 + |x|), divided by the number of rows for a mean."""
    rows = max(1, int((target != ignore_index).sum())) if reduction == "mean" else 1
    return t.full_like(x, (1 + top(x)) * top(g) / rows)


def mse(t: Any, a: Any, b: Any, scale: float) -> Any:
    """``scale`` is 1/n for the mean, 1 for the sum."""
    return t.nn.functional.mse_loss(a, b, reduction="sum") * scale


# -- products --------------------------------------------------------------------------------------------


def matmul_terms(y: Any, a: Any, b: Any) -> int:
    """The inner dimension."""
    return max(1, a.shape[-1])


def matmul_terms_back(i: int, y: Any, a: Any, b: Any) -> int:
    """G Bᵀ adds over the columns of B, Aᵀ G over the rows of A; the sweep, over broadcast batches."""
    return max(1, (b.shape[-1], a.shape[-2])[i])


def linear_terms(y: Any, x: Any, weight: Any, bias: Any) -> int:
    """The inner dimension, and the bias."""
    return int(weight.shape[1]) + 1


def linear_terms_back(i: int, y: Any, x: Any, weight: Any, bias: Any) -> int:
    """For `x`, over the outputs; for weight and bias, over the rows."""
    return max(1, weight.shape[0] if i == 0 else y.numel() // max(1, weight.shape[0]))


# -- moving elements -------------------------------------------------------------------------------------


def rows_of(index: Any, dims: tuple[int, ...]) -> tuple[Any, ...]:
    """What goes between PyTorch's brackets: `index` has one row of positions for each of `dims`."""
    rows = iter((index,) if len(dims) == 1 else index)
    return tuple(next(rows).long() if d in dims else slice(None) for d in range(dims[-1] + 1))


def put(t: Any, x: Any, v: Any, index: Any, dims: tuple[int, ...]) -> Any:
    """``x[index] = v`` on a copy."""
    y = x.clone()
    y[rows_of(index, dims)] = v
    return y


def place(t: Any, x: Any, shape: tuple[int, ...], index: Any) -> Any:
    """Zeros with `x` where a basic index points."""
    y = t.zeros(shape, dtype=x.dtype)
    y[(*index, ...)] = x
    return y


def place_diagonal(t: Any, x: Any, shape: tuple[int, ...], offset: int, dim1: int, dim2: int) -> Any:
    """Zeros with `x` on the diagonal."""
    return t.diagonal_scatter(t.zeros(shape, dtype=x.dtype), x, offset, dim1, dim2)


def sum_to(t: Any, x: Any, shape: tuple[int, ...]) -> Any:
    """The transpose of broadcasting."""
    return x.sum_to_size(shape) if shape or x.ndim else x


def class_rows(t: Any, x: Any, target: Any, ignore_index: int) -> Any:
    """One-hot rows, of zeros where a target is ignored."""
    valid = target != ignore_index
    rows = t.nn.functional.one_hot(t.where(valid, target, 0).long(), x.shape[1])
    return (rows * valid[:, None]).to(x.dtype)


def at_size_of_g(t: Any, _: int, g: Any, *__: Any, **___: Any) -> Any:
    """The pullback subtracts from 1 and multiplies by g: near 0 it is as exact as the 1 was."""
    return g.abs()


def truth(name: str) -> Twin:
    """A test of single elements, by a function of that name."""
    return Twin(lambda t, *operands: getattr(t, name)(*operands))


TWINS: dict[str, Twin] = {
    # -- elementwise -------------------------------------------------------------------------------------
    "add": same("add"),
    "sub": same("sub"),
    "mul": same("mul"),
    "div": same("true_divide"),
    "neg": same("neg"),
    "pow": same("pow"),
    "abs": same("abs"),
    "sign": same("sign"),
    "square": same("square"),
    "sqrt": same("sqrt"),
    "rsqrt": same("rsqrt"),
    "reciprocal": same("reciprocal"),
    "exp": same("exp"),
    "exp2": same("exp2"),
    "expm1": same("expm1", size_back=lambda t, i, g, y, x: g.abs() * (1 + y.abs())),
    "log": same("log"),
    "log2": same("log2"),
    "log10": same("log10"),
    "log1p": same("log1p"),
    "sin": same("sin"),
    "cos": same("cos"),
    "tanh": same("tanh", size_back=at_size_of_g),
    "erf": same("erf"),
    "where": Twin(lambda t, c, a, b: t.where(c.bool(), a, b)),
    "maximum": same("maximum"),
    "minimum": same("minimum"),
    "clamp": Twin(lambda t, x, low, high: t.clamp(x, min=low, max=high)),
    "floor": same("floor"),
    "ceil": same("ceil"),
    "trunc": same("trunc"),
    "round": Twin(lambda t, x, decimals=0: t.round(x, decimals=decimals) if decimals else t.round(x)),
    "floor_divide": same("floor_divide"),
    "trunc_divide": Twin(lambda t, a, b: t.div(a, b, rounding_mode="trunc")),
    "remainder": same("remainder", size=lambda t, y, a, b: y.abs() + b.abs()),
    "fmod": same("fmod"),
    "normal": Twin(lambda t, z, mean, std: z * std + mean, size=lambda t, y, z, mean, std: (z * std).abs() + t.abs(mean)),
    # -- comparisons -------------------------------------------------------------------------------------
    **{name: truth(name) for name in ("eq", "ne", "lt", "le", "gt", "ge", "isnan", "isinf", "isfinite")},
    **{name: truth(name) for name in ("logical_and", "logical_or", "logical_xor", "logical_not")},
    **{name: truth(name) for name in ("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not")},
    # -- activations -------------------------------------------------------------------------------------
    "relu": same("relu"),
    "sigmoid": same("sigmoid", size_back=lambda t, i, g, y, x: g.abs() * y),
    "gelu": Twin(
        lambda t, x: t.nn.functional.gelu(x),
        size=lambda t, y, x: x.abs(),  # 1 + erf cancels far to the left
        size_back=lambda t, i, g, y, x: g.abs() * (1 + x.abs()),
    ),
    "silu": Twin(
        lambda t, x: t.nn.functional.silu(x),
        size_back=lambda t, i, g, y, x: g.abs() * t.sigmoid(x) * (1 + x.abs()),
    ),
    # -- reductions --------------------------------------------------------------------------------------
    "sum": Twin(over("sum"), terms=count, linear=True),
    "mean": Twin(over("mean"), terms=count, linear=True),
    "var": Twin(var, terms=count, terms_back=count_back, size=var_size, size_back=var_size_back),
    "amax": Twin(over("amax")),
    "amin": Twin(over("amin")),
    "logsumexp": Twin(
        over("logsumexp"),
        terms=count,
        terms_back=count_back,
        size=logsumexp_size,
        size_back=lambda t, i, g, y, x, dims, keepdim=False: t.full_like(x, top(g) * (1 + 2 * top(x))),
    ),
    "argmax": Twin(position("argmax")),
    "argmin": Twin(position("argmin")),
    "all": Twin(truth_over("all")),
    "any": Twin(truth_over("any")),
    # -- softmax and losses ------------------------------------------------------------------------------
    "softmax": Twin(
        lambda t, x, dim: t.softmax(x, dim), terms=along, terms_back=along_back, size_back=softmax_size_back
    ),
    "log_softmax": Twin(
        lambda t, x, dim: t.log_softmax(x, dim),
        terms=along,
        terms_back=along_back,
        size=lambda t, y, x, dim: 1 + y.abs() + greatest(t, x, dim),
        size_back=log_softmax_size_back,
    ),
    "cross_entropy": Twin(
        cross_entropy,
        terms=lambda y, x, *_, **__: x.numel(),
        terms_back=lambda i, y, x, *_, **__: max(1, x.shape[1]),
        size=cross_entropy_size,
        size_back=cross_entropy_size_back,
    ),
    "mse_loss": Twin(mse, terms=lambda y, a, b, scale: max(1, a.numel())),
    "class_rows": Twin(class_rows),
    # -- products ----------------------------------------------------------------------------------------
    "matmul": same("matmul", terms=matmul_terms, terms_back=matmul_terms_back, linear=True),
    "linear": Twin(
        lambda t, x, weight, bias: t.nn.functional.linear(x, weight, bias),
        terms=linear_terms,
        terms_back=linear_terms_back,
        linear=True,
    ),
    # -- moving elements ---------------------------------------------------------------------------------
    "expand": moves(lambda t, x, shape: x.expand(shape), at_most_all),
    "sum_to": Twin(sum_to, terms=count, linear=True),
    "reshape": moves(lambda t, x, shape: x.reshape(shape)),
    "permute": moves(lambda t, x, dims: x.permute(dims)),
    "mT": moves(lambda t, x: x.mT),
    "cat": moves(lambda t, *xs, dim: t.cat(xs, dim)),
    "split": moves(lambda t, x, sizes, dim: t.split(x, list(sizes), dim)),
    "clone": moves(lambda t, x: x.clone()),
    "transfer": moves(lambda t, x, device, source: x.clone()),
    "cast": moves(lambda t, x, dtype: x.to(getattr(t, dtype.name))),
    "zeros_beside": moves(lambda t, x, shape: t.zeros(shape, dtype=x.dtype)),
    "slice": moves(lambda t, x, index: x[(*index, ...)]),
    "place": moves(place),
    "take": moves(lambda t, x, index, dims: x[rows_of(index, dims)], at_most_all),
    "add_at": Twin(
        lambda t, x, index, shape, dims: t.zeros(shape, dtype=x.dtype).index_put(rows_of(index, dims), x, accumulate=True)
        if dims[0] == 0
        else add_at_inner(t, x, index, shape, dims),
        terms=lambda y, x, index, shape, dims: max(1, x.numel()),
        linear=True,
    ),
    "setitem": moves(put, at_most_all),
    "gather": moves(lambda t, x, index, dim: t.gather(x, dim, index.long()), at_most_all),
    "scatter_sum": Twin(
        lambda t, x, index, shape, dim: t.zeros(shape, dtype=x.dtype).scatter_add(dim, index.long(), x),
        terms=lambda y, x, index, shape, dim: max(1, x.numel()),
        linear=True,
    ),
    "scatter": moves(lambda t, x, index, src, dim: t.scatter(x, dim, index.long(), src.expand(index.shape))),
    "embedding": moves(
        lambda t, weight, index, padding_idx=None: t.nn.functional.embedding(index.long(), weight, padding_idx),
        at_most_all,
    ),
    "nonzero": Twin(lambda t, x: t.nonzero(x)),
    "flip": moves(lambda t, x, dims: t.flip(x, dims)),
    "diagonal": moves(lambda t, x, offset, dim1, dim2: t.diagonal(x, offset, dim1, dim2)),
    "place_diagonal": moves(place_diagonal),
    "tril": moves(lambda t, x, diagonal: t.tril(x, diagonal)),
    "triu": moves(lambda t, x, diagonal: t.triu(x, diagonal)),
}


def add_at_inner(t: Any, x: Any, index: Any, shape: tuple[int, ...], dims: tuple[int, ...]) -> Any:
    """Add into zeros at positions of inner dimensions, which PyTorch's brackets do through a view."""
    y = t.zeros(shape, dtype=x.dtype)
    every = [t.arange(n) for n in shape[: dims[0]]]
    lead = t.meshgrid(*every, indexing="ij")
    rows = rows_of(index, dims)[dims[0] :]
    shaped = [row.reshape(*(1,) * dims[0], *row.shape) for row in rows]
    widened = [axis.reshape(*axis.shape, *(1,) * rows[0].ndim) for axis in lead]
    return y.index_put((*widened, *shaped), x, accumulate=True)


RANDOM = ("它产生随机数，生成器与 PyTorch 的不同", "it draws random numbers, by another generator than PyTorch's")
BACKWARD = ("它是求导规则里的一步，随所属运算的梯度一起比较", "a step inside a rule; it is compared as part of its op's gradient")
OPTIMISER = ("它是优化器的一步，不在 fn 里出现", "a step of an optimiser, which changes parameters and has no gradient")
GRAPH = ("它只连接计算图的节点，自己不计算", "it only joins nodes of the graph and computes nothing of its own")
REASONS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("rand", "randn", "randint", "randperm", "bernoulli", "chance", "multinomial", "dropout"), RANDOM),
    **dict.fromkeys(("softmax_pullback", "log_softmax_pullback", "cross_entropy_pullback"), BACKWARD),
    **dict.fromkeys(("sgd_step", "adam_step"), OPTIMISER),
    **dict.fromkeys(("item_of", "overwrite"), GRAPH),
}
"""Why a primitive is not compared, in Chinese and English."""
