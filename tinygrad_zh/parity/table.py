"""Which PyTorch expression each primitive is compared with, and how much rounding the two may differ by.

``TWINS["mul"].call(torch, a, b)`` computes in PyTorch what the primitive ``mul`` computes here.  A primitive
without a twin has its reason in ``REASONS``; a test holds that every primitive has one or the other.

May import: the files before it.  Read next: ``compare.py``.
"""

from __future__ import annotations

from typing import Any

from . import expressions as ex
from . import rounding as by
from . import (
    twins_activation,
    twins_convolution,
    twins_elementwise,
    twins_linalg,
    twins_loss,
    twins_rearrange,
    twins_reduce,
    twins_sequence,
    twins_special,
)
from .twin import Twin, at_most_all, moves, same


def overwrite(t: Any, x: Any, v: Any, view: Any) -> Any:
    """A copy of `x` with the part that a view looks at replaced by `v`."""
    y = x.clone()
    TWINS[view.func.name].call(t, y, **view.keywords).copy_(v)
    return y


TWINS: dict[str, Twin] = {
    # -- elementwise -------------------------------------------------------------------------------------
    "add": same("add"),
    "sub": same("sub"),
    "mul": same("mul"),
    "div": same("true_divide"),
    "neg": same("neg"),
    "pow": same("pow", size_back=by.pow_size_back),
    "abs": same("abs"),
    "sign": same("sign"),
    "square": same("square"),
    "sqrt": same("sqrt"),
    "rsqrt": same("rsqrt"),
    "hypot": same("hypot"),
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
    "tanh": same("tanh", size_back=by.at_size_of_g),
    "erf": same("erf", size=lambda t, y, x: 2 * y.abs()),  # Cody's quotients round about 4 times
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
    "normal": Twin(
        lambda t, z, mean, std: z * std + mean, size=lambda t, y, z, mean, std: (z * std).abs() + t.abs(mean)
    ),
    # -- comparisons -------------------------------------------------------------------------------------
    **{name: same(name) for name in ("eq", "ne", "lt", "le", "gt", "ge", "isnan", "isinf", "isfinite")},
    **{name: same(name) for name in ("logical_and", "logical_or", "logical_xor", "logical_not")},
    **{name: same(name) for name in ("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not")},
    # -- activations -------------------------------------------------------------------------------------
    "relu": same("relu"),
    "sigmoid": same(
        "sigmoid",
        size=lambda t, y, x: by.sigma_size(t, x),
        size_back=lambda t, i, g, y, x: g.abs() * by.sigma_size(t, x),
    ),
    "gelu": Twin(
        lambda t, x: t.nn.functional.gelu(x),
        size=lambda t, y, x: 2 * x.abs(),  # far to the left 1 + erf cancels
        size_back=lambda t, i, g, y, x: g.abs() * (1 + x.abs()),
    ),
    "gelu_tanh": Twin(
        lambda t, x: t.nn.functional.gelu(x, approximate="tanh"),
        size=lambda t, y, x: 2 * x.abs(),  # far to the left 1 + tanh cancels
        size_back=lambda t, i, g, y, x: g.abs() * (1 + x.abs()),
    ),
    "silu": Twin(
        lambda t, x: t.nn.functional.silu(x),
        size=lambda t, y, x: 2 * x.abs() * by.sigma_size(t, x),  # σ rounds about 4 times before x multiplies it
        size_back=lambda t, i, g, y, x: g.abs() * by.sigma_size(t, x) * (1 + x.abs()),
    ),
    # -- reductions --------------------------------------------------------------------------------------
    "sum": Twin(ex.over("sum"), terms=by.count, linear=True),
    "mean": Twin(ex.over("mean"), terms=by.count, linear=True),
    "var": Twin(ex.var, terms=by.count, terms_back=by.count_back, size=by.var_size, size_back=by.var_size_back),
    "std": Twin(ex.std, terms=by.count, terms_back=by.count_back, size=by.std_size, size_back=by.std_size_back),
    "amax": Twin(ex.over("amax")),
    "amin": Twin(ex.over("amin")),
    "logsumexp": Twin(
        ex.over("logsumexp"),
        terms=by.count,
        terms_back=by.count_back,
        size=by.logsumexp_size,
        size_back=lambda t, i, g, y, x, dims, keepdim=False: t.full_like(x, by.top(g) * (1 + 2 * by.top(x))),
    ),
    "argmax": Twin(ex.position("argmax")),
    "argmin": Twin(ex.position("argmin")),
    "all": Twin(ex.truth_over("all")),
    "any": Twin(ex.truth_over("any")),
    # -- softmax and losses ------------------------------------------------------------------------------
    "softmax": Twin(
        lambda t, x, dim: t.softmax(x, dim), terms=by.along, terms_back=by.along_back, size_back=by.softmax_size_back
    ),
    "log_softmax": Twin(
        lambda t, x, dim: t.log_softmax(x, dim),
        terms=by.along,
        terms_back=by.along_back,
        size=lambda t, y, x, dim: 1 + y.abs() + by.greatest(t, x, dim),
        size_back=by.log_softmax_size_back,
    ),
    "cross_entropy": Twin(
        ex.cross_entropy,
        terms=lambda y, x, *_, **__: x.numel(),
        terms_back=lambda i, y, x, *_, **__: max(1, x.shape[1]),
        size=by.cross_entropy_size,
        size_back=by.cross_entropy_size_back,
    ),
    "mse_loss": Twin(ex.mse, terms=lambda y, a, b, scale: max(1, a.numel())),
    "class_rows": Twin(ex.class_rows),
    # -- products ----------------------------------------------------------------------------------------
    "matmul": same("matmul", terms=by.matmul_terms, terms_back=by.matmul_terms_back, linear=True),
    "linear": Twin(
        lambda t, x, weight, bias: t.nn.functional.linear(x, weight, bias),
        terms=by.linear_terms,
        terms_back=by.linear_terms_back,
        linear=True,
    ),
    # -- moving elements ---------------------------------------------------------------------------------
    "expand": moves(lambda t, x, shape: x.expand(shape), at_most_all),
    "sum_to": Twin(ex.sum_to, terms=by.count, linear=True),
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
    "overwrite": moves(overwrite),
    "place": moves(ex.place),
    "take": moves(lambda t, x, index, dims: x[ex.rows_of(index, dims)], at_most_all),
    "add_at": Twin(ex.add_at, terms=lambda y, x, index, shape, dims: max(1, x.numel()), linear=True),
    "setitem": moves(ex.put, at_most_all),
    "gather": moves(lambda t, x, index, dim: t.gather(x, dim, index.long()), at_most_all),
    "scatter_sum": Twin(
        lambda t, x, index, shape, dim: t.zeros(shape, dtype=x.dtype).scatter_add(dim, index.long(), x),
        terms=lambda y, x, index, shape, dim: max(1, x.numel()),
        linear=True,
    ),
    "scatter": moves(lambda t, x, index, src, dim: t.scatter(x, dim, index.long(), src.expand(index.shape))),
    "nonzero": Twin(lambda t, x: t.nonzero(x)),
    "mask_positions": Twin(ex.mask_positions),
    "stacked": Twin(lambda t, *rows, shape: t.stack([row.long().expand(shape) for row in rows])),
    "flip": moves(lambda t, x, dims: t.flip(x, dims)),
    "diagonal": moves(lambda t, x, offset, dim1, dim2: t.diagonal(x, offset, dim1, dim2)),
    "place_diagonal": moves(ex.place_diagonal),
    "tril": moves(lambda t, x, diagonal: t.tril(x, diagonal)),
    "triu": moves(lambda t, x, diagonal: t.triu(x, diagonal)),
}


