"""The PyTorch forms of activation functions, normalisation, attention, dropout, similarity and embeddings.

May import: the files before ``table.py``.  Read next: ``table.py``.
"""

from __future__ import annotations

from typing import Any

from . import rounding as by
from .twin import Twin, at_most_all


def elu(t: Any, x: Any, alpha: float, scale: float = 1.0, steepness: float = 1.0) -> Any:
    """PyTorch's op with all three constants, which ``elu``, ``selu`` and ``celu`` fill in."""
    return t.ops.aten.elu(x, alpha, scale, steepness)


def functional(name: str, **options: Any) -> Twin:
    """A function of ``torch.nn.functional``, whose arguments have the same names."""
    return Twin(lambda t, *operands, **static: getattr(t.nn.functional, name)(*operands, **static), **options)


# -- normalisation -----------------------------------------------------------------------------------------


def moments(t: Any, x: Any, dims: tuple[int, ...]) -> tuple[Any, Any]:
    """Mean and variance along dimensions, which keep length 1."""
    return t.mean(x, dim=dims, keepdim=True), t.var(x, dim=dims, correction=0, keepdim=True)


def moments_size(t: Any, y: Any, x: Any, dims: tuple[int, ...]) -> tuple[Any, Any]:
    """The mean adds up |x|; the variance as in ``by.var_size``."""
    mean, variance = moments(t, x, dims)
    return t.mean(x.abs(), dim=dims, keepdim=True), t.sqrt(variance * (variance + mean * mean))


def layer_norm(t: Any, x: Any, weight: Any, bias: Any, dims: tuple[int, ...], eps: float) -> Any:
    """PyTorch's own."""
    return t.nn.functional.layer_norm(x, x.shape[dims[0] :], weight, bias, eps)


def group_norm(t: Any, x: Any, weight: Any, bias: Any, dims: tuple[int, ...], eps: float) -> Any:
    """PyTorch's own, which makes the groups itself."""
    n, groups, size, length = x.shape
    weight, bias = (p if p is None else p.reshape(-1) for p in (weight, bias))
    return t.nn.functional.group_norm(x.reshape(n, groups * size, length), groups, weight, bias, eps).reshape(x.shape)


def batch_norm(
    t: Any, x: Any, weight: Any, bias: Any, mean: Any, variance: Any, dims: tuple[int, ...], eps: float, own: bool
) -> Any:
    """PyTorch's own, of batches or of instances."""
    weight, bias = (p if p is None else p.reshape(-1) for p in (weight, bias))
    if own and 0 not in dims:
        return t.nn.functional.instance_norm(x, weight=weight, bias=bias, eps=eps)
    running = (None, None) if own else (mean.reshape(-1), variance.reshape(-1))
    return t.nn.functional.batch_norm(x, *running, weight, bias, training=own, eps=eps)


def rms_norm(t: Any, x: Any, weight: Any, dims: tuple[int, ...], eps: float) -> Any:
    """PyTorch's own."""
    return t.nn.functional.rms_norm(x, x.shape[dims[0] :], weight, eps)


def condition(t: Any, x: Any, dims: tuple[int, ...], eps: float) -> tuple[float, float]:
    """The greatest r = 1/√(σ² + ε), and how much larger than x̂ the numbers are from whose difference it is made."""
    r = ((x - t.mean(x, dim=dims, keepdim=True)).square().mean(dim=dims, keepdim=True) + eps).rsqrt()
    return by.top(r), 1 + by.top(x) * by.top(r)


def norm_size(
    t: Any, y: Any, x: Any, weight: Any, bias: Any, *_: Any, dims: tuple[int, ...], eps: float, **__: Any
) -> Any:
    """(1 + |x̂|) ⊙ |weight| times the condition, and the bias; all at their greatest."""
    size = condition(t, x, dims, eps)[1]
    stretched = size * size * (1 if weight is None else by.top(weight))
    return t.full_like(y, stretched + (0 if bias is None else by.top(bias)))


def norm_size_back(
    t: Any, i: int, g: Any, y: Any, x: Any, weight: Any, *others: Any, dims: tuple[int, ...], eps: float, **_: Any
) -> Any:
    """R |h| (1 + x̂²) times the condition, at their greatest; of weight and bias, |g| (1 + |x̂|)."""
    r, size = condition(t, x, dims, eps)
    if i == 0:
        return t.full_like(x, r * by.top(g) * (1 if weight is None else by.top(weight)) * size**3)
    return t.full_like(weight if i == 1 else others[0], by.top(g) * size * size * x.numel())


def norm_terms(y: Any, x: Any, *_: Any, **__: Any) -> int:
    """Sums over at most all elements."""
    return max(1, x.numel())


def norm_terms_back(i: int, y: Any, x: Any, *_: Any, **__: Any) -> int:
    """Sums over at most all elements."""
    return max(1, x.numel())


def norm(call: Any) -> Twin:
    """A normalisation: all round alike."""
    return Twin(call, terms=norm_terms, terms_back=norm_terms_back, size=norm_size, size_back=norm_size_back)


# -- attention ---------------------------------------------------------------------------------------------


def attention(t: Any, q: Any, k: Any, v: Any, mask: Any, causal: bool, scale: float) -> Any:
    """PyTorch's own."""
    return t.nn.functional.scaled_dot_product_attention(q, k, v, mask, is_causal=causal, scale=scale)


def attention_mask(t: Any, scores: Any, mask: Any, causal: bool) -> Any:
    """Scores plus mask, −∞ where no query may look."""
    if mask is not None:
        scores = t.where(mask, scores, -t.inf) if mask.dtype == t.bool else scores + mask
    return t.where(t.ones(scores.shape[-2:]).tril().bool(), scores, -t.inf) if causal else scores


def score_size(t: Any, q: Any, k: Any, mask: Any, scale: float) -> float:
    """How large the scores are at most; an error in them becomes as large a relative error of a weight."""
    numbers = mask is not None and mask.dtype != t.bool
    finite = by.top(t.where(t.isfinite(mask), mask, 0)) if numbers else 0.0
    return 1 + abs(scale) * q.shape[-1] * by.top(q) * by.top(k) + finite


def attention_size(t: Any, y: Any, q: Any, k: Any, v: Any, mask: Any, causal: bool, scale: float) -> Any:
    """|v| times the size of the scores."""
    return t.full_like(y, by.top(v) * score_size(t, q, k, mask, scale))


def attention_size_back(
    t: Any, i: int, g: Any, y: Any, q: Any, k: Any, v: Any, mask: Any, causal: bool, scale: float
) -> Any:
    """|g| of a row times what it is multiplied by, times the size of the scores; all at their greatest."""
    of_scores = by.top(g) * v.shape[-1] * by.top(v)
    factors = (abs(scale) * by.top(k) * of_scores, abs(scale) * by.top(q) * of_scores, by.top(g), of_scores)
    return t.full_like((q, k, v, mask)[i], factors[i] * score_size(t, q, k, mask, scale))


TWINS: dict[str, Twin] = {
    # -- activations -------------------------------------------------------------------------------------
    "leaky_relu": Twin(lambda t, x, slope: t.nn.functional.leaky_relu(x, slope)),
    "prelu": Twin(lambda t, x, weight: t.where(x > 0, x, weight * x)),
    "hardtanh": Twin(lambda t, x, low, high: t.nn.functional.hardtanh(x, low, high)),
    # not hardsigmoid, whose slope is the float32 number next to 1/6, in float64 too
    "hardsigmoid": Twin(lambda t, x: t.nn.functional.relu6(x + 3) / 6, size=lambda t, y, x: 1 + x.abs()),
    "hardswish": functional("hardswish", size=lambda t, y, x: x.abs() * (1 + x.abs())),
    "hardshrink": functional("hardshrink"),
    "softshrink": functional("softshrink"),
    "threshold": Twin(lambda t, x, step, left: t.nn.functional.threshold(x, step, left)),
    "elu": Twin(elu),
    "softplus": functional("softplus", size_back=lambda t, i, g, y, x, **_: g.abs()),
    "logsigmoid": functional("logsigmoid", size_back=by.at_size_of_g),
    "mish": functional(
        "mish", size=lambda t, y, x: 2 * y.abs(), size_back=lambda t, i, g, y, x: g.abs() * (1 + x.abs())
    ),
    # -- normalisation -----------------------------------------------------------------------------------
    "moments": Twin(moments, terms=by.count, size=moments_size),
    "layer_norm": norm(layer_norm),
    "group_norm": norm(group_norm),
    "batch_norm": norm(batch_norm),
    "rms_norm": Twin(
        rms_norm,
        terms=norm_terms,
        terms_back=norm_terms_back,
        size_back=lambda t, i, g, y, x, weight, dims, eps: norm_size_back(t, i, g, y, x, weight, dims=dims, eps=eps),
    ),
    # -- embeddings --------------------------------------------------------------------------------------
    "embedding": Twin(
        lambda t, weight, index, padding_idx=None, by_freq=False: t.nn.functional.embedding(
            index.long(), weight, padding_idx, scale_grad_by_freq=by_freq
        ),
        terms_back=at_most_all,
        linear=True,
    ),
    "row_count": Twin(lambda t, index, rows: t.bincount(index.reshape(-1), minlength=rows)),
    # -- attention ---------------------------------------------------------------------------------------
    "attention_mask": Twin(attention_mask, size=lambda t, y, scores, mask, causal: scores.abs() + y.abs()),
    "attention": Twin(
        attention,
        terms=lambda y, q, k, v, mask, **_: q.shape[-1] + k.shape[-2],
        terms_back=lambda i, y, q, k, v, mask, **_: q.shape[-1] + v.shape[-1] + q.shape[-2] + k.shape[-2],
        size=attention_size,
        size_back=attention_size_back,
    ),
}
BACKWARD = (
    "它是求导规则里的一步，随所属运算的梯度一起比较",
    "a step inside a rule; it is compared as part of its op's gradient",
)
RANDOM = ("它产生随机数，生成器与 PyTorch 的不同", "it draws random numbers, by another generator than PyTorch's")
REASONS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        (f"{op}_pullback" for op in ("layer_norm", "group_norm", "batch_norm", "rms_norm", "attention")), BACKWARD
    ),
    "cauchy_quantile": RANDOM,
}