RANDOM = ("它产生随机数，生成器与 PyTorch 的不同", "it draws random numbers, by another generator than PyTorch's")
BACKWARD = (
    "它是求导规则里的一步，随所属运算的梯度一起比较",
    "a step inside a rule; it is compared as part of its op's gradient",
)
OPTIMISER = ("它是优化器的一步，不在 fn 里出现", "a step of an optimiser, which changes parameters and has no gradient")
GRAPH = ("它只在计算图里连接几个结果，不单独运行", "it joins several results in the graph and is never run by itself")
REASONS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        (
            *("rand", "randn", "randint", "randperm", "bernoulli", "chance", "multinomial", "poisson", "dropout"),
            "attention_dropout",
        ),
        RANDOM,
    ),
    **dict.fromkeys(
        (
            *("relu_pullback", "sigmoid_pullback", "tanh_pullback", "silu_pullback", "gelu_pullback"),
            *("gelu_tanh_pullback", "softmax_pullback", "log_softmax_pullback", "dropout_pullback"),
            *("cross_entropy_pullback", "weight_pullback"),
        ),
        BACKWARD,
    ),
    **dict.fromkeys(
        (
            *("sgd_steps", "adam_steps", "rmsprop_steps", "adagrad_steps", "adadelta_steps", "nadam_steps"),
            *("radam_steps", "adamax_steps", "asgd_steps", "rprop_steps", "adafactor_steps", "muon_steps"),
        ),
        OPTIMISER,
    ),
    "item_of": GRAPH,
}
"""Why a primitive is not compared, in Chinese and English."""
TWINS |= twins_reduce.TWINS

TWINS |= twins_rearrange.TWINS
REASONS |= {"once": BACKWARD, "ctc_slope": BACKWARD}

TWINS.update(twins_special.TWINS)

TWINS |= twins_elementwise.TWINS | twins_loss.TWINS

TWINS |= twins_activation.TWINS
REASONS |= twins_activation.REASONS

TWINS |= twins_convolution.TWINS
TWINS.update(twins_linalg.TWINS)

TWINS |= twins_sequence.TWINS
REASONS |= dict.fromkeys(twins_sequence.PULLBACKS, BACKWARD)
